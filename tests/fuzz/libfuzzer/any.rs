//! Any target under libFuzzer: which one, the name of the binary says.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| purser_fuzz::run(env!("CARGO_BIN_NAME"), data));
