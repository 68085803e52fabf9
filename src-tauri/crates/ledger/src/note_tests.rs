use super::*;
use ed25519_dalek::{Signer as _, SigningKey};

/// The example of the Go package golang.org/x/mod/sumdb/note.
const GO_VKEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const GO_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng\
    otpRZb6KE6RyyBwJnAM=\n";

struct Key(SigningKey);

impl CheckpointSigner for Key {
    fn public_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn key(seed: u8) -> Key {
    Key(SigningKey::from_bytes(&[seed; 32]))
}

#[test]
fn the_published_go_note_verifies() {
    let vkey = VerifierKey::parse(GO_VKEY).unwrap();
    assert_eq!((vkey.name(), vkey.to_string().as_str()), ("PeterNeumann", GO_VKEY));
    let note = SignedNote::parse(GO_NOTE).unwrap();
    assert!(note.verify(&vkey).unwrap().starts_with("If you think cryptography"));
}

#[test]
fn the_published_go_note_comes_out_byte_for_byte() {
    // The private key of the same example, after its algorithm byte.
    let skey = STANDARD.decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz").unwrap();
    let signer = Key(SigningKey::from_bytes(skey[1..].try_into().unwrap()));
    let text = GO_NOTE.split("\n\n").next().unwrap();
    assert_eq!(sign_note(&format!("{text}\n"), "PeterNeumann", &signer).unwrap(), GO_NOTE);
}

#[test]
fn every_cut_and_every_raised_byte_of_a_verifier_key_is_refused() {
    // As in note_test.go.
    for start in 0..GO_VKEY.len() {
        for end in start..=GO_VKEY.len() {
            let whole = (start, end) == (0, GO_VKEY.len());
            assert_eq!(
                VerifierKey::parse(GO_VKEY.get(start..end).unwrap()).is_ok(),
                whole,
                "{start}..{end}"
            );
        }
        let mut bytes = GO_VKEY.as_bytes().to_vec();
        bytes[start] = bytes[start].wrapping_add(1);
        let raised = String::from_utf8(bytes).unwrap();
        assert!(VerifierKey::parse(&raised).is_err(), "{raised}");
    }
}

#[test]
fn a_changed_text_is_refused() {
    let vkey = VerifierKey::parse(GO_VKEY).unwrap();
    let changed = GO_NOTE.replace("answer", "Answer");
    let refused = SignedNote::parse(&changed).unwrap().verify(&vkey).map(str::to_owned);
    assert_eq!(refused, Err(NoteError::Signature));
}

#[test]
fn what_is_signed_here_verifies_with_this_key_only() {
    let note = sign_note("one\n\ntwo\n", "purser.local/1", &key(1)).unwrap();
    let parsed = SignedNote::parse(&note).unwrap();
    let vkey = |name, seed| VerifierKey::new(name, &key(seed).public_key()).unwrap();
    assert_eq!(parsed.verify(&vkey("purser.local/1", 1)), Ok("one\n\ntwo\n"));
    assert_eq!(parsed.verify(&vkey("purser.local/1", 2)), Err(NoteError::Unsigned));
    assert_eq!(parsed.verify(&vkey("purser.local/2", 1)), Err(NoteError::Unsigned));
}

#[test]
fn signatures_of_others_are_passed_over_but_a_wrong_own_one_is_not() {
    let note = sign_note("text\n", "log", &key(1)).unwrap();
    let vkey = VerifierKey::new("log", &key(1).public_key()).unwrap();
    assert_eq!(vkey.public_key(), key(1).public_key());
    let witness = sign_note("text\n", "witness", &key(2)).unwrap();
    let witness_line = witness.rsplit_once("\n\n").unwrap().1;
    let both = format!("{note}{witness_line}");
    assert!(SignedNote::parse(&both).unwrap().verify(&vkey).is_ok());

    let other = sign_note("other\n", "log", &key(1)).unwrap();
    let wrong_line = other.rsplit_once("\n\n").unwrap().1;
    let wrong = SignedNote::parse(&format!("{note}{wrong_line}")).unwrap();
    assert_eq!(wrong.verify(&vkey), Err(NoteError::Signature));
}

#[test]
fn other_forms_of_a_note_are_refused() {
    let note = sign_note("text\n", "log", &key(1)).unwrap();
    let line = note.lines().last().unwrap();
    for (why, bad) in [
        ("no signature", "text\n".to_owned()),
        ("no empty line", note.replace("\n\n", "\n")),
        ("no last newline", note.trim_end().to_owned()),
        ("a control character", note.replace("text", "te\txt")),
        ("another dash", note.replace('\u{2014}', "-")),
        ("two spaces", note.replace("log ", "log  ")),
        ("no padding", note.replace('=', "")),
        ("a name that no key can have", note.replace(" log ", " l+g ")),
        ("an id and no signature", note.replace(line, "\u{2014} log AAAAAA==")),
        ("a comment after the signatures", format!("{note}hello\n")),
        ("a blank line after the signatures", format!("{note}\n")),
        ("a carriage return", note.replace('\n', "\r\n")),
        ("too many signatures", format!("{note}{}", format!("{line}\n").repeat(100))),
        ("too long", format!("{}{note}", "x\n".repeat(500_000))),
    ] {
        assert_eq!(SignedNote::parse(&bad), Err(NoteError::Form), "{why}");
    }
    let of = |bytes: usize| SignedNote::parse(&format!("{}{note}", "x".repeat(bytes - note.len())));
    assert!(of(NOTE_BYTES_MAX).is_ok(), "as many as there may be");
    assert_eq!(of(NOTE_BYTES_MAX + 1), Err(NoteError::Form));
    assert_eq!(sign_note("no newline", "log", &key(1)), Err(NoteError::Form));
    for name in ["", "two words", "a+b", "a\u{a0}b", "line\nbreak"] {
        assert_eq!(sign_note("text\n", name, &key(1)), Err(NoteError::KeyName), "{name}");
    }
}

#[test]
fn other_forms_of_a_verifier_key_are_refused() {
    for (why, bad) in [
        ("another id", GO_VKEY.replace("c74f20a3", "c74f20a4")),
        ("an id in capitals", GO_VKEY.replace("c74f20a3", "C74F20A3")),
        ("another name", GO_VKEY.replace("Peter", "Petra")),
        ("another algorithm", GO_VKEY.replace("+AR", "+BR")),
        ("a shorter key", GO_VKEY.replace("10TW", "")),
        ("a missing part", GO_VKEY.replacen('+', "", 1)),
        ("a newline", format!("{GO_VKEY}\n")),
    ] {
        assert_eq!(VerifierKey::parse(&bad), Err(NoteError::VerifierKey), "{why}");
    }
}
