//! While the log can't be written the wallet refuses everything, and goes on when it can (I2).

#![allow(missing_docs, reason = "tests")]
#![allow(clippy::unwrap_used, reason = "tests")]

use purser_domain::AgentPolicy;
use purser_keys::{KdfParams, Passphrase, Phrase, PhraseLength, RootKey};
use purser_wallet::{Host, HostOptions, OwnerError, WriteError};

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_log_refuses_everything_and_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let options = HostOptions { kdf: KdfParams::CHEAPEST, ..HostOptions::default() };
    let host = Host::start(dir.path(), options).unwrap();
    let phrase = Phrase::generate(PhraseLength::Words12).unwrap();
    let key = RootKey::from_phrase(&phrase).database_key().unwrap();
    host.create(phrase, Passphrase::from("correct horse")).await.unwrap();
    let wallet = host.wallet().unwrap();
    wallet.add_agent("before", AgentPolicy::default()).await.unwrap();
    let entries = host.view().await.log.entries;

    let other = rusqlite::Connection::open(dir.path().join("ledger.db")).unwrap();
    let hex: String = key.expose().iter().map(|byte| format!("{byte:02x}")).collect();
    other.pragma_update(None, "key", format!("x'{hex}'")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = wallet.add_agent("during", AgentPolicy::default()).await.unwrap_err();
    assert!(matches!(refused, OwnerError::Write(WriteError::LogUnwritable { .. })), "{refused:?}");
    let frozen = wallet.freeze().await.unwrap_err();
    assert_eq!(frozen.code(), "log_unwritable");
    let view = host.view().await;
    assert_eq!((view.log.entries, view.agents.len(), view.frozen), (entries, 1, false));

    other.execute_batch("ROLLBACK").unwrap();
    wallet.add_agent("after", AgentPolicy::default()).await.unwrap();
    let names: Vec<String> =
        host.view().await.agents.into_iter().map(|agent| agent.agent.name).collect();
    assert_eq!(names, ["after", "before"]);
    let left = std::fs::read_dir(dir.path().join("agents")).unwrap().count();
    assert_eq!(left, 2, "the refused agent's key file is gone");
}
