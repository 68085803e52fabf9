//! What is remembered of budgets that were told, held against a list.

use super::support::*;
use crate::told::{Budget, REMEMBERED_MAX, Told};
use proptest::prelude::*;
use purser_domain::*;

/// One telling: whose budget, its number, how full, how long it counts and how long after the one
/// before.
type Telling = (bool, u32, bool, Option<i64>, i64);

fn telling() -> impl Strategy<Value = Telling> {
    let budgets = 2 * REMEMBERED_MAX as u32;
    let budget = prop_oneof![1 => 0..3u32, 1 => 0..budgets];
    let lasts = prop_oneof![1 => Just(None), 3 => (0..400i64).prop_map(Some)];
    let waits = prop_oneof![4 => Just(0), 1 => 0..3i64];
    (prop::bool::weighted(0.1), budget, any::<bool>(), lasts, waits)
}

fn budget(number: u32) -> Budget {
    Budget { words: format!("daily, task {number}"), limit: dec("5") }
}

/// All that was told and counts, in order: whose, what, how full and until when.
#[derive(Default)]
struct List(Vec<(Option<AgentId>, u32, u32, Option<Timestamp>)>);

impl List {
    fn note(&mut self, owner: Option<AgentId>, (number, percent): (u32, u32), until: Option<i64>) {
        self.0.retain(|(whose, what, ..)| (*whose, *what) != (owner, number));
        self.0.push((owner, number, percent, until.map(at)));
        if self.0.iter().filter(|(whose, ..)| *whose == owner).count() > REMEMBERED_MAX {
            let first = self.0.iter().position(|(whose, ..)| *whose == owner);
            self.0.remove(first.unwrap());
        }
    }

    /// Forgets what is over; that of an owner when more of it is told.
    fn forget(&mut self, owner: Option<AgentId>, now: i64) {
        self.0.retain(|(whose, .., until)| {
            *whose != owner || until.is_none_or(|until| at(now) < until)
        });
    }

    fn percent(&self, owner: Option<AgentId>, number: u32, now: i64) -> u32 {
        let known = self.0.iter().find(|(whose, what, ..)| (*whose, *what) == (owner, number));
        let known = known.filter(|(.., until)| until.is_none_or(|until| at(now) < until));
        known.map_or(0, |(_, _, percent, _)| *percent)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn what_was_told_is_remembered_as_a_list_would(
        tellings in prop::collection::vec(telling(), 1..1500)
    ) {
        let (mut told, mut list, mut now) = (Told::default(), List::default(), NOON);
        for (seq, (wallet, number, full, lasts, wait)) in tellings.into_iter().enumerate() {
            now += wait;
            let owner = (!wallet).then_some(AGENT);
            let (percent, until) = (if full { 100 } else { 80 }, lasts.map(|lasts| now + lasts));
            prop_assert_eq!(
                told.percent(owner, &budget(number), at(now)),
                list.percent(owner, number, now)
            );
            list.forget(owner, now);
            list.note(owner, (number, percent), until);
            told.note(owner, budget(number), (percent, until.map(at), seq as u64), at(now));
            let ends = list.0.iter().filter(|(.., until)| until.is_some()).count();
            prop_assert_eq!(told.len(), [list.0.len(), list.0.len(), ends]);
        }
        for (owner, number, ..) in &list.0 {
            let percent = told.percent(*owner, &budget(*number), at(now));
            prop_assert_eq!(percent, list.percent(*owner, *number, now));
        }
    }
}

#[test]
fn a_budget_is_told_again_at_the_moment_that_it_is_empty_and_not_before() {
    let mut told = Told::default();
    told.note(Some(AGENT), budget(1), (80, Some(at(NOON + 5)), 7), at(NOON));
    assert_eq!(told.percent(Some(AGENT), &budget(1), at(NOON + 4)), 80);
    assert_eq!(told.percent(Some(AGENT), &budget(1), at(NOON + 5)), 0);
    assert_eq!(told.percent(None, &budget(1), at(NOON)), 0, "the wallet's is another");
    told.note(Some(AGENT), budget(2), (80, None, 8), at(NOON + 4));
    assert_eq!(told.len(), [2, 2, 1]);
    told.note(Some(AGENT), budget(2), (100, None, 9), at(NOON + 5));
    assert_eq!(told.len(), [1, 1, 0], "what is over leaves with the next");
    assert_eq!(told.percent(Some(AGENT), &budget(2), at(NOON + DAY)), 100);
}

#[test]
fn labels_that_an_agent_makes_up_fill_no_memory() {
    let limits = r#"[{"amount":"1","interval":"all_time","each_task":true}]"#;
    let agent = AgentPolicy {
        rate_limit_per_minute: 6000,
        breakers: Breakers { refusals: 1000, ..Breakers::default() },
        ..wide_with(limits)
    };
    let mut world = World::new(agent);
    let ask = |world: &mut World, task: u32| {
        let id = Label::new(&format!("t{task}")).unwrap();
        let task = Some(Task { id, text: claim("do it"), origin: TaskOrigin::Agent });
        let asked = SpendRequest { task, ..world.fresh("2") };
        let before = world.log.len();
        assert_eq!(world.refusal(asked).code(), "envelope_limit");
        world.log.len() - before
    };
    let most = REMEMBERED_MAX as u32;
    assert!((0..=most).all(|task| ask(&mut world, task) == 2), "each is told");
    assert_eq!(world.state.told.len(), [REMEMBERED_MAX, REMEMBERED_MAX, 0]);
    assert_eq!(ask(&mut world, 1), 1, "it was told");
    assert_eq!(ask(&mut world, 0), 2, "the first was forgotten, and is told again");
    assert_eq!(ask(&mut world, 1), 2, "so it is the next that was");
    world.assert_replays();
}
