# Peers that speak to a relay by another hand than hyco's. Sourced behind
# lib.sh.
# shellcheck shell=bash

# peer NAME TARGET [TOKEN]: in the background, once the answer has come.
peer() {
  local name=$1 target=$2
  start "$name" "$here/relay_peer.py" "$port" "$ca" "$target" "${3:-}"
  await "$pid" "$name.out" '^status ' || true
}

# says NAME PATTERN: the peer has said so, or will.
says() {
  await "$pid" "$1.out" "$2"
}

# silent NAME: it has said nothing but its status.
silent() {
  [ "$(wc -l <"$scratch/$1.out")" -eq 1 ]
}

# token ENTITY: good for a minute.
token() {
  make_token "$1" "$(($(date +%s) + 60))"
}

# Each case of these scripts has its listeners here.
listen_target() { echo "/\$hc/$1?sb-hc-action=listen"; }
