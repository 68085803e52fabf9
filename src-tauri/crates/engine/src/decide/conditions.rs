//! Line items and the conditions on their prices (A11): the end of step 5.
//!
//! Guarantees: what an agent says of its purchase never helps it. Line items must add up to the
//! amount. A condition holds each line item that it names against its price; what the payment costs
//! beside them counts as one unit, if the payment itself is of the condition's categories. So one
//! without line items is one unit at its whole price, and so is one whose items are all labelled as
//! something else.
//!
//! Does not guarantee: that a payment is of the category that it is said to be.

use super::ladder::internal;
use super::scope::Asked;
use crate::explain::{Check, Compared, Observer, Step, StepResult};
use crate::state::Agent;
use purser_domain::{Condition, ConditionEffect, LineItem, Money, Refusal, SpendRequest};
use rust_decimal::Decimal;

/// Codes of the conditions that ask a person: `condition:` and the name.
pub(super) type Asks = Vec<String>;

/// Whether the line items, if there are any, are the payment.
pub(super) fn line_items(request: &SpendRequest, to: &mut impl Observer) -> Result<(), Refusal> {
    if request.line_items.is_empty() {
        return Ok(());
    }
    to.told(add_up(request), || {
        let step = Step::agent(5, Check::LineItems, request.agent);
        let limit = request.amount.amount();
        match sum(request) {
            Some(sum) => step.compared(Compared::single(limit, sum)),
            None => step,
        }
    })
}

fn sum(request: &SpendRequest) -> Option<Decimal> {
    let mut items = request.line_items.iter();
    let sum = items.try_fold(Decimal::ZERO, |sum, item| sum.checked_add(item.price()?));
    sum.map(|sum| sum.normalize())
}

fn add_up(request: &SpendRequest) -> Result<(), Refusal> {
    let items = &request.line_items;
    if items.len() > LineItem::MAX || !items.iter().all(LineItem::is_valid) {
        return Err(Refusal::LineItemsInvalid);
    }
    let limit = request.amount.amount();
    match sum(request) {
        Some(sum) if sum == limit => Ok(()),
        Some(observed) => Err(Refusal::LineItemsSum { limit, observed }),
        None => Err(Refusal::LineItemsInvalid),
    }
}

/// Holds a request against the conditions of its agent and of every agent above it.
pub(super) fn check(
    chain: &[&Agent],
    asked: &Asked<'_>,
    rate: Option<Decimal>,
    to: &mut impl Observer,
) -> Result<Asks, Refusal> {
    let mut asks = Asks::new();
    let all = chain.iter().copied();
    let all = all.flat_map(|agent| agent.policy.conditions.iter().map(move |one| (agent.id, one)));
    for (agent, condition) in all {
        let Some(unit) = dearest_unit(condition, asked)? else { continue };
        let worth = match rate {
            // A price that can't be compared: a person decides.
            None => None,
            Some(rate) => Some(unit.converted(rate).ok_or_else(|| internal("conditions"))?),
        };
        let limit = condition.unit_price_above;
        let asked_before = asks.len();
        let result = match (worth, condition.effect) {
            (Some(observed), _) if observed <= limit => Ok(()),
            (Some(observed), ConditionEffect::Deny) => {
                let condition = condition.name.clone();
                Err(Refusal::ConditionDenied { condition, limit, observed })
            }
            _ => {
                asks.push(format!("condition:{}", condition.name));
                Ok(())
            }
        };
        let asked = asks.len() > asked_before;
        to.told(result, || {
            let step = Step::agent(5, Check::Condition, agent).named(condition.name.as_str());
            let step = if asked { step.result(StepResult::Asks) } else { step };
            match worth {
                Some(observed) => step.compared(Compared::single(limit, observed)),
                None => step,
            }
        })?;
    }
    Ok(asks)
}

/// The highest price of a unit that a condition looks at, in the payment's currency; `None` when
/// the condition has nothing to do with the payment, or only with what costs nothing.
fn dearest_unit(condition: &Condition, asked: &Asked<'_>) -> Result<Option<Money>, Refusal> {
    let request = asked.request;
    let payees = &condition.payees;
    if !payees.is_empty() && !asked.payee_keys.iter().any(|key| payees.contains(key)) {
        return Ok(None);
    }
    let mut dearest = Decimal::ZERO;
    let mut rest = request.amount.amount();
    for item in request.line_items.iter().filter(|item| names(condition, request, item)) {
        dearest = dearest.max(item.unit_price);
        let left = item.price().and_then(|price| rest.checked_sub(price));
        rest = left.ok_or_else(|| internal("conditions"))?;
    }
    if of_category(condition, request.category.as_ref()) {
        dearest = dearest.max(rest);
    }
    Ok(Money::new(dearest, request.amount.currency()).ok())
}

fn names(condition: &Condition, request: &SpendRequest, item: &LineItem) -> bool {
    let category = item.category.as_ref().or(request.category.as_ref());
    let unit = condition.unit.is_none() || item.unit.is_none() || item.unit == condition.unit;
    unit && of_category(condition, category)
}

fn of_category(condition: &Condition, category: Option<&purser_domain::Category>) -> bool {
    let categories = &condition.categories;
    categories.is_empty() || category.is_some_and(|category| categories.contains(category))
}
