//! Caps and envelopes as people and agents see them.

use super::Cell;
use super::calendar::Moment;
use super::intern::Id;
use super::meter::{Meter, Share};
use super::meters::Meters;
use super::words::Words;
use crate::state::Agent;
use purser_domain::{Interval, Label, SpendRequest, Timestamp, Window};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Which cap or envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BudgetKind {
    /// The hard cap for one payment.
    PerTransaction,
    /// The hard cap for one session.
    Session,
    /// The hard cap for one calendar day.
    Daily,
    /// What a sub-agent holds of its parent's budget.
    Allocation {
        /// Over what it counts.
        interval: Interval,
        /// How its time is cut.
        window: Window,
    },
    /// An envelope of the agent's policy.
    Envelope {
        /// Which, from 0.
        index: u32,
        /// Over what it counts.
        interval: Interval,
        /// How its time is cut.
        window: Window,
    },
}

impl BudgetKind {
    /// Over what it counts, and how the time is cut.
    #[must_use]
    pub const fn interval(&self) -> (Interval, Window) {
        match self {
            Self::PerTransaction => (Interval::PerTransaction, Window::Calendar),
            Self::Session => (Interval::Session, Window::Calendar),
            Self::Daily => (Interval::Daily, Window::Calendar),
            Self::Allocation { interval, window } | Self::Envelope { interval, window, .. } => {
                (*interval, *window)
            }
        }
    }
}

/// One cap or envelope as of a time, in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// Which.
    pub kind: BudgetKind,
    /// What it counts, in words. Names in it are shown with what hides in them made visible.
    pub label: String,
    /// Most.
    pub limit: Decimal,
    /// Paid.
    pub settled: Decimal,
    /// Held for payments that have not ended.
    pub reserved: Decimal,
    /// Held for sub-agents that may still use it. Only of the allocation; the day is that of the
    /// owner's own agents.
    pub held: Decimal,
    /// When the calendar empties it; `None` for rolling windows and those without an end.
    pub resets_at: Option<Timestamp>,
}

impl BudgetLine {
    /// What it and its sub-agents together can still reserve.
    #[must_use]
    pub fn unused(&self) -> Decimal {
        let rest = self.limit.saturating_sub(self.settled).saturating_sub(self.reserved);
        rest.max(Decimal::ZERO)
    }

    /// What can still be reserved: never below zero, also after the limit was lowered.
    #[must_use]
    pub fn remaining(&self) -> Decimal {
        self.unused().saturating_sub(self.held).max(Decimal::ZERO)
    }
}

/// The books of an agent or of the wallet, and the words they are counted by.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a> {
    /// `None` for the wallet.
    agent: Option<&'a Agent>,
    meters: &'a Meters,
    words: &'a Words,
    /// What its sub-agents may still use of its allocation.
    held: Decimal,
}

impl<'a> Lines<'a> {
    /// The lines of an agent, whose sub-agents may still use `held`.
    pub const fn of_agent(agent: &'a Agent, words: &'a Words, held: Decimal) -> Self {
        Self { agent: Some(agent), meters: &agent.books.meters, words, held }
    }

    /// The lines of the wallet.
    pub const fn of_wallet(meters: &'a Meters, words: &'a Words) -> Self {
        Self { agent: None, meters, words, held: Decimal::ZERO }
    }

    /// The caps over a session and a day that a request counts against.
    pub fn caps(&self, request: &SpendRequest, now: &Moment<'_>) -> Vec<BudgetLine> {
        let Some((session, daily)) = self.meters.caps() else { return Vec::new() };
        let cell = self.words.find(request, &request.payee.keys());
        let line = |meter| self.counted(meter, (request, &cell), now);
        [session, daily].into_iter().filter_map(line).collect()
    }

    /// The lines that a request counts against.
    pub fn counting(&self, request: &SpendRequest, now: &Moment<'_>) -> Vec<BudgetLine> {
        let cell = self.words.find(request, &request.payee.keys());
        let meters = self.meters.iter().filter(|meter| meter.counts(&cell));
        let lines = meters.filter_map(|meter| self.counted(meter, (request, &cell), now));
        self.per_transaction().into_iter().chain(lines).collect()
    }

    /// The line of a meter in which a request counts.
    fn counted(
        &self,
        meter: &Meter,
        (request, cell): (&SpendRequest, &Cell),
        now: &Moment<'_>,
    ) -> Option<BudgetLine> {
        let share = meter.share(cell, now.day.start);
        let mut line = self.line((meter, &share), self.words.label_for(meter, request), now)?;
        line.limit = self.limit(meter, request.session.as_ref());
        Some(line)
    }

    /// All lines. Of its sessions only the one of its latest payment; of envelopes that each
    /// payee, category, workflow or task has for itself, those that have something counted.
    pub fn all(&self, now: &Moment<'_>) -> Vec<BudgetLine> {
        let mut lines: Vec<_> = self.per_transaction().into_iter().collect();
        for meter in self.meters.iter() {
            let shares = self.shown_shares(meter, now);
            let line = |share: &Share| {
                let mut line = self.line((meter, share), self.words.label(meter, share), now)?;
                let session = self.words.sessions.text(share.session);
                line.limit = self.limit(meter, session.map(|(_, session)| session));
                Some(line)
            };
            lines.extend(shares.iter().filter_map(line));
        }
        lines
    }

    /// An opened session has its own ceiling.
    fn limit(&self, meter: &Meter, session: Option<&Label>) -> Decimal {
        self.agent.map_or(meter.limit, |agent| agent.limit(meter, session))
    }

    /// The line of a meter that nothing splits.
    pub fn one(&self, meter: &Meter, now: &Moment<'_>) -> Option<BudgetLine> {
        let share = &Share::ALL;
        self.line((meter, share), self.words.label(meter, share), now)
    }

    /// The cap for one payment, which counts nothing.
    fn per_transaction(&self) -> Option<BudgetLine> {
        Some(BudgetLine {
            kind: BudgetKind::PerTransaction,
            label: Interval::PerTransaction.words().to_owned(),
            limit: self.agent?.policy.per_transaction,
            settled: Decimal::ZERO,
            reserved: Decimal::ZERO,
            held: Decimal::ZERO,
            resets_at: None,
        })
    }

    fn shown_shares(&self, meter: &Meter, now: &Moment<'_>) -> Vec<Share> {
        let nobody = Cell {
            session: self.agent.and_then(|agent| agent.books.last_session).unwrap_or(Id::NONE),
            payee: Id::NONE,
            host: Id::NONE,
            category: Id::NONE,
            workflow: Id::NONE,
            task: Id::NONE,
            action: purser_domain::Action::Purchase,
        };
        let whole = meter.share(&nobody, now.day.start);
        if !meter.filter.is_split() {
            return vec![whole];
        }
        let mut shares = meter.shares();
        shares.retain(|share| {
            let same = (share.session, share.day) == (whole.session, whole.day);
            same && meter.used(share, now).is_ok_and(|totals| !totals.is_zero())
        });
        if shares.is_empty() { vec![whole] } else { shares }
    }

    fn line(
        &self,
        (meter, share): (&Meter, &Share),
        label: String,
        now: &Moment<'_>,
    ) -> Option<BudgetLine> {
        let totals = meter.used(share, now).ok()?;
        let holds = match meter.kind {
            BudgetKind::Allocation { .. } => true,
            BudgetKind::Daily => self.agent.is_some_and(|agent| agent.parent.is_none()),
            _ => false,
        };
        Some(BudgetLine {
            kind: meter.kind,
            label,
            limit: meter.limit,
            settled: totals.settled.normalize(),
            reserved: totals.reserved.normalize(),
            held: if holds { self.held.normalize() } else { Decimal::ZERO },
            resets_at: meter.resets_at(share, now),
        })
    }
}
