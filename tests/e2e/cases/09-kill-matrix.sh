# shellcheck shell=bash
# What dies at which step of the protocol: let go in time, nothing called consistent that is not, a later pass converges.
matrix=()
[ -n "$FULL" ] || matrix=(--sample)
status=0
STILLPOINT_BUILD=$(dirname "$BINARY") "$ROOT/tests/fault/kill_matrix/kill_matrix" "${matrix[@]}" >"$WORK/killed" 2>&1 || status=$?
note "$(<"$WORK/killed")"
check_equal "each step with a fault, or with each: exit code" $status 0
