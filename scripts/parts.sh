# Sourced by the scripts that run several parts one after another: `part NAME COMMAND…` runs one,
# and at the end, also of a failure, each part is listed with its duration.

part_names=()
part_seconds=()
part_now=
part_started=$SECONDS

part() {
  part_now=$1
  shift
  part_started=$SECONDS
  printf '\n== %s\n' "$part_now"
  "$@"
  part_names+=("$part_now")
  part_seconds+=($((SECONDS - part_started)))
  part_now=
}

part_line() { printf '  %-10s %5d s  %s\n' "$1" "$2" "$3"; }

summary() {
  local code=$? at
  printf '\n== Summary\n'
  for at in "${!part_names[@]}"; do
    part_line passed "${part_seconds[$at]}" "${part_names[$at]}"
  done
  if [ -n "$part_now" ]; then
    part_line FAILED $((SECONDS - part_started)) "$part_now"
    [ "$code" != 0 ] || code=1
  fi
  part_line total "$SECONDS" ""
  exit "$code"
}
trap summary EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
