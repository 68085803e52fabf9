//! Deciding on what waits.

use super::{owners, parse};
use crate::dto::{CommandError, Outcome};
use purser_domain::{Claim, Digest, PaymentId};
use purser_wallet::Host;
use purser_wallet::view::{InboxItem, Tone};
use tauri::State;

/// Approves a payment as it was shown.
#[tauri::command]
pub async fn approve(
    host: State<'_, Host>,
    payment: String,
    digest: String,
) -> Result<Outcome, CommandError> {
    let digest = Digest::from_hex(&digest).ok_or_else(|| CommandError::bad_argument("digest"))?;
    approve_as_shown(&host, parse("payment", &payment)?, digest).await
}

/// Approves a payment; for the window and for a notification's button.
pub async fn approve_as_shown(
    host: &Host,
    payment: PaymentId,
    digest: Digest,
) -> Result<Outcome, CommandError> {
    let wallet = owners(host)?;
    let item = waiting(host, payment).await;
    wallet.approve(payment, digest).await?;
    let Some(item) = item else {
        return Ok(Outcome::new(Tone::Allow, "Approved", "It is being paid now."));
    };
    let title = format!("Approved {} {}", item.amount, item.currency);
    let missing = item.approvals_needed.saturating_sub(item.approvals_given.saturating_add(1));
    let detail = match missing {
        0 => "It is being paid now.".to_owned(),
        1 => "One more person has to approve it.".to_owned(),
        n => format!("{n} more people have to approve it."),
    };
    Ok(Outcome::new(Tone::Allow, title, detail))
}

/// Declines a payment.
#[tauri::command]
pub async fn deny(
    host: State<'_, Host>,
    payment: String,
    reason: Option<String>,
) -> Result<Outcome, CommandError> {
    let reason = reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| Claim::new(reason, Claim::MAX_BYTES)).transpose();
    let reason = reason.map_err(|_| CommandError::bad_argument("reason"))?;
    deny_with(&host, parse("payment", &payment)?, reason).await
}

/// Declines a payment; for the window and for a notification's button.
pub async fn deny_with(
    host: &Host,
    payment: PaymentId,
    reason: Option<Claim>,
) -> Result<Outcome, CommandError> {
    let wallet = owners(host)?;
    let item = waiting(host, payment).await;
    wallet.decline(payment, reason).await?;
    Ok(match item {
        Some(item) => {
            let title = format!("Denied {} {}", item.amount, item.currency);
            Outcome::new(Tone::Plain, title, format!("{} was told.", item.agent.name))
        }
        None => Outcome::new(Tone::Plain, "Denied", "The agent was told."),
    })
}

/// Says that a payment is not the owner's: it is called off if it waits, its agent is paused with
/// what else waits of it, and what it taught is taken back.
#[tauri::command]
pub async fn not_mine(host: State<'_, Host>, payment: String) -> Result<Outcome, CommandError> {
    let payment = parse("payment", &payment)?;
    owners(&host)?.judge(payment, false).await?;
    let detail = "What waited of it was called off. Resume it under Agents.";
    Ok(Outcome::new(Tone::Review, "The agent is paused", detail))
}

/// Says that a payment that was not made was fine: the like is usual from now on.
#[tauri::command]
pub async fn was_fine(host: State<'_, Host>, payment: String) -> Result<Outcome, CommandError> {
    owners(&host)?.judge(parse("payment", &payment)?, true).await?;
    Ok(Outcome::new(Tone::Allow, "Noted", "The like counts as usual for this agent now."))
}

async fn waiting(host: &Host, payment: PaymentId) -> Option<InboxItem> {
    let payment = payment.to_string();
    host.view().await.inbox.into_iter().find(|item| item.payment == payment)
}
