//! Opening the encrypted database, and bringing its format up to date.
//!
//! The key is the raw key of SQLCipher's AES-256 pages, so no stretching happens here. The text of
//! the statement that carries it is wiped; SQLite's own copy is freed without wiping.

use crate::error::LedgerError;
use crate::subtrees;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use std::path::Path;
use std::time::Duration;
use zeroize::Zeroizing;

/// `PURS`, in the header of the database.
const APPLICATION_ID: i64 = 0x5055_5253;
/// The migrations; number n brings format n to n + 1. Released ones are frozen.
const MIGRATIONS: [&str; 2] =
    [include_str!("migrations/v1.sql"), include_str!("migrations/v2.sql")];
/// The format that began to keep the hashes of subtrees.
const WITH_SUBTREES: i64 = 2;
/// Only a checkpoint of the write-ahead log or another process can make a statement wait.
const BUSY_TIMEOUT: Duration = Duration::from_millis(250);
/// 16 MiB, in KiB and negative as SQLite wants it: keeps the upper index pages of a million
/// entries at hand.
const CACHE: i64 = -16_384;
/// In pages, 16 MiB: how much the write-ahead log gathers before it is moved to the database. Index
/// pages that change again and again are moved once.
const CHECKPOINT_PAGES: i64 = 4_000;
/// 64 MiB: what the write-ahead log may keep on disk after a long reader let it grow.
const JOURNAL_BYTES_MAX: i64 = 67_108_864;

/// The 32 bytes that the database is encrypted with.
pub(crate) type DatabaseKey = Zeroizing<[u8; 32]>;

/// Opens an existing file and reads its header with the key.
pub(crate) fn connect(path: &Path, key: &DatabaseKey) -> Result<Connection, LedgerError> {
    if !path.try_exists().map_err(|error| LedgerError::of_io(path, error))? {
        return Err(LedgerError::Missing { path: path.to_owned() });
    }
    let failed = |error| LedgerError::of_sqlite(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags).map_err(failed)?;
    set_key(&conn, key).map_err(failed)?;
    conn.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    match configure(&conn) {
        Ok(()) => Ok(conn),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(LedgerError::NotADatabaseOrWrongKey { path: path.to_owned() })
        }
        Err(error) => Err(failed(error)),
    }
}

fn set_key(conn: &Connection, key: &DatabaseKey) -> rusqlite::Result<()> {
    let mut digits = Zeroizing::new([0u8; 64]);
    // 32 bytes are 64 digits, so this can't fail; with wrong digits nothing would open.
    hex::encode_to_slice(key.as_slice(), digits.as_mut_slice()).unwrap_or_default();
    let mut statement = Zeroizing::new(String::with_capacity(96));
    statement.push_str("PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'");
    statement.extend(digits.iter().copied().map(char::from));
    statement.push_str("'\";");
    conn.execute_batch(&statement)
}

fn configure(conn: &Connection) -> rusqlite::Result<()> {
    // The first read: fails when the key is wrong.
    conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    conn.pragma_update(None, "foreign_keys", true)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    conn.pragma_update(None, "cache_size", CACHE)?;
    conn.pragma_update(None, "synchronous", "FULL")
}

/// Sets the write-ahead log up, for a connection to a finished database.
pub(crate) fn use_wal(conn: &Connection) -> rusqlite::Result<()> {
    conn.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    conn.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    conn.pragma_update_and_check(None, "journal_size_limit", JOURNAL_BYTES_MAX, |_| Ok(()))
}

/// Refuses what is no log, or a log of a later version. Gives the format.
pub(crate) fn check_format(conn: &Connection, path: &Path) -> Result<i64, LedgerError> {
    let failed = |error| LedgerError::of_sqlite(path, error);
    let pragma = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let known = latest();
    let found = pragma("user_version").map_err(failed)?;
    if pragma("application_id").map_err(failed)? != APPLICATION_ID || found < 1 {
        return Err(LedgerError::NotALog { path: path.to_owned() });
    }
    if found > known { Err(LedgerError::NewerSchema { found, known }) } else { Ok(found) }
}

/// Refuses what [`check_format`] refuses, and what only [`migrate`] makes readable.
pub(crate) fn check_readable(conn: &Connection, path: &Path) -> Result<(), LedgerError> {
    let known = latest();
    let found = check_format(conn, path)?;
    if found < known { Err(LedgerError::OlderSchema { found, known }) } else { Ok(()) }
}

fn latest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Brings the format up to date. The caller has a transaction open, and commits it.
pub(crate) fn migrate(conn: &Connection) -> rusqlite::Result<()> {
    let found: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(done) {
        conn.execute_batch(migration)?;
    }
    if found < WITH_SUBTREES {
        subtrees::fill(conn)?;
    }
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", latest())
}
