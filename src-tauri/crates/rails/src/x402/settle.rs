//! What an answer to a paid request says of the money.
//!
//! Once the signature has left, the merchant can use it until it expires, whatever it answered. So
//! only two things end a payment here: a receipt of success (checked on the chain where there is an
//! endpoint), and everything else is `Unknown` until [`Rail::resolve`](crate::Rail::resolve) has
//! asked the chain.

use super::chain::is_transaction_hash;
use super::http::Answer;
use crate::text::{object, unknown};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use purser_domain::{Claim, Resolution};
use serde::Deserialize;

/// Longest `PAYMENT-RESPONSE` that is read; as base64 it is kept whole as evidence.
const MAX_RECEIPT_BYTES: usize = Claim::MAX_BYTES;

/// What the merchant says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It was paid.
    Paid {
        /// The transaction, if what it named can be one.
        transaction: Option<String>,
        /// The header, as it came.
        evidence: Claim,
    },
    /// Anything else.
    Unclear(Resolution),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReceipt {
    success: bool,
    #[serde(default)]
    transaction: Option<String>,
    #[serde(default)]
    network: Option<String>,
    #[serde(default)]
    error_reason: Option<String>,
}

/// Reads the answer to a paid request on a network.
pub(super) fn read(answer: &Answer, network: &str) -> Said {
    let receipt = answer.header("payment-response");
    if let Some(Receipt::Refused(reason)) = receipt.ok().flatten().and_then(parse) {
        let detail = format!("the merchant says that the payment was not settled: {reason}");
        return unclear("settlement_failed", &detail);
    }
    let status = answer.delivery.status;
    match status {
        200..=299 => {}
        402 => {
            let detail = "the merchant asks for payment again after it was given a signature";
            return unclear("merchant_402_again", detail);
        }
        _ if answer.is_redirect() => {
            let detail = format!("the merchant redirects (status {status}) instead of serving");
            return unclear("merchant_redirected", &detail);
        }
        _ => {
            let detail = format!("the merchant answers status {status} to a paid request");
            return unclear("merchant_error", &detail);
        }
    }
    match receipt {
        Ok(None) => unclear("no_receipt", "the merchant served without a receipt"),
        Ok(Some(header)) => match parse(header) {
            Some(Receipt::Paid { transaction, on })
                if on.as_deref().is_none_or(|n| n == network) =>
            {
                match Claim::new(header, MAX_RECEIPT_BYTES) {
                    Ok(evidence) => Said::Paid { transaction, evidence },
                    Err(_) => unreadable(),
                }
            }
            _ => unreadable(),
        },
        Err(()) => unreadable(),
    }
}

enum Receipt {
    Paid { transaction: Option<String>, on: Option<String> },
    Refused(String),
}

fn parse(header: &str) -> Option<Receipt> {
    if header.len() > MAX_RECEIPT_BYTES {
        return None;
    }
    let json = STANDARD.decode(header.trim()).ok()?;
    let wire: WireReceipt = object(&json).ok()?;
    if !wire.success {
        let reason = wire.error_reason.unwrap_or_else(|| "no reason given".to_owned());
        return Some(Receipt::Refused(reason));
    }
    let transaction = wire.transaction.filter(|hash| is_transaction_hash(hash));
    let transaction = transaction.map(|hash| hash.to_ascii_lowercase());
    Some(Receipt::Paid { transaction, on: wire.network })
}

fn unreadable() -> Said {
    unclear("bad_receipt", "the merchant's receipt can't be read")
}

fn unclear(problem: &str, detail: &str) -> Said {
    let detail = format!("{detail}; the chain will tell whether the money moved");
    Said::Unclear(unknown(problem, &detail))
}
