//! What an agent's caps and envelopes have counted (A2, A3, A4).
//!
//! INVARIANT (I3): for every meter, settled + reserved is at most the limit it had when the last
//! reservation was made. Reserving checks first; settling and releasing only lower the sum.
//! A reservation belongs to the windows of its own entry's time, for ever: what happens to it
//! later changes those windows and no other.
//!
//! Besides the running sums of each meter the books keep what a new policy could ask for: sums by
//! quarter of an hour for the last weeks, and sums of all time. Days begin with a quarter of an
//! hour in every zone (a test goes through them all), so calendar windows are whole quarters.

mod calendar;
mod intern;
mod line;
mod meter;
mod rolling;

pub use line::{BudgetKind, BudgetLine};

pub(crate) use calendar::{Calendar, Moment};
pub(crate) use line::{of_agent, of_request};
pub(crate) use meter::Meter;
pub(crate) use rolling::quarter;

use intern::{Id, Interner};
use meter::{Charge, Filter};
use purser_domain::{
    Action, AgentPolicy, Category, Label, PayeeKey, RailId, SpendRequest, SpendingLimit, Timestamp,
};
use rolling::{QUARTERS_A_DAY, quarter_start};
use rust_decimal::Decimal;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Longest that a calendar or rolling window reaches back, with room for a change of zone.
const HISTORY_DAYS: i64 = 34;

/// A sum or a time outside what the engine can count. Whoever meets it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfRange;

/// Settled and reserved, in the budget currency. As a change, both may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Totals {
    pub settled: Decimal,
    pub reserved: Decimal,
}

impl Totals {
    fn plus(&self, other: &Self) -> Result<Self, OutOfRange> {
        Ok(Self {
            settled: self.settled.checked_add(other.settled).ok_or(OutOfRange)?,
            reserved: self.reserved.checked_add(other.reserved).ok_or(OutOfRange)?,
        })
    }

    fn minus(&self, other: &Self) -> Result<Self, OutOfRange> {
        Ok(Self {
            settled: self.settled.checked_sub(other.settled).ok_or(OutOfRange)?,
            reserved: self.reserved.checked_sub(other.reserved).ok_or(OutOfRange)?,
        })
    }

    /// Settled, reserved and `more` together.
    pub fn with(&self, more: Decimal) -> Result<Decimal, OutOfRange> {
        let used = self.settled.checked_add(self.reserved).ok_or(OutOfRange)?;
        used.checked_add(more).ok_or(OutOfRange)
    }

    fn is_zero(&self) -> bool {
        self.settled.is_zero() && self.reserved.is_zero()
    }
}

/// Everything about a payment that a limit can count by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    session: Id,
    payee: Id,
    host: Id,
    category: Id,
    action: Action,
}

/// The budget books of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Books {
    payees: Interner<PayeeKey>,
    categories: Interner<Category>,
    sessions: Interner<Label>,
    paid: BTreeSet<(Id, RailId)>,
    last_session: Option<Id>,
    all_time: BTreeMap<Cell, Totals>,
    recent: BTreeMap<(i64, Cell), Totals>,
    meters: Vec<Meter>,
}

impl Books {
    /// The hard caps over a session and a day, in this order.
    pub fn caps(&self) -> &[Meter] {
        self.meters.get(..2).unwrap_or_default()
    }

    /// The envelopes, in the order of the policy.
    pub fn envelopes(&self) -> &[Meter] {
        self.meters.get(2..).unwrap_or_default()
    }

    /// Whether a payment to this payee has ever succeeded.
    pub fn has_paid(&self, payee: &PayeeKey, rail: RailId) -> bool {
        self.paid.contains(&(self.payees.find(Some(payee)), rail))
    }

    /// The cell of a request, for looking; `keys` are its payee's.
    pub fn find(&self, request: &SpendRequest, keys: &[PayeeKey]) -> Cell {
        Cell {
            session: self.sessions.find(request.session.as_ref()),
            payee: self.payees.find(keys.first()),
            host: self.payees.find(keys.get(1)),
            category: self.categories.find(request.category.as_ref()),
            action: request.action,
        }
    }

    /// The cell of a request that is reserved.
    pub fn enter(&mut self, request: &SpendRequest) -> Cell {
        let keys = request.payee.keys();
        let cell = Cell {
            session: self.sessions.intern(request.session.as_ref()),
            payee: self.payees.intern(keys.first()),
            host: self.payees.intern(keys.get(1)),
            category: self.categories.intern(request.category.as_ref()),
            action: request.action,
        };
        self.last_session = Some(cell.session);
        cell
    }

    /// Reserves `worth` in the windows around now.
    pub fn reserve(
        &mut self,
        cell: Cell,
        worth: Decimal,
        now: &Moment<'_>,
    ) -> Result<(), OutOfRange> {
        let delta = Totals { reserved: worth, ..Totals::default() };
        self.post(Charge { cell, at: now.at, day: now.day.start, delta }, now)
    }

    /// Turns a reservation of `worth` into `settled`, zero to release it, in the windows around
    /// the time it was reserved.
    pub fn settle(
        &mut self,
        cell: Cell,
        (worth, settled): (Decimal, Decimal),
        reserved_at: Timestamp,
        now: &Moment<'_>,
    ) -> Result<(), OutOfRange> {
        let day = if now.day.contains(reserved_at) {
            now.day.start
        } else {
            Moment::new(now.calendar, reserved_at)?.day.start
        };
        let reserved = Decimal::ZERO.checked_sub(worth).ok_or(OutOfRange)?;
        let delta = Totals { settled, reserved };
        self.post(Charge { cell, at: reserved_at, day, delta }, now)
    }

    /// Remembers that a payment to the payee of a cell has succeeded.
    pub fn note_paid(&mut self, cell: &Cell, rail: RailId) {
        self.paid.insert((cell.payee, rail));
    }

    fn post(&mut self, charge: Charge, now: &Moment<'_>) -> Result<(), OutOfRange> {
        let oldest = quarter(now.at).saturating_sub(QUARTERS_A_DAY.saturating_mul(HISTORY_DAYS));
        while self.recent.first_key_value().is_some_and(|((at, _), _)| *at < oldest) {
            self.recent.pop_first();
        }
        let at = quarter(charge.at);
        if at >= oldest {
            add_to(&mut self.recent, (at, charge.cell), &charge.delta)?;
        }
        add_to(&mut self.all_time, charge.cell, &charge.delta)?;
        self.meters.iter_mut().try_for_each(|meter| meter.add(&charge, now))
    }

    /// Sets the meters up for a policy, and counts in them what was already used.
    pub fn set_policy(&mut self, policy: &AgentPolicy, now: &Moment<'_>) -> Result<(), OutOfRange> {
        let mut meters = vec![
            Meter::new(BudgetKind::Session, policy.per_session, Filter::default()),
            Meter::new(BudgetKind::Daily, policy.daily, Filter::default()),
        ];
        for (index, limit) in (0u32..).zip(&policy.spending_limits) {
            let (interval, window) = (limit.interval, limit.window);
            let kind = BudgetKind::Envelope { index, interval, window };
            meters.push(Meter::new(kind, limit.amount, self.filter(limit)));
        }
        self.meters = meters;
        self.recount(now)
    }

    /// Counts all meters anew from the history: the calendar or the policy is another one.
    pub fn recount(&mut self, now: &Moment<'_>) -> Result<(), OutOfRange> {
        for ((at, cell), totals) in &self.recent {
            let at = quarter_start(*at);
            let day = Moment::new(now.calendar, at)?.day.start;
            let charge = Charge { cell: *cell, at, day, delta: *totals };
            self.meters.iter_mut().try_for_each(|meter| meter.recount(&charge, now, true))?;
        }
        for (cell, totals) in &self.all_time {
            let charge = Charge { cell: *cell, at: now.at, day: now.day.start, delta: *totals };
            self.meters.iter_mut().try_for_each(|meter| meter.recount(&charge, now, false))?;
        }
        Ok(())
    }

    fn filter(&mut self, limit: &SpendingLimit) -> Filter {
        let categories = limit.categories.iter();
        let payees = limit.payees.iter();
        Filter {
            categories: categories.map(|text| self.categories.intern(Some(text))).collect(),
            payees: payees.map(|text| self.payees.intern(Some(text))).collect(),
            actions: limit.actions.clone(),
            each_payee: limit.each_payee,
            each_category: limit.each_category,
        }
    }
}

/// Adds to a row, and drops it when nothing is left in it.
fn add_to<K: Ord>(
    rows: &mut BTreeMap<K, Totals>,
    key: K,
    delta: &Totals,
) -> Result<(), OutOfRange> {
    match rows.entry(key) {
        Entry::Vacant(_) if delta.is_zero() => {}
        Entry::Vacant(row) => {
            row.insert(*delta);
        }
        Entry::Occupied(mut row) => {
            *row.get_mut() = row.get().plus(delta)?;
            if row.get().is_zero() {
                row.remove();
            }
        }
    }
    Ok(())
}
