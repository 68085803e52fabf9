//! Sessions and sub-agents, as agents ask for them. An agent shares out what it holds; the engine
//! holds every payment of a sub-agent against each budget above it (I4).

use crate::agents::{AgentError, AgentIdentity};
use crate::random;
use crate::wallet::Wallet;
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, Allocation, Attribution, Category, Claim, Command, Currency,
    Delegation, Digest, Label, PayeeKey, Presented, Refusal, SessionActor, SessionEnd, SessionId,
    SessionTerms, Task, Timestamp,
};
use purser_engine::{Agent, AgentStatus, Reply, SessionLine, State};
use rust_decimal::Decimal;

/// A session to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionAsk {
    /// The sub-agent that will spend in it; `None` for the one that asks.
    pub agent: Option<AgentId>,
    /// What for.
    pub purpose: Claim,
    /// Most, in the budget currency; the cap for a session when absent.
    pub ceiling: Option<Decimal>,
    /// Minutes until it ends.
    pub minutes: u32,
    /// The task of every payment in it.
    pub task: Option<Task>,
    /// Whom its payments are charged to.
    pub attribution: Attribution,
}

/// A session as its agent and its parent see it. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionState {
    /// Its name.
    pub session: Label,
    /// Who spends in it.
    pub agent: AgentId,
    /// What for.
    pub purpose: Claim,
    /// How it ended; `None` while it is open.
    pub end: Option<SessionEnd>,
    /// Most.
    pub ceiling: Decimal,
    /// Paid.
    pub settled: Decimal,
    /// Held for payments that have not ended.
    pub reserved: Decimal,
    /// When it ends by itself.
    pub ends_at: Timestamp,
}

/// A sub-agent to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationAsk {
    /// Its name.
    pub name: Claim,
    /// Its public key.
    pub holder_key: Digest,
    /// What it gets.
    pub allocation: Allocation,
    /// Most for one payment; the parent's when absent.
    pub per_transaction: Option<Decimal>,
    /// Only these categories; the parent's when empty.
    pub categories: Vec<Category>,
    /// Only these payees; the parent's when empty.
    pub payees: Vec<PayeeKey>,
    /// Whether it may hand on what it gets.
    pub may_delegate: bool,
    /// Whether it may pay only in sessions that were opened for it.
    pub require_session: bool,
}

/// A sub-agent and what it holds. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationState {
    /// Who.
    pub agent: AgentId,
    /// Its name.
    pub name: Claim,
    /// Whether it may spend.
    pub status: AgentStatus,
    /// What it holds; `None` when that was taken back.
    pub allocation: Option<Allocation>,
    /// Paid and held of it, by itself and those below it.
    pub used: Decimal,
    /// What is kept for it.
    pub remaining: Decimal,
}

/// An agent's sub-agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationsState {
    /// The budget currency.
    pub currency: Currency,
    /// What the agent itself can still spend or hand on.
    pub free: Decimal,
    /// In the order they were added.
    pub sub_agents: Vec<DelegationState>,
}

impl Wallet {
    /// Opens a session for the agent itself or for one of its sub-agents.
    ///
    /// # Errors
    /// When it is refused, or the log can't be written.
    pub async fn open_session(
        &self,
        who: &AgentIdentity,
        ask: SessionAsk,
    ) -> Result<SessionState, AgentError> {
        let agent = ask.agent.unwrap_or(who.agent);
        let by = actor(who, agent);
        self.open_session_by((agent, by), Some(who.presented.clone()), ask).await
    }

    /// Opens a session for an agent, by whoever may.
    pub(crate) async fn open_session_by(
        &self,
        (agent, by): (AgentId, SessionActor),
        presented: Option<Presented>,
        ask: SessionAsk,
    ) -> Result<SessionState, AgentError> {
        let now = self.now();
        let cap = self.writer.look(move |state| state.agent(agent).map(|a| a.policy.per_session));
        // For an agent that the wallet has not, any: the engine refuses, and the log tells it.
        let cap = cap.await?.unwrap_or(Decimal::ONE);
        let session = SessionId::from_random(random::bits(now)?);
        let session = Label::new(&session.to_string()).map_err(|_| AgentError::Unexpected)?;
        let terms = SessionTerms {
            session: session.clone(),
            purpose: ask.purpose,
            ceiling: ask.ceiling.unwrap_or(cap),
            ends_at_ms: now.plus_seconds(u64::from(ask.minutes).saturating_mul(60)),
            task: ask.task,
            attribution: ask.attribution,
        };
        let command = Command::OpenSession { agent, by, presented, terms: Box::new(terms) };
        self.shared(command).await?;
        self.session_state(agent, session).await
    }

    /// Closes a session of the agent itself, or of one of its sub-agents.
    ///
    /// # Errors
    /// When there is no such session, or the log can't be written.
    pub async fn close_session(
        &self,
        who: &AgentIdentity,
        agent: Option<AgentId>,
        session: Label,
    ) -> Result<SessionState, AgentError> {
        let agent = agent.unwrap_or(who.agent);
        let by = actor(who, agent);
        let presented = Some(who.presented.clone());
        let command = Command::CloseSession { agent, session: session.clone(), by, presented };
        self.shared(command).await?;
        self.session_state(agent, session).await
    }

    /// The agent's sessions, the open ones and those that ended not long ago.
    ///
    /// # Errors
    /// When the credential does not hold.
    pub async fn sessions(&self, who: &AgentIdentity) -> Result<Vec<SessionState>, AgentError> {
        self.check_credential(who).await?;
        let agent = who.agent;
        Ok(self.writer.look(move |state| sessions_of(state, agent)).await?)
    }

    /// Hands part of the agent's budget to a new sub-agent.
    ///
    /// # Errors
    /// When it is refused, or the log can't be written.
    pub async fn delegate(
        &self,
        who: &AgentIdentity,
        ask: DelegationAsk,
    ) -> Result<DelegationState, AgentError> {
        let parent = who.agent;
        let policy = self.writer.look(move |state| state.agent(parent).map(|a| a.policy.clone()));
        let policy = policy.await?.ok_or(AgentError::Refused(Refusal::AgentUnknown))?;
        let agent = AgentId::from_random(random::bits(self.now())?);
        let allocation = ask.allocation.clone();
        let draft = AgentDraft {
            agent,
            name: ask.name.clone(),
            holder_key: ask.holder_key,
            policy: narrowed(policy, ask),
        };
        let presented = Some(who.presented.clone());
        let delegation = Delegation { parent, presented, draft, allocation };
        self.shared(Command::Delegate(Box::new(delegation))).await?;
        self.delegation_state(parent, agent).await
    }

    /// Changes what a sub-agent holds; `None` takes it back.
    ///
    /// # Errors
    /// When it is refused, or the log can't be written.
    pub async fn set_allocation(
        &self,
        who: &AgentIdentity,
        agent: AgentId,
        allocation: Option<Allocation>,
    ) -> Result<DelegationState, AgentError> {
        let by = Some((who.agent, Some(who.presented.clone())));
        self.shared(Command::SetAllocation { agent, by, allocation }).await?;
        self.delegation_state(who.agent, agent).await
    }

    /// The agent's sub-agents.
    ///
    /// # Errors
    /// When the credential does not hold.
    pub async fn delegations(&self, who: &AgentIdentity) -> Result<DelegationsState, AgentError> {
        self.check_credential(who).await?;
        let (parent, now) = (who.agent, self.now());
        Ok(self.writer.look(move |state| delegations_of(state, parent, now)).await?)
    }

    async fn session_state(
        &self,
        agent: AgentId,
        session: Label,
    ) -> Result<SessionState, AgentError> {
        let found = self.writer.look(move |state| state.session(agent, &session));
        let found = found.await?.map(|line| session_state(agent, line));
        found.ok_or(AgentError::Refused(Refusal::SessionUnknown))
    }

    async fn delegation_state(
        &self,
        parent: AgentId,
        child: AgentId,
    ) -> Result<DelegationState, AgentError> {
        let now = self.now();
        let found = self.writer.look(move |state| {
            let mut all = delegations_of(state, parent, now).sub_agents;
            all.retain(|found| found.agent == child);
            all.pop()
        });
        found.await?.ok_or(AgentError::Refused(Refusal::NotASubAgent))
    }

    async fn shared(&self, command: Command) -> Result<(), AgentError> {
        match self.writer.decide(command).await? {
            Reply::Done => Ok(()),
            Reply::Refused(refusal) => Err(AgentError::Refused(refusal)),
            Reply::Error(error) => Err(error.into()),
            _ => Err(AgentError::Unexpected),
        }
    }
}

/// As whom an agent opens or closes a session of `agent`.
fn actor(who: &AgentIdentity, agent: AgentId) -> SessionActor {
    if agent == who.agent { SessionActor::Agent } else { SessionActor::Parent(who.agent) }
}

/// The parent's policy, narrowed as it was asked. What the sub-agent gets is no cap of its own: the
/// allocation holds, and can be raised.
fn narrowed(parent: AgentPolicy, ask: DelegationAsk) -> AgentPolicy {
    let per_transaction = ask.per_transaction.unwrap_or(parent.per_transaction);
    let payees = (parent.allowed_payees, parent.blocked_payees);
    let (allowed_payees, blocked_payees) = only(ask.payees, payees);
    let categories = (parent.allowed_categories, parent.blocked_categories);
    let (allowed_categories, blocked_categories) = only(ask.categories, categories);
    AgentPolicy {
        per_transaction,
        allowed_payees,
        blocked_payees,
        allowed_categories,
        blocked_categories,
        may_delegate: parent.may_delegate && ask.may_delegate,
        require_session: parent.require_session || ask.require_session,
        ..parent
    }
}

/// What a sub-agent is kept to, in place of its parent's lists; those when nothing was asked. A
/// policy has one list or the other, and what its parent has blocked stays blocked for it: every
/// policy above it must allow a payment, too. To ask for what is blocked is refused.
fn only<T: PartialEq>(asked: Vec<T>, (allowed, blocked): (Vec<T>, Vec<T>)) -> (Vec<T>, Vec<T>) {
    if asked.is_empty() {
        return (allowed, blocked);
    }
    let hits = asked.iter().any(|item| blocked.contains(item));
    (asked, if hits { blocked } else { Vec::new() })
}

fn delegations_of(state: &State, parent: AgentId, now: Timestamp) -> DelegationsState {
    let free = state.allocation_line(parent, now).map(|line| line.remaining());
    let child = |agent: &Agent| {
        let line = state.allocation_line(agent.id, now);
        let used =
            line.as_ref().map_or(Decimal::ZERO, |line| line.settled.saturating_add(line.reserved));
        let limit = line.map_or(Decimal::ZERO, |line| line.limit);
        DelegationState {
            agent: agent.id,
            name: agent.name.clone(),
            status: agent.status,
            allocation: agent.allocation.clone(),
            used,
            remaining: limit.saturating_sub(used).max(Decimal::ZERO),
        }
    };
    DelegationsState {
        currency: state.policy().currency,
        free: free.unwrap_or_default(),
        sub_agents: state.children(parent).map(child).collect(),
    }
}

fn sessions_of(state: &State, agent: AgentId) -> Vec<SessionState> {
    state.sessions(agent).into_iter().map(|line| session_state(agent, line)).collect()
}

fn session_state(agent: AgentId, line: SessionLine) -> SessionState {
    let SessionLine { session, limit, settled, reserved } = line;
    SessionState {
        session: session.terms.session,
        agent,
        purpose: session.terms.purpose,
        end: session.ended.map(|(end, _)| end),
        ceiling: limit,
        settled,
        reserved,
        ends_at: session.terms.ends_at_ms,
    }
}
