# shellcheck shell=bash disable=SC2034,SC2154  # the caller uses what is set here, and sets work
# Shared by the tests of packages and images. Sourced by bash with `set -eu`; the caller stands in the project's folder.
. .ci/lib.sh
. tests/e2e/lib/process.sh

package_packages=(debootstrap dpkg-dev lintian man-db curl jq python3)
image_packages=(debootstrap dpkg-dev podman buildah runc catatonit curl openssh-client python3-yaml)
command -v kubectl > /dev/null || image_packages+=(kubernetes-client)
bin=$PWD/build/release

# check WHAT COMMAND...: says that it was looked at, or dies.
check() {
  local what=$1
  shift
  "$@" > "$work/checked" 2>&1 || {
    cat "$work/checked" >&2
    die "$what"
  }
  say "ok: $what"
}
# documented COMMAND: runs a command of the docs word for word, where `documented_by` says.
documented() {
  say "\$ $1"
  documented_by "$1" > "$work/documented" 2>&1 || {
    tail -20 "$work/documented" >&2
    die "a command of the docs: $1"
  }
}
contains() { grep -qF -- "$2" <<< "$1"; }
is() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The embedded cloud, with a server and a volume; sets auth_url and password, and writes $work/clouds.yaml.
cloud_start() {
  process_start cloudsim "$bin/stillpoint-cloudsim" --clouds-yaml "$work/clouds.yaml"
  wait_until 20 grep -q listening "$work/cloudsim.log" || die "the embedded cloud did not start: $(cat "$work/cloudsim.log")"
  password=$(sed -n 's/^ *password: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$work/clouds.yaml" | head -1)
  auth_url=$(sed -n 's/^ *auth_url: *"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' "$work/clouds.yaml" | head -1)
  local server volume
  server=$(cloud create-server backend-1 127.0.77.9)
  volume=$(cloud create-volume data-1)
  cloud attach "$server" "$volume"
}
cloud() { tests/cloudsim/sim-api "$auth_url" "$password" "$@"; }

# A policy whose next slot is far away: points are made when the test asks for them.
far_policy() {
  cat << X
apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata: {name: first}
spec:
  cloud: sim
  servers: {names: [backend-1]}
  schedule: {cron: "@daily"}
  startAt: $(date -u +%FT%TZ)
  datasets:
    - {name: data, volumes: {nameContains: data-1}}
X
}
