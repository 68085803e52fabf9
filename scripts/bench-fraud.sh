#!/usr/bin/env bash
# What the fraud baseline is worth, beside two simple designs and PyOD: the tables of docs/fraud.md.
# SEEDS="1,2,3" chooses the own traffic; FRAUD_DATA=cards.csv.gz adds card payments with labels;
# PROGRAM=path/to/purser measures a program that is built already.
set -euo pipefail

# A path as it was meant where the command was given.
from_here() { case $1 in /* | '') printf '%s' "$1" ;; *) printf '%s/%s' "$PWD" "$1" ;; esac; }
data=$(from_here "${FRAUD_DATA:-}")
program=$(from_here "${PROGRAM:-}")
cd "$(dirname "$0")/.."
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
folder=target/fraud
python=$folder/venv/bin/python
wanted=tests/fraud/requirements.txt

say() { printf 'bench-fraud: %s\n' "$*" >&2; }

for given in "$data" "$program"; do
  if [ -n "$given" ] && [ ! -f "$given" ]; then
    say "there is no file $given; give FRAUD_DATA and PROGRAM the path of one"
    exit 1
  fi
done

if ! cmp --quiet "$wanted" "$folder/venv/installed.txt"; then
  say "installs numpy and PyOD into $folder/venv"
  if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    say 'Python 3.11 or newer is needed: install it, with its venv module'
    exit 1
  fi
  rm -rf "$folder/venv"
  python3 -m venv "$folder/venv"
  "$python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
    --requirement "$wanted"
  cp "$wanted" "$folder/venv/installed.txt"
fi

if [ -z "$program" ]; then
  cargo build --release --package purser-cli --bin purser
  program=${CARGO_TARGET_DIR:-target}/release/purser
fi

say 'holds its own measures and traffic against their tests'
(cd tests/fraud && "../../$python" -B -m unittest --quiet)
say 'measures; with PyOD that takes some minutes'
exec "$python" -B tests/fraud/bench.py --program "$program" --folder "$folder/rows" \
  --seeds "${SEEDS:-1,2,3}" ${data:+--data "$data"}
