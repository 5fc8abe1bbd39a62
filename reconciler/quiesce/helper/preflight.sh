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

# Others that look at the same moment have it for that moment.
lock_is_free() { [ ! -e "$RUN/host.lock" ] || flock -w 1 "$RUN/host.lock" true; }

check_lock_free() {
  # The window may open just now.
  if window_is_open || lock_is_free || window_is_open; then fact "host-lock free"; return; fi
  read -r holder <"$RUN/host.lock"
  fact "host-lock held-by ${holder:-somebody}"
  refuse busy "held by attempt ${holder:-unknown}"
}

check_service() {
  [ "$method" = stopService ] || return
  if has_systemd; then
    # One without a process of its own only stands for others, and is down before they are.
    [ "$(systemctl show -p MainPID --value "$service")" != 0 ] ||
      refuse service "$service has no process of its own: name the unit of the database itself, such as postgresql@15-main"
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

# Whether root alone can change a file: it and all folders above it are root's and writable by nobody else.
is_roots_alone() { # PATH, really so called -> UNSAFE, the first that is not, upwards
  UNSAFE=$1
  while [ -n "$(find "$UNSAFE" -maxdepth 0 -user 0 ! -perm -020 ! -perm -002)" ] && [ "$UNSAFE" != / ]; do
    UNSAFE=${UNSAFE%/*}
    UNSAFE=${UNSAFE:-/}
  done
  [ "$UNSAFE" = / ]
}

# A client reads it as root, and what is in it may have the client load a library or run a program: who may write it is root.
check_defaults_file() { # -> defaults_file, as it really is called
  [ -n "$defaults_file" ] || return 0
  { path=$(readlink -f "$defaults_file") && is_path "$path" && [ -f "$path" ]; } || refuse database "the defaults file cannot be read"
  defaults_file=$path
  is_roots_alone "$path" || refuse database "the defaults file is not safe: others than root may write to $UNSAFE"
}

# The rules of clusters, which are the same for all engines. That a member is the writer the controller tells, or its engine.
check_member() { # IN-A-CLUSTER IS-THE-WRITER
  if [ -z "$cluster" ]; then
    [ "$1" = no ] || refuse cluster "it is part of a cluster, and the policy names none"
    return
  fi
  [ "$2" != yes ] || writer=yes
  [ "$writer" = no ] || [ "$allow_writer" = yes ] || refuse writer "this member is taken for the writer, which the policy does not allow"
}

# Where nobody counts, a number of healthy members is refused rather than believed.
refuse_to_count() { [ -z "$cluster" ] || [ "$min_healthy" -le 1 ] || refuse cluster "$1: set minHealthyMembers: 1"; }

refuse_rows() { # ROWS of a client that failed
  said=$(say "$1" | sed -n '/ERROR\|FATAL\|[Ee]rror/{s/[^ -~]/?/g;p;q;}')
  [ -n "$said" ] || refuse database "its client gave no answer"
  refuse database "the database says: $said"
}

preflight() {
  check_host
  check_earlier_holds
  check_service
  [ "$method" != none ] || return 0
  case $driver in
    none | filesystem) ;;
    script) script_check ;;
    *)
      "${driver}_check"
      [ -n "$DATA_DIR" ] || refuse database "it does not tell where its data are" ;;
  esac
  prove_volumes
  # shellcheck disable=SC2086 # a list of words without blanks
  set -- $volumes
  [ $# -le 1 ] || case $BY:$method:$freeze in
    nothing:*:no | *:instanceLock:no) refuse bad-request "$# volumes that nothing holds still have no instant in common: freeze them" ;;
  esac
}

probe() {
  recover
  check_lock_free
  preflight
  case $BY:$method in
    nothing:filesystem) say "PROVABLE filesystem" ;;
    nothing:* | *:instanceLock | *:backupMode) say "PROVABLE crash" ;;
    *) say "PROVABLE application" ;;
  esac
  say OK
}

