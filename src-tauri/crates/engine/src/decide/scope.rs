//! Step 5: whom, what for, how and when. The agent's policy, that of every agent above it, the
//! credential as it was issued and the credential as it was presented must each allow the request.

use crate::state::Agent;
use purser_domain::{AgentPolicy, PayeeKey, Refusal, Scope, SpendRequest, Timestamp};
use rust_decimal::Decimal;

/// A request, with what several checks need of it.
pub(super) struct Asked<'a> {
    pub request: &'a SpendRequest,
    pub payee_keys: &'a [PayeeKey],
    pub worth: Option<Decimal>,
    pub clock: Timestamp,
}

impl Asked<'_> {
    /// The keys that may open an allow list. A host beside an account counts only where the wallet
    /// connected to it: one that the agent merely names says nothing of where the money goes.
    pub fn opening(&self) -> &[PayeeKey] {
        let named_only = self.request.terms.is_none();
        if named_only { self.payee_keys.get(..1).unwrap_or_default() } else { self.payee_keys }
    }
}

pub(super) fn check(
    chain: &[&Agent],
    narrowed: &[Option<&Scope>],
    asked: &Asked<'_>,
) -> Result<(), Refusal> {
    chain.iter().try_for_each(|agent| by_policy(&agent.policy, asked))?;
    narrowed.iter().flatten().try_for_each(|scope| by_scope(scope, asked))
}

/// Whether an allow list has one of `items`, or is empty.
fn allows<T: PartialEq>(list: &[T], items: &[T]) -> bool {
    list.is_empty() || items.iter().any(|item| list.contains(item))
}

fn ensure(allowed: bool, refusal: Refusal) -> Result<(), Refusal> {
    if allowed { Ok(()) } else { Err(refusal) }
}

fn by_policy(policy: &AgentPolicy, asked: &Asked<'_>) -> Result<(), Refusal> {
    let request = asked.request;
    let category = request.category.as_slice();
    let (rail, action, currency) = (request.rail, request.action, request.amount.currency());
    let blocked = asked.payee_keys.iter().any(|key| policy.blocked_payees.contains(key));
    ensure(allows(&policy.allowed_payees, asked.opening()), Refusal::PayeeNotAllowed)?;
    ensure(!blocked, Refusal::PayeeBlocked)?;
    ensure(allows(&policy.allowed_categories, category), Refusal::CategoryNotAllowed)?;
    let blocked = category.iter().any(|category| policy.blocked_categories.contains(category));
    ensure(!blocked, Refusal::CategoryBlocked)?;
    ensure(allows(&policy.allowed_rails, &[rail]), Refusal::RailNotAllowed { rail })?;
    ensure(allows(&policy.allowed_actions, &[action]), Refusal::ActionNotAllowed { action })?;
    let currencies = &policy.allowed_currencies;
    ensure(allows(currencies, &[currency]), Refusal::CurrencyNotAllowed { currency })
}

fn by_scope(scope: &Scope, asked: &Asked<'_>) -> Result<(), Refusal> {
    let request = asked.request;
    let (rail, action, currency) = (request.rail, request.action, request.amount.currency());
    let task = request.task.as_ref().map(|task| std::slice::from_ref(&task.id));
    ensure(allows(&scope.payees, asked.opening()), Refusal::PayeeNotAllowed)?;
    let category = request.category.as_slice();
    ensure(allows(&scope.categories, category), Refusal::CategoryNotAllowed)?;
    ensure(allows(&scope.rails, &[rail]), Refusal::RailNotAllowed { rail })?;
    ensure(allows(&scope.actions, &[action]), Refusal::ActionNotAllowed { action })?;
    ensure(allows(&scope.currencies, &[currency]), Refusal::CurrencyNotAllowed { currency })?;
    ensure(allows(&scope.tasks, task.unwrap_or_default()), Refusal::TaskNotAllowed)?;
    let begun = scope.not_before.is_none_or(|begin| begin <= asked.clock);
    let over = scope.not_after.is_some_and(|end| end <= asked.clock);
    ensure(begun && !over, Refusal::OutsideTimeWindow)?;
    let Some(limit) = scope.per_transaction else { return Ok(()) };
    // An amount that can't be held against the credential's cap is not within it.
    let observed = asked.worth.ok_or(Refusal::CurrencyNotAllowed { currency })?;
    ensure(observed <= limit, Refusal::CredentialCap { limit, observed })
}
