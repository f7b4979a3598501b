#!/bin/bash
# hyco listen --exec serves each connection with a command.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/connect_lib.sh
. "$(dirname "$0")/connect_lib.sh"

# serve NAME COMMAND ARGUMENT...: a listener whose entity is its name.
serve() {
  local name=$1 command=$2
  shift 2
  start_listener "$name" "$name" -v --exec "$command" "$@"
}

# eventually COMMAND...: until it succeeds.
eventually() {
  local tries
  for ((tries = 0; tries < 1500; tries++)); do
    "$@" && return
    sleep 0.02
  done
  return 1
}

# gone PID: until this process, which need not be our child, has ended.
gone() { eventually not kill -0 "$1" 2>/dev/null; }

files_of() { find "/proc/$1/fd" -mindepth 1 | wc -l; }
has_as_many_files() { [ "$(files_of "$cat_pid")" -eq "$files" ]; }

# written FILE: waits until it holds a line.
written() {
  await "$$" "$1" .
}

start_relay -v

serve cat cat
cat_pid=$listener_pid
files=$(files_of "$cat_pid")
head -c 8M /dev/urandom >"$scratch/random"
connect "$scratch/random" cat
check "8 MiB through cat, unchanged" returned "$scratch/random"
connect /dev/null cat
check "nothing at all through cat" returned /dev/null
# shellcheck disable=SC2002 # a pipe is the point
cat "$scratch/random" | "$HYCO" connect cat "${where_to[@]}" |
  (sleep 0.5 && cat) >"$scratch/slow"
check "to a reader that is slow to begin" cmp "$scratch/random" "$scratch/slow"

head -c 200000 "$scratch/random" >"$scratch/some"
pids=()
for i in {1..20}; do
  "$HYCO" connect cat "${where_to[@]}" <"$scratch/some" >"$scratch/many$i" &
  pids+=("$!")
done
wait "${pids[@]}"
all_of_them() {
  for i in {1..20}; do
    cmp "$scratch/some" "$scratch/many$i" || return
  done
}
check "twenty connections at once" all_of_them
check "no descriptor of theirs is left" eventually has_as_many_files
check "no command is left, not even as a zombie" \
  test -z "$(cat "/proc/$cat_pid/task/$cat_pid/children")"
check "SIGTERM ends the listener well" stop "$cat_pid"

serve sort sort
printf 'b\nc\na\n' >"$scratch/lines"
printf 'a\nb\nc\n' >"$scratch/sorted"
connect "$scratch/lines" sort
check "a command that answers after the end of its input" \
  returned "$scratch/sorted"
stop "$listener_pid"

serve three 'echo three; exit 3'
connect /dev/null three
check "a command that fails: 1011 and its exit status" \
  ends_with 1 'closed.*: 1011 exit 3'
check "what it had said comes before" test "$(cat "$scratch/out")" = three
stop "$listener_pid"

# shellcheck disable=SC2016 # the command's shell expands it
serve killed 'kill -9 $$'
connect /dev/null killed
check "a command that is killed: 1011 and the signal" \
  ends_with 1 'closed.*: 1011 signal 9'
stop "$listener_pid"

serve missing /nowhere/there/is/none
connect /dev/null missing
check "a command that is not there: the shell's 127" \
  ends_with 1 'closed.*: 1011 exit 127'
stop "$listener_pid"

# One descriptor for the connection, and one is too few for two pipes.
serve full cat
first_free=0
while [ -e "/proc/$listener_pid/fd/$first_free" ]; do
  first_free=$((first_free + 1))
done
prlimit --pid "$listener_pid" --nofile=$((first_free + 2)):
connect /dev/null full
check "a command that cannot be started: 1011" \
  ends_with 1 'closed.*: 1011 the command cannot be started'
check "the listener says why" grep -q 'connection 1: .*: Too many open files' \
  "$scratch/full.err"
prlimit --pid "$listener_pid" --nofile=1024:
connect "$scratch/some" full
check "the next one is served" returned "$scratch/some"
stop "$listener_pid"

serve deaf 'exec <&-; echo deaf'
connect "$scratch/random" deaf
check "a command that does not read: its answer comes" \
  test "$(cat "$scratch/out")" = deaf
check "and that is no failure" test "$status" -eq 0
stop "$listener_pid"

# shellcheck disable=SC2016
serve endless 'echo $$ >'"$scratch"'/pid; exec yes'
status=0
"$HYCO" connect endless "${where_to[@]}" </dev/null 2>"$scratch/err" |
  head -c 1M >"$scratch/out" || status=${PIPESTATUS[0]}
check "a command that never stops, until the sender has enough" \
  ends_with 1 'standard output: Broken pipe'
check "and then does" gone "$(cat "$scratch/pid")"
rm "$scratch/pid"
stop "$listener_pid"

serve slow 'sleep 0.5; cat | wc -c'
connect "$scratch/random" slow
check "a command that is slow to read loses nothing" \
  test "$(cat "$scratch/out")" -eq 8388608
stop "$listener_pid"

# The peer's words stay out of the command, and the keys out of its reach.
export HYCO_KEY=not-for-you HYCO_TARGET=stale
where_to+=(--set 'SubProtocols=first, second')
serving=("${where_to[@]}")
where_to=(-c "@$connection_string" --ca "$ca")
serve environment 'env | grep ^HYCO_ | sort'
where_to=("${serving[@]}")
# shellcheck disable=SC2016
connect /dev/null 'environment/a%20b/$(id)?x=1&y=;z'
unset HYCO_KEY HYCO_TARGET
where_to=(-c "@$connection_string" --ca "$ca")
has_line() { grep -qx -e "$1" "$scratch/out"; }
check "HYCO_CONNECTION_ID" has_line 'HYCO_CONNECTION_ID=1'
check "HYCO_ID" has_line 'HYCO_ID=..*'
check "HYCO_REMOTE_ADDRESS" has_line 'HYCO_REMOTE_ADDRESS=127\.0\.0\.1'
check "HYCO_REMOTE_PORT" has_line 'HYCO_REMOTE_PORT=[1-9][0-9]*'
check "HYCO_TARGET, without what is the service's" \
  has_line 'HYCO_TARGET=/environment/a%20b/.*id.*?x=1&y=.*z'
check "HYCO_SUB_PROTOCOL" has_line 'HYCO_SUB_PROTOCOL=first'
check "no more than these: no key" test "$(wc -l <"$scratch/out")" -eq 6
stop "$listener_pid"

serve files 'ls /proc/self/fd | wc -l'
connect /dev/null files
check "a command has three descriptors (and ls its directory)" \
  test "$(cat "$scratch/out")" -eq 4
stop "$listener_pid"

# shellcheck disable=SC2016
serve group 'ps -o pgid= $$ | tr -d " "; echo $$'
connect /dev/null group
check "a command leads a process group" \
  test "$(uniq "$scratch/out" | wc -l)" -eq 1
stop "$listener_pid"

# A cut: the peer dies without a Close.
# shellcheck disable=SC2016
serve cut 'trap "echo hup >>'"$scratch"'/hup; exit" HUP
  echo $$ >'"$scratch"'/pid; while :; do sleep 0.05; done'
cut_pid=$listener_pid
start victim "$HYCO" connect cut -q -1 "${where_to[@]}"
victim_pid=$pid
written pid
kill -9 "$victim_pid"
wait "$victim_pid" 2>/dev/null || true
check "a cut: the command gets SIGHUP" written hup
check "and ends" gone "$(cat "$scratch/pid")"
rm "$scratch/pid" "$scratch/hup"

# shellcheck disable=SC2016
serve stubborn 'trap "" HUP; echo $$ >'"$scratch"'/pid
  while :; do sleep 0.05; done'
start victim "$HYCO" connect stubborn -q -1 "${where_to[@]}"
victim_pid=$pid
written pid
kill -9 "$victim_pid"
wait "$victim_pid" 2>/dev/null || true
check "a command that ignores SIGHUP is killed" gone "$(cat "$scratch/pid")"
await "$listener_pid" stubborn.err 'connection 1: signal 9'
rm "$scratch/pid"
check "its listener ends well" stop "$listener_pid"

# shellcheck disable=SC2016
start guest "$HYCO" connect cut -q -1 "${where_to[@]}"
guest_pid=$pid
written pid
check "SIGTERM to the listener while a command runs" stop "$cut_pid"
check "the command gets SIGHUP" written hup
check "and ends too" gone "$(cat "$scratch/pid")"
check "the peer sees a good end" wait "$guest_pid"

# A grandchild that keeps standard output.
# shellcheck disable=SC2016
serve parent 'sleep 1000 & echo $! >'"$scratch"'/grandchild; echo said'
connect /dev/null parent
check "who is left behind with standard output holds things up only so long" \
  test "$(cat "$scratch/out")" = said
check "and is hung up on" gone "$(cat "$scratch/grandchild")"
stop "$listener_pid"

# shellcheck disable=SC2016
serve daemon 'sleep 1000 >/dev/null 2>&1 & echo $! >'"$scratch"'/daemon'
connect /dev/null daemon
check "who is left behind without it" test "$status" -eq 0
check "may stay" kill -0 "$(cat "$scratch/daemon")"
kill "$(cat "$scratch/daemon")"
stop "$listener_pid"

# Limits.
serve few cat --max-connections 2
mkfifo "$scratch/open"
with_input() { exec "$@" <>"$scratch/open"; } # which never ends
start first with_input "$HYCO" connect few -v "${where_to[@]}"
first_pid=$pid
start second with_input "$HYCO" connect few -v "${where_to[@]}"
second_pid=$pid
await "$first_pid" first.err ' connected$'
await "$second_pid" second.err ' connected$'
connect /dev/null few
check "one above --max-connections is refused" \
  ends_with 1 'cannot connect: .*503.*as many connections as it takes'
kill "$first_pid" "$second_pid"
wait "$first_pid" "$second_pid" 2>/dev/null || true
check "its listener ends well" stop "$listener_pid"

serve two cat --count 2
connect "$scratch/lines" two
check "the first of --count 2" returned "$scratch/lines"
check "then it listens still" kill -0 "$listener_pid"
connect "$scratch/lines" two
check "the second of --count 2" returned "$scratch/lines"
check "then it ends well" wait "$listener_pid"

check "SIGTERM ends the relay well" stop "$relay_pid"
finish
