#!/bin/bash
# Stands in for /usr/sbin/service inside a simulated server, where no init system runs: `service NAME start|stop|status`
# on the real mariadbd, which it knows by its pid file. Files under /run/service change how it behaves (`server knob`):
#   fail-start fail-stop   the verb fails and does nothing
#   slow-start slow-stop   seconds to wait before the verb acts
set -u
defaults=@DEFAULTS@
pid_file=/run/mysqld/mysqld.pid

name=${1:-} verb=${2:-}
case $name in
  mariadb | mysql) ;;
  *) echo "$name: unrecognized service" >&2; exit 4 ;;
esac

pid_of_server() {
  local pid
  [ -s "$pid_file" ] && pid=$(<"$pid_file") && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = mariadbd ] && echo "$pid"
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
answers() { mariadb-admin --no-defaults --socket=/run/mysqld/mysqld.sock ping >/dev/null 2>&1; }
is_down() { ! pid_of_server >/dev/null; }

start() {
  behave start
  pid_of_server >/dev/null && return 0
  install -d -o mysql -g mysql /run/mysqld
  rm -f "$pid_file"
  setsid mariadbd --defaults-file="$defaults" </dev/null >/dev/null 2>&1 &
  await 60 answers || { echo "$name: does not answer" >&2; return 1; }
}
stop() {
  local pid
  behave stop
  pid=$(pid_of_server) || return 0
  kill -TERM "$pid"
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
