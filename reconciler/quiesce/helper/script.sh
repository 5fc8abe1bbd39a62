# ---- driver: script ---------------------------------------------------------------------------------------------------

# A program of the user's own on this server, which is called with one word: `check` (whether it could hold now), `hold`, `verify`
# (whether it has been held until now) and `release`. It must be root's, like all folders above it: what the policy gives is its
# path, and nothing of a policy is ever an argument.
script_check() {
  { path=$(readlink -f "$program") && [ -f "$path" ] && [ -x "$path" ]; } || refuse script "$program is no program"
  while [ -n "$(find "$path" -maxdepth 0 -user 0 ! -perm -020 ! -perm -002)" ] && [ "$path" != / ]; do
    path=${path%/*}
    path=${path:-/}
  done
  [ "$path" = / ] || refuse script "$program is not safe: others than root may write to $path"
  timeout 15 "$program" check </dev/null >/dev/null 2>&1 7>&- 9>&- || refuse script "$program check failed: exit code $?"
  fact "script $program"
}
run_script() { STILLPOINT_ATTEMPT=$attempt timeout "$2" "$program" "$1" </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 8>&- 9>&-; } # WORD SECONDS

hold_script() {
  start_timer 8 $((max_hold + 10000)) script
  begin "$max_hold"
  true >"$DIR/script" # from here on there is something to let go of
  [ -e "$DIR/script" ] || refuse no-space "/run is full"
  ( sign "$DIR/scripter" && run_script hold $((max_hold / 1000 + 1)); printf 'script-ended %s\n' $? >&8 ) </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 9>&- &
  await script-ended script
  [ "$REST" = 0 ] || refuse script "$program hold failed: exit code $REST"
}

release_script() { # false and REASON if it was not held until now
  REASON=''
  run_script verify 5 || REASON="$program verify failed: exit code $?"
  run_script release 5 || { REASON="$program release failed: exit code $?" && return 1; }
  true >"$DIR/script-released"
  [ -z "$REASON" ]
}

# Tried until it succeeds: what it was that the program holds still, only the program can let go.
let_go_of_script() {
  [ -e "$DIR/script" ] && [ ! -e "$DIR/script-released" ] || return 0
  if [ -s "$DIR/scripter" ] && read -r pid start <"$DIR/scripter" && alive "$pid" "$start"; then kill -9 "$pid"; fi
  tries=0
  until run_script release 10; do
    tries=$((tries + 1))
    [ "$tries" -lt 90 ] || { logger -p daemon.alert -t stillpoint-hold "$program release fails" 2>/dev/null; return; }
    sleep 1
  done
}

