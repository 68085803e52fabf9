//! Who is asked, to the cent.

use super::support::*;
use crate::PaymentStatus;
use purser_domain::*;

fn place(policy: AgentPolicy, amount: &str) -> Reservation {
    let mut world = World::new(policy);
    let payment = world.reserve(amount);
    let payment = world.state.payment(payment).unwrap();
    let alone = payment.reservation.approval.is_none();
    assert_eq!(payment.status == PaymentStatus::Approved, alone);
    payment.reservation.clone()
}

#[test]
fn the_tiers_meet_at_their_boundaries() {
    use Tier::{Autonomous, Enveloped, MultiParty, SingleApprover};
    for (amount, tier, rule, minutes) in [
        ("9.99", Autonomous, "tier_autonomous", None),
        ("9.999999999999", Autonomous, "tier_autonomous", None),
        ("10", Enveloped, "tier_enveloped", None),
        ("500", Enveloped, "tier_enveloped", None),
        ("500.01", SingleApprover, "tier_single_approver", Some(60)),
        ("5000", SingleApprover, "tier_single_approver", Some(60)),
        ("5000.000000000001", MultiParty, "tier_multi_party", Some(15)),
        ("5000.01", MultiParty, "tier_multi_party", Some(15)),
    ] {
        let held = place(wide(), amount);
        assert_eq!((held.tier, held.rules), (tier, vec![rule.to_owned()]), "{amount}");
        let expiry = held.approval.as_ref().map(|approval| approval.expires_at_ms);
        assert_eq!(expiry, minutes.map(|minutes| at(NOON + minutes * MINUTE)), "{amount}");
        if let Some(approval) = held.approval {
            assert_eq!((approval.needed, approval.approvers), (1, vec![OWNER]), "{amount}");
            assert_eq!(approval.digest, held.request.digest().unwrap());
        }
    }
}

#[test]
fn review_above_raises_a_tier_and_never_lowers_it() {
    let policy = |above: &str| AgentPolicy { review_above: Some(dec(above)), ..wide() };
    assert_eq!(place(policy("5"), "5").tier, Tier::Autonomous);
    let raised = place(policy("5"), "5.01");
    assert_eq!(raised.tier, Tier::SingleApprover);
    assert_eq!(raised.rules, ["review_above"]);
    let both = place(policy("5"), "600");
    assert_eq!(both.rules, ["tier_single_approver", "review_above"]);
    assert_eq!(place(policy("5"), "6000").tier, Tier::MultiParty);
    assert_eq!(place(policy("100000"), "600").rules, ["tier_single_approver"]);
}

#[test]
fn a_currency_without_a_rate_is_decided_by_people_and_counted_by_no_budget() {
    let json = r#"{"per_transaction":"1","daily":"1","per_session":"1"}"#;
    let mut world = World::new(policy(json));
    let mut euros = request(1, "70");
    euros.amount = Money::parse("70", "EUR").unwrap();
    let payment = world.reserved(euros);
    let held = &world.state.payment(payment).unwrap().reservation;
    assert_eq!((held.worth, held.tier), (None, Tier::MultiParty));
    assert_eq!(held.rules, ["unpriced_currency"]);
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    world.approve(payment);
    assert_eq!(world.submit(payment).worth(), None);
    world.succeed(payment, "69");
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    world.assert_replays();
}

#[test]
fn worth_is_converted_at_the_rate_and_settled_at_the_same_one() {
    let mut wallet = WalletPolicy::default();
    wallet.rates.insert(Currency::EUR, Rate::fixed(dec("1.1")));
    let mut world = World::with(wallet.clone(), wide());
    let mut euros = request(1, "100");
    euros.amount = Money::parse("100", "EUR").unwrap();
    let payment = world.reserved(euros);
    assert_eq!(world.daily(), (dec("0"), dec("110")));
    world.submit(payment);
    wallet.rates.insert(Currency::EUR, Rate::fixed(dec("2")));
    world.done(Command::SetWalletPolicy { policy: wallet, presence: true });
    world.succeed(payment, "50");
    assert_eq!(world.daily(), (dec("55"), dec("0")));
    world.assert_replays();
}

/// The codes of what is unusual about a payment.
fn signals(world: &World, payment: purser_domain::PaymentId) -> Vec<SignalCode> {
    let payment = world.state.payment(payment).unwrap();
    payment.reservation.signals.iter().map(|signal| signal.code).collect()
}

#[test]
fn signals_tell_a_new_payee_and_hidden_characters_and_decide_nothing() {
    let mut world = World::new(wide());
    let first = world.pay("5");
    assert_eq!(signals(&world, first), [SignalCode::NewPayee]);
    let second = world.reserve("5");
    assert_eq!(signals(&world, second), []);
    // What the sandbox paid makes nobody known to a rail that moves money.
    let mut real = world.fresh("5");
    real.rail = purser_domain::RailId::X402;
    let real = world.reserved(real);
    assert_eq!(signals(&world, real), [SignalCode::NewPayee]);
    let hide = |change: fn(&mut SpendRequest)| {
        let mut world = World::new(wide());
        world.pay("5");
        let mut request = world.fresh("5");
        change(&mut request);
        let payment = world.reserved(request);
        signals(&world, payment)
    };
    let hidden = "invoice\u{202e}cod";
    let texts: [fn(&mut SpendRequest); 4] = [
        |request| request.payee.name = claim("a\u{200b}b"),
        |request| request.context = Some(claim("a\u{200b}b")),
        |request| {
            let (id, origin) = (Label::new("t").unwrap(), TaskOrigin::Agent);
            request.task = Some(Task { id, text: claim("a\u{200b}b"), origin });
        },
        |request| {
            let description = Some(claim("a\u{200b}b"));
            let (method, instruction) = (String::new(), String::new());
            request.terms = Some(Terms { method, fetches: None, description, instruction });
        },
    ];
    assert!(claim(hidden).has_hidden());
    for change in texts {
        assert_eq!(hide(change), [SignalCode::HiddenCharacters]);
    }
}

#[test]
fn a_payment_that_did_not_succeed_leaves_its_payee_new() {
    let mut world = World::new(wide());
    let failed = world.reserve("5");
    world.submit(failed);
    let resolution = Resolution::Failed { problem: "declined".to_owned(), detail: claim("no") };
    world.done(Command::Resolve { payment: failed, resolution });
    let next = world.reserve("5");
    assert_eq!(signals(&world, next), [SignalCode::NewPayee]);
}
