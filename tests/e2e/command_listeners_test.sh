#!/bin/bash
# Meeting: headers, waiting for a listener, and listeners that end by themselves.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
: "${PRINT_HEADERS:?names the receiver that prints headers}"

connect() { run "$HYCO" connect "$@" </dev/null; }

start_relay
start headers "$PRINT_HEADERS" "$connection_string" "$ca" demo
headers_pid=$pid
await "$headers_pid" headers.out '^listening$'
connect demo "${where_to[@]}" -H 'X-One: 1' --header='x-two:a: b' -H 'X-None:'
check "a rejection shows the listener's status and words" \
  ends_with 1 "cannot connect: .*418.*I'm a teapot"
stop "$headers_pid" || true # it has no handler for signals
header_is() { # header_is NAME VALUE
  python3 - "$scratch/headers.out" "$@" <<'PYTHON'
import json, sys
headers = json.loads(open(sys.argv[1]).read().split("\n")[1])
sys.exit({k.lower(): v for k, v in headers.items()}[sys.argv[2]] != sys.argv[3])
PYTHON
}
check "-H reaches the listener" header_is x-one 1
check "a value may have a colon" header_is x-two 'a: b'
check "a value may be empty" header_is x-none ''

connect demo "${where_to[@]}" --wait-for-listener 1
check "--wait-for-listener gives up" ends_with 1 'cannot connect: .*404'
start early "$HYCO" connect late -v --wait-for-listener 60 "${where_to[@]}" -vv
early_pid=$pid
await "$early_pid" early.err 'nobody listens'
check "a sender waits for its listener" kill -0 "$early_pid"
start_listener late late --echo
check "and ends well when that has come" wait "$early_pid"
check "SIGTERM ends the listener well" stop "$listener_pid"

echo Hello >"$scratch/line"
start_listener single single --echo --count 1
run "$HYCO" connect single "${where_to[@]}" --text <"$scratch/line"
check "a listener serves one connection" cmp "$scratch/line" "$scratch/out"
check "with --count 1 it ends then" wait "$listener_pid"

mkfifo "$scratch/open"
with_input() { exec "$@" <>"$scratch/open"; } # which never ends
start_listener narrow narrow --echo --count 1
start guest with_input "$HYCO" connect narrow -v "${where_to[@]}"
guest_pid=$pid
await "$guest_pid" guest.err ' connected$'
connect narrow "${where_to[@]}"
check "while it serves the last one, others are refused" \
  ends_with 1 'cannot connect: .*503.*takes no more connections'
kill "$guest_pid"
wait "$guest_pid" 2>/dev/null || true
check "a cut is an end, too" wait "$listener_pid"

start_listener echo echo --echo --max-connections 1
start guest with_input "$HYCO" connect echo -v "${where_to[@]}"
guest_pid=$pid
await "$guest_pid" guest.err ' connected$'
connect echo "${where_to[@]}"
check "--max-connections counts without --exec, too" \
  ends_with 1 'cannot connect: .*503.*as many connections as it takes'
kill "$guest_pid"
wait "$guest_pid" 2>/dev/null || true
check "its listener ends well" stop "$listener_pid"

start_listener crowd crowd --echo --max-connections 1
guests=()
for i in {1..10}; do
  start "crowd$i" with_input "$HYCO" connect crowd -v "${where_to[@]}"
  guests+=("$pid")
done
n_refused() { grep -lE '(too|as) many connections' "$scratch"/crowd?*.err | wc -l; }
nine_are_refused() {
  local tries
  for ((tries = 0; tries < 1500; tries++)); do
    [ "$(n_refused)" -eq 9 ] && return
    sleep 0.02
  done
  return 1
}
check "of ten at once one is served, by 503 or 1013 for the others" \
  nine_are_refused
kill "${guests[@]}" 2>/dev/null || true
for guest_pid in "${guests[@]}"; do
  wait "$guest_pid" 2>/dev/null || true
done
check "its listener ends well, too" stop "$listener_pid"

# The command line of the example unit, with what systemd would put into it.
unit=$(dirname "$0")/../../examples/hyco-listen.service
line=$(sed -n 's/^ExecStart=[^ ]* listen //p' "$unit")
line=${line//\%d/$state} ENTITY=unit COMMAND='tr a-z A-Z'
read -ra words <<<"$line"
for i in "${!words[@]}"; do
  case ${words[i]} in
  \"\$\{ENTITY\}\") words[i]=$ENTITY ;;
  \"\$\{COMMAND\}\") words[i]=$COMMAND ;;
  esac
done
start unit "$HYCO" listen "${words[@]}" --ca "$ca"
unit_pid=$pid
check "the example unit starts a listener" \
  await "$unit_pid" unit.err '^listening unit'
run "$HYCO" connect unit "${where_to[@]}" <"$scratch/line"
check "that serves" test "$(cat "$scratch/out")" = HELLO
check "and ends well" stop "$unit_pid"

# A listener whose peer closes first gives the program behind it the end.
start_listener greeter greeter --exec 'echo Welcome'
exec {said}< <(with_input "$HYCO" connect greeter "${where_to[@]}")
guest_pid=$!
check "the end of the peer is the end of standard output" \
  test "$(cat <&"$said")" = Welcome
kill "$guest_pid"
stop "$listener_pid"

start_listener stayer stayer --echo
start leaver "$HYCO" listen leaver --echo --once "${where_to[@]}"
leaver_pid=$pid
await "$leaver_pid" leaver.err '^listening leaver'
check "SIGTERM ends the relay well" stop "$relay_pid"
status=0
wait "$leaver_pid" || status=$?
cp "$scratch/leaver.err" "$scratch/err"
check "--once ends when listening again fails" ends_with 1 'cannot listen: '
await "$listener_pid" stayer.err 'cannot listen: '
check "without it a listener tries on" kill -0 "$listener_pid"
run timeout 20 "$HYCO" listen demo --echo --once "${where_to[@]}"
check "--once ends when the first try fails" ends_with 1 'cannot listen: '
start_relay --listen "127.0.0.1:$port"
check "SIGTERM ends the listener that stayed well" stop "$listener_pid"
check "and the second relay" stop "$relay_pid"
finish
