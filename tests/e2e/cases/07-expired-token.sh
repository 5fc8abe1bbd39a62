# shellcheck shell=bash
# Tokens that live 5 s expire in the middle of a pass: renewed, and the point is complete.
make_policy expired cloud=lab-short hold="$HOLD_STOP"
server knob "$BACKEND" slow-stop 7
stillpoint reconcile --now -f "$POLICY"
expect_exit 0 "the pass goes on with new tokens"
note "$OUTPUT"
check_equal "the point is complete" "$(complete_slots expired application "$MYSQL_VOLUME" | wc -l)" 1
server knob "$BACKEND" slow-stop
check "the database runs" server service "$BACKEND" status
