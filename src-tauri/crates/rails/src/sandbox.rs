//! The sandbox: a rail for trying everything without money. It moves nothing, and says so in every
//! receipt.
//!
//! It keeps no state, so it answers the same before and after a restart: what became of a payment
//! follows from its request alone. A payment whose answer was lost resolves as succeeded with the
//! reference that it had or would have had, `sandbox-<payment id>`; asking twice is one payment.
//! The payee's account chooses another behaviour:
//!
//! | account | submit | resolve |
//! |---|---|---|
//! | `sandbox:decline` | failed | failed |
//! | `sandbox:unknown` | unknown | unknown until `valid_until` is past, then failed |
//! | any other, or none | succeeded | succeeded |

use crate::text::{clamp, failed, unknown};
use crate::{Clock, Outcome, Rail};
use async_trait::async_trait;
use purser_domain::{RailId, Receipt, Resolution, SpendRequest, Timestamp};
use purser_engine::Authorized;

/// Seconds for which a sandbox payment may stay unknown.
const VALIDITY_S: u64 = 5;

/// The rail that moves nothing.
pub struct Sandbox {
    clock: Clock,
}

impl Sandbox {
    /// The sandbox, with the clock that tells when an unknown payment has expired.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self { clock }
    }

    fn answer(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution {
        match request.payee.account.as_ref().map(|account| account.as_str()) {
            Some("sandbox:decline") => {
                failed("sandbox_declined", "sandbox: this account always declines; use another")
            }
            Some("sandbox:unknown") if (self.clock)() <= valid_until => unknown(
                "sandbox_unknown",
                "sandbox: this account never answers; wait until it fails",
            ),
            Some("sandbox:unknown") => {
                failed("not_settled", "sandbox: its time is over and no money moved")
            }
            _ => Resolution::Succeeded {
                settled: request.amount.amount(),
                receipt: Receipt {
                    reference: format!("sandbox-{}", request.payment),
                    evidence: Some(clamp("sandbox: no money moved", 64)),
                    verified: true,
                },
            },
        }
    }
}

#[async_trait]
impl Rail for Sandbox {
    fn id(&self) -> RailId {
        RailId::Sandbox
    }

    fn validity_s(&self, _request: &SpendRequest) -> u64 {
        VALIDITY_S
    }

    async fn submit(&self, authorized: &Authorized) -> Outcome {
        let resolution = self.answer(authorized.request(), authorized.valid_until());
        Outcome::without_delivery(resolution)
    }

    async fn resolve(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution {
        self.answer(request, valid_until)
    }
}
