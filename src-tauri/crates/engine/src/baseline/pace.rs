//! How fast something comes: a sum that fades, held against how large it usually gets.

use super::level::faded;
use super::tail::DailyMost;
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};

/// A sum of which half is left after a half-life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Leak {
    sum: u64,
    at: Timestamp,
}

impl Leak {
    /// What is left of it.
    pub fn now(&self, at: Timestamp, half_life_ms: i64) -> u64 {
        faded(self.sum, at.millis_since(self.at), half_life_ms)
    }

    /// Adds to it.
    pub fn add(&mut self, more: u64, at: Timestamp, half_life_ms: i64) {
        self.sum = self.now(at, half_life_ms).saturating_add(more);
        self.at = self.at.max(at);
    }
}

/// What was asked of late, what was paid of late, and how much that usually is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Pace {
    asked: Leak,
    paid: Leak,
    usual: DailyMost,
}

/// A pace that is far above the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fast {
    /// With the request in question.
    pub observed: u64,
    /// What it rarely passes.
    pub usual: u64,
}

impl Pace {
    /// The pace with `more` now, if it is more than `times` what few days reach, and `floor` above.
    /// `unsure` more times, divided by the days that are known. Before [`Pace::ENOUGH`] days
    /// nothing is known.
    pub fn too_fast(
        &self,
        more: u64,
        (at, half_life_ms): (Timestamp, i64),
        (times, unsure, floor): (u64, u64, u64),
    ) -> Option<Fast> {
        if self.usual.days() < Self::ENOUGH {
            return None;
        }
        let observed = self.asked.now(at, half_life_ms).saturating_add(more);
        let usual = self.usual.usual();
        let days = u64::from(self.usual.days());
        let unsure = usual.saturating_mul(unsure).checked_div(days).unwrap_or_default();
        let most = usual.saturating_mul(times).saturating_add(unsure).saturating_add(floor);
        (observed > most).then_some(Fast { observed, usual })
    }

    /// What was asked of late.
    pub fn of_late(&self, at: Timestamp, half_life_ms: i64) -> u64 {
        self.asked.now(at, half_life_ms)
    }

    /// Days before a pace is known.
    const ENOUGH: u32 = 5;

    /// What few days pass, once some are known.
    pub fn usual(&self) -> Option<u64> {
        (self.usual.days() >= Self::ENOUGH).then(|| self.usual.usual())
    }

    /// Something was asked and is under way.
    pub fn ask(&mut self, more: u64, at: Timestamp, half_life_ms: i64) {
        self.asked.add(more, at, half_life_ms);
    }

    /// Something was paid: this pace is usual.
    pub fn learn(&mut self, more: u64, at: Timestamp, half_life_ms: i64) {
        self.paid.add(more, at, half_life_ms);
        self.usual.learn(self.paid.now(at, half_life_ms), at);
    }
}
