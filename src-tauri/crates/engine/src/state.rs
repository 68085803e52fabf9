//! What the log amounts to: agents, payments, credentials and budgets, for reading.

use crate::attempts::Attempts;
use crate::baseline::{Baseline, Habits};
use crate::breakers::Watch;
use crate::budget::{Books, BudgetLine, Calendar, Cell, Lines, Meters, Moment, Words};
use crate::keys::{Half, Keys};
use crate::past::Rubbish;
use crate::per_day::PerDay;
use crate::sessions::Sessions;
use crate::told::Told;
use purser_domain::{
    AgentId, AgentPolicy, Allocation, ApproverId, BreakerCause, Claim, CredentialId, Digest, Label,
    PaymentId, PaymentStop, RailId, Receipt, Reservation, Scope, SpendRequest, Timestamp,
    WalletPolicy,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Whether an agent may spend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum AgentStatus {
    /// It may.
    Active,
    /// Not until the owner resumes it.
    Paused,
    /// Never again.
    Revoked,
}

/// One agent. Reading it is all that can be done with it outside the engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// Its name, as the owner gave it; a sub-agent's as its parent did.
    pub name: Claim,
    /// Its Ed25519 public key.
    pub holder_key: Digest,
    /// What it may do.
    pub policy: AgentPolicy,
    /// The agent that handed it part of its budget; `None` for the owner's own.
    pub parent: Option<AgentId>,
    /// What it holds of that agent's budget; `None` for the owner's own, and once it was taken
    /// back.
    pub allocation: Option<Allocation>,
    /// Whether it may spend.
    pub status: AgentStatus,
    /// The circuit breaker that paused it and when, until the owner resumes it.
    pub tripped: Option<(BreakerCause, Timestamp)>,
    /// When it was added.
    pub added_at: Timestamp,
    /// Its last attempt that came with a valid credential.
    pub last_activity_at: Option<Timestamp>,
    /// Its sub-agents that are not revoked.
    pub(crate) children: BTreeSet<AgentId>,
    /// Its sub-agents that are revoked.
    pub(crate) former: BTreeSet<AgentId>,
    /// How many were added below it of late; of the owner's own agents only.
    pub(crate) added_below: PerDay,
    /// Its payments that have not ended, by the place of the entry that reserved them.
    pub(crate) open: BTreeSet<u64>,
    /// Its credentials that are not forgotten.
    pub(crate) credentials: BTreeSet<CredentialId>,
    pub(crate) books: Books,
    pub(crate) attempts: Attempts,
    /// Early refusals of the minute just past that were logged whole.
    pub(crate) refused: Attempts,
    pub(crate) watch: Watch,
    /// What is normal for it, for each rail: what a sandbox paid says nothing of real money.
    pub(crate) baselines: BTreeMap<RailId, Box<Baseline>>,
    pub(crate) sessions: Sessions,
    pub(crate) keys: Keys,
}

/// Where a reserved payment stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PaymentStatus {
    /// People must decide.
    PendingApproval,
    /// It may be submitted; the state of a payment that its agent may make alone, too.
    Approved,
    /// A rail was asked to move the money.
    Submitted {
        /// Until when what was signed can still move money.
        valid_until: Timestamp,
    },
    /// Nobody knows yet whether the money moved.
    Unknown {
        /// Until when what was signed can still move money.
        valid_until: Timestamp,
        /// A stable code.
        problem: String,
        /// In words.
        detail: Claim,
    },
    /// The money moved.
    Succeeded {
        /// What was really paid, in the request's currency.
        settled: Decimal,
        /// Proof.
        receipt: Receipt,
    },
    /// The money did not move and can't any more.
    Failed {
        /// A stable code.
        problem: String,
        /// In words.
        detail: Claim,
    },
    /// It ended before anything was submitted.
    Stopped(PaymentStop),
}

impl PaymentStatus {
    /// Whether nothing can change any more.
    #[must_use]
    pub const fn is_terminal(&self) -> bool {
        matches!(self, Self::Succeeded { .. } | Self::Failed { .. } | Self::Stopped(_))
    }

    /// Whether a rail was asked and has not given a final answer: it can't be called back.
    #[must_use]
    pub const fn is_in_flight(&self) -> bool {
        matches!(self, Self::Submitted { .. } | Self::Unknown { .. })
    }
}

/// One reserved payment. Once it has ended, its request keeps what identifies the purchase and
/// drops the texts that only deciding needed (context, task text, terms, line items); the log has
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// What it holds and why.
    pub reservation: Reservation,
    /// Where it stands.
    pub status: PaymentStatus,
    /// Who has approved, in order.
    pub approvals: Vec<ApproverId>,
    /// What the owner said it was, if they did: `true` for fine, `false` for not theirs.
    pub judged: Option<bool>,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    pub(crate) seq: u64,
    pub(crate) cell: Cell,
    pub(crate) rate: Option<Decimal>,
}

impl Payment {
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

    /// Whether it waits for people or for submission, so that it can be called off.
    #[must_use]
    pub const fn is_unsubmitted(&self) -> bool {
        matches!(self.status, PaymentStatus::PendingApproval | PaymentStatus::Approved)
    }

    /// Whether the owner can say that it was fine although it was not made: a person declined it,
    /// or nobody decided in time.
    #[must_use]
    pub const fn can_be_fine(&self) -> bool {
        matches!(
            self.status,
            PaymentStatus::Stopped(PaymentStop::Declined { .. } | PaymentStop::Expired)
        )
    }

    /// Whether it was asked in this session.
    pub(crate) fn is_in(&self, session: &Label) -> bool {
        self.reservation.request.session.as_ref() == Some(session)
    }

    /// When it is declined unless it has been approved and submitted.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        self.reservation.approval.as_ref().map(|approval| approval.expires_at_ms)
    }

    /// Whether its deadline is over, by the computer's clock.
    pub(crate) fn is_overdue(&self, clock: Timestamp) -> bool {
        self.deadline().is_some_and(|deadline| deadline <= clock)
    }
}

/// A payment that has not ended, with what a stop of thousands needs to know of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Open {
    pub payment: PaymentId,
    /// Whether a rail was asked, so that it can't be called off: as
    /// [`Payment::is_unsubmitted`] says, without looking at it.
    pub submitted: bool,
}

/// One credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its id.
    pub credential: CredentialId,
    /// For whom.
    pub agent: AgentId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it holds without proof of the agent's key.
    pub bearer: bool,
    /// Whether it was revoked.
    pub revoked: bool,
    /// What it is narrowed to.
    pub scope: Scope,
}

/// Everything the log amounts to. Empty until the wallet is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub(crate) next_seq: u64,
    pub(crate) clock: Timestamp,
    pub(crate) owner: Option<ApproverId>,
    pub(crate) policy: WalletPolicy,
    /// That of the policy's time zone.
    #[serde(skip)]
    pub(crate) calendar: Calendar,
    pub(crate) frozen: bool,
    /// How often policies were set of late.
    pub(crate) policies_set: PerDay,
    /// The meters of the wallet's own limits.
    pub(crate) wallet: Meters,
    /// The texts that all budgets are counted by.
    pub(crate) words: Words,
    pub(crate) agents: BTreeMap<AgentId, Box<Agent>>,
    /// Names of agents that are not revoked, in lower case.
    pub(crate) names: BTreeSet<String>,
    /// Those that have not ended, and the last few that have.
    pub(crate) payments: BTreeMap<PaymentId, Box<Payment>>,
    /// Payments that have ended and are remembered, in the order they ended.
    pub(crate) ended: VecDeque<PaymentId>,
    /// When derived keys of payments that succeeded are forgotten.
    #[serde(skip)]
    pub(crate) key_ends: BTreeSet<(Timestamp, AgentId, Half)>,
    /// Payments that have not ended, by the place of the entry that reserved them.
    pub(crate) open: BTreeMap<u64, Open>,
    /// Deadlines of payments that were not submitted, with the place of their entry.
    pub(crate) deadlines: BTreeSet<(Timestamp, u64)>,
    /// Ends of sessions that have not ended.
    pub(crate) session_ends: BTreeSet<(Timestamp, AgentId, Label)>,
    /// When the sessions that are over can be forgotten, and whose they are.
    pub(crate) sessions_over: VecDeque<(Timestamp, AgentId)>,
    pub(crate) credentials: BTreeMap<CredentialId, Credential>,
    /// What all agents together paid, by rail.
    pub(crate) habits: BTreeMap<RailId, Habits>,
    /// What was told of budgets that fill.
    pub(crate) told: Told,
    pub(crate) credential_ends: BTreeSet<(Timestamp, CredentialId)>,
    /// No part of what the log amounts to.
    #[serde(skip)]
    pub(crate) rubbish: Rubbish,
}

impl State {
    /// The place that the next entry has.
    #[must_use]
    pub const fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// The time of the last entry.
    #[must_use]
    pub const fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The wallet's policy.
    #[must_use]
    pub const fn policy(&self) -> &WalletPolicy {
        &self.policy
    }

    /// The owner; `None` before the wallet is made.
    #[must_use]
    pub const fn owner(&self) -> Option<ApproverId> {
        self.owner
    }

    /// Whether everything is frozen.
    #[must_use]
    pub const fn frozen(&self) -> bool {
        self.frozen
    }

    /// All agents, the revoked ones too.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.values().map(AsRef::as_ref)
    }

    /// One agent.
    #[must_use]
    pub fn agent(&self, agent: AgentId) -> Option<&Agent> {
        self.agents.get(&agent).map(AsRef::as_ref)
    }

    /// One payment that was reserved, whatever became of it. Of those that have ended only the
    /// last few are remembered; the log has all of them: see [`Payment::from_entries`].
    #[must_use]
    pub fn payment(&self, payment: PaymentId) -> Option<&Payment> {
        self.payments.get(&payment).map(AsRef::as_ref)
    }

    /// Payments that have not ended, in the order they were asked.
    pub fn open_payments(&self) -> impl Iterator<Item = &Payment> {
        self.open.values().filter_map(|open| self.payment(open.payment))
    }

    /// When the next payment is declined because nobody decided, or the time of a session is over.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let payment = self.deadlines.first().map(|(deadline, _)| *deadline);
        let session = self.session_ends.first().map(|(end, ..)| *end);
        payment.into_iter().chain(session).min()
    }

    /// One credential. Those that ended long ago are forgotten.
    #[must_use]
    pub fn credential(&self, credential: CredentialId) -> Option<&Credential> {
        self.credentials.get(&credential)
    }

    /// The caps, the allocation and the envelopes of an agent as of now: of its sessions the one
    /// of its latest payment, of amounts that each payee, category, workflow or task has for
    /// itself those in use.
    #[must_use]
    pub fn budgets(&self, agent: AgentId, now: Timestamp) -> Vec<BudgetLine> {
        let lines = self.lines(agent, now);
        lines.map(|(lines, now)| lines.all(&now)).unwrap_or_default()
    }

    /// The caps, the allocation and the envelopes of its agent that a request counts against, as
    /// of now.
    #[must_use]
    pub fn budgets_for(&self, request: &SpendRequest, now: Timestamp) -> Vec<BudgetLine> {
        let lines = self.lines(request.agent, now);
        lines.map(|(lines, now)| lines.counting(request, &now)).unwrap_or_default()
    }

    /// Of those, the caps over a session and a day.
    #[must_use]
    pub fn caps_for(&self, request: &SpendRequest, now: Timestamp) -> Vec<BudgetLine> {
        let lines = self.lines(request.agent, now);
        lines.map(|(lines, now)| lines.caps(request, &now)).unwrap_or_default()
    }

    /// The wallet's own envelopes over all agents, as of now.
    #[must_use]
    pub fn wallet_budgets(&self, now: Timestamp) -> Vec<BudgetLine> {
        let lines = Lines::of_wallet(&self.wallet, &self.words);
        self.moment(now).map(|now| lines.all(&now)).unwrap_or_default()
    }

    /// What an agent holds, as of now: its allocation, or the day of one of the owner's own agents.
    /// With what it and all below it have used, and what is held for its sub-agents. `None` when
    /// the allocation was taken back, and when the wallet has no such agent.
    #[must_use]
    pub fn allocation_line(&self, agent: AgentId, now: Timestamp) -> Option<BudgetLine> {
        let (lines, now) = self.lines(agent, now)?;
        lines.one(self.agent(agent)?.allocation_meter()?, &now)
    }

    fn lines(&self, agent: AgentId, now: Timestamp) -> Option<(Lines<'_>, Moment<'_>)> {
        let (agent, now) = (self.agent(agent)?, self.moment(now)?);
        let held = self.held(agent, None, &now).ok()?;
        Some((Lines::of_agent(agent, &self.words, held), now))
    }

    fn moment(&self, now: Timestamp) -> Option<Moment<'_>> {
        Moment::new(&self.calendar, now.max(self.clock)).ok()
    }
}
