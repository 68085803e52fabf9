//! How long `decide` takes: 1,000 agents with envelopes of every kind, conditions, payee rules and
//! cost rules, and a month of payments with line items.
//! `cargo run --release -p purser-engine --example decide`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for people, not shipped")]
#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "small numbers")]

use purser_domain::*;
use purser_engine::{State, decide};
use rust_decimal::Decimal;
use std::time::Instant;

const START: i64 = 1_772_452_800_000;
const DAY: i64 = 86_400_000;
/// Midnight after the start.
const MORNING: i64 = (START / DAY + 1) * DAY;

fn agent(n: u32) -> AgentId {
    AgentId::from_random(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) | 1)
}

fn run(state: &mut State, command: &Command, ms: i64) -> u128 {
    let now = Timestamp::from_millis(ms);
    let begin = Instant::now();
    let decision = decide(state, command, now);
    let took = begin.elapsed().as_nanos();
    for event in decision.events {
        let entry =
            Entry { seq: state.next_seq(), at_ms: decision.at, clock_ms: decision.clock, event };
        state.apply(&entry).unwrap();
    }
    took
}

fn policy() -> AgentPolicy {
    serde_json::from_str(
        r#"{"per_session":"100000","daily":"100000","rate_limit_per_minute":600,"spending_limits":[
        {"amount":"90000","interval":"weekly"},{"amount":"90000","interval":"monthly"},
        {"amount":"90000","interval":"monthly","window":"rolling"},
        {"amount":"50000","interval":"weekly","window":"rolling","each_payee":true},
        {"amount":"900000","interval":"all_time","categories":["books"]}],
        "conditions":[
        {"name":"night","categories":["hotel"],"unit":"night","unit_price_above":"300"},
        {"name":"book","categories":["books"],"unit":"copy","unit_price_above":"48"},
        {"name":"dear","unit_price_above":"900","effect":"deny"}],
        "payee_rules":[{"payee":"host:shop1.example","up_to":"40"},
        {"payee":"host:shop2.example","up_to":"40"}],"review_above":"400","team":"library",
        "cost_rules":[{"workflows":["ads"],"split":[{"cost_center":"ads","percent":"100"}]},
        {"categories":["books"],"split":[{"cost_center":"library","percent":"60"},
        {"cost_center":"research","percent":"40"}]}]}"#,
    )
    .unwrap()
}

/// An eighth of the amount for each copy.
fn copies(quantity: u32, amount: &str) -> LineItem {
    LineItem {
        description: Claim::new("a book for the task", 64).unwrap(),
        category: None,
        quantity,
        unit: Some(Label::new("copy").unwrap()),
        unit_price: Money::parse(amount, "USD").unwrap().amount() / Decimal::from(8),
    }
}

fn spend(payment: u32, agents: u32, amount: &str, ms: i64) -> Command {
    let which = payment.wrapping_mul(2_654_435_761) % agents;
    let shop = format!("shop{}.example", payment % 20);
    let host = Some(Host::new(&shop).unwrap());
    let name = Claim::new("Shop", 64).unwrap();
    let request = SpendRequest {
        payment: PaymentId::from_random(u128::from(payment) << 64 | u128::from(payment * 7919)),
        agent: agent(which),
        action: Action::Purchase,
        rail: RailId::Sandbox,
        payee: Payee { name, account: None, host, country: None },
        amount: Money::parse(amount, "USD").unwrap(),
        category: Some(Category::new("books").unwrap()),
        session: Some(Label::new(&format!("d{}-s{}", ms / DAY, payment % 5)).unwrap()),
        task: None,
        subject: None,
        context: Some(Claim::new("the task needs this book to go on", 8192).unwrap()),
        line_items: vec![copies(4, amount), copies(4, amount)],
        attribution: purser_domain::Attribution::default(),
        idempotency_key: IdempotencyKey::new(&format!("key-{payment}")).unwrap(),
        key_derived: false,
        terms: None,
    };
    Command::Spend { request: Box::new(request), presented: None }
}

/// Opens the five sessions of each agent for a day, and closes those of the day before.
fn open_sessions(state: &mut State, agents: u32, ms: i64) {
    run(state, &Command::Tick, ms);
    for (n, session) in (0..agents).flat_map(|n| (0..5).map(move |session| (n, session))) {
        let terms = Box::new(SessionTerms {
            session: Label::new(&format!("d{}-s{session}", ms / DAY)).unwrap(),
            purpose: Claim::new("a day's work", 64).unwrap(),
            ceiling: 10_000.into(),
            ends_at_ms: Timestamp::from_millis(ms + DAY),
            task: None,
            attribution: Attribution::default(),
        });
        let (agent, by) = (agent(n), SessionActor::Owner);
        run(state, &Command::OpenSession { agent, by, presented: None, terms }, ms);
    }
}

fn measure(agents: u32, payments: u32, amount: &str) {
    let mut state = State::default();
    let time_zone = "America/New_York".to_owned();
    let wallet = WalletPolicy { time_zone, ..WalletPolicy::default() };
    let owner = ApproverId::from_random(1);
    run(&mut state, &Command::CreateWallet { owner, policy: wallet }, START);
    for n in 0..agents {
        let name = Claim::new(&format!("agent {n}"), 64).unwrap();
        let holder_key = Digest::of_bytes(&n.to_be_bytes());
        let draft = AgentDraft { agent: agent(n), name, holder_key, policy: policy() };
        run(&mut state, &Command::AddAgent(draft), START);
    }
    let mut took: Vec<u128> = Vec::new();
    let (mut today, begin) = (0, Instant::now());
    for n in 0..payments {
        let ms = MORNING + i64::from(n) * 28 * DAY / i64::from(payments);
        if ms / DAY != today {
            today = ms / DAY;
            open_sessions(&mut state, agents, ms);
        }
        let command = spend(n, agents, amount, ms);
        took.push(run(&mut state, &command, ms));
        if let Command::Spend { request, .. } = &command {
            let payment = request.payment;
            let valid_until = Timestamp::from_millis(ms + 60_000);
            run(&mut state, &Command::Submit { payment, valid_until }, ms);
            let receipt = Receipt { reference: String::new(), evidence: None, verified: false };
            let resolution = Resolution::Succeeded { settled: request.amount.amount(), receipt };
            run(&mut state, &Command::Resolve { payment, resolution }, ms);
        }
    }
    let all = begin.elapsed();
    took.sort_unstable();
    let at = |part: usize| took[(took.len() - 1) * part / 1000];
    println!(
        "{agents} agents, {payments} payments of {amount}: decide p50 {} ns, p99 {} ns, \
         p99.9 {} ns; \
         {:.0} entries/s decided and applied",
        at(500),
        at(990),
        at(999),
        f64::from(payments) * 3.0 / all.as_secs_f64()
    );
}

/// Revokes an agent with `pending` payments that wait for people.
fn revoke(pending: u32) {
    let mut state = State::default();
    let owner = ApproverId::from_random(1);
    let wallet = WalletPolicy::default();
    run(&mut state, &Command::CreateWallet { owner, policy: wallet }, START);
    let holder_key = Digest::of_bytes(&[]);
    let json = r#"{"review_above":"1","rate_limit_per_minute":6000}"#;
    let limits = AgentPolicy { daily: 1_000_000.into(), per_session: 1_000_000.into(), ..policy() };
    let review: AgentPolicy = serde_json::from_str(json).unwrap();
    let (above, rate) = (review.review_above, review.rate_limit_per_minute);
    let policy = AgentPolicy { review_above: above, rate_limit_per_minute: rate, ..limits };
    let name = Claim::new("agent", 64).unwrap();
    let draft = AgentDraft { agent: agent(0), name, holder_key, policy };
    run(&mut state, &Command::AddAgent(draft), START);
    open_sessions(&mut state, 1, START);
    for n in 0..pending {
        run(&mut state, &spend(n, 1, "5", START), START + i64::from(n) * 20);
    }
    let waiting = state.open_payments().count();
    let begin = Instant::now();
    run(&mut state, &Command::RevokeAgent(agent(0)), START + i64::from(pending) * 20);
    println!("{waiting} payments waiting: revoked and applied in {:?}", begin.elapsed());
}

fn main() {
    for _ in 0..5 {
        revoke(10_000);
    }
    measure(10, 20_000, "5");
    measure(1_000, 200_000, "5");
    measure(1_000, 200_000, "49");
    measure(10_000, 200_000, "5");
}
