//! The rails through their public face, with merchants and a chain of our own at the outermost
//! edge, then with real ones, and payments that the real engine authorized.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that can't go on fails, and tests count with small numbers"
)]

mod answers;
mod quotes;
mod real_world;
mod resolving;
mod sandbox;
mod support;
