//! Takes cleared payments to their rail, and finds out about those whose outcome is unknown.
//!
//! Guarantees (I2, I5, I6): a rail is asked only after the submission is durable and with the
//! engine's own [`Authorized`]; the engine hands that out once for a payment, so nothing is ever
//! submitted twice, whatever crashes; what was submitted before a crash is asked about, never paid
//! again.

use crate::faults::{self, Step};
use crate::wallet::Wallet;
use purser_domain::{Command, PaymentId, Resolution, SpendRequest, Timestamp};
use purser_engine::{Authorized, CommandError, PaymentStatus, Reply};
use purser_rails::{Delivery, Outcome};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::mpsc;

/// How often a rail is asked about an unknown payment at first; it doubles up to a minute.
const FIRST_ASK: Duration = Duration::from_secs(2);
const LAST_ASK: Duration = Duration::from_secs(60);
/// How often old content is let go.
const LET_GO_EVERY: Duration = Duration::from_secs(30 * 60);

/// Starts the wallet's own work: payments as they are cleared, those that an earlier run left
/// open, and approvals whose time runs out. Ends when the wallet is dropped.
pub fn start(wallet: &Arc<Wallet>, cleared: mpsc::UnboundedReceiver<PaymentId>) {
    tokio::spawn(take_cleared(Arc::downgrade(wallet), cleared));
    tokio::spawn(take_up(Arc::downgrade(wallet)));
    tokio::spawn(expire(Arc::downgrade(wallet)));
    tokio::spawn(let_go(Arc::downgrade(wallet)));
}

async fn take_cleared(wallet: Weak<Wallet>, mut cleared: mpsc::UnboundedReceiver<PaymentId>) {
    while let Some(payment) = cleared.recv().await {
        tokio::spawn(pay(Weak::clone(&wallet), payment));
    }
}

/// What an earlier run left: cleared payments are paid, submitted ones asked about.
async fn take_up(wallet: Weak<Wallet>) {
    let Some(strong) = wallet.upgrade() else { return };
    let open = strong.writer.look(|state| {
        let open = state.open_payments();
        open.map(|p| (p.reservation.request.clone(), p.status.clone())).collect::<Vec<_>>()
    });
    let open = open.await.unwrap_or_default();
    drop(strong);
    for (request, status) in open {
        match status {
            PaymentStatus::Approved => {
                tokio::spawn(pay(Weak::clone(&wallet), request.payment));
            }
            PaymentStatus::Submitted { valid_until }
            | PaymentStatus::Unknown { valid_until, .. } => {
                tokio::spawn(find_out(Weak::clone(&wallet), request, valid_until));
            }
            _ => {}
        }
    }
}

/// Declines approvals whose time is over, when it is over.
async fn expire(wallet: Weak<Wallet>) {
    loop {
        let Some(strong) = wallet.upgrade() else { return };
        let mut changes = strong.subscribe();
        let now = strong.now();
        let Ok(deadline) = strong.writer.look(purser_engine::State::next_deadline).await else {
            return;
        };
        if deadline.is_some_and(|at| at <= now) {
            if !matches!(strong.writer.decide(Command::Tick).await, Ok(Reply::Done)) {
                // The log can't be written, or the clock is none: try again after a while.
                tokio::time::sleep(FIRST_ASK).await;
            }
            continue;
        }
        drop(strong);
        let wait = deadline.map_or(3_600_000, |at| at.millis_since(now)).clamp(1, 60_000);
        let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(60_000));
        // A clock that was set forward is noticed within a minute.
        let _ = tokio::time::timeout(wait, changes.recv()).await;
    }
}

/// Lets what was bought long ago go, at once and then again and again: a wallet that fetches
/// nothing more would keep it.
async fn let_go(wallet: Weak<Wallet>) {
    loop {
        let Some(strong) = wallet.upgrade() else { return };
        let now = strong.now();
        let gone = strong.writer.look_with_log(move |_, ledger| ledger.expire_deliveries(now));
        match gone.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "old content was not let go"),
            Err(_) => return,
        }
        drop(strong);
        tokio::time::sleep(LET_GO_EVERY).await;
    }
}

async fn pay(wallet: Weak<Wallet>, payment: PaymentId) {
    faults::reach(Step::Cleared);
    let Some((strong, authorized)) = cleared(&wallet, payment).await else { return };
    faults::reach(Step::Submitted);
    let request = authorized.request().clone();
    let valid_until = authorized.valid_until();
    let Some(rail) = strong.rail(request.rail) else { return };
    let Outcome { resolution, delivery } = rail.submit(&authorized).await;
    faults::reach(Step::Answered);
    if let Some(delivery) = delivery {
        keep(&strong, payment, delivery).await;
    }
    let known = !matches!(resolution, Resolution::Unknown { .. });
    record(&strong, payment, resolution).await;
    faults::reach(Step::Settled);
    drop(strong);
    if !known {
        find_out(wallet, request, valid_until).await;
    }
}

/// Has the engine authorize a payment. A log that can't be written, or a moment that was too short,
/// is tried again, since a cleared payment holds its worth until it has an end. `None` when it may
/// not be submitted: it was called off meanwhile, or another run of this function was first.
async fn cleared(
    wallet: &Weak<Wallet>,
    payment: PaymentId,
) -> Option<(Arc<Wallet>, Box<Authorized>)> {
    let mut wait = FIRST_ASK;
    loop {
        let strong = wallet.upgrade()?;
        match authorize(&strong, payment).await {
            May::Submit(authorized) => return Some((strong, authorized)),
            May::Never => return None,
            May::Later => {}
        }
        drop(strong);
        tokio::time::sleep(wait).await;
        wait = wait.saturating_mul(2).min(LAST_ASK);
    }
}

/// Whether a payment may be submitted.
enum May {
    Submit(Box<Authorized>),
    Later,
    Never,
}

async fn authorize(wallet: &Wallet, payment: PaymentId) -> May {
    let look = wallet.writer.look(move |state| {
        let found = state.payment(payment)?;
        let approved = found.status == PaymentStatus::Approved;
        approved.then(|| found.reservation.request.clone())
    });
    let Some(request) = look.await.ok().flatten() else { return May::Never };
    let Some(rail) = wallet.rail(request.rail) else { return May::Never };
    let valid_until = wallet.now().plus_seconds(rail.validity_s(&request));
    match wallet.writer.decide(Command::Submit { payment, valid_until }).await {
        Ok(Reply::Authorized(authorized)) => May::Submit(authorized),
        Ok(Reply::Error(CommandError::ValidUntil)) => {
            tracing::warn!(%payment, "the clock is behind the log, or the writer was slow");
            May::Later
        }
        Ok(Reply::Error(error)) => {
            tracing::info!(%payment, %error, "not submitted");
            May::Never
        }
        Ok(_) | Err(crate::WriteError::Closed) => May::Never,
        Err(error) => {
            tracing::error!(%payment, %error, "not submitted yet");
            May::Later
        }
    }
}

async fn keep(wallet: &Wallet, payment: PaymentId, delivery: Delivery) {
    let now = wallet.now();
    let kept = wallet.writer.look_with_log(move |_, ledger| {
        let Delivery { status, content_type, body, truncated } = delivery;
        let kept = purser_ledger::Delivery { at_ms: now, status, content_type, body, truncated };
        ledger.put_delivery(payment, &kept)
    });
    match kept.await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(%payment, %error, "the content was not kept"),
        Err(error) => tracing::error!(%payment, %error, "the content was not kept"),
    }
}

/// Writes an outcome down. While the log can't be written it is kept in hand and tried again: the
/// money has moved, so nothing may be forgotten.
async fn record(wallet: &Wallet, payment: PaymentId, resolution: Resolution) {
    let mut wait = FIRST_ASK;
    loop {
        let command = Command::Resolve { payment, resolution: resolution.clone() };
        match wallet.writer.decide(command).await {
            Ok(Reply::Error(error)) => {
                tracing::error!(%payment, %error, "the outcome does not fit");
                return;
            }
            Ok(_) | Err(crate::WriteError::Closed) => return,
            Err(error) => tracing::error!(%payment, %error, "the outcome is not written yet"),
        }
        tokio::time::sleep(wait).await;
        wait = wait.saturating_mul(2).min(LAST_ASK);
    }
}

/// Asks the rail about a submitted payment until it knows. Never pays again.
async fn find_out(wallet: Weak<Wallet>, request: SpendRequest, valid_until: Timestamp) {
    let mut wait = FIRST_ASK;
    let payment = request.payment;
    loop {
        let Some(strong) = wallet.upgrade() else { return };
        let Some(rail) = strong.rail(request.rail) else { return };
        let resolution = rail.resolve(&request, valid_until).await;
        let known = !matches!(resolution, Resolution::Unknown { .. });
        if known || strong.is_submitted(payment).await {
            record(&strong, payment, resolution).await;
        }
        if known {
            return;
        }
        let left = valid_until.millis_since(strong.now());
        drop(strong);
        let (sleep, next) = pace(wait, left);
        tokio::time::sleep(sleep).await;
        wait = next;
    }
}

/// How long to sleep before the next question, and before the one after it. A rail is sure soon
/// after what was signed has expired, so asking begins anew at that moment: nobody should wait for
/// a doubled pause to end while an agent's budget is held.
fn pace(wait: Duration, left_ms: i64) -> (Duration, Duration) {
    let left = Duration::from_millis(u64::try_from(left_ms).unwrap_or(0));
    if left > Duration::ZERO && left <= wait {
        return (left, FIRST_ASK);
    }
    (wait, wait.saturating_mul(2).min(LAST_ASK))
}

impl Wallet {
    /// Whether a payment still stands as submitted, as after a crash, so that the window can say
    /// that its outcome is unknown.
    async fn is_submitted(&self, payment: PaymentId) -> bool {
        let look = self.writer.look(move |state| {
            let found = state.payment(payment);
            found.is_some_and(|p| matches!(p.status, PaymentStatus::Submitted { .. }))
        });
        look.await.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When a payment is asked about that expires after so many seconds, in seconds.
    fn asked(expires_s: u64) -> Vec<u64> {
        let (mut at, mut wait, mut times) = (Duration::ZERO, FIRST_ASK, Vec::new());
        for _ in 0..9 {
            times.push(at.as_secs());
            let left = Duration::from_secs(expires_s).saturating_sub(at);
            let (sleep, next) = pace(wait, i64::try_from(left.as_millis()).unwrap());
            (at, wait) = (at.saturating_add(sleep), next);
        }
        times
    }

    #[test]
    fn a_rail_is_asked_again_right_after_a_signature_has_expired() {
        assert_eq!(asked(0), [0, 2, 6, 14, 30, 62, 122, 182, 242]);
        assert_eq!(asked(8), [0, 2, 6, 8, 10, 14, 22, 38, 70]);
        assert_eq!(asked(60), [0, 2, 6, 14, 30, 60, 62, 66, 74]);
    }
}
