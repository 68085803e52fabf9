//! What a payment needs to be submitted after a restart: `Terms.instruction`.
//!
//! It lives in the log, so its form is frozen: `version` tells later forms apart. It is read again
//! by the same code that read the offer, and nothing in it is trusted to match the request: the
//! payee and the amount that follow from it must be those that the engine authorized.

use super::fetch::FetchRequest;
use super::networks::{Networks, address_text, parse_address};
use super::offer::{Offer, Payable};
use super::target::Target;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use purser_domain::{RailId, SpendRequest};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeSet;

const VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Instruction {
    version: u32,
    x402_version: u32,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    /// Base64.
    body: String,
    /// The address that pays, so that the chain can be asked about it later.
    payer: String,
    /// The chosen entry, as it came.
    accepted: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    extensions: Option<String>,
}

/// Why a request's terms can't be carried out. Nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum TermsError {
    #[error("the payment carries no x402 terms that can be read; ask for a new quote")]
    Unreadable,
    #[error("the stored terms are not those that were authorized; ask for a new quote")]
    Changed,
}

/// A request's terms, read and held against the request.
pub(super) struct Agreed {
    pub target: Target,
    pub fetch: FetchRequest,
    pub payer: [u8; 20],
    pub payable: Payable,
    pub accepted: Box<RawValue>,
    pub resource: Option<Box<RawValue>>,
    pub extensions: Option<Box<RawValue>>,
}

impl Instruction {
    pub fn new(fetch: FetchRequest, payer: &[u8; 20], offer: &Offer, accepted: &str) -> Self {
        let text = |raw: &Option<Box<RawValue>>| raw.as_ref().map(|raw| raw.get().to_owned());
        Self {
            version: VERSION,
            x402_version: 2,
            method: fetch.method,
            url: fetch.url,
            headers: fetch.headers,
            body: STANDARD.encode(fetch.body),
            payer: address_text(payer),
            accepted: accepted.to_owned(),
            resource: text(&offer.resource),
            extensions: text(&offer.extensions),
        }
    }

    pub fn read(request: &SpendRequest) -> Option<Self> {
        let terms = request.terms.as_ref()?;
        let instruction: Self = serde_json::from_str(&terms.instruction).ok()?;
        (instruction.version == VERSION && instruction.x402_version == 2).then_some(instruction)
    }

    /// How long the merchant lets a signature be valid.
    pub fn max_timeout_s(&self, networks: &Networks) -> Option<u64> {
        Payable::read(&self.accepted, networks).ok().map(|payable| payable.max_timeout_s)
    }
}

impl Agreed {
    /// Reads a request's terms again. `own_ports` as in [`Target::parse`].
    pub fn read(
        request: &SpendRequest,
        networks: &Networks,
        own_ports: &BTreeSet<u16>,
    ) -> Result<Self, TermsError> {
        let stored = Instruction::read(request).ok_or(TermsError::Unreadable)?;
        let payable = Payable::read(&stored.accepted, networks);
        let payable = payable.map_err(|_| TermsError::Changed)?;
        let target = Target::parse(&stored.url, own_ports).map_err(|_| TermsError::Changed)?;
        let same = request.rail == RailId::X402
            && request.amount == payable.amount
            && request.payee.account.as_ref() == Some(&payable.account)
            && request.payee.host.as_ref() == Some(&target.host);
        if !same {
            return Err(TermsError::Changed);
        }
        let raw = |text: String| RawValue::from_string(text).map_err(|_| TermsError::Unreadable);
        let fetch = FetchRequest {
            method: stored.method,
            url: stored.url,
            headers: stored.headers,
            body: STANDARD.decode(&stored.body).map_err(|_| TermsError::Unreadable)?,
        };
        Ok(Self {
            target,
            fetch: fetch.checked().map_err(|_| TermsError::Unreadable)?,
            payer: parse_address(&stored.payer).ok_or(TermsError::Unreadable)?,
            payable,
            accepted: raw(stored.accepted)?,
            resource: stored.resource.map(raw).transpose()?,
            extensions: stored.extensions.map(raw).transpose()?,
        })
    }
}
