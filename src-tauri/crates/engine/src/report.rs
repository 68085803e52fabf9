//! What was spent, by whom and for what (A6): the log added up by cost centre, team, project, task,
//! agent, payee and category.
//!
//! Guarantees: exact sums. By whatever a report counts, the amounts of its rows add up to those of
//! the whole, and so do the numbers of payments and refusals, but for cost centres: a payment that
//! several share counts once for each, and a refused one for none.
//!
//! A payment belongs to the time when it was asked, whatever became of it later: so an amount that
//! settles after the end of the range is settled in the range, and never counted in two of them.

use crate::apply::settled_worth;
use crate::charge;
use crate::decide;
use purser_domain::{
    AgentId, AgentPolicy, Claim, CostShare, Entry, Event, Money, PaymentId, Reservation,
    SpendRequest, Timestamp, WalletPolicy,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;

/// What rows of a report are by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportBy {
    /// Who is charged.
    CostCenter,
    /// The team of the agent, as its policy said then.
    Team,
    /// The project of the payment, or of the agent as its policy said then.
    Project,
    /// The task.
    Task,
    /// The agent.
    Agent,
    /// The payee, by its key.
    Payee,
    /// The merchant category.
    Category,
}

impl ReportBy {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 7] = [
        Self::CostCenter,
        Self::Team,
        Self::Project,
        Self::Task,
        Self::Agent,
        Self::Payee,
        Self::Category,
    ];

    /// The name, as in rows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CostCenter => "cost_center",
            Self::Team => "team",
            Self::Project => "project",
            Self::Task => "task",
            Self::Agent => "agent",
            Self::Payee => "payee",
            Self::Category => "category",
        }
    }
}

/// Sums of payments. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ReportTotals {
    /// Payments that were allowed or asked about.
    pub payments: u64,
    /// Of these, those whose money moved.
    pub settled_payments: u64,
    /// Of these, those whose currency had no rate: they are in no amount.
    pub unpriced: u64,
    /// Attempts that were refused.
    pub refused: u64,
    /// What was paid.
    #[serde(with = "rust_decimal::serde::str")]
    pub settled: Decimal,
    /// What is held for payments that had not ended by the last entry.
    #[serde(with = "rust_decimal::serde::str")]
    pub reserved: Decimal,
}

/// One row of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRow {
    /// What the row is by.
    pub by: ReportBy,
    /// Of which: a label, an agent's id, a payee's key with what hides in it made visible. Empty
    /// for payments that have none.
    pub key: String,
    /// The same for people: an agent's name, and names with what hides in them made visible.
    pub label: String,
    /// The sums.
    #[serde(flatten)]
    pub totals: ReportTotals,
}

/// An entry that can't follow on those before it, or a sum out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("entry {seq} does not fit into the report; verify the log")]
pub struct ReportError {
    /// Which.
    pub seq: u64,
}

/// A payment of the range that has not ended.
#[derive(Debug, Clone)]
struct Open {
    keys: Vec<Key>,
    charged_to: Vec<CostShare>,
    asked: Money,
    rate: Option<Decimal>,
    worth: Decimal,
}

/// Longest label, in characters.
const LABEL_CHARS: usize = 128;
/// Longest key, in characters.
const KEY_CHARS: usize = 1024;

/// A row's key.
type Key = (ReportBy, String);

/// A report under way. Of the entries before its range it needs the [`Event::POLICY_KINDS`].
#[derive(Debug, Clone)]
pub struct Report {
    range: Range<Timestamp>,
    policy: WalletPolicy,
    agents: BTreeMap<AgentId, (Claim, AgentPolicy)>,
    open: BTreeMap<PaymentId, Open>,
    rows: BTreeMap<Key, ReportTotals>,
    total: ReportTotals,
}

impl Report {
    /// An empty report on what was asked in a range of time, by the times of the log. To be added
    /// in order are the [`Event::POLICY_KINDS`] before the range, every entry of the range, and
    /// every later one up to the time that the report is as of. Others before it change nothing.
    #[must_use]
    pub fn new(range: Range<Timestamp>) -> Self {
        Self {
            range,
            policy: WalletPolicy::default(),
            agents: BTreeMap::new(),
            open: BTreeMap::new(),
            rows: BTreeMap::new(),
            total: ReportTotals::default(),
        }
    }

    /// The sums of everything.
    #[must_use]
    pub const fn total(&self) -> &ReportTotals {
        &self.total
    }

    /// The rows, by what they are by and then by key.
    #[must_use]
    pub fn rows(&self) -> Vec<ReportRow> {
        let row = |((by, key), totals): (&Key, &ReportTotals)| {
            let (key, mut totals) = (key.clone(), totals.clone());
            totals.settled = totals.settled.normalize();
            totals.reserved = totals.reserved.normalize();
            let label = self.label(*by, &key);
            ReportRow { by: *by, label, key: visible(&key, KEY_CHARS), totals }
        };
        self.rows.iter().map(row).collect()
    }

    fn label(&self, by: ReportBy, key: &str) -> String {
        let named = |id: AgentId| self.agents.get(&id).map(|(name, _)| name.visible(LABEL_CHARS));
        let agent = (by == ReportBy::Agent).then(|| key.parse().ok().and_then(named)).flatten();
        agent.unwrap_or_else(|| visible(key, LABEL_CHARS))
    }

    /// Adds the next entry of the log.
    ///
    /// # Errors
    /// When it can't follow on those before it. The report must not be used after that.
    pub fn add(&mut self, entry: &Entry) -> Result<(), ReportError> {
        let within = self.range.contains(&entry.at_ms);
        let added = match &entry.event {
            Event::SpendReserved { reservation } if within => {
                self.reserve(reservation, entry.at_ms)
            }
            Event::SpendRefused { request, .. } if within => self.refuse(self.keys(request), 1),
            Event::AttemptsRefused { agent, count, .. } if within => {
                self.refuse(self.keys_of(*agent), u64::from(*count))
            }
            Event::AttemptRejected { agent, .. } if within => self.refuse(self.keys_of(*agent), 1),
            event => self.follow(event),
        };
        added.ok_or(ReportError { seq: entry.seq })
    }

    /// What is no request of the range: policies, and how earlier payments ended.
    fn follow(&mut self, event: &Event) -> Option<()> {
        match event {
            Event::WalletCreated { policy, .. } | Event::WalletPolicySet { policy } => {
                self.policy = policy.clone();
            }
            Event::AgentAdded { agent, name, policy, .. } => {
                self.agents.insert(*agent, (name.clone(), policy.clone()));
            }
            Event::AgentPolicySet { agent, policy } => {
                self.agents.get_mut(agent)?.1 = policy.clone();
            }
            Event::PaymentSucceeded { payment, settled, .. } => {
                self.end(*payment, Some(*settled))?;
            }
            Event::PaymentFailed { payment, .. } | Event::PaymentStopped { payment, .. } => {
                self.end(*payment, None)?;
            }
            event => {
                event.called_off().iter().try_for_each(|payment| self.end(*payment, None))?;
            }
        }
        Some(())
    }

    fn reserve(&mut self, held: &Reservation, at: Timestamp) -> Option<()> {
        let asked = held.request.amount;
        let open = Open {
            keys: self.keys(&held.request),
            charged_to: held.charged_to.clone(),
            asked,
            rate: decide::rate(&self.policy, asked.currency(), at),
            worth: held.worth.unwrap_or_default(),
        };
        let unpriced = u64::from(held.worth.is_none());
        self.post(parts(&open.keys, &open.charged_to, open.worth), |totals, amount| {
            totals.payments = totals.payments.checked_add(1)?;
            totals.unpriced = totals.unpriced.checked_add(unpriced)?;
            totals.reserved = totals.reserved.checked_add(amount)?;
            Some(())
        })?;
        self.open.insert(held.request.payment, open);
        Some(())
    }

    /// A payment of the range, or of before it, has ended; `paid` is in its own currency.
    fn end(&mut self, payment: PaymentId, paid: Option<Decimal>) -> Option<()> {
        let Some(open) = self.open.remove(&payment) else { return Some(()) };
        let Open { keys, charged_to, asked, rate, worth } = open;
        self.post(parts(&keys, &charged_to, worth), |totals, amount| {
            totals.reserved = totals.reserved.checked_sub(amount)?;
            Some(())
        })?;
        let Some(paid) = paid else { return Some(()) };
        let paid = settled_worth((asked, rate), paid, worth);
        let charged_to = match charged_to.as_slice() {
            [] => Vec::new(),
            shares => charge::settled(shares, (worth, paid))?,
        };
        self.post(parts(&keys, &charged_to, paid), |totals, amount| {
            totals.settled_payments = totals.settled_payments.checked_add(1)?;
            totals.settled = totals.settled.checked_add(amount)?;
            Some(())
        })
    }

    fn refuse(&mut self, keys: Vec<Key>, count: u64) -> Option<()> {
        let parts = keys.into_iter().map(|key| (key, Decimal::ZERO));
        self.post((parts.collect(), Decimal::ZERO), |totals, _| {
            totals.refused = totals.refused.checked_add(count)?;
            Some(())
        })
    }

    /// Changes the rows of all parts, and the whole.
    fn post(
        &mut self,
        (parts, whole): (BTreeMap<Key, Decimal>, Decimal),
        change: impl Fn(&mut ReportTotals, Decimal) -> Option<()>,
    ) -> Option<()> {
        for (key, amount) in parts {
            change(self.rows.entry(key).or_default(), amount)?;
        }
        change(&mut self.total, whole)
    }

    /// What a request is counted by, but for who is charged.
    fn keys(&self, request: &SpendRequest) -> Vec<Key> {
        let policy = self.agents.get(&request.agent).map(|(_, policy)| policy);
        let own = policy.and_then(|policy| policy.project.as_ref());
        let project = request.attribution.project.as_ref().or(own);
        let task = request.task.as_ref().map(|task| &task.id);
        let mut keys = self.keys_of(request.agent);
        for (by, key) in &mut keys {
            match by {
                ReportBy::Project => *key = text(project),
                ReportBy::Task => *key = text(task),
                ReportBy::Payee => *key = request.payee.key().to_string(),
                ReportBy::Category => *key = text(request.category.as_ref()),
                ReportBy::Team | ReportBy::Agent | ReportBy::CostCenter => {}
            }
        }
        keys
    }

    /// What is known of an attempt when only its agent is.
    fn keys_of(&self, agent: AgentId) -> Vec<Key> {
        let team = self.agents.get(&agent).and_then(|(_, policy)| policy.team.as_ref());
        let counted = ReportBy::ALL.into_iter().filter(|by| *by != ReportBy::CostCenter);
        let key = |by| match by {
            ReportBy::Team => (by, text(team)),
            ReportBy::Agent => (by, agent.to_string()),
            _ => (by, String::new()),
        };
        counted.map(key).collect()
    }
}

fn text(item: Option<&impl Display>) -> String {
    item.map(ToString::to_string).unwrap_or_default()
}

/// An amount by everything that it is counted by, and whole.
fn parts(
    keys: &[Key],
    charged_to: &[CostShare],
    amount: Decimal,
) -> (BTreeMap<Key, Decimal>, Decimal) {
    let mut parts: BTreeMap<Key, Decimal> = BTreeMap::new();
    parts.extend(keys.iter().map(|key| (key.clone(), amount)));
    for share in charged_to {
        let part = parts.entry((ReportBy::CostCenter, share.cost_center.to_string())).or_default();
        *part = part.saturating_add(share.amount);
    }
    if charged_to.is_empty() {
        parts.insert((ReportBy::CostCenter, String::new()), amount);
    }
    (parts, amount)
}

/// A text that others wrote, with what hides in it made visible.
fn visible(text: &str, chars: usize) -> String {
    Claim::new(text, Claim::MAX_BYTES).map(|text| text.visible(chars)).unwrap_or_default()
}
