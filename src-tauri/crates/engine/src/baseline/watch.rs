//! Patterns of the last day: the same charge again and again, amounts just under a threshold, and
//! what was refused coming back in pieces.

use super::pace::Leak;
use super::tail::DailyMost;
use super::{DAY_MS, Found};
use purser_domain::{SignalCode, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Just under a threshold: within a fifth of an octave, 13 %.
pub(super) const NEAR: i16 = 51;
/// Nearly equal: within 3 %.
const EQUAL: i16 = 10;
/// Requests of late that are remembered.
const RECENT: usize = 32;
/// Refusals that are remembered.
const REFUSED: usize = 8;
/// Days before repeating is known.
const KNOWN: u32 = 3;

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub payee: u64,
    pub level: i16,
    /// The level from which a person is asked.
    pub threshold: Option<i16>,
}

impl Asked {
    fn is_near(&self) -> bool {
        let near =
            |threshold: i16| self.level <= threshold && self.level > threshold.saturating_sub(NEAR);
        self.threshold.is_some_and(near)
    }
}

/// One request: the payee, the level and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Request(u64, i16, Timestamp);

impl Request {
    fn is_of_the_day(&self, at: Timestamp) -> bool {
        at.millis_since(self.2) < DAY_MS
    }
}

/// The last requests and refusals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Watched {
    recent: VecDeque<Request>,
    refused: VecDeque<Request>,
    /// How many nearly equal charges a day usually has.
    repeats: DailyMost,
    /// Requests just under a threshold, and what is usual of them, in thousandths.
    near: Leak,
    usual_near: Leak,
}

impl Watched {
    /// What the last day looks like with this request.
    pub fn found(&self, asked: &Asked, at: Timestamp, found: &mut Found) {
        let same = self.same(asked.payee, asked.level, at).saturating_add(1);
        let usual = self.repeats.usual();
        if self.repeats.days() >= KNOWN && same > usual.saturating_mul(2).saturating_add(3) {
            let (same, usual) = (same.to_string(), usual.max(1).to_string());
            found.fire(SignalCode::RepeatedCharge, &same, &usual);
        }
        if asked.is_near() {
            let near = self.near.now(at, DAY_MS).saturating_add(1000);
            let usual = self.usual_near.now(at, DAY_MS);
            // Three by themselves, or three times as many as its amounts explain.
            if near > usual.saturating_mul(3).saturating_add(2400) {
                let near = near.saturating_add(500) / 1000;
                let threshold = asked.threshold.map(super::level::amount).unwrap_or_default();
                let threshold = super::shown(threshold);
                found.fire(SignalCode::NearThreshold, &near.to_string(), &threshold);
            }
        }
        if let Some((pieces, whole)) = self.pieces(asked, at) {
            let whole = super::shown(super::level::amount(whole));
            found.fire(SignalCode::SplitAfterRefusal, &pieces.to_string(), &whole);
        }
    }

    fn same(&self, payee: u64, level: i16, at: Timestamp) -> u64 {
        let same = self.recent.iter().filter(|request| {
            let apart = i32::from(request.1).saturating_sub(level.into()).abs();
            request.0 == payee && apart <= EQUAL.into() && request.is_of_the_day(at)
        });
        u64::try_from(same.count()).unwrap_or_default()
    }

    /// Which piece of a larger request that was refused this is, from the second on: when they
    /// together come close to it.
    fn pieces(&self, asked: &Asked, at: Timestamp) -> Option<(usize, i16)> {
        let refused = self.refused.iter().rev().find(|refused| {
            refused.0 == asked.payee && refused.1 > asked.level && refused.is_of_the_day(at)
        })?;
        // In 1,024ths of what was refused.
        let part = |level: i16| {
            let below = i64::from(refused.1).saturating_sub(level.into());
            super::level::faded(1024, below, super::level::OCTAVE.into())
        };
        let earlier = self.recent.iter().filter(|request| {
            request.0 == asked.payee && request.1 < refused.1 && request.2 >= refused.2
        });
        let parts = earlier.map(|request| part(request.1)).chain([part(asked.level)]);
        let (pieces, sum) = parts.fold((0_usize, 0_u64), |(pieces, sum), part| {
            (pieces.saturating_add(1), sum.saturating_add(part))
        });
        (pieces >= 2 && (600..1300).contains(&sum)).then_some((pieces, refused.1))
    }

    /// A request is under way.
    pub fn ask(&mut self, asked: &Asked, at: Timestamp, usual_near: u32) {
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(Request(asked.payee, asked.level, at));
        if asked.is_near() {
            self.near.add(1000, at, DAY_MS);
        }
        self.usual_near.add(usual_near.into(), at, DAY_MS);
    }

    /// A payment succeeded.
    pub fn learn(&mut self, payee: u64, level: i16, at: Timestamp) {
        self.repeats.learn(self.same(payee, level, at), at);
    }

    /// A request was refused for its amount, or declined.
    pub fn refused(&mut self, payee: u64, level: i16, at: Timestamp) {
        if self.refused.len() >= REFUSED {
            self.refused.pop_front();
        }
        self.refused.push_back(Request(payee, level, at));
    }
}
