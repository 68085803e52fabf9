//! What a door may ask before it makes a request.

use super::support::*;
use crate::{check_caller, check_credential, worth};
use purser_domain::*;

#[test]
fn a_caller_is_checked_as_the_ladder_would() {
    let mut world = World::new(wide());
    world.issue(false);
    let shown = presented();
    let caller = |world: &World| check_caller(&world.state, AGENT, Some(&shown), at(world.now));
    let holder = |world: &World| check_credential(&world.state, AGENT, Some(&shown), at(world.now));
    assert_eq!((caller(&world), holder(&world)), (Ok(()), Ok(())));
    world.run(Command::PauseAgent(AGENT));
    assert_eq!((caller(&world), holder(&world)), (Err(Refusal::AgentPaused), Ok(())));
    world.done(Command::RevokeCredential(CREDENTIAL));
    let revoked = Err(Refusal::CredentialRevoked);
    assert_eq!((caller(&world), holder(&world)), (revoked.clone(), revoked));
    let nobody = check_credential(&world.state, OTHER, None, at(NOON));
    assert_eq!(nobody, Err(Refusal::AgentUnknown));
}

#[test]
fn a_key_stands_for_its_payment_while_it_does() {
    let mut world = World::new(wide());
    let key = IdempotencyKey::new("key-1").unwrap();
    let of_key = |world: &World| world.state.payment_for_key(AGENT, &key, at(world.now));
    assert_eq!(of_key(&world), None);
    world.reserved(SpendRequest { key_derived: true, ..request(1, "5") });
    assert_eq!(of_key(&world), Some(payment(1)));
    let cause = StopCause::Owner;
    world.done(Command::Cancel { payment: payment(1), agent: None, cause });
    assert_eq!(of_key(&world), None);
}

#[test]
fn names_ends_and_worths_are_found() {
    let mut world = World::new(wide());
    assert_eq!(world.state.credential_expiry(AGENT, at(NOON)), None);
    world.issue(false);
    assert_eq!(world.state.credential_expiry(AGENT, at(NOON)), Some(at(NOON + HOUR)));
    assert_eq!(world.state.credential_expiry(AGENT, at(NOON + HOUR)), None);
    assert_eq!(world.state.agent_named(" aGENT ").unwrap().id, AGENT);
    assert!(world.state.agent_named("nobody").is_none());
    let id = AGENT.to_string();
    assert_eq!(world.state.agent_called(&id).unwrap().id, AGENT);
    assert_eq!(world.state.agent_called(" aGENT ").unwrap().id, AGENT);
    assert!(world.state.agent_called(&OTHER.to_string()).is_none());
    let policy = world.state.policy();
    assert_eq!(worth(policy, Money::parse("5", "USDC").unwrap(), at(NOON)), Some(dec("5")));
    assert_eq!(worth(policy, Money::parse("5", "EUR").unwrap(), at(NOON)), None);
}

#[test]
fn the_caps_that_a_request_counts_against_are_those_of_its_session_and_its_day() {
    let mut world = World::new(wide_with(r#"[{"amount":"90","interval":"weekly"}]"#));
    world.open("s1", "20", 30);
    world.reserve("7");
    let request = in_session(world.fresh("5"), "s1");
    world.reserved(request.clone());
    let caps = world.state.caps_for(&request, at(world.now));
    let told: Vec<_> = caps.iter().map(|line| (line.limit, line.reserved)).collect();
    assert_eq!(told, [(dec("20"), dec("5")), (dec("1000000"), dec("12"))]);
    let all = world.state.budgets_for(&request, at(world.now));
    assert_eq!(all.len(), 4);
    assert!(caps.iter().all(|line| all.contains(line)), "{caps:?}");
    let stranger = SpendRequest { agent: OTHER, ..request };
    assert_eq!(world.state.caps_for(&stranger, at(world.now)), []);
}
