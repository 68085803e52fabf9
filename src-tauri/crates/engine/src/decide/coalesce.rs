//! Refusals that are counted together, so that an agent that goes on asking can't fill the log.
//!
//! Guarantees: of the attempts that steps 1 to 3 refuse, or that could not be read, the first
//! [`WHOLE_A_MINUTE`] of an agent in a minute are entries of their own. Each further one is handed
//! back uncounted, and whoever holds the log counts it in an entry before it answers (I2, I9). What
//! later steps refuse has counted against the rate limit, which bounds it.

use super::{Outcome, Reply, done};
use crate::apply::passed_rate_limit;
use crate::error::CommandError;
use crate::state::State;
use purser_domain::{AgentId, Event, Refusal, Timestamp};

/// How many of an agent's early refusals are logged whole in a minute, by the computer's clock.
pub(crate) const WHOLE_A_MINUTE: u32 = 10;

/// A refused attempt that is no entry yet. Its answer must wait until an entry made by
/// [`purser_domain::Command::NoteRefusals`] counts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    /// Who tried.
    pub agent: AgentId,
    /// Why not.
    pub refusal: Refusal,
}

/// What is to be counted instead of being logged whole.
pub(super) fn uncounted(state: &State, events: &[Event], clock: Timestamp) -> Option<Uncounted> {
    let [event] = events else { return None };
    let agent = refused_early(event)?;
    state.agent(agent)?.refused.retry_after_s(clock, WHOLE_A_MINUTE)?;
    let refusal = match event {
        Event::SpendRefused { refusal, .. } | Event::AgentAskRefused { refusal, .. } => {
            refusal.clone()
        }
        Event::AttemptRejected { problem, .. } => {
            Refusal::AttemptRejected { problem: problem.clone() }
        }
        _ => return None,
    };
    Some(Uncounted { agent, refusal })
}

/// Whose attempt an event refuses at steps 1 to 3, or because it could not be read.
pub(crate) fn refused_early(event: &Event) -> Option<AgentId> {
    match event {
        Event::SpendRefused { request, refusal, .. } if !passed_rate_limit(refusal) => {
            Some(request.agent)
        }
        Event::AgentAskRefused { agent, refusal, .. } if !passed_rate_limit(refusal) => {
            Some(*agent)
        }
        Event::AttemptRejected { agent, .. } => Some(*agent),
        _ => None,
    }
}

pub(super) fn note(state: &State, agent: AgentId, refusal: &Refusal, count: u32) -> Outcome {
    if state.agent(agent).is_none() {
        return Err(CommandError::AgentNotFound);
    }
    if count == 0 {
        return Ok((Vec::new(), Reply::Done));
    }
    done(Event::AttemptsRefused { agent, refusal: refusal.clone(), count })
}
