# shellcheck shell=bash
# Tokens that live 5 s, and tokens that are revoked: no hold is begun on one that could end within it; a pass renews them.
make_policy short-lived cloud=lab-short
marks=$(hold_marks)
stillpoint reconcile --now -f "$POLICY"
expect_exit 4 "a hold is refused with a token that could expire within it"
expect_text 'token that lives' "the message says which lifetime is needed"
note "$OUTPUT"
check_equal "the database was not held" "$(hold_marks)" "$marks"
check_equal "nothing was created" "$(count_snapshots short-lived "$MYSQL_VOLUME")" 0

# The snapshot stays `creating` for longer than a token lives.
make_policy expired cloud=lab-short unheld=yes
part_down cinder-volume
OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml "$BINARY" reconcile --now -f "$POLICY" >"$WORK/expired.out" 2>&1 &
pass=$!
check "the pass waits for its snapshot" wait_until 150 has_snapshot expired "$MYSQL_VOLUME" creating
sleep 11 # two lifetimes of a token
part_up cinder-volume
status=0
wait $pass || status=$?
note "$(<"$WORK/expired.out")"
check_equal "the pass went on with new tokens: exit code" $status 0
check_equal "its point is complete" "$(complete_slots expired crash "$MYSQL_VOLUME" | wc -l)" 1

# A token that Keystone has revoked is refused with 401 long before it expires.
refused() { grep -cE 'Authorization failed for token|Invalid user token' "$LOGS/cinder-api-app.log" || true; }
make_policy revoked unheld=yes
part_down cinder-volume
OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml "$BINARY" reconcile --now -f "$POLICY" >"$WORK/revoked.out" 2>&1 &
pass=$!
check "another pass waits for its snapshot" wait_until 150 has_snapshot revoked "$MYSQL_VOLUME" creating
before=$(refused)
cloud revoke-tokens backup "$IP:$MEMCACHE_PORT"
check "Cinder refuses its token" wait_until 30 eval '[ "$(refused)" -gt "$before" ]'
part_up cinder-volume
status=0
wait $pass || status=$?
note "$(<"$WORK/revoked.out")"
check_equal "the pass went on with a new one: exit code" $status 0
check_equal "its point is complete" "$(complete_slots revoked crash "$MYSQL_VOLUME" | wc -l)" 1
