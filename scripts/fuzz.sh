#!/usr/bin/env bash
# Looks for inputs that break what reads hostile bytes, for longer than the tests do: MINUTES in all,
# over every target or the one TARGET. Guided by coverage where a nightly compiler and cargo-fuzz are
# installed (`rustup toolchain install nightly`, `cargo install cargo-fuzz`), else by the seeded
# mutations of the tests on all processors. What finds something belongs into tests/fuzz/corpus.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
minutes=${MINUTES:-10}

if ! { cargo +nightly --version && cargo +nightly fuzz --version; } >/dev/null 2>&1; then
  printf 'cargo-fuzz or nightly is not installed: seeded mutations, without coverage\n' >&2
  mkdir -p target
  exec cargo run --release -p purser-fuzz --example long -- "$minutes" ${TARGET:+"$TARGET"}
fi

# The versions that are shipped, and one program for all targets.
cp Cargo.lock tests/fuzz/libfuzzer/Cargo.lock
fuzz() {
  local what=$1
  shift
  cargo +nightly fuzz "$what" --fuzz-dir tests/fuzz/libfuzzer --sanitizer none any "$@"
}
fuzz build
targets=${TARGET:-$(ls tests/fuzz/corpus)}
seconds=$((minutes * 60 / $(wc -w <<<"$targets")))
for target in $targets; do
  printf '\n== %s: %d s\n' "$target" "$seconds"
  # New inputs go into the first folder, which is not committed.
  mkdir -p "tests/fuzz/libfuzzer/corpus/$target" "tests/fuzz/libfuzzer/artifacts/$target"
  PURSER_FUZZ_TARGET=$target fuzz run \
    "tests/fuzz/libfuzzer/corpus/$target" "tests/fuzz/corpus/$target" -- \
    -artifact_prefix="tests/fuzz/libfuzzer/artifacts/$target/" \
    -max_total_time="$seconds" -max_len=65536 -timeout=20 -print_final_stats=1
done
