#!/bin/sh
# stillpoint-hold: holds one dataset of this server still while its volumes are snapshotted, and always lets go.
# Runs as root with one verb (probe, hold, verdict) and talks lines over stdin and stdout; stderr is free text.
# POSIX sh (dash, bash, busybox). Two processes of it can let go of a hold: the helper, which talks to the controller,
# and the dead-man, a session of its own that outlives the helper and owns the host lock until all is released.
# Each reads one FIFO into which clients, timers and the other process write lines, because sh has no timed read.
#   5 the lock session's input   6 the dead-man's inbox   7 held open by a living helper   8 the helper's inbox   9 the host lock
set -u
VERSION=0.1.0
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset IFS ENV BASH_ENV CDPATH MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT
umask 077
RUN=/run/stillpoint
SELF=$(readlink -f "$0")
cd / || exit 2

# ---- protocol ------------------------------------------------------------------------------------------------------

attempt='' point='' driver=none method=none freeze=no max_hold=20000 stop_timeout=60000 start_timeout=60000 service='' defaults_file=''
socket='' volumes='' cluster='' min_healthy=0 allow_writer=no writer=no
DIR='' PUMP='' TIMER='' TIMER_WORD='' STAGE=request QUIET='' MOUNTS='' FROZEN=0 DEADMAN='' BEGUN='' STOPPED=no

say() { printf '%s\n' "$*"; }
fact() { [ -n "$QUIET" ] || say "FACT $*"; }

# Ends the run with a refusal; whatever this attempt holds is let go before that is said, and a service that it has stopped is
# spoken of after it.
refuse() { # CODE MESSAGE...
  refusal=$*
  [ "$STAGE" != armed ] || surrender "$1"
  say "REFUSED $refusal"
  tell_service
  case $1 in bad-request) leave 2 ;; *) leave 1 ;; esac
}

is_number() { case $1 in '' | *[!0-9]* | 0?* | ?????????*) return 1 ;; esac; }
is_id() { case $1 in '' | *[!0-9]*) return 1 ;; esac; } # of a connection: 64 bits, never counted with
is_path() { case $1 in *..* | *[!A-Za-z0-9/_.@+:-]*) return 1 ;; /*) [ ${#1} -le 250 ] ;; *) return 1 ;; esac; }
is_word() { case $1 in '' | [!A-Za-z0-9]* | *[!A-Za-z0-9@_.-]*) return 1 ;; *) [ ${#1} -le 64 ] ;; esac; }
is_attempt() { case $1 in *[!0-9a-f]*) return 1 ;; *) [ ${#1} -ge 8 ] && [ ${#1} -le 64 ] ;; esac; }
is_volume() { case $1 in [!0-9a-f]* | *[!0-9a-f-]*) return 1 ;; *) [ ${#1} -ge 8 ] && [ ${#1} -le 64 ] ;; esac; }
is_flag() { case $1 in yes | no) ;; *) return 1 ;; esac; }

set_key() { # KEY VALUE; false if either is not exactly what it should be
  case $1 in
    attempt) is_attempt "$2" && attempt=$2 ;;
    point) is_attempt "$2" && point=$2 ;;
    driver) case $2 in none | filesystem | mariadb) driver=$2 ;; *) return 1 ;; esac ;;
    method) case $2 in none | filesystem | backupStage | stopService) method=$2 ;; *) return 1 ;; esac ;;
    freeze) is_flag "$2" && freeze=$2 ;;
    max-hold-ms) is_number "$2" && [ "$2" -ge 100 ] && max_hold=$2 ;;
    stop-timeout-ms) is_number "$2" && [ "$2" -ge 100 ] && stop_timeout=$2 ;;
    start-timeout-ms) is_number "$2" && [ "$2" -ge 100 ] && start_timeout=$2 ;;
    service) is_word "$2" && service=$2 ;;
    defaults-file) is_path "$2" && defaults_file=$2 ;;
    socket) is_path "$2" && socket=$2 ;;
    volume) is_volume "$2" && volumes="$volumes $2" ;;
    cluster) case $2 in '' | -* | *[!a-z0-9-]*) return 1 ;; *) [ ${#2} -le 64 ] && cluster=$2 ;; esac ;;
    min-healthy) is_number "$2" && min_healthy=$2 ;;
    allow-writer) is_flag "$2" && allow_writer=$2 ;;
    writer) is_flag "$2" && writer=$2 ;;
    *) return 1 ;;
  esac
}

read_request() { # SET lines up to GO
  lines=0
  while read -r word key value; do
    lines=$((lines + 1))
    [ "$lines" -le 256 ] || refuse bad-request "too many lines"
    case $word in
      GO) [ -z "$key" ] || refuse bad-request "line $lines: GO stands alone" && break ;;
      SET) set_key "$key" "$value" || refuse bad-request "line $lines: a key or a value that is not allowed" ;;
      *) refuse bad-request "line $lines: expected SET or GO" ;;
    esac
    word=''
  done
  [ "$word" = GO ] || leave 2 # the input ended: nobody is there to be told
  [ -z "$attempt" ] || DIR=$RUN/$attempt
  case $method:$driver in
    none:* | filesystem:filesystem | filesystem:mariadb | backupStage:mariadb | stopService:*) ;;
    *) refuse bad-request "method $method does not go with driver $driver" ;;
  esac
  [ "$method" != filesystem ] || freeze=yes
  [ "$method" != none ] || freeze=no
  [ "$method" != stopService ] || [ -n "$service" ] || refuse bad-request "stopService needs a service"
  [ "$method" = none ] || [ -n "$volumes" ] || [ "$VERB" = verdict ] || refuse bad-request "no volume is named"
}

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

hurry() { ! command -v renice >/dev/null || renice -n -20 -p $$ >/dev/null 2>&1; } # a busy server must not make a hold longer

# ---- volume proof -------------------------------------------------------------------------------------------------------

mount_of() { # REAL-PATH -> MOUNT DEVICE; the last of several mounts on one point is the one that is seen
  MOUNT='' DEVICE=''
  while read -r _ _ number _ point _; do
    prefix=${point%/}
    case $1/ in "$prefix"/*) [ ${#point} -lt ${#MOUNT} ] || MOUNT=$point DEVICE=$number ;; esac
  done </proc/self/mountinfo
}

whole_disks() { # MAJOR:MINOR, appended to DISKS after partitions, LVM, md and the like are taken apart
  [ -e "/sys/dev/block/$1" ] || return 1
  if [ -e "/sys/dev/block/$1/partition" ]; then
    read -r number <"/sys/dev/block/$1/../dev" && whole_disks "$number"
    return
  fi
  set -- "$1" "/sys/dev/block/$1"/slaves/*
  if [ -e "$2/dev" ]; then
    shift
    for slave in "$@"; do { read -r number <"$slave/dev" && whole_disks "$number"; } || return 1; done
  else
    DISKS="$DISKS $1"
  fi
}

# Which disk each volume is: Nova gives a disk its volume's id as serial, of which virtio and NVMe keep 20 characters.
map_volumes() { # -> MAP, words MAJOR:MINOR=VOLUME
  MAP=''
  for volume in $volumes; do
    short=$(printf '%.20s' "$volume")
    found=''
    for name in /dev/disk/by-id/* /sys/block/*/serial; do
      disk=''
      case ${name##*/} in
        *-part[0-9]*) ;;
        serial) { read -r serial && [ "$serial" = "$short" ]; } <"$name" 2>/dev/null && disk=${name%/serial} ;;
        *"$volume"* | virtio-"$short" | *_"$short") disk=/sys/class/block/$(readlink -f "$name" | sed 's,.*/,,') ;;
      esac
      { [ -n "$disk" ] && read -r number <"$disk/dev"; } 2>/dev/null || continue
      case $found in '' | "$number") ;; *) refuse volume-mismatch "volume $volume is both disk $found and disk $number" ;; esac
      found=$number
    done
    [ -n "$found" ] || refuse volume-mismatch "no disk of this server is volume $volume"
    case $MAP in *" $found="*) refuse volume-mismatch "disk $found stands for two of the volumes:$volumes" ;; esac
    MAP="$MAP $found=$volume"
    fact "disk $volume $found"
  done
}

add_mount() { # MOUNT DEVICE; one per filesystem, however often it is mounted
  case " $MOUNT_DEVICES " in *" $2 "*) return ;; esac
  is_path "$1" || refuse unsafe-mount "a mount point has a name that is not handled"
  MOUNTS="$MOUNTS $1" MOUNT_DEVICES="$MOUNT_DEVICES $2"
}

use_volumes_of() { # WHAT MAJOR:MINOR; all of its disks must be volumes of the request
  DISKS=''
  whole_disks "$2" || refuse volume-mismatch "$1: its device $2 cannot be traced to a disk"
  for disk in $DISKS; do
    case $MAP in *" $disk="*) ;; *) refuse volume-mismatch "$1 is on disk $disk, which is none of the volumes asked for:$volumes" ;; esac
    found=${MAP#*" $disk="}
    case " $FOUND " in *" ${found%% *} "*) ;; *) FOUND="$FOUND ${found%% *}" ;; esac
  done
}

prove_path() { # PATH of the engine's data
  is_path "$1" || refuse volume-mismatch "a data path has a name that is not handled"
  { real=$(readlink -f "$1") && is_path "$real" && [ -e "$real" ]; } || refuse volume-mismatch "data path $1 cannot be resolved"
  mount_of "$real"
  use_volumes_of "$1" "$DEVICE"
  add_mount "$MOUNT" "$DEVICE"
}

prove_mounts() { # every mounted filesystem that has a part on the volumes
  while read -r _ _ number _ point _; do
    DISKS=''
    device=$number
    whole_disks "$number" || continue
    for disk in $DISKS; do
      case $MAP in *" $disk="*) use_volumes_of "$point" "$device" && add_mount "$point" "$device" && break ;; esac
    done
  done </proc/self/mountinfo
}

prove_volumes() { # -> MOUNTS
  MOUNTS='' MOUNT_DEVICES='' FOUND=''
  map_volumes
  if [ "$driver" = mariadb ]; then for path in $DATA_PATHS; do prove_path "$path"; done; else prove_mounts; fi
  for volume in $volumes; do
    case " $FOUND " in *" $volume "*) ;; *) refuse volume-mismatch "asked for:$volumes; the data is on:${FOUND:- none}" ;; esac
  done
  [ "$freeze" = no ] || refuse_unsafe_mounts
  [ -n "$QUIET" ] || for mount in $MOUNTS; do say "MOUNT $mount"; done
}

# A frozen filesystem stops whoever writes to it: nothing that this program, the login or the system needs may be there.
refuse_unsafe_mounts() {
  login_home=''
  while IFS=: read -r name _ _ _ _ home _; do
    [ "$name" != "${SUDO_USER:-root}" ] || login_home=$home
  done </etc/passwd
  swap_files=$(sed -n 's,^\(/[^ ]*\) .*,\1,p' /proc/swaps 2>/dev/null)
  for path in / /run /tmp /var/tmp /var/log /etc "$SELF" "$login_home" "${HOME:-/}" $swap_files; do
    mount_of "$(readlink -f "$path")"
    [ -n "$DEVICE" ] || refuse internal "the mount of $path was not found"
    case " $MOUNT_DEVICES " in *" $DEVICE "*) refuse unsafe-mount "$MOUNT must not be frozen: it holds $path" ;; esac
  done
}

# ---- preflight ----------------------------------------------------------------------------------------------------------

need() { for command in "$@"; do command -v "$command" >/dev/null || refuse missing-command "$command is not installed"; done; }

check_host() {
  need flock sync setsid sleep timeout mkdir mkfifo readlink rm sed find df
  [ "$freeze" = no ] || need fsfreeze
  # shellcheck disable=SC2046 # split on purpose: df's columns
  set -- $(df -Pk /run | sed -n '$p')
  { [ "${4:-0}" -ge 1024 ] && [ -w /run ]; } || refuse no-space "/run has no room for the journal"
  fact "run-free-kb $4"
}

check_lock_free() {
  [ -e "$RUN/host.lock" ] || { fact "host-lock free"; return; }
  if flock -n -s "$RUN/host.lock" true; then fact "host-lock free"; return; fi
  read -r holder <"$RUN/host.lock"
  fact "host-lock held-by ${holder:-somebody}"
  refuse busy "held by attempt ${holder:-unknown}"
}

check_service() {
  [ "$method" = stopService ] || return
  if has_systemd; then
    systemctl is-enabled --quiet "$service" || refuse service "$service is not enabled: it would not come back after a reboot"
    fact "service-enabled yes"
  else
    need service
    fact "service-enabled unknown"
  fi
  service_active || refuse service "$service is not running: a service found stopped is left stopped"
  fact "service-active yes"
}

# A cloud that fails again and again must not stop a database again and again: after a hold for a point the next one for the
# same has to wait, and after three there is none. A failure before `begun`, the first statement that can block, is free.
check_earlier_holds() {
  [ -n "$point" ] || return 0
  count=0 ended=0
  for name in "$RUN"/*/point; do
    folder=${name%/point}
    { read -r other <"$name" && [ "$other" = "$point" ] && read -r begun <"$folder/begun"; } 2>/dev/null || continue
    { read -r _ milliseconds _ <"$folder/verdict"; } 2>/dev/null || milliseconds=0 # all of it was killed
    count=$((count + 1))
    [ "$ended" -ge $((begun + milliseconds / 10)) ] || ended=$((begun + milliseconds / 10))
  done
  fact "earlier-holds $count"
  case $count in 0) return ;; 1) pause=10 ;; 2) pause=60 ;; *) refuse attempts "it was held $count times for this point, and that has none; it is given up" ;; esac
  now
  left=$((pause - (NOW - ended) / 100))
  [ "$left" -le 0 ] || refuse busy "it was held for this point just now; the next hold may begin in $left s"
}

preflight() {
  check_host
  check_earlier_holds
  check_service
  case $method:$driver in none:* | *:none | *:filesystem) ;; *) check_mariadb ;; esac
  [ "$method" = none ] || prove_volumes
}

probe() {
  check_lock_free
  preflight
  case $method in
    none) say "PROVABLE crash" ;;
    filesystem) say "PROVABLE filesystem" ;;
    *) say "PROVABLE application" ;;
  esac
  say OK
}

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
  [ -n "$(find ${DATA_PATHS:-$MOUNTS} -xdev -newer "$DIR/stopped" 2>&1)" ]
}

stop_service() {
  start_timer 8 "$stop_timeout" stop
  begin "$((stop_timeout + 1000))"
  true >"$DIR/start" # from here on the service is ours to start again
  [ -e "$DIR/start" ] || refuse no-space "/run is full"
  STOPPED=yes
  ( service_command stop >/dev/null 2>&1 8>&-; printf 'stop-ended %s\n' $? >&8 ) </dev/null 5>&- 6>&- 7>&- 9>&- &
  start_of $!
  printf '%s %s\n' $! "$START" >"$DIR/stopper"
  await stop-ended service
  [ "$REST" = 0 ] || refuse service "stopping $service failed (exit code $REST)"
  service_mark
  [ -n "$MARK" ] || refuse service "$service did not shut down by itself: it runs, starts again, or was killed"
  begin "$max_hold"
  true >"$DIR/stopped"
}

stop_goes_on() { { read -r pid start <"$DIR/stopper"; } 2>/dev/null && alive "$pid" "$start"; }

# The daemon must inherit nothing of ours: no lock, no FIFO, no umask, no priority and no exemption from the memory killer.
start_service() {
  (
    trap - HUP INT TERM
    echo 0 >/proc/self/oom_score_adj
    read -r self _ </proc/self/stat && renice 0 -p "$self"
    umask 022
    # systemd calls off a stop that is still going on; an init script would find the service running and do nothing.
    if has_systemd; then service_command reset-failed; else while stop_goes_on; do sleep 0.1; done; fi
    service_command start
  ) </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- 8>&- 9>&- &
  STARTER=$!
}

service_answers() {
  service_active || return 1
  [ "$driver" = mariadb ] || return 0
  answer=$(ask "SELECT CONCAT('up ', IF(@@wsrep_on, $(status_of WSREP_LOCAL_STATE), 4));" 2>/dev/null) && [ "$answer" = 'up 4' ]
}

# A service whose stop was given up still answers while that goes on, and is down a moment later: it counts only after the
# stop has ended, and if it answers twice.
service_is_back() {
  service_answers || return 1
  [ ! -e "$DIR/stopped" ] || return 0
  ! stop_goes_on || return 1
  sleep 1
  service_answers
}

# Second phase of a stop, owned by the dead-man: the service is started again until it answers, for a quarter of an hour.
await_service() {
  now
  from=$NOW told='' tried=$NOW
  until service_is_back; do
    now
    if [ -z "$told" ] && [ $((NOW - from)) -ge $((start_timeout / 10)) ]; then
      told=yes
      printf 'dm service down no answer within %s ms\n' "$start_timeout" >&8
    fi
    if [ $((NOW - from)) -ge 90000 ]; then
      logger -p daemon.alert -t stillpoint-hold "service $service did not come back" 2>/dev/null
      return
    fi
    if [ $((NOW - tried)) -ge 500 ] && ! service_active; then
      # A start that hangs is tried anew; systemd sees to that by itself.
      if [ $((NOW - tried)) -ge $((start_timeout / 10)) ] && ! has_systemd; then kill -9 "$STARTER" 2>/dev/null; wait "$STARTER"; fi
      kill -0 "$STARTER" 2>/dev/null || { tried=$NOW; start_service; }
    fi
    sleep 0.2
  done
  now
  printf 'dm service up %s\n' "$(((NOW - from) * 10))" >&8
}

# The same in the place of a dead-man that has died. It outlives the helper and keeps the host lock.
watch_service() { [ ! -e "$DIR/start" ] || await_service </dev/null >/dev/null 2>&1 5>&- 6>&- 7>&- & }

# Has the dead-man start the service, or starts it here if that has died; false then.
hand_start() {
  if deadman_alive; then
    printf 'start\n' >&6
    start_timer 8 2000 start
    while next 8; do
      case "$EVENT $REST" in 'dm started') stop_timer && return ;; 'dm fired '*) lost ;; 'timer start') break ;; esac
    done
  fi
  start_service
  watch_service
  return 1
}

# ---- driver: mariadb --------------------------------------------------------------------------------------------------------

client_words() { # the client and its options, none of which has a blank in it; no password ever is an argument
  client=mariadb
  command -v mariadb >/dev/null || client=mysql
  if [ -n "$defaults_file" ]; then client="$client --defaults-file=$defaults_file"; else client="$client --no-defaults"; fi
  say "$client ${socket:+--socket=$socket} --batch --skip-column-names --skip-reconnect --unbuffered --connect-timeout=5"
}
# shellcheck disable=SC2046 # split on purpose: words without blanks
ask() { printf '%s\n' "$1" | timeout 15 $(client_words) 2>&1; } # SQL -> rows
status_of() { say "(SELECT variable_value FROM information_schema.global_status WHERE variable_name = '$1')"; }

PREFLIGHT_SQL="
SELECT CONCAT_WS(' ', 'version', @@version);
SHOW GLOBAL VARIABLES WHERE variable_name IN ('datadir', 'innodb_undo_directory', 'innodb_log_group_home_dir', 'log_bin_basename',
  'relay_log_basename', 'innodb_data_home_dir', 'innodb_data_file_path', 'aria_log_dir_path', 'wsrep_on');
SELECT LOWER(CONCAT_WS(' ', variable_name, variable_value)) FROM information_schema.global_status WHERE variable_name IN
  ('WSREP_CLUSTER_SIZE', 'WSREP_CLUSTER_STATUS', 'WSREP_LOCAL_STATE');
SELECT CONCAT('privileges ', COUNT(DISTINCT privilege_type)) FROM information_schema.user_privileges
  WHERE privilege_type IN ('RELOAD', 'PROCESS') AND grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''');
SELECT CONCAT('replication ', COUNT(*)) FROM information_schema.processlist
  WHERE command IN ('Slave_IO', 'Slave_SQL', 'Slave_worker', 'Binlog Dump');
SELECT CONCAT_WS(' ', 'long', id, time, 's') FROM information_schema.processlist WHERE command IN ('Query', 'Execute') AND id <> CONNECTION_ID()
  AND (time_ms >= %s OR (time_ms >= 1000 AND info REGEXP '^[[:space:]]*(ALTER|CREATE|DROP|TRUNCATE|RENAME|OPTIMIZE|REPAIR)')) LIMIT 1;"

check_mariadb() { # -> DATA_PATHS DATA_DIR, and refusals
  command -v mariadb >/dev/null || need mysql
  [ -z "$defaults_file" ] || [ -r "$defaults_file" ] || refuse database "the defaults file cannot be read"
  # shellcheck disable=SC2059 # the format is a constant of this program
  rows=$(ask "$(printf "$PREFLIGHT_SQL" "$max_hold")") || refuse database "preflight failed: $(say "$rows" | sed -n '/^ERROR/{s/[^ -~]/?/g;p;q;}')"
  DATA_PATHS='' DATA_DIR='' version='' wsrep=OFF size=0 status='' state='' privileges=0 replication=0 long='' data_home='' data_files=''
  while read -r key value; do
    case $key in
      version) version=$value ;;
      datadir) DATA_DIR=$value DATA_PATHS="$DATA_PATHS $value" ;;
      log_bin_basename | relay_log_basename) DATA_PATHS="$DATA_PATHS ${value%/*}"; [ -z "$value" ] || fact "$key $value" ;;
      innodb_data_home_dir) data_home=$value ;;
      innodb_data_file_path) data_files=$value ;;
      *_dir | *_directory | *_dir_path) case $value in /*) DATA_PATHS="$DATA_PATHS $value" ;; esac ;;
      wsrep_on) wsrep=$value ;;
      wsrep_cluster_size) size=$value ;;
      wsrep_cluster_status) status=$value ;;
      wsrep_local_state) state=$value ;;
      privileges) privileges=$value ;;
      replication) replication=$value ;;
      long) long=$value ;;
    esac
  done <<ROWS
$rows
ROWS
  check_version
  add_tablespaces
  [ "$privileges" = 2 ] || refuse privileges "the account needs RELOAD and PROCESS"
  check_role
  case $method in backupStage | stopService)
    [ -z "$long" ] || refuse long-query "a statement is running for long (connection, seconds): $long" ;;
  esac
}

check_version() {
  number=${version%%-*}
  fact "engine mariadb $number"
  case $version in *MariaDB*) ;; *) refuse unsupported "not MariaDB: $number" ;; esac
  major=${number%%.*} minor=${number#*.}
  patch=${minor#*.} minor=${minor%%.*}
  { is_number "$major" && is_number "$minor" && is_number "${patch%%.*}"; } || refuse unsupported "unknown version"
  [ $((major * 10000 + minor * 100 + ${patch%%.*})) -ge 100401 ] || refuse unsupported "BACKUP STAGE needs MariaDB 10.4.1, this is $number"
}

# Data outside the usual places: the system tablespace's files, DATA DIRECTORY clauses (.isl files, links), linked schemas.
add_tablespaces() {
  is_path "$DATA_DIR" || refuse volume-mismatch "the data directory has a name that is not handled"
  fact "datadir $DATA_DIR"
  IFS=';'
  for file in $data_files; do
    case ${data_home:+$data_home/}$file in /*) DATA_PATHS="$DATA_PATHS $(path=${data_home:+$data_home/}${file%%:*}; say "${path%/*}")" ;; esac
  done
  unset IFS
  linked=$(find "$DATA_DIR/" -maxdepth 2 \( -name '*.isl' -o -type l \) 2>/dev/null)
  while read -r file; do
    case $file in '') ;; *.isl) read -r file <"$file"; DATA_PATHS="$DATA_PATHS $file" ;; *) DATA_PATHS="$DATA_PATHS $file" ;; esac
    case $file in *' '*) refuse volume-mismatch "a tablespace has a name that is not handled" ;; esac
  done <<LINKS
$linked
LINKS
}

check_role() {
  fact "wsrep $wsrep"
  fact "replication-threads $replication"
  if [ -z "$cluster" ]; then
    { [ "$wsrep" != ON ] && [ "$replication" = 0 ]; } || refuse cluster "it is part of a cluster, and the policy names none"
    return
  fi
  if [ "$wsrep" = ON ]; then
    fact "cluster-size $size"
    { [ "$status" = primary ] && [ "$state" = 4 ]; } || refuse cluster "this member is not Primary and Synced: $status, state $state"
    [ "$size" -ge "$min_healthy" ] || refuse cluster "$size members are there, $min_healthy are wanted"
    [ "$method" != backupStage ] || refuse unsupported "backupStage on a Galera member is not supported: use stopService"
  elif [ "$min_healthy" -gt 1 ]; then
    refuse cluster "only a Galera member knows how many members are healthy, and this is none: set minHealthyMembers: 1"
  fi
  [ "$writer" = no ] || [ "$allow_writer" = yes ] || refuse writer "this member is taken for the writer, which the policy does not allow"
}

# Starts a client whose output goes into the inbox of whoever starts it. Its end is told there too.
start_client() { # INPUT-FIFO INBOX-FD NAME
  mkfifo "$1"
  (
    # shellcheck disable=SC2046 # split on purpose: words without blanks
    ( sign "$DIR/$3" && exec $(client_words) ) <"$1" >&"$2" &
    wait $!
    printf 'db-exit %s\n' "$3" >&"$2"
  ) </dev/null 2>&"$2" 5>&- 7>&- 9>&- &
}

SESSION_SQL="SET SESSION wait_timeout = %s, lock_wait_timeout = %s, max_statement_time = %s, net_read_timeout = 600, net_write_timeout = 600;
SELECT CONCAT('db ready ', CONNECTION_ID());\n"
POSITION_SQL="CONCAT_WS(' ', CONNECTION_ID(), CONCAT('gtid=', @@gtid_binlog_pos),
  (SELECT GROUP_CONCAT(LOWER(variable_name), '=', variable_value ORDER BY 1 SEPARATOR ' ') FROM information_schema.global_status
  WHERE variable_name IN ('BINLOG_SNAPSHOT_FILE', 'BINLOG_SNAPSHOT_POSITION', 'WSREP_LAST_COMMITTED')))"

open_session() { # SECONDS-A-STATEMENT-MAY-WAIT
  start_client "$DIR/sql" 8 client
  exec 5<>"$DIR/sql"
  # shellcheck disable=SC2059 # the format is a constant of this program
  printf "$SESSION_SQL" "$((max_hold / 500 + 600))" "$1" "$1" >&5
  await 'db ready' database
  connection=${REST#ready }
  printf '%s\n' "$connection" >"$DIR/connection"
  [ -s "$DIR/connection" ] || refuse no-space "/run is full"
}

lock_mariadb() {
  seconds=$((max_hold / 1000))
  start_timer 8 $((max_hold + 10000)) session
  open_session "$((seconds > 0 ? seconds : 1))"
  # START blocks no writer, it only waits for other backups; what follows does.
  printf "BACKUP STAGE START; SELECT 'db started';\n" >&5
  await 'db started' lock-timeout
  begin "$max_hold"
  printf '%s\n' "BACKUP STAGE FLUSH; BACKUP STAGE BLOCK_DDL; BACKUP STAGE BLOCK_COMMIT; SELECT CONCAT('db position ', $POSITION_SQL);" >&5
  await 'db position' lock-timeout
  position=$REST
  case $position in "position $connection "*) ;; *) refuse database "the lock session is not the one that was opened" ;; esac
}

say_position() {
  for word in ${position#position "$connection"}; do
    case $word in *[!A-Za-z0-9=._,:/-]* | *=) continue ;; esac
    case $word in
      binlog_snapshot_file=*) say "POSITION binlog-file ${word#*=}" ;;
      binlog_snapshot_position=*) say "POSITION binlog-pos ${word#*=}" ;;
      wsrep_last_committed=*) say "POSITION wsrep-seqno ${word#*=}" ;;
      *) say "POSITION ${word%%=*} ${word#*=}" ;;
    esac
  done
}

# In the same session: the same connection and position, then the unlock, which fails in a session that has lost its lock.
unlock_mariadb() { # false and REASON if the lock was not proven to have held until now
  printf '%s\n' "SELECT CONCAT('db position ', $POSITION_SQL); BACKUP STAGE END; SELECT 'db unlocked';" >&5
  REASON=''
  while next 8; do
    case $EVENT:$REST in
      db:position*) [ "$REST" = "$position" ] || REASON='the position has moved' ;;
      db:unlocked) break ;;
      db-exit:client | ERROR:*) REASON='the lock session failed' && break ;;
      timer:overdue | dm:fired*) REASON='the unlock was not confirmed' && break ;;
    esac
  done
  [ -z "$REASON" ]
}

# ---- driver: filesystem -------------------------------------------------------------------------------------------------------

# Each freeze is journalled before it is tried: one that was interrupted counts as ours. EBUSY is somebody else's.
freeze_mounts() {
  now
  start_timer 8 $((max_hold - (NOW - BEGUN) * 10 + 500)) freeze # only if the dead-man has died
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
  { read -r began <"$DIR/begun"; } 2>/dev/null && HELD_MS=$(((NOW - began) * 10))
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
    [ ! -s "$DIR/killer" ] || confirm_unlock
  fi
  [ ! -e "$DIR/start" ] || [ -n "$STARTER" ] || start_service
  while kill -0 "$thawing" 2>/dev/null; do wait "$thawing"; done # a signal ends a wait, but not this one
}

# A client's death frees its lock only when the server is not busy with it: the second session ends the first by number.
confirm_unlock() {
  read -r connection <"$DIR/connection" && is_id "$connection" || return
  printf 'KILL CONNECTION %s;\n' "$connection" >&5
  start_timer 6 2000 kill
  while printf "SELECT CONCAT('db threads ', COUNT(*)) FROM information_schema.processlist WHERE id = %s;\n" "$connection" >&5; do
    while next 6; do case $EVENT:$REST in db:threads* | db-exit:killer | timer:kill) break ;; esac; done
    case $REST in 'threads 0' | killer | kill) break ;; esac
    sleep 0.05
  done
  stop_timer
}

dead_man() { # fd 0 is the host lock
  STARTER='' FIRED=no
  { [ -d "$DIR" ] && [ ! -e "$DIR/verdict" ]; } || exit 1 # it has come too late
  exec 8<>"$DIR/inbox" 6<>"$DIR/dead-man"
  trap 'printf "fire the dead-man was told to end\n" >&6' HUP INT TERM
  { echo -1000 >/proc/self/oom_score_adj; } 2>/dev/null
  hurry
  ( read -r _ <"$DIR/life"; printf 'fire helper died\n' >&6 ) </dev/null >/dev/null 2>&1 &
  WATCHER=$!
  if [ "$method" = backupStage ]; then
    start_client "$DIR/kill" 6 killer
    exec 5<>"$DIR/kill"
    printf "SET SESSION wait_timeout = 28800; SELECT 'db ready';\n" >&5
    while next 6; do case $EVENT:$REST in db:ready) break ;; db-exit:* | fire:*) printf 'dm failed\n' >&8; exit 1 ;; esac; done
  fi
  start_of $$
  printf 'dm armed %s %s\n' $$ "$START" >&8
  start_timer 6 120000 idle
  while next 6; do
    case $EVENT in
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
  [ ! -e "$DIR/start" ] || await_service
  tidy
  printf 'dm gone\n' >&8
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
tidy() { rm -rf "$DIR"/frozen.* "$DIR"/freezer.* "$DIR/life" "$DIR/dead-man" "$DIR/inbox" "$DIR/sql" "$DIR/kill" "$DIR/request" "$DIR/connection" \
  "$DIR/client" "$DIR/killer" "$DIR/start" "$DIR/stopped" "$DIR/stopper"; }

arm() {
  mkfifo "$DIR/dead-man" "$DIR/life" || refuse no-space "/run is full"
  { for key in attempt driver method service socket defaults_file max_hold start_timeout; do
      eval "value=\$$key"
      case $key in socket | service) ;; defaults_file) key=defaults-file ;; *_*) key=${key%_*}-${key#*_}-ms ;; esac
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
  start_timer 8 5000 arm
  await 'dm armed' internal
  stop_timer
  DEADMAN=${REST#armed }
}

deadman_alive() { [ -n "$DEADMAN" ] && alive "${DEADMAN% *}" "${DEADMAN#* }"; }

# Sets the deadline, before the first statement that can block a writer, and only while the dead-man is there to keep it.
begin() { # MILLISECONDS; a timer is running
  printf 'begin %s\n' "$1" >&6
  await 'dm timed' internal
  deadman_alive || refuse internal "the dead-man has died"
  now
  BEGUN=$NOW
  printf '%s\n' "$NOW" >"$DIR/begun"
  [ -s "$DIR/begun" ] || refuse no-space "/run is full"
}

# ---- hold -----------------------------------------------------------------------------------------------------------------------

take_lock() {
  { { [ -d "$RUN" ] || mkdir "$RUN"; } && [ -O "$RUN" ] && [ ! -L "$RUN" ]; } || refuse internal "$RUN is not ours"
  exec 9>>"$RUN/host.lock"
  if ! flock -w 1 9; then
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
      "$1 "*) return ;;
      'ERROR '*) error=$(printf '%s' "$REST" | sed 's/[^ -~]/?/g') ;;
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
  case $error in
    1205* | 1969* | 3024*) refuse lock-timeout "$error" ;;
    1044* | 1045* | 1227* | 1698*) refuse privileges "$error" ;;
    *) refuse database "${error:-the session ended}" ;;
  esac
}

# Lets go by way of the dead-man, or in its place if it has died.
surrender() { # REASON
  STAGE=over
  REST=surrender
  if deadman_alive || [ -z "$DEADMAN" ]; then
    printf 'fire %s\n' "$1" >&6
    start_timer 8 4000 surrender
    while next 8; do case "$EVENT $REST" in 'dm let-go' | 'timer surrender') break ;; esac; done
    stop_timer
  fi
  [ "$REST" != surrender ] || take_over
  finish_with broken "$1"
}

# A dead-man that lives and is silent may be stopped, or waits for a freeze that the kernel does not end: the same is done beside
# it, for as long as it takes, and whoever is first has done it. Here it is waited for a little.
take_over() {
  if ! deadman_alive; then stand_in; return; fi
  stand_in </dev/null >/dev/null 2>&1 &
  standing_in=$! polls=0
  while kill -0 "$standing_in" 2>/dev/null && [ "$polls" -lt 20 ]; do sleep 0.05; polls=$((polls + 1)); done
}

stand_in() { # for a dead-man that has died
  STARTER=''
  claim
  rm -f "$DIR/killer"
  let_go
  watch_service
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
  pump <&3 3<&- >/dev/null 2>&1 9>&- &
  PUMP=$!
  exec 3<&-
  hurry
  say LOCKED
  start_timer 8 120000 hold
  await 'in HOLD' internal
  stop_timer
  preflight
  arm
  say ARMED
  acquire
  now
  say "HELD $attempt $(((NOW - BEGUN) * 10))"
  start_timer 8 $((max_hold - (NOW - BEGUN) * 10 + 500)) overdue # only if the dead-man has died
  keep
}

acquire() {
  sync_mounts
  case $method in
    stopService) stop_service; sync_mounts ;;
    backupStage) lock_mariadb; say_position; [ "$freeze" = yes ] || sync_mounts ;;
    *) start_timer 8 5000 begin && begin "$max_hold" ;;
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

tell_service() { # the controller's last line about a service that was stopped
  [ "$STOPPED" = yes ] || return 0
  start_timer 8 $((start_timeout + 5000)) service
  while next 8; do
    case "$EVENT $REST" in
      'dm service '*) say "SERVICE ${REST#service }" && break ;;
      'timer service') say "SERVICE down nothing is known of it" && break ;;
    esac
  done
}

release() {
  claim || lost
  STAGE=over REASON=''
  thaw_mounts || REASON='a filesystem was not frozen any more'
  if [ "$method" = backupStage ]; then
    before=$REASON
    unlock_mariadb || { surrender "${before:-$REASON}" && broken; }
    REASON=$before
  elif [ "$method" = stopService ]; then
    before=$MARK
    service_mark
    { [ -n "$MARK" ] && [ "$MARK" = "$before" ] && ! data_touched; } || REASON='the service was started meanwhile'
    hand_start || REASON='the dead-man has died'
  fi
  if [ -n "$REASON" ]; then finish_with broken "$REASON"; else finish_with intact ''; fi
  printf 'done\n' >&6
  [ "$KIND" = intact ] || broken
  say "RELEASED intact $HELD_MS"
  tell_service
  exec 5>&-
  start_timer 8 1000 end # the host lock is free when the dead-man has gone
  until [ "$EVENT $REST" = 'dm gone' ] || [ "$EVENT" = timer ] || [ "$method" = stopService ]; do next 8; done
  leave 0
}

# ---- verdict and main -----------------------------------------------------------------------------------------------------------

verdict() {
  is_attempt "$attempt" || refuse bad-request "no attempt"
  if [ -s "$DIR/verdict" ]; then
    read -r kind milliseconds REASON <"$DIR/verdict"
    say "VERDICT $kind $milliseconds${REASON:+ $REASON}"
  elif [ -s "$DIR/begun" ] && ! flock -n -s "$RUN/host.lock" true; then
    say "VERDICT held"
  else
    say "VERDICT unknown"
  fi
}

main() {
  VERB=${1:-}
  case $VERB in
    probe | hold | verdict)
      say "STILLPOINT 1 $VERSION"
      read_request
      case $VERB in probe) probe ;; hold) hold ;; *) verdict ;; esac
      ;;
    dead-man)
      is_attempt "${2:-}" || exit 2
      DIR=$RUN/$2
      read_request <"$DIR/request"
      dead_man
      ;;
    *) say "usage: stillpoint-hold probe|hold|verdict" >&2 && exit 2 ;;
  esac
  exit 0
}

main "$@"
