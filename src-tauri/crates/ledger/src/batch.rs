//! Entries by the batch: read in one place, looked at on every core.
//!
//! A batch is a full subtree of the log, or its end; so its hashes are joined where it is looked
//! at, and only their root is left to add.

use crate::error::{Damage, LedgerError};
use crate::strict::{self, Parts};
use crate::tree::{Frontier, Hash, Subtree, leaf_hash, shifted};
use crate::view::{View, to_u64};
use purser_domain::{Entry, Timestamp};
use rusqlite::{Row, Rows};
use std::ops::Range;

/// The level of the subtree that a full batch is.
const LEVEL: u32 = 8;
/// How many entries it holds.
pub(crate) const BATCH: usize = 1 << LEVEL;

/// Some entries one after another, as they are stored. They begin at a multiple of [`BATCH`], or
/// where the reading begins.
#[derive(Default)]
pub(crate) struct Batch {
    /// The number that the first of them should have.
    pub(crate) first: u64,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// What else their rows say; empty for lines.
    columns: Vec<Columns>,
    /// The kinds that their rows say, one after another.
    kinds: String,
}

/// What a row says beside the entry's bytes.
pub(crate) struct Columns {
    pub(crate) seq: u64,
    pub(crate) leaf: Hash,
    /// `None` where they were not read.
    pub(crate) follows: Option<Follows>,
}

/// What a row says again of what the bytes say.
pub(crate) struct Follows {
    pub(crate) at_ms: i64,
    pub(crate) agent: Option<[u8; 16]>,
    pub(crate) payment: Option<[u8; 16]>,
    kind: Range<usize>,
}

impl Batch {
    pub(crate) fn starting(first: u64) -> Self {
        Self { first, ends: Vec::with_capacity(BATCH), ..Self::default() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds bytes by what `fill` appends to those before. Gives what `fill` gives.
    pub(crate) fn add<T, E>(
        &mut self,
        fill: impl FnOnce(&mut Vec<u8>) -> Result<T, E>,
    ) -> Result<T, E> {
        let done = fill(&mut self.bytes)?;
        self.ends.push(self.bytes.len());
        Ok(done)
    }

    /// Takes the last bytes away that [`Batch::add`] added.
    pub(crate) fn forget_last(&mut self) {
        self.ends.pop();
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// The kind that a row says.
    pub(crate) fn kind(&self, follows: &Follows) -> &str {
        self.kinds.get(follows.kind.clone()).unwrap_or_default()
    }

    /// What the row of an entry says, if it was read from one.
    pub(crate) fn columns(&self, index: usize) -> Option<&Columns> {
        self.columns.get(index)
    }

    pub(crate) fn body(&self, index: usize) -> &[u8] {
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before));
        let range = start.copied().unwrap_or(0)..self.ends.get(index).copied().unwrap_or(0);
        self.bytes.get(range).unwrap_or_default()
    }
}

/// What looking at a batch found.
pub(crate) struct Checked<F> {
    /// The number of the first entry.
    pub(crate) first: u64,
    /// The entries before the first that is wrong.
    pub(crate) entries: Vec<Entry>,
    /// The tree over them, when they begin at a multiple of [`BATCH`].
    tree: Frontier,
    /// Otherwise their hashes.
    loose: Vec<Hash>,
    /// What is wrong with the next one, if anything is.
    pub(crate) fault: Option<F>,
}

/// Looks at one entry of a batch.
pub(crate) type Look<'a, F> = &'a dyn Fn(&Batch, usize, &mut Parts) -> Result<(Entry, Hash), F>;

/// Looks at the entries of a batch one by one, until one is wrong.
pub(crate) fn check<F: From<Damage>>(batch: &Batch, look: Look<'_, F>) -> Checked<F> {
    let mut parts = Parts::default();
    let (first, tree, loose) = (batch.first, Frontier::new(), Vec::new());
    let entries = Vec::with_capacity(batch.len());
    let mut checked = Checked { first, entries, tree, loose, fault: None };
    let whole = shifted(first, LEVEL).checked_shl(LEVEL) == Some(first);
    let mut last_at_ms: Option<Timestamp> = None;
    for (seq, index) in (first..).zip(0..batch.len()) {
        let columns = batch.columns(index);
        if columns.is_some_and(|columns| columns.seq != seq) {
            checked.fault = Some(Damage::Missing.into());
            break;
        }
        let found = look(batch, index, &mut parts).and_then(|(entry, leaf)| {
            if entry.seq != seq {
                Err(Damage::Place.into())
            } else if last_at_ms.is_some_and(|last| entry.at_ms < last) {
                Err(Damage::Time.into())
            } else {
                Ok((entry, leaf))
            }
        });
        match found {
            Ok((entry, leaf)) => {
                last_at_ms = Some(entry.at_ms);
                if whole {
                    checked.tree.push(leaf);
                } else {
                    checked.loose.push(leaf);
                }
                checked.entries.push(entry);
            }
            Err(fault) => {
                checked.fault = Some(fault);
                break;
            }
        }
    }
    checked
}

/// Reads an entry whose bytes must have the stored hash.
pub(crate) fn stored(
    batch: &Batch,
    index: usize,
    parts: &mut Parts,
) -> Result<(Entry, Hash), Damage> {
    let body = batch.body(index);
    let leaf = leaf_hash(body);
    if batch.columns(index).is_some_and(|columns| columns.leaf != leaf) {
        return Err(Damage::Bytes);
    }
    strict::any_form(body, parts).map(|entry| (entry, leaf))
}

impl<F> Checked<F> {
    /// Adds the entries to the tree over those before them. Tells the subtrees that come about.
    pub(crate) fn join(&self, frontier: &mut Frontier, full: &mut dyn FnMut(Subtree)) {
        for leaf in &self.loose {
            frontier.push_subtree(0, *leaf, full);
        }
        let mut left = self.tree.size();
        for peak in self.tree.peaks() {
            let level = left.checked_ilog2().unwrap_or(0);
            left ^= 1u64.checked_shl(level).unwrap_or(0);
            full(Subtree { level, number: shifted(frontier.size(), level), hash: *peak });
            frontier.push_subtree(level, *peak, full);
        }
    }
}

/// Reads rows of the log by the batch.
pub(crate) struct RowReader<'a> {
    rows: Rows<'a>,
    view: View<'a>,
    next: u64,
    whole: bool,
}

impl<'a> RowReader<'a> {
    /// Of rows with the columns `seq, leaf, body`, from entry number `first` on; with `whole` also
    /// `at_ms, kind, agent, payment`.
    pub(crate) fn new(view: View<'a>, rows: Rows<'a>, first: u64, whole: bool) -> Self {
        Self { rows, view, next: first, whole }
    }

    /// The next batch. `None` after the last row.
    pub(crate) fn next(&mut self) -> Result<Option<Batch>, LedgerError> {
        let mut batch = Batch::starting(self.next);
        // Up to where a full subtree ends.
        let size = u64::try_from(BATCH).unwrap_or(u64::MAX);
        let most = size.saturating_sub(self.next.checked_rem(size).unwrap_or(0));
        while u64::try_from(batch.len()).unwrap_or(u64::MAX) < most {
            let Some(row) = self.rows.next().map_err(|error| self.view.failed(error))? else {
                break;
            };
            add_row(&mut batch, row, self.whole).map_err(|error| self.view.failed(error))?;
            self.next = self.next.saturating_add(1);
        }
        Ok((batch.len() > 0).then_some(batch))
    }
}

fn add_row(batch: &mut Batch, row: &Row<'_>, whole: bool) -> rusqlite::Result<()> {
    let follows = if whole {
        let start = batch.kinds.len();
        batch.kinds.push_str(row.get_ref(4)?.as_str()?);
        let kind = start..batch.kinds.len();
        Some(Follows { at_ms: row.get(3)?, kind, agent: row.get(5)?, payment: row.get(6)? })
    } else {
        None
    };
    batch.columns.push(Columns { seq: to_u64(row.get(0)?), leaf: row.get(1)?, follows });
    batch.add(|bytes| {
        bytes.extend_from_slice(row.get_ref(2)?.as_blob()?);
        Ok(())
    })
}

/// The query for [`RowReader`] over a range of entries.
pub(crate) const RANGE: &str =
    "SELECT seq, leaf, body FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
