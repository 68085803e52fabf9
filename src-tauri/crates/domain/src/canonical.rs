//! The one byte form of a value: canonical JSON (RFC 8785), and its SHA-256.

mod sort;

use crate::read::from_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// A value that has no canonical form. It can only come from a defect (a float, a map with keys
/// that are no strings), never from input.
#[derive(Debug, thiserror::Error)]
#[error("the value has no canonical JSON form: {0}")]
pub struct CanonicalError(#[from] serde_json::Error);

/// The RFC 8785 form of a value.
///
/// # Errors
/// When the value can't be written as JSON.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    match sort::sorted(&serde_json::to_vec(value)?) {
        Some(sorted) => Ok(sorted),
        None => general_form(value),
    }
}

/// The same for every value, slowly.
fn general_form<T: Serialize>(value: &T) -> Result<Vec<u8>, CanonicalError> {
    Ok(serde_json_canonicalizer::to_vec(value)?)
}

/// A SHA-256 digest; in JSON 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of the canonical form of a value.
    ///
    /// # Errors
    /// As [`canonical_json`].
    pub fn of<T: Serialize>(value: &T) -> Result<Self, CanonicalError> {
        Ok(Self(Sha256::digest(canonical_json(value)?).into()))
    }

    /// The digest of bytes.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Bytes that are a digest, or stand where one does: a root hash, a public key.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal digits in lower case.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 64 || text.bytes().any(|b| !matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let value = |digit: u8| match digit {
            b'a'..=b'f' => digit.saturating_sub(b'a').saturating_add(10),
            _ => digit.saturating_sub(b'0'),
        };
        let mut bytes = [0u8; 32];
        for (slot, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = pair else { return None };
            *slot = (value(*high) << 4) | value(*low);
        }
        Some(Self(bytes))
    }

    /// The 64 digits, without the need for memory: digests stand in every payment.
    fn digits(&self) -> [u8; 64] {
        let mut digits = [b'0'; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(&self.0) {
            for (slot, half) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *slot = b"0123456789abcdef".get(usize::from(half)).copied().unwrap_or(b'0');
            }
        }
        digits
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only ASCII was written.
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let odd = "a digest is 64 lower-case hexadecimal digits";
        from_text(deserializer, |text| Self::from_hex(text).ok_or(odd))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_spaces_gone() {
        let value = serde_json::json!({"b": 1, "a": "\u{20ac}", "é": [true, null]});
        let text = canonical_json(&value).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), r#"{"a":"€","b":1,"é":[true,null]}"#);
    }

    #[test]
    fn digest_text_round_trips_and_is_strict() {
        let digest = Digest::of_bytes(b"abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; // FIPS 180
        assert_eq!(digest.to_string(), hex);
        assert_eq!(Digest::from_hex(hex), Some(digest));
        assert_eq!(Digest::new(*digest.as_bytes()), digest);
        assert_eq!(Digest::from_hex(&hex.to_uppercase()), None);
        assert_eq!(Digest::from_hex(hex.trim_end_matches('d')), None);
    }
}
