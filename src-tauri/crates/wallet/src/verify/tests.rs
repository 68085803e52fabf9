//! A log with something wrong in it, written by somebody who holds every key.
#![allow(clippy::arithmetic_side_effects, reason = "numbers in tests are small")]

use super::*;
use purser_domain::{
    AgentDraft, AgentId, AgentPolicy, ApproverId, Claim, Command, Digest, SpendRequest, Timestamp,
    WalletPolicy,
};
use purser_engine::decide;
use purser_ledger::{CheckpointSigner, Ledger};
use std::path::Path;
use std::sync::Arc;

const AGENT: AgentId = AgentId::from_random(2);
const KEY: [u8; 32] = [7; 32];
const START: i64 = 1_772_452_800_000;

struct Signer(purser_keys::LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

fn spend(n: u128, amount: &str) -> Command {
    let request: SpendRequest = serde_json::from_value(serde_json::json!({
        "payment": PaymentId::from_random(n), "agent": AGENT, "action": "purchase",
        "rail": "sandbox", "payee": { "name": "Shop" },
        "amount": { "amount": amount, "currency": "USD" },
        "idempotency_key": format!("key-{n}"), "key_derived": false,
    }))
    .unwrap();
    Command::Spend { request: Box::new(request), presented: None }
}

/// The entries of a wallet whose agent asks for 5, 600 and 7, and what they give.
fn entries() -> (Vec<Entry>, State) {
    let name = Claim::new("Agent", 64).unwrap();
    let (holder_key, policy) = (Digest::of_bytes(b"key"), AgentPolicy::default());
    let mut commands = vec![
        Command::CreateWallet {
            owner: ApproverId::from_random(1),
            policy: WalletPolicy::default(),
        },
        Command::AddAgent(AgentDraft { agent: AGENT, name, holder_key, policy }),
    ];
    commands.extend([spend(1, "5"), spend(2, "600"), spend(3, "7")]);
    let (mut state, mut log) = (State::default(), Vec::new());
    for (n, command) in (0..).zip(commands) {
        let decision = decide(&state, &command, Timestamp::from_millis(START + n * 1000));
        for event in decision.events {
            let (seq, at_ms, clock_ms) = (state.next_seq(), decision.at, decision.clock);
            let entry = Entry { seq, at_ms, clock_ms, event };
            state.apply(&entry).unwrap();
            log.push(entry);
        }
    }
    (log, state)
}

fn ledger(dir: &Path, entries: &[Entry]) -> Ledger {
    let phrase = purser_keys::Phrase::generate(purser_keys::PhraseLength::Words12).unwrap();
    let root = purser_keys::RootKey::from_phrase(&phrase);
    let signer = Box::new(Signer(root.log_key().unwrap()));
    let path = dir.join("ledger.db");
    let mut ledger = Ledger::create(&path, &KEY, "purser.local/test", signer).unwrap();
    ledger.append(entries).unwrap();
    ledger
}

fn edit(dir: &Path, file: &str, sql: &str) {
    let conn = rusqlite::Connection::open(dir.join(file)).unwrap();
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    conn.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; {sql}")).unwrap();
}

fn told(check: &LogCheck) -> Vec<(Option<u64>, &str)> {
    check.findings.iter().map(|found| (found.seq, found.place.as_str())).collect()
}

#[test]
fn an_honest_log_holds() {
    let dir = tempfile::tempdir().unwrap();
    let (log, state) = entries();
    let reader = ledger(dir.path(), &log).reader().unwrap();
    let (check, replayed) = judged(&reader).unwrap();
    assert_eq!(told(&check), []);
    assert!(check.verified && replayed == state);
    assert_eq!((check.entries, check.judged, check.unjudged), (5, 5, 0));
}

#[test]
fn a_payment_planted_with_right_hashes_is_named_in_the_live_log_and_in_an_export() {
    let dir = tempfile::tempdir().unwrap();
    let (mut log, _) = entries();
    // What was refused is reserved instead; hashes and signature are made by the keys' holder.
    let Event::SpendReserved { reservation } = log[2].event.clone() else { panic!("reserved") };
    let Event::SpendRefused { request, .. } = log[3].event.clone() else { panic!("refused") };
    let mut planted = reservation;
    planted.worth = Some(request.amount.amount());
    planted.charged_to[0].amount = request.amount.amount();
    planted.request = request;
    log[3].event = Event::SpendReserved { reservation: planted };
    let reader = ledger(dir.path(), &log).reader().unwrap();
    let (check, _) = judged(&reader).unwrap();
    // The next one was decided on budgets that the planted one now fills.
    let expected = [(Some(3), "decision"), (Some(4), "decision")];
    assert_eq!(told(&check), expected, "{:?}", check.findings);
    let problem = &check.findings[0].problem;
    assert!(problem.contains("says `spend_reserved` (600.00 USD"), "{problem}");
    assert!(problem.contains("per_transaction_cap, limit 50, observed 600"), "{problem}");
    assert!(!check.verified);

    let export = dir.path().join("export");
    purser_ledger::export(&reader, &export).unwrap();
    let mut judge = LogJudge::default();
    let report = purser_ledger::verify_export(&export, None, &mut |entry| judge.add(entry));
    let (check, _) = judge.finish(&report.unwrap());
    assert_eq!(told(&check), expected, "the bytes are as they were signed");
}

#[test]
fn an_index_that_points_elsewhere_is_named_by_the_entry() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = entries();
    let reader = ledger(dir.path(), &log).reader().unwrap();
    reader.index(u64::MAX).unwrap();
    assert_eq!(told(&judged(&reader).unwrap().0), []);
    edit(dir.path(), "ledger.db.index", "DELETE FROM by_payment WHERE seq = 4;");
    edit(dir.path(), "ledger.db.index", "UPDATE by_kind SET kind = 1 WHERE seq = 3;");
    edit(dir.path(), "ledger.db.index", "INSERT INTO by_agent (agent, seq) VALUES (1, 0);");
    let (check, _) = judged(&reader).unwrap();
    let index = Some("index");
    let wrong: Vec<_> = told(&check).into_iter().map(|(seq, place)| (seq, Some(place))).collect();
    let expected = [(Some(0), index), (Some(3), index), (Some(3), index), (Some(4), index)];
    assert_eq!(wrong, expected, "{:?}", check.findings);
    assert_eq!(check.findings[3].problem, "the index by payment lacks entry 4");
}

#[test]
fn something_delivered_for_a_payment_that_was_never_paid_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let (log, _) = entries();
    let mut ledger = ledger(dir.path(), &log);
    let delivery = purser_ledger::Delivery {
        at_ms: Timestamp::from_millis(START),
        status: 200,
        content_type: None,
        body: b"goods".to_vec(),
        truncated: false,
    };
    ledger.put_delivery(PaymentId::from_random(1), &delivery).unwrap();
    ledger.put_delivery(PaymentId::from_random(77), &delivery).unwrap();
    let (check, _) = judged(&ledger.reader().unwrap()).unwrap();
    let mut found = told(&check);
    found.sort_unstable();
    assert_eq!(found, [(None, "deliveries"), (Some(2), "deliveries")]);
}

#[tokio::test]
async fn a_running_state_that_the_log_does_not_give_is_told() {
    let (log, state) = entries();
    for (running, expected) in [(entries().1, None), (lenient(&log), Some("state"))] {
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger(dir.path(), &log);
        let clock: crate::Clock = Arc::new(|| Timestamp::from_millis(START));
        let writer = Writer::start(ledger, running, clock, Box::new(|_, _| {})).unwrap();
        // Also from a state that has not caught up yet.
        for replayed in [State::default(), state.clone()] {
            let found = compare(&writer, replayed).await.unwrap();
            assert_eq!(found.as_ref().map(|found| found.place.as_str()), expected);
        }
        writer.stop().await;
    }
}

/// What the log would give if its last payment were another.
fn lenient(log: &[Entry]) -> State {
    let mut state = State::default();
    for entry in log {
        let mut entry = entry.clone();
        if let (4, Event::SpendReserved { reservation }) = (entry.seq, &mut entry.event) {
            reservation.signals.clear();
            reservation.worth = None;
            reservation.charged_to.clear();
        }
        state.apply(&entry).unwrap();
    }
    state
}
