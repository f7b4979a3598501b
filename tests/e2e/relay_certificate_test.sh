#!/bin/bash
# hyco relay: SIGHUP reads the certificate again, for those who come then.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/e2e/relay_lib.sh
. "$here/relay_lib.sh"

served=$scratch/served

# authority NAME: a private CA and a certificate of it, of a relay's own making.
authority() {
  start_relay --dir "$scratch/$1"
  stop "$relay_pid"
}

# serve CERT_OF KEY_OF: what the relay's files hold from now on.
serve() {
  cp "$scratch/$1/cert.pem" "$served/cert.pem"
  cp "$scratch/$2/key.pem" "$served/key.pem"
}

# hang_up N PATTERN: after the Nth SIGHUP the log says so.
hang_up() {
  kill -HUP "$relay_pid"
  for ((tries = 0; tries < 1500; tries++)); do
    [ "$(grep -c 'Configuration' "$scratch/relay.err")" -ge "$1" ] && break
    sleep 0.02
  done
  grep 'Configuration' "$scratch/relay.err" | tail -n 1 | grep -q -e "$2"
}

# comes NAME CA: a listener that believes this CA alone gets to the relay.
comes() {
  ca=$scratch/$2/ca.pem
  peer "$1" "$(listen_target demo)" "$(token demo)"
  grep -q '^status 101 ' "$scratch/$1.out"
}

authority first
authority second
mkdir "$served"
serve first first
start_relay --tls-cert "$served/cert.pem" --tls-key "$served/key.pem" -v
check "the certificate is the first" comes old first

serve second second
check "SIGHUP takes another" hang_up 1 'ConfigurationReloaded$'
check "who comes is shown the second" comes new second
check "who believes the first is not served" not comes late first

serve first second
check "a key of another certificate is refused" \
  hang_up 2 'ConfigurationKept: .*key.pem: key values mismatch'
echo "nonsense" >"$served/cert.pem"
check "and so is what is no certificate" \
  hang_up 3 'ConfigurationKept: .*cert.pem: '
check "the second serves on" comes last second
check "the relay says it to whoever looks on" \
  grep -q 'not reloaded, all stays as it was: .*cert.pem' "$scratch/relay.err"

check "the relay ends well" stop "$relay_pid"
wait
for name in old new last; do
  check "the listener \"$name\" was there to the end" \
    grep -q '^close 1001 ' "$scratch/$name.out"
done

# The private CA signs for the names that a file has come to have.
cat >"$scratch/relay.yaml" <<YAML
namespaces:
  - {host: east.example}
YAML
start_relay --config "$scratch/relay.yaml" -v
made=$state/cert.pem
cp "$made" "$scratch/before.pem"
check "SIGHUP without a change" hang_up 1 'ConfigurationReloaded$'
check "makes no new certificate" cmp "$made" "$scratch/before.pem"
echo '  - {host: west.example}' >>"$scratch/relay.yaml"
check "SIGHUP takes a namespace" hang_up 2 'ConfigurationReloaded$'
check "the certificate on disk is another" not cmp -s "$made" \
  "$scratch/before.pem"
check "and is the one that is shown" python3 -c 'import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[2])
plain = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=60)
context.wrap_socket(plain, server_hostname="west.example").close()' \
  "$port" "$ca"
check "the relay ends well" stop "$relay_pid"
wait
finish
