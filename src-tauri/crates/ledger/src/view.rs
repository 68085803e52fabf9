//! Reading the log: what the writer's connection and the window's have in common.

use crate::batch::{self, Batch, RowReader};
use crate::error::{Damage, LedgerError};
use crate::parallel;
use crate::tree::{Frontier, Hash, leaf_hash};
use purser_domain::Entry;
use rusqlite::types::{ToSql, Value};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction};
use std::ops::Range;
use std::path::Path;

mod sealed {
    /// Keeps [`super::LogSource`] to this crate.
    pub trait Sealed {
        /// The connection and where it leads.
        fn view(&self) -> super::View<'_>;
        /// The key that its checkpoint must be signed by, when the owner's key is at hand.
        fn trusted(&self) -> Option<&crate::note::VerifierKey>;
    }
}
pub(crate) use sealed::Sealed;

/// A log that can be read as a whole: the [`crate::Ledger`] or a [`crate::LedgerReader`]. With a
/// reader, exporting, proving and verifying never hold the writer up.
pub trait LogSource: Sealed {}

/// A connection to a log, for reading.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub(crate) conn: &'a Connection,
    pub(crate) path: &'a Path,
}

/// The head of the log as it is stored. Nothing in it has been checked but its form.
pub(crate) struct Head {
    pub(crate) origin: String,
    pub(crate) vkey: String,
    pub(crate) frontier: Frontier,
    pub(crate) checkpoint: String,
}

/// One row of the table of entries.
pub(crate) struct Stored {
    pub(crate) seq: u64,
    pub(crate) leaf: Hash,
    pub(crate) body: Vec<u8>,
}

impl Stored {
    /// The columns that [`Stored::read`] wants.
    pub(crate) const COLUMNS: &'static str = "seq, leaf, body";

    pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { seq: to_u64(row.get(0)?), leaf: row.get(1)?, body: row.get(2)? })
    }

    /// As [`checked_entry`].
    pub(crate) fn entry(&self) -> Result<Entry, LedgerError> {
        checked_entry(self.seq, &self.leaf, &self.body)
    }
}

/// The entry of a row, once its bytes have the stored hash and its number is the row's.
pub(crate) fn checked_entry(seq: u64, leaf: &Hash, body: &[u8]) -> Result<Entry, LedgerError> {
    let damaged = |damage| LedgerError::Damaged { seq, damage };
    if leaf_hash(body) != *leaf {
        return Err(damaged(Damage::Bytes));
    }
    let entry: Entry = serde_json::from_slice(body).map_err(|_| damaged(Damage::Form))?;
    if entry.seq == seq { Ok(entry) } else { Err(damaged(Damage::Place)) }
}

/// A row number as a sequence number. SQLite's are signed; a negative one never belongs to an
/// entry, and becomes a number that none has.
pub(crate) fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// A sequence number as SQLite knows numbers.
pub(crate) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl View<'_> {
    pub(crate) fn failed(&self, error: rusqlite::Error) -> LedgerError {
        LedgerError::of_sqlite(self.path, error)
    }

    /// Holds the log still for reading, until the result is dropped. `None` when it is held
    /// already.
    pub(crate) fn snapshot(&self) -> Result<Option<Transaction<'_>>, LedgerError> {
        if !self.conn.is_autocommit() {
            return Ok(None);
        }
        self.conn.unchecked_transaction().map(Some).map_err(|error| self.failed(error))
    }

    pub(crate) fn head(&self) -> Result<Head, LedgerError> {
        let sql = "SELECT origin, vkey, size, frontier, checkpoint FROM head WHERE id = 0";
        let read = |row: &Row<'_>| {
            let frontier = Frontier::from_bytes(to_u64(row.get(2)?), row.get_ref(3)?.as_blob()?);
            let (origin, vkey) = (row.get(0)?, row.get(1)?);
            Ok((origin, vkey, frontier, row.get(4)?))
        };
        let mut statement = self.conn.prepare_cached(sql).map_err(|e| self.failed(e))?;
        let found = statement.query_row([], read).optional().map_err(|e| self.failed(e))?;
        let Some((origin, vkey, Some(frontier), checkpoint)) = found else {
            return Err(LedgerError::Head);
        };
        Ok(Head { origin, vkey, frontier, checkpoint })
    }

    /// The smallest and the largest sequence number there are.
    pub(crate) fn ends(&self) -> Result<Option<(u64, u64)>, LedgerError> {
        let sql = "SELECT (SELECT min(seq) FROM entries), (SELECT max(seq) FROM entries)";
        let read = |row: &Row<'_>| Ok(row.get::<_, Option<i64>>(0)?.zip(row.get(1)?));
        let ends = self.conn.query_row(sql, [], read).map_err(|error| self.failed(error))?;
        Ok(ends.map(|(first, last): (i64, i64)| (to_u64(first), to_u64(last))))
    }

    /// Visits the rows of a query, which selects [`Stored::COLUMNS`], until `visit` says `false`.
    pub(crate) fn each<E: From<LedgerError>>(
        &self,
        sql: &str,
        values: &[Value],
        visit: &mut dyn FnMut(Stored) -> Result<bool, E>,
    ) -> Result<(), E> {
        let failed = |error| E::from(self.failed(error));
        let mut statement = self.conn.prepare_cached(sql).map_err(failed)?;
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as &dyn ToSql).collect();
        let mut rows = statement.query(values.as_slice()).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            if !visit(Stored::read(row).map_err(failed)?)? {
                break;
            }
        }
        Ok(())
    }

    /// Visits the rows of a range of entries in order, each of which must be there.
    pub(crate) fn each_in<E: From<LedgerError>>(
        &self,
        range: Range<u64>,
        visit: &mut dyn FnMut(Stored) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = format!(
            "SELECT {} FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq",
            Stored::COLUMNS
        );
        let ends = [Value::from(to_i64(range.start)), Value::from(to_i64(range.end))];
        let mut next = range.start;
        self.each(&sql, &ends, &mut |stored| {
            let missing = LedgerError::Damaged { seq: next, damage: Damage::Missing };
            if stored.seq != next {
                return Err(E::from(missing));
            }
            next = next.saturating_add(1);
            visit(stored).map(|()| true)
        })?;
        if next < range.end {
            return Err(LedgerError::Damaged { seq: next, damage: Damage::Missing }.into());
        }
        Ok(())
    }

    /// Visits the entries from number `from` on. What comes before them is taken by its hashes, so
    /// that all of it is compared with the head at the end, and the head with `expected`.
    pub(crate) fn replay<E: From<LedgerError>>(
        &self,
        from: u64,
        expected: Option<&Frontier>,
        visit: &mut dyn FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let _snapshot = self.snapshot()?;
        let head = self.head()?.frontier;
        if expected.is_some_and(|expected| *expected != head) {
            return Err(LedgerError::Head.into());
        }
        let size = head.size();
        if from > size {
            return Err(LedgerError::NoSuchEntry { seq: from, size }.into());
        }
        let mut frontier = self.frontier_at(from)?;
        let failed = |error| E::from(self.failed(error));
        let mut statement = self.conn.prepare_cached(batch::RANGE).map_err(failed)?;
        let rows = statement.query([to_i64(from), to_i64(size)]).map_err(failed)?;
        let mut rows = RowReader::new(*self, rows, from, false);
        let work = |batch: Batch| batch::check::<Damage>(&batch, &batch::stored);
        let next = &mut || rows.next().map_err(E::from);
        parallel::in_order(next, &work, &mut |checked| {
            checked.join(&mut frontier, &mut |_| ());
            checked.entries.into_iter().try_for_each(&mut *visit)?;
            let seq = frontier.size();
            checked.fault.map_or(Ok(()), |damage| Err(LedgerError::Damaged { seq, damage }.into()))
        })?;
        if frontier.size() < size {
            let seq = frontier.size();
            return Err(LedgerError::Damaged { seq, damage: Damage::Missing }.into());
        }
        if frontier == head { Ok(()) } else { Err(LedgerError::Head.into()) }
    }

    /// The root over the first `size` entries, which is shown to lead to the head.
    pub(crate) fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        let _snapshot = self.snapshot()?;
        let head = self.head()?.frontier;
        if size > head.size() {
            let seq = size.saturating_sub(1);
            return Err(LedgerError::NoSuchEntry { seq, size: head.size() });
        }
        let mut frontier = self.frontier_at(size)?;
        let root = frontier.root();
        self.extend(&mut frontier, 0, head.size())?;
        if frontier == head { Ok(root) } else { Err(LedgerError::Head) }
    }
}
