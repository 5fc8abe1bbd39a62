# shellcheck shell=bash
# Two datasets of one server in one window: their copies are of one instant, while somebody writes first to one and then to the
# other. Held one after the other they are not, which shows that the test would see it.
SHARED_STAGE='{driver: mariadb, method: backupStage, freeze: true, maxHold: 20s, sharedWindow: true}'
FILE_IN_SERVER=srv/mongodb/pairs

pairs_start() {
  NOTES=$WORK LOGS=$WORK process_start pairs "$PYTHON" "$E2E/lib/pairs.py" "$(server socket "$BACKEND")" \
    "/proc/$(server pid "$BACKEND")/root/$FILE_IN_SERVER"
  wait_until 20 has_pairs 100
}
pairs_now() { tr -d ' ' <"/proc/$(server pid "$BACKEND")/root/$FILE_IN_SERVER"; }
has_pairs() {  # MORE_THAN
  local now
  now=$(pairs_now 2>/dev/null)
  [ "${now:-0}" -gt "$1" ]
}

number_in_file() {  # SNAPSHOT_ID: what the file says in a volume made from it
  local volume file mount=$WORK/files
  volume=$(cloud create-volume e2e-restored "$1")
  file=$("$E2E/volume" attach "$volume")
  mkdir -p "$mount"
  mount -o loop,ro,noload "$file" "$mount"
  tr -d ' ' <"$mount/pairs"
  umount "$mount"
  "$E2E/volume" detach "$volume"
}

two_datasets() {  # POLICY HOLD FILES_HOLD: makes a point of both; leaves NUMBERS, the database's less the file's, and WINDOWS
  local before
  make_policy "$1" hold="$2" mongo="$3"
  before=$(pairs_now)
  stillpoint reconcile --now -f "$POLICY"
  expect_exit 0 "$1: both points are made"
  note "$OUTPUT"
  wait_until 30 has_pairs "$before"
  WINDOWS=$(point_snapshots "$1" "$MYSQL_VOLUME" "$MONGO_VOLUME" | metadata_of window | sort | uniq -c | awk '{print $1 (NF > 1 ? "" : " without")}')
  restore_and_check "$(point_snapshots "$1" "$MYSQL_VOLUME" | jq -r .id)" --table stillpoint_e2e.pairs
  NUMBERS=$(($(field max) - $(number_in_file "$(point_snapshots "$1" "$MONGO_VOLUME" | jq -r .id)")))
}

one_instant() { [ "$NUMBERS" = 0 ] || [ "$NUMBERS" = 1 ]; }
two_instants() { ! one_instant; }

pairs_start
rounds=3
[ -z "$FULL" ] || rounds=20
for round in $(seq "$rounds"); do
  two_datasets "shared-$round" "$SHARED_STAGE" '{driver: filesystem, maxHold: 20s, sharedWindow: true}'
  check "shared-$round: the copies are of one instant (database less file: $NUMBERS)" one_instant
  check_equal "shared-$round: both snapshots name one window" "$WINDOWS" 2
done
two_datasets apart "$HOLD_STAGE" '{driver: filesystem, maxHold: 20s}'
check "apart: the copies are of two instants (database less file: $NUMBERS)" two_instants
check_equal "apart: no snapshot names a window" "$WINDOWS" "2 without"
NOTES=$WORK process_stop pairs
