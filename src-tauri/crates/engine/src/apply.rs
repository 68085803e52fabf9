//! The arrows: what each entry does to the state. Nothing here decides; what no engine could have
//! written is an error.

mod payment;
mod session;
mod stop;
mod watch;

pub(crate) use watch::{is_of_the_agent, passed_rate_limit};

pub(crate) use payment::settled_worth;

use crate::attempts::Attempts;
use crate::breakers::Watch;
use crate::budget::{Books, Calendar, Moment, OutOfRange};
use crate::error::ApplyError;
use crate::keys::Keys;
use crate::now::Now;
use crate::per_day::PerDay;
use crate::sessions::Sessions;
use crate::state::{Agent, AgentStatus, Credential, State};
use purser_domain::{
    AgentId, AgentPolicy, Allocation, CredentialId, Entry, Event, PaymentId, StopCause, Timestamp,
    WalletPolicy,
};
use std::collections::BTreeSet;

/// How long a credential that ended is remembered, so that it is refused by its own reason.
const KEEP_ENDED_CREDENTIALS_S: u64 = 24 * 60 * 60;

type Applied = Result<(), ApplyError>;

impl State {
    /// Takes the next entry of the log.
    ///
    /// # Errors
    /// On an entry that no engine could have written here. The state must not be used after that:
    /// the log is damaged, and the state may hold half of the entry.
    pub fn apply(&mut self, entry: &Entry) -> Result<(), ApplyError> {
        if entry.seq != self.next_seq {
            return Err(ApplyError::Gap { expected: self.next_seq, found: entry.seq });
        }
        if entry.at_ms < self.clock {
            return Err(ApplyError::TimeGoesBack { seq: entry.seq });
        }
        if entry.clock_ms.is_some_and(|clock| clock >= entry.at_ms) {
            return Err(ApplyError::Clock { seq: entry.seq });
        }
        if matches!(entry.event, Event::WalletCreated { .. }) != (entry.seq == 0) {
            return Err(ApplyError::NotFirst { seq: entry.seq });
        }
        let next_seq = entry.seq.checked_add(1);
        let next_seq = next_seq.ok_or(ApplyError::OutOfRange { event: entry.event.kind() })?;
        self.rubbish.free_some();
        self.forget_keys(entry.clock());
        self.apply_event(entry)?;
        self.note_whole(entry);
        self.clock = entry.at_ms;
        self.next_seq = next_seq;
        Ok(())
    }

    fn apply_event(&mut self, entry: &Entry) -> Applied {
        let (at, clock) = (entry.at_ms, entry.clock());
        match &entry.event {
            Event::WalletCreated { owner, policy } => {
                self.owner = Some(*owner);
                self.set_wallet_policy(policy, at)
            }
            Event::WalletPolicySet { policy } => {
                self.policies_set.note(self.day(at, entry.event.kind())?);
                self.set_wallet_policy(policy, at)
            }
            Event::WalletFrozen { canceled } => {
                self.thaw(false, entry.event.kind())?;
                self.stop_all(canceled, (None, StopCause::Frozen), at)
            }
            Event::WalletUnfrozen => self.thaw(true, entry.event.kind()),
            Event::AgentAdded { .. }
            | Event::AllocationSet { .. }
            | Event::AgentPolicySet { .. }
            | Event::AgentPaused { .. }
            | Event::AgentResumed { .. }
            | Event::BreakerTripped { .. }
            | Event::AgentRevoked { .. } => self.apply_agent(&entry.event, Now::of(entry)),
            Event::CredentialIssued { .. } | Event::CredentialRevoked { .. } => {
                self.apply_credential(&entry.event, clock)
            }
            Event::AttemptRejected { .. }
            | Event::SpendRefused { .. }
            | Event::AgentAskRefused { .. }
            | Event::AttemptsRefused { .. } => self.note_refused(&entry.event, Now::of(entry)),
            Event::BudgetReached { .. } => {
                self.note_told(&entry.event, entry.seq, at);
                Ok(())
            }
            Event::SessionOpened { .. } | Event::SessionClosed { .. } => {
                self.apply_session(&entry.event, Now::of(entry))
            }
            _ => self.apply_payment(entry),
        }
    }

    /// Turns freezing off or on. It must be the other way before.
    fn thaw(&mut self, off: bool, event: &'static str) -> Applied {
        if self.frozen != off {
            return Err(ApplyError::Arrow { event });
        }
        self.frozen = !off;
        Ok(())
    }

    fn set_wallet_policy(&mut self, policy: &WalletPolicy, at: Timestamp) -> Applied {
        let calendar = Calendar::of_zone(&policy.time_zone).ok_or(ApplyError::TimeZone)?;
        let moved = calendar != self.calendar;
        let limits = policy.spending_limits != self.policy.spending_limits;
        self.calendar = calendar;
        self.policy = policy.clone();
        let range = |_: OutOfRange| ApplyError::OutOfRange { event: "wallet_policy_set" };
        if moved {
            let agents: Vec<AgentId> = self.agents.keys().copied().collect();
            agents
                .into_iter()
                .try_for_each(|agent| self.recount_agent(agent, at))
                .map_err(range)?;
        }
        if moved || limits { self.recount_wallet(at).map_err(range) } else { Ok(()) }
    }

    fn apply_agent(&mut self, event: &Event, now: Now) -> Applied {
        let at = now.at;
        let arrow = ApplyError::Arrow { event: event.kind() };
        match event {
            Event::AgentAdded { parent, .. } => {
                let draft = new_agent(event, at).ok_or(arrow)?;
                self.add_agent(draft, at)?;
                parent.iter().for_each(|parent| self.note_attempt(*parent, now));
                Ok(())
            }
            Event::AllocationSet { agent, allocation, by } => {
                let parent = self.unrevoked(*agent, arrow.clone())?.parent;
                if parent.is_none() || by.is_some_and(|by| parent != Some(by)) {
                    return Err(arrow);
                }
                by.iter().for_each(|by| self.note_attempt(*by, now));
                let set = self.set_allocation(*agent, allocation.as_ref(), at);
                set.map_err(|_| ApplyError::OutOfRange { event: event.kind() })
            }
            Event::AgentPolicySet { agent, policy } => {
                self.unrevoked(*agent, arrow)?;
                self.policies_set.note(self.day(at, event.kind())?);
                self.set_agent_policy(*agent, policy, at)
            }
            Event::AgentPaused { agent, canceled } => {
                self.turn(*agent, (AgentStatus::Active, AgentStatus::Paused), arrow)?;
                let subtree = self.subtree(*agent);
                self.stop_all(canceled, (Some(&subtree), StopCause::Paused), at)
            }
            Event::AgentResumed { agent } => {
                self.turn(*agent, (AgentStatus::Paused, AgentStatus::Active), arrow.clone())?;
                let place = (at, self.next_seq);
                let found = self.unrevoked(*agent, arrow)?;
                found.tripped = None;
                found.watch.resume(place);
                Ok(())
            }
            Event::BreakerTripped { agent, cause, canceled } => {
                self.turn(*agent, (AgentStatus::Active, AgentStatus::Paused), arrow.clone())?;
                self.unrevoked(*agent, arrow)?.tripped = Some((cause.clone(), at));
                let subtree = self.subtree(*agent);
                self.stop_all(canceled, (Some(&subtree), StopCause::Breaker), at)
            }
            Event::AgentRevoked { agent, canceled, descendants, .. } => {
                self.revoke((*agent, descendants), canceled, at)
            }
            _ => Err(arrow),
        }
    }

    /// When the owner's day began.
    fn day(&self, at: Timestamp, event: &'static str) -> Result<Timestamp, ApplyError> {
        let now = Moment::new(&self.calendar, at);
        now.map(|now| now.day.start).map_err(|_| ApplyError::OutOfRange { event })
    }

    /// Adds an agent, below its parent if it has one.
    fn add_agent(&mut self, draft: Agent, at: Timestamp) -> Applied {
        let event = "agent_added";
        let (agent, parent) = (draft.id, draft.parent);
        if parent.is_some() != draft.allocation.is_some() {
            return Err(ApplyError::Arrow { event });
        }
        if let Some(parent) = parent {
            let depth = self.chain(parent).count();
            let day = self.day(at, event)?;
            let full = self.too_many_below(parent, day).is_some();
            let top = self.top(parent).map(|top| top.id);
            let found = self.unrevoked(parent, ApplyError::Arrow { event })?;
            let many = found.children.len() >= Allocation::MAX_CHILDREN;
            if many || full || depth >= Allocation::MAX_DEPTH || !found.children.insert(agent) {
                return Err(ApplyError::Arrow { event });
            }
            if let Some(top) = top.and_then(|top| self.agents.get_mut(&top)) {
                top.added_below.note(day);
            }
        }
        let name_free = self.names.insert(draft.name.raw().to_lowercase());
        if !name_free || self.agents.insert(agent, Box::new(draft)).is_some() {
            return Err(ApplyError::Taken { event });
        }
        self.recount_agent(agent, at).map_err(|_| ApplyError::OutOfRange { event })
    }

    /// Revokes an agent and all below it, and checks that it left none behind.
    fn revoke(
        &mut self,
        (agent, descendants): (AgentId, &[AgentId]),
        canceled: &[PaymentId],
        at: Timestamp,
    ) -> Applied {
        let arrow = ApplyError::Arrow { event: "agent_revoked" };
        let parent = self.unrevoked(agent, arrow.clone())?.parent;
        let subtree = self.subtree(agent);
        let named: BTreeSet<AgentId> = descendants.iter().copied().chain([agent]).collect();
        if named != subtree {
            return Err(arrow);
        }
        for id in &subtree {
            let found = self.unrevoked(*id, arrow.clone())?;
            found.status = AgentStatus::Revoked;
            let children = std::mem::take(&mut found.children);
            found.former.extend(children);
            let (name, credentials) = (found.name.raw().to_lowercase(), found.credentials.clone());
            self.names.remove(&name);
            for credential in &credentials {
                if let Some(held) = self.credentials.get_mut(credential) {
                    held.revoked = true;
                }
            }
        }
        if let Some(parent) = parent.and_then(|parent| self.agents.get_mut(&parent)) {
            parent.children.remove(&agent);
            parent.former.insert(agent);
        }
        subtree.iter().try_for_each(|id| self.end_sessions(*id, at))?;
        self.stop_all(canceled, (Some(&subtree), StopCause::Revoked), at)
    }

    fn unrevoked(&mut self, agent: AgentId, arrow: ApplyError) -> Result<&mut Agent, ApplyError> {
        let found = self.agents.get_mut(&agent).ok_or(ApplyError::UnknownAgent(agent))?;
        if found.status == AgentStatus::Revoked { Err(arrow) } else { Ok(found) }
    }

    fn turn(
        &mut self,
        agent: AgentId,
        (from, to): (AgentStatus, AgentStatus),
        arrow: ApplyError,
    ) -> Applied {
        let found = self.agents.get_mut(&agent).ok_or(ApplyError::UnknownAgent(agent))?;
        if found.status != from {
            return Err(arrow);
        }
        found.status = to;
        Ok(())
    }

    fn set_agent_policy(&mut self, agent: AgentId, policy: &AgentPolicy, at: Timestamp) -> Applied {
        let found = self.agents.get_mut(&agent).ok_or(ApplyError::UnknownAgent(agent))?;
        found.policy = policy.clone();
        let range = |_: OutOfRange| ApplyError::OutOfRange { event: "agent_policy_set" };
        self.recount_agent(agent, at).map_err(range)
    }

    fn apply_credential(&mut self, event: &Event, clock: Timestamp) -> Applied {
        match event {
            Event::CredentialIssued { credential, agent, scope, expires_at_ms, bearer, .. } => {
                self.agent(*agent).ok_or(ApplyError::UnknownAgent(*agent))?;
                if !self.may_act(*agent) || *expires_at_ms <= clock {
                    return Err(ApplyError::Arrow { event: event.kind() });
                }
                self.forget_credentials(clock);
                let issued = Credential {
                    credential: *credential,
                    agent: *agent,
                    expires_at: *expires_at_ms,
                    bearer: *bearer,
                    revoked: false,
                    scope: scope.clone(),
                };
                self.credential_ends.insert((*expires_at_ms, *credential));
                if let Some(holder) = self.agents.get_mut(agent) {
                    holder.credentials.insert(*credential);
                }
                match self.credentials.insert(*credential, issued) {
                    Some(_) => Err(ApplyError::Taken { event: event.kind() }),
                    None => Ok(()),
                }
            }
            Event::CredentialRevoked { credential } => {
                let found = self.credentials.get_mut(credential);
                let found = found.ok_or(ApplyError::UnknownCredential(*credential))?;
                if found.revoked {
                    return Err(ApplyError::Arrow { event: event.kind() });
                }
                found.revoked = true;
                Ok(())
            }
            _ => Err(ApplyError::Arrow { event: event.kind() }),
        }
    }

    fn forget_credentials(&mut self, clock: Timestamp) {
        while let Some((end, credential)) = self.credential_ends.first().copied()
            && end.plus_seconds(KEEP_ENDED_CREDENTIALS_S) <= clock
        {
            self.forget_credential(end, credential);
        }
    }

    fn forget_credential(&mut self, end: Timestamp, credential: CredentialId) {
        self.credential_ends.remove(&(end, credential));
        let forgotten = self.credentials.remove(&credential);
        let holder = forgotten.and_then(|held| self.agents.get_mut(&held.agent));
        if let Some(holder) = holder {
            holder.credentials.remove(&credential);
        }
    }
}

fn new_agent(event: &Event, at: Timestamp) -> Option<Agent> {
    let Event::AgentAdded { agent, name, holder_key, policy, parent, allocation } = event else {
        return None;
    };
    Some(Agent {
        id: *agent,
        name: name.clone(),
        holder_key: *holder_key,
        policy: policy.clone(),
        parent: *parent,
        allocation: allocation.clone(),
        status: AgentStatus::Active,
        tripped: None,
        added_at: at,
        last_activity_at: None,
        children: BTreeSet::new(),
        former: BTreeSet::new(),
        added_below: PerDay::default(),
        open: BTreeSet::new(),
        credentials: BTreeSet::new(),
        books: Books::default(),
        attempts: Attempts::default(),
        refused: Attempts::default(),
        watch: Watch::default(),
        baselines: std::collections::BTreeMap::new(),
        sessions: Sessions::default(),
        keys: Keys::default(),
    })
}
