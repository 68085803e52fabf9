//! The edges of what the breakers count: when a row is dropped, where it begins, how many there
//! are.

use super::support::*;
use crate::breakers::{Failures, Refusals, Spent, Watch};
use purser_domain::*;
use rust_decimal::Decimal;

const QUARTER: i64 = 15 * MINUTE;
/// The last quarter of an hour in which what was spent at noon counts for what is usual.
const LAST: i64 = NOON + (31 * 96 - 1) * QUARTER;

/// What is usual a day, of a history of 30 days with a prior of 60 over 3.
fn usual_of(past: &str) -> Decimal {
    ((dec(past) + dec("60")) / dec("33")).round_dp(6).normalize()
}

fn usual(spent: &Spent, now: i64) -> Decimal {
    let policy = AgentPolicy { daily: dec("100"), ..wide() };
    let rate = spent.rate(dec("1000000"), &policy, at(now)).unwrap();
    match rate.excess().unwrap() {
        Some(BreakerCause::SpendRate { usual, .. }) => usual,
        other => panic!("no excess but {other:?}"),
    }
}

fn at_noon(worth: &str) -> Spent {
    let mut spent = Spent::default();
    spent.reserve(dec(worth), (at(NOON), 5)).unwrap();
    spent
}

#[test]
fn a_row_counts_until_its_last_quarter_and_is_dropped_with_the_next() {
    let mut spent = at_noon("33");
    spent.add((at(LAST), 8), at(LAST), dec("1")).unwrap();
    assert_eq!((spent.rows(), usual(&spent, LAST)), (2, usual_of("33")));
    let next = LAST + QUARTER;
    spent.add((at(next), 9), at(next), dec("1")).unwrap();
    assert_eq!((spent.rows(), usual(&spent, next)), (2, usual_of("0")));
}

#[test]
fn a_change_counts_in_the_oldest_row_that_is_kept_and_in_none_before() {
    let mut spent = at_noon("33");
    spent.add((at(NOON), 5), at(LAST), dec("-10")).unwrap();
    assert_eq!((spent.rows(), usual(&spent, LAST)), (1, usual_of("23")));
    spent.add((at(NOON), 5), at(LAST + QUARTER), dec("-10")).unwrap();
    assert_eq!((spent.rows(), usual(&spent, LAST + QUARTER)), (0, usual_of("0")));
    spent.add((at(LAST), 6), at(LAST), Decimal::ZERO).unwrap();
    assert_eq!(spent.rows(), 0, "nothing is no row");
}

#[test]
fn a_quarter_of_an_hour_has_one_row_and_another_from_a_resume_on() {
    let mut watch = Watch { spent: at_noon("1"), ..Watch::default() };
    let reserve = |watch: &mut Watch, after: i64, seq| {
        watch.spent.reserve(dec("1"), (at(NOON + after), seq)).unwrap();
        watch.spent.rows()
    };
    assert_eq!(reserve(&mut watch, MINUTE, 6), 1);
    assert_eq!(reserve(&mut watch, QUARTER, 7), 2);
    watch.spent.add((at(NOON), 5), at(NOON + QUARTER), dec("-1")).unwrap();
    assert_eq!(watch.spent.rows(), 2);
    watch.resume((at(NOON + QUARTER + 1), 8));
    assert_eq!(reserve(&mut watch, QUARTER + 1, 9), 3);
    assert_eq!(reserve(&mut watch, QUARTER + 2, 10), 3);
    assert_eq!(reserve(&mut watch, 2 * QUARTER, 11), 4);
    assert_eq!(reserve(&mut watch, 3 * QUARTER, 12), 5);
    let rate = watch.spent.rate(dec("0"), &wide(), at(NOON + 3 * QUARTER)).unwrap();
    assert_eq!(rate.observed, dec("4"));
}

#[test]
fn the_failures_of_64_purchases_are_remembered_and_those_of_the_oldest_forgotten() {
    let purchase = |n: u32| Digest::of_bytes(&n.to_be_bytes());
    let mut failures = Failures::default();
    (0..64).for_each(|n| failures.failed(purchase(n)));
    assert!((0..64).all(|n| failures.of(&purchase(n)) == 1));
    failures.failed(purchase(0));
    assert_eq!(failures.of(&purchase(0)), 2);
    failures.failed(purchase(64));
    let times: Vec<u32> = [0, 1, 2, 64].map(|n| failures.of(&purchase(n))).to_vec();
    assert_eq!(times, [2, 0, 1, 1], "the one that failed longest ago is forgotten");
    (0..65).for_each(|n| failures.succeeded(&purchase(n)));
    assert!(failures.is_empty());
}

/// How many refusals count, with one more.
fn count(refusals: &Refusals, ms: i64) -> u32 {
    match refusals.excess(1, 0, at(ms)) {
        Some(BreakerCause::Refusals { observed, .. }) => observed - 1,
        other => panic!("no excess but {other:?}"),
    }
}

#[test]
fn each_refusal_counts_for_ten_minutes_of_its_own() {
    let mut refusals = Refusals::default();
    refusals.note(1, at(NOON));
    refusals.note(2, at(NOON + 5 * MINUTE));
    assert_eq!(count(&refusals, NOON + 10 * MINUTE - 1), 3);
    assert_eq!(count(&refusals, NOON + 10 * MINUTE), 2);
    refusals.note(1, at(NOON + 10 * MINUTE));
    assert_eq!(count(&refusals, NOON + 15 * MINUTE - 1), 3);
    assert_eq!(count(&refusals, NOON + 15 * MINUTE), 1);
}

#[test]
fn refusals_of_a_clock_that_was_set_back_grow_old_from_then_on() {
    let mut refusals = Refusals::default();
    refusals.note(1, at(NOON + HOUR));
    refusals.note(1, at(NOON));
    assert_eq!(count(&refusals, NOON + 10 * MINUTE - 1), 2);
    assert_eq!(count(&refusals, NOON + 10 * MINUTE), 0);
}

#[test]
fn a_thousand_times_are_remembered_and_any_number_of_refusals_at_one() {
    let mut refusals = Refusals::default();
    (0..1000).for_each(|ms| refusals.note(1, at(NOON + ms)));
    assert_eq!(count(&refusals, NOON + 1000), 1000);
    refusals.note(1, at(NOON + 1000));
    assert_eq!(count(&refusals, NOON + 1000), 1000, "the first of them is forgotten");
    let mut refusals = Refusals::default();
    (0..1500).for_each(|_| refusals.note(1, at(NOON)));
    assert_eq!(count(&refusals, NOON), 1500);
}

#[test]
fn a_purchase_that_people_are_asked_about_anyway_keeps_that_rule_beside_its_failures() {
    let mut world = World::new(wide());
    let rules = |world: &World, id| {
        let held = &world.state.payment(id).unwrap().reservation;
        (held.tier, held.rules.clone())
    };
    let mut before = Vec::new();
    for _ in 0..4 {
        let id = world.reserve("600");
        let (tier, told) = rules(&world, id);
        assert_eq!(tier, Tier::SingleApprover);
        before = told;
        world.approve(id);
        world.submit(id);
        let resolution = Resolution::Failed { problem: "no".to_owned(), detail: claim("") };
        world.done(Command::Resolve { payment: id, resolution });
    }
    let id = world.reserve("600");
    before.push("repeated_failures".to_owned());
    assert_eq!(rules(&world, id), (Tier::SingleApprover, before));
}
