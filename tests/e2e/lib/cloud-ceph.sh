# shellcheck shell=bash
# A Ceph of one monitor, one manager and one OSD on a sparse file. Sourced by cloud-up.
ceph_cli() { ceph -c "$CEPH_CONF" --connect-timeout 30 "$@"; }
osd_is_up() { ceph_cli osd stat 2>/dev/null | grep -q '1 up'; }

make_monitor() {
  monmaptool --create --clobber --addv lab "[v2:$IP:3300,v1:$IP:6789]" --fsid "$(<"$STATE/ceph/fsid")" \
    "$STATE/ceph/monmap" >/dev/null
  ceph-mon -c "$CEPH_CONF" -i lab --mkfs --monmap "$STATE/ceph/monmap"
}
make_osd() {
  local uuid
  uuid=$(cat /proc/sys/kernel/random/uuid)
  ceph_cli osd new "$uuid" 0 >/dev/null
  ceph-osd -c "$CEPH_CONF" -i 0 --mkfs --osd-uuid "$uuid" >>"$LOGS/ceph-osd.log" 2>&1
  ceph_cli osd crush add osd.0 1.0 host=lab root=default >/dev/null 2>&1
}
make_pool() {
  ceph_cli osd pool create "$POOL" 8 >/dev/null 2>&1
  rbd -c "$CEPH_CONF" pool init "$POOL"
}

ceph_up() {
  local keyring=/etc/ceph/ceph.client.admin.keyring
  # os-brick wants to read this file even where authentication is off.
  [ -e $keyring ] || printf '# stillpoint-lab: a placeholder, the lab does not authenticate Ceph clients\n%s\n\tkey = %s\n' \
    '[client.admin]' "$(ceph-authtool --gen-print-key)" >$keyring
  once monitor make_monitor
  part_start ceph-mon
  part_wait ceph-mon
  part_start ceph-mgr
  once osd make_osd
  part_start ceph-osd
  wait_until 60 osd_is_up || die "the OSD does not come up"
  once pool make_pool
}
