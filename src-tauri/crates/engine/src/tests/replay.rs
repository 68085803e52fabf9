//! Recorded requests: what comes out, and that nothing is skipped.

use super::support::*;
use crate::{OnReview, Replay, ReplayError, ReplayOutcome, ReplayPolicy, ReplayProblem};
use purser_domain::{SignalCode, Tier};

fn new(policy: &str, on_review: OnReview) -> Replay {
    let policy: ReplayPolicy = serde_json::from_str(policy).unwrap();
    Replay::new(policy, on_review).unwrap()
}

/// A line with an id, a time of day and an amount, and more fields.
fn line(id: &str, time: &str, amount: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","at":"2026-03-02T{time}Z","agent":"bot","payee":{{"name":"Shop",
            "url":"https://shop.example/pay"}},"amount":"{amount}","currency":"USD"{more}}}"#
    )
}

fn run(replay: &mut Replay, text: &str) -> ReplayOutcome {
    replay.line(1, text).unwrap()
}

#[test]
fn a_line_gets_the_engines_verdict_and_pays_at_once() {
    let mut replay = new("{}", OnReview::Approve);
    let first = run(&mut replay, &line("a", "12:00:00", "12.50", ""));
    assert_eq!((first.verdict, first.tier), ("allow", Some(Tier::Enveloped)));
    assert_eq!(
        (first.rules, first.signals),
        (vec!["tier_enveloped".to_owned()], vec![SignalCode::NewPayee])
    );
    assert!((0.4..0.6).contains(&first.risk), "{}", first.risk);
    assert_eq!(first.reserved, Some(dec("12.5")));
    assert_eq!(first.remaining["daily"], "487.5");
    assert_eq!(first.remaining["session"], "187.5");
    let second = run(&mut replay, &line("b", "12:00:01", "50.01", ""));
    assert_eq!((second.verdict, second.tier, second.reserved), ("deny", None, None));
    assert_eq!(second.rules, ["per_transaction_cap"]);
    assert!(second.signals.is_empty() && second.risk < 0.9, "{}", second.risk);
    assert_eq!(second.remaining["daily"], "487.5");
}

#[test]
fn an_outcome_is_one_json_object_of_strings_and_a_risk() {
    let mut replay = new("{}", OnReview::Approve);
    let outcome = run(&mut replay, &line("a", "12:00:00", "12.50", ""));
    let json = serde_json::to_string(&outcome).unwrap();
    let expected = concat!(
        r#"{"id":"a","verdict":"allow","tier":"enveloped","rules":["tier_enveloped"],"#,
        r#""signals":["new_payee"],"risk":0.4999654650230215,"reserved":"12.5","#,
        r#""remaining":{"daily":"487.5","session":"187.5"}}"#
    );
    assert_eq!(json, expected);
    let denied = run(&mut replay, &line("b", "12:00:00", "51", ""));
    assert!(serde_json::to_string(&denied).unwrap().contains(r#""tier":null"#));
}

const REVIEW: &str = r#"{"default_agent":{"review_above":"10"}}"#;

#[test]
fn what_follows_a_review_is_chosen_and_the_verdict_stays_review() {
    for (on_review, label, left) in [
        (OnReview::Approve, r#","label":"fraud""#, "480"),
        (OnReview::Deny, "", "500"),
        (OnReview::Label, "", "480"),
        (OnReview::Label, r#","label":"legit""#, "480"),
        (OnReview::Label, r#","label":"attack""#, "500"),
    ] {
        let mut replay = new(REVIEW, on_review);
        let outcome = run(&mut replay, &line("a", "12:00:00", "20", label));
        assert_eq!((outcome.verdict, outcome.rules), ("review", vec!["review_above".to_owned()]));
        assert_eq!(outcome.reserved, Some(dec("20")));
        assert_eq!(outcome.remaining["daily"], left, "{on_review:?} {label}");
        assert_eq!(replay.state().open_payments().count(), 0);
    }
}

#[test]
fn a_repeated_id_is_the_first_answer_again_or_a_conflict() {
    let mut replay = new("{}", OnReview::Approve);
    run(&mut replay, &line("a", "12:00:00", "5", ""));
    let again = run(&mut replay, &line("a", "12:00:01", "5", ""));
    assert_eq!((again.verdict, again.reserved), ("allow", None));
    assert_eq!(again.rules, ["repeated", "tier_autonomous"]);
    assert_eq!(again.remaining["daily"], "495");
    let other = run(&mut replay, &line("a", "12:00:02", "6", ""));
    assert_eq!((other.verdict, other.rules), ("deny", vec!["idempotency_conflict".to_owned()]));
}

#[test]
fn policies_are_found_by_the_agents_name() {
    let policy = r#"{"wallet":{"time_zone":"America/New_York"},
        "agents":{"bot":{"daily":"7","spending_limits":[{"amount":"6","interval":"weekly"}]}}}"#;
    let mut replay = new(policy, OnReview::Approve);
    let own = run(&mut replay, &line("a", "12:00:00", "5", ""));
    assert_eq!(own.remaining["envelope_0"], "1");
    let other = line("b", "12:00:00", "5", "").replace("bot", "other");
    assert_eq!(run(&mut replay, &other).remaining["daily"], "495");
    let over = run(&mut replay, &line("c", "12:00:00", "2", ""));
    assert_eq!(over.rules, ["envelope_limit"]);
    assert_eq!(replay.state().agents().count(), 2);
}

#[test]
fn every_field_reaches_the_request() {
    let mut replay = new("{}", OnReview::Approve);
    let text = r#"{"id":"a","at":1772452800000,"agent":"bot",
        "payee":{"name":"Sh\u202eop","account":"eip155:8453:0xabc","url":"HTTP://Shop.Example:80",
            "country":"DE"},
        "amount":"1","currency":"USDC","category":"books","session":"s1",
        "task":{"id":"t1","text":"buy a book","trusted":true},"context":"because","label":"ok"}"#;
    let outcome = run(&mut replay, text);
    use SignalCode::{HiddenCharacters, NewPayee, PayeeNotInTask};
    assert_eq!(outcome.signals, [PayeeNotInTask, NewPayee, HiddenCharacters]);
    assert!(outcome.risk > 0.99, "{}", outcome.risk);
    let paid = replay.state().payment(purser_domain::PaymentId::from_random(3)).unwrap();
    assert_eq!(paid.requested_at, at(NOON));
    let request = &paid.reservation.request;
    assert_eq!(request.payee.host.as_ref().unwrap().as_str(), "shop.example");
    assert_eq!(request.payee.country.as_ref().unwrap().as_str(), "DE");
    assert_eq!(request.session.as_ref().unwrap().as_str(), "s1");
    assert_eq!(request.category.as_ref().unwrap().as_str(), "books");
    assert_eq!(request.task.as_ref().unwrap().origin, purser_domain::TaskOrigin::Owner);
}

#[test]
fn times_that_go_back_reopen_nothing_and_are_no_error() {
    let policy = r#"{"default_agent":{"daily":"10","breakers":{"spend_rate_multiple":"10"}}}"#;
    let mut replay = new(policy, OnReview::Approve);
    run(&mut replay, &line("a", "12:00:00", "10", ""));
    let earlier = line("b", "12:00:00", "1", "").replace("2026-03-02", "2026-03-01");
    assert_eq!(run(&mut replay, &earlier).rules, ["daily_cap"]);
    let later = line("c", "00:00:00", "1", "").replace("2026-03-02", "2026-03-03");
    assert_eq!(run(&mut replay, &later).verdict, "allow");
}

fn in_session(text: String) -> String {
    text.replace("\"currency\"", "\"session\":\"s1\",\"currency\"")
}

#[test]
fn a_session_is_opened_by_its_name_never_ends_and_is_not_closed_by_asking_too_much() {
    let policy = r#"{"default_agent":{"per_session":"20","require_session":true}}"#;
    let mut replay = new(policy, OnReview::Approve);
    let first = run(&mut replay, &in_session(line("a", "12:00:00", "15", "")));
    assert_eq!((first.verdict, first.remaining["session"].as_str()), ("allow", "5"));
    let over = run(&mut replay, &in_session(line("b", "12:00:01", "6", "")));
    assert_eq!(over.rules, ["session_cap"]);
    let later = in_session(line("c", "12:00:02", "5", "")).replace("2026-03-02", "2026-03-09");
    assert_eq!(run(&mut replay, &later).verdict, "allow");
    let without = line("d", "12:00:03", "1", "").replace("2026-03-02", "2026-03-09");
    assert_eq!(run(&mut replay, &without).rules, ["session_required"]);
}

#[test]
fn an_agent_that_a_breaker_paused_goes_on_with_the_next_line() {
    let policy = r#"{"default_agent":{"per_transaction":"10","rate_limit_per_minute":600}}"#;
    let mut replay = new(policy, OnReview::Deny);
    for n in 0..100 {
        let refused = run(&mut replay, &line(&format!("r{n}"), "12:00:00", "11", ""));
        assert_eq!(refused.rules, ["per_transaction_cap"]);
    }
    assert_eq!(run(&mut replay, &line("a", "12:00:01", "9", "")).verdict, "allow");
}

#[test]
fn the_same_lines_give_the_same_outcomes() {
    let lines: Vec<_> =
        (0..50).map(|n| line(&format!("i{}", n % 40), "12:00:00", &format!("{n}.5"), "")).collect();
    let all = |replay: &mut Replay| -> Vec<_> {
        lines.iter().map(|line| serde_json::to_string(&run(replay, line)).unwrap()).collect()
    };
    assert_eq!(all(&mut new("{}", OnReview::Label)), all(&mut new("{}", OnReview::Label)));
}

fn field_of(replay: &mut Replay, text: &str) -> String {
    match replay.line(7, text) {
        Err(ReplayError { line: 7, problem: ReplayProblem::Field { field, .. } }) => {
            field.to_owned()
        }
        Err(ReplayError { line: 7, problem: ReplayProblem::Json(_) }) => "json".to_owned(),
        Err(ReplayError { line: 7, problem }) => problem.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_malformed_line_is_named_by_number_and_field_and_changes_nothing() {
    let good = line("a", "12:00:00", "5", "");
    for (from, to, field) in [
        ("{\"id\"", "", "json"),
        ("\"amount\"", "\"sum\"", "json"),
        ("\"amount\":\"5\"", "\"amount\":5", "json"),
        ("\"name\":\"Shop\"", "\"name\":\"Shop\",\"colour\":\"red\"", "json"),
        ("\"id\":\"a\"", "\"id\":\"a\",\"id\":\"b\"", "json"),
        ("\"2026-03-02T12:00:00Z\"", "1.5", "json"),
        ("\"2026-03-02T12:00:00Z\"", "-1", "at"),
        ("2026-03-02T12:00:00Z", "yesterday", "at"),
        ("\"5\"", "\"-5\"", "amount"),
        ("USD", "XXX", "amount"),
        ("\"id\":\"a\"", "\"id\":\"a b\"", "id"),
        ("https:", "ftp:", "payee.url"),
        ("https://shop.example", "https://shop.example@evil.example", "payee.url"),
        ("shop.example", "shöp.example", "payee.url"),
        ("\"name\":\"Shop\"", "\"name\":\"Shop\",\"account\":\"a b\"", "payee.account"),
        ("\"name\":\"Shop\"", "\"name\":\"Shop\",\"country\":\"de\"", "payee.country"),
        ("\"currency\"", "\"category\":\"\",\"currency\"", "category"),
        ("\"currency\"", "\"session\":\"a b\",\"currency\"", "session"),
        ("\"currency\"", "\"label\":\"dunno\",\"currency\"", "label"),
        (
            "\"currency\"",
            "\"task\":{\"id\":\"\",\"text\":\"\",\"trusted\":false},\"currency\"",
            "task.id",
        ),
    ] {
        let mut replay = new("{}", OnReview::Label);
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        assert_eq!(field_of(&mut replay, &bad), field, "{bad}");
        assert_eq!(replay.state().agents().count(), 0);
        run(&mut replay, &good);
    }
    let nobody = good
        .replace("\"Shop\"", "\" \"")
        .replace(",\n            \"url\":\"https://shop.example/pay\"", "");
    assert_eq!(field_of(&mut new("{}", OnReview::Label), &nobody), "payee");
    let mut replay = new("{}", OnReview::Label);
    run(&mut replay, &good);
    let twin = good.replace("bot", "BOT");
    assert_eq!(field_of(&mut replay, &twin), "another agent has this name");
}

#[test]
fn an_account_alone_is_a_payee_and_the_first_time_of_all_is_one() {
    let mut replay = new("{}", OnReview::Approve);
    let text = line("a", "12:00:00", "5", "")
        .replace("\"Shop\"", "\"\",\"account\":\"acct-00017\"")
        .replace(",\n            \"url\":\"https://shop.example/pay\"", "")
        .replace("\"2026-03-02T12:00:00Z\"", "0");
    assert_eq!(run(&mut replay, &text).verdict, "allow");
    // What a door would say of the next is what the replay says.
    let request = request(9, "5");
    let agent = replay.state().agents().next().unwrap().id;
    let request = purser_domain::SpendRequest { agent, ..request };
    let risk = replay.state().risk_of(&request, at(NOON));
    let again = line("b", "12:00:00", "5", "");
    assert!((run(&mut replay, &again).risk - risk).abs() < 1e-9);
}

#[test]
fn a_bad_policy_is_refused_before_the_first_line() {
    for (json, words) in [
        (r#"{"default_agent":{"daily":"0"}}"#, "line 0: the policy can't be taken: `daily`"),
        (r#"{"agents":{"x":{"rate_limit_per_minute":0}}}"#, "line 0: the policy can't be taken"),
        (r#"{"wallet":{"time_zone":"Moon"}}"#, "line 0: unknown time zone"),
    ] {
        let policy: ReplayPolicy = serde_json::from_str(json).unwrap();
        let error = Replay::new(policy, OnReview::Label).unwrap_err();
        assert!(error.to_string().starts_with(words), "{error}");
    }
    assert!(serde_json::from_str::<ReplayPolicy>(r#"{"agent":{}}"#).is_err());
}
