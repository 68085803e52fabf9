//! Snapshots while the wallet runs.
#![allow(clippy::arithmetic_side_effects, reason = "numbers in tests are small")]

use super::*;
use crate::clock::system_clock;
use crate::home::Home;
use purser_domain::AgentPolicy;
use purser_keys::{Phrase, PhraseLength, RootKey};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn a_running_wallet_saves_one_whenever_enough_was_added_and_once_more_when_it_closes() {
    let dir = tempfile::tempdir().unwrap();
    let home = Arc::new(Home::open(dir.path()).unwrap());
    let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
    Wallet::create_log(&home, &root, &system_clock()).unwrap();
    let open = || Wallet::open_with(Arc::clone(&home), &root, system_clock(), true, 3).unwrap();
    let wallet = open();
    for name in ["a", "b", "c"] {
        wallet.add_agent(name, AgentPolicy::default()).await.unwrap();
    }
    // Each waits for the saving under way; the third entry is the latest that it may begin with.
    let saved = tokio::time::timeout(Duration::from_secs(60), async {
        while wallet.snapshots.0.disk.lock().unwrap().saved < 3 {
            tokio::task::yield_now().await;
        }
    });
    saved.await.unwrap();
    assert!(home.snapshot().exists());
    let entries = wallet.look(State::next_seq).await.unwrap();
    wallet.close().await;
    assert_eq!(wallet.snapshots.0.disk.lock().unwrap().saved, entries);
    drop(wallet);
    let again = open();
    assert_eq!(again.started(), Started { replayed_from: entries, ignored: 0 });
    again.close().await;
}

#[test]
fn one_that_is_earlier_never_takes_the_place_of_a_later_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("snapshot");
    let snapshots = Snapshots::open(&path, &[1; 32]);
    let of = |seq| Snapshot { seq, root: [0; 32], format: 1, bytes: vec![7] };
    snapshots.save(&of(8));
    let first = std::fs::read(&path).unwrap();
    snapshots.save(&of(7));
    assert!(std::fs::read(&path).unwrap() == first);
    snapshots.save(&of(9));
    assert!(std::fs::read(&path).unwrap() != first);
}
