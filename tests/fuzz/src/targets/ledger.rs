//! What somebody hands over as a log: entries, notes and proofs.

use crate::text::{same_again, text};
use purser_domain::{Entry, canonical_json};
use purser_ledger::{
    Checkpoint, LineProblem, SignedNote, TlogProof, VerifierKey, fuzzing, leaf_hash, verify_proof,
};

/// The key of the frozen log.
const VKEY: &str = include_str!("../../../vectors/log-export/log.vkey");

/// One line of an export. What is taken has exactly these bytes.
pub fn entry_line(data: &[u8]) {
    let body = data.strip_suffix(b"\n").unwrap_or(data);
    let read = serde_json::from_slice::<Entry>(body).ok();
    // No log has 2^53 entries, and JSON has no such numbers.
    if let Some(entry) = read.filter(|entry| entry.seq < 1 << 53) {
        // Also what is not canonical: it is what a program of another make could have written.
        same_again(&entry);
        assert!(entry.at_ms.as_millis() >= 0, "{entry:?}");
    }
    match fuzzing::entry_line(data.to_vec()) {
        Ok((entry, hash)) => {
            assert_eq!(data.last(), Some(&b'\n'));
            assert_eq!(canonical_json(&entry).unwrap(), body);
            assert_eq!(hash, leaf_hash(body));
        }
        Err(LineProblem::CutOff) => assert_ne!(data.last(), Some(&b'\n')),
        Err(LineProblem::Blank) => assert!(body.is_empty()),
        Err(_) => {}
    }
}

/// A signed note, the checkpoint in it, or a verifier key. What is taken has one text.
pub fn signed_note(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let frozen = VerifierKey::parse(VKEY.trim_end()).unwrap();
    if let Ok(note) = SignedNote::parse(text) {
        match note.verify(&frozen) {
            Ok(signed) => assert!(text.starts_with(signed) && signed.ends_with('\n'), "{text:?}"),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    if let Ok(checkpoint) = Checkpoint::verify(text, &frozen) {
        assert_eq!(checkpoint.origin, frozen.name());
    }
    if let Ok(checkpoint) = Checkpoint::parse_text(text) {
        let again = checkpoint.to_text();
        assert!(text.starts_with(&again), "{text:?}");
        assert_eq!(Checkpoint::parse_text(&again), Ok(checkpoint));
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
        assert_eq!(VerifierKey::new(key.name(), &key.public_key()), Ok(key));
    }
}

/// A proof that an entry is in the log.
pub fn tlog_proof(data: &[u8]) {
    let Some(text) = text(data) else { return };
    let Ok(proof) = TlogProof::parse(text) else {
        assert!(verify_proof(text, b"{}", VKEY.trim_end()).is_err());
        return;
    };
    assert!(proof.path.len() <= 64);
    assert_eq!(TlogProof::parse(&proof.to_text()), Ok(proof));
    // The frozen one of the corpus proves an entry, and nothing proves another one.
    assert!(verify_proof(text, b"{\"seq\":0}", VKEY.trim_end()).is_err(), "{text}");
}
