//! Refusals of delegations and sessions, circuit breakers and intervals, in words.

use crate::event::BreakerCause;
use crate::policy::Interval;
use crate::refusal::Refusal;

impl Refusal {
    pub(crate) fn delegation_words(&self) -> Option<(String, &'static str)> {
        const REPORT: &str = "ask the owner, or pay yourself within your own budget";
        let (message, what_to_do) = match self {
            Self::DelegationNotAllowed => ("this agent may not hand on its budget", REPORT),
            Self::OwnCredentialNeeded => (
                "a credential that was shortened or handed over, or that comes without a \
                 signature, hands on no budget",
                "ask with the agent's own fresh credential, signed by its own key",
            ),
            Self::DelegationTooDeep { .. } => ("the chain of sub-agents is too deep", REPORT),
            Self::TooManySubAgents { .. } => {
                let what = "there are too many sub-agents, or too many were added today";
                (what, "use a sub-agent that you have, or wait until tomorrow")
            }
            Self::NotASubAgent => (
                "that agent is no sub-agent of this one",
                "name a sub-agent that you have added yourself",
            ),
            Self::WiderThanParent { field } => {
                let message = format!("the sub-agent's `{field}` would be wider than your own");
                return Some((message, "ask for at most what you may do yourself"));
            }
            Self::DelegationInvalid { reason } => {
                return Some((reason.clone(), "correct the request and send it again"));
            }
            _ => return None,
        };
        Some((message.to_owned(), what_to_do))
    }

    pub(crate) fn session_words(&self) -> Option<(String, &'static str)> {
        const ASK: &str = "ask whoever gave you the task to open a session for you";
        let (message, what_to_do) = match self {
            Self::SessionRequired => {
                ("this agent may pay only in a session that was opened for it", ASK)
            }
            Self::SessionUnknown => {
                ("the agent has no such session", "open a session first, or leave `session` out")
            }
            Self::SessionOver => (
                "the session is over",
                "report the shortfall to whoever gave you the task, who may open another",
            ),
            Self::SessionNotAllowed => ("this agent may not open sessions for itself", ASK),
            Self::TooManySessions { .. } => (
                "the agent has too many sessions",
                "close a session that you no longer need, or wait until tomorrow",
            ),
            Self::SessionInvalid { reason } => {
                return Some((reason.clone(), "correct the request and send it again"));
            }
            Self::LineItemsInvalid => (
                "a line item has a quantity or a price that can't be, or there are too many",
                "send at most 64 line items of 1 to 1000000 units, at prices not below 0",
            ),
            Self::LineItemsSum { .. } => (
                "the line items do not add up to the amount",
                "send line items whose quantity times unit price adds up to the amount",
            ),
            Self::ConditionDenied { condition, .. } => {
                let message = format!("the owner's condition `{condition}` refuses this price");
                return Some((message, "choose something cheaper, or ask the owner"));
            }
            _ => return None,
        };
        Some((message.to_owned(), what_to_do))
    }
}

impl BreakerCause {
    /// The limit and the observed value, in words.
    #[must_use]
    pub fn limit_and_observed(&self) -> (String, String) {
        match self {
            Self::SpendRate { observed, usual, multiple } => {
                let limit = format!("{} times {}", multiple.normalize(), usual.normalize());
                (limit, observed.normalize().to_string())
            }
            Self::Refusals { observed, limit, minutes } => {
                (format!("{limit} in {minutes} minutes"), observed.to_string())
            }
        }
    }

    /// What happened, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::SpendRate { observed, usual, .. } => format!(
                "spending of {} in 24 hours is far above the usual {} for this agent",
                observed.normalize(),
                usual.normalize()
            ),
            Self::Refusals { observed, minutes, .. } => {
                format!("{observed} requests were refused within {minutes} minutes")
            }
        }
    }
}

impl Interval {
    /// The interval in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PerTransaction => "per payment",
            Self::Session => "per session",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
            Self::AllTime => "in all",
        }
    }
}
