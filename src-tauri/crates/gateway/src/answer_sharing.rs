//! What the door answers about sessions and sub-agents.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A session. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionAnswer {
    /// Its name: send it as `session` with every payment that belongs to it.
    pub session: String,
    /// Who spends in it, `agt_…`.
    pub agent: String,
    /// Whether payments can still be made in it.
    pub open: bool,
    /// How it ended, when it did: `agent`, `parent`, `owner`, `expired`, `exceeded`, `revoked`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// What it is for.
    pub purpose: String,
    /// Most that may be spent in it.
    pub ceiling: String,
    /// Paid in it.
    pub settled: String,
    /// Held in it for payments that have not ended.
    pub reserved: String,
    /// Still free.
    pub remaining: String,
    /// When it ends by itself, RFC 3339.
    pub ends_at: String,
    /// What to do next, one sentence.
    pub what_to_do: String,
}

/// Your sessions that are open or ended not long ago.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SessionsAnswer {
    /// The latest last.
    pub sessions: Vec<SessionAnswer>,
}

/// A sub-agent and what it holds of your budget. Amounts are in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DelegationAnswer {
    /// The sub-agent, `agt_…`. It gets credentials by a signature of its own key.
    pub agent: String,
    /// What it is called.
    pub name: String,
    /// Whether it may pay: `active`, `paused`, `revoked` or `taken_back`.
    pub status: String,
    /// What it holds; absent when that was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation: Option<AllocationAnswer>,
    /// Paid and held of it, by the sub-agent and those below it.
    pub used: String,
    /// What is kept of your budget for it.
    pub remaining: String,
    /// What to do next, one sentence.
    pub what_to_do: String,
}

/// An amount over an interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AllocationAnswer {
    /// Most, in the budget currency.
    pub amount: String,
    /// `daily`, `weekly`, `monthly` or `all_time`.
    pub interval: String,
    /// Whether the interval is the time just past, not the calendar's.
    pub rolling: bool,
}

/// Your sub-agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DelegationsAnswer {
    /// The currency that budgets count in.
    pub currency: String,
    /// What you could still hand on or spend today.
    pub free: String,
    /// The sub-agents, in the order they were added.
    pub sub_agents: Vec<DelegationAnswer>,
}
