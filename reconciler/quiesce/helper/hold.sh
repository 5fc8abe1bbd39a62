# ---- hold -----------------------------------------------------------------------------------------------------------------------

take_lock() {
  recover
  { { [ -d "$RUN" ] || mkdir "$RUN"; } && [ -O "$RUN" ] && [ ! -L "$RUN" ]; } || refuse internal "$RUN is not ours"
  exec 9>>"$RUN/host.lock"
  if ! { if [ -n "$window" ]; then join_window; else flock -w 1 9; fi; }; then
    read -r holder <"$RUN/host.lock"
    refuse busy "held by attempt ${holder:-unknown}"
  fi
  printf '%s\n' "$attempt" >"$RUN/host.lock"
  # Verdicts of some days ago interest nobody, and /run is memory.
  find "$RUN" -mindepth 1 -maxdepth 1 -type d -name '[0-9a-f]*' ! -name bin -mtime +1 -exec rm -rf {} +
}

pump() { # the controller's lines, then the end of them, into the inbox
  while IFS= read -r line; do printf 'in %.200s\n' "$line" >&8; done
  printf 'eof\n' >&8
}

leave() { # STATUS
  stop_timer
  [ -z "$PUMP" ] || kill -9 "$PUMP" 2>/dev/null
  [ "$STAGE" != locked ] || rm -rf "$DIR" # nothing was held
  exit "$1"
}

# Waits for one event; everything that ends an attempt ends it here.
await() { # 'EVENT WORD' CODE-IF-IT-FAILS
  error=''
  while next 8; do
    case "$EVENT $REST " in
      "$1 "*)
        [ -n "$error" ] || return 0
        refuse_database "$2" # a client that goes on after an error has not done what it was told
        ;;
      'ERROR '* | 'ERROR: '* | 'FATAL: '*) error=$(printf '%s' "$REST" | sed 's/[^ -~]/?/g') ;;
      "in ABORT $attempt " | 'eof '*) give_up ;;
      'in '*) refuse bad-request "an unexpected line" ;;
      'db-exit '*) refuse_database "$2" ;;
      'dm fired '* | 'timer '*) refuse "$2" "timed out" ;;
      'dm failed '*) refuse database "the second session failed" ;;
    esac
  done
}

refuse_database() { # CODE
  [ ! -e "$DIR/client" ] || [ -s "$DIR/client" ] || refuse no-space "/run is full" # it did not start unjournalled
  error=${error#0 } # what has no code
  case $error in
    1205* | 1969* | 3024* | '24 '* | '50 '* | '89 '* | '262 '*) refuse lock-timeout "$error" ;;
    1044* | 1045* | 1227* | 1698* | '13 '* | '18 '*) refuse privileges "$error" ;;
    *) refuse database "${error:-the session ended}" ;;
  esac
}

# Lets go by way of the dead-man, or in its place if it has died.
surrender() { # REASON
  STAGE=over
  REST=surrender
  if deadman_alive || [ -z "$DEADMAN" ]; then
    printf 'fire %s\n' "$1" >&6
    patience 4000
    ! has_fired || PATIENCE=4000
    start_timer 8 "$PATIENCE" surrender
    while next 8; do
      case "$EVENT $REST" in
        'dm fired '*) start_timer 8 4000 surrender ;;
        'dm let-go' | 'timer surrender') break ;;
      esac
    done
    stop_timer
  fi
  [ "$REST" != surrender ] || take_over
  finish_with broken "$1"
}

# A dead-man that lives and is silent may be stopped, or waits for a freeze that the kernel does not end: the same is done beside
# it, for as long as it takes, and whoever is first has done it. Here it is waited for a little.
take_over() {
  if ! deadman_alive; then stand_in; return; fi
  { stand_in; } </dev/null >/dev/null 2>&1 &
  standing_in=$! polls=0 STOOD_IN=yes
  while kill -0 "$standing_in" 2>/dev/null && [ "$polls" -lt 20 ]; do sleep 0.05; polls=$((polls + 1)); done
}

stand_in() { # for a dead-man that has died
  claim
  rm -f "$DIR/killer"
  let_go
  stand_in_for_second_phase
}

give_up() { # ABORT, or the end of the input
  HELD_MS=0 given_up=$EVENT
  [ "$STAGE" != armed ] || surrender aborted
  say "ABORTED $HELD_MS"
  [ "$given_up" = eof ] || tell_service # else nobody is there to be told
  leave 0
}

hold() {
  is_attempt "$attempt" || refuse bad-request "no attempt"
  QUIET=yes
  check_host
  take_lock
  { mkdir "$DIR" 2>/dev/null && mkfifo "$DIR/inbox"; } || refuse bad-request "the attempt is not a new one"
  STAGE=locked
  if [ -n "$point" ]; then
    printf '%s\n' "$point" >"$DIR/point"
    [ -s "$DIR/point" ] || refuse no-space "/run is full"
  fi
  exec 8<>"$DIR/inbox"
  trap 'printf "eof\n" >&8' HUP INT TERM
  exec 3<&0 </dev/null
  ( exec 9>&-; pump ) <&3 3<&- >/dev/null 2>&1 & # dash and busybox keep a copy of what is closed for a function
  PUMP=$!
  exec 3<&-
  hurry
  say LOCKED
  start_timer 8 120000 hold
  if [ -n "$window" ]; then await 'in PREPARE' internal; else await 'in HOLD' internal; fi
  stop_timer
  preflight
  arm
  say ARMED
  acquire
  time_left
  say "HELD $attempt $(((NOW - BEGUN) * 10))"
  start_timer 8 "$LEFT" overdue # only if the dead-man has died
  keep
}

acquire() {
  sync_mounts
  case $BY in
    service) stop_service; sync_mounts ;;
    session)
      "${driver}_before"
      lock_session
      # shellcheck disable=SC2086 # words KEY=VALUE
      say_position ${position#position "$connection"}
      [ "$method" != backupMode ] || postgresql_keep_label
      [ "$freeze" = yes ] || sync_mounts
      ;;
    script) hold_script; sync_mounts ;;
    nothing)
      [ "$method" != checkpoint ] || { postgresql_checkpoint; sync_mounts; }
      await_others
      start_timer 8 5000 begin
      begin "$max_hold"
      [ "$freeze" = yes ] || sync_mounts
      ;;
  esac
  [ "$freeze" = no ] || freeze_mounts
}

keep() {
  while next 8; do
    case "$EVENT $REST" in
      "in RELEASE $attempt") release ;;
      'eof '* | 'in '*) give_up ;;
      'db-exit client') surrender 'the lock session ended' && broken ;;
      'timer overdue') overdue ;;
      'dm fired '*) lost ;;
    esac
  done
}

overdue() { # the dead-man should have fired by now
  STAGE=over
  take_over
  finish_with broken overdue
  broken
}

lost() { # the dead-man has won
  start_timer 8 4000 thaw
  while next 8; do case "$EVENT $REST" in 'dm let-go' | 'timer thaw') break ;; esac; done
  [ "$EVENT" = dm ] || take_over
  finish_with broken 'the release is still pending'
  broken
}

broken() { # says what the verdict says
  say "RELEASED broken $HELD_MS $REASON"
  tell_service
  leave 1
}

release() {
  claim || lost
  STAGE=over REASON=''
  thaw_mounts || REASON='a filesystem was not frozen any more'
  [ "$method" != backupMode ] || { now; ENDED=$NOW; } # what ends after the thaw has kept nobody waiting
  before=$REASON
  case $BY in
    session)
      unlock_session || { surrender "${before:-$REASON}" && broken; }
      hand_second_phase || REASON='the dead-man has died'
      ;;
    service)
      mark=$MARK
      service_mark
      { [ -n "$MARK" ] && [ "$MARK" = "$mark" ] && ! data_touched; } || REASON='the service was started meanwhile'
      hand_start || REASON='the dead-man has died'
      ;;
    script) release_script || [ -e "$DIR/script-released" ] || { surrender "${before:-$REASON}" && broken; } ;;
  esac
  REASON=${before:-$REASON}
  if [ -n "$REASON" ]; then finish_with broken "$REASON"; else finish_with intact ''; fi
  printf 'done\n' >&6
  [ "$KIND" = intact ] || broken
  say "RELEASED intact $HELD_MS"
  tell_service
  exec 5>&-
  start_timer 8 1000 end # the host lock is free when the dead-man has gone
  until [ "$EVENT $REST" = 'dm gone' ] || [ "$EVENT" = timer ] || [ "$SECOND" = yes ]; do next 8; done
  leave 0
}

