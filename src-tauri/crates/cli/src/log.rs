//! `purser log verify` of an export, and the proof of one entry: checked without the wallet.

use crate::arguments::CheckProof;
use crate::failure::{Failure, UNVERIFIED};
use crate::output::{self, text};
use crate::owner_past;
use purser_domain::Entry;
use purser_wallet::LogJudge;
use serde_json::Value;
use std::io::{self, Write as _};
use std::path::Path;

/// Longest file of a proof that is read, in bytes.
const FILE_BYTES: u64 = 32 * 1024 * 1024;
const ENTRY_FILE: &str = "entry.json";
const PROOF_FILE: &str = "proof";

pub fn verify(dir: &Path, vkey: Option<&str>, json: bool) -> Result<u8, Failure> {
    let mut judge = LogJudge::default();
    let report = purser_ledger::verify_export(dir, vkey, &mut |entry: &Entry| judge.add(entry));
    let report = report.map_err(|error| distrusted(&error))?;
    let (check, _) = judge.finish(&report);
    let trusted = vkey.is_some();
    let mut value = serde_json::to_value(&check).map_err(|error| distrusted(&error))?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("key_trusted".to_owned(), trusted.into());
    }
    if !check.verified {
        return Err(distrusted(&owner_past::findings_words(&value)));
    }
    output::print(json, &value, |value| {
        format!("{}\n{}", owner_past::check_words(value), key_words(trusted))
    });
    Ok(0)
}

fn distrusted(problem: &dyn std::fmt::Display) -> Failure {
    let what_to_do = "don't trust this export; ask for another, and for the verifier key. If \
        another version of Purser wrote it, let that version verify it";
    Failure::new(UNVERIFIED, "log_unverified", problem, what_to_do)
}

const fn key_words(trusted: bool) -> &'static str {
    if trusted {
        "The key is the one you gave."
    } else {
        "The key came with the export: compare log.vkey with one you got elsewhere."
    }
}

/// Writes down what somebody else needs to check that an entry is in the log.
pub fn write_proof(proof: &Value, out: &Path) -> Result<Value, Failure> {
    let failed = |error: io::Error| {
        let what_to_do = "name a new or empty folder that you may write to";
        Failure::other("proof_not_written", format!("`{}`: {error}", out.display()), what_to_do)
    };
    std::fs::create_dir_all(out).map_err(failed)?;
    let files = [
        (ENTRY_FILE, text(proof, "/entry").to_owned()),
        (PROOF_FILE, text(proof, "/proof").to_owned()),
        (purser_ledger::VKEY_FILE, format!("{}\n", text(proof, "/vkey"))),
    ];
    for (name, words) in files {
        // Never over something that is there.
        let mut file = std::fs::File::create_new(out.join(name)).map_err(failed)?;
        file.write_all(words.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    }
    Ok(serde_json::json!({ "dir": out }))
}

pub fn written_words(value: &Value) -> String {
    let dir = text(value, "/dir");
    format!(
        "The entry, its proof and the verifier key are in {dir}.\nAnyone can check them with: \
        purser log check-proof {dir}"
    )
}

/// Checks the proof of one entry.
pub fn check_proof(ask: &CheckProof, json: bool) -> Result<u8, Failure> {
    let CheckProof { dir, vkey } = ask;
    let entry = read(dir, ENTRY_FILE)?;
    let proof = read(dir, PROOF_FILE)?;
    let own = read(dir, purser_ledger::VKEY_FILE)?;
    let key = vkey.as_deref().unwrap_or_else(|| own.trim_end());
    let wrong = |error: &dyn std::fmt::Display| {
        let what_to_do = "don't trust it; ask for the entry, the proof and the key again";
        Failure::new(UNVERIFIED, "proof_wrong", error, what_to_do)
    };
    let signed = purser_ledger::verify_proof(&proof, entry.as_bytes(), key);
    let signed = signed.map_err(|error| wrong(&error))?;
    let read: Entry = serde_json::from_str(&entry).map_err(|error| wrong(&error))?;
    let value = serde_json::json!({
        "verified": true,
        "seq": read.seq,
        "type": read.event.kind(),
        "origin": signed.origin,
        "entries": signed.size,
        "key_trusted": vkey.is_some(),
    });
    output::print(json, &value, |_| {
        format!(
            "Verified: entry {} (`{}`) is in the log {} of {} entries.\n{}",
            read.seq,
            read.event.kind(),
            signed.origin,
            signed.size,
            key_words(vkey.is_some()),
        )
    });
    Ok(0)
}

fn read(dir: &Path, name: &str) -> Result<String, Failure> {
    let path = dir.join(name);
    let named = |error: io::Error| Failure::usage(format!("`{}`: {error}", path.display()));
    let mut words = String::new();
    let file = std::fs::File::open(&path).map_err(named)?;
    io::Read::read_to_string(&mut io::Read::take(file, FILE_BYTES), &mut words).map_err(named)?;
    Ok(words)
}
