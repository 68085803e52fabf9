//! Amounts of long ago, against drift.

use super::DAY_MS;
use super::score::deviation;
use super::window::Window;
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// Amounts of long ago, so that a window that creeps along with its payments is noticed: the first
/// payments, then one in three days, and what a person approved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Anchor {
    pub amounts: Window<128>,
    last: Timestamp,
    /// How far the payments since have moved up from there.
    moved: i64,
}

impl Anchor {
    const FIRST: usize = 64;
    const KNOWN: usize = 30;
    const EVERY_MS: i64 = 3 * DAY_MS;
    /// A sum of so many deviations is far: some five thousand honest payments reach it once.
    pub const FAR: i64 = 8000;
    /// Two fifths of a deviation are taken off each time, and none counts for more than three: the
    /// tabular cumulative sum of E. S. Page, tuned to a shift of most of a deviation.
    const SLACK: i64 = 400;
    const MOST: i64 = 3000;

    /// How far the amounts have moved up with one more of this level: thousandths of deviations.
    pub fn moved(&self, level: i16) -> i64 {
        let Some(spread) = self.amounts.spread().filter(|_| self.amounts.len() >= Self::KNOWN)
        else {
            return 0;
        };
        let standard = deviation(spread);
        let z_of = |level: i16| {
            let above = i64::from(level).saturating_sub(spread.median.into()).saturating_mul(1000);
            let z = above.checked_div(standard).unwrap_or_default();
            z.clamp(Self::MOST.saturating_neg(), Self::MOST)
        };
        // Where a few are always large, that much is no move.
        let usual = self.amounts.mean(z_of).max(0);
        let z = z_of(level).saturating_sub(usual);
        self.moved.saturating_add(z).saturating_sub(Self::SLACK).max(0)
    }

    /// Counts an amount. When a person lets one pass after the amounts have moved, what is usual
    /// lately is what they are held against from now on.
    pub fn learn(&mut self, level: i16, (at, approved): (Timestamp, bool), lately: &Window<32>) {
        self.moved = self.moved(level);
        if approved && self.moved >= Self::FAR {
            (self.amounts, self.moved) = (lately.widened(), 0);
        }
        // What may be a drift does not move what it is held against.
        let still = self.moved < Self::FAR / 3;
        let due = still && at.millis_since(self.last) >= Self::EVERY_MS;
        if approved || due || self.amounts.len() < Self::FIRST {
            self.amounts.push(level);
            self.last = self.last.max(at);
        }
    }
}
