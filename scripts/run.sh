#!/usr/bin/env bash
# Builds the window and opens it. Debug by default: the first build takes half as long, and the
# cryptography is optimised in both. `PROFILE=release make run` builds what would be shipped.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

profile=${PROFILE:-debug}
case $profile in
  debug) flags=() ;;
  release) flags=(--release) ;;
  *) echo "run: PROFILE is debug or release, not \`$profile\`" >&2; exit 2 ;;
esac

scripts/setup.sh run
npm --prefix ui run --silent build
cargo build "${flags[@]}" -p purser-desktop -p purser-cli
target=${CARGO_TARGET_DIR:-target}/$profile
echo "run: the command line is $target/purser"

if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  exec scripts/run-headless.sh "$target/purser-desktop"
fi
exec "$target/purser-desktop"
