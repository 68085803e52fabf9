//! The readers of what merchants and chains send, for `tests/fuzz`. Nothing here signs, sends or
//! pays, and no other code uses it.

use super::chain;
use super::fetch::{FetchError, FetchRequest};
use super::http::Answer;
use super::instruction::Agreed;
use super::networks::Networks;
use super::quote::{Quote, QuoteError, priced, redirected};
use super::settle::{self, Said};
use super::sign;
use super::target::{Target, UrlError};
use crate::Delivery;
use purser_domain::{Host, Resolution, SpendRequest};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// The address from which nothing is paid here.
const PAYER: [u8; 20] = [0x11; 20];

/// An answer with one header, if HTTP lets it have such a value.
fn answer(status: u16, header: &'static str, value: Option<&[u8]>, body: &[u8]) -> Option<Answer> {
    let mut headers = HeaderMap::new();
    if let Some(value) = value {
        headers.insert(HeaderName::from_static(header), HeaderValue::from_bytes(value).ok()?);
    }
    let body = body.to_vec();
    let delivery = Delivery { status, content_type: None, body, truncated: false };
    Some(Answer { delivery, headers })
}

/// What a 402 with this `PAYMENT-REQUIRED` and body comes to. `None` when HTTP has no such header.
pub fn quoted(
    request: FetchRequest,
    header: Option<&[u8]>,
    body: &[u8],
) -> Option<Result<Quote, QuoteError>> {
    let answer = answer(402, "payment-required", header, body)?;
    let target = match Target::parse(&request.url, &BTreeSet::new()) {
        Ok(target) => target,
        Err(error) => return Some(Err(error.into())),
    };
    let checked = request.checked().map_err(QuoteError::from);
    Some(checked.and_then(|fetch| priced(&Networks::default(), &PAYER, &target, fetch, &answer)))
}

/// Whether what was quoted can be read again from the request that carries it, and is the same.
#[must_use]
pub fn agrees(request: &SpendRequest) -> bool {
    Agreed::read(request, &Networks::default(), &BTreeSet::new()).is_ok()
}

/// What a merchant's answer to a paid request says: the transaction of a receipt, or why there is
/// none.
#[must_use]
pub fn receipt(
    status: u16,
    header: Option<&[u8]>,
    network: &str,
) -> Option<Result<Option<String>, Resolution>> {
    let answer = answer(status, "payment-response", header, b"")?;
    Some(match settle::read(&answer, network) {
        Said::Paid { transaction, .. } => Ok(transaction),
        Said::Unclear(resolution) => Err(resolution),
    })
}

/// A URL as it would be opened, and its host as payees carry it.
///
/// # Errors
/// When it would not be opened.
pub fn opened(url: &str) -> Result<(String, Host), UrlError> {
    let target = Target::parse(url, &BTreeSet::new())?;
    Ok((target.url.into(), target.host))
}

/// A request as it would be sent.
///
/// # Errors
/// When it would not be.
pub fn checked(request: FetchRequest) -> Result<FetchRequest, FetchError> {
    request.checked()
}

/// A number as chains write them.
#[must_use]
pub fn quantity(value: &serde_json::Value) -> Option<u64> {
    chain::quantity(value)
}

/// What an endpoint's answer can be read as, whatever was asked.
#[derive(Debug, PartialEq, Eq)]
pub struct ChainAnswer {
    /// A block's number and time.
    pub block: Option<(u64, u64)>,
    /// Whether an authorization was used.
    pub used: Option<bool>,
    /// The transaction that used it.
    pub transaction: Option<String>,
}

/// Reads the body of an endpoint's answer. `None` when it has no result.
#[must_use]
pub fn chain_body(body: &[u8]) -> Option<ChainAnswer> {
    let result = chain::read_result(body)?;
    Some(ChainAnswer {
        block: chain::read_block(&result).map(|block| (block.number, block.time_s)),
        used: chain::read_used(&result),
        transaction: chain::read_transaction(&result),
    })
}

/// The extensions that a payment carries back to the merchant who offered these, with our id.
#[must_use]
pub fn extensions(offered: &str, id: &str) -> Option<String> {
    let offered: &RawValue = serde_json::from_str(offered).ok()?;
    sign::extensions(Some(offered), id).map(|extensions| extensions.get().to_owned())
}

/// What is said of a redirect to this place. `None` when HTTP has no such header.
#[must_use]
pub fn redirect(location: &[u8]) -> Option<QuoteError> {
    Some(redirected(&answer(302, "location", Some(location), b"")?))
}
