//! Entries that no engine could have written are refused.

use super::support::*;
use crate::{ApplyError, State};
use purser_domain::*;

/// What applying an event next comes to.
fn next(world: &World, event: Event) -> Result<(), ApplyError> {
    let at_ms = at(world.now);
    world.state.clone().apply(&Entry { seq: world.state.next_seq(), at_ms, clock_ms: None, event })
}

fn arrow(event: &'static str) -> Result<(), ApplyError> {
    Err(ApplyError::Arrow { event })
}

#[test]
fn gaps_repeats_and_times_that_go_back_are_found() {
    let world = World::new(wide());
    let mut state = world.state.clone();
    for seq in [0, 1, 3] {
        let entry = Entry {
            seq,
            at_ms: at(NOON),
            clock_ms: None,
            event: Event::WalletFrozen { canceled: vec![] },
        };
        assert_eq!(state.apply(&entry), Err(ApplyError::Gap { expected: 2, found: seq }));
    }
    let event = Event::WalletFrozen { canceled: vec![] };
    let early = Entry { seq: 2, at_ms: at(NOON - 1), clock_ms: None, event };
    assert_eq!(state.apply(&early), Err(ApplyError::TimeGoesBack { seq: 2 }));
    assert!(state == world.state, "nothing changed");
}

#[test]
fn the_wallet_is_made_by_the_first_entry_and_by_no_other() {
    let created = |zone: &str| {
        let policy = WalletPolicy { time_zone: zone.to_owned(), ..WalletPolicy::default() };
        Event::WalletCreated { owner: OWNER, policy }
    };
    let not_first = |seq| Err(ApplyError::NotFirst { seq });
    assert_eq!(next(&World::empty(), Event::WalletUnfrozen), not_first(0));
    assert_eq!(next(&World::new(wide()), created("UTC")), not_first(2));
    assert_eq!(next(&World::empty(), created("Nowhere")), Err(ApplyError::TimeZone));
    assert_eq!(State::default().next_seq(), 0);
}

#[test]
fn strangers_are_found() {
    let world = World::new(wide());
    let unknown = Err(ApplyError::UnknownAgent(OTHER));
    assert_eq!(next(&world, Event::AgentResumed { agent: OTHER }), unknown);
    assert_eq!(next(&world, Event::AgentPolicySet { agent: OTHER, policy: wide() }), unknown);
    let gone = PaymentId::from_random(9);
    let unknown = Err(ApplyError::UnknownPayment(gone));
    let stop = PaymentStop::Expired;
    assert_eq!(next(&world, Event::PaymentStopped { payment: gone, stop }), unknown);
    assert_eq!(next(&world, Event::WalletFrozen { canceled: vec![gone] }), unknown);
    let credential = CredentialId::from_random(9);
    let unknown = Err(ApplyError::UnknownCredential(credential));
    assert_eq!(next(&world, Event::CredentialRevoked { credential }), unknown);
}

#[test]
fn arrows_that_do_not_exist_are_found() {
    let mut world = World::new(wide());
    let waiting = world.reserve("600");
    let digest = world.approval(waiting).digest;
    let submitted = world.reserve("5");
    world.submit(submitted);
    assert_eq!(next(&world, Event::WalletUnfrozen), arrow("wallet_unfrozen"));
    assert_eq!(next(&world, Event::AgentResumed { agent: AGENT }), arrow("agent_resumed"));
    // A stop that leaves something behind would let it be submitted later.
    assert_eq!(next(&world, Event::WalletFrozen { canceled: vec![] }), arrow("payment_stopped"));
    let canceled = vec![submitted];
    assert_eq!(next(&world, Event::WalletFrozen { canceled }), arrow("payment_stopped"));
    let early = Event::PaymentStopped { payment: waiting, stop: PaymentStop::Expired };
    assert_eq!(next(&world, early), arrow("payment_stopped"));
    let valid_until_ms = at(NOON + MINUTE);
    let unapproved = Event::PaymentSubmitted { payment: waiting, valid_until_ms };
    assert_eq!(next(&world, unapproved), arrow("payment_submitted"));
    let twice = Event::PaymentSubmitted { payment: submitted, valid_until_ms };
    assert_eq!(next(&world, twice), arrow("payment_submitted"));
    for (approver, digest, payment) in [
        (ApproverId::from_random(9), digest, waiting),
        (OWNER, Digest::of_bytes(b"other"), waiting),
        (OWNER, digest, submitted),
    ] {
        let given = Event::ApprovalGiven { payment, approver, digest };
        assert_eq!(next(&world, given), arrow("approval_given"));
    }
    let mut late = world.clone();
    late.wait(HOUR);
    let given = Event::ApprovalGiven { payment: waiting, approver: OWNER, digest };
    assert_eq!(next(&world, given.clone()), Ok(()));
    assert_eq!(next(&late, given), arrow("approval_given"));
    let failed =
        Event::PaymentFailed { payment: waiting, problem: String::new(), detail: claim("") };
    assert_eq!(next(&world, failed), arrow("payment_failed"));
}

#[test]
fn money_out_of_nothing_is_found() {
    let mut world = World::new(wide());
    let payment = world.reserve("5");
    world.submit(payment);
    let succeeded = |settled: &str| {
        let settled = dec(settled);
        Event::PaymentSucceeded { payment, settled, receipt: receipt() }
    };
    let range = Err(ApplyError::OutOfRange { event: "payment_succeeded" });
    assert_eq!(next(&world, succeeded("5.01")), range);
    assert_eq!(next(&world, succeeded("0")), range);
    assert_eq!(next(&world, succeeded("5")), Ok(()));
}

#[test]
fn nobody_is_charged_more_or_less_than_the_worth() {
    let mut world = World::new(wide());
    let mut held = world.clone();
    held.reserve("5");
    let mut event = held.log.last().unwrap().event.clone();
    let Event::SpendReserved { reservation } = &mut event else { panic!("{event:?}") };
    reservation.charged_to[0].amount = dec("4");
    let range = Err(ApplyError::OutOfRange { event: "spend_reserved" });
    assert_eq!(world.applies(event.clone()), range);
    // A log of before there were charges.
    let Event::SpendReserved { reservation } = &mut event else { panic!("{event:?}") };
    reservation.charged_to.clear();
    assert_eq!(world.applies(event), Ok(()));
}

#[test]
fn ids_names_and_keys_are_given_once() {
    let mut world = World::new(wide());
    world.issue(false);
    world.reserve("5");
    let taken = |event| Err(ApplyError::Taken { event });
    let added = |agent, name| {
        let holder_key = Digest::of_bytes(b"key");
        Event::AgentAdded {
            agent,
            name: claim(name),
            holder_key,
            policy: wide(),
            parent: None,
            allocation: None,
        }
    };
    assert_eq!(next(&world, added(AGENT, "New")), taken("agent_added"));
    assert_eq!(next(&world, added(OTHER, "AGENT")), taken("agent_added"));
    let again = world.log.last().unwrap().event.clone();
    assert_eq!(next(&world, again), taken("spend_reserved"));
    let issued = world.log[2].event.clone();
    assert!(matches!(issued, Event::CredentialIssued { .. }));
    assert_eq!(next(&world, issued), taken("credential_issued"));
    let key = IdempotencyKey::new("never-used").unwrap();
    let payment = payment(world.last_payment);
    let repeated = Event::SpendRepeated { payment, key, agent: None, presented: None };
    assert_eq!(next(&world, repeated), arrow("spend_repeated"));
}

#[test]
fn nothing_happens_to_or_for_a_revoked_agent() {
    let mut world = World::new(wide());
    world.reserve("5");
    let reserved = world.log.last().unwrap().event.clone();
    world.issue(false);
    let issued = world.log.last().unwrap().event.clone();
    world.run(Command::RevokeAgent(AGENT));
    assert_eq!(next(&world, reserved), arrow("spend_reserved"));
    assert_eq!(next(&world, issued), arrow("credential_issued"));
    let set = Event::AgentPolicySet { agent: AGENT, policy: wide() };
    assert_eq!(next(&world, set), arrow("agent_policy_set"));
    let (canceled, credentials) = (vec![], vec![]);
    let again =
        Event::AgentRevoked { agent: AGENT, canceled, credentials, descendants: Vec::new() };
    assert_eq!(next(&world, again), arrow("agent_revoked"));
    let credential = CREDENTIAL;
    assert_eq!(next(&world, Event::CredentialRevoked { credential }), arrow("credential_revoked"));
}

#[test]
fn a_stop_of_one_agent_takes_no_payment_of_another() {
    let mut world = World::new(wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    let others = world.reserved(SpendRequest { agent: OTHER, ..request(1, "5") });
    let paused = Event::AgentPaused { agent: AGENT, canceled: vec![others] };
    assert_eq!(next(&world, paused), arrow("payment_stopped"));
}
