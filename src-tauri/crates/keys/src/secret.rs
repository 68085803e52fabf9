//! Carriers of secret bytes.
//!
//! Guarantees: what is in here is wiped when dropped and can't be printed, compared in variable
//! time or serialised. Does not guarantee that the operating system never swapped it out, nor
//! that a copy made through `expose` is wiped. Nothing here blocks or panics.

use crate::KeysError;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// Fills an array from the operating system's generator.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeysError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeysError::Randomness)?;
    Ok(bytes)
}

/// What the owner types to open the vault.
///
/// Normalised to Unicode NFC (as RFC 8265 does for passwords), so that the same characters typed
/// on another keyboard or system open the same vault.
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// The least number of characters of a new passphrase.
    pub const MINIMUM_CHARACTERS: usize = 8;

    /// Takes what was typed, of any length: the policy applies when a vault is sealed, so that a
    /// vault sealed under an older policy still opens.
    #[must_use]
    pub fn new(typed: Zeroizing<String>) -> Self {
        Self(Zeroizing::new(typed.nfc().collect()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Whether this passphrase may seal a vault.
    ///
    /// # Errors
    /// [`KeysError::PassphraseShort`] below [`Self::MINIMUM_CHARACTERS`] characters.
    pub fn check_policy(&self) -> Result<(), KeysError> {
        if self.0.chars().count() < Self::MINIMUM_CHARACTERS {
            return Err(KeysError::PassphraseShort { minimum: Self::MINIMUM_CHARACTERS });
        }
        Ok(())
    }
}

impl From<&str> for Passphrase {
    fn from(typed: &str) -> Self {
        Self::new(Zeroizing::new(typed.to_owned()))
    }
}

/// The key of the encrypted ledger database.
pub struct DatabaseKey(Zeroizing<[u8; 32]>);

impl DatabaseKey {
    pub(crate) const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The raw key, for the ledger to hand to SQLCipher as `PRAGMA key` and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The private scalar of the X25519 key to which sign-off messages are sealed (RFC 7748).
pub struct SealingSeed(Zeroizing<[u8; 32]>);

impl SealingSeed {
    pub(crate) const fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// The raw scalar, for the sealed-message code to build its key pair and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_counts_characters_not_bytes() {
        let short = Passphrase::from("éééé");
        assert_eq!(short.check_policy(), Err(KeysError::PassphraseShort { minimum: 8 }));
        assert_eq!(Passphrase::from("éééééééé").check_policy(), Ok(()));
        assert!(Passphrase::from("1234567").check_policy().is_err());
        assert_eq!(Passphrase::from("12345678").check_policy(), Ok(()));
    }

    #[test]
    fn composed_and_decomposed_typing_is_the_same_passphrase() {
        let composed = Passphrase::from("caf\u{e9} au lait");
        let decomposed = Passphrase::from("cafe\u{301} au lait");
        assert_eq!(composed.bytes(), decomposed.bytes());
    }
}
