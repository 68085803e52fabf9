//! A log that was written once and never again: it opens, verifies, gives the same state, and each
//! decision in it is still what deciding gives.
#![cfg(test)]

use purser_domain::{Digest, Entry, Event};
use purser_engine::State;
use purser_engine::explain::{Judge, Judgement};
use purser_keys::{LogKey, Phrase, RootKey};
use purser_ledger::{CheckpointSigner, Ledger, LedgerError, verify_ledger};
use purser_sim::run::life;
use purser_sim::step::plan;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];
const WORDS: &str = "test test test test test test test test test test test junk";
/// The digest of its state's bytes, in the layout of this number.
const STATE: (u32, &str) = (6, "2fb5607ce149d1b5aa71fa3341c896d472321b65b0314472ad84ee748ae0fc48");
const SEEN: &str = include_str!("../../vectors/wallet-v2.txt");

/// Kinds of events that it has, beside what every log has.
const KINDS: [&str; 18] = [
    "agent_paused",
    "agent_policy_set",
    "agent_resumed",
    "allocation_set",
    "approval_given",
    "attempts_refused",
    "breaker_tripped",
    "budget_reached",
    "credential_issued",
    "payment_failed",
    "payment_stopped",
    "payment_succeeded",
    "payment_unknown",
    "session_closed",
    "session_opened",
    "spend_refused",
    "spend_repeated",
    "wallet_policy_set",
];

struct Signer(LogKey);

impl CheckpointSigner for Signer {
    fn public_key(&self) -> [u8; 32] {
        self.0.public()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

fn signer() -> Box<Signer> {
    let root = RootKey::from_phrase(&Phrase::parse(WORDS).unwrap());
    Box::new(Signer(root.log_key().unwrap()))
}

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors").join(name)
}

/// Whether a log has something of everything: the kinds above, a sub-agent, and a payment for which
/// a credential was shown.
fn has_everything(log: &[Entry]) -> bool {
    let kinds: BTreeSet<&str> = log.iter().map(|entry| entry.event.kind()).collect();
    let any = |is: fn(&Event) -> bool| log.iter().any(|entry| is(&entry.event));
    KINDS.iter().all(|kind| kinds.contains(kind))
        && any(|event| matches!(event, Event::AgentAdded { parent: Some(_), .. }))
        && any(|event| {
            matches!(event, Event::SpendReserved { reservation }
            if serde_json::to_string(reservation).unwrap().contains("\"presented\":{"))
        })
}

/// What anyone may see of a state, in words.
fn seen(state: &State) -> String {
    let (mut text, now) = (String::new(), state.clock());
    let budget = |text: &mut String, line: purser_engine::BudgetLine| {
        let (label, limit, held) = (line.label, line.limit, line.held);
        let (settled, reserved) = (line.settled, line.reserved);
        writeln!(text, "  {label}: {settled} and {reserved}, {held} held, of {limit}").unwrap();
    };
    writeln!(text, "{} entries, frozen {}", state.next_seq(), state.frozen()).unwrap();
    state.wallet_budgets(now).into_iter().for_each(|line| budget(&mut text, line));
    for agent in state.agents() {
        let (id, name, status) = (agent.id, agent.name.raw(), agent.status);
        let parent = agent.parent.map_or_else(|| "the owner".to_owned(), |id| id.to_string());
        let tripped = agent.tripped.is_some();
        writeln!(text, "{id} {name:?} of {parent}: {status:?}, tripped {tripped}").unwrap();
        state.budgets(id, now).into_iter().for_each(|line| budget(&mut text, line));
        for line in state.sessions(id) {
            let (name, limit) = (&line.session.terms.session, line.limit);
            let (settled, reserved) = (line.settled, line.reserved);
            let over = line.session.ended.is_some();
            writeln!(text, "  session {name}: {settled} and {reserved} of {limit}, over {over}")
                .unwrap();
        }
    }
    for payment in state.open_payments() {
        let (id, held) = (payment.id(), &payment.reservation);
        let (amount, tier) = (held.request.amount.amount(), held.tier);
        writeln!(text, "{id} of {}: {amount}, {tier:?}", payment.agent()).unwrap();
    }
    text
}

/// The frozen log, in a folder that goes with the test.
fn frozen() -> (TempDir, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.db");
    std::fs::copy(vector("wallet-v2.db"), &path).unwrap();
    let ledger = Ledger::open(&path, &KEY, signer()).unwrap();
    (dir, ledger)
}

fn replayed(ledger: &Ledger) -> (Vec<Entry>, State) {
    let (mut log, mut state) = (Vec::new(), State::default());
    ledger
        .replay::<LedgerError>(0, &mut |entry| {
            state.apply(&entry).unwrap();
            log.push(entry);
            Ok(())
        })
        .unwrap();
    (log, state)
}

/// Makes the files; run once, when a format is released.
#[test]
#[ignore = "tool: the released file is never made again"]
#[allow(clippy::disallowed_methods, reason = "a tool that writes files of the repository")]
fn make_the_wallet_of_this_format() {
    let lives = (0..20_000).filter_map(|seed| life(&plan(seed, 260)).ok());
    let log = lives.map(|world| world.log).find(|log| has_everything(log)).unwrap();
    let path = vector("wallet-v2.db");
    let mut ledger = Ledger::create(&path, &KEY, "purser.local/1a2b3c4d", signer()).unwrap();
    ledger.append(&log).unwrap();
    let text = format!("{}\n{}", ledger.checkpoint(), seen(&replayed(&ledger).1));
    drop(ledger);
    std::fs::remove_file(path.with_extension("db.lock")).unwrap();
    std::fs::write(vector("wallet-v2.txt"), text).unwrap();
}

#[test]
fn the_wallet_of_format_2_opens_and_is_what_it_was() {
    let (_dir, ledger) = frozen();
    let (log, state) = replayed(&ledger);
    assert!(has_everything(&log));
    assert_eq!(format!("{}\n{}", ledger.checkpoint(), seen(&state)), SEEN);
    let verified = verify_ledger(&ledger, &mut |_| Ok(())).unwrap();
    assert_eq!(verified.size, state.next_seq());
    let again = State::from_snapshot(&state.to_snapshot().unwrap()).unwrap();
    assert!(again == state);
}

/// Renewed with the number of the layout, as that of `engine/src/tests/snapshot.rs`; entries alone
/// decide it, so the same layout never gives another.
#[test]
fn the_wallet_of_format_2_gives_the_state_that_it_gave() {
    let bytes = replayed(&frozen().1).1.to_snapshot().unwrap();
    let found = (State::SNAPSHOT_FORMAT, Digest::of_bytes(&bytes).to_string());
    assert_eq!(found, (STATE.0, STATE.1.to_owned()));
}

#[test]
fn every_decision_in_it_is_what_deciding_gives_today() {
    let (log, _) = replayed(&frozen().1);
    let (mut judge, mut judged) = (Judge::default(), BTreeMap::new());
    for entry in &log {
        let kind = match judge.add(entry).unwrap() {
            Judgement::Same => "same",
            Judgement::Unknown => "unknown",
            Judgement::Differs(finding) => panic!("{finding}"),
        };
        *judged.entry(kind).or_insert(0) += 1;
    }
    // The log does not say what was asked when the wallet refused to hand on or to open something.
    assert_eq!(judged, BTreeMap::from([("same", 119), ("unknown", 17)]));
}
