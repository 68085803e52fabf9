//! A process that ends in the middle of the wallet's work ends well, and the log is whole.
//!
//! At the end of a process SQLCipher wipes and frees its keys, and OpenSSL what it works with; the
//! writer's thread must be gone by then.

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use purser_keys::{KdfParams, Passphrase, Phrase, PhraseLength};
use purser_wallet::{Host, HostOptions, Phase};
use std::path::Path;
use std::process::Command;

const PASSPHRASE: &str = "correct horse";
/// How many processes end, one after the other, on one log.
const ROUNDS: u64 = 12;

fn host(dir: &Path) -> Host {
    Host::start(dir, HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() }).unwrap()
}

async fn opened(dir: &Path) -> Host {
    let host = host(dir);
    match host.phase() {
        Phase::Absent => {
            let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
            host.create(phrase, Passphrase::from(PASSPHRASE)).await.unwrap();
        }
        _ => host.unlock(Passphrase::from(PASSPHRASE)).await.unwrap(),
    }
    host
}

/// Lets go of a wallet that is busy, and ends: see [`a_process_may_end_while_the_wallet_works`].
#[test]
fn in_the_process_that_ends() {
    let Ok(dir) = std::env::var("PURSER_TEST_ENDING") else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let host = opened(Path::new(&dir)).await;
        let wallet = host.wallet().unwrap();
        for _ in 0..16 {
            let wallet = host.wallet().unwrap();
            tokio::spawn(async move {
                while wallet.freeze().await.is_ok() && wallet.unfreeze().await.is_ok() {}
            });
        }
        let mut changes = wallet.subscribe();
        for _ in 0..20 {
            changes.recv().await.unwrap();
        }
    });
}

/// How many entries the log has. Whatever works with it is gone when this returns.
fn entries(dir: &Path) -> u64 {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let host = opened(dir).await;
        let entries = host.view().await.log.entries;
        host.lock().await;
        entries
    })
}

#[test]
fn a_process_may_end_while_the_wallet_works() {
    let dir = tempfile::tempdir().unwrap();
    let mut before = entries(dir.path());
    for round in 0..ROUNDS {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "in_the_process_that_ends", "--nocapture"])
            .env("PURSER_TEST_ENDING", dir.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "round {round}: {output:?}");
        let now = entries(dir.path());
        assert!(now > before, "round {round}: {now} entries");
        before = now;
    }
}
