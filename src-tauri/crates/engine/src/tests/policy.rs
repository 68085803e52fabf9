//! What a change of policy changes, field by field, and what needs the owner's presence.

use super::support::*;
use crate::CommandError;
use crate::policy::{Change, Direction, compare, loosens};
use purser_domain::*;
use rust_decimal::Decimal;

use Direction::{Loosens, Neutral, Tightens};

fn agent(json: &str) -> AgentPolicy {
    policy(json)
}

fn wallet(json: &str) -> WalletPolicy {
    let policy: WalletPolicy = serde_json::from_str(json).unwrap();
    policy.validate().unwrap();
    policy
}

fn lines(changes: &[Change]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

/// The one change between two policies of an agent, both ways.
fn both_ways(one: &str, other: &str) -> (String, String) {
    let (one, other) = (agent(one), agent(other));
    let single = |changes: Vec<Change>| {
        assert_eq!(changes.len(), 1, "{changes:?}");
        changes[0].to_string()
    };
    (single(compare(&one, &other)), single(compare(&other, &one)))
}

#[test]
fn every_field_of_an_agents_policy_has_its_direction() {
    for (loose, tight, line) in [
        (r#"{"per_transaction":"60"}"#, "{}", "per_transaction: 60 -> 50"),
        (r#"{"per_session":"201"}"#, "{}", "per_session: 201 -> 200"),
        (r#"{"daily":"500.5"}"#, "{}", "daily: 500.5 -> 500"),
        ("{}", r#"{"review_above":"5.0"}"#, "review_above: added 5"),
        (r#"{"review_above":"9"}"#, r#"{"review_above":"5"}"#, "review_above: 9 -> 5"),
        (r#"{"rate_limit_per_minute":61}"#, "{}", "rate_limit_per_minute: 61 -> 60"),
        ("{}", r#"{"allowed_payees":["host:a.b"]}"#, "allowed_payees: all -> host:a.b"),
        (
            r#"{"allowed_payees":["host:a.b","host:c.d"]}"#,
            r#"{"allowed_payees":["host:c.d"]}"#,
            "allowed_payees: removed host:a.b",
        ),
        ("{}", r#"{"blocked_payees":["host:a.b"]}"#, "blocked_payees: added host:a.b"),
        ("{}", r#"{"allowed_categories":["books"]}"#, "allowed_categories: all -> books"),
        ("{}", r#"{"blocked_categories":["books"]}"#, "blocked_categories: added books"),
        ("{}", r#"{"allowed_rails":["x402"]}"#, "allowed_rails: all -> x402"),
        ("{}", r#"{"allowed_actions":["tool_call"]}"#, "allowed_actions: all -> tool_call"),
        ("{}", r#"{"allowed_currencies":["USD"]}"#, "allowed_currencies: all -> USD"),
        ("{}", r#"{"credential_minutes":30}"#, "credential_minutes: 60 -> 30"),
        (r#"{"allow_bearer":true}"#, "{}", "allow_bearer: true -> false"),
        ("{}", r#"{"may_delegate":false}"#, "may_delegate: true -> false"),
        ("{}", r#"{"require_session":true}"#, "require_session: false -> true"),
        ("{}", r#"{"sessions_per_day":0}"#, "sessions_per_day: 24 -> 0"),
        (
            r#"{"payee_rules":[{"payee":"host:a.b","up_to":"9"}]}"#,
            "{}",
            "payee_rules.host:a.b: removed up to 9",
        ),
        (
            r#"{"payee_rules":[{"payee":"host:a.b","up_to":"9"}]}"#,
            r#"{"payee_rules":[{"payee":"host:a.b","up_to":"8.0"}]}"#,
            "payee_rules.host:a.b: up to 9 -> up to 8",
        ),
        (
            "{}",
            r#"{"breakers":{"spend_rate_multiple":"4.50"}}"#,
            "breakers.spend_rate_multiple: 5 -> 4.5",
        ),
        ("{}", r#"{"breakers":{"repeated_failures":1}}"#, "breakers.repeated_failures: 3 -> 1"),
        ("{}", r#"{"breakers":{"refusals":5}}"#, "breakers.refusals: 30 -> 5"),
    ] {
        let (tightens, loosens) = both_ways(loose, tight);
        assert_eq!(tightens, format!("{line} (tightens)"));
        assert!(loosens.ends_with(" (loosens)"), "{loosens}");
    }
}

#[test]
fn labels_for_reports_are_neutral_and_cost_rules_cannot_be_told() {
    let (there, back) = both_ways("{}", r#"{"team":"growth"}"#);
    assert_eq!((there.as_str(), back.as_str()), ("team: added growth", "team: removed growth"));
    let (there, _) = both_ways(r#"{"project":"a"}"#, r#"{"project":"b"}"#);
    assert_eq!(there, "project: a -> b");
    let rule = r#"{"cost_rules":[{"workflows":["ads"],"split":[
        {"cost_center":"growth","percent":"60"},{"cost_center":"sales","percent":"40.0"}]}]}"#;
    let (there, back) = both_ways("{}", rule);
    let words = "60 % growth + 40 % sales, only workflow ads";
    assert_eq!(there, format!("cost_rules: added {words} (loosens)"));
    assert_eq!(back, format!("cost_rules: removed {words} (loosens)"));
}

#[test]
fn an_envelope_holds_in_for_another_only_when_it_stops_as_much() {
    let limits = |json: &str| wide_with(json);
    let old = limits(r#"[{"amount":"100","interval":"daily","categories":["books"]}]"#);
    for (json, direction) in [
        (r#"[{"amount":"90","interval":"daily","categories":["books"]}]"#, Tightens),
        (r#"[{"amount":"110","interval":"daily","categories":["books"]}]"#, Loosens),
        (
            r#"[{"amount":"100","interval":"daily","categories":["books"],"each_payee":true}]"#,
            Loosens,
        ),
        (r#"[{"amount":"100","interval":"daily","categories":["food"]}]"#, Loosens),
        (r#"[{"amount":"100","interval":"weekly","categories":["books"]}]"#, Loosens),
        (
            r#"[{"amount":"100","interval":"daily","window":"rolling","categories":["books"]}]"#,
            Loosens,
        ),
        ("[]", Loosens),
    ] {
        let changes = compare(&old, &limits(json));
        let worst = changes.iter().map(|change| change.direction).min();
        assert_eq!(worst, Some(direction), "{json}: {changes:?}");
    }
    let wider = limits(r#"[{"amount":"100","interval":"daily"}]"#);
    assert_eq!(
        lines(&compare(&old, &wider)),
        [
            "spending_limits: removed 100 daily, only category books",
            "spending_limits: added 100 daily (tightens)",
        ]
    );
    assert_eq!(loosens(&wider, &old), ["spending_limits"]);
    let twice = limits(
        r#"[{"amount":"100","interval":"daily","categories":["books"]},
            {"amount":"70","interval":"weekly","window":"rolling","each_task":true,
             "workflows":["ads"],"actions":["tool_call"]}]"#,
    );
    let words = "70 weekly, rolling, only workflow ads, each task, only action tool_call";
    let added = format!("spending_limits: added {words} (tightens)");
    assert_eq!(lines(&compare(&old, &twice)), [added]);
    let mut turned = twice.clone();
    turned.spending_limits.reverse();
    assert_eq!(lines(&compare(&twice, &turned)), ["spending_limits: in another order"]);
}

#[test]
fn a_condition_is_matched_by_its_name_and_held_by_what_it_stops() {
    let with = |json: &str| agent(&format!(r#"{{"conditions":[{json}]}}"#));
    let night =
        r#"{"name":"night","categories":["hotel"],"unit":"night","unit_price_above":"300"}"#;
    let old = with(night);
    let lower = with(&night.replace("300", "250"));
    assert_eq!(
        lines(&compare(&old, &lower)),
        ["conditions.night: above 300 a night, only category hotel, a person is asked -> \
          above 250 a night, only category hotel, a person is asked (tightens)"]
    );
    assert_eq!(loosens(&lower, &old), ["conditions.night"]);
    let deny = with(&night.replace(r#""300""#, r#""300","effect":"deny""#));
    assert!(loosens(&old, &deny).is_empty());
    assert_eq!(loosens(&deny, &old), ["conditions.night"]);
    // More line items would be counted by themselves, and fewer as one whole.
    assert_eq!(
        loosens(&old, &with(&night.replace(r#""unit":"night","#, ""))),
        ["conditions.night"]
    );
    assert_eq!(
        loosens(&old, &with(&night.replace(r#"["hotel"]"#, r#"["hotel","car"]"#))),
        ["conditions.night"]
    );
    let renamed = compare(&old, &with(&night.replace(r#""name":"night""#, r#""name":"bed""#)));
    assert_eq!(renamed.iter().map(|c| c.direction).collect::<Vec<_>>(), [Neutral, Tightens]);
    assert_eq!(loosens(&old, &agent("{}")), ["conditions.night"]);
}

#[test]
fn every_field_of_the_wallets_policy_has_its_direction() {
    let old = WalletPolicy::default();
    for (json, path, there, back) in [
        (r#"{"tiers":{"autonomous_below":"9"}}"#, "tiers.autonomous_below", Tightens, Loosens),
        (r#"{"tiers":{"envelope_up_to":"400"}}"#, "tiers.envelope_up_to", Tightens, Loosens),
        (r#"{"tiers":{"approver_up_to":"4000"}}"#, "tiers.approver_up_to", Tightens, Loosens),
        (
            r#"{"tiers":{"approver_window_minutes":30}}"#,
            "tiers.approver_window_minutes",
            Tightens,
            Loosens,
        ),
        (
            r#"{"tiers":{"quorum_window_minutes":10}}"#,
            "tiers.quorum_window_minutes",
            Tightens,
            Loosens,
        ),
        (r#"{"tiers":{"quorum":3}}"#, "tiers.quorum", Tightens, Loosens),
        (r#"{"idle_lock_minutes":60}"#, "idle_lock_minutes", Tightens, Loosens),
        (
            r#"{"spending_limits":[{"amount":"9","interval":"daily"}]}"#,
            "spending_limits",
            Tightens,
            Loosens,
        ),
        (r#"{"currency":"EUR"}"#, "currency", Loosens, Loosens),
        (r#"{"time_zone":"Asia/Tokyo"}"#, "time_zone", Loosens, Loosens),
        (
            r#"{"networks":{"eip155:1":{"rpc_url":"https://rpc.example"}}}"#,
            "networks.eip155:1",
            Loosens,
            Loosens,
        ),
        (
            r#"{"cost_rules":[{"split":[{"cost_center":"ops","percent":"100"}]}]}"#,
            "cost_rules",
            Loosens,
            Loosens,
        ),
        (r#"{"rates":{"USDC":"1","EUR":"1.1"}}"#, "rates.EUR", Loosens, Loosens),
        (r#"{"rates":{"USDC":"1.01"}}"#, "rates.USDC", Tightens, Loosens),
        (r#"{"rates":{"USDC":{"worth":"1","as_of_ms":5}}}"#, "rates.USDC", Loosens, Loosens),
    ] {
        let new = wallet(json);
        for (changes, direction) in [(compare(&old, &new), there), (compare(&new, &old), back)] {
            assert_eq!(changes.len(), 1, "{changes:?}");
            assert_eq!((changes[0].path.as_str(), changes[0].direction), (path, direction));
        }
    }
    let dated = wallet(r#"{"rates":{"USDC":{"worth":"1","as_of_ms":5,"max_age_hours":2}}}"#);
    assert_eq!(
        lines(&compare(&old, &dated)),
        ["rates.USDC: 1 -> 1, as of 5 ms, for 2 hours (loosens)"]
    );
}

#[test]
fn what_loosens_needs_the_owner_and_what_tightens_is_done_at_once() {
    let mut world = World::new(AgentPolicy::default());
    let set = |policy: &AgentPolicy, presence| {
        let policy = policy.clone();
        Command::SetAgentPolicy { agent: AGENT, policy, presence }
    };
    let mixed = agent(r#"{"daily":"600","per_session":"100","allow_bearer":true}"#);
    let needed = CommandError::PresenceNeeded {
        loosens: vec!["daily".to_owned(), "allow_bearer".to_owned()],
    };
    let entries = world.log.len();
    assert_eq!(world.error(set(&mixed, false)), needed);
    assert_eq!(world.log.len(), entries);
    assert_eq!(world.state.agent(AGENT).unwrap().policy, quiet(AgentPolicy::default()));
    world.done(set(&mixed, true));
    world.done(set(&AgentPolicy { daily: Decimal::from(10), ..mixed }, false));

    let wallet = |json: &str, presence| {
        let policy = wallet(json);
        Command::SetWalletPolicy { policy, presence }
    };
    world.done(wallet(r#"{"tiers":{"envelope_up_to":"50"}}"#, false));
    let error = world.error(wallet("{}", false));
    let needed = CommandError::PresenceNeeded { loosens: vec!["tiers.envelope_up_to".to_owned()] };
    assert_eq!(error, needed);
    assert!(error.to_string().contains("may change tiers.envelope_up_to"), "{error}");
    world.done(wallet("{}", true));
    world.assert_replays();
}
