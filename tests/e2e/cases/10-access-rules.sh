# shellcheck shell=bash
# Application credentials with the rules of `access-rules` alone: everything works with them, and the services refuse the rest.
client() { OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml openstack --os-cloud lab "$@"; }
rules_of() {  # POLICY_FILE [OPTION...]: what access-rules prints
  OS_CLIENT_CONFIG_FILE=$WORK/clouds.yaml "$BINARY" access-rules -f "$@" 2>"$WORK/rules.err"
}
auth_url() { sed -n '/^  lab:/,/auth_url/s/ *auth_url: //p' "$WORK/clouds.yaml"; }
make_credential() {  # NAME RULES_FILE: an entry of clouds.yaml with that name, and CREDENTIAL, what Keystone has made
  client application credential delete "e2e-$1" 2>/dev/null || true
  CREDENTIAL=$(client application credential create "e2e-$1" --access-rules "$2" -f json)
  local keystone
  keystone=$(auth_url)
  cat >>"$WORK/clouds.yaml" <<Y
  $1:
    auth_type: v3applicationcredential
    region_name: $REGION
    auth:
      auth_url: $keystone
      application_credential_id: $(jq -r .id <<<"$CREDENTIAL")
      application_credential_secret: $(jq -r .secret <<<"$CREDENTIAL")
Y
}
token_of() {  # CREDENTIAL: logs in with it; leaves TOKEN and the addresses of its services
  local login
  login=$(curl -s -D "$WORK/headers" -H 'Content-Type: application/json' \
    -d "$(jq -c '{auth: {identity: {methods: ["application_credential"], application_credential: {id, secret}}}}' <<<"$1")" \
    "$(auth_url)/auth/tokens")
  TOKEN=$(sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p' "$WORK/headers" | tr -d '\r')
  service_url() { jq -r --arg t "$1" '.token.catalog[] | select(.type == $t) | .endpoints[] | select(.interface == "public").url' <<<"$login"; }
  VOLUME_URL=$(service_url volumev3) COMPUTE_URL=$(service_url compute) IDENTITY_URL=$(service_url identity)
  NETWORK_URL=$(service_url network) USER_ID=$(jq -r .token.user.id <<<"$login")
}
answer_to() {  # METHOD URL [BODY]: the code that the service gives to the token
  curl -s -o /dev/null -w '%{http_code}' -X "$1" -H "X-Auth-Token: $TOKEN" -H 'Content-Type: application/json' ${3:+-d "$3"} "$2"
}

make_policy by-rules
rules_of "$POLICY" >"$WORK/rules.json"
check "access-rules prints a list of rules" jq -e 'length > 10 and all(has("service") and has("method") and has("path"))' \
  "$WORK/rules.json"
note "$(<"$WORK/rules.json")"
make_credential lab-rules "$WORK/rules.json"
check_equal "Keystone has taken all of them" "$(jq '.access_rules | length' <<<"$CREDENTIAL")" "$(jq length "$WORK/rules.json")"

make_policy by-rules cloud=lab-rules keep=1
stillpoint validate -f "$POLICY"
expect_exit 0 "validate"
stillpoint doctor -f "$POLICY"
expect_exit 0 "doctor has no findings with the credential"
expect_text 'is limited by [0-9]+ access rules' "doctor says that the credential is limited"
expect_text "credential 'e2e-lab-rules' has no end" "Keystone tells when the credential ends"
note "$OUTPUT"
stillpoint diff --now -f "$POLICY"
expect_exit 1 "diff"
expect_text '1 to create' "diff wants a point"
stillpoint reconcile --now -f "$POLICY"
expect_exit 0 "reconcile --now"
await_next_minute
stillpoint reconcile --now -f "$POLICY"
expect_exit 0 "reconcile --now, a minute later"
expect_text 'prune' "it prunes the point before"
note "$OUTPUT"
check_equal "points were made, labelled and pruned: there is one" "$(complete_slots by-rules application "$MYSQL_VOLUME" | wc -l)" 1
check_equal "and no other snapshot" "$(count_snapshots by-rules "$MYSQL_VOLUME")" 1
stillpoint get points -f "$POLICY" -o name
expect_exit 0 "get points"
stillpoint pin "${OUTPUT##*/}" -f "$POLICY"
expect_exit 0 "pin"

token_of "$CREDENTIAL"
check_equal "with its token the volume can be read" "$(answer_to GET "$VOLUME_URL/volumes/$MYSQL_VOLUME")" 200
for refused in "DELETE $VOLUME_URL/volumes/$MYSQL_VOLUME" "GET $VOLUME_URL/volumes" "GET $VOLUME_URL/backups" \
  "POST $VOLUME_URL/volumes" "PUT $VOLUME_URL/os-quota-sets/${VOLUME_URL##*/}" \
  "POST $VOLUME_URL/volumes/$MYSQL_VOLUME/action" "PUT $VOLUME_URL/snapshots/00000000-0000-4000-8000-000000000000" \
  "GET $COMPUTE_URL/os-keypairs" "GET $COMPUTE_URL/servers" "POST $COMPUTE_URL/servers" "POST $COMPUTE_URL/os-keypairs" \
  "GET $NETWORK_URL/v2.0/networks" "POST $NETWORK_URL/v2.0/ports"; do
  # shellcheck disable=SC2086  # a method and a URL
  code=$(answer_to $refused '{}')
  path=${refused#*//*/}
  # shellcheck disable=SC2016  # evaluated there
  check "refused: ${refused%% *} /$path ($code)" eval '[ "$code" = 401 ] || [ "$code" = 403 ]'
done
check_equal "Keystone lets it make no other credential" "$(answer_to POST \
  "$IDENTITY_URL/users/$USER_ID/application_credentials" '{"application_credential": {"name": "e2e-more"}}')" 403
check_equal "the volume is as it was" \
  "$(client volume show "$MYSQL_VOLUME" -f value -c status)" in-use

make_policy to-read cloud=lab
rules_of "$POLICY" --read-only >"$WORK/read.json"
make_credential lab-read "$WORK/read.json"
make_policy to-read cloud=lab-read
stillpoint diff --now -f "$POLICY"
expect_exit 1 "with the rules for reading alone diff works"
stillpoint doctor -f "$POLICY"
expect_exit 0 "and doctor"
stillpoint reconcile --now -f "$POLICY"
expect_exit 4 "but reconcile makes nothing"
check_equal "no snapshot was made" "$(count_snapshots to-read "$MYSQL_VOLUME")" 0
for name in lab-rules lab-read; do client application credential delete "e2e-$name"; done
