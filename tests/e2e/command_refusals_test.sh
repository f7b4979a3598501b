#!/bin/bash
# What the command says when it is refused, and with which exit status.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

connect() { run "$HYCO" connect "$@" </dev/null; }
listen() { run timeout 20 "$HYCO" listen --echo "$@" </dev/null; }

start_relay --entity demo --entity quiet --entity open:anonymous
endpoint=sb://127.0.0.1:$port
start_listener echo demo --echo
echo_pid=$listener_pid
start_listener open open --echo

connect demo "${where_to[@]}"
check "all is well" ends_well
connect other "${where_to[@]}" -vv
check "connect: no such entity" ends_with 1 'cannot connect: .*(404)'
connect quiet "${where_to[@]}"
check "connect: nobody listens" ends_with 1 'cannot connect: .*(404)'
listen other "${where_to[@]}" -vv
check "listen: no such entity" ends_with 1 'cannot listen: .*(404)'

wrong=(--endpoint "$endpoint" --key-name RootManageSharedAccessKey
  --key wrong --ca "$ca")
connect demo "${wrong[@]}" -vv
check "connect: a wrong key" ends_with 1 'cannot connect: .*(401)'
listen demo "${wrong[@]}" -vv
check "listen: a wrong key" ends_with 1 'cannot listen: .*(401)'
connect demo --endpoint "$endpoint" --ca "$ca"
check "connect: no key" ends_with 1 'cannot connect: .*(401)'
connect open --endpoint "$endpoint" --ca "$ca"
check "connect: no key where none is needed" ends_well

make_token demo "$(($(date +%s) + 60))" >"$scratch/token"
connect demo --endpoint "$endpoint" --ca "$ca" --token "@$scratch/token"
check "connect: a token" ends_well
make_token demo "$(($(date +%s) - 600))" >"$scratch/token"
connect demo --endpoint "$endpoint" --ca "$ca" --token "@$scratch/token" -vv
check "connect: an expired token" ends_with 1 'cannot connect: .*(401)'
listen demo --endpoint "$endpoint" --ca "$ca" --token "@$scratch/token" -vv
check "listen: an expired token" ends_with 1 'cannot listen: .*(401)'
request() { run "$HYCO" request "$@"; }
request quiet "${where_to[@]}"
check "request: nobody listens: an answer, which is told" \
  ends_with 0 '^hyco request: the answer is 502 '
check "with the hint what to do" ends_with 0 '^hyco request: hint: '
request quiet "${where_to[@]}" --fail
check "request --fail: nobody listens, told once" \
  test "$status-$(grep -c 'the answer is 502' "$scratch/err")" = 1-1
request quiet "${where_to[@]}" -i
check "request -i: told by the head alone" ends_well
request demo --endpoint "$endpoint" --ca "$ca" --token "@$scratch/token"
check "request: an expired token" ends_with 0 'the answer is 401 '
check "no token was printed" \
  not grep -F "$(grep -o "sig=[^&]*" "$scratch/token")" "$scratch"/*.err

connect demo -c "@$connection_string"
check "connect: a certificate that nobody vouches for" \
  ends_with 1 'certificate is not accepted'
check "with the hint what to do" \
  ends_with 1 '^hyco connect: hint: Trust the CA with .*(--ca)'
connect demo -c "@$connection_string" --insecure
check "connect: --insecure" ends_with 0 'warning: --insecure'
connect demo -c "@$connection_string" --ca "$scratch/none"
check "connect: no such CA file" test "$status" -ne 0
connect demo --endpoint "sb://127.0.0.2:$port" --ca "$ca"
check "connect: nobody at this address" ends_with 1 'cannot connect: .*refused'
listen demo -c "@$connection_string" --set AutoReconnect=false
check "listen: a certificate that nobody vouches for" \
  ends_with 1 'certificate is not accepted'

# The certificate of one relay, at an address that it does not name.
start second "$HYCO" relay --listen 127.0.0.2:0 --tls-cert "$state/cert.pem" \
  --tls-key "$state/key.pem" --dir "$scratch/second"
second_pid=$pid
await "$second_pid" second.out '^ready '
second_port=$(sed -n 's/^ready .*://p' "$scratch/second.out")
connect demo --endpoint "sb://127.0.0.2:$second_port" --ca "$ca"
check "connect: a certificate for another host" \
  ends_with 1 'certificate is not accepted'
check "the second relay ends well" stop "$second_pid"

start victim "$HYCO" connect demo -q -1 -v "${where_to[@]}"
victim_pid=$pid
await "$victim_pid" victim.err ' connected$'
kill -9 "$relay_pid"
wait "$relay_pid" 2>/dev/null || true
status=0
wait "$victim_pid" || status=$?
cp "$scratch/victim.err" "$scratch/err"
check "a cut is an error" ends_with 1 'closed: 1006'
await "$listener_pid" open.err 'offline: '
check "a listener without its relay goes on" kill -0 "$listener_pid"
check "and still ends well" stop "$listener_pid"
check "as the other does" stop "$echo_pid"

start_relay
start leaving "$HYCO" listen demo --discard "${where_to[@]}"
listener_pid=$pid
await "$listener_pid" leaving.err '^listening '
start victim "$HYCO" connect demo -q -1 -v "${where_to[@]}"
victim_pid=$pid
await "$victim_pid" victim.err ' connected$'
check "a relay that is asked to end does" stop "$relay_pid"
status=0
wait "$victim_pid" || status=$?
cp "$scratch/victim.err" "$scratch/err"
check "a peer that goes away (1001) is no good end" ends_with 1 'closed: 1001'
check "its listener ends well" stop "$listener_pid"

start_relay
run "$HYCO" relay --dir "$scratch/third" --listen "127.0.0.1:$port"
check "an address in use" ends_with 1 'cannot start: the address is in use'
check "its user ends well" stop "$relay_pid"
run "$HYCO" relay --dir "$scratch/third" --listen nowhere
check "an address that is none" ends_with 2 'cannot start: '
run "$HYCO" relay --dir "$scratch/third" --rule Name:verysecret:Fly
check "a right that is none" ends_with 2 'cannot start: '
check "its key is not printed" not grep verysecret "$scratch/err"
finish
