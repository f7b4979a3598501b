#!/bin/bash
# hyco relay: its file, its limits, its options.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/e2e/relay_lib.sh
. "$here/relay_lib.sh"

file=$scratch/relay.yaml
relay() { run timeout 20 "$HYCO" relay --dir "$scratch/none" "$@"; }

run "$HYCO" relay --settings
check "--settings prints the table" grep -q '^AcceptTimeout  *30 ' "$scratch/out"
run "$HYCO" relay --settings --json
check "--settings --json is JSON" \
  python3 -c 'import json, sys
rows = {row["name"]: row for row in json.load(open(sys.argv[1]))}
assert rows["HeaderMax"]["default"] == 32768, rows' "$scratch/out"
relay --json
check "--json alone" ends_with 2 '--json goes with --settings'
relay --set Nothing=1
check "--set: no such limit" ends_with 2 'no setting "Nothing" of a relay'
relay --set AcceptTimeout=0
check "--set: out of range" ends_with 2 'AcceptTimeout is a number from 1 to'
relay --config "$scratch/missing.yaml"
check "--config: no such file" ends_with 1 'missing.yaml cannot be opened'
printf 'listen: 127.0.0.1:0\nentitis: []\n' >"$file"
relay --config "$file"
check "--config: an unknown key" \
  ends_with 2 'relay.yaml:2: unknown key "entitis": expected listen, '
printf 'rules: [{name: a, key: verysecret}]\n' >"$file"
relay --config "$file"
check "--config: a rule without rights" ends_with 2 'relay.yaml:1: a rule has'
check "its key is not printed" not grep verysecret "$scratch/err"
printf 'entities: [{name: a}]\n' >"$file"
relay --config "$file" --entity b
check "--config: entities in two places" ends_with 2 'one place for them'
relay --accept-any-jwt --listen 0.0.0.0:0
check "--accept-any-jwt: not on loopback" ends_with 2 'loopback address only'

cat >"$file" <<YAML
tls: {dir: kept}
rules:
  - {name: RootManageSharedAccessKey, key_file: root.key, rights: [Manage]}
entities:
  - name: demo
    rules: [{name: own, key: own-key, rights: Listen}]
  - {name: open, anonymous: true}
settings: {ListenersPerEntity: 1}
YAML
echo "the-key-of-the-file" >"$scratch/root.key"
start relay "$HYCO" relay --config "$file" --set TokenGrace=0
relay_pid=$pid
await "$relay_pid" relay.out '^ready ' || exit 1
url=$(sed -n 's/^ready //p' "$scratch/relay.out")
port=${url##*:}
ca=$scratch/kept/ca.pem
key=the-key-of-the-file
where_to=(-c "@$scratch/kept/connection-string" --ca "$ca")
check "state is kept beside the file" test -e "$scratch/kept/connection-string"
start_listener echo demo --echo
echo_pid=$listener_pid
run "$HYCO" connect demo "${where_to[@]}" <"$file"
check "a connection by the file's key" cmp -s "$file" "$scratch/out"
peer second "$(listen_target demo)" "$(token demo)"
check "a limit of the file" says second '^status 403 '
peer other "$(listen_target other)" "$(token other)"
check "no other entity" says other '^status 404 Endpoint does not exist. '
peer open "/\$hc/open"
check "an anonymous entity" says open '^status 404 There are no listeners '
peer expired "$(listen_target demo)" \
  "$(make_token demo "$(($(date +%s) - 2))")"
check "a limit of the command line" says expired \
  '^status 401 The token is expired'
check "the listener ends well" stop "$echo_pid"
check "the relay ends well" stop "$relay_pid"

key=
start_relay --config "$here/../../examples/relay.yaml" --listen 127.0.0.1:0
check "the example is served" grep -q 'replace-this-key' "$connection_string"
key=
check "and ends well" stop "$relay_pid"

start_relay --accept-any-jwt
peer jwt "$(listen_target any)" "Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x"
check "a JWT with --accept-any-jwt" says jwt '^status 101 '
check "its relay ends well" stop "$relay_pid"
start_relay
peer nojwt "$(listen_target any)" "Bearer eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x"
check "and without" says nojwt \
  '^status 401 this relay cannot verify Entra tokens'
check "this one ends well" stop "$relay_pid"

cat >"$file" <<YAML
tls: {dir: two}
namespaces:
  - host: 127.0.0.1
    entities: [{name: demo}]
  - host: east.example
    rules: [{name: r, key: k, rights: Send}]
YAML
start relay "$HYCO" relay --config "$file"
relay_pid=$pid
await "$relay_pid" relay.out '^ready ' || exit 1
url=$(sed -n 's/^ready //p' "$scratch/relay.out")
port=${url##*:}
ca=$scratch/two/ca.pem
key=$(sed -n 's/.*SharedAccessKey=//p' "$scratch/two/connection-string")
check "the certificate is good for the namespaces" \
  sh -c "openssl x509 -in '$scratch/two/cert.pem' -noout -ext subjectAltName |
    grep -q DNS:east.example"
peer first "$(listen_target demo)" "$(token demo)"
check "the first namespace is there" says first '^status 101 '
first_pid=$pid
peer none "$(listen_target none)" "$(token none)"
check "with its entities alone" says none '^status 404 '
check "the relay of both ends well" stop "$relay_pid"
wait "$first_pid"
for name in second other open expired jwt nojwt none; do
  check "$name has ended" says "$name" '^end$'
done
wait
finish
