//! Why something was decided (L3): the steps of the ladder, with the limits and values as they
//! were.
//!
//! Guarantees: to explain is to decide again, with somebody who listens at each step; there is no
//! second ladder that could tell another story. An entry that deciding again does not give is told
//! to be one ([`Agreement::Differs`]): then the log was changed, or the program's rules were.
//!
//! Does not guarantee: what the log does not hold. Of a purchase that was asked again it holds the
//! first request, of an early attempt of older wallets no credential, and of what an agent asked
//! beside payments only that it was refused; the notes say so.

mod judge;
mod step;

pub use judge::{Finding, Judge, Judgement};
pub use step::{Check, Compared, Step, StepResult, Whose};

pub(crate) use step::{Nobody, Observer};

use crate::backtest::Verdict;
use crate::decide::{Reply, SpendReply, decide_before, first_steps};
use crate::state::State;
use purser_domain::{
    AgentId, Command, Entry, Event, PaymentId, Presented, Refusal, Reservation, Shown,
    SpendRequest, Timestamp,
};
use serde::Serialize;

/// A request decided again, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The steps as they were climbed. When it was refused, the last one refused.
    pub steps: Vec<Step>,
    /// The answer.
    pub reply: SpendReply,
    /// What deciding gives for the log. Empty where an attempt is only counted.
    pub events: Vec<Event>,
    /// The time of the entries.
    pub at: Timestamp,
    /// What the clock said, when it had gone back.
    pub clock: Option<Timestamp>,
}

/// Decides a request and tells each step. `before` is the state before it, `now` what the clock
/// said.
#[must_use]
pub fn explain(
    before: &State,
    request: &SpendRequest,
    presented: Option<&Presented>,
    now: Timestamp,
) -> Explanation {
    let mut steps = Vec::new();
    let (agent, request) = (request.agent, Box::new(request.clone()));
    let command = Command::Spend { request, presented: presented.cloned() };
    let decision = decide_before(before, &command, now, &mut steps);
    let reply = match decision.reply {
        Reply::Spend(reply) => reply,
        Reply::Error(error) => {
            SpendReply::Refused(Refusal::Internal { step: error.code().to_owned() })
        }
        _ => SpendReply::Refused(Refusal::Internal { step: "explain".to_owned() }),
    };
    match &reply {
        // An error inside a step that compares nothing.
        SpendReply::Refused(refusal) if steps.iter().all(|step| step.refusal().is_none()) => {
            steps.push(Step::failed(agent, refusal.clone()));
        }
        SpendReply::Repeated { .. } => {
            if let Some(last) = steps.last_mut() {
                last.result = StepResult::Repeats;
            }
        }
        SpendReply::Refused(_) | SpendReply::Reserved { .. } => {}
    }
    let (events, at, clock) = (decision.events, decision.at, decision.clock);
    Explanation { steps, reply, events, at, clock }
}

/// Whether deciding again gives what the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "agrees", rename_all = "snake_case")]
pub enum Agreement {
    /// It does, to the last field.
    Same,
    /// It does not: the log was changed, or the program's rules were.
    Differs {
        /// What deciding again gives, in words.
        again: String,
    },
    /// The log does not hold what deciding again needs.
    Unknown,
}

/// What the log does not hold of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// It came without a credential, or before the log kept which: step 1 and the credential's own
    /// limits were not climbed.
    NoCredential,
    /// It was asked again; the log holds the first request, which was climbed.
    FirstRequest,
    /// Only that it was refused: steps 1 to 3 were climbed, as far as they don't need more.
    AskNotKept,
    /// Attempts that were counted together.
    CountedTogether,
}

/// An entry, with why it came to what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Its place in the log.
    pub seq: u64,
    /// When it was decided.
    pub at_ms: Timestamp,
    /// What the clock said, where it had gone back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_ms: Option<Timestamp>,
    /// Who asked.
    pub agent: AgentId,
    /// The payment; `None` for attempts that were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// What the entry says.
    pub verdict: Verdict,
    /// How it came to that.
    pub steps: Vec<Step>,
    /// Whether deciding again gives the same.
    #[serde(flatten)]
    pub agreement: Agreement,
    /// What the log does not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// Explains an entry that decided something about what an agent asked; `before` is the state
/// before it. For a repeat `first` is what the first request reserved, where the state has
/// forgotten that. `None` for every other entry, and for a repeat of something unknown.
#[must_use]
pub fn explain_entry(
    before: &State,
    entry: &Entry,
    first: Option<&Reservation>,
) -> Option<Explained> {
    let (agent, verdict) = match &entry.event {
        Event::SpendRefused { request, refusal, .. } => (request.agent, Verdict::refused(refusal)),
        Event::SpendReserved { reservation } => {
            (reservation.request.agent, Verdict::reserved(reservation))
        }
        Event::SpendRepeated { payment, .. } => {
            let first = known(before, *payment).or(first)?;
            (first.request.agent, Verdict::reserved(first))
        }
        Event::AgentAskRefused { agent, refusal, .. }
        | Event::AttemptsRefused { agent, refusal, .. } => (*agent, Verdict::refused(refusal)),
        _ => return None,
    };
    let mut explained = Explained {
        seq: entry.seq,
        at_ms: entry.at_ms,
        clock_ms: entry.clock_ms,
        agent,
        payment: entry.event.payment(),
        verdict,
        steps: Vec::new(),
        agreement: Agreement::Unknown,
        notes: Vec::new(),
    };
    match &entry.event {
        Event::AgentAskRefused { .. } => {
            explained.notes.push(Note::AskNotKept);
            first_steps(before, agent, entry.clock(), &mut explained.steps);
        }
        Event::AttemptsRefused { .. } => explained.notes.push(Note::CountedTogether),
        _ => climb_again(before, (entry, first), &mut explained),
    }
    Some(explained)
}

fn known(before: &State, payment: PaymentId) -> Option<&Reservation> {
    before.payment(payment).map(|payment| &payment.reservation)
}

fn climb_again(
    before: &State,
    (entry, first): (&Entry, Option<&Reservation>),
    explained: &mut Explained,
) {
    let Some(asked) = AskedAgain::of(before, &entry.event, first) else { return };
    let again = explain(before, &asked.request, asked.presented.as_ref(), entry.clock());
    if asked.presented.is_none() {
        explained.notes.push(Note::NoCredential);
    }
    if matches!(entry.event, Event::SpendRepeated { .. }) {
        explained.notes.push(Note::FirstRequest);
    }
    let same = is_logged(again.events.first(), &entry.event);
    explained.agreement = if same && (again.at, again.clock) == (entry.at_ms, entry.clock_ms) {
        Agreement::Same
    } else if asked.presented.is_none() && by_credential(&entry.event) {
        Agreement::Unknown
    } else {
        Agreement::Differs { again: judge::words_of(&again.events, &entry.event) }
    };
    explained.steps = again.steps;
}

/// What an agent asked, as far as the log holds it.
struct AskedAgain {
    request: SpendRequest,
    presented: Option<Presented>,
}

impl AskedAgain {
    /// `None` for entries that answer no request to spend, and when the log should hold the rest of
    /// what they say and does not.
    fn of(before: &State, event: &Event, first: Option<&Reservation>) -> Option<Self> {
        let (request, shown) = match event {
            Event::SpendRefused { request, presented, .. } => (request.clone(), presented),
            Event::SpendReserved { reservation } => {
                (reservation.request.clone(), &reservation.presented)
            }
            Event::SpendRepeated { payment, key, presented, .. } => {
                let mut request = known(before, *payment).or(first)?.request.clone();
                request.idempotency_key = key.clone();
                // Who gave the key is not kept. One that the agent gave itself is never free again.
                request.key_derived = false;
                (request, presented)
            }
            _ => return None,
        };
        let presented = match shown {
            Some(shown) => Some(restored(before, shown)?),
            None => None,
        };
        Some(Self { request, presented })
    }
}

fn restored(before: &State, shown: &Shown) -> Option<Presented> {
    let issued = before.credential(shown.credential);
    shown.presented(issued.map(|held| (&held.scope, held.expires_at)))
}

/// Whether an event is what the log says. Early repeats do not say whose they are.
fn is_logged(event: Option<&Event>, logged: &Event) -> bool {
    let mut event = event.cloned();
    if let (Some(Event::SpendRepeated { agent, .. }), Event::SpendRepeated { agent: None, .. }) =
        (&mut event, logged)
    {
        *agent = None;
    }
    event.as_ref() == Some(logged)
}

/// Whether an entry may refuse by a credential that the log does not hold.
fn by_credential(event: &Event) -> bool {
    let Event::SpendRefused { refusal, .. } = event else { return false };
    matches!(
        refusal,
        Refusal::CredentialUnknown
            | Refusal::CredentialExpired { .. }
            | Refusal::CredentialRevoked
            | Refusal::HolderProofMissing
            | Refusal::PayeeNotAllowed
            | Refusal::CategoryNotAllowed
            | Refusal::RailNotAllowed { .. }
            | Refusal::ActionNotAllowed { .. }
            | Refusal::CurrencyNotAllowed { .. }
            | Refusal::TaskNotAllowed
            | Refusal::OutsideTimeWindow
            | Refusal::CredentialCap { .. }
    )
}
