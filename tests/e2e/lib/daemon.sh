# shellcheck shell=bash
# The daemon under the suite's eyes: started and stopped, asked over HTTP, and a story of what happened when. Sourced by
# the case that runs it; suite.sh comes first.
# shellcheck disable=SC2034  # used by the case
free_port() { "$PYTHON" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

daemon_start() {  # POLICY_FILE: leaves DAEMON_URL
  local port
  port=$(free_port)
  DAEMON_URL=http://127.0.0.1:$port
  NOTES=$WORK LOGS=$WORK process_start daemon env OS_CLIENT_CONFIG_FILE="$WORK/clouds.yaml" "$BINARY" run -v --log-format json \
    -f "$1" --listen "127.0.0.1:$port"
  wait_until 30 asked /readyz
}
asked() { curl -sf -m 10 "$DAEMON_URL$1"; } # PATH
daemon_signal() { kill -s "$1" "$(NOTES=$WORK process_pid daemon)"; } # SIGNAL

# ---- what it says
condition() {  # TYPE: its status and reason. Others may have points in the project, which are shown as an unknown policy's
  asked /api/v1/policies | jq -r --arg t "$1" '.items[] | select(.metadata.name == "daemon") | .status.conditions[] | select(.type == $t) | "\(.status) \(.reason)"'
}
condition_is() {  # TYPE PATTERN
  # shellcheck disable=SC2053  # it is one
  [[ $(condition "$1") = $2 ]]
}
event_count() {  # REASON: how often that happened
  asked /api/v1/policies | jq --arg r "$1" '[.events[]? | select(.reason == $r) | .count] | add // 0'
}
event_message() { asked /api/v1/policies | jq -r --arg r "$1" '[.events[]? | select(.reason == $r) | .message] | first // ""'; }
happened() { [ "$(event_count "$1")" -gt "$2" ]; } # REASON TIMES
metric() {  # NAME [LABELS as a regular expression]: the sum over its samples
  asked /metrics | awk -v name="$1" -v labels="${2:-}" \
    '{ series = $1; sub(/\{.*/, "", series); if (series == name && $1 ~ labels) sum += $NF } END { printf "%d", sum }'
}
metric_above() { [ "$(metric "$1" "${3:-}")" -gt "$2" ]; } # NAME VALUE [LABELS]
cloud_error() { asked /api/v1/policies | jq -r '.clouds[0].error // ""'; }
says_cloud_error() { [ -n "$(cloud_error)" ]; }
knows_no_cloud_error() { [ -z "$(cloud_error)" ]; }

# ---- slots
slot_at() { date -u -d "@$(($1 / 60 * 60))" +%Y-%m-%dT%H:%M:%SZ; } # UNIX_TIME
has_point_of() { complete_slots daemon application "$MYSQL_VOLUME" | grep -qxF "$1"; } # SLOT
next_slot_is_served() {  # SECONDS: leaves the slot in SLOT
  SLOT=$(slot_at $(($(date +%s) + 60)))
  wait_until $((60 + $1)) has_point_of "$SLOT"
}
missing_slots() {  # FROM TO as Unix times: the slots in between, both included, that have no complete point
  local at served
  served=$(complete_slots daemon application "$MYSQL_VOLUME")
  for ((at = ($1 + 59) / 60 * 60; at <= $2; at += 60)); do
    grep -qxF "$(slot_at $at)" <<<"$served" || slot_at $at
  done
}
nothing_but_points() {  # every snapshot of the volume is of a complete point
  [ "$(cloud snapshots "$MYSQL_VOLUME" | jq --arg p daemon '[.[] | select(.metadata["stillpoint.policy"] == $p)
    | select(.status != "available" or .metadata["stillpoint.consistency"] != "application")] | length')" = 0 ]
}

# ---- the story
tell() { printf '| %s | %s |\n' "$(date -u +%H:%M:%S)" "$*" | tee -a "$WORK/daemon-story"; }
cloud_serves() {  # whoever asks for a snapshot now gets one
  timeout 60 "$PYTHON" "$E2E/lib/cloud_api.py" time-snapshots "$ADDRESSLESS_VOLUME" 1 >"$WORK/serves" 2>&1
}
