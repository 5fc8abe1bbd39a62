# ---- driver: service ------------------------------------------------------------------------------------------------------

has_systemd() { [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }
service_active() {
  if has_systemd; then systemctl is-active --quiet "$service"; else service "$service" status >/dev/null 2>&1 7>&- 9>&-; fi
}
service_command() { if has_systemd; then systemctl "$1" "$service"; else service "$service" "$1"; fi; } # stop | start | reset-failed

# What must be the same at release as it was when the service had stopped.
service_mark() { # -> MARK, empty unless the service has shut down by itself and rests
  MARK=''
  service_active && return
  MARK=inactive
  has_systemd || return 0
  MARK=$(systemctl show -p ActiveState -p InactiveEnterTimestampMonotonic "$service")
  case $MARK in *ActiveState=inactive*) ;; *) MARK='' ;; esac # failed: it was killed; activating: somebody starts it
}
data_touched() { # files newer than the marker, or that cannot be looked at
  # shellcheck disable=SC2086 # a list of words without blanks
  [ -n "$(find -H ${DATA_PATHS:-$MOUNTS} -xdev -newer "$DIR/stopped" 2>&1)" ]
}

stop_service() {
  await_others
  start_timer 8 "$stop_timeout" stop
  begin "$((stop_timeout + 1000))"
  true >"$DIR/start" # from here on the service is ours to start again
  [ -e "$DIR/start" ] || refuse no-space "/run is full"
  AFTER=yes SECOND=yes
  ( service_command stop >/dev/null 2>&1 8>&-; printf 'stop-ended %s\n' $? >&8 ) </dev/null 5>&- 6>&- 7>&- 9>&- &
  start_of $!
  printf '%s %s\n' $! "$START" >"$DIR/stopper"
  await stop-ended service
  [ "$REST" = 0 ] || refuse service "stopping $service failed (exit code $REST)"
  service_mark
  [ -n "$MARK" ] || refuse service "$service did not shut down by itself: it runs, starts again, or was killed"
  start_timer 8 1000 begin # the service is down: a dead-man that does not answer is not waited for as long as a stop may take
  begin "$max_hold"
  true >"$DIR/stopped"
}

stop_goes_on() { { read -r pid start <"$DIR/stopper"; } 2>/dev/null && alive "$pid" "$start"; }

start_service() { # which inherits no lock and no FIFO either
  (
    as_others_do
    # systemd calls off a stop that is still going on; an init script would find the service running and do nothing.
    if has_systemd; then service_command reset-failed; else while stop_goes_on; do sleep 0.1; done; fi
    service_command start
  ) </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 8>&- 9>&- &
  STARTER=$!
}

# A service whose stop was given up still answers while that goes on, and is down a moment later: it counts only after the
# stop has ended, and if it answers twice.
service_is_back() {
  service_active && engine_is_well || return 1
  [ ! -e "$DIR/stopped" ] || return 0
  ! stop_goes_on || return 1
  sleep 1
  service_active && engine_is_well
}

# Has the dead-man start the service, or starts it here if that has died; false then.
hand_start() {
  if deadman_alive; then
    printf 'start\n' >&6
    patience 2000
    start_timer 8 "$PATIENCE" start
    while next 8; do
      case "$EVENT $REST" in 'dm started') stop_timer && return ;; 'dm fired '*) lost ;; 'timer start') break ;; esac
    done
  fi
  start_service
  stand_in_for_second_phase
  return 1
}

