# ---- volume proof -------------------------------------------------------------------------------------------------------

mount_of() { # REAL-PATH -> MOUNT DEVICE; the last of several mounts on one point is the one that is seen
  MOUNT='' DEVICE=''
  while read -r _ _ number _ point _; do
    prefix=${point%/}
    case $1/ in "$prefix"/*) [ ${#point} -lt ${#MOUNT} ] || MOUNT=$point DEVICE=$number ;; esac
  done </proc/self/mountinfo
}

whole_disks() { # MAJOR:MINOR, appended to DISKS after partitions, LVM, md and the like are taken apart
  [ -e "/sys/dev/block/$1" ] || return 1
  if [ -e "/sys/dev/block/$1/partition" ]; then
    read -r number <"/sys/dev/block/$1/../dev" && whole_disks "$number"
    return
  fi
  set -- "$1" "/sys/dev/block/$1"/slaves/*
  if [ -e "$2/dev" ]; then
    shift
    for slave in "$@"; do { read -r number <"$slave/dev" && whole_disks "$number"; } || return 1; done
  else
    DISKS="$DISKS $1"
  fi
}

# Which disk each volume is: Nova gives a disk its volume's id as serial, of which virtio and NVMe keep 20 characters.
map_volumes() { # -> MAP, words MAJOR:MINOR=VOLUME
  MAP=''
  for volume in $volumes; do
    short=$(printf '%.20s' "$volume")
    found=''
    for name in /dev/disk/by-id/* /sys/block/*/serial; do
      disk=''
      case ${name##*/} in
        *-part[0-9]*) ;;
        serial) { read -r serial && [ "$serial" = "$short" ]; } <"$name" 2>/dev/null && disk=${name%/serial} ;;
        *"$volume"* | virtio-"$short" | *_"$short") disk=/sys/class/block/$(readlink -f "$name" | sed 's,.*/,,') ;;
      esac
      { [ -n "$disk" ] && read -r number <"$disk/dev"; } 2>/dev/null || continue
      case $found in '' | "$number") ;; *) refuse volume-mismatch "volume $volume is both disk $found and disk $number" ;; esac
      found=$number
    done
    [ -n "$found" ] || refuse volume-mismatch "no disk of this server is volume $volume"
    case $MAP in *" $found="*) refuse volume-mismatch "disk $found stands for two of the volumes:$volumes" ;; esac
    MAP="$MAP $found=$volume"
    fact "disk $volume $found"
  done
}

add_mount() { # MOUNT DEVICE; one per filesystem, however often it is mounted
  case " $MOUNT_DEVICES " in *" $2 "*) return ;; esac
  is_path "$1" || refuse unsafe-mount "a mount point has a name that is not handled"
  MOUNTS="$MOUNTS $1" MOUNT_DEVICES="$MOUNT_DEVICES $2"
}

use_volumes_of() { # WHAT MAJOR:MINOR; all of its disks must be volumes of the request
  DISKS=''
  whole_disks "$2" || refuse volume-mismatch "$1: its device $2 cannot be traced to a disk"
  for disk in $DISKS; do
    case $MAP in *" $disk="*) ;; *) refuse volume-mismatch "$1 is on disk $disk, which is none of the volumes asked for:$volumes" ;; esac
    found=${MAP#*" $disk="}
    case " $FOUND " in *" ${found%% *} "*) ;; *) FOUND="$FOUND ${found%% *}" ;; esac
  done
}

add_links() { # FOLDER DEPTH: what lies behind links in it, appended to DATA_PATHS
  links=$(find "$1/" -maxdepth "$2" -type l 2>/dev/null)
  while read -r link; do
    case $link in *' '*) refuse volume-mismatch "a link in $1 has a name that is not handled" ;; esac
    DATA_PATHS="$DATA_PATHS $link"
  done <<LINKS
$links
LINKS
}

prove_path() { # PATH of the engine's data
  is_path "$1" || refuse volume-mismatch "a data path has a name that is not handled"
  { real=$(readlink -f "$1") && is_path "$real" && [ -e "$real" ]; } || refuse volume-mismatch "data path $1 cannot be resolved"
  mount_of "$real"
  use_volumes_of "$1" "$DEVICE"
  add_mount "$MOUNT" "$DEVICE"
}

prove_mounts() { # every mounted filesystem that has a part on the volumes
  while read -r _ _ number _ point _; do
    DISKS=''
    device=$number
    whole_disks "$number" || continue
    for disk in $DISKS; do
      case $MAP in *" $disk="*) use_volumes_of "$point" "$device" && add_mount "$point" "$device" && break ;; esac
    done
  done </proc/self/mountinfo
}

prove_volumes() { # -> MOUNTS
  MOUNTS='' MOUNT_DEVICES='' FOUND=''
  map_volumes
  if [ -n "$DATA_PATHS" ]; then for path in $DATA_PATHS; do prove_path "$path"; done; else prove_mounts; fi
  for volume in $volumes; do
    case " $FOUND " in *" $volume "*) ;; *) refuse volume-mismatch "asked for:$volumes; the data is on:${FOUND:- none}" ;; esac
  done
  [ "$freeze" = no ] || refuse_unsafe_mounts
  [ -n "$QUIET" ] || for mount in $MOUNTS; do say "MOUNT $mount"; done
}

# A frozen filesystem stops whoever writes to it: nothing that this program, the login or the system needs may be there.
refuse_unsafe_mounts() {
  login_home=''
  while IFS=: read -r name _ _ _ _ home _; do
    [ "$name" != "${SUDO_USER:-root}" ] || login_home=$home
  done </etc/passwd
  swap_files=$(sed -n 's,^\(/[^ ]*\) .*,\1,p' /proc/swaps 2>/dev/null)
  for path in / /run /tmp /var/tmp /var/log /etc "$SELF" "$login_home" "${HOME:-/}" $swap_files; do
    mount_of "$(readlink -f "$path")"
    [ -n "$DEVICE" ] || refuse internal "the mount of $path was not found"
    case " $MOUNT_DEVICES " in *" $DEVICE "*) refuse unsafe-mount "$MOUNT must not be frozen: it holds $path" ;; esac
  done
}

