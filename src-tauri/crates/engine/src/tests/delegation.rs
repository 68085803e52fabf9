//! Handing on a budget, changing it and taking it back: by the parent, by the owner, and what is
//! refused.

use super::support::*;
use crate::{BudgetKind, CommandError, Reply};
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(20);

fn allocation(amount: &str, interval: Interval) -> Allocation {
    Allocation { amount: dec(amount), interval, window: Window::Calendar }
}

fn daily(amount: &str) -> Allocation {
    allocation(amount, Interval::Daily)
}

fn of(agent: AgentId, request: SpendRequest) -> SpendRequest {
    SpendRequest { agent, ..request }
}

/// An agent of the owner's with a day of 100.
fn world() -> World {
    World::new(AgentPolicy { daily: dec("100"), ..wide() })
}

fn child() -> AgentDraft {
    draft(CHILD, "Child", AgentPolicy { daily: dec("100"), ..wide() })
}

/// The agent's own credential, with the life that it is issued with.
fn own() -> Presented {
    Presented { expires_at: at(NOON + HOUR), ..presented() }
}

fn set(allocation: Option<Allocation>, parent: Option<AgentId>) -> Command {
    let by = parent.map(|parent| (parent, None));
    Command::SetAllocation { agent: CHILD, by, allocation }
}

/// The refusal of what an agent asks beside spending, and that it is an entry.
fn no(world: &mut World, command: Command) -> Refusal {
    let entries = world.log.len();
    let Reply::Refused(refusal) = world.run(command) else { panic!("not refused") };
    assert_eq!(world.log.len(), entries + 1);
    let event = &world.log.last().unwrap().event;
    assert!(
        matches!(event, Event::AgentAskRefused { refusal: logged, .. } if *logged == refusal),
        "{event:?}"
    );
    refusal
}

fn held(world: &World, agent: AgentId) -> (String, String) {
    let lines = world.state.budgets(agent, at(world.now));
    let mut lines = lines.into_iter();
    let line = lines.find(|line| matches!(line.kind, BudgetKind::Allocation { .. })).unwrap();
    (line.limit.to_string(), line.remaining().to_string())
}

fn over(holder: AgentId, limit: &str, observed: &str) -> Refusal {
    Refusal::AllocationLimit { holder, limit: dec(limit), observed: dec(observed) }
}

#[test]
fn a_sub_agent_gets_part_of_its_parents_budget() {
    let mut world = world();
    world.done(delegate(AGENT, child(), daily("60")));
    let found = world.state.agent(CHILD).unwrap();
    assert_eq!((found.parent, found.allocation.clone()), (Some(AGENT), Some(daily("60"))));
    world.reserved(of(CHILD, request(1, "60")));
    assert_eq!(world.refusal(of(CHILD, request(2, "1"))), over(CHILD, "60", "61"));
    world.wait(DAY);
    assert_eq!(held(&world, CHILD), ("60".to_owned(), "60".to_owned()));
    world.reserved(of(CHILD, request(3, "60")));
    world.assert_replays();
}

#[test]
fn what_is_handed_on_is_never_more_than_what_is_left() {
    let mut world = world();
    world.reserve("15");
    assert_eq!(
        no(&mut world, delegate(AGENT, child(), daily("85.01"))),
        over(AGENT, "100", "100.01")
    );
    world.done(delegate(AGENT, child(), daily("50")));
    world.reserved(of(CHILD, request(1, "20")));
    let other = draft(OTHER, "Other", child().policy);
    let refusal = no(&mut world, delegate(AGENT, other.clone(), daily("35.5")));
    assert_eq!(refusal, over(AGENT, "100", "100.5"));
    world.done(delegate(AGENT, other, daily("35")));
    assert_eq!(world.refusal(request(2, "0.01")), over(AGENT, "100", "100.01"));
    // A sub-agent hands on what it holds itself.
    let grandchild = draft(AgentId::from_random(30), "Third", child().policy);
    let refusal = no(&mut world, delegate(CHILD, grandchild.clone(), daily("30.1")));
    assert_eq!(refusal, over(CHILD, "50", "50.1"));
    world.done(delegate(CHILD, grandchild, daily("30")));
    world.assert_replays();
}

#[test]
fn a_parent_raises_lowers_and_takes_back() {
    let mut world = world();
    world.done(delegate(AGENT, child(), daily("50")));
    world.reserved(of(CHILD, request(1, "20")));
    assert_eq!(no(&mut world, set(Some(daily("100.5")), Some(AGENT))), over(AGENT, "100", "100.5"));
    world.done(set(Some(daily("100")), Some(AGENT)));
    assert_eq!(world.refusal(request(2, "1")), over(AGENT, "100", "101"));
    world.done(set(Some(daily("10")), Some(AGENT)));
    assert_eq!(held(&world, CHILD), ("10".to_owned(), "0".to_owned()));
    assert_eq!(world.refusal(of(CHILD, request(3, "1"))), over(CHILD, "10", "21"));
    let set = world.log.iter().filter_map(|entry| match &entry.event {
        Event::AllocationSet { by, .. } => Some(*by),
        _ => None,
    });
    assert_eq!(set.collect::<Vec<_>>(), vec![Some(AGENT), Some(AGENT)]);
    world.assert_replays();
}

#[test]
fn what_was_taken_back_returns_at_once_and_reservations_stay_counted() {
    let mut world = world();
    let review = AgentPolicy { review_above: Some(dec("10")), ..child().policy };
    world.done(delegate(AGENT, AgentDraft { policy: review, ..child() }, daily("80")));
    let waiting = world.reserved(of(CHILD, request(1, "30")));
    let flying = world.reserved(of(CHILD, request(2, "5")));
    world.submit(flying);
    assert_eq!(world.refusal(request(3, "21")), over(AGENT, "100", "101"));
    world.done(set(None, Some(AGENT)));
    assert_eq!(world.refusal(of(CHILD, request(4, "1"))), Refusal::AllocationTakenBack);
    assert_eq!(world.refusal(request(5, "66")).code(), "daily_cap");
    world.reserved(request(6, "65"));
    // What was reserved before may still be paid, and gives back what it did not need.
    world.approve(waiting);
    world.submit(waiting);
    world.succeed(waiting, "25");
    world.succeed(flying, "5");
    world.reserved(request(7, "5"));
    // What it used is not forgotten when it holds something again.
    assert_eq!(world.error(set(Some(daily("31")), None)), CommandError::NoRoom);
    world.done(set(Some(daily("30")), None));
    assert_eq!(held(&world, CHILD), ("30".to_owned(), "0".to_owned()));
    world.assert_replays();
}

#[test]
fn another_window_counts_what_was_used_in_it() {
    let mut world = world();
    world.done(delegate(AGENT, child(), daily("50")));
    world.reserved(of(CHILD, request(1, "50")));
    world.wait(DAY);
    world.reserved(of(CHILD, request(2, "10")));
    // 60 in the week: of 110 another 50 might be used today, beside the 10 that were.
    let weekly = allocation("110", Interval::Weekly);
    world.done(set(Some(weekly), Some(AGENT)));
    assert_eq!(held(&world, CHILD), ("110".to_owned(), "50".to_owned()));
    assert_eq!(world.refusal(request(3, "40.5")), over(AGENT, "100", "100.5"));
    let more = allocation("151", Interval::Weekly);
    assert_eq!(no(&mut world, set(Some(more), Some(AGENT))), over(AGENT, "100", "101"));
    let ever = allocation("150", Interval::AllTime);
    world.done(set(Some(ever), None));
    assert_eq!(held(&world, CHILD), ("150".to_owned(), "90".to_owned()));
    world.assert_replays();
}

#[test]
fn with_another_window_than_its_parents_a_sub_agent_can_be_held_back_by_it() {
    let mut world = world();
    world.done(delegate(AGENT, child(), allocation("100", Interval::Weekly)));
    world.reserved(of(CHILD, request(1, "40")));
    world.done(set(None, Some(AGENT)));
    world.reserved(request(2, "60"));
    assert_eq!(
        world.error(set(Some(allocation("41", Interval::Weekly)), None)),
        CommandError::NoRoom
    );
    world.wait(DAY);
    // A new day for the parent: the week of the sub-agent has 60 left of 100.
    world.done(set(Some(allocation("100", Interval::Weekly)), None));
    world.reserved(request(3, "40"));
    world.reserved(of(CHILD, request(4, "60")));
    assert_eq!(world.refusal(request(5, "1")).code(), "daily_cap");
    world.assert_replays();
}

#[test]
fn only_who_stands_and_may_delegate_does() {
    let mut world = world();
    world.issue(false);
    let shown = |proof| Some(Presented { proof, ..presented() });
    let ask = |presented| {
        let draft = child();
        let allocation = daily("10");
        Command::Delegate(Box::new(Delegation { parent: AGENT, presented, draft, allocation }))
    };
    let stranger = Presented { credential: CredentialId::from_random(99), ..presented() };
    assert_eq!(no(&mut world, ask(Some(stranger))), Refusal::CredentialUnknown);
    assert_eq!(no(&mut world, ask(shown(HolderProof::Bearer))), Refusal::HolderProofMissing);
    let nobody = delegate(OTHER, child(), daily("10"));
    assert_eq!(no(&mut world, nobody), Refusal::AgentUnknown);
    world.run(Command::PauseAgent(AGENT));
    assert_eq!(no(&mut world, ask(None)), Refusal::AgentPaused);
    world.done(Command::ResumeAgent(AGENT));
    world.done(ask(Some(own())));
    let policy = AgentPolicy { may_delegate: false, ..child().policy };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    let draft = draft(OTHER, "Other", child().policy);
    let again = delegate(AGENT, draft.clone(), daily("1"));
    assert_eq!(no(&mut world, again), Refusal::DelegationNotAllowed);
    let below = delegate(CHILD, draft, daily("1"));
    assert_eq!(no(&mut world, below), Refusal::DelegationNotAllowed, "nor anybody below it");
    assert_eq!(no(&mut world, set(Some(daily("11")), Some(AGENT))), Refusal::DelegationNotAllowed);
    world.done(set(Some(daily("9")), Some(AGENT)));
    world.done(set(None, Some(AGENT)));
    world.assert_replays();
}

#[test]
fn only_an_agents_own_credential_hands_on_its_budget() {
    let mut world = World::new(AgentPolicy { daily: dec("100"), allow_bearer: true, ..wide() });
    world.issue(true);
    let draft = || draft(OTHER, "Other", child().policy);
    let ask = |presented, draft, allocation| {
        let presented = Some(presented);
        Command::Delegate(Box::new(Delegation { parent: AGENT, presented, draft, allocation }))
    };
    let set = |presented, allocation| {
        let by = Some((AGENT, Some(presented)));
        Command::SetAllocation { agent: CHILD, by, allocation }
    };
    world.done(ask(own(), child(), daily("10")));
    let others = [
        ("for a while", Presented { expires_at: at(NOON + HOUR - 1), ..own() }),
        ("with another key", Presented { handed_over: true, ..own() }),
        ("without a key", Presented { proof: HolderProof::Bearer, ..own() }),
    ];
    for (how, shown) in others {
        let refusal = no(&mut world, ask(shown.clone(), draft(), daily("10")));
        assert_eq!(refusal, Refusal::OwnCredentialNeeded, "{how}");
        let refusal = no(&mut world, set(shown.clone(), Some(daily("11"))));
        assert_eq!(refusal, Refusal::OwnCredentialNeeded, "{how}");
        // To hand out less is always possible.
        world.done(set(shown.clone(), Some(daily("9"))));
        world.done(set(shown, None));
        world.done(set(own(), Some(daily("10"))));
        world.wait(MINUTE);
    }
    world.done(ask(own(), draft(), daily("10")));
    world.assert_replays();
}

#[test]
fn another_time_for_an_allocation_is_more_however_little_is_left_of_it_now() {
    let mut world = world();
    world.done(delegate(AGENT, child(), allocation("50", Interval::AllTime)));
    world.reserved(of(CHILD, request(1, "50")));
    let policy = AgentPolicy { may_delegate: false, ..child().policy };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: true });
    // Nothing is left of 50 today; tomorrow there would be 50, and each day after it.
    let refused = [
        daily("50"),
        daily("1"),
        allocation("50", Interval::Monthly),
        Allocation { window: Window::Rolling, ..daily("50") },
        allocation("50.01", Interval::AllTime),
    ];
    for more in refused {
        let refusal = no(&mut world, set(Some(more.clone()), Some(AGENT)));
        assert_eq!(refusal, Refusal::DelegationNotAllowed, "{more:?}");
    }
    world.done(set(Some(allocation("50", Interval::AllTime)), Some(AGENT)));
    world.done(set(Some(allocation("10", Interval::AllTime)), Some(AGENT)));
    world.done(set(None, Some(AGENT)));
    let again = set(Some(allocation("10", Interval::AllTime)), Some(AGENT));
    assert_eq!(no(&mut world, again), Refusal::DelegationNotAllowed, "after it was taken back");
    world.done(set(Some(allocation("50", Interval::AllTime)), None));
    world.assert_replays();
}

#[test]
fn what_an_agent_asks_counts_against_its_rate() {
    let policy = AgentPolicy {
        rate_limit_per_minute: 4,
        ..world().state.agent(AGENT).unwrap().policy.clone()
    };
    let mut world = World::new(policy.clone());
    let child = AgentDraft { policy, ..child() };
    assert_eq!(
        no(&mut world, delegate(AGENT, child.clone(), daily("101"))).code(),
        "allocation_limit"
    );
    world.done(delegate(AGENT, child, daily("10")));
    assert_eq!(no(&mut world, set(Some(daily("500")), Some(AGENT))).code(), "allocation_limit");
    world.done(set(None, Some(AGENT)));
    let limited = Refusal::RateLimited { limit: 4, retry_after_s: 60 };
    assert_eq!(no(&mut world, set(None, Some(AGENT))), limited);
    assert_eq!(world.refusal(request(1, "1")), limited);
    world.done(set(Some(daily("10")), None));
    world.wait(MINUTE);
    world.reserved(request(2, "1"));
}

#[test]
fn a_sub_agent_is_never_wider_than_its_parent() {
    let mut world = world();
    let wider = |field: &str| Refusal::WiderThanParent { field: field.to_owned() };
    let with = |policy: AgentPolicy| delegate(AGENT, AgentDraft { policy, ..child() }, daily("10"));
    let base = child().policy;
    let bearer = AgentPolicy { allow_bearer: true, ..base.clone() };
    assert_eq!(no(&mut world, with(bearer)), wider("allow_bearer"));
    let daily = AgentPolicy { daily: dec("100.01"), ..base.clone() };
    assert_eq!(no(&mut world, with(daily)), wider("daily"));
    world.done(with(AgentPolicy { daily: dec("50"), ..base.clone() }));
    // The owner may loosen it, up to what its parent may.
    let set = |policy, presence| Command::SetAgentPolicy { agent: CHILD, policy, presence };
    let field = "daily".to_owned();
    let too_much = AgentPolicy { daily: dec("101"), ..base.clone() };
    assert_eq!(world.error(set(too_much, true)), CommandError::WiderThanParent { field });
    let loosens = vec!["daily".to_owned()];
    assert_eq!(world.error(set(base.clone(), false)), CommandError::PresenceNeeded { loosens });
    world.done(set(base.clone(), true));
    // It may tighten it always, also when the parent's has become tighter still.
    let policy = AgentPolicy { daily: dec("10"), ..base.clone() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
    world.done(set(AgentPolicy { daily: dec("60"), ..base.clone() }, false));
    let up = AgentPolicy { daily: dec("61"), ..base };
    let field = "daily".to_owned();
    assert_eq!(world.error(set(up, true)), CommandError::WiderThanParent { field });
}

#[test]
fn a_narrowed_credential_makes_no_wider_agent() {
    let mut world = world();
    world.issue(false);
    let shop = PayeeKey::new("host:shop.example").unwrap();
    let ask = |scope: Scope, policy: AgentPolicy| {
        let presented = Some(Presented { scope, ..own() });
        let (draft, allocation) = (AgentDraft { policy, ..child() }, daily("10"));
        Command::Delegate(Box::new(Delegation { parent: AGENT, presented, draft, allocation }))
    };
    let base = child().policy;
    let task = Label::new("t1").unwrap();
    let cases = [
        ("payees", Scope { payees: vec![shop.clone()], ..Scope::default() }),
        ("rails", Scope { rails: vec![RailId::Sandbox], ..Scope::default() }),
        ("actions", Scope { actions: vec![Action::Purchase], ..Scope::default() }),
        ("currencies", Scope { currencies: vec![Currency::USD], ..Scope::default() }),
        ("categories", Scope { categories: vec![Category::new("b").unwrap()], ..Scope::default() }),
        ("tasks", Scope { tasks: vec![task], ..Scope::default() }),
        ("per_transaction", Scope { per_transaction: Some(dec("5")), ..Scope::default() }),
        ("not_before", Scope { not_before: Some(at(NOON)), ..Scope::default() }),
        ("not_after", Scope { not_after: Some(at(NOON + DAY)), ..Scope::default() }),
    ];
    for (field, scope) in cases {
        let field = format!("credential.{field}");
        assert_eq!(no(&mut world, ask(scope, base.clone())), Refusal::WiderThanParent { field });
    }
    let scope =
        Scope { payees: vec![shop.clone()], per_transaction: Some(dec("5")), ..Scope::default() };
    let narrow =
        AgentPolicy { allowed_payees: vec![shop.clone()], per_transaction: dec("5"), ..base };
    world.done(ask(scope.clone(), narrow));
    let other = PayeeKey::new("host:other.example").unwrap();
    let scope = Scope { payees: vec![other], ..Scope::default() };
    let by = Some((AGENT, Some(Presented { scope, ..own() })));
    let raise = Command::SetAllocation { agent: CHILD, by, allocation: Some(daily("11")) };
    let field = "credential.payees".to_owned();
    assert_eq!(no(&mut world, raise), Refusal::WiderThanParent { field });
}

#[test]
fn a_draft_that_no_owner_could_add_is_refused_with_the_reason() {
    let mut world = world();
    let invalid = |reason: &str| Refusal::DelegationInvalid { reason: reason.to_owned() };
    let taken = AgentDraft { name: claim("AGENT"), ..child() };
    let refusal = no(&mut world, delegate(AGENT, taken, daily("10")));
    assert_eq!(refusal, invalid("another agent has this name"));
    let exists = draft(AGENT, "New", child().policy);
    let refusal = no(&mut world, delegate(AGENT, exists, daily("10")));
    assert_eq!(refusal, invalid("an agent with this id exists already"));
    let refusal = no(&mut world, delegate(AGENT, child(), daily("0")));
    assert_eq!(refusal.code(), "delegation_invalid");
    let session = allocation("10", Interval::Session);
    let refusal = no(&mut world, delegate(AGENT, child(), session.clone()));
    assert_eq!(refusal, invalid("an allocation is daily, weekly, monthly or all_time"));
    world.done(delegate(AGENT, child(), daily("10")));
    assert_eq!(no(&mut world, set(Some(session), Some(AGENT))).code(), "delegation_invalid");
}

#[test]
fn many_children_at_once_never_pass_what_their_parent_holds() {
    let breakers = Breakers { refusals: 1000, ..Breakers::default() };
    let policy = AgentPolicy { daily: dec("100"), rate_limit_per_minute: 6000, breakers, ..wide() };
    let mut world = World::new(policy.clone());
    let nth = |n: u128| AgentId::from_random(n + 1000);
    // Ten hold 10 each; each tries for 20 in small pieces, in turns, and their parent too.
    for n in 0..10 {
        world.sub(AGENT, nth(n), policy.clone(), daily("10"));
    }
    let mut paid = dec("0");
    for n in 0..600_u128 {
        let agent = if n % 11 == 10 { AGENT } else { nth(n % 11) };
        let asked = of(agent, request(n, "0.3"));
        if matches!(world.ask(asked), crate::SpendReply::Reserved { .. }) {
            assert_ne!(agent, AGENT, "all it has is held for its sub-agents");
            paid += dec("0.3");
        }
        assert_eq!(world.daily(), (dec("0"), paid));
    }
    assert_eq!(paid, dec("99"), "33 pieces for each of ten");
    world.assert_replays();
}

#[test]
fn only_a_direct_parent_or_the_owner_changes_an_allocation() {
    let mut world = world();
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    world.done(delegate(AGENT, child(), daily("50")));
    let third = AgentId::from_random(30);
    world.done(delegate(CHILD, draft(third, "Third", child().policy), daily("10")));
    let of = |agent, by: AgentId| {
        let allocation = Some(daily("5"));
        Command::SetAllocation { agent, by: Some((by, None)), allocation }
    };
    for (agent, by) in
        [(CHILD, OTHER), (third, AGENT), (AGENT, AGENT), (AgentId::from_random(77), AGENT)]
    {
        assert_eq!(no(&mut world, of(agent, by)), Refusal::NotASubAgent);
    }
    let own = Command::SetAllocation { agent: AGENT, by: None, allocation: None };
    assert_eq!(world.error(own), CommandError::NotASubAgent);
    world.done(of(third, CHILD));
    world.run(Command::RevokeAgent(third));
    assert_eq!(no(&mut world, of(third, CHILD)), Refusal::NotASubAgent);
    let gone = Command::SetAllocation { agent: third, by: None, allocation: None };
    assert_eq!(world.error(gone), CommandError::AgentRevoked);
    // An entry that says otherwise was not written by this engine.
    let allocation = Some(daily("5"));
    let event =
        Event::AllocationSet { agent: CHILD, allocation: allocation.clone(), by: Some(OTHER) };
    assert!(world.applies(event).is_err());
    assert!(world.applies(Event::AllocationSet { agent: AGENT, allocation, by: None }).is_err());
}

#[test]
fn a_chain_is_sixteen_deep_and_no_deeper() {
    let mut world = World::new(wide());
    let nth = |n: usize| AgentId::from_random(u128::try_from(n).unwrap() + 1000);
    let mut parent = AGENT;
    for depth in 2..=Allocation::MAX_DEPTH {
        world.sub(parent, nth(depth), wide(), daily("100"));
        parent = nth(depth);
    }
    let deeper = delegate(parent, draft(nth(17), "Deeper", wide()), daily("1"));
    assert_eq!(no(&mut world, deeper), Refusal::DelegationTooDeep { limit: 16 });
    let mut request = of(parent, request(1, "100"));
    world.reserved(request.clone());
    for agent in (2..16).map(nth).chain([AGENT]) {
        request = SpendRequest { agent, ..super::support::request(2, "0.01") };
        let refused = world.clone().ask(request.clone());
        // All that a sub-agent holds is used by the deepest; the owner's own has more.
        assert_eq!(matches!(refused, crate::SpendReply::Refused(_)), agent != AGENT);
    }
    let AgentDraft { agent, name, holder_key, policy } = draft(nth(17), "Deeper", wide());
    let (parent, allocation) = (Some(parent), Some(daily("1")));
    let event = Event::AgentAdded { agent, name, holder_key, policy, parent, allocation };
    assert!(world.applies(event).is_err());
    world.assert_replays();
}

#[test]
fn an_agent_has_sixty_four_sub_agents_and_a_revoked_one_makes_room() {
    let mut world = World::new(AgentPolicy { rate_limit_per_minute: 6000, ..wide() });
    let nth = |n: u128| AgentId::from_random(n + 1000);
    let narrow = AgentPolicy { rate_limit_per_minute: 60, ..wide() };
    for n in 1..=64 {
        world.sub(AGENT, nth(n), narrow.clone(), daily("1"));
    }
    let more = delegate(AGENT, draft(nth(65), "More", narrow.clone()), daily("1"));
    assert_eq!(no(&mut world, more.clone()), Refusal::TooManySubAgents { limit: 64 });
    let AgentDraft { agent, name, holder_key, policy } = draft(nth(65), "More", narrow);
    let (parent, allocation) = (Some(AGENT), Some(daily("1")));
    let event = Event::AgentAdded { agent, name, holder_key, policy, parent, allocation };
    assert!(world.applies(event).is_err());
    world.run(Command::RevokeAgent(nth(7)));
    world.done(more);
    assert_eq!(world.state.children(AGENT).count(), 64);
    world.assert_replays();
}

/// A tree of 256 below the agent: four, and 63 below each of them.
fn full_tree() -> (World, Vec<AgentId>) {
    let policy = AgentPolicy { rate_limit_per_minute: 6000, ..wide() };
    let mut world = World::new(policy.clone());
    let nth = |n: usize| AgentId::from_random(u128::try_from(n).unwrap() + 1000);
    let mut added = Vec::new();
    for n in 0..Allocation::MAX_BELOW {
        let parent = if n < 4 { AGENT } else { added[n % 4] };
        let amount = if n < 4 { "100" } else { "1" };
        world.sub(parent, nth(n), policy.clone(), daily(amount));
        added.push(nth(n));
    }
    (world, added)
}

#[test]
fn a_tree_has_so_many_sub_agents_and_no_more() {
    let (mut world, added) = full_tree();
    let full = Refusal::TooManySubAgents { limit: 256 };
    world.wait(DAY);
    for parent in [AGENT, added[0], added[255]] {
        assert_eq!(no(&mut world, more(parent, 9)), full);
    }
    let AgentDraft { agent, name, holder_key, policy } = draft(OTHER, "Other", wide());
    let (parent, allocation) = (Some(AGENT), Some(daily("1")));
    let event = Event::AgentAdded { agent, name, holder_key, policy, parent, allocation };
    assert!(world.applies(event).is_err());
    // The owner's own agents are the owner's to add, and each has its own tree.
    world.done(Command::AddAgent(draft(OTHER, "Other", wide())));
    world.done(more(OTHER, 10));
    world.run(Command::RevokeAgent(added[255]));
    world.done(more(AGENT, 11));
    world.assert_replays();
}

#[test]
fn so_many_sub_agents_are_added_in_a_day_and_no_more_though_some_were_revoked() {
    let (mut world, added) = full_tree();
    world.run(Command::RevokeAgent(added[0]));
    let asked = more(added[1], 11);
    assert_eq!(no(&mut world, asked.clone()), Refusal::TooManySubAgents { limit: 256 });
    world.go_to("2026-03-03T00:00:00Z");
    world.done(asked);
    world.assert_replays();
}

fn more(parent: AgentId, n: u128) -> Command {
    let name = format!("More {n}");
    delegate(parent, draft(AgentId::from_random(n), &name, wide()), daily("1"))
}

#[test]
fn a_parent_must_stand_in_the_log_with_an_allocation() {
    let mut world = world();
    let AgentDraft { agent, name, holder_key, policy } = child();
    let added = |parent, allocation| Event::AgentAdded {
        agent,
        name: name.clone(),
        holder_key,
        policy: policy.clone(),
        parent,
        allocation,
    };
    assert!(world.applies(added(Some(AGENT), None)).is_err());
    assert!(world.applies(added(None, Some(daily("1")))).is_err());
    assert!(world.applies(added(Some(OTHER), Some(daily("1")))).is_err());
    assert!(world.applies(added(Some(agent), Some(daily("1")))).is_err());
    let mut revoked = world.clone();
    revoked.run(Command::RevokeAgent(AGENT));
    assert!(revoked.applies(added(Some(AGENT), Some(daily("1")))).is_err());
    assert!(world.applies(added(Some(AGENT), Some(daily("1")))).is_ok());
}
