# ---- time, processes, inboxes -----------------------------------------------------------------------------------------

now() { read -r up _ </proc/uptime && NOW=$((${up%.*} * 100 + 1${up#*.} - 100)); } # hundredths of a second since boot

start_of() { # PID -> START, what tells a process from a later one with its number; empty if there is none
  START=''
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  # shellcheck disable=SC2086 # split on purpose: the fields after the name
  set -- ${stat##*) }
  [ "$1" != Z ] || return 1 # it has ended, only its parent has not looked yet
  START=${20}
}
alive() { start_of "$1" && [ "$START" = "$2" ]; } # PID START
sign() { # FILE, where this very process, subshell or not, leaves its PID and START; false if they are not there
  read -r self _ </proc/self/stat && start_of "$self" && printf '%s %s\n' "$self" "$START" >"$1" && [ -s "$1" ]
}

# Writes 'timer WORD' into an inbox when the time has come. By uptime, which goes on while a machine is suspended.
start_timer() { # INBOX-FD MILLISECONDS WORD -> TIMER
  stop_timer
  now
  TIMER_WORD=$3
  (
    end=$((NOW + $2 / 10))
    while now && [ "$NOW" -lt "$end" ]; do
      kill -0 $$ 2>/dev/null || exit # nobody is left to hear it
      left=$((end - NOW))
      [ "$left" -le 100 ] || left=100
      sleep "$((left / 100)).$((left / 10 % 10))$((left % 10))"
    done
    printf 'timer %s\n' "$3" >&"$1"
  ) </dev/null >/dev/null 2>&1 5>&- 7>&- 9>&- &
  TIMER=$!
}
# SIGKILL, because a new subshell may still have its parent's traps.
stop_timer() { [ -z "$TIMER" ] || kill -9 "$TIMER" 2>/dev/null; TIMER='' TIMER_WORD=''; }

# An interrupted read is done again: what interrupted it has put a line of its own there. Timers that were stopped are not heard.
next() { # INBOX-FD -> EVENT REST
  until read -r EVENT REST <&"$1" && { [ "$EVENT" != timer ] || [ "$REST" = "$TIMER_WORD" ]; }; do :; done
}

# For what is started and is not ours: it must inherit no trap, no umask, no priority and no exemption from the memory killer of ours.
as_others_do() {
  trap - HUP INT TERM
  echo 0 >/proc/self/oom_score_adj
  read -r self _ </proc/self/stat && renice 0 -p "$self" >/dev/null 2>&1
  { echo 0 >/proc/self/autogroup; } 2>/dev/null
  umask 022
}

# A busy server must not make a hold longer. Where the kernel shares out time by session first, the session has to hurry as well.
hurry() {
  ! command -v renice >/dev/null || renice -n -20 -p $$ >/dev/null 2>&1
  { echo -20 >/proc/self/autogroup; } 2>/dev/null
}

