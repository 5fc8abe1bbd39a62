# shellcheck shell=bash
# Quota exhausted: said before anything is held, with the quota, the need and the room.
make_policy quota
writer_start quota
cloud quota "$(cloud snapshots "$MYSQL_VOLUME" "$MONGO_VOLUME" | jq length)"
marks=$(hold_marks)
stillpoint reconcile --now -f "$POLICY"
expect_exit 4 "reconcile fails"
expect_text "quota 'snapshots': 1 needed, room for 0" "the message names the quota, the need and the room"
note "$OUTPUT"
check_equal "nothing was made" "$(count_snapshots quota "$MYSQL_VOLUME")" 0
check_equal "the database was not touched" "$(hold_marks)" "$marks"
stillpoint diff --now -f "$POLICY"
expect_exit 4 "diff says so too"
cloud quota 500
stillpoint reconcile --now -f "$POLICY"
expect_exit 0 "with room it is made"
