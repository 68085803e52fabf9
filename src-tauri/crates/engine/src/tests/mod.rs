//! Tests of the engine through its public face, by what a person would say of it.
#![allow(clippy::arithmetic_side_effects, reason = "numbers in tests are small")]

mod attribution;
mod backtest;
mod bounded;
mod breakers;
mod budgets;
mod calendar;
mod clock;
mod coalesce;
mod conditions;
mod delegation;
mod edges;
mod explain;
mod idempotency;
mod ladder;
mod lifecycle;
mod log;
mod lookups;
mod owner;
mod policy;
mod policy_property;
mod replay;
mod report;
mod scenarios;
mod session_records;
mod sessions;
mod snapshot;
mod stopping;
mod support;
mod thresholds;
mod tiers;
mod tree;
mod tree_property;
