# shellcheck shell=bash
# How long the writer waits, and the hold, beside the cloud's own time from POST to available in the same run.
points=$([ -n "$FULL" ] && echo 20 || echo 8)
results=$WORK/measured

measure() {  # LABEL POLICY HOLD: `points` passes; notes held-ms and the longest stall of each
  local label=$1 policy=$2 i begin failed=0
  make_policy "$policy" hold="$3" keep=100
  for ((i = 0; i < points; i++)); do
    begin=$(uptime_now)
    stillpoint reconcile --now -f "$POLICY"
    [ "$EXIT" = 0 ] || { failed=$((failed + 1)); note "$OUTPUT"; }
    wait_until 60 commits_after "$(uptime_now)"
    echo "$label stall $(longest_stall "$begin" "$(uptime_now)")" >>"$results"
  done
  check_equal "$label: failed passes of $points" $failed 0
  check_equal "$label: complete points" "$(complete_slots "$policy" application "$MYSQL_VOLUME" | wc -l)" "$points"
  point_snapshots "$policy" "$MYSQL_VOLUME" | metadata_of held-ms | sed "s/^/$label held /" >>"$results"
}
time_cloud() { cloud time-snapshots "$MYSQL_VOLUME" $((points / 2)) | sed 's/^/cloud available /' >>"$results"; }

measure_all() {  # PAXOS: Ceph's propose interval while it runs
  : >"$results"
  ceph --admin-daemon "$STILLPOINT_LAB_STATE/ceph/ceph-mon.lab.asok" config set paxos_propose_interval "$1" >/dev/null
  writer_start "measure-$1"
  time_cloud
  measure backupStage+freeze "measure-stage-${1/./-}" "$HOLD_STAGE"
  measure stopService "measure-stop-${1/./-}" "$HOLD_STOP"
  time_cloud
  writer_stop
  "$PYTHON" "$E2E/lib/measured.py" "$results" "Ceph's propose interval $1 s, $points points each" >"$WORK/table"
  note "$(<"$WORK/table")"
  cat "$WORK/table" >>"$WORK/tables"
}
: >"$WORK/tables"
measure_all "$STILLPOINT_LAB_PAXOS"
if [ -n "$FULL" ]; then
  [ "$STILLPOINT_LAB_PAXOS" = 1 ] || measure_all 1
  mkdir -p "$E2E/results"
  file=$E2E/results/$(date -u +%Y-%m-%d).md
  {
    printf '# Measured by `tests/e2e/run --full` on %s\n\n' "$(date -u +%Y-%m-%d)"
    printf 'Real Keystone, Cinder on Ceph RBD and MariaDB %s on one machine of %s cores. ' \
      "$(sql 'SELECT @@version')" "$(nproc)"
    printf 'Stall: the longest time between two commits of a writer that commits one row per transaction.\n\n'
    cat "$WORK/tables"
  } >"$file"
  ok "results are in ${file#"$ROOT"/}"
fi
