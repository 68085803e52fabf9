//! The gateway as agents find it: a real wallet with its log, over real HTTP on loopback.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test that panics has failed"
)]

mod auth;
mod input;
mod mcp;
mod money;
mod remote;
mod running;
mod sharing;
mod support;
