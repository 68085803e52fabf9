//! Taking what became durable.

use super::{Agent, Calendar, DAY, Held, Model, Now, Pay, coalesce};
use purser_domain::{
    AgentId, Entry, Event, IdempotencyKey, Money, PaymentId, PaymentStop, Refusal, Reservation,
    SessionEnd, StopCause, Timestamp,
};
use purser_engine::{AgentStatus, PaymentStatus};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

impl Model {
    /// Takes an entry.
    ///
    /// # Panics
    /// When it is about something that does not exist.
    pub fn note(&mut self, entry: &Entry) {
        let at = entry.at_ms;
        let now = Now { at, clock: entry.clock() };
        self.clock = at;
        if let Some((agent, _)) = coalesce::early(&entry.event) {
            self.note_whole(agent, now.clock);
        }
        // Before it counts, since what it fills is told once.
        let told = self.reached(&entry.event, now.at);
        self.told.extend(told.into_iter().map(|(told, _)| told));
        match &entry.event {
            // Known from what came before it.
            Event::BudgetReached { .. } => {}
            Event::WalletCreated { owner, policy } => {
                self.owner = Some(*owner);
                self.calendar = Calendar::new(&policy.time_zone).unwrap();
                self.wallet = policy.clone();
            }
            Event::WalletPolicySet { policy } => {
                self.policies_set.push(at);
                if policy.time_zone != self.wallet.time_zone {
                    self.calendar = Calendar::new(&policy.time_zone).unwrap();
                }
                self.wallet = policy.clone();
            }
            Event::WalletFrozen { canceled } => {
                self.frozen = true;
                self.call_off(canceled, StopCause::Frozen);
            }
            Event::WalletUnfrozen => self.frozen = false,
            // It may be anybody's.
            Event::AttemptRejected { .. } => {}
            Event::SpendRefused { request, refusal, .. } => {
                self.note_refused(request.agent, refusal, 1, now);
            }
            Event::AgentAskRefused { agent, refusal, .. } => {
                self.note_refused(*agent, refusal, 1, now);
            }
            Event::AttemptsRefused { agent, refusal, count } => {
                self.see(*agent, now.clock);
                self.note_refused(*agent, refusal, *count, now);
            }
            Event::SpendRepeated { payment, .. } => {
                let agent = self.pay(*payment).unwrap().agent();
                self.note_attempt(agent, now);
            }
            Event::SpendReserved { reservation } => self.note_reserved(reservation, entry.seq, now),
            Event::CredentialIssued { credential, agent, scope, expires_at_ms, bearer, .. } => {
                // Those that ended a day ago are forgotten.
                self.credentials
                    .retain(|held| held.expires_at.as_millis() + DAY > now.clock.as_millis());
                self.credentials.push(Held {
                    id: *credential,
                    agent: *agent,
                    scope: scope.clone(),
                    expires_at: *expires_at_ms,
                    bearer: *bearer,
                    revoked: false,
                });
            }
            Event::CredentialRevoked { credential } => {
                let held = self.credentials.iter_mut().find(|held| held.id == *credential);
                held.unwrap().revoked = true;
            }
            event => self.note_agent(event, entry.seq, now),
        }
        self.forget_keys(now.clock);
    }

    fn note_agent(&mut self, event: &Event, seq: u64, now: Now) {
        match event {
            Event::AgentAdded { agent, name, policy, parent, allocation, .. } => {
                let added = Agent {
                    name: name.clone(),
                    policy: policy.clone(),
                    status: AgentStatus::Active,
                    parent: *parent,
                    allocation: allocation.clone(),
                    added_at: now.at,
                    last_activity_at: None,
                    attempts: Vec::new(),
                    refused: Vec::new(),
                    tripped: None,
                    resumed: 0,
                    refusals: Vec::new(),
                    failures: Vec::new(),
                    sessions: Vec::new(),
                    keys: BTreeMap::new(),
                };
                assert!(self.agents.insert(*agent, added).is_none(), "added twice");
                parent.iter().for_each(|parent| self.note_attempt(*parent, now));
            }
            Event::AllocationSet { agent, allocation, by } => {
                self.agent_mut(*agent).allocation.clone_from(allocation);
                by.iter().for_each(|by| self.note_attempt(*by, now));
            }
            Event::AgentPolicySet { agent, policy } => {
                self.policies_set.push(now.at);
                self.agent_mut(*agent).policy = policy.clone();
            }
            Event::AgentPaused { agent, canceled } => {
                self.agent_mut(*agent).status = AgentStatus::Paused;
                self.call_off(canceled, StopCause::Paused);
            }
            Event::AgentResumed { agent } => {
                let found = self.agent_mut(*agent);
                found.status = AgentStatus::Active;
                found.tripped = None;
                found.resumed = seq;
                found.refusals.clear();
            }
            Event::BreakerTripped { .. } => self.note_tripped(event, now.at),
            Event::SessionOpened { .. } | Event::SessionClosed { .. } => {
                self.note_session(event, seq, now);
            }
            Event::AgentRevoked { agent, canceled, descendants, .. } => {
                for id in [agent].into_iter().chain(descendants) {
                    self.agent_mut(*id).status = AgentStatus::Revoked;
                    let held = self.credentials.iter_mut().filter(|held| held.agent == *id);
                    held.for_each(|held| held.revoked = true);
                    let sessions = self.agent_mut(*id).sessions.iter_mut();
                    let unended = sessions.filter(|one| one.ended.is_none());
                    unended.for_each(|one| one.end(SessionEnd::Revoked, now.at));
                }
                self.call_off(canceled, StopCause::Revoked);
            }
            event => self.note_payment(event),
        }
    }

    /// A key that was free once stays free, whatever the clock says later.
    fn forget_keys(&mut self, clock: Timestamp) {
        let free = |key: &(AgentId, IdempotencyKey, PaymentId)| self.key_is_free(key.2, clock);
        let of_agent = |agent: (&AgentId, &Agent)| {
            let keys = agent.1.keys.iter();
            keys.map(|(key, id)| (*agent.0, key.clone(), *id)).collect::<Vec<_>>()
        };
        let over: Vec<_> = self.agents.iter().flat_map(of_agent).filter(free).collect();
        for (agent, key, _) in over {
            self.agent_mut(agent).keys.remove(&key);
        }
    }

    fn note_payment(&mut self, event: &Event) {
        match event {
            Event::ApprovalGiven { payment, approver, .. } => {
                let pay = self.pay_mut(*payment);
                pay.approvals.push(*approver);
                let needed = pay.reservation.approval.as_ref().unwrap().needed as usize;
                if pay.approvals.len() >= needed {
                    pay.status = PaymentStatus::Approved;
                }
            }
            Event::PaymentStopped { payment, stop } => {
                self.end(*payment, PaymentStatus::Stopped(stop.clone()));
            }
            Event::PaymentSubmitted { payment, valid_until_ms } => {
                let valid_until = *valid_until_ms;
                self.pay_mut(*payment).status = PaymentStatus::Submitted { valid_until };
            }
            Event::PaymentSucceeded { payment, settled, receipt } => {
                let (settled, receipt) = (*settled, receipt.clone());
                self.end(*payment, PaymentStatus::Succeeded { settled, receipt });
                let pay = self.pay_mut(*payment);
                let request = &pay.reservation.request;
                let paid = (request.agent, request.payee.key(), request.rail);
                let request = request.clone();
                pay.settled = settled_worth(pay, settled);
                self.paid.push(paid);
                self.teach(*payment);
                self.note_outcome(&request, false);
            }
            Event::PaymentFailed { payment, problem, detail } => {
                let (problem, detail) = (problem.clone(), detail.clone());
                self.end(*payment, PaymentStatus::Failed { problem, detail });
                let request = self.pay(*payment).unwrap().reservation.request.clone();
                self.note_outcome(&request, true);
            }
            Event::PaymentUnknown { payment, problem, detail } => {
                let pay = self.pay_mut(*payment);
                let (PaymentStatus::Submitted { valid_until }
                | PaymentStatus::Unknown { valid_until, .. }) = pay.status
                else {
                    panic!("{payment} is not in flight")
                };
                let (problem, detail) = (problem.clone(), detail.clone());
                pay.status = PaymentStatus::Unknown { valid_until, problem, detail };
            }
            Event::PaymentJudged { payment, fine } => self.note_judged(*payment, *fine),
            event => panic!("the model does not know {event:?}"),
        }
    }

    fn agent_mut(&mut self, agent: AgentId) -> &mut Agent {
        self.agents.get_mut(&agent).expect("an agent that exists")
    }

    pub(super) fn pay_mut(&mut self, id: PaymentId) -> &mut Pay {
        self.payments.iter_mut().find(|pay| pay.id() == id).expect("a payment that exists")
    }

    /// Nothing is held any more.
    fn end(&mut self, id: PaymentId, status: PaymentStatus) {
        let pay = self.pay_mut(id);
        pay.status = status;
        pay.reserved = Decimal::ZERO;
    }

    pub(super) fn call_off(&mut self, payments: &[PaymentId], cause: StopCause) {
        for id in payments {
            self.end(*id, PaymentStatus::Stopped(PaymentStop::Canceled { cause }));
        }
    }

    fn note_reserved(&mut self, reservation: &Reservation, seq: u64, now: Now) {
        let request = &reservation.request;
        let status = match reservation.approval {
            Some(_) => PaymentStatus::PendingApproval,
            None => PaymentStatus::Approved,
        };
        self.payments.push(Pay {
            reservation: reservation.clone(),
            chain: self.chain(request.agent),
            seq,
            at: now.at,
            clock: now.clock,
            rate: self.rate(request, now.at),
            status,
            approvals: Vec::new(),
            settled: Decimal::ZERO,
            reserved: reservation.worth.unwrap_or_default(),
            judged: None,
        });
        self.note_attempt(request.agent, now);
        let (key, payment) = (request.idempotency_key.clone(), request.payment);
        self.agent_mut(request.agent).keys.insert(key, payment);
    }

    /// An attempt that came past the rate limit counts towards it.
    pub(super) fn note_attempt(&mut self, agent: AgentId, now: Now) {
        self.note_activity(agent, now);
        for id in self.chain(agent) {
            let Some(found) = self.agents.get_mut(&id) else { continue };
            // What has been a minute old is so for good, though the clock may go back.
            found.attempts.retain(|then| now.clock.millis_since(*then) < 60_000);
            if found.attempts.len() < found.policy.rate_limit_per_minute as usize {
                found.attempts.push(now.clock);
            }
        }
    }

    /// The agent was heard of. Where the clock has gone back, what was before grows old from now.
    fn note_activity(&mut self, agent: AgentId, now: Now) {
        for id in self.chain(agent) {
            let Some(found) = self.agents.get_mut(&id) else { continue };
            found.attempts.iter_mut().for_each(|then| *then = now.clock.min(*then));
        }
        self.see(agent, now.clock);
        if let Some(found) = self.agents.get_mut(&agent) {
            found.last_activity_at = Some(now.at);
        }
    }

    /// The same for its refusals.
    fn see(&mut self, agent: AgentId, clock: Timestamp) {
        let Some(found) = self.agents.get_mut(&agent) else { return };
        found.refused.iter_mut().for_each(|then| *then = clock.min(*then));
    }

    /// An early refusal is an entry of its own.
    fn note_whole(&mut self, agent: AgentId, clock: Timestamp) {
        self.see(agent, clock);
        let Some(found) = self.agents.get_mut(&agent) else { return };
        found.refused.retain(|then| clock.millis_since(*then) < 60_000);
        found.refused.push(clock);
    }

    fn note_refused(&mut self, agent: AgentId, refusal: &Refusal, times: u32, now: Now) {
        if !coalesce::is_of_the_agent(refusal) {
            return;
        }
        let found = self.agents.get_mut(&agent).filter(|found| found.status == AgentStatus::Active);
        if let Some(found) = found {
            found.note_refusals(times, now.clock);
        }
        // One that did not get past the rate limit does not count towards it.
        if coalesce::is_early(refusal) {
            self.note_activity(agent, now);
        } else {
            self.note_attempt(agent, now);
        }
    }
}

/// What was really paid, at the rate of the day it was asked, and never more than was held.
fn settled_worth(pay: &Pay, settled: Decimal) -> Decimal {
    let Some(worth) = pay.reservation.worth else { return Decimal::ZERO };
    let asked = pay.reservation.request.amount;
    if settled == asked.amount() {
        return worth;
    }
    let money = Money::new(settled, asked.currency()).unwrap();
    pay.rate.and_then(|rate| money.converted(rate)).map_or(worth, |paid| paid.min(worth))
}
