//! One intent, one payment.

use super::support::*;
use crate::keys::Keys;
use crate::{PaymentStatus, SpendReply};
use purser_domain::*;

fn keyed(n: u128, key: &str, amount: &str) -> SpendRequest {
    SpendRequest { idempotency_key: IdempotencyKey::new(key).unwrap(), ..request(n, amount) }
}

fn derived(n: u128, key: &str) -> SpendRequest {
    SpendRequest { key_derived: true, ..keyed(n, key, "5") }
}

const FIRST: SpendReply = SpendReply::Repeated { payment: PaymentId::from_random(1) };

fn fail(world: &mut World, payment: PaymentId) {
    world.submit(payment);
    let resolution = Resolution::Failed { problem: "refused".to_owned(), detail: claim("no") };
    world.done(Command::Resolve { payment, resolution });
}

#[test]
fn the_same_key_and_purchase_is_the_first_payment_again() {
    let mut world = World::new(wide());
    world.reserved(keyed(1, "k", "5"));
    let mut again = keyed(2, "k", "5.00");
    again.context = Some(claim("other words for the same purchase"));
    assert_eq!(world.ask(again), FIRST);
    assert!(matches!(world.log.last().unwrap().event, Event::SpendRepeated { .. }));
    assert_eq!(world.daily(), (dec("0"), dec("5")));
    assert!(world.state.payment(payment(2)).is_none());
    world.assert_replays();
}

#[test]
fn the_same_key_for_another_purchase_conflicts() {
    let mut world = World::new(wide());
    world.reserved(keyed(1, "k", "5"));
    let conflict = Refusal::IdempotencyConflict { payment: payment(1) };
    assert_eq!(world.refusal(keyed(2, "k", "5.01")), conflict);
    let elsewhere = SpendRequest { payee: payee("b.example"), ..keyed(3, "k", "5") };
    assert_eq!(world.refusal(elsewhere), conflict);
    let else_what = SpendRequest { subject: Some(Digest::of_bytes(b"x")), ..keyed(4, "k", "5") };
    assert_eq!(world.refusal(else_what), conflict);
}

#[test]
fn a_key_belongs_to_one_agent() {
    let mut world = World::new(wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    world.reserved(keyed(1, "k", "5"));
    world.reserved(SpendRequest { agent: OTHER, ..keyed(2, "k", "9") });
}

#[test]
fn a_refused_request_may_be_tried_again_under_its_key() {
    let mut world = World::new(policy(r#"{"per_transaction":"1"}"#));
    assert!(matches!(world.refusal(keyed(1, "k", "5")), Refusal::PerTransactionCap { .. }));
    world.done(Command::SetAgentPolicy { agent: AGENT, policy: wide(), presence: true });
    world.reserved(keyed(1, "k", "6"));
    world.assert_replays();
}

#[test]
fn an_explicit_key_gets_its_first_answer_for_ever() {
    let ends: [fn(&mut World); 3] = [
        |world| fail(world, payment(1)),
        |world| {
            let cancel = StopCause::Agent;
            world.done(Command::Cancel { payment: payment(1), agent: Some(AGENT), cause: cancel });
        },
        |world| {
            world.submit(payment(1));
            world.succeed(payment(1), "5");
        },
    ];
    for end in ends {
        let mut world = World::new(wide());
        world.reserved(keyed(1, "k", "5"));
        end(&mut world);
        world.wait(400 * DAY);
        assert_eq!(world.ask(keyed(2, "k", "5")), FIRST);
        assert_eq!(world.ask(derived(3, "k")), FIRST, "a derived key frees no explicit one");
    }
}

#[test]
fn a_derived_key_is_free_again_when_no_money_moved() {
    let mut world = World::new(wide());
    world.reserved(derived(1, "k"));
    assert_eq!(world.ask(derived(2, "k")), FIRST);
    fail(&mut world, payment(1));
    assert_eq!(world.reserved(derived(2, "k")), payment(2));
    assert_eq!(world.ask(keyed(3, "k", "5")), SpendReply::Repeated { payment: payment(2) });
    world.assert_replays();
}

#[test]
fn a_derived_key_of_a_paid_purchase_is_free_after_a_day() {
    let mut world = World::new(wide());
    world.reserved(derived(1, "k"));
    world.submit(payment(1));
    world.succeed(payment(1), "5");
    world.wait(DAY);
    assert_eq!(world.ask(derived(2, "k")), FIRST);
    world.wait(1);
    assert_eq!(world.reserved(derived(2, "k")), payment(2));
}

#[test]
fn a_derived_key_stays_taken_while_its_payment_is_open_however_old() {
    let mut world = World::new(wide());
    world.reserved(derived(1, "k"));
    world.submit(payment(1));
    let resolution = Resolution::Unknown { problem: "timeout".to_owned(), detail: claim("") };
    world.done(Command::Resolve { payment: payment(1), resolution });
    world.wait(40 * DAY);
    assert_eq!(world.ask(derived(2, "k")), FIRST);
    assert!(matches!(world.status(payment(1)), PaymentStatus::Unknown { .. }));
}

#[test]
fn the_rows_of_keys_in_a_snapshot_are_whole_and_each_key_stands_once() {
    use serde::Deserialize;
    use serde::de::value::{BytesDeserializer, Error, StrDeserializer};
    let read = |bytes: &[u8]| Keys::deserialize(BytesDeserializer::<Error>::new(bytes));
    let row = |n: u8, stands: u8| [vec![n; 56], vec![stands]].concat();
    assert_eq!(read(&[]).unwrap(), Keys::default());
    let two = [row(1, 0), row(2, 2)].concat();
    assert_eq!(read(&two).unwrap().len(), 2);
    let wrong = [
        two[..two.len() - 1].to_vec(),
        [two.clone(), vec![0]].concat(),
        [two, row(1, 1)].concat(),
        row(1, 3),
    ];
    for bytes in wrong {
        assert_eq!(read(&bytes).unwrap_err().to_string(), "not the rows of keys", "{bytes:?}");
    }
    let text = Keys::deserialize(StrDeserializer::<Error>::new("rows")).unwrap_err();
    assert!(text.to_string().ends_with("expected rows of 57 bytes"), "{text}");
}
