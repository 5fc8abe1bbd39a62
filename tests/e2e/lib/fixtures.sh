# shellcheck shell=bash
# The servers that the cases use, made once. Sourced by `run`; suite.sh comes first.
# shellcheck disable=SC2034  # used by the cases
remove_fixtures() {
  server down --all
  "$E2E/volume" detach --all
  cloud purge e2e-
}

nova_server() {  # LABEL NAME ADDRESS VOLUME...: in the background, with new volumes; their ids go to $WORK/VOLUME.id
  local label=$1 name=$2 address=$3 id volume
  shift 3
  {
    # shellcheck disable=SC2086  # no address is no argument
    id=$(cloud create-server "$name" $address)
    for volume; do
      cloud create-volume "e2e-$volume" >"$WORK/$volume.id"
      cloud attach "$id" "$(<"$WORK/$volume.id")"
    done
    touch "$WORK/$label.made"
  } &
  made+=("$WORK/$label.made")
}

make_nova_servers() {
  local made=() file
  nova_server backend "$BACKEND" "$BACKEND_ADDRESS" mysql_data mongodb_data
  nova_server swapped e2e-swapped 10.99.1.3 swapped_data
  nova_server addressless e2e-addressless '' addressless_data
  nova_server twin-1 e2e-twin 10.99.1.4
  nova_server twin-2 e2e-twin 10.99.1.5
  wait
  for file in "${made[@]}"; do [ -e "$file" ] || die "not made: $(basename "$file" .made)"; done
  MYSQL_VOLUME=$(<"$WORK/mysql_data.id")
  MONGO_VOLUME=$(<"$WORK/mongodb_data.id")
  SWAPPED_VOLUME=$(<"$WORK/swapped_data.id")
  ADDRESSLESS_VOLUME=$(<"$WORK/addressless_data.id")
}

make_fixtures() {
  remove_fixtures
  cloud quota 500
  cp "$STILLPOINT_LAB_STATE/clouds.yaml" "$WORK/clouds.yaml"
  make_nova_servers
  # The server of the main job: a MariaDB, and a second volume beside it.
  server up "$BACKEND" --address "$BACKEND_ADDRESS" \
    --volume "$MYSQL_VOLUME:$("$E2E/volume" attach "$MYSQL_VOLUME"):/srv/mysql:mariadb" \
    --volume "$MONGO_VOLUME:$("$E2E/volume" attach "$MONGO_VOLUME"):/srv/mongodb"
  # One whose address leads to a machine with other volumes than the cloud says.
  truncate -s 512M "$WORK/other.img"
  server up e2e-swapped --address 10.99.1.3 \
    --volume "00000000-aaaa-bbbb-cccc-000000000000:$WORK/other.img:/srv/mysql:mariadb"
  cat "$STILLPOINT_SERVERS"/*/known_hosts >"$WORK/known_hosts"
}
