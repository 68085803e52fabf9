//! A clock that once ran far ahead, and was set right.

use super::support::*;
use crate::{ApplyError, CommandError, PaymentStatus, Reply, SpendReply};
use purser_domain::*;

const FAR: i64 = 3650 * DAY;

/// A wallet whose clock showed a time ten years ahead for one payment, and is right again.
fn set_right(policy: AgentPolicy) -> World {
    let mut world = World::new(policy);
    world.wait(FAR);
    world.pay("5");
    world.wait(MINUTE - FAR);
    assert_eq!(world.state.clock(), at(NOON + FAR));
    world
}

fn shown(credential: CredentialId, expires_at: i64) -> Presented {
    Presented { credential, expires_at: at(expires_at), ..presented() }
}

fn until(world: &World, ms: i64) -> Command {
    let payment = payment(world.last_payment);
    Command::Submit { payment, valid_until: at(world.now + ms) }
}

#[test]
fn payments_go_on_by_the_clock_and_count_in_the_window_of_the_log() {
    let mut world = set_right(wide());
    let reserved = world.reserve("7");
    let entry = world.log.last().unwrap();
    assert_eq!((entry.at_ms, entry.clock()), (at(NOON + FAR), at(world.now)));
    assert_eq!(world.error(until(&world, 0)), CommandError::ValidUntil);
    assert_eq!(world.error(until(&world, 11 * MINUTE)), CommandError::ValidUntil);
    assert!(matches!(world.run(until(&world, MINUTE)), Reply::Authorized(_)));
    world.succeed(reserved, "7");
    assert_eq!(world.daily(), (dec("12"), dec("0")), "no window was reopened");
    world.assert_replays();
}

#[test]
fn credentials_can_be_renewed_and_one_of_the_wrong_time_does_not_hold_for_years() {
    let mut world = World::new(wide());
    world.wait(FAR);
    world.issue(false);
    let ahead = shown(CREDENTIAL, world.now + HOUR);
    let request = world.fresh("1");
    assert!(matches!(
        world.ask_with(request.clone(), Some(ahead.clone())),
        SpendReply::Reserved { .. }
    ));
    world.wait(-FAR);
    assert_eq!(refused(world.ask_with(request, Some(ahead))), Refusal::CredentialUnknown);
    for n in 10..13 {
        let (credential, end) = (CredentialId::from_random(n), world.now + HOUR);
        world.done(issue(credential, at(end), false));
        let request = world.fresh("1");
        let shown = Some(shown(credential, end));
        assert!(matches!(
            world.ask_with(request.clone(), shown.clone()),
            SpendReply::Reserved { .. }
        ));
        assert!(world.state.credential_expiry(AGENT, at(world.now)).is_some());
        world.wait(HOUR);
        let expired = Refusal::CredentialExpired { expired_at_ms: at(end) };
        assert_eq!(refused(world.ask_with(request, shown)), expired);
    }
    world.assert_replays();
}

#[test]
fn the_rate_limit_empties_with_the_clock_and_a_clock_that_goes_back_empties_nothing() {
    let policy = AgentPolicy { rate_limit_per_minute: 2, ..wide() };
    let mut world = World::new(policy);
    let limited = Refusal::RateLimited { limit: 2, retry_after_s: 60 };
    world.wait(FAR);
    world.reserve("1");
    world.wait(30 * SECOND);
    world.reserve("1");
    world.wait(-FAR);
    for (retry_after_s, wait) in [(60, 59 * SECOND), (1, SECOND)] {
        let request = world.fresh("1");
        let limited = Refusal::RateLimited { limit: 2, retry_after_s };
        assert_eq!(world.refusal(request), limited, "the clock went back and freed none");
        world.wait(wait);
    }
    world.reserve("1");
    world.reserve("1");
    let request = world.fresh("1");
    assert_eq!(world.refusal(request), limited);
    world.wait(MINUTE);
    world.reserve("1");
    world.assert_replays();
}

#[test]
fn approvals_expire_by_the_clock() {
    let mut world = set_right(wide());
    let reserved = world.reserve("600");
    let deadline = world.approval(reserved).expires_at_ms;
    assert_eq!(deadline, at(world.now + HOUR));
    assert_eq!(world.state.next_deadline(), Some(deadline));
    world.wait(HOUR - 1);
    world.done(Command::Tick);
    assert_eq!(world.status(reserved), &PaymentStatus::PendingApproval);
    world.wait(1);
    world.done(Command::Tick);
    assert_eq!(world.status(reserved), &PaymentStatus::Stopped(PaymentStop::Expired));
    world.assert_replays();
}

#[test]
fn a_derived_key_is_free_a_day_later_by_the_clock() {
    let mut world = set_right(wide());
    let again = |n| SpendRequest {
        key_derived: true,
        idempotency_key: IdempotencyKey::new("k").unwrap(),
        ..request(n, "1")
    };
    let first = world.reserved(again(1));
    world.submit(first);
    world.succeed(first, "1");
    world.wait(DAY);
    assert_eq!(world.ask(again(2)), SpendReply::Repeated { payment: first });
    world.wait(1);
    assert_eq!(world.reserved(again(2)), payment(2));
}

#[test]
fn an_entry_names_the_clock_only_where_it_was_behind() {
    let mut world = World::new(wide());
    for event in [Event::WalletUnfrozen, Event::WalletFrozen { canceled: Vec::new() }] {
        for clock in [NOON, NOON + 1] {
            let seq = world.state.next_seq();
            let clock_ms = Some(at(clock));
            let entry = Entry { seq, at_ms: at(NOON), clock_ms, event: event.clone() };
            assert_eq!(world.state.apply(&entry), Err(ApplyError::Clock { seq }));
        }
    }
}
