//! What can go wrong with the log. Every variant says what happened and what to do.

use crate::note::NoteError;
use purser_domain::CanonicalError;
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// How a stored entry is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The bytes don't have the stored hash.
    #[error("its bytes were changed")]
    Bytes,
    /// The bytes are no entry.
    #[error("it can't be read as an entry")]
    Form,
    /// The bytes are an entry, but not in the one canonical form.
    #[error("it is not in canonical form")]
    NotCanonical,
    /// Another sequence number belongs here: something was removed, added or moved.
    #[error("another entry stands in its place")]
    Place,
    /// It is earlier than the entry before it.
    #[error("it is earlier than the entry before it")]
    Time,
    /// What is kept beside the bytes, for queries, does not follow from them.
    #[error("its index columns do not follow from it")]
    Columns,
    /// It is missing.
    #[error("it is missing")]
    Missing,
    /// It is beyond what the checkpoint covers.
    #[error("no checkpoint covers it")]
    Uncovered,
}

/// Why the log could not be made, opened, read or written. After any of them the ledger is as it
/// was before the call, and works again once the cause is gone.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// There is no such file.
    #[error("there is no log at `{path}`: create the wallet first, or restore a backup")]
    Missing {
        /// Where.
        path: PathBuf,
    },
    /// There is such a file already.
    #[error("there is a log at `{path}` already: open it, or choose another place")]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// Encrypted with another key, or no database.
    #[error(
        "`{path}` does not open with this key: unlock the wallet it belongs to, or, if the file \
         is damaged, restore a backup"
    )]
    NotADatabaseOrWrongKey {
        /// Where.
        path: PathBuf,
    },
    /// A database, but not of a log.
    #[error("`{path}` is a database but not a log of purser: choose another file")]
    NotALog {
        /// Where.
        path: PathBuf,
    },
    /// Another process uses it.
    #[error("another process is using `{path}`: close the other purser and try again")]
    Locked {
        /// Where.
        path: PathBuf,
    },
    /// No room on the disk.
    #[error("the disk with `{path}` is full: free some room and try again")]
    DiskFull {
        /// Where.
        path: PathBuf,
    },
    /// The database's pages are damaged.
    #[error("`{path}` is damaged on disk: stop using it and restore a backup")]
    Corrupt {
        /// Where.
        path: PathBuf,
    },
    /// Written by a later version.
    #[error("the log has format {found}, this version knows {known}: update purser")]
    NewerSchema {
        /// The format of the file.
        found: i64,
        /// The latest format known here.
        known: i64,
    },
    /// Written by an earlier version, and opened only for reading.
    #[error("the log has format {found}, not yet {known}: open the wallet once, which renews it")]
    OlderSchema {
        /// The format of the file.
        found: i64,
        /// The latest format known here.
        known: i64,
    },
    /// An entry is not what was written.
    #[error("the log is damaged at entry {seq}: {damage}; stop using it and restore a backup")]
    Damaged {
        /// The first such entry.
        seq: u64,
        /// How.
        damage: Damage,
    },
    /// The checkpoint does not cover the entries and hashes that are stored.
    #[error(
        "the log's checkpoint does not fit its entries: something was changed or rolled back; \
         stop using it and restore a backup"
    )]
    Head,
    /// The checkpoint can't be trusted.
    #[error("the log's checkpoint can't be trusted: {0}; restore a backup")]
    Checkpoint(#[source] NoteError),
    /// The log belongs to another log key.
    #[error("the log is signed by another key: unlock the wallet it belongs to")]
    OtherKey,
    /// The origin can't name a log.
    #[error("`{origin}` can't name a log: leave out spaces and `+`, use at most 255 characters")]
    Origin {
        /// The origin.
        origin: String,
    },
    /// An entry to be added has the wrong sequence number.
    #[error("the next entry is number {expected}, not {found}: decide again on the current state")]
    Sequence {
        /// The number it should have.
        expected: u64,
        /// The number it has.
        found: u64,
    },
    /// An entry to be added is earlier than the last one.
    #[error("entry {seq} is earlier than the entry before it: take the later of the two times")]
    Time {
        /// Its number.
        seq: u64,
    },
    /// An entry to be added has no canonical form.
    #[error("an entry can't be written: {0}; report this as a defect")]
    Canonical(#[from] CanonicalError),
    /// There is no such entry.
    #[error("there is no entry {seq}: the log has {size}")]
    NoSuchEntry {
        /// The number asked for.
        seq: u64,
        /// How many entries there are.
        size: u64,
    },
    /// The directory for an export holds something else.
    #[error("`{path}` holds other files: choose an empty or new directory")]
    ForeignDirectory {
        /// Where.
        path: PathBuf,
    },
    /// A file could not be used.
    #[error("`{path}` can't be used: {source}; check the disk and the permissions")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database refused, for a reason that none of the others name.
    #[error("the database at `{path}` refused: {source}; if it stays so, report it")]
    Sqlite {
        /// Where.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
}

impl LedgerError {
    /// Names what SQLite said about the database at `path`, which has been opened before.
    pub(crate) fn of_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let full_memory_file = source
            .sqlite_error()
            .is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE);
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path },
            _ if full_memory_file => Self::DiskFull { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt { path },
            _ => Self::Sqlite { path, source },
        }
    }

    /// Names what the file system said about `path`.
    pub(crate) fn of_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::DiskFull { path },
            _ => Self::Io { path, source },
        }
    }
}

/// What is wrong with a line of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineProblem {
    /// An empty line.
    #[error("the line is empty")]
    Blank,
    /// The last line has no newline: the file was cut.
    #[error("the line is cut off")]
    CutOff,
    /// The line is no entry.
    #[error("the line is no entry of the log")]
    Form,
    /// An entry, but other bytes than its canonical form: spaces, order, unknown fields.
    #[error("the line is not the canonical form of its entry")]
    NotCanonical,
    /// Another sequence number belongs here.
    #[error("another entry stands here")]
    Place,
    /// Earlier than the entry before it.
    #[error("the entry is earlier than the one before it")]
    Time,
    /// More entries than the checkpoint covers.
    #[error("the checkpoint does not cover this entry")]
    Uncovered,
}

/// Why an export or a proof is not what the log's key signed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A file could not be read.
    #[error("`{path}` can't be read: {source}; check that the export is complete")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The verifier key can't be read.
    #[error("the verifier key can't be used: {0}")]
    Key(#[source] NoteError),
    /// The export is of another log than the trusted key.
    #[error("the export carries another verifier key than the trusted one: it is another log's")]
    OtherKey,
    /// The checkpoint can't be trusted.
    #[error("the checkpoint can't be trusted: {0}")]
    Checkpoint(#[source] NoteError),
    /// The proof can't be read.
    #[error("the proof can't be read: {0}")]
    Proof(#[source] NoteError),
    /// The proof does not lead from the entry to the checkpoint.
    #[error("the proof does not show that this entry is number {index} of the log")]
    NotIncluded {
        /// The place it claims.
        index: u64,
    },
    /// A line is wrong. Lines count from 1; line n holds entry n - 1.
    #[error("entries.jsonl is wrong at line {line}: {problem}")]
    Line {
        /// The first such line.
        line: u64,
        /// What is wrong.
        problem: LineProblem,
    },
    /// Entries are missing at the end.
    #[error("entries are missing from entry {found} on: the checkpoint covers {size}")]
    Short {
        /// How many there are.
        found: u64,
        /// How many there should be.
        size: u64,
    },
    /// Every line is well formed, but together they are not what was signed.
    #[error(
        "the entries do not have the signed root hash: one of the {size} was changed; compare \
         with another copy to find it"
    )]
    Root {
        /// How many entries there are.
        size: u64,
    },
    /// The caller's replay refused an entry.
    #[error("entry {seq} does not follow from those before it: {message}")]
    Replay {
        /// Which.
        seq: u64,
        /// What the replay said.
        message: String,
    },
    /// The live log could not be read, or is damaged.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}
