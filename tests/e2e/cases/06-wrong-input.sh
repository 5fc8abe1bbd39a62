# shellcheck shell=bash
# Wrong keys, passwords, names, addresses: a message that says what to do; nothing held, nothing created.
refused() {  # NAME EXIT REGEX [KEY=VALUE...]: a pass that must end so
  local name=$1 code=$2 regex=$3 marks
  shift 3
  make_policy "$name" "$@"
  marks=$(hold_marks)
  stillpoint reconcile --now -f "$POLICY"
  expect_exit "$code" "$name"
  expect_text "$regex" "$name: the message says what is wrong"
  note "$OUTPUT"
  check_equal "$name: the database was not held" "$(hold_marks)" "$marks"
  check_equal "$name: nothing was created" "$(count_snapshots "$name" "$MYSQL_VOLUME" "$SWAPPED_VOLUME" "$ADDRESSLESS_VOLUME")" 0
}

ssh-keygen -q -t ed25519 -N '' -f "$WORK/stranger"
echo "$BACKEND_ADDRESS $(cut -d' ' -f1,2 "$WORK/stranger.pub")" >"$WORK/strange_hosts"
refused wrong-host-key 4 'host key' known_hosts="$WORK/strange_hosts"
: >"$WORK/no_hosts"
refused unknown-host-key 4 'known' known_hosts="$WORK/no_hosts"

sed 's/^  lab:/  wrong:/; s/password: .*/password: not-the-password/' "$WORK/clouds.yaml" >"$WORK/wrong.yaml"
sed -n '/^  wrong:/,/^  lab-short:/p' "$WORK/wrong.yaml" | sed '$d' >>"$WORK/clouds.yaml"
refused wrong-password 3 'password|credential' cloud=wrong
check "wrong-password: the password is not shown" test "$(grep -c not-the-password <<<"$OUTPUT")" = 0

refused no-volume 4 "no volume attached to the server matches" volumes=nothing_such
refused two-servers 4 "two servers are named" server=e2e-twin
refused no-server 4 "no server" server=e2e-nobody
refused no-address 4 "no IPv4 address" server=e2e-addressless volumes=addressless
refused other-machine 4 "volume" server=e2e-swapped volumes=swapped
