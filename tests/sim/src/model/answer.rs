//! What a command must come to, in a form that the engine's own answers are brought into.

use purser_domain::{AgentId, CredentialId, Event, PaymentId, Refusal, Timestamp};
use purser_engine::{CommandError, Decision, Reply, SpendReply};

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Done, or nothing to do.
    Done,
    /// A request to spend was refused.
    Refused(Refusal),
    /// What an agent asked beside spending was refused.
    AskRefused(Refusal),
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
    /// An attempt that is to be counted with others before it is answered.
    pub uncounted: Option<(AgentId, Refusal)>,
}

impl From<&Decision> for Expected {
    fn from(decision: &Decision) -> Self {
        let answer = Answer::from(&decision.reply);
        let (at, clock) = (decision.at, decision.clock);
        let uncounted = decision.coalesce.as_ref();
        let uncounted = uncounted.map(|one| (one.agent, one.refusal.clone()));
        Self { at, clock, events: decision.events.clone(), answer, uncounted }.plain()
    }
}

impl From<&Reply> for Answer {
    fn from(reply: &Reply) -> Self {
        match reply {
            Reply::Done => Self::Done,
            Reply::Spend(SpendReply::Refused(refusal)) => Self::Refused(refusal.clone()),
            Reply::Spend(SpendReply::Reserved { payment }) => Self::Reserved(*payment),
            Reply::Spend(SpendReply::Repeated { payment }) => Self::Repeated(*payment),
            Reply::Refused(refusal) => Self::AskRefused(refusal.clone()),
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
    /// With what no promise fixes taken out: words for people, the order of credentials.
    #[must_use]
    pub fn plain(mut self) -> Self {
        // Where a decision tells of budgets, it does so after everything else.
        self.events.sort_by_key(|event| matches!(event, Event::BudgetReached { .. }));
        for event in &mut self.events {
            if let Event::BudgetReached { budget, .. } = event {
                budget.clear();
            }
            if let Event::SpendRefused { refusal, .. } | Event::AgentAskRefused { refusal, .. } =
                event
            {
                forget_words(refusal);
            }
            if let Event::AgentRevoked { credentials, .. } = event {
                credentials.sort_unstable();
            }
        }
        match &mut self.answer {
            Answer::Refused(refusal)
            | Answer::AskRefused(refusal)
            | Answer::Error(CommandError::Session(refusal)) => forget_words(refusal),
            Answer::Stopped(_, _, credentials) => credentials.sort_unstable(),
            Answer::Error(CommandError::PresenceNeeded { loosens }) => loosens.clear(),
            Answer::Error(CommandError::WiderThanParent { field }) => field.clear(),
            _ => {}
        }
        self
    }
}

fn forget_words(refusal: &mut Refusal) {
    match refusal {
        Refusal::WalletLimit { budget: words, .. }
        | Refusal::AncestorLimit { budget: words, .. }
        | Refusal::WiderThanParent { field: words }
        | Refusal::DelegationInvalid { reason: words }
        | Refusal::SessionInvalid { reason: words } => words.clear(),
        _ => {}
    }
}
