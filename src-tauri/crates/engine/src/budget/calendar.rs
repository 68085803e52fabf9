//! Calendar windows in the owner's time zone, daylight saving included.

use super::OutOfRange;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use purser_domain::{Interval, Timestamp};
use serde::{Deserialize, Serialize};

/// From `start` until just before `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Span {
    /// Its first moment.
    pub start: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

impl Span {
    /// Whether a time lies in it.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// The owner's calendar. Zones come from the database built into the program, never from the
/// machine, so that replay is the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Calendar(TimeZone);

impl Default for Calendar {
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl Calendar {
    /// The calendar of a zone, if there is such a zone.
    pub fn of_zone(name: &str) -> Option<Self> {
        TimeZoneDatabase::bundled().get(name).ok().map(Self)
    }

    /// The day, week or month around a time. Where the clock goes back over midnight, a day that
    /// has begun stays begun: each time lies in its window, and windows follow one another.
    pub fn span(&self, interval: Interval, at: Timestamp) -> Result<Span, OutOfRange> {
        let date = self.date(at).ok_or(OutOfRange)?;
        let (first, next) = days(interval, date).ok_or(OutOfRange)?;
        let span = self.between(first, next)?;
        if span.contains(at) {
            return Ok(span);
        }
        let (first, next) = days(interval, next).ok_or(OutOfRange)?;
        Some(self.between(first, next)?).filter(|span| span.contains(at)).ok_or(OutOfRange)
    }

    /// The hour of the day, 0 to 23.
    pub fn hour(&self, at: Timestamp) -> u8 {
        let at = jiff::Timestamp::from_millisecond(at.as_millis()).ok();
        let hour = at.map(|at| self.0.to_datetime(at).hour());
        hour.and_then(|hour| u8::try_from(hour).ok()).unwrap_or_default()
    }

    fn between(&self, first: Date, next: Date) -> Result<Span, OutOfRange> {
        let start = self.midnight(first).ok_or(OutOfRange)?;
        let end = self.midnight(next).ok_or(OutOfRange)?;
        Ok(Span { start, end })
    }

    fn date(&self, at: Timestamp) -> Option<Date> {
        let instant = jiff::Timestamp::from_millisecond(at.as_millis()).ok()?;
        Some(self.0.to_datetime(instant).date())
    }

    /// The first moment of a day: where the clock skips midnight, the moment after the gap; where
    /// midnight comes twice, the first.
    fn midnight(&self, date: Date) -> Option<Timestamp> {
        let zoned = date.to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }
}

/// The first day of an interval and the first day after it.
fn days(interval: Interval, date: Date) -> Option<(Date, Date)> {
    match interval {
        Interval::Weekly => {
            let since_monday = i64::from(date.weekday().to_monday_zero_offset());
            let monday = date.checked_sub(jiff::Span::new().days(since_monday)).ok()?;
            Some((monday, monday.checked_add(jiff::Span::new().days(7)).ok()?))
        }
        Interval::Monthly => Some((date.first_of_month(), date.last_of_month().tomorrow().ok()?)),
        _ => Some((date, date.tomorrow().ok()?)),
    }
}

/// A time, with the owner's day around it worked out once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment<'a> {
    /// The time.
    pub at: Timestamp,
    /// The owner's day around it.
    pub day: Span,
    /// Whose days these are.
    pub calendar: &'a Calendar,
}

impl<'a> Moment<'a> {
    /// The moment of a time.
    pub fn new(calendar: &'a Calendar, at: Timestamp) -> Result<Self, OutOfRange> {
        Ok(Self { at, day: calendar.span(Interval::Daily, at)?, calendar })
    }
}
