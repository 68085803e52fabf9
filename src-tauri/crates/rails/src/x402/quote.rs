//! What the unpaid request brought: the thing itself, or its price.

use super::X402;
use super::fetch::{FetchError, FetchRequest};
use super::http::{Answer, SendError};
use super::instruction::Instruction;
use super::networks::Networks;
use super::offer::{EntryRefusal, Offer, OfferError};
use super::target::{Target, UrlError};
use crate::Delivery;
use crate::text::clamp;
use purser_domain::{Claim, Money, Payee, Terms};

/// Longest redirect that is quoted, in bytes.
const MAX_LOCATION_BYTES: usize = 1024;

/// What asking without paying brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quote {
    /// No payment is asked: this is the answer, whatever its status.
    Free(Delivery),
    /// A price that the wallet could pay, in its own terms. Nothing is signed yet.
    Priced {
        /// Whom: the account to be paid and the host that asked. Its name is that host.
        payee: Payee,
        /// How much.
        amount: Money,
        /// All else; goes into the spend request as it is.
        terms: Terms,
        /// The URL that the merchant says it sells.
        resource: Option<Claim>,
    },
}

/// Why there is neither an answer nor a price that can be paid. Nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuoteError {
    /// The URL, or what its name resolved to, is not opened.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The request is not one that the wallet makes.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// No connection.
    #[error("no connection to `{host}`; check the URL or try again later")]
    Unreachable {
        /// The host that was asked.
        host: String,
    },
    /// No answer in time.
    #[error("`{host}` did not answer in time; try again later")]
    Timeout {
        /// The host that was asked.
        host: String,
    },
    /// Closed before an answer, or not HTTP.
    #[error("`{host}` closed the connection or did not answer in HTTP; try again later")]
    Broken {
        /// The host that was asked.
        host: String,
    },
    /// A redirect. The wallet follows none: where the money goes is the agent's to say.
    #[error("the merchant redirects to `{}`; fetch that URL if meant", .location.visible(200))]
    Redirect {
        /// Where to.
        location: Claim,
    },
    /// The offer can't be read.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// No entry can be paid.
    #[error("the merchant's offer can't be paid: {}", reasons(.entries))]
    NothingAcceptable {
        /// Why not, for each entry in its order.
        entries: Vec<EntryRefusal>,
    },
}

impl QuoteError {
    /// A stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Url(_) => "url_refused",
            Self::Fetch(_) => "request_refused",
            Self::Unreachable { .. } => "merchant_unreachable",
            Self::Timeout { .. } => "merchant_timeout",
            Self::Broken { .. } => "merchant_broken",
            Self::Redirect { .. } => "merchant_redirects",
            Self::Offer(OfferError::Version1) => "x402_v1",
            Self::Offer(_) => "offer_unreadable",
            Self::NothingAcceptable { .. } => "offer_unacceptable",
        }
    }
}

fn reasons(entries: &[EntryRefusal]) -> String {
    if entries.is_empty() {
        return "it has no entries".to_owned();
    }
    let numbered = entries.iter().zip(1u32..).map(|(entry, n)| format!("{n}: {entry}"));
    numbered.collect::<Vec<_>>().join("; ")
}

impl X402 {
    /// Makes a request without paying. Follows no redirect: a 3xx is an error that says where to.
    ///
    /// # Errors
    /// When the request is not one that the wallet makes, there is no answer, or the price is none
    /// that the wallet can pay.
    pub async fn quote(&self, fetch: FetchRequest) -> Result<Quote, QuoteError> {
        let target = Target::parse(&fetch.url, &self.own_ports())?;
        let fetch = fetch.checked()?;
        let answer = self.http.send(&target, &fetch, None).await;
        let answer = answer.map_err(|error| no_answer(error, &target))?;
        if answer.is_redirect() {
            return Err(redirected(&answer));
        }
        if answer.delivery.status != 402 {
            return Ok(Quote::Free(answer.delivery));
        }
        priced(&self.networks(), &self.signer.address(), &target, fetch, &answer)
    }
}

/// Where a merchant would send whoever follows it.
pub(super) fn redirected(answer: &Answer) -> QuoteError {
    let location = clamp(&answer.location().unwrap_or_default(), MAX_LOCATION_BYTES);
    QuoteError::Redirect { location }
}

/// What a 402 asks for, paid from the address `payer`.
pub(super) fn priced(
    networks: &Networks,
    payer: &[u8; 20],
    target: &Target,
    fetch: FetchRequest,
    answer: &Answer,
) -> Result<Quote, QuoteError> {
    let header = answer.header("payment-required").map_err(|()| OfferError::Header)?;
    let header = header.ok_or_else(|| Offer::without_header(&answer.delivery.body))?;
    let offer = Offer::parse(header)?;
    let (payable, entry) =
        offer.pick(networks).map_err(|entries| QuoteError::NothingAcceptable { entries })?;
    let (resource, description) = offer.resource_claims();
    let fetches = format!("{} {}", fetch.method, target.url);
    let instruction = Instruction::new(fetch, payer, &offer, entry);
    let instruction = serde_json::to_string(&instruction).map_err(|_| OfferError::Json)?;
    let network = &payable.network;
    Ok(Quote::Priced {
        payee: Payee {
            name: clamp(target.host.as_str(), Claim::MAX_NAME_BYTES),
            account: Some(payable.account.clone()),
            host: Some(target.host.clone()),
            country: None,
        },
        amount: payable.amount,
        terms: Terms {
            method: format!("x402 exact, {} on {}", network.currency, network.name),
            fetches: Some(fetches),
            description,
            instruction,
        },
        resource,
    })
}

fn no_answer(error: SendError, target: &Target) -> QuoteError {
    let host = target.host.to_string();
    match error {
        SendError::Address(error) => QuoteError::Url(error),
        SendError::Request => QuoteError::Fetch(FetchError::HeaderSyntax),
        SendError::Connect => QuoteError::Unreachable { host },
        SendError::Timeout => QuoteError::Timeout { host },
        SendError::Broken => QuoteError::Broken { host },
    }
}
