//! Handing part of a budget to a sub-agent (A5).

use crate::command::{AgentDraft, Presented};
use crate::id::AgentId;
use crate::policy::{Interval, PolicyError, Window};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a sub-agent holds of its parent's allocation: at most `amount` over `interval`. The owner's
/// own agents have none; theirs is their daily cap.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allocation {
    /// Most, in the budget currency.
    #[serde(with = "rust_decimal::serde::str")]
    pub amount: Decimal,
    /// Over what: `daily`, `weekly`, `monthly` or `all_time`.
    pub interval: Interval,
    /// How the time is cut.
    #[serde(default)]
    pub window: Window,
}

impl Allocation {
    /// Deepest chain from one of the owner's agents down to a sub-agent, both counted.
    pub const MAX_DEPTH: usize = 16;
    /// Most sub-agents that one agent may have, not counting revoked ones.
    pub const MAX_CHILDREN: usize = 64;
    /// Most sub-agents below one of the owner's own agents, not counting revoked ones.
    pub const MAX_BELOW: usize = 256;
    /// Most sub-agents that are added below one of the owner's own agents in one of the owner's
    /// days. The log and the state keep those that were revoked, too.
    pub const MAX_ADDED_A_DAY: u32 = 256;

    /// Whether another one counts over the same time.
    #[must_use]
    pub fn same_window(&self, other: &Self) -> bool {
        (self.interval, self.window) == (other.interval, other.window)
    }

    /// Checks amount and interval.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), PolicyError> {
        crate::policy::amount("allocation.amount", self.amount)?;
        let timed = matches!(self.interval, Interval::Daily | Interval::Weekly | Interval::Monthly);
        if !timed && self.interval != Interval::AllTime {
            return Err(PolicyError::AllocationInterval);
        }
        if self.window == Window::Rolling && !timed {
            return Err(PolicyError::Rolling);
        }
        Ok(())
    }
}

/// An agent's request for a sub-agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// Who hands over.
    pub parent: AgentId,
    /// With which credential; `None` only in a simulation.
    pub presented: Option<Presented>,
    /// The sub-agent. Its policy must not be wider than its parent's.
    pub draft: AgentDraft,
    /// What it gets.
    pub allocation: Allocation,
}
