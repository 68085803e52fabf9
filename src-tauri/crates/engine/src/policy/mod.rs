//! What a change of policy changes, and whether it lets more through (A10).
//!
//! Guarantees: every field has a fixed direction, decided by comparing the two policies and not by
//! who asks for the change. A change without a [`Direction::Loosens`] lets no request through, at
//! any one moment, that the old policy would have refused, and asks no fewer people (a property
//! test holds this against the ladder). What can't be told counts as loosening. A new field does
//! not compile before it has a direction.
//!
//! Does not guarantee: that the past would have come out tighter. A payment that is refused leaves
//! room in a budget for a later one; the backtest shows what that comes to.

mod agent;
mod changes;
mod rules;
mod wallet;

use changes::Changes;
use purser_domain::{AgentPolicy, WalletPolicy};
use serde::Serialize;
use std::fmt;

/// Whether a change lets more through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It may: it needs the owner's presence.
    Loosens,
    /// Certainly not, and it may stop something.
    Tightens,
    /// It allows and stops the same.
    Neutral,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The field, dotted: `tiers.quorum`, `conditions.hotel`, `rates.EUR`.
    pub path: String,
    /// What it was, in words; `None` for what was added. Amounts are in the budget currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is to be, in words; `None` for what is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Whether it lets more through.
    pub direction: Direction,
}

impl fmt::Display for Change {
    /// One line for people, understandable without colour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => write!(f, "{}: {from} -> {to}", self.path)?,
            (None, Some(to)) => write!(f, "{}: added {to}", self.path)?,
            (Some(from), None) => write!(f, "{}: removed {from}", self.path)?,
            (None, None) => write!(f, "{}: in another order", self.path)?,
        }
        f.write_str(match self.direction {
            Direction::Loosens => " (loosens)",
            Direction::Tightens => " (tightens)",
            Direction::Neutral => "",
        })
    }
}

mod sealed {
    use super::Changes;

    pub trait Fields {
        fn fields(old: &Self, new: &Self, changes: &mut Changes);
    }
}

/// A policy that can be compared: that of an agent or of the wallet.
pub trait Policy: sealed::Fields {}

impl Policy for AgentPolicy {}
impl Policy for WalletPolicy {}

/// What changes from `old` to `new`, in the order of the fields. Empty only when they are equal.
#[must_use]
pub fn compare<P: Policy>(old: &P, new: &P) -> Vec<Change> {
    let mut changes = Changes::default();
    P::fields(old, new, &mut changes);
    changes.into_list()
}

/// The paths of all that `new` loosens, each once.
#[must_use]
pub fn loosens<P: Policy>(old: &P, new: &P) -> Vec<String> {
    let looser = compare(old, new).into_iter().filter(|c| c.direction == Direction::Loosens);
    let mut paths: Vec<String> = looser.map(|change| change.path).collect();
    paths.dedup();
    paths
}
