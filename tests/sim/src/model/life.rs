//! What becomes of a payment that was reserved.

use super::sessions::session_over;
use super::{Answer, Model, Outcome, Pay, done};
use purser_domain::{
    AgentId, ApproverId, Claim, Digest, Event, Money, PaymentId, PaymentStop, Refusal, Resolution,
    StopCause, Timestamp,
};
use purser_engine::{AgentStatus, CommandError, PaymentStatus};

/// Longest that an authorization can hold, in milliseconds.
const LONGEST: i64 = 10 * 60_000;

impl Model {
    fn must_find(&self, id: PaymentId) -> Result<&Pay, CommandError> {
        self.pay(id).ok_or(CommandError::PaymentNotFound)
    }

    /// Whether nothing keeps the payment's agent from paying.
    fn may_pay(&self, pay: &Pay) -> Result<(), CommandError> {
        if self.frozen {
            return Err(CommandError::Frozen);
        }
        match self.agents[&pay.agent()].status {
            AgentStatus::Active => {
                let mut chain = self.chain(pay.agent()).into_iter();
                let stopped = chain.any(|id| self.agents[&id].status != AgentStatus::Active);
                if stopped { Err(CommandError::AncestorStopped) } else { Ok(()) }
            }
            AgentStatus::Paused => Err(CommandError::AgentPaused),
            AgentStatus::Revoked => Err(CommandError::AgentRevoked),
        }
    }

    pub(super) fn approve(
        &self,
        id: PaymentId,
        (approver, digest): (ApproverId, Digest),
        now: Timestamp,
    ) -> Outcome {
        let pay = self.must_find(id)?;
        may_decide(pay, approver)?;
        if pay.overdue(now) {
            return too_late(pay);
        }
        self.may_pay(pay)?;
        if self.is_in_one_that_is_over(pay, now) {
            return called_off(pay);
        }
        if pay.approvals.contains(&approver) {
            return Err(CommandError::ApprovedTwice);
        }
        if pay.reservation.request.digest().unwrap() != digest {
            return Err(CommandError::DigestChanged);
        }
        done(Event::ApprovalGiven { payment: id, approver, digest })
    }

    pub(super) fn decline(
        &self,
        id: PaymentId,
        (approver, reason): (ApproverId, Option<Claim>),
        now: Timestamp,
    ) -> Outcome {
        let pay = self.must_find(id)?;
        may_decide(pay, approver)?;
        if pay.overdue(now) {
            return too_late(pay);
        }
        done(stopped(id, PaymentStop::Declined { approver, reason }))
    }

    pub(super) fn cancel(
        &self,
        id: PaymentId,
        (agent, cause): (Option<AgentId>, StopCause),
        now: Timestamp,
    ) -> Outcome {
        let pay = self.must_find(id)?;
        if agent.is_some_and(|agent| agent != pay.agent()) {
            return Err(CommandError::NotTheAgents);
        }
        if pay.in_flight() {
            return Err(CommandError::AlreadySubmitted);
        }
        if !pay.waits() {
            return Err(CommandError::AlreadyEnded);
        }
        let cause = if agent.is_some() { StopCause::Agent } else { cause };
        if cause == StopCause::SessionOver && !self.is_in_one_that_is_over(pay, now) {
            return Err(CommandError::Internal { step: "cancel" });
        }
        done(stopped(id, PaymentStop::Canceled { cause }))
    }

    pub(super) fn submit(&self, id: PaymentId, until: Timestamp, now: Timestamp) -> Outcome {
        let pay = self.must_find(id)?;
        if pay.status == PaymentStatus::PendingApproval {
            return Err(CommandError::NotCleared);
        }
        if pay.in_flight() {
            return Err(CommandError::AlreadySubmitted);
        }
        if !pay.waits() {
            return Err(CommandError::AlreadyEnded);
        }
        self.may_pay(pay)?;
        if pay.overdue(now) {
            return too_late(pay);
        }
        if self.is_in_one_that_is_over(pay, now) {
            return called_off(pay);
        }
        if until <= now || until.as_millis() > now.as_millis() + LONGEST {
            return Err(CommandError::ValidUntil);
        }
        let event = Event::PaymentSubmitted { payment: id, valid_until_ms: until };
        Ok((vec![event], Answer::Authorized(id, until)))
    }

    pub(super) fn resolve(&self, id: PaymentId, resolution: &Resolution) -> Outcome {
        let pay = self.must_find(id)?;
        if says_the_same(&pay.status, resolution) {
            return Ok((Vec::new(), Answer::Done));
        }
        if pay.waits() {
            return Err(CommandError::NotSubmitted);
        }
        if !pay.in_flight() {
            return Err(CommandError::AlreadyEnded);
        }
        match resolution.clone() {
            Resolution::Succeeded { settled, receipt } => {
                let asked = pay.reservation.request.amount;
                let money = Money::new(settled, asked.currency());
                let money = money.map_err(|_| CommandError::InvalidSettled)?;
                if money.amount() > asked.amount() {
                    return Err(CommandError::InvalidSettled);
                }
                done(Event::PaymentSucceeded { payment: id, settled: money.amount(), receipt })
            }
            Resolution::Failed { problem, detail } => {
                done(Event::PaymentFailed { payment: id, problem, detail })
            }
            Resolution::Unknown { problem, detail } => {
                done(Event::PaymentUnknown { payment: id, problem, detail })
            }
        }
    }

    /// Declines what is overdue, the earliest deadline first, then in the order it was asked. Ends
    /// sessions whose time is over.
    pub(super) fn tick(&self, now: Timestamp) -> (Vec<Event>, Answer) {
        let overdue = self.payments.iter().filter(|pay| pay.waits() && pay.overdue(now));
        let mut overdue: Vec<_> = overdue.collect();
        overdue.sort_by_key(|pay| pay.reservation.approval.as_ref().unwrap().expires_at_ms);
        let stop = |pay: &&Pay| stopped(pay.id(), PaymentStop::Expired);
        let payments = overdue.iter().map(stop);
        let mut over = self.sessions_over(now);
        over.retain(|event| !overdue.iter().any(|pay| event.payment() == Some(pay.id())));
        (payments.chain(over).collect(), Answer::Done)
    }
}

fn stopped(payment: PaymentId, stop: PaymentStop) -> Event {
    Event::PaymentStopped { payment, stop }
}

/// Deciding too late declines.
fn too_late(pay: &Pay) -> Outcome {
    let event = stopped(pay.id(), PaymentStop::Expired);
    Ok((vec![event], Answer::Error(CommandError::ApprovalExpired)))
}

/// Deciding after its session is over calls it off.
fn called_off(pay: &Pay) -> Outcome {
    let error = CommandError::Session(Refusal::SessionOver);
    Ok((vec![session_over(pay.id())], Answer::Error(error)))
}

/// Whether a payment waits for a person, and for this one.
fn may_decide(pay: &Pay, approver: ApproverId) -> Result<(), CommandError> {
    if pay.status != PaymentStatus::PendingApproval {
        return Err(CommandError::AlreadyDecided);
    }
    let approval = pay.reservation.approval.as_ref().unwrap();
    if approval.approvers.contains(&approver) { Ok(()) } else { Err(CommandError::NotAnApprover) }
}

/// Whether a rail says again what it has said.
fn says_the_same(status: &PaymentStatus, resolution: &Resolution) -> bool {
    match (status, resolution) {
        (PaymentStatus::Succeeded { settled, receipt }, Resolution::Succeeded { .. }) => {
            *resolution == Resolution::Succeeded { settled: *settled, receipt: receipt.clone() }
        }
        (PaymentStatus::Failed { problem, detail }, Resolution::Failed { .. }) => {
            let (problem, detail) = (problem.clone(), detail.clone());
            *resolution == Resolution::Failed { problem, detail }
        }
        (PaymentStatus::Unknown { problem, detail, .. }, Resolution::Unknown { .. }) => {
            let (problem, detail) = (problem.clone(), detail.clone());
            *resolution == Resolution::Unknown { problem, detail }
        }
        _ => false,
    }
}
