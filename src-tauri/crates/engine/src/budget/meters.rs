//! The caps, the allocation and the envelopes of one agent, or the envelopes of the whole wallet.

use super::history::History;
use super::intern::Id;
use super::meter::{Charge, Filter, Meter};
use super::rolling::quarter_start;
use super::words::Words;
use super::{BudgetKind, Moment, OutOfRange};
use purser_domain::{AgentPolicy, Allocation, SpendingLimit, WalletPolicy};
use serde::{Deserialize, Serialize};

/// Whose payment is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The agent's own.
    Own,
    /// That of an agent below, or of any agent in the books of the wallet. It has no session here.
    Below,
}

/// All that counts for one agent, or for the wallet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Meters {
    caps: Vec<Meter>,
    allocation: Option<Meter>,
    envelopes: Vec<Meter>,
}

impl Meters {
    /// The meters of an agent, which have counted nothing.
    pub fn of_agent(
        policy: &AgentPolicy,
        allocation: Option<&Allocation>,
        words: &mut Words,
    ) -> Self {
        let caps = vec![
            Meter::new(BudgetKind::Session, policy.per_session, Filter::default()),
            Meter::new(BudgetKind::Daily, policy.daily, Filter::default()),
        ];
        let envelopes = envelopes(&policy.spending_limits, words);
        Self { caps, envelopes, ..Self::of_allocation(allocation) }
    }

    /// The meter of an allocation alone, which has counted nothing.
    pub fn of_allocation(allocation: Option<&Allocation>) -> Self {
        let allocation = allocation.map(|allocation| {
            let (interval, window) = (allocation.interval, allocation.window);
            let kind = BudgetKind::Allocation { interval, window };
            Meter::new(kind, allocation.amount, Filter::default())
        });
        Self { allocation, ..Self::default() }
    }

    /// Takes the meter of the allocation, or that there is none, from others. Over the same window
    /// as before only the limit: what it has counted stays.
    pub fn take_allocation(&mut self, from: Self, same_window: bool) {
        match (&mut self.allocation, from.allocation) {
            (Some(meter), Some(new)) if same_window => meter.limit = new.limit,
            (meter, new) => *meter = new,
        }
    }

    /// The meters of the wallet, which have counted nothing.
    pub fn of_wallet(policy: &WalletPolicy, words: &mut Words) -> Self {
        let envelopes = envelopes(&policy.spending_limits, words);
        Self { envelopes, ..Self::default() }
    }

    /// The hard caps over a session and a day.
    pub fn caps(&self) -> Option<(&Meter, &Meter)> {
        match self.caps.as_slice() {
            [session, daily] => Some((session, daily)),
            _ => None,
        }
    }

    /// What it holds of the budget of the agent above it.
    pub const fn allocation(&self) -> Option<&Meter> {
        self.allocation.as_ref()
    }

    /// The envelopes, in the order of the policy.
    pub fn envelopes(&self) -> &[Meter] {
        &self.envelopes
    }

    /// All of them: caps, allocation, envelopes.
    pub fn iter(&self) -> impl Iterator<Item = &Meter> {
        self.caps.iter().chain(&self.allocation).chain(&self.envelopes)
    }

    /// Forgets what a session has used.
    pub fn forget_session(&mut self, session: Id) {
        self.counting(Whose::Own).for_each(|meter| meter.forget_session(session));
    }

    fn counting(&mut self, whose: Whose) -> impl Iterator<Item = &mut Meter> {
        let all = self.caps.iter_mut().chain(&mut self.allocation).chain(&mut self.envelopes);
        all.filter(move |meter| whose == Whose::Own || meter.counts_below())
    }

    /// Counts a change.
    pub fn post(
        &mut self,
        charge: &Charge,
        whose: Whose,
        now: &Moment<'_>,
    ) -> Result<(), OutOfRange> {
        self.counting(whose).try_for_each(|meter| meter.add(charge, now))
    }

    /// Counts what an agent has used: the calendar, the policy or the allocation is another one.
    pub fn recount(
        &mut self,
        history: &History,
        whose: Whose,
        now: &Moment<'_>,
    ) -> Result<(), OutOfRange> {
        for ((at, cell), totals) in &history.recent {
            let at = quarter_start(*at);
            let day = Moment::new(now.calendar, at)?.day.start;
            let charge = Charge { cell: *cell, at, day, delta: *totals };
            self.counting(whose).try_for_each(|meter| meter.recount(&charge, now, true))?;
        }
        for (cell, totals) in &history.all_time {
            let charge = Charge { cell: *cell, at: now.at, day: now.day.start, delta: *totals };
            self.counting(whose).try_for_each(|meter| meter.recount(&charge, now, false))?;
        }
        Ok(())
    }
}

fn envelopes(limits: &[SpendingLimit], words: &mut Words) -> Vec<Meter> {
    let numbered = (0u32..).zip(limits);
    let meters = numbered.map(|(index, limit)| {
        let (interval, window) = (limit.interval, limit.window);
        let kind = BudgetKind::Envelope { index, interval, window };
        Meter::new(kind, limit.amount, words.filter(limit))
    });
    meters.collect()
}
