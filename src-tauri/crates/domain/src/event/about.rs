//! What an event is about.

use super::{Event, StopCause};
use crate::id::{AgentId, PaymentId};

impl Event {
    /// The kinds that set a policy: the wallet's or an agent's.
    pub const POLICY_KINDS: [&'static str; 4] =
        ["wallet_created", "wallet_policy_set", "agent_added", "agent_policy_set"];

    /// The type's name, as in the JSON.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::WalletCreated { .. } => "wallet_created",
            Self::WalletPolicySet { .. } => "wallet_policy_set",
            Self::WalletFrozen { .. } => "wallet_frozen",
            Self::WalletUnfrozen => "wallet_unfrozen",
            Self::AgentAdded { .. } => "agent_added",
            Self::AgentPolicySet { .. } => "agent_policy_set",
            Self::AllocationSet { .. } => "allocation_set",
            Self::AgentAskRefused { .. } => "agent_ask_refused",
            Self::SessionOpened { .. } => "session_opened",
            Self::SessionClosed { .. } => "session_closed",
            Self::BreakerTripped { .. } => "breaker_tripped",
            Self::BudgetReached { .. } => "budget_reached",
            Self::AttemptsRefused { .. } => "attempts_refused",
            Self::AgentPaused { .. } => "agent_paused",
            Self::AgentResumed { .. } => "agent_resumed",
            Self::AgentRevoked { .. } => "agent_revoked",
            Self::CredentialIssued { .. } => "credential_issued",
            Self::CredentialRevoked { .. } => "credential_revoked",
            Self::AttemptRejected { .. } => "attempt_rejected",
            Self::SpendRefused { .. } => "spend_refused",
            Self::SpendRepeated { .. } => "spend_repeated",
            Self::SpendReserved { .. } => "spend_reserved",
            Self::ApprovalGiven { .. } => "approval_given",
            Self::PaymentStopped { .. } => "payment_stopped",
            Self::PaymentSubmitted { .. } => "payment_submitted",
            Self::PaymentSucceeded { .. } => "payment_succeeded",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::PaymentUnknown { .. } => "payment_unknown",
            Self::PaymentJudged { .. } => "payment_judged",
        }
    }

    /// The agent that it names itself. Later events of a payment name only the payment, whose first
    /// one names the agent. What this says of a kind is part of the log's format: a new kind is
    /// added here before the first of it is written.
    #[must_use]
    pub fn agent(&self) -> Option<AgentId> {
        match self {
            Self::AgentAdded { agent, .. }
            | Self::AllocationSet { agent, .. }
            | Self::AgentAskRefused { agent, .. }
            | Self::SessionOpened { agent, .. }
            | Self::SessionClosed { agent, .. }
            | Self::AgentPolicySet { agent, .. }
            | Self::BreakerTripped { agent, .. }
            | Self::AgentPaused { agent, .. }
            | Self::AgentResumed { agent }
            | Self::AgentRevoked { agent, .. }
            | Self::CredentialIssued { agent, .. }
            | Self::AttemptRejected { agent, .. }
            | Self::AttemptsRefused { agent, .. } => Some(*agent),
            Self::BudgetReached { agent, .. } | Self::SpendRepeated { agent, .. } => *agent,
            Self::SpendRefused { request, .. } => Some(request.agent),
            Self::SpendReserved { reservation } => Some(reservation.request.agent),
            Self::WalletCreated { .. }
            | Self::WalletPolicySet { .. }
            | Self::WalletFrozen { .. }
            | Self::WalletUnfrozen
            | Self::CredentialRevoked { .. }
            | Self::ApprovalGiven { .. }
            | Self::PaymentStopped { .. }
            | Self::PaymentSubmitted { .. }
            | Self::PaymentSucceeded { .. }
            | Self::PaymentFailed { .. }
            | Self::PaymentUnknown { .. }
            | Self::PaymentJudged { .. } => None,
        }
    }

    /// The payment it is about, if about one.
    #[must_use]
    pub fn payment(&self) -> Option<PaymentId> {
        match self {
            Self::SpendRefused { request, .. } => Some(request.payment),
            Self::SpendReserved { reservation } => Some(reservation.request.payment),
            Self::SpendRepeated { payment, .. }
            | Self::ApprovalGiven { payment, .. }
            | Self::PaymentStopped { payment, .. }
            | Self::PaymentSubmitted { payment, .. }
            | Self::PaymentSucceeded { payment, .. }
            | Self::PaymentFailed { payment, .. }
            | Self::PaymentUnknown { payment, .. }
            | Self::PaymentJudged { payment, .. } => Some(*payment),
            _ => None,
        }
    }

    /// The payments that a stop of many called off together, in order, and why. Others end each by
    /// an event of its own.
    #[must_use]
    pub fn stop(&self) -> Option<(&[PaymentId], StopCause)> {
        match self {
            Self::WalletFrozen { canceled } => Some((canceled, StopCause::Frozen)),
            Self::AgentPaused { canceled, .. } => Some((canceled, StopCause::Paused)),
            Self::AgentRevoked { canceled, .. } => Some((canceled, StopCause::Revoked)),
            Self::BreakerTripped { canceled, .. } => Some((canceled, StopCause::Breaker)),
            Self::WalletCreated { .. }
            | Self::WalletPolicySet { .. }
            | Self::WalletUnfrozen
            | Self::AgentAdded { .. }
            | Self::AgentPolicySet { .. }
            | Self::AllocationSet { .. }
            | Self::AgentAskRefused { .. }
            | Self::SessionOpened { .. }
            | Self::SessionClosed { .. }
            | Self::BudgetReached { .. }
            | Self::AttemptsRefused { .. }
            | Self::AgentResumed { .. }
            | Self::CredentialIssued { .. }
            | Self::CredentialRevoked { .. }
            | Self::AttemptRejected { .. }
            | Self::SpendRefused { .. }
            | Self::SpendRepeated { .. }
            | Self::SpendReserved { .. }
            | Self::ApprovalGiven { .. }
            | Self::PaymentStopped { .. }
            | Self::PaymentSubmitted { .. }
            | Self::PaymentSucceeded { .. }
            | Self::PaymentFailed { .. }
            | Self::PaymentUnknown { .. }
            | Self::PaymentJudged { .. } => None,
        }
    }

    /// The payments that a stop of many called off together; none for every other event.
    #[must_use]
    pub fn called_off(&self) -> &[PaymentId] {
        self.stop().map_or(&[], |(canceled, _)| canceled)
    }
}
