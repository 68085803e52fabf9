//! Budgets that fill (A2): each is told once at 80 and once at 100 % of its limit, for each time
//! that it fills. The owner is told; nothing is decided by it.

use crate::budget::{Cell, Meter, Moment, OutOfRange};
use crate::state::{Agent, State};
use crate::told::Budget;
use purser_domain::{AgentId, Event, Refusal, SpendRequest, Timestamp};
use rust_decimal::Decimal;

/// Per cent of a limit that are told, the first and the last.
const FIRST: u32 = 80;
const LAST: u32 = 100;

/// How full a budget is: 0, 80 or 100.
fn level(used: Decimal, limit: Decimal) -> Result<u32, OutOfRange> {
    let part = |percent: u32| limit.checked_mul(Decimal::new(i64::from(percent), 2));
    if used >= limit {
        return Ok(LAST);
    }
    Ok(if used >= part(FIRST).ok_or(OutOfRange)? { FIRST } else { 0 })
}

/// A meter, and whose it is: `None` for the wallet's.
type Owned<'a> = (Option<AgentId>, &'a Meter);

/// What a payment of `worth` fills to 80 or 100 %: of its agent, of those above it, and of the
/// wallet.
pub(crate) fn crossed(
    state: &State,
    chain: &[&Agent],
    (request, cell, worth): (&SpendRequest, &Cell, Decimal),
    now: &Moment<'_>,
) -> Vec<Event> {
    let meters = chain.iter().enumerate().flat_map(|(height, agent)| {
        let all =
            agent.books.meters.iter().filter(move |meter| height == 0 || meter.counts_below());
        all.map(|meter| (Some(agent.id), meter))
    });
    let meters = meters.chain(state.wallet.iter().map(|meter| (None, meter)));
    let filled = meters.filter(|(_, meter)| meter.fills(cell)).filter_map(|owned| {
        let share = owned.1.share(cell, now.day.start);
        let before =
            owned.1.used(&share, now).and_then(|totals| totals.with(Decimal::ZERO)).ok()?;
        let session = request.session.as_ref();
        let limit = chain.first().map_or(owned.1.limit, |agent| agent.limit(owned.1, session));
        let after = before.checked_add(worth)?;
        let percent = level(after, limit).ok()?;
        // Mostly there is room, and nothing more to look at.
        let risen = percent > 0 && percent > level(before, limit).ok()?;
        risen.then(|| told(state, owned, (request, cell), (percent, limit, after), now))?
    });
    filled.collect()
}

/// What a refusal says of the budget that refused.
pub(crate) fn refused(
    state: &State,
    request: &SpendRequest,
    refusal: &Refusal,
    at: Timestamp,
) -> Option<Event> {
    let limit = limit_of(refusal)?;
    let now = Moment::new(&state.calendar, at).ok()?;
    let cell = state.words.find(request, &request.payee.keys());
    let owned = meter_of(state, (request, &cell), refusal)?;
    let share = owned.1.share(&cell, now.day.start);
    let held = match refusal {
        Refusal::AllocationLimit { holder, .. } => {
            state.held(state.agent(*holder)?, None, &now).ok()?
        }
        _ => Decimal::ZERO,
    };
    let used = owned.1.used(&share, &now).and_then(|totals| totals.with(held)).ok()?;
    told(state, owned, (request, &cell), (LAST, limit, used), &now)
}

const fn limit_of(refusal: &Refusal) -> Option<Decimal> {
    match refusal {
        Refusal::SessionCap { limit, .. }
        | Refusal::DailyCap { limit, .. }
        | Refusal::EnvelopeLimit { limit, .. }
        | Refusal::WalletLimit { limit, .. }
        | Refusal::AllocationLimit { limit, .. }
        | Refusal::AncestorLimit { limit, .. } => Some(*limit),
        _ => None,
    }
}

/// The meter that refused, unless it counts each payment by itself.
fn meter_of<'a>(
    state: &'a State,
    (request, cell): (&SpendRequest, &Cell),
    refusal: &Refusal,
) -> Option<Owned<'a>> {
    let agent = state.agent(request.agent)?;
    let meters = &agent.books.meters;
    let named = |meter: &&Meter, budget: &str, limit: &Decimal| {
        meter.limit == *limit && state.words.label_for(meter, request) == budget
    };
    let (owner, meter) = match refusal {
        Refusal::SessionCap { .. } => (Some(agent.id), meters.caps()?.0),
        Refusal::DailyCap { .. } => (Some(agent.id), meters.caps()?.1),
        Refusal::EnvelopeLimit { envelope, .. } => {
            let index = usize::try_from(*envelope).ok()?;
            (Some(agent.id), meters.envelopes().get(index)?)
        }
        Refusal::WalletLimit { budget, limit, .. } => {
            (None, state.wallet.iter().find(|meter| named(meter, budget, limit))?)
        }
        Refusal::AncestorLimit { ancestor, budget, limit, .. } => {
            let mut above = state.agent(*ancestor)?.books.meters.iter();
            (Some(*ancestor), above.find(|meter| named(meter, budget, limit))?)
        }
        Refusal::AllocationLimit { holder, .. } => {
            (Some(*holder), state.agent(*holder)?.allocation_meter()?)
        }
        _ => return None,
    };
    meter.fills(cell).then_some((owner, meter))
}

/// That a budget has reached a part of its limit, unless it was told.
fn told(
    state: &State,
    (agent, meter): Owned<'_>,
    (request, cell): (&SpendRequest, &Cell),
    (percent, limit, used): (u32, Decimal, Decimal),
    now: &Moment<'_>,
) -> Option<Event> {
    let words = state.words.label_for(meter, request);
    let budget = Budget { words, limit };
    if state.told.percent(agent, &budget, now.at) >= percent {
        return None;
    }
    let until_ms = meter.told_until(&meter.share(cell, now.day.start), now);
    let (limit, used) = (limit.normalize(), used.normalize());
    Some(Event::BudgetReached { agent, budget: budget.words, percent, limit, used, until_ms })
}

impl State {
    /// Remembers what the entry at `seq` told of a budget.
    pub(crate) fn note_told(&mut self, event: &Event, seq: u64, at: Timestamp) {
        let Event::BudgetReached { agent, budget, percent, limit, until_ms, .. } = event else {
            return;
        };
        let budget = Budget { words: budget.clone(), limit: *limit };
        self.told.note(*agent, budget, (*percent, *until_ms, seq), at);
    }
}
