# Shared by quickstart, run-tests and .ci/run: progress, packages, build. Sourced by bash with `set -eu`; the caller
# stands in the project's folder.

build_packages=(g++ cmake ninja-build ccache mold pkg-config libcpprest-dev libyaml-cpp-dev nlohmann-json3-dev libssh-dev
  prometheus-cpp-dev libspdlog-dev libfmt-dev libcli11-dev libhowardhinnant-date-dev libexpected-dev libssl-dev zlib1g-dev libsystemd-dev
  libboost-system-dev libboost-date-time-dev libboost-regex-dev tzdata)
test_packages=(libgtest-dev libgmock-dev librapidcheck-dev libvalijson-dev libcivetweb-dev libcurl4-openssl-dev prometheus
  openssh-server openssh-client mariadb-server mariadb-client galera-4 rsync postgresql-15 nodejs python3 python3-pymysql python3-selenium
  chromium chromium-driver faketime iproute2 sudo procps util-linux busybox shellcheck jq curl e2fsprogs prometheus-alertmanager systemd)
check_packages=(clang-format-14 clang-tidy-14)

started=$SECONDS
say() { printf '[%4ds] %s\n' $((SECONDS - started)) "$*"; }
die() {
  say "FAILED: $*" >&2
  exit 1
}

# Keeps the daemons of packages that came for the tests from being started when the machine boots.
disable_services() {  # PACKAGE...
  local package
  for package; do
    case $package in
      mariadb-server) update-rc.d mariadb disable ;;
      openssh-server) update-rc.d ssh disable ;;
      postgresql-15) update-rc.d postgresql disable ;;
      prometheus) update-rc.d prometheus disable ;;
      rsync) update-rc.d rsync disable ;;
      prometheus-alertmanager) update-rc.d prometheus-alertmanager disable ;;
    esac
  done
}

# install_packages NAME...: those that are missing, without starting the daemons that come with them, now or at boot.
install_packages() {
  local missing
  mapfile -t missing < <(comm -23 <(printf '%s\n' "$@" | sort -u) \
    <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | sort -u))
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "these packages are missing, and only root can install them: ${missing[*]}"
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local policy=/usr/sbin/policy-rc.d made='' log
  log=$(mktemp)
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' > $policy
    chmod 755 $policy
    made=1
  fi
  local status=0
  {
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 update -qq &&
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}" &&
      disable_services "${missing[@]}"
  } > "$log" 2>&1 || status=$?
  [ -z "$made" ] || rm -f $policy
  [ $status = 0 ] || {
    tail -20 "$log" >&2
    die "apt-get could not install them"
  }
  rm -f "$log"
}

# build PRESET TARGET...: configures if need be and builds.
build() {
  local preset=$1
  shift
  local log=build/$preset.log
  mkdir -p build
  say "building ($preset): $*"
  if ! { cmake --preset "$preset" && cmake --build --preset "$preset" --target "$@"; } > "$log" 2>&1; then
    grep -E 'error|FAILED' "$log" | head -30 >&2
    die "the build failed; all of it is in $log"
  fi
  say "built"
}
