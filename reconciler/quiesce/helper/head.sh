#!/bin/sh
# stillpoint-hold: holds one dataset of this server still while its volumes are snapshotted, and always lets go.
# Runs as root with one verb (probe, hold, verdict) and talks lines over stdin and stdout; stderr is free text.
# POSIX sh (dash, bash, busybox). Two processes of it can let go of a hold: the helper, which talks to the controller,
# and the dead-man, a session of its own that outlives the helper and owns the host lock until all is released.
# Each reads one FIFO into which clients, timers and the other process write lines, because sh has no timed read.
#   4 for a moment only   5 the lock session's input   6 the dead-man's inbox   7 held open by a living helper   8 the helper's inbox   9 the host lock
# shellcheck disable=SC2317,SC2030,SC2031 # drivers are called by their names; subshells have variables of their own on purpose
set -u
VERSION=0.5.0
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
unset IFS ENV BASH_ENV CDPATH MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT
unset PGHOST PGPORT PGUSER PGDATABASE PGOPTIONS PGSERVICE PGSERVICEFILE PGPASSWORD PGPASSFILE PSQLRC
umask 077
RUN=/run/stillpoint
SELF=$(readlink -f "$0")
cd / || exit 2

