//! What an agent itself has used, by everything that a limit can count by: for counting a new or
//! changed limit's past. What its sub-agents used stands in theirs.

use super::meter::Charge;
use super::rolling::{QUARTERS_A_DAY, quarter};
use super::{Cell, Moment, OutOfRange, Totals, add_to};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Longest that a calendar or rolling window reaches back, with room for a change of zone.
const HISTORY_DAYS: i64 = 34;

/// Sums by quarter of an hour for the last weeks, and sums of all time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct History {
    pub all_time: BTreeMap<Cell, Totals>,
    pub recent: BTreeMap<(i64, Cell), Totals>,
}

impl History {
    /// Counts a change.
    pub fn post(&mut self, charge: &Charge, now: &Moment<'_>) -> Result<(), OutOfRange> {
        let oldest = quarter(now.at).saturating_sub(QUARTERS_A_DAY.saturating_mul(HISTORY_DAYS));
        while self.recent.first_key_value().is_some_and(|((at, _), _)| *at < oldest) {
            self.recent.pop_first();
        }
        let at = quarter(charge.at);
        if at >= oldest {
            add_to(&mut self.recent, (at, charge.cell), &charge.delta)?;
        }
        add_to(&mut self.all_time, charge.cell, &charge.delta)
    }
}
