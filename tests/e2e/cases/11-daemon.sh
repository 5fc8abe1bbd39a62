# shellcheck shell=bash
# The daemon: a slot every minute under write load while parts of the cloud stop and come back; it recovers and says what was.
# shellcheck disable=SC2016  # `eval` is what evaluates them
# shellcheck source=/dev/null
. "$E2E/lib/daemon.sh"
trap 'NOTES=$WORK process_stop daemon; writer_stop' EXIT
make_policy daemon keep=100
writer_start daemon
begin=$(uptime_now) first=$(date +%s) spans=()
: >"$WORK/daemon-story"
check "daemon: it is ready" daemon_start "$POLICY"
check "daemon: the next slot is served" next_slot_is_served 30
check "daemon: all is well" condition_is Protected 'True *'
from=$(date +%s)
tell "slot $SLOT served; everything runs"

stop_parts() {  # PART...: in the second half of a minute, so that the next slot is the first that meets it
  second_of_minute 45 || await_next_minute
  wait_until 60 eval '[ "$(date +%-S)" -ge 35 ]'
  spans+=("$from $(date +%s)")
  part_down "$@"
  tell "stopped: $*"
}
start_parts() {  # PART...: from now on, once the cloud serves others, every slot has its point
  part_up "$@"
  if [ "$1" = rabbitmq ]; then  # the calls that wait for it are not to be cut short
    check "daemon: with rabbitmq back the late snapshot comes" wait_until 180 nothing_creating "$MYSQL_VOLUME"
    restart_apis
  fi
  tell "started again: $*"
  PAUSE=1 check "daemon: with $1 back the cloud serves others" wait_until 180 cloud_serves
  from=$(date +%s)
}
recovers() {  # PART: by itself, with the next slots
  check "daemon: after $1 it reads the cloud again" wait_until 90 knows_no_cloud_error
  check "daemon: after $1 the next slot is served" next_slot_is_served 30
  check "daemon: and the one after it" next_slot_is_served 30
  check "daemon: after $1 all is well" wait_until 30 condition_is Protected 'True *'
  check "daemon: no failure is told of any more" condition_is HoldFailed 'False *'
  check_equal "daemon: nothing is overdue" "$(metric stillpoint_overdue_seconds 'policy="daemon"')" 0
  tell "slot $SLOT served; after $1 all is well again"
}
sample() { metric stillpoint_openstack_requests_total "$1"; }

api_case() {
  local unanswered overdue=$1
  unanswered=$(sample 'code="none".*service="block-storage"')
  stop_parts cinder-api
  check "daemon: it says that the cloud cannot be read" wait_until 120 says_cloud_error
  check "daemon: and why: $(cloud_error)" grep -qi 'snapshots\|volumes\|connect' <<<"$(cloud_error)"
  check "daemon: an event tells of it" happened CloudNotRead 0
  check "daemon: requests without an answer are counted" test "$(sample 'code="none".*service="block-storage"')" -gt "$unanswered"
  check "daemon: it is alive and ready all the same" eval 'asked /healthz && asked /readyz'
  if [ -n "$overdue" ]; then
    check "daemon: the point becomes overdue" wait_until 240 metric_above stillpoint_overdue_seconds 0 'policy="daemon"'
    check "daemon: and Protected says so" wait_until 30 condition_is Protected 'False Overdue'
    tell "a point is overdue; the daemon says: $(cloud_error | cut -c1-150)"
  else
    wait_until 60 eval '[ "$(date +%-S)" -ge 32 ]'  # the look that failed was for a slot; its starting deadline is over
  fi
  start_parts cinder-api
  recovers cinder-api
  check "daemon: an event tells that the cloud can be read again" happened CloudReadAgain 0
}

held_in_vain() {  # PART: the API takes the request, and no snapshot comes of it in time
  local failed held
  failed=$(event_count PointFailed) held=$(uptime_now)
  stop_parts "$1"
  check "daemon: with $1 down the point fails" wait_until 180 happened PointFailed "$failed"
  check "daemon: HoldFailed says so" wait_until 10 condition_is HoldFailed 'True *'
  check "daemon: and points_total counts it" metric_above stillpoint_points_total 0 'result="failed"'
  check_stall "daemon: it let go in time" "$held" "$(uptime_now)" 21500
  tell "a point has failed: $(event_message PointFailed | cut -c1-150)"
  start_parts "$1"
  recovers "$1"
}

keystone_case() {  # its token is good for an hour: it is told to log in anew
  local before
  before=$(event_count CloudNotRead)
  stop_parts keystone keystone-short
  daemon_signal HUP
  check "daemon: it says that it cannot log in" wait_until 120 happened CloudNotRead "$before"
  check "daemon: and why: $(cloud_error | cut -c1-100)" grep -q 'log in' <<<"$(cloud_error)"
  tell "the daemon says: $(cloud_error | cut -c1-150)"
  await_next_minute
  wait_until 60 eval '[ "$(date +%-S)" -ge 32 ]'
  start_parts keystone keystone-short
  recovers keystone
}

if [ -n "$FULL" ]; then
  api_case overdue
  held_in_vain cinder-volume
  held_in_vain rabbitmq
  keystone_case
else
  api_case ''
fi
spans+=("$from $(date +%s)")

check "daemon: what the faults left is swept; nothing but points is there" wait_until 240 nothing_but_points
missing=$(for span in "${spans[@]}"; do
  # shellcheck disable=SC2086  # two numbers; the slot of the last minute may still be under way
  set -- $span
  missing_slots "$1" $(($2 - 30))
done)
check_equal "daemon: slots without a point while everything ran" "$missing" ""
longest=$(point_snapshots daemon "$MYSQL_VOLUME" | jq -s '[.[].metadata["stillpoint.held-ms"] | tonumber] | max')
check "daemon: the longest hold was $longest ms of 20000" test "$longest" -le 20000
check_stall "daemon: the database in all that time" "$begin" "$(uptime_now)" 21500
check_equal "daemon: a snapshot per point" "$(count_snapshots daemon "$MYSQL_VOLUME")" "$(complete_slots daemon application "$MYSQL_VOLUME" | uniq | wc -l)"
asked /api/v1/policies >"$WORK/daemon-status" && asked /metrics >"$WORK/daemon-metrics"
check "daemon: its log has no password" eval '! grep -qF "$(sed -n "s/.*password: *//p" "$WORK/clouds.yaml" | head -1)" "$WORK/daemon.log"'
pid=$(NOTES=$WORK process_pid daemon)
daemon_signal TERM
status=0
wait "$pid" || status=$?
check_equal "daemon: told to stop it exits with" $status 0
note "$(<"$WORK/daemon-story")"

[ -z "$FULL" ] || {
  mkdir -p "$E2E/results"
  file=$E2E/results/$(date -u +%Y-%m-%d)-daemon.md
  slots=$(complete_slots daemon application "$MYSQL_VOLUME" | wc -l)
  {
    printf '# The daemon while parts of the cloud stop, on %s\n\n' "$(date -u +%Y-%m-%d)"
    printf 'Written by `tests/e2e/run --full 11`: `stillpoint run` with one policy, a slot every minute, `backupStage` and freeze with `maxHold: 20s`, on a\n'
    printf 'MariaDB that a writer commits to all the time. %d slots of %d minutes have a complete point. Slots without one while everything ran: %s.\n' \
      "$slots" $((($(date +%s) - first) / 60)) "${missing:-none}"
    printf 'Longest hold %s ms. Longest time without a commit %s ms.\n\n| UTC | |\n| --- | --- |\n' "$longest" "$(longest_stall "$begin" "$(uptime_now)")"
    cat "$WORK/daemon-story"
    printf '\n## Points\n\n| slot | held ms |\n| --- | ---: |\n'
    point_snapshots daemon "$MYSQL_VOLUME" | jq -rs 'sort_by(.metadata["stillpoint.slot"])[] | "| \(.metadata["stillpoint.slot"]) | \(.metadata["stillpoint.held-ms"]) |"'
    printf '\n## Events at the end\n\n| | times | message |\n| --- | ---: | --- |\n'
    jq -r '.events[] | "| \(.reason) | \(.count) | \(.message | gsub("\\|"; "/") | .[0:200]) |"' "$WORK/daemon-status"
    printf '\n## Requests and results\n\n```\n'
    grep -E '^stillpoint_(openstack_requests|points|prunes|reconcile)_total' "$WORK/daemon-metrics"
    printf '```\n'
  } | sed "s|$WORK/||g" >"$file" # where this run lay is nobody's business
  ok "results are in ${file#"$ROOT"/}"
}
