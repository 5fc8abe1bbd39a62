# shellcheck shell=bash
# What the cases share: results, policies, running stillpoint, looking at the cloud and at the database. Sourced by `run`.
# shellcheck disable=SC2034  # used by the cases
BACKEND=e2e-backend-2  # the server that is held
BACKEND_ADDRESS=10.99.1.2
HOLD_STAGE='{driver: mariadb, method: backupStage, freeze: true, maxHold: 20s}'
HOLD_STOP='{driver: mariadb, method: stopService, maxHold: 20s}'

ok() { echo "ok      $*" | tee -a "$WORK/results"; }
not_ok() { echo "not ok  $*" | tee -a "$WORK/results"; }
note() { sed 's/^/        | /' <<<"$*"; }
check() {  # MESSAGE COMMAND...
  local message=$1
  shift
  if "$@"; then ok "$message"; else not_ok "$message"; fi
}
check_equal() { if [ "$2" = "$3" ]; then ok "$1 ($2)"; else not_ok "$1: $2, expected $3"; fi; }  # MESSAGE GOT WANTED

cloud() { "$PYTHON" "$E2E/lib/cloud_api.py" "$@"; }
server() { "$E2E/server" "$@"; }
uptime_now() { cut -d' ' -f1 /proc/uptime; }

# ---- stillpoint
stillpoint() {  # ARGUMENTS: as a user runs it; leaves EXIT and OUTPUT
  EXIT=0
  OUTPUT=$(OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml timeout 300 "$BINARY" "$@" 2>&1) || EXIT=$?
}
expect_exit() {  # CODE MESSAGE
  if [ "$EXIT" = "$1" ]; then ok "$2 (exit $EXIT)"; else
    not_ok "$2: exit $EXIT, expected $1"
    note "$OUTPUT"
  fi
}
expect_text() {  # EXTENDED_REGEX MESSAGE
  if grep -qiE -- "$1" <<<"$OUTPUT"; then ok "$2"; else
    not_ok "$2: no /$1/ in"
    note "$OUTPUT"
  fi
}

make_policy() {  # NAME [KEY=VALUE...]: writes $WORK/NAME.yaml and leaves its path in POLICY
  local name=$1 cloud=lab cron='* * * * *' deadline='' server=$BACKEND hold=$HOLD_STAGE volumes=mysql_data mongo='' \
    keep=3 known_hosts=$WORK/known_hosts unheld='' pair
  shift
  for pair; do local "${pair%%=*}=${pair#*=}"; done
  POLICY=$WORK/$name.yaml
  {
    echo "apiVersion: stillpoint.dev/v1alpha1"
    echo "kind: BackupPolicy"
    echo "metadata: {name: $name}"
    echo "spec:"
    echo "  cloud: $cloud"
    echo "  servers: {names: [$server]}"
    [ -n "$unheld" ] || echo "  ssh: {user: root, keyFile: $STILLPOINT_SERVERS/id_ed25519, knownHostsFile: $known_hosts}"
    echo "  schedule: {cron: \"$cron\"${deadline:+, startingDeadline: $deadline}}"
    echo "  datasets:"
    echo "    - {name: mysql, volumes: {nameContains: $volumes}$([ -n "$unheld" ] || echo ", hold: $hold")}"
    [ -z "$mongo" ] || echo "    - {name: mongodb, volumes: {nameContains: mongodb_data}, hold: $mongo}"
    echo "  retention: {keepLast: $keep, floor: 1}"
  } >"$POLICY"
}
cron_of_now() { date -u '+%-M %-H * * *'; }  # one slot a day, and it is due

second_of_minute() { [ "$(date +%-S)" -le "$1" ]; }
await_next_minute() {
  local minute
  minute=$(date +%M)
  # shellcheck disable=SC2016  # evaluated there
  wait_until 65 eval '[ "$(date +%M)" != '"$minute"' ]'
}

# ---- the cloud as it is: independent of stillpoint's own view
point_snapshots() {  # POLICY VOLUME_ID...: its snapshots, as compact JSON lines
  local policy=$1
  shift
  cloud snapshots "$@" | jq -c --arg p "$policy" '.[] | select(.metadata["stillpoint.policy"] == $p)'
}
count_snapshots() { point_snapshots "$@" | wc -l; }
complete_slots() {  # POLICY LEVEL VOLUME_ID: the slots of its complete points, oldest first
  point_snapshots "$1" "$3" | jq -r --arg l "$2" \
    'select(.status == "available" and .metadata["stillpoint.consistency"] == $l) | .metadata["stillpoint.slot"]' | sort
}
metadata_of() {  # KEY: of the snapshots on standard input
  jq -r --arg k "stillpoint.$1" '.metadata[$k] // ""'
}
has_snapshot() {  # POLICY VOLUME_ID STATUS
  [ -n "$(point_snapshots "$1" "$2" | jq -r --arg s "$3" 'select(.status == $s) | .id')" ]
}

nothing_creating() {  # VOLUME_ID
  [ "$(cloud snapshots "$1" | jq '[.[] | select(.status == "creating")] | length')" = 0 ]
}

# ---- the database and its writer
sql() { server exec "$BACKEND" mariadb -N -e "$1"; }
stages_so_far() { sql "SHOW GLOBAL STATUS LIKE 'Com_backup'" | cut -f2; }
database_pid() { server exec "$BACKEND" cat /run/mysqld/mysqld.pid; }
hold_marks() { echo "$(stages_so_far) $(database_pid)"; }  # either changes if the database was held

commits_after() { [ "$("$PYTHON" "$E2E/lib/stalls.py" after "$RECORD" "$1")" -gt 0 ]; }
writer_start() {  # NAME: commits rows in the background, instead of one before; leaves RECORD
  writer_stop
  RECORD=$WORK/$1.commits
  NOTES=$WORK LOGS=$WORK process_start writer "$PYTHON" "$E2E/writer" --socket "$(server socket "$BACKEND")" --record "$RECORD"
  wait_until 20 test -s "$RECORD"
}
writer_stop() { NOTES=$WORK process_stop writer; }
longest_stall() { "$PYTHON" "$E2E/lib/stalls.py" longest "$RECORD" "$1" "$2"; }  # FROM TO
commits_stand_still() { ! commits_after "$(awk '{print $1 - 1}' /proc/uptime)"; }
check_stall() {  # MESSAGE FROM TO LIMIT_MS
  local stall
  stall=$(longest_stall "$2" "$3")
  check "$1: longest stall $stall ms of at most $4 ms" [ "$stall" -le "$4" ]
}

# ---- what was restored
restore_and_check() {  # SNAPSHOT_ID [OPTION...]: makes a volume from it and leaves what check-restore says in RESTORED
  local volume file
  volume=$(cloud create-volume e2e-restored "$1")
  file=$("$E2E/volume" attach "$volume")
  shift
  RESTORED=$("$E2E/check-restore" "$file" "$@" 2>"$WORK/restore.log") || RESTORED="failed: $(tail -3 "$WORK/restore.log")"
  "$E2E/volume" detach "$volume"
}
field() { grep -oE "\\b$1=[^ ]+" <<<"$RESTORED" | cut -d= -f2; }  # NAME of a field in RESTORED

# ---- passes until nothing is left
pass_settles() {  # POLICY
  stillpoint reconcile -f "$WORK/$1.yaml"
  [ "$EXIT" = 0 ]
}
check_settles() {  # POLICY: with one complete point of its slot, and nothing else
  PAUSE=3 check "$1: a later pass leaves nothing to do" wait_until 150 pass_settles "$1"
  note "$OUTPUT"
  check_equal "$1: the slot has one complete point" "$(complete_slots "$1" application "$MYSQL_VOLUME" | wc -l)" 1
  check_equal "$1: and no other snapshot" "$(count_snapshots "$1" "$MYSQL_VOLUME")" 1
}

# ---- faults of the cloud
part_down() { "$E2E/cloud-down" "$@"; }
part_up() { "$E2E/cloud-up" "$@"; }
restart_apis() {  # their idle workers still have connections to the old RabbitMQ
  part_down cinder-api nova-api
  part_up cinder-api nova-api
}
