//! What sessions put on record, and what is forgotten with them.

use super::sessions::{close, ended, last, line, name, spend};
use super::support::*;
use crate::{BudgetKind, PaymentStatus, SpendReply};
use purser_domain::*;
use rust_decimal::Decimal;

fn task(id: &str) -> Task {
    Task { id: name(id), text: claim("book a room"), origin: TaskOrigin::Owner }
}

#[test]
fn payments_take_the_task_and_the_attribution_of_their_session() {
    let mut world = World::new(AgentPolicy::default());
    let mut terms = world.terms("s1", "100", 30);
    terms.task = Some(task("trip"));
    terms.attribution.workflow = Some(name("w1"));
    terms.attribution.initiator = Some(name("ada"));
    world.done(open_session(AGENT, SessionActor::Owner, terms.clone()));
    let plain = spend(&mut world, "s1", "5");
    let payment = world.reserved(plain.clone());
    let held = |world: &World, payment| world.state.payment(payment).unwrap().reservation.clone();
    let recorded = held(&world, payment).request;
    assert_eq!((recorded.task, recorded.attribution), (terms.task.clone(), terms.attribution));

    let mut own = spend(&mut world, "s1", "6");
    own.task = Some(task("other"));
    own.attribution.workflow = Some(name("w2"));
    let payment = world.reserved(own.clone());
    let recorded = held(&world, payment).request;
    assert_eq!((recorded.task, recorded.attribution.workflow), (own.task, Some(name("w2"))));
    assert_eq!(recorded.attribution.initiator, Some(name("ada")));

    // The same request is the same purchase, also when the session is over.
    let repeated = SpendReply::Repeated { payment: plain.payment };
    assert_eq!(world.ask(plain.clone()), repeated);
    world.done(close("s1", SessionActor::Agent));
    assert_eq!(world.ask(plain), repeated);
    // What is refused is on record with its task, too.
    let late = spend(&mut world, "s1", "5");
    assert_eq!(world.refusal(late), Refusal::SessionOver);
    let Event::SpendRefused { request, .. } = &world.log.last().unwrap().event else { panic!() };
    assert_eq!(request.task.as_ref().unwrap().id, name("trip"));
    world.assert_replays();
}

#[test]
fn the_task_of_a_session_opens_what_a_credential_allows_for_it() {
    let mut world = World::new(AgentPolicy::default());
    world.issue(false);
    let mut terms = world.terms("s1", "100", 30);
    terms.task = Some(task("trip"));
    world.done(open_session(AGENT, SessionActor::Owner, terms));
    let scope = Scope { tasks: vec![name("trip")], ..Scope::default() };
    let shown = || Some(Presented { scope: scope.clone(), ..presented() });
    let without = world.fresh("5");
    assert_eq!(refused(world.ask_with(without, shown())), Refusal::TaskNotAllowed);
    let within = spend(&mut world, "s1", "5");
    assert!(matches!(world.ask_with(within, shown()), SpendReply::Reserved { .. }));
}

#[test]
fn approvers_approve_the_request_as_it_is_on_record() {
    let mut world = World::new(policy(r#"{"review_above":"1"}"#));
    let mut terms = world.terms("s1", "100", 30);
    terms.task = Some(task("trip"));
    world.done(open_session(AGENT, SessionActor::Owner, terms));
    let request = spend(&mut world, "s1", "5");
    let payment = world.reserved(request);
    world.approve(payment);
    let authorized = world.submit(payment);
    // The session may end meanwhile: what a rail was asked for stays reserved.
    world.wait(30 * MINUTE).done(Command::Tick);
    assert_eq!(authorized.request().task, Some(task("trip")));
    world.succeed(payment, "5");
    assert_eq!(line(&world, "s1").settled, dec("5"));
    world.assert_replays();
}

#[test]
fn sessions_are_listed_with_what_was_spent_in_them() {
    let mut world = World::new(AgentPolicy::default());
    world.open("b", "20", 30);
    world.wait(SECOND).open("a", "10", 60);
    let paid = spend(&mut world, "b", "5");
    let paid = world.reserved(paid);
    world.submit(paid);
    world.succeed(paid, "4");
    let held = spend(&mut world, "b", "6");
    world.reserved(held);
    let sessions = world.state.sessions(AGENT);
    let names: Vec<_> = sessions.iter().map(|line| line.session.terms.session.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    let line = &sessions[1];
    assert_eq!((line.limit, line.settled, line.reserved), (dec("20"), dec("4"), dec("6")));
    assert_eq!(line.remaining(), dec("10"));
    assert_eq!((line.session.by, line.session.opened_at), (SessionActor::Owner, at(NOON)));
    assert!(line.session.is_open(at(world.now)) && !line.session.is_open(at(NOON + HOUR)));
    assert!(world.state.sessions(OTHER).is_empty());
    assert_eq!(world.state.session(AGENT, &name("c")), None);
}

/// What an agent used of its envelopes, after they were counted anew.
fn envelopes(world: &mut World) -> Vec<(Decimal, Decimal)> {
    let mut policy = world.state.agent(AGENT).unwrap().policy.clone();
    let used = |world: &World| -> Vec<(Decimal, Decimal)> {
        let lines = world.state.budgets(AGENT, at(world.now));
        lines.iter().skip(2).map(|line| (line.settled, line.reserved)).collect()
    };
    let before = used(world);
    policy.rate_limit_per_minute += 1;
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    assert_eq!(used(world), before, "counted anew");
    before
}

#[test]
fn a_session_is_forgotten_a_day_after_its_end_and_what_was_spent_is_not() {
    let limits = r#"[{"amount":"100","interval":"all_time"},{"amount":"100","interval":"weekly"},
        {"amount":"50","interval":"session"}]"#;
    let mut world = World::new(wide_with(limits));
    world.open("s1", "50", 30);
    for amount in ["5", "7"] {
        let request = spend(&mut world, "s1", amount);
        let payment = world.reserved(request);
        world.submit(payment);
        world.succeed(payment, amount);
    }
    // One whose outcome nobody knows until the session is long forgotten.
    let request = spend(&mut world, "s1", "9");
    let unknown = world.reserved(request);
    world.submit(unknown);
    world.wait(MINUTE).done(close("s1", SessionActor::Owner));
    let texts = &line(&world, "s1").session.terms.purpose;
    assert_eq!(*texts, Claim::default(), "only what is needed is kept");
    world.wait(DAY).open("s2", "50", 30);
    assert_eq!(world.state.session(AGENT, &name("s1")), None);
    assert_eq!(world.state.sessions(AGENT).len(), 1);
    let words = world.state.words.session(AGENT, Some(&name("s1")));
    assert_eq!(world.state.words.sessions.text(words), None);
    let (all, none) = ((dec("12"), dec("9")), (dec("0"), dec("0")));
    assert_eq!(envelopes(&mut world), [none, all, all, none]);
    world.succeed(unknown, "8");
    let all = (dec("20"), dec("0"));
    assert_eq!(envelopes(&mut world), [none, all, all, none]);
    // A new session of the old name begins with nothing.
    world.open("s1", "10", 30);
    let request = spend(&mut world, "s1", "10");
    world.reserved(request);
    assert_eq!(line(&world, "s1").reserved, dec("10"));
    world.assert_replays();
}

#[test]
fn a_forgotten_session_gives_nothing_to_a_request_that_names_it() {
    let mut world = World::new(AgentPolicy::default());
    let mut terms = world.terms("s1", "100", 30);
    terms.task = Some(task("trip"));
    world.done(open_session(AGENT, SessionActor::Owner, terms));
    world.done(close("s1", SessionActor::Owner));
    let mut recorded = |wait: i64, refusal: Refusal| {
        let late = world.wait(wait).fresh("5");
        let late = in_session(late, "s1");
        assert_eq!(world.refusal(late), refusal);
        match &world.log.last().unwrap().event {
            Event::SpendRefused { request, .. } => request.task.is_some(),
            other => panic!("{other:?}"),
        }
    };
    assert!(recorded(DAY - 1, Refusal::SessionOver));
    // It may still be stored, since nothing happened to any session meanwhile.
    assert!(!recorded(1, Refusal::SessionUnknown));
}

#[test]
fn a_flood_of_sessions_takes_up_no_more_memory_than_a_day_needs() {
    let mut world = World::new(AgentPolicy::default());
    for n in 0..1200 {
        let session = format!("s{n}");
        world.open(&session, "10", 30);
        world.done(close(&session, SessionActor::Owner));
    }
    assert_eq!(world.state.sessions(AGENT).len(), 1024);
    assert_eq!(world.state.session(AGENT, &name("s175")), None);
    assert_eq!(ended(&world, "s176"), Some(SessionEnd::Owner));
    world.wait(DAY).open("last", "10", 30);
    assert_eq!(world.state.sessions(AGENT).len(), 1);
    assert_eq!(world.state.sessions_over.len(), 0);
    world.assert_replays();
}

#[test]
fn an_envelope_by_session_counts_each_session_for_itself() {
    let mut world = World::new(wide_with(r#"[{"amount":"5","interval":"session"}]"#));
    for session in ["s1", "s2"] {
        world.open(session, "50", 30);
        let request = spend(&mut world, session, "5");
        world.reserved(request);
        let more = spend(&mut world, session, "0.01");
        assert!(matches!(world.refusal(more), Refusal::EnvelopeLimit { .. }));
        assert_eq!(ended(&world, session), None, "its own ceiling was not reached");
    }
}

#[test]
fn entries_that_no_engine_writes_are_refused() {
    let mut world = World::new(AgentPolicy::default());
    world.open("s1", "10", 30);
    world.open("s2", "10", 30);
    world.done(close("s2", SessionActor::Owner));
    let opened =
        |agent, terms: SessionTerms| Event::SessionOpened { agent, by: SessionActor::Owner, terms };
    let closed = |session: &str, end| Event::SessionClosed {
        agent: AGENT,
        session: Label::new(session).unwrap(),
        end,
    };
    let bad = [
        opened(OTHER, world.terms("s3", "10", 30)),
        opened(AGENT, world.terms("s1", "10", 30)),
        opened(AGENT, world.terms("s2", "10", 30)),
        opened(AGENT, world.terms("s3", "0", 30)),
        opened(AGENT, world.terms("s3", "10", 0)),
        closed("s2", SessionEnd::Owner),
        closed("s3", SessionEnd::Owner),
        closed("s1", SessionEnd::Expired),
        closed("s1", SessionEnd::Revoked),
        closed("s1", SessionEnd::Parent),
    ];
    for event in bad {
        assert!(world.clone().applies(event.clone()).is_err(), "{event:?}");
    }
}

#[test]
fn logs_from_before_sessions_were_opened_still_read() {
    let mut world = World::new(AgentPolicy::default());
    let request = in_session(request(1, "5"), "free");
    let reservation = Box::new(Reservation {
        request,
        worth: Some(dec("5")),
        tier: Tier::Autonomous,
        rules: Vec::new(),
        signals: Vec::new(),
        charged_to: Vec::new(),
        approval: None,
        presented: None,
    });
    world.applies(Event::SpendReserved { reservation }).unwrap();
    assert_eq!(*world.status(payment(1)), PaymentStatus::Approved);
    assert_eq!(world.daily(), (dec("0"), dec("5")));
    world.assert_replays();
}

#[test]
fn the_owner_hears_when_a_session_fills_up() {
    let mut world = World::new(AgentPolicy::default());
    world.open("s1", "10", 30);
    let told = |world: &World| -> Vec<(u32, Decimal, Decimal)> {
        let told = world.log.iter().filter_map(|entry| match &entry.event {
            Event::BudgetReached { budget, percent, limit, used, .. } => {
                assert_eq!(budget, "per session, s1");
                Some((*percent, *limit, *used))
            }
            _ => None,
        });
        told.collect()
    };
    for amount in ["7.99", "0.01", "1"] {
        let request = spend(&mut world, "s1", amount);
        let payment = world.reserved(request);
        world.submit(payment);
    }
    assert_eq!(told(&world), [(80, dec("10"), dec("8"))]);
    let over = spend(&mut world, "s1", "2");
    assert!(matches!(world.refusal(over), Refusal::SessionCap { .. }));
    assert_eq!(last(&world, 3), ["spend_refused", "session_closed", "budget_reached"]);
    assert_eq!(told(&world).pop(), Some((100, dec("10"), dec("9"))));
    world.assert_replays();
}

#[test]
fn forgetting_one_session_leaves_what_the_others_count() {
    let cap = r#"{"per_transaction":"100","per_session":"100","daily":"1000"}"#;
    let mut world = World::new(policy(cap));
    world.open("over", "50", 30);
    let paid = spend(&mut world, "over", "7");
    let paid = world.reserved(paid);
    world.submit(paid);
    world.succeed(paid, "7");
    world.done(close("over", SessionActor::Owner));
    // Between the two a day begins, so that one without a session is of each of them.
    world.go_to("2026-03-03T10:00:00Z").open("open", "20", 23 * 60);
    world.reserve("90");
    let held = spend(&mut world, "open", "15");
    world.reserved(held);
    let counted = |world: &World| {
        let (cap, _) = world.state.agent(AGENT).unwrap().books.meters.caps().unwrap();
        cap.shares().len()
    };
    assert_eq!(counted(&world), 3);
    // What opens a session after a day forgets the one that is over.
    world.go_to("2026-03-03T13:00:00Z").open("next", "5", 30);
    assert_eq!(world.state.session(AGENT, &name("over")), None);
    assert_eq!(counted(&world), 2, "nothing is kept of it");
    assert_eq!(line(&world, "open").reserved, dec("15"));
    let shown = world.used(|kind| *kind == BudgetKind::Session);
    assert_eq!(shown, (dec("0"), dec("15")), "that of the latest payment");
    let more = world.fresh("11");
    assert_eq!(world.refusal(more).code(), "session_cap");
    let more = spend(&mut world, "open", "6");
    assert_eq!(world.refusal(more).code(), "session_cap");
    world.assert_replays();
}
