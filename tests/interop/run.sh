#!/bin/bash
# run.sh [--own-network] TEST [ARGUMENT...]: runs one file of tests, TEST.js or
# TEST.py, against a hyco relay of its own, started with these arguments. With
# --own-network both are in a network namespace where all ports of 127.0.0.1 are
# free, 443 too.
set -euo pipefail
if [ "$1" = --own-network ]; then
  shift
  # shellcheck disable=SC2016 # for the inner shell to expand
  exec unshare -rn bash -c 'ip link set lo up && exec "$@"' bash "$0" "$@"
fi
here=$(cd "$(dirname "$0")" && pwd)
test=$1
shift
# shellcheck source=tests/e2e/lib.sh
. "$here/../e2e/lib.sh"

start_relay -v "$@"
export RELAY_PORT=$port RELAY_KEY=$key
export RELAY_CONNECTION_STRING=$connection_string
export NODE_EXTRA_CA_CERTS=$ca
if [ -e "$here/$test.py" ]; then
  runner=(python3 "$here/$test.py")
else
  runner=(node --test-reporter=tap "$here/$test.js")
fi
setpriv --pdeathsig KILL "${runner[@]}" &
parties+=("$!")
tests_status=0
wait "$!" || tests_status=$?

check "the tests ended well" test "$tests_status" -eq 0
check "SIGTERM ends the relay well" stop "$relay_pid"
[ "$failures" -eq 0 ] || tail -n 100 "$scratch/relay.err" | sed 's/^/# /'
finish
