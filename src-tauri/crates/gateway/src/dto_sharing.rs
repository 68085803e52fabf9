//! What agents send about sessions and sub-agents. Read by models, as [`crate::dto`] is.

use crate::dto::TaskRequest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A session: a purpose with a ceiling and a time limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// What the session is for, in a few words.
    #[schemars(length(min = 1, max = 512))]
    pub purpose: String,
    /// Most that may be spent in it, as a decimal string in the budget currency. When absent, the
    /// agent's cap for a session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub ceiling: Option<String>,
    /// Minutes until it ends by itself, 1 to 1440. Default 30.
    #[serde(default = "default_minutes")]
    #[schemars(range(min = 1, max = 1440))]
    pub minutes: u32,
    /// A sub-agent of yours, `agt_…`, to open it for. Yourself when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub agent: Option<String>,
    /// The task of every payment in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskRequest>,
    /// The workflow that its payments are part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub workflow: Option<String>,
    /// The project that its payments are for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub project: Option<String>,
    /// Who started the task: a person or a team. They are charged unless a rule says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub initiator: Option<String>,
}

const fn default_minutes() -> u32 {
    30
}

/// One of your sessions, or of a sub-agent's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRef {
    /// The session that open_session gave you, `ses_…`.
    #[schemars(length(max = 128))]
    pub session: String,
    /// The sub-agent, `agt_…`, when it is not your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub agent: Option<String>,
}

/// Over what an allocation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AllocationInterval {
    /// A day.
    Daily,
    /// A week.
    Weekly,
    /// A month.
    Monthly,
    /// Once, for good; the default.
    #[default]
    AllTime,
}

/// A sub-agent that gets part of your budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegationRequest {
    /// What the sub-agent is called; no other agent of the wallet has the name.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// The sub-agent's own Ed25519 public key, 64 hexadecimal digits. It makes the key pair itself
    /// and shows you only this.
    #[schemars(regex(pattern = r"^[0-9a-f]{64}$"))]
    pub public_key: String,
    /// How much of your budget it gets, as a decimal string in the budget currency.
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub amount: String,
    /// Over what.
    #[serde(default)]
    pub interval: AllocationInterval,
    /// Whether the interval is the time just past, not the calendar's.
    #[serde(default)]
    pub rolling: bool,
    /// Most for one of its payments; at most yours, which it has when this is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub per_transaction: Option<String>,
    /// Only these merchant categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub categories: Vec<String>,
    /// Only payees of these hosts, such as `api.example.com`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub hosts: Vec<String>,
    /// Whether it may hand part of this on. Default no.
    #[serde(default)]
    pub may_delegate: bool,
    /// Whether it may pay only in sessions that you open for it. Default no.
    #[serde(default)]
    pub require_session: bool,
}

/// What a sub-agent of yours is to hold from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocationRequest {
    /// The sub-agent, `agt_…`.
    #[schemars(length(max = 64))]
    pub agent: String,
    /// The new amount, as a decimal string in the budget currency; absent to take back all that is
    /// not spent or held for a payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub amount: Option<String>,
    /// Over what.
    #[serde(default)]
    pub interval: AllocationInterval,
    /// Whether the interval is the time just past, not the calendar's.
    #[serde(default)]
    pub rolling: bool,
}
