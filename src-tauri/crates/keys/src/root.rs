//! The root key and what follows from it.
//!
//! Guarantees: every key has its own versioned label, so that one purpose's key tells nothing of
//! another's (HKDF-SHA512, RFC 5869; BIP-32 for EVM keys); the same phrase always gives the same
//! keys (frozen by a test: a changed label would lose the owner's money). Does not guarantee
//! anything against code inside this process. Nothing here blocks or panics.

use crate::evm::EvmKey;
use crate::holder::{CredentialRoot, IdentityKey, LogKey};
use crate::secret::{DatabaseKey, SealingSeed};
use crate::{KeysError, Phrase};
use bip32::{ChildNumber, XPrv};
use hkdf::Hkdf;
use sha2::Sha512;
use zeroize::Zeroizing;

/// The salt of RFC 5869: separates Purser's keys from any other use of the same BIP-39 seed.
const SALT: &[u8] = b"purser/v1";
const CREDENTIAL_ROOT: &[u8] = b"purser/v1/ed25519/credential-root";
const LOG: &[u8] = b"purser/v1/ed25519/log";
const IDENTITY: &[u8] = b"purser/v1/ed25519/identity";
const SEALING: &[u8] = b"purser/v1/x25519/sealing";
const DATABASE: &[u8] = b"purser/v1/sqlcipher/ledger";

/// The unlocked wallet. Dropping it locks the wallet: the seed is wiped.
pub struct RootKey {
    seed: Zeroizing<[u8; 64]>,
}

impl RootKey {
    /// The root of a phrase (BIP-39 seed, no second passphrase).
    #[must_use]
    pub fn from_phrase(phrase: &Phrase) -> Self {
        Self { seed: phrase.seed() }
    }

    /// Signs agents' credentials.
    ///
    /// # Errors
    /// [`KeysError::Derivation`], which does not happen with keys of this length.
    pub fn credential_root(&self) -> Result<CredentialRoot, KeysError> {
        Ok(CredentialRoot::from_secret(&*self.subkey(CREDENTIAL_ROOT)?))
    }

    /// Signs the log's checkpoints.
    ///
    /// # Errors
    /// As [`Self::credential_root`].
    pub fn log_key(&self) -> Result<LogKey, KeysError> {
        Ok(LogKey::from_secret(&*self.subkey(LOG)?))
    }

    /// Signs in the owner's name.
    ///
    /// # Errors
    /// As [`Self::credential_root`].
    pub fn identity_key(&self) -> Result<IdentityKey, KeysError> {
        Ok(IdentityKey::from_secret(&*self.subkey(IDENTITY)?))
    }

    /// Opens messages sealed to the owner.
    ///
    /// # Errors
    /// As [`Self::credential_root`].
    pub fn sealing_seed(&self) -> Result<SealingSeed, KeysError> {
        self.subkey(SEALING).map(SealingSeed::new)
    }

    /// Opens the ledger's database.
    ///
    /// # Errors
    /// As [`Self::credential_root`].
    pub fn database_key(&self) -> Result<DatabaseKey, KeysError> {
        self.subkey(DATABASE).map(DatabaseKey::new)
    }

    /// The EVM account `index`, at m/44'/60'/0'/0/index as in every Ethereum wallet (BIP-44).
    ///
    /// # Errors
    /// [`KeysError::Derivation`] from index 2^31 on.
    pub fn evm_key(&self, index: u32) -> Result<EvmKey, KeysError> {
        let path = [(44, true), (60, true), (0, true), (0, false), (index, false)];
        let mut key = XPrv::new(self.seed.as_slice()).map_err(|_| KeysError::Derivation)?;
        for (number, hardened) in path {
            key = ChildNumber::new(number, hardened)
                .and_then(|child| key.derive_child(child))
                .map_err(|_| KeysError::Derivation)?;
        }
        Ok(EvmKey::new(key.private_key().clone()))
    }

    fn subkey(&self, label: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeysError> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha512>::new(Some(SALT), self.seed.as_slice())
            .expand(label, key.as_mut_slice())
            .map_err(|_| KeysError::Derivation)?;
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bip32::{DerivationPath, Prefix};

    const JUNK: &str = "test test test test test test test test test test test junk";

    fn root() -> RootKey {
        RootKey::from_phrase(&Phrase::parse(JUNK).unwrap())
    }

    #[test]
    fn the_published_bip_32_vectors_hold() {
        // https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki, vectors 1 and 3 (the
        // second one checks that leading zeros are kept).
        let vectors = [
            (
                "000102030405060708090a0b0c0d0e0f",
                "m/0'/1/2'/2/1000000000",
                "xprvA41z7zogVVwxVSgdKUHDy1SKmdb533PjDz7J6N6mV6uS3ze1ai8FHa8kmHScGpWmj4WggLyQjgPie1\
                 rFSruoUihUZREPSL39UNdE3BBDu76",
            ),
            (
                "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f86\
                 3b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be",
                "m/0'",
                "xprv9uPDJpEQgRQfDcW7BkF7eTya6RPxXeJCqCJGHuCJ4GiRVLzkTXBAJMu2qaMWPrS7AANYqdq6vcBcBU\
                 dJCVVFceUvJFjaPdGZ2y9WACViL4L",
            ),
        ];
        for (seed, path, expected) in vectors {
            let path: DerivationPath = path.parse().unwrap();
            let key = XPrv::derive_from_path(hex::decode(seed).unwrap(), &path).unwrap();
            assert_eq!(key.to_string(Prefix::XPRV).as_str(), expected);
        }
    }

    #[test]
    fn the_well_known_development_phrase_gives_its_well_known_accounts() {
        let accounts = [
            "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
            "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
            "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
        ];
        for (index, address) in (0..).zip(accounts) {
            let key = root().evm_key(index).unwrap();
            assert_eq!(key.checksum_address(), address);
        }
    }

    #[test]
    fn a_hardened_index_is_refused() {
        assert_eq!(root().evm_key(1 << 31).err(), Some(KeysError::Derivation));
        assert!(root().evm_key((1 << 31) - 1).is_ok());
    }

    #[test]
    fn rfc_5869_with_sha_512_is_what_subkeys_use() {
        // The same expansion written out with HMAC, per RFC 5869 section 2 (one block suffices).
        use hmac::{Hmac, Mac as _};
        let hmac = |key: &[u8], parts: &[&[u8]]| {
            let mut mac = Hmac::<Sha512>::new_from_slice(key).unwrap();
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes()
        };
        let pseudorandom = hmac(SALT, &[root().seed.as_slice()]);
        let block = hmac(&pseudorandom, &[DATABASE, &[1]]);
        assert_eq!(root().database_key().unwrap().expose().as_slice(), &block[..32]);
    }

    #[test]
    fn every_purpose_has_its_own_key_and_none_ever_changes() {
        let root = root();
        let keys = [
            root.credential_root().unwrap().public(),
            root.log_key().unwrap().public(),
            root.identity_key().unwrap().public(),
            *root.sealing_seed().unwrap().expose(),
            *root.database_key().unwrap().expose(),
        ];
        let frozen = [
            "d86bf2203c3d1ac31a754825ac052c2e473475af8442a8d641804e74ec3f8df1",
            "0aa7b43b71c49103caacaa23048032553cbccc7c7e0733892a4896db304e4dd8",
            "93634cbdc737be4019078d8bcf5bd86c0deb3f8f5507c78456eb96f96b1dea46",
            "6ce262c576d1aff70d703689367219502119e868cfb48164e5619884b658df7a",
            "0ac6a3d192dcd4f011b2faf7aa6a7afe4a9743020671c9c941726a8e54100dd7",
        ];
        for (key, frozen) in keys.iter().zip(frozen) {
            assert_eq!(hex::encode(key), frozen);
        }
    }
}
