//! Unlocking from a snapshot: the state is what the log tells, whatever became of the snapshot.

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
#![allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
#![allow(clippy::disallowed_methods, reason = "files of the test's own folder")]

use purser_domain::AgentPolicy;
use purser_engine::State;
use purser_keys::{KdfParams, Passphrase, Phrase};
use purser_wallet::{Host, HostOptions, Started, Wallet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const PASSPHRASE: &str = "correct horse";
const WORDS: &str = "legal winner thank year wave sausage worth useful legal winner thank yellow";

/// A wallet that is locked, and what was in it then.
struct Locked {
    dir: TempDir,
    host: Host,
    state: State,
}

fn start(dir: &Path) -> Host {
    let options = HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
    Host::start(dir, options).unwrap()
}

async fn state_of(wallet: &Arc<Wallet>) -> State {
    wallet.look(Clone::clone).await.unwrap()
}

impl Locked {
    /// A wallet with some agents, always of the same phrase.
    async fn new(agents: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let host = start(dir.path());
        let phrase = Phrase::parse(WORDS).unwrap();
        host.create(phrase, Passphrase::from(PASSPHRASE)).await.unwrap();
        let wallet = host.wallet().unwrap();
        let mut locked = Self { dir, host, state: State::default() };
        locked.add(&wallet, agents).await;
        locked.host.lock().await;
        locked
    }

    async fn add(&mut self, wallet: &Arc<Wallet>, agents: &[&str]) {
        for name in agents {
            wallet.add_agent(name, AgentPolicy::default()).await.unwrap();
        }
        self.state = state_of(wallet).await;
    }

    async fn unlock(&self) -> Arc<Wallet> {
        self.host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap();
        self.host.wallet().unwrap()
    }

    /// Unlocks it, adds agents and locks it.
    async fn go_on(&mut self, agents: &[&str]) {
        let wallet = self.unlock().await;
        self.add(&wallet, agents).await;
        self.host.lock().await;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn entries(&self) -> u64 {
        self.state.next_seq()
    }

    /// Unlocks it, and looks whether it is as it was and goes on.
    async fn is_whole(&mut self, name: &str) -> Started {
        let wallet = self.unlock().await;
        assert!(state_of(&wallet).await == self.state, "{name}");
        self.add(&wallet, &[name]).await;
        let started = wallet.started();
        self.host.lock().await;
        started
    }
}

fn from(replayed_from: u64, ignored: usize) -> Started {
    Started { replayed_from, ignored }
}

#[tokio::test(flavor = "multi_thread")]
async fn locking_saves_and_unlocking_replays_nothing() {
    let mut wallet = Locked::new(&["a"]).await;
    let entries = wallet.entries();
    assert_eq!(wallet.is_whole("first").await, from(entries, 0));
    assert_eq!(wallet.is_whole("second").await, from(entries + 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_snapshot_all_is_replayed_and_the_next_time_nothing() {
    let mut wallet = Locked::new(&["a"]).await;
    std::fs::remove_file(wallet.path("ledger.snapshot")).unwrap();
    assert_eq!(wallet.is_whole("first").await, from(0, 0));
    let entries = wallet.entries();
    assert_eq!(wallet.is_whole("second").await, from(entries, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_snapshot_is_ignored_and_the_one_before_it_is_taken() {
    let mut wallet = Locked::new(&["a"]).await;
    let before = wallet.entries();
    wallet.go_on(&["b", "c"]).await;
    let path = wallet.path("ledger.snapshot");
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(wallet.is_whole("changed").await, from(before, 1));

    let whole = std::fs::read(&path).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).unwrap();
        let _ = std::fs::remove_file(wallet.path("ledger.snapshot.old"));
        assert_eq!(wallet.is_whole(&format!("cut off at {length}")).await, from(0, 1), "{length}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_another_log_of_the_same_keys_is_ignored() {
    let mut wallet = Locked::new(&["a"]).await;
    let other = Locked::new(&["x"]).await;
    assert_eq!(wallet.entries(), other.entries());
    std::fs::copy(other.path("ledger.snapshot"), wallet.path("ledger.snapshot")).unwrap();
    assert_eq!(wallet.is_whole("b").await, from(0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_ahead_of_a_log_that_was_put_back_is_ignored() {
    let mut wallet = Locked::new(&["a"]).await;
    let (log, early) = (std::fs::read(wallet.path("ledger.db")).unwrap(), wallet.state.clone());
    wallet.go_on(&["b"]).await;
    wallet.go_on(&["c"]).await;
    std::fs::write(wallet.path("ledger.db"), log).unwrap();
    for ending in ["wal", "shm"] {
        let _ = std::fs::remove_file(wallet.path(&format!("ledger.db-{ending}")));
    }
    wallet.state = early;
    assert_eq!(wallet.is_whole("d").await, from(0, 2));
}

/// What a kill leaves at each step of saving: the draft is written, the last one gets out of its
/// way, it gets its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_of_saving_leaves_a_snapshot_or_the_log() {
    let mut wallet = Locked::new(&["a"]).await;
    let first = wallet.entries();
    wallet.go_on(&["b"]).await;
    let (path, old) = (wallet.path("ledger.snapshot"), wallet.path("ledger.snapshot.old"));
    let draft = wallet.path("ledger.snapshot.new");
    let latest = std::fs::read(&path).unwrap();

    // While the draft of the latest was written.
    std::fs::copy(&old, &path).unwrap();
    std::fs::remove_file(&old).unwrap();
    std::fs::write(&draft, &latest[..latest.len() / 2]).unwrap();
    assert_eq!(wallet.is_whole("half a draft").await, from(first, 0));
    assert!(!draft.exists(), "the next saving takes its place");

    // When the one before had made room.
    let covered = wallet.entries();
    std::fs::rename(&path, &draft).unwrap();
    let found = wallet.is_whole("no name yet").await;
    assert_eq!((found.replayed_from, found.ignored), (first, 0));
    assert!(wallet.entries() > covered && path.exists());

    // When nothing of either is left.
    std::fs::remove_file(&path).unwrap();
    std::fs::remove_file(&old).unwrap();
    std::fs::write(&draft, b"").unwrap();
    assert_eq!(wallet.is_whole("nothing").await, from(0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_saved_is_replayed_after_the_snapshot() {
    let mut wallet = Locked::new(&["a"]).await;
    let covered = wallet.entries();
    let saved = std::fs::read(wallet.path("ledger.snapshot")).unwrap();
    wallet.go_on(&["b", "c"]).await;
    // As after a kill: the entries are there, the snapshot is the one from before.
    std::fs::write(wallet.path("ledger.snapshot"), saved).unwrap();
    assert_eq!(wallet.is_whole("d").await, from(covered, 0));
}
