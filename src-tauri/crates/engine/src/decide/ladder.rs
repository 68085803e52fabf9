//! The ladder: what a request to spend must pass, in order. The first step that fails names the
//! refusal; an error inside a step refuses.
//!
//! 1 credential and holder proof, 2 standing, 3 rate limit, 4 idempotency, 5 scope, line items and
//! conditions, 6 hard caps, 7 envelopes, the agent's and the wallet's, 8 allocations and the
//! budgets of all agents above, 9 circuit breakers, 10 signals, 11 tier, 12 reserve. Steps 2, 3, 5,
//! 8 and 11 hold for the agent and for every agent above.

use super::{Reply, SpendReply, above, breaker, conditions, credential, rate, scope, session};
use crate::budget::{BudgetKind, Cell, Meter, Moment, OutOfRange};
use crate::now::Now;
use crate::state::{Agent, AgentStatus, Credential, State};
use crate::{charge, signals, thresholds, tiers};
use purser_domain::{
    AgentId, ApprovalRequirement, Event, PaymentId, Presented, Refusal, Reservation, SpendRequest,
    Tier, Timestamp,
};
use rust_decimal::Decimal;

/// A request that no step refused.
enum Passed {
    Repeated(PaymentId),
    /// With what its budgets have reached by it.
    Reserved(Box<Reservation>, Vec<Event>),
}

pub(super) fn spend(
    state: &State,
    request: &SpendRequest,
    presented: Option<&Presented>,
    now: Now,
) -> (Vec<Event>, Reply) {
    let filled = state.agent(request.agent).map(|agent| agent.sessions.fill(request, now.at));
    let request = filled.as_deref().unwrap_or(request);
    let (events, reply) = match climb(state, request, presented, now) {
        Ok(Passed::Repeated(payment)) => {
            let key = request.idempotency_key.clone();
            (vec![Event::SpendRepeated { payment, key }], SpendReply::Repeated { payment })
        }
        Ok(Passed::Reserved(reservation, told)) => {
            let payment = request.payment;
            let reserved = std::iter::once(Event::SpendReserved { reservation });
            (reserved.chain(told).collect(), SpendReply::Reserved { payment })
        }
        Err(refusal) => {
            let told = thresholds::refused(state, request, &refusal, now.at);
            let closed = session::exceeded(request, &refusal);
            let request = request.clone();
            let event = Event::SpendRefused { request, refusal: refusal.clone() };
            let events = std::iter::once(event).chain(closed).chain(told).collect();
            (events, SpendReply::Refused(refusal))
        }
    };
    (events, Reply::Spend(reply))
}

fn climb(
    state: &State,
    request: &SpendRequest,
    presented: Option<&Presented>,
    now: Now,
) -> Result<Passed, Refusal> {
    let Now { at, clock } = now;
    let Caller { held, chain } = caller(state, request.agent, presented, clock)?;
    let agent = *chain.first().ok_or_else(|| internal("standing"))?;
    if let Some(payment) = repeats(state, agent, request, clock)? {
        return Ok(Passed::Repeated(payment));
    }
    let rate = rate(state.policy(), request.amount.currency(), at);
    let worth = worth(rate, request)?;
    let payee_keys = request.payee.keys();
    let asked = scope::Asked { request, payee_keys: &payee_keys, worth, clock };
    let narrowed = [held.map(|held| &held.scope), presented.map(|shown| &shown.scope)];
    scope::check(&chain, &narrowed, &asked)?;
    session::check(agent, request, now)?;
    conditions::line_items(request)?;
    let asks = conditions::check(&chain, &asked, rate)?;
    let cell = state.words.find(request, &payee_keys);
    let now = Moment::new(&state.calendar, at).map_err(|_| internal("calendar"))?;
    if let Some(worth) = worth {
        hard_caps(agent, (request, &cell), worth, &now)?;
        within(agent.books.meters.envelopes(), &cell, worth, &now)?;
        above::wallet(state, (request, &cell, worth), &now)?;
    }
    above::check(state, &chain, (request, &cell, worth), &now)?;
    if let Some(worth) = worth {
        breaker::spend_rate(agent, worth, at)?;
    }
    let first = payee_keys.first().ok_or_else(|| internal("signals"))?;
    let signals = signals::of(state, agent, (request, first));
    let placed = tiers::place(state.policy(), &chain, (worth, asked.opening()), asks);
    let (tier, rules) = breaker::repeated_failures(agent, request, placed)?;
    let approval = approval(state, request, tier, clock)?;
    let charged_to = charge::shares(state.policy(), &agent.policy, (request, &payee_keys), worth);
    let charged_to = charged_to.ok_or_else(|| internal("charge"))?;
    let told = worth.map(|worth| thresholds::crossed(state, &chain, (request, &cell, worth), &now));
    let request = request.clone();
    let reservation = Reservation { request, worth, tier, rules, signals, charged_to, approval };
    Ok(Passed::Reserved(Box::new(reservation), told.unwrap_or_default()))
}

/// An agent whose request passed steps 1 to 3.
pub(super) struct Caller<'a> {
    /// The stored credential behind what it presented.
    pub held: Option<&'a Credential>,
    /// It and the agents above it, the nearest first.
    pub chain: Vec<&'a Agent>,
}

/// Steps 1 to 3, of every request that an agent makes.
pub(super) fn caller<'a>(
    state: &'a State,
    agent: AgentId,
    presented: Option<&Presented>,
    clock: Timestamp,
) -> Result<Caller<'a>, Refusal> {
    let held = credential::check(state, agent, presented, clock)?;
    let chain = standing(state, agent)?;
    chain.iter().try_for_each(|agent| rate_limit(agent, clock))?;
    Ok(Caller { held, chain })
}

pub(super) fn internal(step: &str) -> Refusal {
    Refusal::Internal { step: step.to_owned() }
}

/// Step 2, with the agent and those above it, the nearest first. An agent's own standing is named
/// before the wallet's, and that of an agent above it last.
pub(super) fn standing(state: &State, agent: AgentId) -> Result<Vec<&Agent>, Refusal> {
    let chain: Vec<&Agent> = state.chain(agent).collect();
    let (own, above) = chain.split_first().ok_or(Refusal::AgentUnknown)?;
    match own.status {
        AgentStatus::Revoked => return Err(Refusal::AgentRevoked),
        _ if state.frozen() => return Err(Refusal::WalletFrozen),
        AgentStatus::Paused => return Err(Refusal::AgentPaused),
        AgentStatus::Active => {}
    }
    match above.iter().find(|agent| agent.status != AgentStatus::Active) {
        Some(stopped) => Err(Refusal::AncestorStopped { ancestor: stopped.id }),
        None => Ok(chain),
    }
}

/// Step 3.
fn rate_limit(agent: &Agent, clock: Timestamp) -> Result<(), Refusal> {
    let limit = agent.policy.rate_limit_per_minute;
    match agent.attempts.retry_after_s(clock, limit) {
        Some(retry_after_s) => Err(Refusal::RateLimited { limit, retry_after_s }),
        None => Ok(()),
    }
}

/// Step 4: the payment that this request asked for before, if it did.
fn repeats(
    state: &State,
    agent: &Agent,
    request: &SpendRequest,
    clock: Timestamp,
) -> Result<Option<PaymentId>, Refusal> {
    let used = agent.keys.get(&request.idempotency_key);
    if let Some(used) = used.filter(|used| !state.key_is_free(used, request.key_derived, clock)) {
        let parameters = request.parameters_digest().map_err(|_| internal("idempotency"))?;
        if parameters != used.parameters {
            return Err(Refusal::IdempotencyConflict { payment: used.payment });
        }
        return Ok(Some(used.payment));
    }
    if state.payment(request.payment).is_some() {
        return Err(internal("payment_id"));
    }
    Ok(None)
}

/// What the request is worth in the budget currency; `None` when its currency has no rate.
fn worth(rate: Option<Decimal>, request: &SpendRequest) -> Result<Option<Decimal>, Refusal> {
    let Some(rate) = rate else { return Ok(None) };
    request.amount.converted(rate).map(Some).ok_or_else(|| internal("worth"))
}

/// Step 6.
fn hard_caps(
    agent: &Agent,
    (request, cell): (&SpendRequest, &Cell),
    worth: Decimal,
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    let limit = agent.policy.per_transaction;
    if worth > limit {
        return Err(Refusal::PerTransactionCap { limit, observed: worth });
    }
    let meters = &agent.books.meters;
    let (session, daily) = meters.caps().ok_or_else(|| internal("hard_caps"))?;
    let observed = observed(session, cell, worth, now)?;
    let limit = agent.limit(session, request.session.as_ref());
    if observed > limit {
        return Err(Refusal::SessionCap { limit, observed: observed.normalize() });
    }
    within([daily], cell, worth, now)?;
    if meters.envelopes().len() != agent.policy.spending_limits.len() {
        return Err(internal("envelopes"));
    }
    Ok(())
}

/// Steps 6 and 7: the first meter that this worth would take over its limit.
fn within<'a>(
    meters: impl IntoIterator<Item = &'a Meter>,
    cell: &Cell,
    worth: Decimal,
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    match first_over(meters, cell, worth, now)? {
        Some((meter, observed)) => Err(over(meter, observed, now)),
        None => Ok(()),
    }
}

/// The first meter that this worth would take over its limit, and to what.
pub(super) fn first_over<'a>(
    meters: impl IntoIterator<Item = &'a Meter>,
    cell: &Cell,
    worth: Decimal,
    now: &Moment<'_>,
) -> Result<Option<(&'a Meter, Decimal)>, Refusal> {
    for meter in meters.into_iter().filter(|meter| meter.counts(cell)) {
        let observed = observed(meter, cell, worth, now)?;
        if observed > meter.limit {
            return Ok(Some((meter, observed.normalize())));
        }
    }
    Ok(None)
}

/// What a meter would have used with this worth.
fn observed(
    meter: &Meter,
    cell: &Cell,
    worth: Decimal,
    now: &Moment<'_>,
) -> Result<Decimal, Refusal> {
    let share = meter.share(cell, now.day.start);
    let used = meter.used(&share, now).and_then(|totals| totals.with(worth));
    used.map_err(|OutOfRange| internal("budget"))
}

fn over(meter: &Meter, observed: Decimal, now: &Moment<'_>) -> Refusal {
    let limit = meter.limit;
    match meter.kind {
        BudgetKind::PerTransaction => Refusal::PerTransactionCap { limit, observed },
        BudgetKind::Session => Refusal::SessionCap { limit, observed },
        BudgetKind::Daily => Refusal::DailyCap { limit, observed, resets_at_ms: now.day.end },
        BudgetKind::Envelope { index, interval, window } => {
            Refusal::EnvelopeLimit { envelope: index, interval, window, limit, observed }
        }
        BudgetKind::Allocation { .. } => internal("budget"),
    }
}

fn approval(
    state: &State,
    request: &SpendRequest,
    tier: Tier,
    clock: Timestamp,
) -> Result<Option<ApprovalRequirement>, Refusal> {
    let approvers: Vec<_> = state.owner().into_iter().collect();
    let Some((needed, minutes)) = tiers::quorum(&state.policy().tiers, tier, approvers.len())
    else {
        return Ok(None);
    };
    let digest = request.digest().map_err(|_| internal("digest"))?;
    let expires_at_ms = clock.plus_seconds(u64::from(minutes).saturating_mul(60));
    Ok(Some(ApprovalRequirement { needed, approvers, digest, expires_at_ms }))
}
