//! Signed notes: text with Ed25519 signatures, in the format of <https://c2sp.org/signed-note>.
//!
//! Guarantees: parsing is total and strict (one text form for one note), never blocks and never
//! panics. The text of a note means nothing until [`SignedNote::verify`] has returned `Ok`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The signature type of Ed25519 in key ids and verifier keys.
const ED25519: u8 = 0x01;
/// Longest note that is read, as in the Go implementation.
const NOTE_BYTES_MAX: usize = 1_000_000;
/// Most signatures that are read, as in the Go implementation.
const SIGNATURES_MAX: usize = 100;
const SIGNATURE_START: &str = "\u{2014} ";

/// Why a note, a checkpoint, a proof or a verifier key can't be read or trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// The name of a key is empty or holds a space or `+`.
    #[error("a key name has at least one character and neither spaces nor `+`")]
    KeyName,
    /// A verifier key is not `<name>+<8 hex>+<base64>`, or its parts don't belong together.
    #[error("the verifier key is damaged: expected `<name>+<8 hex digits>+<base64>` of Ed25519")]
    VerifierKey,
    /// The text is not a signed note.
    #[error("this is no signed note: it needs a text, an empty line and signature lines")]
    Form,
    /// No signature is by the expected key.
    #[error("the note is not signed by the expected key: check which log it is from")]
    Unsigned,
    /// A signature by the expected key does not fit the text.
    #[error("the signature does not fit the note: the note was changed after it was signed")]
    Signature,
    /// The note is not a checkpoint.
    #[error("the note is no checkpoint: it needs an origin, a size and a root hash")]
    Checkpoint,
    /// The text is not a proof in the `c2sp.org/tlog-proof@v1` format.
    #[error("this is no `c2sp.org/tlog-proof@v1` proof")]
    Proof,
}

/// Signs the log's checkpoints. It holds the log's private key, or asks who does.
pub trait CheckpointSigner: Send {
    /// The Ed25519 public key.
    fn public_key(&self) -> [u8; 32];
    /// The Ed25519 signature over the bytes.
    fn sign(&self, message: &[u8]) -> [u8; 64];
}

/// Whether a text can be the name of a key.
pub(crate) fn is_key_name(name: &str) -> bool {
    let fits = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
    !name.is_empty() && name.chars().all(fits)
}

/// A verifier key: a name and an Ed25519 public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// Puts a name and a public key together.
    ///
    /// # Errors
    /// When the name can't be one, or the bytes are no Ed25519 public key.
    pub fn new(name: &str, public_key: &[u8; 32]) -> Result<Self, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::KeyName);
        }
        let key = VerifyingKey::from_bytes(public_key).map_err(|_| NoteError::VerifierKey)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// Reads `<name>+<8 hex digits>+<base64>`.
    ///
    /// # Errors
    /// When it has another form, another algorithm, or a key id of another key.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(encoded)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(NoteError::VerifierKey);
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| NoteError::VerifierKey)?;
        let Some((&ED25519, public_key)) = bytes.split_first() else {
            return Err(NoteError::VerifierKey);
        };
        let public_key = public_key.try_into().map_err(|_| NoteError::VerifierKey)?;
        let key = Self::new(name, public_key)?;
        if id == hex::encode(key.id()) { Ok(key) } else { Err(NoteError::VerifierKey) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The key id: the first four bytes of the SHA-256 of name, newline, algorithm, public key.
    #[must_use]
    pub fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        hash.first_chunk().copied().unwrap_or_default()
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![ED25519];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(bytes))
    }
}

/// Signs a text, which must end with a newline, and gives the whole note.
///
/// # Errors
/// When the signer's public key is none, or the text can't be the text of a note.
pub fn sign_note(
    text: &str,
    name: &str,
    signer: &dyn CheckpointSigner,
) -> Result<String, NoteError> {
    sign_as(text, &VerifierKey::new(name, &signer.public_key())?, signer)
}

/// As [`sign_note`], by the holder of a key that was read before: reading it is a good part of
/// the price of a signature.
pub(crate) fn sign_as(
    text: &str,
    key: &VerifierKey,
    signer: &dyn CheckpointSigner,
) -> Result<String, NoteError> {
    if !is_note_text(text) || !text.ends_with('\n') {
        return Err(NoteError::Form);
    }
    let mut signature = key.id().to_vec();
    signature.extend_from_slice(&signer.sign(text.as_bytes()));
    let (name, signature) = (key.name(), STANDARD.encode(signature));
    Ok(format!("{text}\n{SIGNATURE_START}{name} {signature}\n"))
}

fn is_note_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= 0x20 || byte == b'\n')
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
        let all = STANDARD.decode(encoded).ok()?;
        let (id, bytes) = all.split_first_chunk::<4>()?;
        let fits = is_key_name(name) && !bytes.is_empty();
        fits.then(|| Self { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
    }
}

/// A note as it was read. Nothing in it is true yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

impl SignedNote {
    /// Reads a note.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(note: &str) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX || !is_note_text(note) {
            return Err(NoteError::Form);
        }
        let (head, tail) = note.rsplit_once("\n\n").ok_or(NoteError::Form)?;
        let lines = tail.strip_suffix('\n').ok_or(NoteError::Form)?;
        let signatures: Option<Vec<_>> = lines.split('\n').map(NoteSignature::parse).collect();
        match signatures {
            Some(signatures) if signatures.len() <= SIGNATURES_MAX => {
                Ok(Self { text: format!("{head}\n"), signatures })
            }
            _ => Err(NoteError::Form),
        }
    }

    /// The signed text, once a signature by the key fits it. Signatures by other keys are passed
    /// over; a wrong one by this key refuses the note.
    ///
    /// # Errors
    /// When no signature is by this key, or one is and does not fit.
    pub fn verify(&self, key: &VerifierKey) -> Result<&str, NoteError> {
        let mut signed = false;
        let id = key.id();
        for found in self.signatures.iter().filter(|s| s.name == key.name && s.id == id) {
            let signature =
                Signature::from_slice(&found.bytes).map_err(|_| NoteError::Signature)?;
            key.key
                .verify_strict(self.text.as_bytes(), &signature)
                .map_err(|_| NoteError::Signature)?;
            signed = true;
        }
        if signed { Ok(&self.text) } else { Err(NoteError::Unsigned) }
    }
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
