# ---- driver: postgresql -----------------------------------------------------------------------------------------------

# As the system account postgres, by its socket, and with no functions and operators but the engine's own: in older releases others may
# put theirs before them. `socket` may name one, e.g. /run/postgresql/.s.PGSQL.5433.
AS_POSTGRES='setpriv --reuid=postgres --regid=postgres --init-groups --'
postgresql_client() {
  say "$AS_POSTGRES env PGOPTIONS=-csearch_path=pg_catalog psql -X -q -A -t -w -v ON_ERROR_STOP=1 -d postgres ${socket:+-h ${socket%/*} -p ${socket##*.}}"
}

POSTGRESQL_SQL="SELECT 'version ' || current_setting('server_version') || ' ' || current_setting('server_version_num');
SELECT 'recovery ' || CASE WHEN pg_is_in_recovery() THEN 'yes' ELSE 'no' END;
SELECT 'replicas ' || COUNT(*) FROM pg_stat_replication;
SELECT 'may-checkpoint ' || CASE WHEN rolsuper THEN 'yes' ELSE 'no' END FROM pg_roles WHERE rolname = current_user;
SELECT 'wal-level ' || current_setting('wal_level');
SELECT 'archive ' || CASE WHEN current_setting('archive_mode') = 'off' THEN 'off'
  WHEN last_failed_time > COALESCE(last_archived_time, '-infinity') THEN 'fails' ELSE 'works' END FROM pg_stat_archiver;
SELECT 'data ' || current_setting('data_directory');
SELECT 'path ' || pg_tablespace_location(oid) FROM pg_tablespace WHERE pg_tablespace_location(oid) <> '';"

postgresql_check() { # -> VERSION_NUMBER DATA_PATHS DATA_DIR, and refusals
  need psql setpriv
  rows=$(ask "$POSTGRESQL_SQL") || refuse_rows "$rows"
  recovery='' replicas=0 privileges=no wal_level='' archive=off VERSION_NUMBER=0
  while read -r key value; do
    case $key in
      version) fact "engine postgresql ${value% *}"; VERSION_NUMBER=${value##* } ;;
      recovery) recovery=$value ;;
      replicas) replicas=$value ;;
      may-checkpoint) privileges=$value ;;
      wal-level) wal_level=$value ;;
      archive) archive=$value ;;
      data) add_data_dir "$value"; add_tree "$value/pg_wal" ;;
      path) add_tree "$value" ;;
    esac
  done <<ROWS
$rows
ROWS
  [ "$VERSION_NUMBER" -ge 100000 ] || refuse unsupported "this PostgreSQL is older than 10"
  case $method in checkpoint | backupMode) [ "$privileges" = yes ] || refuse privileges "the account postgres is no superuser" ;; esac
  [ "$method" != backupMode ] || postgresql_check_backup
  fact "in-recovery $recovery"
  # The primary is the writer, whoever the policy takes for it.
  case $recovery:$replicas in no:0) check_member no yes ;; no:*) check_member yes yes ;; *) check_member yes no ;; esac
  refuse_to_count "how many members of a PostgreSQL cluster are healthy is not seen from one of them"
}

# Copies of several instants need the WAL up to the end of the backup, which none of them can have: somebody must keep it.
postgresql_check_backup() {
  fact "archive $archive"
  [ "$recovery" = no ] || refuse unsupported "backupMode is for a primary: hold a standby by checkpoint, with freeze"
  [ "$wal_level" != minimal ] || refuse unsupported "backupMode needs wal_level replica or logical"
  [ "$freeze" = no ] || return 0
  case $archive in
    off) refuse unsupported "the copies need the WAL of the hold, and nobody keeps it: set archive_mode, or freeze" ;;
    fails) refuse database "its WAL could not be archived lately (pg_stat_archiver)" ;;
  esac
}

# So that recovery from the copy is short. It stops nobody.
postgresql_checkpoint() {
  answer=$(ask "SET statement_timeout = 0; CHECKPOINT; SELECT 'lsn=' || CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END;" 90) ||
    refuse_rows "$answer"
  # shellcheck disable=SC2086 # one word
  say_position $answer
}

# The start of the backup waits for a checkpoint; most of that is done here, where nothing waits for it.
postgresql_before() {
  [ -z "$cluster" ] || AFTER=yes
  answer=$(ask 'SET statement_timeout = 0; CHECKPOINT;' 90) || refuse_rows "$answer"
}

# What the backup label will say is known at its start, if no other checkpoint comes in between. psql has the words in variables.
postgresql_text() { # WHAT [ID]
  begins="pg_backup_start('stillpoint', true)" ends=pg_backup_stop\(
  [ "${VERSION_NUMBER:-0}" -ge 150000 ] || begins="pg_start_backup('stillpoint', true, false)" ends='pg_stop_backup(false, '
  if [ "$freeze" = yes ]; then ends="${ends}false)"; else ends="${ends}true)"; fi # true: waits until the WAL of the hold is archived
  case $1 in
    open) postgresql_patience; say "SELECT 'db ready ' || pg_backend_pid();" ;;
    start)
      say "SELECT $begins AS lsn \\gset
SELECT checkpoint_lsn AS checkpoint, redo_lsn <> :'lsn' AS raced, redo_wal_file AS file, timeline_id AS timeline FROM pg_control_checkpoint() \\gset
\\if :raced
\\echo 'ERROR another checkpoint came in between'
\\quit
\\endif
SELECT 'db started';" ;;
    lock) postgresql_position ;;
    unlock)
      postgresql_position
      say "SELECT labelfile LIKE 'START WAL LOCATION: ' || :'lsn' || ' (file ' || :'file' || ')%CHECKPOINT LOCATION: ' || :'checkpoint' || '%START TIMELINE: ' || :'timeline' || '%' AS same FROM $ends \\gset
\\if :same
\\else
\\echo 'db broken the backup label is another'
\\endif
SELECT 'db unlocked';" ;;
    second) postgresql_patience; say "SELECT 'db ready';" ;;
    kill) say "SELECT pg_terminate_backend($2);" ;;
    gone) say "SELECT 'db left ' || COUNT(*) FROM pg_stat_activity WHERE pid = $2;" ;;
  esac
}
# A session of a hold waits for long between its statements, and pg_backup_stop may take long. What the account or the server has for
# others would end it. (Not every version has each of them.)
postgresql_patience() {
  say "SELECT COUNT(set_config(name, '0', false)) AS limits FROM pg_settings WHERE name IN
  ('statement_timeout', 'idle_session_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout') \\gset"
}
postgresql_position() {
  say "SELECT 'db position ' || pg_backend_pid() || ' lsn=' || :'lsn' || ' checkpoint=' || :'checkpoint' || ' wal-file=' || :'file' || ' timeline=' || :'timeline';"
}

# Beside the data, so that the copies have it; under a name that means nothing to the server. As postgres, whose folder it is.
postgresql_keep_label() {
  label=$DATA_DIR/backup_label.$attempt
  printf '%s\n' "$label" >"$DIR/label"
  [ -s "$DIR/label" ] || refuse no-space "/run is full"
  lsn='' at='' file='' timeline=''
  for word in $position; do
    case $word in lsn=*) lsn=${word#*=} ;; checkpoint=*) at=${word#*=} ;; wal-file=*) file=${word#*=} ;; timeline=*) timeline=${word#*=} ;; esac
  done
  # shellcheck disable=SC2016,SC2086 # the words of a command; the inner shell's own argument
  printf '%s\n' "START WAL LOCATION: $lsn (file $file)" "CHECKPOINT LOCATION: $at" 'BACKUP METHOD: streamed' 'BACKUP FROM: primary' \
    "START TIME: $(date -u '+%Y-%m-%d %H:%M:%S UTC')" 'LABEL: stillpoint' "START TIMELINE: $timeline" |
    $AS_POSTGRES sh -c 'umask 077 && set -C && cat >"$1" && sync "$1"' sh "$label" 5>&- 6>&- 7>&- 8>&- 9>&- ||
    refuse no-space "the backup label could not be written to $DATA_DIR"
}

postgresql_remove_label() {
  read -r label <"$DIR/label" && is_path "$label" || return
  # shellcheck disable=SC2086 # the words of a command
  timeout 5 $AS_POSTGRES rm -f "$label" </dev/null >/dev/null 2>&1
}

