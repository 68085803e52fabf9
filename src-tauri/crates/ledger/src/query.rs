//! Finding entries for people: by agent, payment, kind, time, place and text, the newest first.
//!
//! A query looks at a bounded number of entries and then gives what it has, with a cursor to go on
//! from, so that a search for what is nowhere in a long log holds nobody up.

use crate::error::LedgerError;
use crate::index::Index;
use crate::view::{View, checked_entry, to_i64, to_u64};
use purser_domain::{AgentId, Entry, PaymentId, Timestamp};
use rusqlite::{OptionalExtension as _, Row};
use std::fmt;
use std::num::ParseIntError;
use std::ops::Range;
use std::str::FromStr;

/// Most entries that one query looks at.
pub const LOOKED_AT_MAX: usize = 20_000;

/// Which entries are wanted: those that fit every part. The default wants all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFilter {
    /// Only what this agent did or what happened to it, with the whole course of its payments.
    pub agent: Option<AgentId>,
    /// Only this payment, with the entry that called it off together with others if one did.
    pub payment: Option<PaymentId>,
    /// Only these kinds, as [`purser_domain::Event::kind`] names them. Empty: every kind.
    pub kinds: Vec<String>,
    /// Only entries with this in one of their texts (payee, reason, reference and so on), upper or
    /// lower case. Every character stands for itself.
    pub text: Option<String>,
    /// Only entries of this time or later.
    pub since: Option<Timestamp>,
    /// Only entries before this time.
    pub until: Option<Timestamp>,
    /// Only entries with these numbers.
    pub seqs: Option<Range<u64>>,
}

/// Where a query goes on: after the page that it came with. Stays good while the log grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(u64);

impl Cursor {
    /// A cursor that goes on before entry number `seq`.
    #[must_use]
    pub const fn before(seq: u64) -> Self {
        Self(seq)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Cursor {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

/// Some of the entries that a filter wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPage {
    /// The entries, newest first.
    pub entries: Vec<Entry>,
    /// How to get more. With it a page may hold fewer than were asked for, even none: the query
    /// had looked at [`LOOKED_AT_MAX`]. Without it there are no more.
    pub next: Option<Cursor>,
}

impl EntryFilter {
    /// Whether the index is needed to answer it.
    pub(crate) const fn is_indexed(&self) -> bool {
        self.agent.is_some() || self.payment.is_some() || !self.kinds.is_empty()
    }
}

/// Gives at most `limit` entries that the filter wants, from the cursor on. The index is needed
/// when the filter says so.
pub(crate) fn page(
    view: &View<'_>,
    filter: &EntryFilter,
    cursor: Option<Cursor>,
    limit: usize,
    index: Option<&Index>,
) -> Result<EntryPage, LedgerError> {
    let mut page = Page::new(filter, limit);
    let seqs = seqs(view, filter, cursor)?;
    if seqs.is_empty() || limit == 0 {
        return Ok(EntryPage { entries: Vec::new(), next: None });
    }
    if let Some(index) = index {
        let most = if page.needle.is_some() { LOOKED_AT_MAX } else { limit };
        page.take_each(view, &index.find(filter, &seqs, most.saturating_add(1))?)?;
    } else {
        page.take_all(view, &seqs)?;
    }
    Ok(EntryPage { entries: page.entries, next: page.next })
}

/// All entries about a payment, in order.
pub(crate) fn payment_history(
    view: &View<'_>,
    payment: PaymentId,
    index: &Index,
) -> Result<Vec<Entry>, LedgerError> {
    let filter = EntryFilter { payment: Some(payment), ..EntryFilter::default() };
    let mut seqs = index.find(&filter, &(0..u64::MAX), usize::MAX)?;
    seqs.reverse();
    let mut page = Page { looked_at_max: usize::MAX, ..Page::new(&filter, usize::MAX) };
    page.take_each(view, &seqs)?;
    Ok(page.entries)
}

/// The numbers that the filter and the cursor leave.
fn seqs(
    view: &View<'_>,
    filter: &EntryFilter,
    cursor: Option<Cursor>,
) -> Result<Range<u64>, LedgerError> {
    let all = 0..view.ends()?.map_or(0, |(_, last)| last.saturating_add(1));
    let mut seqs = filter.seqs.clone().unwrap_or(0..u64::MAX);
    seqs.end = seqs.end.min(all.end);
    if let Some(Cursor(before)) = cursor {
        seqs.end = seqs.end.min(before);
    }
    if let Some(since) = filter.since {
        seqs.start = seqs.start.max(first_at(view, &all, since)?);
    }
    if let Some(until) = filter.until {
        seqs.end = seqs.end.min(first_at(view, &all, until)?);
    }
    Ok(seqs)
}

/// The first entry that is not before a time. Times never go back, so it needs no index.
fn first_at(view: &View<'_>, all: &Range<u64>, time: Timestamp) -> Result<u64, LedgerError> {
    let failed = |error| view.failed(error);
    let mut at =
        view.conn.prepare_cached("SELECT at_ms FROM entries WHERE seq = ?1").map_err(failed)?;
    let Range { start: mut low, end: mut high } = *all;
    while low < high {
        let middle = low.midpoint(high);
        let at_ms: Option<i64> =
            at.query_row([to_i64(middle)], |row| row.get(0)).optional().map_err(failed)?;
        // One that is missing is for verifying to tell.
        if at_ms.is_some_and(|at_ms| at_ms >= time.as_millis()) {
            high = middle;
        } else {
            low = middle.saturating_add(1);
        }
    }
    Ok(low)
}

/// A page that is being filled.
struct Page {
    needle: Option<Needle>,
    limit: usize,
    looked_at_max: usize,
    looked_at: usize,
    last: u64,
    entries: Vec<Entry>,
    next: Option<Cursor>,
}

impl Page {
    fn new(filter: &EntryFilter, limit: usize) -> Self {
        let needle = filter.text.as_deref().filter(|text| !text.is_empty()).map(Needle::new);
        let (looked_at_max, looked_at, last) = (LOOKED_AT_MAX, 0, u64::MAX);
        let entries = Vec::new();
        Self { needle, limit, looked_at_max, looked_at, last, entries, next: None }
    }

    /// Looks at the entries with these numbers, in this order.
    fn take_each(&mut self, view: &View<'_>, seqs: &[u64]) -> Result<(), LedgerError> {
        let failed = |error| view.failed(error);
        let sql = "SELECT seq, leaf, body FROM entries WHERE seq = ?1";
        let mut statement = view.conn.prepare_cached(sql).map_err(failed)?;
        for seq in seqs {
            let mut rows = statement.query([to_i64(*seq)]).map_err(failed)?;
            if let Some(row) = rows.next().map_err(failed)?
                && !self.look_at(view, row)?
            {
                break;
            }
        }
        Ok(())
    }

    /// Looks at all entries of a range, the newest first.
    fn take_all(&mut self, view: &View<'_>, seqs: &Range<u64>) -> Result<(), LedgerError> {
        let failed = |error| view.failed(error);
        let sql = "SELECT seq, leaf, body FROM entries WHERE seq >= ?1 AND seq < ?2 \
            ORDER BY seq DESC";
        let mut statement = view.conn.prepare_cached(sql).map_err(failed)?;
        let ends = [to_i64(seqs.start), to_i64(seqs.end)];
        let mut rows = statement.query(ends).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            if !self.look_at(view, row)? {
                break;
            }
        }
        Ok(())
    }

    /// Takes an entry if the filter wants it, and says whether to go on.
    fn look_at(&mut self, view: &View<'_>, row: &Row<'_>) -> Result<bool, LedgerError> {
        if self.looked_at >= self.looked_at_max {
            self.next = Some(Cursor(self.last));
            return Ok(false);
        }
        self.looked_at = self.looked_at.saturating_add(1);
        let failed = |error| view.failed(error);
        let seq = to_u64(row.get(0).map_err(failed)?);
        let before = std::mem::replace(&mut self.last, seq);
        let body = row.get_ref(2).and_then(|body| Ok(body.as_blob()?)).map_err(failed)?;
        if self.needle.as_ref().is_some_and(|needle| !needle.is_in(body)) {
            return Ok(true);
        }
        if self.entries.len() >= self.limit {
            // One more than fits: there is a next page, and it begins with this one.
            self.next = Some(Cursor(before));
            return Ok(false);
        }
        self.entries.push(checked_entry(seq, &row.get(1).map_err(failed)?, body)?);
        Ok(true)
    }
}

/// A text to look for in the texts of an entry, whatever the case.
struct Needle {
    plain: String,
    // As it would stand in the JSON; to pass most entries over without parsing them.
    escaped: String,
}

impl Needle {
    fn new(text: &str) -> Self {
        let plain = text.to_lowercase();
        let escaped = serde_json::Value::from(plain.as_str()).to_string();
        Self { plain, escaped: escaped.trim_matches('"').to_owned() }
    }

    fn is_in(&self, body: &[u8]) -> bool {
        let text = String::from_utf8_lossy(body).to_lowercase();
        text.contains(&self.escaped)
            && serde_json::from_slice(body).is_ok_and(|value| self.is_in_value(&value))
    }

    fn is_in_value(&self, value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => text.to_lowercase().contains(&self.plain),
            serde_json::Value::Array(items) => items.iter().any(|item| self.is_in_value(item)),
            // The kind of an event is no text of it; there is a filter for kinds.
            serde_json::Value::Object(fields) => {
                fields.iter().any(|(name, item)| name != "type" && self.is_in_value(item))
            }
            _ => false,
        }
    }
}
