# ---- the lock session -------------------------------------------------------------------------------------------------

# A lock session is the engine's own client. It reads statements from a FIFO, and what it prints goes into the inbox of whoever has
# started it. `<driver>_client` says the words of the client, `<driver>_text WHAT` the statements, and what they must print:
#   open     limits of the session: db ready ID
#   start    what blocks no writer: db started
#   lock     what does: db position ID KEY=VALUE...
#   unlock   the same position again, then the unlock: db position ID..., db broken REASON if the lock was not whole, db unlocked.
#            BACKUP STAGE END fails if the stage was lost; UNLOCK TABLES never does, but a session that lives has its lock
#   second   of the session that can end the first: db ready
#   kill ID, gone ID   end the first, and a lock that outlives it; how much of it is left: db left N
# An error is a line that begins with ERROR or, from psql, FATAL.

# shellcheck disable=SC2046 # split on purpose: words without blanks
ask() { printf '%s\n' "$1" | timeout "${2:-15}" $("${driver}_client") 2>&1; } # STATEMENTS [SECONDS] -> rows

# Starts a client whose output goes into the inbox of whoever starts it, and writes to it by 5. Its end is told there too.
# It is given its end of the FIFO: to open that itself it would wait for ever if who starts it died just then.
start_client() { # INPUT-FIFO INBOX-FD NAME
  mkfifo "$1"
  exec 5<>"$1"
  exec 4<"$1"
  (
    # shellcheck disable=SC2046 # split on purpose: words without blanks
    ( sign "$DIR/$3" && exec $("${driver}_client") ) <&4 2>&1 4<&- | whole_lines >&"$2" 4<&- &
    exec 4<&-
    wait $!
    printf 'db-exit %s\n' "$3" >&"$2"
  ) </dev/null 2>/dev/null 5>&- 7>&- 9>&- &
  exec 4<&-
}

# Others write into that inbox, too: a prompt, which ends in no line feed, would stand before what they say.
whole_lines() {
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in 'db '* | ERROR* | FATAL*) printf '%s\n' "$line" ;; esac
    line=''
  done
}

lock_session() {
  start_timer 8 $((max_hold + 10000)) session
  start_client "$DIR/sql" 8 client
  "${driver}_text" open >&5
  await 'db ready' database
  connection=${REST#ready }
  printf '%s\n' "$connection" >"$DIR/connection"
  [ -s "$DIR/connection" ] || refuse no-space "/run is full"
  "${driver}_text" start >&5
  await 'db started' lock-timeout
  sync_mounts # once more: the less is dirty, the shorter is the freeze
  await_others
  start_timer 8 $((max_hold + 500)) session # of the several statements each may wait for as long as lock_seconds says
  begin "$max_hold"
  if lock_outlives_client; then # not every version gives it up by itself
    patience "$(lock_seconds)500"
    start_timer 8 "$PATIENCE" lock
  fi
  true >"$DIR/lock" # from here on there may be one to take back
  [ -e "$DIR/lock" ] || refuse no-space "/run is full"
  "${driver}_text" lock >&5
  await 'db position' lock-timeout
  position=$REST
  case $position in "position $connection" | "position $connection "*) ;; *) refuse database "the lock session is not the one that was opened" ;; esac
}

# How long a statement of the lock session may wait, in seconds: others may have to wait as long behind it.
lock_seconds() {
  milliseconds=$max_hold
  [ "$lock_timeout" = 0 ] || [ "$lock_timeout" -gt "$max_hold" ] || milliseconds=$lock_timeout
  say $((milliseconds > 1000 ? milliseconds / 1000 : 1))
}

say_position() { # KEY=VALUE...
  for word; do
    case $word in *[!A-Za-z0-9=._,:/-]* | *=) continue ;; esac
    say "POSITION ${word%%=*} ${word#*=}"
  done
}

# In the same session: the same connection and position, then the unlock.
unlock_session() { # false and REASON if the lock was not proven to have held until now
  "${driver}_text" unlock >&5
  REASON=''
  while next 8; do
    case $EVENT:$REST in
      db:position*) [ "$REST" = "$position" ] || REASON='the position has moved' ;;
      db:broken*) REASON=${REST#broken } ;;
      db:unlocked) true >"$DIR/unlocked"; break ;;
      db-exit:client | ERROR:*) REASON='the lock session failed' && break ;;
      timer:overdue | dm:fired*) REASON='the unlock was not confirmed' && break ;;
    esac
  done
  [ -z "$REASON" ]
}

# A client's death frees its lock only when the server is not busy with it: the second session ends the first by number.
confirm_unlock() {
  read -r connection <"$DIR/connection" && is_id "$connection" || return
  "${driver}_text" kill "$connection" >&5
  start_timer 6 2000 kill
  while "${driver}_text" gone "$connection" >&5; do
    while next 6; do case $EVENT:$REST in db:left* | db-exit:killer | timer:kill) break ;; esac; done
    case $REST in 'left 0') true >"$DIR/unlocked"; break ;; killer | kill) break ;; esac
    sleep 0.05
  done
  stop_timer
}

# MongoDB's lock is the server's and not a session's. It is counted: what is not ours must not be taken back.
lock_outlives_client() { [ "$method" = fsyncLock ]; }
lock_may_be_left() { [ -e "$DIR/lock" ] && [ ! -e "$DIR/unlocked" ]; }

# Where the second session could not do it, or is gone: by new ones, for a quarter of an hour. What is given up stays journalled, so
# that whoever comes next tries again.
let_go_of_lock() {
  lock_outlives_client && lock_may_be_left || return 0
  read -r connection <"$DIR/connection" && is_id "$connection" || return 0
  now
  from=$NOW
  until take_lock_back; do
    now
    [ $((NOW - from)) -lt 90000 ] || { logger -p daemon.alert -t stillpoint-hold "$driver could not be unlocked" 2>/dev/null; return; }
    sleep 0.5
  done
}

take_lock_back() { # whoever does it does it alone, so that nobody takes back twice
  (
    flock 4
    [ ! -e "$DIR/unlocked" ] || exit 0
    rows=$(ask "$(for what in second kill gone; do "${driver}_text" "$what" "$connection"; done)" 10 4>&-)
    case "
$rows
" in *"
db left 0
"*) true >"$DIR/unlocked" ;; *) exit 1 ;; esac
  ) 4>"$DIR/unlock-lock"
}

