//! Why a request was refused: one variant for each cause, in the order of the ladder. Each has a
//! stable code, the limit, the observed value and what to do.

use crate::event::BreakerCause;
use crate::id::{AgentId, PaymentId};
use crate::money::Currency;
use crate::policy::{Interval, Window};
use crate::request::{Action, Label, RailId};
use crate::signal::SignalCode;
use crate::time::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A refusal as agents, the log and the window see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusalDetail {
    /// Stable code.
    pub code: String,
    /// What happened, one sentence.
    pub message: String,
    /// The limit, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// The value that was held against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// What to do, one sentence.
    pub what_to_do: String,
}

/// Why a request was refused. Amounts are in the budget currency unless they say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Step 1: the wallet issued no such credential.
    CredentialUnknown,
    /// Step 1: the credential's time is over.
    CredentialExpired {
        /// When it ended.
        expired_at_ms: Timestamp,
    },
    /// Step 1: the credential was revoked.
    CredentialRevoked,
    /// Step 1: the request is not signed by the key the credential is bound to.
    HolderProofMissing,
    /// Step 2: no agent of this wallet.
    AgentUnknown,
    /// Step 2: the owner revoked the agent.
    AgentRevoked,
    /// Step 2: the agent is paused.
    AgentPaused,
    /// Step 2: everything is frozen.
    WalletFrozen,
    /// Step 2: an agent that it has its budget from is paused or revoked.
    AncestorStopped {
        /// Which.
        ancestor: AgentId,
    },
    /// Step 3: too many attempts in a minute.
    RateLimited {
        /// Attempts allowed in a minute.
        limit: u32,
        /// Seconds until the next attempt can pass.
        retry_after_s: u32,
    },
    /// Step 4: the key was used for another purchase.
    IdempotencyConflict {
        /// The payment that the key belongs to.
        payment: PaymentId,
    },
    /// Step 5: the payee is not on the allow list of the policy or the credential.
    PayeeNotAllowed,
    /// Step 5: the payee is blocked.
    PayeeBlocked,
    /// Step 5: the category is not allowed, or none was given where only some are allowed.
    CategoryNotAllowed,
    /// Step 5: the category is blocked.
    CategoryBlocked,
    /// Step 5: the rail is not allowed.
    RailNotAllowed {
        /// The rail.
        rail: RailId,
    },
    /// Step 5: the kind of spending is not allowed.
    ActionNotAllowed {
        /// The kind.
        action: Action,
    },
    /// Step 5: the currency is not allowed.
    CurrencyNotAllowed {
        /// The currency.
        currency: Currency,
    },
    /// Step 5: the task is not one of the credential's.
    TaskNotAllowed,
    /// Step 5: outside the credential's hours.
    OutsideTimeWindow,
    /// Step 5: above the credential's own cap for one payment.
    CredentialCap {
        /// The cap.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// The request's worth.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 5: the agent may pay only in a session that was opened for it.
    SessionRequired,
    /// Step 5: the agent has no such session.
    SessionUnknown,
    /// Step 5: the session is over.
    SessionOver,
    /// Step 5: a line item has no unit or too many, or a price that is none, or there are too many.
    LineItemsInvalid,
    /// Step 5: the line items do not add up to the amount. Both in the payment's currency.
    LineItemsSum {
        /// The amount.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// Their sum.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 5: a condition of the policy refuses such a price.
    ConditionDenied {
        /// Its name.
        condition: Label,
        /// The highest price of a unit.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// The price of the unit.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 6: above the hard cap for one payment.
    PerTransactionCap {
        /// The cap.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// The request's worth.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 6: the session would pass its hard cap.
    SessionCap {
        /// The cap.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What the session would have spent and reserved.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 6: the day would pass its hard cap.
    DailyCap {
        /// The cap.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What the day would have spent and reserved.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
        /// When the next day begins for the owner.
        resets_at_ms: Timestamp,
    },
    /// Step 7: an envelope would pass its limit.
    EnvelopeLimit {
        /// Which envelope of the agent's policy, from 0.
        envelope: u32,
        /// Its interval.
        interval: Interval,
        /// How its time is cut.
        window: Window,
        /// The limit.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What it would have spent and reserved.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 7: an envelope of the whole wallet would pass its limit.
    WalletLimit {
        /// What it counts, in words.
        budget: String,
        /// The limit.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What it would have spent and reserved.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 8: the agent's allocation, or that of an agent above it, would be passed.
    AllocationLimit {
        /// Whose allocation.
        holder: AgentId,
        /// The allocation.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What would have been spent, reserved and held for its sub-agents.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 8: a cap or an envelope of an agent above it would be passed.
    AncestorLimit {
        /// Whose.
        ancestor: AgentId,
        /// What it counts, in words.
        budget: String,
        /// The limit.
        #[serde(with = "rust_decimal::serde::str")]
        limit: Decimal,
        /// What it would have spent and reserved.
        #[serde(with = "rust_decimal::serde::str")]
        observed: Decimal,
    },
    /// Step 8: the allocation was taken back.
    AllocationTakenBack,
    /// Step 9: a circuit breaker tripped; the agent is paused until the owner resumes it.
    BreakerTripped {
        /// Why.
        cause: BreakerCause,
    },
    /// Step 10: something is unusual that the owner wants refused.
    SignalDenied {
        /// What.
        signal: SignalCode,
    },
    /// Delegation: the agent may not hand on its budget.
    DelegationNotAllowed,
    /// Delegation: the credential was shortened or handed over, or came without the agent's key.
    OwnCredentialNeeded,
    /// Delegation: the chain of sub-agents would be too deep.
    DelegationTooDeep {
        /// The deepest that is allowed.
        limit: u32,
    },
    /// Delegation: too many sub-agents.
    TooManySubAgents {
        /// The most that are allowed.
        limit: u32,
    },
    /// Delegation: the sub-agent's policy would be wider than its parent's.
    WiderThanParent {
        /// The first field that is.
        field: String,
    },
    /// Delegation: the sub-agent's name, policy or allocation can't be taken.
    DelegationInvalid {
        /// Why, in words.
        reason: String,
    },
    /// Delegation, sessions: the other agent is no sub-agent of this one.
    NotASubAgent,
    /// Sessions: only its parent or the owner may open one for this agent.
    SessionNotAllowed,
    /// Sessions: too many were opened today, or are open.
    TooManySessions {
        /// The most that are allowed.
        limit: u32,
    },
    /// Sessions: the ceiling, the end or the name can't be taken.
    SessionInvalid {
        /// Why, in words.
        reason: String,
    },
    /// Before step 1: the request could not be taken as one to spend. Stands only in entries that
    /// count many.
    AttemptRejected {
        /// A stable code.
        problem: String,
    },
    /// An error inside a step. Errors deny.
    Internal {
        /// Where, for the log.
        step: String,
    },
}

impl Refusal {
    /// The stable code, as it stands in entries and answers.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CredentialUnknown => "credential_unknown",
            Self::CredentialExpired { .. } => "credential_expired",
            Self::CredentialRevoked => "credential_revoked",
            Self::HolderProofMissing => "holder_proof_missing",
            Self::AgentUnknown => "agent_unknown",
            Self::AgentRevoked => "agent_revoked",
            Self::AgentPaused => "agent_paused",
            Self::WalletFrozen => "wallet_frozen",
            Self::AncestorStopped { .. } => "ancestor_stopped",
            Self::RateLimited { .. } => "rate_limited",
            Self::IdempotencyConflict { .. } => "idempotency_conflict",
            Self::PayeeNotAllowed => "payee_not_allowed",
            Self::PayeeBlocked => "payee_blocked",
            Self::CategoryNotAllowed => "category_not_allowed",
            Self::CategoryBlocked => "category_blocked",
            Self::RailNotAllowed { .. } => "rail_not_allowed",
            Self::ActionNotAllowed { .. } => "action_not_allowed",
            Self::CurrencyNotAllowed { .. } => "currency_not_allowed",
            Self::TaskNotAllowed => "task_not_allowed",
            Self::OutsideTimeWindow => "outside_time_window",
            Self::CredentialCap { .. } => "credential_cap",
            Self::PerTransactionCap { .. } => "per_transaction_cap",
            Self::SessionCap { .. } => "session_cap",
            Self::DailyCap { .. } => "daily_cap",
            Self::EnvelopeLimit { .. } => "envelope_limit",
            Self::SessionRequired => "session_required",
            Self::SessionUnknown => "session_unknown",
            Self::SessionOver => "session_over",
            Self::LineItemsInvalid => "line_items_invalid",
            Self::LineItemsSum { .. } => "line_items_sum",
            Self::ConditionDenied { .. } => "condition_denied",
            Self::WalletLimit { .. } => "wallet_limit",
            Self::AllocationLimit { .. } => "allocation_limit",
            Self::AncestorLimit { .. } => "ancestor_limit",
            Self::AllocationTakenBack => "allocation_taken_back",
            Self::BreakerTripped { .. } => "breaker_tripped",
            Self::SignalDenied { .. } => "signal_denied",
            Self::DelegationNotAllowed => "delegation_not_allowed",
            Self::OwnCredentialNeeded => "own_credential_needed",
            Self::DelegationTooDeep { .. } => "delegation_too_deep",
            Self::TooManySubAgents { .. } => "too_many_sub_agents",
            Self::WiderThanParent { .. } => "wider_than_parent",
            Self::DelegationInvalid { .. } => "delegation_invalid",
            Self::NotASubAgent => "not_a_sub_agent",
            Self::SessionNotAllowed => "session_not_allowed",
            Self::TooManySessions { .. } => "too_many_sessions",
            Self::SessionInvalid { .. } => "session_invalid",
            Self::AttemptRejected { .. } => "attempt_rejected",
            Self::Internal { .. } => "internal",
        }
    }

    /// The limit and the observed value, as decimal strings, where the cause has them.
    #[must_use]
    pub fn limit_and_observed(&self) -> Option<(String, String)> {
        match self {
            Self::CredentialCap { limit, observed }
            | Self::PerTransactionCap { limit, observed }
            | Self::SessionCap { limit, observed }
            | Self::DailyCap { limit, observed, .. }
            | Self::EnvelopeLimit { limit, observed, .. }
            | Self::LineItemsSum { limit, observed }
            | Self::ConditionDenied { limit, observed, .. }
            | Self::WalletLimit { limit, observed, .. }
            | Self::AllocationLimit { limit, observed, .. }
            | Self::AncestorLimit { limit, observed, .. } => {
                Some((limit.normalize().to_string(), observed.normalize().to_string()))
            }
            Self::RateLimited { limit, .. } => {
                Some((format!("{limit} a minute"), format!("more than {limit}")))
            }
            Self::DelegationTooDeep { limit }
            | Self::TooManySubAgents { limit }
            | Self::TooManySessions { limit } => {
                Some((limit.to_string(), limit.saturating_add(1).to_string()))
            }
            Self::BreakerTripped { cause } => Some(cause.limit_and_observed()),
            _ => None,
        }
    }

    /// The refusal in words.
    #[must_use]
    pub fn detail(&self) -> RefusalDetail {
        let (message, what_to_do) = self.words();
        let (limit, observed) = self.limit_and_observed().unzip();
        RefusalDetail {
            code: self.code().to_owned(),
            message,
            limit,
            observed,
            what_to_do: what_to_do.to_owned(),
        }
    }

    fn words(&self) -> (String, &'static str) {
        let words = self.identity_words().or_else(|| self.scope_words());
        let words = words.or_else(|| self.delegation_words()).or_else(|| self.session_words());
        words.unwrap_or_else(|| self.budget_words())
    }

    fn identity_words(&self) -> Option<(String, &'static str)> {
        let (message, what_to_do) = match self {
            Self::CredentialUnknown => (
                "this wallet did not issue the credential",
                "renew the credential, or ask the owner to add the agent again",
            ),
            Self::CredentialExpired { .. } => {
                ("the credential has expired", "renew the credential and send the request again")
            }
            Self::CredentialRevoked => (
                "the credential was revoked",
                "stop paying; only the owner can give a new credential",
            ),
            Self::HolderProofMissing => (
                "the request is not signed by the agent's key",
                "sign the request as RFC 9421 says, or use `purser mcp`, which signs",
            ),
            Self::AgentUnknown => {
                ("the wallet has no such agent", "ask the owner to add the agent")
            }
            Self::AgentRevoked => {
                ("the owner revoked this agent", "stop; this agent can't pay any more")
            }
            Self::AgentPaused => {
                ("the owner paused this agent", "wait until the owner resumes the agent")
            }
            Self::WalletFrozen => {
                ("the owner froze all spending", "wait until the owner unfreezes the wallet")
            }
            Self::AncestorStopped { .. } => (
                "an agent that this one has its budget from is paused or revoked",
                "report to whoever gave you the task; only the owner can let it go on",
            ),
            Self::AttemptRejected { .. } => {
                ("the request could not be taken", "correct the request and send it again")
            }
            Self::RateLimited { .. } => {
                ("too many attempts in a minute", "wait `retry_after_s` seconds and try again")
            }
            Self::IdempotencyConflict { .. } => (
                "the idempotency key was used for another purchase",
                "use a new key for a new purchase, or repeat the first one unchanged",
            ),
            _ => return None,
        };
        Some((message.to_owned(), what_to_do))
    }

    fn scope_words(&self) -> Option<(String, &'static str)> {
        const ASK_OWNER: &str = "ask the owner to change the agent's policy";
        let (message, what_to_do) = match self {
            Self::PayeeNotAllowed => ("the payee is not on the agent's allow list", ASK_OWNER),
            Self::PayeeBlocked => ("the owner blocked this payee", "choose another payee"),
            Self::CategoryNotAllowed => ("the category is not allowed for this agent", ASK_OWNER),
            Self::CategoryBlocked => {
                ("the owner blocked this category", "buy from another category")
            }
            Self::RailNotAllowed { .. } => ("the rail is not allowed for this agent", ASK_OWNER),
            Self::ActionNotAllowed { .. } => {
                ("this kind of spending is not allowed for this agent", ASK_OWNER)
            }
            Self::CurrencyNotAllowed { .. } => {
                ("the currency is not allowed for this agent", ASK_OWNER)
            }
            Self::TaskNotAllowed => (
                "the credential is for other tasks",
                "name the task that the credential was issued for",
            ),
            Self::OutsideTimeWindow => (
                "the credential does not hold at this time",
                "wait for its hours, or ask the owner for another credential",
            ),
            _ => return None,
        };
        Some((message.to_owned(), what_to_do))
    }

    fn budget_words(&self) -> (String, &'static str) {
        match self {
            Self::CredentialCap { .. } => (
                "the amount is above what the credential allows for one payment".to_owned(),
                "ask for less, or use the agent's own credential",
            ),
            Self::PerTransactionCap { .. } => (
                "the amount is above the agent's cap for one payment".to_owned(),
                "ask for less, or ask the owner to raise the cap",
            ),
            Self::SessionCap { .. } => (
                "the session would pass its cap".to_owned(),
                "end the session and report the shortfall to whoever gave the task",
            ),
            Self::DailyCap { .. } => (
                "the day would pass the agent's daily cap".to_owned(),
                "wait until tomorrow, or ask the owner to raise the cap",
            ),
            Self::EnvelopeLimit { interval, .. } => (
                format!("an envelope ({}) would pass its limit", interval.words()),
                "wait until the envelope refills, or ask the owner to raise it",
            ),
            Self::WalletLimit { budget, .. } => (
                format!("a budget of the whole wallet ({budget}) would pass its limit"),
                "wait until it refills, or ask the owner to raise it",
            ),
            Self::AllocationLimit { .. } => (
                "the allocation would be passed".to_owned(),
                "ask for less, or ask the agent that gave you the budget for more",
            ),
            Self::AncestorLimit { budget, .. } => (
                format!("a budget ({budget}) of an agent above this one would pass its limit"),
                "report the shortfall to the agent that gave you the budget",
            ),
            Self::AllocationTakenBack => (
                "the budget of this sub-agent was taken back".to_owned(),
                "stop paying and report to the agent that gave you the budget",
            ),
            Self::BreakerTripped { cause } => (
                cause.words(),
                "stop; the agent is paused until the owner has looked and resumes it",
            ),
            Self::SignalDenied { signal } => (
                format!("the request is unusual (`{signal}`), which the owner wants refused"),
                "pay as you usually do, or ask the owner to look at the request",
            ),
            _ => (
                "the wallet could not decide, so it refused".to_owned(),
                "try again; if it stays, tell the owner to look at the log",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_in_json_is_the_code() {
        let refusal = Refusal::PerTransactionCap { limit: 50.into(), observed: 600.into() };
        let json = serde_json::to_value(&refusal).unwrap();
        assert_eq!(json["code"], refusal.code());
        assert_eq!(json["limit"], "50");
        let detail = refusal.detail();
        assert_eq!(detail.observed.as_deref(), Some("600"));
        assert!(detail.message.contains("cap for one payment"));
        assert!(detail.what_to_do.contains("raise the cap"));
    }
}
