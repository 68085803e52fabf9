//! What explaining a decision tells, and how a log that nobody decided so is found out.

use super::support::*;
use crate::explain::*;
use crate::{SpendReply, State};
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(20);

/// The state before an entry of a log.
fn before(log: &[Entry], seq: usize) -> State {
    let mut state = State::default();
    log[..seq].iter().for_each(|entry| state.apply(entry).unwrap());
    state
}

fn last_of(world: &World, kind: &str) -> Explained {
    let seq = world.log.iter().rposition(|entry| entry.event.kind() == kind).unwrap();
    explain_entry(&before(&world.log, seq), &world.log[seq], None).unwrap()
}

/// Limit, used before, held for sub-agents, added by the request, and all together.
fn numbers(step: &Step) -> [String; 5] {
    let Compared { limit, used, held, adds, observed } = step.compared.as_ref().unwrap();
    [limit, used, held, adds, observed].map(ToString::to_string)
}

fn step(explained: &Explained, check: Check, agent: AgentId) -> &Step {
    let whose = Whose::Agent { agent };
    let found = explained.steps.iter().find(|step| step.check == check && step.whose == whose);
    found.unwrap_or_else(|| panic!("no {check:?} of {agent} in {:#?}", explained.steps))
}

#[test]
fn each_step_tells_the_limit_and_what_was_used_before() {
    let mut world = World::new(policy(
        r#"{"per_transaction":"80","per_session":"150","daily":"200","rate_limit_per_minute":7,
            "review_above":"70",
            "spending_limits":[{"amount":"120","interval":"weekly"}]}"#,
    ));
    world.pay("25");
    world.reserve("15.50");
    world.reserve("60");
    let told = last_of(&world, "spend_reserved");
    let of = |check| numbers(step(&told, check, AGENT));
    assert_eq!(of(Check::RateLimit), ["7", "2", "0", "1", "3"]);
    assert_eq!(of(Check::PerTransaction), ["80", "0", "0", "60", "60"]);
    assert_eq!(of(Check::SessionCap), ["150", "40.5", "0", "60", "100.5"]);
    assert_eq!(of(Check::DailyCap), ["200", "40.5", "0", "60", "100.5"]);
    assert_eq!(of(Check::Envelope), ["120", "40.5", "0", "60", "100.5"]);
    assert_eq!(of(Check::ReviewAbove), ["70", "0", "0", "60", "60"]);
    assert_eq!(step(&told, Check::Envelope, AGENT).name, "weekly");
    assert_eq!(step(&told, Check::Signals, AGENT).name, "");
    // Of the daily cap of 200 the usual is 40 a day; five times that is 200.
    assert_eq!(of(Check::SpendRate), ["200", "40.5", "0", "60", "100.5"]);
    assert_eq!(step(&told, Check::Reserve, AGENT).name, "tier_enveloped 60");
    assert_eq!(told.agreement, Agreement::Same);

    let request = world.fresh("20");
    world.refusal(request);
    let told = last_of(&world, "spend_refused");
    let last = told.steps.last().unwrap();
    assert_eq!(numbers(last), ["120", "100.5", "0", "20", "120.5"]);
    assert_eq!((last.step, last.check), (7, Check::Envelope));
    assert_eq!(last.refusal().unwrap().code(), "envelope_limit");
    assert!(told.steps.iter().all(|step| step.step <= 7), "what comes after was not climbed");
    world.assert_replays();
}

#[test]
fn the_budgets_above_are_told_with_what_they_hold_for_sub_agents() {
    let mut world = World::new(wide());
    let allocation = |amount: &str| Allocation {
        amount: dec(amount),
        interval: Interval::Daily,
        window: Window::Calendar,
    };
    world.sub(AGENT, CHILD, wide(), allocation("100"));
    world.sub(AGENT, OTHER, wide(), allocation("40"));
    let pay = |n, amount: &str| SpendRequest { agent: CHILD, ..request(n, amount) };
    world.reserved(pay(1, "30"));
    world.reserved(pay(2, "20"));
    let told = last_of(&world, "spend_reserved");
    let own = step(&told, Check::Allocation, CHILD);
    assert_eq!(numbers(own), ["100", "30", "0", "20", "50"]);
    // After it 50 of the child's 100 are left to it, and all 40 of the other's.
    let above = step(&told, Check::Allocation, AGENT);
    assert_eq!(numbers(above), ["1000000", "30", "90", "20", "140"]);
    assert_eq!((own.step, above.step), (8, 8));
    let day = step(&told, Check::DailyCap, AGENT);
    assert_eq!(numbers(day), ["1000000", "30", "0", "20", "50"]);
    assert_eq!(day.step, 8, "of an agent above it is step 8");
    world.refusal(pay(3, "50.01"));
    let told = last_of(&world, "spend_refused");
    assert_eq!(numbers(told.steps.last().unwrap()), ["100", "50", "0", "50.01", "100.01"]);
    world.assert_replays();
}

#[test]
fn asking_a_person_tells_which_step_asked() {
    let json = r#"{"per_transaction":"900","per_session":"2000","daily":"2000",
        "review_above":"50","conditions":[{"name":"night","unit_price_above":"300"}],
        "payee_rules":[{"payee":"host:shop.example","up_to":"100"}]}"#;
    let mut world = World::new(policy(json));
    world.reserve("40");
    let told = last_of(&world, "spend_reserved");
    assert!(told.steps.iter().all(|step| step.result != StepResult::Asks));
    world.reserve("310");
    let told = last_of(&world, "spend_reserved");
    let asks = told.steps.iter().filter(|step| step.result == StepResult::Asks);
    let asks: Vec<_> = asks.map(|step| (step.step, step.check)).collect();
    let expected = [(5, Check::Condition), (11, Check::ReviewAbove), (12, Check::Reserve)];
    assert_eq!(asks, expected);
    assert_eq!(step(&told, Check::Condition, AGENT).name, "night");
    world.reserve("80");
    let told = last_of(&world, "spend_reserved");
    step(&told, Check::PayeeRule, AGENT);
    assert!(told.steps.iter().all(|step| step.result != StepResult::Asks), "a trusted payee");
    world.assert_replays();
}

#[test]
fn the_credential_that_came_with_a_request_is_judged_again_as_it_was_shown() {
    let mut world = World::new(wide());
    world.issue(false);
    let payees = vec![PayeeKey::new("host:else.example").unwrap()];
    let narrow = Scope { payees, per_transaction: Some(dec("5")), ..Scope::default() };
    let shown = |scope: &Scope| Some(Presented { scope: scope.clone(), ..presented() });
    let request = world.fresh("4");
    refused(world.ask_with(request, shown(&narrow)));
    let told = last_of(&world, "spend_refused");
    let last = told.steps.last().unwrap();
    assert_eq!((last.check, last.name.as_str()), (Check::Payee, "host:shop.example"));
    assert_eq!(last.whose, Whose::Credential { credential: CREDENTIAL });
    assert_eq!((&told.agreement, told.notes.as_slice()), (&Agreement::Same, [].as_slice()));

    let request = world.fresh("6");
    let capped = Scope { payees: Vec::new(), ..narrow };
    refused(world.ask_with(request, shown(&capped)));
    let told = last_of(&world, "spend_refused");
    assert_eq!(numbers(told.steps.last().unwrap()), ["5", "0", "0", "6", "6"]);
    let stranger = CredentialId::from_random(99);
    let stranger = Presented { credential: stranger, ..presented() };
    let request = world.fresh("6");
    refused(world.ask_with(request, Some(stranger)));
    let told = last_of(&world, "spend_refused");
    assert_eq!(told.steps.len(), 1);
    assert_eq!(told.steps[0].refusal(), Some(&Refusal::CredentialUnknown));
    world.assert_replays();
}

#[test]
fn a_repeat_is_explained_by_the_first_request() {
    let mut world = World::new(wide());
    world.reserve("4");
    let again = request(world.last_payment, "4");
    let again = SpendRequest { payment: payment(999), ..again };
    assert!(matches!(world.ask(again), SpendReply::Repeated { .. }));
    let told = last_of(&world, "spend_repeated");
    assert_eq!(told.steps.last().unwrap().result, StepResult::Repeats);
    assert_eq!(told.notes, [Note::NoCredential, Note::FirstRequest]);
    assert_eq!(told.agreement, Agreement::Same);
    world.assert_replays();
}

#[test]
fn what_the_log_does_not_hold_is_said_and_not_made_up() {
    // A log of before the log kept credentials.
    let mut world = World::new(wide());
    world.issue(false);
    let scope = Scope { per_transaction: Some(dec("5")), ..Scope::default() };
    let request = world.fresh("6");
    refused(world.ask_with(request, Some(Presented { scope, ..presented() })));
    let mut log = world.log.clone();
    let Event::SpendRefused { presented, .. } = &mut log.last_mut().unwrap().event else {
        panic!("not refused")
    };
    *presented = None;
    let seq = log.len() - 1;
    let told = explain_entry(&before(&log, seq), &log[seq], None).unwrap();
    assert_eq!(told.agreement, Agreement::Unknown);
    assert_eq!(told.notes, [Note::NoCredential]);
    assert_eq!(findings(&log), []);

    // What an agent asked beside payments.
    let mut world = World::new(wide());
    let whole =
        Allocation { amount: dec("1000001"), interval: Interval::Daily, window: Window::Calendar };
    world.run(delegate(AGENT, draft(CHILD, "Child", wide()), whole));
    let told = last_of(&world, "agent_ask_refused");
    assert_eq!(told.notes, [Note::AskNotKept]);
    assert_eq!(told.verdict.code.as_deref(), Some("allocation_limit"));
    let checks: Vec<_> = told.steps.iter().map(|step| step.check).collect();
    assert_eq!(checks, [Check::Credential, Check::Standing, Check::RateLimit]);
    assert!(
        explain_entry(&State::default(), &world.log[0], None).is_none(),
        "no decision on an agent"
    );
}

#[test]
fn attempts_that_were_counted_together_and_errors_are_told_as_such() {
    let mut world = World::new(wide());
    let refusal = Refusal::RateLimited { limit: 6, retry_after_s: 9 };
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 3 });
    let told = last_of(&world, "attempts_refused");
    assert_eq!((told.notes, told.steps), (vec![Note::CountedTogether], vec![]));
    assert_eq!(told.agreement, Agreement::Unknown);
    let nothing = explain(&State::default(), &request(1, "5"), None, at(NOON));
    let step = "wallet_absent".to_owned();
    assert_eq!(nothing.reply, SpendReply::Refused(Refusal::Internal { step: step.clone() }));
    assert_eq!((nothing.steps[0].check, &nothing.steps[0].name), (Check::Internal, &step));
}

/// All that judging a log finds.
fn findings(log: &[Entry]) -> Vec<Finding> {
    let mut judge = Judge::default();
    let judged = log.iter().map(|entry| judge.add(entry).unwrap());
    let found = judged.filter_map(|judged| match judged {
        Judgement::Differs(finding) => Some(finding),
        Judgement::Same | Judgement::Unknown => None,
    });
    found.collect()
}

#[test]
fn an_entry_that_nobody_decided_is_named() {
    let mut world = World::new(policy(r#"{"daily":"100","per_session":"100"}"#));
    world.pay("40");
    let big = world.fresh("70");
    world.refusal(big);
    world.pay("5");
    assert_eq!(findings(&world.log), []);
    let seq = world.log.iter().position(|entry| entry.event.kind() == "spend_refused").unwrap();

    // Whoever holds the keys makes a payment of what was refused.
    let mut log = world.log.clone();
    let Event::SpendRefused { request, .. } = log[seq].event.clone() else { panic!("refused") };
    let worth = Some(request.amount.amount());
    let owner = Label::new("owner").unwrap();
    let charged_to = vec![CostShare { cost_center: owner, amount: dec("70") }];
    let reservation = Box::new(Reservation {
        request,
        worth,
        tier: Tier::Enveloped,
        rules: vec!["tier_enveloped".to_owned()],
        signals: Vec::new(),
        charged_to,
        approval: None,
        presented: None,
    });
    log[seq].event = Event::SpendReserved { reservation };
    let found = findings(&log);
    assert_eq!(found[0].seq, seq as u64);
    let words = found[0].to_string();
    assert!(words.contains("says `spend_reserved` (70.00 USD, tier_enveloped)"), "{words}");
    assert!(words.contains("per_transaction_cap, limit 50, observed 70"), "{words}");
    let told = explain_entry(&before(&log, seq), &log[seq], None).unwrap();
    assert!(matches!(told.agreement, Agreement::Differs { .. }), "{told:?}");

    // Or changes who must approve, or the reason.
    let mut log = world.log.clone();
    let Event::SpendReserved { reservation } = &mut log[2].event else { panic!("reserved") };
    reservation.charged_to[0].cost_center = Label::new("else").unwrap();
    let words = findings(&log)[0].to_string();
    assert!(words.contains("reservation.charged_to"), "{words}");
    let mut log = world.log.clone();
    let Event::SpendRefused { refusal, .. } = &mut log[seq].event else { panic!("refused") };
    *refusal = Refusal::PayeeBlocked;
    assert_eq!(findings(&log)[0].seq, seq as u64);
}

#[test]
fn what_follows_from_a_decision_must_follow_and_nothing_else() {
    let mut world = World::new(policy(r#"{"daily":"100","per_session":"100"}"#));
    world.reserve("45");
    world.reserve("40");
    let told = world.log.iter().rposition(|entry| entry.event.kind() == "budget_reached").unwrap();
    world.reserve("1");
    assert_eq!(findings(&world.log), []);
    let without: Vec<Entry> = (0..)
        .zip(world.log.iter().enumerate().filter(|(n, _)| *n != told))
        .map(|(seq, (_, entry))| Entry { seq, ..entry.clone() })
        .collect();
    let found = findings(&without);
    assert_eq!(found[0].seq, told as u64);
    assert_eq!(found[0].again, "`budget_reached`");
    let mut twice = world.log.clone();
    let last = Entry { seq: twice.len() as u64, ..world.log[told].clone() };
    twice.push(Entry { at_ms: at(world.now), ..last });
    let found = findings(&twice);
    assert_eq!(found[0].seq, twice.len() as u64 - 1);
    assert!(found[0].again.contains("no entry before it"), "{found:?}");
}

#[test]
fn what_deciding_would_have_said_instead_is_told() {
    let added = |world: &World, event: Event| {
        let mut log = world.log.clone();
        let seq = log.len() as u64;
        log.push(Entry { seq, at_ms: at(world.now), clock_ms: None, event });
        let found = findings(&log);
        assert_eq!(found[0].seq, seq);
        found[0].again.clone()
    };
    let mut world = World::new(wide());
    let policy = AgentPolicy { daily: dec("0"), ..wide() };
    let never = added(&world, Event::AgentPolicySet { agent: AGENT, policy });
    assert!(never.starts_with("an error: ") && never.contains("daily"), "{never}");
    world.run(Command::PauseAgent(AGENT));
    for _ in 0..10 {
        let request = world.fresh("5");
        world.ask(request);
    }
    let eleventh = world.log.last().unwrap().event.clone();
    let counted = added(&world, eleventh);
    assert_eq!(counted, "counted with others, not logged by itself");
    // A refusal by a credential that the log holds is judged by it.
    let mut other = World::new(wide());
    other.issue(false);
    let scope = Scope { per_transaction: Some(dec("5")), ..Scope::default() };
    let request = other.fresh("6");
    refused(other.ask_with(request, Some(Presented { scope, ..presented() })));
    let Event::SpendRefused { refusal, .. } = &mut other.log.last_mut().unwrap().event else {
        panic!("not refused")
    };
    *refusal = Refusal::CredentialRevoked;
    assert_eq!(findings(&other.log).len(), 1);
    let mut judge = Judge::default();
    world.log.iter().for_each(|entry| assert_eq!(judge.add(entry), Ok(Judgement::Same)));
    assert!(judge.into_state() == world.state);
}

#[test]
fn the_step_of_the_signals_tells_whether_they_asked() {
    for (effect, result) in [
        (SignalEffect::Note, StepResult::Passed),
        (SignalEffect::Review, StepResult::Asks),
        (SignalEffect::MultiParty, StepResult::Asks),
    ] {
        let signals = [(SignalCode::NewPayee, effect)].into_iter().collect();
        let mut world = World::new(AgentPolicy { signals, ..wide() });
        world.reserve("5");
        let told = last_of(&world, "spend_reserved");
        let step = step(&told, Check::Signals, AGENT);
        assert_eq!((step.name.as_str(), &step.result), ("new_payee", &result), "{effect:?}");
    }
}

#[test]
fn each_list_and_limit_that_is_there_is_a_step_with_what_it_looked_at_and_no_other_is() {
    let lists = r#"{"per_transaction":"100","blocked_payees":["host:bad.example"],
        "blocked_categories":["weapons"],"allowed_rails":["sandbox"],
        "allowed_actions":["purchase"],"allowed_currencies":["USD"]}"#;
    let mut world = World::new(policy(lists));
    world.issue(false);
    let task = Label::new("trip").unwrap();
    let scope = Scope {
        tasks: vec![task.clone()],
        not_before: Some(at(NOON - HOUR)),
        per_transaction: Some(dec("50")),
        ..Scope::default()
    };
    let request = |n| SpendRequest {
        category: Some(Category::new("books").unwrap()),
        task: Some(Task { id: task.clone(), text: claim("a trip"), origin: TaskOrigin::Agent }),
        ..request(n, "4")
    };
    world.ask_with(request(1), Some(Presented { scope, ..presented() }));
    let (agent, credential) =
        (Whose::Agent { agent: AGENT }, Whose::Credential { credential: CREDENTIAL });
    let lists = [
        (Check::Payee, agent, "host:shop.example"),
        (Check::Category, agent, "books"),
        (Check::Rail, agent, "sandbox"),
        (Check::Action, agent, "purchase"),
        (Check::Currency, agent, "USD"),
    ];
    let shown = [
        (Check::Task, credential, "trip"),
        (Check::Hours, credential, ""),
        (Check::CredentialCap, credential, ""),
    ];
    assert_eq!(
        scope_steps(&last_of(&world, "spend_reserved")),
        owned(&[&lists[..], &shown].concat())
    );
    // A window may have an end alone, too.
    let scope = Scope { not_after: Some(at(NOON + HOUR)), ..Scope::default() };
    world.ask_with(request(2), Some(Presented { scope, ..presented() }));
    let told = last_of(&world, "spend_reserved");
    assert_eq!(scope_steps(&told), owned(&[&lists[..], &shown[1..2]].concat()));
    let mut world = World::new(wide());
    world.ask(request(3));
    assert_eq!(scope_steps(&last_of(&world, "spend_reserved")), []);
}

fn scope_steps(told: &Explained) -> Vec<(Check, Whose, String)> {
    let steps = told.steps.iter().filter(|step| step.step == 5);
    steps.map(|step| (step.check, step.whose, step.name.clone())).collect()
}

fn owned(steps: &[(Check, Whose, &str)]) -> Vec<(Check, Whose, String)> {
    steps.iter().map(|(check, whose, name)| (*check, *whose, (*name).to_owned())).collect()
}
