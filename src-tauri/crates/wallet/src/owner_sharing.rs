//! Sessions, allocations and credentials, as the owner decides about them.

use crate::agents::AgentError;
use crate::owner::OwnerError;
use crate::sharing::SessionAsk;
use crate::shown;
use crate::wallet::Wallet;
use purser_domain::{AgentId, Allocation, Command, CredentialId, Label, SessionActor, Timestamp};
use serde::Serialize;

/// A session that the owner opened. The ceiling is a decimal string in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenedSession {
    /// Its name, which the agent's payments must give.
    pub session: Label,
    /// Who spends in it.
    pub agent: AgentId,
    /// Most.
    pub ceiling: String,
    /// When it ends by itself.
    pub ends_at_ms: Timestamp,
}

impl Wallet {
    /// Opens a session for an agent; the agent that `ask` names is not looked at.
    ///
    /// # Errors
    /// When the agent is unknown or revoked, has too many open, or the ceiling or the time can't
    /// be.
    pub async fn open_session_for(
        &self,
        agent: AgentId,
        ask: SessionAsk,
    ) -> Result<OpenedSession, OwnerError> {
        let opened = self.open_session_by((agent, SessionActor::Owner), None, ask).await;
        let opened = opened.map_err(|error| match error {
            AgentError::Command(error) => OwnerError::Command(error),
            AgentError::Write(error) => OwnerError::Write(error),
            _ => OwnerError::Unexpected,
        })?;
        Ok(OpenedSession {
            session: opened.session,
            agent,
            ceiling: shown::decimal(opened.ceiling),
            ends_at_ms: opened.ends_at,
        })
    }

    /// Closes a session of an agent, and calls off what waits in it.
    ///
    /// # Errors
    /// When the agent has no such session that is open.
    pub async fn close_session_of(&self, agent: AgentId, session: Label) -> Result<(), OwnerError> {
        let (by, presented) = (SessionActor::Owner, None);
        self.done(Command::CloseSession { agent, session, by, presented }).await
    }

    /// Sets what a sub-agent holds of its parent's budget; `None` takes it back.
    ///
    /// # Errors
    /// When it is no sub-agent, or the agent above has not that much left.
    pub async fn set_allocation_of(
        &self,
        agent: AgentId,
        allocation: Option<Allocation>,
    ) -> Result<(), OwnerError> {
        self.done(Command::SetAllocation { agent, by: None, allocation }).await
    }

    /// Revokes one credential; the agent may ask for another.
    ///
    /// # Errors
    /// When the wallet knows no such credential.
    pub async fn revoke_credential(&self, credential: CredentialId) -> Result<(), OwnerError> {
        self.done(Command::RevokeCredential(credential)).await
    }
}
