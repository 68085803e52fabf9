#!/usr/bin/env bash
# What needs no running: layout, lints, licences and advisories, types of the interface.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
. scripts/parts.sh

part "setup" scripts/setup.sh lint
part "layout" cargo fmt --all --check
part "window's interface: types" npm --prefix ui run --silent check
# The desktop package embeds the built pages, so clippy needs them too.
[ -d ui/dist ] || part "window's interface: build" npm --prefix ui run --silent build
part "lints" cargo clippy --workspace --all-targets -- -D warnings
if cargo deny --version >/dev/null 2>&1; then
  part "licences and advisories" cargo deny --workspace --log-level error check
else
  printf '\n== licences and advisories: left out, cargo-deny is not installed\n'
fi
