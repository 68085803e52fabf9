//! Rails: one trait, one module for each way of moving money.
//!
//! Guarantees: nothing here moves money without an [`Authorized`], which only the engine makes;
//! [`Rail::resolve`] never pays; a merchant that lies, hangs or closes gets a signature that is
//! good for one payment, one amount, one payee and at most a minute, and the answer is then
//! `Unknown` until the rail itself (for x402 the chain) says what became of it. Whatever a
//! merchant wrote leaves this crate as a [`Claim`](purser_domain::Claim). No secret enters here:
//! signing is behind [`x402::TransferSigner`]. Nothing panics; everything that waits has a
//! deadline.
//!
//! Does not guarantee that a merchant delivers what it was paid for.

mod sandbox;
mod text;
pub mod x402;

pub use sandbox::Sandbox;

use async_trait::async_trait;
use purser_domain::{RailId, Resolution, SpendRequest, Timestamp};
use purser_engine::Authorized;
use std::sync::Arc;

/// What time it is. Comes from the wallet, so that tests and replays can set it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One way of moving money.
#[async_trait]
pub trait Rail: Send + Sync {
    /// Which rail it is.
    fn id(&self) -> RailId;

    /// For how many seconds what [`Rail::submit`] signs for this request may move money.
    fn validity_s(&self, request: &SpendRequest) -> u64;

    /// Moves the money of a payment that the engine authorized. To be called once for a payment;
    /// when the answer is lost, ask [`Rail::resolve`].
    async fn submit(&self, authorized: &Authorized) -> Outcome;

    /// Asks the rail whether the money of a submitted payment moved. Never pays, so it may be
    /// asked as often as one likes, also after a restart.
    async fn resolve(&self, request: &SpendRequest, valid_until: Timestamp) -> Resolution;
}

/// What came of submitting a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What is known of the money.
    pub resolution: Resolution,
    /// What the merchant answered, whatever is known of the money.
    pub delivery: Option<Delivery>,
}

impl Outcome {
    /// An outcome without an answer of a merchant.
    pub(crate) const fn without_delivery(resolution: Resolution) -> Self {
        Self { resolution, delivery: None }
    }
}

/// A merchant's answer. All of it is the merchant's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, when there is one in printable ASCII.
    pub content_type: Option<String>,
    /// The body, at most [`x402::MAX_BODY_BYTES`] of it.
    pub body: Vec<u8>,
    /// Whether the body went on: it was too long, or its end never came.
    pub truncated: bool,
}
