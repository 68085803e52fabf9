//! Which limits, budgets and breakers the owner hears of: an agent that tries ten thousand times
//! is told once.

use purser_domain::AgentId;
use std::collections::VecDeque;
use std::time::Duration;

/// How long the same is not told again.
const QUIET: Duration = Duration::from_secs(3600);
/// How many are told in that time, whoever they are of.
const TOLD_MAX: usize = 12;

/// What was told lately.
#[derive(Debug, Default)]
pub struct Limits {
    told: VecDeque<Told>,
}

#[derive(Debug)]
struct Told {
    agent: Option<AgentId>,
    code: String,
    at: Duration,
}

impl Limits {
    /// Whether to tell that this agent, or the whole wallet, ran into this limit; then it counts as
    /// told.
    pub fn should_tell(&mut self, agent: Option<AgentId>, code: &str, now: Duration) -> bool {
        while self.told.front().is_some_and(|told| now.saturating_sub(told.at) >= QUIET) {
            self.told.pop_front();
        }
        let known = self.told.iter().any(|told| told.agent == agent && told.code == code);
        if known || self.told.len() >= TOLD_MAX {
            return false;
        }
        self.told.push_back(Told { agent, code: code.to_owned(), at: now });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn agent(bits: u128) -> Option<AgentId> {
        Some(AgentId::from_random(bits))
    }

    #[test]
    fn ten_thousand_attempts_are_told_once() {
        let mut limits = Limits::default();
        let at = |attempt: u64| Duration::from_millis(attempt);
        let told = (0..10_000).filter(|i| limits.should_tell(agent(1), "daily_cap", at(*i)));
        assert_eq!(told.count(), 1);
    }

    #[test]
    fn another_agent_another_limit_and_a_later_hour_are_told() {
        let mut limits = Limits::default();
        assert!(limits.should_tell(agent(1), "daily_cap", Duration::ZERO));
        assert!(limits.should_tell(agent(2), "daily_cap", Duration::ZERO));
        assert!(limits.should_tell(agent(1), "session_cap", Duration::ZERO));
        assert!(!limits.should_tell(agent(1), "daily_cap", QUIET - Duration::from_secs(1)));
        assert!(limits.should_tell(agent(1), "daily_cap", QUIET));
    }

    #[test]
    fn a_thousand_agents_do_not_flood_the_screen() {
        let mut limits = Limits::default();
        let told = (0..1000).filter(|i| limits.should_tell(agent(*i), "daily_cap", QUIET));
        assert_eq!(told.count(), TOLD_MAX);
        assert!(limits.should_tell(agent(7), "daily_cap", QUIET * 2));
    }
}
