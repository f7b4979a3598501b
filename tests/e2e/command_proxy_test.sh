#!/bin/bash
# hyco listen, connect and request over real proxies: tinyproxy (CONNECT, with
# and without Basic), microsocks (SOCKS5, with and without a password), ssh -D
# (SOCKS4, 4a, 5), one behind another, and those that the environment names.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
password='p@ss/w:rd%'

# Somebody listens at the port.
is_there() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# start_at_port NAME COMMAND...: PORT in the command becomes one that the kernel
# just gave; should another program take it first, the next is tried. Sets
# proxy_port.
start_at_port() {
  local name=$1 tries waits
  shift
  for ((tries = 0; tries < 5; tries++)); do
    proxy_port=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    start "$name" "${@//PORT/$proxy_port}"
    for ((waits = 0; waits < 1500; waits++)); do
      kill -0 "$pid" 2>/dev/null || break
      is_there "$proxy_port" && return
      sleep 0.02
    done
  done
  exit 1
}

# tinyproxy NAME LINE...: with these lines in its configuration.
tinyproxy() {
  local name=$1
  shift
  printf '%s\n' "Listen 127.0.0.1" "MaxClients 100" "LogLevel Connect" \
    "$@" >"$scratch/$name.conf"
  # shellcheck disable=SC2016 # for the inner shell
  start_at_port "$name" bash -c \
    'echo "Port $1" >>"$0"; exec tinyproxy -d -c "$0"' \
    "$scratch/$name.conf" PORT
}

# What the proxies say of each connection to the relay.
passed() {
  cat "$scratch/$1".out "$scratch/$1".err | grep -c -E \
    "CONNECT 127.0.0.1:$port|connected to 127.0.0.1:$port|Connection to port" ||
    true
}

# Each argument as --set NAME=VALUE, or --proxy URL if it has a scheme or names
# a file.
set_all() {
  local setting
  sets=()
  for setting in "$@"; do
    case $setting in
    *://* | @*) sets+=(--proxy "$setting") ;;
    *) sets+=(--set "$setting") ;;
    esac
  done
}

# works NAME PROXY SETTING...: a listener, its rendezvous, a sender and a
# request, all over the proxy.
works() {
  local name=$1 proxy=$2 before status_of
  shift 2
  local sets=()
  set_all "$@"
  before=$(passed "$proxy")
  start_listener "listen" web --echo --http-echo "${sets[@]}"
  status_of=$listener_pid
  run "$HYCO" connect web --text "${where_to[@]}" "${sets[@]}" <<<"through it"
  check "$name: a connection" grep -qx 'through it' "$scratch/out"
  run "$HYCO" request web/x -d 'over it' "${where_to[@]}" "${sets[@]}"
  check "$name: a request" grep -q 'over it' "$scratch/out"
  check "$name: the listener ends well" stop "$status_of"
  check "$name: control channel, rendezvous, sender and request went by it" \
    test "$(($(passed "$proxy") - before))" -ge 4
}

# refused NAME PATTERN SETTING...: nobody gets through.
refused() {
  local name=$1 pattern=$2
  shift 2
  local sets=()
  set_all "$@"
  run "$HYCO" connect web "${where_to[@]}" "${sets[@]}" </dev/null
  check "$name: a connection fails" ends_with 1 "$pattern"
  run "$HYCO" request web "${where_to[@]}" "${sets[@]}"
  check "$name: a request fails" ends_with 1 "$pattern"
  run "$HYCO" listen web --echo --once "${where_to[@]}" "${sets[@]}"
  check "$name: a listener fails" ends_with 1 "$pattern"
  check "$name: the password is in no text" not grep -rlF -e "$password" \
    --include '*.err' --include '*.out' "$scratch"
}

start_relay

# --- CONNECT ---

tinyproxy open
at_open=(proxy_server=127.0.0.1 "proxy_port=$proxy_port")
works "tinyproxy" open "${at_open[@]}"
works "tinyproxy as a firewall" open firewall_type=1 firewall_host=127.0.0.1 \
  "firewall_port=$proxy_port"
open_port=$proxy_port
tinyproxy basic "BasicAuth somebody s3cret"
works "tinyproxy with a password" basic proxy_server=127.0.0.1 \
  "proxy_port=$proxy_port" proxy_user=somebody proxy_password=s3cret
echo "http://somebody:s3cret@127.0.0.1:$proxy_port" >"$scratch/url"
works "tinyproxy by --proxy @FILE" basic "@$scratch/url"
works "the kind of password by --set" basic proxy_auth_scheme=0 \
  "@$scratch/url"
HYCO_PROXY=@$scratch/url works "tinyproxy by HYCO_PROXY" basic
refused "tinyproxy by a URL with a wrong password" '40[17]' \
  "http://somebody:p%40ss%2Fw%3Ard%25@127.0.0.1:$proxy_port"
HYCO_PROXY=@$scratch/url refused "--proxy before HYCO_PROXY" '407' \
  "http://127.0.0.1:$proxy_port"
refused "tinyproxy without a password" '407' proxy_server=127.0.0.1 \
  "proxy_port=$proxy_port"
refused "tinyproxy with a wrong password" '40[17]' proxy_server=127.0.0.1 \
  "proxy_port=$proxy_port" proxy_user=somebody "proxy_password=$password"

# --- SOCKS ---

start_at_port socks microsocks -i 127.0.0.1 -p PORT
works "SOCKS5" socks firewall_type=3 firewall_host=127.0.0.1 \
  "firewall_port=$proxy_port"
socks_port=$proxy_port
works "a proxy behind a firewall, as the firewall sees it" open \
  firewall_type=3 firewall_host=127.0.0.1 "firewall_port=$socks_port" \
  "${at_open[@]}"
check "and as the other one does" grep -q "connected to 127.0.0.1:$open_port" \
  "$scratch/socks.out" "$scratch/socks.err"
start_at_port strict microsocks -i 127.0.0.1 -p PORT -u somebody -P s3cret
works "SOCKS5 with a password" strict firewall_type=3 firewall_host=127.0.0.1 \
  "firewall_port=$proxy_port" firewall_user=somebody firewall_password=s3cret
works "socks5:// with a password" strict \
  "socks5://somebody:s3cret@127.0.0.1:$proxy_port"
refused "SOCKS5 with a wrong password" 'SOCKS5' firewall_type=3 \
  firewall_host=127.0.0.1 "firewall_port=$proxy_port" firewall_user=somebody \
  "firewall_password=$password"

ssh-keygen -q -t ed25519 -N '' -f "$scratch/host_key"
ssh-keygen -q -t ed25519 -N '' -f "$scratch/user_key"
cp "$scratch/user_key.pub" "$scratch/authorized_keys"
cat >"$scratch/sshd_config" <<END
ListenAddress 127.0.0.1
HostKey $scratch/host_key
AuthorizedKeysFile $scratch/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
END
if [ "$(id -u)" -eq 0 ]; then
  mkdir -p /run/sshd # sshd wants it; the package's service makes it
fi
start_at_port sshd "$sshd" -D -e -f "$scratch/sshd_config" -p PORT
sshd_port=$proxy_port
start_at_port dynamic ssh -F none -v -N -i "$scratch/user_key" \
  -o BatchMode=yes -o StrictHostKeyChecking=no \
  -o "UserKnownHostsFile=$scratch/known_hosts" -o ExitOnForwardFailure=yes \
  -D 127.0.0.1:PORT -p "$sshd_port" "$(id -un)@127.0.0.1"
for type in 2 10 3; do
  works "ssh -D, firewall_type $type" dynamic "firewall_type=$type" \
    firewall_host=127.0.0.1 "firewall_port=$proxy_port"
done

# --- what the environment names ---

export https_proxy=http://127.0.0.1:$open_port
works "https_proxy, if asked for" open proxy_auto_detect=true
https_proxy='' all_proxy=socks5h://127.0.0.1:$socks_port \
  works "all_proxy, SOCKS" socks proxy_auto_detect=true
export https_proxy=http://127.0.0.1:9 # nobody is there
refused "a dead https_proxy" 'refused' proxy_auto_detect=true
start_listener plain web --echo --http-echo
run "$HYCO" request web/x -d 'unasked' "${where_to[@]}"
check "unasked nobody looks at it" grep -q unasked "$scratch/out"
export no_proxy=localhost,127.0.0.1
run "$HYCO" request web/x -d 'excepted' "${where_to[@]}" \
  --set proxy_auto_detect=true
check "no_proxy: a request" grep -q excepted "$scratch/out"
run "$HYCO" connect web --text "${where_to[@]}" \
  --set proxy_auto_detect=true <<<"excepted"
check "no_proxy: a connection" grep -qx excepted "$scratch/out"
run "$HYCO" request web "${where_to[@]}" --set proxy_server=127.0.0.1 \
  --set proxy_port=9
check "no_proxy is not for a proxy that was named" ends_with 1 refused
unset https_proxy no_proxy
check "the listener ends well" stop "$listener_pid"

run "$HYCO" request web "${where_to[@]}" --set firewall_type=2
check "a firewall without a host" ends_with 2 'firewall_host'
check "the relay, too" stop "$relay_pid"
for one in "${parties[@]}"; do
  kill "$one" 2>/dev/null || true
  wait "$one" 2>/dev/null || true
done
finish
