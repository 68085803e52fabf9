//! The reference model of the engine: written from what the wallet promises, naive on purpose. It
//! keeps every payment and adds everything up anew for each question. It has no meters, no books,
//! no indexes. Where it and the engine disagree, one of them is wrong.
//!
//! Two halves, as the engine has: [`Model::expect`] says what a command must come to, and
//! [`Model::note`] takes what became durable.

mod answer;
mod breakers;
mod budgets;
mod climb;
mod coalesce;
mod delegate;
mod life;
mod note;
mod owner;
mod presence;
mod prices;
mod sessions;
mod signals;
mod thresholds;
mod time;

pub use answer::{Answer, Expected};
pub use budgets::{Line, Purse, Which};
pub(crate) use budgets::{names, one_amount};
pub use sessions::Session;
pub(crate) use signals::near;
pub use time::{Calendar, DAY, MINUTE, QUARTER};

use purser_domain::{
    AgentId, AgentPolicy, Allocation, ApproverId, Asked, BreakerCause, Claim, Command,
    CredentialId, Event, IdempotencyKey, PayeeKey, PaymentId, RailId, Reservation, Scope, Signal,
    SpendRequest, Timestamp, WalletPolicy,
};
use purser_engine::{AgentStatus, CommandError, PaymentStatus};
use rust_decimal::Decimal;
use sessions::Ask;
use std::collections::{BTreeMap, BTreeSet};

/// The 1st of January of the year 9000, after which a clock is taken for broken.
const LATEST: i64 = 221_845_392_000_000;

/// The two times of a decision.
#[derive(Debug, Clone, Copy)]
struct Now {
    /// The log's, which never goes back: what counts in windows counts by it.
    at: Timestamp,
    /// The clock's: what ends by itself within minutes or hours ends by it.
    clock: Timestamp,
}

/// One payment that was reserved.
#[derive(Debug, Clone)]
pub struct Pay {
    /// What was asked, with its worth, tier and what it needs from people.
    pub reservation: Reservation,
    /// The agents whose budgets it counts in: its own and all above it.
    pub chain: Vec<AgentId>,
    /// The place of its first entry.
    seq: u64,
    /// When it was asked, by the log.
    pub at: Timestamp,
    /// When it was asked, by the clock.
    pub clock: Timestamp,
    /// What a unit of its currency was worth then.
    pub rate: Option<Decimal>,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Who has approved.
    pub approvals: Vec<ApproverId>,
    /// Paid, in the budget currency.
    pub settled: Decimal,
    /// Held, in the budget currency.
    pub reserved: Decimal,
    /// What the owner said of it afterwards.
    pub judged: Option<bool>,
}

impl Pay {
    /// Its id.
    #[must_use]
    pub const fn id(&self) -> PaymentId {
        self.reservation.request.payment
    }

    /// Whose it is.
    #[must_use]
    pub const fn agent(&self) -> AgentId {
        self.reservation.request.agent
    }

    /// Whether it can still be called off.
    #[must_use]
    pub const fn waits(&self) -> bool {
        matches!(self.status, PaymentStatus::PendingApproval | PaymentStatus::Approved)
    }

    /// Whether a rail was asked and has given no final answer.
    #[must_use]
    pub const fn in_flight(&self) -> bool {
        matches!(self.status, PaymentStatus::Submitted { .. } | PaymentStatus::Unknown { .. })
    }

    /// Whether the time that people had is over.
    fn overdue(&self, clock: Timestamp) -> bool {
        let approval = self.reservation.approval.as_ref();
        approval.is_some_and(|approval| approval.expires_at_ms <= clock)
    }
}

/// One agent.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Its name.
    pub name: Claim,
    /// What it may do.
    pub policy: AgentPolicy,
    /// Whether it may spend.
    pub status: AgentStatus,
    /// Who handed it part of its budget; `None` for the owner's own.
    pub parent: Option<AgentId>,
    /// What it holds of that.
    pub allocation: Option<Allocation>,
    /// When it was added.
    added_at: Timestamp,
    /// Its last attempt that came with a valid credential.
    pub last_activity_at: Option<Timestamp>,
    /// Attempts that were let through the rate limit.
    attempts: Vec<Timestamp>,
    /// Early refusals that are entries of their own.
    refused: Vec<Timestamp>,
    /// The breaker that paused it, and when.
    pub tripped: Option<(BreakerCause, Timestamp)>,
    /// The place of the entry by which the owner last resumed it.
    resumed: u64,
    /// When it was refused, and how often then.
    refusals: Vec<(Timestamp, u32)>,
    /// Purchases that failed since they last succeeded, and how often.
    failures: Vec<(SpendRequest, u32)>,
    /// Its sessions, in the order they were opened.
    sessions: Vec<Session>,
    /// The last payment of each key.
    keys: BTreeMap<IdempotencyKey, PaymentId>,
}

/// One credential.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its id.
    pub id: CredentialId,
    /// Whose.
    pub agent: AgentId,
    /// What it is narrowed to.
    pub scope: Scope,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it holds without proof of the key.
    pub bearer: bool,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// Everything there is.
#[derive(Debug, Clone)]
pub struct Model {
    /// The time of the last entry.
    pub clock: Timestamp,
    /// Whose wallet it is; `None` before it is made.
    pub owner: Option<ApproverId>,
    /// The wallet's policy.
    pub wallet: WalletPolicy,
    /// The owner's days.
    pub calendar: Calendar,
    /// Whether everything is frozen.
    pub frozen: bool,
    /// The agents, revoked ones too.
    pub agents: BTreeMap<AgentId, Agent>,
    /// The payments, in the order they were asked.
    pub payments: Vec<Pay>,
    /// The credentials.
    pub credentials: Vec<Held>,
    /// When a policy was set.
    policies_set: Vec<Timestamp>,
    /// What was told of budgets that fill.
    told: Vec<thresholds::Told>,
    /// Whom each agent has paid, and how.
    paid: Vec<(AgentId, PayeeKey, RailId)>,
    /// The last amounts that taught what is usual: of an agent, by a rail.
    taught: BTreeMap<(AgentId, RailId), signals::Taught>,
    /// What the engine finds unusual about the request that comes next. The arithmetic of baselines
    /// is tested beside it; the model says what follows from it.
    pub unusual: Vec<Signal>,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            clock: Timestamp::default(),
            owner: None,
            wallet: WalletPolicy::default(),
            calendar: Calendar::new("UTC").unwrap(),
            frozen: false,
            agents: BTreeMap::new(),
            payments: Vec::new(),
            credentials: Vec::new(),
            policies_set: Vec::new(),
            told: Vec::new(),
            paid: Vec::new(),
            taught: BTreeMap::new(),
            unusual: Vec::new(),
        }
    }
}

impl Model {
    /// What a command must come to.
    #[must_use]
    pub fn expect(&self, command: &Command, now: Timestamp) -> Expected {
        let now = Now { at: now.max(self.clock), clock: now };
        let absent = self.owner.is_none() && !matches!(command, Command::CreateWallet { .. });
        let outcome = if absent {
            Err(CommandError::WalletAbsent)
        } else if now.at.as_millis() > LATEST {
            Err(CommandError::Internal { step: "clock" })
        } else {
            self.outcome(command, now)
        };
        let (events, answer) = outcome.unwrap_or_else(|error| (Vec::new(), Answer::Error(error)));
        let uncounted = self.uncounted(&events, now.clock);
        let mut events = if uncounted.is_some() { Vec::new() } else { events };
        let told = events.first().map(|event| self.reached(event, now.at));
        events.extend(self.tripped_by(&events, now.clock));
        events.extend(told.into_iter().flatten().map(|(_, event)| event));
        let clock = (now.clock < now.at).then_some(now.clock);
        Expected { at: now.at, clock, events, answer, uncounted }
    }

    fn outcome(&self, command: &Command, now: Now) -> Outcome {
        match command {
            Command::Spend { request, presented } => {
                Ok(self.spend(request, presented.as_ref(), now))
            }
            Command::RejectAttempt { agent, problem, detail } => {
                let (agent, problem, detail) = (*agent, problem.clone(), detail.clone());
                done(Event::AttemptRejected { agent, problem, detail })
            }
            Command::NoteRefusals { agent, refusal, count } => {
                self.count_refusals(*agent, refusal, *count)
            }
            Command::OpenSession { agent, by, presented, terms } => {
                let ask = Ask { agent: *agent, by: *by, presented: presented.as_ref() };
                let opened = self.opened(&ask, terms, now).map(|event| vec![event]);
                self.session_asked(&ask, Asked::OpenSession, opened)
            }
            Command::CloseSession { agent, session, by, presented } => {
                let ask = Ask { agent: *agent, by: *by, presented: presented.as_ref() };
                self.session_asked(&ask, Asked::CloseSession, self.closed(&ask, session, now))
            }
            Command::Delegate(asked) => Ok(self.delegate(asked, now)),
            Command::SetAllocation { agent, by, allocation } => {
                self.allocate(*agent, (by.as_ref(), allocation.as_ref()), now)
            }
            Command::Cancel { payment, agent, cause } => {
                self.cancel(*payment, (*agent, *cause), now.clock)
            }
            Command::Approve { payment, approver, digest } => {
                self.approve(*payment, (*approver, *digest), now.clock)
            }
            Command::Decline { payment, approver, reason } => {
                self.decline(*payment, (*approver, reason.clone()), now.clock)
            }
            Command::Submit { payment, valid_until } => {
                self.submit(*payment, *valid_until, now.clock)
            }
            Command::Resolve { payment, resolution } => self.resolve(*payment, resolution),
            Command::Tick => Ok(self.tick(now.clock)),
            _ => self.manage(command, now),
        }
    }

    /// One payment.
    #[must_use]
    pub fn pay(&self, id: PaymentId) -> Option<&Pay> {
        self.payments.iter().find(|pay| pay.id() == id)
    }

    /// An agent and all above it, from below.
    #[must_use]
    pub fn chain(&self, agent: AgentId) -> Vec<AgentId> {
        let up = |below: &AgentId| self.agents.get(below).and_then(|agent| agent.parent);
        std::iter::successors(Some(agent), up).collect()
    }

    /// An agent and all below it that are not revoked.
    #[must_use]
    pub fn subtree(&self, agent: AgentId) -> Vec<AgentId> {
        let living = |id: &&AgentId| self.agents[*id].status != AgentStatus::Revoked;
        let all = self.agents.keys().filter(living);
        let below = all.filter(|id| self.chain(**id).contains(&agent));
        below.copied().chain([agent]).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Events and the answer, or why not.
type Outcome = Result<(Vec<Event>, Answer), CommandError>;

fn done(event: Event) -> Outcome {
    Ok((vec![event], Answer::Done))
}
