//! Handing part of a budget to a sub-agent (A5), and changing what it holds.
//!
//! Guarantees: a sub-agent is never wider than its parent was when it was made, nor than the
//! credential that asked for it, nor does it outlive that one's holder's right to ask: only the
//! agent's own credential, with the life that it was issued with and signed by the agent's key,
//! hands anything on. An agent never hands out more than it has left (I4), and below one of the
//! owner's own agents there are only so many sub-agents, and so many new ones a day. What an agent
//! asks climbs steps 1 to 3 of the ladder first, and a refusal is an entry (I9).

use super::ladder::{Caller, caller, internal};
use super::{Outcome, Reply, done, owner};
use crate::budget::{Moment, OutOfRange};
use crate::error::CommandError;
use crate::explain::Nobody;
use crate::now::Now;
use crate::policy;
use crate::state::{Agent, AgentStatus, State};
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, Allocation, Asked, Delegation, Event, HolderProof, Presented,
    Refusal, Scope,
};
use rust_decimal::Decimal;

/// The agent that asks, with its credential.
type By<'a> = (AgentId, Option<&'a Presented>);

pub(super) fn refused(agent: AgentId, asked: Asked, refusal: Refusal) -> Outcome {
    let event = Event::AgentAskRefused { agent, asked, refusal: refusal.clone() };
    Ok((vec![event], Reply::Refused(refusal)))
}

pub(super) fn delegate(state: &State, asked: &Delegation, now: Now) -> Outcome {
    match check(state, asked, now) {
        Err(refusal) => refused(asked.parent, Asked::Delegate, refusal),
        Ok(()) => {
            let AgentDraft { agent, name, holder_key, policy } = asked.draft.clone();
            let (parent, allocation) = (Some(asked.parent), Some(asked.allocation.clone()));
            done(Event::AgentAdded { agent, name, holder_key, policy, parent, allocation })
        }
    }
}

fn check(state: &State, asked: &Delegation, now: Now) -> Result<(), Refusal> {
    let presented = asked.presented.as_ref();
    let caller = caller(state, asked.parent, presented, now.clock, &mut Nobody)?;
    let parent = *caller.chain.first().ok_or_else(|| internal("standing"))?;
    may_hand_on(&caller, presented)?;
    let now = Moment::new(&state.calendar, now.at).map_err(|_| internal("calendar"))?;
    if caller.chain.len() >= Allocation::MAX_DEPTH {
        return Err(Refusal::DelegationTooDeep { limit: number(Allocation::MAX_DEPTH) });
    }
    if parent.children.len() >= Allocation::MAX_CHILDREN {
        return Err(Refusal::TooManySubAgents { limit: number(Allocation::MAX_CHILDREN) });
    }
    if let Some(limit) = state.too_many_below(asked.parent, now.day.start) {
        return Err(Refusal::TooManySubAgents { limit });
    }
    let invalid = |reason: String| Refusal::DelegationInvalid { reason };
    owner::check_draft(state, &asked.draft).map_err(|error| invalid(error.to_string()))?;
    asked.allocation.validate().map_err(|error| invalid(error.to_string()))?;
    if let Some(field) = wider(&parent.policy, &asked.draft.policy) {
        return Err(Refusal::WiderThanParent { field });
    }
    within_credential(&caller, presented, &asked.draft.policy)?;
    room(state, parent, (None, asked.allocation.amount), &now)
}

fn number(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// Whether an agent, and every agent above it, may hand on its budget, and asks with what is its
/// own. A sub-agent has a key and renewals of its own: whoever was handed a credential for a while
/// would have one for ever.
fn may_hand_on(caller: &Caller<'_>, presented: Option<&Presented>) -> Result<(), Refusal> {
    if !caller.chain.iter().all(|agent| agent.policy.may_delegate) {
        return Err(Refusal::DelegationNotAllowed);
    }
    let own = presented.is_none_or(|shown| {
        let whole = caller.held.is_some_and(|held| shown.expires_at >= held.expires_at);
        whole && shown.proof == HolderProof::Signature && !shown.handed_over
    });
    if own { Ok(()) } else { Err(Refusal::OwnCredentialNeeded) }
}

/// The first field in which a sub-agent's policy is wider than its parent's. A policy has a list of
/// what is allowed or one of what is blocked. A sub-agent with the first kind can't have the second
/// kind of its parent too, and is no wider for that: step 5 holds it to every policy above it.
pub(super) fn wider(parent: &AgentPolicy, policy: &AgentPolicy) -> Option<String> {
    let mut than = parent.clone();
    if !policy.allowed_payees.is_empty() {
        than.blocked_payees = Vec::new();
    }
    if !policy.allowed_categories.is_empty() {
        than.blocked_categories = Vec::new();
    }
    policy::loosens(&than, policy).into_iter().next()
}

/// Whether a sub-agent's policy is within the credential that asks for it, as it was issued and as
/// it was presented: a narrowed credential must not make itself a wider one.
fn within_credential(
    caller: &Caller<'_>,
    presented: Option<&Presented>,
    policy: &AgentPolicy,
) -> Result<(), Refusal> {
    let scopes = [caller.held.map(|held| &held.scope), presented.map(|shown| &shown.scope)];
    match scopes.into_iter().flatten().find_map(|scope| beyond(policy, scope)) {
        Some(field) => Err(Refusal::WiderThanParent { field: format!("credential.{field}") }),
        None => Ok(()),
    }
}

/// The first thing that a policy allows and a scope does not. A policy knows neither tasks nor
/// hours, so a credential with those can hand on nothing.
fn beyond(policy: &AgentPolicy, scope: &Scope) -> Option<&'static str> {
    fn within<T: PartialEq>(allowed: &[T], scope: &[T]) -> bool {
        let all = !allowed.is_empty() && allowed.iter().all(|item| scope.contains(item));
        scope.is_empty() || all
    }
    let checks = [
        ("payees", within(&policy.allowed_payees, &scope.payees)),
        ("categories", within(&policy.allowed_categories, &scope.categories)),
        ("actions", within(&policy.allowed_actions, &scope.actions)),
        ("rails", within(&policy.allowed_rails, &scope.rails)),
        ("currencies", within(&policy.allowed_currencies, &scope.currencies)),
        ("tasks", scope.tasks.is_empty()),
        ("per_transaction", scope.per_transaction.is_none_or(|cap| policy.per_transaction <= cap)),
        ("not_before", scope.not_before.is_none()),
        ("not_after", scope.not_after.is_none()),
    ];
    checks.into_iter().find(|(_, within)| !within).map(|(field, _)| field)
}

/// Whether what an agent holds covers what is used of it and what all its sub-agents may still
/// use, when one of them, or a new one, may use `rest`.
fn room(
    state: &State,
    parent: &Agent,
    (child, rest): (Option<AgentId>, Decimal),
    now: &Moment<'_>,
) -> Result<(), Refusal> {
    let meter = parent.allocation_meter().ok_or(Refusal::AllocationTakenBack)?;
    let others = state.held(parent, child, now);
    let all = others.and_then(|others| meter.used_by_all(now)?.with(others));
    let observed = all.ok().and_then(|all| all.checked_add(rest));
    let observed = observed.ok_or_else(|| internal("allocation"))?.normalize();
    if observed > meter.limit {
        let (holder, limit) = (parent.id, meter.limit);
        return Err(Refusal::AllocationLimit { holder, limit, observed });
    }
    Ok(())
}

pub(super) fn allocate(
    state: &State,
    agent: AgentId,
    (by, allocation): (Option<By<'_>>, Option<&Allocation>),
    now: Now,
) -> Outcome {
    let set = |by: Option<AgentId>| {
        done(Event::AllocationSet { agent, allocation: allocation.cloned(), by })
    };
    match by {
        Some((parent, presented)) => {
            match by_parent(state, agent, ((parent, presented), allocation), now) {
                Err(refusal) => refused(parent, Asked::Allocate, refusal),
                Ok(()) => set(Some(parent)),
            }
        }
        None => {
            by_owner(state, agent, allocation, now)?;
            set(None)
        }
    }
}

fn by_parent(
    state: &State,
    agent: AgentId,
    ((parent, presented), allocation): (By<'_>, Option<&Allocation>),
    now: Now,
) -> Result<(), Refusal> {
    let caller = caller(state, parent, presented, now.clock, &mut Nobody)?;
    let child = state.agent(agent).filter(|child| child.parent == Some(parent));
    let child = child.filter(|child| child.status != AgentStatus::Revoked);
    let child = child.ok_or(Refusal::NotASubAgent)?;
    let Some(allocation) = allocation else { return Ok(()) };
    let valid = allocation.validate();
    valid.map_err(|error| Refusal::DelegationInvalid { reason: error.to_string() })?;
    let now = Moment::new(&state.calendar, now.at).map_err(|_| internal("calendar"))?;
    let parent = *caller.chain.first().ok_or_else(|| internal("standing"))?;
    if is_within(allocation, child.allocation.as_ref()) {
        return Ok(());
    }
    may_hand_on(&caller, presented)?;
    within_credential(&caller, presented, &child.policy)?;
    match raised(state, child, allocation, &now)? {
        Some(rest) => room(state, parent, (Some(agent), rest), &now),
        None => Ok(()),
    }
}

fn by_owner(
    state: &State,
    agent: AgentId,
    allocation: Option<&Allocation>,
    now: Now,
) -> Result<(), CommandError> {
    let child = owner::standing_agent(state, agent)?;
    let parent = child.parent.and_then(|parent| state.agent(parent));
    let parent = parent.ok_or(CommandError::NotASubAgent)?;
    let Some(allocation) = allocation else { return Ok(()) };
    allocation.validate()?;
    let step = |step| CommandError::Internal { step };
    let now = Moment::new(&state.calendar, now.at).map_err(|_| step("calendar"))?;
    let raised = raised(state, child, allocation, &now).map_err(|_| step("allocation"))?;
    let Some(rest) = raised else { return Ok(()) };
    match room(state, parent, (Some(agent), rest), &now) {
        Ok(()) => Ok(()),
        Err(Refusal::AllocationLimit { .. }) => Err(CommandError::NoRoom),
        Err(Refusal::AllocationTakenBack) => Err(CommandError::NoAllocation),
        Err(_) => Err(step("allocation")),
    }
}

/// Whether an allocation can never give more than another one: as much at most, over the same time.
/// Over another time it may give more later, however little that is now.
fn is_within(allocation: &Allocation, of: Option<&Allocation>) -> bool {
    of.is_some_and(|of| allocation.same_window(of) && allocation.amount <= of.amount)
}

/// What a sub-agent might use under a new allocation; `None` when that is no more than it may use
/// already. To hand out less is always possible.
fn raised(
    state: &State,
    child: &Agent,
    allocation: &Allocation,
    now: &Moment<'_>,
) -> Result<Option<Decimal>, Refusal> {
    let rest = state.used_under(child, allocation, now);
    let rest = rest.and_then(|used| allocation.amount.checked_sub(used).ok_or(OutOfRange));
    let before = child.remainder(now);
    let (Ok(rest), Ok(before)) = (rest, before) else { return Err(internal("allocation")) };
    let rest = rest.max(Decimal::ZERO);
    Ok((rest > before).then_some(rest))
}
