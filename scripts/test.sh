#!/usr/bin/env bash
# Every test there is, cheapest first, one part after another, since the heavy ones share the
# processor badly. Stops at the first part that fails and says which.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
. scripts/parts.sh

locked=()
profile=default
if [ -n "${CI:-}" ]; then
  # Nothing is built a second time there, and what a second build would need takes room.
  export CARGO_INCREMENTAL=0
  locked=(--locked)
  profile=ci
fi

ui() { npm --prefix ui run --silent "$@"; }

part "setup" scripts/setup.sh test
part "window's interface: types" ui check
part "window's interface: tests" ui test
# Before the Rust build, which puts the built pages into the program.
part "window's interface: build" ui build
# Everything at once: the whole-system tests run the programs, which `cargo nextest` does not build by
# itself, and building those alone would choose other features and so compile most of it twice.
part "Rust build" cargo build "${locked[@]}" --workspace --all-targets
part "Rust tests" cargo nextest run "${locked[@]}" --workspace --profile "$profile"
part "Rust examples in the docs" cargo test "${locked[@]}" --workspace --doc --quiet
part "world: chain and merchants" npm --prefix tests/world test --silent
part "window" tests/window/run.sh
