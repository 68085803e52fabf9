//! Every cause of a refusal, as a problem with its HTTP status.
//!
//! The statuses: 401 the credential or its proof (renew or sign again), 403 the owner's rules
//! (scope, standing, caps and envelopes: asking again does not help), 404 no such payment of this
//! agent, 409 in conflict with what was asked before, 422 a field, 429 too often, 500 a defect,
//! 502 and 504 the merchant, 503 the wallet can't decide now. 402 is not used: it means that the
//! answering server wants money.

use crate::problem::Problem;
use purser_domain::Refusal;
use purser_keys::KeysError;
use purser_wallet::{AgentError, HostError, QuoteError, WriteError};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.detail();
        let status = match &refusal {
            Refusal::CredentialUnknown
            | Refusal::CredentialExpired { .. }
            | Refusal::CredentialRevoked
            | Refusal::HolderProofMissing => 401,
            Refusal::RateLimited { .. } => 429,
            Refusal::IdempotencyConflict { .. } => 409,
            Refusal::Internal { .. } => 500,
            _ => 403,
        };
        let problem = Self::new(status, &detail.code, detail.message, &detail.what_to_do)
            .with_limit(detail.limit, detail.observed);
        match refusal {
            Refusal::RateLimited { retry_after_s, .. } => problem.with_retry_after(retry_after_s),
            Refusal::IdempotencyConflict { payment } => problem.with_payment(payment),
            _ => problem,
        }
    }
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Locked => Self::wallet_locked(),
            HostError::Absent => {
                let what_to_do = "ask the owner to create a wallet in Purser";
                Self::new(503, "wallet_absent", "there is no wallet yet", what_to_do)
            }
            other => Self::internal(&other.to_string()),
        }
    }
}

impl From<AgentError> for Problem {
    fn from(error: AgentError) -> Self {
        let words = error.to_string();
        match error {
            AgentError::Refused(refusal) => refusal.into(),
            AgentError::Command(error) => command(error.code(), &words, error.what_to_do()),
            AgentError::Write(WriteError::Closed) => Self::wallet_locked(),
            AgentError::Write(WriteError::LogUnwritable { .. }) => {
                let what_to_do = "stop paying and tell the owner; the wallet's disk needs mending";
                Self::new(503, "log_unwritable", words, what_to_do)
            }
            AgentError::Quote(error) => quote(&error),
            AgentError::AboveStated { stated, asked } => {
                let what_to_do = "raise `max_amount` if the price is right, or fetch another URL";
                Self::new(403, "above_stated", words, what_to_do)
                    .with_limit(Some(stated.to_string()), Some(asked.to_string()))
            }
            AgentError::NoSuchPayment => no_such_payment(),
            AgentError::Keys(_) | AgentError::Randomness(_) | AgentError::Unexpected => {
                Self::internal(&words)
            }
        }
    }
}

/// The engine's words for what does not fit are for the owner; an agent has no say in most of it.
fn command(code: &str, detail: &str, what_to_do: &str) -> Problem {
    match code {
        "agent_not_found" => Refusal::AgentUnknown.into(),
        "agent_revoked" => Refusal::AgentRevoked.into(),
        "agent_paused" => Refusal::AgentPaused.into(),
        "wallet_frozen" => Refusal::WalletFrozen.into(),
        "payment_not_found" | "payment_not_yours" => no_such_payment(),
        "bearer_not_allowed" => {
            Problem::new(403, code, detail, "sign requests, as `purser mcp` does")
        }
        "internal" => Problem::internal(detail),
        _ => Problem::new(409, code, detail, what_to_do),
    }
}

fn no_such_payment() -> Problem {
    let what_to_do = "use the id that an earlier answer gave you as `payment`";
    Problem::new(404, "no_such_payment", "this agent has no such payment", what_to_do)
}

fn quote(error: &QuoteError) -> Problem {
    let (status, what_to_do) = match error.code() {
        "url_refused" => (422, "give an absolute https URL of a public host"),
        "request_refused" => (422, "correct the method, the headers or the body"),
        "merchant_timeout" => (504, "try again later; nothing was paid"),
        "merchant_redirects" => (502, "fetch the URL that it redirects to, if you trust it"),
        "merchant_unreachable" | "merchant_broken" => {
            (502, "check the URL or try again later; nothing was paid")
        }
        _ => (502, "the wallet can't pay this merchant; nothing was paid, use another one"),
    };
    let mut problem = Problem::new(status, error.code(), error.to_string(), what_to_do);
    if status == 422 {
        let field = if error.code() == "url_refused" { "url" } else { "headers" };
        problem = problem.with_field(field);
    }
    problem
}

/// Why a credential or a proof is not taken.
impl From<KeysError> for Problem {
    fn from(error: KeysError) -> Self {
        let (code, what_to_do) = match &error {
            KeysError::TokenExpired => {
                ("credential_expired", "renew the credential and send the request again")
            }
            KeysError::TokenForged => {
                ("credential_unknown", "renew the credential with this wallet")
            }
            KeysError::TokenTooLong { .. }
            | KeysError::TokenMalformed
            | KeysError::TokenThirdParty
            | KeysError::TokenUnsupported
            | KeysError::TokenDepth { .. }
            | KeysError::TokenHandOver
            | KeysError::TokenEmpty => ("credential_invalid", "renew the credential"),
            KeysError::ProofClock => {
                ("proof_clock", "check the computer's clock, and sign each request when sending it")
            }
            KeysError::ProofReplayed => ("proof_replayed", "sign each request with a new nonce"),
            KeysError::ReplayFull => {
                let what_to_do = "wait a minute and try again";
                return Self::new(429, "replay_full", error.to_string(), what_to_do)
                    .with_retry_after(60);
            }
            KeysError::ProofPart { .. }
            | KeysError::ProofMalformed { .. }
            | KeysError::ProofKey
            | KeysError::ProofCoverage
            | KeysError::ProofDigest
            | KeysError::ProofSignature => {
                ("proof_invalid", "sign the request as RFC 9421 says, or use `purser mcp`")
            }
            _ => return Self::internal(&error.to_string()),
        };
        Self::new(401, code, error.to_string(), what_to_do)
    }
}
