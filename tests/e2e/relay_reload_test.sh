#!/bin/bash
# hyco relay: SIGHUP reads everything again and drops nothing.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/e2e/relay_lib.sh
. "$here/relay_lib.sh"

file=$scratch/relay.yaml

# write_config ENTITY...
write_config() {
  echo "rules:"
  echo "- {name: RootManageSharedAccessKey, key_file: root.key, rights: Manage}"
  echo "entities:"
  printf -- '- name: %s\n' "$@"
} >"$file"

# hang_up N PATTERN: after the Nth SIGHUP the relay says so.
hang_up() {
  kill -HUP "$relay_pid"
  for ((tries = 0; tries < 1500; tries++)); do
    [ "$(grep -c -e "reloaded" "$scratch/relay.err")" -ge "$1" ] && break
    sleep 0.02
  done
  grep 'hyco relay: .*reloaded' "$scratch/relay.err" | tail -n 1 |
    grep -q -e "$2"
}

echo "the-first-key" >"$scratch/root.key"
write_config demo gone
start_relay --config "$file" -v
peer demo "$(listen_target demo)" "$(token demo)"
check "a listener" says demo '^status 101 '
demo_pid=$pid
peer gone "$(listen_target gone)" "$(token gone)"
check "another" says gone '^status 101 '
gone_pid=$pid
peer early "$(listen_target fresh)" "$(token fresh)"
check "an entity that is not there yet" says early '^status 404 '

write_config demo fresh
check "SIGHUP is taken" hang_up 1 ' reloaded$'
check "the entity that went closes its listener" \
  await "$gone_pid" gone.out '^close 1001 the endpoint was deleted$'
check "the other listener stays" silent demo
peer late "$(listen_target fresh)" "$(token fresh)"
check "the entity that came is there" says late '^status 101 '
late_pid=$pid

old_token=$(token demo)
echo "the-second-key" >"$scratch/root.key"
check "a new key is taken" hang_up 2 ' reloaded$'
check "who came by the old one stays" silent demo
peer old "/\$hc/demo" "$old_token"
check "and is of no use any more" says old '^status 401 '
key=the-second-key
start sender "$here/relay_peer.py" "$port" "$ca" "/\$hc/demo" "$(token demo)"
sender_pid=$pid
check "the new one is good, the listener is told" \
  await "$demo_pid" demo.out '^text {"accept":'

echo "nonsense: here" >>"$file"
check "a bad file is refused" hang_up 3 'relay.yaml:6: unknown key "nonsense"'
check "the log says so" grep -q 'ConfigurationKept: .*relay.yaml:6: ' \
  "$scratch/relay.err"
peer again "$(listen_target fresh)" "$(token fresh)"
check "everything is as it was" says again '^status 101 '
again_pid=$pid
write_config demo fresh
echo "listen: 127.0.0.1:1" >>"$file"
check "what needs a restart is no error" hang_up 4 ' reloaded$'
check "the log says that it waits" \
  grep -q 'ConfigurationReloaded: listen, public_url and how TLS is done' \
  "$scratch/relay.err"

check "the relay ends well" stop "$relay_pid"
for party in "$demo_pid" "$late_pid" "$again_pid" "$sender_pid" "$gone_pid"; do
  wait "$party" || true
done
check "the listener was told" grep -q '^close 1001 ' "$scratch/demo.out"
wait
finish
