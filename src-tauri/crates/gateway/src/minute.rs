//! Counts by the minute, for what the engine's own rate limit does not see.
//!
//! Guarantees: what is counted here can neither fill the log nor keep others out; refusals of the
//! engine are not counted here (docs/known-issues.md). Memory is one counter for each agent that
//! ever proved itself. Does not block beyond its own lock.

use crate::problem::Problem;
use purser_domain::{AgentId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Requests of one agent in a minute that can't be read or priced, before it is told to wait.
const UNREADABLE_A_MINUTE: u32 = 60;
/// URLs that the wallet fetches for one agent in a minute, whether they cost something or not.
const FETCHES_A_MINUTE: u32 = 600;

/// What the doors of one gateway count together.
pub(crate) struct Counts {
    pub unreadable: PerMinute,
    pub fetches: PerMinute,
}

impl Counts {
    pub const fn new() -> Self {
        Self {
            unreadable: PerMinute::new(UNREADABLE_A_MINUTE),
            fetches: PerMinute::new(FETCHES_A_MINUTE),
        }
    }
}

/// At most so many a minute for each agent.
pub(crate) struct PerMinute {
    most: u32,
    counts: Mutex<BTreeMap<AgentId, (i64, u32)>>,
}

impl PerMinute {
    pub const fn new(most: u32) -> Self {
        Self { most, counts: Mutex::new(BTreeMap::new()) }
    }

    /// Counts one more. Whether there was room for it in this minute.
    pub fn take(&self, agent: AgentId, now: Timestamp) -> bool {
        let minute = now.as_seconds().div_euclid(60);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (counted, count) = counts.entry(agent).or_insert((minute, 0));
        if *counted != minute {
            (*counted, *count) = (minute, 0);
        }
        *count = count.saturating_add(1);
        *count <= self.most
    }

    pub fn problem(&self, now: Timestamp) -> Problem {
        let over = u32::try_from(now.as_seconds().rem_euclid(60)).unwrap_or(0);
        let detail = "too many requests of this kind in a minute";
        Problem::new(429, "rate_limited", detail, "wait `retry_after_s` seconds and try again")
            .with_limit(Some(format!("{} a minute", self.most)), None)
            .with_retry_after(60u32.saturating_sub(over))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agent_has_its_own_count_and_each_minute_a_new_one() {
        let (one, other) = (AgentId::from_random(1), AgentId::from_random(2));
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let counts = PerMinute::new(2);
        let rooms = [(one, 0), (one, 1), (one, 2), (one, 3), (other, 3), (one, 60)]
            .map(|(agent, second)| counts.take(agent, at(second)));
        assert_eq!(rooms, [true, true, false, false, true, true]);
        assert_eq!(counts.problem(at(45)).retry_after_s, Some(15));
    }
}
