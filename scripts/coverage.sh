#!/usr/bin/env bash
# Which lines of domain, engine and ledger their own tests run: a page in target/llvm-cov/html, and
# a failure below 95 % of the lines.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
if ! cargo llvm-cov --version >/dev/null 2>&1; then
  printf 'cargo-llvm-cov is missing: cargo install --locked cargo-llvm-cov\n' >&2
  exit 1
fi
# Tests are not what is tested, and the doors for fuzz targets are theirs.
left_out='/tests/|_tests\.rs$|/fuzzing\.rs$|/examples/'
packages=(--package purser-domain --package purser-engine --package purser-ledger)
report() {
  cargo llvm-cov report "${packages[@]}" --ignore-filename-regex "$left_out" "$@"
}
cargo llvm-cov clean --workspace --profraw-only
cargo llvm-cov nextest --no-report "${packages[@]}"
report --html
report --fail-under-lines 95
