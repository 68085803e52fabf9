//! Caps and envelopes as people and agents see them.

use super::calendar::Moment;
use super::intern::Id;
use super::meter::{Meter, Share};
use super::{Books, Cell};
use purser_domain::{AgentPolicy, Claim, Interval, PayeeKey, SpendRequest, Timestamp, Window};
use rust_decimal::Decimal;

/// Which cap or envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BudgetKind {
    /// The hard cap for one payment.
    PerTransaction,
    /// The hard cap for one session.
    Session,
    /// The hard cap for one calendar day.
    Daily,
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
            Self::Envelope { interval, window, .. } => (*interval, *window),
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
    /// When the calendar empties it; `None` for rolling windows and those without an end.
    pub resets_at: Option<Timestamp>,
}

impl BudgetLine {
    /// What can still be reserved: never below zero, also after the limit was lowered.
    #[must_use]
    pub fn remaining(&self) -> Decimal {
        let rest = self.limit.saturating_sub(self.settled).saturating_sub(self.reserved);
        rest.max(Decimal::ZERO)
    }
}

const LABEL_CHARS: usize = 64;

/// The cap for one payment, which counts nothing.
fn per_transaction(policy: &AgentPolicy) -> BudgetLine {
    BudgetLine {
        kind: BudgetKind::PerTransaction,
        label: Interval::PerTransaction.words().to_owned(),
        limit: policy.per_transaction,
        settled: Decimal::ZERO,
        reserved: Decimal::ZERO,
        resets_at: None,
    }
}

/// The lines that a request counts against.
pub(crate) fn of_request(
    (books, policy): (&Books, &AgentPolicy),
    request: &SpendRequest,
    now: &Moment<'_>,
) -> Vec<BudgetLine> {
    let cell = books.find(request, &request.payee.keys());
    let meters = books.meters.iter().filter(|meter| meter.counts(&cell));
    let lines = meters.filter_map(|meter| {
        let share = meter.share(&cell, now.day.start);
        books.line(meter, &share, now).map(|mut line| {
            if let (BudgetKind::Session, Some(session)) = (line.kind, &request.session) {
                line.label = format!("{}, {session}", Interval::Session.words());
            }
            line
        })
    });
    std::iter::once(per_transaction(policy)).chain(lines).collect()
}

/// All lines of an agent. Of its sessions only the one of its latest payment; of envelopes that
/// each payee or category has for itself, those that have something counted.
pub(crate) fn of_agent(
    (books, policy): (&Books, &AgentPolicy),
    now: &Moment<'_>,
) -> Vec<BudgetLine> {
    let mut lines = vec![per_transaction(policy)];
    for meter in &books.meters {
        let shares = books.shown_shares(meter, now);
        lines.extend(shares.iter().filter_map(|share| books.line(meter, share, now)));
    }
    lines
}

impl Books {
    fn shown_shares(&self, meter: &Meter, now: &Moment<'_>) -> Vec<Share> {
        let nobody = Cell {
            session: self.last_session.unwrap_or(Id::NONE),
            payee: Id::NONE,
            host: Id::NONE,
            category: Id::NONE,
            action: purser_domain::Action::Purchase,
        };
        let whole = meter.share(&nobody, now.day.start);
        if !meter.filter.each_payee && !meter.filter.each_category {
            return vec![whole];
        }
        let mut shares = meter.shares();
        shares.retain(|share| {
            let same = (share.session, share.day) == (whole.session, whole.day);
            same && meter.used(share, now).is_ok_and(|totals| !totals.is_zero())
        });
        if shares.is_empty() { vec![whole] } else { shares }
    }

    fn line(&self, meter: &Meter, share: &Share, now: &Moment<'_>) -> Option<BudgetLine> {
        let totals = meter.used(share, now).ok()?;
        Some(BudgetLine {
            kind: meter.kind,
            label: self.label(meter, share),
            limit: meter.limit,
            settled: totals.settled.normalize(),
            reserved: totals.reserved.normalize(),
            resets_at: meter.resets_at(share, now),
        })
    }

    fn label(&self, meter: &Meter, share: &Share) -> String {
        let (interval, window) = meter.kind.interval();
        let mut words = vec![interval.words().to_owned()];
        if window == Window::Rolling {
            words.push("rolling".to_owned());
        }
        words.extend(self.sessions.text(share.session).map(ToString::to_string));
        let filter = &meter.filter;
        if filter.each_category {
            let name = self.categories.text(share.category).map(ToString::to_string);
            words.push(name.unwrap_or_else(|| "each category".to_owned()));
        } else {
            let named = filter.categories.iter().filter_map(|id| self.categories.text(*id));
            words.extend(named.map(ToString::to_string));
        }
        if filter.each_payee {
            let name = self.payees.text(share.payee).map(shown);
            words.push(name.unwrap_or_else(|| "each payee".to_owned()));
        } else {
            let named = filter.payees.iter().filter_map(|id| self.payees.text(*id));
            words.extend(named.map(shown));
        }
        words.extend(filter.actions.iter().map(|action| {
            match action {
                purser_domain::Action::Purchase => "purchases",
                purser_domain::Action::ToolCall => "tool calls",
            }
            .to_owned()
        }));
        words.join(", ")
    }
}

fn shown(payee: &PayeeKey) -> String {
    Claim::new(payee.as_str(), Claim::MAX_BYTES)
        .map_or_else(|_| "a payee".to_owned(), |claim| claim.visible(LABEL_CHARS))
}
