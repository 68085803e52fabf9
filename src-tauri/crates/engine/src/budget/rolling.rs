//! Rolling windows, counted in quarters of an hour.

use super::{OutOfRange, Totals};
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

const QUARTER_MS: i64 = 15 * 60 * 1000;
/// Quarters of an hour in a day of 24 hours.
pub(crate) const QUARTERS_A_DAY: i64 = 96;

/// The quarter of an hour that a time lies in, counted from the epoch.
pub(crate) const fn quarter(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(QUARTER_MS)
}

/// The first moment of a quarter.
pub(crate) const fn quarter_start(quarter: i64) -> Timestamp {
    Timestamp::from_millis(quarter.saturating_mul(QUARTER_MS))
}

/// What was counted in each quarter, and the sum. A quarter leaves when its last moment is the
/// whole length of the window ago, so that a payment counts for at least that length.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Series {
    quarters: VecDeque<(i64, Totals)>,
    sum: Totals,
}

/// Whether a quarter has left a window of `length` quarters.
const fn has_left(quarter: i64, now: i64, length: i64) -> bool {
    quarter.saturating_add(length) < now
}

impl Series {
    /// The sum over the window that ends now.
    pub fn sum(&self, now: Timestamp, length: i64) -> Result<Totals, OutOfRange> {
        let now = quarter(now);
        match self.quarters.back() {
            Some((last, _)) if !has_left(*last, now, length) => {}
            _ => return Ok(Totals::default()),
        }
        let gone = self.quarters.iter().take_while(|(at, _)| has_left(*at, now, length));
        gone.map(|(_, totals)| totals).try_fold(self.sum, |sum, totals| sum.minus(totals))
    }

    /// Counts `delta` in the quarter of `at`, unless that has left the window.
    pub fn add(
        &mut self,
        (at, now): (Timestamp, Timestamp),
        length: i64,
        delta: &Totals,
    ) -> Result<(), OutOfRange> {
        let (at, now) = (quarter(at), quarter(now));
        while let Some((first, totals)) = self.quarters.front()
            && has_left(*first, now, length)
        {
            self.sum = self.sum.minus(totals)?;
            self.quarters.pop_front();
        }
        if has_left(at, now, length) {
            return Ok(());
        }
        self.sum = self.sum.plus(delta)?;
        match self.quarters.binary_search_by_key(&at, |(quarter, _)| *quarter) {
            Ok(found) => {
                let (_, totals) = self.quarters.get_mut(found).ok_or(OutOfRange)?;
                *totals = totals.plus(delta)?;
            }
            Err(place) => self.quarters.insert(place, (at, *delta)),
        }
        Ok(())
    }
}
