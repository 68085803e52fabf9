#!/usr/bin/env bash
# The real window on a screen of its own: the built app, the system's web view, a notification
# service whose buttons are clicked with the mouse, and an agent over MCP. Wants the programs built:
# `cargo build -p purser-desktop -p purser-cli` after `npm --prefix ui run build`.
set -euo pipefail
cd "$(dirname "$0")/../.."

for tool in Xvfb dbus-run-session dbus-monitor dbus-send xdotool import convert WebKitWebDriver node; do
  command -v "$tool" >/dev/null || { echo "window: $tool is missing: scripts/setup.sh test" >&2; exit 1; }
done
programs=${CARGO_TARGET_DIR:-target}/${PROFILE:-debug}
for program in purser-desktop purser; do
  [ -x "$programs/$program" ] || { echo "window: $programs/$program is not built" >&2; exit 1; }
done

scratch=$(mktemp -d)
mkfifo "$scratch/display"
# The server picks a free number and tells it once it answers.
Xvfb -displayfd 3 -screen 0 1440x900x24 -nolisten tcp 3>"$scratch/display" 2>/dev/null &
screen=$!
trap 'kill "$screen" 2>/dev/null || true; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
read -r -t 20 number <"$scratch/display" || { echo "window: Xvfb did not start" >&2; exit 1; }

# Nothing of the person who runs this: no settings, no session, no keyring.
export DISPLAY=":$number" GDK_BACKEND=x11 NO_AT_BRIDGE=1 LANG=C.UTF-8 LANGUAGE=en
export HOME=$scratch/home XDG_RUNTIME_DIR=$scratch/run
unset WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME
mkdir -m 700 -p "$HOME" "$XDG_RUNTIME_DIR"
# Not `exec`: the screen ends after it.
dbus-run-session -- node tests/window/drive.mjs "$programs" "$scratch"
