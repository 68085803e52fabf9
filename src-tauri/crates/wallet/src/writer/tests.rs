//! The writer by itself: no thread but the log's, and no runtime but where a test says so.
#![allow(clippy::arithmetic_side_effects, reason = "numbers in tests are small")]

use super::held::HELD_MAX;
use super::*;
use crate::snapshots::{Snapshots, Started};
use purser_domain::{
    Action, AgentDraft, AgentPolicy, ApproverId, Attribution, Claim, Digest, IdempotencyKey, Money,
    Payee, PaymentId, RailId, Refusal, SpendRequest, Timestamp, WalletPolicy,
};
use purser_engine::SpendReply;
use purser_ledger::CheckpointSigner;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use tempfile::TempDir;

const AGENT: AgentId = AgentId::from_random(2);
const OTHER: AgentId = AgentId::from_random(3);
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

fn ledger(dir: &TempDir) -> Ledger {
    let phrase = purser_keys::Phrase::generate(purser_keys::PhraseLength::Words12).unwrap();
    let root = purser_keys::RootKey::from_phrase(&phrase);
    let signer = Box::new(Signer(root.log_key().unwrap()));
    Ledger::create(&dir.path().join("ledger.db"), &[7; 32], "purser.local/test", signer).unwrap()
}

fn spend(id: u128, agent: AgentId) -> Command {
    let name = Claim::new("Shop", 64).unwrap();
    let request = SpendRequest {
        payment: PaymentId::from_random(id),
        agent,
        action: Action::Purchase,
        rail: RailId::Sandbox,
        payee: Payee { name, account: None, host: None, country: None },
        amount: Money::parse("1", "USD").unwrap(),
        category: None,
        session: None,
        task: None,
        subject: None,
        context: None,
        line_items: Vec::new(),
        attribution: Attribution::default(),
        idempotency_key: IdempotencyKey::new(&format!("key-{}", id)).unwrap(),
        key_derived: false,
        terms: None,
    };
    Command::Spend { request: Box::new(request), presented: None }
}

/// A writer without a thread, its alarm and its clock.
struct Bench {
    running: Running<Ledger>,
    alarms: Arc<AtomicUsize>,
    now: Arc<AtomicI64>,
    ids: u128,
    _dir: TempDir,
}

type Heard = oneshot::Receiver<Result<Reply, WriteError>>;

impl Bench {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (alarms, now) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicI64::new(START)));
        let (rung, time) = (Arc::clone(&alarms), Arc::clone(&now));
        let running = Running {
            state: Some(State::default()),
            log: WriteBehind::start(ledger(&dir), Box::new(|_, _| {})).unwrap(),
            clock: Arc::new(move || Timestamp::from_millis(time.load(Ordering::Relaxed))),
            read_back: Box::new(read_back),
            alarm: Box::new(move || {
                rung.fetch_add(1, Ordering::Relaxed);
            }),
            held: Held::default(),
            alarm_is_set: false,
            stopping: false,
        };
        let mut bench = Self { running, alarms, now, ids: 100, _dir: dir };
        let owner = ApproverId::from_random(1);
        let policy = WalletPolicy::default();
        bench.now_done(Command::CreateWallet { owner, policy });
        for (agent, name) in [(AGENT, "Agent"), (OTHER, "Other")] {
            let name = Claim::new(name, 64).unwrap();
            let (holder_key, policy) = (Digest::of_bytes(b"key"), AgentPolicy::default());
            bench.now_done(Command::AddAgent(AgentDraft { agent, name, holder_key, policy }));
        }
        bench
    }

    fn serve(&mut self, commands: Vec<Command>) -> Vec<Heard> {
        let (mut messages, mut heard) = (Vec::new(), Vec::new());
        for command in commands {
            let (answer, hears) = oneshot::channel();
            messages.push(Message::Decide { command: Box::new(command), see: None, answer });
            heard.push(hears);
        }
        self.running.serve(&mut messages);
        self.settle();
        heard
    }

    fn wake(&mut self) {
        self.running.serve(&mut vec![Message::CountHeld]);
        self.settle();
    }

    /// Waits until everything is written and answered.
    fn settle(&self) {
        self.running.log.with(|_| ()).unwrap();
    }

    /// How many entries the log has.
    fn entries(&self) -> u64 {
        self.running.log.with(|ledger| ledger.len()).unwrap()
    }

    fn now_done(&mut self, command: Command) {
        let mut heard = self.serve(vec![command]);
        assert_eq!(heard[0].try_recv().unwrap(), Ok(Reply::Done));
    }

    fn spend(&mut self, agent: AgentId) -> Command {
        self.ids += 1;
        spend(self.ids, agent)
    }

    /// Asks `count` times at once.
    fn flood(&mut self, agent: AgentId, count: usize) -> Vec<Heard> {
        let commands = (0..count).map(|_| self.spend(agent)).collect();
        self.serve(commands)
    }

    /// Pauses an agent, and has it refused until its minute is full.
    fn fill(&mut self, agent: AgentId) {
        self.serve(vec![Command::PauseAgent(agent)]);
        for mut heard in self.flood(agent, 10) {
            assert_eq!(heard.try_recv().unwrap(), refused());
        }
    }

    /// The counts of refusals in the log, with the agents.
    fn counts(&self) -> Vec<(AgentId, u32)> {
        let mut counts = Vec::new();
        let mut visit = |entry: Entry| {
            if let Event::AttemptsRefused { agent, count, refusal } = entry.event {
                assert_eq!(refusal, Refusal::AgentPaused);
                counts.push((agent, count));
            }
            Ok::<_, LedgerError>(())
        };
        self.running.log.with(|ledger| ledger.replay(0, &mut visit).unwrap()).unwrap();
        counts
    }

    fn alarms(&self) -> usize {
        self.alarms.load(Ordering::Relaxed)
    }
}

fn refused() -> Result<Reply, WriteError> {
    Ok(Reply::Spend(SpendReply::Refused(Refusal::AgentPaused)))
}

fn all_refused(heard: Vec<Heard>) {
    for mut heard in heard {
        assert_eq!(heard.try_recv().unwrap(), refused());
    }
}

fn none_answered(heard: &mut [Heard]) {
    for heard in heard {
        assert!(heard.try_recv().is_err(), "answered before it was counted");
    }
}

#[test]
fn a_flood_is_one_entry_a_second_and_is_answered_after_it() {
    let mut bench = Bench::new();
    bench.fill(AGENT);
    let before = bench.entries();
    let mut heard = bench.flood(AGENT, 300);
    heard.extend(bench.flood(AGENT, 5));
    none_answered(&mut heard);
    assert_eq!((bench.entries(), bench.alarms()), (before, 1));
    bench.wake();
    all_refused(heard);
    assert_eq!((bench.counts(), bench.alarms()), (vec![(AGENT, 305)], 1));
    // The next flood sets the alarm again; an idle waking does nothing.
    let heard = bench.flood(AGENT, 2);
    assert_eq!(bench.alarms(), 2);
    bench.wake();
    bench.wake();
    all_refused(heard);
    assert_eq!(bench.counts(), [(AGENT, 305), (AGENT, 2)]);
    let told = bench.running.log.with(|ledger| read_back(ledger).unwrap());
    assert!(bench.running.state == told);
}

#[test]
fn entries_about_the_agent_take_its_count_along_and_others_do_not() {
    let mut bench = Bench::new();
    bench.fill(AGENT);
    bench.fill(OTHER);
    let mut heard = bench.flood(AGENT, 3);
    let others = bench.flood(OTHER, 4);
    bench.serve(vec![Command::ResumeAgent(OTHER)]);
    all_refused(others);
    none_answered(&mut heard);
    assert_eq!((bench.counts(), bench.alarms()), (vec![(OTHER, 4)], 1));
    bench.serve(vec![Command::RevokeAgent(AGENT)]);
    all_refused(heard);
    assert_eq!(bench.counts(), [(OTHER, 4), (AGENT, 3)]);
}

#[test]
fn a_payment_of_the_agent_takes_its_count_along() {
    let mut bench = Bench::new();
    let payment = PaymentId::from_random(bench.ids + 1);
    bench.flood(AGENT, 1);
    let reject = || Command::RejectAttempt {
        agent: AGENT,
        problem: "body_invalid".to_owned(),
        detail: Claim::default(),
    };
    for _ in 0..10 {
        bench.now_done(reject());
    }
    let mut heard = bench.serve(vec![reject()]);
    none_answered(&mut heard);
    let valid_until = Timestamp::from_millis(START + 60_000);
    bench.serve(vec![Command::Submit { payment, valid_until }]);
    assert_eq!(heard[0].try_recv().unwrap(), Ok(Reply::Done));
    assert_eq!(bench.entries(), 3 + 1 + 10 + 2);
}

#[test]
fn beyond_a_bound_attempts_are_answered_at_once_and_still_counted() {
    let mut bench = Bench::new();
    bench.fill(AGENT);
    let mut heard = bench.flood(AGENT, HELD_MAX + 7);
    let beyond = heard.split_off(HELD_MAX);
    assert_eq!(beyond.len(), 7);
    all_refused(beyond);
    none_answered(&mut heard);
    bench.wake();
    all_refused(heard);
    assert_eq!(bench.counts(), [(AGENT, u32::try_from(HELD_MAX + 7).unwrap())]);
}

#[test]
fn what_can_not_be_counted_is_answered_with_that() {
    let mut bench = Bench::new();
    bench.fill(AGENT);
    let mut heard = bench.flood(AGENT, 2);
    // A clock beyond what the engine takes.
    bench.now.store(i64::MAX, Ordering::Relaxed);
    bench.wake();
    for heard in &mut heard {
        assert!(matches!(heard.try_recv().unwrap(), Err(WriteError::LogUnwritable { .. })));
    }
    assert!(bench.counts().is_empty());
}

#[test]
fn a_failed_write_goes_back_to_the_snapshot_and_what_came_after_it() {
    let mut bench = Bench::new();
    let snapshots = Snapshots::open(&bench._dir.path().join("ledger.snapshot"), &[7; 32]);
    let covered = bench.entries();
    let state = bench.running.state.as_ref().unwrap();
    bench.running.log.with(|ledger| snapshots.save_of(state, ledger)).unwrap();
    let (started, seen) = std::sync::mpsc::channel();
    bench.running.read_back = Box::new(move |ledger| {
        let (state, from) = snapshots.read_back(ledger)?;
        started.send(from).unwrap();
        Ok(state)
    });
    bench.flood(AGENT, 3);
    let size = bench.entries();

    let other = rusqlite::Connection::open(bench._dir.path().join("ledger.db")).unwrap();
    other.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = bench.flood(AGENT, 1).remove(0).try_recv().unwrap();
    assert!(matches!(refused, Err(WriteError::LogUnwritable { .. })), "{refused:?}");
    other.execute_batch("ROLLBACK").unwrap();
    bench.wake();
    assert_eq!(seen.try_iter().last(), Some(Started { replayed_from: covered, ignored: 0 }));
    assert_eq!(bench.entries(), size);
    let told = bench.running.log.with(|ledger| read_back(ledger).unwrap());
    assert!(bench.running.state == told);
    bench.flood(AGENT, 1);
    assert_eq!(bench.entries(), size + 1);
}

#[test]
fn what_was_decided_on_top_of_a_failed_write_is_refused_too() {
    let mut bench = Bench::new();
    let before = bench.entries();
    let other = rusqlite::Connection::open(bench._dir.path().join("ledger.db")).unwrap();
    other.pragma_update(None, "key", format!("x'{}'", "07".repeat(32))).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for mut heard in bench.flood(AGENT, 3 * CHUNK + 1) {
        assert!(matches!(heard.try_recv().unwrap(), Err(WriteError::LogUnwritable { .. })));
    }
    assert_eq!(bench.entries(), before);
    other.execute_batch("ROLLBACK").unwrap();
    let mut heard = bench.flood(AGENT, CHUNK + 1);
    assert!(heard.iter_mut().all(|heard| heard.try_recv().unwrap().is_ok()));
    let told = bench.running.log.with(|ledger| read_back(ledger).unwrap());
    assert!(bench.running.state == told);
    assert!(bench.entries() > before);
}

#[test]
fn what_is_seen_along_with_an_answer_is_what_the_command_left() {
    let mut bench = Bench::new();
    let before = bench.entries();
    let (tell, mut seen) = oneshot::channel();
    let see: See = Box::new(move |state, _| tell.send(state.next_seq()).unwrap());
    let (answer, mut heard) = oneshot::channel();
    let asks = |command, see, answer| Message::Decide { command: Box::new(command), see, answer };
    let first = asks(bench.spend(AGENT), Some(see), answer);
    let second = asks(bench.spend(AGENT), None, oneshot::channel().0);
    bench.running.serve(&mut vec![first, second]);
    bench.settle();
    assert!(heard.try_recv().unwrap().is_ok());
    assert_eq!(seen.try_recv(), Ok(before + 1));
    assert_eq!(bench.entries(), before + 2);
}

#[tokio::test]
async fn many_callers_and_looks_see_nothing_that_is_not_in_the_log() {
    let bench = Bench::new();
    let Bench { running, _dir, .. } = bench;
    let Running { state, mut log, clock, .. } = running;
    let ledger = log.close().unwrap();
    let writer = Writer::start(ledger, state.unwrap(), clock, Box::new(|_, _| {})).unwrap();
    let ask = |id| {
        let writer = writer.clone();
        async move {
            let agent = if id % 2 == 0 { AGENT } else { OTHER };
            let reply = writer.decide(spend(id, agent)).await;
            let look = |state: &State, ledger: &mut Ledger| (state.next_seq(), ledger.len());
            let (state, log) = writer.look_with_log(look).await.unwrap();
            assert_eq!(state, log);
            reply.is_ok()
        }
    };
    let tasks: Vec<_> = (1000..1300).map(|id| tokio::spawn(ask(id))).collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn held_answers_come_by_themselves_and_when_the_wallet_closes() {
    let mut bench = Bench::new();
    bench.fill(AGENT);
    let Bench { running, _dir, .. } = bench;
    let Running { state, mut log, clock, .. } = running;
    let ledger = log.close().unwrap();
    let writer = Writer::start(ledger, state.unwrap(), clock, Box::new(|_, _| {})).unwrap();
    // The paused clock moves on when everyone waits.
    assert_eq!(writer.decide(spend(1001, AGENT)).await, refused());
    // The command comes before the stop, since the queue is in order.
    let (held, ()) = tokio::join!(writer.decide(spend(1002, AGENT)), writer.stop());
    assert_eq!(held, refused());
    assert_eq!(writer.decide(spend(1003, AGENT)).await, Err(WriteError::Closed));
}

/// Whether a log is open somewhere.
fn is_open(dir: &TempDir) -> bool {
    let lock = std::fs::File::open(dir.path().join("ledger.db.lock")).unwrap();
    lock.try_lock().is_err()
}

fn started(dir: &TempDir) -> Writer {
    let clock: Clock = Arc::new(|| Timestamp::from_millis(START));
    Writer::start(ledger(dir), State::default(), clock, Box::new(|_, _| {})).unwrap()
}

#[tokio::test]
async fn dropped_by_all_it_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    let writer = started(&dir);
    let other = writer.clone();
    // What nobody waits for any more is still done first.
    let (begun, go) = std::sync::mpsc::channel::<()>();
    let look = Box::new(move |_: &State, _: &mut Ledger| drop(begun));
    writer.queue.send(Message::Look(look)).await.unwrap();
    drop(writer);
    assert!(is_open(&dir));
    drop(other);
    assert!(!is_open(&dir));
    assert!(go.try_recv().is_err_and(|error| error == std::sync::mpsc::TryRecvError::Disconnected));
}

#[tokio::test]
async fn a_look_that_has_the_last_way_to_it_lets_it_end() {
    let dir = tempfile::tempdir().unwrap();
    let writer = started(&dir);
    let mut ended = writer.ended.clone();
    let (let_go, go) = std::sync::mpsc::channel::<()>();
    let last = writer.clone();
    let look = Box::new(move |_: &State, _: &mut Ledger| {
        go.recv().unwrap();
        drop(last);
    });
    writer.queue.send(Message::Look(look)).await.unwrap();
    drop(writer);
    let_go.send(()).unwrap();
    ended.wait_for(|ended| *ended).await.unwrap();
    assert!(!is_open(&dir));
}
