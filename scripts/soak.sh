#!/bin/bash
# Looks for defects for as long as told, with new seeds each time:
#   SOAK_MINUTES    of random scenarios on each core (60)
#   FUZZ_MINUTES    for each fuzz target, and for heads against Node's (10)
#   TRAFFIC_MINUTES of real traffic over loopback (30)
#   BODY_GIB        of one HTTP body, there and back, in constant memory (4)
#   SOAK_SEED       where seeds begin; a random number, which is printed
# A stage of 0 is left out. The last line is the verdict.
set -uo pipefail
cd "$(dirname "$0")/.."

sim_minutes=${SOAK_MINUTES:-60}
fuzz_minutes=${FUZZ_MINUTES:-10}
traffic_minutes=${TRAFFIC_MINUTES:-30}
body_gib=${BODY_GIB:-4}
seed=${SOAK_SEED:-$((RANDOM * 32768 + RANDOM))}
jobs=$(nproc)
out=build/soak
failed=()

# stage NAME COMMAND...
stage() {
  local name=$1
  shift
  echo "== $name"
  "$@" || {
    failed+=("$name")
    echo "== $name: FAILED"
  }
}

build() {
  cmake --preset dev && cmake --build --preset dev &&
    cmake --preset fuzz -B $out/fuzz && cmake --build $out/fuzz
}

# Seeds far apart, so that no two runs meet.
simulate() {
  local job pids=() rc=0
  for ((job = 0; job < jobs; job++)); do
    build/dev/tests/sim/sim_random_test --minutes "$sim_minutes" \
      --from $(((seed + job) * 1000000)) &
    pids+=($!)
  done
  for job in "${pids[@]}"; do
    wait "$job" || rc=1
  done
  return $rc
}

# What libFuzzer found out last: coverage, corpus, runs.
figures() {
  grep -o 'cov: .*corp: [^ ]*' "$1" | tail -1
  grep -E '^(stat::number_of_executed|SUMMARY|Test unit written)' "$1"
}

# fuzz NAME: new inputs go to build/soak/corpus, what breaks beside them.
fuzz() {
  local name=$1 work=$out/corpus/$1 rc=0
  mkdir -p "$work"
  $out/fuzz/fuzz/fuzz_"$name" -seed=$((seed % 4294967295 + 1)) \
    -max_total_time=$((fuzz_minutes * 60)) -timeout=30 -print_final_stats=1 \
    -artifact_prefix=$out/"$name"- "$work" fuzz/corpus/"$name" \
    >$out/"$name".log 2>&1 || rc=1
  echo "$name: $(figures $out/"$name".log | tr '\n' ' ')"
  [ $rc -eq 0 ] || tail -50 $out/"$name".log
  return $rc
}

fuzz_all() {
  export seed fuzz_minutes out
  export -f fuzz figures
  printf '%s\n' fuzz/corpus/*/ | xargs -n 1 basename |
    xargs -P "$jobs" -I NAME bash -c 'fuzz NAME'
}

# compare PARSER: what ours accepts against Node's reading of it.
compare() {
  fuzz/"$1"_node_test.js build/dev/fuzz/"$1"_meaning fuzz/corpus/"$1" \
    --seed "$seed" --seconds $((fuzz_minutes * 60))
}

mkdir -p $out
echo "seed $seed"
stage build build
if [ ${#failed[@]} -eq 0 ]; then
  [ "$sim_minutes" = 0 ] || stage "random scenarios" simulate
  [ "$fuzz_minutes" = 0 ] || stage "fuzz targets" fuzz_all
  [ "$fuzz_minutes" = 0 ] || stage "HTTP heads against Node's" compare http1
  [ "$fuzz_minutes" = 0 ] ||
    stage "HTTP bodies against Node's" compare http_body
  [ "$fuzz_minutes" = 0 ] || stage "JSON against Node's" compare json
  [ "$traffic_minutes" = 0 ] ||
    stage traffic tests/e2e/soak_traffic.py "$traffic_minutes" "$seed"
  [ "$body_gib" = 0 ] || stage "an HTTP body of $body_gib GiB" \
    tests/e2e/http_memory_test.py $((body_gib << 30))
fi

if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]} (seed $seed)"
  exit 1
fi
echo "nothing was found (seed $seed)"
