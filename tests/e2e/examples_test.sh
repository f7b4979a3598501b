#!/bin/bash
# The examples do what their first lines say. EXAMPLES is where they lie.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${EXAMPLES:?names the directory of the examples}"

printed() { # printed FILE: the last run ended well with this on its output
  [ "$status" -eq 0 ] && cmp "$1" "$scratch/out"
}

# wait_for ENTITY: until somebody listens there.
wait_for() {
  run "$HYCO" connect "$1" "${where_to[@]}" --wait-for-listener 60 </dev/null
}

start_relay
HYCO_CONNECTION_STRING=$(cat "$connection_string")
export HYCO_CONNECTION_STRING
start echo "$EXAMPLES/echo_receiver" demo "$ca"
echo_pid=$pid
wait_for demo

echo "Grüße" >"$scratch/line"
run "$EXAMPLES/send_line" demo Grüße "$ca"
check "send_line prints what echo_receiver sends back" printed "$scratch/line"
run "$EXAMPLES/send_line" nobody Grüße "$ca"
check "send_line to nobody fails" ends_with 1 'HYCO_ENOTFOUND: .*404'
run "$EXAMPLES/send_line" demo Grüße
check "send_line without the CA fails" ends_with 1 'HYCO_ECERTVERIFY: '
HYCO_CONNECTION_STRING='' run "$EXAMPLES/send_line" demo Grüße
check "send_line without a connection string fails" ends_with 1 'HYCO_E'
run "$EXAMPLES/echo_receiver" demo
check "echo_receiver without the CA fails" ends_with 1 'HYCO_ECERTVERIFY: '
run "$EXAMPLES/send_line"
check "a wrong use is told by the exit status" test "$status" -eq 2

head -c 2M /dev/urandom >"$scratch/random"
start_listener other other --echo
run "$EXAMPLES/own_poll_loop" other "$ca" <"$scratch/random"
check "own_poll_loop sends 2 MiB and prints them" printed "$scratch/random"
run "$EXAMPLES/own_poll_loop" nobody "$ca" </dev/null
check "own_poll_loop to nobody fails" ends_with 1 'HYCO_ENOTFOUND: '

echo "Is anybody there?" >"$scratch/question"
run "$EXAMPLES/relay_in_process" "$scratch/fixture"
check "relay_in_process asks and is answered" printed "$scratch/question"
run "$EXAMPLES/relay_in_process" "$scratch/fixture"
check "and again in the same directory" printed "$scratch/question"
run "$EXAMPLES/relay_in_process" "$state"
check "but not in that of another relay" ends_with 1 'no relay: .*in use'

# A service for tcp_proxy: the relay's own port, which answers HTTP.
start proxy "$EXAMPLES/tcp_proxy" proxy 127.0.0.1 "$port" "$ca"
proxy_pid=$pid
await "$proxy_pid" proxy.err '^listening$'
start shut "$EXAMPLES/tcp_proxy" shut 127.0.0.1 1 "$ca"
shut_pid=$pid
await "$shut_pid" shut.err '^listening$'
printf 'not TLS\r\n\r\n' >"$scratch/no-tls"
run "$HYCO" connect proxy "${where_to[@]}" <"$scratch/no-tls"
check "tcp_proxy joins a sender to a service" \
  await "$proxy_pid" proxy.err '^connection 1: over: '
run "$HYCO" connect shut "${where_to[@]}" </dev/null
check "tcp_proxy refuses when it is down" ends_with 1 ' 502 the forwarding'
run "$EXAMPLES/tcp_proxy" demo 127.0.0.1 65536 "$ca"
check "tcp_proxy takes no port above 65535" ends_with 1 'HYCO_EBADVALUE: '
stop "$proxy_pid" || true
stop "$shut_pid" || true
start web "$EXAMPLES/http_events" web "$ca"
web_pid=$pid
await "$web_pid" web.err '^listening$'
web_url="https${url#wss}"
web_url="${web_url%/}/web"
token=$("$HYCO" token -c "@$connection_string" web)
printf 'hello, /web/a?b=1\n' >"$scratch/hello"
run curl -sS --cacert "$ca" -H "ServiceBusAuthorization: $token" \
  "$web_url/a?b=1"
check "http_events greets" printed "$scratch/hello"
printf 'data: 1\n\ndata: 2\n\ndata: 3\n\n' >"$scratch/events"
run curl -sS --cacert "$ca" -H "ServiceBusAuthorization: $token" \
  "$web_url/events"
check "http_events streams events" printed "$scratch/events"
run curl -sS -o "$scratch/none" -w '%{http_code}' --cacert "$ca" \
  -H "ServiceBusAuthorization: $token" -d x "$web_url/a"
check "http_events refuses other methods" grep -qx 405 "$scratch/out"
stop "$web_pid" || true
start hello "$EXAMPLES/http_responder" hello "$ca"
hello_pid=$pid
wait_for hello
echo 'Hello from a hybrid connection' >"$scratch/hello"
run "$HYCO" request hello/a "${where_to[@]}"
check "http_responder answers" printed "$scratch/hello"
check "and shows the request" grep -qx 'GET /hello/a' "$scratch/hello.out"
stop "$hello_pid" || true

mkdir "$scratch/files"
start files "$EXAMPLES/receive_files" files "$scratch/files" "$ca"
files_pid=$pid
wait_for files # its connection, the first, is an empty file
run "$EXAMPLES/send_file" files "$scratch/random" "$ca"
check "send_file sends a file" test "$status" -eq 0
check "and tells how far it is" \
  grep -qx '2097152 of 2097152 bytes' "$scratch/err"
check "receive_files names it" await "$files_pid" files.err "^$scratch/files/2\$"
check "and has it" cmp "$scratch/random" "$scratch/files/2"
run "$EXAMPLES/send_file" files "$scratch/nothing" "$ca"
check "send_file without a file fails" ends_with 1 'HYCO_EFILE: .*No such file'
check "SIGTERM ends receive_files well" stop "$files_pid"

start primes "$EXAMPLES/post_from_threads" primes "$ca"
primes_pid=$pid
wait_for primes
run "$EXAMPLES/send_line" primes 100 "$ca"
check "post_from_threads answers" test "$(cat "$scratch/out")" = 25
stop "$primes_pid" || true

check "SIGTERM ends the listener well" stop "$listener_pid"
stop "$echo_pid" || true # it has no handler for signals
check "SIGTERM ends the relay well" stop "$relay_pid"
finish
