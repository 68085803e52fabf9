//! The log: one writer, one transaction an append.
//!
//! Guarantees: when [`Ledger::append`] has returned `Ok`, its entries and a checkpoint over them
//! are on the disk, all of them; when it has returned an error, none is in the log, and the
//! ledger can go on once the cause is gone. A crash in between leaves all or none. No other
//! process can write while a `Ledger` is open. Every method blocks on the disk; none panics.
//!
//! Not guaranteed: someone with the database key and the log key can write a whole other log.
//! Only who holds an earlier checkpoint (an approver, an export) can tell.

use crate::canonical::canonical_entry;
use crate::checkpoint::Checkpoint;
use crate::delivery::{self, Delivery};
use crate::durable::{self, beside};
use crate::error::{Damage, LedgerError};
use crate::note::{CheckpointSigner, VerifierKey, is_key_name};
use crate::reader::LedgerReader;
use crate::schema::{self, DatabaseKey};
use crate::subtrees;
use crate::tree::{Frontier, Hash, Subtree, leaf_hash};
use crate::view::{Head, LogSource, Sealed, View, to_i64};
use purser_domain::{Entry, PaymentId, Timestamp};
use rusqlite::{Connection, TransactionBehavior, params};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Longest origin, as witnesses take it.
const ORIGIN_BYTES_MAX: usize = 255;
/// How many of the last entries are looked at when a log is opened.
const TAIL_ENTRIES: u64 = 64;

const INSERT: &str = "INSERT INTO entries (seq, at_ms, kind, agent, payment, leaf, body) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
// Nothing changes when another writer was here, which the lock should have kept out.
const SET_HEAD: &str = "UPDATE head SET size = ?1, frontier = ?2, checkpoint = ?3 \
    WHERE id = 0 AND size = ?4";

/// The log, open for writing.
pub struct Ledger {
    conn: Connection,
    path: PathBuf,
    key: DatabaseKey,
    signer: Box<dyn CheckpointSigner>,
    vkey: VerifierKey,
    frontier: Frontier,
    last_at_ms: i64,
    checkpoint: String,
    _lock: File,
}

/// What is written for one entry.
struct NewRow {
    seq: i64,
    at_ms: i64,
    kind: &'static str,
    agent: Option<[u8; 16]>,
    payment: Option<[u8; 16]>,
    leaf: Hash,
    body: Vec<u8>,
}

/// What is written for an append, beside the head.
struct New {
    rows: Vec<NewRow>,
    // The subtrees that become full, as far as they are kept.
    full: Vec<Subtree>,
}

impl Ledger {
    /// Makes a new log, encrypted with `key`, signed by `signer`, and opens it. The origin names
    /// it for good, such as `purser.local/1a2b3c4d`. The file appears whole or not at all.
    ///
    /// # Errors
    /// When there is a file already, or it can't be written.
    pub fn create(
        path: &Path,
        key: &[u8; 32],
        origin: &str,
        signer: Box<dyn CheckpointSigner>,
    ) -> Result<Self, LedgerError> {
        if !is_key_name(origin) || origin.len() > ORIGIN_BYTES_MAX {
            return Err(LedgerError::Origin { origin: origin.to_owned() });
        }
        let failed = |error| LedgerError::of_io(path, error);
        let lock = lock(path)?;
        if path.try_exists().map_err(failed)? {
            return Err(LedgerError::Exists { path: path.to_owned() });
        }
        let key = Zeroizing::new(*key);
        let draft = beside(path, ".new");
        // Left over when a creation was cut off.
        durable::remove_if_there(&draft).map_err(failed)?;
        durable::remove_if_there(&beside(path, ".new-journal")).map_err(failed)?;
        durable::create_private(&draft).map_err(failed)?;
        write_empty(&draft, &key, origin, signer.as_ref())?;
        std::fs::rename(&draft, path).map_err(failed)?;
        durable::sync_parent(path).map_err(failed)?;
        Self::open_locked(path, key, signer, lock)
    }

    /// Opens a log, and checks that this signer's key signed its checkpoint and that size, root
    /// and the last entries fit it. [`crate::verify_ledger`] checks all entries.
    ///
    /// # Errors
    /// When there is none, another process has it, the key is another one, it is of a later
    /// format, or it is damaged.
    pub fn open(
        path: &Path,
        key: &[u8; 32],
        signer: Box<dyn CheckpointSigner>,
    ) -> Result<Self, LedgerError> {
        if !path.try_exists().map_err(|error| LedgerError::of_io(path, error))? {
            return Err(LedgerError::Missing { path: path.to_owned() });
        }
        Self::open_locked(path, Zeroizing::new(*key), signer, lock(path)?)
    }

    fn open_locked(
        path: &Path,
        key: DatabaseKey,
        signer: Box<dyn CheckpointSigner>,
        lock: File,
    ) -> Result<Self, LedgerError> {
        let failed = |error| LedgerError::of_sqlite(path, error);
        let mut conn = schema::connect(path, &key)?;
        schema::check_format(&conn, path)?;
        schema::use_wal(&conn).map_err(failed)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        schema::migrate(&tx).map_err(failed)?;
        tx.commit().map_err(failed)?;

        let view = View { conn: &conn, path };
        let head = view.head()?;
        let vkey = check_head(&head, &signer.public_key())?;
        let last_at_ms = check_tail(&view, &head.frontier)?;
        let (frontier, checkpoint) = (head.frontier, head.checkpoint);
        let path = path.to_owned();
        Ok(Self { conn, path, key, signer, vkey, frontier, last_at_ms, checkpoint, _lock: lock })
    }

    /// Adds entries, all or none, with a new checkpoint, in one transaction that is durable when
    /// this returns. Meant for many at once: the price is one sync, however many there are.
    ///
    /// # Errors
    /// When an entry does not follow the last one by number and time, or the disk or another
    /// process stands in the way. The log is then as it was.
    pub fn append(&mut self, entries: &[Entry]) -> Result<(), LedgerError> {
        let Some(last) = entries.last() else { return Ok(()) };
        let mut frontier = self.frontier.clone();
        let new = self.rows_for(entries, &mut frontier)?;
        let origin = self.vkey.name().to_owned();
        let head = Checkpoint { origin, size: frontier.size(), root: frontier.root() };
        let signer = self.signer.as_ref();
        let note = head.sign_as(&self.vkey, signer).map_err(LedgerError::Checkpoint)?;
        let old_size = to_i64(self.frontier.size());
        let done = write(&mut self.conn, &new, &frontier, &note, old_size)
            .map_err(|error| LedgerError::of_sqlite(&self.path, error))?;
        if !done {
            return Err(LedgerError::Head);
        }
        self.frontier = frontier;
        self.last_at_ms = last.at_ms.as_millis();
        self.checkpoint = note;
        Ok(())
    }

    fn rows_for(&self, entries: &[Entry], frontier: &mut Frontier) -> Result<New, LedgerError> {
        let mut last_at_ms = self.last_at_ms;
        let (mut rows, mut full) = (Vec::with_capacity(entries.len()), Vec::new());
        for entry in entries {
            let (expected, at_ms) = (frontier.size(), entry.at_ms.as_millis());
            if entry.seq != expected {
                return Err(LedgerError::Sequence { expected, found: entry.seq });
            }
            if at_ms < last_at_ms {
                return Err(LedgerError::Time { seq: entry.seq });
            }
            last_at_ms = at_ms;
            let body = canonical_entry(entry)?;
            let leaf = leaf_hash(&body);
            subtrees::push(frontier, 0, leaf, &mut full);
            rows.push(NewRow {
                seq: to_i64(entry.seq),
                at_ms,
                kind: entry.event.kind(),
                agent: entry.event.agent().map(|agent| agent.bits().to_be_bytes()),
                payment: entry.event.payment().map(|payment| payment.bits().to_be_bytes()),
                leaf,
                body,
            });
        }
        Ok(New { rows, full })
    }

    /// Visits the entries from number `from` on, each checked against its stored hash, and at the
    /// end all of them against the signed root, together with the hashes of those before: a state
    /// that was built from them counts only when this has returned `Ok`. Whether that state was
    /// right to begin with is told by the root at `from`: see [`Ledger::root_at`]. Stops at the
    /// first error.
    ///
    /// # Errors
    /// Those of `visit`, when there are fewer than `from` entries, and when one is damaged or can't
    /// be read.
    pub fn replay<E: From<LedgerError>>(
        &self,
        from: u64,
        visit: &mut dyn FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        self.view().replay(from, Some(&self.frontier), visit)
    }

    /// The root hash over the first `size` entries, which is shown to be a prefix of this log by
    /// the hashes up to the signed root. Takes a few milliseconds, however many there are.
    ///
    /// # Errors
    /// When there are fewer than `size`, or the log is damaged or can't be read.
    pub fn root_at(&self, size: u64) -> Result<Hash, LedgerError> {
        self.view().root_at(size)
    }

    /// A second connection, for the window's queries. It never holds the writer up.
    ///
    /// # Errors
    /// When the database can't be opened again.
    pub fn reader(&self) -> Result<LedgerReader, LedgerError> {
        LedgerReader::connect(&self.path, &self.key, Some(self.vkey.clone()))
    }

    /// How many entries there are, which is the number of the next one.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.frontier.size()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.frontier.size() == 0
    }

    /// The latest checkpoint: a signed note.
    #[must_use]
    pub fn checkpoint(&self) -> &str {
        &self.checkpoint
    }

    /// The root hash over all entries.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The name of the log.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.vkey.name()
    }

    /// The key that others verify this log with, in the text form of signed notes.
    #[must_use]
    pub fn vkey(&self) -> String {
        self.vkey.to_string()
    }

    /// Keeps what a paid fetch returned; a later one for the same payment replaces it. Not part
    /// of the log, and kept within [`crate::DELIVERY_BYTES_MAX`] and
    /// [`crate::DELIVERY_AGE_MS_MAX`]: what came first goes first.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn put_delivery(
        &mut self,
        payment: PaymentId,
        delivery: &Delivery,
    ) -> Result<(), LedgerError> {
        delivery::put(&mut self.conn, &self.path, payment, delivery)
    }

    /// Lets the deliveries go that are too old at `now`. [`Ledger::put_delivery`] does so too;
    /// this is for a wallet that fetches nothing more.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn expire_deliveries(&mut self, now: Timestamp) -> Result<(), LedgerError> {
        delivery::expire(&mut self.conn, &self.path, now)
    }

    /// What a paid fetch returned.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn get_delivery(&self, payment: PaymentId) -> Result<Option<Delivery>, LedgerError> {
        delivery::get(self.view(), payment)
    }
}

impl Sealed for Ledger {
    fn view(&self) -> View<'_> {
        View { conn: &self.conn, path: &self.path }
    }

    fn trusted(&self) -> Option<&VerifierKey> {
        Some(&self.vkey)
    }
}

impl LogSource for Ledger {}

fn write(
    conn: &mut Connection,
    new: &New,
    frontier: &Frontier,
    checkpoint: &str,
    old_size: i64,
) -> rusqlite::Result<bool> {
    // Dropped before `commit` has succeeded, the transaction is rolled back.
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = tx.prepare_cached(INSERT)?;
        for row in &new.rows {
            let NewRow { seq, at_ms, kind, agent, payment, leaf, body } = row;
            insert.execute(params![seq, at_ms, kind, agent, payment, leaf, body])?;
        }
        subtrees::insert(&tx, &new.full)?;
        let mut set_head = tx.prepare_cached(SET_HEAD)?;
        let size = to_i64(frontier.size());
        if set_head.execute(params![size, frontier.to_bytes(), checkpoint, old_size])? != 1 {
            return Ok(false);
        }
    }
    tx.commit()?;
    Ok(true)
}

fn write_empty(
    path: &Path,
    key: &DatabaseKey,
    origin: &str,
    signer: &dyn CheckpointSigner,
) -> Result<(), LedgerError> {
    let failed = |error| LedgerError::of_sqlite(path, error);
    let vkey = VerifierKey::new(origin, &signer.public_key()).map_err(LedgerError::Checkpoint)?;
    let root = Frontier::new().root();
    let head = Checkpoint { origin: origin.to_owned(), size: 0, root };
    let note = head.sign(signer).map_err(LedgerError::Checkpoint)?;
    let mut conn = schema::connect(path, key)?;
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    schema::migrate(&tx).map_err(failed)?;
    let sql = "INSERT INTO head (id, origin, vkey, size, frontier, checkpoint) \
        VALUES (0, ?1, ?2, 0, x'', ?3)";
    tx.execute(sql, params![origin, vkey.to_string(), note]).map_err(failed)?;
    tx.commit().map_err(failed)?;
    conn.close().map_err(|(_, error)| failed(error))
}

/// Checks that the stored checkpoint is signed by the key and has the stored size and root.
fn check_head(head: &Head, public_key: &[u8; 32]) -> Result<VerifierKey, LedgerError> {
    let vkey = VerifierKey::new(&head.origin, public_key).map_err(LedgerError::Checkpoint)?;
    if vkey.to_string() != head.vkey {
        return Err(LedgerError::OtherKey);
    }
    let signed = Checkpoint::verify(&head.checkpoint, &vkey).map_err(LedgerError::Checkpoint)?;
    if signed.size == head.frontier.size() && signed.root == head.frontier.root() {
        Ok(vkey)
    } else {
        Err(LedgerError::Head)
    }
}

/// Checks that the entries end where the head says, and that the last of them are whole and lead
/// to the frontier. Gives the time of the last one.
fn check_tail(view: &View<'_>, frontier: &Frontier) -> Result<i64, LedgerError> {
    let size = frontier.size();
    let damaged = |seq, damage| Err(LedgerError::Damaged { seq, damage });
    match view.ends()? {
        None if size == 0 => return Ok(0),
        Some((0, last)) if last >= size => return damaged(size, Damage::Uncovered),
        Some((0, last)) if last.checked_add(1) == Some(size) => {}
        Some((0, last)) => return damaged(last.saturating_add(1), Damage::Missing),
        _ => return damaged(0, Damage::Missing),
    }
    let mut last_at_ms = 0;
    let mut tail = Frontier::new();
    // The peaks over the last `covered` entries are known from these entries alone.
    let covered = size & TAIL_ENTRIES.saturating_sub(1);
    let start = size.saturating_sub(TAIL_ENTRIES);
    view.each_in::<LedgerError>(start..size, &mut |stored| {
        last_at_ms = stored.entry()?.at_ms.as_millis();
        if stored.seq >= size.saturating_sub(covered) {
            tail.push(stored.leaf);
        }
        Ok(())
    })?;
    if frontier.peaks().ends_with(tail.peaks()) { Ok(last_at_ms) } else { Err(LedgerError::Head) }
}

/// Keeps other writers out until the file is closed, also when this process dies. A file of its
/// own: closing another handle of the database itself would drop SQLite's locks.
fn lock(path: &Path) -> Result<File, LedgerError> {
    let lock_path = beside(path, ".lock");
    let failed = |error| LedgerError::of_io(&lock_path, error);
    let file = durable::open_private(&lock_path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LedgerError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
