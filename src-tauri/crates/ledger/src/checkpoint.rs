//! Checkpoints (<https://c2sp.org/tlog-checkpoint>) and offline proofs of inclusion
//! (<https://c2sp.org/tlog-proof>).

use crate::note::{self, CheckpointSigner, NoteError, SignedNote, VerifierKey, sign_note};
use crate::tree::Hash;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PROOF_HEADER: &str = "c2sp.org/tlog-proof@v1";
/// A tree of 2^64 leaves has paths of 64 hashes.
const PATH_HASHES_MAX: usize = 64;

/// The head of a log: whose, how long, and the root over all its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// The root hash over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The signed note.
    ///
    /// # Errors
    /// When the origin can't be a key name or the signer's public key is none.
    pub fn sign(&self, signer: &dyn CheckpointSigner) -> Result<String, NoteError> {
        sign_note(&self.to_text(), &self.origin, signer)
    }

    /// As [`Checkpoint::sign`], by the holder of the key that this log is verified with.
    pub(crate) fn sign_as(
        &self,
        key: &VerifierKey,
        signer: &dyn CheckpointSigner,
    ) -> Result<String, NoteError> {
        note::sign_as(&self.to_text(), key, signer)
    }

    /// Reads the text of a checkpoint. Extension lines are passed over, as the format asks.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse_text(text: &str) -> Result<Self, NoteError> {
        Self::parse_lines(text).ok_or(NoteError::Checkpoint)
    }

    fn parse_lines(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.split('\n');
        let origin = lines.next().filter(|line| !line.is_empty())?.to_owned();
        let size = parse_decimal(lines.next()?)?;
        let root = parse_hash(lines.next()?)?;
        lines.all(|line| !line.is_empty()).then_some(Self { origin, size, root })
    }

    /// Reads a signed checkpoint, and gives it when `key` signed it and it is of the log that the
    /// key is named after.
    ///
    /// # Errors
    /// When it is damaged, of another log, or not signed by the key.
    pub fn verify(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let note = SignedNote::parse(note)?;
        let checkpoint = Self::parse_text(note.verify(key)?)?;
        if checkpoint.origin == key.name() { Ok(checkpoint) } else { Err(NoteError::Unsigned) }
    }
}

fn parse_decimal(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let shortest = text == "0" || !text.starts_with('0');
    if digits && shortest { text.parse().ok() } else { None }
}

fn parse_hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A proof that an entry is in the log: its place, the path to the root, and the checkpoint. As
/// read, so nothing in it is true yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// The entry's place.
    pub index: u64,
    /// The audit path, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The signed checkpoint, as a note.
    pub checkpoint: String,
}

impl TlogProof {
    /// The proof's text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{PROOF_HEADER}\nindex {}\n", self.index);
        for hash in &self.path {
            text.push_str(&STANDARD.encode(hash));
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a proof. Extra data, which nothing authenticates, is passed over.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        Self::parse_parts(text).ok_or(NoteError::Proof)
    }

    fn parse_parts(text: &str) -> Option<Self> {
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        if lines.next() != Some(PROOF_HEADER) {
            return None;
        }
        let mut line = lines.next()?;
        if let Some(extra) = line.strip_prefix("extra ") {
            STANDARD.decode(extra).ok()?;
            line = lines.next()?;
        }
        let index = parse_decimal(line.strip_prefix("index ")?)?;
        let path: Vec<Hash> = lines.map(parse_hash).collect::<Option<_>>()?;
        let short = path.len() <= PATH_HASHES_MAX;
        short.then(|| Self { index, path, checkpoint: checkpoint.to_owned() })
    }
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;
