//! Replays the corpus of every target, and some thousand mutations of it.
//!
//! The mutations are those of one seed, so that a run is the same each time; `PURSER_FUZZ_SEED`
//! asks for others. What found something goes into the corpus under a name that says what it was.
#![cfg(test)]

use purser_engine::State;
use purser_fuzz::{Mutator, TARGETS, Target, corpus, find};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

const SEED: u64 = 20_261_121;

fn seed() -> u64 {
    let asked = std::env::var("PURSER_FUZZ_SEED").ok();
    asked.map_or(SEED, |text| text.parse().expect("PURSER_FUZZ_SEED is a number"))
}

/// Runs one input, and keeps it when it finds something.
#[allow(clippy::disallowed_methods, reason = "a scratch file for whoever mends it")]
fn run(target: &Target, name: &str, input: &[u8]) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("found-{}", target.name));
        let kept = std::fs::write(&file, input);
        eprintln!("{}: {name}, {} bytes, kept in {}", target.name, input.len(), file.display());
        kept.unwrap();
        resume_unwind(panic);
    }
}

fn replay_and_mutate(name: &str) {
    let target = find(name);
    let inputs = corpus(name);
    for (file, input) in &inputs {
        run(target, file, input);
    }
    let seed = seed();
    let mut mutator = Mutator::new(seed);
    for number in 0..target.mutations {
        let input = mutator.input(&inputs, target.words);
        run(target, &format!("seed {seed}, mutation {number}"), &input);
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                replay_and_mutate(stringify!($name));
            }
        )*

        #[test]
        fn every_target_has_a_test() {
            let tested = [$(stringify!($name)),*];
            assert_eq!(TARGETS.iter().map(|target| target.name).collect::<Vec<_>>(), tested);
        }
    };
}

targets! {
    claim names money spend_request scope agent_policy wallet_policy policy_file
    credential credential_bytes held_block signature_headers phrase
    payment_request fetch_request sharing origin mcp
    offer offer_header receipt url chain_answer chain_body extensions redirect
    entry_line signed_note tlog_proof replay replay_policy snapshot control_frame
}

#[test]
fn a_seed_makes_the_same_inputs_each_time() {
    let inputs = corpus("claim");
    let made = |seed| {
        let mut mutator = Mutator::new(seed);
        (0..50).map(|_| mutator.input(&inputs, &["a", "b"])).collect::<Vec<_>>()
    };
    assert_eq!(made(1), made(1));
    assert_ne!(made(1), made(2));
}

/// Whoever changes the layout of a state makes its corpus anew, or nothing of a state is tried:
/// `cargo test -p purser-engine --lib -- --ignored make_the_corpus_of_snapshots`.
#[test]
fn the_corpus_has_states_of_this_layout() {
    let taken = |(_, bytes): &&(String, Vec<u8>)| State::from_snapshot(bytes).is_ok();
    assert_eq!(corpus("snapshot").iter().filter(taken).count(), 3);
}
