//! Circuit breakers: what an agent spent, failed at and was refused of late.

use super::climb::one_purchase;
use super::time::QUARTER;
use super::{Agent, Model, coalesce};
use purser_domain::{
    AgentId, BreakerCause, Breakers, Event, Refusal, SpendRequest, StopCause, Tier, Timestamp,
};
use purser_engine::AgentStatus;
use rust_decimal::Decimal;

/// Quarters of an hour in a day.
const DAY: i64 = 96;
/// Most purchases whose failures are remembered.
const REMEMBERED: usize = 64;

impl Model {
    /// Why a payment now would be far more in a day than is usual, if it would be.
    pub(super) fn too_much(
        &self,
        id: AgentId,
        worth: Decimal,
        now: Timestamp,
    ) -> Option<BreakerCause> {
        let agent = &self.agents[&id];
        let quarter = |at: Timestamp| at.as_millis() / QUARTER;
        // The day ends with the quarter of an hour that it is now; the month ends where it begins.
        let day = quarter(now) + 1 - DAY;
        let month = day - 30 * DAY;
        let own = || {
            let pays = self.payments.iter();
            pays.filter(|pay| pay.agent() == id && pay.reservation.worth.is_some())
        };
        let sum = |total, pay: &super::Pay| total + pay.settled + pay.reserved;
        let today = own().filter(|pay| quarter(pay.at) >= day && pay.seq > agent.resumed);
        let observed = today.fold(worth, sum);
        let before = own().filter(|pay| (month..day).contains(&quarter(pay.at)));
        let before = before.fold(Decimal::ZERO, sum);
        let first = own().next().map_or(day, |pay| quarter(pay.at));
        let history = (day - first.max(month)).max(0);
        // Three days of a fifth of the daily cap stand for what is not known.
        let spent = before + agent.policy.daily * Decimal::new(6, 1);
        let quarters = Decimal::from(history + 3 * DAY);
        let multiple = agent.policy.breakers.spend_rate_multiple;
        if observed * quarters <= spent * Decimal::from(DAY) * multiple {
            return None;
        }
        let usual = (spent * Decimal::from(DAY) / quarters).round_dp(6).normalize();
        let observed = observed.normalize();
        Some(BreakerCause::SpendRate { observed, usual, multiple })
    }

    /// Raises the tier of a purchase that failed too often since it last succeeded.
    pub(super) fn after_failures(
        &self,
        request: &SpendRequest,
        (mut tier, mut rules): (Tier, Vec<String>),
    ) -> (Tier, Vec<String>) {
        let agent = &self.agents[&request.agent];
        let failed = agent.failures.iter().find(|(other, _)| one_purchase(other, request));
        if failed.is_some_and(|(_, times)| *times > agent.policy.breakers.repeated_failures) {
            if tier < Tier::SingleApprover {
                tier = Tier::SingleApprover;
                rules.retain(|rule| !rule.starts_with("tier_"));
            }
            rules.push("repeated_failures".to_owned());
        }
        (tier, rules)
    }

    /// The breaker that trips when this happens, if one does.
    pub(super) fn tripped_by(&self, events: &[Event], clock: Timestamp) -> Option<Event> {
        let (agent, refusal, times) = match events.first()? {
            Event::SpendRefused { request, refusal, .. } => (request.agent, refusal, 1),
            Event::AttemptsRefused { agent, refusal, count } => (*agent, refusal, *count),
            Event::AgentAskRefused { agent, refusal, .. } => (*agent, refusal, 1),
            _ => return None,
        };
        let found = self.agents.get(&agent)?;
        if found.status != AgentStatus::Active || !coalesce::is_of_the_agent(refusal) {
            return None;
        }
        let cause = match refusal {
            Refusal::BreakerTripped { cause } => cause.clone(),
            _ => too_many(found, times, clock)?,
        };
        let subtree = self.subtree(agent);
        // Those that ended with their session don't wait any more.
        let ended = |pay: &super::Pay| events.iter().any(|one| one.payment() == Some(pay.id()));
        let waiting = self.payments.iter().filter(|pay| pay.waits() && !ended(pay));
        let theirs = waiting.filter(|pay| subtree.contains(&pay.agent()));
        Some(Event::BreakerTripped { agent, cause, canceled: theirs.map(super::Pay::id).collect() })
    }

    /// Takes that a breaker tripped.
    pub(super) fn note_tripped(&mut self, event: &Event, at: Timestamp) {
        let Event::BreakerTripped { agent, cause, canceled } = event else { return };
        let found = self.agents.get_mut(agent).unwrap();
        found.status = AgentStatus::Paused;
        found.tripped = Some((cause.clone(), at));
        self.call_off(canceled, StopCause::Breaker);
    }

    /// Takes how a purchase went.
    pub(super) fn note_outcome(&mut self, request: &SpendRequest, failed: bool) {
        let agent = self.agents.get_mut(&request.agent).unwrap();
        let place = agent.failures.iter().position(|(other, _)| one_purchase(other, request));
        let times = place.map_or(0, |place| agent.failures.remove(place).1);
        if failed {
            agent.failures.push((request.clone(), times + 1));
        }
        if agent.failures.len() > REMEMBERED {
            agent.failures.remove(0);
        }
    }
}

impl Agent {
    /// Takes that it was refused so often.
    pub(super) fn note_refusals(&mut self, times: u32, clock: Timestamp) {
        let refusals = &mut self.refusals;
        refusals.iter_mut().for_each(|(then, _)| *then = clock.min(*then));
        refusals.retain(|(then, _)| is_recent(*then, clock));
        refusals.push((clock, times));
    }
}

fn is_recent(then: Timestamp, clock: Timestamp) -> bool {
    clock.millis_since(then) < i64::from(Breakers::REFUSAL_MINUTES) * 60_000
}

fn too_many(agent: &Agent, times: u32, clock: Timestamp) -> Option<BreakerCause> {
    let recent = agent.refusals.iter().filter(|(then, _)| is_recent(*then, clock));
    let observed = recent.fold(times, |sum, (_, times)| sum.saturating_add(*times));
    let (limit, minutes) = (agent.policy.breakers.refusals, Breakers::REFUSAL_MINUTES);
    (observed > limit).then_some(BreakerCause::Refusals { observed, limit, minutes })
}
