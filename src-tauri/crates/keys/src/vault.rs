//! The sealed file that holds the recovery phrase's entropy.
//!
//! Guarantees: without the passphrase, and without the keystore's secret where the vault is
//! device-bound, the file tells nothing of the phrase (Argon2id, RFC 9106; HKDF-SHA512;
//! XChaCha20-Poly1305 with the header as associated data, so that no field can be changed); an
//! existing vault is never overwritten by another; a crash leaves the old vault or the new one.
//! Does not guarantee anything for a weak passphrase beyond the cost of each guess, nor against a
//! program that watches the owner type. Blocks: opening takes Argon2's time (about 0.2 s) and
//! memory (64 MiB), so keep it off async threads. Does not panic.

use crate::device::DeviceStore;
use crate::durable::{self, Existing};
use crate::secret::random;
use crate::{KeysError, Passphrase, Phrase, RootKey};
use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use purser_domain::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};
use std::path::Path;
use zeroize::Zeroizing;

const VERSION: u32 = 1;
/// A vault is under 1 kB; more than this is not one.
const MAX_FILE: u64 = 64 * 1024;
const KEK: &[u8] = b"purser/v1/vault/kek";
const DEVICE_ID: &[u8] = b"purser/v1/vault/device-id";

/// What stretching the passphrase costs. Bounded both ways: a file can't ask for more memory than
/// the computer has, and nobody seals a vault that is cheap to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KdfParams {
    m_kib: u32,
    t: u32,
    p: u32,
}

impl KdfParams {
    /// The cheapest that is accepted: 8 MiB in one pass. For tests.
    pub const CHEAPEST: Self = Self { m_kib: 8 * 1024, t: 1, p: 1 };

    /// Memory in KiB (8 MiB to 1 GiB), passes (1 to 16; memory times passes at most 4 GiB) and
    /// lanes (1 to 8).
    ///
    /// # Errors
    /// [`KeysError::KdfBounds`] outside these.
    pub fn new(m_kib: u32, t: u32, p: u32) -> Result<Self, KeysError> {
        let work = u64::from(m_kib).saturating_mul(u64::from(t));
        let within = (8 * 1024..=1024 * 1024).contains(&m_kib)
            && (1..=16).contains(&t)
            && work <= 4 * 1024 * 1024
            && (1..=8).contains(&p);
        if within { Ok(Self { m_kib, t, p }) } else { Err(KeysError::KdfBounds) }
    }
}

impl Default for KdfParams {
    /// The second recommendation of RFC 9106 (64 MiB, 3 passes), with one lane instead of four
    /// because the implementation runs lanes one after the other.
    fn default() -> Self {
        Self { m_kib: 64 * 1024, t: 3, p: 1 }
    }
}

/// How to seal a new vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealOptions {
    /// What a guess at the passphrase costs.
    pub kdf: KdfParams,
    /// When the vault is made, for the owner to tell two backups apart.
    pub created_at: Timestamp,
}

/// What a vault says of itself without being opened. Not authenticated until it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultInfo {
    /// Whether this computer's keystore is needed to open it.
    pub device_bound: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// What a guess at the passphrase costs.
    pub kdf: KdfParams,
}

/// Everything but the ciphertext: the associated data is this, serialised in this order. Frozen:
/// another layout needs another version.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: u32,
    vault_id: String,
    created_at_ms: Timestamp,
    kdf_name: String,
    kdf: KdfParams,
    salt: String,
    nonce: String,
    device_bound: bool,
    /// Tells a keystore secret that was replaced from a wrong passphrase; says nothing of it.
    device_id: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    header: Header,
    ciphertext: String,
    /// SHA-256 over the rest: tells accidental damage from a wrong passphrase. Not a defence.
    checksum: String,
}

#[derive(Deserialize)]
struct Versioned {
    header: VersionOnly,
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

/// The functions on a vault file. They take its path each time: nothing is kept open.
pub enum Vault {}

impl Vault {
    /// Seals a phrase into a new vault; with a keystore, bound to this computer. Restoring a
    /// wallet is the same with a phrase that was read from paper.
    ///
    /// # Errors
    /// The passphrase policy, [`KeysError::VaultExists`], the keystore's refusals and the disk's.
    pub fn create(
        path: &Path,
        phrase: &Phrase,
        passphrase: &Passphrase,
        device: Option<&dyn DeviceStore>,
        options: &SealOptions,
    ) -> Result<(), KeysError> {
        passphrase.check_policy()?;
        if path.symlink_metadata().is_ok() {
            return Err(KeysError::VaultExists);
        }
        let mut header = Header {
            version: VERSION,
            vault_id: hex::encode(random::<16>()?.as_slice()),
            created_at_ms: options.created_at,
            kdf_name: "argon2id".to_owned(),
            kdf: KdfParams::new(options.kdf.m_kib, options.kdf.t, options.kdf.p)?,
            salt: String::new(),
            nonce: String::new(),
            device_bound: device.is_some(),
            device_id: None,
        };
        let secret = device.map(|store| enrol(store, &header.vault_id)).transpose()?;
        let secret = secret.as_deref().map(Vec::as_slice);
        header.device_id = secret.map(device_id).transpose()?;
        let bytes = seal(header.clone(), phrase, passphrase, secret);
        let written = bytes.and_then(|bytes| {
            durable::write(path, &bytes, Existing::Refuse, KeysError::VaultExists)
        });
        if let (Err(_), Some(store)) = (&written, device) {
            // Best effort: a secret without its vault opens nothing.
            let _ = store.delete(&device_name(&header.vault_id));
        }
        written
    }

    /// Opens the vault.
    ///
    /// # Errors
    /// [`KeysError::WrongPassphrase`], the vault's own refusals (missing, damaged, newer, out of
    /// bounds), and for a device-bound vault [`KeysError::NoKeystore`],
    /// [`KeysError::DeviceSecretMissing`] and the keystore's refusals.
    pub fn open(
        path: &Path,
        passphrase: &Passphrase,
        device: Option<&dyn DeviceStore>,
    ) -> Result<RootKey, KeysError> {
        Ok(RootKey::from_phrase(&Self::open_phrase(path, passphrase, device)?))
    }

    /// Opens the vault and gives back the phrase, to be shown to the owner who asked to see it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_phrase(
        path: &Path,
        passphrase: &Passphrase,
        device: Option<&dyn DeviceStore>,
    ) -> Result<Phrase, KeysError> {
        let sealed = read(path)?;
        let secret = device_secret(&sealed.header, device)?;
        unseal(&sealed, passphrase, secret.as_deref().map(Vec::as_slice))
    }

    /// Whether the passphrase opens the vault, for owner commands that ask for it each time.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn check_passphrase(
        path: &Path,
        passphrase: &Passphrase,
        device: Option<&dyn DeviceStore>,
    ) -> Result<(), KeysError> {
        Self::open_phrase(path, passphrase, device).map(drop)
    }

    /// Seals the same phrase under another passphrase, with a fresh salt and nonce and the same
    /// device secret and cost. A copy of the old file still opens with the old passphrase.
    ///
    /// # Errors
    /// As [`Self::open`], and the policy for the new passphrase.
    pub fn change_passphrase(
        path: &Path,
        old: &Passphrase,
        new: &Passphrase,
        device: Option<&dyn DeviceStore>,
    ) -> Result<(), KeysError> {
        new.check_policy()?;
        let sealed = read(path)?;
        let secret = device_secret(&sealed.header, device)?;
        let secret = secret.as_deref().map(Vec::as_slice);
        let phrase = unseal(&sealed, old, secret)?;
        let bytes = seal(sealed.header, &phrase, new, secret)?;
        durable::write(path, &bytes, Existing::Replace, KeysError::VaultExists)
    }

    /// What the vault says of itself.
    ///
    /// # Errors
    /// Missing, damaged, newer or out of bounds.
    pub fn info(path: &Path) -> Result<VaultInfo, KeysError> {
        let Header { device_bound, created_at_ms, kdf, .. } = read(path)?.header;
        Ok(VaultInfo { device_bound, created_at: created_at_ms, kdf })
    }
}

fn device_name(vault_id: &str) -> String {
    format!("vault-{vault_id}")
}

/// Puts a new secret into the keystore and reads it back: a keystore that forgets would lose the
/// wallet at the next start.
fn enrol(store: &dyn DeviceStore, vault_id: &str) -> Result<Zeroizing<Vec<u8>>, KeysError> {
    let secret = Zeroizing::new(random::<32>()?.to_vec());
    let name = device_name(vault_id);
    store.set(&name, &secret)?;
    match store.get(&name)? {
        Some(kept) if kept == secret => Ok(secret),
        _ => Err(KeysError::KeystoreRefused),
    }
}

fn device_id(secret: &[u8]) -> Result<String, KeysError> {
    let mut id = [0; 16];
    Hkdf::<Sha512>::new(None, secret)
        .expand(DEVICE_ID, &mut id)
        .map_err(|_| KeysError::Derivation)?;
    Ok(hex::encode(id))
}

fn device_secret(
    header: &Header,
    device: Option<&dyn DeviceStore>,
) -> Result<Option<Zeroizing<Vec<u8>>>, KeysError> {
    if !header.device_bound {
        return Ok(None);
    }
    let store = device.ok_or(KeysError::NoKeystore)?;
    let secret =
        store.get(&device_name(&header.vault_id))?.ok_or(KeysError::DeviceSecretMissing)?;
    if Some(device_id(&secret)?) != header.device_id {
        return Err(KeysError::DeviceSecretMissing);
    }
    Ok(Some(secret))
}

/// The key that encrypts the phrase: the stretched passphrase, and the device secret as HKDF salt,
/// so that both are needed.
fn cipher(
    header: &Header,
    salt: &[u8],
    passphrase: &Passphrase,
    secret: Option<&[u8]>,
) -> Result<XChaCha20Poly1305, KeysError> {
    let KdfParams { m_kib, t, p } = header.kdf;
    let params = Params::new(m_kib, t, p, Some(32)).map_err(|_| KeysError::KdfBounds)?;
    let mut stretched = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.bytes(), salt, stretched.as_mut_slice())
        .map_err(|_| KeysError::KdfBounds)?;
    let mut key = Zeroizing::new([0; 32]);
    Hkdf::<Sha512>::new(secret, stretched.as_slice())
        .expand(KEK, key.as_mut_slice())
        .map_err(|_| KeysError::Derivation)?;
    Ok(XChaCha20Poly1305::new(key.as_slice().into()))
}

fn seal(
    mut header: Header,
    phrase: &Phrase,
    passphrase: &Passphrase,
    secret: Option<&[u8]>,
) -> Result<Vec<u8>, KeysError> {
    let (salt, nonce) = (random::<16>()?, random::<24>()?);
    header.salt = hex::encode(salt.as_slice());
    header.nonce = hex::encode(nonce.as_slice());
    let aad = associated_data(&header)?;
    let ciphertext = cipher(&header, salt.as_slice(), passphrase, secret)?
        .encrypt(XNonce::from_slice(nonce.as_slice()), Payload { msg: phrase.entropy(), aad: &aad })
        .map_err(|_| KeysError::Derivation)?;
    let ciphertext = hex::encode(ciphertext);
    let checksum = checksum(&aad, &ciphertext);
    serde_json::to_vec_pretty(&Sealed { header, ciphertext, checksum })
        .map_err(|_| KeysError::Derivation)
}

fn unseal(
    sealed: &Sealed,
    passphrase: &Passphrase,
    secret: Option<&[u8]>,
) -> Result<Phrase, KeysError> {
    let salt = field::<16>(&sealed.header.salt)?;
    let nonce = field::<24>(&sealed.header.nonce)?;
    let ciphertext = hex::decode(&sealed.ciphertext).map_err(|_| KeysError::VaultDamaged)?;
    let aad = associated_data(&sealed.header)?;
    let entropy = cipher(&sealed.header, &salt, passphrase, secret)?
        .decrypt(XNonce::from_slice(&nonce), Payload { msg: &ciphertext, aad: &aad })
        .map(Zeroizing::new)
        .map_err(|_| KeysError::WrongPassphrase)?;
    Phrase::from_entropy(&entropy).map_err(|_| KeysError::VaultDamaged)
}

fn read(path: &Path) -> Result<Sealed, KeysError> {
    let bytes = durable::read(path, MAX_FILE, KeysError::VaultMissing, KeysError::VaultDamaged)?;
    let version: Versioned = serde_json::from_slice(&bytes).map_err(|_| KeysError::VaultDamaged)?;
    match version.header.version {
        VERSION => {}
        found if found > VERSION => return Err(KeysError::VaultNewer { found }),
        _ => return Err(KeysError::VaultDamaged),
    }
    let sealed: Sealed = serde_json::from_slice(&bytes).map_err(|_| KeysError::VaultDamaged)?;
    let aad = associated_data(&sealed.header)?;
    if sealed.checksum != checksum(&aad, &sealed.ciphertext)
        || sealed.header.kdf_name != "argon2id"
        || sealed.header.device_bound != sealed.header.device_id.is_some()
    {
        return Err(KeysError::VaultDamaged);
    }
    KdfParams::new(sealed.header.kdf.m_kib, sealed.header.kdf.t, sealed.header.kdf.p)?;
    Ok(sealed)
}

fn associated_data(header: &Header) -> Result<Vec<u8>, KeysError> {
    serde_json::to_vec(header).map_err(|_| KeysError::VaultDamaged)
}

fn checksum(aad: &[u8], ciphertext: &str) -> String {
    hex::encode(Sha256::new().chain_update(aad).chain_update(ciphertext).finalize())
}

fn field<const N: usize>(text: &str) -> Result<[u8; N], KeysError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| KeysError::VaultDamaged)?;
    Ok(bytes)
}

#[cfg(test)]
#[path = "vault_tests.rs"]
mod tests;
