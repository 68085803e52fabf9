//! Refusals that are counted together, so that a flood does not fill the log.

use super::{Answer, Model, Outcome, done};
use purser_domain::{AgentId, Event, Refusal, Timestamp};
use purser_engine::CommandError;

/// So many early refusals of an agent in a minute are entries of their own.
const WHOLE: usize = 10;

/// Whether a refusal is of steps 1 to 3.
pub(super) fn is_early(refusal: &Refusal) -> bool {
    is_strangers(refusal)
        || matches!(
            refusal.code(),
            "agent_revoked"
                | "agent_paused"
                | "wallet_frozen"
                | "ancestor_stopped"
                | "rate_limited"
        )
}

/// Whether a refusal is of step 1, so that nobody knows who tried.
pub(super) fn is_strangers(refusal: &Refusal) -> bool {
    matches!(
        refusal.code(),
        "credential_unknown"
            | "credential_expired"
            | "credential_revoked"
            | "holder_proof_missing"
            | "agent_unknown"
    )
}

/// Whether it was the agent itself that was refused. What can't be read may be anybody's.
pub(super) fn is_of_the_agent(refusal: &Refusal) -> bool {
    !is_strangers(refusal) && refusal.code() != "attempt_rejected"
}

/// Whose early refusal an event is.
pub(super) fn early(event: &Event) -> Option<(AgentId, Refusal)> {
    match event {
        Event::SpendRefused { request, refusal, .. } if is_early(refusal) => {
            Some((request.agent, refusal.clone()))
        }
        Event::AgentAskRefused { agent, refusal, .. } if is_early(refusal) => {
            Some((*agent, refusal.clone()))
        }
        Event::AttemptRejected { agent, problem, .. } => {
            Some((*agent, Refusal::AttemptRejected { problem: problem.clone() }))
        }
        _ => None,
    }
}

impl Model {
    /// What becomes no entry now, because there were so many like it.
    pub(super) fn uncounted(
        &self,
        events: &[Event],
        clock: Timestamp,
    ) -> Option<(AgentId, Refusal)> {
        let found = events.first().and_then(early)?;
        let agent = self.agents.get(&found.0)?;
        let recent = agent.refused.iter().filter(|then| clock.millis_since(**then) < 60_000);
        (recent.count() >= WHOLE).then_some(found)
    }

    pub(super) fn count_refusals(&self, agent: AgentId, refusal: &Refusal, count: u32) -> Outcome {
        if !self.agents.contains_key(&agent) {
            return Err(CommandError::AgentNotFound);
        }
        if count == 0 {
            return Ok((Vec::new(), Answer::Done));
        }
        done(Event::AttemptsRefused { agent, refusal: refusal.clone(), count })
    }
}
