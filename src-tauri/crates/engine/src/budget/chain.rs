//! Posting in all books that a payment counts in: its agent's, those of every agent above it, and
//! the wallet's.

use super::meter::Charge;
use super::meters::{Meters, Whose};
use super::{Cell, Moment, OutOfRange, Totals};
use crate::state::{Agent, State};
use purser_domain::{AgentId, Timestamp};
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
        let mut waiting: Vec<&Agent> = vec![found];
        while let Some(below) = waiting.pop() {
            let whose = if below.id == agent { Whose::Own } else { Whose::Below };
            meters.recount(&below.books.history, whose, &now)?;
            let children = below.children.iter().chain(&below.former);
            waiting.extend(children.filter_map(|child| self.agents.get(child).map(AsRef::as_ref)));
        }
        self.agents.get_mut(&agent).ok_or(OutOfRange)?.books.meters = meters;
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
