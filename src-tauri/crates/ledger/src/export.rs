//! Handing the log to others: a whole export, or the proof of one entry. Neither needs Purser to
//! be checked.

use crate::checkpoint::{Checkpoint, TlogProof};
use crate::durable;
use crate::error::{LedgerError, VerifyError};
use crate::note::VerifierKey;
use crate::proof;
use crate::tree::{Frontier, Hash, leaf_hash};
use crate::view::LogSource;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// One canonical entry a line; a line's bytes without the newline are the leaf.
pub const ENTRIES_FILE: &str = "entries.jsonl";
/// The signed checkpoint.
pub const CHECKPOINT_FILE: &str = "checkpoint";
/// The verifier key.
pub const VKEY_FILE: &str = "log.vkey";
/// The files of an export, in the order in which they appear. The checkpoint comes last, so that
/// an export that was cut off is not taken for a whole one.
const FILES: [&str; 3] = [VKEY_FILE, ENTRIES_FILE, CHECKPOINT_FILE];
const PARTIAL: &str = ".partial";

/// Writes the log as it is at this moment to a directory, which is made if need be, and gives its
/// checkpoint. An earlier export of the same log is replaced. The files are plain text, for their
/// owner only.
///
/// # Errors
/// When the directory holds anything else, it can't be written, or the log is damaged.
pub fn export<S: LogSource>(source: &S, dir: &Path) -> Result<Checkpoint, LedgerError> {
    let view = source.view();
    let _snapshot = view.snapshot()?;
    let head = view.head()?;
    let vkey = VerifierKey::parse(&head.vkey).map_err(LedgerError::Checkpoint)?;
    let signed = Checkpoint::verify(&head.checkpoint, &vkey).map_err(LedgerError::Checkpoint)?;
    let vkey_text = format!("{vkey}\n");
    claim_directory(dir, &vkey_text)?;

    let entries = partial(dir, ENTRIES_FILE);
    let failed = |error| LedgerError::of_io(&entries, error);
    let mut file = BufWriter::with_capacity(1 << 18, create(&entries)?);
    let mut frontier = Frontier::new();
    view.each_in::<LedgerError>(0..signed.size, &mut |stored| {
        stored.entry()?;
        frontier.push(stored.leaf);
        file.write_all(&stored.body).and_then(|()| file.write_all(b"\n")).map_err(failed)
    })?;
    if frontier.root() != signed.root {
        return Err(LedgerError::Head);
    }
    finish(file.into_inner().map_err(io::IntoInnerError::into_error)).map_err(failed)?;
    for (name, text) in [(VKEY_FILE, &vkey_text), (CHECKPOINT_FILE, &head.checkpoint)] {
        let path = partial(dir, name);
        let mut file = create(&path)?;
        let written = file.write_all(text.as_bytes());
        finish(written.map(|()| file)).map_err(|error| LedgerError::of_io(&path, error))?;
    }
    publish(dir)?;
    Ok(signed)
}

fn partial(dir: &Path, name: &str) -> PathBuf {
    dir.join(format!("{name}{PARTIAL}"))
}

fn create(path: &Path) -> Result<File, LedgerError> {
    durable::remove_if_there(path)
        .and_then(|()| durable::create_private(path))
        .map_err(|error| LedgerError::of_io(path, error))
}

fn finish(written: io::Result<File>) -> io::Result<()> {
    written.and_then(|file| file.sync_all())
}

/// Makes the directory, or sees that it holds nothing but an export of this log.
fn claim_directory(dir: &Path, vkey_text: &str) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::of_io(dir, error);
    let foreign = || LedgerError::ForeignDirectory { path: dir.to_owned() };
    durable::create_private_dir(dir).map_err(failed)?;
    let mut exported = false;
    for item in std::fs::read_dir(dir).map_err(failed)? {
        let name = item.map_err(failed)?.file_name();
        let is_partial = FILES.iter().any(|file| name == OsStr::new(&format!("{file}{PARTIAL}")));
        if !is_partial && !FILES.iter().any(|file| name == OsStr::new(file)) {
            return Err(foreign());
        }
        exported |= !is_partial;
    }
    if exported {
        let path = dir.join(VKEY_FILE);
        match std::fs::read(&path) {
            Ok(bytes) if bytes == vkey_text.as_bytes() => {}
            Ok(_) => return Err(foreign()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(foreign()),
            Err(error) => return Err(LedgerError::of_io(&path, error)),
        }
    }
    Ok(())
}

/// Gives the finished files their names.
fn publish(dir: &Path) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::of_io(dir, error);
    // From here on the earlier export is gone.
    durable::remove_if_there(&dir.join(CHECKPOINT_FILE)).map_err(failed)?;
    for name in FILES {
        std::fs::rename(partial(dir, name), dir.join(name)).map_err(failed)?;
    }
    durable::sync_parent(&dir.join(CHECKPOINT_FILE)).map_err(failed)?;
    durable::sync_parent(dir).map_err(failed)
}

/// Proves that an entry is in the log: a `c2sp.org/tlog-proof@v1` text with the latest checkpoint.
///
/// # Errors
/// When there is no such entry, or the log can't be read.
pub fn prove<S: LogSource>(source: &S, seq: u64) -> Result<String, LedgerError> {
    let view = source.view();
    let _snapshot = view.snapshot()?;
    let head = view.head()?;
    let size = head.frontier.size();
    if seq >= size {
        return Err(LedgerError::NoSuchEntry { seq, size });
    }
    let path = proof::inclusion_proof(seq, size, &mut |range| view.range_root(range))?;
    let leaf = view.range_root(seq..seq.saturating_add(1))?;
    // What proves nothing would only mislead who gets it.
    if !proof::verify_inclusion(&leaf, seq, size, &path, &head.frontier.root()) {
        return Err(LedgerError::Head);
    }
    Ok(TlogProof { index: seq, path, checkpoint: head.checkpoint }.to_text())
}

/// Proves that the log of `old_size` entries is a prefix of the log of `new_size`: hashes for
/// [`crate::verify_consistency`].
///
/// # Errors
/// When the log has fewer entries than `new_size`, or can't be read.
pub fn prove_consistency<S: LogSource>(
    source: &S,
    old_size: u64,
    new_size: u64,
) -> Result<Vec<Hash>, LedgerError> {
    let view = source.view();
    let _snapshot = view.snapshot()?;
    let size = view.head()?.frontier.size();
    if new_size > size {
        return Err(LedgerError::NoSuchEntry { seq: new_size.saturating_sub(1), size });
    }
    proof::consistency_proof(old_size, new_size, &mut |range| view.range_root(range))
}

/// Checks a proof: that `entry`, byte for byte, is in the log of this verifier key. Gives the
/// checkpoint it is proven for.
///
/// # Errors
/// When the proof is damaged, of another log, or of another entry.
pub fn verify_proof(text: &str, entry: &[u8], vkey: &str) -> Result<Checkpoint, VerifyError> {
    let vkey = VerifierKey::parse(vkey).map_err(VerifyError::Key)?;
    let TlogProof { index, path, checkpoint } =
        TlogProof::parse(text).map_err(VerifyError::Proof)?;
    let signed = Checkpoint::verify(&checkpoint, &vkey).map_err(VerifyError::Checkpoint)?;
    let leaf = leaf_hash(entry);
    if proof::verify_inclusion(&leaf, index, signed.size, &path, &signed.root) {
        Ok(signed)
    } else {
        Err(VerifyError::NotIncluded { index })
    }
}
