//! Recorded requests run through the real engine, with their own times as the clock.
//!
//! One JSON object a line, and nothing is skipped: a line that can't be read is an error with its
//! number. Agents are added when they are first named. No credentials are shown, every request is
//! a purchase on the sandbox rail, and the line's `id` is its idempotency key. A session is opened
//! when it is first named, with the agent's cap for one session as its ceiling, and never ends.
//!
//! The verdict is the engine's. What then happens to the budgets: an allowed payment is paid in
//! full at once; one that a person must review is approved and paid, or declined, as [`OnReview`]
//! says. An agent that a circuit breaker paused is resumed before the next line, so that every
//! line gets a verdict of its own. All ids come from a counter, so the same lines give the same
//! outcomes.

mod line;

use crate::backtest::{Verdict, VerdictKind};
use crate::budget::{BudgetKind, BudgetLine};
use crate::decide::{Decision, Reply, SpendReply, decide};
use crate::error::{ApplyError, CommandError};
use crate::signals::Assessed;
use crate::state::State;
use line::{Label, Line};
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, ApproverId, Attribution, Claim, Command, Digest, Entry,
    Event, PaymentId, Receipt, Refusal, Resolution, SessionActor, SessionTerms, SignalCode,
    SpendRequest, Tier, Timestamp, WalletPolicy,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The policies of a replay. What is left out is the domain's default.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReplayPolicy {
    /// The wallet's.
    pub wallet: WalletPolicy,
    /// That of agents without one of their own.
    pub default_agent: AgentPolicy,
    /// By the agent's name.
    pub agents: BTreeMap<String, AgentPolicy>,
}

/// What becomes of a payment that a person must review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnReview {
    /// It is approved and paid.
    Approve,
    /// It is declined.
    Deny,
    /// The line's label decides: `fraud`, `attack`, `scam`, `malicious`, `bad`, `deny` and
    /// `decline` decline it; `ok`, `legit`, `legitimate`, `benign`, `good`, `approve`, `allow` and
    /// no label approve it. Any other label is an error.
    Label,
}

/// What the engine said about one line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplayOutcome {
    /// The line's id.
    pub id: String,
    /// `allow`, `review` or `deny`.
    pub verdict: &'static str,
    /// The tier; `None` when it was denied.
    pub tier: Option<Tier>,
    /// Codes of what decided: of the tier, or of the refusal. `repeated` comes first when the id
    /// was seen before and this is the first answer again.
    pub rules: Vec<String>,
    /// What is unusual, also for denied lines.
    pub signals: Vec<SignalCode>,
    /// 0 to 1: the share of this agent's honest requests that are less unusual, as far as the
    /// wallet can tell. 0.99 says that one in a hundred is like this.
    pub risk: f64,
    /// What was reserved, in the budget currency.
    #[serde(with = "rust_decimal::serde::str_option")]
    pub reserved: Option<Decimal>,
    /// What is left afterwards of each cap and envelope that the line counts against: `session`,
    /// `daily`, `envelope_0` and so on.
    pub remaining: BTreeMap<String, String>,
}

/// Why a replay can't go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ReplayError {
    /// The line's number as the caller counts; 0 for the policy.
    pub line: u64,
    /// What is wrong.
    pub problem: ReplayProblem,
}

/// What is wrong with a line or a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayProblem {
    /// Not the JSON that a line is.
    #[error("not a request: {0}")]
    Json(String),
    /// A field does not hold what it must.
    #[error("`{field}`: {reason}")]
    Field {
        /// Which.
        field: &'static str,
        /// Why not.
        reason: String,
    },
    /// The engine did not take a policy or an agent.
    #[error("{0}")]
    Command(#[from] CommandError),
    /// The engine could not apply its own decision: a defect.
    #[error("the engine contradicts itself: {0}")]
    Apply(#[from] ApplyError),
    /// The engine answered something else than it can: a defect.
    #[error("the engine gave an answer that does not fit")]
    Answer,
}

/// A replay under way.
#[derive(Debug, Clone)]
pub struct Replay {
    state: State,
    policy: ReplayPolicy,
    on_review: OnReview,
    agents: BTreeMap<String, AgentId>,
    /// What was said of each payment, for when its id comes again.
    answers: BTreeMap<PaymentId, Verdict>,
    ids: u128,
}

/// One line and what it came to, for a backtest.
pub(crate) struct Answered {
    pub request: SpendRequest,
    pub at: Timestamp,
    pub verdict: Verdict,
    pub worth: Option<Decimal>,
}

/// A line that was decided and has not come to its end.
struct AskedLine {
    id: String,
    label: Label,
    at: Timestamp,
    request: SpendRequest,
    assessed: Assessed,
    reply: SpendReply,
}

const OWNER: ApproverId = ApproverId::from_random(1);
const VALIDITY_S: u64 = 60;
const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);

impl Replay {
    /// An empty wallet with these policies.
    ///
    /// # Errors
    /// When a policy is not valid.
    pub fn new(policy: ReplayPolicy, on_review: OnReview) -> Result<Self, ReplayError> {
        let policies = std::iter::once(&policy.default_agent).chain(policy.agents.values());
        let invalid = |error| ReplayError { line: 0, problem: CommandError::Policy(error).into() };
        policies.into_iter().try_for_each(|policy| policy.validate().map_err(invalid))?;
        let mut replay = Self {
            state: State::default(),
            policy,
            on_review,
            agents: BTreeMap::new(),
            answers: BTreeMap::new(),
            ids: 1,
        };
        let wallet = replay.policy.wallet.clone();
        let create = Command::CreateWallet { owner: OWNER, policy: wallet };
        replay
            .must(&create, Timestamp::default())
            .map_err(|problem| ReplayError { line: 0, problem })?;
        Ok(replay)
    }

    /// The state so far.
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Runs one line. After an error about the line the replay can go on with the next one.
    ///
    /// # Errors
    /// When the line can't be read or its agent can't be added, with the line's number.
    pub fn line(&mut self, number: u64, text: &str) -> Result<ReplayOutcome, ReplayError> {
        self.run(text).map_err(|problem| ReplayError { line: number, problem })
    }

    fn run(&mut self, text: &str) -> Result<ReplayOutcome, ReplayProblem> {
        let asked = self.decide(text)?;
        let mut outcome = self.outcome(&asked.id, &asked.reply)?;
        self.finish(&asked)?;
        outcome.risk = risk(asked.assessed.rarity);
        let lines = self.state.budgets_for(&asked.request, asked.at);
        outcome.signals = asked.assessed.signals.iter().map(|signal| signal.code).collect();
        outcome.remaining = lines.iter().filter_map(remaining).collect();
        Ok(outcome)
    }

    /// Runs one line, for its verdict alone.
    pub(crate) fn ask(&mut self, text: &str) -> Result<Answered, ReplayProblem> {
        let asked = self.decide(text)?;
        let verdict = match &asked.reply {
            SpendReply::Refused(refusal) => Verdict::refused(refusal),
            SpendReply::Reserved { payment } | SpendReply::Repeated { payment } => {
                self.answers.get(payment).cloned().ok_or(ReplayProblem::Answer)?
            }
        };
        self.finish(&asked)?;
        let (at, request) = (asked.at, asked.request);
        let worth = crate::lookups::worth(self.state.policy(), request.amount, at);
        Ok(Answered { request, at, verdict, worth })
    }

    /// Reads one line and decides it.
    fn decide(&mut self, text: &str) -> Result<AskedLine, ReplayProblem> {
        let line = Line::parse(text)?;
        let label = line.label()?;
        let at = line.at()?;
        let name = line.agent()?;
        // Read whole before anything changes: a bad line adds no agent.
        let request = line.request(AgentId::from_random(0), PaymentId::from_random(0))?;
        let agent = self.agent(&name, at)?;
        let payment = PaymentId::from_random(self.next_id());
        let request = SpendRequest { agent, payment, ..request };
        self.open_session(&request, at)?;
        let assessed = self.state.assess(&request, at);
        let spend = Command::Spend { request: Box::new(request.clone()), presented: None };
        let reply = match self.must(&spend, at)? {
            Reply::Spend(reply) => reply,
            _ => return Err(ReplayProblem::Answer),
        };
        if matches!(reply, SpendReply::Reserved { .. }) {
            let found = self.state.payment(payment).ok_or(ReplayProblem::Answer)?;
            self.answers.insert(payment, Verdict::reserved(&found.reservation));
        }
        Ok(AskedLine { id: line.id, label, at, request, assessed, reply })
    }

    /// Lets what was decided come to its end.
    fn finish(&mut self, asked: &AskedLine) -> Result<(), ReplayProblem> {
        let AskedLine { label, at, request, reply, .. } = asked;
        if matches!(reply, SpendReply::Reserved { .. }) {
            return self.pay(request.payment, *label, *at);
        }
        if self.state.agent(request.agent).is_some_and(|agent| agent.tripped.is_some()) {
            self.must(&Command::ResumeAgent(request.agent), *at)?;
        }
        Ok(())
    }

    fn next_id(&mut self) -> u128 {
        self.ids = self.ids.saturating_add(1);
        self.ids
    }

    fn agent(&mut self, name: &Claim, at: Timestamp) -> Result<AgentId, ReplayProblem> {
        if let Some(agent) = self.agents.get(name.raw()) {
            return Ok(*agent);
        }
        let policy = self.policy.agents.get(name.raw()).unwrap_or(&self.policy.default_agent);
        let policy = policy.clone();
        let agent = AgentId::from_random(self.next_id());
        let holder_key = Digest::of_bytes(name.raw().as_bytes());
        let draft = AgentDraft { agent, name: name.clone(), holder_key, policy };
        self.must(&Command::AddAgent(draft), at)?;
        self.agents.insert(name.raw().to_owned(), agent);
        Ok(agent)
    }

    /// Opens the session that a line names, as the owner. The wallet itself would give it an end.
    fn open_session(&mut self, request: &SpendRequest, at: Timestamp) -> Result<(), ReplayProblem> {
        let Some(session) = &request.session else { return Ok(()) };
        let Some(agent) = self.state.agent(request.agent) else { return Ok(()) };
        if agent.sessions.find(session, at).is_some() {
            return Ok(());
        }
        let terms = SessionTerms {
            session: session.clone(),
            purpose: Claim::default(),
            ceiling: agent.policy.per_session,
            ends_at_ms: NEVER,
            task: None,
            attribution: Attribution::default(),
        };
        let (agent, by) = (request.agent, SessionActor::Owner);
        self.apply(at, None, Event::SessionOpened { agent, by, terms })
    }

    fn apply(
        &mut self,
        at: Timestamp,
        clock_ms: Option<Timestamp>,
        event: Event,
    ) -> Result<(), ReplayProblem> {
        let at_ms = at.max(self.state.clock());
        let entry = Entry { seq: self.state.next_seq(), at_ms, clock_ms, event };
        Ok(self.state.apply(&entry)?)
    }

    /// Decides a command that must not fail, and applies what came of it.
    fn must(&mut self, command: &Command, at: Timestamp) -> Result<Reply, ReplayProblem> {
        let Decision { at, clock, events, reply, .. } = decide(&self.state, command, at);
        for event in events {
            // A session of a file is a name for what belongs together, not a promise that ends.
            if !matches!(event, Event::SessionClosed { .. }) {
                self.apply(at, clock, event)?;
            }
        }
        match reply {
            Reply::Error(error) => Err(error.into()),
            reply => Ok(reply),
        }
    }

    fn outcome(&self, id: &str, reply: &SpendReply) -> Result<ReplayOutcome, ReplayProblem> {
        let mut outcome = ReplayOutcome {
            id: id.to_owned(),
            verdict: "deny",
            tier: None,
            rules: Vec::new(),
            signals: Vec::new(),
            risk: 0.0,
            reserved: None,
            remaining: BTreeMap::new(),
        };
        let payment = match reply {
            SpendReply::Refused(refusal) => {
                outcome.rules.push(Refusal::code(refusal).to_owned());
                return Ok(outcome);
            }
            SpendReply::Reserved { payment } => payment,
            SpendReply::Repeated { payment } => {
                outcome.rules.push("repeated".to_owned());
                payment
            }
        };
        if matches!(reply, SpendReply::Reserved { .. }) {
            let found = self.state.payment(*payment).ok_or(ReplayProblem::Answer)?;
            outcome.reserved = found.reservation.worth;
        }
        let answer = self.answers.get(payment).ok_or(ReplayProblem::Answer)?;
        outcome.verdict = if answer.verdict == VerdictKind::Review { "review" } else { "allow" };
        outcome.tier = answer.tier;
        outcome.rules.extend(answer.rules.iter().cloned());
        Ok(outcome)
    }

    /// Lets a reserved payment reach its end.
    fn pay(&mut self, id: PaymentId, label: Label, at: Timestamp) -> Result<(), ReplayProblem> {
        let payment = self.state.payment(id).ok_or(ReplayProblem::Answer)?;
        let settled = payment.reservation.request.amount.amount();
        if let Some(approval) = payment.reservation.approval.clone() {
            let declined = match self.on_review {
                OnReview::Approve => false,
                OnReview::Deny => true,
                OnReview::Label => label == Label::Decline,
            };
            if declined {
                let decline = Command::Decline { payment: id, approver: OWNER, reason: None };
                return self.must(&decline, at).map(|_| ());
            }
            let digest = approval.digest;
            self.must(&Command::Approve { payment: id, approver: OWNER, digest }, at)?;
        }
        let valid_until = at.plus_seconds(VALIDITY_S);
        self.must(&Command::Submit { payment: id, valid_until }, at)?;
        let receipt = Receipt { reference: "replay".to_owned(), evidence: None, verified: false };
        let resolution = Resolution::Succeeded { settled, receipt };
        self.must(&Command::Resolve { payment: id, resolution }, at).map(|_| ())
    }
}

/// How rare such a request is, as a share of one.
fn risk(rarity: i64) -> f64 {
    // At most 9000, which an f64 holds exactly.
    let digits = f64::from(i32::try_from(rarity.clamp(0, 9000)).unwrap_or_default()) / 1000.0;
    1.0 - 10_f64.powf(-digits)
}

impl State {
    /// What a replay says as `risk` of a request that would be asked now: 0 to 1.
    #[must_use]
    pub fn risk_of(&self, request: &SpendRequest, now: Timestamp) -> f64 {
        risk(self.assess(request, now).rarity)
    }
}

fn remaining(line: &BudgetLine) -> Option<(String, String)> {
    let name = match line.kind {
        BudgetKind::PerTransaction => return None,
        BudgetKind::Session => "session".to_owned(),
        BudgetKind::Daily => "daily".to_owned(),
        BudgetKind::Allocation { .. } => "allocation".to_owned(),
        BudgetKind::Envelope { index, .. } => format!("envelope_{index}"),
    };
    Some((name, line.remaining().normalize().to_string()))
}
