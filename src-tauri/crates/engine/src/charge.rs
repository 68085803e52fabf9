//! Who is charged for a payment (A6): a cost rule, or else the task's initiator.
//!
//! INVARIANT: the shares of an amount add up to it exactly, and none is below zero.

use purser_domain::{
    AgentPolicy, CostRule, CostShare, Label, PayeeKey, Reservation, SpendRequest, WalletPolicy,
};
use rust_decimal::{Decimal, RoundingStrategy};

const DECIMALS: u32 = 12;

/// Who is charged when nobody says anything.
const OWNER: &str = "owner";

/// The shares of a payment's worth; none when the worth is not known. `keys` are the payee's.
/// `None` for a sum that is out of range: a defect, since amounts are bounded.
pub(crate) fn shares(
    wallet: &WalletPolicy,
    agent: &AgentPolicy,
    (request, keys): (&SpendRequest, &[PayeeKey]),
    worth: Option<Decimal>,
) -> Option<Vec<CostShare>> {
    let Some(worth) = worth else { return Some(Vec::new()) };
    let project = request.attribution.project.as_ref().or(agent.project.as_ref());
    let mut rules = agent.cost_rules.iter().chain(&wallet.cost_rules);
    let Some(rule) = rules.find(|rule| fits(rule, project, request, keys)) else {
        let said = request.attribution.initiator.as_ref().or(agent.team.as_ref());
        let cost_center = said.cloned().map_or_else(|| Label::new(OWNER), Ok).ok()?;
        return Some(vec![CostShare { cost_center, amount: worth }]);
    };
    let percents = rule.split.iter().map(|split| (&split.cost_center, split.percent));
    divide(worth, percents, Decimal::ONE_HUNDRED)
}

/// Who was charged for a payment of which this much, in its own currency, was really paid. `None`
/// for a sum that is out of range.
#[must_use]
pub fn charged(reservation: &Reservation, paid: Decimal) -> Option<Vec<CostShare>> {
    let Some(worth) = reservation.worth else { return Some(Vec::new()) };
    let asked = reservation.request.amount.amount();
    let part = worth.checked_mul(paid)?.checked_div(asked)?.round_dp(DECIMALS).min(worth);
    settled(&reservation.charged_to, (worth, if paid == asked { worth } else { part }))
}

/// What of `paid` is charged to whom, when a payment of `worth` was to be charged as `shares`.
pub(crate) fn settled(
    shares: &[CostShare],
    (worth, paid): (Decimal, Decimal),
) -> Option<Vec<CostShare>> {
    if paid == worth {
        return Some(shares.to_vec());
    }
    divide(paid, shares.iter().map(|share| (&share.cost_center, share.amount)), worth)
}

/// What shares come to; `None` when that is out of range.
pub(crate) fn sum(shares: &[CostShare]) -> Option<Decimal> {
    shares.iter().try_fold(Decimal::ZERO, |sum, share| sum.checked_add(share.amount))
}

/// Divides an amount by parts of a whole, each rounded down; the last gets the rest.
fn divide<'a>(
    amount: Decimal,
    parts: impl Iterator<Item = (&'a Label, Decimal)>,
    whole: Decimal,
) -> Option<Vec<CostShare>> {
    let mut shares: Vec<CostShare> = Vec::new();
    let mut rest = amount;
    for (cost_center, part) in parts {
        let part = amount.checked_mul(part)?.checked_div(whole)?;
        let part = part.round_dp_with_strategy(DECIMALS, RoundingStrategy::ToZero);
        let part = part.min(rest).normalize();
        rest = rest.checked_sub(part)?;
        shares.push(CostShare { cost_center: cost_center.clone(), amount: part });
    }
    let last = shares.last_mut()?;
    last.amount = last.amount.checked_add(rest)?.normalize();
    Some(shares)
}

fn fits(
    rule: &CostRule,
    project: Option<&Label>,
    request: &SpendRequest,
    keys: &[PayeeKey],
) -> bool {
    let CostRule { workflows, projects, tasks, categories, payees, split: _ } = rule;
    let task = request.task.as_ref().map(|task| &task.id);
    one_of(workflows, request.attribution.workflow.as_ref())
        && one_of(projects, project)
        && one_of(tasks, task)
        && one_of(categories, request.category.as_ref())
        && (payees.is_empty() || keys.iter().any(|key| payees.contains(key)))
}

/// Whether a filter, empty for all, has an item.
fn one_of<T: PartialEq>(filter: &[T], item: Option<&T>) -> bool {
    filter.is_empty() || item.is_some_and(|item| filter.contains(item))
}
