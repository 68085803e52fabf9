//! The mutations of the ordinary test run, for as long as one likes: `long MINUTES [TARGET]`.
//!
//! All processors work at it, each with a seed of its own, which is printed first. What finds
//! something is kept as a file, and the run ends.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a tool for whoever looks for defects"
)]

use purser_fuzz::{Mutator, TARGETS, Target, corpus, find};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let minutes = arguments.next().and_then(|minutes| minutes.parse::<u64>().ok()).unwrap_or(5);
    let targets: Vec<&Target> = match arguments.next() {
        Some(name) => vec![find(&name)],
        None => TARGETS.iter().collect(),
    };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = now.as_secs();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let slice = Duration::from_secs(minutes.saturating_mul(60))
        .checked_div(u32::try_from(targets.len()).unwrap_or(1))
        .unwrap_or_default();
    eprintln!(
        "seeds from {seed}, {threads} at once, {slice:?} for each of {} targets",
        targets.len()
    );
    for target in targets {
        let ended = Instant::now().checked_add(slice).unwrap();
        let found = std::thread::scope(|scope| {
            let start = |number: usize| {
                let seed = seed.wrapping_add(u64::try_from(number).unwrap_or(0));
                scope.spawn(move || mutate(target, seed, ended))
            };
            let running: Vec<_> = (0..threads).map(start).collect();
            running.into_iter().map(|thread| thread.join().unwrap()).sum::<Option<u64>>()
        });
        let Some(inputs) = found else { return ExitCode::FAILURE };
        eprintln!("{}: {inputs} inputs", target.name);
    }
    ExitCode::SUCCESS
}

/// How many inputs held; `None` when one did not.
fn mutate(target: &Target, seed: u64, ended: Instant) -> Option<u64> {
    let inputs = corpus(target.name);
    let mut mutator = Mutator::new(seed);
    let mut number = 0u64;
    while Instant::now() < ended {
        let input = mutator.input(&inputs, target.words);
        if catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            let file = Path::new("target").join(format!("found-{}-{seed}-{number}", target.name));
            eprintln!("{}: seed {seed}, mutation {number}: {}", target.name, file.display());
            std::fs::write(&file, &input).unwrap();
            return None;
        }
        number = number.saturating_add(1);
    }
    Some(number)
}
