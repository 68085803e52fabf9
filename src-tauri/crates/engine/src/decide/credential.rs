//! Step 1: the credential and the proof that its holder sent it.

use crate::explain::{Check, Step, StepResult, Whose};
use crate::state::{Credential, State};
use purser_domain::{AgentId, HolderProof, Presented, Refusal, Timestamp};

/// Longest life of a credential that a policy can give, and its issuer's slack.
const LONGEST_LIFE_S: u64 = 24 * 60 * 60 + 60;

/// The stored credential behind what was presented. Without anything presented (a replay) there is
/// none and nothing to check.
pub(super) fn check<'a>(
    state: &'a State,
    agent: AgentId,
    presented: Option<&Presented>,
    clock: Timestamp,
) -> Result<Option<&'a Credential>, Refusal> {
    let Some(presented) = presented else { return Ok(None) };
    let Some(held) = state.credential(presented.credential) else {
        // Forgotten because it ended long ago, or never issued. Both end here.
        return Err(ended(presented.expires_at, clock).unwrap_or(Refusal::CredentialUnknown));
    };
    if held.agent != agent {
        return Err(Refusal::CredentialUnknown);
    }
    if held.revoked {
        return Err(Refusal::CredentialRevoked);
    }
    if let Some(refusal) = ended(presented.expires_at.min(held.expires_at), clock) {
        return Err(refusal);
    }
    if held.expires_at > clock.plus_seconds(LONGEST_LIFE_S) {
        // Issued by a clock that ran far ahead and was set right: it would live until then.
        return Err(Refusal::CredentialUnknown);
    }
    let proved = match presented.proof {
        HolderProof::Signature => true,
        HolderProof::Bearer => {
            held.bearer && state.agent(agent).is_some_and(|agent| agent.policy.allow_bearer)
        }
    };
    if proved { Ok(Some(held)) } else { Err(Refusal::HolderProofMissing) }
}

/// What step 1 looked at.
pub(super) fn step(agent: AgentId, presented: Option<&Presented>) -> Step {
    match presented {
        Some(Presented { credential, .. }) => {
            Step::new(1, Check::Credential, Whose::Credential { credential: *credential })
        }
        None => Step::agent(1, Check::Credential, agent).result(StepResult::Skipped),
    }
}

fn ended(end: Timestamp, clock: Timestamp) -> Option<Refusal> {
    (end <= clock).then_some(Refusal::CredentialExpired { expired_at_ms: end })
}
