//! What attempts and outcomes do to the rate limit and the circuit breakers. Only what the agent
//! itself sent counts against it: a thief of its credential, without its key, uses up nothing.

use super::Applied;
use crate::decide::{WHOLE_A_MINUTE, refused_early};
use crate::error::ApplyError;
use crate::now::Now;
use crate::state::{Agent, AgentStatus, PaymentStatus, State};
use purser_domain::{AgentId, Entry, Event, PaymentId, Refusal};

impl State {
    /// Takes an event that refuses something.
    pub(super) fn note_refused(&mut self, event: &Event, now: Now) -> Applied {
        let (agent, refusal, times) = match event {
            Event::SpendRefused { request, refusal, .. } => (request.agent, refusal, 1),
            Event::AgentAskRefused { agent, refusal, .. } => (*agent, refusal, 1),
            Event::AttemptsRefused { agent, refusal, count } => {
                self.note_together(*agent, *count, now)?;
                (*agent, refusal, *count)
            }
            // What could not be read: nobody looked for the proof of its key.
            _ => return Ok(()),
        };
        if !is_of_the_agent(refusal) {
            return Ok(());
        }
        self.note_activity(agent, now);
        if passed_rate_limit(refusal) {
            self.note_attempt(agent, now);
        }
        if let Event::SpendRefused { request, .. } = event {
            self.see_refused(request, refusal, now.at);
        }
        if let Some(found) = self.agents.get_mut(&agent)
            && found.status == AgentStatus::Active
        {
            found.watch.refusals.note(times, now.clock);
        }
        Ok(())
    }

    /// Attempts that were counted together.
    fn note_together(&mut self, agent: AgentId, count: u32, now: Now) -> Applied {
        let found = self.agents.get_mut(&agent).ok_or(ApplyError::UnknownAgent(agent))?;
        if count == 0 {
            return Err(ApplyError::Arrow { event: "attempts_refused" });
        }
        found.refused.see(now.clock);
        Ok(())
    }

    /// Counts what was refused early and logged whole, so that only so many are in a minute.
    pub(super) fn note_whole(&mut self, entry: &Entry) {
        let agent = refused_early(&entry.event).and_then(|agent| self.agents.get_mut(&agent));
        if let Some(agent) = agent {
            agent.refused.note(entry.clock(), WHOLE_A_MINUTE);
        }
    }

    /// Counts the failures of a purchase, until it succeeds.
    pub(super) fn note_outcome(&mut self, id: PaymentId, status: &PaymentStatus) -> Applied {
        let failed = matches!(status, PaymentStatus::Failed { .. });
        let request = &self.known(id)?.reservation.request;
        let found = self.agents.get(&request.agent);
        let watch = &found.ok_or(ApplyError::UnknownAgent(request.agent))?.watch;
        let succeeded = matches!(status, PaymentStatus::Succeeded { .. });
        if !failed && (!succeeded || watch.failures.is_empty()) {
            return Ok(());
        }
        let purchase = request.parameters_digest();
        let purchase = purchase.map_err(|_| ApplyError::OutOfRange { event: "payment_ended" })?;
        let agent = request.agent;
        if let Some(found) = self.agents.get_mut(&agent) {
            if failed {
                found.watch.failures.failed(purchase);
            } else {
                found.watch.failures.succeeded(&purchase);
            }
        }
        Ok(())
    }

    /// Counts an attempt of an agent, for itself and for all above it.
    pub(crate) fn note_attempt(&mut self, agent: AgentId, now: Now) {
        self.note_activity(agent, now);
        let note = |agent: &mut Agent| {
            agent.attempts.note(now.clock, agent.policy.rate_limit_per_minute);
        };
        self.for_chain(agent, note);
    }

    fn note_activity(&mut self, agent: AgentId, now: Now) {
        if let Some(agent) = self.agents.get_mut(&agent) {
            agent.last_activity_at = Some(now.at);
            agent.refused.see(now.clock);
        }
        self.for_chain(agent, |agent| agent.attempts.see(now.clock));
    }

    fn for_chain(&mut self, agent: AgentId, change: impl Fn(&mut Agent)) {
        let mut next = Some(agent);
        while let Some(agent) = next.and_then(|agent| self.agents.get_mut(&agent)) {
            change(agent);
            next = agent.parent;
        }
    }
}

/// Whether it was the agent itself that was refused: after step 1, and not because its request
/// could not be read, which is found out before anybody looks for the proof of its key.
pub(crate) const fn is_of_the_agent(refusal: &Refusal) -> bool {
    passed_credential(refusal) && !matches!(refusal, Refusal::AttemptRejected { .. })
}

/// Whether a refusal came after step 1.
const fn passed_credential(refusal: &Refusal) -> bool {
    !matches!(
        refusal,
        Refusal::CredentialUnknown
            | Refusal::CredentialExpired { .. }
            | Refusal::CredentialRevoked
            | Refusal::HolderProofMissing
            | Refusal::AgentUnknown
    )
}

/// Whether a refusal came after step 3. A stranger without a credential uses up nobody's rate.
pub(crate) const fn passed_rate_limit(refusal: &Refusal) -> bool {
    passed_credential(refusal)
        && !matches!(
            refusal,
            Refusal::AgentRevoked
                | Refusal::AgentPaused
                | Refusal::WalletFrozen
                | Refusal::AncestorStopped { .. }
                | Refusal::RateLimited { .. }
        )
}
