//! What is signed, and how it is sent: EIP-3009 `TransferWithAuthorization` in an x402
//! `PAYMENT-SIGNATURE`.
//! <https://eips.ethereum.org/EIPS/eip-3009>

use super::instruction::Agreed;
use super::networks::address_text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use purser_domain::{PaymentId, Timestamp, TransferAuthorization};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// A chain's clock is that of its latest block, and an idle chain's lags behind ours. A signature
/// valid only from now on would be "not yet valid" there, so it is valid from a minute ago. That
/// lengthens nothing: it could not be used before it existed.
const CLOCK_LAG_S: u64 = 60;

/// Why nothing was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The key is not at hand.
    #[error("the wallet's keys are locked; unlock it and pay again")]
    Locked,
    /// The signature could not be made.
    #[error("the signature could not be made; pay again")]
    Failed,
}

/// Signs transfers from one account. The rails never see the key.
pub trait TransferSigner: Send + Sync {
    /// The account's address.
    fn address(&self) -> [u8; 20];

    /// Signs: r, s and v, v being 27 or 28.
    ///
    /// # Errors
    /// When the key can't be used; then nothing was signed.
    fn sign_transfer(&self, transfer: &TransferAuthorization) -> Result<[u8; 65], SignError>;
}

/// The nonce of a payment. It follows from the payment's id, so that after a crash, at any time,
/// the chain itself says whether the payment was made; and a payment signed twice is paid once.
pub(super) fn nonce(payment: PaymentId) -> [u8; 32] {
    derived(b"purser x402 nonce v1", payment)
}

/// The `payment-identifier` that merchants may remember a payment by. Not the payment's own id,
/// which is nobody's business.
fn payment_identifier(payment: PaymentId) -> String {
    let digest = derived(b"purser x402 payment-identifier v1", payment);
    format!("pay_{}", hex::encode(digest.get(..16).unwrap_or_default()))
}

fn derived(label: &[u8], payment: PaymentId) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(label);
    hash.update(payment.bits().to_be_bytes());
    hash.finalize().into()
}

pub(super) fn transfer(
    agreed: &Agreed,
    payment: PaymentId,
    now: Timestamp,
    valid_until: Timestamp,
) -> TransferAuthorization {
    let seconds = |time: Timestamp| u64::try_from(time.as_seconds()).unwrap_or(0);
    let network = &agreed.payable.network;
    TransferAuthorization {
        token_name: network.token_name.to_owned(),
        token_version: network.token_version.to_owned(),
        chain_id: network.chain_id,
        verifying_contract: network.token,
        from: agreed.payer,
        to: agreed.payable.pay_to,
        value: agreed.payable.value,
        valid_after: seconds(now).saturating_sub(CLOCK_LAG_S),
        valid_before: seconds(valid_until),
        nonce: nonce(payment),
    }
}

#[derive(Serialize)]
struct WirePayment<'a> {
    #[serde(rename = "x402Version")]
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<&'a RawValue>,
    accepted: &'a RawValue,
    payload: WirePayload,
    #[serde(skip_serializing_if = "Option::is_none")]
    extensions: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct WirePayload {
    signature: String,
    authorization: WireAuthorization,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireAuthorization {
    from: String,
    to: String,
    value: String,
    valid_after: String,
    valid_before: String,
    nonce: String,
}

/// The value of `PAYMENT-SIGNATURE`.
pub(super) fn header(
    agreed: &Agreed,
    payment: PaymentId,
    transfer: &TransferAuthorization,
    signature: &[u8; 65],
) -> Result<String, serde_json::Error> {
    let wire = WirePayment {
        version: 2,
        resource: agreed.resource.as_deref(),
        accepted: &agreed.accepted,
        payload: WirePayload {
            signature: format!("0x{}", hex::encode(signature)),
            authorization: WireAuthorization {
                from: address_text(&transfer.from),
                to: address_text(&transfer.to),
                value: transfer.value.to_string(),
                valid_after: transfer.valid_after.to_string(),
                valid_before: transfer.valid_before.to_string(),
                nonce: format!("0x{}", hex::encode(transfer.nonce)),
            },
        },
        extensions: extensions(agreed.extensions.as_deref(), &payment_identifier(payment)),
    };
    Ok(STANDARD.encode(serde_json::to_vec(&wire)?))
}

/// The merchant's extensions, each as it came; an offered `payment-identifier` gets our id.
pub(super) fn extensions(offered: Option<&RawValue>, id: &str) -> Option<Box<RawValue>> {
    const IDENTIFIER: &str = "payment-identifier";
    let offered = offered?;
    let with_id = || {
        let mut all: BTreeMap<String, Box<RawValue>> = serde_json::from_str(offered.get()).ok()?;
        let mut extension: Value = serde_json::from_str(all.get(IDENTIFIER)?.get()).ok()?;
        let info = extension.get_mut("info")?.as_object_mut()?;
        if info.contains_key("id") {
            return None; // What the merchant set is not ours to overwrite.
        }
        info.insert("id".to_owned(), Value::String(id.to_owned()));
        let extension = serde_json::value::to_raw_value(&extension).ok()?;
        all.insert(IDENTIFIER.to_owned(), extension);
        serde_json::value::to_raw_value(&all).ok()
    };
    Some(with_id().unwrap_or_else(|| offered.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extended(offered: &str) -> String {
        let raw = RawValue::from_string(offered.to_owned()).unwrap();
        extensions(Some(&raw), "pay_1").unwrap().get().to_owned()
    }

    #[test]
    fn an_offered_payment_identifier_gets_our_id_and_the_rest_stays_as_it_came() {
        let offered = r#"{"z":{ "a" : 1.0e2 },"payment-identifier":{"info":{"required":true}}}"#;
        assert_eq!(
            extended(offered),
            r#"{"payment-identifier":{"info":{"id":"pay_1","required":true}},"z":{ "a" : 1.0e2 }}"#
        );
    }

    #[test]
    fn other_extensions_are_echoed_byte_for_byte() {
        for offered in [
            r#"{ "z" : 1, "a":  [ 2 ] }"#,
            r#"{"payment-identifier":{"info":{"id":"theirs"}}}"#,
            r#"{"payment-identifier":7}"#,
            "null",
            "[]",
        ] {
            assert_eq!(extended(offered), offered);
        }
    }

    #[test]
    fn a_nonce_follows_from_the_payment_alone() {
        let one = PaymentId::from_random(1);
        assert_eq!(nonce(one), nonce(one));
        assert_ne!(nonce(one), nonce(PaymentId::from_random(2)));
        // SHA-256("purser x402 nonce v1" || 15 zero bytes || 01). Frozen: money may hang on it.
        assert_eq!(
            hex::encode(nonce(one)),
            "6ad965910a03f5db473b3480e976ec0eec4d505a9b035e401fdc1e2fce887456"
        );
        let id = payment_identifier(one);
        assert_eq!(id.len(), 36);
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
    }
}
