//! Everything that reads an agent's, a merchant's or a chain's bytes, given hostile ones.
//!
//! Each [`Target`] is one function of bytes that panics when a property does not hold: no input
//! panics the code under test, what is read can be written and is read as the same again, sizes
//! stay within their bounds, nothing hidden is shown, nothing grows wider. The targets run in
//! three ways: the committed corpus and some thousand seeded mutations of it in every test run
//! (`tests/fuzz/tests`), the same mutations for as long as one likes (`--example long`), and
//! guided by coverage under libFuzzer (`tests/fuzz/libfuzzer`); see `make fuzz`.
//!
//! Guarantees: a seed gives the same inputs each time; nothing here goes into a network or touches
//! a disk but to read the corpus. Does not guarantee that what passes is right, only that it holds
//! these properties.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a target's panic is its finding"
)]

mod corpus;
mod mutate;
mod targets;
mod text;

pub use corpus::corpus;
pub use mutate::Mutator;
pub use targets::TARGETS;

/// One reader of bytes and what must hold of it.
pub struct Target {
    /// Its name, and that of its folder in the corpus.
    pub name: &'static str,
    /// Panics when a property does not hold.
    pub run: fn(&[u8]),
    /// What inputs are made of, besides the corpus.
    pub words: &'static [&'static str],
    /// How many mutations an ordinary test run makes; fewer where one takes longer.
    pub mutations: u32,
}

/// Runs the target of this name.
///
/// # Panics
/// When there is none, or a property does not hold.
pub fn run(name: &str, data: &[u8]) {
    (find(name).run)(data);
}

/// The target of this name.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn find(name: &str) -> &'static Target {
    let found = TARGETS.iter().find(|target| target.name == name);
    found.unwrap_or_else(|| panic!("there is no target `{name}`"))
}
