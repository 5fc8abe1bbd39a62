# shellcheck shell=bash
# Restore: a volume made from the snapshot starts, and every row committed before the hold is there; for both methods.
restore_case() {  # POLICY HOLD
  local begin last_before snapshot position
  make_policy "$1" hold="$2"
  writer_start "$1"
  wait_until 30 eval '[ "$(wc -l <"$RECORD")" -gt 100 ]'
  begin=$(uptime_now)
  last_before=$("$PYTHON" "$E2E/lib/stalls.py" before "$RECORD" "$begin")
  stillpoint reconcile --now -f "$POLICY"
  expect_exit 0 "$1: a point is made while rows are committed"
  note "$OUTPUT"
  wait_until 60 commits_after "$(uptime_now)"
  writer_stop
  snapshot=$(point_snapshots "$1" "$MYSQL_VOLUME" | jq -r .id | tail -1)
  position=$(point_snapshots "$1" "$MYSQL_VOLUME" | tail -1 | metadata_of position.gtid)
  restore_and_check "$snapshot"
  check_equal "$1: MariaDB starts on it and mariadb-check is clean" "$(field check)" ok
  note "$RESTORED"
  check "$1: rows up to $last_before, committed before the hold, are there ($(field max))" test "$(field max)" -ge "$last_before"
  check_equal "$1: rows missing among them" "$(field gaps)" 0
  check_equal "$1: transactions of which a part is missing" "$(field torn)" 0
  [ -z "$position" ] || check_equal "$1: it ends where the hold says the binary log stood" "$(field gtid)" "$position"
}
restore_case restore-stage "$HOLD_STAGE"
restore_case restore-plain '{driver: mariadb, method: backupStage, freeze: false, maxHold: 20s}'
restore_case restore-stop "$HOLD_STOP"
