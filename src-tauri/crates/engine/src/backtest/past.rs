//! The past with the change: a state that takes what happened as far as it still can.

use super::{PolicyChange, Verdict, VerdictKind, verdict};
use crate::decide::{Decision, Reply, SpendReply, decide, trip_after};
use crate::error::ApplyError;
use crate::now::Now;
use crate::replay::OnReview;
use crate::state::{PaymentStatus, State};
use purser_domain::{
    Command, Entry, Event, PaymentId, PaymentStop, Receipt, Resolution, SpendRequest, StopCause,
    Timestamp,
};
use std::collections::BTreeMap;

const VALIDITY_S: u64 = 60;

type Done = Result<(), ApplyError>;

#[derive(Debug, Clone)]
pub(super) struct Past {
    pub state: State,
    on_review: OnReview,
    clock: Timestamp,
    /// What was said of payments that the past did not have so, for when their keys come again.
    answers: BTreeMap<PaymentId, Verdict>,
}

impl Past {
    pub fn new(state: State, on_review: OnReview) -> Self {
        let clock = state.clock();
        Self { state, on_review, clock, answers: BTreeMap::new() }
    }

    /// Takes the times of the next entry. The log's own has come as far as it had then, although
    /// fewer entries may have been put here.
    pub fn hear(&mut self, entry: &Entry) {
        self.clock = entry.clock();
        if entry.clock_ms.is_some() {
            self.state.clock = self.state.clock.max(entry.at_ms);
        }
    }

    pub fn set_policies(&mut self, change: &PolicyChange) -> Done {
        if let Some(policy) = &change.wallet {
            self.put(Event::WalletPolicySet { policy: policy.clone() })?;
        }
        for (agent, policy) in &change.agents {
            if self.state.agent(*agent).is_some() {
                self.put(Event::AgentPolicySet { agent: *agent, policy: policy.clone() })?;
            }
        }
        Ok(())
    }

    /// Takes an event as it is.
    pub fn put(&mut self, event: Event) -> Done {
        let now = Now::new(self.clock, self.state.clock());
        let seq = self.state.next_seq();
        self.state.apply(&Entry { seq, at_ms: now.at, clock_ms: now.clock_ms(), event })
    }

    /// Decides, and takes what came of it.
    fn run(&mut self, command: &Command) -> Result<Decision, ApplyError> {
        let mut decision = decide(&self.state, command, self.clock);
        for event in std::mem::take(&mut decision.events) {
            self.put(event.clone())?;
            decision.events.push(event);
        }
        if let Some(uncounted) = &decision.coalesce {
            let (agent, refusal) = (uncounted.agent, uncounted.refusal.clone());
            self.run(&Command::NoteRefusals { agent, refusal, count: 1 })?;
        }
        Ok(decision)
    }

    /// Asks again. What only the change lets through comes to its end at once.
    pub fn spend(
        &mut self,
        request: &SpendRequest,
        before: &Verdict,
    ) -> Result<Verdict, ApplyError> {
        let command = Command::Spend { request: Box::new(request.clone()), presented: None };
        let decision = self.run(&command)?;
        let after = match &decision.reply {
            Reply::Spend(SpendReply::Repeated { payment }) => self.answers.get(payment).cloned(),
            _ => None,
        };
        let seen = || verdict(&decision.reply, (&decision.events, &self.state));
        let after = after.unwrap_or_else(seen);
        let payment = request.payment;
        if after.verdict != VerdictKind::Deny && after.differs(before) {
            self.answers.insert(payment, after.clone());
        }
        match (before.verdict, after.verdict) {
            (VerdictKind::Deny, VerdictKind::Review) if self.on_review == OnReview::Deny => {
                self.call_off(payment)?;
            }
            (VerdictKind::Deny, VerdictKind::Allow | VerdictKind::Review) => self.pay(payment)?,
            // Nobody is asked, so nothing holds it up until it is known how the past ended it.
            (VerdictKind::Review, VerdictKind::Allow) => {
                self.submit(payment, self.clock.plus_seconds(VALIDITY_S))?;
            }
            _ => {}
        }
        Ok(after)
    }

    /// Pays what the past called off, and the change had let go on long before.
    pub fn pay_stopped(&mut self, event: &Event) -> Done {
        let stopped = match event {
            Event::PaymentStopped { payment, .. } => std::slice::from_ref(payment),
            event => event.called_off(),
        };
        stopped.iter().try_for_each(|payment| {
            let held = self.state.payment(*payment);
            let in_flight = held.is_some_and(|held| held.status.is_in_flight());
            if in_flight { self.pay(*payment) } else { Ok(()) }
        })
    }

    /// Lets what became of things happen, as far as it still can.
    pub fn follow(&mut self, event: &Event) -> Done {
        self.pay_stopped(event)?;
        match event {
            Event::WalletFrozen { .. } => self.run(&Command::Freeze).map(drop),
            Event::WalletUnfrozen => self.run(&Command::Unfreeze).map(drop),
            Event::AgentPaused { agent, .. } => self.run(&Command::PauseAgent(*agent)).map(drop),
            Event::AgentResumed { agent } => self.run(&Command::ResumeAgent(*agent)).map(drop),
            Event::AgentRevoked { agent, .. } => self.run(&Command::RevokeAgent(*agent)).map(drop),
            Event::WalletPolicySet { .. }
            | Event::AgentPolicySet { .. }
            | Event::AllocationSet { .. }
            | Event::AttemptRejected { .. } => self.put(event.clone()),
            Event::AgentAskRefused { .. } => {
                // Decided before it is counted, as everything is.
                let tripped = trip_after(&self.state, event, self.clock);
                self.put(event.clone())?;
                tripped.map_or(Ok(()), |event| self.put(event))
            }
            Event::AttemptsRefused { agent, refusal, count } => {
                let (agent, refusal, count) = (*agent, refusal.clone(), *count);
                self.run(&Command::NoteRefusals { agent, refusal, count }).map(drop)
            }
            Event::SpendRepeated { payment, key, agent, .. } => {
                let agent = agent.or_else(|| self.state.agent_of_key(key, *payment));
                let held = agent.and_then(|id| self.state.payment_for_key(id, key, self.clock));
                if held == Some(*payment) { self.put(event.clone()) } else { Ok(()) }
            }
            Event::SessionOpened { .. } | Event::SessionClosed { .. } => self.follow_session(event),
            _ => self.follow_payment(event),
        }
    }

    /// Opens and closes sessions as they were, but for those that a payment over their ceiling
    /// closed: that payment closes them here, too.
    fn follow_session(&mut self, event: &Event) -> Done {
        let at = Now::new(self.clock, self.state.clock()).at;
        let find = |agent, session| self.state.agent(agent)?.sessions.find(session, at);
        let possible = match event {
            Event::SessionOpened { agent, terms, .. } => find(*agent, &terms.session).is_none(),
            Event::SessionClosed { agent, session, .. } => {
                find(*agent, session).is_some_and(|found| found.ended.is_none())
            }
            _ => false,
        };
        if possible { self.put(event.clone()) } else { Ok(()) }
    }

    fn follow_payment(&mut self, event: &Event) -> Done {
        match event {
            Event::ApprovalGiven { payment, approver, .. } => {
                let Some(digest) = self.asked(*payment) else { return Ok(()) };
                let (payment, approver) = (*payment, *approver);
                self.run(&Command::Approve { payment, approver, digest }).map(drop)
            }
            Event::PaymentStopped { payment, stop } => self.stop(*payment, stop),
            Event::PaymentSubmitted { payment, valid_until_ms } => {
                self.submit(*payment, *valid_until_ms)
            }
            Event::PaymentSucceeded { payment, settled, receipt } => {
                let (settled, receipt) = (*settled, receipt.clone());
                self.resolve(*payment, Resolution::Succeeded { settled, receipt })
            }
            Event::PaymentFailed { payment, problem, detail } => {
                let (problem, detail) = (problem.clone(), detail.clone());
                self.resolve(*payment, Resolution::Failed { problem, detail })
            }
            Event::PaymentUnknown { payment, problem, detail } => {
                let (problem, detail) = (problem.clone(), detail.clone());
                self.resolve(*payment, Resolution::Unknown { problem, detail })
            }
            // What the engine adds to a decision, it adds here too; credentials are not shown.
            _ => Ok(()),
        }
    }

    /// The digest of a payment that waits for people.
    fn asked(&self, payment: PaymentId) -> Option<purser_domain::Digest> {
        let held = self.state.payment(payment)?;
        let waits = held.status == PaymentStatus::PendingApproval;
        held.reservation.approval.as_ref().filter(|_| waits).map(|asked| asked.digest)
    }

    fn stop(&mut self, payment: PaymentId, stop: &PaymentStop) -> Done {
        match (stop, self.asked(payment)) {
            (PaymentStop::Declined { approver, reason }, Some(_)) => {
                let (approver, reason) = (*approver, reason.clone());
                self.run(&Command::Decline { payment, approver, reason }).map(drop)
            }
            _ => self.call_off(payment),
        }
    }

    fn call_off(&mut self, payment: PaymentId) -> Done {
        let cause = StopCause::Owner;
        self.run(&Command::Cancel { payment, agent: None, cause }).map(drop)
    }

    /// Approves what waits, by as many as it takes, and submits it.
    fn submit(&mut self, payment: PaymentId, valid_until: Timestamp) -> Done {
        let held = self.state.payment(payment);
        let asked = held.and_then(|held| held.reservation.approval.clone());
        for approver in asked.map(|asked| asked.approvers).unwrap_or_default() {
            if let Some(digest) = self.asked(payment) {
                self.run(&Command::Approve { payment, approver, digest })?;
            }
        }
        self.run(&Command::Submit { payment, valid_until }).map(drop)
    }

    fn resolve(&mut self, payment: PaymentId, resolution: Resolution) -> Done {
        self.run(&Command::Resolve { payment, resolution }).map(drop)
    }

    /// Brings a payment to a good end, in full.
    fn pay(&mut self, payment: PaymentId) -> Done {
        let Some(held) = self.state.payment(payment) else { return Ok(()) };
        let settled = held.reservation.request.amount.amount();
        self.submit(payment, self.clock.plus_seconds(VALIDITY_S))?;
        let receipt = Receipt { reference: "backtest".to_owned(), evidence: None, verified: false };
        self.resolve(payment, Resolution::Succeeded { settled, receipt })
    }
}
