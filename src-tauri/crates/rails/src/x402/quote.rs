//! What the unpaid request brought: the thing itself, or its price.

use super::fetch::FetchError;
use super::offer::{EntryRefusal, OfferError};
use super::target::UrlError;
use crate::Delivery;
use purser_domain::{Claim, Money, Payee, Terms};

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
    #[error("the merchant redirects to `{}`; fetch that URL if it is meant", .location.visible(200))]
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
