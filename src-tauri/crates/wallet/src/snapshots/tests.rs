//! Snapshots while the wallet runs.
#![allow(clippy::arithmetic_side_effects, reason = "numbers in tests are small")]

use super::*;
use crate::agents::{AgentIdentity, PaymentAsk};
use crate::clock::system_clock;
use crate::explain::{ExplainAsk, ExplanationView};
use crate::history::{replayed, state_before};
use crate::home::Home;
use purser_domain::{
    AgentId, AgentPolicy, Attribution, Claim, HolderProof, Money, Payee, Presented, Scope,
    Timestamp,
};
use purser_engine::report::Report;
use purser_keys::{Phrase, PhraseLength, RootKey};
use rust_decimal::Decimal;
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

async fn agent(wallet: &Wallet) -> AgentIdentity {
    let policy = AgentPolicy { per_transaction: Decimal::from(80), ..AgentPolicy::default() };
    let added = wallet.add_agent("scout", policy).await.unwrap();
    let agent: AgentId = added.agent.id.parse().unwrap();
    let issued = wallet.issue_credential(agent, false).await.unwrap();
    let presented = Presented {
        credential: issued.credential,
        scope: Scope::default(),
        expires_at: issued.expires_at_ms,
        proof: HolderProof::Signature,
        handed_over: false,
    };
    AgentIdentity { agent, presented }
}

/// Asks to pay 12, which is paid, 90, which is refused, and 12 of the same purchase again.
async fn ask(wallet: &Wallet, who: &AgentIdentity, name: &str) {
    for amount in ["12", "90", "12"] {
        let name = Claim::new(name, Claim::MAX_NAME_BYTES).unwrap();
        let ask = PaymentAsk {
            payee: Payee { name, account: None, host: None, country: None },
            amount: Money::parse(amount, "USD").unwrap(),
            category: None,
            session: None,
            task: None,
            line_items: Vec::new(),
            attribution: Attribution::default(),
            context: None,
            idempotency_key: None,
        };
        assert_eq!(wallet.request_payment(who, ask).await.is_ok(), amount == "12");
    }
}

async fn explained(wallet: &Wallet) -> Vec<Result<ExplanationView, String>> {
    let mut told = Vec::new();
    for seq in 0..wallet.look(State::next_seq).await.unwrap() {
        let one = wallet.explain(ExplainAsk::Entry(seq)).await;
        told.push(one.map_err(|error| error.to_string()));
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_told_from_a_snapshot_as_from_the_log_alone() {
    let dir = tempfile::tempdir().unwrap();
    let home = Arc::new(Home::open(dir.path()).unwrap());
    let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
    Wallet::create_log(&home, &root, &system_clock()).unwrap();
    let wallet = Wallet::open_with(Arc::clone(&home), &root, system_clock(), true, 9999).unwrap();
    let who = agent(&wallet).await;
    let reader = wallet.reader().await.unwrap();
    let alone = |seq| state_before(&reader, State::default(), seq).unwrap();
    let from = |seq| wallet.snapshots.up_to(seq, &reader);
    let mut covered = Vec::new();
    for name in ["one", "two", "three"] {
        ask(&wallet, &who, name).await;
        wallet.save_snapshot().await;
        covered.push(from(u64::MAX).unwrap().next_seq());
    }
    ask(&wallet, &who, "four").await;
    let [_, before, latest] = *covered.as_slice() else { panic!("three") };
    assert!(from(before - 1).is_none(), "of these two are kept");
    for (seq, size) in
        [(before, before), (latest - 1, before), (latest, latest), (u64::MAX, latest)]
    {
        let state = from(seq).unwrap();
        assert_eq!(state.next_seq(), size);
        assert!(state == alone(size));
        assert!(state_before(&reader, state, latest).is_ok_and(|state| state == alone(latest)));
    }

    let told = explained(&wallet).await;
    let same = told.iter().flatten().filter(|told| told.agrees == "same");
    assert!(same.count() >= 12, "three for each: {told:?}");
    for path in [home.snapshot(), dir.path().join("ledger.snapshot.old")] {
        std::fs::remove_file(path).unwrap();
    }
    assert!(from(u64::MAX).is_none());
    assert_eq!(explained(&wallet).await, told);
    wallet.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_late_is_that_of_the_whole_log() {
    let dir = tempfile::tempdir().unwrap();
    let home = Arc::new(Home::open(dir.path()).unwrap());
    let root = RootKey::from_phrase(&Phrase::generate(PhraseLength::Words12).unwrap());
    Wallet::create_log(&home, &root, &system_clock()).unwrap();
    let wallet = Wallet::open_with(home, &root, system_clock(), true, 9999).unwrap();
    let who = agent(&wallet).await;
    ask(&wallet, &who, "one").await;
    let team = Some(purser_domain::Label::new("growth").unwrap());
    let policy = AgentPolicy { team, ..AgentPolicy::default() };
    wallet.set_agent_policy(who.agent, policy, true).await.unwrap();
    ask(&wallet, &who, "two").await;
    let mut entries = Vec::new();
    let reader = wallet.reader().await.unwrap();
    replayed(&reader, 0, &mut |entry| {
        entries.push(entry);
        Ok(())
    })
    .unwrap();
    let end = Timestamp::from_millis(i64::MAX);
    for from in entries.iter().map(|entry| entry.at_ms).chain([end]) {
        let mut whole = Report::new(from..end);
        entries.iter().for_each(|entry| whole.add(entry).unwrap());
        let told = wallet.report(Some(from), None, Vec::new()).await.unwrap();
        assert_eq!((told.rows, &told.total), (whole.rows(), whole.total()), "{from:?}");
    }
    wallet.close().await;
}
