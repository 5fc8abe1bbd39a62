# ---- volume proof -------------------------------------------------------------------------------------------------------

# What an engine tells of its data. The paths are kept in lists of words, so each is looked at before it gets there.
add_path() { # PATH
  is_path "$1" || refuse volume-mismatch "a data path has a name that is not handled: $(say "$1" | sed 's/[^ -~]/?/g')"
  DATA_PATHS="$DATA_PATHS $1"
}
add_tree() { # FOLDER of which all is data, also what is mounted below it
  add_path "$1"
  DATA_TREES="$DATA_TREES $1"
}
add_data_dir() { # FOLDER
  add_tree "$1"
  DATA_DIR=$1
  fact "datadir $1"
}
add_folder_of() { # FILE
  folder=${1%/*}
  add_path "${folder:-/}"
}
add_configured() { # PATH, empty if there is none; a relative one is in the data directory, if it leads to nowhere else
  case $1 in /* | *..*) add_path "$1" ;; esac
}
add_links() { # FOLDER DEPTH: what lies behind links in it
  links=$(find "$1/" -maxdepth "$2" -type l 2>/dev/null)
  while IFS= read -r link; do
    [ -z "$link" ] || add_tree "$link"
  done <<LINKS
$links
LINKS
}

mount_of() { # REAL-PATH -> MOUNT DEVICE OPTIONS; the last of several mounts on one point is the one that is seen
  MOUNT='' DEVICE='' OPTIONS=''
  while read -r _ _ number _ point rest; do
    prefix=${point%/}
    case $1/ in "$prefix"/*) [ ${#point} -lt ${#MOUNT} ] || MOUNT=$point DEVICE=$number OPTIONS=${rest##* } ;; esac
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

# XFS may keep its log and its real-time data on disks of their own.
use_mount() { # WHAT MOUNT DEVICE OPTIONS
  use_volumes_of "$1" "$3"
  for kind in logdev rtdev; do
    case ,$4 in *",$kind="*) ;; *) continue ;; esac
    apart=,$4
    apart=${apart##*",$kind="}
    apart=$(readlink -f "${apart%%,*}")
    { read -r number <"/sys/class/block/${apart##*/}/dev"; } 2>/dev/null || refuse volume-mismatch "the $kind of $2 cannot be traced to a disk"
    use_volumes_of "the $kind of $2" "$number"
  done
  add_mount "$2" "$3"
}

prove_path() { # PATH of the engine's data -> real
  { real=$(readlink -f "$1") && is_path "$real" && [ -e "$real" ]; } || refuse volume-mismatch "data path $1 cannot be resolved"
  mount_of "$real"
  use_mount "$1" "$MOUNT" "$DEVICE" "$OPTIONS"
}

prove_below() { # REAL-PATH of a folder of the engine's data: what is mounted below it, appended to DATA_PATHS
  while read -r _ _ number _ point rest; do
    case $point in "${1%/}"/?*) ;; *) continue ;; esac
    add_path "$point"
    use_mount "$point" "$point" "$number" "${rest##* }"
  done </proc/self/mountinfo
}

prove_mounts() { # every mounted filesystem that has a part on the volumes
  while read -r _ _ number _ point rest; do
    DISKS=''
    device=$number
    whole_disks "$number" || continue
    for disk in $DISKS; do
      case $MAP in *" $disk="*) use_mount "$point" "$point" "$device" "${rest##* }" && break ;; esac
    done
  done </proc/self/mountinfo
}

prove_volumes() { # -> MOUNTS
  MOUNTS='' MOUNT_DEVICES='' FOUND=''
  map_volumes
  if [ -n "$DATA_PATHS" ]; then
    for path in $DATA_PATHS; do
      prove_path "$path"
      case " $DATA_TREES " in *" $path "*) prove_below "$real" ;; esac
    done
  else
    prove_mounts
  fi
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

