# shellcheck shell=bash
# Daemons as plain processes. Of each one its pid and its start time are noted, so that a pid that the kernel gave to
# somebody else later is never hit. The caller sets NOTES and LOGS, the folders of the notes and of the logs.

# The start time of a process in clock ticks since boot; empty if there is none.
process_stamp() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  stat=${stat##*) }  # the name in brackets may hold blanks
  # shellcheck disable=SC2086  # split into fields on purpose; the state comes first here
  set -- $stat
  [ "$1" = Z ] || echo "${20}"
}

process_note() { printf '%s %s\n' "$2" "$(process_stamp "$2")" >"$NOTES/$1.pid"; }  # NAME PID

process_pid() {  # NAME: prints the pid if the process that was noted still runs
  local pid stamp
  [ -r "$NOTES/$1.pid" ] && read -r pid stamp <"$NOTES/$1.pid" || return 1
  [ -n "$stamp" ] && [ "$(process_stamp "$pid")" = "$stamp" ] && echo "$pid"
}

process_alive() { process_pid "$1" >/dev/null; }

process_start() {  # NAME COMMAND...: in the background, in a session of its own
  local name=$1
  shift
  process_alive "$name" && return 0
  setsid "$@" >>"$LOGS/$name.log" 2>&1 </dev/null &
  process_note "$name" $!
}

process_stop() {  # NAME [SECONDS]: TERM, then KILL to what is left of its group
  local name=$1 seconds=${2:-20} pid i
  if pid=$(process_pid "$name"); then
    kill -TERM "$pid" 2>/dev/null || true
    for ((i = 0; i < seconds * 10; i++)); do
      process_alive "$name" || break
      sleep 0.1
    done
    ! process_alive "$name" || kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$NOTES/$name.pid"
}

process_kill() {  # NAME: at once, its whole group, as a crash would
  local pid
  if pid=$(process_pid "$1"); then kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true; fi
  rm -f "$NOTES/$1.pid"
}

wait_until() {  # SECONDS COMMAND...: true as soon as the command is; tried every PAUSE seconds
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep "${PAUSE:-0.1}"
  done
}
