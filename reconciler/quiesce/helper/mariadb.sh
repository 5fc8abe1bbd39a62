# ---- driver: mariadb --------------------------------------------------------------------------------------------------------

# The option file may say who logs in, and by which socket. It must lead to no other machine, whose data are not here, and an error
# must end the client.
mariadb_client() { # none of the words has a blank in it; no password ever is an argument
  client=mariadb
  command -v mariadb >/dev/null || client=mysql
  if [ -n "$defaults_file" ]; then client="$client --defaults-file=$defaults_file"; else client="$client --no-defaults"; fi
  client="$client --host=localhost --protocol=socket ${socket:+--socket=$socket}"
  say "$client --batch --skip-column-names --skip-reconnect --skip-force --unbuffered --connect-timeout=5"
}
status_of() { say "(SELECT variable_value FROM information_schema.global_status WHERE variable_name = '$1')"; }

PREFLIGHT_SQL="
SELECT CONCAT_WS(' ', 'version', @@version);
SHOW GLOBAL VARIABLES WHERE variable_name IN ('datadir', 'innodb_undo_directory', 'innodb_log_group_home_dir', 'log_bin_basename',
  'relay_log_basename', 'innodb_data_home_dir', 'innodb_data_file_path', 'aria_log_dir_path', 'rocksdb_datadir',
  'rocksdb_wal_dir', 'wsrep_on');
SELECT LOWER(CONCAT_WS(' ', variable_name, variable_value)) FROM information_schema.global_status WHERE variable_name IN
  ('WSREP_CLUSTER_SIZE', 'WSREP_CLUSTER_STATUS', 'WSREP_LOCAL_STATE');
SELECT CONCAT('privileges ', COUNT(DISTINCT privilege_type)) FROM information_schema.user_privileges
  WHERE privilege_type IN ('RELOAD', 'PROCESS') AND grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''');
SELECT CONCAT('replication ', COUNT(*)) FROM information_schema.processlist
  WHERE command IN ('Slave_IO', 'Slave_SQL', 'Slave_worker', 'Binlog Dump');
SELECT CONCAT_WS(' ', 'long', id, time, 's') FROM information_schema.processlist WHERE command IN ('Query', 'Execute') AND id <> CONNECTION_ID()
  AND (time_ms >= %s OR (time_ms >= 1000 AND info REGEXP '^[[:space:]]*(ALTER|CREATE|DROP|TRUNCATE|RENAME|OPTIMIZE|REPAIR)')) LIMIT 1;"

check_mariadb_client() {
  command -v mariadb >/dev/null || need mysql
  check_defaults_file
}

# MySQL has not all the tables that MariaDB is asked, but has told its version by then.
refuse_mysql() { # ROWS
  case $1 in *MariaDB*) ;; 'version '[5-9]*) refuse unsupported "this is MySQL and not MariaDB: use the driver mysql, with instanceLock or readLock" ;; esac
  refuse_rows "$1"
}

mariadb_check() { # -> DATA_PATHS DATA_DIR, and refusals
  check_mariadb_client
  # shellcheck disable=SC2059 # the format is a constant of this program
  rows=$(ask "$(printf "$PREFLIGHT_SQL" "$max_hold")") || refuse_mysql "$rows"
  version='' wsrep=OFF size=0 status='' state='' privileges=0 replication=0 long='' data_home='' data_files=''
  while read -r key value; do
    case $key in
      version) version=$value ;;
      datadir) add_data_dir "$value" ;;
      log_bin_basename | relay_log_basename) [ -z "$value" ] || { add_folder_of "$value" && fact "$key $value"; } ;;
      innodb_data_home_dir) data_home=$value ;;
      innodb_data_file_path) data_files=$value ;;
      *_dir | *_directory | *_dir_path | rocksdb_datadir) add_configured "$value" ;;
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
  case $BY in session | service) [ -z "$long" ] || refuse long-query "a statement is running for long (connection, seconds): $long" ;; esac
}

check_version() {
  number=${version%%-*}
  fact "engine mariadb $number"
  case $version in *MariaDB*) ;; *) refuse unsupported "not MariaDB: $number; use the driver mysql" ;; esac
  major=${number%%.*} minor=${number#*.}
  patch=${minor#*.} minor=${minor%%.*}
  { is_number "$major" && is_number "$minor" && is_number "${patch%%.*}"; } || refuse unsupported "unknown version"
  [ "$method" != backupStage ] || [ $((major * 10000 + minor * 100 + ${patch%%.*})) -ge 100401 ] ||
    refuse unsupported "BACKUP STAGE needs MariaDB 10.4.1, this is $number: use readLock"
}

# Data outside the usual places: the system tablespace's files, DATA DIRECTORY clauses (.isl files, links), linked schemas.
add_tablespaces() {
  set -f
  IFS=';'
  # shellcheck disable=SC2086 # split on purpose
  set -- $data_files
  unset IFS
  set +f
  for file; do add_configured "${data_home:+$data_home/}${file%%:*}"; done
  add_links "$DATA_DIR" 2
  linked=$(find "$DATA_DIR/" -maxdepth 2 -name '*.isl' 2>/dev/null)
  while IFS= read -r file; do
    [ -z "$file" ] || { IFS= read -r file <"$file"; add_path "$file"; }
  done <<LINKS
$linked
LINKS
}

check_role() {
  fact "wsrep $wsrep"
  fact "replication-threads $replication"
  if [ "$wsrep" = ON ]; then
    fact "cluster-size $size"
    check_member yes no
    { [ "$status" = primary ] && [ "$state" = 4 ]; } || refuse cluster "this member is not Primary and Synced: $status, state $state"
    [ "$size" -ge "$min_healthy" ] || refuse cluster "$size members are there, $min_healthy are wanted"
  else
    if [ "$replication" = 0 ]; then check_member no no; else check_member yes no; fi
    refuse_to_count "only a Galera member knows how many members are healthy, and this is none"
  fi
}

SESSION_SQL="SET SESSION wait_timeout = %s, lock_wait_timeout = %s, max_statement_time = %s, net_read_timeout = 600, net_write_timeout = 600;
SELECT CONCAT('db ready ', CONNECTION_ID());\n"
POSITION_SQL="SELECT CONCAT_WS(' ', 'db position', CONNECTION_ID(), CONCAT('gtid=', @@gtid_binlog_pos),
  (SELECT GROUP_CONCAT(ELT(FIELD(variable_name, 'BINLOG_SNAPSHOT_FILE', 'BINLOG_SNAPSHOT_POSITION', 'WSREP_LAST_COMMITTED'),
    'binlog-file', 'binlog-pos', 'wsrep-seqno'), '=', variable_value ORDER BY 1 SEPARATOR ' ') FROM information_schema.global_status
  WHERE variable_name IN ('BINLOG_SNAPSHOT_FILE', 'BINLOG_SNAPSHOT_POSITION', 'WSREP_LAST_COMMITTED')));"

mariadb_text() { # WHAT [ID]
  # shellcheck disable=SC2059 # the format is a constant of this program
  case $1:$method in
    open:*) printf "$SESSION_SQL" "$((max_hold / 500 + 600))" "$(lock_seconds)" "$(lock_seconds)" ;;
    # START blocks no writer, it only waits for other backups; what follows does.
    start:backupStage) say "BACKUP STAGE START; SELECT 'db started';" ;;
    start:*) say "SELECT 'db started';" ;;
    lock:backupStage) say "BACKUP STAGE FLUSH; BACKUP STAGE BLOCK_DDL; BACKUP STAGE BLOCK_COMMIT; $POSITION_SQL" ;;
    lock:*) say "FLUSH TABLES WITH READ LOCK; $POSITION_SQL" ;;
    unlock:backupStage) say "$POSITION_SQL BACKUP STAGE END; SELECT 'db unlocked';" ;;
    unlock:*) say "$POSITION_SQL UNLOCK TABLES; SELECT 'db unlocked';" ;;
    second:*) say "SET SESSION wait_timeout = 28800; SELECT 'db ready';" ;;
    kill:*) say "KILL CONNECTION $2;" ;;
    gone:*) say "SELECT CONCAT('db left ', COUNT(*)) FROM information_schema.processlist WHERE id = $2;" ;;
  esac
}

# Galera: while a member is held its receive queue grows, and flow control would make all others wait. So it takes leave first.
# The other way round, after the lock, it would hang. A leave that somebody else has taken just now is not ours to end.
mariadb_before() {
  [ -z "$cluster" ] || AFTER=yes
  [ "$wsrep" = ON ] || return 0
  desync=$(ask 'SELECT @@wsrep_desync;')
  fact "wsrep-desync $desync"
  case $desync in
    0) ;;
    1) refuse cluster "somebody else has desynced this member just now" ;;
    *) refuse cluster "whether the member is desynced cannot be told" ;;
  esac
  true >"$DIR/desync" # from here on it is ours to take back
  [ -e "$DIR/desync" ] || refuse no-space "/run is full"
  SECOND=yes
  answer=$(ask 'SET GLOBAL wsrep_desync = ON;') || refuse cluster "the member could not be desynced: $(say "$answer" | sed -n 's/[^ -~]/?/g;1p')"
  now
  from=$NOW
  until [ "$(ask "SELECT $(status_of WSREP_LOCAL_RECV_QUEUE);" 5)" = 0 ]; do
    now
    [ $((NOW - from)) -lt 1000 ] || refuse cluster "the member does not catch up: its receive queue does not empty"
    sleep 0.1
  done
}

# Back in its cluster only when it has applied what came meanwhile: flow control would stop the others until it has.
mariadb_is_well() {
  # shellcheck disable=SC2046 # split on purpose
  set -- $(ask "SELECT CONCAT_WS(' ', 'up', IF(@@wsrep_on, 1, 0), IF(@@wsrep_desync, 1, 0), IFNULL($(status_of WSREP_LOCAL_RECV_QUEUE), 0), IFNULL($(status_of WSREP_LOCAL_STATE), 4));" 2>/dev/null)
  [ "${1:-}" = up ] || return 1
  if [ -e "$DIR/desync" ]; then
    [ "$4" = 0 ] || return 1
    [ "$3" = 0 ] || { ask 'SET GLOBAL wsrep_desync = OFF;' >/dev/null; return 1; }
  fi
  [ "$2" = 0 ] || [ "$5" = 4 ]
}

