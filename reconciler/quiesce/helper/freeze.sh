# ---- driver: filesystem -------------------------------------------------------------------------------------------------------

# Each freeze is journalled before it is tried: one that was interrupted counts as ours. EBUSY is somebody else's.
freeze_mounts() {
  time_left
  start_timer 8 "$LEFT" freeze # only if the dead-man has died
  for mount in $MOUNTS; do
    printf '%s\n' "$mount" >"$DIR/frozen.$((FROZEN + 1))"
    [ -s "$DIR/frozen.$((FROZEN + 1))" ] || refuse no-space "/run is full"
    FROZEN=$((FROZEN + 1))
    freeze "$mount" "$FROZEN" </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 9>&- &
    await freeze-ended internal
    case $REST in
      busy) refuse frozen "$mount is frozen by somebody else" ;;
      failed) refuse internal "$mount could not be frozen" ;;
    esac
  done
}

# The kernel waits for writers that are under way, and may end a freeze long after the hold is over and the helper gone. So the
# process that asks for it is journalled, to be waited for by whoever lets go; and the one around it takes back what comes too late.
freeze() { # MOUNT NUMBER
  error=$(sign "$DIR/freezer.$2" && [ ! -e "$DIR/released-by" ] && exec fsfreeze -f "$1" 2>&1) && error=ok
  case $error in
    ok) [ ! -e "$DIR/released-by" ] || fsfreeze -u "$1" ;;
    *busy*) true >"$DIR/frozen.$2"; error=busy ;;
    *) error=failed ;;
  esac
  printf 'freeze-ended %s\n' "$error" >&8
}
freezing() { { read -r pid start <"$DIR/freezer.$1"; } 2>/dev/null && alive "$pid" "$start"; } # NUMBER

thaw_mounts() { # in reverse; false if one of them was not frozen any more. Called again it thaws only what is left.
  thawed_all=true
  while thaw_round; do sleep 0.05; done
  $thawed_all
}

thaw_round() { # true if a freeze was still under way when it was taken back: that has to be done once more
  again=false
  count=$FROZEN
  while [ -e "$DIR/frozen.$((count + 1))" ]; do count=$((count + 1)); done
  while [ "$count" -gt 0 ]; do
    if { read -r mount <"$DIR/frozen.$count"; } 2>/dev/null; then
      pending=false
      ! freezing "$count" || pending=true
      fsfreeze -u "$mount" 2>/dev/null 5>&- 7>&- 9>&- || thawed_all=false
      if $pending; then again=true; else true >"$DIR/frozen.$count"; fi
    else
      thawed_all=false
    fi
    count=$((count - 1))
  done
  $again
}

sync_mounts() {
  # shellcheck disable=SC2086 # a list of words without blanks
  [ -z "$MOUNTS" ] || sync -f $MOUNTS 5>&- 7>&- 9>&- || refuse internal "sync failed"
}

