//! Finding entries for people: by agent, payment, kind, time, place and text, the newest first.
//!
//! A query looks at a bounded number of entries and then gives what it has, with a cursor to go on
//! from, so that a search for what is nowhere in a long log holds nobody up.

use crate::error::LedgerError;
use crate::view::{View, checked_entry, to_i64, to_u64};
use purser_domain::{AgentId, Entry, PaymentId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension as _, Row, params_from_iter};
use std::fmt;
use std::num::ParseIntError;
use std::ops::Range;
use std::str::FromStr;

/// Most entries that one query looks at.
pub const LOOKED_AT_MAX: usize = 20_000;

/// The condition of the index `entries_by_kind`, word for word.
const IN_INDEX_BY_KIND: &str = "kind NOT IN ('spend_reserved', 'spend_refused', \
    'spend_repeated', 'payment_submitted', 'payment_succeeded', 'attempt_rejected')";
/// The kinds it leaves out.
const FREQUENT: [&str; 6] = [
    "spend_reserved",
    "spend_refused",
    "spend_repeated",
    "payment_submitted",
    "payment_succeeded",
    "attempt_rejected",
];
/// Kinds that list payments they call off.
const CALLING_OFF: [&str; 4] =
    ["wallet_frozen", "agent_paused", "agent_revoked", "breaker_tripped"];

/// Which entries are wanted: those that fit every part. The default wants all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EntryFilter {
    /// Only what this agent did or what happened to it, with the whole course of its payments.
    pub agent: Option<AgentId>,
    /// Only this payment, with the entry that called it off together with others.
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

/// Gives at most `limit` entries that the filter wants, from the cursor on.
pub(crate) fn page(
    view: &View<'_>,
    filter: &EntryFilter,
    cursor: Option<Cursor>,
    limit: usize,
) -> Result<EntryPage, LedgerError> {
    let _snapshot = view.snapshot()?;
    let mut page = Page::new(filter, limit);
    let seqs = seqs(view, filter, cursor)?;
    if seqs.is_empty() || limit == 0 {
        return Ok(EntryPage { entries: Vec::new(), next: None });
    }
    if let Some(payment) = filter.payment {
        let mut found: Vec<u64> = payment_seqs(view, payment)?;
        found.retain(|seq| seqs.contains(seq));
        found.reverse();
        page.take_each(view, &found)?;
    } else if !filter.kinds.is_empty() && filter.kinds.iter().all(|kind| is_indexed(kind)) {
        page.take_each(view, &seqs_of_kinds(view, &filter.kinds, &seqs)?)?;
    } else {
        page.take_all(view, filter.agent, &seqs)?;
    }
    Ok(page.done())
}

/// All entries about a payment, in order.
pub(crate) fn payment_history(
    view: &View<'_>,
    payment: PaymentId,
) -> Result<Vec<Entry>, LedgerError> {
    let _snapshot = view.snapshot()?;
    let filter = EntryFilter::default();
    let mut page = Page { looked_at_max: usize::MAX, ..Page::new(&filter, usize::MAX) };
    page.take_each(view, &payment_seqs(view, payment)?)?;
    Ok(page.entries)
}

fn is_indexed(kind: &str) -> bool {
    !FREQUENT.contains(&kind)
}

fn id(bits: u128) -> Value {
    Value::Blob(bits.to_be_bytes().to_vec())
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

fn column(view: &View<'_>, sql: &str, values: &[Value]) -> Result<Vec<u64>, LedgerError> {
    let failed = |error| view.failed(error);
    let mut statement = view.conn.prepare_cached(sql).map_err(failed)?;
    let rows = statement.query_map(params_from_iter(values), |row| Ok(to_u64(row.get(0)?)));
    rows.and_then(Iterator::collect).map_err(failed)
}

/// The numbers of the newest entries of some kinds, at most as many as are looked at.
fn seqs_of_kinds(
    view: &View<'_>,
    kinds: &[String],
    seqs: &Range<u64>,
) -> Result<Vec<u64>, LedgerError> {
    let sql = format!(
        "SELECT seq FROM entries INDEXED BY entries_by_kind WHERE kind = ?1 AND \
         {IN_INDEX_BY_KIND} AND seq >= ?2 AND seq < ?3 ORDER BY seq DESC LIMIT ?4"
    );
    let most = i64::try_from(LOOKED_AT_MAX).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = Vec::new();
    for kind in kinds {
        let values = [
            Value::from(kind.clone()),
            Value::from(to_i64(seqs.start)),
            Value::from(to_i64(seqs.end)),
            Value::from(most),
        ];
        found.extend(column(view, &sql, &values)?);
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.dedup();
    Ok(found)
}

/// The numbers of the entries about a payment, in order. A payment that was called off together
/// with others has its end in an entry that is not its own.
fn payment_seqs(view: &View<'_>, payment: PaymentId) -> Result<Vec<u64>, LedgerError> {
    let sql = "SELECT seq FROM entries WHERE payment = ?1 ORDER BY seq";
    let mut found = column(view, sql, &[id(payment.bits())])?;
    let sql = "SELECT seq FROM entries WHERE payment = ?1 AND \
        kind IN ('payment_submitted', 'payment_stopped', 'spend_refused') LIMIT 1";
    let ended = !column(view, sql, &[id(payment.bits())])?.is_empty();
    if let (Some(first), false) = (found.first(), ended) {
        let after = first.saturating_add(1)..u64::MAX;
        let mut calling_off = seqs_of_kinds(view, &CALLING_OFF.map(str::to_owned), &after)?;
        calling_off.reverse();
        let filter = EntryFilter { text: Some(payment.to_string()), ..EntryFilter::default() };
        let mut listing = Page::new(&filter, 1);
        listing.take_each(view, &calling_off)?;
        found.extend(listing.entries.first().map(|entry| entry.seq));
        found.sort_unstable();
    }
    Ok(found)
}

/// A page that is being filled.
struct Page<'a> {
    filter: &'a EntryFilter,
    needle: Option<Needle>,
    limit: usize,
    looked_at_max: usize,
    looked_at: usize,
    last: u64,
    entries: Vec<Entry>,
    next: Option<Cursor>,
}

impl<'a> Page<'a> {
    fn new(filter: &'a EntryFilter, limit: usize) -> Self {
        let needle = filter.text.as_deref().filter(|text| !text.is_empty()).map(Needle::new);
        let (looked_at_max, looked_at, last) = (LOOKED_AT_MAX, 0, u64::MAX);
        let entries = Vec::new();
        Self { filter, needle, limit, looked_at_max, looked_at, last, entries, next: None }
    }

    /// Looks at the entries with these numbers, in this order.
    fn take_each(&mut self, view: &View<'_>, seqs: &[u64]) -> Result<(), LedgerError> {
        let failed = |error| view.failed(error);
        let sql = "SELECT seq, kind, agent, leaf, body FROM entries WHERE seq = ?1";
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

    /// Looks at all entries of a range, or of an agent in it, the newest first.
    fn take_all(
        &mut self,
        view: &View<'_>,
        agent: Option<AgentId>,
        seqs: &Range<u64>,
    ) -> Result<(), LedgerError> {
        let failed = |error| view.failed(error);
        let by_agent = "INDEXED BY entries_by_agent WHERE agent = ?3 AND";
        let sql = format!(
            "SELECT seq, kind, agent, leaf, body FROM entries {} seq >= ?1 AND seq < ?2 \
             ORDER BY seq DESC",
            if agent.is_some() { by_agent } else { "WHERE" }
        );
        let mut values = vec![Value::from(to_i64(seqs.start)), Value::from(to_i64(seqs.end))];
        values.extend(agent.map(|agent| id(agent.bits())));
        let mut statement = view.conn.prepare_cached(&sql).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(&values)).map_err(failed)?;
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
        let body = row.get_ref(4).and_then(|body| Ok(body.as_blob()?)).map_err(failed)?;
        if !self.wants_columns(row).map_err(failed)?
            || !self.needle.as_ref().is_none_or(|needle| needle.is_in(body))
        {
            return Ok(true);
        }
        if self.entries.len() >= self.limit {
            // One more than fits: there is a next page, and it begins with this one.
            self.next = Some(Cursor(before));
            return Ok(false);
        }
        self.entries.push(checked_entry(seq, &row.get(3).map_err(failed)?, body)?);
        Ok(true)
    }

    fn wants_columns(&self, row: &Row<'_>) -> rusqlite::Result<bool> {
        let kind = row.get_ref(1)?.as_str()?;
        let kinds = &self.filter.kinds;
        let agent: Option<[u8; 16]> = row.get(2)?;
        let wanted = self.filter.agent.map(|agent| agent.bits().to_be_bytes());
        Ok((kinds.is_empty() || kinds.iter().any(|wanted| wanted == kind))
            && (wanted.is_none() || wanted == agent))
    }

    fn done(self) -> EntryPage {
        EntryPage { entries: self.entries, next: self.next }
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
