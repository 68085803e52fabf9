//! What is normal for an agent, for people.

use super::{Baseline, level};
use crate::state::{Agent, State};
use purser_domain::{AgentId, RailId};
use rust_decimal::Decimal;

/// The card of an agent's normal (F1). Amounts are in the budget currency, rounded to two digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Normal {
    /// By which rail.
    pub rail: RailId,
    /// From how many payments.
    pub payments: u64,
    /// Low end, middle and high end of nearly all of its amounts.
    pub amounts: [Decimal; 3],
    /// Its last amounts, at most 32, the latest last.
    pub recent: Vec<Decimal>,
    /// Payments by the hour of the day, in the owner's time zone.
    pub hours: [u32; 24],
    /// The stretch of hours with nine in ten of its payments: from, and until before.
    pub usual_hours: (u8, u8),
    /// Of so many of its last payments, how many went to a new payee.
    pub new_payees: (u32, u8),
    /// Payments that few days pass; `None` before some days are known.
    pub a_day: Option<u64>,
    /// How many payees it has paid by this rail.
    pub payees: usize,
    /// How sure the wallet is.
    pub sure: Sure,
}

/// How much the wallet knows of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sure {
    /// Too little to call anything unusual.
    Learning,
    /// In part taken for one like the owner's other agents.
    Young,
    /// Judged against itself.
    Settled,
}

impl State {
    /// What is normal for an agent, by the rail it paid most by; `None` before it has paid.
    #[must_use]
    pub fn normal(&self, agent: AgentId) -> Option<Normal> {
        let agent = self.agent(agent)?;
        let (rail, baseline) = agent.baselines.iter().max_by_key(|(_, b)| b.learned)?;
        baseline.normal(*rail, agent)
    }
}

impl Baseline {
    fn normal(&self, rail: RailId, agent: &Agent) -> Option<Normal> {
        let at = |of_1000| self.amounts.quantile(of_1000).map(level::amount);
        let mut hours = [0; 24];
        for (hour, count) in (0..24).zip(&mut hours) {
            *count = self.hours.at(hour);
        }
        let known = self.amounts.len();
        Some(Normal {
            rail,
            payments: self.learned,
            amounts: [at(25)?, at(500)?, at(975)?],
            recent: self.lately.in_order().map(level::amount).collect(),
            hours,
            usual_hours: self.hours.usual().unwrap_or_default(),
            new_payees: (self.novelty.count(), self.novelty.of),
            a_day: self.a_day.usual().map(|tenths| (tenths / 10).max(1)),
            payees: agent.books.paid_by(rail),
            sure: match known {
                0..super::KNOWN => Sure::Learning,
                super::KNOWN..super::YOUNG => Sure::Young,
                _ => Sure::Settled,
            },
        })
    }
}
