//! The arrows of one payment, from its reservation to its end.

use super::Applied;
use crate::budget::{Cell, OutOfRange};
use crate::error::ApplyError;
use crate::keys::{Half, KeyUse, Stands};
use crate::now::Now;
use crate::state::{Open, Payment, PaymentStatus, State};
use purser_domain::{
    AgentId, ApproverId, Claim, Digest, Entry, Event, Money, PaymentId, PaymentStop, RailId,
    Receipt, Reservation, StopCause, Timestamp,
};
use rust_decimal::Decimal;

impl State {
    pub(super) fn apply_payment(&mut self, entry: &Entry) -> Applied {
        let (event, at, now) = (&entry.event, entry.at_ms, Now::of(entry));
        match event {
            Event::SpendRepeated { payment, key, agent, .. } => {
                let agent = agent.or_else(|| self.agent_of_key(key, *payment));
                let used = agent.and_then(|agent| self.agent(agent));
                let used = used.filter(|agent| agent.keys.has(key, *payment));
                let agent = used.ok_or(ApplyError::Arrow { event: event.kind() })?.id;
                self.note_attempt(agent, now);
                Ok(())
            }
            Event::SpendReserved { reservation } => self.reserve(reservation, entry.seq, now),
            Event::ApprovalGiven { payment, approver, digest } => {
                self.approve(*payment, (*approver, *digest), now)
            }
            Event::PaymentStopped { payment, stop } => self.stop_payment(*payment, stop, now),
            Event::PaymentSubmitted { payment, valid_until_ms } => {
                self.submit(*payment, *valid_until_ms, now)
            }
            Event::PaymentSucceeded { payment, settled, receipt } => {
                self.succeed(*payment, (*settled, receipt), now)
            }
            Event::PaymentFailed { payment, problem, detail } => {
                self.in_flight(*payment, event.kind())?;
                let status =
                    PaymentStatus::Failed { problem: problem.clone(), detail: detail.clone() };
                self.end(*payment, status, now)
            }
            Event::PaymentUnknown { payment, problem, detail } => {
                self.lose_sight(*payment, (problem, detail), at)
            }
            Event::PaymentJudged { payment, fine } => self.judge(*payment, *fine),
            _ => Err(ApplyError::Arrow { event: event.kind() }),
        }
    }

    /// The owner says what a payment was. What they say twice counts once.
    fn judge(&mut self, id: PaymentId, fine: bool) -> Applied {
        let arrow = ApplyError::Arrow { event: "payment_judged" };
        let payment = self.known(id)?;
        if payment.judged == Some(fine) || (fine && !payment.can_be_fine()) {
            return Err(arrow);
        }
        // It taught when it succeeded, or when it was called fine before.
        let taught = matches!(payment.status, PaymentStatus::Succeeded { .. })
            || payment.judged == Some(true);
        let mut payment = self.payments.remove(&id).ok_or(arrow)?;
        if fine {
            self.learn_fine(&payment);
        } else if taught {
            self.unlearn(&payment);
        }
        payment.judged = Some(fine);
        self.payments.insert(id, payment);
        Ok(())
    }

    pub(super) fn known(&self, payment: PaymentId) -> Result<&Payment, ApplyError> {
        self.payment(payment).ok_or(ApplyError::UnknownPayment(payment))
    }

    pub(super) fn known_mut(&mut self, payment: PaymentId) -> Result<&mut Payment, ApplyError> {
        let found = self.payments.get_mut(&payment).map(AsMut::as_mut);
        found.ok_or(ApplyError::UnknownPayment(payment))
    }

    /// The end of the validity of a payment that a rail was asked to make.
    fn in_flight(&self, payment: PaymentId, event: &'static str) -> Result<Timestamp, ApplyError> {
        match &self.known(payment)?.status {
            PaymentStatus::Submitted { valid_until }
            | PaymentStatus::Unknown { valid_until, .. } => Ok(*valid_until),
            _ => Err(ApplyError::Arrow { event }),
        }
    }

    fn reserve(&mut self, reservation: &Reservation, seq: u64, times: Now) -> Applied {
        let Now { at, clock } = times;
        let event = "spend_reserved";
        let request = &reservation.request;
        let agent = self.agent(request.agent).ok_or(ApplyError::UnknownAgent(request.agent))?;
        if !self.may_act(request.agent) {
            return Err(ApplyError::Arrow { event });
        }
        let key_taken = agent.keys.get(&request.idempotency_key, clock).is_some();
        if key_taken || self.payments.contains_key(&request.payment) {
            return Err(ApplyError::Taken { event });
        }
        let range = |_| ApplyError::OutOfRange { event };
        let charged = &reservation.charged_to;
        if !charged.is_empty() && crate::charge::sum(charged) != reservation.worth {
            return Err(range(OutOfRange));
        }
        let parameters = request.parameters_digest().map_err(|_| range(OutOfRange))?;
        let rate = crate::decide::rate(&self.policy, request.amount.currency(), at);
        let cell = self.words.enter(request);
        if let Some(worth) = reservation.worth {
            self.post_reserved(request.agent, (cell, worth), at).map_err(range)?;
        }
        let agent = self.agents.get_mut(&request.agent);
        let agent = agent.ok_or(ApplyError::UnknownAgent(request.agent))?;
        agent.books.note_session(&cell);
        agent.open.insert(seq);
        if let Some(worth) = reservation.worth {
            agent.watch.spent.reserve(worth, (at, seq)).map_err(range)?;
        }
        let stands = if request.key_derived { Stands::WhileOpen } else { Stands::Always };
        let (payment, parameters) = (request.payment, Half::of(&parameters));
        let used = KeyUse { payment, parameters, stands, asked_at: clock };
        agent.keys.insert(&request.idempotency_key, used);
        self.note_attempt(request.agent, times);
        let payment = Payment { cell, rate, ..Payment::reserved(reservation, seq, at) };
        self.see_asked(&payment);
        self.open.insert(seq, Open { payment: request.payment, submitted: false });
        self.deadlines.extend(payment.deadline().map(|deadline| (deadline, seq)));
        self.payments.insert(request.payment, Box::new(payment));
        Ok(())
    }

    fn approve(
        &mut self,
        payment: PaymentId,
        (approver, digest): (ApproverId, Digest),
        now: Now,
    ) -> Applied {
        let arrow = ApplyError::Arrow { event: "approval_given" };
        let payment = self.known_mut(payment)?;
        let Some(approval) = &payment.reservation.approval else { return Err(arrow) };
        let valid = payment.status == PaymentStatus::PendingApproval
            && now.clock < approval.expires_at_ms
            && approval.digest == digest
            && approval.approvers.contains(&approver)
            && !payment.approvals.contains(&approver);
        if !valid {
            return Err(arrow);
        }
        payment.status = payment.approved_by(approver);
        payment.updated_at = now.at;
        Ok(())
    }

    fn submit(&mut self, id: PaymentId, valid_until: Timestamp, now: Now) -> Applied {
        let payment = self.known(id)?;
        let may_act = self.may_act(payment.agent());
        let approved = payment.status == PaymentStatus::Approved && !payment.is_overdue(now.clock);
        if !may_act || !approved {
            return Err(ApplyError::Arrow { event: "payment_submitted" });
        }
        let deadline = payment.deadline().map(|deadline| (deadline, payment.seq));
        if let Some(deadline) = deadline {
            self.deadlines.remove(&deadline);
        }
        let payment = self.known_mut(id)?;
        payment.status = PaymentStatus::Submitted { valid_until };
        payment.updated_at = now.at;
        let seq = payment.seq;
        if let Some(open) = self.open.get_mut(&seq) {
            open.submitted = true;
        }
        Ok(())
    }

    fn stop_payment(&mut self, id: PaymentId, stop: &PaymentStop, now: Now) -> Applied {
        let payment = self.known(id)?;
        let possible = match stop {
            PaymentStop::Expired => payment.is_overdue(now.clock),
            PaymentStop::Declined { .. } => payment.status == PaymentStatus::PendingApproval,
            PaymentStop::Canceled { cause: StopCause::SessionOver } => {
                self.session_is_over(payment, now.clock)
            }
            PaymentStop::Canceled { .. } => true,
        };
        if !possible || !payment.is_unsubmitted() {
            return Err(ApplyError::Arrow { event: "payment_stopped" });
        }
        if matches!(stop, PaymentStop::Declined { .. }) {
            let declined = payment.clone();
            self.see_declined(&declined, now.at);
        }
        self.end(id, PaymentStatus::Stopped(stop.clone()), now)
    }

    fn succeed(
        &mut self,
        id: PaymentId,
        (settled, receipt): (Decimal, &Receipt),
        now: Now,
    ) -> Applied {
        let event = "payment_succeeded";
        self.in_flight(id, event)?;
        let asked = self.known(id)?.reservation.request.amount;
        let settled = crate::decide::settled(asked, settled);
        let settled = settled.ok_or(ApplyError::OutOfRange { event })?;
        self.end(id, PaymentStatus::Succeeded { settled, receipt: receipt.clone() }, now)
    }

    fn lose_sight(
        &mut self,
        id: PaymentId,
        (problem, detail): (&str, &Claim),
        at: Timestamp,
    ) -> Applied {
        let valid_until = self.in_flight(id, "payment_unknown")?;
        let payment = self.known_mut(id)?;
        let (problem, detail) = (problem.to_owned(), detail.clone());
        payment.status = PaymentStatus::Unknown { valid_until, problem, detail };
        payment.updated_at = at;
        Ok(())
    }

    /// Ends a payment: what was paid is settled, the rest of its reservation is released.
    fn end(&mut self, id: PaymentId, status: PaymentStatus, now: Now) -> Applied {
        self.note_outcome(id, &status)?;
        if matches!(status, PaymentStatus::Succeeded { .. }) {
            // Before its texts are dropped and its payee is noted as paid.
            self.learn(id);
        }
        let ended = self.close(id, status, now)?;
        self.settle(&ended, now.at)
    }

    /// What succeeded is what is usual.
    fn learn(&mut self, id: PaymentId) {
        if let Some(payment) = self.payments.remove(&id) {
            self.learn_paid(&payment);
            self.payments.insert(id, payment);
        }
    }

    fn close(
        &mut self,
        id: PaymentId,
        status: PaymentStatus,
        now: Now,
    ) -> Result<Ended, ApplyError> {
        let mut payment = self.payments.remove(&id).ok_or(ApplyError::UnknownPayment(id))?;
        let ended = Ended::with(&payment, &status);
        self.open.remove(&payment.seq);
        if let Some(agent) = self.agents.get_mut(&ended.agent) {
            agent.open.remove(&payment.seq);
        }
        if let Some(deadline) = payment.deadline() {
            self.deadlines.remove(&(deadline, payment.seq));
        }
        payment.status = status;
        payment.updated_at = now.at;
        payment.forget_texts();
        self.end_key(&payment, now.clock);
        self.payments.insert(id, payment);
        self.remember(id);
        Ok(ended)
    }

    pub(super) fn settle(&mut self, ended: &Ended, at: Timestamp) -> Applied {
        let agent = self.agents.get_mut(&ended.agent);
        let agent = agent.ok_or(ApplyError::UnknownAgent(ended.agent))?;
        if ended.succeeded {
            agent.books.note_paid(&ended.cell, ended.rail);
        }
        if ended.worth.is_zero() {
            return Ok(()); // A currency without a rate: no budget counted it.
        }
        let range = |_: OutOfRange| ApplyError::OutOfRange { event: "payment_ended" };
        let change = ended.settled.checked_sub(ended.worth).ok_or(range(OutOfRange))?;
        let place = (ended.reserved_at, ended.seq);
        agent.watch.spent.add(place, at, change).map_err(range)?;
        let moved = (ended.cell, ended.worth, ended.settled);
        self.post_settled(ended.agent, moved, ended.reserved_at, at).map_err(range)
    }
}

/// What a payment that ended gives back to the budgets.
pub(super) struct Ended {
    pub agent: AgentId,
    pub cell: Cell,
    pub reserved_at: Timestamp,
    pub seq: u64,
    pub worth: Decimal,
    settled: Decimal,
    succeeded: bool,
    rail: RailId,
}

impl Ended {
    /// Of a payment that ends like this.
    pub fn with(payment: &Payment, status: &PaymentStatus) -> Self {
        let paid = match status {
            PaymentStatus::Succeeded { settled, .. } => Some(*settled),
            _ => None,
        };
        let worth = payment.reservation.worth;
        let asked = payment.reservation.request.amount;
        let settled = |(worth, paid)| settled_worth((asked, payment.rate), paid, worth);
        Self {
            agent: payment.agent(),
            cell: payment.cell,
            reserved_at: payment.requested_at,
            seq: payment.seq,
            worth: worth.unwrap_or_default(),
            settled: worth.zip(paid).map_or(Decimal::ZERO, settled),
            succeeded: paid.is_some(),
            rail: payment.reservation.request.rail,
        }
    }
}

/// The worth of what was paid, at the rate of the reservation; all of it when in doubt.
pub(crate) fn settled_worth(
    (asked, rate): (Money, Option<Decimal>),
    paid: Decimal,
    worth: Decimal,
) -> Decimal {
    if paid == asked.amount() {
        return worth;
    }
    let money = Money::new(paid, asked.currency()).ok();
    let converted = money.zip(rate).and_then(|(money, rate)| money.converted(rate));
    converted.map_or(worth, |converted| converted.min(worth))
}
