//! Step 9, circuit breakers, and what follows a refusal. A breaker that trips pauses the agent and
//! calls off what waits, until the owner resumes the agent.

use super::ladder::internal;
use super::owner;
use crate::apply::is_of_the_agent;
use crate::explain::{Check, Compared, Observer, Step, StepResult};
use crate::state::{Agent, AgentStatus, State};
use purser_domain::{Event, Refusal, SpendRequest, Tier, Timestamp};
use rust_decimal::Decimal;

/// The rule of a payment that a person is asked about because the same purchase failed before.
const REPEATED_FAILURES: &str = "repeated_failures";

/// Refuses what would make the last 24 hours far more than is usual for this agent.
pub(super) fn spend_rate(
    agent: &Agent,
    worth: Decimal,
    at: Timestamp,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    let range = |_| internal("breakers");
    let rate = agent.watch.spent.rate(worth, &agent.policy, at).map_err(range)?;
    let result = match rate.excess().map_err(range)? {
        None => Ok(()),
        Some(cause) => Err(Refusal::BreakerTripped { cause }),
    };
    to.told(result, || {
        let compared = Compared::counted(rate.limit(), rate.observed, worth);
        Step::agent(9, Check::SpendRate, agent.id).compared(compared)
    })
}

/// Raises the tier of a purchase that failed too often since it last succeeded.
pub(super) fn repeated_failures(
    agent: &Agent,
    request: &SpendRequest,
    (tier, mut rules): (Tier, Vec<String>),
    to: &mut impl Observer,
) -> Result<(Tier, Vec<String>), Refusal> {
    let failures = &agent.watch.failures;
    if failures.is_empty() {
        return Ok((tier, rules));
    }
    let purchase = request.parameters_digest().map_err(|_| internal("breakers"))?;
    let (times, limit) = (failures.of(&purchase), agent.policy.breakers.repeated_failures);
    let asks = times > limit;
    to.hear(|| {
        let result = if asks { StepResult::Asks } else { StepResult::Passed };
        let compared = Compared::single(limit.into(), times.into());
        Step::agent(11, Check::RepeatedFailures, agent.id).compared(compared).result(result)
    });
    if !asks {
        return Ok((tier, rules));
    }
    if tier < Tier::SingleApprover {
        rules.retain(|rule| !rule.starts_with("tier_"));
    }
    rules.push(REPEATED_FAILURES.to_owned());
    Ok((tier.max(Tier::SingleApprover), rules))
}

/// What follows when something was refused: a breaker may trip. Of an agent that is paused already
/// none does.
pub(super) fn after(state: &State, events: &[Event], clock: Timestamp) -> Option<Event> {
    let (agent, refusal, times) = match events.first()? {
        Event::SpendRefused { request, refusal, .. } => (request.agent, refusal, 1),
        Event::AgentAskRefused { agent, refusal, .. } => (*agent, refusal, 1),
        Event::AttemptsRefused { agent, refusal, count } => (*agent, refusal, *count),
        _ => return None,
    };
    let found = state.agent(agent)?;
    if found.status != AgentStatus::Active || !is_of_the_agent(refusal) {
        return None;
    }
    let limit = found.policy.breakers.refusals;
    let cause = match refusal {
        Refusal::BreakerTripped { cause } => cause.clone(),
        _ => found.watch.refusals.excess(times, limit, clock)?,
    };
    let mut canceled = owner::report(state, Some(&state.subtree(agent))).canceled;
    // What ended with the session that the refusal closed waits no more.
    canceled.retain(|payment| !events.iter().any(|event| event.payment() == Some(*payment)));
    Some(Event::BreakerTripped { agent, cause, canceled })
}
