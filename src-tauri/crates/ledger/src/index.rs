//! An index of the log for people's queries, in a file of its own beside it.
//!
//! It may lag behind the log: keeping it would make every append several times as dear, so it is
//! brought up to date when somebody asks. It only says where to look; what is shown is read from
//! the log and checked there. One that is damaged, of another log or of another format is made
//! anew.

use crate::durable::{self, beside};
use crate::error::{Damage, LedgerError};
use crate::query::EntryFilter;
use crate::schema::{self, DatabaseKey};
use crate::tree::{Frontier, Hash};
use crate::view::{View, checked_entry, to_i64, to_u64};
use purser_domain::PaymentId;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `PIDX`, in the header of the file.
const APPLICATION_ID: i64 = 0x5049_4458;
/// Raised with every change of the tables.
const FORMAT: i64 = 1;
const TABLES: &str = include_str!("migrations/index.sql");
/// How many entries are indexed in one transaction.
const STEP: u64 = 20_000;
/// Only another reader that brings it up to date makes a statement wait.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// The index, open. Each reader has its own connection.
pub(crate) struct Index {
    conn: Connection,
    path: PathBuf,
}

/// What an entry adds.
struct Indexed {
    seq: u64,
    kind: String,
    agent: Option<[u8; 16]>,
    payment: Option<[u8; 16]>,
    called_off: Vec<[u8; 16]>,
    leaf: Hash,
}

impl Index {
    /// Opens the index of the log at `log`, and makes it if need be.
    pub(crate) fn open(
        log: &Path,
        key: &DatabaseKey,
        view: &View<'_>,
    ) -> Result<Self, LedgerError> {
        let path = beside(log, ".index");
        let opened = Self::open_at(&path, key).and_then(|index| index.check(view).map(|()| index));
        match opened {
            Err(
                LedgerError::NotADatabaseOrWrongKey { .. }
                | LedgerError::NotALog { .. }
                | LedgerError::Corrupt { .. },
            ) => {
                Self::remove(log)?;
                Self::open_at(&path, key)
            }
            opened => opened,
        }
    }

    /// Removes the index of the log at `log`. Another reader that has it open keeps what it has.
    pub(crate) fn remove(log: &Path) -> Result<(), LedgerError> {
        let path = beside(log, ".index");
        for ending in ["", "-wal", "-shm"] {
            durable::remove_if_there(&beside(&path, ending))
                .map_err(|error| LedgerError::of_io(&path, error))?;
        }
        Ok(())
    }

    /// Whether an error says that this file is damaged, and not the log.
    pub(crate) fn is_damaged(&self, error: &LedgerError) -> bool {
        matches!(error, LedgerError::Corrupt { path } if *path == self.path)
    }

    fn open_at(path: &Path, key: &DatabaseKey) -> Result<Self, LedgerError> {
        let failed = |error| LedgerError::of_sqlite(path, error);
        match durable::create_private(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(LedgerError::of_io(path, error));
            }
            _ => {}
        }
        let mut conn = schema::connect(path, key)?;
        conn.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        schema::use_wal(&conn).map_err(failed)?;
        // What a power cut takes is indexed again.
        conn.pragma_update(None, "synchronous", "NORMAL").map_err(failed)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let pragma = |name| tx.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let found = (pragma("application_id").map_err(failed)?, pragma("user_version"));
        match (found.0, found.1.map_err(failed)?) {
            (APPLICATION_ID, FORMAT) => {}
            (0, 0) => create(&tx).map_err(failed)?,
            _ => return Err(LedgerError::NotALog { path: path.to_owned() }),
        }
        tx.commit().map_err(failed)?;
        Ok(Self { conn, path: path.to_owned() })
    }

    /// Sees that what is indexed is the beginning of this log.
    fn check(&self, view: &View<'_>) -> Result<(), LedgerError> {
        let indexed = covered(&self.conn).map_err(|error| self.failed(error))?;
        let fits = match &indexed {
            Some(frontier) => match view.root_at(frontier.size()) {
                Ok(root) => root == frontier.root(),
                Err(LedgerError::NoSuchEntry { .. }) => false,
                Err(error) => return Err(error),
            },
            None => false,
        };
        if fits { Ok(()) } else { Err(LedgerError::NotALog { path: self.path.clone() }) }
    }

    /// An index of nothing yet, in memory.
    pub(crate) fn in_memory() -> Result<Self, LedgerError> {
        let path = PathBuf::from(":memory:");
        let failed = |error| LedgerError::of_sqlite(Path::new(":memory:"), error);
        let conn = Connection::open_in_memory().map_err(failed)?;
        conn.execute_batch(TABLES).map_err(failed)?;
        Ok(Self { conn, path })
    }

    pub(crate) const fn conn(&self) -> &Connection {
        &self.conn
    }

    pub(crate) fn failed(&self, error: rusqlite::Error) -> LedgerError {
        LedgerError::of_sqlite(&self.path, error)
    }

    /// Indexes entries up to number `end`, at most `most` of them. Says whether it goes as far.
    pub(crate) fn catch_up(
        &mut self,
        view: &View<'_>,
        end: u64,
        most: u64,
    ) -> Result<bool, LedgerError> {
        let failed = |error| LedgerError::of_sqlite(&self.path, error);
        let mut left = most;
        loop {
            let at = covered(&self.conn).map_err(failed)?.ok_or(LedgerError::Head)?.size();
            if at >= end || left == 0 {
                return Ok(at >= end);
            }
            let tx = self
                .conn
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(failed)?;
            // Another reader may have been here meanwhile.
            let mut frontier = covered(&tx).map_err(failed)?.ok_or(LedgerError::Head)?;
            let next = frontier.size();
            let step = next..end.min(next.saturating_add(STEP.min(left)));
            let mut entries = Vec::new();
            read(view, step.clone(), &mut |indexed| {
                frontier.push(indexed.leaf);
                entries.push(indexed);
            })?;
            add(&tx, &entries, &frontier).map_err(failed)?;
            tx.commit().map_err(failed)?;
            left = left.saturating_sub(step.end.saturating_sub(step.start));
        }
    }

    /// The numbers of entries that fit the agent, the payment and the kinds of a filter, newest
    /// first, at most `most`.
    pub(crate) fn find(
        &self,
        filter: &EntryFilter,
        seqs: &Range<u64>,
        most: usize,
    ) -> Result<Vec<u64>, LedgerError> {
        let failed = |error| self.failed(error);
        let Some(wanted) = Wanted::of(&self.conn, filter).map_err(failed)? else {
            return Ok(Vec::new());
        };
        let sql = wanted.sql(seqs, most);
        let mut statement = self.conn.prepare(&sql).map_err(failed)?;
        let payment = filter.payment.as_ref().map(payment_bytes);
        let read = |row: &Row<'_>| Ok(to_u64(row.get(0)?));
        let found = match payment {
            Some(payment) => statement.query_map([payment], read),
            None => statement.query_map([], read),
        };
        found.and_then(Iterator::collect).map_err(failed)
    }
}

fn payment_bytes(payment: &PaymentId) -> [u8; 16] {
    payment.bits().to_be_bytes()
}

fn create(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(TABLES)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", FORMAT)
}

/// The tree over the entries that are indexed.
fn covered(conn: &Connection) -> rusqlite::Result<Option<Frontier>> {
    let sql = "SELECT seq, frontier FROM covered WHERE id = 0";
    let read =
        |row: &Row<'_>| Ok(Frontier::from_bytes(to_u64(row.get(0)?), row.get_ref(1)?.as_blob()?));
    Ok(conn.prepare_cached(sql)?.query_row([], read).optional()?.flatten())
}

/// Reads what is indexed of a range of entries, each of which must be there.
fn read(
    view: &View<'_>,
    range: Range<u64>,
    each: &mut dyn FnMut(Indexed),
) -> Result<(), LedgerError> {
    let failed = |error| view.failed(error);
    // Only of kinds that list payments is more needed than the columns.
    let sql = "SELECT seq, kind, agent, payment, leaf, CASE WHEN payment IS NULL AND kind IN \
        ('wallet_frozen', 'agent_paused', 'agent_revoked', 'breaker_tripped') THEN body END \
        FROM entries WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
    let mut statement = view.conn.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query([to_i64(range.start), to_i64(range.end)]).map_err(failed)?;
    let mut next = range.start;
    let missing = |seq| LedgerError::Damaged { seq, damage: Damage::Missing };
    while let Some(row) = rows.next().map_err(failed)? {
        let mut indexed = columns(row).map_err(failed)?;
        if indexed.seq != next {
            return Err(missing(next));
        }
        if let Some(body) =
            row.get_ref(5).and_then(|body| Ok(body.as_blob_or_null()?)).map_err(failed)?
        {
            let entry = checked_entry(next, &indexed.leaf, body)?;
            indexed.called_off.extend(entry.event.called_off().iter().map(payment_bytes));
        }
        each(indexed);
        next = next.saturating_add(1);
    }
    if next < range.end { Err(missing(next)) } else { Ok(()) }
}

fn columns(row: &Row<'_>) -> rusqlite::Result<Indexed> {
    Ok(Indexed {
        seq: to_u64(row.get(0)?),
        kind: row.get(1)?,
        agent: row.get(2)?,
        payment: row.get(3)?,
        called_off: Vec::new(),
        leaf: row.get(4)?,
    })
}

/// Writes down what some entries add, sorted, so that neighbours are written together.
fn add(tx: &Transaction<'_>, entries: &[Indexed], frontier: &Frontier) -> rusqlite::Result<()> {
    let mut kinds = Names::of(tx, "kinds", "kind");
    let mut agents = Names::of(tx, "agents", "agent");
    let (mut by_kind, mut by_agent) = (BTreeSet::new(), BTreeSet::new());
    let mut by_payment = BTreeMap::new();
    let mut payers = BTreeMap::new();
    for Indexed { seq, kind, agent, payment, called_off, .. } in entries {
        by_kind.insert((kinds.id(kind.as_bytes())?, to_i64(*seq)));
        let own = agent.map(|agent| agents.id(&agent)).transpose()?;
        by_agent.extend(own.map(|agent| (agent, to_i64(*seq))));
        if let (Some(payment), Some(_)) = (payment, own) {
            // The first entry of a payment names its agent; the later ones take it from there.
            payers.insert(*payment, own);
        }
        for payment in payment.iter().chain(called_off) {
            let payer = match payers.get(payment) {
                Some(payer) => *payer,
                None => payer_of(tx, payment)?,
            };
            payers.insert(*payment, payer);
            by_agent.extend(payer.map(|agent| (agent, to_i64(*seq))));
            by_payment.insert((*payment, to_i64(*seq)), payer);
        }
    }
    let mut insert = tx.prepare_cached("INSERT INTO by_kind (kind, seq) VALUES (?1, ?2)")?;
    by_kind.iter().try_for_each(|row| insert.execute(*row).map(|_| kinds.count(row.0)))?;
    let mut insert = tx.prepare_cached("INSERT INTO by_agent (agent, seq) VALUES (?1, ?2)")?;
    by_agent.iter().try_for_each(|row| insert.execute(*row).map(|_| agents.count(row.0)))?;
    let sql = "INSERT INTO by_payment (payment, seq, agent) VALUES (?1, ?2, ?3)";
    let mut insert = tx.prepare_cached(sql)?;
    for ((payment, seq), payer) in &by_payment {
        insert.execute((payment, seq, payer))?;
    }
    kinds.write_counts()?;
    agents.write_counts()?;
    let sql = "UPDATE covered SET seq = ?1, frontier = ?2 WHERE id = 0";
    tx.execute(sql, (to_i64(frontier.size()), frontier.to_bytes())).map(|_| ())
}

/// The number of the agent that a payment belongs to.
fn payer_of(tx: &Transaction<'_>, payment: &[u8; 16]) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT agent FROM by_payment WHERE payment = ?1 AND agent IS NOT NULL \
        ORDER BY seq LIMIT 1";
    tx.prepare_cached(sql)?.query_row([payment], |row| row.get(0)).optional()
}

/// Short numbers for names, and how often each stands in the index.
struct Names<'a> {
    tx: &'a Transaction<'a>,
    table: &'static str,
    column: &'static str,
    ids: BTreeMap<Vec<u8>, i64>,
    counts: BTreeMap<i64, i64>,
}

impl<'a> Names<'a> {
    const fn of(tx: &'a Transaction<'a>, table: &'static str, column: &'static str) -> Self {
        Self { tx, table, column, ids: BTreeMap::new(), counts: BTreeMap::new() }
    }

    /// The number of a name, a new one if need be.
    fn id(&mut self, name: &[u8]) -> rusqlite::Result<i64> {
        if let Some(id) = self.ids.get(name) {
            return Ok(*id);
        }
        let Self { table, column, .. } = self;
        let sql = format!("INSERT INTO {table} ({column}) VALUES (?1) ON CONFLICT DO NOTHING");
        self.tx.prepare_cached(&sql)?.execute([name])?;
        let sql = format!("SELECT id FROM {table} WHERE {column} = ?1");
        let id = self.tx.prepare_cached(&sql)?.query_row([name], |row| row.get(0))?;
        self.ids.insert(name.to_vec(), id);
        Ok(id)
    }

    fn count(&mut self, id: i64) {
        let count = self.counts.entry(id).or_default();
        *count = count.saturating_add(1);
    }

    fn write_counts(&self) -> rusqlite::Result<()> {
        let sql = format!("UPDATE {} SET entries = entries + ?2 WHERE id = ?1", self.table);
        let mut update = self.tx.prepare_cached(&sql)?;
        self.counts.iter().try_for_each(|count| update.execute(count).map(|_| ()))
    }
}

/// A filter in the index's numbers, each with how often it stands there.
struct Wanted {
    agent: Option<(i64, i64)>,
    kinds: Vec<(i64, i64)>,
    payment: bool,
}

impl Wanted {
    /// `None` when the filter wants what is nowhere in the index.
    fn of(conn: &Connection, filter: &EntryFilter) -> rusqlite::Result<Option<Self>> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let mut agent = None;
        if let Some(wanted) = filter.agent {
            let sql = "SELECT id, entries FROM agents WHERE agent = ?1";
            let wanted = wanted.bits().to_be_bytes();
            agent = conn.prepare_cached(sql)?.query_row([wanted], read).optional()?;
            if agent.is_none() {
                return Ok(None);
            }
        }
        let mut kinds = BTreeMap::new();
        let mut kind = conn.prepare_cached("SELECT id, entries FROM kinds WHERE kind = ?1")?;
        for wanted in &filter.kinds {
            kinds.extend(kind.query_row([wanted.as_bytes()], read).optional()?);
        }
        if kinds.is_empty() && !filter.kinds.is_empty() {
            return Ok(None);
        }
        let (kinds, payment) = (kinds.into_iter().collect(), filter.payment.is_some());
        Ok(Some(Self { agent, kinds, payment }))
    }

    /// The query: along what is rarest, with a look at the others for each.
    fn sql(&self, seqs: &Range<u64>, most: usize) -> String {
        let mut kinds = String::new();
        for (id, _) in &self.kinds {
            let comma = if kinds.is_empty() { "" } else { ", " };
            // Writing to a text can't fail.
            let _ = write!(kinds, "{comma}{id}");
        }
        let of_kinds = if self.kinds.is_empty() {
            String::new()
        } else {
            format!(
                "AND EXISTS (SELECT 1 FROM by_kind x WHERE x.kind IN ({kinds}) AND x.seq = d.seq)"
            )
        };
        let of_agent = self.agent.map_or_else(String::new, |(id, _)| {
            format!("AND EXISTS (SELECT 1 FROM by_agent x WHERE x.agent = {id} AND x.seq = d.seq)")
        });
        let kind_entries = self.kinds.iter().fold(0i64, |sum, (_, n)| sum.saturating_add(*n));
        let place = format!("d.seq >= {} AND d.seq < {}", to_i64(seqs.start), to_i64(seqs.end));
        let found = match self.agent {
            _ if self.payment => format!(
                "SELECT seq FROM by_payment d WHERE payment = ?1 AND {place} {of_agent} {of_kinds}"
            ),
            Some((id, entries)) if self.kinds.is_empty() || entries <= kind_entries => {
                format!("SELECT seq FROM by_agent d WHERE agent = {id} AND {place} {of_kinds}")
            }
            _ => {
                let of_kind = |(id, _): &(i64, i64)| {
                    format!("SELECT seq FROM by_kind d WHERE kind = {id} AND {place} {of_agent}")
                };
                self.kinds.iter().map(of_kind).collect::<Vec<_>>().join(" UNION ALL ")
            }
        };
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        format!("{found} ORDER BY seq DESC LIMIT {most}")
    }
}
