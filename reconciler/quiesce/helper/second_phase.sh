# ---- the second phase -------------------------------------------------------------------------------------------------

# After the release, owned by the dead-man, who keeps the host lock until it is over: a service that was stopped has to answer again,
# a member that has left its cluster has to be back in it. It is tried for a quarter of an hour.
needs_second_phase() { [ -e "$DIR/start" ] || [ -e "$DIR/desync" ] || [ -e "$DIR/member" ]; }
engine_is_well() {
  case $driver in
    mariadb | mongodb) "${driver}_is_well" ;;
    mysql | postgresql) [ "$(ask "SELECT 'up';" 2>/dev/null)" = up ] ;;
  esac
}
is_well() { if [ -e "$DIR/start" ]; then service_is_back; else engine_is_well; fi; }

second_phase() {
  now
  from=$NOW told='' tried=$NOW
  until is_well; do
    now
    if [ -z "$told" ] && [ $((NOW - from)) -ge $((start_timeout / 10)) ]; then
      told=yes
      printf 'dm service down no answer within %s ms\n' "$start_timeout" >&8
    fi
    if [ $((NOW - from)) -ge 90000 ]; then
      logger -p daemon.alert -t stillpoint-hold "${service:-$driver} did not come back" 2>/dev/null
      return
    fi
    [ ! -e "$DIR/start" ] || start_again
    sleep 0.2
  done
  rm -f "$DIR/start" "$DIR/desync" "$DIR/member" # who stops it from now on wants it so
  now
  printf 'dm service up %s\n' "$(((NOW - from) * 10))" >&8
}

start_again() {
  [ $((NOW - tried)) -ge 500 ] && ! service_active || return 0
  # A start that hangs is tried anew; systemd sees to that by itself.
  if [ $((NOW - tried)) -ge $((start_timeout / 10)) ] && ! has_systemd; then kill -9 "$STARTER" 2>/dev/null; wait "$STARTER"; fi
  kill -0 "$STARTER" 2>/dev/null || { tried=$NOW; start_service; }
}

# Leaves it to the dead-man, or does it here if that has died; false then.
hand_second_phase() {
  ! needs_second_phase || deadman_alive || { stand_in_for_second_phase; return 1; }
}

# In the place of a dead-man that has died, or beside one that does not move: whatever is done in it may be done twice. It outlives the
# helper and keeps the host lock.
stand_in_for_second_phase() {
  [ -z "$STOOD_IN" ] || return 0
  STOOD_IN=yes
  { ! needs_second_phase || { second_phase; tidy; }; } </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- &
}

# The controller's last line, after a hold with a second phase. Until then the dead-man is looked after.
tell_service() {
  [ "$AFTER" = yes ] || return 0
  [ "$SECOND" = yes ] || { say "SERVICE up 0"; return; }
  now
  end=$((NOW + start_timeout / 10 + 500))
  start_timer 8 1000 look
  while next 8; do
    case "$EVENT $REST" in
      'dm service '*) say "SERVICE ${REST#service }" && break ;;
      'timer look')
        now
        # One that is only slow to find out goes on by itself.
        [ "$NOW" -lt "$end" ] || { deadman_moves || stand_in_for_second_phase; say "SERVICE down nothing is known of it"; break; }
        deadman_alive || stand_in_for_second_phase
        start_timer 8 1000 look
        ;;
    esac
  done
}

