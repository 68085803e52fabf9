#!/usr/bin/env bash
# Installs what is missing to run Purser (`run`), to test it (`test`), to lint it (`lint`) or to
# measure it beside its peers (`bench`), and nothing else. Says what it does, one line each; says what is missing when it can't. Quick when all
# is there. Toolchains (Rust, Node) are checked, never installed.
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-run}
case $what in
  run | test | lint | bench) ;;
  *) echo "usage: scripts/setup.sh [run|test|lint|bench]" >&2; exit 2 ;;
esac

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# at_least 1.95 1.96.0: whether the second version is the first one or newer.
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

check_rust() {
  local want found
  want=$(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml | head -n 1)
  has cargo && has rustc || fail "Rust $want or newer is missing: install it from https://rustup.rs"
  found=$(rustc --version | awk '{ print $2 }')
  at_least "$want" "$found" || fail "Rust $want or newer is needed, this is $found: rustup update stable"
}

check_node() {
  local found
  has node && has npm || fail "Node 20 or newer with npm is missing: install it from https://nodejs.org"
  found=$(node --version)
  at_least 20 "${found#v}" || fail "Node 20 or newer is needed, this is $found"
}

# The window's libraries, and what building them takes.
run_packages=(
  build-essential pkg-config perl git ca-certificates
  libwebkit2gtk-4.1-dev libgtk-3-dev libayatana-appindicator3-dev librsvg2-dev libssl-dev libdbus-1-dev
)
# A screen without a screen: `make run` without a display, and the window test.
screen_packages=(xvfb xauth dbus-x11 xfce4-notifyd xdotool imagemagick at-spi2-core fonts-dejavu-core)
# The window driven from outside, the interface's pages, the keystore.
test_packages=(python3 openssl webkit2gtk-driver gnome-keyring chromium fonts-liberation)
# What the benchmark compares with; it starts its own, on folders of their own. Where the packages
# start services of theirs, those are not used.
bench_packages=(build-essential pkg-config libssl-dev postgresql redis-server)

missing_packages() {
  local package
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

install_packages() {
  local missing root=()
  has dpkg-query && has apt-get || {
    say "no apt here: see to the equivalents of: $*"
    return 0
  }
  missing=$(missing_packages "$@" | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    has sudo || fail "these packages are missing and there is no sudo: apt-get install $missing"
    root=(sudo)
  fi
  say "installs Debian packages: $missing"
  "${root[@]}" apt-get update -qq || say "apt-get update failed: going on with the lists there are"
  # shellcheck disable=SC2086 # a list of names
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    fail "apt-get could not install: $missing"
}

# The stamp says which lock file `node_modules` was made from, and by which Node.
install_npm() {
  local folder=$1 stamp now
  [ -f "$folder/package-lock.json" ] || return 0
  stamp=$folder/node_modules/.purser-stamp
  now="$(sha256sum <"$folder/package-lock.json") $(node --version)"
  [ "$(cat "$stamp" 2>/dev/null)" != "$now" ] || return 0
  say "installs the npm packages of $folder"
  # No package may run a script of its own here.
  (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) ||
    fail "npm ci failed in $folder"
  printf '%s\n' "$now" >"$stamp"
}

install_nextest() {
  cargo nextest --version >/dev/null 2>&1 && return 0
  say "installs cargo-nextest (builds it once, some minutes)"
  cargo install --locked --quiet cargo-nextest || fail "could not install cargo-nextest"
}

check_lint() {
  cargo fmt --version >/dev/null 2>&1 || fail "rustfmt is missing: rustup component add rustfmt"
  cargo clippy --version >/dev/null 2>&1 || fail "clippy is missing: rustup component add clippy"
  cargo deny --version >/dev/null 2>&1 ||
    say "cargo-deny is missing, its part will be left out: cargo install --locked cargo-deny"
}

check_rust
if [ "$what" = bench ]; then
  install_packages "${bench_packages[@]}"
  say "all that \`make bench\` needs is there"
  exit 0
fi
check_node
packages=("${run_packages[@]}")
if [ "$what" = test ] || [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  packages+=("${screen_packages[@]}")
fi
[ "$what" != test ] || packages+=("${test_packages[@]}")
install_packages "${packages[@]}"
install_npm ui
case $what in
  test)
    install_npm tests/world
    install_nextest
    ;;
  lint) check_lint ;;
esac
say "all that \`make $what\` needs is there"
