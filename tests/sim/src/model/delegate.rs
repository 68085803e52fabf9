//! Handing part of a budget to a sub-agent, changing it, and taking it back.

use super::{Answer, Model, Now, Outcome, done, presence};
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, Allocation, Asked, Delegation, Event, HolderProof, Presented,
    Refusal, Scope, Timestamp,
};
use purser_engine::{AgentStatus, CommandError};
use rust_decimal::Decimal;

type By<'a> = Option<&'a (AgentId, Option<Presented>)>;

pub(super) fn refused(agent: AgentId, asked: Asked, refusal: Refusal) -> (Vec<Event>, Answer) {
    let event = Event::AgentAskRefused { agent, asked, refusal: refusal.clone() };
    (vec![event], Answer::AskRefused(refusal))
}

/// The words are for people; they are compared without.
fn invalid() -> Refusal {
    Refusal::DelegationInvalid { reason: String::new() }
}

fn wider() -> Refusal {
    Refusal::WiderThanParent { field: String::new() }
}

impl Model {
    pub(super) fn delegate(&self, asked: &Delegation, now: Now) -> (Vec<Event>, Answer) {
        if let Err(refusal) = self.may_delegate(asked, now) {
            return refused(asked.parent, Asked::Delegate, refusal);
        }
        let AgentDraft { agent, name, holder_key, policy } = asked.draft.clone();
        let (parent, allocation) = (Some(asked.parent), Some(asked.allocation.clone()));
        let added = Event::AgentAdded { agent, name, holder_key, policy, parent, allocation };
        (vec![added], Answer::Done)
    }

    fn may_delegate(&self, asked: &Delegation, now: Now) -> Result<(), Refusal> {
        let Delegation { parent, presented, draft, allocation } = asked;
        self.first_steps(*parent, presented.as_ref(), now)?;
        let chain = self.chain(*parent);
        self.may_hand_on(*parent, presented.as_ref())?;
        if chain.len() + 1 > Allocation::MAX_DEPTH {
            return Err(Refusal::DelegationTooDeep { limit: Allocation::MAX_DEPTH as u32 });
        }
        if self.children(*parent).count() >= Allocation::MAX_CHILDREN {
            return Err(Refusal::TooManySubAgents { limit: Allocation::MAX_CHILDREN as u32 });
        }
        let top = *chain.last().unwrap();
        let (today, all) = (self.calendar.day(now.at), self.agents.keys());
        let below = all.filter(|id| **id != top && self.chain(**id).contains(&top));
        let below: Vec<_> = below.map(|id| &self.agents[id]).collect();
        let living = below.iter().filter(|agent| agent.status != AgentStatus::Revoked).count();
        let new = below.iter().filter(|agent| self.calendar.day(agent.added_at) == today).count();
        if living >= 256 || new >= 256 {
            return Err(Refusal::TooManySubAgents { limit: 256 });
        }
        self.check_draft(draft).map_err(|_| invalid())?;
        allocation.validate().map_err(|_| invalid())?;
        if presence::wider(&self.agents[parent].policy, &draft.policy) {
            return Err(wider());
        }
        self.within_credential(presented.as_ref(), &draft.policy)?;
        self.room(*parent, None, allocation.amount, now.at)
    }

    /// Whether an agent may hand on its budget, with what it shows: its own key, and the credential
    /// with the life that it was issued with.
    fn may_hand_on(&self, parent: AgentId, shown: Option<&Presented>) -> Result<(), Refusal> {
        if !self.chain(parent).iter().all(|id| self.agents[id].policy.may_delegate) {
            return Err(Refusal::DelegationNotAllowed);
        }
        let Some(shown) = shown else { return Ok(()) };
        let held = self.held(shown.credential);
        let shorter = held.is_none_or(|held| shown.expires_at < held.expires_at);
        if shorter || shown.handed_over || shown.proof == HolderProof::Bearer {
            return Err(Refusal::OwnCredentialNeeded);
        }
        Ok(())
    }

    /// A credential that was narrowed must not make a sub-agent that is wider than it.
    fn within_credential(
        &self,
        presented: Option<&Presented>,
        policy: &AgentPolicy,
    ) -> Result<(), Refusal> {
        let Some(shown) = presented else { return Ok(()) };
        let held = self.held(shown.credential).map(|held| &held.scope);
        let within = held.is_none_or(|scope| is_within(policy, scope));
        if within && is_within(policy, &shown.scope) { Ok(()) } else { Err(wider()) }
    }

    /// Whether what an agent holds covers what is used of it, what its other sub-agents may still
    /// use, and `rest` for one more.
    fn room(
        &self,
        parent: AgentId,
        child: Option<AgentId>,
        rest: Decimal,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(held) = self.holds(parent) else { return Err(Refusal::AllocationTakenBack) };
        let (settled, reserved) = self.subtree_used(parent, now);
        let others = self.children(parent).filter(|id| Some(*id) != child);
        let others: Decimal = others.map(|id| self.remainder(id, Decimal::ZERO, now)).sum();
        let observed = (settled + reserved + others + rest).normalize();
        if observed > held.amount {
            return Err(Refusal::AllocationLimit { holder: parent, limit: held.amount, observed });
        }
        Ok(())
    }

    pub(super) fn allocate(
        &self,
        agent: AgentId,
        (by, allocation): (By<'_>, Option<&Allocation>),
        now: Now,
    ) -> Outcome {
        let by = match by {
            Some((parent, presented)) => {
                let checked = self.by_parent(agent, (*parent, presented.as_ref()), allocation, now);
                if let Err(refusal) = checked {
                    return Ok(refused(*parent, Asked::Allocate, refusal));
                }
                Some(*parent)
            }
            None => {
                self.by_owner(agent, allocation, now.at)?;
                None
            }
        };
        done(Event::AllocationSet { agent, allocation: allocation.cloned(), by })
    }

    fn by_parent(
        &self,
        child: AgentId,
        (parent, presented): (AgentId, Option<&Presented>),
        allocation: Option<&Allocation>,
        now: Now,
    ) -> Result<(), Refusal> {
        self.first_steps(parent, presented, now)?;
        if !self.children(parent).any(|id| id == child) {
            return Err(Refusal::NotASubAgent);
        }
        let Some(allocation) = allocation else { return Ok(()) };
        allocation.validate().map_err(|_| invalid())?;
        let old = self.agents[&child].allocation.as_ref();
        if old.is_some_and(|old| allocation.same_window(old) && allocation.amount <= old.amount) {
            return Ok(());
        }
        self.may_hand_on(parent, presented)?;
        self.within_credential(presented, &self.agents[&child].policy)?;
        match self.raised(child, allocation, now.at) {
            Some(rest) => self.room(parent, Some(child), rest, now.at),
            None => Ok(()),
        }
    }

    fn by_owner(
        &self,
        child: AgentId,
        allocation: Option<&Allocation>,
        now: Timestamp,
    ) -> Result<(), CommandError> {
        let found = self.agents.get(&child).ok_or(CommandError::AgentNotFound)?;
        if found.status == AgentStatus::Revoked {
            return Err(CommandError::AgentRevoked);
        }
        let parent = found.parent.ok_or(CommandError::NotASubAgent)?;
        let Some(allocation) = allocation else { return Ok(()) };
        allocation.validate()?;
        let Some(rest) = self.raised(child, allocation, now) else { return Ok(()) };
        match self.room(parent, Some(child), rest, now) {
            Err(Refusal::AllocationTakenBack) => Err(CommandError::NoAllocation),
            Err(_) => Err(CommandError::NoRoom),
            Ok(()) => Ok(()),
        }
    }

    /// What a sub-agent may still use under a new allocation, when that is more than before: to
    /// hand out less is always possible.
    fn raised(&self, child: AgentId, new: &Allocation, now: Timestamp) -> Option<Decimal> {
        let before = self.remainder(child, Decimal::ZERO, now);
        let after = self.rest_of(child, new, Decimal::ZERO, now);
        (after > before).then_some(after)
    }
}

/// Whether a policy allows nothing that a scope does not. A policy knows neither tasks nor hours.
fn is_within(policy: &AgentPolicy, scope: &Scope) -> bool {
    fn only<T: PartialEq>(allowed: &[T], scope: &[T]) -> bool {
        scope.is_empty() || (!allowed.is_empty() && allowed.iter().all(|one| scope.contains(one)))
    }
    only(&policy.allowed_payees, &scope.payees)
        && only(&policy.allowed_categories, &scope.categories)
        && only(&policy.allowed_actions, &scope.actions)
        && only(&policy.allowed_rails, &scope.rails)
        && only(&policy.allowed_currencies, &scope.currencies)
        && scope.tasks.is_empty()
        && scope.per_transaction.is_none_or(|most| policy.per_transaction <= most)
        && scope.not_before.is_none()
        && scope.not_after.is_none()
}
