//! Budgets that fill are told once at 80 and once at 100 %, and envelopes by workflow and task.

use super::support::*;
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(20);

/// What was told since the entry `from`: whose, what, per cent and used.
fn told(world: &World, from: usize) -> Vec<(Option<AgentId>, String, u32, String)> {
    let reached = world.log[from..].iter().filter_map(|entry| match &entry.event {
        Event::BudgetReached { agent, budget, percent, used, .. } => {
            Some((*agent, budget.clone(), *percent, used.to_string()))
        }
        _ => None,
    });
    reached.collect()
}

fn of(
    agent: AgentId,
    budget: &str,
    percent: u32,
    used: &str,
) -> (Option<AgentId>, String, u32, String) {
    (Some(agent), budget.to_owned(), percent, used.to_owned())
}

/// Runs `step` and answers what it told.
fn tells(
    world: &mut World,
    step: impl FnOnce(&mut World),
) -> Vec<(Option<AgentId>, String, u32, String)> {
    let from = world.log.len();
    step(world);
    told(world, from)
}

fn day_of_100() -> World {
    World::new(AgentPolicy { daily: dec("100"), ..wide() })
}

fn reserve(amount: &str) -> impl FnOnce(&mut World) {
    let amount = amount.to_owned();
    move |world| {
        world.reserve(&amount);
    }
}

fn ask(request: SpendRequest) -> impl FnOnce(&mut World) {
    move |world| {
        world.ask(request);
    }
}

#[test]
fn a_budget_is_told_once_at_80_and_once_at_100_percent() {
    let mut world = day_of_100();
    assert_eq!(tells(&mut world, reserve("79.99")), vec![]);
    assert_eq!(tells(&mut world, reserve("0.01")), vec![of(AGENT, "daily", 80, "80")]);
    assert_eq!(tells(&mut world, reserve("19.99")), vec![]);
    assert_eq!(tells(&mut world, reserve("0.01")), vec![of(AGENT, "daily", 100, "100")]);
    let refused = world.fresh("1");
    assert_eq!(tells(&mut world, ask(refused)), vec![], "it was told");
    world.wait(DAY);
    let all_at_once = vec![of(AGENT, "daily", 100, "100")];
    assert_eq!(tells(&mut world, reserve("100")), all_at_once);
    world.assert_replays();
}

#[test]
fn what_was_released_and_taken_again_is_not_told_again() {
    let mut world = day_of_100();
    let payment = world.reserve("85");
    let (agent, cause) = (Some(AGENT), StopCause::Agent);
    world.done(Command::Cancel { payment, agent, cause });
    assert_eq!(tells(&mut world, reserve("85")), vec![]);
    assert_eq!(tells(&mut world, reserve("15")), vec![of(AGENT, "daily", 100, "100")]);
    // With another limit it is another budget.
    let policy = AgentPolicy { daily: dec("200"), ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    assert_eq!(tells(&mut world, reserve("60")), vec![of(AGENT, "daily", 80, "160")]);
}

#[test]
fn a_refusal_tells_the_budget_that_refused_once() {
    let mut world = day_of_100();
    world.reserve("10");
    let refused = world.fresh("91");
    assert_eq!(tells(&mut world, ask(refused)), vec![of(AGENT, "daily", 100, "10")]);
    let refused = world.fresh("91");
    assert_eq!(tells(&mut world, ask(refused)), vec![]);
    assert_eq!(tells(&mut world, reserve("90")), vec![], "100 was told");
    let policy = policy(
        r#"{"per_transaction":"5","daily":"100","spending_limits":[
        {"amount":"2","interval":"per_transaction","categories":["books"]},
        {"amount":"4","interval":"weekly","categories":["books"],"window":"rolling"}]}"#,
    );
    let mut world = World::new(policy);
    let books = |request: SpendRequest| SpendRequest {
        category: Some(Category::new("books").unwrap()),
        ..request
    };
    let refused = world.fresh("6");
    assert_eq!(tells(&mut world, ask(refused)), vec![], "the cap for one payment never fills");
    let refused = books(world.fresh("3"));
    assert_eq!(tells(&mut world, ask(refused)), vec![]);
    let fits = books(world.fresh("2"));
    assert_eq!(tells(&mut world, ask(fits)), vec![]);
    let fits = books(world.fresh("1.5"));
    let rolling = "weekly, rolling, books";
    assert_eq!(tells(&mut world, ask(fits)), vec![of(AGENT, rolling, 80, "3.5")]);
    let refused = books(world.fresh("1"));
    assert_eq!(tells(&mut world, ask(refused)), vec![of(AGENT, rolling, 100, "3.5")]);
    world.wait(6 * DAY);
    let refused = books(world.fresh("1"));
    assert_eq!(tells(&mut world, ask(refused)), vec![]);
    world.wait(DAY + HOUR);
    let fits = books(world.fresh("2"));
    assert_eq!(tells(&mut world, ask(fits)), vec![]);
    let fits = books(world.fresh("1.9"));
    assert_eq!(tells(&mut world, ask(fits)), vec![of(AGENT, rolling, 80, "3.9")]);
    world.assert_replays();
}

#[test]
fn budgets_above_and_of_the_wallet_are_told_too() {
    let spending_limits = serde_json::from_str(r#"[{"amount":"50","interval":"monthly"}]"#);
    let spending_limits = spending_limits.unwrap();
    let wallet = WalletPolicy { spending_limits, ..WalletPolicy::default() };
    let base = AgentPolicy { daily: dec("100"), ..wide() };
    let mut world = World::with(wallet, base.clone());
    let held = |amount: &str| Allocation {
        amount: dec(amount),
        interval: Interval::Weekly,
        window: Window::Calendar,
    };
    world.sub(AGENT, CHILD, base, held("45"));
    let asked = SpendRequest { agent: CHILD, ..world.fresh("42") };
    let wallets = (None, "monthly".to_owned(), 80, "42".to_owned());
    let allocation = of(CHILD, "allocation, weekly", 80, "42");
    assert_eq!(tells(&mut world, ask(asked)), vec![allocation, wallets]);
    // What is held for the sub-agent refused this, so it is told with what was used.
    let asked = world.fresh("56");
    let wallets = (None, "monthly".to_owned(), 100, "42".to_owned());
    assert_eq!(tells(&mut world, ask(asked)), vec![wallets]);
    let policy = AgentPolicy { daily: dec("50"), ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
    let asked = world.fresh("6");
    let own = of(AGENT, "daily", 100, "45");
    assert_eq!(tells(&mut world, ask(asked)), vec![own], "42 used and 3 held");
    world.wait(DAY);
    let policy = AgentPolicy {
        daily: dec("50"),
        spending_limits: serde_json::from_str(r#"[{"amount":"43","interval":"weekly"}]"#).unwrap(),
        ..wide()
    };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
    let asked = SpendRequest { agent: CHILD, ..world.fresh("2") };
    let above = of(AGENT, "weekly", 100, "42");
    assert_eq!(tells(&mut world, ask(asked)), vec![above]);
    let asked = SpendRequest { agent: CHILD, ..world.fresh("2") };
    assert_eq!(tells(&mut world, ask(asked)), vec![]);
    let asked = SpendRequest { agent: CHILD, ..world.fresh("4") };
    let allocation = of(CHILD, "allocation, weekly", 100, "42");
    assert_eq!(tells(&mut world, ask(asked)), vec![allocation]);
    world.assert_replays();
}

fn in_task(request: SpendRequest, task: &str) -> SpendRequest {
    let id = Label::new(task).unwrap();
    let task = Some(Task { id, text: claim("do it"), origin: TaskOrigin::Agent });
    SpendRequest { task, ..request }
}

fn in_workflow(request: SpendRequest, workflow: &str) -> SpendRequest {
    let workflow = Some(Label::new(workflow).unwrap());
    SpendRequest { attribution: Attribution { workflow, ..Attribution::default() }, ..request }
}

#[test]
fn an_envelope_counts_only_its_workflows_and_tasks() {
    let limits = r#"[{"amount":"10","interval":"daily","workflows":["nightly","weekly"]},
        {"amount":"5","interval":"all_time","tasks":["t1"]}]"#;
    let mut world = World::new(wide_with(limits));
    world.reserved(in_workflow(request(1, "6"), "nightly"));
    world.reserved(in_workflow(request(2, "100"), "other"));
    world.reserved(request(3, "100"));
    let refusal = world.refusal(in_workflow(request(4, "5"), "weekly"));
    assert_eq!(refusal.limit_and_observed(), Some(("10".to_owned(), "11".to_owned())));
    world.reserved(in_task(request(5, "5"), "t1"));
    assert_eq!(world.refusal(in_task(request(6, "1"), "t1")).code(), "envelope_limit");
    world.reserved(in_task(request(7, "50"), "t2"));
    let lines = world.state.budgets(AGENT, at(world.now));
    let labels: Vec<_> = lines.iter().map(|line| line.label.as_str()).collect();
    let envelopes = ["daily, workflow nightly, workflow weekly", "in all, task t1"];
    assert_eq!(labels[3..], envelopes);
    world.assert_replays();
}

#[test]
fn each_workflow_and_each_task_has_the_amount_for_itself() {
    let limits = r#"[{"amount":"10","interval":"all_time","each_task":true},
        {"amount":"8","interval":"daily","each_workflow":true}]"#;
    let mut world = World::new(wide_with(limits));
    let asked = in_task(request(1, "8"), "t1");
    let first = of(AGENT, "in all, task t1", 80, "8");
    let unnamed = of(AGENT, "daily, each workflow", 100, "8");
    assert_eq!(tells(&mut world, ask(asked)), vec![first, unnamed]);
    let asked = in_workflow(in_task(request(2, "8"), "t2"), "w1");
    let second = of(AGENT, "in all, task t2", 80, "8");
    let w1 = of(AGENT, "daily, workflow w1", 100, "8");
    assert_eq!(tells(&mut world, ask(asked)), vec![second, w1], "each its own, by its name");
    assert_eq!(
        world.refusal(in_workflow(in_task(request(3, "3"), "t1"), "w2")).code(),
        "envelope_limit"
    );
    assert_eq!(world.refusal(in_workflow(request(4, "1"), "w1")).code(), "envelope_limit");
    world.reserved(in_workflow(in_task(request(5, "2"), "t1"), "w2"));
    // A policy that is set later counts what tasks used before.
    let limits = r#"[{"amount":"9","interval":"all_time","each_task":true}]"#;
    let policy = wide_with(limits);
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    assert_eq!(world.refusal(in_task(request(6, "2"), "t2")).limit_and_observed().unwrap().1, "10");
    let lines = world.state.budgets(AGENT, at(world.now));
    let labels: Vec<_> = lines.iter().map(|line| (line.label.as_str(), line.reserved)).collect();
    assert_eq!(labels[3..], [("in all, task t1", dec("10")), ("in all, task t2", dec("8"))]);
    world.assert_replays();
}

#[test]
fn an_envelope_over_a_session_is_told_by_the_sessions_name() {
    let mut world = World::new(wide_with(r#"[{"amount":"10","interval":"session"}]"#));
    world.open("s1", "100", 30);
    let asked = in_session(world.fresh("8"), "s1");
    assert_eq!(tells(&mut world, ask(asked)), vec![of(AGENT, "per session, s1", 80, "8")]);
    let asked = in_session(world.fresh("3"), "s1");
    assert_eq!(tells(&mut world, ask(asked)), vec![of(AGENT, "per session, s1", 100, "8")]);
    let asked = world.fresh("9");
    assert_eq!(tells(&mut world, ask(asked)), vec![of(AGENT, "per session", 80, "9")]);
    world.assert_replays();
}

#[test]
fn a_limit_that_is_lowered_below_what_was_spent_is_told_by_what_fills_it_further() {
    let mut world = day_of_100();
    world.reserve("70");
    // 87 % of the new limit: the owner has just seen it, and no payment crossed 80 %.
    let policy = AgentPolicy { daily: dec("80"), ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
    assert_eq!(tells(&mut world, reserve("1")), vec![]);
    assert_eq!(tells(&mut world, reserve("9")), vec![of(AGENT, "daily", 100, "80")]);
    world.assert_replays();
}

#[test]
fn of_two_limits_of_one_amount_the_one_that_refused_is_told() {
    let limits = r#"[{"amount":"100","interval":"weekly","each_payee":true},
        {"amount":"100","interval":"monthly"}]"#;
    let spending_limits = serde_json::from_str(limits).unwrap();
    let wallet = WalletPolicy { spending_limits, ..WalletPolicy::default() };
    let mut world = World::with(wallet, wide());
    world.reserve("60");
    let mut other = world.fresh("60");
    other.payee = payee("other.example");
    let wallets = (None, "monthly".to_owned(), 100, "60".to_owned());
    assert_eq!(tells(&mut world, ask(other)), vec![wallets]);
    world.assert_replays();
}

#[test]
fn a_session_of_a_name_that_was_used_before_is_told_like_the_first() {
    let mut world = World::new(wide());
    for between in ["one", "two"] {
        // What opens a session forgets the names of those that ended more than a day ago.
        world.open(between, "5", 10);
        world.open("trip", "20", 60);
        let request = in_session(world.fresh("16"), "trip");
        let told = tells(&mut world, ask(request));
        let [(owner, _, percent, used)] = &told[..] else { panic!("{told:?}") };
        assert_eq!((*owner, *percent, used.as_str()), (Some(AGENT), 80, "16"));
        world.wait(2 * HOUR).done(Command::Tick);
        world.wait(50 * HOUR);
    }
    world.assert_replays();
}
