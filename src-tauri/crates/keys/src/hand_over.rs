//! What a holder says when it hands its credential over to another key.
//!
//! Guarantees: the statement is signed by the key that holds the credential so far, over the
//! signature of the block before (which no other token has), the new key, and the narrowing that
//! goes with it. So whoever has the token but not the key can't hand it over, nor move a hand-over
//! to another token, another place, another key or a wider scope.
//! Does not guarantee that the new key is whose the old holder thinks: that is its own choice.
//! Pure; does not block or panic.

use crate::blocks::{Fact, Term};
use crate::holder::verify_ed25519;
use crate::{HolderKey, KeysError};
use ed25519_dalek::VerifyingKey;
use purser_domain::{Scope, Timestamp, canonical_json};
use serde::{Deserialize, Serialize};

/// The fact that carries a hand-over: new key, narrowing, signature.
pub(crate) const HAND_OVER: &str = "hand_over";

/// Begins what is signed. The base of a request's signature (RFC 9421) begins with a quotation
/// mark, so that neither can pass for the other.
const PURPOSE: &[u8] = b"purser/v1/hand-over\n";

/// What a holder takes away as it hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Narrowing {
    /// What is left of what it was used for.
    #[serde(default)]
    pub scope: Scope,
    /// When it ends, if before its end so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_ms: Option<Timestamp>,
}

/// A hand-over that was signed by the holder before it.
pub(crate) struct HandOver {
    /// The key that holds the credential from here on.
    pub to: [u8; 32],
    /// What goes with it.
    pub narrowing: Narrowing,
}

/// The terms of the fact, signed.
pub(crate) fn sign(
    holder: &HolderKey,
    previous: &[u8; 64],
    to: &[u8; 32],
    narrowing: &Narrowing,
) -> Result<(String, [u8; 64]), KeysError> {
    if VerifyingKey::from_bytes(to).map_or(true, |key| key.is_weak()) {
        return Err(KeysError::HolderKeyInvalid);
    }
    let text = canonical(narrowing)?;
    // Numbers beyond 2^53 have no JSON that every reader agrees on.
    read(&text)?;
    let signature = holder.sign(&message(previous, to, &text));
    Ok((text, signature))
}

/// Reads the fact, and checks that `holder` signed it for this place.
pub(crate) fn verify(
    fact: &Fact,
    holder: &[u8; 32],
    previous: &[u8; 64],
) -> Result<HandOver, KeysError> {
    let [Term::Bytes(to), Term::Text(text), Term::Bytes(signature)] = fact.terms.as_slice() else {
        return Err(KeysError::TokenUnsupported);
    };
    let (Ok(to), Ok(signature)) = (to.as_slice().try_into(), signature.as_slice().try_into())
    else {
        return Err(KeysError::TokenUnsupported);
    };
    let narrowing = read(text)?;
    if !verify_ed25519(holder, &message(previous, &to, text), &signature) {
        return Err(KeysError::TokenHandOver);
    }
    Ok(HandOver { to, narrowing })
}

/// All parts but the last have a fixed length, so that no two statements are the same bytes.
fn message(previous: &[u8; 64], to: &[u8; 32], narrowing: &str) -> Vec<u8> {
    [PURPOSE, previous, to, narrowing.as_bytes()].concat()
}

/// One narrowing has one text, so that what is signed is what is read.
fn read(text: &str) -> Result<Narrowing, KeysError> {
    let narrowing: Narrowing =
        serde_json::from_str(text).map_err(|_| KeysError::TokenUnsupported)?;
    if canonical(&narrowing)? == text { Ok(narrowing) } else { Err(KeysError::TokenUnsupported) }
}

fn canonical(narrowing: &Narrowing) -> Result<String, KeysError> {
    canonical_json(narrowing)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(KeysError::TokenUnsupported)
}

#[cfg(test)]
#[path = "hand_over_tests.rs"]
mod tests;
