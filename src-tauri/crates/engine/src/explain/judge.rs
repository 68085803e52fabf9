//! The whole log judged again: whether each entry is what deciding at that time gives.
//!
//! Guarantees: every entry is turned back into the command that it answers, and that is decided on
//! the state before it; what follows from a decision (a budget that was told, a breaker that
//! tripped, a session that closed) must follow, and nothing else may stand there. So whoever holds
//! the wallet's keys and writes an entry that the engine would not have written is found out, by
//! the entry's number.
//!
//! Does not guarantee: that a person really approved, that a rail said the truth, or that an agent
//! asked at all. Those are inputs, and the log is all that there is of them. A program whose rules
//! are others than those that wrote the log finds differences, too.

use super::{AskedAgain, by_credential, is_logged};
use crate::decide::{decide, trip_after};
use crate::error::ApplyError;
use crate::state::State;
use purser_domain::{
    AgentDraft, AgentId, Command, Delegation, Entry, Event, PaymentId, PaymentStop, Resolution,
    SessionActor, SessionEnd, StopCause, Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, VecDeque};

/// An entry that deciding again does not give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("entry {seq} says {says}; decided again it is {again}")]
pub struct Finding {
    /// Which.
    pub seq: u64,
    /// What it says.
    pub says: String,
    /// What deciding again gives there.
    pub again: String,
}

/// What judging an entry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// Deciding again gives the same.
    Same,
    /// The log does not hold what deciding again needs.
    Unknown,
    /// Deciding again gives something else.
    Differs(Finding),
}

/// A log being judged, entry by entry.
#[derive(Debug, Clone, Default)]
pub struct Judge {
    state: State,
    /// What the last decision still gives, and when.
    due: VecDeque<Event>,
    times: (Timestamp, Option<Timestamp>),
}

/// How an entry can be judged.
enum Again {
    /// It answers a command, with what is to follow.
    Command(Box<Command>),
    /// Something that was overdue ended.
    Tick,
    /// It only ever follows on another entry.
    Follows,
    /// The log holds too little of what was asked.
    Unknown,
}

impl Judge {
    /// A judge of the entries that follow on a state; the empty state for the whole log.
    #[must_use]
    pub fn new(before: State) -> Self {
        Self { state: before, ..Self::default() }
    }

    /// What the entries so far give.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The same, when nothing more is judged.
    #[must_use]
    pub fn into_state(self) -> State {
        self.state
    }

    /// Judges the next entry, and takes it.
    ///
    /// # Errors
    /// When it can't follow on those before it at all. The judge must not be used after that.
    pub fn add(&mut self, entry: &Entry) -> Result<Judgement, ApplyError> {
        let judged = self.judge(entry);
        self.state.apply(entry)?;
        Ok(judged)
    }

    fn judge(&mut self, entry: &Entry) -> Judgement {
        let times = (entry.at_ms, entry.clock_ms);
        if let Some(due) = self.due.pop_front() {
            if due == entry.event && self.times == times {
                return Judgement::Same;
            }
            self.due.clear();
            return differs(entry, words_beside(&due, &entry.event));
        }
        self.times = times;
        match again(&self.state, &entry.event) {
            Again::Command(command) => self.by_command(entry, &command),
            Again::Tick => {
                let decision = decide(&self.state, &Command::Tick, entry.clock());
                let overdue = decision.events.contains(&entry.event);
                if overdue && (decision.at, decision.clock) == times {
                    Judgement::Same
                } else {
                    differs(entry, "nothing: its time was not over".to_owned())
                }
            }
            Again::Follows => differs(entry, "nothing: no entry before it leads there".to_owned()),
            Again::Unknown => {
                let tripped = trip_after(&self.state, &entry.event, entry.clock());
                self.due.extend(tripped);
                Judgement::Unknown
            }
        }
    }

    fn by_command(&mut self, entry: &Entry, command: &Command) -> Judgement {
        let decision = decide(&self.state, command, entry.clock());
        let same = is_logged(decision.events.first(), &entry.event);
        if same && (decision.at, decision.clock) == (entry.at_ms, entry.clock_ms) {
            self.due.extend(decision.events.into_iter().skip(1));
            return Judgement::Same;
        }
        if keeps_no_credential(&entry.event) && by_credential(&entry.event) {
            self.due.extend(trip_after(&self.state, &entry.event, entry.clock()));
            return Judgement::Unknown;
        }
        let again = match (&decision.reply, decision.coalesce) {
            (_, Some(_)) => "counted with others, not logged by itself".to_owned(),
            (crate::Reply::Error(error), None) => format!("an error: {error}"),
            _ => words_of(&decision.events, &entry.event),
        };
        differs(entry, again)
    }
}

fn differs(entry: &Entry, again: String) -> Judgement {
    Judgement::Differs(Finding { seq: entry.seq, says: words(&entry.event), again })
}

fn keeps_no_credential(event: &Event) -> bool {
    matches!(event, Event::SpendRefused { presented: None, .. })
}

/// The command that an entry answers.
fn again(state: &State, event: &Event) -> Again {
    let command = match event {
        Event::SpendRefused { .. } | Event::SpendReserved { .. } | Event::SpendRepeated { .. } => {
            AskedAgain::of(state, event, None).map(|asked| Command::Spend {
                request: Box::new(asked.request),
                presented: asked.presented,
            })
        }
        Event::BudgetReached { .. } | Event::BreakerTripped { .. } => return Again::Follows,
        Event::SessionClosed { end, .. } => match end {
            SessionEnd::Exceeded | SessionEnd::Revoked => return Again::Follows,
            SessionEnd::Expired => return Again::Tick,
            SessionEnd::Agent | SessionEnd::Parent | SessionEnd::Owner => closing(state, event),
        },
        Event::PaymentStopped { stop: PaymentStop::Expired, .. } => return Again::Tick,
        Event::PaymentStopped { payment, stop } => stopping(state, *payment, stop),
        _ => of_agents(event).or_else(|| of_payments(event)).or_else(|| of_wallet(event)),
    };
    command.map_or(Again::Unknown, |command| Again::Command(Box::new(command)))
}

fn closing(state: &State, event: &Event) -> Option<Command> {
    let Event::SessionClosed { agent, session, end } = event else { return None };
    let by = match end {
        SessionEnd::Agent => SessionActor::Agent,
        SessionEnd::Parent => SessionActor::Parent(state.agent(*agent)?.parent?),
        _ => SessionActor::Owner,
    };
    let (agent, session) = (*agent, session.clone());
    Some(Command::CloseSession { agent, session, by, presented: None })
}

fn stopping(state: &State, payment: PaymentId, stop: &PaymentStop) -> Option<Command> {
    match stop {
        PaymentStop::Declined { approver, reason } => {
            Some(Command::Decline { payment, approver: *approver, reason: reason.clone() })
        }
        PaymentStop::Canceled { cause } => {
            let by_agent = *cause == StopCause::Agent;
            let agent = if by_agent { Some(state.payment(payment)?.agent()) } else { None };
            Some(Command::Cancel { payment, agent, cause: *cause })
        }
        PaymentStop::Expired => None,
    }
}

fn of_agents(event: &Event) -> Option<Command> {
    Some(match event.clone() {
        Event::AgentAdded { agent, name, holder_key, policy, parent, allocation } => {
            let draft = AgentDraft { agent, name, holder_key, policy };
            match (parent, allocation) {
                (Some(parent), Some(allocation)) => Command::Delegate(Box::new(Delegation {
                    parent,
                    presented: None,
                    draft,
                    allocation,
                })),
                _ => Command::AddAgent(draft),
            }
        }
        Event::AllocationSet { agent, allocation, by } => {
            let by = by.map(|parent: AgentId| (parent, None));
            Command::SetAllocation { agent, by, allocation }
        }
        Event::SessionOpened { agent, by, terms } => {
            Command::OpenSession { agent, by, presented: None, terms: Box::new(terms) }
        }
        Event::AgentPolicySet { agent, policy } => {
            Command::SetAgentPolicy { agent, policy, presence: true }
        }
        Event::AgentPaused { agent, .. } => Command::PauseAgent(agent),
        Event::AgentResumed { agent } => Command::ResumeAgent(agent),
        Event::AgentRevoked { agent, .. } => Command::RevokeAgent(agent),
        Event::CredentialIssued {
            credential,
            agent,
            scope,
            expires_at_ms: expires_at,
            bearer,
            revocation_ids,
        } => Command::IssueCredential {
            credential,
            agent,
            scope,
            expires_at,
            bearer,
            revocation_ids,
        },
        Event::CredentialRevoked { credential } => Command::RevokeCredential(credential),
        Event::AttemptRejected { agent, problem, detail } => {
            Command::RejectAttempt { agent, problem, detail }
        }
        Event::AttemptsRefused { agent, refusal, count } => {
            Command::NoteRefusals { agent, refusal, count }
        }
        _ => return None,
    })
}

fn of_payments(event: &Event) -> Option<Command> {
    let resolved = |payment, resolution| Command::Resolve { payment, resolution };
    Some(match event.clone() {
        Event::ApprovalGiven { payment, approver, digest } => {
            Command::Approve { payment, approver, digest }
        }
        Event::PaymentSubmitted { payment, valid_until_ms } => {
            Command::Submit { payment, valid_until: valid_until_ms }
        }
        Event::PaymentJudged { payment, fine } => Command::JudgePayment { payment, fine },
        Event::PaymentSucceeded { payment, settled, receipt } => {
            resolved(payment, Resolution::Succeeded { settled, receipt })
        }
        Event::PaymentFailed { payment, problem, detail } => {
            resolved(payment, Resolution::Failed { problem, detail })
        }
        Event::PaymentUnknown { payment, problem, detail } => {
            resolved(payment, Resolution::Unknown { problem, detail })
        }
        _ => return None,
    })
}

fn of_wallet(event: &Event) -> Option<Command> {
    Some(match event.clone() {
        Event::WalletCreated { owner, policy } => Command::CreateWallet { owner, policy },
        Event::WalletPolicySet { policy } => Command::SetWalletPolicy { policy, presence: true },
        Event::WalletFrozen { .. } => Command::Freeze,
        Event::WalletUnfrozen => Command::Unfreeze,
        _ => return None,
    })
}

/// What deciding again gives, in words, beside what an entry says.
pub(super) fn words_of(events: &[Event], found: &Event) -> String {
    let first = events.first();
    first.map_or_else(|| "nothing".to_owned(), |event| words_beside(event, found))
}

/// What an event says, in words; where another says nearly the same, with the field that differs.
fn words_beside(event: &Event, found: &Event) -> String {
    let said = words(event);
    if event == found {
        return format!("{said} at another time");
    }
    if said != words(found) {
        return said;
    }
    let values = serde_json::to_value(event).ok().zip(serde_json::to_value(found).ok());
    let difference = values.and_then(|(event, found)| difference(&event, &found, ""));
    difference.map_or(said.clone(), |difference| format!("{said} with {difference}"))
}

/// The path of the first field in which two values differ, and what the first has there.
fn difference(value: &Value, other: &Value, path: &str) -> Option<String> {
    if value == other {
        return None;
    }
    let (Value::Object(fields), Value::Object(others)) = (value, other) else {
        return Some(format!("{path} {value}"));
    };
    let names: BTreeSet<&String> = fields.keys().chain(others.keys()).collect();
    names.into_iter().find_map(|name| {
        let field = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
        let dot = if path.is_empty() { "" } else { "." };
        difference(&field(fields), &field(others), &format!("{path}{dot}{name}"))
    })
}

fn words(event: &Event) -> String {
    let kind = event.kind();
    match event {
        Event::SpendRefused { refusal, .. }
        | Event::AgentAskRefused { refusal, .. }
        | Event::AttemptsRefused { refusal, .. } => {
            let compared =
                refusal.limit_and_observed().map_or_else(String::new, |(limit, seen)| {
                    format!(", limit {limit}, observed {seen}")
                });
            format!("`{kind}` ({}{compared})", refusal.code())
        }
        Event::SpendReserved { reservation } => {
            let tier = crate::tiers::code(reservation.tier);
            format!("`{kind}` ({}, {tier})", reservation.request.amount)
        }
        _ => format!("`{kind}`"),
    }
}
