//! The wallet's own limits (step 7), and step 8: the allocation of the agent, and the budgets of
//! every agent above it.
//!
//! INVARIANT (I4): for every agent, what it and all below it have used is at most what it holds,
//! and what it holds covers what its sub-agents may still use.

use super::ladder::{first_over, internal};
use crate::budget::{BudgetKind, Cell, Meter, Moment, OutOfRange};
use crate::state::{Agent, State};
use purser_domain::{Interval, Refusal, SpendRequest};
use rust_decimal::Decimal;

/// Step 7, for all agents together.
pub(super) fn wallet(
    state: &State,
    (request, cell, worth): (&SpendRequest, &Cell, Decimal),
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    let meters = state.wallet.envelopes();
    if meters.len() != state.policy().spending_limits.len() {
        return Err(internal("wallet_limits"));
    }
    let Some((meter, observed)) = first_over(meters, cell, worth, now)? else { return Ok(()) };
    let budget = state.words.label_for(meter, request);
    Err(Refusal::WalletLimit { budget, limit: meter.limit, observed })
}

/// Step 8. The chain is the agent and those above it, the nearest first.
pub(super) fn check(
    state: &State,
    chain: &[&Agent],
    (request, cell, worth): (&SpendRequest, &Cell, Option<Decimal>),
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    if chain.iter().any(|agent| agent.allocation_meter().is_none()) {
        return Err(Refusal::AllocationTakenBack);
    }
    let Some(worth) = worth else { return Ok(()) };
    // What the owner's own agent holds is its day, which step 6 has looked at.
    if let [own] = chain
        && own.parent.is_none()
        && own.children.is_empty()
    {
        return Ok(());
    }
    let mut below: Option<&Agent> = None;
    for agent in chain {
        if below.is_some() {
            budgets(state, agent, (request, cell, worth), now)?;
        }
        allocation(state, agent, (below, worth), now)?;
        below = Some(agent);
    }
    Ok(())
}

/// The cap for one payment, the day and the envelopes of an agent above.
fn budgets(
    state: &State,
    agent: &Agent,
    (request, cell, worth): (&SpendRequest, &Cell, Decimal),
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    let ancestor = agent.id;
    let limit = agent.policy.per_transaction;
    if worth > limit {
        let budget = Interval::PerTransaction.words().to_owned();
        return Err(Refusal::AncestorLimit { ancestor, budget, limit, observed: worth });
    }
    let meters = &agent.books.meters;
    if meters.envelopes().len() != agent.policy.spending_limits.len() {
        return Err(internal("envelopes"));
    }
    let counting = meters.iter().filter(|meter| {
        meter.counts_below() && !matches!(meter.kind, BudgetKind::Allocation { .. })
    });
    let Some((meter, observed)) = first_over(counting, cell, worth, now)? else { return Ok(()) };
    let budget = state.words.label_for(meter, request);
    Err(Refusal::AncestorLimit { ancestor, budget, limit: meter.limit, observed })
}

/// What an agent holds: used, this payment, and what its sub-agents may still use after it.
fn allocation(
    state: &State,
    agent: &Agent,
    (below, worth): (Option<&Agent>, Decimal),
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    let meter = agent.allocation_meter().ok_or(Refusal::AllocationTakenBack)?;
    let observed = would_hold(state, (agent, meter), (below, worth), now);
    let observed = observed.map_err(|OutOfRange| internal("allocation"))?;
    if observed > meter.limit {
        let (holder, limit) = (agent.id, meter.limit);
        return Err(Refusal::AllocationLimit { holder, limit, observed: observed.normalize() });
    }
    Ok(())
}

fn would_hold(
    state: &State,
    (agent, meter): (&Agent, &Meter),
    (below, worth): (Option<&Agent>, Decimal),
    now: &Moment<'_>,
) -> Result<Decimal, OutOfRange> {
    let used = meter.used_by_all(now)?.with(worth)?;
    let others = state.held(agent, below.map(|below| below.id), now)?;
    let rest = below.map_or(Ok(Decimal::ZERO), |below| below.remainder_after(worth, now))?;
    used.checked_add(others).and_then(|sum| sum.checked_add(rest)).ok_or(OutOfRange)
}
