#!/bin/bash
# Stands in for /usr/sbin/service inside a simulated server, where no init system runs: `service NAME start|stop|status`
# on the real mariadbd or postgres, which it knows by its pid file. Files under /run/service change how it behaves
# (`server knob`):
#   fail-start fail-stop   the verb fails and does nothing
#   slow-start slow-stop   seconds to wait before the verb acts
#   new-cluster            a Galera member begins a cluster instead of joining one
set -u
engine=@ENGINE@ config=@CONFIG@ datadir=@DATADIR@ binaries=@BINARIES@

name=${1:-} verb=${2:-}
case $engine:$name in
  postgresql:postgresql)
    pid_file=$datadir/postmaster.pid program=postgres account=postgres folder=/run/postgresql stop_signal=INT ;;
  mariadb:mariadb | mariadb:mysql | galera:mariadb | galera:mysql)
    pid_file=/run/mysqld/mysqld.pid program=mariadbd account=mysql folder=/run/mysqld stop_signal=TERM ;;
  *) echo "$name: unrecognized service" >&2; exit 4 ;;
esac

pid_of_server() {
  local pid
  [ -s "$pid_file" ] && read -r pid <"$pid_file" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$program" ] && echo "$pid"
}
behave() {  # VERB
  [ ! -e "/run/service/slow-$1" ] || sleep "$(<"/run/service/slow-$1")"
  [ ! -e "/run/service/fail-$1" ] || { echo "$name: $1 failed (as told)" >&2; exit 1; }
}
await() {  # SECONDS COMMAND...
  local tenths=$(($1 * 10))
  shift
  until "$@"; do
    [ $((tenths--)) -gt 0 ] || return 1
    sleep 0.1
  done
}
client() { mariadb --no-defaults --socket=$folder/mysqld.sock -N -e "$1" 2>/dev/null; }
answers() {
  case $engine in
    postgresql) "$binaries/pg_isready" -q -h "$folder" ;;
    galera) [ "$(client "SHOW STATUS LIKE 'wsrep_local_state'" | cut -f2)" = 4 ] ;;
    mariadb) mariadb-admin --no-defaults --socket=$folder/mysqld.sock ping >/dev/null 2>&1 ;;
  esac
}
is_decided() { answers || ! kill -0 "$launched" 2>/dev/null; }
is_down() { ! pid_of_server >/dev/null; }
launch() {
  if [ "$engine" = postgresql ]; then
    setsid runuser -u postgres -- "$binaries/postgres" -c config_file="$config" </dev/null >>"${config%/*}/postgresql.log" 2>&1 &
  else
    set --
    [ ! -e /run/service/new-cluster ] || set -- --wsrep-new-cluster
    setsid mariadbd --defaults-file="$config" "$@" </dev/null >/dev/null 2>&1 &
  fi
}

start() {
  behave start
  pid_of_server >/dev/null && return 0
  install -d -o "$account" -g "$account" "$folder"
  rm -f "$pid_file"
  launch
  launched=$!
  await 60 is_decided
  answers || { echo "$name: does not answer" >&2; return 1; }
}
stop() {
  local pid
  behave stop
  pid=$(pid_of_server) || return 0
  kill -$stop_signal "$pid"
  await 120 is_down || { echo "$name: does not stop" >&2; return 1; }
}

case $verb in
  start) start ;;
  stop) stop ;;
  restart) stop && start ;;
  status)
    if pid=$(pid_of_server); then echo "$name is running (pid $pid)"; else
      echo "$name is stopped"
      exit 3
    fi ;;
  *) echo "usage: service NAME start|stop|restart|status" >&2; exit 2 ;;
esac
