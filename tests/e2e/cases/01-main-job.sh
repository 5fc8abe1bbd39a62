# shellcheck shell=bash
# The main job: a due slot is served, three more follow, the newest three complete points remain.
make_policy main deadline=59s mongo='{driver: filesystem, maxHold: 20s}'
stillpoint validate -f "$POLICY"
expect_exit 0 "validate accepts the policy"
stillpoint doctor -f "$POLICY"
expect_exit 0 "doctor has no findings"
expect_text 'ok .*mysql: helper [0-9.]+, mariadb 10[0-9.]*, mounts /[^ ]+, can prove application' "doctor says what it found on the server"
writer_start main

await_next_minute
stillpoint diff -f "$POLICY"
expect_exit 1 "diff has something to do"
expect_text '2 to create' "diff wants two points"
note "$OUTPUT"
stillpoint reconcile -f "$POLICY"
expect_exit 0 "reconcile makes them"
note "$OUTPUT"
stillpoint diff -f "$POLICY"
expect_exit 0 "diff has nothing left to do"

# By hand, and with a name that looks like one of Stillpoint's.
look_alike=$(cloud snapshots "$MYSQL_VOLUME" | jq -r '.[-1].name')
by_hand=$(cloud create-snapshot "$MYSQL_VOLUME" "$look_alike")
first_slot=$(complete_slots main application "$MYSQL_VOLUME")
for _ in 1 2 3; do
  await_next_minute
  stillpoint reconcile -f "$POLICY"
  expect_exit 0 "reconcile serves the slot of $(date -u +%H:%M)"
done
newest=$(date -u +%Y-%m-%dT%H:%M:00Z)
for volume in "$MYSQL_VOLUME:application" "$MONGO_VOLUME:filesystem"; do
  level=${volume#*:}
  check_equal "three snapshots remain of the dataset that is proven $level" "$(count_snapshots main "${volume%:*}")" 3
  slots=$(complete_slots main "$level" "${volume%:*}")
  check_equal "all three are complete" "$(wc -l <<<"$slots")" 3
  check_equal "the newest slot is the last minute" "$(tail -1 <<<"$slots")" "$newest"
done
check "the oldest point is gone" test "$(complete_slots main application "$MYSQL_VOLUME" | grep -c "$first_slot")" = 0
check_equal "the snapshot made by hand, named $look_alike, is there" \
  "$(cloud snapshots "$MYSQL_VOLUME" | jq -r --arg id "$by_hand" '.[] | select(.id == $id) | .status')" available
stillpoint get points -f "$POLICY" -o json
expect_exit 0 "get points lists"
check_equal "get points knows them" "$(jq '[.items[] | select(.state == "complete")] | length' <<<"$OUTPUT")" 6
stillpoint get points -f "$POLICY"
note "$OUTPUT"
