# What the tests of the command share: a scratch directory, parties in the
# background, cases in TAP. Sourced; HYCO names the command.
# shellcheck shell=bash disable=SC2034 # variables for those who source this
set -euo pipefail
unset HYCO_KEY HYCO_CONNECTION_STRING HYCO_PROXY
: "${HYCO:?names the command to test}"

scratch=$(mktemp -d)
parties=()
cases=0
failures=0
key=

clean_up() {
  local pid
  for pid in "${parties[@]}"; do
    kill -9 "$pid" 2>/dev/null || true
  done
  rm -rf "$scratch"
}
trap clean_up EXIT

# start NAME COMMAND...: in the background; its output goes to NAME.out and
# NAME.err, its id to $pid.
start() {
  local name=$1
  shift
  rm -f "$scratch/$name.out" "$scratch/$name.err" # of another of this name
  "$@" >"$scratch/$name.out" 2>"$scratch/$name.err" </dev/null &
  pid=$!
  parties+=("$pid")
}

# await PID FILE PATTERN: until a line of the file matches.
await() {
  local tries
  for ((tries = 0; tries < 1500; tries++)); do
    grep -q -e "$3" "$scratch/$2" 2>/dev/null && return
    kill -0 "$1" 2>/dev/null || break
    sleep 0.02
  done
  grep -q -e "$3" "$scratch/$2" && return
  echo "# no line like '$3' in $2:"
  sed 's/^/# /' "$scratch/$2"
  return 1
}

# stop PID: asks a party to end; its exit status.
stop() {
  kill "$1"
  wait "$1"
}

# start_relay ARGUMENT...: sets relay_pid, url, port, and where_to, the options
# that lead there. Each relay has a directory of its own.
start_relay() {
  state=$scratch/state$((++relays))
  start relay "$HYCO" relay --dir "$state" "$@"
  relay_pid=$pid
  await "$relay_pid" relay.out '^ready ' || exit 1
  url=$(sed -n 's/^ready //p' "$scratch/relay.out")
  port=${url##*:}
  ca=$(sed -n 's/^ca //p' "$scratch/relay.out")
  connection_string=$(sed -n 's/^connection-string //p' "$scratch/relay.out")
  key=$(sed -n 's/.*SharedAccessKey=\([^;]*\).*/\1/p' "$connection_string")
  where_to=(-c "@$connection_string" --ca "$ca")
}
relays=0

# start_listener NAME ENTITY ARGUMENT...: sets listener_pid.
start_listener() {
  local name=$1
  shift
  start "$name" "$HYCO" listen "$@" "${where_to[@]}"
  listener_pid=$pid
  await "$listener_pid" "$name.err" '^listening ' || exit 1
}

# run COMMAND...: its output to out and err, its exit status to $status.
run() {
  status=0
  "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
  cat "$scratch/out" "$scratch/err" >>"$scratch/all.err"
}

# check NAME COMMAND...: a case that passes if the command succeeds.
check() {
  local name=$1
  shift
  cases=$((cases + 1))
  if "$@"; then
    echo "ok $cases - $name"
    return
  fi
  failures=$((failures + 1))
  echo "not ok $cases - $name"
  for file in out err; do
    [ -e "$scratch/$file" ] && head -c 2000 "$scratch/$file" |
      sed "s/^/# $file: /"
  done
  return 0
}

# ends_with STATUS PATTERN: the last run ended so, and said so.
ends_with() {
  [ "$status" -eq "$1" ] && grep -q -e "$2" "$scratch/err"
}

# The last run ended well and had nothing to say.
ends_well() {
  [ "$status" -eq 0 ] && [ ! -s "$scratch/err" ]
}

not() { ! "$@"; }

no_secret_was_printed() {
  [ -z "$key" ] || ! grep -rlF -e "$key" --include '*.out' --include '*.err' \
    "$scratch"
}

# make_token ENTITY EXPIRY: with the relay's key, by another hand than hyco's.
make_token() {
  KEY=$key python3 - "$1" "$2" <<'PYTHON'
import base64, hashlib, hmac, os, sys, urllib.parse
entity, expiry = sys.argv[1:]
uri = urllib.parse.quote(f"http://127.0.0.1/{entity}/", safe="")
mac = hmac.new(os.environ["KEY"].encode(), f"{uri}\n{expiry}".encode(),
               hashlib.sha256).digest()
sig = urllib.parse.quote(base64.b64encode(mac), safe="")
print(f"SharedAccessSignature sr={uri}&sig={sig}&se={expiry}"
      "&skn=RootManageSharedAccessKey")
PYTHON
}

no_party_is_left() {
  local party
  for party in "${parties[@]}"; do
    not kill -0 "$party" 2>/dev/null || return
  done
}

# Every party has been stopped by then.
finish() {
  check "no process is left" no_party_is_left
  check "no key was printed" no_secret_was_printed
  echo "1..$cases"
  [ "$failures" -eq 0 ]
}
