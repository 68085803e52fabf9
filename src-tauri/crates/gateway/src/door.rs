//! The agents' door: all that an agent can ask for.
//!
//! Guarantees (I1): nothing here approves, declines, loosens, resumes or unfreezes; there is no
//! operation that reads a secret. [`crate::LocalDoor`] asks the wallet of this process,
//! [`crate::RemoteDoor`] one that runs beside it.

use crate::answer::{BudgetAnswer, FetchAnswer, PaymentAnswer};
use crate::answer_sharing::{DelegationAnswer, DelegationsAnswer, SessionAnswer, SessionsAnswer};
use crate::dto::{FetchRequest, PaymentRef, PaymentRequest, WaitRequest};
use crate::dto_sharing::{AllocationRequest, DelegationRequest, SessionRef, SessionRequest};
use crate::problem::Problem;
use async_trait::async_trait;
use serde_json::Value;

/// What an agent wanted, for requests that can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// [`AgentDoor::request_payment`].
    RequestPayment,
    /// [`AgentDoor::fetch_paid`].
    FetchPaid,
    /// Anything that spends nothing.
    Other,
}

/// All that an agent can ask for.
#[async_trait]
pub trait AgentDoor: Send + Sync {
    /// Asks to pay a payee.
    async fn request_payment(&self, ask: PaymentRequest) -> Result<PaymentAnswer, Problem>;

    /// Fetches a URL and pays for it if it asks for money.
    async fn fetch_paid(&self, ask: FetchRequest) -> Result<FetchAnswer, Problem>;

    /// How a payment stands.
    async fn get_payment(&self, ask: PaymentRef) -> Result<PaymentAnswer, Problem>;

    /// Waits until a payment is decided and done.
    async fn wait_for_decision(&self, ask: WaitRequest) -> Result<PaymentAnswer, Problem>;

    /// The agent's budgets.
    async fn get_budget(&self) -> Result<BudgetAnswer, Problem>;

    /// Calls off a payment that is not submitted.
    async fn cancel_payment(&self, ask: PaymentRef) -> Result<PaymentAnswer, Problem>;

    /// Opens a session for itself or for a sub-agent.
    async fn open_session(&self, ask: SessionRequest) -> Result<SessionAnswer, Problem>;

    /// Closes a session of its own or of a sub-agent.
    async fn close_session(&self, ask: SessionRef) -> Result<SessionAnswer, Problem>;

    /// The agent's sessions.
    async fn get_sessions(&self) -> Result<SessionsAnswer, Problem>;

    /// Hands part of its budget to a new sub-agent.
    async fn delegate_budget(&self, ask: DelegationRequest) -> Result<DelegationAnswer, Problem>;

    /// Changes or takes back what a sub-agent holds.
    async fn change_delegation(&self, ask: AllocationRequest) -> Result<DelegationAnswer, Problem>;

    /// The agent's sub-agents.
    async fn get_delegations(&self) -> Result<DelegationsAnswer, Problem>;

    /// Has an attempt logged that could not be read (I9), and says what to answer: as a rule the
    /// problem, or what the wallet makes of it after all.
    async fn unreadable(
        &self,
        operation: Operation,
        sent: Value,
        problem: Problem,
    ) -> Result<Value, Problem>;
}
