//! How often something happened on one of the owner's days.

use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// How often something happened on the owner's day that began then. Of other days it knows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct PerDay(Timestamp, u32);

impl PerDay {
    /// How often on this day.
    pub fn on(self, day: Timestamp) -> u32 {
        if self.0 == day { self.1 } else { 0 }
    }

    /// Counts once more.
    pub fn note(&mut self, day: Timestamp) {
        *self = Self(day, self.on(day).saturating_add(1));
    }
}
