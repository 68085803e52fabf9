//! The ladder: what a request to spend must pass, in order. The first step that fails names the
//! refusal; an error inside a step refuses.
//!
//! 1 credential and holder proof, 2 standing, 3 rate limit, 4 idempotency, 5 scope, line items and
//! conditions, 6 hard caps, 7 envelopes, the agent's and the wallet's, 8 allocations and the
//! budgets of all agents above, 9 circuit breakers, 10 signals, 11 tier, 12 reserve. Steps 2, 3, 5,
//! 8 and 11 hold for the agent and for every agent above.

use super::{Reply, SpendReply, above, breaker, conditions, credential, rate, scope, session};
use crate::budget::{BudgetKind, Cell, Meter, Moment, OutOfRange};
use crate::explain::{Check, Compared, Observer, Step, StepResult, Whose};
use crate::keys::Half;
use crate::now::Now;
use crate::state::{Agent, AgentStatus, Credential, State};
use crate::{charge, signals, thresholds, tiers};
use purser_domain::{
    AgentId, ApprovalRequirement, Event, PaymentId, Presented, Refusal, Reservation, Shown, Signal,
    SignalEffect, SpendRequest, Tier, Timestamp,
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
    to: &mut impl Observer,
) -> (Vec<Event>, Reply) {
    let filled = state.agent(request.agent).map(|agent| agent.sessions.fill(request, now.at));
    let request = filled.as_deref().unwrap_or(request);
    let shown = presented.map(|presented| Box::new(shown(state, presented)));
    let (events, reply) = match climb(state, request, presented, now, to) {
        Ok(Passed::Repeated(payment)) => {
            let key = request.idempotency_key.clone();
            let agent = Some(request.agent);
            let event = Event::SpendRepeated { payment, key, agent, presented: shown };
            (vec![event], SpendReply::Repeated { payment })
        }
        Ok(Passed::Reserved(mut reservation, told)) => {
            let payment = request.payment;
            reservation.presented = shown;
            let reserved = std::iter::once(Event::SpendReserved { reservation });
            (reserved.chain(told).collect(), SpendReply::Reserved { payment })
        }
        Err(refusal) => {
            let told = thresholds::refused(state, request, &refusal, now.at);
            let closed = session::exceeded(state, request, &refusal);
            let request = request.clone();
            let refused = refusal.clone();
            let event = Event::SpendRefused { request, refusal: refused, presented: shown };
            let events = std::iter::once(event).chain(closed).chain(told).collect();
            (events, SpendReply::Refused(refusal))
        }
    };
    (events, Reply::Spend(reply))
}

/// What the log keeps of the credential that came with a request.
fn shown(state: &State, presented: &Presented) -> Shown {
    let issued = state.credential(presented.credential);
    Shown::of(presented, issued.map(|held| (&held.scope, held.expires_at)))
}

fn climb(
    state: &State,
    request: &SpendRequest,
    presented: Option<&Presented>,
    now: Now,
    to: &mut impl Observer,
) -> Result<Passed, Refusal> {
    let Now { at, clock } = now;
    let Caller { held, chain } = caller(state, request.agent, presented, clock, to)?;
    let agent = *chain.first().ok_or_else(|| internal("standing"))?;
    let repeated = repeats(state, agent, request, clock);
    let repeated = to.told(repeated, || Step::agent(4, Check::Idempotency, agent.id))?;
    if let Some(payment) = repeated {
        return Ok(Passed::Repeated(payment));
    }
    let rate = rate(state.policy(), request.amount.currency(), at);
    let worth = worth(rate, request)?;
    let payee_keys = request.payee.keys();
    let credential = presented.map(|shown| shown.credential);
    let asked = scope::Asked { request, payee_keys: &payee_keys, worth, clock, credential };
    let narrowed = [held.map(|held| &held.scope), presented.map(|shown| &shown.scope)];
    scope::check(&chain, &narrowed, &asked, to)?;
    session::check(agent, request, now, to)?;
    conditions::line_items(request, to)?;
    let asks = conditions::check(&chain, &asked, rate, to)?;
    let cell = state.words.find(request, &payee_keys);
    let now = Moment::new(&state.calendar, at).map_err(|_| internal("calendar"))?;
    match worth {
        Some(worth) => {
            let counted = Counted { request, cell: &cell, worth };
            hard_caps(state, agent, &counted, &now, to)?;
            let envelopes = agent.books.meters.envelopes();
            within(envelopes, &counted, &now, by_meter(state, &counted, (7, agent.id), to))?;
            above::wallet(state, &counted, &now, to)?;
            above::allocated(&chain, to)?;
            above::check(state, &chain, &counted, &now, to)?;
            breaker::spend_rate(agent, worth, at, to)?;
        }
        None => {
            to.hear(|| unpriced(agent, request));
            above::allocated(&chain, to)?;
        }
    }
    let first = payee_keys.first().ok_or_else(|| internal("signals"))?;
    let subject = signals::Subject { request, key: first, cell: &cell, worth, at };
    let signals = signals::of(state, &chain, subject).signals;
    let effect = signals::effect(&chain, &signals);
    to.told(signals::denied(effect), || by_signals(agent, &signals, effect.0))?;
    let placed = tiers::place(state.policy(), &chain, (worth, asked.opening()), asks, to);
    let placed = breaker::repeated_failures(agent, request, placed, to)?;
    let (tier, rules) = signals::raise(placed, effect.0);
    let approval = approval(state, request, tier, clock)?;
    to.hear(|| reserve(agent, (tier, worth), approval.is_some()));
    let charged_to = charge::shares(state.policy(), &agent.policy, (request, &payee_keys), worth);
    let charged_to = charged_to.ok_or_else(|| internal("charge"))?;
    let told = worth.map(|worth| thresholds::crossed(state, &chain, (request, &cell, worth), &now));
    let (request, presented) = (request.clone(), None);
    let reservation =
        Reservation { request, worth, tier, rules, signals, charged_to, approval, presented };
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
    to: &mut impl Observer,
) -> Result<Caller<'a>, Refusal> {
    let held = credential::check(state, agent, presented, clock);
    let held = to.told(held, || credential::step(agent, presented))?;
    let chain = standing(state, agent);
    let chain = to.told(chain, || Step::agent(2, Check::Standing, agent))?;
    chain.iter().try_for_each(|agent| rate_limit(agent, clock, to))?;
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
fn rate_limit(agent: &Agent, clock: Timestamp, to: &mut impl Observer) -> Result<(), Refusal> {
    let limit = agent.policy.rate_limit_per_minute;
    let result = match agent.attempts.retry_after_s(clock, limit) {
        Some(retry_after_s) => Err(Refusal::RateLimited { limit, retry_after_s }),
        None => Ok(()),
    };
    to.told(result, || {
        let attempts = Decimal::from(agent.attempts.live(clock));
        let observed = attempts.saturating_add(Decimal::ONE);
        let compared = Compared::counted(limit.into(), observed, Decimal::ONE);
        Step::agent(3, Check::RateLimit, agent.id).compared(compared)
    })
}

/// Step 4: the payment that this request asked for before, if it did.
fn repeats(
    state: &State,
    agent: &Agent,
    request: &SpendRequest,
    clock: Timestamp,
) -> Result<Option<PaymentId>, Refusal> {
    if let Some(used) = agent.keys.get(&request.idempotency_key, clock) {
        let parameters = request.parameters_digest().map_err(|_| internal("idempotency"))?;
        if Half::of(&parameters) != used.parameters {
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

/// A request whose worth is known, as budgets count it.
pub(super) struct Counted<'a> {
    pub request: &'a SpendRequest,
    pub cell: &'a Cell,
    /// In the budget currency.
    pub worth: Decimal,
}

fn unpriced(agent: &Agent, request: &SpendRequest) -> Step {
    let step = Step::agent(6, Check::Unpriced, agent.id).result(StepResult::Skipped);
    step.named(request.amount.currency().to_string())
}

/// The step that looks at what is unusual.
fn by_signals(agent: &Agent, signals: &[Signal], effect: SignalEffect) -> Step {
    let codes: Vec<_> = signals.iter().map(|signal| signal.code.as_str()).collect();
    let asks = effect > SignalEffect::Note;
    let result = if asks { StepResult::Asks } else { StepResult::Passed };
    Step::agent(10, Check::Signals, agent.id).named(codes.join(", ")).result(result)
}

fn reserve(agent: &Agent, (tier, worth): (Tier, Option<Decimal>), asks: bool) -> Step {
    let result = if asks { StepResult::Asks } else { StepResult::Passed };
    let worth = worth.map(|worth| worth.normalize().to_string()).unwrap_or_default();
    let name = format!("{} {worth}", tiers::code(tier));
    Step::agent(12, Check::Reserve, agent.id).named(name.trim_end()).result(result)
}

/// Step 6.
fn hard_caps(
    state: &State,
    agent: &Agent,
    counted: &Counted<'_>,
    now: &Moment<'_>,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    per_transaction(6, agent, counted, to, |limit, observed| Refusal::PerTransactionCap {
        limit,
        observed,
    })?;
    let meters = &agent.books.meters;
    let (session, daily) = meters.caps().ok_or_else(|| internal("hard_caps"))?;
    let observed = observed(session, counted, now)?;
    let limit = agent.limit(session, counted.request.session.as_ref());
    let result = if observed > limit {
        Err(Refusal::SessionCap { limit, observed: observed.normalize() })
    } else {
        Ok(())
    };
    to.told(result, || {
        let compared = Compared::counted(limit, observed, counted.worth);
        let name = state.words.label_for(session, counted.request);
        Step::agent(6, Check::SessionCap, agent.id).named(name).compared(compared)
    })?;
    within([daily], counted, now, by_meter(state, counted, (6, agent.id), to))?;
    if meters.envelopes().len() != agent.policy.spending_limits.len() {
        return Err(internal("envelopes"));
    }
    Ok(())
}

/// The hard cap for one payment, of the agent or of one above it.
pub(super) fn per_transaction(
    step: u8,
    agent: &Agent,
    counted: &Counted<'_>,
    to: &mut impl Observer,
    refusal: impl FnOnce(Decimal, Decimal) -> Refusal,
) -> Result<(), Refusal> {
    let (limit, observed) = (agent.policy.per_transaction, counted.worth);
    let result = if observed > limit { Err(refusal(limit, observed)) } else { Ok(()) };
    to.told(result, || {
        let compared = Compared::single(limit, observed);
        Step::agent(step, Check::PerTransaction, agent.id).compared(compared)
    })
}

/// Tells of a meter what it held against its limit, and why it refuses if it does.
pub(super) fn by_meter<'a>(
    state: &'a State,
    counted: &'a Counted<'_>,
    (step, agent): (u8, impl Into<Option<AgentId>>),
    to: &'a mut impl Observer,
) -> impl FnMut(&Meter, Decimal, Option<Refusal>) -> Result<(), Refusal> {
    let whose = agent.into().map_or(Whose::Wallet, |agent| Whose::Agent { agent });
    move |meter, observed, refusal| {
        to.told(refusal.map_or(Ok(()), Err), || {
            let check = match meter.kind {
                BudgetKind::PerTransaction => Check::PerTransaction,
                BudgetKind::Session => Check::SessionCap,
                BudgetKind::Daily => Check::DailyCap,
                BudgetKind::Allocation { .. } => Check::Allocation,
                BudgetKind::Envelope { .. } => Check::Envelope,
            };
            let compared = Compared::counted(meter.limit, observed, counted.worth);
            let name = state.words.label_for(meter, counted.request);
            Step::new(step, check, whose).named(name).compared(compared)
        })
    }
}

/// Steps 6 and 7: the first meter that this worth would take over its limit.
fn within<'a>(
    meters: impl IntoIterator<Item = &'a Meter>,
    counted: &Counted<'_>,
    now: &Moment<'_>,
    told: impl FnMut(&Meter, Decimal, Option<Refusal>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    first_over(meters, counted, now, (told, |meter, observed| over(meter, observed, now)))
}

/// Refuses by the first meter that this worth would take over its limit.
pub(super) fn first_over<'a>(
    meters: impl IntoIterator<Item = &'a Meter>,
    counted: &Counted<'_>,
    now: &Moment<'_>,
    (mut told, refusal): (
        impl FnMut(&Meter, Decimal, Option<Refusal>) -> Result<(), Refusal>,
        impl Fn(&Meter, Decimal) -> Refusal,
    ),
) -> Result<(), Refusal> {
    for meter in meters.into_iter().filter(|meter| meter.counts(counted.cell)) {
        let observed = observed(meter, counted, now)?;
        let refused = (observed > meter.limit).then(|| refusal(meter, observed.normalize()));
        told(meter, observed, refused)?;
    }
    Ok(())
}

/// What a meter would have used with this worth.
fn observed(meter: &Meter, counted: &Counted<'_>, now: &Moment<'_>) -> Result<Decimal, Refusal> {
    let share = meter.share(counted.cell, now.day.start);
    let used = meter.used(&share, now).and_then(|totals| totals.with(counted.worth));
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
