//! Storms: disks that fail, processes that die, rails that hang and lie, clocks that jump. After
//! every step I1 to I9 are checked by books that know neither engine nor model.
#![cfg(test)]

use purser_sim::run::Seen;
use purser_sim::storm::Bug;
use purser_sim::storm::plan::{on_real_logs, storms};

/// Steps of one storm.
const STEPS: usize = 500;
/// Commands of one test; four of them make a million.
const COMMANDS: u64 = 250_000;

/// What must have happened in some storm of a test, or storms are not worth weathering.
const INTERESTING: &[&str] = &[
    "attempts_refused",
    "breaker_tripped",
    "death",
    "fault DiesAfter",
    "fault DiesBefore",
    "fault KeepsButFails",
    "fault Refuses",
    "held",
    "payment_failed",
    "payment_submitted",
    "payment_succeeded",
    "payment_unknown",
    "rail DeniesIt",
    "rail Fails",
    "rail Hangs",
    "rail MakesItUp",
    "rail Pays",
    "rail PaysHalf",
    "rail PaysSilently",
    "rail SaysMore",
    "spend_repeated",
    "sub_agent_added",
    "unwritable",
    "wallet_frozen",
];

fn any_storm_is_weathered(first: u64) {
    let (storms, mut seen) = (storms(None), Seen::new());
    for seed in first.. {
        storms.through_seed(seed, STEPS, &mut seen).unwrap_or_else(|words| panic!("{words}"));
        if seen.get("commands").is_some_and(|commands| *commands >= COMMANDS) {
            break;
        }
    }
    println!("{seen:#?}");
    let missing: Vec<_> = INTERESTING.iter().filter(|word| !seen.contains_key(**word)).collect();
    assert!(missing.is_empty(), "never happened: {missing:?}");
}

#[test]
fn any_storm_is_weathered_1() {
    any_storm_is_weathered(1_000_000);
}

#[test]
fn any_storm_is_weathered_2() {
    any_storm_is_weathered(2_000_000);
}

#[test]
fn any_storm_is_weathered_3() {
    any_storm_is_weathered(3_000_000);
}

#[test]
fn any_storm_is_weathered_4() {
    any_storm_is_weathered(4_000_000);
}

/// The log itself under the same storms, closed and opened at each death.
#[test]
fn storms_on_a_real_log_are_weathered() {
    let (storms, mut seen) = (on_real_logs(), Seen::new());
    for seed in 5_000_000..5_000_008 {
        storms.through_seed(seed, STEPS, &mut seen).unwrap_or_else(|words| panic!("{words}"));
    }
    println!("{seen:#?}");
    assert!(seen.contains_key("death") && seen.contains_key("payment_succeeded"));
}

#[test]
fn storms_that_went_wrong_once_go_right() {
    storms(None).all_of(include_str!("../seeds/storms.txt"), STEPS);
}

/// The checks can fail: each bug that is planted in the shell is found by the promise it breaks.
#[test]
fn every_planted_bug_is_found() {
    for (bug, promise) in Bug::ALL {
        let storms = storms(Some(bug));
        let found = (0..100).find_map(|seed| {
            let wrong = storms.through(&(storms.plan)(seed, STEPS)).err()?;
            Some((seed, wrong))
        });
        let (seed, wrong) = found.unwrap_or_else(|| panic!("{bug:?} was not found"));
        println!("{bug:?}: {} by seed {seed}", wrong.kind);
        assert!(wrong.kind.starts_with(promise), "{bug:?}: {}: {}", wrong.kind, wrong.words);
    }
}

/// `make soak`.
#[test]
#[ignore = "tool: `make soak` runs it as long as it is told to"]
fn soak_storms() {
    println!("{:#?}", storms(None).soak(STEPS));
}

/// `PURSER_SEED` or `PURSER_STEPS` once more; without either, nothing.
#[test]
fn storm_again() {
    storms(None).once_more(STEPS);
}
