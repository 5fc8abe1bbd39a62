# shellcheck shell=bash
# The database of a simulated server: how it is configured and first made. Sourced by `server`, which sets name, dir and
# address; what starts and stops it is the stand-in for `service`.
# shellcheck disable=SC2154

# mariadb | postgresql | galera; empty if the server has no database.
engine_of() { [ ! -s "$dir/engine" ] || cat "$dir/engine"; }
service_of() { case $(engine_of) in postgresql) echo postgresql ;; *) echo mariadb ;; esac; }
account_of() { case $(engine_of) in postgresql) echo postgres ;; *) echo mysql ;; esac; }
postgresql_binaries() { printf '%s\n' /usr/lib/postgresql/*/bin | tail -1; }

write_engine() {  # ADDRESS: the configuration
  local account
  account=$(account_of)
  install -o "$account" -g "$account" -m 640 /dev/null "$dir/$(service_of).log"
  case $(engine_of) in
    postgresql) write_postgresql >"$dir/postgresql.conf" ;;
    galera) { write_mariadb && write_galera "$1"; } >"$dir/my.cnf" ;;
    mariadb) { write_mariadb && write_standalone; } >"$dir/my.cnf" ;;
  esac
}

write_mariadb() {
  cat <<X
[mariadbd]
user = mysql
datadir = $(<"$dir/datadir")
socket = /run/mysqld/mysqld.sock
pid-file = /run/mysqld/mysqld.pid
log-error = $dir/mariadb.log
innodb-buffer-pool-size = 64M
performance-schema = 0
X
}
write_standalone() {
  cat <<X
skip-networking
server-id = 1
log-bin = mysql-bin
sync-binlog = 1
innodb-flush-log-at-trx-commit = 1
X
}
write_galera() {  # ADDRESS
  cat <<X
bind-address = $1
binlog-format = ROW
innodb-autoinc-lock-mode = 2
innodb-flush-log-at-trx-commit = 2
wsrep-on = ON
wsrep-provider = /usr/lib/galera/libgalera_smm.so
wsrep-provider-options = gcache.size=32M
wsrep-cluster-name = e2e
wsrep-cluster-address = gcomm://$(<"$dir/cluster")
wsrep-node-name = $name
wsrep-node-address = $1
wsrep-sst-method = rsync
X
}
write_postgresql() {
  cat <<X
data_directory = '$(<"$dir/datadir")'
hba_file = '$dir/pg_hba.conf'
ident_file = '$dir/pg_ident.conf'
listen_addresses = ''
unix_socket_directories = '/run/postgresql'
shared_buffers = 64MB
X
  # root may be the account postgres, for what looks in from outside.
  echo 'local all all peer map=lab' >"$dir/pg_hba.conf"
  printf 'lab postgres postgres\nlab root postgres\n' >"$dir/pg_ident.conf"
  chmod 644 "$dir"/pg_*.conf
}

make_data() {  # once: an empty database
  local datadir
  datadir=$(<"$dir/datadir")
  case $(engine_of) in
    postgresql)
      ! enter test -e "$datadir/PG_VERSION" || return 0
      enter install -d -o postgres -g postgres -m 700 "$datadir"
      enter runuser -u postgres -- "$(postgresql_binaries)/initdb" -D "$datadir" --auth-local=peer --no-sync \
        >"$dir/install.log" 2>&1 || die "initdb: $(tail -3 "$dir/install.log")" ;;
    *)
      ! enter test -d "$datadir/mysql" || return 0
      enter install -d -o mysql -g mysql "$datadir"
      enter mariadb-install-db --no-defaults --user=mysql --datadir="$datadir" --auth-root-authentication-method=socket \
        --skip-test-db >"$dir/install.log" 2>&1 || die "mariadb-install-db: $(tail -3 "$dir/install.log")" ;;
  esac
}

start_engine() {  # ADDRESS
  local new=/run/service/new-cluster
  make_data
  # The first of the addresses is the member with which the cluster begins.
  [ "$(engine_of)" != galera ] || [ "$(cut -d, -f1 "$dir/cluster")" != "$1" ] || enter touch $new
  enter service "$(service_of)" start || die "$(engine_of) did not start: $(tail -5 "$dir/$(service_of).log")"
  enter rm -f $new
}
