#!/usr/bin/env bash
# Opens the window where there is no screen: on a virtual one, with a notification daemon, and
# leaves a picture of it. Goes on until Ctrl-C.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" = --inside ]; then
  # Within the session bus and on the display that the outer half made.
  app=$2 shot=$3
  daemon=$(ls /usr/lib/*/xfce4/notifyd/xfce4-notifyd /usr/libexec/xfce4-notifyd 2>/dev/null | head -n 1 || true)
  pids=()
  trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT
  trap 'exit 130' INT TERM
  if [ -n "$daemon" ]; then
    "$daemon" >/dev/null 2>&1 &
    pids+=($!)
  else
    echo "run: no xfce4-notifyd, so no notifications will show"
  fi
  "$app" &
  pids+=($!)
  app_pid=$!
  timeout 60 xdotool search --sync --onlyvisible --name '^Purser' >/dev/null 2>&1 &
  seen=$!
  # Whichever comes first: the window, the end of the program, the end of patience.
  if wait -n -p first "$seen" "$app_pid" && [ "$first" = "$seen" ]; then
    # Up is not painted: a blank screen has few colours.
    for _ in {1..40}; do
      import -window root "$shot"
      [ "$(convert "$shot" -format %k info:)" -lt 32 ] || break
      sleep 0.25
    done
    echo "run: the window is up on display $DISPLAY; its picture is $shot; Ctrl-C ends it"
  elif [ "$first" = "$app_pid" ]; then
    kill "$seen" 2>/dev/null || true
    echo "run: the program ended before it showed a window" >&2
  else
    echo "run: no window within 60 s; the program goes on; Ctrl-C ends it" >&2
  fi
  wait "$app_pid"
  exit
fi

app=${1:?usage: scripts/run-headless.sh PROGRAM}
for tool in Xvfb xauth mcookie dbus-run-session xdotool import; do
  command -v "$tool" >/dev/null || { echo "run: $tool is missing: scripts/setup.sh test" >&2; exit 1; }
done
mkdir -p target
shot=$PWD/target/window.png
scratch=$(mktemp -d)
mkfifo "$scratch/display"
# A wallet's screen is nobody else's: only who can read the cookie gets on it.
export XAUTHORITY=$scratch/cookie
cookie=$(mcookie)
xauth -q add :0 . "$cookie" 2>/dev/null
# The server picks a free number and tells it once it answers.
Xvfb -displayfd 3 -auth "$XAUTHORITY" -screen 0 1280x900x24 -nolisten tcp \
  3>"$scratch/display" 2>/dev/null &
screen=$!
trap 'kill "$screen" 2>/dev/null || true; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM
read -r -t 20 number <"$scratch/display" || { echo "run: Xvfb did not start" >&2; exit 1; }
xauth -q add ":$number" . "$cookie"
echo "run: there is no display here, so the window opens on a virtual one (:$number)"
export DISPLAY=":$number"
unset WAYLAND_DISPLAY
# Without a person's settings: a plain language that charts can use, no accessibility bus to wait for.
export LANG=${LANG:-C.UTF-8} LANGUAGE=${LANGUAGE:-en} GDK_BACKEND=x11 NO_AT_BRIDGE=1
dbus-run-session -- "$0" --inside "$app" "$shot"
