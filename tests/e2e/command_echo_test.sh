#!/bin/bash
# hyco relay, listen and connect work together, and nothing is lost.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/connect_lib.sh
. "$(dirname "$0")/connect_lib.sh"

start_relay -v
check "connection-string is its owner's alone" \
  test "$(stat -c %a "$connection_string")" = 600
check "the last line tells where" \
  grep -q '^ready wss://127.0.0.1:[1-9]' <(tail -n 1 "$scratch/relay.out")
start_listener echo demo --echo -vv
echo_pid=$listener_pid
start_listener sink sink --discard
sink_pid=$listener_pid

printf 'Hello\nK\303\244se \360\237\247\200\n' >"$scratch/lines"
connect "$scratch/lines" demo --text
check "lines of text" returned "$scratch/lines"
printf 'one\n\ntwo' >"$scratch/ragged"
printf 'one\ntwo\n' >"$scratch/whole"
connect "$scratch/ragged" demo --text
check "an empty line is not sent, a last one without newline is" \
  returned "$scratch/whole"
connect "$scratch/lines" 'demo/below?a=b' --text
check "with a suffix and a query" returned "$scratch/lines"
connect /dev/null demo
check "nothing at all" returned /dev/null
connect "$scratch/whole" demo --text -v
check "-v tells in the end what went and came" \
  ends_with 0 '^hyco connect: 6 bytes in, 6 out$'
python3 -c 'print("\u00e9\u20ac\U0001f9c0x" * 100000)' >"$scratch/long"
connect "$scratch/long" demo --text
check "a line of 1,000,000 bytes, its characters whole" returned "$scratch/long"
head -c 1200000 /dev/zero | tr '\0' a >"$scratch/too-long"
connect "$scratch/too-long" demo --text
check "a line above 1 MiB" ends_with 1 'a line passes 1 MiB'
printf 'fine\n\377\n' >"$scratch/latin"
connect "$scratch/latin" demo --text
check "a line that is not UTF-8" ends_with 1 'cannot send: '

head -c 3M /dev/urandom >"$scratch/random"
connect "$scratch/random" demo
check "3 MiB from a file to a file" returned "$scratch/random"
# shellcheck disable=SC2002 # pipes are the point
cat "$scratch/random" | "$HYCO" connect demo "${where_to[@]}" |
  cat >"$scratch/piped"
check "3 MiB through pipes" cmp "$scratch/random" "$scratch/piped"
"$HYCO" connect demo "${where_to[@]}" <"$scratch/random" |
  (sleep 0.5 && cat) >"$scratch/slow"
check "to a reader that is slow to begin" cmp "$scratch/random" "$scratch/slow"
(printf a && sleep 0.3 && printf b) |
  "$HYCO" connect demo "${where_to[@]}" >"$scratch/late"
check "from a writer that is slow to end" \
  test "$(cat "$scratch/late")" = ab
run "$HYCO" connect demo "${where_to[@]}" --set MaxFrameSize=100 \
  --set OutBufferSize=1024 <"$scratch/random"
check "in small frames from a small queue" returned "$scratch/random"

status=0
"$HYCO" connect demo "${where_to[@]}" <"$scratch/random" 2>"$scratch/err" |
  head -c 1 >/dev/null || status=${PIPESTATUS[0]}
check "a reader that goes away is an error" \
  ends_with 1 'standard output: Broken pipe'

pids=()
for i in 1 2 3 4; do
  "$HYCO" connect demo "${where_to[@]}" <"$scratch/random" \
    >"$scratch/many$i" &
  pids+=("$!")
done
wait "${pids[@]}"
for i in 1 2 3 4; do
  check "one of four at once ($i)" cmp "$scratch/random" "$scratch/many$i"
done

connect "$scratch/random" sink
check "--discard sends nothing back" returned /dev/null
connect "$scratch/lines" sink -q 1
check "-q 1 ends after a silent second" returned /dev/null
connect "$scratch/lines" demo --text -q 1
check "-q 1 still gives what came" returned "$scratch/lines"
start patient "$HYCO" connect sink -v -q -1 "${where_to[@]}"
patient_pid=$pid
await "$patient_pid" patient.err ' connected$'
sleep 0.3
check "-q -1 waits" kill -0 "$patient_pid"
check "SIGTERM ends a listener well" stop "$sink_pid"
check "-q -1 until the peer closes" wait "$patient_pid"

start_listener busy busy --echo -v
head -c 16M /dev/zero >"$scratch/much"
with_much() { exec "$@" <"$scratch/much"; }
start sender with_much "$HYCO" connect busy "${where_to[@]}"
sender_pid=$pid
await "$listener_pid" busy.err 'connection 1: connected'
check "SIGTERM in the middle of it ends a listener well" stop "$listener_pid"
check "and its sender" wait "$sender_pid"
check "SIGTERM ends an idle listener well" stop "$echo_pid"
check "SIGTERM ends the relay well" stop "$relay_pid"
finish
