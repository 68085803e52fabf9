//! The tree of agents: who handed part of its budget to whom (A5).
//!
//! INVARIANT: a parent was there before its sub-agents and never changes, so that every chain ends
//! at one of the owner's own agents after at most [`Allocation::MAX_DEPTH`] steps. An agent that is
//! revoked has no sub-agent that is not. Below one of the owner's own agents there are at most
//! [`Allocation::MAX_BELOW`] that are not, and at most [`Allocation::MAX_ADDED_A_DAY`] new ones a
//! day, so that no agent fills the wallet with agents.

use crate::budget::{Meter, Moment, OutOfRange};
use crate::state::{Agent, AgentStatus, Open, State};
use purser_domain::{AgentId, Allocation, Timestamp};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

impl Agent {
    /// What it holds in all: the meter of a sub-agent's allocation, the day of an owner's own
    /// agent. `None` for a sub-agent whose allocation was taken back.
    pub(crate) fn allocation_meter(&self) -> Option<&Meter> {
        match self.parent {
            Some(_) => self.books.meters.allocation(),
            None => self.books.meters.caps().map(|(_, daily)| daily),
        }
    }

    /// What it and the agents below it may still use of its allocation, never below zero.
    pub(crate) fn remainder(&self, now: &Moment<'_>) -> Result<Decimal, OutOfRange> {
        self.remainder_after(Decimal::ZERO, now)
    }

    /// What would remain after a payment of `worth`.
    pub(crate) fn remainder_after(
        &self,
        worth: Decimal,
        now: &Moment<'_>,
    ) -> Result<Decimal, OutOfRange> {
        let Some(meter) = self.allocation_meter() else { return Ok(Decimal::ZERO) };
        if self.status == AgentStatus::Revoked {
            return Ok(Decimal::ZERO);
        }
        let used = meter.used_by_all(now)?.with(worth)?;
        let rest = meter.limit.checked_sub(used).ok_or(OutOfRange)?;
        Ok(rest.max(Decimal::ZERO))
    }
}

impl State {
    /// An agent and those above it, the nearest first.
    pub(crate) fn chain(&self, agent: AgentId) -> impl Iterator<Item = &Agent> {
        let up = |below: &&Agent| below.parent.and_then(|parent| self.agent(parent));
        std::iter::successors(self.agent(agent), up).take(Allocation::MAX_DEPTH)
    }

    /// The sub-agents of an agent, without those of its sub-agents and without revoked ones.
    pub fn children(&self, agent: AgentId) -> impl Iterator<Item = &Agent> {
        let children = self.agent(agent).map(|agent| &agent.children);
        children.into_iter().flatten().filter_map(|child| self.agent(*child))
    }

    /// An agent and all below it that are not revoked.
    pub(crate) fn subtree(&self, agent: AgentId) -> BTreeSet<AgentId> {
        let mut found = BTreeSet::from([agent]);
        let mut waiting = vec![agent];
        while let Some(next) = waiting.pop() {
            for child in self.children(next) {
                found.insert(child.id);
                waiting.push(child.id);
            }
        }
        found
    }

    /// One of the owner's own agents: the top of an agent's chain.
    pub(crate) fn top(&self, agent: AgentId) -> Option<&Agent> {
        self.chain(agent).last()
    }

    /// The bound that keeps another sub-agent from being added in an agent's tree on the owner's
    /// day that began then, if one does.
    pub(crate) fn too_many_below(&self, agent: AgentId, day: Timestamp) -> Option<u32> {
        let top = self.top(agent)?;
        let below = self.subtree(top.id).len().saturating_sub(1);
        if below >= Allocation::MAX_BELOW {
            return Some(u32::try_from(Allocation::MAX_BELOW).unwrap_or(u32::MAX));
        }
        let today = top.added_below.on(day) >= Allocation::MAX_ADDED_A_DAY;
        today.then_some(Allocation::MAX_ADDED_A_DAY)
    }

    /// Whether nothing keeps an agent from acting: its own standing, the wallet's and that of all
    /// above it (I6).
    pub(crate) fn may_act(&self, agent: AgentId) -> bool {
        let mut chain = self.chain(agent).peekable();
        let known = chain.peek().is_some();
        known && !self.frozen && chain.all(|agent| agent.status == AgentStatus::Active)
    }

    /// Payments of these agents, or of all, that have not ended, in the order they were asked.
    pub(crate) fn open_of(&self, agents: Option<&BTreeSet<AgentId>>) -> Vec<Open> {
        match agents {
            None => self.open.values().copied().collect(),
            Some(agents) => {
                let found = agents.iter().filter_map(|agent| self.agent(*agent));
                let mut places: Vec<u64> = found.flat_map(|agent| &agent.open).copied().collect();
                // Those of one agent are sorted already.
                places.sort_unstable();
                if places.len() == self.open.len() {
                    return self.open_of(None);
                }
                places.iter().filter_map(|place| self.open.get(place)).copied().collect()
            }
        }
    }

    /// What the sub-agents of an agent may still use of its allocation, one of them left out.
    pub(crate) fn held(
        &self,
        agent: &Agent,
        without: Option<AgentId>,
        now: &Moment<'_>,
    ) -> Result<Decimal, OutOfRange> {
        let children = agent.children.iter().filter(|child| Some(**child) != without);
        children
            .filter_map(|child| self.agent(*child))
            .map(|child| child.remainder(now))
            .try_fold(Decimal::ZERO, |sum, rest| sum.checked_add(rest?).ok_or(OutOfRange))
    }
}
