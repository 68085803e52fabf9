//! Step 5: whom, what for, how and when. The agent's policy, that of every agent above it, the
//! credential as it was issued and the credential as it was presented must each allow the request.

use crate::explain::{Check, Compared, Observer, Step, Whose};
use crate::state::Agent;
use purser_domain::{AgentPolicy, CredentialId, PayeeKey, Refusal, Scope, SpendRequest, Timestamp};
use rust_decimal::Decimal;

/// A request, with what several checks need of it.
pub(super) struct Asked<'a> {
    pub request: &'a SpendRequest,
    pub payee_keys: &'a [PayeeKey],
    pub worth: Option<Decimal>,
    pub clock: Timestamp,
    /// The credential it came with.
    pub credential: Option<CredentialId>,
}

impl Asked<'_> {
    /// The keys that may open an allow list. A host beside an account counts only where the wallet
    /// connected to it: one that the agent merely names says nothing of where the money goes.
    pub fn opening(&self) -> &[PayeeKey] {
        let named_only = self.request.terms.is_none();
        if named_only { self.payee_keys.get(..1).unwrap_or_default() } else { self.payee_keys }
    }

    /// What a check looks at, as a text.
    fn looked_at(&self, check: Check) -> String {
        let request = self.request;
        match check {
            Check::Payee => {
                let keys: Vec<&str> = self.payee_keys.iter().map(PayeeKey::as_str).collect();
                keys.join(", ")
            }
            Check::Category => {
                request.category.as_ref().map(ToString::to_string).unwrap_or_default()
            }
            Check::Rail => request.rail.as_str().to_owned(),
            Check::Action => request.action.as_str().to_owned(),
            Check::Currency => request.amount.currency().to_string(),
            Check::Task => {
                request.task.as_ref().map(|task| task.id.to_string()).unwrap_or_default()
            }
            _ => String::new(),
        }
    }
}

pub(super) fn check(
    chain: &[&Agent],
    narrowed: &[Option<&Scope>],
    asked: &Asked<'_>,
    to: &mut impl Observer,
) -> Result<(), Refusal> {
    for agent in chain {
        let whose = Whose::Agent { agent: agent.id };
        by_policy(&agent.policy, asked, &mut Rules { whose, asked, to })?;
    }
    let Some(credential) = asked.credential else { return Ok(()) };
    let whose = Whose::Credential { credential };
    for scope in narrowed.iter().flatten() {
        by_scope(scope, asked, &mut Rules { whose, asked, to })?;
    }
    Ok(())
}

/// Whether an allow list has one of `items`, or is empty.
fn allows<T: PartialEq>(list: &[T], items: &[T]) -> bool {
    list.is_empty() || items.iter().any(|item| list.contains(item))
}

/// The rules of a policy or of a credential, one by one.
struct Rules<'a, O> {
    whose: Whose,
    asked: &'a Asked<'a>,
    to: &'a mut O,
}

impl<O: Observer> Rules<'_, O> {
    /// An allow list, which is no rule when it is empty.
    fn allow<T: PartialEq>(
        &mut self,
        check: Check,
        list: &[T],
        items: &[T],
        refusal: Refusal,
    ) -> Result<(), Refusal> {
        self.rule(check, !list.is_empty(), allows(list, items), refusal)
    }

    /// Tells of a rule, where there is one, and refuses what it does not allow.
    fn rule(
        &mut self,
        check: Check,
        exists: bool,
        allowed: bool,
        refusal: Refusal,
    ) -> Result<(), Refusal> {
        let result = if allowed { Ok(()) } else { Err(refusal) };
        if !exists {
            return result;
        }
        let (whose, asked) = (self.whose, self.asked);
        self.to.told(result, || Step::new(5, check, whose).named(asked.looked_at(check)))
    }
}

fn by_policy(
    policy: &AgentPolicy,
    asked: &Asked<'_>,
    rules: &mut Rules<'_, impl Observer>,
) -> Result<(), Refusal> {
    let request = asked.request;
    let category = request.category.as_slice();
    let (rail, action, currency) = (request.rail, request.action, request.amount.currency());
    rules.allow(Check::Payee, &policy.allowed_payees, asked.opening(), Refusal::PayeeNotAllowed)?;
    let list = &policy.blocked_payees;
    let blocked = asked.payee_keys.iter().any(|key| list.contains(key));
    rules.rule(Check::Payee, !list.is_empty(), !blocked, Refusal::PayeeBlocked)?;
    rules.allow(
        Check::Category,
        &policy.allowed_categories,
        category,
        Refusal::CategoryNotAllowed,
    )?;
    let list = &policy.blocked_categories;
    let blocked = category.iter().any(|category| list.contains(category));
    rules.rule(Check::Category, !list.is_empty(), !blocked, Refusal::CategoryBlocked)?;
    rules.allow(Check::Rail, &policy.allowed_rails, &[rail], Refusal::RailNotAllowed { rail })?;
    rules.allow(
        Check::Action,
        &policy.allowed_actions,
        &[action],
        Refusal::ActionNotAllowed { action },
    )?;
    rules.allow(
        Check::Currency,
        &policy.allowed_currencies,
        &[currency],
        Refusal::CurrencyNotAllowed { currency },
    )
}

fn by_scope(
    scope: &Scope,
    asked: &Asked<'_>,
    rules: &mut Rules<'_, impl Observer>,
) -> Result<(), Refusal> {
    let request = asked.request;
    let category = request.category.as_slice();
    let (rail, action, currency) = (request.rail, request.action, request.amount.currency());
    let task = request.task.as_ref().map(|task| std::slice::from_ref(&task.id));
    rules.allow(Check::Payee, &scope.payees, asked.opening(), Refusal::PayeeNotAllowed)?;
    rules.allow(Check::Category, &scope.categories, category, Refusal::CategoryNotAllowed)?;
    rules.allow(Check::Rail, &scope.rails, &[rail], Refusal::RailNotAllowed { rail })?;
    rules.allow(Check::Action, &scope.actions, &[action], Refusal::ActionNotAllowed { action })?;
    rules.allow(
        Check::Currency,
        &scope.currencies,
        &[currency],
        Refusal::CurrencyNotAllowed { currency },
    )?;
    rules.allow(Check::Task, &scope.tasks, task.unwrap_or_default(), Refusal::TaskNotAllowed)?;
    let begun = scope.not_before.is_none_or(|begin| begin <= asked.clock);
    let over = scope.not_after.is_some_and(|end| end <= asked.clock);
    let hours = scope.not_before.is_some() || scope.not_after.is_some();
    rules.rule(Check::Hours, hours, begun && !over, Refusal::OutsideTimeWindow)?;
    let Some(limit) = scope.per_transaction else { return Ok(()) };
    // An amount that can't be held against the credential's cap is not within it.
    let cap = Step::new(5, Check::CredentialCap, rules.whose);
    let Some(observed) = asked.worth else {
        return rules.to.told(Err(Refusal::CurrencyNotAllowed { currency }), || cap);
    };
    let result =
        if observed <= limit { Ok(()) } else { Err(Refusal::CredentialCap { limit, observed }) };
    rules.to.told(result, || cap.compared(Compared::single(limit, observed)))
}
