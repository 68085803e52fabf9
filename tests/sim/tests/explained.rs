//! Random lives, judged again: every entry is what deciding gives, and every decision is explained
//! by steps that end as the entry says. In each life one entry is changed, and found out.
#![cfg(test)]

use purser_domain::{Entry, Event, Refusal};
use purser_engine::State;
use purser_engine::explain::{Agreement, Compared, Judge, Judgement, Step, explain_entry};
use purser_sim::rng::Rng;
use purser_sim::run::life;
use purser_sim::step::plan;

const LIVES: u64 = 60;
const STEPS: usize = 300;

fn log_of(seed: u64) -> Vec<Entry> {
    let lived = life(&plan(seed, STEPS));
    lived.unwrap_or_else(|wrong| panic!("seed {seed}: {}: {}", wrong.kind, wrong.words)).log
}

fn explained(before: &State, entry: &Entry) -> u64 {
    let Some(told) = explain_entry(before, entry, None) else { return 0 };
    let refusals: Vec<_> = told.steps.iter().filter_map(Step::refusal).collect();
    match &entry.event {
        Event::SpendRefused { refusal, .. } => {
            assert_eq!(told.agreement, Agreement::Same, "{entry:?}");
            assert_eq!(refusals, [refusal], "{:#?}", told.steps);
            if let (Some((limit, observed)), Some(Compared { limit: most, observed: seen, .. })) =
                (refusal.limit_and_observed(), &told.steps.last().unwrap().compared)
                && !matches!(refusal, Refusal::RateLimited { .. } | Refusal::BreakerTripped { .. })
            {
                assert_eq!((limit, observed), (most.to_string(), seen.to_string()));
            }
        }
        Event::SpendReserved { .. } | Event::SpendRepeated { .. } => {
            assert_eq!(told.agreement, Agreement::Same, "{entry:?}");
            assert!(refusals.is_empty(), "{:#?}", told.steps);
        }
        _ => return 0,
    }
    1
}

#[test]
fn every_entry_of_a_life_is_what_deciding_gives() {
    let (mut decisions, mut unknown) = (0, 0);
    for seed in 0..LIVES {
        let mut judge = Judge::default();
        for entry in log_of(seed) {
            decisions += explained(judge.state(), &entry);
            match judge.add(&entry).unwrap() {
                Judgement::Same => {}
                Judgement::Unknown => {
                    assert_eq!(entry.event.kind(), "agent_ask_refused");
                    unknown += 1;
                }
                Judgement::Differs(finding) => panic!("seed {seed}: {finding}"),
            }
        }
    }
    assert!(decisions > 3_000, "only {decisions} decisions");
    assert!(unknown > 0);
}

/// Judges a log; the number of the first entry that is not what deciding gives, or that can't be.
fn first_wrong(log: &[Entry]) -> Option<u64> {
    let mut judge = Judge::default();
    log.iter().find_map(|entry| match judge.add(entry) {
        Ok(Judgement::Same | Judgement::Unknown) => None,
        Ok(Judgement::Differs(finding)) => Some(finding.seq),
        Err(_) => Some(entry.seq),
    })
}

/// Changes what a decision says.
fn change(entry: &mut Entry) -> bool {
    match &mut entry.event {
        Event::SpendRefused { refusal, .. } => {
            let other = Refusal::SessionOver;
            let changes = *refusal != other;
            *refusal = other;
            changes
        }
        Event::SpendReserved { reservation } => {
            reservation.signals.push(purser_domain::SignalCode::UnusualHour.into());
            true
        }
        Event::BudgetReached { percent, .. } => {
            *percent = 99;
            true
        }
        _ => false,
    }
}

#[test]
fn a_changed_entry_is_named() {
    let mut tried = 0;
    for seed in 1_000..1_000 + LIVES {
        let log = log_of(seed);
        let mut rng = Rng::new(seed);
        for _ in 0..5 {
            let place = rng.below(log.len() as u64) as usize;
            let mut changed = log.clone();
            if change(&mut changed[place]) {
                assert_eq!(first_wrong(&changed), Some(place as u64), "seed {seed}, {place}");
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "only {tried}");
}
