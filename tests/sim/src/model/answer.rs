//! What a command must come to, in a form that the engine's own answers are brought into.

use purser_domain::{CredentialId, Event, PaymentId, Refusal, Timestamp};
use purser_engine::{CommandError, Decision, Reply, SpendReply};

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Done, or nothing to do.
    Done,
    /// A request was refused.
    Refused(Refusal),
    /// A request was reserved.
    Reserved(PaymentId),
    /// It came before.
    Repeated(PaymentId),
    /// What was stopped, what could not be, and credentials.
    Stopped(Vec<PaymentId>, Vec<PaymentId>, Vec<CredentialId>),
    /// A payment may be submitted until then.
    Authorized(PaymentId, Timestamp),
    /// Not done.
    Error(CommandError),
}

/// What a command must come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The time of its entries.
    pub at: Timestamp,
    /// What the clock said, where that is before it.
    pub clock: Option<Timestamp>,
    /// What happens.
    pub events: Vec<Event>,
    /// The answer.
    pub answer: Answer,
}

impl From<&Decision> for Expected {
    fn from(decision: &Decision) -> Self {
        let answer = Answer::from(&decision.reply);
        let (at, clock) = (decision.at, decision.clock);
        Self { at, clock, events: decision.events.clone(), answer }.plain()
    }
}

impl From<&Reply> for Answer {
    fn from(reply: &Reply) -> Self {
        match reply {
            Reply::Done => Self::Done,
            Reply::Spend(SpendReply::Refused(refusal)) => Self::Refused(refusal.clone()),
            Reply::Spend(SpendReply::Reserved { payment }) => Self::Reserved(*payment),
            Reply::Spend(SpendReply::Repeated { payment }) => Self::Repeated(*payment),
            Reply::Stopped(report) => Self::Stopped(
                report.canceled.clone(),
                report.in_flight.clone(),
                report.credentials.clone(),
            ),
            Reply::Authorized(pass) => Self::Authorized(pass.payment(), pass.valid_until()),
            Reply::Error(error) => Self::Error(error.clone()),
        }
    }
}

impl Expected {
    /// With what no promise fixes taken out: words for people.
    #[must_use]
    pub fn plain(mut self) -> Self {
        for event in &mut self.events {
            if let Event::SpendRefused { refusal, .. } = event {
                forget_words(refusal);
            }
        }
        match &mut self.answer {
            Answer::Refused(refusal) => forget_words(refusal),
            Answer::Error(CommandError::PresenceNeeded { loosens }) => loosens.clear(),
            _ => {}
        }
        self
    }
}

fn forget_words(refusal: &mut Refusal) {
    if let Refusal::WalletLimit { budget, .. } | Refusal::AncestorLimit { budget, .. } = refusal {
        budget.clear();
    }
}
