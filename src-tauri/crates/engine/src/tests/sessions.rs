//! Sessions: opened, paid in, closed and forgotten.

use super::support::*;
use crate::{AgentStatus, CommandError, PaymentStatus, Reply, SessionLine};
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(5);

pub fn name(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub fn spend(world: &mut World, session: &str, amount: &str) -> SpendRequest {
    in_session(world.fresh(amount), session)
}

fn no(world: &mut World, command: Command) -> Refusal {
    match world.run(command) {
        Reply::Refused(refusal) => refusal,
        reply => panic!("not refused but {reply:?}"),
    }
}

fn by_agent(world: &World, session: &str) -> Command {
    open_session(AGENT, SessionActor::Agent, world.terms(session, "10", 30))
}

pub fn close(session: &str, by: SessionActor) -> Command {
    Command::CloseSession { agent: AGENT, session: name(session), by, presented: None }
}

pub fn line(world: &World, session: &str) -> SessionLine {
    world.state.session(AGENT, &name(session)).unwrap()
}

pub fn ended(world: &World, session: &str) -> Option<SessionEnd> {
    line(world, session).session.ended.map(|(end, _)| end)
}

/// The last events of the log, by kind.
pub fn last(world: &World, count: usize) -> Vec<&'static str> {
    world.log[world.log.len() - count..].iter().map(|entry| entry.event.kind()).collect()
}

fn with_child() -> World {
    let mut world = World::new(AgentPolicy::default());
    let (interval, window) = (Interval::Daily, Window::Calendar);
    let allocation = Allocation { amount: dec("200"), interval, window };
    world.sub(AGENT, CHILD, AgentPolicy::default(), allocation);
    world
}

#[test]
fn a_session_must_have_been_opened_and_only_for_this_agent() {
    let mut world = with_child();
    let unknown = spend(&mut world, "s1", "1");
    assert_eq!(world.refusal(unknown.clone()), Refusal::SessionUnknown);
    world.done(by_agent(&world, "s1"));
    world.reserved(unknown);
    let foreign = SpendRequest { agent: CHILD, ..spend(&mut world, "s1", "1") };
    assert_eq!(world.refusal(foreign), Refusal::SessionUnknown);
    world.reserve("1");
    world.assert_replays();
}

#[test]
fn an_agent_that_needs_a_session_pays_in_no_other_way_and_opens_none_itself() {
    let mut world = World::new(policy(r#"{"require_session":true}"#));
    let without = world.fresh("1");
    assert_eq!(world.refusal(without), Refusal::SessionRequired);
    let own = by_agent(&world, "s1");
    assert_eq!(no(&mut world, own), Refusal::SessionNotAllowed);
    world.open("s1", "10", 30);
    let within = spend(&mut world, "s1", "1");
    world.reserved(within);
    world.assert_replays();
}

#[test]
fn a_payment_that_would_pass_the_ceiling_closes_the_session() {
    let mut world = World::new(AgentPolicy::default());
    world.open("s1", "10", 30);
    let all = spend(&mut world, "s1", "10");
    let all = world.reserved(all);
    world.submit(all);
    assert_eq!(line(&world, "s1").remaining(), dec("0"));
    let more = spend(&mut world, "s1", "0.01");
    let cap = Refusal::SessionCap { limit: dec("10"), observed: dec("10.01") };
    assert_eq!(world.refusal(more), cap);
    assert_eq!(last(&world, 2), ["spend_refused", "session_closed"]);
    assert_eq!(ended(&world, "s1"), Some(SessionEnd::Exceeded));
    let late = spend(&mut world, "s1", "0.01");
    let over = world.refusal(late);
    assert_eq!(over, Refusal::SessionOver);
    assert!(over.detail().what_to_do.contains("report the shortfall"), "{over:?}");
    // The session of the day is another one, and never closes.
    world.reserve("50");
    world.assert_replays();
}

#[test]
fn the_sessions_of_the_day_and_others_refusals_close_nothing() {
    let mut world = World::new(policy(r#"{"per_session":"20"}"#));
    world.open("s1", "10", 30);
    let dear = spend(&mut world, "s1", "50.01");
    assert!(matches!(world.refusal(dear), Refusal::PerTransactionCap { .. }));
    world.reserve("20");
    let more = world.fresh("0.01");
    assert!(matches!(world.refusal(more), Refusal::SessionCap { .. }));
    assert_eq!(last(&world, 1), ["spend_refused"]);
    assert_eq!(ended(&world, "s1"), None);
}

#[test]
fn a_lowered_session_cap_holds_opened_sessions_too() {
    let mut world = World::new(AgentPolicy::default());
    world.open("s1", "10", 30);
    let policy = policy(r#"{"per_session":"4"}"#);
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
    let within = spend(&mut world, "s1", "4");
    world.reserved(within.clone());
    assert_eq!((line(&world, "s1").limit, line(&world, "s1").reserved), (dec("4"), dec("4")));
    let lines = world.state.budgets_for(&within, at(world.now));
    assert!(lines.iter().any(|line| line.label == "per session, s1" && line.limit == dec("4")));
    let more = spend(&mut world, "s1", "1");
    let cap = Refusal::SessionCap { limit: dec("4"), observed: dec("5") };
    assert_eq!(world.refusal(more), cap);
}

#[test]
fn budgets_show_the_ceiling_of_a_session_before_and_after_its_first_payment() {
    let mut world = World::new(AgentPolicy::default());
    world.open("s1", "10", 30);
    let request = spend(&mut world, "s1", "4");
    let limit = |world: &World| {
        let lines = world.state.budgets_for(&request, at(world.now));
        let line = lines.into_iter().find(|line| line.kind == crate::BudgetKind::Session);
        line.map(|line| (line.label.clone(), line.limit, line.remaining())).unwrap()
    };
    let label = "per session, s1".to_owned();
    assert_eq!(limit(&world), (label.clone(), dec("10"), dec("10")));
    world.reserved(request.clone());
    assert_eq!(limit(&world), (label, dec("10"), dec("6")));
    let (settled, reserved) = world.used(|kind| *kind == crate::BudgetKind::Session);
    assert_eq!((settled, reserved), (dec("0"), dec("4")), "that of the latest payment");
}

#[test]
fn a_session_ends_by_itself_to_the_millisecond() {
    let mut world = World::new(AgentPolicy::default());
    world.open("s1", "10", 30);
    let end = at(NOON + 30 * MINUTE);
    assert_eq!(world.state.next_deadline(), Some(end));
    world.wait(30 * MINUTE - 1).done(Command::Tick);
    let in_time = spend(&mut world, "s1", "1");
    let in_time = world.reserved(in_time);
    world.submit(in_time);
    world.wait(1);
    let late = spend(&mut world, "s1", "1");
    assert_eq!(world.refusal(late), Refusal::SessionOver, "also before anybody ticks");
    world.done(Command::Tick);
    assert_eq!(last(&world, 1), ["session_closed"]);
    assert_eq!(line(&world, "s1").session.ended, Some((SessionEnd::Expired, end)));
    assert_eq!(world.state.next_deadline(), None);
    let entries = world.log.len();
    world.done(Command::Tick);
    assert_eq!(world.log.len(), entries);
    world.assert_replays();
}

#[test]
fn the_next_deadline_is_that_of_a_payment_or_of_a_session() {
    let mut world = World::new(policy(r#"{"review_above":"1"}"#));
    world.open("s1", "10", 90);
    world.reserve("5");
    assert_eq!(world.state.next_deadline(), Some(at(NOON + HOUR)));
    world.open("s2", "10", 30);
    assert_eq!(world.state.next_deadline(), Some(at(NOON + 30 * MINUTE)));
    world.wait(90 * MINUTE).done(Command::Tick);
    assert_eq!(last(&world, 3), ["payment_stopped", "session_closed", "session_closed"]);
    world.assert_replays();
}

#[test]
fn a_clock_that_is_set_back_lets_a_session_go_on_until_its_end() {
    let mut world = World::new(AgentPolicy::default());
    world.wait(DAY).pay("1");
    world.wait(-DAY).open("s1", "10", 30);
    let within = spend(&mut world, "s1", "1");
    world.reserved(within);
    world.wait(30 * MINUTE).done(Command::Tick);
    assert_eq!(ended(&world, "s1"), Some(SessionEnd::Expired));
    world.assert_replays();
}

#[test]
fn terms_are_checked_at_their_boundaries() {
    let mut world = World::new(AgentPolicy::default());
    let day = 24 * 60;
    for (ceiling, minutes) in [("200", 1), ("0.01", day)] {
        let session = format!("ok-{minutes}");
        world.open(&session, ceiling, minutes);
    }
    let bad = [("0", 1), ("-1", 1), ("200.01", 1), ("1", 0), ("1", -1), ("1", day + 1)];
    for (ceiling, minutes) in bad {
        let terms = world.terms("bad", ceiling, minutes);
        for by in [SessionActor::Agent, SessionActor::Owner] {
            let command = open_session(AGENT, by, terms.clone());
            let refusal = match world.run(command) {
                Reply::Refused(refusal) | Reply::Error(CommandError::Session(refusal)) => refusal,
                reply => panic!("{ceiling} {minutes}: {reply:?}"),
            };
            assert_eq!(refusal.code(), "session_invalid", "{ceiling} {minutes}");
        }
    }
    let mut fine = world.terms("bad", "1", 1);
    fine.ceiling = dec("0.0000000000000001");
    let command = open_session(AGENT, SessionActor::Agent, fine);
    assert!(matches!(no(&mut world, command), Refusal::SessionInvalid { .. }));
    world.assert_replays();
}

#[test]
fn a_name_is_used_once_until_it_is_forgotten() {
    let mut world = World::new(AgentPolicy::default());
    world.done(by_agent(&world, "s1"));
    let again = by_agent(&world, "s1");
    assert_eq!(no(&mut world, again.clone()).code(), "session_invalid");
    world.done(close("s1", SessionActor::Agent));
    assert_eq!(no(&mut world, again).code(), "session_invalid");
    world.wait(DAY - 1);
    let again = by_agent(&world, "s1");
    assert_eq!(no(&mut world, again).code(), "session_invalid");
    let late = spend(&mut world, "s1", "1");
    assert_eq!(world.refusal(late.clone()), Refusal::SessionOver);
    world.wait(1);
    assert_eq!(world.refusal(late.clone()), Refusal::SessionUnknown);
    world.done(by_agent(&world, "s1"));
    world.reserved(late);
    world.assert_replays();
}

#[test]
fn an_agent_opens_so_many_sessions_a_day_and_others_open_more() {
    let mut world = World::new(policy(r#"{"sessions_per_day":2}"#));
    world.done(by_agent(&world, "s1"));
    world.done(close("s1", SessionActor::Agent));
    world.done(by_agent(&world, "s2"));
    let third = by_agent(&world, "s3");
    let refusal = no(&mut world, third);
    assert_eq!(refusal, Refusal::TooManySessions { limit: 2 });
    assert_eq!(refusal.limit_and_observed(), Some(("2".to_owned(), "3".to_owned())));
    world.open("s3", "10", 30);
    // The owner's day, not 24 hours.
    world.wait(12 * HOUR - 1);
    let third = by_agent(&world, "s4");
    assert!(matches!(no(&mut world, third), Refusal::TooManySessions { .. }));
    world.wait(1);
    world.done(by_agent(&world, "s4"));
    world.assert_replays();

    let mut world = World::new(policy(r#"{"sessions_per_day":0}"#));
    let first = by_agent(&world, "s1");
    assert_eq!(no(&mut world, first), Refusal::TooManySessions { limit: 0 });
}

#[test]
fn so_many_sessions_are_open_at_a_time_whoever_opens_them() {
    let mut world = World::new(policy(r#"{"sessions_per_day":1000}"#));
    for n in 0..SessionTerms::MAX_OPEN {
        world.open(&format!("s{n}"), "1", 30);
    }
    let more = world.terms("more", "1", 30);
    let many = Refusal::TooManySessions { limit: 64 };
    let own = open_session(AGENT, SessionActor::Agent, more.clone());
    assert_eq!(no(&mut world, own), many);
    let owner = open_session(AGENT, SessionActor::Owner, more);
    assert_eq!(world.error(owner), CommandError::Session(many));
    world.done(close("s7", SessionActor::Owner));
    world.open("more", "1", 30);
    // Those whose time is over are not open, also before anybody ticks.
    world.wait(30 * MINUTE).open("later", "1", 30);
    world.assert_replays();
}

#[test]
fn a_parent_opens_and_closes_sessions_of_its_own_sub_agents_only() {
    let mut world = with_child();
    let parent = SessionActor::Parent(AGENT);
    world.done(open_session(CHILD, parent, world.terms("s1", "10", 30)));
    let within = SpendRequest { agent: CHILD, ..spend(&mut world, "s1", "4") };
    world.reserved(within);
    let close = |by| Command::CloseSession {
        agent: CHILD,
        session: Label::new("s1").unwrap(),
        by,
        presented: None,
    };
    let stranger = SessionActor::Parent(CHILD);
    let foreign = open_session(AGENT, stranger, world.terms("s2", "1", 30));
    assert_eq!(no(&mut world, foreign), Refusal::NotASubAgent);
    let nobody = open_session(AgentId::from_random(99), parent, world.terms("s2", "1", 30));
    assert_eq!(no(&mut world, nobody), Refusal::NotASubAgent);
    assert_eq!(no(&mut world, close(stranger)), Refusal::NotASubAgent);
    world.done(close(parent));
    let session = world.state.session(CHILD, &name("s1")).unwrap();
    assert_eq!(session.session.ended.unwrap().0, SessionEnd::Parent);
    assert_eq!(
        (session.settled, session.reserved),
        (dec("0"), dec("0")),
        "what waited is called off"
    );
    world.assert_replays();
}

#[test]
fn closing_says_who_did_it_and_what_is_closed_stays_so() {
    let mut world = World::new(AgentPolicy::default());
    let ends = [
        ("s1", SessionActor::Agent, SessionEnd::Agent),
        ("s2", SessionActor::Owner, SessionEnd::Owner),
    ];
    for (session, by, end) in ends {
        world.open(session, "10", 30);
        world.done(close(session, by));
        assert_eq!(ended(&world, session), Some(end));
        let late = spend(&mut world, session, "1");
        assert_eq!(world.refusal(late), Refusal::SessionOver);
        assert_eq!(no(&mut world, close(session, SessionActor::Agent)), Refusal::SessionOver);
        let owner = close(session, SessionActor::Owner);
        assert_eq!(world.error(owner), CommandError::Session(Refusal::SessionOver));
    }
    assert_eq!(no(&mut world, close("s9", SessionActor::Agent)), Refusal::SessionUnknown);
    world.assert_replays();
}

#[test]
fn who_asks_climbs_steps_1_to_3_and_a_refusal_is_an_entry() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 3, ..AgentPolicy::default() });
    let stranger = Command::OpenSession {
        agent: AGENT,
        by: SessionActor::Agent,
        presented: Some(presented()),
        terms: Box::new(world.terms("s1", "10", 30)),
    };
    for _ in 0..5 {
        assert_eq!(no(&mut world, stranger.clone()), Refusal::CredentialUnknown);
    }
    let entry = world.log.last().unwrap().event.clone();
    let (asked, refusal) = (Asked::OpenSession, Refusal::CredentialUnknown);
    assert_eq!(entry, Event::AgentAskRefused { agent: AGENT, asked, refusal });
    assert_eq!(world.state.agent(AGENT).unwrap().last_activity_at, None);
    world.done(by_agent(&world, "s1"));
    assert_eq!(no(&mut world, close("s9", SessionActor::Agent)), Refusal::SessionUnknown);
    world.done(close("s1", SessionActor::Agent));
    let fourth = by_agent(&world, "s2");
    assert_eq!(no(&mut world, fourth).code(), "rate_limited", "opening and closing count");
    let spent = world.fresh("1");
    assert_eq!(world.refusal(spent).code(), "rate_limited");
    world.wait(MINUTE);
    world.run(Command::PauseAgent(AGENT));
    let paused = by_agent(&world, "s2");
    assert_eq!(no(&mut world, paused), Refusal::AgentPaused);
    world.open("s2", "10", 30);
    world.assert_replays();
}

#[test]
fn what_a_parent_asks_counts_against_the_parent() {
    let mut world = with_child();
    // Adding the sub-agent was its first attempt.
    for n in 0..59 {
        let terms = world.terms(&format!("s{n}"), "1", 30);
        world.done(open_session(CHILD, SessionActor::Parent(AGENT), terms));
    }
    let own = world.fresh("1");
    assert_eq!(world.refusal(own).code(), "rate_limited");
    world.assert_replays();
}

#[test]
fn refused_asks_trip_the_breaker_too() {
    let mut world = World::new(policy(r#"{"require_session":true}"#));
    for n in 0..31 {
        let command = by_agent(&world, &format!("s{n}"));
        assert_eq!(no(&mut world, command), Refusal::SessionNotAllowed);
    }
    assert_eq!(last(&world, 2), ["agent_ask_refused", "breaker_tripped"]);
    assert_eq!(world.state.agent(AGENT).unwrap().status, AgentStatus::Paused);
    world.assert_replays();
}

#[test]
fn the_owner_is_told_what_is_wrong() {
    let mut world = World::new(AgentPolicy::default());
    let open = |agent, world: &World| {
        open_session(agent, SessionActor::Owner, world.terms("s1", "10", 30))
    };
    let nobody = open(OTHER, &world);
    assert_eq!(world.error(nobody), CommandError::AgentNotFound);
    world.run(Command::RevokeAgent(AGENT));
    let revoked = open(AGENT, &world);
    assert_eq!(world.error(revoked), CommandError::AgentRevoked);
    let error = CommandError::Session(Refusal::SessionOver);
    assert_eq!((error.code(), error.to_string().as_str()), ("session_over", "the session is over"));
    assert!(!error.what_to_do().is_empty());
}

#[test]
fn revoking_an_agent_ends_the_sessions_of_all_below_it_in_one_entry() {
    let mut world = with_child();
    world.open("s1", "10", 30);
    let parent = SessionActor::Parent(AGENT);
    world.done(open_session(CHILD, parent, world.terms("s1", "10", 30)));
    let entries = world.log.len();
    world.run(Command::RevokeAgent(AGENT));
    assert_eq!(world.log.len(), entries + 1);
    for agent in [AGENT, CHILD] {
        let session = world.state.session(agent, &name("s1")).unwrap();
        assert_eq!(session.session.ended, Some((SessionEnd::Revoked, at(world.now))));
    }
    assert_eq!(world.state.next_deadline(), None);
    let command = close("s1", SessionActor::Owner);
    assert_eq!(world.error(command), CommandError::AgentRevoked);
    world.wait(HOUR).done(Command::Tick);
    assert_eq!(world.log.len(), entries + 1);
    world.assert_replays();
}

/// A payment in a session that waits for a person, and one that only waits to be submitted.
fn two_that_wait(world: &mut World) -> [PaymentId; 2] {
    let asked = spend(world, "s1", "6");
    let plain = spend(world, "s1", "1");
    [world.reserved(asked), world.reserved(plain)]
}

fn asks_above_five() -> World {
    let mut world = World::new(policy(r#"{"review_above":"5"}"#));
    world.open("s1", "10", 30);
    world
}

fn is_called_off(world: &World, payment: PaymentId) -> bool {
    let cause = StopCause::SessionOver;
    *world.status(payment) == PaymentStatus::Stopped(PaymentStop::Canceled { cause })
}

#[test]
fn what_waits_in_a_session_that_is_closed_is_called_off() {
    let mut world = asks_above_five();
    let waiting = two_that_wait(&mut world);
    let flying = spend(&mut world, "s1", "2");
    let flying = world.reserved(flying);
    world.submit(flying);
    let beside = world.reserve("3");
    world.done(close("s1", SessionActor::Owner));
    assert_eq!(last(&world, 3), ["session_closed", "payment_stopped", "payment_stopped"]);
    assert!(waiting.iter().all(|payment| is_called_off(&world, *payment)));
    assert_eq!(world.daily(), (dec("0"), dec("5")), "the rest is free again");
    // What a rail was asked for already can't be called back, and other payments go on.
    world.succeed(flying, "2");
    world.submit(beside);
    world.assert_replays();
}

#[test]
fn what_waits_in_a_session_that_was_exceeded_is_called_off() {
    let mut world = asks_above_five();
    let waiting = two_that_wait(&mut world);
    let more = spend(&mut world, "s1", "4");
    assert_eq!(world.refusal(more).code(), "session_cap");
    let stopped = "payment_stopped";
    let events = ["spend_refused", "session_closed", stopped, stopped, "budget_reached"];
    assert_eq!(last(&world, 5), events);
    assert!(waiting.iter().all(|payment| is_called_off(&world, *payment)));
    world.assert_replays();
}

#[test]
fn a_breaker_that_trips_by_the_refusal_that_closed_a_session_calls_off_the_others() {
    let mut world = World::new(policy(r#"{"review_above":"5","breakers":{"refusals":5}}"#));
    world.open("s1", "10", 30);
    let waiting = two_that_wait(&mut world);
    let beside = world.reserve("3");
    for _ in 0..5 {
        let blocked = spend(&mut world, "s2", "1");
        assert_eq!(world.refusal(blocked), Refusal::SessionUnknown);
    }
    let more = spend(&mut world, "s1", "4");
    assert_eq!(world.refusal(more).code(), "session_cap");
    assert!(waiting.iter().all(|payment| is_called_off(&world, *payment)));
    let cause = StopCause::Breaker;
    let stop = PaymentStop::Canceled { cause };
    assert_eq!(*world.status(beside), PaymentStatus::Stopped(stop));
    world.assert_replays();
}

#[test]
fn what_waits_when_the_time_of_its_session_is_over_is_called_off() {
    let mut world = asks_above_five();
    let waiting = two_that_wait(&mut world);
    world.wait(30 * MINUTE);
    world.done(Command::Tick);
    assert!(waiting.iter().all(|payment| is_called_off(&world, *payment)));
    assert_eq!(ended(&world, "s1"), Some(SessionEnd::Expired));
    world.assert_replays();
}

#[test]
fn what_is_overdue_when_its_session_is_over_has_expired() {
    let mut world = World::new(policy(r#"{"review_above":"5"}"#));
    world.open("s1", "10", 24 * 60);
    let [asked, plain] = two_that_wait(&mut world);
    world.wait(DAY);
    world.done(Command::Tick);
    assert_eq!(*world.status(asked), PaymentStatus::Stopped(PaymentStop::Expired));
    assert!(is_called_off(&world, plain));
    world.assert_replays();
}

#[test]
fn nothing_is_submitted_or_approved_once_the_time_of_its_session_is_over() {
    let mut world = asks_above_five();
    let [asked, plain] = two_that_wait(&mut world);
    let call_off = |payment, agent| {
        let cause = StopCause::SessionOver;
        Command::Cancel { payment, agent, cause }
    };
    let early = CommandError::Internal { step: "cancel" };
    assert_eq!(world.error(call_off(plain, None)), early, "while the session is open");
    world.wait(30 * MINUTE);
    // Nobody has told the session yet that its time is over.
    let over = CommandError::Session(Refusal::SessionOver);
    let submit = world.submit_command(plain);
    assert_eq!(world.error(submit), over);
    let digest = world.approval(asked).digest;
    let approve = Command::Approve { payment: asked, approver: OWNER, digest };
    assert_eq!(world.error(approve), over);
    assert!(is_called_off(&world, plain) && is_called_off(&world, asked));
    world.done(Command::Tick);
    assert_eq!(last(&world, 1), ["session_closed"]);
    world.assert_replays();
}

#[test]
fn an_entry_that_calls_a_payment_off_for_an_open_session_was_not_written_by_this_engine() {
    let mut world = asks_above_five();
    let [_, plain] = two_that_wait(&mut world);
    let stop = PaymentStop::Canceled { cause: StopCause::SessionOver };
    let event = Event::PaymentStopped { payment: plain, stop };
    assert!(world.applies(event.clone()).is_err());
    world.wait(30 * MINUTE);
    assert!(world.applies(event).is_ok());
}
