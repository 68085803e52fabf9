//! What a command comes to.

mod above;
mod breaker;
mod coalesce;
mod conditions;
mod credential;
mod delegate;
mod ladder;
mod lifecycle;
mod owner;
mod scope;
mod session;

use crate::authorized::Authorized;
use crate::error::CommandError;
use crate::explain::{Nobody, Observer};
use crate::now::Now;
use crate::state::State;
use purser_domain::{
    AgentId, Command, CredentialId, Currency, Event, Money, PaymentId, Presented, Refusal,
    Timestamp, WalletPolicy,
};
use rust_decimal::Decimal;

pub use coalesce::Uncounted;

pub(crate) use coalesce::{WHOLE_A_MINUTE, refused_early};

/// The 1st of January of the year 9000. A clock beyond it is broken; an entry with such a time
/// would hold the wallet's clock there for ever.
const LATEST: Timestamp = Timestamp::from_millis(221_845_392_000_000);

/// What a command came to. Nothing of it counts before its events are durable and applied.
#[derive(Debug, PartialEq)]
pub struct Decision {
    /// The time of its entries: now, or the time of the last entry when the clock went back.
    pub at: Timestamp,
    /// What the clock said, when it had gone back: goes into the entries with [`Decision::at`].
    pub clock: Option<Timestamp>,
    /// What happened, in order. May be empty for errors that change nothing.
    pub events: Vec<Event>,
    /// The answer.
    pub reply: Reply,
    /// An attempt that was refused like many before it: no event tells it, so the answer must wait
    /// until an entry counts it.
    pub coalesce: Option<Uncounted>,
}

/// The answer to a command.
#[derive(Debug, PartialEq)]
pub enum Reply {
    /// It is done, or there was nothing to do.
    Done,
    /// The answer to a request to spend.
    Spend(SpendReply),
    /// The answer to what an agent asked beside spending: no.
    Refused(Refusal),
    /// What a freeze, a pause or a revocation stopped.
    Stopped(StopReport),
    /// A payment may be submitted.
    Authorized(Box<Authorized>),
    /// It was not done.
    Error(CommandError),
}

/// The answer to a request to spend. The state says the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpendReply {
    /// No.
    Refused(Refusal),
    /// Its worth is reserved; it is allowed or waits for people.
    Reserved {
        /// The payment.
        payment: PaymentId,
    },
    /// It was asked before; this is the payment of that time.
    Repeated {
        /// The payment.
        payment: PaymentId,
    },
}

/// What a freeze, a pause or a revocation stopped, and what it could not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopReport {
    /// Called off, in the order they were asked.
    pub canceled: Vec<PaymentId>,
    /// Submitted or unknown: these can't be called back.
    pub in_flight: Vec<PaymentId>,
    /// Credentials that stopped holding.
    pub credentials: Vec<CredentialId>,
}

/// Events and the reply, or why not.
type Outcome = Result<(Vec<Event>, Reply), CommandError>;

/// Decides a command. Changes nothing: the caller makes entries of the events, stores them, and
/// applies them before it decides again.
///
/// Every request to spend gives at least one event or is handed back to be counted (I9), unless
/// there is no wallet yet.
#[must_use]
pub fn decide(state: &State, command: &Command, now: Timestamp) -> Decision {
    decide_before(state, command, now, &mut Nobody)
}

/// Decides a command before somebody who hears each step of the ladder. Who hears changes nothing.
pub(crate) fn decide_before(
    state: &State,
    command: &Command,
    now: Timestamp,
    to: &mut impl Observer,
) -> Decision {
    let now = Now::new(now, state.clock());
    let absent = state.owner().is_none() && !matches!(command, Command::CreateWallet { .. });
    let outcome = if absent {
        Err(CommandError::WalletAbsent)
    } else if now.at > LATEST {
        Err(CommandError::Internal { step: "clock" })
    } else {
        dispatch(state, command, now, to)
    };
    let (mut events, reply) = outcome.unwrap_or_else(|error| (Vec::new(), Reply::Error(error)));
    let coalesce = coalesce::uncounted(state, &events, now.clock);
    if coalesce.is_some() {
        events.clear();
    }
    let tripped = breaker::after(state, &events, now.clock);
    events.extend(tripped);
    Decision { at: now.at, clock: now.clock_ms(), events, reply, coalesce }
}

fn dispatch(state: &State, command: &Command, now: Now, to: &mut impl Observer) -> Outcome {
    match command {
        Command::Spend { request, presented } => {
            Ok(ladder::spend(state, request, presented.as_ref(), now, to))
        }
        Command::RejectAttempt { agent, problem, detail } => {
            let (agent, problem, detail) = (*agent, problem.clone(), detail.clone());
            done(Event::AttemptRejected { agent, problem, detail })
        }
        Command::NoteRefusals { agent, refusal, count } => {
            coalesce::note(state, *agent, refusal, *count)
        }
        Command::OpenSession { agent, by, presented, terms } => {
            let ask = session::Ask { agent: *agent, by: *by, presented: presented.as_ref() };
            session::open(state, &ask, terms, now)
        }
        Command::CloseSession { agent, session, by, presented } => {
            let ask = session::Ask { agent: *agent, by: *by, presented: presented.as_ref() };
            session::close(state, &ask, session, now)
        }
        Command::Delegate(asked) => delegate::delegate(state, asked, now),
        Command::SetAllocation { agent, by, allocation } => {
            let by = by.as_ref().map(|(parent, presented)| (*parent, presented.as_ref()));
            delegate::allocate(state, *agent, (by, allocation.as_ref()), now)
        }
        Command::Cancel { payment, agent, cause } => {
            lifecycle::cancel(state, *payment, (*agent, *cause), now.clock)
        }
        Command::Approve { payment, approver, digest } => {
            lifecycle::approve(state, *payment, (*approver, *digest), now.clock)
        }
        Command::Decline { payment, approver, reason } => {
            lifecycle::decline(state, *payment, (*approver, reason.as_ref()), now.clock)
        }
        Command::Submit { payment, valid_until } => {
            lifecycle::submit(state, *payment, *valid_until, now.clock)
        }
        Command::JudgePayment { payment, fine } => owner::judge(state, *payment, *fine),
        Command::Resolve { payment, resolution } => lifecycle::resolve(state, *payment, resolution),
        Command::Tick => Ok(lifecycle::tick(state, now.clock)),
        _ => owner::manage(state, command, now),
    }
}

fn done(event: Event) -> Outcome {
    Ok((vec![event], Reply::Done))
}

/// Step 1 of the ladder, by the computer's clock.
pub(crate) fn check_credential(
    state: &State,
    agent: AgentId,
    presented: Option<&Presented>,
    clock: Timestamp,
) -> Result<(), Refusal> {
    credential::check(state, agent, presented, clock).map(|_| ())
}

/// Steps 1 to 3 of the ladder with nothing presented, told to somebody.
pub(crate) fn first_steps(state: &State, agent: AgentId, clock: Timestamp, to: &mut impl Observer) {
    // What they come to is in what was told.
    let _ = ladder::caller(state, agent, None, clock, to);
}

/// Step 2 of the ladder.
pub(crate) fn check_standing(state: &State, agent: AgentId) -> Result<(), Refusal> {
    ladder::standing(state, agent).map(|_| ())
}

/// What follows when an agent was refused something else than a payment: a breaker may trip.
pub(crate) fn trip_after(state: &State, event: &Event, clock: Timestamp) -> Option<Event> {
    breaker::after(state, std::slice::from_ref(event), clock)
}

/// Worth of one unit of a currency in the budget currency, if the wallet knows and has not known
/// for too long.
pub(crate) fn rate(policy: &WalletPolicy, currency: Currency, at: Timestamp) -> Option<Decimal> {
    if currency == policy.currency {
        return Some(Decimal::ONE);
    }
    policy.rates.get(&currency).filter(|rate| rate.holds_at(at)).map(|rate| rate.worth)
}

/// A settled amount, if it can be one: above zero, and at most what was asked.
pub(crate) fn settled(asked: Money, settled: Decimal) -> Option<Decimal> {
    let settled = Money::new(settled, asked.currency()).ok()?.amount();
    (settled <= asked.amount()).then_some(settled)
}
