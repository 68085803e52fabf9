//! The very edges: what a comparison that is off by one, or a guard that is gone, would change.

use super::support::*;
use crate::attempts::Attempts;
use crate::{BudgetKind, BudgetLine, Reply};
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(20);

fn daily(amount: &str) -> Allocation {
    Allocation { amount: dec(amount), interval: Interval::Daily, window: Window::Calendar }
}

/// The lines of the agent's envelopes: all but its caps.
fn envelopes(world: &World) -> Vec<BudgetLine> {
    world.state.budgets(AGENT, at(world.now)).into_iter().skip(3).collect()
}

#[test]
fn nobody_acts_in_a_frozen_wallet_and_a_stranger_never() {
    let mut world = World::new(wide());
    assert!(world.state.may_act(AGENT));
    assert!(!world.state.may_act(OTHER));
    let Reply::Stopped(_) = world.run(Command::Freeze) else { panic!("not frozen") };
    assert!(!world.state.may_act(AGENT));
}

#[test]
fn no_more_attempts_are_kept_than_the_limit() {
    let mut attempts = Attempts::default();
    attempts.note(at(NOON), 2);
    attempts.note(at(NOON + SECOND), 2);
    let two = attempts.clone();
    attempts.note(at(NOON + 2 * SECOND), 2);
    assert_eq!(attempts, two);
}

#[test]
fn what_a_sub_agent_holds_can_be_given_again_although_its_parent_has_less_by_now() {
    let day = |daily: &str| AgentPolicy { daily: dec(daily), ..wide() };
    let mut world = World::new(day("100"));
    world.sub(AGENT, CHILD, day("100"), daily("60"));
    let policy = day("50");
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    let by = Some((AGENT, None));
    let give = |amount| Command::SetAllocation {
        agent: CHILD,
        by: by.clone(),
        allocation: Some(daily(amount)),
    };
    world.done(give("60"));
    let Reply::Refused(refusal) = world.run(give("60.01")) else { panic!("too much is given") };
    assert_eq!(
        refusal,
        Refusal::AllocationLimit { holder: AGENT, limit: dec("50"), observed: dec("60.01") }
    );
}

#[test]
fn a_credential_of_the_longest_life_holds_and_one_of_longer_does_not() {
    const LONGEST: i64 = 24 * HOUR + MINUTE;
    for (life, holds) in [(LONGEST, true), (LONGEST + 1, false)] {
        let mut world = World::new(wide());
        let issued = world.decide(&issue(CREDENTIAL, at(NOON + HOUR), false)).events.remove(0);
        let Event::CredentialIssued { credential, agent, scope, bearer, revocation_ids, .. } =
            issued
        else {
            panic!("not issued")
        };
        let expires_at_ms = at(NOON + life);
        world
            .applies(Event::CredentialIssued {
                credential,
                agent,
                scope,
                expires_at_ms,
                bearer,
                revocation_ids,
            })
            .unwrap();
        let shown = Presented { expires_at: expires_at_ms, ..presented() };
        let reply = world.ask_with(request(1, "1"), Some(shown));
        assert_eq!(matches!(reply, crate::SpendReply::Reserved { .. }), holds, "{reply:?}");
    }
}

#[test]
fn what_was_called_off_leaves_no_line_of_its_payee() {
    let limits = r#"[{"amount":"10","interval":"daily","each_payee":true},
        {"amount":"20","interval":"weekly","window":"rolling","each_payee":true}]"#;
    let mut world = World::new(wide_with(limits));
    let elsewhere = |n| SpendRequest { payee: payee("b.example"), ..request(n, "3") };
    world.reserved(request(1, "2"));
    let canceled = world.reserved(elsewhere(2));
    let labels = |world: &World| {
        envelopes(world).into_iter().map(|line| (line.label, line.reserved)).collect::<Vec<_>>()
    };
    assert_eq!(labels(&world).len(), 4);
    world.done(Command::Cancel { payment: canceled, agent: None, cause: StopCause::Owner });
    let (daily, weekly) = ("daily, host:shop.example", "weekly, rolling, host:shop.example");
    let left = [(daily.to_owned(), dec("2")), (weekly.to_owned(), dec("2"))];
    assert_eq!(labels(&world), left);
}

#[test]
fn a_budget_without_an_end_is_counted_anew_from_its_beginning() {
    let limits = r#"[{"amount":"10","interval":"all_time"}]"#;
    let mut world = World::new(wide_with(limits));
    world.pay("6");
    world.wait(60 * DAY);
    world.pay("1");
    let policy = AgentPolicy { daily: dec("500"), ..wide_with(limits) };
    let policy = AgentPolicy {
        spending_limits: serde_json::from_str(r#"[{"amount":"9","interval":"all_time"}]"#).unwrap(),
        ..policy
    };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    assert_eq!(envelopes(&world)[0].settled, dec("7"));
    let refused = world.fresh("2.01");
    assert_eq!(world.refusal(refused).detail().code, "envelope_limit");
    world.pay("2");
    world.assert_replays();
}

#[test]
fn the_session_of_the_day_ends_with_it_and_an_opened_one_is_named() {
    let mut world = World::new(wide());
    world.reserve("1");
    let session = |lines: Vec<BudgetLine>| {
        lines.into_iter().find(|line| line.kind == BudgetKind::Session).unwrap()
    };
    let of_the_day = session(world.state.budgets(AGENT, at(world.now)));
    assert_eq!(of_the_day.resets_at, Some(at(NOON + 12 * HOUR)));
    world.open("s1", "10", 60);
    let asked = in_session(world.fresh("1"), "s1");
    let opened = session(world.state.budgets_for(&asked, at(world.now)));
    assert_eq!((opened.resets_at, opened.label.as_str()), (None, "per session, s1"));
    assert_eq!(opened.limit, dec("10"));
}

#[test]
fn a_session_of_a_name_that_was_forgotten_begins_with_nothing_used() {
    let mut world = World::new(wide());
    for other in ["a", "b", "c"] {
        world.open("s1", "10", 60);
        let asked = in_session(world.fresh("10"), "s1");
        let payment = world.reserved(asked);
        world.submit(payment);
        world.succeed(payment, "10");
        world.wait(2 * HOUR).run(Command::Tick);
        // Names are forgotten a day later, when another session begins.
        world.wait(2 * DAY).open(other, "1", 1);
    }
    let settled = world.used(|kind| matches!(kind, BudgetKind::Daily)).0;
    assert_eq!(settled, dec("0"), "that was days ago");
    world.assert_replays();
}

#[test]
fn no_more_of_the_past_is_kept_by_the_quarter_than_limits_look_back() {
    let mut world = World::new(wide());
    for _ in 0..60 {
        world.pay("1");
        world.wait(DAY);
    }
    let history = &world.state.agent(AGENT).unwrap().books.history;
    assert_eq!(history.recent.len(), 35);
    assert_eq!(
        history.all_time.values().map(|totals| totals.settled).sum::<rust_decimal::Decimal>(),
        dec("60")
    );
}

#[test]
fn the_wallets_own_budgets_are_shown() {
    let spending_limits = serde_json::from_str(r#"[{"amount":"10","interval":"daily"}]"#).unwrap();
    let wallet = WalletPolicy { spending_limits, ..WalletPolicy::default() };
    let mut world = World::with(wallet, wide());
    world.pay("4");
    world.reserve("1");
    let lines = world.state.wallet_budgets(at(world.now));
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((line.settled, line.reserved, line.remaining()), (dec("4"), dec("1"), dec("5")));
}

#[test]
fn the_last_moment_that_can_be_decided_is_decided() {
    let world = World::new(wide());
    let last = 221_845_392_000_000;
    let reply = |ms| crate::decide(&world.state, &Command::Tick, at(ms)).reply;
    assert_eq!(reply(last), Reply::Done);
    assert!(matches!(reply(last + 1), Reply::Error(_)));
}

#[test]
fn a_log_reserves_no_payment_twice_and_no_key_twice() {
    let mut world = World::new(wide());
    world.reserve("1");
    let Event::SpendReserved { reservation } = world.log.last().unwrap().event.clone() else {
        panic!("not reserved")
    };
    let with = |change: fn(&mut SpendRequest)| {
        let mut reservation = reservation.clone();
        change(&mut reservation.request);
        Event::SpendReserved { reservation }
    };
    let same_payment = with(|r| r.idempotency_key = IdempotencyKey::new("another").unwrap());
    assert!(world.applies(same_payment).is_err());
    let same_key = with(|r| r.payment = payment(999));
    assert!(world.applies(same_key).is_err());
    let neither = with(|r| {
        r.idempotency_key = IdempotencyKey::new("another").unwrap();
        r.payment = payment(999);
    });
    assert!(world.applies(neither).is_ok());
}

#[test]
fn a_tier_that_asks_already_keeps_its_rule_when_failures_ask_too() {
    let mut world = World::new(AgentPolicy { review_above: Some(dec("1")), ..wide() });
    for _ in 0..4 {
        let payment = world.reserve("5");
        world.approve(payment);
        world.submit(payment);
        let (problem, detail) = ("refused".to_owned(), claim("no"));
        world
            .done(Command::Resolve { payment, resolution: Resolution::Failed { problem, detail } });
    }
    let payment = world.reserve("5");
    let rules = &world.state.payment(payment).unwrap().reservation.rules;
    assert_eq!(rules.last().map(String::as_str), Some("repeated_failures"));
    assert!(rules.len() == 2 && rules[0] != "repeated_failures", "{rules:?}");
}

#[test]
fn what_was_spent_in_a_session_that_is_forgotten_is_kept_in_one_row() {
    let mut world = World::new(wide());
    world.open("short", "10", 10);
    world.open("long", "10", 1440);
    let spend = |world: &mut World, session: &str, amount: &str| {
        let asked = in_session(world.fresh(amount), session);
        world.reserved(asked)
    };
    let waiting = spend(&mut world, "short", "3");
    let paid = spend(&mut world, "short", "2");
    world.submit(paid);
    world.succeed(paid, "2");
    world.submit(waiting);
    spend(&mut world, "long", "4");
    world.reserve("1");
    let rows = |world: &World| {
        let history = &world.state.agent(AGENT).unwrap().books.history;
        (history.all_time.len(), history.recent.len())
    };
    assert_eq!(rows(&world), (3, 3));
    world.wait(HOUR).run(Command::Tick);
    world.wait(26 * HOUR).open("other", "1", 1);
    let line = |session: &str| world.state.session(AGENT, &Label::new(session).unwrap());
    assert!(line("short").is_none() && line("long").is_some());
    world.succeed(waiting, "3");
    // The day's, that of the one still known, and that of all that are not.
    assert_eq!(rows(&world), (3, 3));
    let all_time = &world.state.agent(AGENT).unwrap().books.history.all_time;
    let mut used: Vec<_> = all_time.values().map(|totals| totals.with(dec("0")).unwrap()).collect();
    used.sort_unstable();
    assert_eq!(used, [dec("1"), dec("4"), dec("5")]);
    world.assert_replays();
}

#[test]
fn a_credential_is_forgotten_a_day_after_its_end_by_the_next_that_is_issued() {
    let mut world = World::new(wide());
    world.issue(false);
    let known = |world: &World| {
        let agent = world.state.agent(AGENT).unwrap();
        (world.state.credential(CREDENTIAL).is_some(), agent.credentials.len())
    };
    let another =
        |world: &World, n| issue(CredentialId::from_random(n), at(world.now + HOUR), false);
    world.wait(HOUR + DAY - 1);
    world.done(another(&world, 40));
    assert_eq!(known(&world), (true, 2));
    world.wait(1);
    world.done(another(&world, 41));
    assert_eq!(known(&world), (false, 2));
    assert_eq!(world.state.credential_ends.len(), 2);
    world.assert_replays();
}
