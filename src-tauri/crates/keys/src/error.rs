//! Why a key operation was refused.
//!
//! Guarantees: no variant carries a secret, not even a mistyped word of one, because errors are
//! logged and shown.

use std::io;

/// Every way in which this crate says no. Messages say what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// The phrase has another number of words.
    #[error("a recovery phrase has 12 or 24 words, this one has {found}; check what is missing")]
    PhraseLength {
        /// How many words were given.
        found: usize,
    },
    /// A word that is not in the list. The word itself is not repeated: it is nearly a secret.
    #[error("word {position} is not a recovery word; check its spelling on your paper")]
    PhraseWord {
        /// Which word, counted from 1.
        position: usize,
    },
    /// All words are known, but they don't belong together.
    #[error("the recovery phrase does not add up; check the order and each word on your paper")]
    PhraseChecksum,
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness; restart the computer and try again")]
    Randomness,
    /// A key could not be derived from the root.
    #[error("this key can't be derived; use another account index below 2147483648")]
    Derivation,
    /// The digest could not be signed (happens with probability 2^-128).
    #[error("the signature could not be made; try again")]
    Signing,

    /// A new passphrase is too short.
    #[error("a passphrase has at least {minimum} characters; choose a longer one")]
    PassphraseShort {
        /// The least number of characters.
        minimum: usize,
    },
    /// The passphrase doesn't open the vault.
    #[error("wrong passphrase; try again")]
    WrongPassphrase,
    /// There is no vault at this place.
    #[error("there is no wallet here yet; create one or restore it from the recovery phrase")]
    VaultMissing,
    /// A vault is never overwritten.
    #[error("there is already a wallet here; move it away before creating another")]
    VaultExists,
    /// The vault file is not what was written.
    #[error("the vault file is damaged; restore it from a backup or from the recovery phrase")]
    VaultDamaged,
    /// Written by a newer release.
    #[error("the vault file is of version {found}, newer than this program; update Purser")]
    VaultNewer {
        /// The version in the file.
        found: u32,
    },
    /// The stretching parameters are outside the bounds.
    #[error("the vault's stretching parameters are out of bounds; do not trust this file")]
    KdfBounds,
    /// The vault is device-bound and the keystore doesn't hold its secret (any more).
    #[error(
        "this wallet is bound to this computer's keystore and its secret is gone: restore from \
         the recovery phrase"
    )]
    DeviceSecretMissing,
    /// The vault is device-bound and there is no keystore to ask.
    #[error("no keystore of the operating system is available; unlock it and try again")]
    NoKeystore,
    /// The keystore is there but refuses.
    #[error("the operating system's keystore refused; unlock it or allow Purser to use it")]
    KeystoreRefused,

    /// The disk refused.
    #[error("could not {step} ({kind}); check free space and permissions of the wallet's folder")]
    Disk {
        /// What was being done.
        step: &'static str,
        /// What the operating system said.
        kind: io::ErrorKind,
    },
    /// A key file is never overwritten.
    #[error("there is already an agent key here; delete it first if it is no longer used")]
    KeyFileExists,
    /// Not an agent key file, or altered.
    #[error("the agent key file is damaged; enrol the agent again")]
    KeyFileDamaged,
    /// Written by a newer release.
    #[error("the agent key file is of version {found}, newer than this program; update Purser")]
    KeyFileNewer {
        /// The version in the file.
        found: u32,
    },
    /// Others may read the key file.
    #[error("others may read the agent key file; run chmod 600 on it, or enrol the agent again")]
    KeyFileExposed,

    /// More than the most that a token may have.
    #[error("the credential is longer than {limit} bytes; ask for a new one")]
    TokenTooLong {
        /// The most bytes.
        limit: usize,
    },
    /// Not a whole token.
    #[error("the credential is cut off or not a credential; send it whole")]
    TokenMalformed,
    /// The signatures don't lead to this wallet.
    #[error("the credential was not issued by this wallet; ask this wallet for one")]
    TokenForged,
    /// Past its end.
    #[error("the credential has expired; renew it")]
    TokenExpired,
    /// It holds blocks signed by others.
    #[error("the credential holds a third-party block, which this wallet does not accept")]
    TokenThirdParty,
    /// It holds something other than what this wallet, `attenuate` or `hand_over` writes.
    #[error("the credential holds rules or checks that this wallet does not know; ask for another")]
    TokenUnsupported,
    /// More blocks than are followed.
    #[error("the credential was narrowed or handed over too often; {limit} steps are the most")]
    TokenDepth {
        /// The most blocks, the wallet's own included.
        limit: usize,
    },
    /// A hand-over that the holder before it did not sign, for this place and with these words.
    #[error("the credential was handed over by another key than its holder's; ask its holder")]
    TokenHandOver,
    /// A hand-over by a key that does not hold the credential.
    #[error(
        "this key does not hold the credential; hand it over with the key that it was given to"
    )]
    NotTheHolder,
    /// A hand-over to bytes that are no key.
    #[error("this is not an Ed25519 public key; give the new holder's, 64 hexadecimal digits")]
    HolderKeyInvalid,
    /// Its narrowings exclude each other.
    #[error("the credential was narrowed until it allows nothing; ask for another")]
    TokenEmpty,
    /// A credential that could never be used.
    #[error("a credential must end after it begins; give it a later end")]
    GrantInterval,

    /// A part of the request can't be signed.
    #[error("the request's {part} has characters that can't be signed; send plain ASCII")]
    ProofPart {
        /// Which part.
        part: &'static str,
    },
    /// The proof is missing or not in the form that this wallet reads.
    #[error("the request's proof is not readable at {part}; sign it as the documentation says")]
    ProofMalformed {
        /// Which part.
        part: &'static str,
    },
    /// The proof is by another key.
    #[error("the request is signed by another key than the credential's; use the agent's own key")]
    ProofKey,
    /// The proof covers other parts than the route needs.
    #[error("the request's proof covers other parts than it must; sign all of them in order")]
    ProofCoverage,
    /// The body isn't the one that was signed.
    #[error("the request's body is not the one that was signed; send it unchanged")]
    ProofDigest,
    /// The signature doesn't verify.
    #[error("the request's signature does not match; sign exactly what is sent")]
    ProofSignature,
    /// Signed too long ago, or in the future.
    #[error("the request was signed too long ago or in the future; check the clock, sign again")]
    ProofClock,
    /// This proof was used before.
    #[error("this proof was used before; sign each request with a new nonce")]
    ProofReplayed,
    /// The guard can't remember more, so it can't tell.
    #[error("too many requests within the replay window; wait a minute and try again")]
    ReplayFull,
}
