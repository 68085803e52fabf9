//! Paying what was authorized, and finding out what became of it.
//!
//! What ends without a signature is `Failed`; what a signature left for is `Succeeded` or `Failed`
//! only by the chain's word (or the merchant's, when the owner set no endpoint), else `Unknown`.

use super::X402;
use super::chain::{ChainError, Standing};
use super::http::Answer;
use super::instruction::Agreed;
use super::settle::{self, Said};
use super::sign::{self, SignError};
use crate::Outcome;
use crate::text::{failed, unknown};
use purser_domain::{Claim, PaymentId, Receipt, Resolution, SpendRequest, Timestamp};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How long a merchant's claim of success is held against the chain before the answer goes out.
const CONFIRM: Duration = Duration::from_secs(5);
/// Between two looks: endpoints lag behind the one that the merchant used.
const CONFIRM_AGAIN: Duration = Duration::from_millis(600);

impl X402 {
    /// [`Rail::submit`](crate::Rail::submit) for a request and the end of its validity.
    pub(super) async fn pay(&self, request: &SpendRequest, valid_until: Timestamp) -> Outcome {
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

    /// [`Rail::resolve`](crate::Rail::resolve).
    pub(super) async fn ask(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution {
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
