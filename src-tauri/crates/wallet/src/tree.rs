//! Who has its budget from whom, and what is left of it (A5), for the owner.

use crate::owner::OwnerError;
use crate::shown;
use crate::view::AgentStanding;
use crate::view_agents;
use crate::wallet::Wallet;
use purser_engine::{Agent, BudgetLine, State};
use serde::Serialize;

/// One agent in the tree. Amounts are decimal strings in the budget currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreeRow {
    /// Its id.
    pub agent: String,
    /// Its name.
    pub name: String,
    /// The id of the agent that it has its budget from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// How many agents are above it.
    pub depth: u32,
    /// Whether it may spend.
    pub status: AgentStanding,
    /// What it holds and over what time; `None` when that was taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<TreeBudget>,
}

/// What an agent holds: its allocation, or the day of one of the owner's own agents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreeBudget {
    /// `allocation, weekly`, or `daily`.
    pub label: String,
    /// All of it.
    pub allocation: String,
    /// Paid, by it and all below it.
    pub settled: String,
    /// Held for payments that have not ended, of it and all below it.
    pub reserved: String,
    /// What its sub-agents may still use of it.
    pub held: String,
    /// What it may still spend itself or hand on.
    pub left: String,
    /// The budget currency.
    pub currency: String,
}

impl Wallet {
    /// All agents, each under the one that it has its budget from.
    ///
    /// # Errors
    /// When the wallet was locked.
    pub async fn agent_tree(&self) -> Result<Vec<TreeRow>, OwnerError> {
        let now = self.now();
        Ok(self.writer.look(move |state| rows(state, now)).await?)
    }
}

fn rows(state: &State, now: purser_domain::Timestamp) -> Vec<TreeRow> {
    let row = |(agent, depth): (&Agent, u32)| TreeRow {
        agent: agent.id.to_string(),
        name: agent.name.visible(64),
        parent: agent.parent.map(|parent| parent.to_string()),
        depth,
        status: view_agents::standing(state, agent).0,
        budget: state
            .allocation_line(agent.id, now)
            .map(|line| budget(&line, state.policy().currency.to_string())),
    };
    view_agents::in_tree(state).into_iter().map(row).collect()
}

fn budget(line: &BudgetLine, currency: String) -> TreeBudget {
    TreeBudget {
        label: line.label.clone(),
        allocation: shown::decimal(line.limit),
        settled: shown::decimal(line.settled),
        reserved: shown::decimal(line.reserved),
        held: shown::decimal(line.held),
        left: shown::decimal(line.remaining()),
        currency,
    }
}
