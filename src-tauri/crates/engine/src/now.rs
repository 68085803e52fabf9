//! The two times of a decision.

use purser_domain::{Entry, Timestamp};

/// When something is decided or happened. The two differ only where the computer's clock was set
/// back, or had jumped ahead and was set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    /// The time of the log, which never goes back: for everything that counts in windows, so that
    /// a clock that goes back reopens none.
    pub at: Timestamp,
    /// What the computer's clock says: for what ends by itself within minutes or hours (a
    /// credential, an approval, what a rail signs) and for the rate limit. By the time of the log
    /// these would stand still until the clock has caught up with a time that it once jumped to.
    pub clock: Timestamp,
}

impl Now {
    /// The times when the clock says `clock` and the last entry is of `last`.
    pub fn new(clock: Timestamp, last: Timestamp) -> Self {
        Self { at: clock.max(last), clock }
    }

    /// The times of an entry.
    pub fn of(entry: &Entry) -> Self {
        Self { at: entry.at_ms, clock: entry.clock() }
    }

    /// The clock's time for an entry: `None` where it is the log's.
    pub fn clock_ms(self) -> Option<Timestamp> {
        (self.clock < self.at).then_some(self.clock)
    }
}
