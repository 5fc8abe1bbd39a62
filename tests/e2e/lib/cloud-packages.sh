# shellcheck shell=bash
# Installs what is missing of the lab cloud from Debian's packages. Sourced by cloud-up.
CLOUD_PACKAGES="python3-keystone cinder-common python3-cinder rabbitmq-server mariadb-server memcached
 python3-openstackclient uwsgi-core uwsgi-plugin-python3 curl jq openssl openssh-server iproute2 sudo
 ceph-mon ceph-mgr ceph-osd ceph-common rbd-fuse python3-rbd python3-glance glance-common qemu-utils
 python3-placement placement-common python3-neutron neutron-common python3-nova nova-common python3-pymysql
 galera-4 rsync postgresql-15"

install_packages() {
  local missing=() package policy=/usr/sbin/policy-rc.d made='' failed=''
  for package in $CLOUD_PACKAGES; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing ${missing[*]}"
  # The packages shall not start daemons of their own.
  [ -e $policy ] || {
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    made=1
  }
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=900 update -qq >"$LOGS/apt.log" 2>&1 || true
  (
    umask 022
    apt-get -o DPkg::Lock::Timeout=900 install -y --no-install-recommends "${missing[@]}"
  ) >>"$LOGS/apt.log" 2>&1 || failed=1
  [ -z "$made" ] || rm -f $policy
  [ -z "$failed" ] || { tail -20 "$LOGS/apt.log"; die "apt-get install"; }
}
