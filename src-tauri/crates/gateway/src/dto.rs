//! What agents send. The JSON schemas of OpenAPI and MCP are made from these, so the words here
//! are read by models: each says what to give and when to leave it out.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A payment to a payee that you name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRequest {
    /// Whom to pay.
    pub payee: PayeeRequest,
    /// How much, as a decimal string such as "12.50". Never a number.
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub amount: String,
    /// Currency code in capitals: ISO 4217, or USDC, EURC, USDT, PYUSD.
    #[schemars(regex(pattern = r"^[A-Z]{3,5}$"))]
    pub currency: String,
    /// Merchant category, such as `cloud_computing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub category: Option<String>,
    /// The session that open_session gave you. Leave it out to use the budget of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub session: Option<String>,
    /// The workflow that this is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub workflow: Option<String>,
    /// The project that this is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub project: Option<String>,
    /// Who started the task: a person or a team. They are charged unless a rule says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub initiator: Option<String>,
    /// The task that this is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskRequest>,
    /// What you buy, line by line, when you know: quantity times unit price must add up to the
    /// amount. The user's policy may look at the price of a unit, such as a hotel night.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub line_items: Vec<LineItemRequest>,
    /// Why you want to pay, for the person who may be asked. At most 8192 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8192))]
    pub context: Option<String>,
    /// Names this purchase: the same key never pays twice. Without one, equal requests are one
    /// purchase; give a new key for another one that is otherwise equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub idempotency_key: Option<String>,
}

/// One line of what you buy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LineItemRequest {
    /// What it is.
    #[schemars(length(min = 1, max = 512))]
    pub description: String,
    /// Its merchant category, when it is another than the payment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub category: Option<String>,
    /// How many units.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub quantity: u32,
    /// What a unit is: `night`, `seat`, `month`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub unit: Option<String>,
    /// Price of one unit, as a decimal string in the payment's currency.
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub unit_price: String,
}

const fn one() -> u32 {
    1
}

/// Whom to pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PayeeRequest {
    /// What the payee is called. At most 256 bytes.
    #[schemars(length(min = 1, max = 256))]
    pub name: String,
    /// Where the money goes, when you know it: a CAIP-10 account or an IBAN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub account: Option<String>,
    /// A URL of the payee; its host identifies the payee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 4096))]
    pub url: Option<String>,
    /// Where the payee is: two capitals, ISO 3166-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[A-Z]{2}$"))]
    pub country: Option<String>,
}

/// The task that a payment is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskRequest {
    /// A name for the task.
    #[schemars(length(min = 1, max = 128))]
    pub id: String,
    /// What you were asked to do, in the words of whoever asked.
    #[schemars(length(max = 8192))]
    pub text: String,
}

/// The method of a fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Read; the default.
    #[default]
    Get,
    /// Headers only.
    Head,
    /// Send.
    Post,
    /// Replace.
    Put,
    /// Change.
    Patch,
    /// Delete.
    Delete,
}

impl Method {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// A URL to fetch. If it asks for money (HTTP 402), the wallet pays within your limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FetchRequest {
    /// Absolute https URL.
    #[schemars(length(max = 4096))]
    pub url: String,
    /// The method; GET when absent.
    #[serde(default)]
    pub method: Method,
    /// Headers to send. None that carries a credential.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The most that you mean to pay, as a decimal string; a higher price is refused. Needs
    /// `currency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]{1,13}(\.[0-9]{1,12})?$"))]
    pub max_amount: Option<String>,
    /// The currency of `max_amount`, in capitals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[A-Z]{3,5}$"))]
    pub currency: Option<String>,
    /// Merchant category, such as `market_data`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 64))]
    pub category: Option<String>,
    /// The session that open_session gave you. Leave it out to use the budget of the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub session: Option<String>,
    /// The workflow that this is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub workflow: Option<String>,
    /// The project that this is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub project: Option<String>,
    /// Who started the task: a person or a team. They are charged unless a rule says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub initiator: Option<String>,
    /// The task that this is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<TaskRequest>,
    /// Why you want this, for the person who may be asked. At most 8192 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 8192))]
    pub context: Option<String>,
    /// Names this purchase: the same key never pays twice, and gives the first answer again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 128))]
    pub idempotency_key: Option<String>,
}

/// One of your payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentRef {
    /// The payment id that an earlier answer gave you, `pay_…`.
    #[schemars(length(max = 64))]
    pub payment: String,
}

/// A wait for one of your payments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitRequest {
    /// The payment id that an earlier answer gave you, `pay_…`.
    #[schemars(length(max = 64))]
    pub payment: String,
    /// Seconds to wait at most, 0 to 300. Default 50.
    #[serde(default = "default_wait")]
    #[schemars(range(max = 300))]
    pub timeout_s: u32,
}

/// Longest wait of one call, in seconds.
pub const MAX_WAIT_S: u32 = 300;

/// Below the 60 seconds after which many MCP clients give up.
const fn default_wait() -> u32 {
    50
}

/// Nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A fresh credential, asked for with a signature by the agent's own key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialRequest {
    /// The agent, `agt_…`.
    #[schemars(length(max = 64))]
    pub agent: String,
    /// Whether it should hold without a signature. Only where the owner allows it; otherwise the
    /// answer's `bearer` is false.
    #[serde(default)]
    pub bearer: bool,
}
