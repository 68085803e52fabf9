//! Step 3: how often an agent may try.

use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

const MINUTE_MS: i64 = 60_000;

/// The attempts of the minute just past that were let through to the steps after this one, by the
/// computer's clock. One that was refused here is not counted, so that waiting `retry_after_s`
/// always helps. A clock that goes back frees none: what is later than the clock counts as of now.
/// At most as many as the limit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Attempts(VecDeque<Timestamp>);

impl Attempts {
    /// Seconds until another attempt can pass; `None` when one can pass at once.
    pub fn retry_after_s(&self, clock: Timestamp, limit: u32) -> Option<u32> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let past = self.0.partition_point(|at| clock.millis_since(*at) >= MINUTE_MS);
        let live = self.live(clock);
        // The attempt that must grow a minute old before the number falls below the limit.
        let blocking = past.saturating_add(live.checked_sub(limit)?);
        let age_ms = self.0.get(blocking).map_or(0, |at| clock.millis_since(*at));
        let wait_ms = MINUTE_MS.saturating_sub(age_ms);
        let wait_s = wait_ms.saturating_add(999).checked_div(1000)?;
        u32::try_from(wait_s.max(1)).ok()
    }

    /// How many there are in the minute just past.
    pub fn live(&self, clock: Timestamp) -> usize {
        let past = self.0.partition_point(|at| clock.millis_since(*at) >= MINUTE_MS);
        self.0.len().saturating_sub(past)
    }

    /// Hears what the clock says. Attempts of a later time happened before it was set back; they
    /// are taken as of now, so that they grow old from now on.
    pub fn see(&mut self, clock: Timestamp) {
        let ahead = self.0.iter_mut().rev().take_while(|at| **at > clock);
        ahead.for_each(|at| *at = clock);
    }

    /// Counts an attempt, unless there are as many as the limit: the log never holds more.
    pub fn note(&mut self, clock: Timestamp, limit: u32) {
        self.see(clock);
        while self.0.front().is_some_and(|first| clock.millis_since(*first) >= MINUTE_MS) {
            self.0.pop_front();
        }
        if self.0.len() < usize::try_from(limit).unwrap_or(usize::MAX) {
            self.0.push_back(clock);
        }
    }
}
