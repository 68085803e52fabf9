//! The chain: a sub-agent's payment in the books, the standing, the rate, the scope and the tier of
//! every agent above it.

use super::support::*;
use crate::{AgentStatus, BudgetKind, CommandError, PaymentStatus, Reply};
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(20);
const GRANDCHILD: AgentId = AgentId::from_random(21);

fn daily(amount: &str) -> Allocation {
    Allocation { amount: dec(amount), interval: Interval::Daily, window: Window::Calendar }
}

/// AGENT, below it CHILD, below that GRANDCHILD, with the widest policies.
fn three() -> World {
    let mut world = World::new(wide());
    world.sub(AGENT, CHILD, wide(), daily("1000"));
    world.sub(CHILD, GRANDCHILD, wide(), daily("500"));
    world
}

fn of(agent: AgentId, request: SpendRequest) -> SpendRequest {
    SpendRequest { agent, ..request }
}

fn used(world: &World, agent: AgentId, kind: fn(&BudgetKind) -> bool) -> (String, String) {
    let lines = world.state.budgets(agent, at(world.now));
    let line = lines.into_iter().find(|line| kind(&line.kind)).unwrap();
    (line.settled.to_string(), line.reserved.to_string())
}

fn set_policy(world: &mut World, agent: AgentId, policy: AgentPolicy) {
    world.done(Command::SetAgentPolicy { agent, policy, presence: true });
}

#[test]
fn a_payment_counts_in_the_books_of_every_agent_above_and_of_no_other() {
    let mut world = three();
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    let first = world.reserved(of(GRANDCHILD, request(1, "30")));
    let day = |kind: &BudgetKind| *kind == BudgetKind::Daily;
    let held = |kind: &BudgetKind| matches!(kind, BudgetKind::Allocation { .. });
    let session = |kind: &BudgetKind| *kind == BudgetKind::Session;
    for agent in [GRANDCHILD, CHILD, AGENT] {
        assert_eq!(used(&world, agent, day), ("0".to_owned(), "30".to_owned()));
    }
    assert_eq!(used(&world, CHILD, held).1, "30");
    assert_eq!(used(&world, CHILD, session).1, "0", "sessions are an agent's own");
    assert_eq!(used(&world, OTHER, day).1, "0");
    world.submit(first);
    world.succeed(first, "20");
    for agent in [GRANDCHILD, CHILD, AGENT] {
        assert_eq!(used(&world, agent, day), ("20".to_owned(), "0".to_owned()));
    }
    let canceled = world.reserved(of(GRANDCHILD, request(2, "7")));
    let cause = StopCause::Agent;
    world.done(Command::Cancel { payment: canceled, agent: Some(GRANDCHILD), cause });
    assert_eq!(used(&world, AGENT, day), ("20".to_owned(), "0".to_owned()));
    world.assert_replays();
}

#[test]
fn a_new_policy_or_zone_counts_what_sub_agents_used_before() {
    let mut world = three();
    let pay = world.reserved(of(GRANDCHILD, request(1, "8")));
    world.submit(pay);
    world.succeed(pay, "8");
    world.reserved(of(AGENT, request(2, "5")));
    world.run(Command::RevokeAgent(GRANDCHILD));
    world.reserved(of(CHILD, request(3, "2")));
    let pay = world.reserved(of(CHILD, request(4, "10")));
    world.submit(pay);
    world.succeed(pay, "10");
    let weekly = wide_with(r#"[{"amount":"100","interval":"weekly"}]"#);
    set_policy(&mut world, AGENT, weekly);
    let envelope = |kind: &BudgetKind| matches!(kind, BudgetKind::Envelope { .. });
    assert_eq!(used(&world, AGENT, envelope), ("18".to_owned(), "7".to_owned()));
    let limits = serde_json::from_str(r#"[{"amount":"40","interval":"monthly"}]"#).unwrap();
    let policy = WalletPolicy {
        time_zone: "Asia/Tokyo".to_owned(),
        spending_limits: limits,
        ..WalletPolicy::default()
    };
    world.done(Command::SetWalletPolicy { policy, presence: true });
    assert_eq!(used(&world, AGENT, envelope), ("18".to_owned(), "7".to_owned()));
    let (limit, observed) = (dec("40"), dec("40.01"));
    let refusal = world.refusal(of(AGENT, request(5, "15.01")));
    let budget = "monthly".to_owned();
    assert_eq!(refusal, Refusal::WalletLimit { budget, limit, observed });
    world.reserved(of(CHILD, request(6, "15")));
    world.assert_replays();
}

#[test]
fn the_wallets_own_limits_hold_over_all_agents() {
    let limits = r#"[{"amount":"50","interval":"daily"},
        {"amount":"20","interval":"all_time","categories":["books"]},
        {"amount":"30","interval":"per_transaction","window":"calendar"}]"#;
    let spending_limits = serde_json::from_str(limits).unwrap();
    let wallet = WalletPolicy { spending_limits, ..WalletPolicy::default() };
    let mut world = World::with(wallet, wide());
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    let books = |request: SpendRequest| SpendRequest {
        category: Some(Category::new("books").unwrap()),
        ..request
    };
    world.reserved(books(of(AGENT, request(1, "12"))));
    let refused = world.refusal(books(of(OTHER, request(2, "8.01"))));
    let budget = "in all, books".to_owned();
    let all_time = Refusal::WalletLimit { budget, limit: dec("20"), observed: dec("20.01") };
    assert_eq!(refused, all_time);
    world.reserved(of(OTHER, request(3, "30")));
    let refused = world.refusal(of(AGENT, request(4, "8.5")));
    assert_eq!(refused.code(), "wallet_limit");
    assert_eq!(refused.limit_and_observed(), Some(("50".to_owned(), "50.5".to_owned())));
    let refused = world.refusal(of(AGENT, request(5, "30.5")));
    assert_eq!(refused.limit_and_observed(), Some(("50".to_owned(), "72.5".to_owned())));
    world.wait(DAY);
    let refused = world.refusal(of(AGENT, request(6, "30.5")));
    assert_eq!(refused.limit_and_observed(), Some(("30".to_owned(), "30.5".to_owned())));
    world.reserved(of(AGENT, request(7, "30")));
    world.assert_replays();
}

#[test]
fn an_agent_stands_still_while_one_above_it_does() {
    let mut world = three();
    world.reserve("3"); // The parent's own: a pause of its sub-agent leaves it.
    let review = AgentPolicy { review_above: Some(dec("5")), ..wide() };
    set_policy(&mut world, CHILD, review);
    let waiting = world.reserved(of(GRANDCHILD, request(1, "6")));
    let cleared = world.reserved(of(GRANDCHILD, request(2, "3")));
    let submitted = world.reserved(of(GRANDCHILD, request(3, "4")));
    world.submit(submitted);
    let Reply::Stopped(report) = world.run(Command::PauseAgent(CHILD)) else { panic!() };
    assert_eq!((report.canceled, report.in_flight), (vec![waiting, cleared], vec![submitted]));
    let stopped = PaymentStop::Canceled { cause: StopCause::Paused };
    assert_eq!(*world.status(waiting), PaymentStatus::Stopped(stopped));
    let refusal = world.refusal(of(GRANDCHILD, request(4, "1")));
    assert_eq!(refusal, Refusal::AncestorStopped { ancestor: CHILD });
    assert_eq!(world.refusal(of(CHILD, request(5, "1"))), Refusal::AgentPaused);
    world.reserve("1");
    let credential = CredentialId::from_random(9);
    let expires_at = at(world.now + HOUR);
    let issue = Command::IssueCredential {
        credential,
        agent: GRANDCHILD,
        scope: Scope::default(),
        expires_at,
        bearer: false,
        revocation_ids: Vec::new(),
    };
    assert_eq!(world.error(issue.clone()), CommandError::AncestorStopped);
    world.done(Command::ResumeAgent(CHILD));
    world.done(issue);
    world.reserved(of(GRANDCHILD, request(6, "1")));
    world.assert_replays();
}

#[test]
fn nothing_is_approved_or_submitted_below_an_agent_that_stands_still() {
    let mut world = three();
    let review = AgentPolicy { review_above: Some(dec("5")), ..wide() };
    set_policy(&mut world, AGENT, review);
    let waiting = world.reserved(of(GRANDCHILD, request(1, "6")));
    let cleared = world.reserved(of(GRANDCHILD, request(2, "3")));
    // No entry leaves payments like this; the last line of defence is tried all the same.
    for status in [AgentStatus::Paused, AgentStatus::Revoked] {
        world.state.agents.get_mut(&AGENT).unwrap().status = status;
        let digest = world.approval(waiting).digest;
        let approve = Command::Approve { payment: waiting, approver: OWNER, digest };
        assert_eq!(world.error(approve), CommandError::AncestorStopped);
        let submit = world.submit_command(cleared);
        assert_eq!(world.error(submit), CommandError::AncestorStopped);
        let event = Event::PaymentSubmitted { payment: cleared, valid_until_ms: at(NOON + MINUTE) };
        assert!(world.applies(event).is_err());
    }
}

#[test]
fn revoking_an_agent_revokes_its_subtree_in_one_entry() {
    let mut world = three();
    world.sub(AGENT, OTHER, wide(), daily("10"));
    let issue_to = |world: &mut World, n: u128, agent: AgentId| {
        let credential = CredentialId::from_random(n);
        world.done(Command::IssueCredential {
            credential,
            agent,
            scope: Scope::default(),
            expires_at: at(NOON + HOUR),
            bearer: false,
            revocation_ids: Vec::new(),
        });
        credential
    };
    let mine = issue_to(&mut world, 30, GRANDCHILD);
    let others = issue_to(&mut world, 31, OTHER);
    let first = world.reserved(of(GRANDCHILD, request(1, "3")));
    let second = world.reserved(of(CHILD, request(2, "4")));
    let left = world.reserved(of(OTHER, request(3, "5")));
    let entries = world.log.len();
    let Reply::Stopped(report) = world.run(Command::RevokeAgent(CHILD)) else { panic!() };
    assert_eq!(world.log.len(), entries + 1);
    assert_eq!(report.canceled, vec![first, second]);
    assert_eq!(report.credentials, vec![mine]);
    let Event::AgentRevoked { descendants, .. } = &world.log.last().unwrap().event else {
        panic!()
    };
    assert_eq!(*descendants, vec![GRANDCHILD]);
    assert_eq!(world.refusal(of(GRANDCHILD, request(4, "1"))), Refusal::AgentRevoked);
    assert!(world.state.credential(mine).unwrap().revoked);
    assert!(!world.state.credential(others).unwrap().revoked);
    assert_eq!(world.status(left), &PaymentStatus::Approved);
    assert_eq!(world.state.children(AGENT).map(|agent| agent.id).collect::<Vec<_>>(), vec![OTHER]);
    world.assert_replays();
    // An entry that left one behind was not written by this engine.
    let mut world = three();
    let event = Event::AgentRevoked {
        agent: CHILD,
        canceled: Vec::new(),
        credentials: Vec::new(),
        descendants: Vec::new(),
    };
    assert!(world.applies(event).is_err());
    let event = Event::AgentPaused { agent: CHILD, canceled: Vec::new() };
    assert!(world.clone().applies(event.clone()).is_ok());
    world.reserved(of(GRANDCHILD, request(1, "3")));
    assert!(world.applies(event).is_err(), "a payment of the subtree would be left");
}

#[test]
fn a_subtree_with_a_thousand_payments_waiting_is_revoked_in_one_entry() {
    let review =
        AgentPolicy { review_above: Some(dec("0.5")), rate_limit_per_minute: 6000, ..wide() };
    let mut world = World::new(review.clone());
    world.sub(AGENT, OTHER, review.clone(), daily("1"));
    let mut agents = vec![AGENT];
    let held = ["10000", "3000", "3000", "1000", "1000", "1000", "1000", "300", "300"];
    for (n, held) in (100..).zip(held) {
        let agent = AgentId::from_random(n);
        world.sub(agents[agents.len() / 2], agent, review.clone(), daily(held));
        agents.push(agent);
    }
    let asked: Vec<_> = (0..1000_u32)
        .map(|n| {
            world.wait(20);
            let agent = agents[usize::try_from(n).unwrap() % agents.len()];
            world.reserved(of(agent, request(u128::from(n), "1")))
        })
        .collect();
    let left = world.reserved(of(OTHER, request(2000, "1")));
    let entries = world.log.len();
    let first = agents[1];
    let mine = |payment: &&PaymentId| {
        let agent = world.state.payment(**payment).unwrap().agent();
        world.state.chain(agent).any(|above| above.id == first)
    };
    let expected: Vec<_> = asked.iter().filter(mine).copied().collect();
    let Reply::Stopped(report) = world.run(Command::RevokeAgent(first)) else { panic!() };
    assert_eq!(world.log.len(), entries + 1);
    assert!(report.canceled == expected && expected.len() == 900, "{}", expected.len());
    assert_eq!(used(&world, AGENT, |kind| *kind == BudgetKind::Daily).1, "101");
    let Reply::Stopped(report) = world.run(Command::RevokeAgent(AGENT)) else { panic!() };
    assert_eq!(report.canceled.len(), 101);
    assert!(report.canceled.contains(&left));
    assert_eq!(world.state.open_payments().count(), 0);
    assert_eq!(used(&world, AGENT, |kind| *kind == BudgetKind::Daily).1, "0");
    world.assert_replays();
}

#[test]
fn an_attempt_counts_against_the_rate_of_every_agent_above() {
    let mut world = three();
    let policy = AgentPolicy { rate_limit_per_minute: 3, ..wide() };
    set_policy(&mut world, AGENT, policy);
    world.wait(MINUTE);
    world.reserved(of(GRANDCHILD, request(1, "1")));
    world.reserved(of(CHILD, request(2, "1")));
    assert_eq!(world.refusal(of(CHILD, request(3, "999999"))).code(), "per_transaction_cap");
    for agent in [GRANDCHILD, CHILD, AGENT] {
        let refusal = world.refusal(of(agent, request(4, "1")));
        assert_eq!(refusal, Refusal::RateLimited { limit: 3, retry_after_s: 60 });
    }
    world.wait(MINUTE);
    world.reserved(of(GRANDCHILD, request(5, "1")));
}

#[test]
fn the_scope_of_every_agent_above_holds() {
    let mut world = three();
    let blocked = PayeeKey::new("host:shop.example").unwrap();
    let policy = AgentPolicy { blocked_payees: vec![blocked], ..wide() };
    set_policy(&mut world, AGENT, policy);
    assert_eq!(world.refusal(of(GRANDCHILD, request(1, "1"))), Refusal::PayeeBlocked);
    let other = SpendRequest { payee: payee("other.example"), ..request(2, "1") };
    world.reserved(of(GRANDCHILD, other));
    let policy = AgentPolicy { allowed_rails: vec![RailId::X402], ..wide() };
    set_policy(&mut world, CHILD, policy);
    let other = SpendRequest { payee: payee("other.example"), ..request(4, "1") };
    assert_eq!(world.refusal(of(GRANDCHILD, other)).code(), "rail_not_allowed");
}

#[test]
fn the_tier_is_the_highest_of_the_chain() {
    let mut world = three();
    let review = AgentPolicy { review_above: Some(dec("5")), ..wide() };
    set_policy(&mut world, AGENT, review);
    let above = world.reserved(of(GRANDCHILD, request(1, "5.01")));
    let reservation = &world.state.payment(above).unwrap().reservation;
    assert_eq!(reservation.tier, Tier::SingleApprover);
    assert_eq!(reservation.rules, vec!["review_above".to_owned()]);
    let at_it = world.reserved(of(GRANDCHILD, request(2, "5")));
    assert_eq!(world.state.payment(at_it).unwrap().reservation.tier, Tier::Autonomous);
}

#[test]
fn the_caps_and_envelopes_of_every_agent_above_hold() {
    let mut world = three();
    let json = r#"{"per_transaction":"20","per_session":"25","daily":"40","spending_limits":[
        {"amount":"30","interval":"weekly","categories":["books"]},
        {"amount":"1","interval":"session"}]}"#;
    set_policy(&mut world, CHILD, policy(json));
    let over = |ancestor, budget: &str, limit: &str, observed: &str| Refusal::AncestorLimit {
        ancestor,
        budget: budget.to_owned(),
        limit: dec(limit),
        observed: dec(observed),
    };
    let books = |n, amount| SpendRequest {
        category: Some(Category::new("books").unwrap()),
        ..of(GRANDCHILD, request(n, amount))
    };
    let refusal = world.refusal(of(GRANDCHILD, request(1, "20.5")));
    assert_eq!(refusal, over(CHILD, "per payment", "20", "20.5"));
    world.reserved(books(2, "20"));
    let refusal = world.refusal(books(3, "11"));
    assert_eq!(refusal, over(CHILD, "weekly, books", "30", "31"));
    world.reserved(of(GRANDCHILD, request(4, "15")));
    let refusal = world.refusal(of(GRANDCHILD, request(5, "6")));
    assert_eq!(refusal, over(CHILD, "daily", "40", "41"));
    world.reserved(of(GRANDCHILD, request(6, "5")));
    world.assert_replays();
}

#[test]
fn an_allocation_holds_for_its_agent_and_all_below() {
    let mut world = three();
    let refusal = world.refusal(of(GRANDCHILD, request(1, "501")));
    let over = |holder, limit: &str, observed: &str| Refusal::AllocationLimit {
        holder,
        limit: dec(limit),
        observed: dec(observed),
    };
    assert_eq!(refusal, over(GRANDCHILD, "500", "501"));
    // What the sub-agent may still use is held back from its parent, and what it used with it.
    let refusal = world.refusal(of(CHILD, request(2, "501")));
    assert_eq!(refusal, over(CHILD, "1000", "1001"));
    world.reserved(of(GRANDCHILD, request(3, "200")));
    let refusal = world.refusal(of(CHILD, request(4, "501")));
    assert_eq!(refusal, over(CHILD, "1000", "1001"));
    world.reserved(of(CHILD, request(5, "500")));
    world.reserved(of(GRANDCHILD, request(6, "300")));
    let lines = world.state.budgets(CHILD, at(world.now));
    let line = lines.iter().find(|line| matches!(line.kind, BudgetKind::Allocation { .. }));
    assert_eq!(line.unwrap().remaining(), dec("0"));
    world.assert_replays();
}

#[test]
fn the_day_of_an_owners_agent_is_held_for_its_sub_agents() {
    let policy = AgentPolicy { daily: dec("100"), ..wide() };
    let mut world = World::new(policy.clone());
    world.sub(AGENT, CHILD, policy, daily("60"));
    world.reserved(of(CHILD, request(1, "20")));
    let refusal = world.refusal(request(2, "40.01"));
    let (limit, observed) = (dec("100"), dec("100.01"));
    assert_eq!(refusal, Refusal::AllocationLimit { holder: AGENT, limit, observed });
    let lines = world.state.budgets(AGENT, at(world.now));
    let line = lines.iter().find(|line| line.kind == BudgetKind::Daily).unwrap();
    assert_eq!((line.reserved, line.held, line.remaining()), (dec("20"), dec("40"), dec("40")));
    world.reserved(request(3, "40"));
    world.reserved(of(CHILD, request(4, "40")));
}
