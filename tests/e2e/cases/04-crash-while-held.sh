# shellcheck shell=bash
# kill -9 of stillpoint, and a cut network, while the database is held: let go within maxHold, completed by a later pass.
hold_and() {  # POLICY WHAT_HAPPENS: runs into a hold that the cloud does not end, then lets that happen
  local begin
  make_policy "$1" cron="$(cron_of_now)" hold="{driver: mariadb, method: backupStage, freeze: true, maxHold: 20s}"
  writer_start "$1"
  part_down cinder-volume
  begin=$(uptime_now)
  OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml "$BINARY" reconcile -f "$POLICY" >"$WORK/$1.out" 2>&1 &
  held=$!
  check "$1: the snapshot is being made" wait_until 150 has_snapshot "$1" "$MYSQL_VOLUME" creating
  check "$1: the database is held" wait_until 10 commits_stand_still
  "$2"
  fault=$(uptime_now)
  check "$1: writes go on" wait_until 20 commits_after "$fault"
  check_stall "$1: let go within maxHold" "$begin" "$(uptime_now)" 21500
}
kill_it() { kill -KILL $held; }
cut_network() { server net "$BACKEND" cut; }
hold_and killed kill_it
check "killed: at once, for its end of the connection closed" test "$(longest_stall "$fault" "$(uptime_now)")" -lt 20000
wait $held || true
part_up cinder-volume
check "killed: the snapshot comes late" wait_until 150 nothing_creating "$MYSQL_VOLUME"

hold_and cut cut_network
status=0
wait $held || status=$?
check_equal "cut: stillpoint says that it failed" $status 4
note "$(<"$WORK/cut.out")"
server net "$BACKEND" restore
part_up cinder-volume
check "cut: the snapshot comes late" wait_until 150 nothing_creating "$MYSQL_VOLUME"
check_equal "neither is called consistent" \
  "$(complete_slots killed application "$MYSQL_VOLUME")$(complete_slots cut application "$MYSQL_VOLUME")" ""
check_settles killed
check_settles cut
