//! The door to the wallet of this process, for one agent that has proved who it is.

use crate::answer::{BudgetAnswer, FetchAnswer, PaymentAnswer};
use crate::answer_sharing::{DelegationAnswer, DelegationsAnswer, SessionAnswer, SessionsAnswer};
use crate::convert;
use crate::convert_sharing;
use crate::door::{AgentDoor, Operation};
use crate::dto::{FetchRequest, MAX_WAIT_S, PaymentRef, PaymentRequest, WaitRequest};
use crate::dto_sharing::{AllocationRequest, DelegationRequest, SessionRef, SessionRequest};
use crate::minute::Counts;
use crate::problem::Problem;
use crate::shown;
use crate::shown_sharing;
use async_trait::async_trait;
use purser_wallet::{AgentError, AgentIdentity, BudgetState, Host, PaymentState, Wallet};
use serde_json::Value;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The door to the wallet of this process.
#[derive(Clone)]
pub struct LocalDoor {
    host: Host,
    identity: AgentIdentity,
    counts: Arc<Counts>,
}

impl LocalDoor {
    /// The door for an agent whose credential was verified.
    #[must_use]
    pub fn new(host: Host, identity: AgentIdentity) -> Self {
        Self::counting(host, identity, Arc::new(Counts::new()))
    }

    pub(crate) const fn counting(host: Host, identity: AgentIdentity, counts: Arc<Counts>) -> Self {
        Self { host, identity, counts }
    }

    fn wallet(&self) -> Result<Arc<Wallet>, Problem> {
        Ok(self.host.wallet()?)
    }

    /// Has a request logged that comes to nothing. Says what to answer: the problem itself, unless
    /// the log can't be written or the agent sends too many of them.
    pub(crate) async fn reject(&self, problem: Problem) -> Problem {
        match self.logged(&problem).await {
            Ok(()) => problem,
            Err(other) => other,
        }
    }

    async fn logged(&self, problem: &Problem) -> Result<(), Problem> {
        let wallet = self.wallet()?;
        let (agent, now) = (self.identity.agent, wallet.now());
        let room = self.counts.unreadable.take(agent, now);
        // The engine has many of them counted together, so that they don't fill the log.
        wallet.reject_attempt(agent, &problem.code, &problem.detail).await?;
        if room { Ok(()) } else { Err(self.counts.unreadable.problem(now)) }
    }

    async fn readable<T>(&self, read: Result<T, Problem>) -> Result<T, Problem> {
        match read {
            Ok(read) => Ok(read),
            Err(problem) => Err(self.reject(problem).await),
        }
    }

    /// What comes first: the answer, or the end of the wallet. Who waits learns of a lock at once.
    async fn unless_locked<T>(
        wallet: &Wallet,
        answer: impl Future<Output = Result<T, AgentError>>,
    ) -> Result<T, Refused> {
        tokio::select! {
            biased;
            answer = answer => Ok(answer?),
            () = wallet.ended() => Err(Refused::Other(Problem::wallet_locked())),
        }
    }

    /// For the metering of an answer, which is a courtesy: without it the answer still stands.
    async fn left(&self, wallet: &Wallet) -> Option<BudgetState> {
        wallet.budget(&self.identity).await.ok()
    }

    /// A payment with its metering.
    async fn metered(&self, wallet: &Wallet, mut state: PaymentState) -> PaymentAnswer {
        let left = match state.left.take() {
            Some(left) => Some(left),
            None => self.left(wallet).await,
        };
        shown::payment(state, left.as_ref())
    }
}

/// Why there is no answer, by who logs it.
enum Refused {
    /// A fetch that could not be priced.
    Unpriced(Problem),
    /// Anything else.
    Other(Problem),
}

impl From<AgentError> for Refused {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::Quote(_) => Self::Unpriced(error.into()),
            _ => Self::Other(error.into()),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unpriced(problem) | Refused::Other(problem) => problem,
        }
    }
}

#[async_trait]
impl AgentDoor for LocalDoor {
    async fn request_payment(&self, ask: PaymentRequest) -> Result<PaymentAnswer, Problem> {
        let wallet = self.wallet()?;
        let ask = self.readable(convert::payment_ask(ask)).await?;
        let state =
            Self::unless_locked(&wallet, wallet.request_payment(&self.identity, ask)).await?;
        Ok(self.metered(&wallet, state).await)
    }

    async fn fetch_paid(&self, ask: FetchRequest) -> Result<FetchAnswer, Problem> {
        let wallet = self.wallet()?;
        let now = wallet.now();
        if !self.counts.fetches.take(self.identity.agent, now) {
            let problem = self.counts.fetches.problem(now);
            wallet.reject_attempt(self.identity.agent, &problem.code, &problem.detail).await?;
            return Err(problem);
        }
        let ask = self.readable(convert::fetch_ask(ask)).await?;
        let fetched = Self::unless_locked(&wallet, wallet.fetch_paid(&self.identity, ask)).await;
        let state = match fetched {
            // What has no price never reaches the engine, which logs the rest.
            Err(Refused::Unpriced(problem)) => return Err(self.reject(problem).await),
            Err(Refused::Other(problem)) => return Err(problem),
            Ok(state) => state,
        };
        Ok(shown::fetch(state, self.left(&wallet).await.as_ref()))
    }

    async fn get_payment(&self, ask: PaymentRef) -> Result<PaymentAnswer, Problem> {
        let wallet = self.wallet()?;
        let payment = convert::payment_id(&ask.payment)?;
        let state = wallet.payment_state(&self.identity, payment).await?;
        Ok(shown::payment(state, None))
    }

    async fn wait_for_decision(&self, ask: WaitRequest) -> Result<PaymentAnswer, Problem> {
        let wallet = self.wallet()?;
        let payment = convert::payment_id(&ask.payment)?;
        if ask.timeout_s > MAX_WAIT_S {
            let most = format!("at most {MAX_WAIT_S} seconds; call again to wait on");
            return Err(Problem::field("timeout_s", most));
        }
        let timeout = Duration::from_secs(u64::from(ask.timeout_s));
        let waited = wallet.wait_for_decision(&self.identity, payment, timeout);
        let state = Self::unless_locked(&wallet, waited).await?;
        Ok(self.metered(&wallet, state).await)
    }

    async fn get_budget(&self) -> Result<BudgetAnswer, Problem> {
        Ok(shown::budget(&self.wallet()?.budget(&self.identity).await?))
    }

    async fn cancel_payment(&self, ask: PaymentRef) -> Result<PaymentAnswer, Problem> {
        let wallet = self.wallet()?;
        let payment = convert::payment_id(&ask.payment)?;
        let state = wallet.cancel_payment(&self.identity, payment).await?;
        Ok(shown::payment(state, None))
    }

    async fn open_session(&self, ask: SessionRequest) -> Result<SessionAnswer, Problem> {
        let wallet = self.wallet()?;
        let ask = self.readable(convert_sharing::session_ask(ask)).await?;
        Ok(shown_sharing::session(&wallet.open_session(&self.identity, ask).await?))
    }

    async fn close_session(&self, ask: SessionRef) -> Result<SessionAnswer, Problem> {
        let wallet = self.wallet()?;
        let (agent, session) = self.readable(convert_sharing::session_ref(&ask)).await?;
        let closed = wallet.close_session(&self.identity, agent, session).await?;
        Ok(shown_sharing::session(&closed))
    }

    async fn get_sessions(&self) -> Result<SessionsAnswer, Problem> {
        let sessions = self.wallet()?.sessions(&self.identity).await?;
        Ok(SessionsAnswer { sessions: sessions.iter().map(shown_sharing::session).collect() })
    }

    async fn delegate_budget(&self, ask: DelegationRequest) -> Result<DelegationAnswer, Problem> {
        let wallet = self.wallet()?;
        let ask = self.readable(convert_sharing::delegation_ask(ask)).await?;
        Ok(shown_sharing::delegation(&wallet.delegate(&self.identity, ask).await?))
    }

    async fn change_delegation(&self, ask: AllocationRequest) -> Result<DelegationAnswer, Problem> {
        let wallet = self.wallet()?;
        let (child, allocation) = self.readable(convert_sharing::allocation_ask(&ask)).await?;
        let changed = wallet.set_allocation(&self.identity, child, allocation).await?;
        Ok(shown_sharing::delegation(&changed))
    }

    async fn get_delegations(&self) -> Result<DelegationsAnswer, Problem> {
        Ok(shown_sharing::delegations(&self.wallet()?.delegations(&self.identity).await?))
    }

    async fn unreadable(&self, _: Operation, _: Value, problem: Problem) -> Result<Value, Problem> {
        Err(self.reject(problem).await)
    }
}
