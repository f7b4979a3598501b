#!/bin/bash
# Chromium through a relay and hyco listen --http-forward, with Python's file
# server and an application of ours behind. The relay's authority is trusted as
# any other: in the browser's own database.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(cd "$(dirname "$0")" && pwd)

# serve NAME ENTITY PATH PATTERN COMMAND...: a web server whose output has
# PATTERN in front of its port, and a listener that forwards to it.
serve() {
  local name=$1 entity=$2 path=$3 pattern=$4
  shift 4
  start "$name" setpriv --pdeathsig KILL "$@"
  servers+=("$pid")
  await "$pid" "$name.out" "$pattern" || exit 1
  local number
  number=$(sed -n "s/.*$pattern\([0-9]*\).*/\1/p" "$scratch/$name.out")
  start_listener "$name.listen" "$entity" \
    --http-forward "http://127.0.0.1:$number$path"
  listeners+=("$listener_pid")
}
servers=()
listeners=()

# home NAME: a browser's home, which trusts nobody of ours.
home() {
  mkdir -p "$scratch/$1/.pki/nssdb"
  certificates "$1" -N
}

# certificates NAME ARGUMENT...: certutil with the database of that home.
certificates() {
  local name=$1
  shift
  certutil -d "sql:$scratch/$name/.pki/nssdb" -f <(echo) "$@" \
    >>"$scratch/certutil.log" 2>&1 </dev/null
}

mkdir -p "$scratch/site/sub"
echo '<title>a page below</title>' >"$scratch/site/sub/index.html"
head -c $((100 << 20)) /dev/urandom >"$scratch/site/big.bin"

start_relay --entity files:anonymous --entity shop:anonymous
serve files files / ' port ' \
  python3 -u -m http.server -b 127.0.0.1 -d "$scratch/site" 0
serve app shop /app/ 'ready ' "$here/browser_app.py"
home trusting
certificates trusting -A -n relay -t C,, -i "$ca"
home strangers

tests_status=0
FILES_URL=https://127.0.0.1:$port/files/ APP_URL=https://127.0.0.1:$port/shop/ \
  TRUSTING_HOME=$scratch/trusting STRANGERS_HOME=$scratch/strangers \
  BIG_SIZE=$(stat -c %s "$scratch/site/big.bin") \
  BIG_SHA256=$(sha256sum "$scratch/site/big.bin" | cut -d ' ' -f 1) \
  setpriv --pdeathsig KILL \
  node --test-reporter=tap "$here/browser_test.js" &
parties+=("$!")
wait "$!" || tests_status=$?

check "the tests ended well" test "$tests_status" -eq 0
for one in "${listeners[@]}"; do
  check "a listener ends well" stop "$one"
done
check "the relay, too" stop "$relay_pid"
for one in "${servers[@]}"; do
  stop "$one" || true
done
finish
