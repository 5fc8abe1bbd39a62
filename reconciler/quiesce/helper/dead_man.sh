# ---- dead-man -------------------------------------------------------------------------------------------------------------------

create() { # FILE TEXT; false if there is such a file: of two processes one creates it, with or without room for the text. Forks nothing.
  # Not ':', a special builtin: a redirection that fails would end the shell.
  set -C
  { true >"$1"; } 2>/dev/null
  created=$?
  set +C
  [ "$created" = 0 ] || return 1
  { printf '%s\n' "$2" >"$1"; } 2>/dev/null
  return 0
}
claim() { create "$DIR/released-by" $$; } # only who has created it releases

# The verdict is written once, by whoever is first; what counts is what it says then.
finish_with() { # intact|broken REASON -> KIND HELD_MS REASON
  now
  HELD_MS=0
  { read -r began <"$DIR/begun"; } 2>/dev/null && HELD_MS=$(((${ENDED:-$NOW} - began) * 10))
  create "$DIR/verdict" "$1 $HELD_MS $2"
  took=$HELD_MS tries=0
  until { read -r KIND HELD_MS REASON <"$DIR/verdict"; } 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || { KIND=broken HELD_MS=$took REASON='the verdict could not be written' && return; }
    sleep 0.02
  done
}

# Lets go of all that the attempt has journalled, without asking what is left. Thaw and unlock do not wait for each other.
let_go() {
  thaw_mounts </dev/null >/dev/null 2>&1 &
  thawing=$!
  if [ -s "$DIR/client" ] && read -r pid start <"$DIR/client"; then
    ! alive "$pid" "$start" || kill -9 "$pid"
    { lock_outlives_client && ! lock_may_be_left; } || [ ! -s "$DIR/killer" ] || confirm_unlock
  fi
  let_go_of_script </dev/null >/dev/null 2>&1 &
  scripting=$!
  let_go_of_lock </dev/null >/dev/null 2>&1 &
  unlocking=$!
  [ ! -e "$DIR/start" ] || [ -n "$STARTER" ] || start_service
  for job in "$thawing" "$scripting" "$unlocking"; do
    while kill -0 "$job" 2>/dev/null; do wait "$job"; done # a signal ends a wait, but not this one
  done
}

dead_man() { # fd 0 is the host lock
  FIRED=no
  { [ -d "$DIR" ] && [ ! -e "$DIR/verdict" ]; } || exit 1 # it has come too late
  exec 8<>"$DIR/inbox" 6<>"$DIR/dead-man"
  trap 'printf "fire the dead-man was told to end\n" >&6' HUP INT TERM
  { echo -1000 >/proc/self/oom_score_adj; } 2>/dev/null
  hurry
  # Opened so that it does not wait: a helper that has died by now is to be noticed as well.
  exec 3<>"$DIR/life"
  exec 4<"$DIR/life" 3<&-
  ( read -r _; printf 'fire helper died\n' >&6 ) <&4 >/dev/null 2>&1 4<&- &
  WATCHER=$!
  exec 4<&-
  if [ "$BY" = session ]; then
    start_client "$DIR/kill" 6 killer
    "${driver}_text" second >&5
    while next 6; do case $EVENT:$REST in db:ready) break ;; db-exit:* | ERROR:* | fire:*) printf 'dm failed\n' >&8; exit 1 ;; esac; done
  fi
  start_of $$
  printf 'dm armed %s %s\n' $$ "$START" >&8
  start_timer 6 120000 idle
  while next 6; do
    case $EVENT in
      idle) start_timer 6 "$((REST + 1000))" idle ;; # others are waited for
      begin) start_timer 6 "$((REST - 60))" deadline && printf 'dm timed\n' >&8 ;;
      timer) # a helper that has begun to release in time gets a little more
        if [ "$REST" = deadline ] && ! claim; then start_timer 6 700 overrun; else fire "$REST"; fi ;;
      fire) claim; fire "$REST" ;;
      start) start_service; printf 'dm started\n' >&8 ;;
      done) break ;;
    esac
    [ "$FIRED" = no ] || break
  done
  stop_timer
  kill -9 "$WATCHER" 2>/dev/null
  exec 5>&-
  ! needs_second_phase || second_phase
  end_killer
  tidy
  printf 'dm gone\n' >&8
}

end_killer() { # the second session ends with its input, unless it hangs
  { read -r pid start <"$DIR/killer"; } 2>/dev/null || return 0
  polls=0
  while alive "$pid" "$start" && [ "$polls" -lt 20 ]; do sleep 0.05; polls=$((polls + 1)); done
  ! alive "$pid" "$start" || kill -9 "$pid"
}

fire() { # REASON
  FIRED=yes
  stop_timer
  printf 'dm fired %s\n' "$1" >&8
  let_go
  finish_with broken "$1"
  printf 'dm let-go\n' >&8
}

# The journal's FIFOs and marks are removed; what stays until the next boot is the verdict.
tidy() {
  if [ -e "$DIR/script" ] && [ ! -e "$DIR/script-released" ]; then return; fi
  if lock_outlives_client && lock_may_be_left; then return; fi
  [ ! -e "$DIR/label" ] || postgresql_remove_label
  rm -rf "$DIR"/frozen.* "$DIR"/freezer.* "$DIR/life" "$DIR/dead-man" "$DIR/inbox" "$DIR/sql" "$DIR/kill" "$DIR/request" "$DIR/connection" \
  "$DIR/client" "$DIR/killer" "$DIR/start" "$DIR/stopped" "$DIR/stopper" "$DIR/desync" "$DIR/script" "$DIR/scripter" "$DIR/script-released" "$DIR/script-lock" \
  "$DIR/lock" "$DIR/unlocked" "$DIR/unlock-lock" "$DIR/member" "$DIR/label"
}

arm() {
  mkfifo "$DIR/dead-man" "$DIR/life" || refuse no-space "/run is full"
  { for key in attempt driver method service socket defaults_file program max_hold start_timeout max_lag; do
      eval "value=\$$key"
      case $key in socket | service) ;; program) key='command' ;; defaults_file) key=defaults-file ;; *_*) key=${key%_*}-${key#*_}-ms ;; esac
      [ -z "$value" ] || say "SET $key $value"
    done
    for volume in $volumes; do say "SET volume $volume"; done
    say GO; } >"$DIR/request"
  [ -s "$DIR/request" ] || refuse no-space "/run is full"
  exec 6<>"$DIR/dead-man" 7<>"$DIR/life"
  set -- /bin/sh "$SELF" dead-man "$attempt"
  if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
    # Its stdin is passed on as it is: the lock's descriptor.
    set -- systemd-run --quiet --collect --pipe --unit="stillpoint-$attempt" -p OOMScoreAdjust=-1000 -p KillMode=mixed "$@"
  else
    set -- setsid "$@"
  fi
  STAGE=armed
  "$@" <&9 >/dev/null 2>&1 6>&- 7>&- 8>&- 9>&- &
  start_timer 8 15000 arm # a client may be slow to start, and nothing is held
  await 'dm armed' internal
  stop_timer
  DEADMAN=${REST#armed }
}

# What was begun has to be let go of half a second after the dead-man's deadline, by whomever: one that has not fired by then does not
# move, and the helper no longer relies on it.
time_left() { now && LEFT=$(((DUE - NOW) * 10 + 500)); } # -> LEFT, milliseconds; less than none if it is over
patience() { # MILLISECONDS AT MOST -> PATIENCE: how long an answer of the dead-man is waited for
  PATIENCE=$1
  [ -n "$DUE" ] || return 0
  time_left
  [ "$PATIENCE" -le "$LEFT" ] || PATIENCE=$LEFT
  [ "$PATIENCE" -ge 100 ] || PATIENCE=100
}

has_fired() { { read -r by <"$DIR/released-by"; } 2>/dev/null && [ "$by" = "${DEADMAN% *}" ]; }
deadman_alive() { [ -n "$DEADMAN" ] && alive "${DEADMAN% *}" "${DEADMAN#* }"; }
deadman_moves() { # alive, and nobody has stopped it
  deadman_alive && ! grep -q '^State:[[:space:]]*[Tt]' "/proc/${DEADMAN% *}/status" 2>/dev/null
}

# Sets the deadline, before the first statement that can block a writer, and only while the dead-man is there to keep it.
begin() { # MILLISECONDS; a timer is running
  deadman_alive || refuse internal "the dead-man has died"
  printf 'begin %s\n' "$1" >&6
  await 'dm timed' internal
  deadman_alive || refuse internal "the dead-man has died"
  now
  BEGUN=$NOW DUE=$((NOW + $1 / 10))
  printf '%s\n' "$NOW" >"$DIR/begun"
  [ -s "$DIR/begun" ] || refuse no-space "/run is full"
}

