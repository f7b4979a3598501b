#!/bin/bash
# Shows hyco at work on this machine: a relay, a listener that echoes, and a
# sender that sends a line of text and a large file through the relay and checks
# what comes back. Needs no root and leaves nothing behind.
#
#   HYCO=path/to/hyco  another command than build/release/cli/hyco
#   DEMO_MIB=64        size of the file
#   NO_COLOR=1         plain text
set -euo pipefail
cd "$(dirname "$0")/.."

hyco=${HYCO:-build/release/cli/hyco}
mib=${DEMO_MIB:-64}
mkdir -p build
scratch=$(mktemp -d build/demo.XXXXXX)
where_to=()
relay_pid=
listener_pid=
sender_pid=

exec 3>&1 # where a party's messages go when its output goes elsewhere
is_terminal=
clear_line=
if [ -t 1 ]; then
  is_terminal=1
  clear_line=$'\r\033[K'
fi
use_color=
[ -n "$is_terminal" ] && [ -z "${NO_COLOR:-}" ] && use_color=1

paint() { # paint COLOR TEXT
  if [ -n "$use_color" ]; then
    printf '\033[%sm%s\033[0m' "$1" "$2"
  else
    printf '%s' "$2"
  fi
}

# One line of a party, at the left the party in its color; in place of the
# progress bar if there is one.
line() { # line COLOR NAME TEXT
  printf '%s%s %s\n' "$clear_line" "$(paint "$1" "$(printf '%9s |' "$2")")" "$3"
}

# Every line of standard input as a line of that party.
lines() { # lines COLOR NAME
  local text
  while IFS= read -r text; do
    line "$1" "$2" "${text#hyco *: }"
  done
}

heading() { printf '\n%s\n' "$(paint 1 "$1")"; }

stop() { # stop PID
  if [ -n "$1" ]; then
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
  fi
}

stop_all() {
  stop "$sender_pid"
  stop "$listener_pid"
  stop "$relay_pid"
  sender_pid=
  listener_pid=
  relay_pid=
  sleep 0.1 # their last lines
}

fail() {
  stop_all
  printf '\n%s\n' "$(paint '1;31' "demo failed: $1")"
  exit 1
}

clean_up() {
  stop_all
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Waits until a line of the file matches.
await() { # await PID FILE PATTERN WHAT
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    grep -q "$3" "$2" 2>/dev/null && return
    kill -0 "$1" 2>/dev/null || fail "$4 has ended"
    sleep 0.05
  done
  fail "$4 is not ready after 30 s"
}

start_relay() {
  "$hyco" relay --dir "$scratch/state" -v >"$scratch/relay" \
    2> >(lines 35 relay >&3) &
  relay_pid=$!
  await "$relay_pid" "$scratch/relay" '^ready ' "the relay"
  local ca
  ca=$(sed -n 's/^ca //p' "$scratch/relay")
  where_to=(-c "@$(sed -n 's/^connection-string //p' "$scratch/relay")"
    --ca "$ca")
  line 35 relay "ready at $(sed -n 's/^ready //p' "$scratch/relay")"
}

start_listener() {
  "$hyco" listen demo --echo -v "${where_to[@]}" \
    2> >(tee "$scratch/listener" | lines 34 listener >&3) &
  listener_pid=$!
  await "$listener_pid" "$scratch/listener" '^listening ' "the listener"
}

send_text() {
  local sent="Hello from behind a firewall!" received
  line 32 sender "sends    \"$sent\""
  received=$(printf '%s\n' "$sent" |
    "$hyco" connect demo --text -v "${where_to[@]}" \
      2> >(lines 32 sender >&3)) ||
    fail "the sender could not send its line"
  line 32 sender "receives \"$received\""
  [ "$received" = "$sent" ] || fail "another line came back"
}

bar() { # bar BYTES OF_BYTES
  local cells=40 full percent
  full=$((cells * $1 / $2))
  percent=$((100 * $1 / $2))
  printf '\r%s %s%s %3d %%' "$(paint 32 "$(printf '%9s |' sender)")" \
    "$(paint 32 "$(printf '%*s' "$full" '' | tr ' ' '#')")" \
    "$(printf '%*s' $((cells - full)) '' | tr ' ' '.')" "$percent"
}

show_progress() { # show_progress PID
  local total=$((mib * 1024 * 1024))
  while kill -0 "$1" 2>/dev/null; do
    bar "$(stat -c %s "$scratch/received")" "$total"
    sleep 0.1
  done
  bar "$(stat -c %s "$scratch/received")" "$total"
  printf '%s' "$clear_line"
}

send_file() {
  local start_us took_us
  head -c "${mib}M" /dev/urandom >"$scratch/sent"
  : >"$scratch/received"
  line 32 sender "sends    $mib MiB of random bytes"
  start_us=${EPOCHREALTIME/[.,]/}
  "$hyco" connect demo -v "${where_to[@]}" <"$scratch/sent" \
    >"$scratch/received" 2> >(lines 32 sender >&3) &
  sender_pid=$!
  [ -n "$is_terminal" ] && show_progress "$sender_pid"
  wait "$sender_pid" || fail "the sender could not send its file"
  sender_pid=
  took_us=$((${EPOCHREALTIME/[.,]/} - start_us))
  line 32 sender "receives them $(printf '%d.%02d s later: %d MiB/s each way' \
    $((took_us / 1000000)) $((took_us % 1000000 / 10000)) \
    $((mib * 1000000 / took_us)))"
}

compare() {
  local sent received
  sent=$(sha256sum <"$scratch/sent")
  received=$(sha256sum <"$scratch/received")
  line 32 sender "SHA-256 sent     ${sent%% *}"
  line 32 sender "SHA-256 received ${received%% *}"
  [ "$sent" = "$received" ] || fail "other bytes came back"
}

[ -x "$hyco" ] || fail "$hyco is missing (make build makes it)"
heading "Two programs that cannot reach each other meet at a relay:"
printf '\n    %s ---> %s <--- %s\n' "$(paint 32 sender)" "$(paint 35 relay)" \
  "$(paint 34 listener)"

heading "1. The relay starts; the listener dials out to it and waits."
start_relay
start_listener

heading "2. A line of text goes to the listener, which sends it back."
send_text

heading "3. So does a file."
send_file
compare

heading "4. Everyone goes home."
stop_all
printf '\n%s\n' "$(paint '1;32' \
  "demo: everything that was sent came back unchanged")"
