#!/bin/bash
# hyco relay: where others find it, and how it goes.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/e2e/relay_lib.sh
. "$here/relay_lib.sh"

# target_of NAME: the target of the address that the listener was told last.
target_of() {
  python3 - "$scratch/$1.out" <<'PYTHON'
import json, sys
from urllib.parse import urlsplit
last = [line for line in open(sys.argv[1]) if line.startswith("text ")][-1]
url = urlsplit(json.loads(last[5:])["accept"]["address"])
print(f"{url.path}?{url.query}")
PYTHON
}

# stops_with SIGNAL: everybody is told.
stops_with() {
  start_relay
  peer "listener$1" "$(listen_target demo)" "$(token demo)"
  listener=$pid
  start "sender$1" "$here/relay_peer.py" "$port" "$ca" "/\$hc/demo" \
    "$(token demo)"
  sender=$pid
  await "$listener" "listener$1.out" '^text {"accept":' || return
  peer "accepted$1" "$(target_of "listener$1")"
  accepted=$pid
  await "$sender" "sender$1.out" '^status 101 ' || return
  kill "-$1" "$relay_pid"
  wait "$relay_pid" || return
  wait "$listener" "$sender" "$accepted"
  for name in "listener$1" "sender$1" "accepted$1"; do
    grep -q '^close 1001 the relay is stopping$' "$scratch/$name.out" || return
  done
}

check "SIGTERM closes all with 1001" stops_with TERM
check "SIGINT does the same" stops_with INT

start_relay --public-url wss://relay.example:8443
peer public "$(listen_target demo)" "$(token demo)"
listener=$pid
start one "$here/relay_peer.py" "$port" "$ca" "/\$hc/demo/sub?x=1" \
  "$(token demo)"
sender=$pid
check "addresses begin with the public URL" await "$listener" public.out \
  '"address":"wss://relay.example:8443/$hc/demo/sub?x=1&sb-hc-action=accept&'
check "the certificate is good for its host" \
  sh -c "openssl x509 -in '$state/cert.pem' -noout -ext subjectAltName |
    grep -q DNS:relay.example"
check "its relay ends well" stop "$relay_pid"
wait "$listener" "$sender"
check "a sender that waits is told" grep -q '^status 503 ' "$scratch/one.out"
run "$HYCO" relay --dir "$scratch/none" --public-url https://x
check "a public URL that is none" ends_with 2 'the public URL is https://x'

start_relay --set RecycleAfter=1
peer recycled "$(listen_target demo)" "$(token demo)"
listener=$pid
check "RecycleAfter closes with 1011" \
  await "$listener" recycled.out '^close 1011 '
wait "$listener"
check "this relay ends well" stop "$relay_pid"
finish
