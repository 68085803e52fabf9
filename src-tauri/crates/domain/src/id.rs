//! Identifiers: 128 random bits with a prefix that names the kind, in the TypeID text form
//! (<https://github.com/jetify-com/typeid/tree/main/spec>): `pay_` and 26 digits of Crockford
//! base 32 in lower case.

use crate::read::from_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text does not begin with the prefix of this kind of identifier.
    #[error("an id of this kind begins with `{expected}_`")]
    Prefix {
        /// The prefix that was expected, without the underscore.
        expected: &'static str,
    },
    /// The part after the prefix is not 26 base-32 digits of at most 128 bits.
    #[error("an id ends with 26 digits of 0-9 and a-z without i, l, o and u")]
    Digits,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const DIGITS: usize = 26;

/// Bytes of a prefix with its underscore.
const PREFIX: usize = 4;

/// The text form without the need for memory: ids are written and read for every entry.
struct Text([u8; PREFIX + DIGITS]);

impl Text {
    fn of(prefix: &[u8; PREFIX], value: u128) -> Self {
        let mut text = [b'0'; PREFIX + DIGITS];
        let (front, digits) = text.split_at_mut(PREFIX);
        front.copy_from_slice(prefix);
        let mut rest = value;
        for slot in digits.iter_mut().rev() {
            let [low, ..] = rest.to_le_bytes();
            *slot = ALPHABET.get(usize::from(low & 31)).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        Self(text)
    }

    fn as_str(&self) -> &str {
        // Only ASCII was written.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// What each byte stands for as a digit; above 31 for those that are none.
const VALUES: [u8; 256] = values();

#[allow(clippy::indexing_slicing, reason = "checked when the constant is made")]
const fn values() -> [u8; 256] {
    let mut values = [u8::MAX; 256];
    let mut digit: u8 = 0;
    while digit < 32 {
        values[ALPHABET[digit as usize] as usize] = digit;
        digit = digit.saturating_add(1);
    }
    values
}

fn decode(text: &str) -> Result<u128, IdError> {
    if text.len() != DIGITS || !text.starts_with(|c| matches!(c, '0'..='7')) {
        return Err(IdError::Digits);
    }
    text.bytes().try_fold(0u128, |value, byte| {
        let digit = VALUES.get(usize::from(byte)).copied().unwrap_or(u8::MAX);
        if digit < 32 { Ok((value << 5) | u128::from(digit)) } else { Err(IdError::Digits) }
    })
}

macro_rules! identifier {
    ($name:ident, $prefix:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// The prefix in the text form, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Makes an identifier of 128 bits that the caller drew at random.
            #[must_use]
            pub const fn from_random(bits: u128) -> Self {
                Self(bits)
            }

            /// The 128 bits, for deriving other values (a nonce, say) from this identifier.
            #[must_use]
            pub const fn bits(self) -> u128 {
                self.0
            }

            fn text(self) -> Text {
                let mut prefix = [b'_'; PREFIX];
                for (slot, byte) in prefix.iter_mut().zip($prefix.bytes()) {
                    *slot = byte;
                }
                Text::of(&prefix, self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.text().as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text
                    .strip_prefix(concat!($prefix, "_"))
                    .ok_or(IdError::Prefix { expected: $prefix })?;
                decode(digits).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.text().as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                from_text(deserializer, str::parse)
            }
        }
    };
}

identifier!(AgentId, "agt", "One agent of this wallet.");
identifier!(ApproverId, "apr", "One person who may approve payments.");
identifier!(CredentialId, "crd", "One credential issued to an agent.");
identifier!(PaymentId, "pay", "One spend request and the payment that it may become.");
identifier!(SessionId, "ses", "One session of an agent.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_round_trips_at_both_ends_of_the_range() {
        for bits in [0, 1, 31, 32, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = PaymentId::from_random(bits);
            assert_eq!(id.to_string().parse(), Ok(id), "{bits:x}");
        }
    }

    #[test]
    fn the_published_typeid_vector_decodes() {
        // spec/valid.yml: "max-valid", and "valid-alphabet" of the TypeID specification.
        let max: PaymentId = "pay_7zzzzzzzzzzzzzzzzzzzzzzzzz".parse().unwrap();
        assert_eq!(max.bits(), u128::MAX);
        let alphabet: PaymentId = "pay_0123456789abcdefghjkmnpqrs".parse().unwrap();
        assert_eq!(alphabet.bits(), 0x0110_c853_1d09_52d8_d73e_1194_e95b_5f19);
    }

    #[test]
    fn other_kinds_wrong_digits_and_overflow_are_refused() {
        let agent = AgentId::from_random(7).to_string();
        assert_eq!(agent.parse::<PaymentId>(), Err(IdError::Prefix { expected: "pay" }));
        for bad in ["pay_", "pay_8zzzzzzzzzzzzzzzzzzzzzzzzz", "pay_0123456789abcdefghjkmnpqri"] {
            assert_eq!(bad.parse::<PaymentId>(), Err(IdError::Digits), "{bad}");
        }
    }
}
