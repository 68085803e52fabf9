//! Kept hashes of full subtrees, so that roots and proofs don't read the whole log.
//!
//! They are an aid and never evidence: whatever is computed with them is compared with the
//! checkpoint before it counts, and where one is missing the entries' hashes are taken instead.

use crate::error::{Damage, LedgerError};
use crate::tree::{Frontier, Hash, Subtree, shifted};
use crate::view::{View, to_i64, to_u64};
use rusqlite::{Connection, Row};
use std::ops::Range;

/// Levels that are kept are multiples of this: subtrees of 256 entries, of 65536, and so on.
const LEVEL_STEP: u32 = 8;
/// The highest level that 2^63 entries can fill.
const LEVEL_MAX: u32 = 56;

const INSERT: &str = "INSERT INTO subtrees (level, number, hash) VALUES (?1, ?2, ?3)";

/// Whether a subtree is one of those that are kept.
pub(crate) const fn is_kept(subtree: &Subtree) -> bool {
    subtree.level > 0 && subtree.level.is_multiple_of(LEVEL_STEP)
}

/// Writes subtrees down. The caller has a transaction open.
pub(crate) fn insert(conn: &Connection, subtrees: &[Subtree]) -> rusqlite::Result<()> {
    if subtrees.is_empty() {
        return Ok(());
    }
    let mut insert = conn.prepare_cached(INSERT)?;
    for Subtree { level, number, hash } in subtrees {
        insert.execute((level, to_i64(*number), hash))?;
    }
    Ok(())
}

/// Writes down the subtrees of a log that had none. Where an entry is missing it ends: what is
/// damaged shows when the log is opened or verified.
pub(crate) fn fill(conn: &Connection) -> rusqlite::Result<()> {
    let mut frontier = Frontier::new();
    let mut full = Vec::new();
    {
        let mut leaves = conn.prepare("SELECT seq, leaf FROM entries ORDER BY seq")?;
        let mut rows = leaves.query([])?;
        while let Some(row) = rows.next()? {
            if to_u64(row.get(0)?) != frontier.size() {
                break;
            }
            push(&mut frontier, 0, row.get(1)?, &mut full);
        }
    }
    insert(conn, &full)
}

/// Adds a subtree, or a leaf, to a frontier, and what becomes full and is kept to `full`.
pub(crate) fn push(frontier: &mut Frontier, level: u32, hash: Hash, full: &mut Vec<Subtree>) {
    frontier.push_subtree(level, hash, &mut |subtree| {
        if is_kept(&subtree) {
            full.push(subtree);
        }
    });
}

impl View<'_> {
    /// The root of the subtree over a range of entries, which begins at a multiple of the
    /// smallest power of two that is not below its length.
    pub(crate) fn range_root(&self, range: Range<u64>) -> Result<Hash, LedgerError> {
        let mut frontier = Frontier::new();
        let start = range.start;
        self.extend(&mut frontier, start, range.end)?;
        Ok(frontier.root())
    }

    /// The frontier of the first `size` entries, from what is kept.
    pub(crate) fn frontier_at(&self, size: u64) -> Result<Frontier, LedgerError> {
        let mut frontier = Frontier::new();
        self.extend(&mut frontier, 0, size)?;
        Ok(frontier)
    }

    /// Adds the entries up to number `end` to a frontier whose first leaf is entry number `start`,
    /// a subtree at a time where it can be.
    pub(crate) fn extend(
        &self,
        frontier: &mut Frontier,
        start: u64,
        end: u64,
    ) -> Result<(), LedgerError> {
        let mut next = start.saturating_add(frontier.size());
        while next < end {
            let level = level_at(next, end);
            // Up to where a larger subtree begins, or as far as whole ones of this level go.
            let above = level.saturating_add(LEVEL_STEP);
            let larger = boundary(shifted(next, above).saturating_add(1), above);
            let run_end = larger.min(boundary(shifted(end, level), level));
            let found = self.push_run(frontier, level, next..run_end)?;
            if found == 0 {
                return Err(LedgerError::Damaged { seq: next, damage: Damage::Missing });
            }
            next = next.saturating_add(found);
        }
        Ok(())
    }

    /// Adds the subtrees of a level over a range, and says how many entries they cover. Where one
    /// is not kept, the entries below it are taken instead.
    fn push_run(
        &self,
        frontier: &mut Frontier,
        level: u32,
        range: Range<u64>,
    ) -> Result<u64, LedgerError> {
        let before = frontier.size();
        let (first, last) = (shifted(range.start, level), shifted(range.end, level));
        let sql = if level == 0 {
            "SELECT seq, leaf FROM entries WHERE seq >= ?1 AND seq < ?2 AND ?3 = 0 ORDER BY seq"
        } else {
            "SELECT number, hash FROM subtrees WHERE number >= ?1 AND number < ?2 AND level = ?3 \
             ORDER BY number"
        };
        let mut next = first;
        let read = |row: &Row<'_>| Ok((to_u64(row.get(0)?), row.get::<_, Hash>(1)?));
        let mut statement = self.conn.prepare_cached(sql).map_err(|e| self.failed(e))?;
        let rows = statement
            .query_map((to_i64(first), to_i64(last), level), read)
            .map_err(|error| self.failed(error))?;
        for row in rows {
            let (number, hash) = row.map_err(|error| self.failed(error))?;
            if number != next {
                break;
            }
            frontier.push_subtree(level, hash, &mut |_| ());
            next = next.saturating_add(1);
        }
        if next == first && level > 0 {
            let below = level.saturating_sub(LEVEL_STEP);
            let end = boundary(first.saturating_add(1), level);
            return self.push_run(frontier, below, range.start..end);
        }
        Ok(frontier.size().saturating_sub(before))
    }
}

/// The highest level of which a whole subtree begins at entry number `next` and ends by `end`.
fn level_at(next: u64, end: u64) -> u32 {
    let left = end.saturating_sub(next);
    let fits = left.checked_ilog2().unwrap_or(0).min(next.trailing_zeros()).min(LEVEL_MAX);
    fits.saturating_sub(fits.checked_rem(LEVEL_STEP).unwrap_or(0))
}

/// The entry with which subtree `number` of a level begins.
fn boundary(number: u64, level: u32) -> u64 {
    if number > shifted(u64::MAX, level) {
        u64::MAX
    } else {
        number.checked_shl(level).unwrap_or(0)
    }
}
