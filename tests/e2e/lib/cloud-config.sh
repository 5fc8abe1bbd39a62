# shellcheck shell=bash
# Writes the configuration files of the lab's services. Sourced by cloud-up; PASSWORD is set.
database_url() { echo "mysql+pymysql://lab:$PASSWORD@$IP:$DB_PORT/$1?charset=utf8"; }
account() {  # USER: the options with which a service logs in
  cat <<X
auth_type = password
auth_url = $KEYSTONE_URL/v3
project_name = service
project_domain_name = Default
user_domain_name = Default
username = $1
password = $PASSWORD
region_name = $REGION
X
}
# TYPE is what the service is called in access rules; without it, it refuses every credential that has some.
token_check() {  # USER [TYPE]
  cat <<X
[keystone_authtoken]
${2:+service_type = $2}
$(account "$1")
www_authenticate_uri = $KEYSTONE_URL/v3
memcached_servers = $IP:$MEMCACHE_PORT
service_token_roles_required = true
service_token_roles = service
X
}
# Without heartbeats: an idle uwsgi worker sends none, so RabbitMQ would close its connection, and the next message that the
# worker sends into the closed connection would be lost.
common() {
  cat <<X
[oslo_messaging_rabbit]
heartbeat_timeout_threshold = 0
# When RabbitMQ comes back, an API may be faster than cinder-volume: its message must find the queue.
amqp_durable_queues = true
[oslo_concurrency]
lock_path = $STATE/locks
[oslo_messaging_notifications]
driver = noop
X
}
AMQP() { echo "rabbit://lab:$PASSWORD@$IP:$RABBIT_PORT/"; }

write_rabbitmq() {
  cat >"$ETC/rabbitmq.conf" <<X
listeners.tcp.1 = $IP:$RABBIT_PORT
default_user = lab
default_pass = $PASSWORD
heartbeat = 0
log.console.level = warning
log.file.level = warning
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
X
  echo '[].' >"$ETC/rabbit_plugins"
}

write_keystone() {  # FILE SECONDS
  cat >"$1" <<X
[DEFAULT]
log_file = $LOGS/keystone-app.log
[database]
connection = $(database_url keystone)
[token]
provider = fernet
expiration = $2
[fernet_tokens]
key_repository = $STATE/keystone/fernet
[credential]
key_repository = $STATE/keystone/credential
[cache]
enabled = true
backend = dogpile.cache.memcached
memcache_servers = $IP:$MEMCACHE_PORT
X
}

# Two back ends: `rbd` keeps real data; `fake` is upstream's driver that agrees to everything at once and stores nothing.
# The cases stop cinder-volume: within service_down_time the scheduler hands requests on, and they wait for its return.
write_cinder() {
  cat >"$ETC/cinder.conf" <<X
[DEFAULT]
my_ip = $IP
host = lab
auth_strategy = keystone
api_paste_config = /etc/cinder/api-paste.ini
rootwrap_config = /etc/cinder/rootwrap.conf
state_path = $STATE/cinder
transport_url = $(AMQP)
enabled_backends = rbd,fake
default_volume_type = rbd
glance_api_servers = $GLANCE_URL
osapi_volume_workers = 2
service_down_time = 900
allocated_capacity_weight_multiplier = -1.0
resource_query_filters_file = /etc/cinder/resource_filters.json
[database]
connection = $(database_url cinder)
$(token_check cinder volumev3)
[nova]
$(account nova)
interface = public
[service_user]
send_service_user_token = true
$(account cinder)
[rbd]
volume_driver = cinder.volume.drivers.rbd.RBDDriver
volume_backend_name = rbd
rbd_pool = $POOL
rbd_ceph_conf = $CEPH_CONF
rbd_user = admin
rbd_flatten_volume_from_snapshot = false
rbd_max_clone_depth = 5
rados_connect_timeout = 10
[fake]
volume_driver = cinder.tests.fake_driver.FakeLoggingVolumeDriver
volume_backend_name = fake
max_over_subscription_ratio = 1000.0
$(common)
X
}

write_glance() {
  cat >"$ETC/glance-api.conf" <<X
[DEFAULT]
bind_host = $IP
bind_port = 9292
workers = 1
log_file = $LOGS/glance-app.log
enabled_backends = files:file
[database]
connection = $(database_url glance)
$(token_check glance)
[paste_deploy]
flavor = keystone
config_file = /etc/glance/glance-api-paste.ini
[glance_store]
default_backend = files
[files]
filesystem_store_datadir = $STATE/glance/images
[os_glance_staging_store]
filesystem_store_datadir = $STATE/glance/staging
[os_glance_tasks_store]
filesystem_store_datadir = $STATE/glance/tasks
$(common)
X
}

write_placement() {
  cat >"$ETC/placement.conf" <<X
[DEFAULT]
log_file = $LOGS/placement-app.log
[api]
auth_strategy = keystone
[placement_database]
connection = $(database_url placement)
$(token_check placement)
X
}

# Neutron gives the servers their addresses. Nothing is plugged: the only agent is a row in the database (cloud-up).
write_neutron() {
  cat >"$ETC/neutron.conf" <<X
[DEFAULT]
bind_host = $IP
bind_port = 9696
core_plugin = ml2
service_plugins = router,port_forwarding
auth_strategy = keystone
api_paste_config = /etc/neutron/api-paste.ini
state_path = $STATE/neutron
transport_url = $(AMQP)
api_workers = 1
rpc_workers = 0
rpc_state_report_workers = 0
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
[database]
connection = $(database_url neutron)
$(token_check neutron network)
[ml2]
type_drivers = local
tenant_network_types = local
mechanism_drivers = openvswitch
extension_drivers =
$(common)
X
}

write_nova() {
  cat >"$ETC/nova.conf" <<X
[DEFAULT]
my_ip = $IP
host = $COMPUTE
compute_driver = fake.FakeDriver
transport_url = $(AMQP)
state_path = $STATE/nova
instances_path = $STATE/nova/instances
rootwrap_config = /etc/nova/rootwrap.conf
reserved_host_memory_mb = 0
[api]
auth_strategy = keystone
[wsgi]
api_paste_config = /etc/nova/api-paste.ini
[api_database]
connection = $(database_url nova_api)
[database]
connection = $(database_url nova)
$(token_check nova compute)
[service_user]
send_service_user_token = true
$(account nova)
[placement]
$(account placement)
[neutron]
$(account neutron)
[cinder]
$(account nova)
os_region_name = $REGION
catalog_info = volumev3:cinderv3:publicURL
[glance]
api_servers = $GLANCE_URL
[vnc]
enabled = false
[quota]
instances = -1
cores = -1
ram = -1
[conductor]
workers = 1
[scheduler]
workers = 1
discover_hosts_in_cells_interval = 30
$(common)
X
  ln -sfn /etc/nova/api-paste.ini "$ETC/api-paste.ini"  # nova-api-wsgi looks for it beside nova.conf
}

write_ceph() {
  local d=$STATE/ceph
  [ -s "$d/fsid" ] || cat /proc/sys/kernel/random/uuid >"$d/fsid"
  cat >"$CEPH_CONF" <<X
[global]
fsid = $(<"$d/fsid")
mon_initial_members = lab
mon_host = [v2:$IP:3300,v1:$IP:6789]
public_addr = $IP
cluster_addr = $IP
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
paxos_propose_interval = $STILLPOINT_LAB_PAXOS
paxos_min_wait = 0.01
mon_warn_on_insecure_global_id_reclaim_allowed = false
mon_data_avail_warn = 3
mon_data_avail_crit = 1
run_dir = $d
admin_socket = $d/\$cluster-\$name.asok
log_file = $LOGS/\$cluster-\$name.log
crash_dir = $d/crash
rbd_default_features = 61
[client]
admin_socket =
log_file = /dev/null
rbd_cache = false
[mon]
mon_data = $d/mon
[mgr]
mgr_data = $d/mgr
mgr_initial_modules =
mgr_stats_period = 2
[osd]
osd_data = $d/osd
osd_objectstore = bluestore
osd_memory_target = 939524096
bluestore_block_size = 21474836480
bluestore_cache_autotune = false
bluestore_cache_size = 134217728
osd_op_num_shards = 2
osd_crush_update_on_start = false
osd_mclock_profile = high_client_ops
X
}

openrc() {  # USER PROJECT
  cat <<X
export OS_AUTH_URL=$KEYSTONE_URL/v3 OS_IDENTITY_API_VERSION=3 OS_REGION_NAME=$REGION
export OS_USERNAME=$1 OS_PASSWORD=$PASSWORD OS_PROJECT_NAME=$2
export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default
X
}
cloud_entry() {  # NAME AUTH_URL USER PROJECT
  cat <<X
  $1:
    region_name: $REGION
    identity_api_version: 3
    auth:
      auth_url: $2/v3
      username: $3
      password: $PASSWORD
      project_name: $4
      user_domain_name: Default
      project_domain_name: Default
X
}
write_clients() {
  openrc backup backup >"$STATE/openrc"
  openrc admin admin >"$STATE/openrc-admin"
  {
    echo "clouds:"
    cloud_entry lab "$KEYSTONE_URL" backup backup
    cloud_entry lab-short "$SHORT_KEYSTONE_URL" backup backup
    cloud_entry lab-admin "$KEYSTONE_URL" admin admin
  } >"$STATE/clouds.yaml"
}

write_config() {
  mkdir -p "$STATE"/keystone/{fernet,credential} "$STATE"/ceph/{mon,mgr,osd,crash}
  write_rabbitmq
  write_keystone "$ETC/keystone.conf" "$STILLPOINT_LAB_TOKEN_TTL"
  write_keystone "$ETC/keystone-short.conf" "$STILLPOINT_LAB_SHORT_TTL"
  write_cinder
  write_glance
  write_placement
  write_neutron
  write_nova
  write_ceph
  write_clients
}
