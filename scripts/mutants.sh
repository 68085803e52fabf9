#!/usr/bin/env bash
# Changes the engine and the ledger in one small way after another, and lists the changes that no
# test of the crate notices. All of it takes some hours; CRATE=ledger takes one of the two alone,
# FILES="decide/ladder.rs tree.rs" the files of that name, SHARD=1/8 an eighth.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
if ! cargo mutants --version >/dev/null 2>&1; then
  printf 'cargo-mutants is missing: cargo install --locked cargo-mutants\n' >&2
  exit 1
fi
chosen=()
for file in ${FILES:-}; do chosen+=(--file "**/src/$file"); done

mkdir -p target
missed=0
mutate() {
  local crate=$1
  shift
  if [[ ${CRATE:-$crate} == "$crate" ]]; then
    cargo mutants --package "purser-$crate" --output "target/mutants-$crate" \
      ${SHARD:+--shard "$SHARD"} "${chosen[@]}" "$@" || missed=1
  fi
}
# The engine's tests are all in its library; random policies and trees take longer than all others.
mutate engine --cargo-arg=--lib -- -- --skip property
mutate ledger
exit "$missed"
