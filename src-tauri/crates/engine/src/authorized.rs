//! The only thing that makes a rail move money.

use crate::state::Payment;
use purser_domain::{PaymentId, SpendRequest, Timestamp};
use rust_decimal::Decimal;

/// A payment that may be submitted, once. Only [`crate::decide`] on
/// [`purser_domain::Command::Submit`] makes one; it can't be copied, stored or read from outside.
/// It counts from the moment the decision's events are durable, not before (I2).
#[derive(Debug, PartialEq, Eq)]
pub struct Authorized {
    request: SpendRequest,
    worth: Option<Decimal>,
    valid_until: Timestamp,
}

impl Authorized {
    pub(crate) fn new(payment: &Payment, valid_until: Timestamp) -> Self {
        Self {
            request: payment.reservation.request.clone(),
            worth: payment.reservation.worth,
            valid_until,
        }
    }

    /// Which payment.
    #[must_use]
    pub const fn payment(&self) -> PaymentId {
        self.request.payment
    }

    /// What was authorized, exactly as it was asked and approved.
    #[must_use]
    pub const fn request(&self) -> &SpendRequest {
        &self.request
    }

    /// Its worth in the budget currency; `None` when the currency has no rate.
    #[must_use]
    pub const fn worth(&self) -> Option<Decimal> {
        self.worth
    }

    /// When the authorization ends. What is signed must not be able to move money after it.
    #[must_use]
    pub const fn valid_until(&self) -> Timestamp {
        self.valid_until
    }
}
