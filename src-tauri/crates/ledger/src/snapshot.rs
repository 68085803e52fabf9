//! Snapshots of the state that the log tells, so that starting does not take longer with every
//! entry. Each is a small encrypted database of its own beside the log; the last two are kept.
//!
//! Guarantees: saving never waits for the log nor holds it up; a snapshot appears whole or not at
//! all; one that is damaged, of another log or of another format is never given out. Such a one is
//! removed, reported, and stands in nobody's way: the log has everything, and a replay from an
//! earlier snapshot or from its beginning gives the same state.
//!
//! Not guaranteed: that the bytes are the state. Someone with the database key can write others;
//! a replay of the whole log (`log verify`) shows that. Every method blocks on the disk; none
//! panics.

use crate::durable::{self, beside};
use crate::error::LedgerError;
use crate::schema::{self, DatabaseKey};
use crate::tree::Hash;
use crate::view::{LogSource, to_i64, to_u64};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// `PSNP`, in the header of the file.
const APPLICATION_ID: i64 = 0x5053_4e50;
/// The format of the file; that of the bytes is the caller's.
const FILE_FORMAT: i64 = 1;
const TABLES: &str = include_str!("migrations/snapshot.sql");
/// How many bytes stand in a row.
const PART_BYTES: usize = 1 << 18;
/// What the digest begins with, so that it is of nothing else.
const DIGEST_START: &[u8] = b"purser snapshot 1\n";

/// A state of the caller's, as it is after the first `seq` entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// How many entries it covers, which is the number of the next one: replay from here.
    pub seq: u64,
    /// The root hash over those entries.
    pub root: Hash,
    /// The caller's format of `bytes`.
    pub format: u32,
    /// The state. What is in them is the caller's matter.
    pub bytes: Vec<u8>,
}

impl Snapshot {
    fn digest(&self) -> Hash {
        Sha256::new()
            .chain_update(DIGEST_START)
            .chain_update(self.seq.to_be_bytes())
            .chain_update(self.root)
            .chain_update(self.format.to_be_bytes())
            .chain_update(&self.bytes)
            .finalize()
            .into()
    }
}

/// Why a snapshot was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFault {
    /// Its file is no snapshot, of another key, or damaged.
    #[error("its file can't be read: {0}")]
    Unreadable(#[source] LedgerError),
    /// Its file was written by a later version.
    #[error("its file has format {found}, this version knows {FILE_FORMAT}")]
    FileFormat {
        /// The format of the file.
        found: i64,
    },
    /// Its bytes do not have its digest.
    #[error("its bytes were changed")]
    Damaged,
    /// Its bytes have another format than the one asked for.
    #[error("its bytes have format {found}, not the one of this version")]
    Format {
        /// The format that it has.
        found: u32,
    },
    /// It covers more entries than there are: the log was put back.
    #[error("it covers {seq} entries, the log has {size}")]
    Ahead {
        /// How many it covers.
        seq: u64,
        /// How many there are.
        size: u64,
    },
    /// The log has another root at its size.
    #[error("it is of another log")]
    OtherLog,
    /// The log could not say what its root was. The snapshot was left where it is.
    #[error("the log can't be compared with it: {0}")]
    Log(#[source] LedgerError),
}

impl SnapshotFault {
    /// Whether it would be there the next time too.
    const fn is_lasting(&self) -> bool {
        use LedgerError::{DiskFull, Io, Locked};
        !matches!(
            self,
            Self::Log(_) | Self::Unreadable(Io { .. } | Locked { .. } | DiskFull { .. })
        )
    }
}

/// A snapshot that was not taken.
#[derive(Debug)]
pub struct IgnoredSnapshot {
    /// Its file. Gone, unless the system or the log did not let it be read.
    pub path: PathBuf,
    /// Why.
    pub fault: SnapshotFault,
}

/// What there was to begin with.
#[derive(Debug)]
pub struct LatestSnapshot {
    /// The latest snapshot that is whole and of this log.
    pub snapshot: Option<Snapshot>,
    /// Later ones that were not taken, the latest first. Worth a line in the program's log.
    pub ignored: Vec<IgnoredSnapshot>,
}

/// Where the snapshots of a log are.
pub struct SnapshotStore {
    path: PathBuf,
    key: DatabaseKey,
}

impl SnapshotStore {
    /// Names the file of the latest snapshot, such as `ledger.snapshot`, and the key that the
    /// files are encrypted with. Reads and writes nothing, so it can't fail; the one before gets
    /// the ending `.old`. The folder must be the owner's own, as the log's is.
    #[must_use]
    pub fn open(path: &Path, key: &[u8; 32]) -> Self {
        Self { path: path.to_owned(), key: Zeroizing::new(*key) }
    }

    /// Writes a snapshot, durably, and forgets all but the one before it. Takes about as long as
    /// writing its bytes. Use one store at a time.
    ///
    /// # Errors
    /// When it can't be written. Those before it are then still there.
    pub fn save(&self, snapshot: &Snapshot) -> Result<(), LedgerError> {
        let draft = beside(&self.path, ".new");
        let written = self.write(&draft, snapshot);
        let failed = |error| LedgerError::of_io(&self.path, error);
        if let Err(error) = written {
            // The half of it would only take room.
            durable::remove_if_there(&draft).map_err(failed)?;
            return Err(error);
        }
        // Cut off in between, the one that is there counts, under either name.
        match std::fs::rename(&self.path, self.old()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        std::fs::rename(&draft, &self.path).map_err(failed)?;
        durable::sync_parent(&self.path).map_err(failed)
    }

    /// The latest snapshot that covers at most so many entries, has this format, is whole, and
    /// whose root is the log's own at its size. One that is not is removed and reported; of one
    /// that covers more only the head is read. Never fails: without a snapshot, replay from 0.
    pub fn latest<S: LogSource>(&self, most: u64, log: &S, format: u32) -> LatestSnapshot {
        let mut found = LatestSnapshot { snapshot: None, ignored: Vec::new() };
        for path in [self.path.clone(), self.old()] {
            // Where it can't be told, reading says why.
            if matches!(path.try_exists(), Ok(false)) {
                continue;
            }
            let read = self.read(&path, most, format);
            match read.and_then(|read| read.map(|read| belongs(log, read)).transpose()) {
                Ok(None) => {}
                Ok(snapshot) => {
                    found.snapshot = snapshot;
                    break;
                }
                Err(fault) => {
                    if fault.is_lasting() {
                        // What can't be removed is ignored again the next time.
                        let _ = durable::remove_if_there(&path);
                    }
                    found.ignored.push(IgnoredSnapshot { path, fault });
                }
            }
        }
        found
    }

    fn old(&self) -> PathBuf {
        beside(&self.path, ".old")
    }

    fn write(&self, path: &Path, snapshot: &Snapshot) -> Result<(), LedgerError> {
        let failed = |error| LedgerError::of_sqlite(path, error);
        let failed_io = |error| LedgerError::of_io(path, error);
        durable::remove_if_there(path).map_err(failed_io)?;
        durable::create_private(path).map_err(failed_io)?;
        let mut conn = schema::connect(path, &self.key)?;
        fill(&mut conn, snapshot).map_err(failed)?;
        conn.close().map_err(|(_, error)| failed(error))?;
        File::open(path).and_then(|file| file.sync_all()).map_err(failed_io)
    }

    /// `None` when it covers more than `most` entries.
    fn read(&self, path: &Path, most: u64, format: u32) -> Result<Option<Snapshot>, SnapshotFault> {
        let conn = schema::connect(path, &self.key).map_err(SnapshotFault::Unreadable)?;
        let failed = |error| SnapshotFault::Unreadable(LedgerError::of_sqlite(path, error));
        let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let found = pragma("user_version").map_err(failed)?;
        if pragma("application_id").map_err(failed)? != APPLICATION_ID || found < 1 {
            let path = path.to_owned();
            return Err(SnapshotFault::Unreadable(LedgerError::NotALog { path }));
        }
        if found > FILE_FORMAT {
            return Err(SnapshotFault::FileFormat { found });
        }
        let (mut snapshot, digest) = read_head(&conn).map_err(failed)?;
        if snapshot.format != format {
            return Err(SnapshotFault::Format { found: snapshot.format });
        }
        if snapshot.seq > most {
            return Ok(None);
        }
        read_bytes(&conn, &mut snapshot.bytes).map_err(failed)?;
        if snapshot.digest() == digest { Ok(Some(snapshot)) } else { Err(SnapshotFault::Damaged) }
    }
}

/// Gives the snapshot if its root is the log's at its size.
fn belongs<S: LogSource>(log: &S, snapshot: Snapshot) -> Result<Snapshot, SnapshotFault> {
    match log.view().root_at(snapshot.seq) {
        Ok(root) if root == snapshot.root => Ok(snapshot),
        Ok(_) => Err(SnapshotFault::OtherLog),
        Err(LedgerError::NoSuchEntry { size, .. }) => {
            Err(SnapshotFault::Ahead { seq: snapshot.seq, size })
        }
        Err(error) => Err(SnapshotFault::Log(error)),
    }
}

fn fill(conn: &mut Connection, snapshot: &Snapshot) -> rusqlite::Result<()> {
    // Nothing of a file that was cut off is ever read, so it needs no journal; it is synced as a
    // whole, before it gets its name.
    conn.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "OFF")?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(TABLES)?;
    {
        let mut part = tx.prepare("INSERT INTO parts (number, bytes) VALUES (?1, ?2)")?;
        for (number, bytes) in (0i64..).zip(snapshot.bytes.chunks(PART_BYTES)) {
            part.execute((number, bytes))?;
        }
    }
    let sql = "INSERT INTO snapshot (id, seq, root, format, digest) VALUES (0, ?1, ?2, ?3, ?4)";
    let Snapshot { seq, root, format, .. } = snapshot;
    tx.execute(sql, (to_i64(*seq), root, format, snapshot.digest()))?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FILE_FORMAT)?;
    tx.commit()
}

/// Everything but the bytes, and the digest.
fn read_head(conn: &Connection) -> rusqlite::Result<(Snapshot, Hash)> {
    let sql = "SELECT seq, root, format, digest FROM snapshot WHERE id = 0";
    conn.query_row(sql, [], |row| {
        let (seq, root, format) = (to_u64(row.get(0)?), row.get(1)?, row.get(2)?);
        Ok((Snapshot { seq, root, format, bytes: Vec::new() }, row.get(3)?))
    })
}

fn read_bytes(conn: &Connection, bytes: &mut Vec<u8>) -> rusqlite::Result<()> {
    let sql = "SELECT coalesce(sum(length(bytes)), 0) FROM parts";
    let size: i64 = conn.query_row(sql, [], |row| row.get(0))?;
    // Only to save copying: without room the next line says so.
    let _ = bytes.try_reserve_exact(usize::try_from(size).unwrap_or(0));
    let mut parts = conn.prepare("SELECT bytes FROM parts ORDER BY number")?;
    let mut rows = parts.query([])?;
    while let Some(row) = rows.next()? {
        bytes.extend_from_slice(row.get_ref(0)?.as_blob()?);
    }
    Ok(())
}
