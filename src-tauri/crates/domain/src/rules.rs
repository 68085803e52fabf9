//! The finer rules of a policy: conditions, payee rules, cost allocation and circuit breakers.

use crate::payee::PayeeKey;
use crate::policy::{PolicyError, amount, items, range};
use crate::request::{Category, Label};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a condition does to a payment that meets it.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ConditionEffect {
    /// A person is asked.
    #[default]
    Review,
    /// It is refused.
    Deny,
}

/// A price per unit above which something happens (A11): a hotel night above 300 asks, although
/// the trip has 1,000 left. A payment without line items counts as one unit at its whole price, so
/// that leaving them out never helps.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its name, which reasons and refusals give.
    pub name: Label,
    /// Only these categories, of the line item or, where it has none, of the payment; empty for
    /// all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Only these payees; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payees: Vec<PayeeKey>,
    /// Only line items counted in this unit, such as `night`; items without a unit count too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    /// The price of one unit above which it holds, in the budget currency.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub unit_price_above: Decimal,
    /// What happens.
    #[serde(default)]
    pub effect: ConditionEffect,
}

impl Condition {
    pub(crate) fn validate(&self) -> Result<(), PolicyError> {
        amount("conditions.unit_price_above", self.unit_price_above)?;
        items("conditions.categories", self.categories.len(), 64)?;
        items("conditions.payees", self.payees.len(), 64)
    }
}

/// "Always allow this payee up to X": payments to it of at most `up_to` need no person, whatever
/// the tiers and `review_above` say. Caps, envelopes, conditions and signals still hold.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayeeRule {
    /// Whom.
    pub payee: PayeeKey,
    /// Most for one payment, in the budget currency.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub up_to: Decimal,
}

impl PayeeRule {
    pub(crate) fn validate(&self) -> Result<(), PolicyError> {
        amount("payee_rules.up_to", self.up_to)
    }
}

/// One cost centre's part of a cost.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostSplit {
    /// Who is charged.
    pub cost_center: Label,
    /// How much of it, above 0 and at most 100; the splits of a rule add up to 100.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub percent: Decimal,
}

/// Who is charged for the payments it names (A6). The first rule that fits decides; without one
/// the task's initiator pays.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CostRule {
    /// Only these workflows; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<Label>,
    /// Only these projects; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<Label>,
    /// Only these tasks; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Label>,
    /// Only these categories; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Only these payees; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payees: Vec<PayeeKey>,
    /// Who is charged, 1 to 16 of them.
    pub split: Vec<CostSplit>,
}

impl CostRule {
    pub(crate) fn validate(&self) -> Result<(), PolicyError> {
        items("cost_rules.split", self.split.len(), 16)?;
        for list in [&self.workflows, &self.projects, &self.tasks] {
            items("cost_rules", list.len(), 64)?;
        }
        items("cost_rules.categories", self.categories.len(), 64)?;
        items("cost_rules.payees", self.payees.len(), 64)?;
        let mut sum = Decimal::ZERO;
        for split in &self.split {
            if split.percent <= Decimal::ZERO || split.percent > Decimal::ONE_HUNDRED {
                return Err(PolicyError::Split);
            }
            sum = sum.checked_add(split.percent).ok_or(PolicyError::Split)?;
        }
        if sum == Decimal::ONE_HUNDRED { Ok(()) } else { Err(PolicyError::Split) }
    }
}

/// When an agent is paused by itself, until the owner resumes it (A9). None can be switched off.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Breakers {
    /// Spending in 24 hours above this many times the agent's daily average of the last 30 days
    /// pauses it. 2 to 100, default 5. An agent with a short history is taken to have spent a
    /// fifth of its daily cap on each of three days before, so that its caps hold it first.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub spend_rate_multiple: Decimal,
    /// The same purchase failing more often than this asks a person before it is tried again.
    /// 1 to 100, default 3.
    pub repeated_failures: u32,
    /// More refusals than this within ten minutes pause the agent. 5 to 1000, default 30.
    pub refusals: u32,
}

impl Default for Breakers {
    fn default() -> Self {
        Self { spend_rate_multiple: Decimal::from(5), repeated_failures: 3, refusals: 30 }
    }
}

impl Breakers {
    /// How far back refusals count, in minutes.
    pub const REFUSAL_MINUTES: u32 = 10;

    pub(crate) fn validate(&self) -> Result<(), PolicyError> {
        let multiple = self.spend_rate_multiple;
        if multiple < Decimal::TWO || multiple > Decimal::ONE_HUNDRED {
            let field = "breakers.spend_rate_multiple";
            return Err(PolicyError::Range { field, min: 2, max: 100 });
        }
        range("breakers.repeated_failures", self.repeated_failures, 1, 100)?;
        range("breakers.refusals", self.refusals, 5, 1000)
    }
}
