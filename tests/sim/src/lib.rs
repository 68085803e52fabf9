//! Random lives of a wallet, held against a naive model of the engine.
//!
//! Guarantees: a life is its seed and nothing else, the same on every machine; whatever goes wrong
//! is shrunk to few steps and shown with a command that brings it back. Only what `domain` and
//! `engine` show to everyone is used, so the model can't lean on what it is held against.
//!
//! Does not guarantee: that the model is right. Where the two disagree, the words of the product
//! decide.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a tool of the tests: what is out of order here must stop the run"
)]

pub mod model;
pub mod rng;
pub mod run;
pub mod step;
pub mod storm;
pub mod world;
