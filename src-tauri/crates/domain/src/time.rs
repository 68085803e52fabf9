//! Points in time, as the log writes them.

use serde::{Deserialize, Deserializer, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted, up to the end of the year
/// 9999. Entries carry it as an integer (`at_ms`); people see RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 9999-12-31T23:59:59.999Z. Later times have no RFC 3339, and from 2^53 on no canonical JSON
    /// that is read as the same number again.
    pub const LAST: Self = Self(253_402_300_799_999);

    /// The time `ms` milliseconds after the epoch; a negative one is taken as the epoch, since no
    /// wallet existed before it, and one after [`Timestamp::LAST`] as that.
    #[must_use]
    pub const fn from_millis(ms: i64) -> Self {
        if ms < 0 {
            Self(0)
        } else if ms > Self::LAST.0 {
            Self::LAST
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since the epoch.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This time plus `seconds`, stopping at [`Timestamp::LAST`].
    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        let ms = (seconds as i64).saturating_mul(1000);
        Self::from_millis(self.0.saturating_add(if ms < 0 { i64::MAX } else { ms }))
    }

    /// Milliseconds from `earlier` to this time; 0 when `earlier` is later.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        let ms = self.0.saturating_sub(earlier.0);
        if ms < 0 { 0 } else { ms }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ms = i64::deserialize(deserializer)?;
        if (0..=Self::LAST.0).contains(&ms) {
            return Ok(Self(ms));
        }
        Err(serde::de::Error::custom("a time is in milliseconds, from 1970 to the year 9999"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stay_between_1970_and_the_year_9999() {
        assert_eq!(Timestamp::from_millis(-1), Timestamp::default());
        assert_eq!(Timestamp::from_millis(i64::MAX), Timestamp::LAST);
        for seconds in [1, 1 << 54, u64::MAX] {
            assert_eq!(Timestamp::LAST.plus_seconds(seconds), Timestamp::LAST, "{seconds}");
        }
        // Days since 1970 at the first of January 10000, as the Gregorian calendar counts them.
        assert_eq!(Timestamp::LAST.as_millis(), 2_932_897 * 86_400_000 - 1);
    }

    #[test]
    fn a_time_out_of_range_is_not_read() {
        let read = |text| serde_json::from_str::<Timestamp>(text);
        for text in ["0", "1790000000000", "253402300799999"] {
            assert_eq!(read(text).unwrap().as_millis().to_string(), text);
        }
        for bad in ["-1", "253402300800000", "9223372036854775807", "1.0", "1e3", "\"1\"", "null"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
