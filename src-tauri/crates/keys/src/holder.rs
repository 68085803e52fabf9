//! Ed25519 keys (RFC 8032), one type per purpose, so that one can't be used for another.
//!
//! Guarantees: a private key never leaves this crate except into an agent's own key file; all are
//! wiped when dropped and can't be printed. Does not guarantee that an agent keeps its own key to
//! itself: that key is the agent's, and proves only that whoever sends a request has it.

use crate::KeysError;
use crate::secret::random;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

macro_rules! ed25519_key {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        pub struct $name(SigningKey);

        impl $name {
            pub(crate) fn from_secret(secret: &[u8; 32]) -> Self {
                Self(SigningKey::from_bytes(secret))
            }

            /// The public key, 32 bytes as in RFC 8032.
            #[must_use]
            pub fn public(&self) -> [u8; 32] {
                self.0.verifying_key().to_bytes()
            }
        }
    };
}

ed25519_key!(CredentialRoot, "Signs the credentials of agents; see `credential::mint`.");
ed25519_key!(LogKey, "Signs the checkpoints of the log.");
ed25519_key!(IdentityKey, "Signs sign-offs and pairing messages in the owner's name.");
ed25519_key!(HolderKey, "An agent's own key, to which its credential is bound.");

impl CredentialRoot {
    pub(crate) fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

impl LogKey {
    /// Signs a checkpoint's text.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl IdentityKey {
    /// Signs a sign-off or pairing message, which must name its own purpose in its first bytes.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl HolderKey {
    /// Draws a new key from the operating system's randomness.
    ///
    /// # Errors
    /// [`KeysError::Randomness`] when there is none.
    pub fn generate() -> Result<Self, KeysError> {
        Ok(Self::from_secret(&*random::<32>()?))
    }

    /// Signs a message; requests are signed by `proof::sign_request`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The public key as people pass it on: 64 hexadecimal digits.
    #[must_use]
    pub fn public_text(&self) -> String {
        hex::encode(self.public())
    }

    /// Reads a public key as [`Self::public_text`] writes it; capitals don't matter.
    ///
    /// # Errors
    /// [`KeysError::HolderKeyInvalid`]. Whether the 32 bytes are a key, [`crate::hand_over`] asks.
    pub fn read_public(text: &str) -> Result<[u8; 32], KeysError> {
        let mut public = [0; 32];
        hex::decode_to_slice(text, &mut public).map_err(|_| KeysError::HolderKeyInvalid)?;
        Ok(public)
    }

    pub(crate) fn secret(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

/// Whether `signature` over `message` is by the key `public`: strict, so that small-order keys and
/// other forms of the same signature are refused.
#[must_use]
pub fn verify_ed25519(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public).is_ok_and(|key| {
        key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_8032_test_3_holds() {
        let secret =
            hex::decode("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
        let key = LogKey::from_secret(&secret.unwrap().try_into().unwrap());
        assert_eq!(
            hex::encode(key.public()),
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"
        );
        let signature = key.sign(&[0xaf, 0x82]);
        assert_eq!(
            hex::encode(signature),
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67\
             f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        );
        assert!(verify_ed25519(&key.public(), &[0xaf, 0x82], &signature));
        assert!(!verify_ed25519(&key.public(), &[0xaf, 0x83], &signature));
    }

    #[test]
    fn a_small_order_public_key_verifies_nothing() {
        // The identity point, with which a lenient verifier accepts R = identity, s = 0.
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        assert!(!verify_ed25519(&identity, b"anything", &signature));
    }

    #[test]
    fn a_public_key_reads_back_from_its_text_and_from_no_other() {
        let key = HolderKey::generate().unwrap();
        let text = key.public_text();
        assert_eq!(HolderKey::read_public(&text), Ok(key.public()));
        assert_eq!(HolderKey::read_public(&text.to_uppercase()), Ok(key.public()));
        for bad in [
            "",
            text.get(1..).unwrap(),
            text.get(2..).unwrap(),
            &format!("{text}00"),
            &format!(" {text}"),
        ] {
            assert_eq!(HolderKey::read_public(bad), Err(KeysError::HolderKeyInvalid), "{bad}");
        }
    }

    #[test]
    fn generated_keys_differ_and_sign() {
        let (one, other) = (HolderKey::generate().unwrap(), HolderKey::generate().unwrap());
        assert_ne!(one.public(), other.public());
        let signature = one.sign(b"message");
        assert!(verify_ed25519(&one.public(), b"message", &signature));
        assert!(!verify_ed25519(&other.public(), b"message", &signature));
    }
}
