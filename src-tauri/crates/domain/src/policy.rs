//! Policy as data: what the owner allows. Field names follow Stripe Issuing's spending controls
//! where it has a name.

use crate::money::Currency;
use crate::payee::PayeeKey;
use crate::rate::{Rate, rates_text};
use crate::request::{Action, Category, Label, RailId};
use crate::rules::{Breakers, Condition, CostRule, PayeeRule};
use crate::signal::{SignalCode, SignalEffect};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a policy can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A cap or limit is not positive or too large.
    #[error("`{field}` must be above 0 and at most 1000000000000")]
    Amount {
        /// The field.
        field: &'static str,
    },
    /// The thresholds of the tiers do not rise.
    #[error("the tiers must rise: autonomous_below <= envelope_up_to <= approver_up_to")]
    Tiers,
    /// A number is outside its range.
    #[error("`{field}` must be {min} to {max}")]
    Range {
        /// The field.
        field: &'static str,
        /// Least value.
        min: u32,
        /// Largest value.
        max: u32,
    },
    /// Both an allow list and a block list.
    #[error("give `allowed_{field}` or `blocked_{field}`, not both")]
    BothLists {
        /// `payees` or `categories`.
        field: &'static str,
    },
    /// Too many items.
    #[error("`{field}` may have at most {max} items")]
    TooMany {
        /// The field.
        field: &'static str,
        /// Most items.
        max: usize,
    },
    /// A rolling window over an interval that has no length.
    #[error("only daily, weekly and monthly limits can be rolling")]
    Rolling,
    /// A rate is not positive, or has an age without a date.
    #[error("`rates.{currency}` must be above 0, and `max_age_hours` needs `as_of_ms`")]
    Rate {
        /// The currency.
        currency: Currency,
    },
    /// An allocation over something else than time.
    #[error("an allocation is daily, weekly, monthly or all_time")]
    AllocationInterval,
    /// A limit of the whole wallet over something that only an agent has.
    #[error("a limit of the whole wallet can't be per session: sessions are an agent's own")]
    WalletSession,
    /// The parts of a cost rule.
    #[error("the percentages of a cost rule's `split` must be above 0 and add up to 100")]
    Split,
}

/// Over what a limit counts.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Each payment by itself.
    PerTransaction,
    /// One session.
    Session,
    /// A day.
    Daily,
    /// A week, from Monday.
    Weekly,
    /// A month; rolling, 30 days.
    Monthly,
    /// Since the agent was added.
    AllTime,
}

/// How the time of an interval is cut.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// From midnight, Monday or the first, in the owner's time zone.
    #[default]
    Calendar,
    /// The time just past: 24 hours, 7 days, 30 days. Counted in quarters of an hour, rounded so
    /// that a payment counts for at least the whole length.
    Rolling,
}

/// One envelope: at most `amount` over `interval`, for the payments it names.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpendingLimit {
    /// Most, in the budget currency.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub amount: Decimal,
    /// Over what.
    pub interval: Interval,
    /// How the time is cut.
    #[serde(default)]
    pub window: Window,
    /// Only these categories; empty for all. Several categories share the one amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Only these payees; empty for all. Several payees share the one amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payees: Vec<PayeeKey>,
    /// Only these kinds of spending; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Only these workflows; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<Label>,
    /// Only these tasks; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Label>,
    /// Each payee has the whole amount for itself.
    #[serde(default)]
    pub each_payee: bool,
    /// Each category has the whole amount for itself.
    #[serde(default)]
    pub each_category: bool,
    /// Each workflow has the whole amount for itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub each_workflow: bool,
    /// Each task has the whole amount for itself.
    #[serde(default, skip_serializing_if = "is_false")]
    pub each_task: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What one agent may do. The three caps are never absent: a file that leaves one out gets the
/// default, and none can be switched off (A2).
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgentPolicy {
    /// Hard cap for one payment, in the budget currency. Default 50.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub per_transaction: Decimal,
    /// Hard cap for one session. Default 200.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub per_session: Decimal,
    /// Hard cap for one calendar day. Default 500.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub daily: Decimal,
    /// Envelopes beside the caps. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spending_limits: Vec<SpendingLimit>,
    /// Above this a person is asked, also below the wallet's tiers.
    #[serde(skip_serializing_if = "Option::is_none", with = "rust_decimal::serde::str_option")]
    #[cfg_attr(test, schemars(with = "Option<crate::schema::Amount>"))]
    pub review_above: Option<Decimal>,
    /// Attempts a minute, 1 to 6000. Default 60.
    pub rate_limit_per_minute: u32,
    /// Only these payees; empty for all. At most 256.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_payees: Vec<PayeeKey>,
    /// None of these payees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked_payees: Vec<PayeeKey>,
    /// Only these categories; empty for all. At most 256.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_categories: Vec<Category>,
    /// None of these categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked_categories: Vec<Category>,
    /// Only these rails; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_rails: Vec<RailId>,
    /// Only these kinds of spending; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_actions: Vec<Action>,
    /// Only these currencies; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_currencies: Vec<Currency>,
    /// How long a credential lives, 1 to 1440 minutes. Default 60.
    pub credential_minutes: u32,
    /// Whether a plain bearer credential is taken, without proof of the agent's key. Default no.
    pub allow_bearer: bool,
    /// Whether it may hand part of its allocation to sub-agents. Default yes: they hold together
    /// no more than it does.
    pub may_delegate: bool,
    /// Whether it may pay only in a session that its parent or the owner opened. Default no.
    pub require_session: bool,
    /// Sessions that it may open for itself in a day, 0 to 1000. Default 24.
    pub sessions_per_day: u32,
    /// Prices per unit above which a person is asked, or the payment refused. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Payees that need no person up to an amount. At most 256.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payee_rules: Vec<PayeeRule>,
    /// What a signal does, where that is not its own effect: to note it, to ask a person, to ask as
    /// many as the highest tier needs, or to refuse.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub signals: BTreeMap<SignalCode, SignalEffect>,
    /// When it is paused by itself.
    pub breakers: Breakers,
    /// The team that it works for, for reports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Label>,
    /// The project of payments that name none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Label>,
    /// Who is charged, before the wallet's own rules. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost_rules: Vec<CostRule>,
}

impl Default for AgentPolicy {
    fn default() -> Self {
        Self {
            per_transaction: Decimal::from(50),
            per_session: Decimal::from(200),
            daily: Decimal::from(500),
            spending_limits: Vec::new(),
            review_above: None,
            rate_limit_per_minute: 60,
            allowed_payees: Vec::new(),
            blocked_payees: Vec::new(),
            allowed_categories: Vec::new(),
            blocked_categories: Vec::new(),
            allowed_rails: Vec::new(),
            allowed_actions: Vec::new(),
            allowed_currencies: Vec::new(),
            credential_minutes: 60,
            allow_bearer: false,
            may_delegate: true,
            require_session: false,
            sessions_per_day: 24,
            conditions: Vec::new(),
            payee_rules: Vec::new(),
            signals: BTreeMap::new(),
            breakers: Breakers::default(),
            team: None,
            project: None,
            cost_rules: Vec::new(),
        }
    }
}

impl AgentPolicy {
    /// What a signal does to requests of this agent.
    #[must_use]
    pub fn effect_of(&self, signal: SignalCode) -> SignalEffect {
        self.signals.get(&signal).copied().unwrap_or_else(|| signal.effect())
    }

    /// Checks every range and list.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), PolicyError> {
        amount("per_transaction", self.per_transaction)?;
        amount("per_session", self.per_session)?;
        amount("daily", self.daily)?;
        if let Some(above) = self.review_above {
            amount("review_above", above)?;
        }
        range("rate_limit_per_minute", self.rate_limit_per_minute, 1, 6000)?;
        range("credential_minutes", self.credential_minutes, 1, 1440)?;
        items("spending_limits", self.spending_limits.len(), 32)?;
        items("allowed_payees", self.allowed_payees.len(), 256)?;
        items("blocked_payees", self.blocked_payees.len(), 256)?;
        items("allowed_categories", self.allowed_categories.len(), 256)?;
        items("blocked_categories", self.blocked_categories.len(), 256)?;
        if !self.allowed_payees.is_empty() && !self.blocked_payees.is_empty() {
            return Err(PolicyError::BothLists { field: "payees" });
        }
        if !self.allowed_categories.is_empty() && !self.blocked_categories.is_empty() {
            return Err(PolicyError::BothLists { field: "categories" });
        }
        range("sessions_per_day", self.sessions_per_day, 0, 1000)?;
        items("conditions", self.conditions.len(), 32)?;
        items("payee_rules", self.payee_rules.len(), 256)?;
        items("cost_rules", self.cost_rules.len(), 32)?;
        self.conditions.iter().try_for_each(Condition::validate)?;
        self.payee_rules.iter().try_for_each(PayeeRule::validate)?;
        self.cost_rules.iter().try_for_each(CostRule::validate)?;
        self.breakers.validate()?;
        self.spending_limits.iter().try_for_each(SpendingLimit::validate)
    }
}

impl SpendingLimit {
    /// An envelope over the calendar, for every payment.
    #[must_use]
    pub const fn new(amount: Decimal, interval: Interval) -> Self {
        Self {
            amount,
            interval,
            window: Window::Calendar,
            categories: Vec::new(),
            payees: Vec::new(),
            actions: Vec::new(),
            workflows: Vec::new(),
            tasks: Vec::new(),
            each_payee: false,
            each_category: false,
            each_workflow: false,
            each_task: false,
        }
    }

    fn validate(&self) -> Result<(), PolicyError> {
        amount("spending_limits.amount", self.amount)?;
        items("spending_limits.categories", self.categories.len(), 64)?;
        items("spending_limits.payees", self.payees.len(), 64)?;
        items("spending_limits.workflows", self.workflows.len(), 64)?;
        items("spending_limits.tasks", self.tasks.len(), 64)?;
        let timed = matches!(self.interval, Interval::Daily | Interval::Weekly | Interval::Monthly);
        if self.window == Window::Rolling && !timed {
            return Err(PolicyError::Rolling);
        }
        Ok(())
    }
}

/// The four tiers of A1 by amount in the budget currency, and how long a person has.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tiers {
    /// Strictly below this an agent pays alone. Default 10.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub autonomous_below: Decimal,
    /// Up to and including this it pays alone within its envelopes. Default 500.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub envelope_up_to: Decimal,
    /// Up to and including this one approver decides; above it, a quorum. Default 5000.
    #[serde(with = "rust_decimal::serde::str")]
    #[cfg_attr(test, schemars(with = "crate::schema::Amount"))]
    pub approver_up_to: Decimal,
    /// How long one approver has, 15 to 60 minutes. Default 60.
    pub approver_window_minutes: u32,
    /// How long a quorum has, 1 to 60 minutes. Default 15.
    pub quorum_window_minutes: u32,
    /// How many different approvers a quorum needs (m of n), 1 to 16. Default 2. While fewer are
    /// registered, all of them are needed.
    pub quorum: u32,
}

impl Default for Tiers {
    fn default() -> Self {
        Self {
            autonomous_below: Decimal::from(10),
            envelope_up_to: Decimal::from(500),
            approver_up_to: Decimal::from(5000),
            approver_window_minutes: 60,
            quorum_window_minutes: 15,
            quorum: 2,
        }
    }
}

/// A blockchain network that the wallet may use, and where to ask it.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Network {
    /// JSON-RPC endpoint, `https://…` or a loopback `http://…`.
    pub rpc_url: String,
}

/// What holds for the whole wallet.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WalletPolicy {
    /// The budget currency: all caps and limits are in it. Default USD.
    pub currency: Currency,
    /// The owner's time zone, an IANA name. Default UTC.
    pub time_zone: String,
    /// The tiers.
    pub tiers: Tiers,
    /// Worth of one unit of another currency in the budget currency. Default USDC at 1. A currency
    /// without a rate, or with one that is too old, is reviewed by a person each time.
    #[serde(with = "rates_text")]
    #[cfg_attr(test, schemars(with = "BTreeMap<Currency, crate::schema::RateForm>"))]
    pub rates: BTreeMap<Currency, Rate>,
    /// Minutes without the owner after which the wallet locks, 5 to 10080. Default 720.
    pub idle_lock_minutes: u32,
    /// Networks by CAIP-2 id, beside those that the wallet knows.
    pub networks: BTreeMap<String, Network>,
    /// Envelopes over all agents together, none of them per session. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spending_limits: Vec<SpendingLimit>,
    /// Who is charged, where the agent's own rules do not say. At most 32.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cost_rules: Vec<CostRule>,
}

impl Default for WalletPolicy {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            time_zone: "UTC".to_owned(),
            tiers: Tiers::default(),
            rates: BTreeMap::from([(Currency::USDC, Rate::fixed(Decimal::ONE))]),
            idle_lock_minutes: 720,
            networks: BTreeMap::new(),
            spending_limits: Vec::new(),
            cost_rules: Vec::new(),
        }
    }
}

impl WalletPolicy {
    /// Checks every range. The time zone's name is checked by the engine, which has the zones.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), PolicyError> {
        let tiers = &self.tiers;
        amount("tiers.autonomous_below", tiers.autonomous_below)?;
        amount("tiers.envelope_up_to", tiers.envelope_up_to)?;
        amount("tiers.approver_up_to", tiers.approver_up_to)?;
        let rising = tiers.autonomous_below <= tiers.envelope_up_to
            && tiers.envelope_up_to <= tiers.approver_up_to;
        if !rising {
            return Err(PolicyError::Tiers);
        }
        range("tiers.approver_window_minutes", tiers.approver_window_minutes, 15, 60)?;
        range("tiers.quorum_window_minutes", tiers.quorum_window_minutes, 1, 60)?;
        range("tiers.quorum", tiers.quorum, 1, 16)?;
        range("idle_lock_minutes", self.idle_lock_minutes, 5, 10_080)?;
        items("networks", self.networks.len(), 32)?;
        items("spending_limits", self.spending_limits.len(), 32)?;
        items("cost_rules", self.cost_rules.len(), 32)?;
        self.spending_limits.iter().try_for_each(SpendingLimit::validate)?;
        if self.spending_limits.iter().any(|limit| limit.interval == Interval::Session) {
            return Err(PolicyError::WalletSession);
        }
        self.cost_rules.iter().try_for_each(CostRule::validate)?;
        match self.rates.iter().find(|(_, rate)| !rate.is_valid()) {
            Some((currency, _)) => Err(PolicyError::Rate { currency: *currency }),
            None => Ok(()),
        }
    }
}

pub(crate) fn amount(field: &'static str, value: Decimal) -> Result<(), PolicyError> {
    let positive = crate::money::Money::new(value, Currency::USD);
    positive.map(|_| ()).map_err(|_| PolicyError::Amount { field })
}

pub(crate) const fn range(
    field: &'static str,
    value: u32,
    min: u32,
    max: u32,
) -> Result<(), PolicyError> {
    if value < min || value > max {
        return Err(PolicyError::Range { field, min, max });
    }
    Ok(())
}

pub(crate) const fn items(
    field: &'static str,
    count: usize,
    max: usize,
) -> Result<(), PolicyError> {
    if count > max { Err(PolicyError::TooMany { field, max }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_agent_policy_is_the_conservative_default() {
        let policy: AgentPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!(policy, AgentPolicy::default());
        assert_eq!(policy.per_transaction, Decimal::from(50));
        assert_eq!(policy.daily, Decimal::from(500));
        policy.validate().unwrap();
        WalletPolicy::default().validate().unwrap();
    }

    #[test]
    fn a_cap_cannot_be_switched_off() {
        for json in [
            r#"{"daily":null}"#,
            r#"{"daily":"0"}"#,
            r#"{"per_transaction":"-1"}"#,
            r#"{"per_session":"1000000000001"}"#,
            r#"{"daily_cap":"5"}"#,
            r#"{"daily":5}"#,
        ] {
            let bad = serde_json::from_str::<AgentPolicy>(json)
                .ok()
                .is_none_or(|policy| policy.validate().is_err());
            assert!(bad, "{json}");
        }
    }

    #[test]
    fn ranges_lists_and_tiers_are_checked() {
        let policy = |json: &str| serde_json::from_str::<AgentPolicy>(json).unwrap().validate();
        let both = r#"{"allowed_payees":["host:a.b"],"blocked_payees":["host:c.d"]}"#;
        assert_eq!(policy(both), Err(PolicyError::BothLists { field: "payees" }));
        let rolling = r#"{"spending_limits":
            [{"amount":"5","interval":"session","window":"rolling"}]}"#;
        assert_eq!(policy(rolling), Err(PolicyError::Rolling));
        let wallet = |json: &str| serde_json::from_str::<WalletPolicy>(json).unwrap().validate();
        assert_eq!(wallet(r#"{"tiers":{"envelope_up_to":"5"}}"#), Err(PolicyError::Tiers));
        let window = wallet(r#"{"tiers":{"approver_window_minutes":61}}"#);
        assert!(matches!(window, Err(PolicyError::Range { min: 15, max: 60, .. })));
        let session = r#"{"spending_limits":[{"amount":"5","interval":"session"}]}"#;
        assert_eq!(wallet(session), Err(PolicyError::WalletSession));
        let rate = wallet(r#"{"rates":{"EUR":"0"}}"#);
        assert_eq!(rate, Err(PolicyError::Rate { currency: Currency::EUR }));
    }

    #[test]
    fn policies_round_trip() {
        let wallet = WalletPolicy::default();
        let json = serde_json::to_string(&wallet).unwrap();
        assert_eq!(serde_json::from_str::<WalletPolicy>(&json).unwrap(), wallet);
        assert!(json.contains(r#""rates":{"USDC":"1"}"#), "{json}");
    }
}
