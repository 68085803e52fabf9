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
mod http;
mod instruction;
mod networks;
mod offer;
mod quote;
mod settle;
mod sign;
mod target;

pub use fetch::{FetchError, FetchRequest};
pub use http::MAX_BODY_BYTES;
pub use networks::{Networks, NetworksError};
pub use offer::{EntryRefusal, MAX_OFFER_BYTES, OfferError};
pub use quote::{Quote, QuoteError};
pub use sign::{SignError, TransferAuthorization, TransferSigner};
pub use target::UrlError;

use crate::text::{clamp, failed, unknown};
use crate::{Clock, Outcome, Rail};
use async_trait::async_trait;
use chain::{Chain, ChainError, Standing};
use http::{Answer, Http, SendError};
use instruction::{Agreed, Instruction};
use offer::Offer;
use purser_domain::{
    Claim, Payee, PaymentId, RailId, Receipt, Resolution, SpendRequest, Terms, Timestamp,
};
use purser_engine::Authorized;
use settle::Said;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use target::Target;
use tokio::time::{sleep, timeout};

/// Longest that a signature may move money, in seconds (I6: what was signed expires in a minute).
const MAX_VALIDITY_S: u64 = 60;
/// Shortest: facilitators refuse what expires within the next few seconds.
const MIN_VALIDITY_S: u64 = 5;
/// From the name's resolution to the body's last byte.
const MERCHANT: Duration = Duration::from_secs(30);
/// How long a merchant's claim of success is held against the chain before the answer goes out.
const CONFIRM: Duration = Duration::from_secs(5);
/// Between two looks: endpoints lag behind the one that the merchant used.
const CONFIRM_AGAIN: Duration = Duration::from_millis(600);

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
            let location = clamp(&answer.location().unwrap_or_default(), 1024);
            return Err(QuoteError::Redirect { location });
        }
        if answer.delivery.status != 402 {
            return Ok(Quote::Free(answer.delivery));
        }
        self.priced(&target, fetch, &answer)
    }

    fn priced(
        &self,
        target: &Target,
        fetch: FetchRequest,
        answer: &Answer,
    ) -> Result<Quote, QuoteError> {
        let header = answer.header("payment-required").map_err(|()| OfferError::Header)?;
        let header = header.ok_or_else(|| Offer::without_header(&answer.delivery.body))?;
        let offer = Offer::parse(header)?;
        let networks = self.networks();
        let (payable, entry) = offer
            .pick(&networks)
            .map_err(|entries| QuoteError::NothingAcceptable { entries })?;
        let (resource, description) = offer.resource_claims();
        let instruction = Instruction::new(fetch, &self.signer.address(), &offer, entry);
        let instruction =
            serde_json::to_string(&instruction).map_err(|_| OfferError::Json)?;
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
                description,
                instruction,
            },
            resource,
        })
    }

    /// [`Rail::submit`] for a request and the end of its validity.
    async fn pay(&self, request: &SpendRequest, valid_until: Timestamp) -> Outcome {
        let agreed = match Agreed::read(request, &self.networks(), &self.own_ports()) {
            Ok(agreed) => agreed,
            Err(error) => return not_signed("terms_changed", &error.to_string()),
        };
        let header = match self.sign(&agreed, request.payment, valid_until) {
            Ok(header) => header,
            Err(error) => return not_signed(error.code(), &error.to_string()),
        };
        let extra = Some(("payment-signature", header.as_str()));
        match self.http.send(&agreed.target, &agreed.fetch, extra).await {
            Ok(answer) => self.settled(&agreed, request, valid_until, answer).await,
            Err(error) if error.nothing_sent() => {
                let detail = format!("{error}; nothing was sent, so it can be tried again");
                not_signed("not_sent", &detail)
            }
            Err(error) => {
                let detail = format!("{error}; the chain will tell whether the money moved");
                Outcome::without_delivery(unknown("no_answer", &detail))
            }
        }
    }

    fn sign(
        &self,
        agreed: &Agreed,
        payment: PaymentId,
        valid_until: Timestamp,
    ) -> Result<String, NotSigned> {
        let now = (self.clock)();
        if now.as_seconds() >= valid_until.as_seconds() {
            return Err(NotSigned::Expired);
        }
        if self.signer.address() != agreed.payer {
            return Err(NotSigned::PayerChanged);
        }
        let transfer = sign::transfer(agreed, payment, now, valid_until);
        let signature = self.signer.sign_transfer(&transfer)?;
        Ok(sign::header(agreed, payment, &transfer, &signature)?)
    }

    async fn settled(
        &self,
        agreed: &Agreed,
        request: &SpendRequest,
        valid_until: Timestamp,
        answer: Answer,
    ) -> Outcome {
        let resolution = match settle::read(&answer, agreed.payable.network.id) {
            Said::Unclear(resolution) => resolution,
            Said::Paid { transaction, evidence } => {
                let claim = Paid { transaction, evidence };
                self.confirm(agreed, request, valid_until, claim).await
            }
        };
        Outcome { resolution, delivery: Some(answer.delivery) }
    }

    /// Holds a merchant's claim of success against the chain. Without an endpoint the claim is
    /// all there is; with one, the claim alone never settles a payment.
    async fn confirm(
        &self,
        agreed: &Agreed,
        request: &SpendRequest,
        valid_until: Timestamp,
        claim: Paid,
    ) -> Resolution {
        let mut seen_unused = false;
        let looks = async {
            loop {
                match self.standing(agreed, request.payment, valid_until).await {
                    Ok(Standing::Unused { .. }) => seen_unused = true,
                    Ok(Standing::Used { transaction }) => return Ok(transaction),
                    Err(error) => return Err(error),
                }
                sleep(CONFIRM_AGAIN).await;
            }
        };
        let network = agreed.payable.network.name;
        let found = timeout(CONFIRM, looks).await;
        match (found.unwrap_or(Err(ChainError::Unreachable(network))), claim.transaction) {
            (Ok(transaction), _) => {
                let reference = reference(transaction, request.payment);
                succeeded(request, reference, Some(claim.evidence), true)
            }
            (Err(ChainError::NoEndpoint(_)), Some(reference)) => {
                succeeded(request, reference, Some(claim.evidence), false)
            }
            (Err(ChainError::Unreachable(_)), _) if seen_unused => {
                let detail = format!("the merchant claims success, but {network} has not seen it");
                unknown("unconfirmed_settlement", &detail)
            }
            (Err(error), _) => unknown(error.code(), &error.to_string()),
        }
    }

    async fn standing(
        &self,
        agreed: &Agreed,
        payment: PaymentId,
        valid_until: Timestamp,
    ) -> Result<Standing, ChainError> {
        let nonce = sign::nonce(payment);
        let until = u64::try_from(valid_until.as_seconds()).unwrap_or(0);
        self.chain.standing(&agreed.payable.network, &agreed.payer, &nonce, until).await
    }

    async fn ask(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution {
        // Whether the URL may be opened now is no matter here: it is not opened.
        let agreed = match Agreed::read(request, &self.networks(), &BTreeSet::new()) {
            Ok(agreed) => agreed,
            Err(error) => return unknown("terms_unreadable", &error.to_string()),
        };
        let until = u64::try_from(valid_until.as_seconds()).unwrap_or(u64::MAX);
        let certain_from = until.saturating_add(agreed.payable.network.settle_margin_s);
        match self.standing(&agreed, request.payment, valid_until).await {
            Ok(Standing::Used { transaction }) => {
                succeeded(request, reference(transaction, request.payment), None, true)
            }
            Ok(Standing::Unused { block_time_s }) if block_time_s > certain_from => {
                failed("not_settled", "the signature expired unused; no money moved")
            }
            Ok(Standing::Unused { .. }) => {
                unknown("awaiting_expiry", "not used so far, but it can be until it expires; wait")
            }
            Err(error) => unknown(error.code(), &error.to_string()),
        }
    }
}

/// Why no signature left. The money can't have moved.
#[derive(Debug, thiserror::Error)]
enum NotSigned {
    #[error("its time was over before it was signed; ask again")]
    Expired,
    #[error("the quote was for another account of the wallet; ask for a new quote")]
    PayerChanged,
    #[error(transparent)]
    Signer(#[from] SignError),
    #[error("the terms can't be written; ask for a new quote")]
    Unwritable(#[from] serde_json::Error),
}

impl NotSigned {
    const fn code(&self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::PayerChanged => "payer_changed",
            Self::Signer(_) | Self::Unwritable(_) => "not_signed",
        }
    }
}

/// A merchant's claim of success.
struct Paid {
    transaction: Option<String>,
    evidence: Claim,
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

/// The transaction, or when it was not found what the chain knows the payment by.
fn reference(transaction: Option<String>, payment: PaymentId) -> String {
    transaction.unwrap_or_else(|| format!("nonce:{}", hex::encode(sign::nonce(payment))))
}

fn succeeded(
    request: &SpendRequest,
    reference: String,
    evidence: Option<Claim>,
    verified: bool,
) -> Resolution {
    let settled = request.amount.amount();
    Resolution::Succeeded { settled, receipt: Receipt { reference, evidence, verified } }
}

/// A payment that ended with certainty before a signature left the wallet.
fn not_signed(problem: &str, detail: &str) -> Outcome {
    Outcome::without_delivery(failed(problem, detail))
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
