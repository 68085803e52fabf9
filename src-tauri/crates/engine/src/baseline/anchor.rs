//! Amounts of long ago, against drift.

use super::window::Window;
use super::{DAY_MS, HOUR_MS};
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// Amounts of long ago, so that a window that creeps along with its payments is noticed: the first
/// payments, then a few a day, later one in three days, and what a person approved.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Anchor {
    pub amounts: Window<{ Anchor::MOST }>,
    /// When one was kept last, and when the last payment was.
    kept: Timestamp,
    paid: Timestamp,
    /// How far the payments since have moved up from there.
    moved: i64,
}

impl Anchor {
    const MOST: usize = 128;
    /// So many of the first payments are all kept.
    const FIRST: usize = 48;
    const KNOWN: usize = 30;
    /// How long after one was kept the next is, until there are enough, and then.
    const SOON_MS: i64 = 4 * HOUR_MS;
    const EVERY_MS: i64 = 3 * DAY_MS;
    /// A sum of so many deviations is far: less than one in a thousand honest payments reach it.
    pub const FAR: i64 = 9000;
    /// A quarter of a deviation is taken off each time, and what a middle of so few may be off by:
    /// the tabular cumulative sum of E. S. Page, of ranks, tuned to a shift of half a deviation.
    const SLACK: i64 = 250;
    /// Payments that follow each other faster count for less, down to a fifth: what comes in one go
    /// is often of one price.
    const APART_MS: i64 = 10 * 60_000;
    /// Nearly equal: within 2 %.
    const EQUAL: i16 = 8;
    /// What a person let pass after the amounts have moved begins a new anchor.
    const ANEW: usize = 16;

    /// How far the amounts have moved up with one more of this level: thousandths of deviations.
    pub fn moved(&self, level: i16, at: Timestamp) -> i64 {
        let count = i64::try_from(self.amounts.len()).unwrap_or_default();
        if self.amounts.len() < Self::KNOWN {
            return 0;
        }
        let off = count.saturating_mul(1_000_000).isqrt();
        let off = 1_000_000_i64.checked_div(off).unwrap_or_default();
        let step = self.rank(level, count).saturating_sub(Self::SLACK).saturating_sub(off);
        let apart = at.millis_since(self.paid).clamp(Self::APART_MS / 5, Self::APART_MS);
        let step = step.saturating_mul(apart) / Self::APART_MS;
        self.moved.saturating_add(step).max(0)
    }

    /// Where a level ranks among the amounts, in thousandths of the deviation of a rank: whatever
    /// they are spread like, honest ones are as often below the middle as above it.
    fn rank(&self, level: i16, count: i64) -> i64 {
        let below = self.amounts.up_to(level.saturating_sub(Self::EQUAL).saturating_sub(1));
        let up_to = self.amounts.up_to(level.saturating_add(Self::EQUAL));
        let both = i64::try_from(below.saturating_add(up_to)).unwrap_or(i64::MAX);
        let share = both.saturating_add(1).saturating_mul(500);
        let share = share.checked_div(count.saturating_add(1)).unwrap_or_default();
        // The deviation of what is spread evenly from 0 to 1 is 0.289.
        share.saturating_sub(500).saturating_mul(1000) / 289
    }

    /// Counts an amount. When a person lets one pass after the amounts have moved, what is usual
    /// lately is what they are held against from now on.
    pub fn learn(&mut self, level: i16, (at, approved): (Timestamp, bool), lately: &Window<32>) {
        self.moved = self.moved(level, at);
        self.paid = self.paid.max(at);
        if approved && self.moved >= Self::FAR {
            (self.amounts, self.moved) = (lately.latest(Self::ANEW), 0);
        }
        let every = match self.amounts.len() {
            0..Self::FIRST => 0,
            Self::FIRST..Self::MOST => Self::SOON_MS,
            _ => Self::EVERY_MS,
        };
        // What may be a drift does not move what it is held against.
        let still = self.moved < Self::FAR / 3;
        if approved || (still && at.millis_since(self.kept) >= every) {
            self.amounts.push(level);
            self.kept = self.kept.max(at);
        }
    }
}
