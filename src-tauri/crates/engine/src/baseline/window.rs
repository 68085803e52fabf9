//! The last values of something, in the order they came and in the order of their size.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::VecDeque;

/// At most `N` values; the oldest leaves first. Two bytes each, twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Window<const N: usize> {
    came: VecDeque<i16>,
    sorted: Vec<i16>,
}

/// Where most values lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spread {
    /// The middle one.
    pub median: i16,
    /// The middle distance from it.
    pub deviation: i16,
}

impl<const N: usize> Window<N> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Adds a value, and gives the one that left for it.
    pub fn push(&mut self, value: i16) -> Option<i16> {
        let left = if self.came.len() >= N { self.came.pop_front() } else { None };
        if let Some(left) = left {
            self.take_out(left);
        }
        self.came.push_back(value);
        let place = self.sorted.partition_point(|other| *other < value);
        self.sorted.insert(place, value);
        left
    }

    /// Takes the last value of this size away, as if it had not come.
    pub fn forget(&mut self, value: i16) {
        if let Some(place) = self.came.iter().rposition(|other| *other == value) {
            self.came.remove(place);
            self.take_out(value);
        }
    }

    /// The values in the order they came.
    pub fn in_order(&self) -> impl Iterator<Item = i16> {
        self.came.iter().copied()
    }

    /// The last of these values, with room for others.
    pub fn latest<const M: usize>(&self, count: usize) -> Window<M> {
        let mut wide = Window::default();
        for value in self.came.iter().skip(self.len().saturating_sub(count)) {
            wide.push(*value);
        }
        wide
    }

    fn take_out(&mut self, value: i16) {
        if let Ok(place) = self.sorted.binary_search(&value) {
            self.sorted.remove(place);
        }
    }

    /// The value that `of_1000` in a thousand are below.
    pub fn quantile(&self, of_1000: usize) -> Option<i16> {
        let place = self.len().saturating_mul(of_1000).checked_div(1000)?;
        self.sorted.get(place.min(self.len().saturating_sub(1))).copied()
    }

    /// How many values lie above `low` and up to `high`.
    pub fn between(&self, low: i16, high: i16) -> usize {
        self.up_to(high).saturating_sub(self.up_to(low))
    }

    /// How many values are at most this level.
    pub fn up_to(&self, level: i16) -> usize {
        self.sorted.partition_point(|value| *value <= level)
    }

    /// How many values are as large as a level, within 2 %.
    pub fn as_large(&self, level: i16) -> usize {
        self.between(level.saturating_sub(8), i16::MAX)
    }

    /// Median and median absolute deviation. Looks at few of the values, however many there are.
    pub fn spread(&self) -> Option<Spread> {
        let middle = self.len() / 2;
        let median = *self.sorted.get(middle)?;
        let (below, above) = self.sorted.split_at_checked(middle)?;
        let down = |place: usize| {
            let from_end = below.len().checked_sub(place)?.checked_sub(1)?;
            below.get(from_end).map(|value| median.saturating_sub(*value))
        };
        let up = |place: usize| above.get(place).map(|value| value.saturating_sub(median));
        // Of the nearest `middle + 1` values so many are below: as long as the next one there is
        // nearer than the last one taken above, one more is.
        let (mut least, mut most) = (0, below.len());
        while least < most {
            let taken = least.midpoint(most);
            let next = up(middle.saturating_sub(taken));
            if next.is_none_or(|above| down(taken).is_some_and(|below| below < above)) {
                least = taken.saturating_add(1);
            } else {
                most = taken;
            }
        }
        let last_below = least.checked_sub(1).and_then(down);
        let deviation = last_below.max(up(middle.saturating_sub(least)))?;
        Some(Spread { median, deviation })
    }
}

impl<const N: usize> Serialize for Window<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.came.serialize(serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Window<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let came = VecDeque::<i16>::deserialize(deserializer)?;
        if came.len() > N {
            return Err(serde::de::Error::custom("a window holds more values than it can"));
        }
        let mut sorted: Vec<i16> = came.iter().copied().collect();
        sorted.sort_unstable();
        Ok(Self { came, sorted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, obviously.
    fn naive(values: &[i16]) -> Option<Spread> {
        let mut sorted = values.to_vec();
        sorted.sort_unstable();
        let median = *sorted.get(sorted.len() / 2)?;
        let away = |value: &i16| value.saturating_sub(median).saturating_abs();
        let mut distances: Vec<i16> = sorted.iter().map(away).collect();
        distances.sort_unstable();
        Some(Spread { median, deviation: distances[sorted.len() / 2] })
    }

    proptest! {
        #[test]
        fn the_last_values_are_what_is_measured(values: Vec<i16>, forget in 0usize..40) {
            let mut window = Window::<16>::default();
            let mut last: Vec<i16> = Vec::new();
            for (n, value) in values.into_iter().enumerate() {
                window.push(value);
                last.push(value);
                if last.len() > 16 {
                    last.remove(0);
                }
                if n == forget {
                    window.forget(value);
                    last.pop();
                }
                prop_assert_eq!(window.spread(), naive(&last));
                prop_assert_eq!(window.len(), last.len());
                let between = last.iter().filter(|v| **v > -50 && **v <= 9000).count();
                prop_assert_eq!(window.between(-50, 9000), between);
            }
            let json = serde_json::to_string(&window).unwrap();
            prop_assert_eq!(serde_json::from_str::<Window<16>>(&json).unwrap(), window);
        }
    }

    #[test]
    fn bounds() {
        let mut window = Window::<4>::default();
        assert_eq!((window.spread(), window.quantile(500), window.len()), (None, None, 0));
        window.forget(1);
        for value in 1..=6 {
            window.push(value);
        }
        assert_eq!((window.quantile(0), window.quantile(1000)), (Some(3), Some(6)));
        assert!(serde_json::from_str::<Window<4>>("[1,2,3,4,5]").is_err());
    }
}
