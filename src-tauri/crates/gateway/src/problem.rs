//! Problems as RFC 9457 documents: what went wrong, against which limit, and what to do.
//!
//! Guarantees: every refusal, whatever its cause, leaves by this one form, over HTTP and MCP; the
//! code is stable and the only thing that programs branch on; texts of agents and merchants stand
//! in JSON strings only, never in headers.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Deref;

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Longest detail, in characters. Longer ones are cut: they may quote what an agent sent.
const MAX_DETAIL: usize = 1000;

/// An RFC 9457 problem document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemDocument {
    /// `urn:purser:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, one sentence.
    pub detail: String,
    /// Stable code to branch on.
    pub code: String,
    /// The field of the request that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The limit that was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// The value that was held against the limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// What to do, one sentence for the agent.
    pub what_to_do: String,
    /// The payment it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
    /// Seconds after which asking again can help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u32>,
}

/// Why an agent did not get what it asked for. Small to pass around.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Problem(Box<ProblemDocument>);

impl Problem {
    /// A problem. `detail` and `what_to_do` are one sentence each, for the agent.
    #[must_use]
    pub fn new(status: u16, code: &str, detail: impl AsRef<str>, what_to_do: &str) -> Self {
        Self(Box::new(ProblemDocument {
            kind: format!("urn:purser:problem:{code}"),
            title: code.replace('_', " "),
            status,
            detail: detail.as_ref().chars().take(MAX_DETAIL).collect(),
            code: code.to_owned(),
            field: None,
            limit: None,
            observed: None,
            what_to_do: what_to_do.to_owned(),
            payment: None,
            retry_after_s: None,
        }))
    }

    /// A field of the request that can't be taken.
    #[must_use]
    pub fn field(field: &str, error: impl fmt::Display) -> Self {
        let what_to_do = "correct the field that `field` names and send the request again";
        Self::new(422, "bad_field", format!("`{field}`: {error}"), what_to_do).with_field(field)
    }

    /// With the field that is wrong.
    #[must_use]
    pub fn with_field(mut self, field: &str) -> Self {
        self.0.field = Some(field.chars().take(200).collect());
        self
    }

    /// With the limit and the value that was held against it.
    #[must_use]
    pub fn with_limit(mut self, limit: Option<String>, observed: Option<String>) -> Self {
        (self.0.limit, self.0.observed) = (limit, observed);
        self
    }

    /// With the payment it is about.
    #[must_use]
    pub fn with_payment(mut self, payment: impl fmt::Display) -> Self {
        self.0.payment = Some(payment.to_string());
        self
    }

    /// With the seconds after which asking again can help.
    #[must_use]
    pub fn with_retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_s = Some(seconds);
        self
    }

    /// The wallet is locked.
    #[must_use]
    pub fn wallet_locked() -> Self {
        Self::new(503, "wallet_locked", "the wallet is locked", "ask the owner to unlock Purser")
    }

    /// A defect, or something that the agent can't help.
    #[must_use]
    pub fn internal(detail: &str) -> Self {
        let what_to_do = "try again; if it stays, tell the owner to look at Purser's log";
        Self::new(500, "internal", detail, what_to_do)
    }
}

impl Deref for Problem {
    type Target = ProblemDocument;

    fn deref(&self) -> &ProblemDocument {
        &self.0
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.detail, self.code, self.what_to_do)
    }
}

impl std::error::Error for Problem {}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let schemes = HeaderValue::from_static("Purser, Bearer");
            headers.insert(header::WWW_AUTHENTICATE, schemes);
        }
        response
    }
}
