//! The owner's days, weeks and months, and the windows of limits.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use purser_domain::{Interval, Timestamp, Window};
use std::cell::RefCell;
use std::collections::HashMap;

/// A minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// A quarter of an hour in milliseconds.
pub const QUARTER: i64 = 15 * MINUTE;
/// 24 hours in milliseconds.
pub const DAY: i64 = 96 * QUARTER;

/// The owner's calendar.
#[derive(Debug, Clone)]
pub struct Calendar {
    zone: TimeZone,
    /// Days that were looked up, only to be quicker.
    known: RefCell<HashMap<i64, Date>>,
}

impl Calendar {
    /// The calendar of a zone, if there is such a zone.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).ok()?;
        Some(Self { zone, known: RefCell::default() })
    }

    /// The zone.
    #[must_use]
    pub const fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first moment of a day.
    #[must_use]
    pub fn midnight(&self, date: Date) -> i64 {
        date.to_zoned(self.zone.clone()).unwrap().timestamp().as_millisecond()
    }

    /// The day that a moment lies in: the last one that has begun.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Date {
        let at = at.as_millis();
        if let Some(date) = self.known.borrow().get(&at) {
            return *date;
        }
        let moment = jiff::Timestamp::from_millisecond(at).unwrap();
        let mut date = self.zone.to_datetime(moment).date().tomorrow().unwrap();
        while self.midnight(date) > at {
            date = date.yesterday().unwrap();
        }
        self.known.borrow_mut().insert(at, date);
        date
    }

    /// When the day after the one of a moment begins.
    #[must_use]
    pub fn next_day(&self, at: Timestamp) -> Timestamp {
        let mut date = self.day(at).tomorrow().unwrap();
        while self.midnight(date) <= at.as_millis() {
            date = date.tomorrow().unwrap();
        }
        Timestamp::from_millis(self.midnight(date))
    }

    /// When the day, week or month after the one of a moment begins.
    #[must_use]
    pub fn next(&self, interval: Interval, at: Timestamp) -> Timestamp {
        let span = (interval, Window::Calendar);
        let mut next = self.next_day(at);
        while self.counts(span, at, next) {
            next = self.next_day(next);
        }
        next
    }

    /// When what happens at a moment counts no more in a rolling window.
    #[must_use]
    pub fn rolled_out(&self, interval: Interval, at: Timestamp) -> Timestamp {
        let days = [(Interval::Daily, 1), (Interval::Weekly, 7)];
        let days = days.iter().find(|(one, _)| *one == interval).map_or(30, |(_, days)| *days);
        Timestamp::from_millis((at.as_millis() / QUARTER + 1) * QUARTER + days * DAY)
    }

    /// The Monday of the week of a moment.
    fn monday(&self, at: Timestamp) -> Date {
        let mut date = self.day(at);
        while date.weekday() != jiff::civil::Weekday::Monday {
            date = date.yesterday().unwrap();
        }
        date
    }

    /// Whether what happened `then` still counts `now` over a stretch of time.
    #[must_use]
    pub fn counts(
        &self,
        (interval, window): (Interval, Window),
        then: Timestamp,
        now: Timestamp,
    ) -> bool {
        let rolling = |days: i64| {
            let quarter_ends = (then.as_millis() / QUARTER + 1) * QUARTER;
            now.as_millis() < quarter_ends + days * DAY
        };
        match (interval, window) {
            (Interval::Daily, Window::Rolling) => rolling(1),
            (Interval::Weekly, Window::Rolling) => rolling(7),
            (Interval::Monthly, Window::Rolling) => rolling(30),
            (Interval::Daily, Window::Calendar) => self.day(then) == self.day(now),
            (Interval::Weekly, Window::Calendar) => self.monday(then) == self.monday(now),
            (Interval::Monthly, Window::Calendar) => {
                self.day(then).first_of_month() == self.day(now).first_of_month()
            }
            (Interval::AllTime, _) => true,
            (Interval::PerTransaction | Interval::Session, _) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn days_follow_the_owners_clock_over_its_changes() {
        let berlin = Calendar::new("Europe/Berlin").unwrap();
        // 23 hours, then 25.
        assert_eq!(berlin.next_day(at("2026-03-28T23:00:00Z")), at("2026-03-29T22:00:00Z"));
        assert_eq!(berlin.next_day(at("2026-10-24T22:00:00Z")), at("2026-10-25T23:00:00Z"));
        // Midnight comes twice: the day that has begun stays begun.
        let havana = Calendar::new("America/Havana").unwrap();
        let (first, again) = (at("2026-11-01T04:30:00Z"), at("2026-11-01T05:30:00Z"));
        assert_eq!(havana.day(first), havana.day(again));
        assert!(Calendar::new("Moon/Crater").is_none());
    }

    #[test]
    fn a_rolling_day_counts_a_payment_for_at_least_a_day() {
        let calendar = Calendar::new("UTC").unwrap();
        let rolling = (Interval::Daily, Window::Rolling);
        let then = at("2026-03-02T12:01:00Z");
        assert!(calendar.counts(rolling, then, at("2026-03-03T12:14:59.999Z")));
        assert!(!calendar.counts(rolling, then, at("2026-03-03T12:15:00Z")));
    }
}
