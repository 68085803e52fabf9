//! The wallet's own limits (step 7), and step 8: the allocation of the agent, and the budgets of
//! every agent above it.
//!
//! INVARIANT (I4): for every agent, what it and all below it have used is at most what it holds,
//! and what it holds covers what its sub-agents may still use.

use super::ladder::{Counted, by_meter, first_over, internal, per_transaction};
use crate::budget::{BudgetKind, Meter, Moment, OutOfRange};
use crate::explain::{Check, Compared, Observer, Step};
use crate::state::{Agent, State};
use purser_domain::{Interval, Refusal};
use rust_decimal::Decimal;

/// Step 7, for all agents together.
pub(super) fn wallet(
    state: &State,
    counted: &Counted<'_>,
    now: &Moment<'_>,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    let meters = state.wallet.envelopes();
    if meters.len() != state.policy().spending_limits.len() {
        return Err(internal("wallet_limits"));
    }
    let refusal = |meter: &Meter, observed| {
        let budget = state.words.label_for(meter, counted.request);
        Refusal::WalletLimit { budget, limit: meter.limit, observed }
    };
    first_over(meters, counted, now, (by_meter(state, counted, (7, None), to), refusal))
}

/// Step 8, also of what no budget can count: the agent and all above it must hold something.
pub(super) fn allocated(chain: &[&Agent], to: &mut impl Observer) -> Result<(), Refusal> {
    let Some(agent) = chain.iter().find(|agent| agent.allocation_meter().is_none()) else {
        return Ok(());
    };
    let refused = Err(Refusal::AllocationTakenBack);
    to.told(refused, || Step::agent(8, Check::Allocation, agent.id))
}

/// Step 8. The chain is the agent and those above it, the nearest first.
pub(super) fn check(
    state: &State,
    chain: &[&Agent],
    counted: &Counted<'_>,
    now: &Moment<'_>,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
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
            budgets(state, agent, counted, now, to)?;
        }
        allocation(state, (agent, below), counted.worth, now, to)?;
        below = Some(agent);
    }
    Ok(())
}

/// The cap for one payment, the day and the envelopes of an agent above.
fn budgets(
    state: &State,
    agent: &Agent,
    counted: &Counted<'_>,
    now: &Moment<'_>,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    let ancestor = agent.id;
    per_transaction(8, agent, counted, to, |limit, observed| {
        let budget = Interval::PerTransaction.words().to_owned();
        Refusal::AncestorLimit { ancestor, budget, limit, observed }
    })?;
    let meters = &agent.books.meters;
    if meters.envelopes().len() != agent.policy.spending_limits.len() {
        return Err(internal("envelopes"));
    }
    let counting = meters.iter().filter(|meter| {
        meter.counts_below() && !matches!(meter.kind, BudgetKind::Allocation { .. })
    });
    let refusal = |meter: &Meter, observed| {
        let budget = state.words.label_for(meter, counted.request);
        Refusal::AncestorLimit { ancestor, budget, limit: meter.limit, observed }
    };
    first_over(counting, counted, now, (by_meter(state, counted, (8, ancestor), to), refusal))
}

/// What an agent holds: used, this payment, and what its sub-agents may still use after it.
fn allocation(
    state: &State,
    (agent, below): (&Agent, Option<&Agent>),
    worth: Decimal,
    now: &Moment<'_>,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    let meter = agent.allocation_meter().ok_or(Refusal::AllocationTakenBack)?;
    let would_hold = would_hold(state, (agent, meter), (below, worth), now);
    let (observed, held) = would_hold.map_err(|OutOfRange| internal("allocation"))?;
    let (holder, limit) = (agent.id, meter.limit);
    let result = if observed > limit {
        let observed = observed.normalize();
        Err(Refusal::AllocationLimit { holder, limit, observed })
    } else {
        Ok(())
    };
    to.told(result, || {
        let compared = Compared::counted(limit, observed, worth).holding(held);
        Step::agent(8, Check::Allocation, holder).compared(compared)
    })
}

/// What an agent would have used, with what its sub-agents may use; and the latter alone.
fn would_hold(
    state: &State,
    (agent, meter): (&Agent, &Meter),
    (below, worth): (Option<&Agent>, Decimal),
    now: &Moment<'_>,
) -> Result<(Decimal, Decimal), OutOfRange> {
    let used = meter.used_by_all(now)?.with(worth)?;
    let others = state.held(agent, below.map(|below| below.id), now)?;
    let rest = below.map_or(Ok(Decimal::ZERO), |below| below.remainder_after(worth, now))?;
    let held = others.checked_add(rest).ok_or(OutOfRange)?;
    Ok((used.checked_add(held).ok_or(OutOfRange)?, held))
}
