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

#[test]
fn t5_one_intent_in_a_storm_is_one_payment_and_many_are_stopped_by_the_rate() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 6000, ..wide() });
    for n in 0..2000 {
        let key = IdempotencyKey::new("one-intent").unwrap();
        world.ask(SpendRequest { idempotency_key: key, ..request(1000 + n, "5") });
    }
    assert_eq!(world.state.open_payments().count(), 1);
    assert_eq!(world.daily(), (dec("0"), dec("5")));

    let mut world = World::new(AgentPolicy::default());
    let allowed = (0..2000)
        .filter(|n| matches!(world.ask(request(1000 + n, "0.01")), SpendReply::Reserved { .. }));
    assert_eq!(allowed.count(), 60);
}

#[test]
fn t1_a_call_that_fails_again_and_again_charges_nothing_and_stays_in_its_session() {
    let caps = r#"{"per_transaction":"2","per_session":"20","rate_limit_per_minute":6000}"#;
    let mut world = World::new(policy(caps));
    for n in 0..200 {
        let request = SpendRequest { key_derived: true, ..request(1000 + n, "2") };
        let payment = world.reserved(request);
        if n > 3 {
            assert_eq!(*world.status(payment), PaymentStatus::PendingApproval, "a waiting retry");
            world.approve(payment);
        }
        world.submit(payment);
        let resolution = Resolution::Failed { problem: "http_500".to_owned(), detail: claim("") };
        world.done(Command::Resolve { payment, resolution });
    }
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    for _ in 0..10 {
        world.pay("1.99");
    }
    let more = world.fresh("2");
    assert!(matches!(world.refusal(more), Refusal::SessionCap { .. }));
}
