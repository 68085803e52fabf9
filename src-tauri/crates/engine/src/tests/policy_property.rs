//! Random changes of policy, held against the ladder itself: what is not called loosening must let
//! nothing through that the old policy refused, and ask nobody less.

use super::support::*;
use crate::policy::{Direction, compare, loosens};
use crate::{Reply, SpendReply};
use proptest::prelude::*;
use purser_domain::*;

/// Fields of a policy, each with values of which every one is at least as tight as those before.
type Table = &'static [(&'static str, &'static [&'static str])];

const AGENT_FIELDS: Table = &[
    ("per_transaction", &[r#""9000""#, r#""400""#, r#""90""#]),
    ("per_session", &[r#""9000""#, r#""500""#, r#""120""#]),
    ("daily", &[r#""9000""#, r#""600""#, r#""130""#]),
    (
        "spending_limits",
        &[
            r#"[{"amount":"150","interval":"weekly","categories":["books"],"each_payee":true}]"#,
            r#"[{"amount":"150","interval":"weekly","categories":["books"]}]"#,
            r#"[{"amount":"150","interval":"weekly","categories":["books","hotel"]}]"#,
            r#"[{"amount":"140","interval":"weekly"}]"#,
            r#"[{"amount":"60","interval":"session","payees":["host:a.example"]},
                {"amount":"140","interval":"weekly"}]"#,
        ],
    ),
    ("review_above", &["null", r#""100""#, r#""20""#]),
    ("rate_limit_per_minute", &["60", "4", "2"]),
    ("allowed_payees", &["[]", r#"["host:a.example","host:b.example"]"#, r#"["host:a.example"]"#]),
    ("blocked_payees", &["[]", r#"["host:c.example"]"#]),
    ("allowed_categories", &["[]", r#"["books","hotel"]"#, r#"["books"]"#]),
    ("blocked_categories", &["[]", r#"["books"]"#, r#"["hotel","books"]"#]),
    ("allowed_rails", &["[]", r#"["x402","sandbox"]"#, r#"["sandbox"]"#]),
    ("allowed_actions", &["[]", r#"["purchase"]"#]),
    ("allowed_currencies", &["[]", r#"["USD","EUR"]"#, r#"["USD"]"#]),
    ("credential_minutes", &["60", "30"]),
    ("allow_bearer", &["true", "false"]),
    ("may_delegate", &["true", "false"]),
    ("require_session", &["false", "true"]),
    ("sessions_per_day", &["24", "2"]),
    (
        "conditions",
        &[
            "[]",
            r#"[{"name":"n","categories":["hotel"],"payees":["host:a.example"],
                "unit_price_above":"80"}]"#,
            r#"[{"name":"n","categories":["hotel"],"unit_price_above":"80"}]"#,
            r#"[{"name":"n","categories":["hotel"],"unit_price_above":"30","effect":"deny"}]"#,
        ],
    ),
    (
        "payee_rules",
        &[
            r#"[{"payee":"host:a.example","up_to":"3000"}]"#,
            r#"[{"payee":"host:a.example","up_to":"150"}]"#,
            "[]",
        ],
    ),
    ("breakers", &[r#"{"refusals":1000}"#, "{}", r#"{"refusals":5,"repeated_failures":1}"#]),
];

const WALLET_FIELDS: Table = &[
    (
        "tiers",
        &[
            r#"{"autonomous_below":"90","envelope_up_to":"600","approver_up_to":"700"}"#,
            r#"{"autonomous_below":"90","envelope_up_to":"300","approver_up_to":"700"}"#,
            r#"{"autonomous_below":"10","envelope_up_to":"50","approver_up_to":"300","quorum":3}"#,
        ],
    ),
    ("rates", &[r#"{"EUR":"1.1"}"#, r#"{"EUR":"1.7"}"#]),
    ("idle_lock_minutes", &["720", "60"]),
    (
        "spending_limits",
        &[
            "[]",
            r#"[{"amount":"300","interval":"monthly","payees":["host:a.example"]}]"#,
            r#"[{"amount":"300","interval":"monthly"}]"#,
        ],
    ),
];

fn json(table: Table, picks: &[usize]) -> serde_json::Value {
    let fields = table.iter().zip(picks).map(|((name, values), pick)| {
        let value = serde_json::from_str(values[pick % values.len()]).unwrap();
        ((*name).to_owned(), value)
    });
    serde_json::Value::Object(fields.collect())
}

fn agent_policy(picks: &[usize]) -> AgentPolicy {
    serde_json::from_value(json(AGENT_FIELDS, picks)).unwrap()
}

fn wallet_policy(picks: &[usize]) -> WalletPolicy {
    serde_json::from_value(json(WALLET_FIELDS, picks)).unwrap()
}

/// Picks, and the same with a few changed: any way, or only to tighter values.
fn picks(table: Table) -> impl Strategy<Value = (Vec<usize>, Vec<usize>, Vec<usize>)> {
    let old: Vec<_> = table.iter().map(|(_, values)| 0..values.len()).collect();
    let loose = prop::collection::vec(prop::bool::weighted(0.7), table.len());
    let changes = prop::collection::vec((0..table.len(), 0..5usize), 1..4);
    (old, loose, changes).prop_map(move |(old, loose, changes)| {
        // Mostly the loosest value, so that requests are not all refused by something else.
        let old: Vec<_> =
            old.iter().zip(loose).map(|(pick, loose)| if loose { 0 } else { *pick }).collect();
        let (mut any, mut tight) = (old.clone(), old.clone());
        for (field, value) in changes {
            let last = table[field].1.len() - 1;
            any[field] = value.min(last);
            tight[field] = old[field].max(value.min(last));
        }
        (old, any, tight)
    })
}

/// A purchase of no more than these: a shop, an amount, a category and so on.
type Wish = (u32, usize, usize, usize, (bool, bool), Option<u8>, u8);

fn wish() -> impl Strategy<Value = Wish> {
    let amount = prop::sample::select(vec![1u32, 9, 25, 70, 85, 95, 110, 250, 350, 650, 800]);
    let action = prop::bool::weighted(0.1);
    let rail = prop::bool::weighted(0.1);
    let session = prop::option::of(0..2u8);
    (amount, 0..3usize, 0..3usize, 0..6usize, (action, rail), session, 0..4u8)
}

fn request_for(n: u128, wish: &Wish) -> SpendRequest {
    let (amount, shop, category, currency, (tool_call, x402), session, items) = wish;
    let currency = ["USD", "USD", "USD", "USD", "EUR", "JPY"][*currency];
    let mut request = request(n, "1");
    request.amount = Money::parse(&amount.to_string(), currency).unwrap();
    request.payee = payee(["a.example", "b.example", "c.example"][*shop]);
    request.category = [None, Some("books"), Some("hotel")][*category]
        .map(|category| Category::new(category).unwrap());
    request.action = if *tool_call { Action::ToolCall } else { Action::Purchase };
    request.rail = if *x402 { RailId::X402 } else { RailId::Sandbox };
    request.line_items = line_items(*amount, *items);
    request.session = session.map(|n| Label::new(&format!("s{n}")).unwrap());
    request
}

/// Up to two line items that are the amount, the second of another category.
fn line_items(amount: u32, items: u8) -> Vec<LineItem> {
    let item = |quantity: u32, price: u32, category: Option<&str>| LineItem {
        description: claim("as said"),
        category: category.map(|name| Category::new(name).unwrap()),
        quantity,
        unit: None,
        unit_price: price.into(),
    };
    match items {
        1 => vec![item(amount, 1, None)],
        2 => vec![item(1, amount / 2, Some("hotel")), item(amount - amount / 2, 1, None)],
        3 => vec![item(1, amount, Some("books"))],
        _ => Vec::new(),
    }
}

/// How much a verdict lets through: nothing, with people, alone. Less is tighter.
fn freedom(world: &mut World, request: SpendRequest) -> (u8, std::cmp::Reverse<Option<Tier>>) {
    let command = Command::Spend { request: Box::new(request), presented: None };
    let nothing = std::cmp::Reverse(None);
    match world.run(command) {
        Reply::Spend(SpendReply::Reserved { payment }) => {
            let held = &world.state.payment(payment).unwrap().reservation;
            (if held.approval.is_some() { 1 } else { 2 }, std::cmp::Reverse(Some(held.tier)))
        }
        Reply::Spend(SpendReply::Refused(_)) => (0, nothing),
        reply => panic!("{reply:?}"),
    }
}

/// A wallet with a short past.
fn world(wallet: WalletPolicy, agent: AgentPolicy, past: &[Wish]) -> World {
    let ceiling = agent.per_session.to_string();
    let mut world = World::with(wallet, agent);
    for session in ["s0", "s1"] {
        world.open(session, &ceiling, 24 * 60);
    }
    for (n, wish) in (1_000_000..).zip(past) {
        world.wait(25 * SECOND);
        let command = Command::Spend { request: Box::new(request_for(n, wish)), presented: None };
        world.run(command);
    }
    world
}

fn assert_no_freer(old: &World, new: &World, wishes: &[Wish]) {
    for wish in wishes {
        let before = freedom(&mut old.clone(), request_for(1, wish));
        let after = freedom(&mut new.clone(), request_for(1, wish));
        assert!(after <= before, "{wish:?}: {before:?}, then {after:?}");
    }
}

fn change_agent(old: &[usize], new: &[usize], (past, wishes): (&[Wish], &[Wish])) {
    let (old, new) = (agent_policy(old), agent_policy(new));
    let before = world(wallet_policy(&[0, 0, 0, 0]), old, past);
    let mut after = before.clone();
    // What only looks different needs the owner, and must let no more through either.
    after.done(Command::SetAgentPolicy { agent: AGENT, policy: new, presence: true });
    assert_no_freer(&before, &after, wishes);
}

fn change_wallet(old: &[usize], new: &[usize], (past, wishes): (&[Wish], &[Wish])) {
    let (old, new) = (wallet_policy(old), wallet_policy(new));
    let before = world(old, agent_policy(&[0; AGENT_FIELDS.len()]), past);
    let mut after = before.clone();
    after.done(Command::SetWalletPolicy { policy: new, presence: true });
    assert_no_freer(&before, &after, wishes);
}

fn wishes() -> impl Strategy<Value = (Vec<Wish>, Vec<Wish>)> {
    (prop::collection::vec(wish(), 0..5), prop::collection::vec(wish(), 1..6))
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 512, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_policy_differs_from_itself_in_nothing(
        agent in picks(AGENT_FIELDS), wallet in picks(WALLET_FIELDS)
    ) {
        let (one, other) = (agent_policy(&agent.0), agent_policy(&agent.1));
        prop_assert_eq!(compare(&one, &one), []);
        prop_assert_eq!(compare(&one, &other).is_empty(), one == other);
        let (one, other) = (wallet_policy(&wallet.0), wallet_policy(&wallet.1));
        prop_assert_eq!(compare(&one, &one), []);
        prop_assert_eq!(compare(&one, &other).is_empty(), one == other);
    }

    #[test]
    fn what_is_tighter_is_told_to_be_and_lets_nothing_more_through(
        agent in picks(AGENT_FIELDS), wallet in picks(WALLET_FIELDS), asks in wishes()
    ) {
        let (old, tight) = (agent_policy(&agent.0), agent_policy(&agent.2));
        prop_assume!(old.validate().is_ok() && tight.validate().is_ok());
        prop_assert_eq!(loosens(&old, &tight), Vec::<String>::new());
        if old != tight {
            let back = compare(&tight, &old);
            prop_assert!(back.iter().any(|change| change.direction == Direction::Loosens));
        }
        let asks = (asks.0.as_slice(), asks.1.as_slice());
        change_agent(&agent.0, &agent.2, asks);
        change_wallet(&wallet.0, &wallet.2, asks);
    }

    #[test]
    fn what_is_not_called_loosening_lets_nothing_more_through(
        agent in picks(AGENT_FIELDS), wallet in picks(WALLET_FIELDS), asks in wishes()
    ) {
        let (old, new) = (agent_policy(&agent.0), agent_policy(&agent.1));
        let asks = (asks.0.as_slice(), asks.1.as_slice());
        let valid = old.validate().is_ok() && new.validate().is_ok();
        if valid && loosens(&old, &new).is_empty() {
            change_agent(&agent.0, &agent.1, asks);
        }
        if loosens(&wallet_policy(&wallet.0), &wallet_policy(&wallet.1)).is_empty() {
            change_wallet(&wallet.0, &wallet.1, asks);
        }
    }
}
