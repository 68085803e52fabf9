//! Snapshots of the state, so that unlocking does not take longer with every entry.
//!
//! Guarantees: a state that is read back is what the log tells up to its last entry (I8): a
//! snapshot is taken only when the root it was saved with is the log's at its size, and the entries
//! after it are checked against their hashes and the signed root. One that can't be used is said in
//! the program's log and replaced; then the whole log is replayed. The writer makes the bytes and
//! never writes them to the disk.
//!
//! Not guaranteed: that a snapshot is there. Without one, everything is as it is with one, later.
//! Reading back and saving block on the disk; nothing panics.

#[cfg(test)]
mod tests;

use crate::wallet::Wallet;
use crate::writer::{OnCommitted, ReadBackError, read_on};
use purser_engine::State;
use purser_ledger::{IgnoredSnapshot, Ledger, LedgerReader, LogSource, Snapshot, SnapshotStore};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::mpsc;

/// How many entries come between two snapshots, while the wallet runs. Replaying as many takes
/// about a second.
pub(crate) const EVERY: u64 = 50_000;

/// How a state was read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Started {
    /// The first entry that was replayed: how many the snapshot covers, 0 without one.
    pub replayed_from: u64,
    /// How many snapshots could not be used.
    pub ignored: usize,
}

/// Where the snapshots of a log are, and up to where they go.
#[derive(Clone)]
pub struct Snapshots(Arc<Shared>);

struct Shared {
    every: u64,
    /// How many entries the latest covers that was made, saved or not.
    made: AtomicU64,
    disk: Mutex<Disk>,
}

/// The files. One at a time: whoever saves, and whoever reads back.
struct Disk {
    store: SnapshotStore,
    saved: u64,
}

impl Snapshots {
    /// Names the file of the latest snapshot and the key that it is encrypted with. Reads nothing.
    #[must_use]
    pub fn open(path: &Path, key: &[u8; 32]) -> Self {
        Self::open_with(path, key, EVERY)
    }

    pub(crate) fn open_with(path: &Path, key: &[u8; 32], every: u64) -> Self {
        let disk = Mutex::new(Disk { store: SnapshotStore::open(path, key), saved: 0 });
        Self(Arc::new(Shared { every, made: AtomicU64::new(0), disk }))
    }

    /// The state that a log tells, from the latest snapshot on.
    ///
    /// # Errors
    /// When the log is damaged, or holds an entry that no engine wrote.
    pub fn read_back(&self, ledger: &Ledger) -> Result<(State, Started), ReadBackError> {
        let mut disk = self.0.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let (found, mut ignored) = latest(u64::MAX, &disk.store, ledger);
        if let Some(state) = found {
            let replayed_from = state.next_seq();
            match read_on(ledger, state) {
                Ok(state) => {
                    disk.saved = replayed_from;
                    self.0.made.store(replayed_from, Ordering::Relaxed);
                    return Ok((state, Started { replayed_from, ignored }));
                }
                Err(error) => {
                    // Whether it is the log or the snapshot, the whole log tells.
                    tracing::warn!(%error, "the entries do not follow on the snapshot");
                    ignored = ignored.saturating_add(1);
                }
            }
        }
        disk.saved = 0;
        self.0.made.store(0, Ordering::Relaxed);
        let state = read_on(ledger, State::default())?;
        Ok((state, Started { replayed_from: 0, ignored }))
    }

    /// The state that the latest snapshot holds of those that cover at most so many entries. Waits
    /// while one is saved.
    pub(crate) fn up_to(&self, most: u64, log: &LedgerReader) -> Option<State> {
        let disk = self.0.disk.lock().unwrap_or_else(PoisonError::into_inner);
        latest(most, &disk.store, log).0
    }

    /// Saves the state that the log's last entry left.
    #[cfg(test)]
    pub fn save_of(&self, state: &State, ledger: &Ledger) {
        self.make(state, ledger).iter().for_each(|snapshot| self.save(snapshot));
    }

    /// Whether it is time for the next one, when there are so many entries. Never blocks.
    pub(crate) fn is_due(&self, entries: u64) -> bool {
        entries.saturating_sub(self.0.made.load(Ordering::Relaxed)) >= self.0.every
    }

    /// Makes one of the state that the log's last entry left, if there are entries that none
    /// covers. Writes nothing.
    fn make(&self, state: &State, ledger: &Ledger) -> Option<Snapshot> {
        let (seq, root) = (ledger.len(), ledger.root());
        if seq <= self.0.made.load(Ordering::Relaxed) {
            return None;
        }
        if state.next_seq() != seq {
            tracing::error!(state = state.next_seq(), log = seq, "the state is not the log's");
            return None;
        }
        let bytes = state.to_snapshot();
        let bytes = bytes.inspect_err(|error| tracing::error!(%error, "no snapshot was made"));
        let snapshot = Snapshot { seq, root, format: State::SNAPSHOT_FORMAT, bytes: bytes.ok()? };
        self.0.made.store(seq, Ordering::Relaxed);
        Some(snapshot)
    }

    /// Saves one, unless a later one is there.
    fn save(&self, snapshot: &Snapshot) {
        let mut disk = self.0.disk.lock().unwrap_or_else(PoisonError::into_inner);
        if snapshot.seq < disk.saved {
            return;
        }
        match disk.store.save(snapshot) {
            Ok(()) => disk.saved = snapshot.seq,
            Err(error) => {
                tracing::warn!(%error, "a snapshot was not saved; unlocking takes longer");
            }
        }
    }
}

/// The state of the latest snapshot that is good and covers at most so many entries, and how many
/// are not good.
fn latest<S: LogSource>(most: u64, store: &SnapshotStore, log: &S) -> (Option<State>, usize) {
    let latest = store.latest(most, log, State::SNAPSHOT_FORMAT);
    for IgnoredSnapshot { path, fault } in &latest.ignored {
        let path = path.display();
        tracing::warn!(%path, %fault, "a snapshot is not used; the log has everything");
    }
    let ignored = latest.ignored.len();
    let Some(snapshot) = latest.snapshot else { return (None, ignored) };
    let problem = match State::from_snapshot(&snapshot.bytes) {
        Ok(state) if state.next_seq() == snapshot.seq => return (Some(state), ignored),
        Ok(state) => format!("it is of {} entries, not {}", state.next_seq(), snapshot.seq),
        Err(error) => error.to_string(),
    };
    tracing::warn!(%problem, "a snapshot is not used; the log has everything");
    (None, ignored.saturating_add(1))
}

/// Has `due` told as well when the log has grown by so much that a snapshot is.
pub(crate) fn telling(
    on_committed: OnCommitted,
    snapshots: Snapshots,
    due: mpsc::Sender<u64>,
) -> OnCommitted {
    Box::new(move |entries, cleared| {
        on_committed(entries, cleared);
        let size = entries.last().map_or(0, |last| last.seq.saturating_add(1));
        if snapshots.is_due(size) {
            // Full when it was told already, closed when the wallet is gone.
            let _ = due.try_send(size);
        }
    })
}

/// Saves a snapshot each time that one is due, until the wallet is gone.
pub(crate) async fn keep_saving(wallet: Weak<Wallet>, mut due: mpsc::Receiver<u64>) {
    while let Some(entries) = due.recv().await {
        let Some(wallet) = wallet.upgrade() else { return };
        // The word may be older than the snapshot that it asked for.
        if wallet.snapshots.is_due(entries) {
            wallet.save_snapshot().await;
        }
    }
}

impl Wallet {
    /// Saves a snapshot, if there are entries that none covers, and waits until it is saved.
    pub(crate) async fn save_snapshot(&self) {
        let snapshots = self.snapshots.clone();
        let made = self.writer.look_with_log(move |state, ledger| snapshots.make(state, ledger));
        // A wallet that is closed has saved its own.
        if let Ok(Some(snapshot)) = made.await {
            let snapshots = self.snapshots.clone();
            let saved = tokio::task::spawn_blocking(move || snapshots.save(&snapshot));
            // The program ends; the next unlocking replays what this would have covered.
            let _ = saved.await;
        }
    }
}
