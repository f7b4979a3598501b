#!/bin/bash
# Measures hyco beside HAProxy, hyco-ws, hyco-https and socat, in a network
# namespace of its own with Reno congestion control (BBR makes a loopback echo
# cost half as much again). Arguments go to bench/bench.py.
#
#   BUILD=build/release  the build to measure
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin:/sbin

build=${BUILD:-build/release}
packages=$PWD/build/bench-packages # its installer goes elsewhere

# As root of the new namespace: loopback up, Reno on, ports for many
# connections, then the measurement.
# shellcheck disable=SC2016 # expanded in there
inside='
  ip link set lo up || exit 1
  sysctl -q -w net.ipv4.tcp_congestion_control=reno ||
    echo "bench: Reno cannot be set here" >&2
  sysctl -q -w net.ipv4.ip_local_port_range="1024 65535" || true
  exec "$@"'
measure=(bench/bench.py --build "$build" --packages "$packages"
  --json build/bench.json "$@")

mkdir -p build
cmake --build "$build" --target bench_programs
tests/interop/install_packages.sh "$packages"
# A relay of 10,000 connections has 20,000 files open.
ulimit -n 40000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
if unshare -rn true 2>/dev/null; then
  unshare -rn bash -c "$inside" bench "${measure[@]}"
else
  echo "bench: no network namespace of its own (unshare -rn does not work" \
    "here): the congestion control is the machine's" >&2
  "${measure[@]}"
fi
bench/chart.py build/bench.json build/bench.svg
