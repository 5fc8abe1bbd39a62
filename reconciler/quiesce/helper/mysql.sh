# ---- driver: mysql ----------------------------------------------------------------------------------------------------

# MySQL 8. A server that turns out to be MariaDB is held by that section where both have the method.
mysql_client() { mariadb_client; }

MYSQL_SQL="
SHOW GLOBAL VARIABLES WHERE variable_name IN ('datadir', 'innodb_undo_directory', 'innodb_log_group_home_dir', 'innodb_doublewrite_dir',
  'log_bin_basename', 'relay_log_basename', 'innodb_data_home_dir', 'innodb_data_file_path', 'rocksdb_datadir', 'rocksdb_wal_dir', 'wsrep_on');
SELECT CONCAT('file ', file_name) FROM information_schema.files WHERE file_name LIKE '/%%';
SELECT CONCAT('privilege ', privilege_type) FROM information_schema.user_privileges
  WHERE privilege_type IN ('RELOAD', 'PROCESS', 'BACKUP_ADMIN') AND grantee = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''');
SELECT CONCAT('foreign ', COUNT(*)) FROM information_schema.tables WHERE table_type = 'BASE TABLE'
  AND engine NOT IN ('InnoDB', 'MEMORY', 'BLACKHOLE') AND table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema');
SELECT CONCAT('replication ', (SELECT COUNT(*) FROM performance_schema.replication_connection_status WHERE service_state <> 'OFF')
  + (SELECT COUNT(*) FROM performance_schema.threads WHERE processlist_command LIKE 'Binlog Dump%%'));
SELECT CONCAT_WS(' ', 'group', SUM(member_state = 'ONLINE'), MAX(IF(member_id = @@server_uuid, member_state, '')),
  MAX(IF(member_id = @@server_uuid, member_role, ''))) FROM performance_schema.replication_group_members WHERE member_id <> '' HAVING COUNT(*) > 0;
SELECT CONCAT_WS(' ', 'long', processlist_id, processlist_time, 's') FROM performance_schema.threads
  WHERE processlist_command IN ('Query', 'Execute') AND processlist_id <> CONNECTION_ID() AND (processlist_time * 1000 >= %s OR (processlist_time >= 1
  AND processlist_info REGEXP '^[[:space:]]*(ALTER|CREATE|DROP|TRUNCATE|RENAME|OPTIMIZE|REPAIR)')) LIMIT 1;"

mysql_check() { # -> FLAVOUR DATA_PATHS DATA_DIR, and refusals
  check_mariadb_client
  version=$(ask 'SELECT @@version;') || refuse_rows "$version"
  FLAVOUR=mysql
  case $version in *MariaDB*) FLAVOUR=mariadb ;; esac
  if [ "$FLAVOUR" = mysql ]; then mysql_preflight; return; fi
  [ "$method" != instanceLock ] || refuse unsupported "this is MariaDB, which has no LOCK INSTANCE FOR BACKUP: use the driver mariadb, with backupStage"
  mariadb_check
  [ "$wsrep" != ON ] || refuse cluster "this is a member of a Galera cluster: use the driver mariadb"
}

mysql_preflight() {
  number=${version%%-*}
  fact "engine mysql $number"
  { is_number "${number%%.*}" && [ "${number%%.*}" -ge 8 ]; } || refuse unsupported "MySQL $(say "$number" | sed 's/[^ -~]/?/g') is older than 8.0"
  # shellcheck disable=SC2059 # the format is a constant of this program
  rows=$(ask "$(printf "$MYSQL_SQL" "$max_hold")") || refuse_rows "$rows"
  data_home='' data_files='' privileges=' ' foreign=0 replication=0 group='' long=''
  while read -r key value; do
    case $key in
      datadir) add_data_dir "$value" ;;
      log_bin_basename | relay_log_basename) [ -z "$value" ] || add_folder_of "$value" ;;
      innodb_data_home_dir) data_home=$value ;;
      innodb_data_file_path) data_files=$value ;;
      *_dir | *_directory | rocksdb_datadir) add_configured "$value" ;;
      file) add_path "$value" ;;
      wsrep_on) [ "$value" != ON ] || refuse unsupported "it is a member of a Galera cluster of MySQL, which no driver knows" ;;
      privilege) privileges="$privileges$value " ;;
      foreign) foreign=$value ;;
      replication) replication=$value ;;
      group) group=$value ;;
      long) long=$value ;;
    esac
  done <<ROWS
$rows
ROWS
  add_tablespaces
  mysql_check_privileges
  mysql_check_role
  [ "$method" != instanceLock ] || [ "$foreign" = 0 ] ||
    refuse unsupported "$foreign tables are not of InnoDB, and LOCK INSTANCE FOR BACKUP does not hold them: use readLock"
  case $method in readLock | stopService) [ -z "$long" ] || refuse long-query "a statement is running for long (connection, seconds): $long" ;; esac
}

mysql_check_privileges() {
  for right in PROCESS RELOAD BACKUP_ADMIN; do
    case $method:$right in *:PROCESS | readLock:* | instanceLock:BACKUP_ADMIN) ;; *) continue ;; esac
    case $privileges in *" $right "*) ;; *) refuse privileges "the account needs $right" ;; esac
  done
}

mysql_check_role() {
  fact "replication-threads $replication"
  if [ -z "$group" ]; then
    if [ "$replication" = 0 ]; then check_member no no; else check_member yes no; fi
    refuse_to_count "only a member of a replication group knows how many are healthy, and this is none"
    return
  fi
  # shellcheck disable=SC2086 # split on purpose: members, state, role
  set -- $group
  fact "cluster-size $1"
  [ "${2:-}" = ONLINE ] || refuse cluster "this member of its replication group is not ONLINE: ${2:-unknown}"
  case ${3:-} in PRIMARY) check_member yes yes ;; *) check_member yes no ;; esac
  [ "$1" -ge "$min_healthy" ] || refuse cluster "$1 members are there, $min_healthy are wanted"
}

MYSQL_POSITION_SQL="SELECT CONCAT_WS(' ', 'db position', CONNECTION_ID(), CONCAT('gtid=', REPLACE(REPLACE(@@GLOBAL.gtid_executed, '\\n', ''), ' ', '')),
  CONCAT('binlog-file=', JSON_UNQUOTE(JSON_EXTRACT(local, '\$.binary_log_file'))), CONCAT('binlog-pos=', JSON_EXTRACT(local, '\$.binary_log_position')))
  FROM performance_schema.log_status;"

mysql_text() { # WHAT [ID]
  case $1:$method:${FLAVOUR:-} in
    second:* | kill:* | gone:* | *:mariadb) mariadb_text "$@" ;;
    open:*)
      say "SET SESSION wait_timeout = $((max_hold / 500 + 600)), lock_wait_timeout = $(lock_seconds), net_read_timeout = 600, net_write_timeout = 600;"
      say "SELECT CONCAT('db ready ', CONNECTION_ID());" ;;
    start:*) say "SELECT 'db started';" ;;
    # Rows may change under it, so where it stands would not be where the copy stands.
    lock:instanceLock:*) say "LOCK INSTANCE FOR BACKUP; SELECT CONCAT('db position ', CONNECTION_ID());" ;;
    unlock:instanceLock:*) say "SELECT CONCAT('db position ', CONNECTION_ID()); UNLOCK INSTANCE; SELECT 'db unlocked';" ;;
    lock:*) say "FLUSH TABLES WITH READ LOCK; $MYSQL_POSITION_SQL" ;;
    unlock:*) say "$MYSQL_POSITION_SQL UNLOCK TABLES; SELECT 'db unlocked';" ;;
  esac
}

mysql_before() { [ -z "$cluster" ] || AFTER=yes; }

