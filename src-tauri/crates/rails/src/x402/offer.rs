//! Reading a merchant's `PAYMENT-REQUIRED` (x402 version 2) and picking what can be paid.
//! <https://github.com/coinbase/x402/tree/main/specs>
//!
//! Every byte here is the merchant's. Fields that matter are read strictly (a field that comes
//! twice is an error), unknown ones are tolerated and echoed; what is echoed is kept as the text
//! that came, never written anew. Total: no input panics, and all of it is bounded.

use super::networks::{Network, Networks, parse_address};
use crate::text::{clamp, object};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use purser_domain::{Account, Claim, Money};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Longest header, as it came.
pub const MAX_OFFER_BYTES: usize = 32 * 1024;
/// Most entries of `accepts` that are looked at.
const MAX_ENTRIES: usize = 32;
const MAX_QUOTED_BYTES: usize = 128;
const MAX_DESCRIPTION_BYTES: usize = 1024;

/// Why an offer can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Longer than 32 kB.
    #[error("the merchant's PAYMENT-REQUIRED has more than {MAX_OFFER_BYTES} bytes")]
    TooLarge,
    /// Several such headers, or not ASCII.
    #[error("the merchant sent no single printable PAYMENT-REQUIRED")]
    Header,
    /// Not base64.
    #[error("the merchant's PAYMENT-REQUIRED is not base64")]
    Base64,
    /// Not the JSON of an offer.
    #[error("the merchant's PAYMENT-REQUIRED is not an x402 offer in JSON")]
    Json,
    /// Another version.
    #[error("x402 version {found} is not supported; the merchant must offer version 2")]
    Version {
        /// The version offered.
        found: u64,
    },
    /// Version 1, in the body.
    #[error("x402 v1 is not supported yet; the merchant must offer version 2")]
    Version1,
    /// 402 without any x402 offer.
    #[error("the merchant wants payment, but makes no x402 offer")]
    Missing,
    /// More entries than are looked at.
    #[error("the merchant's offer has more than {MAX_ENTRIES} entries")]
    TooManyEntries,
}

/// Why one entry of an offer can't be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryRefusal {
    /// A field is missing, twice there, or of another type.
    #[error("the entry lacks a field or has one of another type")]
    Malformed,
    /// Not `exact`.
    #[error("scheme `{}` is not supported", .0.visible(40))]
    Scheme(Claim),
    /// Not a network of the table.
    #[error("network `{}` is not known", .0.visible(40))]
    Network(Claim),
    /// Not the token of the table.
    #[error("token `{}` is not known on {network}", .asset.visible(50))]
    Token {
        /// What the merchant wants.
        asset: Claim,
        /// On which known network.
        network: &'static str,
    },
    /// Not EIP-3009.
    #[error("transfer method `{}` is not supported", .0.visible(40))]
    TransferMethod(Claim),
    /// Not `authorization`.
    #[error("payment flow `{}` is not supported", .0.visible(40))]
    Flow(Claim),
    /// The domain to be signed is not the token's.
    #[error("the token calls itself `{}`, which is not its name", .0.visible(40))]
    Domain(Claim),
    /// Not a positive integer that the wallet can count.
    #[error("amount `{}` is not a positive whole number within bounds", .0.visible(40))]
    Amount(Claim),
    /// Not an address that can be paid.
    #[error("payTo `{}` is not an address that can be paid", .0.visible(50))]
    PayTo(Claim),
}

/// An offer that was read, with the parts to be echoed as they came.
#[derive(Debug)]
pub(super) struct Offer {
    pub accepts: Vec<Box<RawValue>>,
    pub resource: Option<Box<RawValue>>,
    pub extensions: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct WireOffer {
    #[serde(rename = "x402Version")]
    version: u64,
    accepts: Vec<Box<RawValue>>,
    #[serde(default)]
    resource: Option<Box<RawValue>>,
    #[serde(default)]
    extensions: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct WireVersion {
    #[serde(rename = "x402Version")]
    version: u64,
}

#[derive(Deserialize)]
struct WireResource {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEntry {
    scheme: String,
    network: String,
    amount: String,
    asset: String,
    pay_to: String,
    max_timeout_seconds: u64,
    #[serde(default)]
    extra: Option<WireExtra>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct WireExtra {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    asset_transfer_method: Option<String>,
    #[serde(default)]
    payment_flow: Option<String>,
}

/// An entry that the wallet can pay, in the wallet's own terms.
#[derive(Debug, Clone)]
pub(super) struct Payable {
    pub network: Network,
    pub account: Account,
    pub pay_to: [u8; 20],
    /// In the token's smallest unit.
    pub value: u128,
    pub amount: Money,
    pub max_timeout_s: u64,
}

impl Offer {
    /// Reads the header of a 402.
    pub fn parse(header: &str) -> Result<Self, OfferError> {
        if header.len() > MAX_OFFER_BYTES {
            return Err(OfferError::TooLarge);
        }
        let json = STANDARD.decode(header.trim()).map_err(|_| OfferError::Base64)?;
        let WireVersion { version } = object(&json).map_err(|_| OfferError::Json)?;
        if version != 2 {
            return Err(OfferError::Version { found: version });
        }
        let wire: WireOffer = object(&json).map_err(|_| OfferError::Json)?;
        if wire.version != version {
            return Err(OfferError::Json);
        }
        if wire.accepts.len() > MAX_ENTRIES {
            return Err(OfferError::TooManyEntries);
        }
        Ok(Self { accepts: wire.accepts, resource: wire.resource, extensions: wire.extensions })
    }

    /// What a 402 without the header offers: version 1 has its offer in the body.
    pub fn without_header(body: &[u8]) -> OfferError {
        match object::<WireVersion>(body) {
            Ok(WireVersion { version: 1 }) => OfferError::Version1,
            Ok(WireVersion { version }) if version != 2 => OfferError::Version { found: version },
            _ => OfferError::Missing,
        }
    }

    /// The first entry that can be paid, with its text; else why each can't.
    pub fn pick(&self, networks: &Networks) -> Result<(Payable, &str), Vec<EntryRefusal>> {
        let mut refusals = Vec::new();
        for entry in &self.accepts {
            match Payable::read(entry.get(), networks) {
                Ok(payable) => return Ok((payable, entry.get())),
                Err(refusal) => refusals.push(refusal),
            }
        }
        Err(refusals)
    }

    /// What the merchant says it sells, and under which URL.
    pub fn resource_claims(&self) -> (Option<Claim>, Option<Claim>) {
        let resource = self.resource.as_ref();
        let read = resource.and_then(|raw| object::<WireResource>(raw.get().as_bytes()).ok());
        read.map_or((None, None), |resource| {
            let claim = |text: Option<String>| {
                text.filter(|text| !text.is_empty()).map(|text| clamp(&text, MAX_DESCRIPTION_BYTES))
            };
            (claim(resource.url), claim(resource.description))
        })
    }
}

fn quoted(text: &str) -> Claim {
    clamp(text, MAX_QUOTED_BYTES)
}

impl Payable {
    /// Reads an entry of `accepts`. The same code reads it when it is quoted and again when it is
    /// signed, so that both see the same terms.
    pub fn read(entry: &str, networks: &Networks) -> Result<Self, EntryRefusal> {
        let entry: WireEntry = object(entry.as_bytes()).map_err(|_| EntryRefusal::Malformed)?;
        if entry.scheme != "exact" {
            return Err(EntryRefusal::Scheme(quoted(&entry.scheme)));
        }
        let network = networks
            .by_id(&entry.network)
            .ok_or_else(|| EntryRefusal::Network(quoted(&entry.network)))?;
        if parse_address(&entry.asset) != Some(network.token) {
            let asset = quoted(&entry.asset);
            return Err(EntryRefusal::Token { asset, network: network.name });
        }
        check_extra(&entry.extra.unwrap_or_default(), network)?;
        let (value, amount) = parse_amount(&entry.amount, network)
            .ok_or_else(|| EntryRefusal::Amount(quoted(&entry.amount)))?;
        let pay_to = parse_address(&entry.pay_to)
            .filter(|address| *address != [0; 20])
            .ok_or_else(|| EntryRefusal::PayTo(quoted(&entry.pay_to)))?;
        let account = format!("{}:{}", network.id, super::networks::address_text(&pay_to));
        let account = Account::new(&account).map_err(|_| EntryRefusal::Malformed)?;
        let network = network.clone();
        let max_timeout_s = entry.max_timeout_seconds;
        Ok(Self { network, account, pay_to, value, amount, max_timeout_s })
    }
}

fn check_extra(extra: &WireExtra, network: &Network) -> Result<(), EntryRefusal> {
    let other = |given: &Option<String>, known: &str| {
        given.as_deref().filter(|text| *text != known).map(quoted)
    };
    if let Some(flow) = other(&extra.payment_flow, "authorization") {
        return Err(EntryRefusal::Flow(flow));
    }
    if let Some(method) = other(&extra.asset_transfer_method, "eip3009") {
        return Err(EntryRefusal::TransferMethod(method));
    }
    let domain = other(&extra.name, network.token_name)
        .or_else(|| other(&extra.version, network.token_version));
    domain.map_or(Ok(()), |domain| Err(EntryRefusal::Domain(domain)))
}

/// A whole number without sign or leading zero, and the same as money.
fn parse_amount(text: &str, network: &Network) -> Option<(u128, Money)> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    let value = text.parse().ok().filter(|_| plain)?;
    Some((value, Money::from_atomic(text, network.decimals, network.currency).ok()?))
}

#[cfg(test)]
mod tests;
