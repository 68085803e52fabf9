//! Whether the index beside the log says what the log says: it is compared, row by row, with one
//! made anew from the log.

use crate::error::LedgerError;
use crate::index::Index;
use crate::view::View;
use rusqlite::{Connection, Row};
use std::cmp::Ordering;
use std::fmt;

/// Most faults that are told.
const FAULTS_MAX: usize = 100;

/// A row of the index that does not follow from the log, or that should be there and is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFault {
    /// The entry that the row points to.
    pub seq: u64,
    /// By what it points there: `payment`, `agent` or `kind`.
    pub by: &'static str,
    /// Whether the row is missing; else it is one too many, or another.
    pub missing: bool,
}

impl fmt::Display for IndexFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seq, by, missing } = self;
        let what = if *missing { "lacks" } else { "has, wrongly," };
        write!(f, "the index by {by} {what} entry {seq}")
    }
}

/// The tables, each by what it finds entries, with its rows in names instead of numbers.
const TABLES: [(&str, &str); 3] = [
    (
        "payment",
        "SELECT p.payment, p.seq, a.agent FROM by_payment p LEFT JOIN agents a ON a.id = p.agent \
         ORDER BY 1, 2",
    ),
    (
        "agent",
        "SELECT a.agent, b.seq, NULL FROM by_agent b LEFT JOIN agents a ON a.id = b.agent \
         ORDER BY 1, 2",
    ),
    (
        "kind",
        "SELECT k.kind, b.seq, NULL FROM by_kind b LEFT JOIN kinds k ON k.id = b.kind \
         ORDER BY 1, 2",
    ),
];

/// By what, where, and whose.
type Pointer = (Option<Vec<u8>>, i64, Option<Vec<u8>>);

/// Compares an index that goes up to entry number `size` with one made anew in memory.
pub(crate) fn check(
    index: &Index,
    view: &View<'_>,
    size: u64,
) -> Result<Vec<IndexFault>, LedgerError> {
    let mut fresh = Index::in_memory()?;
    fresh.catch_up(view, size, u64::MAX)?;
    let mut faults = Vec::new();
    for (by, sql) in TABLES {
        compare(index.conn(), fresh.conn(), sql, &mut |seq, missing| {
            let fault = IndexFault { seq: u64::try_from(seq).unwrap_or(u64::MAX), by, missing };
            if faults.len() < FAULTS_MAX {
                faults.push(fault);
            }
        })
        .map_err(|error| index.failed(error))?;
    }
    faults.sort_by_key(|fault| (fault.seq, fault.missing));
    Ok(faults)
}

fn pointer(row: &Row<'_>) -> rusqlite::Result<Pointer> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// Goes along the rows of both, and tells where they are not the same.
fn compare(
    kept: &Connection,
    fresh: &Connection,
    sql: &str,
    fault: &mut dyn FnMut(i64, bool),
) -> rusqlite::Result<()> {
    let (mut kept, mut fresh) = (kept.prepare(sql)?, fresh.prepare(sql)?);
    let mut kept = kept.query_map([], pointer)?;
    let mut fresh = fresh.query_map([], pointer)?;
    let (mut one, mut other) = (kept.next().transpose()?, fresh.next().transpose()?);
    loop {
        let order = match (&one, &other) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => one.cmp(other),
        };
        match (order, &one, &other) {
            (Ordering::Less, Some((_, seq, _)), _) => fault(*seq, false),
            (Ordering::Greater, _, Some((_, seq, _))) => fault(*seq, true),
            _ => {}
        }
        if order != Ordering::Greater {
            one = kept.next().transpose()?;
        }
        if order != Ordering::Less {
            other = fresh.next().transpose()?;
        }
    }
}
