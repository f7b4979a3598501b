#!/bin/bash
# Measures what an echo through the relay costs beside one through HAProxy, in a
# network namespace of its own with Reno congestion control (BBR makes a
# loopback echo cost half as much again). Arguments go to bench/bench.py.
#
#   BUILD=build/release  the build to measure
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

build=${BUILD:-build/release}

# As root of the new namespace: loopback up, Reno on, then the measurement.
# shellcheck disable=SC2016 # expanded in there
inside='
  ip link set lo up || exit 1
  sysctl -q -w net.ipv4.tcp_congestion_control=reno ||
    echo "bench: Reno cannot be set here" >&2
  exec "$@"'
measure=(bench/bench.py --build "$build" --json build/bench.json "$@")

mkdir -p build
cmake --build "$build" --target bench_programs
if unshare -rn true 2>/dev/null; then
  exec unshare -rn bash -c "$inside" bench "${measure[@]}"
fi
echo "bench: no network namespace of its own (unshare -rn does not work" \
  "here): the congestion control is the machine's" >&2
exec "${measure[@]}"
