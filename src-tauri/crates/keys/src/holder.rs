//! Ed25519 keys (RFC 8032), one type per purpose, so that one can't be used for another.
//!
//! Guarantees: a private key never leaves this crate except into an agent's own key file; all are
//! wiped when dropped and can't be printed. Does not guarantee that an agent keeps its own key to
//! itself: that key is the agent's, and proves only that whoever sends a request has it.

use crate::KeysError;
use crate::secret::random;
use ed25519_dalek::{Signer as _, SigningKey, Verifier as _, VerifyingKey};
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

/// The encodings of the eight points of small order (RFC 8032 5.1.2). A signature whose first half
/// is one of them would hold for many messages.
const SMALL_ORDER: [[u8; 32]; 8] = [
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    [
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x80,
    ],
    [
        0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00,
    ],
    [
        0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0x7f,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x85,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0xfa,
    ],
];

/// A public key, made ready once to check many signatures with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofKey {
    bytes: [u8; 32],
    /// `None` when the bytes are no key, or one of small order: nothing is by it.
    ready: Option<VerifyingKey>,
}

impl ProofKey {
    /// Makes a key ready.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        let ready = VerifyingKey::from_bytes(bytes).ok().filter(|key| !key.is_weak());
        Self { bytes: *bytes, ready }
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Whether `signature` over `message` is by it: strict, so that small-order keys and other
    /// forms of the same signature are refused.
    ///
    /// The same as `verify_strict`, without working the signature's point out, a sixth of the
    /// work: the check compares its bytes with those of the point that fits, so that they can only
    /// be the bytes of a point of small order by being these.
    #[must_use]
    pub fn signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        let small = SMALL_ORDER.contains(signature.r_bytes());
        !small && self.ready.as_ref().is_some_and(|key| key.verify(message, &signature).is_ok())
    }
}

/// Whether `signature` over `message` is by the key `public`, as [`ProofKey::signed`] says.
#[must_use]
pub fn verify_ed25519(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    ProofKey::new(public).signed(message, signature)
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

    #[test]
    fn the_points_of_small_order_are_all_there_and_no_key() {
        for bytes in &SMALL_ORDER {
            let key = VerifyingKey::from_bytes(bytes).unwrap();
            assert!(key.is_weak() && ProofKey::new(bytes).ready.is_none());
            assert_eq!(SMALL_ORDER.iter().filter(|other| *other == bytes).count(), 1);
        }
        assert!(!ProofKey::new(&SMALL_ORDER[2]).signed(b"any", &[0; 64]));
        let key = HolderKey::from_secret(&[7; 32]);
        let public = ProofKey::new(&key.public());
        let mut signature = key.sign(b"message");
        assert!(public.signed(b"message", &signature));
        for bytes in &SMALL_ORDER {
            signature[..32].copy_from_slice(bytes);
            assert!(!public.signed(b"message", &signature));
        }
    }

    #[test]
    fn it_is_as_strict_as_the_strict_way() {
        let key = HolderKey::from_secret(&[9; 32]);
        let (public, strict) = (ProofKey::new(&key.public()), key.0.verifying_key());
        let good = key.sign(b"message");
        for place in 0..64 {
            for bit in 0..8 {
                let mut changed = good;
                changed[place] ^= 1 << bit;
                let parsed = ed25519_dalek::Signature::from_bytes(&changed);
                let expected = strict.verify_strict(b"message", &parsed).is_ok();
                assert_eq!(public.signed(b"message", &changed), expected, "{place} {bit}");
            }
        }
    }
}
