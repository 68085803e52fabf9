//! Lives, from their seeds, and what is said when one goes wrong.

use crate::step::{self, Step};
use crate::world::{World, Wrong};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most lives that are tried to make a failure smaller.
const TRIES: usize = 4000;

/// Lives through steps.
///
/// # Errors
/// What went wrong.
pub fn live(steps: &[Step]) -> Result<World, Wrong> {
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let mut world = World::default();
        steps.iter().try_for_each(|step| world.take(step))?;
        world.end()?;
        Ok(world)
    }));
    lived.unwrap_or_else(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Wrong::new("panic", words.unwrap_or_default()))
    })
}

/// How often each thing happened.
pub type Seen = BTreeMap<String, u64>;

/// Lives through the steps of a seed, and counts what happened.
///
/// # Errors
/// What went wrong, with what brings it back.
pub fn live_seed(seed: u64, steps: usize, seen: &mut Seen) -> Result<(), String> {
    let steps = step::plan(seed, steps);
    let name =
        format!("seed {seed} (PURSER_SIM_SEED={seed} cargo nextest run -p purser-sim again)");
    let world = live(&steps).map_err(|wrong| report(&name, &steps, &wrong))?;
    *seen.entry("commands".to_owned()).or_default() += world.commands;
    world.seen.into_iter().for_each(|(word, count)| *seen.entry(word).or_default() += count);
    Ok(())
}

/// Fewer and simpler steps that go wrong in the same way.
#[must_use]
pub fn shrink(steps: &[Step], wrong: &Wrong) -> Vec<Step> {
    let mut best = steps.to_vec();
    let mut tries = 0;
    let mut fails = |steps: &[Step]| {
        tries += 1;
        tries <= TRIES && live(steps).is_err_and(|other| other.kind == wrong.kind)
    };
    loop {
        let before = best.clone();
        let mut length = best.len().div_ceil(2);
        while length > 0 {
            let mut at = 0;
            while at < best.len() {
                let mut fewer = best.clone();
                fewer.drain(at..best.len().min(at + length));
                if fails(&fewer) {
                    best = fewer;
                } else {
                    at += length;
                }
            }
            length /= 2;
        }
        for at in 0..best.len() {
            for number in 0..step::NUMBERS {
                for simpler in [0, best[at].numbers[number] / 2] {
                    let mut simple = best.clone();
                    simple[at].numbers[number] = simpler;
                    if simple != best && fails(&simple) {
                        best = simple;
                    }
                }
            }
        }
        if best == before {
            return best;
        }
    }
}

/// The words about a life that went wrong, with what brings it back.
#[must_use]
pub fn report(name: &str, steps: &[Step], wrong: &Wrong) -> String {
    let few = shrink(steps, wrong);
    let last = live(&few).err();
    let words = last.map_or_else(|| wrong.words.clone(), |wrong| wrong.words);
    let (kind, count, few) = (&wrong.kind, few.len(), step::write(&few));
    format!(
        "{name}: {kind}\n{words}\n\nAgain, in {count} steps:\n  PURSER_SIM_STEPS='{few}' \
         cargo nextest run -p purser-sim again\n"
    )
}
