//! Changes of policy tried on the past.

use super::support::*;
use crate::backtest::{
    Backtest, BacktestError, BacktestLine, BacktestSummary, FileBacktest, PolicyChange, VerdictKind,
};
use crate::{CommandError, OnReview, ReplayPolicy, State};
use proptest::prelude::*;
use purser_domain::*;
use std::collections::BTreeMap;

use VerdictKind::{Allow, Deny, Review};

fn agent_change(policy: AgentPolicy) -> PolicyChange {
    PolicyChange { wallet: None, agents: BTreeMap::from([(AGENT, policy)]) }
}

fn wallet_change(json: &str) -> PolicyChange {
    let wallet = Some(serde_json::from_str(json).unwrap());
    PolicyChange { wallet, agents: BTreeMap::new() }
}

fn run_from(
    before: &State,
    log: &[Entry],
    (change, on_review): (PolicyChange, OnReview),
) -> (Vec<BacktestLine>, BacktestSummary) {
    let mut test = Backtest::new(before, change, on_review).unwrap();
    let lines = log.iter().filter_map(|entry| test.add(entry).unwrap()).collect();
    (lines, test.summary().clone())
}

fn run(world: &World, change: PolicyChange) -> (Vec<BacktestLine>, BacktestSummary) {
    run_from(&State::default(), &world.log, (change, OnReview::Approve))
}

/// What a request was and would be, with the code of a refusal.
fn said(line: &BacktestLine) -> (VerdictKind, VerdictKind, &str) {
    let code = line.after.code.as_deref().or(line.before.code.as_deref());
    (line.before.verdict, line.after.verdict, code.unwrap_or(""))
}

#[test]
fn a_lower_cap_turns_exactly_what_is_above_it() {
    let mut world = World::new(wide());
    for amount in ["5", "50", "50.01", "600", "49"] {
        world.reserve(amount);
    }
    let lower = AgentPolicy { per_transaction: dec("50"), ..wide() };
    let (lines, summary) = run(&world, agent_change(lower));
    let all: Vec<_> = lines.iter().map(said).collect();
    let cap = "per_transaction_cap";
    let turned = [(Allow, Deny, cap), (Review, Deny, cap)];
    assert_eq!(
        all,
        [(Allow, Allow, ""), (Allow, Allow, ""), turned[0], turned[1], (Allow, Allow, "")]
    );
    let changed: Vec<_> = lines.iter().filter(|line| line.changed).collect();
    assert_eq!(changed.iter().map(|line| line.place).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(changed[0].after.limit.as_deref(), Some("50"));
    assert_eq!(changed[0].after.observed.as_deref(), Some("50.01"));
    assert_eq!((summary.changed, summary.carried), (2, 0));
    let counts = |tally: &crate::backtest::Tally| {
        let sums = [tally.allowed_sum, tally.reviewed_sum, tally.denied_sum];
        ((tally.allowed, tally.reviewed, tally.denied), sums.map(|sum| sum.to_string()))
    };
    let sums = |sums: [&str; 3]| sums.map(str::to_owned);
    assert_eq!(counts(&summary.before), ((4, 1, 0), sums(["154.01", "600", "0"])));
    assert_eq!(counts(&summary.after), ((3, 0, 2), sums(["104", "0", "650.01"])));
    let json = serde_json::to_value(changed[0]).unwrap();
    assert_eq!(json["after"]["code"], cap);
    assert_eq!(serde_json::to_value(&summary).unwrap()["after"]["denied_sum"], "650.01");
}

#[test]
fn what_is_newly_allowed_is_paid_and_uses_budgets_up() {
    let mut world = World::new(AgentPolicy { daily: dec("10"), ..wide() });
    for amount in ["8", "6", "5", "1"] {
        let request = world.fresh(amount);
        world.ask(request);
    }
    let (lines, _) = run(&world, agent_change(AgentPolicy { daily: dec("15"), ..wide() }));
    let all: Vec<_> = lines.iter().map(said).collect();
    let daily = "daily_cap";
    // 8 and 6 are 14; so 5 is refused as before, and 1 still fits.
    assert_eq!(
        all,
        [(Allow, Allow, ""), (Deny, Allow, daily), (Deny, Deny, daily), (Allow, Allow, "")]
    );
    // A payment that the past had to refuse to make room for another now takes its room.
    let (lines, _) = run(&world, agent_change(AgentPolicy { daily: dec("14"), ..wide() }));
    assert_eq!(said(&lines[3]), (Allow, Deny, daily));
}

#[test]
fn what_was_decided_and_paid_is_so_again() {
    let mut world = World::new(AgentPolicy { daily: dec("1000"), ..wide() });
    let approved = world.reserve("600");
    world.approve(approved);
    world.submit(approved);
    world.succeed(approved, "100");
    let declined = world.reserve("700");
    world.done(Command::Decline { payment: declined, approver: OWNER, reason: None });
    let failed = world.reserve("300");
    world.submit(failed);
    let (problem, detail) = ("p".to_owned(), claim("d"));
    world.done(Command::Resolve {
        payment: failed,
        resolution: Resolution::Failed { problem, detail },
    });
    // 100 were settled, so that 900 are left.
    world.reserve("900");
    let same = world.state.agent(AGENT).unwrap().policy.clone();
    let (lines, summary) = run(&world, agent_change(same));
    assert_eq!((lines.len(), summary.changed), (4, 0));
    assert_eq!(summary.before, summary.after);
    // Allowed alone, the first settles at 100 all the same; the second is paid, although it was
    // declined, and then 900 no longer fit.
    let (lines, _) = run(&world, wallet_change(r#"{"tiers":{"envelope_up_to":"5000"}}"#));
    let all: Vec<_> = lines.iter().map(said).collect();
    let allowed = (Review, Allow, "");
    assert_eq!(all, [allowed, allowed, (Allow, Deny, "daily_cap"), (Review, Deny, "daily_cap")]);
}

#[test]
fn what_is_newly_asked_is_approved_where_the_past_paid_it() {
    let mut world = World::new(AgentPolicy { daily: dec("100"), ..wide() });
    world.pay("60");
    let request = world.fresh("60");
    world.ask(request);
    let asks = AgentPolicy { review_above: Some(dec("1")), daily: dec("100"), ..wide() };
    let (lines, summary) = run(&world, agent_change(asks));
    assert_eq!(said(&lines[0]), (Allow, Review, ""));
    assert_eq!(lines[0].after.rules, ["review_above"]);
    assert_eq!(said(&lines[1]), (Deny, Deny, "daily_cap"));
    assert_eq!(summary.changed, 1);
}

#[test]
fn what_only_the_change_asks_about_is_decided_as_said() {
    let mut world = World::new(AgentPolicy { per_transaction: dec("500"), ..wide() });
    for amount in ["600", "500"] {
        let request = world.fresh(amount);
        world.ask(request);
        // An approval does not wait so long.
        world.wait(2 * HOUR);
    }
    let more = AgentPolicy { per_transaction: dec("600"), daily: dec("600"), ..wide() };
    let empty = State::default();
    let last = |on_review| {
        let (lines, _) = run_from(&empty, &world.log, (agent_change(more.clone()), on_review));
        assert_eq!(said(&lines[0]), (Deny, Review, "per_transaction_cap"));
        lines[1].after.verdict
    };
    assert_eq!(last(OnReview::Approve), Deny);
    assert_eq!(last(OnReview::Deny), Allow);
}

#[test]
fn what_the_past_came_to_without_a_change_it_comes_to_again() {
    let nothing_changes = |world: &World| {
        let (lines, summary) = run(world, PolicyChange::default());
        assert_eq!((summary.changed, summary.carried), (0, 0), "{lines:#?}");
        lines.last().unwrap().before.code.clone()
    };
    // What is unknown holds its worth, however long it is.
    let mut world = World::new(AgentPolicy { daily: dec("1000"), ..wide() });
    let held = world.reserve("600");
    world.approve(held);
    world.submit(held);
    let (problem, detail) = ("p".to_owned(), claim("d"));
    let resolution = Resolution::Unknown { problem, detail };
    world.done(Command::Resolve { payment: held, resolution });
    world.wait(2 * HOUR);
    world.run(Command::Tick);
    let more = world.fresh("500");
    world.ask(more);
    assert_eq!(nothing_changes(&world).as_deref(), Some("daily_cap"));
    // Who was revoked stays so.
    let mut world = World::new(wide());
    world.run(Command::RevokeAgent(AGENT));
    let more = world.fresh("5");
    world.ask(more);
    assert_eq!(nothing_changes(&world).as_deref(), Some("agent_revoked"));
    // A purchase that is asked again is an attempt.
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 3, ..wide() });
    world.reserve("5");
    for n in 0..2 {
        let again = request(world.last_payment, "5");
        world.ask(SpendRequest { payment: payment(900 + n), ..again });
    }
    let more = world.fresh("6");
    world.ask(more);
    assert_eq!(nothing_changes(&world).as_deref(), Some("rate_limited"));
    // What a person declined is looked for in pieces.
    let policy = policy(r#"{"review_above":"50","per_transaction":"100"}"#);
    let mut world = World::new(policy.clone());
    // Set once more, with signals that do what they do by themselves.
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    world.pay("5");
    let declined = world.reserve("60");
    world.done(Command::Decline { payment: declined, approver: OWNER, reason: None });
    world.reserve("30");
    let piece = world.reserve("29");
    assert_eq!(world.state.payment(piece).unwrap().reservation.rules, ["signals"]);
    nothing_changes(&world);
}

#[test]
fn whom_only_the_change_let_pay_is_no_new_payee_after_it() {
    let signals = [(SignalCode::NewPayee, SignalEffect::Review)].into_iter().collect();
    let policy = AgentPolicy { signals, per_transaction: dec("10"), ..wide() };
    let mut world = World::new(policy.clone());
    for amount in ["11", "5"] {
        let request = world.fresh(amount);
        world.ask(request);
    }
    let more = AgentPolicy { per_transaction: dec("20"), ..policy };
    let (lines, _) = run(&world, agent_change(more));
    let after: Vec<_> = lines.iter().map(|line| line.after.verdict).collect();
    assert_eq!((after, lines[1].before.verdict), (vec![Review, Allow], Review));
}

#[test]
fn what_only_the_change_let_through_is_paid_and_answers_its_key_for_ever() {
    let mut world = World::new(AgentPolicy { per_transaction: dec("500"), ..wide() });
    let dear = |n| SpendRequest { payment: payment(n), ..request(7, "600") };
    world.ask(dear(7));
    // Long after, when an approval would have ended and the payment is forgotten.
    world.wait(2 * HOUR);
    for _ in 0..1100 {
        world.wait(MINUTE);
        let small = world.reserve("1");
        world.done(Command::Cancel { payment: small, agent: None, cause: StopCause::Owner });
    }
    world.ask(dear(8));
    let more = AgentPolicy { per_transaction: dec("600"), ..wide() };
    let (lines, _) = run(&world, agent_change(more));
    let said: Vec<_> = [&lines[0], lines.last().unwrap()].map(said).to_vec();
    assert_eq!(said, vec![(Deny, Review, "per_transaction_cap"); 2]);
}

#[test]
fn a_freeze_calls_off_no_payment_that_would_have_been_made_before_it() {
    let mut world = World::new(AgentPolicy { daily: dec("1000"), ..wide() });
    world.reserve("600");
    world.run(Command::Freeze);
    world.done(Command::Unfreeze);
    let request = world.fresh("500");
    world.ask(request);
    let (lines, _) = run(&world, wallet_change(r#"{"tiers":{"envelope_up_to":"5000"}}"#));
    let all: Vec<_> = lines.iter().map(said).collect();
    assert_eq!(all, [(Review, Allow, ""), (Allow, Deny, "daily_cap")]);
}

#[test]
fn a_refusal_by_a_credential_is_carried_over() {
    let mut world = World::new(AgentPolicy { per_transaction: dec("1"), ..wide() });
    world.issue(false);
    let scope = Scope { per_transaction: Some(dec("3")), ..Scope::default() };
    let shown = Presented { scope, ..presented() };
    let narrow = world.fresh("5");
    assert_eq!(refused(world.ask_with(narrow, Some(shown))).code(), "credential_cap");
    let dear = world.fresh("5");
    world.ask(dear);
    let (lines, summary) = run(&world, agent_change(wide()));
    let carried = (Deny, Deny, "credential_cap");
    assert_eq!(said(&lines[0]), carried);
    assert_eq!(said(&lines[1]), (Deny, Allow, "per_transaction_cap"));
    assert_eq!((summary.changed, summary.carried), (1, 1));
}

#[test]
fn a_backtest_may_begin_at_any_state() {
    let mut world = World::new(AgentPolicy { daily: dec("10"), ..wide() });
    world.pay("8");
    let (before, from) = (world.state.clone(), world.log.len());
    world.reserve("2");
    let (lines, _) = run_from(
        &before,
        &world.log[from..],
        (agent_change(AgentPolicy { daily: dec("9"), ..wide() }), OnReview::Approve),
    );
    let all: Vec<_> = lines.iter().map(said).collect();
    assert_eq!(all, [(Allow, Deny, "daily_cap")]);
}

#[test]
fn a_policy_that_cannot_be_set_cannot_be_tried() {
    let zero = AgentPolicy { daily: dec("0"), ..wide() };
    let error = Backtest::new(&State::default(), agent_change(zero), OnReview::Approve);
    assert!(matches!(error, Err(BacktestError::Policy(CommandError::Policy(_)))));
    let mut world = World::new(wide());
    world.reserve("5");
    let mut test =
        Backtest::new(&State::default(), wallet_change(r#"{"currency":"EUR"}"#), OnReview::Approve)
            .unwrap();
    let error = world.log.iter().find_map(|entry| test.add(entry).err());
    assert_eq!(error, Some(BacktestError::Policy(CommandError::CurrencyFixed)));
}

#[test]
fn a_file_is_run_under_both_policies() {
    let lower = ReplayPolicy {
        default_agent: AgentPolicy { daily: dec("10"), ..AgentPolicy::default() },
        ..ReplayPolicy::default()
    };
    let mut test = FileBacktest::new(ReplayPolicy::default(), lower, OnReview::Approve).unwrap();
    let line = |id: &str, amount: &str| {
        format!(
            r#"{{"id":"{id}","at":"2026-03-02T12:00:00Z","agent":"a","payee":{{"name":"Shop"}},
            "amount":"{amount}","currency":"USD"}}"#
        )
    };
    let mut said = Vec::new();
    for (number, amount) in [(1, "6"), (2, "5"), (3, "4")] {
        let line = test.line(number, &line(&number.to_string(), amount)).unwrap();
        said.push((line.place, line.before.verdict, line.after.verdict, line.changed));
    }
    assert_eq!(said, [(1, Allow, Allow, false), (2, Allow, Deny, true), (3, Allow, Allow, false)]);
    assert_eq!(test.summary().after.denied_sum, dec("5"));
    assert!(matches!(test.line(4, "{"), Err(BacktestError::Line(error)) if error.line == 4));
}

#[test]
fn a_changed_policy_holds_whatever_policy_the_past_set_later() {
    let mut world = World::new(wide());
    let tiers = Tiers { envelope_up_to: dec("2000"), ..Tiers::default() };
    let policy = WalletPolicy { tiers, ..WalletPolicy::default() };
    world.done(Command::SetWalletPolicy { policy, presence: true });
    let policy = AgentPolicy { per_transaction: dec("900"), ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    world.reserve("600");
    let after = |change| {
        let (lines, _) = run(&world, change);
        assert_eq!(lines[0].before.verdict, Allow);
        lines[0].after.verdict
    };
    assert_eq!(after(PolicyChange::default()), Allow);
    let tiers = r#"{"tiers":{"envelope_up_to":"300"}}"#;
    assert_eq!(after(wallet_change(tiers)), Review);
    let lower = AgentPolicy { per_transaction: dec("100"), ..wide() };
    assert_eq!(after(agent_change(lower)), Deny);
}

#[test]
fn only_who_is_asked_makes_a_tier_another_answer() {
    let mut world = World::new(wide());
    world.reserve("5");
    world.reserve("600");
    let changed = |tiers: &str| {
        let (lines, _) = run(&world, wallet_change(tiers));
        lines.iter().map(|line| line.changed).collect::<Vec<_>>()
    };
    // One that pays alone within its envelopes still pays alone.
    assert_eq!(changed(r#"{"tiers":{"autonomous_below":"1"}}"#), [false, false]);
    assert_eq!(changed(r#"{"tiers":{"approver_up_to":"550"}}"#), [false, true]);
}

#[test]
fn a_backtest_that_begins_inside_a_decision_takes_the_rest_of_it() {
    let json = r#"{"per_transaction":"10","breakers":{"refusals":5}}"#;
    let mut world = World::new(policy(json));
    for _ in 0..6 {
        let request = world.fresh("20");
        world.ask(request);
    }
    let kind = |entry: &Entry| entry.event.kind() == "breaker_tripped";
    let from = world.log.iter().position(kind).unwrap();
    world.wait(DAY);
    let request = world.fresh("5");
    world.ask(request);
    let mut before = State::default();
    world.log[..from].iter().for_each(|entry| before.apply(entry).unwrap());
    let nothing = (PolicyChange::default(), OnReview::Approve);
    let (lines, summary) = run_from(&before, &world.log[from..], nothing);
    let last = said(lines.last().unwrap());
    assert_eq!((last, summary.changed, summary.carried), ((Deny, Deny, "agent_paused"), 0, 0));
}

/// One step of a random past.
#[derive(Debug, Clone)]
enum Step {
    Ask { amount: u32, shop: u8, category: bool, key: Option<u8>, sub: bool, session: bool },
    Open(u8),
    Close(u8),
    Decide { which: usize, approve: bool },
    Pay { which: usize, percent: u8 },
    Fail(usize),
    Cancel(usize),
    Stop(u8),
    Policy(usize),
    Flood,
    Wait(i64),
}

const POLICIES: [&str; 3] = [
    r#"{"per_transaction":"900","per_session":"2500","daily":"1500","rate_limit_per_minute":6,
        "spending_limits":[{"amount":"900","interval":"daily","each_payee":true}],
        "breakers":{"refusals":5}}"#,
    r#"{"per_transaction":"700","per_session":"2500","daily":"1500","review_above":"300",
        "rate_limit_per_minute":6,"breakers":{"repeated_failures":1}}"#,
    r#"{"per_transaction":"900","per_session":"2500","daily":"1000","conditions":[
        {"name":"c","unit_price_above":"200","categories":["books"]}],"payee_rules":[
        {"payee":"host:shop1.example","up_to":"800"}]}"#,
];

fn step() -> impl Strategy<Value = Step> {
    let ask =
        (1..1000u32, 0..3u8, any::<bool>(), prop::option::weighted(0.3, 0..4u8), any::<bool>());
    let ask = (ask, prop::bool::weighted(0.2));
    let ask = ask.prop_map(|((amount, shop, category, key, sub), session)| Step::Ask {
        amount,
        shop,
        category,
        key,
        sub,
        session,
    });
    let waits = vec![SECOND, 20 * SECOND, HOUR, 7 * HOUR, DAY, -HOUR];
    prop_oneof![
        10 => ask,
        2 => (0..3u8).prop_map(Step::Open),
        1 => (0..3u8).prop_map(Step::Close),
        3 => (0..9usize, any::<bool>())
            .prop_map(|(which, approve)| Step::Decide { which, approve }),
        5 => (0..9usize, 1..=100u8).prop_map(|(which, percent)| Step::Pay { which, percent }),
        2 => (0..9usize).prop_map(Step::Fail),
        1 => (0..9usize).prop_map(Step::Cancel),
        2 => (0..7u8).prop_map(Step::Stop),
        1 => (0..POLICIES.len()).prop_map(Step::Policy),
        1 => Just(Step::Flood),
        4 => prop::sample::select(waits).prop_map(Step::Wait),
    ]
}

fn spend(world: &mut World, step: &Step) -> Option<Command> {
    let Step::Ask { amount, shop, category, key, sub, session } = step else { return None };
    let mut request = world.fresh(&amount.to_string());
    request.agent = if *sub { OTHER } else { AGENT };
    request.payee = payee(&format!("shop{shop}.example"));
    request.category = category.then(|| Category::new("books").unwrap());
    request.session = session.then(|| Label::new(&format!("s{}", shop % 2)).unwrap());
    if let Some(key) = key {
        request.key_derived = true;
        request.idempotency_key = IdempotencyKey::new(&format!("key-{key}")).unwrap();
    }
    Some(Command::Spend { request: Box::new(request), presented: None })
}

fn act(world: &mut World, step: &Step) {
    let open = |world: &World, which: usize| {
        let ids: Vec<_> = world.state.open_payments().map(crate::Payment::id).collect();
        ids.get(which % ids.len().max(1)).copied()
    };
    let command = match step {
        Step::Open(n) => {
            let terms = world.terms(&format!("s{}", n % 2), "1000", 10 + 500 * i64::from(*n));
            Some(open_session(AGENT, SessionActor::Agent, terms))
        }
        Step::Close(n) => {
            let (agent, session) = (AGENT, Label::new(&format!("s{}", n % 2)).unwrap());
            let by = SessionActor::Owner;
            Some(Command::CloseSession { agent, session, by, presented: None })
        }
        Step::Ask { .. } => spend(world, step),
        Step::Decide { which, approve } => open(world, *which).and_then(|payment| {
            let held = &world.state.payment(payment)?.reservation;
            let digest = held.approval.as_ref()?.digest;
            let (approver, reason) = (OWNER, None);
            Some(match approve {
                true => Command::Approve { payment, approver, digest },
                false => Command::Decline { payment, approver, reason },
            })
        }),
        Step::Pay { which, percent } => open(world, *which).map(|payment| {
            world.run(world.submit_command(payment));
            let asked = world.state.payment(payment).unwrap().reservation.request.amount.amount();
            let settled = asked * rust_decimal::Decimal::new(i64::from(*percent), 2);
            let resolution = Resolution::Succeeded { settled, receipt: receipt() };
            Command::Resolve { payment, resolution }
        }),
        Step::Fail(which) => open(world, *which).map(|payment| {
            world.run(world.submit_command(payment));
            let (problem, detail) = ("p".to_owned(), claim("d"));
            Command::Resolve { payment, resolution: Resolution::Failed { problem, detail } }
        }),
        Step::Cancel(which) => open(world, *which).map(|payment| Command::Cancel {
            payment,
            agent: None,
            cause: StopCause::Agent,
        }),
        Step::Stop(0) => Some(Command::Freeze),
        Step::Stop(1) => Some(Command::Unfreeze),
        Step::Stop(2) => Some(Command::PauseAgent(AGENT)),
        Step::Stop(3) => Some(Command::PauseAgent(OTHER)),
        Step::Stop(4) => Some(Command::Tick),
        Step::Stop(_) => {
            world.run(Command::ResumeAgent(OTHER));
            Some(Command::ResumeAgent(AGENT))
        }
        Step::Policy(which) => {
            let (agent, policy) = (AGENT, policy(POLICIES[*which]));
            Some(Command::SetAgentPolicy { agent, policy, presence: true })
        }
        Step::Flood => {
            let refusal = Refusal::RateLimited { limit: 6, retry_after_s: 9 };
            Some(Command::NoteRefusals { agent: AGENT, refusal, count: 3 })
        }
        Step::Wait(ms) => {
            world.wait(*ms);
            None
        }
    };
    command.map(|command| world.run(command));
}

fn past(steps: &[Step]) -> World {
    let mut world = World::new(policy(POLICIES[0]));
    let allocation =
        Allocation { amount: dec("800"), interval: Interval::Daily, window: Window::Calendar };
    world.sub(AGENT, OTHER, policy(POLICIES[0]), allocation);
    steps.iter().for_each(|step| act(&mut world, step));
    world
}

/// The place of an entry that begins a decision, from a place on.
fn begin(world: &World, from: usize) -> usize {
    let follows = |entry: &Entry| {
        let exceeded = SessionEnd::Exceeded;
        matches!(&entry.event, Event::SessionClosed { end, .. } if *end == exceeded)
            || ["breaker_tripped", "budget_reached"].contains(&entry.event.kind())
    };
    let from = from.min(world.log.len());
    from + world.log[from..].iter().take_while(|entry| follows(entry)).count()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn a_change_that_changes_nothing_gives_no_difference_on_any_past(
        steps in prop::collection::vec(step(), 1..80), from in 0..40usize
    ) {
        let world = past(&steps);
        let (lines, summary) = run(&world, PolicyChange::default());
        prop_assert!(lines.iter().all(|line| line.before == line.after && !line.changed));
        prop_assert_eq!((summary.changed, summary.carried), (0, 0));
        prop_assert_eq!(&summary.before, &summary.after);
        // The wallet's own policy is no change either; nor does it matter where it begins.
        let mut before = State::default();
        let from = begin(&world, from);
        world.log[..from].iter().for_each(|entry| before.apply(entry).unwrap());
        let same = PolicyChange { wallet: Some(WalletPolicy::default()), ..Default::default() };
        let (late, summary) = run_from(&before, &world.log[from..], (same, OnReview::Approve));
        prop_assert_eq!(summary.changed, 0);
        let rest: Vec<_> = lines.iter().filter(|line| line.place >= before.next_seq()).collect();
        prop_assert_eq!(late.iter().collect::<Vec<_>>(), rest);
    }

    #[test]
    fn any_change_can_be_tried_on_any_past(
        steps in prop::collection::vec(step(), 1..80), which in 0..POLICIES.len(),
        approve in any::<bool>(),
    ) {
        let world = past(&steps);
        let on_review = if approve { OnReview::Approve } else { OnReview::Deny };
        let agents = BTreeMap::from([
            (AGENT, policy(POLICIES[which])), (OTHER, policy(POLICIES[which])),
        ]);
        let wallet = serde_json::from_str(r#"{"tiers":{"envelope_up_to":"250"}}"#).unwrap();
        let change = PolicyChange { wallet: Some(wallet), agents };
        let (lines, summary) = run_from(&State::default(), &world.log, (change, on_review));
        let total = |tally: &crate::backtest::Tally| {
            (tally.allowed + tally.reviewed + tally.denied,
             tally.allowed_sum + tally.reviewed_sum + tally.denied_sum)
        };
        prop_assert_eq!(total(&summary.before), total(&summary.after));
        prop_assert_eq!(total(&summary.before).0, lines.len() as u64);
        let changed = lines.iter().filter(|line| line.before.differs(&line.after)).count();
        prop_assert_eq!(summary.changed, changed as u64);
    }
}
