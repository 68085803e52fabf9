//! Questions that a door asks before it makes a request out of what it was sent. They answer as
//! the ladder would, and change nothing.

use crate::decide;
use crate::state::{Agent, State};
use purser_domain::{
    AgentId, IdempotencyKey, Money, PaymentId, Presented, Refusal, Timestamp, WalletPolicy,
};
use rust_decimal::Decimal;

/// Step 1 of the ladder alone: the credential and its proof. For reading one's own payments and
/// budgets, which an agent that was paused may go on doing.
///
/// # Errors
/// As the ladder's step 1, and when the wallet has no such agent.
pub fn check_credential(
    state: &State,
    agent: AgentId,
    presented: Option<&Presented>,
    now: Timestamp,
) -> Result<(), Refusal> {
    decide::check_credential(state, agent, presented, now)?;
    state.agent(agent).map(|_| ()).ok_or(Refusal::AgentUnknown)
}

/// Steps 1 and 2 of the ladder: the credential and the standing. For refusing before the wallet
/// connects anywhere on an agent's behalf.
///
/// # Errors
/// As the ladder's steps 1 and 2.
pub fn check_caller(
    state: &State,
    agent: AgentId,
    presented: Option<&Presented>,
    now: Timestamp,
) -> Result<(), Refusal> {
    decide::check_credential(state, agent, presented, now)?;
    decide::check_standing(state, agent)
}

/// What an amount is worth in the budget currency; `None` when its currency has no rate, or the
/// worth is out of range.
#[must_use]
pub fn worth(policy: &WalletPolicy, money: Money, now: Timestamp) -> Option<Decimal> {
    decide::rate(policy, money.currency(), now).and_then(|rate| money.converted(rate))
}

impl State {
    /// The payment that an agent's idempotency key stands for, while it stands for one.
    #[must_use]
    pub fn payment_for_key(
        &self,
        agent: AgentId,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Option<PaymentId> {
        self.agent(agent)?.keys.get(key, now).map(|used| used.payment)
    }

    /// When the last of an agent's credentials ends; `None` when it has none that holds.
    #[must_use]
    pub fn credential_expiry(&self, agent: AgentId, now: Timestamp) -> Option<Timestamp> {
        let held = self.agent(agent)?.credentials.iter();
        let held = held.filter_map(|held| self.credential(*held)).filter(|held| !held.revoked);
        held.map(|held| held.expires_at).filter(|end| *end > now).max()
    }

    /// An agent by its id or its name: what reads as an id is one.
    #[must_use]
    pub fn agent_called(&self, wanted: &str) -> Option<&Agent> {
        match wanted.trim().parse() {
            Ok(id) => self.agent(id),
            Err(_) => self.agent_named(wanted),
        }
    }

    /// An agent by its name, ignoring case; revoked ones are found only when no other has it.
    #[must_use]
    pub fn agent_named(&self, name: &str) -> Option<&Agent> {
        let wanted = name.trim().to_lowercase();
        let mut named: Vec<&Agent> =
            self.agents().filter(|agent| agent.name.raw().to_lowercase() == wanted).collect();
        named.sort_by_key(|agent| (agent.status, agent.added_at));
        named.first().copied()
    }
}
