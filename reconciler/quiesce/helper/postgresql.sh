# ---- driver: postgresql -----------------------------------------------------------------------------------------------

# As the system account postgres, by its socket, and with no functions and operators but the engine's own: in older releases others may
# put theirs before them. `socket` may name one, e.g. /run/postgresql/.s.PGSQL.5433.
postgresql_client() {
  say "runuser -u postgres -- env PGOPTIONS=-csearch_path=pg_catalog psql -X -q -A -t -w -v ON_ERROR_STOP=1 -d postgres ${socket:+-h ${socket%/*} -p ${socket##*.}}"
}

POSTGRESQL_SQL="SELECT 'version ' || current_setting('server_version') || ' ' || current_setting('server_version_num');
SELECT 'recovery ' || CASE WHEN pg_is_in_recovery() THEN 'yes' ELSE 'no' END;
SELECT 'replicas ' || COUNT(*) FROM pg_stat_replication;
SELECT 'may-checkpoint ' || CASE WHEN rolsuper THEN 'yes' ELSE 'no' END FROM pg_roles WHERE rolname = current_user;
SELECT 'path ' || current_setting('data_directory');
SELECT 'path ' || pg_tablespace_location(oid) FROM pg_tablespace WHERE pg_tablespace_location(oid) <> '';"

postgresql_check() { # -> DATA_PATHS, and refusals
  need psql runuser
  rows=$(ask "$POSTGRESQL_SQL") || refuse_rows "$rows"
  recovery='' replicas=0 privileges=no
  while read -r key value; do
    case $key in
      version) fact "engine postgresql ${value% *}"; [ "${value##* }" -ge 100000 ] || refuse unsupported "PostgreSQL ${value% *} is older than 10" ;;
      recovery) recovery=$value ;;
      replicas) replicas=$value ;;
      may-checkpoint) privileges=$value ;;
      path) DATA_PATHS="$DATA_PATHS $value" ;;
    esac
  done <<ROWS
$rows
ROWS
  # shellcheck disable=SC2086 # a list of words
  set -- $DATA_PATHS
  is_path "${1:-}" || refuse volume-mismatch "the data directory has a name that is not handled"
  DATA_DIR=$1 DATA_PATHS="$DATA_PATHS $1/pg_wal"
  fact "datadir $1"
  [ "$method" != checkpoint ] || [ "$privileges" = yes ] || refuse privileges "the account postgres is no superuser"
  fact "in-recovery $recovery"
  # The primary is the writer, whoever the policy takes for it.
  case $recovery:$replicas in no:0) check_member no yes ;; no:*) check_member yes yes ;; *) check_member yes no ;; esac
  refuse_to_count "how many members of a PostgreSQL cluster are healthy is not seen from one of them"
}

# So that recovery from the copy is short. It stops nobody.
postgresql_checkpoint() {
  answer=$(ask "CHECKPOINT; SELECT 'lsn=' || CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END;" 90) ||
    refuse_rows "$answer"
  # shellcheck disable=SC2086 # one word
  say_position $answer
}

postgresql_is_well() { [ "$(ask "SELECT 'up';" 2>/dev/null)" = up ]; }

