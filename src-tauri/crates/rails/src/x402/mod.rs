//! x402 version 2, scheme `exact` on EVM chains by EIP-3009: a client that sees all terms before
//! anything is signed.
//! <https://github.com/coinbase/x402/tree/main/specs>
//!
//! [`X402::quote`] asks without paying and turns a merchant's offer into a payee, an amount and
//! terms; those go through the engine; `submit` signs what was authorized and nothing else, and
//! sends the same request again. The nonce of the signature follows from the payment's id, so the
//! chain itself says, after any crash, whether a payment was made.
//!
//! A merchant sees the request, the wallet's address and `Purser/<version>`. The chain's endpoint
//! sees the wallet's address and the nonces asked about.

mod chain;
mod fetch;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod instruction;
mod networks;
mod offer;
mod pay;
mod quote;
mod settle;
mod sign;
mod target;

pub use fetch::{FetchError, FetchRequest};
pub use http::MAX_BODY_BYTES;
pub use networks::{Networks, NetworksError};
pub use offer::{EntryRefusal, MAX_OFFER_BYTES, OfferError};
pub use quote::{Quote, QuoteError};
pub use sign::{SignError, TransferSigner};
pub use target::UrlError;

use crate::{Clock, Outcome, Rail};
use async_trait::async_trait;
use chain::Chain;
use http::Http;
use instruction::Instruction;
use purser_domain::{RailId, Resolution, SpendRequest, Timestamp};
use purser_engine::Authorized;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Longest that a signature may move money, in seconds (I6: what was signed expires in a minute).
const MAX_VALIDITY_S: u64 = 60;
/// Shortest: facilitators refuse what expires within the next few seconds.
const MIN_VALIDITY_S: u64 = 5;
/// From the name's resolution to the body's last byte.
const MERCHANT: Duration = Duration::from_secs(30);

/// Why the rail can't be made.
#[derive(Debug, thiserror::Error)]
pub enum X402Error {
    /// The HTTP client can't be set up, as when the system's certificates can't be read.
    #[error("the HTTP client can't be set up: {0}; check the system's certificates")]
    Client(#[from] reqwest::Error),
}

/// The x402 rail.
pub struct X402 {
    signer: Arc<dyn TransferSigner>,
    networks: RwLock<Arc<Networks>>,
    own_ports: RwLock<Arc<BTreeSet<u16>>>,
    clock: Clock,
    http: Http,
    chain: Chain,
}

impl X402 {
    /// The rail with its signer, networks and clock.
    ///
    /// # Errors
    /// When the HTTP client can't be set up.
    pub fn new(
        signer: Arc<dyn TransferSigner>,
        networks: Networks,
        clock: Clock,
    ) -> Result<Self, X402Error> {
        Ok(Self {
            signer,
            networks: RwLock::new(Arc::new(networks)),
            own_ports: RwLock::default(),
            clock,
            http: Http::new(MERCHANT)?,
            chain: Chain::new()?,
        })
    }

    /// Gives merchants another time to answer than 30 seconds.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with_merchant_deadline(mut self, whole: Duration) -> Result<Self, X402Error> {
        self.http = Http::new(whole)?;
        Ok(self)
    }

    /// Replaces the networks, after the owner changed the policy.
    pub fn set_networks(&self, networks: Networks) {
        *self.networks.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(networks);
    }

    /// Ports of this machine that no agent may have fetched: the wallet's own doors.
    pub fn set_own_ports(&self, ports: impl IntoIterator<Item = u16>) {
        let ports = Arc::new(ports.into_iter().collect());
        *self.own_ports.write().unwrap_or_else(PoisonError::into_inner) = ports;
    }

    fn networks(&self) -> Arc<Networks> {
        Arc::clone(&self.networks.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn own_ports(&self) -> Arc<BTreeSet<u16>> {
        Arc::clone(&self.own_ports.read().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Rail for X402 {
    fn id(&self) -> RailId {
        RailId::X402
    }

    fn validity_s(&self, request: &SpendRequest) -> u64 {
        let asked = Instruction::read(request)
            .and_then(|stored| stored.max_timeout_s(&self.networks()))
            .unwrap_or(MAX_VALIDITY_S);
        asked.clamp(MIN_VALIDITY_S, MAX_VALIDITY_S)
    }

    async fn submit(&self, authorized: &Authorized) -> Outcome {
        self.pay(authorized.request(), authorized.valid_until()).await
    }

    async fn resolve(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution {
        self.ask(request, valid_until).await
    }
}
