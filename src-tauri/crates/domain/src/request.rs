//! What an agent asks for.

use crate::canonical::{CanonicalError, Digest};
use crate::id::{AgentId, PaymentId};
use crate::money::{Currency, Money};
use crate::payee::{Payee, PayeeKey};
use crate::read::checked_text;
use crate::text::Claim;
use crate::time::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Why a text is not a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is 1 to {max} characters of A-Z, a-z, 0-9, `.`, `_`, `:` and `-`")]
pub struct LabelError {
    /// The kind of label.
    pub field: &'static str,
    /// Most characters it may have.
    pub max: usize,
}

/// `A-Z a-z 0-9 . _ : -`, and so many of them.
fn check(text: &str, field: &'static str, max: usize) -> Result<(), LabelError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"._:-".contains(&b);
    let valid = (1..=max).contains(&text.len()) && text.bytes().all(allowed);
    valid.then_some(()).ok_or(LabelError { field, max })
}

checked_text!(
    Category,
    LabelError,
    |text| check(text, "category", 64),
    "A merchant category, such as `cloud_computing`: 1 to 64 of `A-Z a-z 0-9 . _ : -`."
);
checked_text!(
    Label,
    LabelError,
    |text| check(text, "label", 128),
    "A name that an agent gives to a session or a task: 1 to 128 of `A-Z a-z 0-9 . _ : -`."
);
checked_text!(
    IdempotencyKey,
    LabelError,
    |text| check(text, "idempotency_key", 128),
    "Names one intent to pay; the same key never pays twice. 1 to 128 of `A-Z a-z 0-9 . _ : -`, so \
     that x402's `payment-identifier` fits."
);

/// What kind of spending it is. The door says so, not the agent.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Buying something from a payee that the agent named.
    Purchase,
    /// Paying for one call of a metered resource, at the price the resource asked.
    ToolCall,
}

impl Action {
    /// The name in entries and policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::ToolCall => "tool_call",
        }
    }
}

/// Which rail moves the money.
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RailId {
    /// No real money: for trying everything.
    Sandbox,
    /// x402, per-request HTTP 402.
    X402,
}

impl RailId {
    /// The name in entries and policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sandbox => "sandbox",
            Self::X402 => "x402",
        }
    }
}

/// Where a task's text came from. Set by the door it came through, never by the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskOrigin {
    /// The owner typed it into the wallet.
    Owner,
    /// A hook of the agent's host sent what the human typed there.
    HostHook,
    /// A signed mandate carries it.
    Mandate,
    /// Only the agent says so: a claim.
    Agent,
}

/// The task a payment belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Its name.
    pub id: Label,
    /// What was asked for.
    pub text: Claim,
    /// Who says so.
    pub origin: TaskOrigin,
}

/// What the merchant asked for, as the wallet saw it before anything was signed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// How it is paid, in words that the rail made: "x402 exact, USDC on Base Sepolia".
    pub method: String,
    /// The method and URL that the wallet fetches, in the form it sends them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetches: Option<String>,
    /// What the merchant says it sells. A claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Claim>,
    /// Everything the rail needs to submit this payment later, also after a restart. JSON text in
    /// the rail's own form; only the rail reads it.
    pub instruction: String,
}

/// Whom a payment is charged to and reported under, as far as somebody said (A6).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attribution {
    /// The workflow that it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow: Option<Label>,
    /// The project that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<Label>,
    /// Who started the task: a person or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiator: Option<Label>,
}

impl Attribution {
    /// Whether nobody said anything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.workflow.is_none() && self.project.is_none() && self.initiator.is_none()
    }
}

/// One line of what is bought. Agents say what they are, so they are claims; their sum must be the
/// payment's amount.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineItem {
    /// What. A claim.
    pub description: Claim,
    /// Its category, when it is another than the payment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// How many units, 1 to 1,000,000.
    pub quantity: u32,
    /// What a unit is: `night`, `seat`, `month`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Label>,
    /// Price of one unit, in the payment's currency. Not negative, at most 12 decimals.
    #[serde(with = "rust_decimal::serde::str")]
    pub unit_price: Decimal,
}

impl LineItem {
    /// Most line items of a payment.
    pub const MAX: usize = 64;
    /// Most units of a line item.
    pub const MAX_QUANTITY: u32 = 1_000_000;

    /// Whether quantity and price are in range: the price at least 0 and otherwise as an amount.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let priced = Money::new(self.unit_price, Currency::USD);
        let price = self.unit_price.is_zero() || priced.is_ok();
        price && (1..=Self::MAX_QUANTITY).contains(&self.quantity)
    }

    /// The price of all units, exact up to the largest amount there is; `None` when it is out of
    /// range.
    #[must_use]
    pub fn price(&self) -> Option<Decimal> {
        self.unit_price.checked_mul(self.quantity.into())
    }
}

/// One agent's request to spend, complete, with every id drawn and every text checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpendRequest {
    /// The id this payment will have.
    pub payment: PaymentId,
    /// Who asks.
    pub agent: AgentId,
    /// Kind of spending.
    pub action: Action,
    /// Rail to pay by.
    pub rail: RailId,
    /// Whom to pay.
    pub payee: Payee,
    /// How much.
    pub amount: Money,
    /// Merchant category, when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// The agent's session; without one, the agent's implicit session of the day counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Label>,
    /// The task it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Task>,
    /// What is bought, when the name of the payee does not say it: for a paid fetch, the digest of
    /// its method, URL and body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Digest>,
    /// The agent's stated reason. A claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Claim>,
    /// What is bought, line by line, when the agent says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub line_items: Vec<LineItem>,
    /// Whom it is charged to.
    #[serde(default, skip_serializing_if = "Attribution::is_empty")]
    pub attribution: Attribution,
    /// Names the intent.
    pub idempotency_key: IdempotencyKey,
    /// Whether the wallet derived the key from the parameters because the caller gave none.
    pub key_derived: bool,
    /// What the merchant asked, for rails where the merchant asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Terms>,
}

impl SpendRequest {
    /// The digest over what makes two requests the same purchase: all but the payment id and the
    /// agent's reasoning. Compared when an idempotency key comes again.
    ///
    /// # Errors
    /// Only for a defect: see [`CanonicalError`].
    pub fn parameters_digest(&self) -> Result<Digest, CanonicalError> {
        #[derive(Serialize)]
        struct Parameters<'a> {
            agent: AgentId,
            action: Action,
            rail: RailId,
            payee: PayeeKey,
            amount: Money,
            category: &'a Option<Category>,
            session: &'a Option<Label>,
            task: Option<&'a Label>,
            subject: Option<Digest>,
        }
        Digest::of(&Parameters {
            agent: self.agent,
            action: self.action,
            rail: self.rail,
            payee: self.payee.key(),
            amount: self.amount,
            category: &self.category,
            session: &self.session,
            task: self.task.as_ref().map(|task| &task.id),
            subject: self.subject,
        })
    }

    /// The digest that approvers approve: the whole request.
    ///
    /// # Errors
    /// Only for a defect: see [`CanonicalError`].
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Digest::of(self)
    }
}

/// What a credential narrows its bearer to. An empty list narrows nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Only these payees.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payees: Vec<PayeeKey>,
    /// Only these categories.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<Category>,
    /// Only these kinds of spending.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Only these rails.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rails: Vec<RailId>,
    /// Only these currencies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub currencies: Vec<crate::money::Currency>,
    /// Only these tasks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Label>,
    /// At most this much a payment, in the budget currency.
    #[serde(skip_serializing_if = "Option::is_none", with = "rust_decimal::serde::str_option")]
    pub per_transaction: Option<Decimal>,
    /// Not before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Not from this time on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
}
