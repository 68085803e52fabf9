//! Changing what an agent may spend.

use super::{owners, parse};
use crate::dto::{CommandError, LimitsDraft, Outcome, Typed};
use purser_domain::{AgentId, Digest};
use purser_keys::Passphrase;
use purser_wallet::view::Tone;
use purser_wallet::{Host, LimitChange, LimitsPlan};
use tauri::State;

/// Tells what new limits would change, and whether that loosens. Changes nothing.
#[tauri::command]
pub async fn compare_limits(
    host: State<'_, Host>,
    id: String,
    draft: LimitsDraft,
) -> Result<LimitsPlan, CommandError> {
    let limits = draft.limits()?;
    Ok(owners(&host)?.compare_limits(parse("id", &id)?, limits).await?)
}

/// Sets new limits as they were compared. The engine takes none that loosens without the
/// passphrase, and with a wrong one nothing is set.
#[tauri::command]
pub async fn set_limits(
    host: State<'_, Host>,
    id: String,
    draft: LimitsDraft,
    seen: String,
    passphrase: Option<Typed>,
) -> Result<Outcome, CommandError> {
    let agent: AgentId = parse("id", &id)?;
    let limits = draft.limits()?;
    let seen = Digest::from_hex(&seen).ok_or_else(|| CommandError::bad_argument("seen"))?;
    let presence = passphrase.is_some();
    if let Some(passphrase) = passphrase {
        host.check_passphrase(Passphrase::new(passphrase.into_inner())).await?;
    }
    let plan = owners(&host)?.set_limits(agent, limits, (seen, presence)).await?;
    let (tone, title) = if plan.loosens {
        (Tone::Review, "Limits loosened")
    } else {
        (Tone::Allow, "Limits tightened")
    };
    Ok(Outcome::new(tone, title, told(&plan.changes)))
}

fn told(changes: &[LimitChange]) -> String {
    let one = |change: &LimitChange| {
        let LimitChange { label, from, to, .. } = change;
        format!("{label}: {from} to {to}.")
    };
    changes.iter().map(one).collect::<Vec<_>>().join(" ")
}
