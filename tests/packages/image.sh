# shellcheck shell=bash disable=SC2034,SC2154  # the caller uses what is set here, and sets work
# The image and how it is run without Docker. Sourced after lib.sh.
cache=${STILLPOINT_CACHE:-/var/cache/stillpoint-tests}
export CONTAINERS_CONF=$work/containers.conf CONTAINERS_STORAGE_CONF=$work/storage.conf
# Its own store of images, and a runtime that works without systemd.
configure_podman() {
  mkdir -p "$cache/containers/storage" "$cache/containers/run"
  cat > "$work/containers.conf" << X
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
X
  cat > "$work/storage.conf" << X
[storage]
driver = "overlay"
graphroot = "$cache/containers/storage"
runroot = "$cache/containers/run"
X
}
build_image() {
  base=docker.io/library/debian:bookworm-slim
  tar=$(tests/packages/base)
  if [ "$(podman image inspect -f '{{index .Labels "made-from"}}' $base 2> /dev/null)" != "$(stat -c %Y "$tar")" ]; then
    podman import -q --change 'CMD ["bash"]' --change "LABEL made-from=$(stat -c %Y "$tar")" "$tar" $base > /dev/null
  fi
  context=.
  arguments=()
  if [ "${1:-}" != --compile ]; then
    build release stillpoint stillpoint-cloudsim packaging
    context=$work/context
    mkdir -p "$context/package"
    cp Dockerfile "$context"
    (cd build/release && cpack -G DEB -B "$context/package") > "$work/cpack.log" 2>&1 || die "cpack: $(tail -5 "$work/cpack.log")"
    rm -rf "$context/package/_CPack_Packages"
    arguments=(--build-arg PACKAGE=prebuilt)
  fi
  before=$SECONDS
  buildah bud --isolation chroot --network host --pull-never --format docker --layers "${arguments[@]}" \
    -t localhost/stillpoint:latest "$context" \
    > "$work/build.log" 2>&1 || die "the image does not build: $(tail -15 "$work/build.log")"
  size=$(podman image inspect -f '{{.Size}}' localhost/stillpoint:latest)
  say "built in $((SECONDS - before)) s: $((size / 1000000)) MB, of which the base is $(($(stat -c %s "$tar") / 1000000))"
  check "it is smaller than 120 MB" test "$size" -lt 120000000
  check "its user is nobody's" is "$(podman image inspect -f '{{.Config.User}}' localhost/stillpoint:latest)" 10001:10001
}
flags=(--no-healthcheck --network host --read-only --cap-drop=all --security-opt no-new-privileges --tmpfs /tmp)
