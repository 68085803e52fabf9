//! Conditions on prices, line items and payee rules (A11).

use super::support::*;
use crate::SpendReply;
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;

const NIGHT: &str = r#"{"name":"hotel_night","categories":["hotel"],"unit":"night",
    "unit_price_above":"300"}"#;

fn with(rules: &str) -> AgentPolicy {
    let rules: AgentPolicy = serde_json::from_str(rules).unwrap();
    let AgentPolicy { conditions, payee_rules, review_above, .. } = rules;
    AgentPolicy { conditions, payee_rules, review_above, ..wide() }
}

fn conditions(rules: &str) -> AgentPolicy {
    with(&format!(r#"{{"conditions":[{rules}]}}"#))
}

fn item(quantity: u32, unit: &str, price: &str, category: &str) -> LineItem {
    LineItem {
        description: claim("as the agent says"),
        category: (!category.is_empty()).then(|| Category::new(category).unwrap()),
        quantity,
        unit: (!unit.is_empty()).then(|| Label::new(unit).unwrap()),
        unit_price: dec(price),
    }
}

fn hotel(world: &mut World, amount: &str, line_items: Vec<LineItem>) -> SpendRequest {
    let category = Some(Category::new("hotel").unwrap());
    SpendRequest { category, line_items, ..world.fresh(amount) }
}

/// What a request comes to: the rules of the reservation, or the refusal's code.
fn said(world: &mut World, request: SpendRequest) -> Vec<String> {
    match world.ask(request) {
        SpendReply::Reserved { payment } => {
            let held = &world.state.payment(payment).unwrap().reservation;
            assert_eq!(held.approval.is_some(), held.tier >= Tier::SingleApprover);
            held.rules.clone()
        }
        SpendReply::Refused(refusal) => vec![refusal.code().to_owned()],
        reply => panic!("{reply:?}"),
    }
}

#[test]
fn t2_a_hotel_night_above_300_asks_although_the_trip_has_1000_left() {
    let trip = r#"{"per_transaction":"2500","per_session":"100000","daily":"100000","conditions":[
        {"name":"hotel_night","categories":["hotel"],"unit":"night","unit_price_above":"300"}],
        "spending_limits":[{"amount":"1000","interval":"session"}]}"#;
    let wallet = r#"{"tiers":{"envelope_up_to":"1000"}}"#;
    let mut world = World::with(serde_json::from_str(wallet).unwrap(), policy(trip));
    let mut ask = |amount: &str, items: Vec<LineItem>| {
        let request = hotel(&mut world, amount, items);
        said(&mut world, request)
    };
    // Nothing was spent of the trip's 1,000 yet, and each of these would fit.
    let asks = ["condition:hotel_night"];
    assert_eq!(ask("310", vec![item(1, "night", "310", "")]), asks);
    assert_eq!(ask("290", vec![item(1, "night", "290", "")]), ["tier_enveloped"]);
    // The 310 and the 290 are held: 400 are left. Two nights of 200 are no dear night.
    assert_eq!(ask("400", vec![item(2, "night", "200", "")]), ["tier_enveloped"]);
    assert_eq!(ask("1", Vec::new()), ["envelope_limit"]);
}

#[test]
fn t2_a_suite_of_2400_asks_however_it_is_labelled() {
    let asked = |line_items: Vec<LineItem>| {
        let mut world = World::new(conditions(NIGHT));
        let request = hotel(&mut world, "2400", line_items);
        said(&mut world, request)
    };
    let asks = ["tier_single_approver", "condition:hotel_night"];
    for items in [
        vec![],
        vec![item(1, "night", "2400", "")],
        vec![item(1, "", "2400", "")],
        vec![item(1, "room", "2400", "")],
        vec![item(2400, "room", "1", "")],
        vec![item(1, "night", "2400", "standard_room")],
        vec![item(24, "night", "100", "standard_room")],
        // One honest night does not hide the rest.
        vec![item(1, "night", "100", ""), item(1, "package", "2300", "")],
        vec![item(1, "night", "100", "hotel"), item(1, "night", "2300", "wellness")],
        vec![item(1, "night", "0", ""), item(1, "fee", "2400", "fees")],
    ] {
        assert_eq!(asked(items.clone()), asks, "{items:?}");
    }
    // Eight nights at 300 are eight nights at 300, and 300 is not above 300.
    assert_eq!(asked(vec![item(8, "night", "300", "")]), ["tier_single_approver"]);
    assert_eq!(
        asked(vec![item(7, "night", "300", ""), item(6, "breakfast", "50", "")]),
        ["tier_single_approver"]
    );
}

#[test]
fn a_condition_leaves_alone_what_it_does_not_name() {
    let mut world = World::new(conditions(NIGHT));
    let books = world.fresh("400");
    assert_eq!(said(&mut world, books), ["tier_enveloped"]);
    // A dear night inside a payment of another category is found all the same.
    let mut trip = world.fresh("400");
    trip.category = Some(Category::new("travel").unwrap());
    trip.line_items = vec![item(1, "night", "350", "hotel"), item(1, "", "50", "")];
    assert_eq!(said(&mut world, trip), ["condition:hotel_night"]);
    let of_payee = NIGHT.replace(r#""unit""#, r#""payees":["host:inn.example"],"unit""#);
    let mut world = World::new(conditions(&of_payee));
    let elsewhere = hotel(&mut world, "400", Vec::new());
    let there = SpendRequest { payee: payee("inn.example"), ..hotel(&mut world, "400", vec![]) };
    assert_eq!(said(&mut world, elsewhere), ["tier_enveloped"]);
    assert_eq!(said(&mut world, there), ["condition:hotel_night"]);
}

#[test]
fn a_condition_may_refuse_and_is_measured_in_the_budget_currency() {
    let deny = NIGHT.replace(r#""300""#, r#""300","effect":"deny""#);
    let mut wallet = WalletPolicy::default();
    wallet.rates.insert(Currency::EUR, Rate::fixed(dec("1.1")));
    let mut world = World::with(wallet, conditions(&deny));
    let mut euros = |amount: &str| {
        let mut request = hotel(&mut world, "1", Vec::new());
        request.amount = Money::parse(amount, "EUR").unwrap();
        request.line_items = vec![item(2, "night", amount, ""), item(1, "gift", "0", "")];
        request.line_items[0].unit_price /= Decimal::TWO;
        world.ask(request)
    };
    assert!(matches!(euros("545"), SpendReply::Reserved { .. }));
    let (condition, limit) = (Label::new("hotel_night").unwrap(), dec("300"));
    let refusal = Refusal::ConditionDenied { condition, limit, observed: dec("300.3") };
    assert!(refusal.detail().message.contains("`hotel_night`"));
    assert_eq!(refused(euros("546")), refusal);
    // Without a rate nobody can tell: a person is asked, also where it would be refused.
    let mut yen = hotel(&mut world, "1", Vec::new());
    yen.amount = Money::parse("40000", "JPY").unwrap();
    assert_eq!(said(&mut world, yen), ["unpriced_currency", "condition:hotel_night"]);
    world.assert_replays();
}

#[test]
fn line_items_are_the_payment_to_the_last_decimal() {
    let mut world = World::new(wide());
    let mut ask = |amount: &str, line_items: Vec<LineItem>| {
        let request = SpendRequest { line_items, ..world.fresh(amount) };
        world.ask(request)
    };
    let exact = vec![item(3, "", "0.000000000001", ""), item(1, "", "9.999999999997", "")];
    assert!(matches!(ask("10", exact), SpendReply::Reserved { .. }));
    let refusal = refused(ask("10", vec![item(3, "", "3.33", "")]));
    assert_eq!(refusal, Refusal::LineItemsSum { limit: dec("10"), observed: dec("9.99") });
    let dear = refused(ask("10", vec![item(1_000_000, "", "1000000000000", "")]));
    assert!(matches!(dear, Refusal::LineItemsSum { .. }), "{dear:?}");
    for bad in [
        vec![item(1, "", "11", ""), item(1, "", "-1", "")],
        vec![item(1, "", "10", ""), item(0, "", "1", "")],
        vec![item(1, "", "10", ""), item(1_000_001, "", "0", "")],
        vec![item(1, "", "10", ""), item(1, "", "0.0000000000001", "")],
        vec![item(1, "", "0.1", ""); 65],
    ] {
        assert_eq!(refused(ask("10", bad.clone())), Refusal::LineItemsInvalid, "{bad:?}");
    }
    assert!(matches!(ask("6.4", vec![item(1, "", "0.1", ""); 64]), SpendReply::Reserved { .. }));
}

#[test]
fn the_conditions_of_agents_above_hold_too() {
    let mut world = World::new(conditions(NIGHT));
    let allocation =
        Allocation { amount: dec("9000"), interval: Interval::Daily, window: Window::Calendar };
    world.sub(AGENT, OTHER, conditions(&NIGHT.replace("hotel_night", "own")), allocation);
    let request = SpendRequest { agent: OTHER, ..hotel(&mut world, "400", Vec::new()) };
    let asks = ["condition:own", "condition:hotel_night"];
    assert_eq!(said(&mut world, request), asks);
}

#[test]
fn a_payee_rule_spares_a_person_up_to_its_amount_and_no_further() {
    let rule =
        r#"{"review_above":"50","payee_rules":[{"payee":"host:shop.example","up_to":"800"}]"#;
    let mut world = World::new(with(&format!("{rule}}}")));
    let mut ask = |amount: &str, host: &str| {
        let request = SpendRequest { payee: payee(host), ..world.fresh(amount) };
        said(&mut world, request)
    };
    assert_eq!(ask("40", "shop.example"), ["tier_enveloped"]);
    assert_eq!(ask("60", "shop.example"), ["tier_enveloped", "payee_rule"]);
    assert_eq!(ask("800", "shop.example"), ["payee_rule"]);
    assert_eq!(ask("801", "shop.example"), ["tier_single_approver", "review_above"]);
    assert_eq!(ask("60", "other.example"), ["review_above"]);
    // What it costs a unit is asked for all the same.
    let dear = format!(r#"{rule},"conditions":[{{"name":"any","unit_price_above":"70"}}]}}"#);
    let mut world = World::new(with(&dear));
    let request = world.fresh("90");
    assert_eq!(said(&mut world, request), ["payee_rule", "condition:any"]);
}

#[test]
fn a_payee_rule_for_a_host_needs_the_wallet_to_have_been_there() {
    let rule =
        r#"{"review_above":"50","payee_rules":[{"payee":"host:shop.example","up_to":"800"}]}"#;
    let mut world = World::new(with(rule));
    let mut named = world.fresh("60");
    named.payee.account = Some(Account::new("acct-1").unwrap());
    let mut connected = SpendRequest { payee: named.payee.clone(), ..world.fresh("60") };
    connected.terms = Some(Terms {
        method: String::new(),
        fetches: None,
        description: None,
        instruction: String::new(),
    });
    assert_eq!(said(&mut world, named), ["review_above"]);
    assert_eq!(said(&mut world, connected), ["tier_enveloped", "payee_rule"]);
}

#[test]
fn a_payee_rule_of_a_sub_agent_does_not_outweigh_its_parent() {
    let rule = r#"{"payee_rules":[{"payee":"host:shop.example","up_to":"800"}]}"#;
    let allocation =
        Allocation { amount: dec("9000"), interval: Interval::Daily, window: Window::Calendar };
    let ask = |parent: &str| {
        let mut world = World::new(with(rule));
        world.sub(AGENT, OTHER, with(rule), allocation.clone());
        let policy = with(parent);
        world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
        let request = SpendRequest { agent: OTHER, ..world.fresh("700") };
        said(&mut world, request)
    };
    assert_eq!(ask("{}"), ["tier_single_approver", "payee_rule"]);
    assert_eq!(ask(rule), ["payee_rule"]);
}

fn any_item() -> impl Strategy<Value = LineItem> {
    let unit = prop::sample::select(vec!["", "night", "room"]);
    let category = prop::sample::select(vec!["", "hotel", "food"]);
    (1..4u32, unit, 0..400u32, category).prop_map(|(quantity, unit, price, category)| {
        item(quantity, unit, &price.to_string(), category)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256, failure_persistence: None, ..ProptestConfig::default()
    })]

    /// Whatever the labels are, a payment of the category passes alone only if every part of it is
    /// shown to be cheap: in units that the condition names, or by a rest that is cheap as a whole.
    #[test]
    fn labels_never_help(items in prop::collection::vec(any_item(), 0..5)) {
        let sum: Decimal = items.iter().map(|item| item.price().unwrap()).sum();
        prop_assume!(sum > Decimal::ZERO);
        let mut world = World::new(conditions(NIGHT));
        let request = hotel(&mut world, &sum.to_string(), items.clone());
        let asked = said(&mut world, request).contains(&"condition:hotel_night".to_owned());
        let (shown, hidden): (Vec<_>, Vec<_>) = items.iter().partition(|item| {
            let hotel = item.category.as_ref().is_none_or(|name| name.as_str() == "hotel");
            hotel && item.unit.as_ref().is_none_or(|unit| unit.as_str() == "night")
        });
        let dear = shown.iter().any(|item| item.unit_price > dec("300"));
        let rest: Decimal = hidden.iter().map(|item| item.price().unwrap()).sum();
        prop_assert_eq!(asked, dear || rest > dec("300"));
    }
}
