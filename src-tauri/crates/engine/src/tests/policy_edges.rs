//! Each part of a rule by itself: that it alone decides whether a change of policy loosens, and
//! that it stands in the words of the change.

use super::support::*;
use crate::CommandError;
use crate::policy::{Direction, compare, loosens};
use purser_domain::*;

use Direction::{Loosens, Neutral, Tightens};

/// A spending limit of 100 a day, with more fields.
fn limited(more: &str) -> AgentPolicy {
    wide_with(&format!(r#"[{{"amount":"100","interval":"daily"{more}}}]"#))
}

fn lines(old: &AgentPolicy, new: &AgentPolicy) -> Vec<String> {
    compare(old, new).iter().map(ToString::to_string).collect()
}

#[test]
fn each_part_of_an_envelope_alone_decides_whether_another_holds_in_for_it() {
    for (wider, narrower) in [
        ("", r#","categories":["books"]"#),
        ("", r#","payees":["host:a.b"]"#),
        ("", r#","actions":["tool_call"]"#),
        ("", r#","workflows":["ads"]"#),
        ("", r#","tasks":["t1"]"#),
        (r#","tasks":["t1","t2"]"#, r#","tasks":["t2"]"#),
        (r#","payees":["host:a.b","host:c.d"]"#, r#","payees":["host:c.d"]"#),
        ("", r#","each_payee":true"#),
        ("", r#","each_category":true"#),
        ("", r#","each_workflow":true"#),
        ("", r#","each_task":true"#),
    ] {
        let (holds_more, holds_less) = (limited(wider), limited(narrower));
        assert!(loosens(&holds_less, &holds_more).is_empty(), "{narrower} to {wider}");
        assert_eq!(loosens(&holds_more, &holds_less), ["spending_limits"], "{wider} to {narrower}");
        assert!(lines(&holds_less, &holds_less).is_empty());
    }
    for (one, other) in [
        (r#","categories":["books"]"#, r#","categories":["food"]"#),
        (r#","payees":["host:a.b"]"#, r#","payees":["host:c.d"]"#),
        (r#","window":"rolling""#, ""),
        (r#","each_task":true"#, r#","each_workflow":true"#),
    ] {
        assert_eq!(loosens(&limited(one), &limited(other)), ["spending_limits"], "{one}");
        assert_eq!(loosens(&limited(other), &limited(one)), ["spending_limits"], "{other}");
    }
}

#[test]
fn a_rule_with_another_number_is_the_same_rule_and_every_part_is_in_its_words() {
    let old = limited(r#","categories":["books"],"payees":["host:a.b"],"tasks":["t1"]"#);
    let mut new = old.clone();
    new.spending_limits[0].amount = dec("90.50");
    let parts = "daily, only category books, only payee host:a.b, only task t1";
    let change = format!("spending_limits: 100 {parts} -> 90.5 {parts} (tightens)");
    assert_eq!(lines(&old, &new), [change]);
    let parts = "daily, each category, each payee, each workflow, each task";
    let each =
        limited(r#","each_category":true,"each_payee":true,"each_workflow":true,"each_task":true"#);
    assert_eq!(lines(&wide(), &each), [format!("spending_limits: added 100 {parts} (tightens)")]);
}

#[test]
fn each_part_of_a_condition_alone_decides_whether_another_holds_in_for_it() {
    let with = |more: &str| {
        policy(&format!(
            r#"{{"conditions":[{{"name":"night","unit_price_above":"300","unit":"night",
                "categories":["hotel"]{more}}}]}}"#
        ))
    };
    let all = with("");
    let one = with(r#","payees":["host:a.b"]"#);
    assert!(loosens(&one, &all).is_empty());
    assert_eq!(loosens(&all, &one), ["conditions.night"]);
    let words = "above 300 a night, only category hotel, only payee host:a.b, a person is asked";
    assert!(lines(&one, &all)[0].contains(words), "{:?}", lines(&one, &all));
    let change = |old: &AgentPolicy, change: fn(&mut Condition)| {
        let mut new = old.clone();
        change(&mut new.conditions[0]);
        (loosens(old, &new).len(), loosens(&new, old).len())
    };
    assert_eq!(change(&all, |rule| rule.unit_price_above = dec("299")), (0, 1));
    assert_eq!(change(&all, |rule| rule.effect = ConditionEffect::Deny), (0, 1));
    assert_eq!(change(&all, |rule| rule.unit = None), (1, 1));
    assert_eq!(change(&all, |rule| rule.categories.clear()), (1, 1));
    assert_eq!(change(&all, |rule| rule.name = Label::new("bed").unwrap()), (0, 0));
}

#[test]
fn a_list_in_another_order_is_neutral_and_told_beside_other_changes() {
    let old = policy(
        r#"{"daily":"90","per_session":"80","allowed_payees":["host:a.b","host:c.d"],
            "blocked_categories":["a","b"],
            "spending_limits":[{"amount":"9","interval":"daily"},
                {"amount":"20","interval":"weekly"}],
            "conditions":[{"name":"x","unit_price_above":"3"},
                {"name":"y","unit_price_above":"4"}],
            "payee_rules":[{"payee":"host:a.b","up_to":"1"},{"payee":"host:c.d","up_to":"2"}]}"#,
    );
    assert!(compare(&old, &old).is_empty());
    let mut turned = old.clone();
    turned.allowed_payees.reverse();
    turned.blocked_categories.reverse();
    turned.spending_limits.reverse();
    turned.conditions.reverse();
    turned.payee_rules.reverse();
    let lists =
        ["spending_limits", "allowed_payees", "blocked_categories", "conditions", "payee_rules"];
    let told = |new: &AgentPolicy, neutral| {
        let all = compare(&old, new);
        let of = all.iter().filter(|change| (change.direction == Neutral) == neutral);
        of.map(|change| change.path.clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(&turned, true), lists);
    turned.daily = dec("70");
    turned.per_session = dec("60");
    assert_eq!(told(&turned, true), lists, "what else changed does not hide it");
    assert_eq!(told(&turned, false), ["per_session", "daily"]);
    assert!(loosens(&old, &turned).is_empty());
    // A list that changed is not said to be in another order too.
    turned.allowed_payees.push(PayeeKey::new("host:e.f").unwrap());
    turned.blocked_categories.push(Category::new("c").unwrap());
    turned.spending_limits.push(SpendingLimit::new(dec("5"), Interval::Monthly));
    turned.payee_rules[0].up_to = dec("1.5");
    assert_eq!(told(&turned, true), ["conditions"]);
}

#[test]
fn of_several_rules_for_a_payee_the_highest_counts() {
    let rules = |rules: &str| policy(&format!(r#"{{"payee_rules":[{rules}]}}"#));
    let rule = |up_to: &str| format!(r#"{{"payee":"host:a.b","up_to":"{up_to}"}}"#);
    let one = rules(&rule("9"));
    for more in [format!("{},{}", rule("9"), rule("3")), format!("{},{}", rule("3"), rule("9"))] {
        assert_eq!(lines(&one, &rules(&more)), ["payee_rules: in another order"]);
    }
    let added = rules(&format!("{},{}", rule("9"), rule("10")));
    assert_eq!(loosens(&one, &added), ["payee_rules.host:a.b"]);
    assert!(loosens(&added, &one).is_empty());
}

#[test]
fn every_part_of_a_cost_rule_is_in_its_words() {
    let rule = r#"{"cost_rules":[{"projects":["apollo"],"tasks":["t1"],"categories":["books"],
        "payees":["host:a.b"],"split":[{"cost_center":"ops","percent":"100"}]}]}"#;
    let words = "100 % ops, only project apollo, only task t1, only category books, \
                 only payee host:a.b";
    assert_eq!(
        lines(&policy("{}"), &policy(rule)),
        [format!("cost_rules: added {words} (loosens)")]
    );
    assert!(lines(&policy(rule), &policy(rule)).is_empty());
}

#[test]
fn a_rate_tightens_only_when_nothing_of_it_but_its_worth_grows() {
    let with = |rate: &str| -> WalletPolicy {
        serde_json::from_str(&format!(r#"{{"rates":{{"EUR":{rate}}}}}"#)).unwrap()
    };
    let old = with(r#"{"worth":"1.1","as_of_ms":5,"max_age_hours":2}"#);
    for (rate, direction) in [
        (r#"{"worth":"1.2","as_of_ms":5,"max_age_hours":2}"#, Tightens),
        (r#"{"worth":"1.0","as_of_ms":5,"max_age_hours":2}"#, Loosens),
        (r#"{"worth":"1.2","as_of_ms":6,"max_age_hours":2}"#, Loosens),
        (r#"{"worth":"1.2","as_of_ms":5,"max_age_hours":1}"#, Loosens),
        (r#"{"worth":"1.1","as_of_ms":6,"max_age_hours":2}"#, Loosens),
    ] {
        let changes = compare(&old, &with(rate));
        assert_eq!(changes.len(), 1, "{rate}");
        assert_eq!((changes[0].path.as_str(), changes[0].direction), ("rates.EUR", direction));
    }
    let networks = |json: &str| -> WalletPolicy {
        serde_json::from_str(&format!(r#"{{"networks":{json}}}"#)).unwrap()
    };
    let one = networks(
        r#"{"eip155:1":{"rpc_url":"https://a.example"},
            "eip155:8453":{"rpc_url":"https://b.example"}}"#,
    );
    let other = networks(
        r#"{"eip155:1":{"rpc_url":"https://a.example"},
            "eip155:8453":{"rpc_url":"https://c.example"}}"#,
    );
    let told: Vec<_> = compare(&one, &other).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["networks.eip155:8453: https://b.example -> https://c.example (loosens)"]);
}

#[test]
fn what_a_signal_does_is_loosened_and_tightened_like_every_limit() {
    let of = |effect: SignalEffect| {
        let signals = [(SignalCode::NewPayee, effect)].into_iter().collect();
        AgentPolicy { signals, ..wide() }
    };
    let effects =
        [SignalEffect::Note, SignalEffect::Review, SignalEffect::MultiParty, SignalEffect::Deny];
    for (less, more) in effects.iter().zip(&effects[1..]) {
        let mut world = World::empty();
        world.done(Command::CreateWallet { owner: OWNER, policy: WalletPolicy::default() });
        let agent = AgentDraft { policy: of(*more), ..draft(AGENT, "Agent", wide()) };
        world.done(Command::AddAgent(agent));
        let set = |effect: &SignalEffect, presence| Command::SetAgentPolicy {
            agent: AGENT,
            policy: of(*effect),
            presence,
        };
        let loosens = vec!["signals.new_payee".to_owned()];
        assert_eq!(world.error(set(less, false)), CommandError::PresenceNeeded { loosens });
        world.done(set(less, true));
        world.done(set(more, false));
        let changes = compare(&of(*less), &of(*more));
        let told: Vec<_> = changes.iter().map(|c| (c.from.as_deref(), c.to.as_deref())).collect();
        assert_eq!(told, [(Some(less.as_str()), Some(more.as_str()))]);
    }
}
