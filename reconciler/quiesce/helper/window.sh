
# ---- the window of several datasets ---------------------------------------------------------------------------------------------

# Datasets of one server that are to be held at the same time have a helper and a dead-man each, and share the host lock: all that
# name the same window have it together, and nobody else has it meanwhile. None of them holds before the controller has heard
# that all are ready.
window_is_open() { [ -n "$window" ] && { read -r open <"$RUN/window"; } 2>/dev/null && [ "$open" = "$window" ]; }

join_window() { # false if somebody else has the host lock
  exec 4>>"$RUN/window.lock"
  flock -w 5 4 || return 1
  if ! window_is_open; then
    flock -w 1 9 || return 1
    printf '%s\n' "$window" >"$RUN/window"
  fi
  # Who had it alone lets go of it for a moment: another may be quicker, and then this one is not let in.
  flock -w 1 -s 9 || return 1
  exec 4>&-
}

await_others() { # before the first statement that can block
  [ -n "$window" ] || return 0
  say READY
  printf 'idle %s\n' "$window_wait" >&6
  start_timer 8 "$window_wait" window
  await 'in HOLD' internal
  stop_timer
}
