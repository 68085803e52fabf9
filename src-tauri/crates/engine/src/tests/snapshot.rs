//! The state as bytes, and back.

use super::support::*;
use crate::{SnapshotError, State};
use purser_domain::*;

const SUB: AgentId = AgentId::from_random(9);

/// Limits of every interval, cut by everything that can cut them.
const LIMITS: &str = r#"[
    {"amount":"90000","interval":"weekly","each_payee":true},
    {"amount":"90000","interval":"monthly","window":"rolling","each_category":true},
    {"amount":"90000","interval":"all_time","each_workflow":true,"each_task":true},
    {"amount":"800","interval":"session"},
    {"amount":"700","interval":"per_transaction","payees":["host:shop.example"],
     "actions":["purchase"]}
]"#;

fn derived(world: &mut World, amount: &str) -> SpendRequest {
    SpendRequest { key_derived: true, ..world.fresh(amount) }
}

fn described(world: &mut World, amount: &str) -> SpendRequest {
    SpendRequest {
        category: Some(Category::new("books").unwrap()),
        task: Some(Task {
            id: Label::new("task").unwrap(),
            text: claim("say what you want"),
            origin: TaskOrigin::HostHook,
        }),
        context: Some(claim("because")),
        attribution: Attribution {
            workflow: Some(Label::new("flow").unwrap()),
            ..Attribution::default()
        },
        ..world.fresh(amount)
    }
}

fn resolve(world: &mut World, payment: PaymentId, resolution: Resolution) {
    world.submit(payment);
    world.done(Command::Resolve { payment, resolution });
}

/// A wallet in which there is some of everything that a state has.
fn everything() -> World {
    let mut limits: Vec<SpendingLimit> = serde_json::from_str(LIMITS).unwrap();
    limits.truncate(3);
    let wallet = WalletPolicy {
        time_zone: "Europe/Berlin".to_owned(),
        spending_limits: limits,
        ..WalletPolicy::default()
    };
    let may = AgentPolicy { may_delegate: true, ..wide_with(LIMITS) };
    let mut world = World::with(wallet, may.clone());
    let narrow = AgentPolicy { may_delegate: false, ..may };
    world.issue(false);
    let allocation =
        Allocation { amount: dec("500"), interval: Interval::Weekly, window: Window::Rolling };
    world.sub(AGENT, SUB, narrow, allocation);
    world.open("session", "100", 30);
    world.open("over", "100", 30);
    let by = SessionActor::Owner;
    let session = Label::new("over").unwrap();
    world.done(Command::CloseSession { agent: AGENT, by, presented: None, session });
    let asked = described(&mut world, "20.50");
    let paid = world.reserved(in_session(asked, "session"));
    world.submit(paid);
    world.succeed(paid, "20.25");
    world.wait(HOUR);
    let asked = derived(&mut world, "3");
    let paid = world.reserved(asked);
    world.submit(paid);
    world.succeed(paid, "3");
    let failed = world.reserve("4");
    let (problem, detail) = ("no".to_owned(), claim("no"));
    resolve(&mut world, failed, Resolution::Failed { problem, detail });
    let unknown = world.reserve("5");
    let (problem, detail) = ("timeout".to_owned(), claim("?"));
    resolve(&mut world, unknown, Resolution::Unknown { problem, detail });
    let declined = world.reserve("600");
    let reason = Some(claim("no"));
    world.done(Command::Decline { payment: declined, approver: OWNER, reason });
    let submitted = world.reserve("6");
    world.submit(submitted);
    world.refusal(SpendRequest { rail: RailId::X402, ..request(7, "100001") });
    world.ask(SpendRequest { agent: SUB, ..request(8, "450") });
    let asked = derived(&mut world, "7");
    world.reserved(asked);
    let asked = described(&mut world, "650");
    world.reserved(asked);
    let third = AgentId::from_random(11);
    world.done(Command::AddAgent(draft(third, "Third", AgentPolicy::default())));
    world.run(Command::PauseAgent(third));
    let fourth = AgentId::from_random(12);
    let quick = AgentPolicy {
        breakers: Breakers { refusals: 5, ..Breakers::default() },
        ..AgentPolicy::default()
    };
    world.done(Command::AddAgent(draft(fourth, "Fourth", quick)));
    for n in 20..26 {
        world.ask(SpendRequest { agent: fourth, ..request(n, "99999") });
    }
    world
}

fn again(state: &State) -> State {
    State::from_snapshot(&state.to_snapshot().unwrap()).unwrap()
}

#[test]
fn a_state_comes_back_from_its_bytes_and_decides_on_alike() {
    assert!(again(&State::default()) == State::default());
    let mut world = everything();
    assert!(world.state.agents().any(|agent| agent.tripped.is_some()));
    let mut restored = World { state: again(&world.state), ..world.clone() };
    assert!(restored.state == world.state);
    assert!(restored.state.key_ends == world.state.key_ends && !world.state.key_ends.is_empty());
    for world in [&mut world, &mut restored] {
        world.pay("9");
        world.wait(DAY);
        world.done(Command::Tick);
        world.done(Command::SetAgentPolicy { agent: AGENT, policy: wide(), presence: true });
        world.run(Command::Freeze);
    }
    assert!(restored.state == world.state && restored.log == world.log);
    world.assert_replays();
}

/// Whoever changes what a state holds or how it is written gives it another number, so that no
/// version reads what another wrote; only then is the digest to be changed here, too.
#[test]
fn a_layout_belongs_to_its_number() {
    let bytes = everything().state.to_snapshot().unwrap();
    let found = (State::SNAPSHOT_FORMAT, bytes.len(), Digest::of_bytes(&bytes).to_string());
    let golden = "0270d610d300baf4b8a520b637043d2c8e8e378062cc7a979deef3eb874f7cc0";
    assert_eq!(found, (6, 22_585, golden.to_owned()));
}

#[test]
fn bytes_that_are_no_state_are_an_error_and_never_a_panic() {
    let bytes = everything().state.to_snapshot().unwrap();
    for length in (0..bytes.len()).step_by(13) {
        assert!(State::from_snapshot(&bytes[..length]).is_err(), "cut off at {length}");
    }
    let mut long = bytes.clone();
    long.extend([0xc0, 0xc0]);
    let error = State::from_snapshot(&long).unwrap_err();
    assert!(matches!(error, SnapshotError::Trailing(2)), "{error}");
    let (mut changes, mut refused) = (0, 0);
    for place in (0..bytes.len()).step_by(13) {
        let mut changed = bytes.clone();
        changed[place] ^= [0x01, 0x80, 0xff][place % 3];
        // Some changes give another state; the ledger's digest tells those.
        refused += usize::from(State::from_snapshot(&changed).is_err());
        changes += 1;
    }
    assert!(changes > 1000 && refused > changes / 2, "{refused} of {changes}");
}

#[test]
fn a_zone_that_is_not_known_is_no_state() {
    let mut state = everything().state;
    state.policy.time_zone = "Moon/Base".to_owned();
    let error = State::from_snapshot(&state.to_snapshot().unwrap()).unwrap_err();
    assert!(matches!(error, SnapshotError::TimeZone(_)), "{error}");
}

/// Makes the states that the fuzz target begins with; run when the layout has changed.
#[test]
#[ignore = "tool: the corpus of the fuzz target"]
#[allow(clippy::disallowed_methods, reason = "a tool that writes files of the repository")]
fn make_the_corpus_of_snapshots() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fuzz/corpus/snapshot");
    std::fs::create_dir_all(folder).unwrap();
    let mut small = World::new(AgentPolicy::default());
    small.pay("5");
    for (name, state) in
        [("empty", State::default()), ("small", small.state), ("everything", everything().state)]
    {
        std::fs::write(format!("{folder}/{name}"), state.to_snapshot().unwrap()).unwrap();
    }
}
