# shellcheck shell=bash
# A POST whose answer never came, and a snapshot that was available only after the hold: neither is trusted or doubled.
late_case() {  # POLICY PART
  local begin answered
  make_policy "$1" cron="$(cron_of_now)" hold='{driver: mariadb, method: backupStage, freeze: true, maxHold: 15s}'
  writer_start "$1"
  part_down "$2"
  begin=$(uptime_now)
  stillpoint reconcile -f "$POLICY"
  expect_exit 4 "$1: the pass fails while $2 is down"
  note "$OUTPUT"
  check_stall "$1: the database was let go within maxHold" "$begin" "$(uptime_now)" 16500
  answered=$(uptime_now)
  part_up "$2"
  wait_until 30 commits_after "$answered" || true
  check "$1: writes went on" commits_after "$answered"
  check "$1: once $2 is back the snapshot appears all the same" wait_until 120 has_snapshot "$1" "$MYSQL_VOLUME" available
  [ "$2" != rabbitmq ] || restart_apis
  check_equal "$1: it is not called consistent" "$(complete_slots "$1" application "$MYSQL_VOLUME")" ""
  late=$(point_snapshots "$1" "$MYSQL_VOLUME" | jq -r .id)
  check_equal "$1: there is one of it" "$(wc -l <<<"$late")" 1
}
late_case late-available cinder-volume
late_available=$late
late_case answer-lost rabbitmq
answer_lost=$late
check_settles late-available
check "late-available: the point is not the late one" test "$(point_snapshots late-available "$MYSQL_VOLUME" | jq -r .id)" != "$late_available"
check_settles answer-lost
check "answer-lost: the point is not the late one" test "$(point_snapshots answer-lost "$MYSQL_VOLUME" | jq -r .id)" != "$answer_lost"
