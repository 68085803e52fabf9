//! What has ended leaves the state, and nothing that was promised is forgotten with it.

use super::support::*;
use crate::{ApplyError, CommandError, Payment, PaymentStatus, SpendReply};
use purser_domain::*;

const REMEMBERED: usize = 1024;

fn keyed(n: u128, key: &str, amount: &str) -> SpendRequest {
    SpendRequest { idempotency_key: IdempotencyKey::new(key).unwrap(), ..request(n, amount) }
}

fn derived(n: u128, key: &str) -> SpendRequest {
    SpendRequest { key_derived: true, ..keyed(n, key, "1") }
}

/// Pays so many times.
fn pay(world: &mut World, times: usize) {
    for _ in 0..times {
        world.pay("1");
        world.wait(2 * SECOND);
    }
}

fn keys(world: &World) -> usize {
    world.state.agent(AGENT).unwrap().keys.len()
}

#[test]
fn payments_that_ended_leave_in_their_order_and_open_ones_stay() {
    let mut world = World::new(wide());
    let waiting = world.reserve("600");
    let first = world.pay("1");
    let second = world.pay("2");
    pay(&mut world, REMEMBERED - 2);
    assert!(world.state.payment(first).is_some());
    pay(&mut world, 1);
    assert_eq!(world.state.payment(first), None);
    assert!(world.state.payment(second).is_some());
    assert_eq!(world.state.payments.len(), REMEMBERED + 1);
    assert_eq!(world.status(waiting), &PaymentStatus::PendingApproval);
    let gone = Command::Cancel { payment: first, agent: Some(AGENT), cause: StopCause::Agent };
    assert_eq!(world.error(gone), CommandError::PaymentNotFound);
    world.assert_replays();
}

#[test]
fn a_freeze_of_many_leaves_the_last_of_them() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 6000, ..wide() });
    let asked: Vec<_> = (0..1500).map(|_| world.reserve("600")).collect();
    world.run(Command::Freeze);
    let left = asked.iter().filter(|id| world.state.payment(**id).is_some());
    assert!(left.eq(&asked[1500 - REMEMBERED..]));
    assert_eq!(world.state.open_payments().count(), 0);
    world.assert_replays();
}

#[test]
fn the_session_of_a_day_that_is_over_leaves_with_the_next_ones_first_payment() {
    let mut world = World::new(AgentPolicy { per_session: dec("50"), ..wide() });
    let rows = |world: &World| {
        let (session, _) = world.state.agent(AGENT).unwrap().books.meters.caps().unwrap();
        session.shares().len()
    };
    for _ in 0..5 {
        world.pay("40");
        assert_eq!(rows(&world), 1);
        world.wait(DAY);
    }
    let late = world.reserve("40");
    world.wait(DAY);
    let early = world.reserve("40");
    // What becomes of yesterday's changes nothing today.
    world.submit(late);
    world.succeed(late, "39");
    assert_eq!(rows(&world), 1);
    let dear = world.fresh("11");
    assert_eq!(world.refusal(dear).code(), "session_cap");
    world.done(Command::SetAgentPolicy {
        agent: AGENT,
        policy: AgentPolicy { per_session: dec("45"), ..wide() },
        presence: true,
    });
    assert_eq!(rows(&world), 1, "counted anew from the history");
    let dear = world.fresh("6");
    assert_eq!(world.refusal(dear).code(), "session_cap");
    world.done(Command::Cancel { payment: early, agent: None, cause: StopCause::Owner });
    assert_eq!(rows(&world), 0);
    world.pay("45");
    world.assert_replays();
}

#[test]
fn a_key_of_the_caller_stands_for_its_payment_long_after_it_was_forgotten() {
    let mut world = World::new(wide());
    let first = world.reserved(keyed(1, "k", "5"));
    world.submit(first);
    world.succeed(first, "5");
    pay(&mut world, REMEMBERED);
    world.wait(400 * DAY);
    assert_eq!(world.state.payment(first), None);
    assert_eq!(world.ask(keyed(2, "k", "5.0")), SpendReply::Repeated { payment: first });
    let repeated = world.log.last().unwrap().event.clone();
    assert_eq!((repeated.agent(), repeated.payment()), (Some(AGENT), Some(first)));
    let conflict = Refusal::IdempotencyConflict { payment: first };
    assert_eq!(world.refusal(keyed(3, "k", "6")), conflict);
    let key = IdempotencyKey::new("k").unwrap();
    assert_eq!(world.state.payment_for_key(AGENT, &key, at(world.now)), Some(first));
    assert_eq!(keys(&world), REMEMBERED + 1);
    world.assert_replays();
}

#[test]
fn a_repetition_in_an_early_entry_finds_its_agent_by_the_key() {
    let mut world = World::new(wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    let first = world.reserved(SpendRequest { agent: OTHER, ..keyed(1, "k", "5") });
    let apply = |key: &str, agent| {
        let key = IdempotencyKey::new(key).unwrap();
        let event = Event::SpendRepeated { payment: first, key, agent, presented: None };
        let seq = world.state.next_seq();
        let mut state = world.state.clone();
        let applied = state.apply(&Entry { seq, at_ms: at(NOON), clock_ms: None, event });
        applied.map(|()| state.agent(OTHER).unwrap().attempts.clone())
    };
    assert_eq!(apply("k", None), apply("k", Some(OTHER)));
    let arrow = Err(ApplyError::Arrow { event: "spend_repeated" });
    assert_eq!(apply("k", Some(AGENT)), arrow);
    assert_eq!(apply("j", Some(OTHER)), arrow);
    assert_eq!(apply("j", None), arrow);
}

#[test]
fn derived_keys_are_forgotten_when_they_stand_in_nobodys_way() {
    let mut world = World::new(wide());
    let failed = world.reserved(derived(1, "failed"));
    world.submit(failed);
    let canceled = world.reserved(derived(2, "canceled"));
    let paid = world.reserved(derived(3, "paid"));
    world.submit(paid);
    let unknown = world.reserved(derived(4, "unknown"));
    world.submit(unknown);
    assert_eq!(keys(&world), 4);
    let resolution = Resolution::Failed { problem: "no".to_owned(), detail: claim("no") };
    world.done(Command::Resolve { payment: failed, resolution });
    assert_eq!(keys(&world), 3);
    let cause = StopCause::Owner;
    world.done(Command::Cancel { payment: canceled, agent: None, cause });
    assert_eq!(keys(&world), 2);
    world.wait(HOUR);
    world.succeed(paid, "1");
    assert_eq!(keys(&world), 2, "for the rest of the day it is the same purchase");
    world.wait(DAY - HOUR);
    world.done(Command::SetAgentPolicy { agent: AGENT, policy: wide(), presence: true });
    assert_eq!(world.ask(derived(5, "paid")), SpendReply::Repeated { payment: paid });
    world.wait(1);
    let policy = AgentPolicy { daily: dec("999999"), ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    assert_eq!(keys(&world), 1, "any entry shows that the day is over");
    world.succeed(unknown, "1");
    assert_eq!(keys(&world), 0, "its day was over when it ended");
    assert!(world.state.key_ends.is_empty());
    world.assert_replays();
}

#[test]
fn a_derived_key_that_is_used_again_is_kept_for_its_own_day() {
    let mut world = World::new(wide());
    let mut pay = |n| {
        let paid = world.reserved(derived(n, "k"));
        world.submit(paid);
        world.succeed(paid, "1");
        world.wait(DAY + 1);
        (keys(&world), world.state.key_ends.len())
    };
    assert_eq!([pay(1), pay(2), pay(3)], [(1, 1); 3]);
}

/// What anyone may see of a payment.
fn shown(payment: &Payment) -> impl PartialEq + std::fmt::Debug + use<> {
    let Payment { reservation, status, approvals, requested_at, updated_at, .. } = payment.clone();
    (reservation, status, approvals, requested_at, updated_at)
}

/// The entries that the log gives for one payment.
fn history(world: &World, payment: PaymentId) -> Vec<Entry> {
    let canceled = |event: &Event| match event {
        Event::WalletFrozen { canceled }
        | Event::AgentPaused { canceled, .. }
        | Event::BreakerTripped { canceled, .. }
        | Event::AgentRevoked { canceled, .. } => canceled.contains(&payment),
        _ => false,
    };
    let about = |entry: &&Entry| entry.event.payment() == Some(payment) || canceled(&entry.event);
    world.log.iter().filter(about).cloned().collect()
}

/// Holds every payment of a log against what its own entries tell.
pub fn assert_histories(world: &World) {
    for entry in &world.log {
        let Event::SpendReserved { reservation } = &entry.event else { continue };
        let id = reservation.request.payment;
        let told = Payment::from_entries(id, &history(world, id)).unwrap();
        let whole = Payment::from_entries(id, &world.log).unwrap();
        assert_eq!(shown(&told), shown(&whole), "entries about others change nothing");
        match world.state.payment(id) {
            Some(held) => assert_eq!(shown(&told), shown(held)),
            None => assert!(told.status.is_terminal(), "{told:?}"),
        }
    }
}

#[test]
fn the_log_tells_a_forgotten_payment_as_the_state_knew_it() {
    let mut world = World::new(wide());
    let full = SpendRequest {
        context: Some(claim("why")),
        line_items: vec![LineItem {
            description: claim("a book"),
            category: None,
            quantity: 1,
            unit: None,
            unit_price: dec("600"),
        }],
        ..request(1, "600")
    };
    world.reserved(full);
    world.approve(payment(1));
    world.submit(payment(1));
    let resolution = Resolution::Unknown { problem: "timeout".to_owned(), detail: claim("") };
    world.done(Command::Resolve { payment: payment(1), resolution });
    assert_histories(&world);
    world.succeed(payment(1), "599.5");
    let declined = world.reserve("700");
    let reason = Some(claim("no"));
    world.done(Command::Decline { payment: declined, approver: OWNER, reason });
    let failed = world.reserve("5");
    world.submit(failed);
    let resolution = Resolution::Failed { problem: "no".to_owned(), detail: claim("no") };
    world.done(Command::Resolve { payment: failed, resolution });
    world.reserve("5");
    world.run(Command::PauseAgent(AGENT));
    world.done(Command::ResumeAgent(AGENT));
    world.reserve("700");
    world.run(Command::Freeze);
    world.done(Command::Unfreeze);
    world.reserve("6");
    world.reserve("800");
    assert_histories(&world);
    world.run(Command::RevokeAgent(AGENT));
    assert_histories(&world);
    pay_elsewhere(&mut world);
    assert_eq!(world.state.payment(payment(1)), None);
    assert_histories(&world);
    assert_eq!(Payment::from_entries(payment(9999), &world.log), None);
}

/// Ends so many payments of another agent that those before are forgotten.
fn pay_elsewhere(world: &mut World) {
    let policy = AgentPolicy { rate_limit_per_minute: 6000, ..wide() };
    world.done(Command::AddAgent(draft(OTHER, "Other", policy)));
    for n in 0..1024 {
        let paid = world.reserved(SpendRequest { agent: OTHER, ..request(5000 + n, "1") });
        world.submit(paid);
        world.succeed(paid, "1");
    }
}
