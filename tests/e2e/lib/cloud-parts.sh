# shellcheck shell=bash
# How each daemon of the lab cloud starts and stops. Sourced; process.sh and cloud-env.sh come first.
wsgi() {  # NAME PORT PROCESSES FILE [ENV=VALUE...] -- ARGUMENTS of the service
  local name=$1 port=$2 processes=$3 file=$4 environment=()
  shift 4
  while [ "$1" != -- ]; do
    environment+=("$1")
    shift
  done
  shift
  process_start "$name" env -C / "${environment[@]}" uwsgi_python3 --http-socket "$IP:$port" --wsgi-file "$file" \
    --master --die-on-term --processes "$processes" --threads 1 --enable-threads --lazy-apps --need-app \
    --thunder-lock --listen 100 --buffer-size 65535 --so-keepalive --add-header "Connection: close" \
    --disable-logging --procname-prefix "$name " --pyargv "$*"
}
service_main() {  # NAME MODULE CONFIG: what Debian's script of that daemon does, with the python that has its modules
  process_start "$1" env -C / "$PYTHON" -c "import sys; sys.argv[0] = '$1'; from $2 import main; sys.exit(main())" \
    --config-file "$ETC/$3"
}
rabbitmq_environment() {
  export RABBITMQ_NODENAME=stillpoint@localhost RABBITMQ_HOME=/usr/lib/rabbitmq RABBITMQ_MNESIA_BASE=$STATE/rabbit \
    RABBITMQ_LOG_BASE=$LOGS RABBITMQ_CONFIG_FILE=$ETC/rabbitmq.conf RABBITMQ_DIST_PORT=$STILLPOINT_LAB_DIST_PORT \
    RABBITMQ_ENABLED_PLUGINS_FILE=$ETC/rabbit_plugins RABBITMQ_PID_FILE=$NOTES/rabbitmq.own \
    ERL_EPMD_PORT=$STILLPOINT_LAB_EPMD_PORT ERL_EPMD_ADDRESS=127.0.0.1 \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none" HOME=$STATE/rabbit
}
start_database() {
  process_start mariadb mariadbd --no-defaults --user=root --datadir="$STATE/mysql" --socket="$NOTES/mariadb.sock" \
    --pid-file="$NOTES/mariadb.own" --tmpdir="$STATE/mysql-tmp" \
    --bind-address="$IP" --port="$DB_PORT" --skip-name-resolve --skip-log-bin \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --innodb-flush-method=nosync \
    --innodb-buffer-pool-size=128M --performance-schema=0 --max-connections=500 --character-set-server=utf8mb3
}

part_start() {  # NAME
  case $1 in
    rabbitmq) (rabbitmq_environment; process_start rabbitmq /usr/lib/rabbitmq/bin/rabbitmq-server) ;;
    memcached) process_start memcached memcached -u root -l "$IP" -p "$MEMCACHE_PORT" -m 64 -c 2048 ;;
    mariadb) start_database ;;
    ceph-mon) process_start ceph-mon ceph-mon -c "$CEPH_CONF" -i lab -f ;;
    ceph-mgr) process_start ceph-mgr ceph-mgr -c "$CEPH_CONF" -i lab -f ;;
    ceph-osd) process_start ceph-osd ceph-osd -c "$CEPH_CONF" -i 0 -f ;;
    keystone) wsgi keystone 5000 2 /usr/bin/keystone-wsgi-public OS_KEYSTONE_CONFIG_FILES="$ETC/keystone.conf" -- ;;
    keystone-short) wsgi keystone-short 5001 1 /usr/bin/keystone-wsgi-public \
      OS_KEYSTONE_CONFIG_FILES="$ETC/keystone-short.conf" -- ;;
    cinder-api) wsgi cinder-api 8776 2 /usr/bin/cinder-wsgi -- --config-file "$ETC/cinder.conf" \
      --log-file "$LOGS/cinder-api-app.log" ;;
    cinder-scheduler) service_main "$1" cinder.cmd.scheduler cinder.conf ;;
    cinder-volume) service_main "$1" cinder.cmd.volume cinder.conf ;;
    placement) wsgi placement 8778 1 /usr/bin/placement-api OS_PLACEMENT_CONFIG_DIR="$ETC" -- \
      --config-file "$ETC/placement.conf" ;;
    glance-api) service_main "$1" glance.cmd.api glance-api.conf ;;
    neutron-server) service_main "$1" neutron.cmd.eventlet.server neutron.conf ;;
    nova-api) wsgi nova-api 8774 2 /usr/bin/nova-api-wsgi OS_NOVA_CONFIG_DIR="$ETC" \
      OS_NOVA_CONFIG_FILES="api-paste.ini;nova.conf" -- ;;
    nova-conductor) service_main "$1" nova.cmd.conductor nova.conf ;;
    nova-scheduler) service_main "$1" nova.cmd.scheduler nova.conf ;;
    nova-compute) service_main "$1" nova.cmd.compute nova.conf ;;
    *) die "no part $1" ;;
  esac
}

part_wait() {  # NAME: until it serves, where that shows from outside
  case $1 in
    rabbitmq) wait_port "$RABBIT_PORT" ;;
    mariadb) wait_port "$DB_PORT" ;;
    ceph-mon) wait_port 3300 ;;
    keystone) wait_http keystone "$KEYSTONE_URL/v3" ;;
    keystone-short) wait_http keystone-short "$SHORT_KEYSTONE_URL/v3" ;;
    cinder-api) wait_http cinder-api "$CINDER_URL/" ;;
    placement) wait_http placement "$PLACEMENT_URL/" ;;
    glance-api) wait_http glance-api "$GLANCE_URL/" ;;
    neutron-server) wait_http neutron-server "$NEUTRON_URL/" ;;
    nova-api) wait_http nova-api "$NOVA_URL/" ;;
  esac
}

part_stop() {  # NAME
  process_stop "$1"
  if [ "$1" = rabbitmq ]; then
    rm -f "$NOTES/rabbitmq.own"
    # Only the port mapper on our own port.
    ERL_EPMD_PORT=$STILLPOINT_LAB_EPMD_PORT epmd -kill >/dev/null 2>&1 || true
  fi
}
