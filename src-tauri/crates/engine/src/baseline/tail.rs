//! How large something usually gets in a day: a histogram of each day's largest value, on a scale
//! of logarithms, that forgets slowly. A day counts when it is over: what grows within a day is not
//! usual because it grew.

use super::DAY_MS;
use super::level::log2;
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// Steps a factor of 2 is cut into.
const STEPS: i64 = 4;
/// Most steps: up to 2^40 of the smallest unit.
const BINS: usize = 160;
/// When so many days were counted, each count is halved.
const FULL: u32 = 180;

/// The largest values of days. A byte a step, up to the largest that came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct DailyMost {
    day: i64,
    most: u64,
    days: Tail,
}

impl DailyMost {
    /// Counts a value of a day.
    pub fn learn(&mut self, value: u64, at: Timestamp) {
        let day = at.as_millis().div_euclid(DAY_MS);
        if day > self.day {
            if self.most > 0 {
                self.days.learn(self.most);
            }
            (self.day, self.most) = (day, value);
        } else {
            self.most = self.most.max(value);
        }
    }

    /// How many days are known.
    pub fn days(&self) -> u32 {
        self.days.len()
    }

    /// What few days pass; 0 without any.
    pub fn usual(&self) -> u64 {
        self.days.rarely_above()
    }
}

/// Counts of values by size.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Tail(Vec<u8>);

impl Tail {
    /// Counts a value.
    fn learn(&mut self, value: u64) {
        let bin = bin(value);
        if self.0.len() <= bin {
            self.0.resize(bin.saturating_add(1), 0);
        }
        if let Some(count) = self.0.get_mut(bin) {
            *count = count.saturating_add(1);
        }
        if self.len() >= FULL {
            self.0.iter_mut().for_each(|count| *count /= 2);
        }
    }

    /// How many are counted.
    fn len(&self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }

    /// A value that at most 1 in 50 pass; 0 without any.
    fn rarely_above(&self) -> u64 {
        let mut left = self.len() / 50;
        for (bin, count) in self.0.iter().enumerate().rev() {
            if u32::from(*count) > left {
                return upper_end(bin);
            }
            left = left.saturating_sub((*count).into());
        }
        0
    }
}

fn bin(value: u64) -> usize {
    let log = log2(u128::from(value).saturating_add(1));
    let bin = log.saturating_mul(STEPS) >> 16u32;
    usize::try_from(bin).unwrap_or_default().min(BINS.saturating_sub(1))
}

/// The largest value of a step.
fn upper_end(bin: usize) -> u64 {
    let next = u32::try_from(bin).unwrap_or(u32::MAX).saturating_add(1);
    let (octaves, rest) = (next / 4, next % 4);
    // 2^(rest / 4), in thousandths.
    let part: u64 = match rest {
        0 => 1000,
        1 => 1189,
        2 => 1414,
        _ => 1682,
    };
    let whole = 1_u64.checked_shl(octaves).unwrap_or(u64::MAX);
    (part.saturating_mul(whole) / 1000).saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_values_are_above_what_is_usual() {
        let mut tail = Tail::default();
        assert_eq!(tail.rarely_above(), 0);
        for value in 0..100_u64 {
            tail.learn(value % 10);
        }
        assert!((9..13).contains(&tail.rarely_above()), "{}", tail.rarely_above());
        // Two in a hundred do not move it; more do.
        (0..2).for_each(|_| tail.learn(5000));
        assert!(tail.rarely_above() < 13);
        (0..9).for_each(|_| tail.learn(5000));
        assert!(tail.rarely_above() >= 5000);
        (0..500).for_each(|_| tail.learn(u64::MAX));
        assert!(tail.0.len() <= BINS && tail.len() < FULL);
    }

    #[test]
    fn old_days_fade_and_are_not_forgotten_at_once() {
        let mut tail = Tail::default();
        for day in 1..=3 * FULL {
            tail.learn(10);
            assert!(tail.len() >= day.min(FULL / 2), "{day}: {}", tail.len());
        }
    }

    #[test]
    fn a_day_counts_when_it_is_over() {
        let mut most = DailyMost::default();
        let at = |hours: i64| Timestamp::from_millis(1_767_225_600_000 + hours * 3_600_000);
        (1..=20).for_each(|n| most.learn(n, at(1)));
        assert_eq!((most.days(), most.usual()), (0, 0));
        most.learn(1, at(30));
        assert_eq!(most.days(), 1);
        assert!((20..25).contains(&most.usual()), "{}", most.usual());
        // A clock that went back is taken for the same day.
        most.learn(50, at(2));
        assert_eq!(most.days(), 1);
    }

    #[test]
    fn every_value_is_below_the_end_of_its_step() {
        for value in (0..5000).chain([1 << 20, (1 << 23) + 5]) {
            let end = upper_end(bin(value));
            assert!(end + 1 >= value && end <= value + value / 4 + 1, "{value} {end}");
        }
    }
}
