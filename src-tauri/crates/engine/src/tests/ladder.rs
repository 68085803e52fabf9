//! Every refusal, produced at least once.

use super::support::*;
use purser_domain::*;

fn category(text: &str) -> Category {
    Category::new(text).unwrap()
}

fn key(text: &str) -> PayeeKey {
    PayeeKey::new(text).unwrap()
}

/// What a request of 5 gets under a policy, after it was changed.
fn under(json: &str, change: fn(&mut SpendRequest)) -> Option<Refusal> {
    let mut world = World::new(policy(json));
    let mut request = request(1, "5");
    change(&mut request);
    match world.ask(request) {
        crate::SpendReply::Refused(refusal) => Some(refusal),
        _ => None,
    }
}

/// What a request of 5 gets with a credential narrowed like this.
fn narrowed(scope: Scope, change: fn(&mut SpendRequest)) -> Option<Refusal> {
    let mut world = World::new(wide());
    world.issue(false);
    let mut request = request(1, "5");
    change(&mut request);
    match world.ask_with(request, Some(Presented { scope, ..presented() })) {
        crate::SpendReply::Refused(refusal) => Some(refusal),
        _ => None,
    }
}

#[test]
fn a_credential_that_was_never_issued_is_unknown() {
    let mut world = World::new(wide());
    let refusal = refused(world.ask_with(request(1, "5"), Some(presented())));
    assert_eq!(refusal, Refusal::CredentialUnknown);
    world.assert_replays();
}

#[test]
fn another_agents_credential_is_unknown() {
    let mut world = World::new(wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    world.issue(false);
    let stolen = SpendRequest { agent: OTHER, ..request(1, "5") };
    assert_eq!(refused(world.ask_with(stolen, Some(presented()))), Refusal::CredentialUnknown);
}

#[test]
fn a_credential_ends_at_the_earliest_of_its_ends() {
    let mut world = World::new(wide());
    world.issue(false);
    world.wait(30 * MINUTE - 1);
    assert!(matches!(
        world.ask_with(request(1, "5"), Some(presented())),
        crate::SpendReply::Reserved { .. }
    ));
    world.wait(1);
    let refusal = refused(world.ask_with(request(2, "5"), Some(presented())));
    assert_eq!(refusal, Refusal::CredentialExpired { expired_at_ms: at(NOON + 30 * MINUTE) });
    world.wait(30 * MINUTE);
    let longer = Presented { expires_at: at(NOON + 10 * HOUR), ..presented() };
    let refusal = refused(world.ask_with(request(3, "5"), Some(longer)));
    assert_eq!(refusal, Refusal::CredentialExpired { expired_at_ms: at(NOON + HOUR) });
}

#[test]
fn a_credential_that_is_forgotten_is_still_named_as_expired() {
    let mut world = World::new(wide());
    world.issue(false);
    world.wait(3 * DAY);
    world.done(issue(CredentialId::from_random(77), at(world.now + HOUR), false));
    assert!(world.state.credential(CREDENTIAL).is_none());
    let refusal = refused(world.ask_with(request(1, "5"), Some(presented())));
    assert!(matches!(refusal, Refusal::CredentialExpired { .. }));
    world.assert_replays();
}

#[test]
fn a_revoked_credential_does_not_hold() {
    let mut world = World::new(wide());
    world.issue(false);
    world.done(Command::RevokeCredential(CREDENTIAL));
    let refusal = refused(world.ask_with(request(1, "5"), Some(presented())));
    assert_eq!(refusal, Refusal::CredentialRevoked);
}

#[test]
fn a_bearer_needs_a_bearer_credential_and_a_policy_that_still_allows_it() {
    let bearer = || Some(Presented { proof: HolderProof::Bearer, ..presented() });
    let mut world = World::new(AgentPolicy { allow_bearer: true, ..wide() });
    world.issue(false);
    let refusal = refused(world.ask_with(request(1, "5"), bearer()));
    assert_eq!(refusal, Refusal::HolderProofMissing);

    let mut world = World::new(AgentPolicy { allow_bearer: true, ..wide() });
    world.issue(true);
    let reply = world.ask_with(request(1, "5"), bearer());
    assert!(matches!(reply, crate::SpendReply::Reserved { .. }));
    world.done(Command::SetAgentPolicy { agent: AGENT, policy: wide(), presence: true });
    let refusal = refused(world.ask_with(request(2, "5"), bearer()));
    assert_eq!(refusal, Refusal::HolderProofMissing);
}

#[test]
fn an_agent_must_be_known_and_in_good_standing() {
    let mut world = World::new(wide());
    let stranger = SpendRequest { agent: OTHER, ..request(1, "5") };
    assert_eq!(world.refusal(stranger), Refusal::AgentUnknown);
    world.run(Command::PauseAgent(AGENT));
    assert_eq!(world.refusal(request(1, "5")), Refusal::AgentPaused);
    world.run(Command::Freeze);
    assert_eq!(world.refusal(request(1, "5")), Refusal::WalletFrozen);
    world.run(Command::RevokeAgent(AGENT));
    assert_eq!(world.refusal(request(1, "5")), Refusal::AgentRevoked);
    world.assert_replays();
}

#[test]
fn more_attempts_than_the_rate_allows_wait_for_the_minute_to_slide() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 3, ..wide() });
    for _ in 0..3 {
        world.reserve("1");
        world.wait(10 * SECOND);
    }
    let limited = Refusal::RateLimited { limit: 3, retry_after_s: 30 };
    let again = world.fresh("1");
    assert_eq!(world.refusal(again.clone()), limited);
    // Refused attempts do not count, so waiting as told helps.
    world.wait(30 * SECOND - 1);
    let last_moment = Refusal::RateLimited { limit: 3, retry_after_s: 1 };
    assert_eq!(world.refusal(again.clone()), last_moment);
    world.wait(1);
    world.reserved(again);
    world.assert_replays();
}

#[test]
fn a_lower_rate_counts_the_attempts_already_made() {
    let mut world = World::new(wide());
    for _ in 0..5 {
        world.reserve("1");
        world.wait(SECOND);
    }
    let policy = AgentPolicy { rate_limit_per_minute: 2, ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    // Attempts were at 0 to 4 s; it is 5 s, and the one at 3 s must grow a minute old.
    let limited = Refusal::RateLimited { limit: 2, retry_after_s: 58 };
    assert_eq!(world.refusal(request(1, "1")), limited);
}

#[test]
fn repeats_use_up_the_rate_and_what_could_not_be_read_does_not() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 2, ..wide() });
    for _ in 0..3 {
        let (problem, detail) = ("bad_json".to_owned(), claim("{"));
        world.done(Command::RejectAttempt { agent: AGENT, problem, detail });
    }
    assert_eq!(world.state.agent(AGENT).unwrap().last_activity_at, None, "whoever it was");
    world.ask(request(1, "1"));
    world.ask(request(1, "1"));
    assert!(matches!(world.refusal(request(2, "1")), Refusal::RateLimited { .. }));
}

#[test]
fn a_stranger_uses_up_nobodys_rate() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 1, ..wide() });
    for _ in 0..3 {
        let refusal = refused(world.ask_with(request(1, "5"), Some(presented())));
        assert_eq!(refusal, Refusal::CredentialUnknown);
    }
    assert_eq!(world.state.agent(AGENT).unwrap().last_activity_at, None);
    world.reserve("1");
}

#[test]
fn payees_are_allowed_and_blocked_by_any_of_their_keys_but_never_by_their_name_alone() {
    let allowed = r#"{"allowed_payees":["host:shop.example"]}"#;
    assert_eq!(under(allowed, |_| ()), None);
    let with_account =
        |request: &mut SpendRequest| request.payee.account = Some(Account::new("acct-1").unwrap());
    // Beside an account, a host that only the agent names opens nothing; one with terms does.
    assert_eq!(under(allowed, with_account), Some(Refusal::PayeeNotAllowed));
    let connected = |request: &mut SpendRequest| {
        request.payee.account = Some(Account::new("acct-1").unwrap());
        let (method, instruction) = ("x402".to_owned(), "{}".to_owned());
        request.terms =
            Some(purser_domain::Terms { method, fetches: None, description: None, instruction });
    };
    assert_eq!(under(allowed, connected), None);
    let spoof = |request: &mut SpendRequest| {
        request.payee = payee("evil.example");
        request.payee.name = claim("shop.example");
    };
    assert_eq!(under(allowed, spoof), Some(Refusal::PayeeNotAllowed));
    let blocked = r#"{"blocked_payees":["host:shop.example"]}"#;
    assert_eq!(under(blocked, |_| ()), Some(Refusal::PayeeBlocked));
    assert_eq!(under(blocked, with_account), Some(Refusal::PayeeBlocked));
    assert_eq!(under(blocked, |request| request.payee = payee("other.example")), None);
}

#[test]
fn categories_are_allowed_and_blocked_and_a_missing_one_is_not_allowed() {
    let books = |request: &mut SpendRequest| request.category = Some(category("books"));
    let allowed = r#"{"allowed_categories":["books"]}"#;
    assert_eq!(under(allowed, books), None);
    assert_eq!(under(allowed, |_| ()), Some(Refusal::CategoryNotAllowed));
    let games = |request: &mut SpendRequest| request.category = Some(category("games"));
    assert_eq!(under(allowed, games), Some(Refusal::CategoryNotAllowed));
    let blocked = r#"{"blocked_categories":["books"]}"#;
    assert_eq!(under(blocked, books), Some(Refusal::CategoryBlocked));
    assert_eq!(under(blocked, |_| ()), None);
}

#[test]
fn rails_actions_and_currencies_are_allowed_by_list() {
    assert_eq!(
        under(r#"{"allowed_rails":["x402"]}"#, |_| ()),
        Some(Refusal::RailNotAllowed { rail: RailId::Sandbox })
    );
    assert_eq!(
        under(r#"{"allowed_actions":["tool_call"]}"#, |_| ()),
        Some(Refusal::ActionNotAllowed { action: Action::Purchase })
    );
    assert_eq!(
        under(r#"{"allowed_currencies":["USDC"]}"#, |_| ()),
        Some(Refusal::CurrencyNotAllowed { currency: Currency::USD })
    );
    let all = r#"{"allowed_rails":["sandbox"],"allowed_actions":["purchase"],
        "allowed_currencies":["USD"]}"#;
    assert_eq!(under(all, |_| ()), None);
}

#[test]
fn a_credential_narrows_what_the_policy_allows() {
    let scope = Scope::default;
    let cases = [
        (Scope { payees: vec![key("host:a.example")], ..scope() }, Refusal::PayeeNotAllowed),
        (Scope { categories: vec![category("books")], ..scope() }, Refusal::CategoryNotAllowed),
        (
            Scope { rails: vec![RailId::X402], ..scope() },
            Refusal::RailNotAllowed { rail: RailId::Sandbox },
        ),
        (
            Scope { actions: vec![Action::ToolCall], ..scope() },
            Refusal::ActionNotAllowed { action: Action::Purchase },
        ),
        (
            Scope { currencies: vec![Currency::EUR], ..scope() },
            Refusal::CurrencyNotAllowed { currency: Currency::USD },
        ),
        (Scope { tasks: vec![Label::new("trip").unwrap()], ..scope() }, Refusal::TaskNotAllowed),
        (Scope { not_before: Some(at(NOON + 1)), ..scope() }, Refusal::OutsideTimeWindow),
        (Scope { not_after: Some(at(NOON)), ..scope() }, Refusal::OutsideTimeWindow),
        (
            Scope { per_transaction: Some(dec("4.99")), ..scope() },
            Refusal::CredentialCap { limit: dec("4.99"), observed: dec("5") },
        ),
    ];
    for (scope, refusal) in cases {
        assert_eq!(narrowed(scope.clone(), |_| ()), Some(refusal), "{scope:?}");
    }
    let open = Scope {
        payees: vec![key("host:shop.example")],
        tasks: vec![Label::new("trip").unwrap()],
        not_before: Some(at(NOON)),
        not_after: Some(at(NOON + 1)),
        per_transaction: Some(dec("5")),
        ..scope()
    };
    let task = |request: &mut SpendRequest| {
        let (id, origin) = (Label::new("trip").unwrap(), TaskOrigin::Agent);
        request.task = Some(Task { id, text: claim("book"), origin });
    };
    assert_eq!(narrowed(open, task), None);
}

#[test]
fn a_capped_credential_takes_no_amount_that_cannot_be_held_against_its_cap() {
    let scope = Scope { per_transaction: Some(dec("100")), ..Scope::default() };
    let euros = |request: &mut SpendRequest| request.amount = Money::parse("1", "EUR").unwrap();
    let refusal = Refusal::CurrencyNotAllowed { currency: Currency::EUR };
    assert_eq!(narrowed(scope, euros), Some(refusal));
}

#[test]
fn the_credential_as_it_was_issued_narrows_too() {
    let mut world = World::new(wide());
    let scope = Scope { rails: vec![RailId::X402], ..Scope::default() };
    world.done(Command::IssueCredential {
        credential: CREDENTIAL,
        agent: AGENT,
        scope,
        expires_at: at(NOON + HOUR),
        bearer: false,
        revocation_ids: Vec::new(),
    });
    let refusal = refused(world.ask_with(request(1, "5"), Some(presented())));
    assert_eq!(refusal, Refusal::RailNotAllowed { rail: RailId::Sandbox });
}

#[test]
fn the_hard_caps_hold_to_the_cent() {
    let caps = r#"{"per_transaction":"50","per_session":"60","daily":"70"}"#;
    let mut world = World::new(policy(caps));
    let refusal = world.refusal(request(1, "50.01"));
    let over = Refusal::PerTransactionCap { limit: dec("50"), observed: dec("50.01") };
    assert_eq!(refusal, over);
    world.reserve("50");
    let refusal = world.refusal(request(1, "10.01"));
    let over = Refusal::SessionCap { limit: dec("60"), observed: dec("60.01") };
    assert_eq!(refusal, over);
    world.open("s1", "60", 60);
    world.open("s2", "60", 60);
    let elsewhere = in_session(world.fresh("20"), "s1");
    world.reserved(elsewhere);
    let elsewhere = in_session(world.fresh("0.01"), "s2");
    let resets_at_ms = at(NOON + 12 * HOUR);
    let over = Refusal::DailyCap { limit: dec("70"), observed: dec("70.01"), resets_at_ms };
    assert_eq!(world.refusal(elsewhere), over);
    world.assert_replays();
}

#[test]
fn an_envelope_names_itself_and_what_it_would_have_reached() {
    let limits = r#"[{"amount":"1000","interval":"weekly"},
        {"amount":"20","interval":"monthly","window":"rolling"}]"#;
    let mut world = World::new(wide_with(limits));
    world.pay("15");
    let refusal = world.refusal(request(1, "5.000001"));
    let over = Refusal::EnvelopeLimit {
        envelope: 1,
        interval: Interval::Monthly,
        window: Window::Rolling,
        limit: dec("20"),
        observed: dec("20.000001"),
    };
    assert_eq!(refusal, over);
}

#[test]
fn an_error_inside_a_step_refuses() {
    let mut wallet = WalletPolicy::default();
    wallet.rates.insert(Currency::EUR, Rate::fixed(dec("1000000000000")));
    let mut world = World::with(wallet, wide());
    let mut rich = request(1, "1000");
    rich.amount = Money::parse("1000", "EUR").unwrap();
    assert_eq!(world.refusal(rich), Refusal::Internal { step: "worth".to_owned() });
    world.reserve("5");
    let taken = SpendRequest {
        idempotency_key: IdempotencyKey::new("another").unwrap(),
        ..request(world.last_payment, "5")
    };
    assert_eq!(world.refusal(taken), Refusal::Internal { step: "payment_id".to_owned() });
    world.assert_replays();
}

#[test]
fn the_first_step_that_fails_names_the_refusal() {
    let json = r#"{"per_transaction":"1","blocked_payees":["host:shop.example"]}"#;
    let mut world = World::new(policy(json));
    assert_eq!(world.refusal(request(1, "5")), Refusal::PayeeBlocked);
    world.run(Command::Freeze);
    let refusal = refused(world.ask_with(request(1, "5"), Some(presented())));
    assert_eq!(refusal, Refusal::CredentialUnknown);
    assert_eq!(world.refusal(request(1, "5")), Refusal::WalletFrozen);
}
