//! Handing on a budget where few come: lists of the other kind, and what no budget counts.

use super::support::*;
use crate::{CommandError, Reply};
use purser_domain::*;

const CHILD: AgentId = AgentId::from_random(20);
const GRANDCHILD: AgentId = AgentId::from_random(21);

fn daily(amount: &str) -> Allocation {
    Allocation { amount: dec(amount), interval: Interval::Daily, window: Window::Calendar }
}

fn add(world: &mut World, policy: AgentPolicy) -> Reply {
    world.run(delegate(AGENT, draft(CHILD, "Child", policy), daily("10")))
}

fn wider(field: &str) -> Reply {
    Reply::Refused(Refusal::WiderThanParent { field: field.to_owned() })
}

#[test]
fn an_allow_list_stands_in_for_the_parents_block_list_and_nothing_else_does() {
    let of = |lists: &str| policy(&format!(r#"{{"per_transaction":"50","daily":"100",{lists}}}"#));
    let own = of(r#""blocked_payees":["host:bad.example","host:worse.example"],
        "blocked_categories":["gambling","weapons"]"#);
    let world = World::new(own.clone());
    let blocked_payees = |payees: &[&str]| AgentPolicy {
        blocked_payees: payees.iter().map(|host| payee_key(host)).collect(),
        ..own.clone()
    };
    for (less, what) in [
        (blocked_payees(&[]), "blocked_payees"),
        (blocked_payees(&["bad.example"]), "blocked_payees"),
        (AgentPolicy { blocked_categories: Vec::new(), ..own.clone() }, "blocked_categories"),
    ] {
        assert_eq!(add(&mut world.clone(), less), wider(what));
    }
    let payees = of(r#""allowed_payees":["host:shop.example"],
        "blocked_categories":["gambling","weapons"]"#);
    assert_eq!(add(&mut world.clone(), payees.clone()), Reply::Done);
    let categories = of(r#""blocked_payees":["host:bad.example","host:worse.example"],
        "allowed_categories":["software"]"#);
    assert_eq!(add(&mut world.clone(), categories), Reply::Done);
    // One list of what is allowed says nothing about the other kind.
    let neither = AgentPolicy { blocked_categories: Vec::new(), ..payees };
    assert_eq!(add(&mut world.clone(), neither), wider("blocked_categories"));
    assert_eq!(add(&mut world.clone(), own), Reply::Done);
}

fn payee_key(host: &str) -> PayeeKey {
    policy(&format!(r#"{{"blocked_payees":["host:{host}"]}}"#)).blocked_payees.remove(0)
}

#[test]
fn whose_allocation_was_taken_back_asks_in_no_currency_at_all() {
    let mut world = World::new(wide());
    world.sub(AGENT, CHILD, wide(), daily("50"));
    world.sub(CHILD, GRANDCHILD, wide(), daily("20"));
    let mut n = 0;
    let mut yen = |agent| {
        n += 1;
        let amount = Money::parse("7", "JPY").unwrap();
        SpendRequest { agent, amount, ..request(n, "1") }
    };
    // Without a rate no budget counts it, and people decide.
    for agent in [CHILD, GRANDCHILD] {
        let payment = world.reserved(yen(agent));
        let held = &world.state.payment(payment).unwrap().reservation;
        assert_eq!((held.worth, &held.rules[..]), (None, &["unpriced_currency".to_owned()][..]));
    }
    world.done(Command::SetAllocation { agent: CHILD, by: None, allocation: None });
    for agent in [CHILD, GRANDCHILD] {
        assert_eq!(world.refusal(yen(agent)), Refusal::AllocationTakenBack);
    }
    world.reserved(yen(AGENT));
    world.assert_replays();
}

#[test]
fn as_much_as_before_needs_no_room_and_a_little_more_does() {
    let mut world = World::new(wide());
    world.sub(AGENT, CHILD, wide(), daily("50"));
    // The owner leaves the parent less than its sub-agent was promised.
    let policy = AgentPolicy { daily: dec("20"), ..wide() };
    world.done(Command::SetAgentPolicy { agent: AGENT, policy, presence: false });
    let set = |allocation| Command::SetAllocation { agent: CHILD, by: None, allocation };
    world.done(set(Some(daily("50"))));
    let rolling = Allocation { window: Window::Rolling, ..daily("50") };
    world.done(set(Some(rolling.clone())));
    let more = Allocation { amount: dec("50.01"), ..rolling };
    assert_eq!(world.error(set(Some(more))), CommandError::NoRoom);
    world.done(set(Some(daily("20"))));
    world.assert_replays();
}
