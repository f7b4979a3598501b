#!/bin/bash
# Where the cycles of the relay and of the receiver go, while they echo a stream
# of large messages, a stream of small ones, take connections, and answer small
# HTTP requests: with perf where it works, with callgrind otherwise. One text
# each in build/profile.
#
#   BUILD=build/release  the build to look at
set -euo pipefail
cd "$(dirname "$0")/.."

build=$(realpath "${BUILD:-build/release}")
out=$PWD/build/profile
scratch=$(mktemp -d)
parties=()

clean_up() {
  local pid
  for pid in "${parties[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  wait
  rm -rf "$scratch"
}
trap clean_up EXIT

# await FILE PATTERN: until a line of the file matches.
await() {
  local tries
  for ((tries = 0; tries < 3000; tries++)); do
    grep -q -e "$2" "$1" 2>/dev/null && return
    sleep 0.02
  done
  echo "profile: no line like '$2' in $1" >&2
  return 1
}

perf_works() { perf record -q -o "$scratch/try" true 2>/dev/null; }

# watch NAME COMMAND...: starts a party, under callgrind where there is no perf;
# its output goes to NAME.log, its id to $pid.
watch() {
  local name=$1
  shift
  if ! $with_perf; then
    set -- valgrind --tool=callgrind --callgrind-out-file="$scratch/$name.cg" \
      "$@"
  fi
  "$@" >"$scratch/$name.log" 2>&1 </dev/null &
  pid=$!
  parties+=("$pid")
}

start_parties() {
  watch relay "$build/cli/hyco" relay --dir "$scratch/state" \
    --entity bench:anonymous
  relay=$pid
  await "$scratch/relay.log" '^ready '
  port=$(sed -n 's/^ready .*://p' "$scratch/relay.log")
  ca=$scratch/state/ca.pem
  watch receiver "$build/cli/hyco" listen bench --echo --http-echo \
    --ca "$ca" -c "@$scratch/state/connection-string"
  receiver=$pid
  await "$scratch/receiver.log" '^listening '
}

stop_parties() {
  kill -TERM "$receiver" "$relay" 2>/dev/null || true
  wait "$receiver" "$relay" 2>/dev/null || true
  parties=()
}

load() { "$build/bench/hyco_bench_load" "$ca" "$port" "$target" "$@"; }

crowd() {
  printf '%s\n' "$@" |
    "$build/bench/hyco_bench_crowd" "$ca" "$port" "$target"
}

ask() {
  printf '%s\n' "$@" |
    "$build/bench/hyco_bench_http_crowd" "$ca" "$port" /bench no-token
}

# report PARTY KEY: the shares of a recording.
report() {
  perf report -i "$scratch/$1.perf" --no-children -g none --sort "$2" \
    --percent-limit 0.3 --stdio 2>/dev/null | grep -v '^#'
}

# profile NAME COMMAND...: what both parties do while the command runs.
profile() {
  local name=$1 party process recorders=()
  shift
  echo "== $name" >&2
  start_parties
  if $with_perf; then
    for party in relay receiver; do
      process=${!party}
      perf record -q -g -o "$scratch/$party.perf" -p "$process" &
      recorders+=("$!")
    done
    sleep 0.5
  fi
  "$@" >/dev/null
  if $with_perf; then
    kill -INT "${recorders[@]}"
    wait "${recorders[@]}" || true
  fi
  stop_parties
  for party in relay receiver; do
    if $with_perf; then
      report "$party" dso
      report "$party" symbol
    else
      callgrind_annotate "$scratch/$party.cg"
    fi >"$out/$name-$party.txt"
  done
}

target="/\$hc/bench?sb-hc-action=connect"
with_perf=false
size=$((1 << 24))
connections=100
requests=2000
if perf_works; then
  with_perf=true
  size=$((1 << 29))
  connections=2000
  requests=50000
fi
mkdir -p "$out"
cmake --build "$build" --target bench_programs >/dev/null
profile echo load "$size" 16384
profile small load $((size / 8)) 64
profile connects crowd "churn $connections 16"
profile requests ask "ask $requests 16"
echo "profiles: $out"
