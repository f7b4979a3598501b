#!/bin/bash
# Tokens from a command: --token-command of hyco listen and hyco connect.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

connect() { run "$HYCO" connect "$@" </dev/null; }
listen() { run timeout 20 "$HYCO" listen --echo "$@" </dev/null; }

# make_jwt PAYLOAD: unsigned; nobody here looks at more than its payload.
make_jwt() {
  python3 - "$1" <<'PYTHON'
import base64, sys
encode = lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
print(".".join([encode('{"alg":"none"}'), encode(sys.argv[1]), "c2ln"]))
PYTHON
}

runs_of() { wc -l <"$scratch/$1"; }

# has_run FILE TIMES: waits for the line that each run adds to the file.
has_run() {
  local tries
  for ((tries = 0; tries < 1500; tries++)); do
    [ -e "$scratch/$1" ] && [ "$(runs_of "$1")" -ge "$2" ] && return
    sleep 0.02
  done
  return 1
}

is_gone() { not kill -0 "$1" 2>/dev/null; }

start_relay -v
where=(--endpoint "sb://127.0.0.1:$port" --ca "$ca")
HYCO_CONNECTION_STRING=$(cat "$connection_string")
export HYCO_CONNECTION_STRING
print_token="'$HYCO' token demo"

start echo "$HYCO" listen demo --echo "${where[@]}" \
  --token-command "$print_token"
echo_pid=$pid
await "$echo_pid" echo.err '^listening demo'
check "a listener's token comes from a command" kill -0 "$echo_pid"
connect demo "${where[@]}" --token-command "$print_token; echo second line"
check "a sender's, too: the first line is the token" ends_well
connect demo "${where[@]}" --token-command "cat; $print_token"
check "its standard input is not the sender's" ends_well
connect demo "${where[@]}" --token-command \
  "$print_token; sleep 1000 & echo \$! >'$scratch/left'"
check "who is left behind with its output does not matter" ends_well
kill "$(cat "$scratch/left")"

connect demo "${where[@]}" --token-command 'echo sorry >&2; exit 3'
check "a command that fails" ends_with 1 '--token-command: exit 3'
check "its standard error is ours" grep -qx sorry "$scratch/err"
check "then there is no connection" ends_with 1 'cannot connect: .*401'
# shellcheck disable=SC2016 # the command's shell expands it
connect demo "${where[@]}" --token-command 'kill -9 $$'
check "a command that is killed" ends_with 1 '--token-command: signal 9'
connect demo "${where[@]}" --token-command true
check "a command that prints nothing" \
  ends_with 1 '--token-command: it printed no token'
connect demo "${where[@]}" --token-command 'printf "a\001b"'
check "a token that cannot stand in a header" \
  ends_with 1 '--token-command: what it printed is no token'
connect demo "${where[@]}" --token-command 'head -c 16384 /dev/zero | tr "\0" x'
check "a line of 16384 bytes" \
  ends_with 1 '--token-command: its first line is too long'
connect demo "${where[@]}" --token-command 'exec sleep 1000' --token-timeout 1
check "a command that takes too long" \
  ends_with 1 '--token-command: no answer in time'
listen demo "${where[@]}" --token-command false --once
check "listen --once: a command that fails" ends_with 1 'cannot listen: .*401'
start patient "$HYCO" listen patient --echo "${where[@]}" --token-command \
  "echo run >>'$scratch/patient.runs'
   [ \"\$(wc -l <'$scratch/patient.runs')\" -lt 3 ] && exit 1
   exec '$HYCO' token patient"
patient_pid=$pid
check "listen: without --once it is tried again" \
  await "$patient_pid" patient.err '^listening patient'
check "and its listener ends well" stop "$patient_pid"
connect demo "${where[@]}" --token-command 'echo nonsense'
check "what it prints is sent, and refused" ends_with 1 'cannot connect: .*401'

# A token for 10 seconds is renewed after 5.
start short "$HYCO" listen short --echo "${where[@]}" --token-command \
  "echo run >>'$scratch/short.runs'; '$HYCO' token short --validity 10"
short_pid=$pid
await "$short_pid" short.err '^listening short'
check "the command runs again before a signature's se" has_run short.runs 2

# A renewal that fails is tried again.
start shaky "$HYCO" listen shaky --echo "${where[@]}" --token-command \
  "echo run >>'$scratch/shaky.runs'
   [ \"\$(wc -l <'$scratch/shaky.runs')\" -eq 2 ] && exit 7
   exec '$HYCO' token shaky --validity 10"
shaky_pid=$pid
await "$shaky_pid" shaky.err '^listening shaky'
check "a renewal that fails is told" \
  await "$shaky_pid" shaky.err '--token-command: exit 7'
check "and tried again" has_run shaky.runs 3
check "its listener goes on" kill -0 "$shaky_pid"
check "and ends well" stop "$shaky_pid"
check "as the other does" stop "$short_pid"
check "and the first" stop "$echo_pid"

start hanging "$HYCO" listen demo --echo "${where[@]}" --token-command \
  "echo \$\$ >'$scratch/hanging.id'; exec sleep 1000"
hanging_pid=$pid
has_run hanging.id 1
check "SIGTERM while a token command runs" stop "$hanging_pid"
check "ends the command, too" is_gone "$(cat "$scratch/hanging.id")"
check "SIGTERM ends the relay well" stop "$relay_pid"

# The end of a JWT is in its payload.
start_relay --accept-any-jwt
where=(--endpoint "sb://127.0.0.1:$port" --ca "$ca")
jwt_listener() { # jwt_listener NAME PAYLOAD
  make_jwt "$2" >"$scratch/$1.jwt"
  start "$1" "$HYCO" listen "$1" --echo "${where[@]}" --token-command \
    "echo run >>'$scratch/$1.runs'; cat '$scratch/$1.jwt'"
  await "$pid" "$1.err" "^listening $1"
}
soon=$(($(date +%s) + 10))
jwt_listener plain "{\"aud\":\"x\",\"exp\":$soon}"
plain_pid=$pid
jwt_listener nested "{\"a\":{\"exp\":1},\"b\":\"\\\\\"exp\\\\\":2\", \"exp\" : $soon.5 }"
nested_pid=$pid
jwt_listener endless "{\"a\":{\"exp\":$soon},\"c\":\"exp\"}"
endless_pid=$pid
check "the command runs again before a JWT's exp" has_run plain.runs 2
check "which is that of the outermost object" has_run nested.runs 2
check "a JWT without exp is good for an hour" test "$(runs_of endless.runs)" -eq 1
for party in "$plain_pid" "$nested_pid" "$endless_pid" "$relay_pid"; do
  check "SIGTERM ends all of them well" stop "$party"
done
finish
