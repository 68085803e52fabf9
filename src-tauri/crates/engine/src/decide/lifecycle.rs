//! The life of a reserved payment: approved, declined, expired, canceled, submitted, resolved.
//! Deadlines and what a rail signs are judged by the computer's clock (see [`crate::now::Now`]).

use super::{Outcome, Reply, done, session, settled};
use crate::authorized::Authorized;
use crate::error::CommandError;
use crate::state::{AgentStatus, Payment, PaymentStatus, State};
use purser_domain::{
    AgentId, ApprovalRequirement, ApproverId, Claim, Digest, Event, PaymentId, PaymentStop,
    Refusal, Resolution, StopCause, Timestamp,
};

/// Longest that an authorization can hold.
const LONGEST_VALIDITY_S: u64 = 10 * 60;

fn find(state: &State, payment: PaymentId) -> Result<&Payment, CommandError> {
    state.payment(payment).ok_or(CommandError::PaymentNotFound)
}

fn stopped(payment: PaymentId, stop: PaymentStop) -> Event {
    Event::PaymentStopped { payment, stop }
}

/// An action on a payment whose time is over declines it, and says so.
fn expire(payment: &Payment) -> Outcome {
    let event = stopped(payment.id(), PaymentStop::Expired);
    Ok((vec![event], Reply::Error(CommandError::ApprovalExpired)))
}

/// An action on a payment whose session is over calls it off, and says so.
fn session_over(payment: &Payment) -> Outcome {
    let event = session::called_off(payment.id());
    Ok((vec![event], Reply::Error(CommandError::Session(Refusal::SessionOver))))
}

/// Whether nothing keeps the payment's agent from paying (I6).
fn standing(state: &State, payment: &Payment) -> Result<(), CommandError> {
    if state.frozen() {
        return Err(CommandError::Frozen);
    }
    match state.agent(payment.agent()).map(|agent| agent.status) {
        Some(AgentStatus::Active) if state.may_act(payment.agent()) => Ok(()),
        Some(AgentStatus::Active) => Err(CommandError::AncestorStopped),
        Some(AgentStatus::Paused) => Err(CommandError::AgentPaused),
        Some(AgentStatus::Revoked) => Err(CommandError::AgentRevoked),
        None => Err(CommandError::AgentNotFound),
    }
}

/// The requirement of a payment that waits for people, if this person is one of them.
fn pending(payment: &Payment, approver: ApproverId) -> Result<&ApprovalRequirement, CommandError> {
    if payment.status != PaymentStatus::PendingApproval {
        return Err(CommandError::AlreadyDecided);
    }
    let approval = payment.reservation.approval.as_ref().ok_or(CommandError::AlreadyDecided)?;
    if approval.approvers.contains(&approver) {
        Ok(approval)
    } else {
        Err(CommandError::NotAnApprover)
    }
}

pub(super) fn approve(
    state: &State,
    id: PaymentId,
    (approver, digest): (ApproverId, Digest),
    clock: Timestamp,
) -> Outcome {
    let payment = find(state, id)?;
    let approval = pending(payment, approver)?;
    if payment.is_overdue(clock) {
        return expire(payment);
    }
    standing(state, payment)?;
    if state.session_is_over(payment, clock) {
        return session_over(payment);
    }
    if payment.approvals.contains(&approver) {
        return Err(CommandError::ApprovedTwice);
    }
    if approval.digest != digest {
        return Err(CommandError::DigestChanged);
    }
    done(Event::ApprovalGiven { payment: id, approver, digest })
}

pub(super) fn decline(
    state: &State,
    id: PaymentId,
    (approver, reason): (ApproverId, Option<&Claim>),
    clock: Timestamp,
) -> Outcome {
    let payment = find(state, id)?;
    pending(payment, approver)?;
    if payment.is_overdue(clock) {
        return expire(payment);
    }
    done(stopped(id, PaymentStop::Declined { approver, reason: reason.cloned() }))
}

/// What an agent cancels is canceled by the agent, whatever cause came with it. That a session is
/// over is no cause while it is not.
pub(super) fn cancel(
    state: &State,
    id: PaymentId,
    (agent, cause): (Option<AgentId>, StopCause),
    clock: Timestamp,
) -> Outcome {
    let payment = find(state, id)?;
    if agent.is_some_and(|agent| agent != payment.agent()) {
        return Err(CommandError::NotTheAgents);
    }
    let cause = if agent.is_some() { StopCause::Agent } else { cause };
    if cause == StopCause::SessionOver && !state.session_is_over(payment, clock) {
        return Err(CommandError::Internal { step: "cancel" });
    }
    match &payment.status {
        status if status.is_terminal() => Err(CommandError::AlreadyEnded),
        status if status.is_in_flight() => Err(CommandError::AlreadySubmitted),
        _ => done(stopped(id, PaymentStop::Canceled { cause })),
    }
}

pub(super) fn submit(
    state: &State,
    id: PaymentId,
    valid_until: Timestamp,
    clock: Timestamp,
) -> Outcome {
    let payment = find(state, id)?;
    match &payment.status {
        PaymentStatus::Approved => {}
        PaymentStatus::PendingApproval => return Err(CommandError::NotCleared),
        status if status.is_in_flight() => return Err(CommandError::AlreadySubmitted),
        _ => return Err(CommandError::AlreadyEnded),
    }
    standing(state, payment)?;
    if payment.is_overdue(clock) {
        return expire(payment);
    }
    if state.session_is_over(payment, clock) {
        return session_over(payment);
    }
    cleared(payment)?;
    if valid_until <= clock || valid_until > clock.plus_seconds(LONGEST_VALIDITY_S) {
        return Err(CommandError::ValidUntil);
    }
    let authorized = Authorized::new(payment, valid_until);
    let event = Event::PaymentSubmitted { payment: id, valid_until_ms: valid_until };
    Ok((vec![event], Reply::Authorized(Box::new(authorized))))
}

/// Checks the approvals once more, from nothing but what is about to be authorized (I7).
fn cleared(payment: &Payment) -> Result<(), CommandError> {
    let Some(approval) = &payment.reservation.approval else { return Ok(()) };
    let digest = payment.reservation.request.digest();
    if digest.map_err(|_| CommandError::Internal { step: "digest" })? != approval.digest {
        return Err(CommandError::DigestChanged);
    }
    let valid = approval.approvers.iter().filter(|who| payment.approvals.contains(who)).count();
    let needed = usize::try_from(approval.needed.max(1)).unwrap_or(usize::MAX);
    if valid < needed { Err(CommandError::NotCleared) } else { Ok(()) }
}

pub(super) fn resolve(state: &State, id: PaymentId, resolution: &Resolution) -> Outcome {
    let payment = find(state, id)?;
    if is_same(&payment.status, resolution) {
        return Ok((Vec::new(), Reply::Done));
    }
    match &payment.status {
        status if status.is_in_flight() => {}
        PaymentStatus::PendingApproval | PaymentStatus::Approved => {
            return Err(CommandError::NotSubmitted);
        }
        _ => return Err(CommandError::AlreadyEnded),
    }
    let asked = payment.reservation.request.amount;
    match resolution.clone() {
        Resolution::Succeeded { settled: amount, receipt } => {
            let settled = settled(asked, amount).ok_or(CommandError::InvalidSettled)?;
            done(Event::PaymentSucceeded { payment: id, settled, receipt })
        }
        Resolution::Failed { problem, detail } => {
            done(Event::PaymentFailed { payment: id, problem, detail })
        }
        Resolution::Unknown { problem, detail } => {
            done(Event::PaymentUnknown { payment: id, problem, detail })
        }
    }
}

/// Whether a resolution says what the payment's state already says.
fn is_same(status: &PaymentStatus, resolution: &Resolution) -> bool {
    match (status, resolution) {
        (
            PaymentStatus::Succeeded { settled, receipt },
            Resolution::Succeeded { settled: again, receipt: receipt_again },
        ) => settled == again && receipt == receipt_again,
        (
            PaymentStatus::Failed { problem, detail },
            Resolution::Failed { problem: again, detail: detail_again },
        )
        | (
            PaymentStatus::Unknown { problem, detail, .. },
            Resolution::Unknown { problem: again, detail: detail_again },
        ) => problem == again && detail == detail_again,
        _ => false,
    }
}

/// Declines every payment and closes every session whose time is over, the earliest first.
pub(super) fn tick(state: &State, clock: Timestamp) -> (Vec<Event>, Reply) {
    let overdue = state.deadlines.iter().take_while(|(deadline, _)| *deadline <= clock);
    let payments = overdue.filter_map(|(_, seq)| state.open.get(seq));
    let payments = payments.map(|open| stopped(open.payment, PaymentStop::Expired));
    (payments.chain(session::expired(state, clock)).collect(), Reply::Done)
}
