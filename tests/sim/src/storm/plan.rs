//! The steps of storms, from their seeds.

use super::disk::{Disk, Paper};
use super::on_disk::OnDisk;
use super::{Bug, Storm};
use crate::run::{Seen, Tale};
use crate::step::{self, Step, Verb};
use crate::world::Wrong;
use purser_domain::Entry;

/// How often a verb is drawn in a storm.
const fn weight(verb: Verb) -> u64 {
    match verb {
        // The driver does these, and the writer counts.
        Verb::Submit | Verb::Succeed | Verb::Fail | Verb::Lose | Verb::Flop | Verb::Count => 0,
        // What the owner says afterwards moves no money.
        Verb::Judge => 0,
        Verb::Drive => 70,
        Verb::Together => 30,
        Verb::Approve => 24,
        Verb::Second => 8,
        Verb::Flood => 3,
        Verb::Race => 4,
        Verb::Fault => 5,
        Verb::Die => 3,
        Verb::Tick => 4,
        other => other.shape().weight,
    }
}

/// The steps of a seed.
#[must_use]
pub fn plan(seed: u64, count: usize) -> Vec<Step> {
    step::plan_by(seed, count, weight)
}

/// The log of a storm, which went well.
///
/// # Panics
/// When it did not.
#[must_use]
pub fn log_of(seed: u64, count: usize) -> Vec<Entry> {
    let mut storm = Storm::new(Paper::new(None), None);
    let taken = plan(seed, count).iter().try_for_each(|step| storm.take(step));
    taken.expect("a storm that is weathered");
    storm.world.log
}

/// In which part of the storms limits are looked at after each entry.
const EVERY_ENTRY_IN: u64 = 16;

/// Goes through a storm on a disk.
///
/// # Errors
/// The promise that was broken.
pub fn weather<D: Disk>(disk: D, bug: Option<Bug>, steps: &[Step]) -> Result<Seen, Wrong> {
    let mut storm = Storm::new(disk, bug);
    // Adding everything up takes long: after each entry in one of so many storms, in all of them at
    // each death and at the end.
    let numbers = steps.iter().flat_map(|step| step.numbers);
    storm.books.always.every = numbers.map(u64::from).sum::<u64>() % EVERY_ENTRY_IN == 0;
    steps.iter().try_for_each(|step| storm.take(step))?;
    storm.end()?;
    let mut seen = storm.world.seen;
    *seen.entry("commands".to_owned()).or_default() += storm.world.commands;
    Ok(seen)
}

/// Storms on a disk in memory, with what brings one back.
#[must_use]
pub fn storms(bug: Option<Bug>) -> Tale {
    Tale { live: Box::new(move |steps| weather(Paper::new(bug), bug, steps)), ..on_real_logs() }
}

/// Storms on real logs.
#[must_use]
pub fn on_real_logs() -> Tale {
    Tale {
        plan,
        live: Box::new(|steps| weather(OnDisk::default(), None, steps)),
        seed_name: "PURSER_SEED",
        steps_name: "PURSER_STEPS",
        again: "storm_again",
    }
}
