//! Caps and envelopes as people and agents see them.

use super::Cell;
use super::calendar::Moment;
use super::intern::Id;
use super::meter::{Meter, Share};
use super::words::Words;
use crate::state::Agent;
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
    /// What can still be reserved: never below zero, also after the limit was lowered.
    #[must_use]
    pub fn remaining(&self) -> Decimal {
        let rest = self.limit.saturating_sub(self.settled).saturating_sub(self.reserved);
        rest.saturating_sub(self.held).max(Decimal::ZERO)
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
        held: Decimal::ZERO,
        resets_at: None,
    }
}

/// An agent's books and the words they are counted by.
#[derive(Clone, Copy)]
pub(crate) struct Lines<'a> {
    pub agent: &'a Agent,
    pub words: &'a Words,
    /// What its sub-agents may still use of its allocation.
    pub held: Decimal,
}

impl Lines<'_> {
    /// The lines that a request counts against.
    pub fn of_request(&self, request: &SpendRequest, now: &Moment<'_>) -> Vec<BudgetLine> {
        let cell = self.words.find(request, &request.payee.keys());
        let meters = self.agent.books.meters.iter().filter(|meter| meter.counts(&cell));
        let lines = meters.filter_map(|meter| {
            let share = meter.share(&cell, now.day.start);
            self.line(meter, &share, now).map(|mut line| {
                if let (BudgetKind::Session, Some(session)) = (line.kind, &request.session) {
                    line.label = format!("{}, {session}", Interval::Session.words());
                }
                line
            })
        });
        std::iter::once(per_transaction(&self.agent.policy)).chain(lines).collect()
    }

    /// All lines. Of its sessions only the one of its latest payment; of envelopes that each
    /// payee, category, workflow or task has for itself, those that have something counted.
    pub fn of_agent(&self, now: &Moment<'_>) -> Vec<BudgetLine> {
        let mut lines = vec![per_transaction(&self.agent.policy)];
        for meter in self.agent.books.meters.iter() {
            let shares = self.shown_shares(meter, now);
            lines.extend(shares.iter().filter_map(|share| self.line(meter, share, now)));
        }
        lines
    }

    fn shown_shares(&self, meter: &Meter, now: &Moment<'_>) -> Vec<Share> {
        let nobody = Cell {
            session: self.agent.books.last_session.unwrap_or(Id::NONE),
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

    fn line(&self, meter: &Meter, share: &Share, now: &Moment<'_>) -> Option<BudgetLine> {
        let totals = meter.used(share, now).ok()?;
        let holds = match meter.kind {
            BudgetKind::Allocation { .. } => true,
            BudgetKind::Daily => self.agent.parent.is_none(),
            _ => false,
        };
        Some(BudgetLine {
            kind: meter.kind,
            label: self.words.label(meter, share),
            limit: meter.limit,
            settled: totals.settled.normalize(),
            reserved: totals.reserved.normalize(),
            held: if holds { self.held.normalize() } else { Decimal::ZERO },
            resets_at: meter.resets_at(share, now),
        })
    }
}

impl Words {
    /// What a share of a meter counts, in words.
    pub(crate) fn label(&self, meter: &Meter, share: &Share) -> String {
        let (interval, window) = meter.kind.interval();
        let mut words = vec![interval.words().to_owned()];
        if window == Window::Rolling {
            words.push("rolling".to_owned());
        }
        words.extend(self.sessions.text(share.session).map(ToString::to_string));
        let filter = &meter.filter;
        let category = |id| self.categories.text(id).map(ToString::to_string);
        let each = filter.each_category.then_some(("category", share.category));
        words.extend(counted(each, &filter.categories, category));
        let payee = |id| self.payees.text(id).map(shown);
        let each = filter.each_payee.then_some(("payee", share.payee));
        words.extend(counted(each, &filter.payees, payee));
        let workflow = |id| self.workflows.text(id).map(|text| format!("workflow {text}"));
        let each = filter.each_workflow.then_some(("workflow", share.workflow));
        words.extend(counted(each, &filter.workflows, workflow));
        let task = |id| self.tasks.text(id).map(|text| format!("task {text}"));
        let each = filter.each_task.then_some(("task", share.task));
        words.extend(counted(each, &filter.tasks, task));
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

/// What is counted by one thing: whose amount it is where each has its own, else the listed ones.
fn counted(
    each: Option<(&str, Id)>,
    listed: &[Id],
    text: impl Fn(Id) -> Option<String>,
) -> Vec<String> {
    match each {
        Some((what, id)) => vec![text(id).unwrap_or_else(|| format!("each {what}"))],
        None => listed.iter().filter_map(|id| text(*id)).collect(),
    }
}

fn shown(payee: &PayeeKey) -> String {
    Claim::new(payee.as_str(), Claim::MAX_BYTES)
        .map_or_else(|_| "a payee".to_owned(), |claim| claim.visible(LABEL_CHARS))
}
