//! Root key, vault, agent credentials and signatures. Secret bytes stay in here.
//!
//! Guarantees (invariant I10): no secret type that leaves this crate has `Debug`, `Display` or
//! `Serialize`; all are wiped when dropped; the only ways out are [`Phrase::expose_words`] (for
//! the owner's eyes), [`DatabaseKey::expose`] (for SQLCipher), [`SealingSeed::expose`] (for sealed
//! messages) and an agent's own [`AgentKeyFile`]. Nothing here panics, reads a clock, or knows
//! HTTP; only the vault, the keystore and the agent's file block.
//!
//! Does not guarantee that a decision was made: a signature here says that a key signed, not that
//! the engine allowed it.
//!
//! | module       | what                                                                   |
//! |--------------|------------------------------------------------------------------------|
//! | `phrase`     | BIP-39: the 12 or 24 words                                             |
//! | `root`       | the unlocked wallet and the keys that follow from it                   |
//! | `vault`      | the sealed file: [`Vault::create`], `open`, `change_passphrase`        |
//! | `device`     | the OS keystore as a second factor (feature `os-keystore`)             |
//! | `evm`        | secp256k1 accounts and EIP-3009 transfers                              |
//! | `holder`     | Ed25519 keys, one type per purpose; `agent_file`: an agent's key on disk |
//! | `credential` | Biscuit tokens: [`mint`], [`attenuate`], [`hand_over`], [`verify`]      |
//! | `known`      | credentials that were verified before: [`KnownCredentials`]            |
//! | `blocks`     | what a token's blocks say, one by one; `narrow`, `hand_over`: together |
//! | `proof`      | proof of possession by HTTP message signatures; `replay`: used once    |

mod agent_file;
mod blocks;
mod credential;
mod device;
mod durable;
mod error;
mod evm;
mod hand_over;
mod holder;
mod known;
mod narrow;
mod phrase;
mod proof;
mod replay;
mod root;
mod secret;
mod vault;

pub use agent_file::AgentKeyFile;
pub use credential::{Credential, Grant, MAX_TOKEN, Verified, attenuate, hand_over, mint, verify};
pub use device::DeviceStore;
#[cfg(feature = "os-keystore")]
pub use device::OsKeystore;
pub use error::KeysError;
pub use evm::{EvmKey, checksum_address, recover_signer};
pub use holder::{CredentialRoot, HolderKey, IdentityKey, LogKey, ProofKey, verify_ed25519};
pub use known::{KnownCredential, KnownCredentials};
pub use phrase::{Phrase, PhraseLength};
pub use proof::{
    ProofNonce, RequestParts, SignatureHeaders, body_digest, new_nonce, sign_request,
    verify_request,
};
pub use replay::ReplayGuard;
pub use root::RootKey;
pub use secret::{DatabaseKey, Passphrase, SealingSeed};
pub use vault::{KdfParams, SealOptions, Vault, VaultInfo};
