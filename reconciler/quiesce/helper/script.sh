# ---- driver: script ---------------------------------------------------------------------------------------------------

# A program of the user's own on this server, which is called with one word: `check` (whether it could hold now), `hold`, `verify`
# (whether it has been held until now) and `release`. It must be root's, like all folders above it: what the policy gives is its
# path, and nothing of a policy is ever an argument.
script_check() { # -> program, as it really is called: what was proven safe is what is run
  { path=$(readlink -f "$program") && [ -f "$path" ] && [ -x "$path" ]; } || refuse script "$program is no program"
  program=$path
  is_roots_alone "$path" || refuse script "$program is not safe: others than root may write to $UNSAFE"
  run_script check 15 || refuse script "$program check failed: exit code $?"
  fact "script $program"
}

# In the place of the subshell that calls it. What the program starts may live on: it inherits no lock and no FIFO.
exec_script() { # WORD SECONDS
  as_others_do && STILLPOINT_ATTEMPT=$attempt exec timeout -k 1 "$2" "$program" "$1" </dev/null >/dev/null 2>&1 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
}
run_script() { ( exec_script "$@" ); } # WORD SECONDS

hold_script() {
  await_others
  start_timer 8 $((max_hold + 500)) script
  begin "$max_hold"
  true >"$DIR/script" # from here on there is something to let go of
  [ -e "$DIR/script" ] || refuse no-space "/run is full"
  (
    ( sign "$DIR/scripter" && exec_script hold $((max_hold / 1000 + 1)) )
    printf 'script-ended %s\n' $? >&8
  ) </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 9>&- &
  await script-ended script
  [ "$REST" = 0 ] || refuse script "$program hold failed: exit code $REST"
}

# Whoever releases does it alone, so that nobody asks again once the program has let go.
release_once() { # SECONDS
  (
    flock 4
    [ ! -e "$DIR/script-released" ] || exit 0
    run_script release "$1" && true >"$DIR/script-released"
  ) 4>"$DIR/script-lock"
}

release_script() { # false and REASON if it was not held until now
  REASON=''
  run_script verify 5 || REASON="$program verify failed: exit code $?"
  release_once 5 || { REASON="$program release failed" && return 1; }
  [ -z "$REASON" ]
}

# A `hold` that is under way must not end in a hold after the release.
end_script_hold() {
  { read -r pid start <"$DIR/scripter"; } 2>/dev/null || return 0
  polls=0
  while alive "$pid" "$start" && [ "$polls" -lt 40 ]; do
    case $polls in 0) kill "$pid" ;; 20) kill -9 -- "-$pid" 2>/dev/null || kill -9 "$pid" ;; esac
    sleep 0.05
    polls=$((polls + 1))
  done
}

# Tried for a quarter of an hour: what it was that the program holds still, only the program can let go. What is given up stays
# journalled, so that whoever comes next tries again.
let_go_of_script() {
  [ -e "$DIR/script" ] && [ ! -e "$DIR/script-released" ] || return 0
  end_script_hold
  now
  from=$NOW
  until release_once 10; do
    now
    [ $((NOW - from)) -lt 90000 ] || { logger -p daemon.alert -t stillpoint-hold "$program release fails" 2>/dev/null; return; }
    sleep 1
  done
}

