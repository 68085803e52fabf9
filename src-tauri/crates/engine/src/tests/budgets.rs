//! Caps and envelopes: what counts, where, and for how long.

use super::support::*;
use crate::{BudgetKind, BudgetLine};
use purser_domain::*;

fn with_category(mut request: SpendRequest, category: &str) -> SpendRequest {
    request.category = Some(Category::new(category).unwrap());
    request
}

fn at_host(request: SpendRequest, host: &str) -> SpendRequest {
    SpendRequest { payee: payee(host), ..request }
}

fn is_over(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::EnvelopeLimit { .. })
}

fn lines(world: &World) -> Vec<BudgetLine> {
    world.state.budgets(AGENT, at(world.now))
}

#[test]
fn released_money_can_be_spent_again_and_settled_money_cannot() {
    let mut world = World::new(policy(r#"{"daily":"20","per_session":"20"}"#));
    let first = world.reserve("15");
    let refused = world.fresh("6");
    assert!(matches!(world.refusal(refused), Refusal::SessionCap { .. }));
    world.done(Command::Cancel { payment: first, agent: None, cause: StopCause::Owner });
    let second = world.reserve("20");
    world.submit(second);
    world.succeed(second, "12");
    world.pay("8");
    let refused = world.fresh("0.01");
    assert!(matches!(world.refusal(refused), Refusal::SessionCap { .. }));
}

#[test]
fn filters_choose_what_an_envelope_counts() {
    let limits = r#"[
        {"amount":"10","interval":"daily","categories":["books","music"]},
        {"amount":"10","interval":"daily","payees":["host:a.example"]},
        {"amount":"10","interval":"daily","actions":["tool_call"]}]"#;
    let mut world = World::new(wide_with(limits));
    world.reserved(with_category(request(1, "10"), "books"));
    assert!(is_over(&world.refusal(with_category(request(2, "0.01"), "music"))));
    world.reserved(with_category(request(3, "50"), "games"));
    world.reserved(at_host(request(4, "10"), "a.example"));
    assert!(is_over(&world.refusal(at_host(request(5, "0.01"), "a.example"))));
    let mut with_account = at_host(request(6, "0.01"), "a.example");
    with_account.payee.account = Some(Account::new("acct-1").unwrap());
    assert!(is_over(&world.refusal(with_account)), "the host counts beside an account");
    let call = |n, amount| SpendRequest { action: Action::ToolCall, ..request(n, amount) };
    world.reserved(call(7, "10"));
    assert!(is_over(&world.refusal(call(8, "0.01"))));
    world.assert_replays();
}

#[test]
fn each_payee_and_each_category_have_the_amount_for_themselves() {
    let limits = r#"[{"amount":"10","interval":"daily","each_payee":true},
        {"amount":"12","interval":"weekly","each_category":true}]"#;
    let mut world = World::new(wide_with(limits));
    world.reserved(at_host(request(1, "10"), "a.example"));
    assert!(is_over(&world.refusal(at_host(request(2, "0.01"), "a.example"))));
    let other = at_host(request(3, "3"), "b.example");
    assert!(is_over(&world.refusal(other.clone())), "no category is one category");
    world.reserved(with_category(other, "books"));
    let labels: Vec<_> = lines(&world)
        .into_iter()
        .filter(|line| matches!(line.kind, BudgetKind::Envelope { .. }))
        .map(|line| (line.label, line.reserved))
        .collect();
    assert_eq!(
        labels,
        [
            ("daily, host:a.example".to_owned(), dec("10")),
            ("daily, host:b.example".to_owned(), dec("3")),
            ("weekly, books".to_owned(), dec("3")),
            ("weekly, each category".to_owned(), dec("10")),
        ]
    );
    world.assert_replays();
}

#[test]
fn payments_without_a_session_share_that_of_the_day_and_opened_ones_have_their_own() {
    let mut world = World::new(policy(r#"{"per_session":"50","daily":"1000"}"#));
    world.reserve("50");
    let more = world.fresh("1");
    assert!(matches!(world.refusal(more), Refusal::SessionCap { .. }));
    world.open("s1", "50", 60);
    world.reserved(in_session(request(1, "50"), "s1"));
    world.wait(DAY);
    world.reserve("50");
    let more = world.fresh("0.01");
    assert!(matches!(world.refusal(more), Refusal::SessionCap { .. }));
    world.done(Command::SetAgentPolicy {
        agent: AGENT,
        policy: policy(r#"{"per_session":"51","daily":"1000"}"#),
        presence: true,
    });
    let more = world.fresh("1.01");
    assert!(matches!(world.refusal(more), Refusal::SessionCap { .. }));
    world.reserve("1");
    world.assert_replays();
}

#[test]
fn an_all_time_envelope_never_refills() {
    let mut world = World::new(wide_with(r#"[{"amount":"10","interval":"all_time"}]"#));
    world.pay("10");
    world.wait(4000 * DAY);
    let more = world.fresh("0.01");
    assert!(is_over(&world.refusal(more)));
}

#[test]
fn a_new_envelope_counts_what_was_already_spent_in_its_window() {
    let mut world = World::new(wide());
    world.pay("4");
    world.wait(20 * DAY);
    world.open("s1", "10", 60);
    world.reserved(in_session(with_category(request(1, "3"), "books"), "s1"));
    let limits = r#"[
        {"amount":"7","interval":"monthly"},
        {"amount":"7","interval":"monthly","window":"rolling"},
        {"amount":"3","interval":"weekly","categories":["books"]},
        {"amount":"7","interval":"all_time","each_payee":true},
        {"amount":"3","interval":"session"}]"#;
    world.done(Command::SetAgentPolicy { agent: AGENT, policy: wide_with(limits), presence: true });
    let reached: Vec<_> = lines(&world)
        .into_iter()
        .filter(|line| matches!(line.kind, BudgetKind::Envelope { .. }))
        .map(|line| (line.settled, line.reserved, line.remaining()))
        .collect();
    let all = (dec("4"), dec("3"), dec("0"));
    let recent = (dec("0"), dec("3"), dec("0"));
    assert_eq!(reached, [all, all, recent, all, recent]);
    // The reservation settles in all of them.
    world.submit(payment(1));
    world.succeed(payment(1), "2");
    let settled: Vec<_> = lines(&world)
        .into_iter()
        .filter(|line| matches!(line.kind, BudgetKind::Envelope { .. }))
        .map(|line| (line.settled, line.reserved))
        .collect();
    let (all, recent) = ((dec("6"), dec("0")), (dec("2"), dec("0")));
    assert_eq!(settled, [all, all, recent, all, recent]);
    world.assert_replays();
}

#[test]
fn lowering_a_cap_only_blocks_what_comes() {
    let mut world = World::new(policy(r#"{"daily":"50","per_session":"50"}"#));
    let held = world.reserve("40");
    let lower = policy(r#"{"daily":"10","per_session":"10"}"#);
    world.done(Command::SetAgentPolicy { agent: AGENT, policy: lower, presence: true });
    let line = lines(&world).into_iter().find(|line| line.kind == BudgetKind::Daily).unwrap();
    assert_eq!((line.reserved, line.remaining()), (dec("40"), dec("0")));
    let more = world.fresh("1");
    assert!(matches!(world.refusal(more), Refusal::SessionCap { .. }));
    world.submit(held);
    world.succeed(held, "40");
    world.assert_replays();
}

#[test]
fn a_reservation_belongs_to_the_window_it_was_made_in() {
    let mut world = World::new(policy(r#"{"daily":"50","per_session":"50"}"#));
    let yesterday = world.reserve("50");
    world.submit(yesterday);
    world.wait(DAY);
    let today = world.reserve("50");
    world.succeed(yesterday, "20");
    assert_eq!(world.daily(), (dec("0"), dec("50")), "yesterday's change is not today's");
    world.done(Command::Cancel { payment: today, agent: None, cause: StopCause::Owner });
    assert_eq!(world.daily(), (dec("0"), dec("0")));
    world.assert_replays();
}

#[test]
fn a_request_is_told_the_lines_it_counts_against() {
    let limits = r#"[{"amount":"10","interval":"daily","categories":["books"]},
        {"amount":"10","interval":"weekly","window":"rolling"},
        {"amount":"5","interval":"per_transaction","actions":["tool_call"]}]"#;
    let mut world = World::new(wide_with(limits));
    world.pay("4");
    let next = in_session(world.fresh("1"), "s9");
    let told: Vec<_> = world
        .state
        .budgets_for(&next, at(world.now))
        .into_iter()
        .map(|line| (line.label, line.settled, line.resets_at))
        .collect();
    let midnight = Some(at(NOON + 12 * HOUR));
    assert_eq!(
        told,
        [
            ("per payment".to_owned(), dec("0"), None),
            ("per session, s9".to_owned(), dec("0"), None),
            ("daily".to_owned(), dec("4"), midnight),
            ("weekly, rolling".to_owned(), dec("4"), None),
        ]
    );
    let all: Vec<_> = lines(&world).into_iter().map(|line| line.label).collect();
    assert_eq!(
        all,
        [
            "per payment",
            "per session",
            "daily",
            "daily, books",
            "weekly, rolling",
            "per payment, tool calls"
        ]
    );
    assert_eq!(world.state.budgets(OTHER, at(NOON)), []);
    let stranger = SpendRequest { agent: OTHER, ..next };
    assert_eq!(world.state.budgets_for(&stranger, at(NOON)), []);
}

#[test]
fn a_payees_name_in_a_label_shows_what_hides_in_it() {
    let limits = r#"[{"amount":"10","interval":"daily","each_payee":true}]"#;
    let mut world = World::new(wide_with(limits));
    let mut sly = request(1, "1");
    sly.payee = Payee { name: claim("Sh\u{202e}op"), account: None, host: None, country: None };
    world.reserved(sly);
    let line = lines(&world).pop().unwrap();
    assert_eq!(line.label, "daily, name:sh<U+202E>op");
}

#[test]
fn a_filtered_line_names_its_filters() {
    let limits = r#"[{"amount":"10","interval":"all_time","payees":["host:a.example"],
        "actions":["purchase"]},
        {"amount":"10","interval":"weekly","window":"rolling","each_payee":true}]"#;
    let world = World::new(wide_with(limits));
    let labels: Vec<_> = lines(&world).into_iter().skip(3).map(|line| line.label).collect();
    assert_eq!(labels, ["in all, host:a.example, purchases", "weekly, rolling, each payee"]);
}
