//! The log on disk, from outside: what is appended is there, what was changed is found.
#![allow(clippy::arithmetic_side_effects, reason = "tests count with small numbers")]

mod append;
mod crash;
mod damage;
mod exports;
mod full;
mod golden;
mod queries;
mod support;
mod tamper;
