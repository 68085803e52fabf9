//! Line items, conditions on prices, and who is charged.

use super::Model;
use purser_domain::{
    AgentId, Category, Condition, ConditionEffect, CostRule, CostShare, Label, LineItem, Money,
    Refusal, SpendRequest,
};
use rust_decimal::{Decimal, RoundingStrategy};

/// Line items must be the payment.
pub(super) fn line_items(request: &SpendRequest) -> Result<(), Refusal> {
    let items = &request.line_items;
    if items.is_empty() {
        return Ok(());
    }
    let possible = |item: &LineItem| {
        let price = item.unit_price;
        let can_be = price.is_zero() || Money::new(price, request.amount.currency()).is_ok();
        can_be && (1..=1_000_000).contains(&item.quantity)
    };
    if items.len() > LineItem::MAX || !items.iter().all(possible) {
        return Err(Refusal::LineItemsInvalid);
    }
    let observed: Decimal = items.iter().map(whole_price).sum();
    let limit = request.amount.amount();
    if observed == limit {
        return Ok(());
    }
    Err(Refusal::LineItemsSum { limit, observed: observed.normalize() })
}

fn whole_price(item: &LineItem) -> Decimal {
    item.unit_price * Decimal::from(item.quantity)
}

impl Model {
    /// Holds the prices of units against the conditions of an agent and of all above it. Gives the
    /// names of those that ask a person.
    pub(super) fn conditions(
        &self,
        request: &SpendRequest,
        rate: Option<Decimal>,
    ) -> Result<Vec<String>, Refusal> {
        let mut asks = Vec::new();
        for id in self.chain(request.agent) {
            for condition in &self.agents[&id].policy.conditions {
                let Some(price) = dearest_unit(condition, request) else { continue };
                let worth = rate.and_then(|rate| price.converted(rate));
                let limit = condition.unit_price_above;
                match worth {
                    Some(observed) if observed <= limit => {}
                    Some(observed) if condition.effect == ConditionEffect::Deny => {
                        let condition = condition.name.clone();
                        return Err(Refusal::ConditionDenied { condition, limit, observed });
                    }
                    // What can't be compared, a person decides.
                    _ => asks.push(format!("condition:{}", condition.name)),
                }
            }
        }
        Ok(asks)
    }

    /// Who is charged for a worth, which the shares add up to.
    pub(super) fn charged(
        &self,
        agent: AgentId,
        request: &SpendRequest,
        worth: Option<Decimal>,
    ) -> Vec<CostShare> {
        let Some(worth) = worth else { return Vec::new() };
        let policy = &self.agents[&agent].policy;
        let said = &request.attribution;
        let project = said.project.as_ref().or(policy.project.as_ref());
        let mut rules = policy.cost_rules.iter().chain(&self.wallet.cost_rules);
        let Some(rule) = rules.find(|rule| fits(rule, project, request)) else {
            let owner = Label::new("owner").unwrap();
            let cost_center = said.initiator.clone().or(policy.team.clone()).unwrap_or(owner);
            return vec![CostShare { cost_center, amount: worth }];
        };
        let mut rest = worth;
        let mut shares = Vec::new();
        for (n, split) in rule.split.iter().enumerate() {
            let part = worth * split.percent / Decimal::ONE_HUNDRED;
            let part = part.round_dp_with_strategy(12, RoundingStrategy::ToZero);
            let last = n + 1 == rule.split.len();
            let amount = if last { rest } else { part }.normalize();
            rest -= amount;
            shares.push(CostShare { cost_center: split.cost_center.clone(), amount });
        }
        shares
    }
}

/// The dearest unit that a condition looks at: the line items that it names, and what the payment
/// costs beside them, as one unit, where the payment is of its categories.
fn dearest_unit(condition: &Condition, request: &SpendRequest) -> Option<Money> {
    let payees = &condition.payees;
    if !payees.is_empty() && !request.payee.keys().iter().any(|key| payees.contains(key)) {
        return None;
    }
    let named = |item: &&LineItem| {
        let category = item.category.as_ref().or(request.category.as_ref());
        let same_unit =
            condition.unit.is_none() || item.unit.is_none() || item.unit == condition.unit;
        same_unit && is_of(condition, category)
    };
    let items: Vec<&LineItem> = request.line_items.iter().filter(named).collect();
    let beside =
        request.amount.amount() - items.iter().map(|item| whole_price(item)).sum::<Decimal>();
    let mut units: Vec<Decimal> = items.iter().map(|item| item.unit_price).collect();
    if is_of(condition, request.category.as_ref()) {
        units.push(beside);
    }
    let dearest = units.into_iter().max()?;
    Money::new(dearest, request.amount.currency()).ok()
}

fn is_of(condition: &Condition, category: Option<&Category>) -> bool {
    let categories = &condition.categories;
    categories.is_empty() || category.is_some_and(|one| categories.contains(one))
}

fn fits(rule: &CostRule, project: Option<&Label>, request: &SpendRequest) -> bool {
    fn one_of<T: PartialEq>(list: &[T], item: Option<&T>) -> bool {
        list.is_empty() || item.is_some_and(|item| list.contains(item))
    }
    let keys = request.payee.keys();
    one_of(&rule.workflows, request.attribution.workflow.as_ref())
        && one_of(&rule.projects, project)
        && one_of(&rule.tasks, request.task.as_ref().map(|task| &task.id))
        && one_of(&rule.categories, request.category.as_ref())
        && (rule.payees.is_empty() || keys.iter().any(|key| rule.payees.contains(key)))
}
