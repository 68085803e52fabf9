//! Any target under libFuzzer: which one, `PURSER_FUZZ_TARGET` says. One program for all of them,
//! since to build one for each takes hours.

#![no_main]

use libfuzzer_sys::fuzz_target;
use purser_fuzz::{Target, find};
use std::sync::LazyLock;

static TARGET: LazyLock<&Target> =
    LazyLock::new(|| find(&std::env::var("PURSER_FUZZ_TARGET").unwrap_or_default()));

fuzz_target!(|data: &[u8]| (TARGET.run)(data));
