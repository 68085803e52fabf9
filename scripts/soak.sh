#!/usr/bin/env bash
# Random lives and storms for so many minutes (MINUTES, default 10), from seeds that no run had
# before. The first that goes wrong is made smaller and shown with a command that brings it back.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"

minutes=${1:-10}
case $minutes in
  '' | *[!0-9]*) echo "soak: MINUTES is a whole number, not \`$minutes\`" >&2; exit 2 ;;
esac
# A second's seeds are its own: no second has a million of them.
export PURSER_SOAK_MINUTES=$minutes PURSER_SOAK_FROM="$(date +%s)000000"
echo "soak: $minutes minutes from seed $PURSER_SOAK_FROM on"
cargo nextest run -p purser-sim --profile soak --run-ignored only -E 'test(/^soak_/)' \
  --success-output immediate
