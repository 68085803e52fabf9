//! Who is charged for a payment (A6).

use super::support::*;
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;

fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

fn rules(json: &str) -> Vec<CostRule> {
    let policy: AgentPolicy = serde_json::from_str(&format!(r#"{{"cost_rules":{json}}}"#)).unwrap();
    policy.validate().unwrap();
    policy.cost_rules
}

fn charged(world: &mut World, request: SpendRequest) -> Vec<(String, String)> {
    let payment = world.reserved(request);
    let held = &world.state.payment(payment).unwrap().reservation;
    let sum: Decimal = held.charged_to.iter().map(|share| share.amount).sum();
    assert_eq!(sum, held.worth.unwrap_or_default());
    let shares = held.charged_to.iter();
    shares.map(|share| (share.cost_center.to_string(), share.amount.to_string())).collect()
}

fn one(cost_center: &str, amount: &str) -> Vec<(String, String)> {
    vec![(cost_center.to_owned(), amount.to_owned())]
}

#[test]
fn the_tasks_initiator_pays_else_the_team_else_the_owner() {
    let mut world = World::new(wide());
    let request = world.fresh("7.5");
    assert_eq!(charged(&mut world, request), one("owner", "7.5"));
    let mut world = World::new(AgentPolicy { team: Some(label("growth")), ..wide() });
    let request = world.fresh("7.5");
    assert_eq!(charged(&mut world, request), one("growth", "7.5"));
    let mut request = world.fresh("7.5");
    request.attribution.initiator = Some(label("ada"));
    assert_eq!(charged(&mut world, request), one("ada", "7.5"));
    let mut yen = world.fresh("1");
    yen.amount = Money::parse("100", "JPY").unwrap();
    assert_eq!(charged(&mut world, yen), []);
    world.assert_replays();
}

#[test]
fn the_first_rule_that_fits_decides_the_agents_before_the_wallets() {
    let to = |name: &str| format!(r#""split":[{{"cost_center":"{name}","percent":"100"}}]"#);
    let own = rules(&format!(
        r#"[{{"workflows":["ads"],"projects":["spring"],{}}},{{"tasks":["t1"],{}}}]"#,
        to("marketing"),
        to("task")
    ));
    let wallet = rules(&format!(
        r#"[{{"categories":["books"],{}}},{{"payees":["host:shop.example"],{}}}]"#,
        to("library"),
        to("shopping")
    ));
    let wallet = WalletPolicy { cost_rules: wallet, ..WalletPolicy::default() };
    let project = Some(label("spring"));
    let mut world = World::with(wallet, AgentPolicy { cost_rules: own, project, ..wide() });
    let mut ask = |change: fn(&mut SpendRequest)| {
        let mut request = world.fresh("5");
        change(&mut request);
        charged(&mut world, request)
    };
    assert_eq!(
        ask(|request| request.attribution.workflow = Some(label("ads"))),
        one("marketing", "5")
    );
    // The request's own project goes before the agent's.
    let other = |request: &mut SpendRequest| {
        request.attribution.workflow = Some(label("ads"));
        request.attribution.project = Some(label("autumn"));
    };
    assert_eq!(ask(other), one("shopping", "5"));
    let task = |request: &mut SpendRequest| {
        let (id, text) = (label("t1"), claim("buy"));
        request.task = Some(Task { id, text, origin: TaskOrigin::Agent });
        request.category = Some(Category::new("books").unwrap());
    };
    assert_eq!(ask(task), one("task", "5"));
    let books = |request: &mut SpendRequest| {
        request.category = Some(Category::new("books").unwrap());
    };
    assert_eq!(ask(books), one("library", "5"));
    assert_eq!(ask(|request| request.payee = payee("else.example")), one("owner", "5"));
}

#[test]
fn a_split_is_rounded_down_and_the_last_gets_the_rest() {
    let thirds = r#"[{"split":[{"cost_center":"a","percent":"33.3"},
        {"cost_center":"b","percent":"33.3"},{"cost_center":"c","percent":"33.4"}]}]"#;
    let mut world = World::new(AgentPolicy { cost_rules: rules(thirds), ..wide() });
    let shares = |a: &str, b: &str, c: &str| -> Vec<(String, String)> {
        [("a", a), ("b", b), ("c", c)].map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec()
    };
    let request = world.fresh("10");
    assert_eq!(charged(&mut world, request), shares("3.33", "3.33", "3.34"));
    let request = world.fresh("0.000000000001");
    assert_eq!(charged(&mut world, request), shares("0", "0", "0.000000000001"));
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_shares_of_any_amount_add_up_to_it(
        atoms in 1u64..=5_000_000_000_000_000_000,
        parts in prop::collection::vec(1u64..1_000_000_000, 1..16),
    ) {
        let worth = Decimal::from_i128_with_scale(i128::from(atoms), 12).normalize();
        let whole: Decimal = parts.iter().map(|part| Decimal::from(*part)).sum();
        let mut left = Decimal::ONE_HUNDRED;
        let mut split = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            let percent = (Decimal::from(*part) * Decimal::ONE_HUNDRED / whole).round_dp(9);
            let percent = if n + 1 == parts.len() { left } else { percent };
            prop_assume!(percent > Decimal::ZERO);
            left -= percent;
            split.push(CostSplit { cost_center: label(&format!("c{n}")), percent });
        }
        let any = r#"[{"split":[{"cost_center":"a","percent":"100"}]}]"#;
        let rule = CostRule { split, ..rules(any).remove(0) };
        let policy = AgentPolicy { cost_rules: vec![rule.clone()], ..wide() };
        prop_assume!(policy.validate().is_ok());
        let tiny = policy_of(&policy);
        let mut world = World::new(tiny);
        let request = world.fresh(&worth.to_string());
        let payment = world.reserved(request);
        let shares = &world.state.payment(payment).unwrap().reservation.charged_to;
        prop_assert_eq!(shares.iter().map(|share| share.amount).sum::<Decimal>(), worth);
        for (share, split) in shares.iter().zip(&rule.split) {
            let exact = worth * split.percent / Decimal::ONE_HUNDRED;
            let off = (share.amount - exact).abs();
            prop_assert!(share.amount >= Decimal::ZERO && off <= dec("0.00000000002"), "{off}");
        }
    }
}

/// The same, with caps that no amount here passes.
fn policy_of(policy: &AgentPolicy) -> AgentPolicy {
    let most = dec("1000000000000");
    AgentPolicy { per_transaction: most, per_session: most, daily: most, ..policy.clone() }
}

#[test]
fn what_was_paid_is_charged_and_not_what_was_held_for_it() {
    let split =
        r#"[{"split":[{"cost_center":"a","percent":"75"},{"cost_center":"b","percent":"25"}]}]"#;
    let mut world = World::new(AgentPolicy { cost_rules: rules(split), ..wide() });
    let payment = world.reserve("8");
    let held = world.state.payment(payment).unwrap().reservation.clone();
    let shares = |paid: &str| {
        let shares = crate::charged(&held, dec(paid)).unwrap().into_iter();
        shares.map(|share| share.amount.normalize().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(shares("8"), ["6", "2"]);
    assert_eq!(shares("4"), ["3", "1"]);
    assert_eq!(shares("0.1"), ["0.075", "0.025"]);
}
