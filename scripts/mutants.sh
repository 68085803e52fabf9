#!/usr/bin/env bash
# Changes the engine and the ledger in one small way after another, and lists the changes that no
# test of the crate notices. All of it takes some hours; FILES="decide/ladder.rs tree.rs" takes the
# files of that name alone, SHARD=1/8 an eighth.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
if ! cargo mutants --version >/dev/null 2>&1; then
  printf 'cargo-mutants is missing: cargo install --locked cargo-mutants\n' >&2
  exit 1
fi
chosen=()
for file in ${FILES:-}; do chosen+=(--file "**/src/$file"); done

# The engine's tests are all in its library; random policies and trees take longer than all others.
missed=0
cargo mutants --package purser-engine --output target/mutants-engine --cargo-arg=--lib \
  ${SHARD:+--shard "$SHARD"} "${chosen[@]}" -- -- --skip property || missed=1
cargo mutants --package purser-ledger --output target/mutants-ledger \
  ${SHARD:+--shard "$SHARD"} "${chosen[@]}" || missed=1
exit "$missed"
