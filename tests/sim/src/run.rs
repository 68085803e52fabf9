//! Lives and storms, from their seeds, and what is said when one goes wrong.

use crate::step::{self, Step};
use crate::world::{World, Wrong};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Most lives that are tried to make a failure smaller.
const TRIES: usize = 4000;

/// How often each thing happened.
pub type Seen = BTreeMap<String, u64>;

/// Takes steps: what happened, or what went wrong.
pub type Live = dyn Fn(&[Step]) -> Result<Seen, Wrong>;

/// What steps are taken through, and how a failure is brought back.
pub struct Tale {
    /// The steps of a seed.
    pub plan: fn(u64, usize) -> Vec<Step>,
    /// Takes them.
    pub live: Box<Live>,
    /// The variable that names a seed.
    pub seed_name: &'static str,
    /// The variable that lists steps.
    pub steps_name: &'static str,
    /// The test that takes them again.
    pub again: &'static str,
}

/// A life through steps, to its end.
///
/// # Errors
/// What went wrong.
pub fn life(steps: &[Step]) -> Result<World, Wrong> {
    let mut world = World::default();
    steps.iter().try_for_each(|step| world.take(step))?;
    world.end()?;
    Ok(world)
}

/// Random lives, each step held against the model.
#[must_use]
pub fn lives() -> Tale {
    Tale {
        plan: step::plan,
        live: Box::new(|steps| {
            let mut world = life(steps)?;
            *world.seen.entry("commands".to_owned()).or_default() += world.commands;
            Ok(world.seen)
        }),
        seed_name: "PURSER_SIM_SEED",
        steps_name: "PURSER_SIM_STEPS",
        again: "life_again",
    }
}

impl Tale {
    /// Takes steps; a panic goes wrong, too.
    ///
    /// # Errors
    /// What went wrong.
    pub fn through(&self, steps: &[Step]) -> Result<Seen, Wrong> {
        let lived = catch_unwind(AssertUnwindSafe(|| (self.live)(steps)));
        lived.unwrap_or_else(|panic| {
            let words = panic.downcast_ref::<String>().cloned();
            let words =
                words.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(Wrong::new("panic", words.unwrap_or_default()))
        })
    }

    /// Takes the steps of a seed, and counts what happened.
    ///
    /// # Errors
    /// What went wrong, with what brings it back.
    pub fn through_seed(&self, seed: u64, steps: usize, seen: &mut Seen) -> Result<(), String> {
        let steps = (self.plan)(seed, steps);
        let (variable, again) = (self.seed_name, self.again);
        let name =
            format!("seed {seed} ({variable}={seed} cargo nextest run -p purser-sim {again})");
        let happened = self.through(&steps);
        let happened = happened.map_err(|wrong| self.report(&name, &steps, &wrong))?;
        happened.into_iter().for_each(|(word, count)| *seen.entry(word).or_default() += count);
        Ok(())
    }

    /// Fewer and simpler steps that go wrong in the same way.
    #[must_use]
    pub fn shrink(&self, steps: &[Step], wrong: &Wrong) -> Vec<Step> {
        let mut best = steps.to_vec();
        let mut tries = 0;
        let mut fails = |steps: &[Step]| {
            tries += 1;
            tries <= TRIES && self.through(steps).is_err_and(|other| other.kind == wrong.kind)
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

    /// The words about steps that went wrong, with what brings it back.
    #[must_use]
    pub fn report(&self, name: &str, steps: &[Step], wrong: &Wrong) -> String {
        let few = self.shrink(steps, wrong);
        let last = self.through(&few).err();
        let words = last.map_or_else(|| wrong.words.clone(), |wrong| wrong.words);
        let (kind, count, few) = (&wrong.kind, few.len(), step::write(&few));
        let (variable, again) = (self.steps_name, self.again);
        format!(
            "{name}: {kind}\n{words}\n\nAgain, in {count} steps:\n  {variable}='{few}' \
             cargo nextest run -p purser-sim {again}\n"
        )
    }

    /// Takes steps that have a name, or stops the test.
    ///
    /// # Panics
    /// With the report, when they go wrong.
    pub fn must(&self, name: &str, steps: &[Step]) {
        if let Err(wrong) = self.through(steps) {
            panic!("{}", self.report(name, steps, &wrong));
        }
    }

    /// Takes what the variables name, if they name something, with so many steps of a seed.
    ///
    /// # Panics
    /// With the report, when it goes wrong.
    pub fn once_more(&self, steps: usize) {
        if let Ok(seed) = std::env::var(self.seed_name) {
            let seed = seed.parse().expect("a number");
            if let Err(words) = self.through_seed(seed, steps, &mut Seen::new()) {
                panic!("{words}");
            }
        }
        if let Ok(text) = std::env::var(self.steps_name) {
            self.must("these steps", &step::read(&text).expect("steps"));
        }
    }

    /// Takes seeds from `PURSER_SOAK_FROM` on for `PURSER_SOAK_MINUTES`, and counts what happened.
    ///
    /// # Panics
    /// With the report, when one goes wrong, or when the variables are no numbers.
    #[must_use]
    pub fn soak(&self, steps: usize) -> Seen {
        let number = |name: &str, or: u64| {
            std::env::var(name).map_or(or, |text| text.parse().expect("a number"))
        };
        let end = Duration::from_secs(number("PURSER_SOAK_MINUTES", 1) * 60);
        let from = number("PURSER_SOAK_FROM", 1);
        let (began, mut seen, mut seed) = (Instant::now(), Seen::new(), from);
        while began.elapsed() < end {
            let gone = self.through_seed(seed, steps, &mut seen);
            gone.unwrap_or_else(|words| panic!("{words}"));
            seed += 1;
        }
        *seen.entry("seeds".to_owned()).or_default() += seed - from;
        seen
    }

    /// Takes every line of a list of failures found earlier: `seed NUMBER` or `steps STEPS`.
    ///
    /// # Panics
    /// With the report, when one goes wrong.
    pub fn all_of(&self, list: &str, steps: usize) {
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(' ') {
                Some(("seed", seed)) => {
                    let planned = (self.plan)(seed.trim().parse().expect("a seed"), steps);
                    self.must(line, &planned);
                }
                Some(("steps", steps)) => self.must(line, &step::read(steps).expect("steps")),
                _ => assert!(line.trim().is_empty(), "neither `seed` nor `steps`: {line}"),
            }
        }
    }
}
