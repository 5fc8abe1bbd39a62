#!/bin/bash
# The first process of a simulated server: makes the private parts of its file tree, says so, then only reaps.
#   server-init.sh DIR        DIR is the server's folder of notes, as `server up` left it
set -eu -o pipefail
dir=$1

mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/sshd /run/lock /run/service
install -m 644 "$dir/authorized_keys" /run/sshd/authorized_keys  # sshd wants no folder above it that others may write
mount -t tmpfs -o mode=1777 tmpfs /tmp
mount -t tmpfs -o mode=755 tmpfs /srv
mount -t tmpfs -o mode=755 tmpfs /home
mkdir -p /dev/disk/by-id
mount -t tmpfs -o mode=755 tmpfs /dev/disk/by-id
hostname "$(<"$dir/name")"
for file in "$dir"/etc/*; do mount --bind "$file" "/etc/${file##*/}"; done
mount --bind "$dir/service" /usr/sbin/service
[ ! -s "$dir/login" ] || install -d -o "$(<"$dir/login")" -g "$(<"$dir/login")" "/home/$(<"$dir/login")"

# A guest names a virtio disk after the first 20 characters of the volume's id.
while read -r id device mount_point _; do
  ln -s "../..${device#/dev}" "/dev/disk/by-id/virtio-${id:0:20}"
  mkdir -p "$mount_point"
  mount -t ext4 -o noatime "$device" "$mount_point"
done <"$dir/volumes"

: >/run/ready
# Orphans come to the first process, and bash reaps whatever ends.
while :; do
  sleep 3600 &
  wait $! || true
done
