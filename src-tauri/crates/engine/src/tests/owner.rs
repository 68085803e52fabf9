//! What the owner may set, and what is refused.

use super::support::*;
use crate::{CommandError, Reply};
use purser_domain::*;
use rust_decimal::Decimal;

fn create(policy: WalletPolicy) -> Command {
    Command::CreateWallet { owner: OWNER, policy }
}

#[test]
fn nothing_happens_before_the_wallet_is_made_and_it_is_made_once() {
    let mut world = World::empty();
    for command in [
        Command::Freeze,
        Command::Tick,
        Command::Spend { request: Box::new(request(1, "5")), presented: None },
        Command::AddAgent(draft(AGENT, "Agent", wide())),
    ] {
        assert_eq!(world.error(command), CommandError::WalletAbsent);
    }
    assert_eq!((world.state.owner(), world.state.next_seq()), (None, 0));
    world.done(create(WalletPolicy::default()));
    assert_eq!((world.state.owner(), world.state.next_seq()), (Some(OWNER), 1));
    assert_eq!(world.error(create(WalletPolicy::default())), CommandError::WalletExists);
}

#[test]
fn a_bad_policy_is_not_taken() {
    let zone = |zone: &str| {
        let time_zone = zone.to_owned();
        WalletPolicy { time_zone, ..WalletPolicy::default() }
    };
    assert_eq!(World::empty().error(create(zone("Mars/Olympus"))), CommandError::UnknownTimeZone);
    let mut world = World::new(wide());
    let bad = Command::SetWalletPolicy { policy: zone(""), presence: true };
    assert_eq!(world.error(bad), CommandError::UnknownTimeZone);
    let mut tiers = WalletPolicy::default();
    tiers.tiers.quorum = 0;
    let error = world.error(Command::SetWalletPolicy { policy: tiers, presence: true });
    assert!(matches!(error, CommandError::Policy(PolicyError::Range { .. })));
    let zero = AgentPolicy { daily: dec("0"), ..AgentPolicy::default() };
    let error =
        world.error(Command::SetAgentPolicy { agent: AGENT, policy: zero.clone(), presence: true });
    assert_eq!(error, CommandError::Policy(PolicyError::Amount { field: "daily" }));
    let error = world.error(Command::AddAgent(draft(OTHER, "Other", zero)));
    assert_eq!(error.code(), "policy_invalid");
    assert_eq!(world.log.len(), 2);
}

#[test]
fn the_budget_currency_is_fixed_by_the_first_agent() {
    let euros = WalletPolicy { currency: Currency::EUR, ..WalletPolicy::default() };
    let mut world = World::empty();
    world.done(create(WalletPolicy::default()));
    world.done(Command::SetWalletPolicy { policy: euros, presence: true });
    world.done(Command::AddAgent(draft(AGENT, "Agent", wide())));
    let back = Command::SetWalletPolicy { policy: WalletPolicy::default(), presence: true };
    assert_eq!(world.error(back), CommandError::CurrencyFixed);
}

#[test]
fn an_agents_name_is_short_visible_and_its_own() {
    let mut world = World::new(wide());
    let long = "x".repeat(65);
    for bad in ["", " ", "a ", " a", "a\nb", "a\tb", "a\u{200b}b", "a\u{202e}b", &long] {
        let error = world.error(Command::AddAgent(draft(OTHER, bad, wide())));
        assert_eq!(error, CommandError::NameInvalid, "{bad:?}");
    }
    let error = world.error(Command::AddAgent(draft(OTHER, "AGENT", wide())));
    assert_eq!(error, CommandError::NameTaken);
    world.done(Command::AddAgent(draft(OTHER, &"é".repeat(64), wide())));
    assert_eq!(world.state.agents().count(), 2);
}

#[test]
fn a_credential_lives_as_long_as_the_policy_says() {
    let mut world = World::new(wide());
    let id = CredentialId::from_random;
    let too_long = issue(id(1), at(NOON + 61 * MINUTE + 1), false);
    assert_eq!(world.error(too_long), CommandError::CredentialLifetime);
    assert_eq!(world.error(issue(id(1), at(NOON), false)), CommandError::CredentialLifetime);
    world.done(issue(id(1), at(NOON + 61 * MINUTE), false));
    let again = issue(id(1), at(NOON + HOUR), false);
    assert_eq!(world.error(again), CommandError::CredentialExists);
    assert_eq!(world.error(issue(id(2), at(NOON + HOUR), true)), CommandError::BearerNotAllowed);
    let held = world.state.credential(id(1)).unwrap();
    assert_eq!((held.agent, held.bearer, held.revoked), (AGENT, false, false));
}

#[test]
fn credentials_are_issued_only_to_agents_that_may_spend() {
    let mut world = World::new(wide());
    world.run(Command::PauseAgent(AGENT));
    let one = || issue(CREDENTIAL, at(NOON + HOUR), false);
    assert_eq!(world.error(one()), CommandError::AgentPaused);
    world.done(Command::ResumeAgent(AGENT));
    world.run(Command::Freeze);
    assert_eq!(world.error(one()), CommandError::Frozen);
    world.done(Command::Unfreeze);
    world.done(one());
}

#[test]
fn a_credential_is_revoked_once_and_forgotten_a_day_after_its_end() {
    let mut world = World::new(wide());
    let revoke = Command::RevokeCredential(CREDENTIAL);
    assert_eq!(world.error(revoke.clone()), CommandError::CredentialNotFound);
    world.issue(false);
    world.done(revoke.clone());
    let entries = world.log.len();
    world.done(revoke);
    assert_eq!(world.log.len(), entries);
    world.wait(25 * HOUR - 1);
    world.done(issue(CredentialId::from_random(8), at(world.now + HOUR), false));
    assert!(world.state.credential(CREDENTIAL).is_some());
    world.wait(1);
    world.done(issue(CredentialId::from_random(9), at(world.now + HOUR), false));
    assert!(world.state.credential(CREDENTIAL).is_none());
    world.assert_replays();
}

#[test]
fn a_broken_clock_is_refused_before_it_can_hold_the_wallet_in_the_future() {
    let mut world = World::new(wide());
    world.now = i64::MAX;
    let error = world.error(Command::Spend { request: Box::new(request(1, "5")), presented: None });
    assert_eq!(error, CommandError::Internal { step: "clock" });
    world.now = NOON;
    world.reserve("5");
}

#[test]
fn every_error_has_a_code_and_says_what_to_do() {
    use CommandError::*;
    let all = [
        WalletExists,
        WalletAbsent,
        AgentNotFound,
        AgentExists,
        NameInvalid,
        NameTaken,
        AgentRevoked,
        AgentPaused,
        Frozen,
        Policy(PolicyError::Tiers),
        UnknownTimeZone,
        CurrencyFixed,
        PresenceNeeded { loosens: vec!["daily".to_owned()] },
        CredentialNotFound,
        CredentialExists,
        CredentialLifetime,
        BearerNotAllowed,
        PaymentNotFound,
        NotToBeJudged,
        NotTheAgents,
        AlreadyDecided,
        AlreadySubmitted,
        AlreadyEnded,
        NotSubmitted,
        DigestChanged,
        NotAnApprover,
        ApprovedTwice,
        ApprovalExpired,
        NotCleared,
        ValidUntil,
        InvalidSettled,
        Internal { step: "test" },
    ];
    let codes: std::collections::BTreeSet<_> = all.iter().map(CommandError::code).collect();
    assert_eq!(codes.len(), all.len(), "codes are different");
    for error in all {
        let (what, todo) = (error.to_string(), error.what_to_do());
        assert!(!what.ends_with('.') && !todo.is_empty(), "{what}: {todo}");
    }
}

#[test]
fn a_policy_that_is_the_same_is_no_entry() {
    let mut world = World::new(wide());
    let entries = world.log.len();
    for presence in [false, true] {
        world.done(Command::SetAgentPolicy { agent: AGENT, policy: quiet(wide()), presence });
        world.done(Command::SetWalletPolicy { policy: WalletPolicy::default(), presence });
    }
    assert_eq!(world.log.len(), entries);
}

#[test]
fn what_only_looks_different_needs_the_owner_too() {
    let host = |text: &str| PayeeKey::new(text).unwrap();
    let (a, b) = (host("host:a.example"), host("host:b.example"));
    let allowed_payees = vec![a.clone(), b.clone()];
    let mut world = World::new(AgentPolicy { allowed_payees, ..wide() });
    let old = world.state.agent(AGENT).unwrap().policy.clone();
    let team = Some(Label::new("blue").unwrap());
    let cases = [
        (AgentPolicy { team: team.clone(), ..old.clone() }, "team"),
        (AgentPolicy { project: team.clone(), ..old.clone() }, "project"),
        (AgentPolicy { allowed_payees: vec![b, a], ..old.clone() }, "allowed_payees"),
        (AgentPolicy { team, daily: dec("1"), ..old.clone() }, "team"),
    ];
    for (policy, field) in cases {
        let set = |presence| {
            let policy = policy.clone();
            Command::SetAgentPolicy { agent: AGENT, policy, presence }
        };
        let loosens = vec![field.to_owned()];
        assert_eq!(world.error(set(false)), CommandError::PresenceNeeded { loosens });
        world.done(set(true));
        world.done(Command::SetAgentPolicy { agent: AGENT, policy: old.clone(), presence: true });
    }
    world.done(Command::SetAgentPolicy {
        agent: AGENT,
        policy: AgentPolicy { daily: dec("1"), ..old },
        presence: false,
    });
    world.assert_replays();
}

#[test]
fn without_the_owner_policies_are_tightened_only_so_often_a_day() {
    let mut world = World::new(wide());
    let tighter = |n: u32| {
        let policy = AgentPolicy { daily: dec("1000000") - Decimal::from(n), ..wide() };
        Command::SetAgentPolicy { agent: AGENT, policy, presence: false }
    };
    for n in 1..=100 {
        world.done(tighter(n));
    }
    let loosens = vec!["daily".to_owned()];
    assert_eq!(world.error(tighter(101)), CommandError::PresenceNeeded { loosens });
    let policy = WalletPolicy { idle_lock_minutes: 5, ..WalletPolicy::default() };
    let set = |presence| Command::SetWalletPolicy { policy: policy.clone(), presence };
    let loosens = vec!["idle_lock_minutes".to_owned()];
    assert_eq!(world.error(set(false)), CommandError::PresenceNeeded { loosens });
    world.done(set(true));
    world.go_to("2026-03-03T00:00:00Z");
    world.done(tighter(101));
    world.assert_replays();
}

#[test]
fn a_policy_change_is_an_entry_with_the_whole_policy() {
    let mut world = World::new(wide());
    let policy = AgentPolicy::default();
    let reply =
        world.run(Command::SetAgentPolicy { agent: AGENT, policy: policy.clone(), presence: true });
    assert_eq!(reply, Reply::Done);
    assert_eq!(world.log[2].event, Event::AgentPolicySet { agent: AGENT, policy });
    assert_eq!(world.state.agent(AGENT).unwrap().policy, AgentPolicy::default());
    assert_eq!(*world.state.policy(), WalletPolicy::default());
}
