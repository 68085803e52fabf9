//! The log on disk, from outside: what is appended is there, what was changed is found.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that can't go on fails, and tests count with small numbers"
)]

mod append;
mod crash;
mod damage;
mod deliveries;
mod exports;
mod full;
mod golden;
mod index;
mod queries;
mod snapshots;
mod support;
mod tamper;
