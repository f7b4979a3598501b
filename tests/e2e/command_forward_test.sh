#!/bin/bash
# hyco listen --forward: a real SSH server and PostgreSQL behind the relay.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
pg_bin=$(dirname "$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | tail -n 1)")

# start_on_free_port NAME PATTERN COMMAND...: neither server takes port 0 and
# tells what it got. PORT in the command becomes one that the kernel just gave;
# should another program take it first, the next is tried. Sets target_port.
start_on_free_port() {
  local name=$1 pattern=$2 tries
  shift 2
  for ((tries = 0; tries < 5; tries++)); do
    target_port=$(python3 -c 'import socket; s = socket.socket()
s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    start "$name" "${@//PORT/$target_port}"
    await "$pid" "$name.err" "$pattern" && return
  done
  exit 1
}

# --- SSH ---

start_relay
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
start_on_free_port sshd '^Server listening on ' \
  "$sshd" -D -e -f "$scratch/sshd_config" -p PORT
sshd_pid=$pid
start_listener shell shell --forward "127.0.0.1:$target_port" -v
shell_pid=$listener_pid

through_relay() { # through_relay ARGUMENT...: ssh, with hyco as its transport
  ssh -F none -i "$scratch/user_key" -o BatchMode=yes \
    -o "UserKnownHostsFile=$scratch/known_hosts" \
    -o StrictHostKeyChecking=accept-new \
    -o "ProxyCommand=$HYCO connect shell ${where_to[*]}" \
    "$(id -un)@target" "$@"
}

echo "said through ssh" >"$scratch/said"
run through_relay cat "$scratch/said"
check "ssh runs a command" cmp "$scratch/said" "$scratch/out"
run through_relay exit 7
check "and gives its exit status" test "$status" -eq 7
head -c 8M /dev/urandom >"$scratch/random"
run through_relay cat <"$scratch/random"
check "8 MiB to ssh and back" cmp "$scratch/random" "$scratch/out"
pids=()
for i in 1 2 3; do
  through_relay "head -c 1M '$scratch/random'" >"$scratch/many$i" \
    2>"$scratch/many$i.err" &
  pids+=("$!")
done
wait "${pids[@]}"
for i in 1 2 3; do
  check "one of three at once ($i)" \
    cmp -n 1048576 "$scratch/random" "$scratch/many$i"
done
kill "$sshd_pid"
wait "$sshd_pid" || true
run "$HYCO" connect shell "${where_to[@]}" </dev/null
check "a server that is down is a 502 with a reason" \
  ends_with 1 '502 the forwarding target cannot be reached'
check "and the listener tells which" \
  await "$shell_pid" shell.err "reached.*127.0.0.1:$target_port"
check "SIGTERM ends the listener well" stop "$shell_pid"
check "with -v the bytes of a connection are told (8 MiB, and ssh's own)" \
  grep -Eq '^hyco listen: connection 3: closed: .*\(8[34]..... bytes in, 8[34]..... out\)$' \
  "$scratch/shell.err"

# --- PostgreSQL, which does not run as root ---

as_postgres=()
chmod 711 "$scratch"
mkdir "$scratch/pg"
if [ "$(id -u)" -eq 0 ]; then
  pg_user=$(id -un postgres 2>/dev/null || echo nobody)
  as_postgres=(setpriv --reuid "$pg_user" --clear-groups)
  chown "$pg_user" "$scratch/pg"
fi
(cd "$scratch/pg" && "${as_postgres[@]}" "$pg_bin/initdb" -D "$scratch/pg/data" \
  -U hyco -A trust -N --no-instructions) >"$scratch/initdb.out"
start_on_free_port postgres 'ready to accept connections' \
  "${as_postgres[@]}" "$pg_bin/postgres" -D "$scratch/pg/data" \
  -h 127.0.0.1 -p PORT -k "$scratch/pg" -F
postgres_pid=$pid
start_listener db db --forward "127.0.0.1:$target_port"
db_pid=$listener_pid

# psql wants a port: one hyco connect for each of its connections.
cat >"$scratch/bridge" <<END
#!/bin/sh
exec '$HYCO' connect db -q -1 ${where_to[*]}
END
chmod +x "$scratch/bridge"
start socat socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork "EXEC:$scratch/bridge"
socat_pid=$pid
await "$socat_pid" socat.err 'listening on '
bridge_port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$scratch/socat.err")
query() {
  psql -X -q -h 127.0.0.1 -p "$bridge_port" -U hyco -d postgres \
    -v ON_ERROR_STOP=1 -At "$@"
}

run query -c 'create table t as select i, md5(i::text) as hash
  from generate_series(1, 100000) i' -c 'select count(*), sum(i) from t'
check "PostgreSQL makes a table of 100,000 rows" \
  test "$(cat "$scratch/out")" = '100000|5000050000'
run query -c 'copy t to stdout'
mv "$scratch/out" "$scratch/table"
check "and gives them all" test "$(wc -l <"$scratch/table")" -eq 100000
run query -c 'create table u (like t)' -c '\copy u from pstdin' \
  <"$scratch/table"
run query -c 'select count(*) from t join u using (i, hash)'
check "and takes them all" test "$(cat "$scratch/out")" = 100000
run query -c 'select no_such_column from t'
check "an error is PostgreSQL's own" \
  ends_with 1 'column "no_such_column" does not exist'

kill -INT "$postgres_pid"
wait "$postgres_pid"
kill "$socat_pid"
wait "$socat_pid" || true
check "SIGTERM ends the other listener well" stop "$db_pid"
check "SIGTERM ends the relay well" stop "$relay_pid"
finish
