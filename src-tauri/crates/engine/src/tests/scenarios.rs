//! The product's scenarios, as far as the engine alone can tell them.

use super::support::*;
use crate::{PaymentStatus, SpendReply};
use purser_domain::*;

fn t7() -> AgentPolicy {
    policy(
        r#"{"per_transaction":"50","per_session":"50","daily":"500","review_above":"10",
            "spending_limits":[{"amount":"5","interval":"per_transaction",
                "actions":["tool_call"]}]}"#,
    )
}

fn call(n: u128, amount: &str) -> SpendRequest {
    SpendRequest { action: Action::ToolCall, ..request(n, amount) }
}

#[test]
fn t7_five_a_tool_call_fifty_a_session_ask_above_ten_and_log_every_attempt() {
    let mut world = World::new(t7());
    world.reserved(call(1, "5"));
    let refusal = world.refusal(call(2, "5.01"));
    assert!(matches!(
        refusal,
        Refusal::EnvelopeLimit { envelope: 0, interval: Interval::PerTransaction, .. }
    ));
    let small = world.reserve("10");
    assert_eq!(*world.status(small), PaymentStatus::Approved);
    let large = world.reserve("10.01");
    assert_eq!(*world.status(large), PaymentStatus::PendingApproval);
    let session = world.reserve("24.99");
    assert_eq!(*world.status(session), PaymentStatus::PendingApproval);
    assert!(matches!(world.refusal(call(3, "0.01")), Refusal::SessionCap { .. }));
    let attempts = world.log.iter().filter(|entry| {
        matches!(entry.event, Event::SpendRefused { .. } | Event::SpendReserved { .. })
    });
    assert_eq!(attempts.count(), 6);
    world.assert_replays();
}

#[test]
fn t4_an_order_of_40000_that_nobody_answers_is_declined() {
    let mut world = World::new(wide());
    let order = world.reserve("40000");
    let held = &world.state.payment(order).unwrap().reservation;
    assert_eq!((held.tier, held.worth), (Tier::MultiParty, Some(dec("40000"))));
    assert_eq!(world.state.next_deadline(), Some(at(NOON + 15 * MINUTE)));
    world.wait(15 * MINUTE).done(Command::Tick);
    assert_eq!(*world.status(order), PaymentStatus::Stopped(PaymentStop::Expired));
    assert_eq!(world.daily(), (dec("0"), dec("0")));
}

fn count(world: &World, kind: &str) -> usize {
    world.log.iter().filter(|entry| entry.event.kind() == kind).count()
}

#[test]
fn t5_one_intent_ten_thousand_times_is_one_payment_and_one_word_to_the_owner() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 6000, ..wide() });
    let one_intent = |n: u128| {
        let key = IdempotencyKey::new("one-intent").unwrap();
        SpendRequest { idempotency_key: key, ..request(1000 + n, "5") }
    };
    let first = world.reserved(one_intent(0));
    world.submit(first);
    let mut answers = [0; 2];
    for n in 1..10_000 {
        match world.ask(one_intent(n)) {
            SpendReply::Repeated { payment } if payment == first => answers[0] += 1,
            SpendReply::Refused(_) => answers[1] += 1,
            reply => panic!("{reply:?}"),
        }
    }
    assert_eq!(answers, [5999, 4000], "and no second payment");
    world.succeed(first, "5");
    assert_eq!(world.daily(), (dec("5"), dec("0")));
    assert_eq!((count(&world, "spend_reserved"), count(&world, "breaker_tripped")), (1, 1));
    world.assert_replays();
}

#[test]
fn t5_different_intents_are_stopped_by_the_rate_and_the_breaker() {
    let mut world = World::new(AgentPolicy::default());
    let allowed = (0..10_000)
        .filter(|n| matches!(world.ask(request(1000 + n, "0.01")), SpendReply::Reserved { .. }));
    assert_eq!(allowed.count(), 60);
    let tripped = world.state.agent(AGENT).unwrap().tripped.clone();
    assert!(matches!(tripped, Some((BreakerCause::Refusals { .. }, _))), "{tripped:?}");
    assert_eq!(count(&world, "breaker_tripped"), 1, "the owner hears once");
    assert_eq!(world.daily(), (dec("0"), dec("0")), "what waited was called off");
    // Not before the owner lets it go on.
    world.wait(DAY);
    let next = world.fresh("0.01");
    assert_eq!(world.refusal(next), Refusal::AgentPaused);
    world.done(Command::ResumeAgent(AGENT));
    world.pay("0.01");
    world.assert_replays();
}

#[test]
fn t5_different_intents_are_stopped_by_an_envelope_too() {
    let policy = AgentPolicy {
        rate_limit_per_minute: 6000,
        spending_limits: vec![SpendingLimit::new(dec("20"), Interval::Daily)],
        ..AgentPolicy::default()
    };
    let mut world = World::new(policy);
    for n in 0..1000 {
        world.ask(request(1000 + n, "2"));
    }
    assert_eq!((count(&world, "spend_reserved"), count(&world, "breaker_tripped")), (10, 1));
    assert_eq!(world.state.open_payments().count(), 0);
}

fn fail(world: &mut World, payment: PaymentId) {
    world.submit(payment);
    let resolution = Resolution::Failed { problem: "http_500".to_owned(), detail: claim("") };
    world.done(Command::Resolve { payment, resolution });
}

fn t1() -> World {
    let caps = r#"{"per_transaction":"2","per_session":"20","rate_limit_per_minute":600}"#;
    let mut world = World::new(policy(caps));
    world.open("night", "20", 12 * 60);
    world
}

#[test]
fn t1_a_call_that_fails_all_night_becomes_a_waiting_retry_and_is_charged_once() {
    let mut world = t1();
    let mut submitted = 0;
    for n in 0..2000 {
        let call = SpendRequest { key_derived: true, ..request(1000 + n, "2") };
        let key = IdempotencyKey::new("the-call").unwrap();
        let call = in_session(SpendRequest { idempotency_key: key, ..call }, "night");
        let reply = world.ask(call);
        let (SpendReply::Reserved { payment } | SpendReply::Repeated { payment }) = reply else {
            panic!("{reply:?}")
        };
        if *world.status(payment) == PaymentStatus::Approved {
            fail(&mut world, payment);
            submitted += 1;
        }
        world.wait(15 * SECOND);
        world.done(Command::Tick);
    }
    assert_eq!(submitted, 4, "then a person is asked before it is tried again");
    let waiting: Vec<_> = world.state.open_payments().map(crate::Payment::id).collect();
    assert_eq!(waiting.len(), 1, "a waiting retry");
    let held = &world.state.payment(waiting[0]).unwrap().reservation;
    assert_eq!(held.rules, ["repeated_failures"]);
    assert_eq!(world.daily(), (dec("0"), dec("2")));
    world.approve(waiting[0]);
    world.submit(waiting[0]);
    world.succeed(waiting[0], "2");
    assert_eq!(world.daily(), (dec("2"), dec("0")));
    world.assert_replays();
}

#[test]
fn t1_with_a_new_key_each_time_it_stays_in_its_session_and_is_stopped() {
    let mut world = t1();
    for n in 0..2000 {
        let reply = world.ask(in_session(request(1000 + n, "2"), "night"));
        let SpendReply::Reserved { payment } = reply else { continue };
        if *world.status(payment) == PaymentStatus::Approved {
            fail(&mut world, payment);
        }
        world.wait(SECOND);
    }
    // 4 that failed, 10 that wait, and then the session was full and over.
    assert_eq!((count(&world, "spend_reserved"), count(&world, "session_closed")), (14, 1));
    let codes: Vec<_> = world
        .log
        .iter()
        .filter_map(|entry| match &entry.event {
            Event::SpendRefused { refusal, .. } => Some(refusal.code()),
            _ => None,
        })
        .collect();
    assert_eq!(codes[..31], [&["session_cap"], &["session_over"; 30][..]].concat());
    assert!(codes[31..].iter().all(|code| *code == "agent_paused"));
    assert_eq!(count(&world, "breaker_tripped"), 1);
    assert_eq!(world.daily(), (dec("0"), dec("0")), "nothing was charged, nothing is held");
    let logged: u32 = world
        .log
        .iter()
        .map(|entry| match entry.event {
            Event::SpendRefused { .. } => 1,
            Event::AttemptsRefused { count, .. } => count,
            _ => 0,
        })
        .sum();
    assert_eq!(logged, 2000 - 14, "every attempt is on record");
    world.assert_replays();
}

/// A dispatcher with a pool of coding agents, which pay only in sessions.
fn t3() -> (World, Vec<AgentId>) {
    let mut world = World::new(wide());
    let pool: Vec<_> = (0..3).map(|n| AgentId::from_random(50 + n)).collect();
    for agent in &pool {
        let policy = policy(r#"{"per_session":"10","require_session":true}"#);
        let (interval, window) = (Interval::Daily, Window::Calendar);
        let allocation = Allocation { amount: dec("100"), interval, window };
        world.sub(AGENT, *agent, policy, allocation);
        dispatch(&mut world, *agent, "task-1");
    }
    (world, pool)
}

/// At most 10 for the task, and 30 minutes.
fn dispatch(world: &mut World, agent: AgentId, session: &str) {
    let mut terms = world.terms(session, "10", 30);
    let text = claim("make the tests pass");
    terms.task = Some(Task { id: terms.session.clone(), text, origin: TaskOrigin::Owner });
    world.done(open_session(agent, SessionActor::Parent(AGENT), terms));
}

fn ask_for(world: &mut World, agent: AgentId, session: &str, amount: &str) -> SpendReply {
    let request = SpendRequest { agent, ..world.fresh(amount) };
    world.ask(in_session(request, session))
}

#[test]
fn t3_an_agent_that_goes_over_reports_to_its_dispatcher_which_opens_another_session() {
    let (mut world, pool) = t3();
    assert!(matches!(ask_for(&mut world, pool[0], "task-1", "8"), SpendReply::Reserved { .. }));
    let over = refused(ask_for(&mut world, pool[0], "task-1", "3"));
    assert_eq!(over, Refusal::SessionCap { limit: dec("10"), observed: dec("11") });
    let closed = refused(ask_for(&mut world, pool[0], "task-1", "1"));
    assert_eq!(closed, Refusal::SessionOver);
    assert!(closed.detail().what_to_do.starts_with("report the shortfall"));
    let itself = world.terms("more", "10", 30);
    let itself = open_session(pool[0], SessionActor::Agent, itself);
    assert!(matches!(world.run(itself), crate::Reply::Refused(Refusal::SessionNotAllowed)));
    dispatch(&mut world, pool[0], "task-2");
    let SpendReply::Reserved { payment } = ask_for(&mut world, pool[0], "task-2", "3") else {
        panic!()
    };
    let task = world.state.payment(payment).unwrap().reservation.request.task.clone();
    assert_eq!(task.unwrap().id.as_str(), "task-2");
    // The others go on, until their time is over.
    assert!(matches!(ask_for(&mut world, pool[1], "task-1", "10"), SpendReply::Reserved { .. }));
    world.wait(30 * MINUTE).done(Command::Tick);
    let late = refused(ask_for(&mut world, pool[2], "task-1", "1"));
    assert_eq!(late, Refusal::SessionOver);
    world.assert_replays();
}

#[test]
fn t3_revoking_one_is_one_call() {
    let (mut world, pool) = t3();
    assert!(matches!(ask_for(&mut world, pool[0], "task-1", "8"), SpendReply::Reserved { .. }));
    let entries = world.log.len();
    world.run(Command::RevokeAgent(pool[0]));
    assert_eq!(world.log.len(), entries + 1);
    let lines = world.state.sessions(pool[0]);
    assert!(lines.iter().all(|line| !line.session.is_open(at(world.now))));
    assert!(lines.iter().all(|line| line.reserved.is_zero()));
    assert_eq!(refused(ask_for(&mut world, pool[0], "task-1", "1")), Refusal::AgentRevoked);
    assert!(matches!(ask_for(&mut world, pool[1], "task-1", "8"), SpendReply::Reserved { .. }));
    world.assert_replays();
}
