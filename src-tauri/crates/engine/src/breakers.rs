//! Circuit breakers (A9): what an agent spent, failed at and was refused of late.
//!
//! Guarantees: nothing here can be switched off by a policy; what can't be counted refuses. Memory
//! is bounded for each agent: a row for each quarter of an hour of the last 31 days, 64 purchases
//! that failed, and at most as many refusals as a policy can let pass.
//!
//! Does not guarantee: that an agent that spends at its daily cap twice within 24 hours, around
//! midnight, is let pass. Its cap holds it first on one day only.

use crate::budget::{OutOfRange, QUARTERS_A_DAY, quarter, quarter_start};
use purser_domain::{AgentPolicy, BreakerCause, Breakers, Digest, Timestamp};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Days of the past that tell what is usual.
const USUAL_DAYS: i64 = 30;
/// Quarters of an hour that rows are kept for: those days and the one that is held against them.
const KEPT: i64 = QUARTERS_A_DAY * (USUAL_DAYS + 1);
/// A short history is filled up with this many days, each of a fifth of the daily cap.
const PRIOR_DAYS: i64 = 3;
const REFUSAL_MS: i64 = Breakers::REFUSAL_MINUTES as i64 * 60_000;
/// Most refusals that any policy lets pass.
const REFUSALS_MAX: usize = 1000;
/// Most purchases whose failures are counted.
const FAILING_MAX: usize = 64;

/// The breakers of one agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Watch {
    pub spent: Spent,
    pub failures: Failures,
    pub refusals: Refusals,
}

impl Watch {
    /// The owner lets the agent go on: rates are counted anew from here, what is usual stays.
    pub fn resume(&mut self, place: Place) {
        self.spent.resumed = Some(place);
        self.refusals = Refusals::default();
    }
}

/// When an entry was, and its place in the log: where the clock was set back, many entries have the
/// same time.
type Place = (Timestamp, u64);

/// What the payments of a quarter of an hour came to, settled or reserved. A quarter in which the
/// agent was resumed has a second row from that time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Row {
    from: Place,
    /// Everything up to the end of this row, so that any window is the difference of two rows.
    total: Decimal,
}

/// What an agent itself spent and reserved in the last 31 days, its sub-agents not counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Spent {
    rows: VecDeque<Row>,
    /// What came before the first row.
    before: Decimal,
    first: Option<Timestamp>,
    resumed: Option<Place>,
}

/// Spending in 24 hours, and what is usual: `spent_days / quarters` a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SpendRate {
    pub observed: Decimal,
    spent_days: Decimal,
    quarters: Decimal,
    multiple: Decimal,
}

impl SpendRate {
    /// Why it would be too much, if it would be.
    pub fn excess(&self) -> Result<Option<BreakerCause>, OutOfRange> {
        // Multiplied out, so that nothing is rounded: observed > multiple * spent / days.
        let most = self.spent_days.checked_mul(self.multiple).ok_or(OutOfRange)?;
        if self.observed.checked_mul(self.quarters).ok_or(OutOfRange)? <= most {
            return Ok(None);
        }
        let (observed, multiple) = (self.observed.normalize(), self.multiple);
        let usual = self.usual().ok_or(OutOfRange)?;
        Ok(Some(BreakerCause::SpendRate { observed, usual, multiple }))
    }

    /// What is usual for 24 hours, rounded to 6 decimals.
    fn usual(&self) -> Option<Decimal> {
        Some(self.spent_days.checked_div(self.quarters)?.round_dp(6).normalize())
    }

    /// The most that is let pass, rounded to 6 decimals: for telling, not for deciding.
    pub fn limit(&self) -> Decimal {
        let usual = self.spent_days.checked_div(self.quarters);
        let most = usual.and_then(|usual| usual.checked_mul(self.multiple));
        most.unwrap_or(Decimal::MAX).round_dp(6).normalize()
    }
}

impl Spent {
    /// What 24 hours come to with a payment of this worth now, beside what is usual.
    ///
    /// Held against each other: the current quarter of an hour with the 95 before it, since the
    /// last resume, and the 30 days before those. Days of history may be broken ones: they are
    /// counted in quarters of an hour.
    pub fn rate(
        &self,
        worth: Decimal,
        policy: &AgentPolicy,
        now: Timestamp,
    ) -> Result<SpendRate, OutOfRange> {
        let multiple = policy.breakers.spend_rate_multiple;
        let day = quarter(now).saturating_sub(QUARTERS_A_DAY).saturating_add(1);
        let month = quarter_start(day.saturating_sub(QUARTERS_A_DAY.saturating_mul(USUAL_DAYS)));
        let day = quarter_start(day);
        let observed = self.since((day, 0).max(self.resumed.unwrap_or_default()))?;
        let observed = observed.checked_add(worth).ok_or(OutOfRange)?;
        let past = self.since((month, 0))?.checked_sub(self.since((day, 0))?).ok_or(OutOfRange)?;
        let prior = policy.daily.checked_mul(Decimal::new(PRIOR_DAYS.saturating_mul(2), 1));
        let spent = prior.and_then(|prior| prior.checked_add(past)).ok_or(OutOfRange)?;
        let begun = self.first.map_or(day, |first| first.max(month));
        let history = quarter(day).saturating_sub(quarter(begun)).max(0);
        let quarters = history.saturating_add(QUARTERS_A_DAY.saturating_mul(PRIOR_DAYS));
        let spent_days = spent.checked_mul(Decimal::from(QUARTERS_A_DAY)).ok_or(OutOfRange)?;
        Ok(SpendRate { observed, spent_days, quarters: Decimal::from(quarters), multiple })
    }

    /// What was spent from a time on that is the beginning of a row, if it has one.
    fn since(&self, from: Place) -> Result<Decimal, OutOfRange> {
        let place = self.place(from);
        let Some(last) = self.rows.back() else { return Ok(Decimal::ZERO) };
        last.total.checked_sub(self.up_to(place)).ok_or(OutOfRange)
    }

    /// How many rows are before this place. Looks first where it is in a month without a gap, since
    /// the halves of a month are far apart in memory.
    fn place(&self, from: Place) -> usize {
        let before = |place: usize| self.rows.get(place).is_some_and(|row| row.from < from);
        let (mut low, mut high) = (0, self.rows.len());
        let back = self.rows.back().map_or(0, |last| {
            let quarters = quarter(last.from.0).saturating_sub(quarter(from.0)).saturating_add(1);
            usize::try_from(quarters).unwrap_or(0)
        });
        let mut middle = high.saturating_sub(back).min(high.saturating_sub(1));
        let mut step = 1usize;
        while low < high {
            let next = if before(middle) {
                low = middle.saturating_add(1);
                low.saturating_add(step)
            } else {
                high = middle;
                high.saturating_sub(step)
            };
            // Steps that grow until it is between both ends, then halves.
            step = step.saturating_mul(4);
            let inside = low <= next && next < high;
            middle = if inside { next } else { low.midpoint(high) };
        }
        low
    }

    /// The total before a row.
    fn up_to(&self, place: usize) -> Decimal {
        let before = place.checked_sub(1).and_then(|place| self.rows.get(place));
        before.map_or(self.before, |row| row.total)
    }

    /// Counts a payment of this worth that was reserved.
    pub fn reserve(&mut self, worth: Decimal, (now, seq): Place) -> Result<(), OutOfRange> {
        self.first.get_or_insert(now);
        self.add((now, seq), now, worth)
    }

    /// Counts a change of what was reserved at `at` by entry `seq`.
    pub fn add(
        &mut self,
        (at, seq): Place,
        now: Timestamp,
        delta: Decimal,
    ) -> Result<(), OutOfRange> {
        let oldest = quarter_start(quarter(now).saturating_sub(KEPT).saturating_add(1));
        while let Some(first) = self.rows.front().filter(|row| row.from.0 < oldest) {
            self.before = first.total;
            self.rows.pop_front();
        }
        let start = quarter_start(quarter(at));
        if start < oldest || delta.is_zero() {
            return Ok(());
        }
        let begin = (start, 0);
        let resumed = self.resumed.filter(|resumed| begin < *resumed && *resumed <= (at, seq));
        let from = resumed.unwrap_or(begin);
        let place = self.rows.partition_point(|row| row.from < from);
        if self.rows.get(place).is_none_or(|row| row.from != from) {
            let total = self.up_to(place);
            self.rows.insert(place, Row { from, total });
        }
        for row in self.rows.range_mut(place..) {
            row.total = row.total.checked_add(delta).ok_or(OutOfRange)?;
        }
        Ok(())
    }
}

#[cfg(test)]
impl Spent {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }
}

/// How often the same purchase failed since it last succeeded, the latest failure last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Failures(VecDeque<(Digest, u32)>);

impl Failures {
    /// Whether nothing failed, so that there is no need to know which purchase it is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How often this purchase failed.
    pub fn of(&self, purchase: &Digest) -> u32 {
        let found = self.0.iter().find(|(failed, _)| failed == purchase);
        found.map_or(0, |(_, times)| *times)
    }

    /// Counts a failure.
    pub fn failed(&mut self, purchase: Digest) {
        let times = self.of(&purchase).saturating_add(1);
        self.succeeded(&purchase);
        self.0.push_back((purchase, times));
        if self.0.len() > FAILING_MAX {
            self.0.pop_front();
        }
    }

    /// It works again.
    pub fn succeeded(&mut self, purchase: &Digest) {
        self.0.retain(|(failed, _)| failed != purchase);
    }
}

/// When an agent was refused in the last ten minutes by the computer's clock, and how often at that
/// time. A clock that goes back forgets none: what is later than the clock counts as of now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Refusals(VecDeque<(Timestamp, u32)>);

impl Refusals {
    /// Why `more` refusals now would be too many, if they would be.
    pub fn excess(&self, more: u32, limit: u32, clock: Timestamp) -> Option<BreakerCause> {
        let recent = self.0.iter().filter(|(at, _)| clock.millis_since(*at) < REFUSAL_MS);
        let observed = recent.fold(more, |sum, (_, times)| sum.saturating_add(*times));
        let minutes = Breakers::REFUSAL_MINUTES;
        (observed > limit).then_some(BreakerCause::Refusals { observed, limit, minutes })
    }

    /// Counts refusals.
    pub fn note(&mut self, times: u32, clock: Timestamp) {
        let ahead = self.0.iter_mut().rev().take_while(|(at, _)| *at > clock);
        ahead.for_each(|(at, _)| *at = clock);
        while self.0.front().is_some_and(|(at, _)| clock.millis_since(*at) >= REFUSAL_MS) {
            self.0.pop_front();
        }
        match self.0.back_mut() {
            Some((at, same)) if *at == clock => *same = same.saturating_add(times),
            _ => self.0.push_back((clock, times)),
        }
        if self.0.len() > REFUSALS_MAX {
            self.0.pop_front();
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "numbers in tests are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// With and without gaps, and with second rows, a place is found as by halving.
        #[test]
        fn places_are_found(gaps in proptest::collection::vec(0i64..4, 0..200), at in -10i64..700) {
            let mut rows = VecDeque::new();
            let (mut quarter, total) = (100, Decimal::ZERO);
            for gap in gaps {
                quarter += gap;
                let seq = rows.len() as u64;
                rows.push_back(Row { from: (quarter_start(quarter), seq), total });
            }
            let spent = Spent { rows, ..Spent::default() };
            for seq in [0, 3, 50] {
                let from = (quarter_start(100 + at), seq);
                prop_assert_eq!(spent.place(from), spent.rows.partition_point(|r| r.from < from));
            }
        }
    }
}
