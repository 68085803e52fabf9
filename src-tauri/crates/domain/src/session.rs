//! Sessions: a purpose, a ceiling and a time limit (D1, T3).

use crate::id::AgentId;
use crate::request::{Attribution, Label, Task};
use crate::text::Claim;
use crate::time::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Who opens or closes a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionActor {
    /// The agent that spends in it.
    Agent,
    /// The agent's parent, its dispatcher.
    Parent(AgentId),
    /// The owner.
    Owner,
}

/// What a session is for and how far it goes. Payments that name no session share the agent's
/// implicit session of the day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionTerms {
    /// Its name, unique for the agent; the wallet draws it.
    pub session: Label,
    /// What for. A claim unless the owner opened it.
    pub purpose: Claim,
    /// Most that may be spent in it, in the budget currency; never above the agent's
    /// `per_session`.
    #[serde(with = "rust_decimal::serde::str")]
    pub ceiling: Decimal,
    /// When it ends by itself. At most [`SessionTerms::MAX_MINUTES`] after it was opened.
    pub ends_at_ms: Timestamp,
    /// The task of every payment in it that names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// Whom its payments are charged to, where they do not say.
    #[serde(default, skip_serializing_if = "Attribution::is_empty")]
    pub attribution: Attribution,
}

impl SessionTerms {
    /// Longest life of a session, in minutes.
    pub const MAX_MINUTES: u32 = 24 * 60;
    /// Most sessions that one agent may have open at a time.
    pub const MAX_OPEN: usize = 64;
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// Its agent closed it.
    Agent,
    /// Its agent's parent closed it.
    Parent,
    /// The owner closed it.
    Owner,
    /// Its time was over.
    Expired,
    /// A payment would have passed its ceiling.
    Exceeded,
    /// Its agent was revoked.
    Revoked,
}
