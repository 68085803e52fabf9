//! A change of policy tried on the past before it is made (A10): what would have been allowed,
//! asked and refused.
//!
//! The past is either the wallet's own log ([`Backtest`]) or a file of recorded requests
//! ([`FileBacktest`]). It runs twice at once, as it was and with the change, through the engine
//! itself. What became of payments is carried over: one that was approved, declined, paid or failed
//! is so again. One that only the change allows is paid in full at once, or as the past paid it
//! after people had approved it; one that only the change asks about is decided as [`OnReview`]
//! says, unless the past paid it: then it is approved.
//!
//! Guarantees: pure and deterministic; a change that changes nothing gives no differences. What the
//! engine can't judge again is carried over as it was and counted: a refusal by a credential, which
//! the log does not hold.
//!
//! Does not guarantee: that agents, people and merchants would have done the same.

mod file;
mod past;

pub use file::FileBacktest;

use crate::decide::{Reply, SpendReply, decide};
use crate::error::{ApplyError, CommandError};
use crate::replay::{OnReview, ReplayError};
use crate::state::State;
use past::Past;
use purser_domain::{
    AgentId, AgentPolicy, Command, Entry, Event, Money, PayeeKey, Refusal, Reservation, SessionEnd,
    SpendRequest, Tier, Timestamp, WalletPolicy,
};
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;

/// The policies to try. What is not named is as it was in the past.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyChange {
    /// The wallet's. Its budget currency must be the wallet's own.
    pub wallet: Option<WalletPolicy>,
    /// Those of agents.
    pub agents: BTreeMap<AgentId, AgentPolicy>,
}

/// What a request came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// The agent may pay alone.
    Allow,
    /// People are asked.
    Review,
    /// No.
    Deny,
}

/// What a request came to, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What.
    pub verdict: VerdictKind,
    /// The tier; `None` when it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The refusal's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The limit that it would have passed, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// What was held against the limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// Codes of what put it in its tier.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
}

impl Verdict {
    pub(crate) fn refused(refusal: &Refusal) -> Self {
        let (limit, observed) = refusal.limit_and_observed().unzip();
        let code = Some(refusal.code().to_owned());
        let rules = Vec::new();
        Self { verdict: VerdictKind::Deny, tier: None, code, limit, observed, rules }
    }

    pub(crate) fn reserved(held: &Reservation) -> Self {
        let asked = held.approval.is_some();
        let verdict = if asked { VerdictKind::Review } else { VerdictKind::Allow };
        let (tier, rules) = (Some(held.tier), held.rules.clone());
        Self { verdict, tier, code: None, limit: None, observed: None, rules }
    }

    /// Whether it is another answer: allowed, asked of other people, or refused by another rule.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        let asked = |verdict: &Self| verdict.tier.filter(|tier| *tier >= Tier::SingleApprover);
        (self.verdict, &self.code, asked(self)) != (other.verdict, &other.code, asked(other))
    }
}

/// One request of the past, and what it came to before and after the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BacktestLine {
    /// Where it is: the entry's place in the log, or the line's number in the file.
    pub place: u64,
    /// When it was asked.
    pub at_ms: Timestamp,
    /// Who asked.
    pub agent: AgentId,
    /// Whom to pay.
    pub payee: PayeeKey,
    /// How much.
    pub amount: Money,
    /// What it came to.
    pub before: Verdict,
    /// What it would come to.
    pub after: Verdict,
    /// Whether the change makes the difference.
    pub changed: bool,
}

/// Requests and their worth, by what they came to. Amounts are in the budget currency; requests
/// whose currency has no rate are counted and in no amount.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Allowed.
    pub allowed: u64,
    /// Asked of people.
    pub reviewed: u64,
    /// Refused.
    pub denied: u64,
    /// Worth of what was allowed.
    #[serde(with = "rust_decimal::serde::str")]
    pub allowed_sum: Decimal,
    /// Worth of what was asked of people.
    #[serde(with = "rust_decimal::serde::str")]
    pub reviewed_sum: Decimal,
    /// Worth of what was refused.
    #[serde(with = "rust_decimal::serde::str")]
    pub denied_sum: Decimal,
}

impl Tally {
    fn count(&mut self, verdict: VerdictKind, worth: Option<Decimal>) {
        let (count, sum) = match verdict {
            VerdictKind::Allow => (&mut self.allowed, &mut self.allowed_sum),
            VerdictKind::Review => (&mut self.reviewed, &mut self.reviewed_sum),
            VerdictKind::Deny => (&mut self.denied, &mut self.denied_sum),
        };
        *count = count.saturating_add(1);
        *sum = sum.saturating_add(worth.unwrap_or_default()).normalize();
    }
}

/// What a backtest came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct BacktestSummary {
    /// As it was.
    pub before: Tally,
    /// With the change.
    pub after: Tally,
    /// Requests to which the change makes a difference.
    pub changed: u64,
    /// Requests whose answer was carried over, since the engine can't judge them again.
    pub carried: u64,
}

impl BacktestSummary {
    fn count(&mut self, line: &BacktestLine, (before, after): (Option<Decimal>, Option<Decimal>)) {
        self.before.count(line.before.verdict, before);
        self.after.count(line.after.verdict, after);
        self.changed = self.changed.saturating_add(u64::from(line.changed));
    }
}

/// Why a backtest can't go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BacktestError {
    /// A policy is not valid, or has another budget currency.
    #[error("the policy can't be tried: {0}")]
    Policy(CommandError),
    /// The log, or what the change makes of it, contradicts itself.
    #[error("entry {seq}: {error}")]
    Entry {
        /// Which entry.
        seq: u64,
        /// What is wrong.
        error: ApplyError,
    },
    /// A line of the file can't be run.
    #[error(transparent)]
    Line(#[from] ReplayError),
}

/// The wallet's own past, under a change of policy.
#[derive(Debug, Clone)]
pub struct Backtest {
    change: PolicyChange,
    /// As it was.
    real: State,
    /// With the change.
    past: Past,
    /// Whether a decision of the past was made here. What follows on an earlier one was decided.
    begun: bool,
    summary: BacktestSummary,
}

impl Backtest {
    /// A backtest of the entries that follow on a state; the empty state for the whole log.
    ///
    /// # Errors
    /// When a policy of the change is not valid.
    pub fn new(
        before: &State,
        change: PolicyChange,
        on_review: OnReview,
    ) -> Result<Self, BacktestError> {
        let invalid = |error| BacktestError::Policy(CommandError::Policy(error));
        change.wallet.iter().try_for_each(|policy| policy.validate().map_err(invalid))?;
        change.agents.values().try_for_each(|policy| policy.validate().map_err(invalid))?;
        let mut past = Past::new(before.clone(), on_review);
        let seq = before.next_seq();
        if before.owner().is_some() {
            past.set_policies(&change).map_err(|error| BacktestError::Entry { seq, error })?;
        }
        let (real, summary) = (before.clone(), BacktestSummary::default());
        Ok(Self { change, real, past, begun: false, summary })
    }

    /// What the entries so far came to.
    #[must_use]
    pub const fn summary(&self) -> &BacktestSummary {
        &self.summary
    }

    /// Adds the next entry of the log. Answers with what it came to if it is a request.
    ///
    /// # Errors
    /// When the entry can't follow on those before it, or the change has another budget currency
    /// than the wallet. The backtest must not be used after that.
    pub fn add(&mut self, entry: &Entry) -> Result<Option<BacktestLine>, BacktestError> {
        let at = |error| BacktestError::Entry { seq: entry.seq, error };
        self.past.hear(entry);
        self.begun |= !is_added(&entry.event);
        let line = match &entry.event {
            Event::SpendRefused { request, refusal, .. } => {
                let recorded = Verdict::refused(refusal);
                Some(self.spend(entry, (request, recorded))?)
            }
            Event::SpendReserved { reservation } => {
                let recorded = Verdict::reserved(reservation);
                Some(self.spend(entry, (&reservation.request, recorded))?)
            }
            _ => {
                self.follow(entry).map_err(at)?;
                None
            }
        };
        self.real.apply(entry).map_err(at)?;
        Ok(line)
    }

    fn spend(
        &mut self,
        entry: &Entry,
        (request, recorded): (&SpendRequest, Verdict),
    ) -> Result<BacktestLine, BacktestError> {
        let at = |error| BacktestError::Entry { seq: entry.seq, error };
        let currency = self.change.wallet.as_ref().map(|wallet| wallet.currency);
        if currency.is_some_and(|currency| currency != self.real.policy().currency) {
            return Err(BacktestError::Policy(CommandError::CurrencyFixed));
        }
        // What the engine says of it without the change, and without the credential that came
        // with it: the log does not hold that.
        let again = verdict_of(&self.real, request, entry.clock());
        let by_credential = recorded.verdict == VerdictKind::Deny && again.differs(&recorded);
        let (after, changed) = if by_credential {
            self.past.put(entry.event.clone()).map_err(at)?;
            self.summary.carried = self.summary.carried.saturating_add(1);
            (recorded.clone(), false)
        } else {
            let after = self.past.spend(request, &again).map_err(at)?;
            let changed = after.differs(&again);
            (after, changed)
        };
        let line = BacktestLine {
            place: entry.seq,
            at_ms: entry.at_ms,
            agent: request.agent,
            payee: request.payee.key(),
            amount: request.amount,
            before: recorded,
            after,
            changed,
        };
        let worth =
            |state: &State| crate::lookups::worth(state.policy(), request.amount, entry.at_ms);
        let worths = (worth(&self.real), worth(&self.past.state));
        self.summary.count(&line, worths);
        Ok(line)
    }

    /// Lets what is no request happen in the past with the change, as far as it still can.
    fn follow(&mut self, entry: &Entry) -> Result<(), ApplyError> {
        match &entry.event {
            Event::WalletCreated { owner, .. } => {
                let policy = self.change.wallet.clone();
                match policy {
                    Some(policy) => self.past.put(Event::WalletCreated { owner: *owner, policy }),
                    None => self.past.put(entry.event.clone()),
                }
            }
            Event::WalletPolicySet { .. } if self.change.wallet.is_some() => Ok(()),
            Event::AgentPolicySet { agent, .. } if self.change.agents.contains_key(agent) => Ok(()),
            Event::AgentAdded { agent, .. } => {
                let mut event = entry.event.clone();
                if let (Event::AgentAdded { policy, .. }, Some(new)) =
                    (&mut event, self.change.agents.get(agent))
                {
                    policy.clone_from(new);
                }
                self.past.put(event)
            }
            event if is_added(event) => {
                // The engine adds it here too, to its own decisions.
                self.past.pay_stopped(event)?;
                if self.begun { Ok(()) } else { self.past.put(event.clone()) }
            }
            event => self.past.follow(event),
        }
    }
}

/// Whether the engine adds an event to one that came first in the same decision.
const fn is_added(event: &Event) -> bool {
    let closed = matches!(event, Event::SessionClosed { end: SessionEnd::Exceeded, .. });
    closed || matches!(event, Event::BreakerTripped { .. } | Event::BudgetReached { .. })
}

/// What the engine says of a request, with nothing shown.
fn verdict_of(state: &State, request: &SpendRequest, clock: Timestamp) -> Verdict {
    let request = Box::new(request.clone());
    let decision = decide(state, &Command::Spend { request, presented: None }, clock);
    verdict(&decision.reply, (&decision.events, state))
}

/// What an answer says, with the events that came with it, or the state that has taken them.
fn verdict(reply: &Reply, (events, state): (&[Event], &State)) -> Verdict {
    let reserved = events.iter().find_map(|event| match event {
        Event::SpendReserved { reservation } => Some(reservation.as_ref()),
        _ => None,
    });
    let held = match reply {
        Reply::Spend(SpendReply::Refused(refusal)) => return Verdict::refused(refusal),
        Reply::Spend(SpendReply::Reserved { payment } | SpendReply::Repeated { payment }) => {
            reserved.or_else(|| state.payment(*payment).map(|payment| &payment.reservation))
        }
        _ => None,
    };
    let unknown = || Verdict::refused(&Refusal::Internal { step: "backtest".to_owned() });
    held.map_or_else(unknown, Verdict::reserved)
}
