//! What an agent's caps and envelopes have counted (A2, A3, A4).
//!
//! INVARIANT (I3): for every meter, settled + reserved is at most the limit it had when the last
//! reservation was made. Reserving checks first; settling and releasing only lower the sum.
//! A reservation belongs to the windows of its own entry's time, for ever: what happens to it
//! later changes those windows and no other.
//!
//! A payment counts in the books of its agent, of every agent above it and of the wallet. Besides
//! the running sums of each meter the books of an agent keep what a new policy could ask for: its
//! own payments' sums by quarter of an hour for the last weeks, and sums of all time. Days begin
//! with a quarter of an hour in every zone (a test goes through them all), so calendar windows are
//! whole quarters.

mod calendar;
mod chain;
mod few;
mod history;
mod intern;
mod label;
mod line;
mod meter;
mod meters;
mod rolling;
mod sessions;
mod words;

pub use line::{BudgetKind, BudgetLine};

pub(crate) use calendar::{Calendar, Moment};
pub(crate) use line::Lines;
pub(crate) use meter::Meter;
pub(crate) use meters::Meters;
pub(crate) use rolling::{QUARTERS_A_DAY, quarter, quarter_start};
pub(crate) use words::Words;

use history::History;
pub(crate) use intern::Id;
use purser_domain::{Action, RailId};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// A sum or a time outside what the engine can count. Whoever meets it refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfRange;

/// Settled and reserved, in the budget currency. As a change, both may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "(Decimal, Decimal)", into = "(Decimal, Decimal)")]
pub(crate) struct Totals {
    pub settled: Decimal,
    pub reserved: Decimal,
}

impl From<(Decimal, Decimal)> for Totals {
    fn from((settled, reserved): (Decimal, Decimal)) -> Self {
        Self { settled, reserved }
    }
}

impl From<Totals> for (Decimal, Decimal) {
    fn from(totals: Totals) -> Self {
        (totals.settled, totals.reserved)
    }
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "CellIds", into = "CellIds")]
pub(crate) struct Cell {
    session: Id,
    payee: Id,
    host: Id,
    category: Id,
    workflow: Id,
    task: Id,
    action: Action,
}

/// A cell as it stands in a snapshot, where there are many: without the names of its fields.
type CellIds = ([Id; 6], Action);

impl From<CellIds> for Cell {
    fn from(([session, payee, host, category, workflow, task], action): CellIds) -> Self {
        Self { session, payee, host, category, workflow, task, action }
    }
}

impl From<Cell> for CellIds {
    fn from(cell: Cell) -> Self {
        let Cell { session, payee, host, category, workflow, task, action } = cell;
        ([session, payee, host, category, workflow, task], action)
    }
}

impl Cell {
    /// Its category.
    pub const fn category(&self) -> Id {
        self.category
    }

    /// Its payee.
    pub const fn payee(&self) -> Id {
        self.payee
    }

    /// Where nothing is counted.
    pub const NOWHERE: Self = Self {
        session: Id::NONE,
        payee: Id::NONE,
        host: Id::NONE,
        category: Id::NONE,
        workflow: Id::NONE,
        task: Id::NONE,
        action: Action::Purchase,
    };
}

/// The budget books of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Books {
    paid: BTreeSet<(Id, RailId)>,
    last_session: Option<Id>,
    pub history: History,
    pub meters: Meters,
}

impl Books {
    /// Whether a payment to this payee has ever succeeded.
    pub fn has_paid(&self, payee: Id, rail: RailId) -> bool {
        self.paid.contains(&(payee, rail))
    }

    /// How many payees were paid by a rail.
    pub fn paid_by(&self, rail: RailId) -> usize {
        self.paid.iter().filter(|(_, by)| *by == rail).count()
    }

    /// Remembers that a payment to the payee of a cell has succeeded.
    pub fn note_paid(&mut self, cell: &Cell, rail: RailId) {
        self.paid.insert((cell.payee, rail));
    }

    /// Remembers the session of the latest payment.
    pub const fn note_session(&mut self, cell: &Cell) {
        self.last_session = Some(cell.session);
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
