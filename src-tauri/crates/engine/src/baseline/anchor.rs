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

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "small numbers of a test")]

    use super::*;

    /// Pays amounts of these levels, one every so many hours; with what it paid lately.
    fn paid(hours: i64, levels: impl Iterator<Item = i16>) -> (Anchor, Window<32>, i64) {
        let (mut anchor, mut lately, mut at) = (Anchor::default(), Window::default(), 0);
        for level in levels {
            at += hours * HOUR_MS;
            lately.push(level);
            anchor.learn(level, (Timestamp::from_millis(at), false), &lately);
        }
        (anchor, lately, at)
    }

    fn back_and_forth(count: usize) -> impl Iterator<Item = i16> {
        [2000, 2100, 1900, 2050, 1950].into_iter().cycle().take(count)
    }

    #[test]
    fn all_of_the_first_are_kept_then_one_in_four_hours_and_then_one_in_three_days() {
        let kept = |payments: usize| paid(1, back_and_forth(payments)).0.amounts.len();
        assert_eq!((kept(48), kept(48 + 24)), (48, 48 + 6));
        assert_eq!(kept(48 + 80 * 4), 128);
        // When all places are taken, the ones of long ago leave slowly.
        let full = paid(1, back_and_forth(48 + 80 * 4)).0;
        let later = paid(1, back_and_forth(48 + 80 * 4 + 9 * 24)).0;
        let last = full.amounts.in_order().skip(3);
        assert!(later.amounts.in_order().zip(last).all(|(later, before)| later == before));
    }

    #[test]
    fn nothing_has_moved_before_thirty_are_known() {
        let next = |payments: i16| {
            let (anchor, _, at) = paid(4, (0..payments).map(|n| 2000 + 10 * n));
            anchor.moved(3000, Timestamp::from_millis(at + 4 * HOUR_MS))
        };
        assert_eq!((next(28), next(29)), (0, 0));
        assert!(next(30) > 0);
    }

    #[test]
    fn what_comes_in_one_go_counts_for_a_fifth() {
        let (anchor, _, at) = paid(1, back_and_forth(40));
        let after = |ms: i64| anchor.moved(3000, Timestamp::from_millis(at + ms)) - anchor.moved;
        assert!(after(0) > 0 && (after(DAY_MS) - 5 * after(0)).abs() < 5);
        assert_eq!((after(0), after(DAY_MS)), (after(60_000), after(Anchor::APART_MS)));
    }

    #[test]
    fn what_may_be_a_drift_is_not_kept_and_what_a_person_lets_pass_is() {
        let (mut anchor, mut lately, mut at) = paid(4, back_and_forth(128));
        let mut higher = |anchor: &mut Anchor, approved: bool| {
            at += 4 * DAY_MS;
            lately.push(2200);
            anchor.learn(2200, (Timestamp::from_millis(at), approved), &lately);
        };
        let kept = |anchor: &Anchor| anchor.amounts.in_order().filter(|l| *l == 2200).count();
        (0..20).for_each(|_| higher(&mut anchor, false));
        assert!(anchor.moved >= Anchor::FAR, "{}", anchor.moved);
        // Only before it looked like one.
        assert!((1..=3).contains(&kept(&anchor)), "{}", kept(&anchor));
        let before = anchor.clone();
        higher(&mut anchor, false);
        assert_eq!(anchor.amounts, before.amounts);
        // What was let pass last is what counts from now on.
        higher(&mut anchor, true);
        assert_eq!((anchor.amounts.len(), anchor.moved), (Anchor::ANEW + 1, 0));
        assert!(kept(&anchor) > 3);
        let before = anchor.clone();
        higher(&mut anchor, true);
        assert_eq!(anchor.amounts.len(), before.amounts.len() + 1, "one more, and no new anchor");
    }
}
