//! Freezing everything, and ending that.

use super::owners;
use crate::dto::{CommandError, Outcome, Typed};
use purser_keys::Passphrase;
use purser_wallet::Host;
use purser_wallet::view::{StopStatement, Tone};
use tauri::State;

/// Freezes everything.
#[tauri::command]
pub async fn freeze(host: State<'_, Host>) -> Result<StopStatement, CommandError> {
    Ok(owners(&host)?.freeze().await?.statement)
}

/// Unfreezes, once the passphrase was checked.
#[tauri::command]
pub async fn unfreeze(host: State<'_, Host>, passphrase: Typed) -> Result<Outcome, CommandError> {
    host.check_passphrase(Passphrase::new(passphrase.into_inner())).await?;
    owners(&host)?.unfreeze().await?;
    let detail = "Agents can spend within their limits again.";
    Ok(Outcome::new(Tone::Allow, "No longer frozen", detail))
}
