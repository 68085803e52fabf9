//! Whether a change of policy lets more through, told field by field. What can't be told does.

use purser_domain::{AgentPolicy, Condition, PayeeRule, SignalCode, SpendingLimit, WalletPolicy};
use rust_decimal::Decimal;

pub(super) fn agent_loosens(old: &AgentPolicy, new: &AgentPolicy) -> bool {
    let more = new.per_transaction > old.per_transaction
        || new.per_session > old.per_session
        || new.daily > old.daily
        || new.rate_limit_per_minute > old.rate_limit_per_minute
        || new.credential_minutes > old.credential_minutes
        || new.sessions_per_day > old.sessions_per_day
        || new.breakers.spend_rate_multiple > old.breakers.spend_rate_multiple
        || new.breakers.repeated_failures > old.breakers.repeated_failures
        || new.breakers.refusals > old.breakers.refusals;
    let switched = (new.allow_bearer && !old.allow_bearer)
        || (new.may_delegate && !old.may_delegate)
        || (old.require_session && !new.require_session);
    let allowed = allows_more(&old.allowed_payees, &new.allowed_payees)
        || allows_more(&old.allowed_categories, &new.allowed_categories)
        || allows_more(&old.allowed_rails, &new.allowed_rails)
        || allows_more(&old.allowed_actions, &new.allowed_actions)
        || allows_more(&old.allowed_currencies, &new.allowed_currencies);
    let blocked = lost(&old.blocked_payees, &new.blocked_payees)
        || lost(&old.blocked_categories, &new.blocked_categories);
    let review = match (old.review_above, new.review_above) {
        (Some(old), Some(new)) => new > old,
        (Some(_), None) => true,
        (None, _) => false,
    };
    let signals = SignalCode::ALL.iter().any(|code| new.effect_of(*code) < old.effect_of(*code));
    more || switched
        || signals
        || allowed
        || blocked
        || review
        || limits_loosen(&old.spending_limits, &new.spending_limits)
        || conditions_loosen(&old.conditions, &new.conditions)
        || payee_rules_loosen(&old.payee_rules, &new.payee_rules)
        || old.cost_rules != new.cost_rules
}

/// Whether a change lets less through and does nothing else.
pub(super) fn agent_only_tightens(old: &AgentPolicy, new: &AgentPolicy) -> bool {
    let worded = (&old.team, &old.project) != (&new.team, &new.project);
    let lists = moved(&old.allowed_payees, &new.allowed_payees)
        || moved(&old.blocked_payees, &new.blocked_payees)
        || moved(&old.allowed_categories, &new.allowed_categories)
        || moved(&old.blocked_categories, &new.blocked_categories)
        || moved(&old.allowed_rails, &new.allowed_rails)
        || moved(&old.allowed_actions, &new.allowed_actions)
        || moved(&old.allowed_currencies, &new.allowed_currencies)
        || moved(&old.spending_limits, &new.spending_limits)
        || moved(&old.conditions, &new.conditions)
        || moved(&old.payee_rules, &new.payee_rules);
    let effects = SignalCode::ALL.iter().any(|code| new.effect_of(*code) != old.effect_of(*code));
    let signals = new.signals != old.signals && !effects;
    !agent_loosens(old, new) && !worded && !lists && !signals
}

pub(super) fn wallet_only_tightens(old: &WalletPolicy, new: &WalletPolicy) -> bool {
    !wallet_loosens(old, new) && !moved(&old.spending_limits, &new.spending_limits)
}

/// Whether a list holds the same in another order.
fn moved<T: PartialEq>(old: &[T], new: &[T]) -> bool {
    old != new && !lost(old, new) && !lost(new, old)
}

/// Whether a sub-agent's policy is wider than the one above it. What that one blocks stays blocked
/// below it, whether or not it is said again.
pub(super) fn wider(above: &AgentPolicy, policy: &AgentPolicy) -> bool {
    let mut policy = policy.clone();
    if !policy.allowed_payees.is_empty() {
        policy.blocked_payees.clone_from(&above.blocked_payees);
    }
    if !policy.allowed_categories.is_empty() {
        policy.blocked_categories.clone_from(&above.blocked_categories);
    }
    agent_loosens(above, &policy)
}

pub(super) fn wallet_loosens(old: &WalletPolicy, new: &WalletPolicy) -> bool {
    let (was, is) = (&old.tiers, &new.tiers);
    let tiers = is.autonomous_below > was.autonomous_below
        || is.envelope_up_to > was.envelope_up_to
        || is.approver_up_to > was.approver_up_to
        || is.approver_window_minutes > was.approver_window_minutes
        || is.quorum_window_minutes > was.quorum_window_minutes
        || is.quorum < was.quorum;
    let rates = old.rates.keys().chain(new.rates.keys()).any(|currency| {
        match (old.rates.get(currency), new.rates.get(currency)) {
            (Some(was), Some(is)) => {
                let same_age = (was.as_of, was.max_age_hours) == (is.as_of, is.max_age_hours);
                !(same_age && is.worth >= was.worth)
            }
            _ => true,
        }
    });
    tiers
        || rates
        || old.currency != new.currency
        || old.time_zone != new.time_zone
        || new.idle_lock_minutes > old.idle_lock_minutes
        || old.networks != new.networks
        || old.cost_rules != new.cost_rules
        || limits_loosen(&old.spending_limits, &new.spending_limits)
}

/// An empty list allows everything.
fn allows_more<T: PartialEq>(old: &[T], new: &[T]) -> bool {
    !old.is_empty() && (new.is_empty() || lost(new, old))
}

/// Whether something of one list is not in another.
fn lost<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.iter().any(|item| !other.contains(item))
}

/// Every old limit must have a new one that stops at least as much.
fn limits_loosen(old: &[SpendingLimit], new: &[SpendingLimit]) -> bool {
    old.iter().any(|old| !new.iter().any(|new| stops_as_much(old, new)))
}

fn stops_as_much(old: &SpendingLimit, new: &SpendingLimit) -> bool {
    new.amount <= old.amount
        && (new.interval, new.window) == (old.interval, old.window)
        && names_all(&old.categories, &new.categories)
        && names_all(&old.payees, &new.payees)
        && names_all(&old.actions, &new.actions)
        && names_all(&old.workflows, &new.workflows)
        && names_all(&old.tasks, &new.tasks)
        // What each has for itself is more than what all share.
        && (old.each_payee || !new.each_payee)
        && (old.each_category || !new.each_category)
        && (old.each_workflow || !new.each_workflow)
        && (old.each_task || !new.each_task)
}

/// Whether the new filter lets through all that the old one does. An empty one lets all through.
fn names_all<T: PartialEq>(old: &[T], new: &[T]) -> bool {
    new.is_empty() || (!old.is_empty() && !lost(old, new))
}

fn conditions_loosen(old: &[Condition], new: &[Condition]) -> bool {
    old.iter().any(|old| {
        !new.iter().any(|new| {
            let same = |one: &[_], other: &[_]| !lost(one, other) && !lost(other, one);
            same(&old.categories, &new.categories)
                && old.unit == new.unit
                && names_all(&old.payees, &new.payees)
                && new.unit_price_above <= old.unit_price_above
                && new.effect >= old.effect
        })
    })
}

fn payee_rules_loosen(old: &[PayeeRule], new: &[PayeeRule]) -> bool {
    let highest = |rules: &[PayeeRule], rule: &PayeeRule| {
        let same = rules.iter().filter(|other| other.payee == rule.payee);
        same.map(|rule| rule.up_to).max().unwrap_or(Decimal::ZERO)
    };
    new.iter().any(|rule| highest(new, rule) > highest(old, rule))
}
