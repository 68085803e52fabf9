//! What agents may ask of an unlocked wallet. Nothing here decides, loosens or reads a secret (I1).
//!
//! Guarantees: every attempt to spend that gets this far is an entry (I9); a merchant's terms are
//! seen and decided on before anything is signed; the answer to one intent is the same each time
//! (A7). Does not guarantee: an entry or a rate for a fetch that turns out to cost nothing; see
//! docs/known-issues.md.

use crate::faults::{self, Step};
use crate::random::{self, NoRandomness};
use crate::wallet::Wallet;
use crate::writer::WriteError;
use purser_domain::{
    Action, AgentId, Attribution, Category, Claim, Command, CredentialId, Digest, IdempotencyKey,
    Label, LineItem, Money, Payee, PaymentId, Presented, RailId, Refusal, Scope, SpendRequest,
    StopCause, Task, Timestamp,
};
use purser_engine::{BudgetLine, CommandError, Payment, PaymentStatus, Reply, SpendReply, State};
use purser_keys::{Grant, KeysError};
use purser_rails::Delivery;
use purser_rails::x402::{FetchRequest, Quote, QuoteError};
use serde::Serialize;
use std::sync::PoisonError;
use std::time::Duration;

/// How long a request waits for its own payment before it is answered with how it stands.
const SETTLE_WAIT: Duration = Duration::from_secs(25);
/// Longest that an agent can wait for a decision in one call.
const MAX_WAIT: Duration = Duration::from_secs(300);

/// Who asks, with the credential that a door has verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentIdentity {
    /// The agent.
    pub agent: AgentId,
    /// Its credential.
    pub presented: Presented,
}

/// A payment to a payee that the agent names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentAsk {
    /// Whom to pay.
    pub payee: Payee,
    /// How much.
    pub amount: Money,
    /// Merchant category.
    pub category: Option<Category>,
    /// The agent's session.
    pub session: Option<Label>,
    /// The task.
    pub task: Option<Task>,
    /// What is bought, line by line.
    pub line_items: Vec<LineItem>,
    /// Whom it is charged to.
    pub attribution: Attribution,
    /// The agent's reason.
    pub context: Option<Claim>,
    /// Names the intent; derived from the rest when absent.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A URL to fetch, paying for it if it asks for money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchAsk {
    /// What to fetch.
    pub request: FetchRequest,
    /// The most that the agent means to pay; more is refused.
    pub max_amount: Option<Money>,
    /// Merchant category.
    pub category: Option<Category>,
    /// The agent's session.
    pub session: Option<Label>,
    /// The task.
    pub task: Option<Task>,
    /// Whom it is charged to.
    pub attribution: Attribution,
    /// The agent's reason.
    pub context: Option<Claim>,
    /// Names the intent; derived from the rest when absent.
    pub idempotency_key: Option<IdempotencyKey>,
}

/// A payment as its agent may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentState {
    /// All that the engine knows of it.
    pub payment: Payment,
    /// Whether this is the answer to an earlier request with the same key.
    pub repeated: bool,
    /// What a paid fetch returned, when it did.
    pub delivery: Option<Delivery>,
    /// The caps that it counts against as it left them, where they were looked at along with it.
    pub left: Option<BudgetState>,
}

/// What became of a fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchState {
    /// The resource asked for no money.
    Free(Delivery),
    /// It did; this is how the payment stands.
    Paid(Box<PaymentState>),
}

/// An agent's budgets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetState {
    /// Caps and envelopes as of now.
    pub lines: Vec<BudgetLine>,
    /// The budget currency.
    pub currency: purser_domain::Currency,
    /// The cap for one payment.
    pub per_transaction: rust_decimal::Decimal,
    /// Above this a person is asked.
    pub review_above: rust_decimal::Decimal,
}

/// A fresh credential, for the agent's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IssuedCredential {
    /// Its id.
    pub credential: CredentialId,
    /// The token to send along.
    pub token: String,
    /// When it ends, milliseconds since the epoch.
    pub expires_at_ms: Timestamp,
    /// Whether it holds without a signature.
    pub bearer: bool,
}

/// Why an agent did not get what it asked for.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The engine refused.
    #[error("{}", .0.detail().message)]
    Refused(Refusal),
    /// A command did not fit the state.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The log can't be written, or the wallet was locked.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The resource could not be priced.
    #[error(transparent)]
    Quote(#[from] QuoteError),
    /// The merchant asks more than the agent said it would pay.
    #[error("the merchant asks {asked}, more than the {stated} that you said")]
    AboveStated {
        /// What the agent said.
        stated: Money,
        /// What the merchant asked.
        asked: Money,
    },
    /// No such payment of this agent.
    #[error("this agent has no such payment")]
    NoSuchPayment,
    /// A credential could not be made.
    #[error("the credential could not be made: {0}")]
    Keys(#[from] KeysError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// A defect: the engine answered something else than was asked.
    #[error("the wallet could not answer; tell the owner to look at the log")]
    Unexpected,
}

impl Wallet {
    /// Asks to pay a payee that the agent names. Answers when the payment is done, waits for a
    /// person, or has taken longer than a moment.
    ///
    /// # Errors
    /// When it is refused, or the wallet can't decide.
    pub async fn request_payment(
        &self,
        who: &AgentIdentity,
        ask: PaymentAsk,
    ) -> Result<PaymentState, AgentError> {
        faults::reach(Step::Asked);
        let derived = ask.idempotency_key.is_none();
        let mut request = SpendRequest {
            payment: PaymentId::from_random(random::bits(self.now())?),
            agent: who.agent,
            action: Action::Purchase,
            rail: RailId::Sandbox,
            payee: ask.payee,
            amount: ask.amount,
            category: ask.category,
            session: ask.session,
            task: ask.task,
            subject: None,
            context: ask.context,
            line_items: ask.line_items,
            attribution: ask.attribution,
            idempotency_key: placeholder_key()?,
            key_derived: derived,
            terms: None,
        };
        request.idempotency_key = match ask.idempotency_key {
            Some(key) => key,
            None => derived_key(&request.parameters_digest().map_err(|_| AgentError::Unexpected)?)?,
        };
        self.spend(who, request).await
    }

    /// Fetches a URL and pays for it if it asks for money.
    ///
    /// # Errors
    /// When it is refused, the merchant's terms can't be taken, or the wallet can't decide.
    pub async fn fetch_paid(
        &self,
        who: &AgentIdentity,
        ask: FetchAsk,
    ) -> Result<FetchState, AgentError> {
        faults::reach(Step::Asked);
        self.check_caller(who).await?;
        let subject = subject_of(&ask.request);
        let derived = ask.idempotency_key.is_none();
        let key = match &ask.idempotency_key {
            Some(key) => key.clone(),
            None => fetch_key(&ask, &subject)?,
        };
        if let Some(earlier) = self.earlier(who, key.clone(), subject).await? {
            return self.spend(who, earlier).await.map(Box::new).map(FetchState::Paid);
        }
        let (payee, amount, terms) = match self.x402().quote(ask.request).await? {
            Quote::Free(delivery) => return Ok(FetchState::Free(delivery)),
            Quote::Priced { payee, amount, terms, .. } => (payee, amount, terms),
        };
        if let Some(stated) = ask.max_amount {
            self.check_stated(who, stated, amount).await?;
        }
        let request = SpendRequest {
            payment: PaymentId::from_random(random::bits(self.now())?),
            agent: who.agent,
            action: Action::ToolCall,
            rail: RailId::X402,
            payee,
            amount,
            category: ask.category,
            session: ask.session,
            task: ask.task,
            subject: Some(subject),
            context: ask.context,
            line_items: Vec::new(),
            attribution: ask.attribution,
            idempotency_key: key,
            key_derived: derived,
            terms: Some(terms),
        };
        self.spend(who, request).await.map(Box::new).map(FetchState::Paid)
    }

    /// How a payment of this agent stands.
    ///
    /// # Errors
    /// When the agent has no such payment.
    pub async fn payment_state(
        &self,
        who: &AgentIdentity,
        payment: PaymentId,
    ) -> Result<PaymentState, AgentError> {
        self.check_credential(who).await?;
        self.state_of(who.agent, payment, false).await
    }

    /// Waits until a payment of this agent is decided and done, at most `timeout` (and never more
    /// than five minutes), and says how it stands then.
    ///
    /// # Errors
    /// When the agent has no such payment.
    pub async fn wait_for_decision(
        &self,
        who: &AgentIdentity,
        payment: PaymentId,
        timeout: Duration,
    ) -> Result<PaymentState, AgentError> {
        self.check_credential(who).await?;
        self.wait_while(who.agent, payment, timeout.min(MAX_WAIT), is_undecided).await?;
        self.state_of(who.agent, payment, false).await
    }

    /// The agent's budgets as of now.
    ///
    /// # Errors
    /// When the agent is unknown or its credential does not hold.
    pub async fn budget(&self, who: &AgentIdentity) -> Result<BudgetState, AgentError> {
        let (caller, now) = (who.clone(), self.now());
        let found = self.writer.look(move |state| {
            let AgentIdentity { agent, presented } = &caller;
            purser_engine::check_credential(state, *agent, Some(presented), now)?;
            budget_of(state, *agent, now).ok_or(Refusal::AgentUnknown)
        });
        found.await?.map_err(AgentError::Refused)
    }

    /// Calls off a payment of this agent that is not submitted.
    ///
    /// # Errors
    /// When the agent has no such payment, or it is too late.
    pub async fn cancel_payment(
        &self,
        who: &AgentIdentity,
        payment: PaymentId,
    ) -> Result<PaymentState, AgentError> {
        self.check_credential(who).await?;
        self.state_of(who.agent, payment, false).await?;
        let agent = Some(who.agent);
        let command = Command::Cancel { payment, agent, cause: StopCause::Agent };
        if let Reply::Error(error) = self.writer.decide(command).await? {
            return Err(self.why_not(payment, error).await.into());
        }
        self.state_of(who.agent, payment, false).await
    }

    /// Issues a fresh credential to an agent whose key a door has just proved.
    ///
    /// # Errors
    /// When the agent is not in good standing.
    pub async fn issue_credential(
        &self,
        agent: AgentId,
        bearer: bool,
    ) -> Result<IssuedCredential, AgentError> {
        let found = self.writer.look(move |state| {
            let agent = state.agent(agent)?;
            Some((agent.holder_key, agent.policy.credential_minutes, agent.policy.allow_bearer))
        });
        let (holder, minutes, allow_bearer) =
            found.await?.ok_or(AgentError::Refused(Refusal::AgentUnknown))?;
        let issued_at = self.now();
        let expires_at = issued_at.plus_seconds(u64::from(minutes).saturating_mul(60));
        let credential = CredentialId::from_random(random::bits(self.now())?);
        let bearer = bearer && allow_bearer;
        let grant = Grant {
            credential,
            agent,
            holder: *holder.as_bytes(),
            scope: Scope::default(),
            issued_at,
            expires_at,
            bearer,
        };
        let minted = self.mint(&grant)?;
        let command = Command::IssueCredential {
            credential,
            agent,
            scope: Scope::default(),
            expires_at,
            bearer,
            revocation_ids: minted.revocation_ids,
        };
        match self.writer.decide(command).await? {
            Reply::Error(error) => Err(error.into()),
            _ => Ok(IssuedCredential {
                credential,
                token: minted.token,
                expires_at_ms: expires_at,
                bearer,
            }),
        }
    }

    /// Logs that an agent sent something that could not be read as a request.
    ///
    /// # Errors
    /// When the log can't be written.
    pub async fn reject_attempt(
        &self,
        agent: AgentId,
        problem: &str,
        detail: &str,
    ) -> Result<(), AgentError> {
        let command = Command::RejectAttempt {
            agent,
            problem: problem.to_owned(),
            detail: crate::shown::clamped_claim(detail, 512),
        };
        self.writer.decide(command).await?;
        Ok(())
    }

    /// The public key that an agent must sign with; `None` for an agent that the wallet has not.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn holder_key(&self, agent: AgentId) -> Result<Option<Digest>, AgentError> {
        Ok(self.writer.look(move |state| state.agent(agent).map(|a| a.holder_key)).await?)
    }

    fn mint(&self, grant: &Grant) -> Result<purser_keys::Credential, AgentError> {
        let root = self.credentials.lock().unwrap_or_else(PoisonError::into_inner);
        let root = root.as_ref().ok_or(WriteError::Closed)?;
        Ok(purser_keys::mint(root, grant)?)
    }

    async fn spend(
        &self,
        who: &AgentIdentity,
        request: SpendRequest,
    ) -> Result<PaymentState, AgentError> {
        let command =
            Command::Spend { request: Box::new(request), presented: Some(who.presented.clone()) };
        let now = self.now();
        let see = move |state: &State, reply: &Reply| at_rest(state, reply, now);
        let (reply, at_rest) = self.writer.decide_and_see(command, see).await?;
        let (payment, repeated) = match reply {
            Reply::Spend(SpendReply::Refused(refusal)) => {
                return Err(AgentError::Refused(refusal));
            }
            Reply::Spend(SpendReply::Reserved { payment }) => {
                if let Some(state) = at_rest {
                    faults::reach(Step::Reserved);
                    return Ok(state);
                }
                (payment, false)
            }
            Reply::Spend(SpendReply::Repeated { payment }) => (payment, true),
            Reply::Error(error) => return Err(error.into()),
            _ => return Err(AgentError::Unexpected),
        };
        faults::reach(Step::Reserved);
        self.wait_while(who.agent, payment, SETTLE_WAIT, is_moving).await?;
        self.state_of(who.agent, payment, repeated).await
    }

    /// Steps 1 and 2 of the ladder, before the wallet connects anywhere for this agent.
    async fn check_caller(&self, who: &AgentIdentity) -> Result<(), AgentError> {
        let (caller, now) = (who.clone(), self.now());
        let checked = self.writer.look(move |state| {
            purser_engine::check_caller(state, caller.agent, Some(&caller.presented), now)
        });
        let Err(refusal) = checked.await? else { return Ok(()) };
        self.reject_attempt(who.agent, refusal.code(), &refusal.detail().message).await?;
        Err(AgentError::Refused(refusal))
    }

    /// Step 1 only: an agent that is paused or frozen may still look at its own payments.
    pub(crate) async fn check_credential(&self, who: &AgentIdentity) -> Result<(), AgentError> {
        let (caller, now) = (who.clone(), self.now());
        let checked = self.writer.look(move |state| {
            purser_engine::check_credential(state, caller.agent, Some(&caller.presented), now)
        });
        checked.await?.map_err(AgentError::Refused)
    }

    async fn check_stated(
        &self,
        who: &AgentIdentity,
        stated: Money,
        asked: Money,
    ) -> Result<(), AgentError> {
        let (policy, now) = (self.writer.look(|state| state.policy().clone()).await?, self.now());
        let worth = |money: Money| purser_engine::worth(&policy, money, now);
        let within = match (worth(stated), worth(asked)) {
            (Some(stated), Some(asked)) => asked <= stated,
            _ => stated.currency() == asked.currency() && asked.amount() <= stated.amount(),
        };
        if within {
            return Ok(());
        }
        let error = AgentError::AboveStated { stated, asked };
        self.reject_attempt(who.agent, "above_stated", &error.to_string()).await?;
        Err(error)
    }

    /// The request that an earlier fetch with this key made, under a new payment id, so that the
    /// engine answers it as a repetition without asking the merchant again.
    async fn earlier(
        &self,
        who: &AgentIdentity,
        key: IdempotencyKey,
        subject: Digest,
    ) -> Result<Option<SpendRequest>, AgentError> {
        let (agent, now) = (who.agent, self.now());
        let look = self.writer.look(move |state| state.payment_for_key(agent, &key, now));
        let Some(earlier) = look.await? else { return Ok(None) };
        let Some(found) = self.payment(earlier).await? else { return Ok(None) };
        let mut request = found.reservation.request;
        if request.subject != Some(subject) {
            return Ok(None);
        }
        request.payment = PaymentId::from_random(random::bits(self.now())?);
        Ok(Some(request))
    }
}

/// A payment that was just reserved and waits for people: nothing more is to be waited for, and
/// nothing was delivered.
fn at_rest(state: &State, reply: &Reply, now: Timestamp) -> Option<PaymentState> {
    let Reply::Spend(SpendReply::Reserved { payment }) = reply else { return None };
    let payment = state.payment(*payment).filter(|payment| !is_moving(&payment.status))?.clone();
    let lines = state.caps_for(&payment.reservation.request, now);
    let left = budget_with(state, payment.agent(), lines);
    Some(PaymentState { payment, repeated: false, delivery: None, left })
}

fn budget_of(state: &State, agent: AgentId, now: Timestamp) -> Option<BudgetState> {
    budget_with(state, agent, state.budgets(agent, now))
}

fn budget_with(state: &State, agent: AgentId, lines: Vec<BudgetLine>) -> Option<BudgetState> {
    let policy = &state.agent(agent)?.policy;
    let alone = state.policy().tiers.envelope_up_to;
    Some(BudgetState {
        lines,
        currency: state.policy().currency,
        per_transaction: policy.per_transaction,
        review_above: policy.review_above.map_or(alone, |above| above.min(alone)),
    })
}

/// On its way without anybody being asked: worth a moment's wait.
const fn is_moving(status: &PaymentStatus) -> bool {
    matches!(status, PaymentStatus::Approved | PaymentStatus::Submitted { .. })
}

const fn is_undecided(status: &PaymentStatus) -> bool {
    is_moving(status)
        || matches!(status, PaymentStatus::PendingApproval | PaymentStatus::Unknown { .. })
}

fn placeholder_key() -> Result<IdempotencyKey, AgentError> {
    IdempotencyKey::new("-").map_err(|_| AgentError::Unexpected)
}

fn derived_key(digest: &Digest) -> Result<IdempotencyKey, AgentError> {
    IdempotencyKey::new(&format!("derived:{digest}")).map_err(|_| AgentError::Unexpected)
}

/// What a fetch buys: its method, URL and body.
fn subject_of(request: &FetchRequest) -> Digest {
    let body = Digest::of_bytes(&request.body);
    Digest::of_bytes(format!("{}\n{}\n{body}", request.method, request.url).as_bytes())
}

fn fetch_key(ask: &FetchAsk, subject: &Digest) -> Result<IdempotencyKey, AgentError> {
    let session = ask.session.as_ref().map_or("", Label::as_str);
    let task = ask.task.as_ref().map_or("", |task| task.id.as_str());
    derived_key(&Digest::of_bytes(format!("fetch\n{session}\n{task}\n{subject}").as_bytes()))
}
