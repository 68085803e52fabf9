//! The recovery phrase: BIP-39, English, 12 or 24 words.
//! <https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki>
//!
//! Guarantees: a [`Phrase`] always has a valid checksum; its words and entropy are wiped when it
//! is dropped, and can't be printed. Does not guarantee that a window that showed the words forgot
//! them. Nothing here blocks or panics.

use crate::KeysError;
use crate::secret::random;
use bip0039::{English, Mnemonic};
use zeroize::Zeroizing;

/// How many words a new phrase has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PhraseLength {
    /// 128 bits: as hard to guess as the keys derived from it.
    #[default]
    Words12,
    /// 256 bits.
    Words24,
}

/// The secret from which every key of the wallet follows.
pub struct Phrase(Mnemonic<English>);

impl Phrase {
    /// Draws a new phrase from the operating system's randomness.
    ///
    /// # Errors
    /// [`KeysError::Randomness`] when there is none.
    pub fn generate(length: PhraseLength) -> Result<Self, KeysError> {
        match length {
            PhraseLength::Words12 => Self::from_entropy(random::<16>()?.as_slice()),
            PhraseLength::Words24 => Self::from_entropy(random::<32>()?.as_slice()),
        }
    }

    /// Reads a phrase as a person typed it: case and white space don't matter.
    ///
    /// # Errors
    /// The number of words, the first unknown word (by position), or the checksum.
    pub fn parse(typed: &str) -> Result<Self, KeysError> {
        let lower = Zeroizing::new(typed.to_lowercase());
        let words: Vec<&str> = lower.split_whitespace().collect();
        if !matches!(words.len(), 12 | 24) {
            return Err(KeysError::PhraseLength { found: words.len() });
        }
        let unknown = words.iter().position(|word| !English::words().contains(word));
        if let Some(index) = unknown {
            return Err(KeysError::PhraseWord { position: index.saturating_add(1) });
        }
        let joined = Zeroizing::new(words.join(" "));
        Mnemonic::from_normalized_phrase(joined.as_str())
            .map(Self)
            .map_err(|_| KeysError::PhraseChecksum)
    }

    /// The words, separated by spaces, to be shown to the owner once and to nobody else.
    #[must_use]
    pub fn expose_words(&self) -> &str {
        self.0.phrase()
    }

    pub(crate) fn from_entropy(entropy: &[u8]) -> Result<Self, KeysError> {
        if !matches!(entropy.len(), 16 | 32) {
            return Err(KeysError::PhraseChecksum);
        }
        Mnemonic::from_entropy(entropy).map(Self).map_err(|_| KeysError::PhraseChecksum)
    }

    pub(crate) fn entropy(&self) -> &[u8] {
        self.0.entropy()
    }

    /// The BIP-39 seed. Purser never uses the optional second passphrase ("25th word"): one that
    /// is forgotten can't be told from one that is right, and the vault has its own passphrase.
    pub(crate) fn seed(&self) -> Zeroizing<[u8; 64]> {
        Zeroizing::new(self.0.to_seed(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// <https://github.com/trezor/python-mnemonic/blob/master/vectors.json>: entropy, words, and
    /// the seed under the passphrase TREZOR.
    const TREZOR: &[(&str, &str, &str)] = &[
        (
            "00000000000000000000000000000000",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon about",
            "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1\
             e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
        ),
        (
            "7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f",
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "2e8905819b8723fe2c1d161860e5ee1830318dbf49a83bd451cfb8440c28bd6fa457fe1296106559a3c8\
             0937a1c1069be3a3a5bd381ee6260e8d9739fce1f607",
        ),
        (
            "ffffffffffffffffffffffffffffffff",
            "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong",
            "ac27495480225222079d7be181583751e86f571027b0497b5b5d11218e0a8a13332572917f0f8e5a5896\
             20c6f15b11c61dee327651a14c34e18231052e48c069",
        ),
        (
            "0000000000000000000000000000000000000000000000000000000000000000",
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
             abandon abandon abandon art",
            "bda85446c68413707090a52022edd26a1c9462295029f2e60cd7c4f2bbd3097170af7a4d73245cafa9c3\
             cca8d561a7c3de6f5d4a10be8ed2a5e608d68f92fcc8",
        ),
        (
            "9e885d952ad362caeb4efe34a8e91bd2",
            "ozone drill grab fiber curtain grace pudding thank cruise elder eight picnic",
            "274ddc525802f7c828d8ef7ddbcdc5304e87ac3535913611fbbfa986d0c9e5476c91689f9c8a54fd55bd\
             38606aa6a8595ad213d4c9c9f9aca3fb217069a41028",
        ),
        (
            "f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f",
            "void come effort suffer camp survey warrior heavy shoot primary clutch crush open \
             amazing screen patrol group space point ten exist slush involve unfold",
            "01f5bced59dec48e362f2c45b5de68b9fd6c92c6634f44d6d40aab69056506f0e35524a518034ddc1192\
             e1dacd32c1ed3eaa3c3b131c88ed8e7e54c49a5d0998",
        ),
    ];

    #[test]
    fn the_published_vectors_hold_in_both_directions() {
        for (entropy, words, seed) in TREZOR {
            let made = Phrase::from_entropy(&hex::decode(entropy).unwrap()).unwrap();
            assert_eq!(made.expose_words(), *words);
            let read = Phrase::parse(words).unwrap();
            assert_eq!(hex::encode(read.entropy()), *entropy);
            assert_eq!(hex::encode(read.0.to_seed("TREZOR")), *seed);
        }
    }

    #[test]
    fn the_seed_uses_no_second_passphrase() {
        // The same phrase without TREZOR, as every wallet shows it.
        let phrase = Phrase::from_entropy(&[0; 16]).unwrap();
        assert!(hex::encode(phrase.seed().as_slice()).starts_with("5eb00bbddcf069084889a8ab9155"));
    }

    #[test]
    fn a_new_phrase_has_the_asked_length_and_reads_back() {
        for (length, words) in [(PhraseLength::Words12, 12), (PhraseLength::Words24, 24)] {
            let phrase = Phrase::generate(length).unwrap();
            assert_eq!(phrase.expose_words().split(' ').count(), words);
            let again = Phrase::parse(phrase.expose_words()).unwrap();
            assert_eq!(again.entropy(), phrase.entropy());
            let other = Phrase::generate(length).unwrap();
            assert_ne!(other.entropy(), phrase.entropy(), "two phrases are never the same");
        }
    }

    #[test]
    fn case_and_white_space_do_not_matter() {
        let typed = "  Legal winner THANK year\nwave sausage\tworth useful legal winner thank \
                     yellow ";
        assert_eq!(Phrase::parse(typed).unwrap().entropy(), [0x7f; 16]);
    }

    #[test]
    fn each_mistake_is_named() {
        let cases = [
            ("", KeysError::PhraseLength { found: 0 }),
            ("legal winner thank", KeysError::PhraseLength { found: 3 }),
            (
                "legal winner thank yeer wave sausage worth useful legal winner thank yellow",
                KeysError::PhraseWord { position: 4 },
            ),
            (
                "winner legal thank year wave sausage worth useful legal winner thank yellow",
                KeysError::PhraseChecksum,
            ),
            (
                // 15 words are a valid BIP-39 length, but not one that Purser writes.
                "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon \
                 abandon abandon abandon abandon address",
                KeysError::PhraseLength { found: 15 },
            ),
        ];
        for (typed, error) in cases {
            assert_eq!(Phrase::parse(typed).err(), Some(error), "{typed}");
        }
    }
}
