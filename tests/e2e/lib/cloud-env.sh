# shellcheck shell=bash
# Settings of the lab cloud, each to be overridden from the environment, and what follows from them. Sourced.
# shellcheck disable=SC2034  # used by the scripts that source this one
: "${STILLPOINT_LAB_STATE:=/var/tmp/stillpoint-lab}"  # data, logs, notes of pids, configuration
: "${STILLPOINT_LAB_IP:=127.0.6.1}"       # a loopback address of its own: nothing on 127.0.0.1 collides
: "${STILLPOINT_LAB_PAXOS:=0.05}"         # Ceph's paxos_propose_interval in s; its own default is 1: one snapshot a second
: "${STILLPOINT_LAB_TOKEN_TTL:=3600}"     # seconds
: "${STILLPOINT_LAB_SHORT_TTL:=5}"        # seconds that tokens of the second Keystone live
: "${STILLPOINT_LAB_EPMD_PORT:=14370}"    # these two of RabbitMQ are not bound to the address
: "${STILLPOINT_LAB_DIST_PORT:=25673}"
STATE=$STILLPOINT_LAB_STATE IP=$STILLPOINT_LAB_IP
NOTES=$STATE/run LOGS=$STATE/log ETC=$STATE/etc
REGION=RegionOne POOL=volumes COMPUTE=stillpoint-compute
DB_PORT=13306 RABBIT_PORT=5672 MEMCACHE_PORT=11211
KEYSTONE_URL=http://$IP:5000 SHORT_KEYSTONE_URL=http://$IP:5001
CINDER_URL=http://$IP:8776 NOVA_URL=http://$IP:8774 PLACEMENT_URL=http://$IP:8778
GLANCE_URL=http://$IP:9292 NEUTRON_URL=http://$IP:9696
CEPH_CONF=$STATE/ceph/ceph.conf
PYTHON=/usr/bin/python3  # Debian's, which has Debian's OpenStack; another may come first in PATH

# In the order in which they start; they stop the other way round.
CLOUD_PARTS="rabbitmq memcached mariadb ceph-mon ceph-mgr ceph-osd keystone keystone-short cinder-api cinder-scheduler
 cinder-volume placement glance-api neutron-server nova-api nova-conductor nova-scheduler nova-compute"

begun=$SECONDS
say() { printf '[%4ds] %s\n' $((SECONDS - begun)) "$*"; }
die() {
  say "FAILED: $*" >&2
  exit 1
}
once() {  # MARK COMMAND...: until it has succeeded once with this state
  local mark=$STATE/done/$1
  shift
  [ -e "$mark" ] || { "$@" && touch "$mark"; }
}
port_answers() { (exec 3<>"/dev/tcp/$IP/$1") 2>/dev/null; }
wait_port() { wait_until "${2:-60}" port_answers "$1" || die "nothing listens on $IP:$1"; }
http_answers() {  # NAME URL: a service that died is not waited for
  process_alive "$1" || { tail -20 "$LOGS/$1.log" >&2; die "$1 died"; }
  case $(curl -s -o /dev/null -m 5 -w '%{http_code}' "$2") in 200 | 300 | 401) ;; *) return 1 ;; esac
}
wait_http() { wait_until 120 http_answers "$1" "$2" || die "$1 does not answer at $2"; }
