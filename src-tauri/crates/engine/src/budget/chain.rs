//! Posting in all books that a payment counts in: its agent's, those of every agent above it, and
//! the wallet's.

use super::meter::Charge;
use super::meters::{Meters, Whose};
use super::{Cell, Moment, OutOfRange, Totals};
use crate::state::{Agent, State};
use purser_domain::{AgentId, Allocation, Timestamp};
use rust_decimal::Decimal;

impl State {
    /// Reserves `worth` in the windows around now.
    pub(crate) fn post_reserved(
        &mut self,
        agent: AgentId,
        (cell, worth): (Cell, Decimal),
        at: Timestamp,
    ) -> Result<(), OutOfRange> {
        let delta = Totals { reserved: worth, ..Totals::default() };
        self.post(agent, (cell, delta), at, at)
    }

    /// Turns a reservation of `worth` into `settled`, zero to release it, in the windows around
    /// the time it was reserved.
    pub(crate) fn post_settled(
        &mut self,
        agent: AgentId,
        (cell, worth, settled): (Cell, Decimal, Decimal),
        reserved_at: Timestamp,
        at: Timestamp,
    ) -> Result<(), OutOfRange> {
        let reserved = Decimal::ZERO.checked_sub(worth).ok_or(OutOfRange)?;
        self.post(agent, (cell, Totals { settled, reserved }), reserved_at, at)
    }

    fn post(
        &mut self,
        agent: AgentId,
        (cell, delta): (Cell, Totals),
        charged_at: Timestamp,
        at: Timestamp,
    ) -> Result<(), OutOfRange> {
        let now = Moment::new(&self.calendar, at)?;
        let day = if now.day.contains(charged_at) {
            now.day.start
        } else {
            Moment::new(now.calendar, charged_at)?.day.start
        };
        let charge = Charge { cell, at: charged_at, day, delta };
        let own = self.agents.get_mut(&agent).ok_or(OutOfRange)?;
        own.books.history.post(&charge, &now)?;
        own.books.meters.post(&charge, Whose::Own, &now)?;
        let mut above = own.parent;
        while let Some(agent) = above {
            let holder = self.agents.get_mut(&agent).ok_or(OutOfRange)?;
            holder.books.meters.post(&charge, Whose::Below, &now)?;
            above = holder.parent;
        }
        self.wallet.post(&charge, Whose::Below, &now)
    }

    /// Sets an agent's meters up for its policy and allocation, and counts in them what it and
    /// the agents below it have used.
    pub(crate) fn recount_agent(
        &mut self,
        agent: AgentId,
        at: Timestamp,
    ) -> Result<(), OutOfRange> {
        let now = Moment::new(&self.calendar, at)?;
        let found = self.agents.get(&agent).ok_or(OutOfRange)?;
        let mut meters =
            Meters::of_agent(&found.policy, found.allocation.as_ref(), &mut self.words);
        self.count_in(&mut meters, found, &now)?;
        self.agents.get_mut(&agent).ok_or(OutOfRange)?.books.meters = meters;
        Ok(())
    }

    /// Counts in `meters` what an agent and the agents below it have used.
    fn count_in(
        &self,
        meters: &mut Meters,
        agent: &Agent,
        now: &Moment<'_>,
    ) -> Result<(), OutOfRange> {
        let mut waiting: Vec<&Agent> = vec![agent];
        while let Some(below) = waiting.pop() {
            let whose = if below.id == agent.id { Whose::Own } else { Whose::Below };
            meters.recount(&below.books.history, whose, now)?;
            let children = below.children.iter().chain(&below.former);
            waiting.extend(children.filter_map(|child| self.agent(*child)));
        }
        Ok(())
    }

    /// What an agent and all below it have used in the window of an allocation.
    pub(crate) fn used_under(
        &self,
        agent: &Agent,
        allocation: &Allocation,
        now: &Moment<'_>,
    ) -> Result<Decimal, OutOfRange> {
        let same = agent.allocation.as_ref().is_some_and(|held| held.same_window(allocation));
        let counted = |meters: &Meters| meters.allocation().map(|meter| meter.used_by_all(now));
        let used = if same {
            counted(&agent.books.meters)
        } else {
            let mut meters = Meters::of_allocation(Some(allocation));
            self.count_in(&mut meters, agent, now)?;
            counted(&meters)
        };
        used.ok_or(OutOfRange)??.with(Decimal::ZERO)
    }

    /// Gives a sub-agent another allocation, or none.
    pub(crate) fn set_allocation(
        &mut self,
        agent: AgentId,
        allocation: Option<&Allocation>,
        at: Timestamp,
    ) -> Result<(), OutOfRange> {
        let now = Moment::new(&self.calendar, at)?;
        let found = self.agents.get(&agent).ok_or(OutOfRange)?;
        let mut meters = Meters::of_allocation(allocation);
        let held = found.allocation.as_ref();
        let same = held.zip(allocation).is_some_and(|(held, new)| held.same_window(new));
        if allocation.is_some() && !same {
            self.count_in(&mut meters, found, &now)?;
        }
        let found = self.agents.get_mut(&agent).ok_or(OutOfRange)?;
        found.allocation = allocation.cloned();
        found.books.meters.take_allocation(meters, same);
        Ok(())
    }

    /// Sets the wallet's meters up for its policy, and counts in them what all agents have used.
    pub(crate) fn recount_wallet(&mut self, at: Timestamp) -> Result<(), OutOfRange> {
        let now = Moment::new(&self.calendar, at)?;
        let mut meters = Meters::of_wallet(&self.policy, &mut self.words);
        for agent in self.agents.values() {
            meters.recount(&agent.books.history, Whose::Below, &now)?;
        }
        self.wallet = meters;
        Ok(())
    }
}
