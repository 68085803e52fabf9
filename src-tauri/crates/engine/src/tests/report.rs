//! The log added up by who was charged, and for what.

use super::support::*;
use crate::report::{Report, ReportBy, ReportRow, ReportTotals};
use proptest::prelude::*;
use purser_domain::*;
use rust_decimal::Decimal;

fn label(text: &str) -> Option<Label> {
    Some(Label::new(text).unwrap())
}

fn report(world: &World, from: i64, until: i64) -> Report {
    let mut report = Report::new(at(from)..at(until));
    world.log.iter().for_each(|entry| report.add(entry).unwrap());
    report
}

fn row(report: &Report, by: ReportBy, key: &str) -> ReportTotals {
    let found = report.rows().into_iter().find(|row| row.by == by && row.key == key);
    found.unwrap_or_else(|| panic!("no row {by:?} `{key}`: {:?}", report.rows())).totals
}

fn totals(
    (payments, settled_payments, refused): (u64, u64, u64),
    settled: &str,
    reserved: &str,
) -> ReportTotals {
    let (settled, reserved) = (dec(settled), dec(reserved));
    ReportTotals { payments, settled_payments, unpriced: 0, refused, settled, reserved }
}

fn shared() -> AgentPolicy {
    let rules = r#"{"cost_rules":[{"categories":["books"],"split":[
        {"cost_center":"library","percent":"60"},{"cost_center":"research","percent":"40"}]}]}"#;
    let rules: AgentPolicy = serde_json::from_str(rules).unwrap();
    let (team, project) = (label("growth"), label("spring"));
    AgentPolicy {
        cost_rules: rules.cost_rules,
        team,
        project,
        per_transaction: dec("100"),
        ..wide()
    }
}

#[test]
fn payments_are_counted_by_all_that_they_are() {
    let mut world = World::new(shared());
    let mut books = world.fresh("10");
    books.category = Some(Category::new("books").unwrap());
    let books = world.reserved(books);
    world.submit(books);
    world.succeed(books, "5.01");
    let mut task = world.fresh("7");
    task.task =
        Some(Task { id: label("t1").unwrap(), text: claim("find out"), origin: TaskOrigin::Agent });
    task.attribution.project = label("autumn");
    world.reserved(task);
    let dear = world.fresh("101");
    assert_eq!(world.refusal(dear).code(), "per_transaction_cap");
    let declined = world.reserve("20");
    world.done(Command::Cancel { payment: declined, agent: None, cause: StopCause::Owner });
    let report = report(&world, 0, NOON + DAY);
    let of = |by, key: &str| row(&report, by, key);
    assert_eq!(*report.total(), totals((3, 1, 1), "5.01", "7"));
    assert_eq!(of(ReportBy::CostCenter, "library"), totals((1, 1, 0), "3.006", "0"));
    assert_eq!(of(ReportBy::CostCenter, "research"), totals((1, 1, 0), "2.004", "0"));
    assert_eq!(of(ReportBy::CostCenter, "growth"), totals((2, 0, 0), "0", "7"));
    assert_eq!(of(ReportBy::Team, "growth"), *report.total());
    assert_eq!(of(ReportBy::Project, "spring"), totals((2, 1, 1), "5.01", "0"));
    assert_eq!(of(ReportBy::Project, "autumn"), totals((1, 0, 0), "0", "7"));
    assert_eq!(of(ReportBy::Task, "t1"), totals((1, 0, 0), "0", "7"));
    assert_eq!(of(ReportBy::Task, ""), totals((2, 1, 1), "5.01", "0"));
    assert_eq!(of(ReportBy::Agent, &AGENT.to_string()), *report.total());
    assert_eq!(of(ReportBy::Payee, "host:shop.example"), *report.total());
    assert_eq!(of(ReportBy::Category, "books"), totals((1, 1, 0), "5.01", "0"));
    let rows = report.rows();
    let agent = rows.iter().find(|row| row.by == ReportBy::Agent).unwrap();
    assert_eq!(agent.label, "Agent");
}

#[test]
fn a_payment_belongs_to_the_time_when_it_was_asked() {
    let mut world = World::new(shared());
    let early = world.reserve("10");
    world.wait(HOUR);
    let middle = world.now;
    world.submit(early);
    world.succeed(early, "10");
    world.reserve("3");
    assert_eq!(*report(&world, 0, middle).total(), totals((1, 1, 0), "10", "0"));
    assert_eq!(*report(&world, middle, middle + 1).total(), totals((1, 0, 0), "0", "3"));
    assert_eq!(*report(&world, middle + 1, middle + DAY).total(), totals((0, 0, 0), "0", "0"));
}

#[test]
fn what_was_refused_before_the_range_is_not_counted_in_it() {
    let mut world = World::new(shared());
    let dear = world.fresh("101");
    world.refusal(dear);
    let (problem, detail) = ("p".to_owned(), claim("d"));
    world.done(Command::RejectAttempt { agent: AGENT, problem, detail });
    let refusal = Refusal::RateLimited { limit: 6, retry_after_s: 9 };
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 3 });
    let after = world.now + 1;
    assert_eq!(*report(&world, 0, after).total(), totals((0, 0, 5), "0", "0"));
    assert_eq!(*report(&world, after, after + DAY).total(), totals((0, 0, 0), "0", "0"));
}

/// A report of which the entries before its range were only added where they set something.
fn late(world: &World, from: i64, until: i64) -> Report {
    let mut report = Report::new(at(from)..at(until));
    let needed = |entry: &&Entry| {
        entry.at_ms >= at(from) || Event::POLICY_KINDS.contains(&entry.event.kind())
    };
    world.log.iter().filter(needed).for_each(|entry| report.add(entry).unwrap());
    report
}

#[test]
fn what_has_no_rate_is_counted_and_not_added_up() {
    let mut world = World::new(shared());
    let mut yen = world.fresh("1");
    yen.amount = Money::parse("100", "JPY").unwrap();
    let yen = world.reserved(yen);
    world.approve(yen);
    world.submit(yen);
    world.succeed(yen, "90");
    let report = report(&world, 0, NOON + DAY);
    let unpriced = ReportTotals { unpriced: 1, ..totals((1, 1, 0), "0", "0") };
    assert_eq!(*report.total(), unpriced);
    assert_eq!(row(&report, ReportBy::CostCenter, ""), unpriced);
}

#[test]
fn refusals_that_were_counted_together_count_as_many() {
    let mut world = World::new(shared());
    let refusal = Refusal::RateLimited { limit: 60, retry_after_s: 5 };
    world.done(Command::NoteRefusals { agent: AGENT, refusal, count: 40 });
    let (problem, detail) = ("json".to_owned(), claim("{"));
    world.done(Command::RejectAttempt { agent: AGENT, problem, detail });
    let report = report(&world, 0, NOON + DAY);
    assert_eq!(report.total().refused, 41);
    assert_eq!(row(&report, ReportBy::Team, "growth").refused, 41);
    assert!(report.rows().iter().all(|row| row.by != ReportBy::CostCenter));
}

#[test]
fn rows_are_json_with_exact_decimals() {
    let totals = totals((2, 1, 3), "1.000000000001", "0");
    let (key, label) = ("ops".to_owned(), "ops".to_owned());
    let row = ReportRow { by: ReportBy::CostCenter, key, label, totals };
    let json = serde_json::to_value(row).unwrap();
    assert_eq!(json["by"], "cost_center");
    assert_eq!(json["settled"], "1.000000000001");
    assert_eq!(json["payments"], 2);
}

#[derive(Debug, Clone)]
struct Act {
    amount: u64,
    books: bool,
    euros: bool,
    person: Option<u8>,
    end: u8,
    percent: u32,
}

fn act() -> impl Strategy<Value = Act> {
    let end = (0..4u8, 1..=100u32);
    (1..90_000_000_000u64, any::<bool>(), any::<bool>(), prop::option::of(0..3u8), end).prop_map(
        |(amount, books, euros, person, (end, percent))| Act {
            amount,
            books,
            euros,
            person,
            end,
            percent,
        },
    )
}

fn live(world: &mut World, act: &Act) {
    let amount = Decimal::new(i64::try_from(act.amount).unwrap(), 9).to_string();
    let mut request = world.fresh(&amount);
    if act.euros {
        request.amount = Money::parse(&amount, "EUR").unwrap();
    }
    request.category = act.books.then(|| Category::new("books").unwrap());
    request.attribution.initiator = act.person.and_then(|n| label(&format!("person-{n}")));
    world.wait(HOUR);
    if act.amount.is_multiple_of(5) {
        let team = label(if act.books { "growth" } else { "press" });
        world.done(Command::SetAgentPolicy {
            agent: AGENT,
            policy: AgentPolicy { team, ..world.state.agent(AGENT).unwrap().policy.clone() },
            presence: true,
        });
    }
    let Some(payment) = world.state.agent(AGENT).map(|_| request.payment) else { return };
    let asked = request.amount.amount();
    if !matches!(world.ask(request), crate::SpendReply::Reserved { .. }) || act.end == 3 {
        return;
    }
    if act.end == 2 {
        let cancel = Command::Cancel { payment, agent: None, cause: StopCause::Owner };
        return world.done(cancel);
    }
    world.submit(payment);
    let paid = asked * Decimal::from(act.percent) / Decimal::ONE_HUNDRED;
    let resolution = Resolution::Succeeded { settled: paid, receipt: receipt() };
    world.done(Command::Resolve { payment, resolution });
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 128, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_rows_add_up_to_the_whole_and_the_whole_is_what_the_budgets_say(
        acts in prop::collection::vec(act(), 1..25)
    ) {
        let wallet = r#"{"rates":{"EUR":"1.0837"}}"#;
        let policy = AgentPolicy {
            per_session: dec("1000000"), daily: dec("1000000"), spending_limits: vec![
                SpendingLimit::new(dec("1000000"), Interval::AllTime),
            ], ..shared()
        };
        let mut world = World::with(serde_json::from_str(wallet).unwrap(), policy);
        acts.iter().for_each(|act| live(&mut world, act));
        let report = report(&world, 0, i64::MAX);
        for from in world.log.iter().map(|entry| entry.at_ms.as_millis()) {
            let (whole, late) =
                (self::report(&world, from, i64::MAX), late(&world, from, i64::MAX));
            prop_assert_eq!((whole.rows(), whole.total()), (late.rows(), late.total()));
        }
        let used = world.used(|kind| matches!(kind, crate::BudgetKind::Envelope { .. }));
        prop_assert_eq!((report.total().settled, report.total().reserved), used);
        for by in ReportBy::ALL {
            let rows = report.rows();
            let rows: Vec<_> = rows.iter().filter(|row| row.by == by).collect();
            let sum = |of: fn(&ReportTotals) -> Decimal| -> Decimal {
                rows.iter().map(|row| of(&row.totals)).sum()
            };
            prop_assert_eq!(sum(|totals| totals.settled), used.0);
            prop_assert_eq!(sum(|totals| totals.reserved), used.1);
            if by != ReportBy::CostCenter {
                let payments: u64 = rows.iter().map(|row| row.totals.payments).sum();
                let refused: u64 = rows.iter().map(|row| row.totals.refused).sum();
                prop_assert_eq!(payments, report.total().payments);
                prop_assert_eq!(refused, report.total().refused);
            }
        }
    }
}
