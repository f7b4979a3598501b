#!/bin/bash
# hyco listen --http-echo and --http-status, asked by curl and hyco request.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

start_relay --entity probe:anonymous
start_listener echo probe --http-echo -v
echo_pid=$listener_pid
at=https://127.0.0.1:$port/probe

ask() { run curl -sS --cacert "$ca" -D "$scratch/head" "$@"; }
request() { run "$HYCO" request "${where_to[@]}" "$@"; }
came_back() { ends_well && cmp "$1" "$scratch/out"; }
has() { grep -qi -e "$1" "$scratch/head"; } # has PATTERN: a line of the head
answered() { ends_well && has "^HTTP/1.1 $1"; }
says() { ends_well && grep -q -e "$1" "$scratch/out"; }

for size in 0 1 65535 65536 65537 1000000; do
  body=$scratch/body$size
  head -c "$size" /dev/urandom >"$body"
  ask "$at/a?b=c" --data-binary "@$body" -H 'Content-Type: x/y; z=1'
  check "curl: $size bytes come back" came_back "$body"
  check "with their type" has "^content-type: x/y; z=1.\$"
  ask "$at" -X PUT -T - -H 'Expect:' <"$body"
  check "curl: $size bytes in chunks come back" came_back "$body"
  check "without a type" not has '^content-type:'
  request probe -X PUT --data-file "$body"
  check "hyco request: $size bytes come back" came_back "$body"
done
status=0
cat "$scratch/body1000000" | "$HYCO" request "${where_to[@]}" probe \
  --data-file - >"$scratch/out" 2>"$scratch/err" || status=$?
check "hyco request: a pipe in chunks comes back" \
  came_back "$scratch/body1000000"
ask "$at/x"
check "a request without a body: an empty answer" came_back "$scratch/body0"
check "whose status is 200" answered '200 OK'
ask -I "$at/x"
check "HEAD" answered '200'
ask "$at" -d x -H 'Content-Encoding: gzip' -H 'Content-Language: de' -H 'X-A: b'
check "what describes a body comes back with it" \
  has '^content-encoding: gzip.$'
check "all of that" has '^content-language: de.$'
check "other headers do not" not has '^x-a:'
ask -X TRACE "$at/x?y" -H 'X-A: b' -H 'Cookie: c=d'
check "TRACE gives the head back" says '^TRACE /probe/x?y HTTP/1.1.$'
check "with its headers" says '^X-A: b.$'
check "but for secrets" not says 'c=d'
check "as a message" has '^content-type: message/http.$'
ask -X DELETE "$at/x%20y?q=%20"
check "any method" answered '200'
line='request [0-9]*: DELETE /probe/x%20y?q=%20 from 127.0.0.1 port [0-9]*'
check "-v tells a request, and how it was answered" await "$echo_pid" echo.err \
  "$line: 200 (0 bytes in, 0 out, [0-9]* ms)\$"
check "with what came and left" await "$echo_pid" echo.err \
  ': 200 (65537 bytes in, 65537 out, [0-9]* ms)$'
check "in one line" test "$(grep -c "$line" "$scratch/echo.err")" -eq 1
run "$HYCO" connect probe "${where_to[@]}" </dev/null
check "connections are refused" ends_with 1 '503.*takes HTTP requests only'

# 20 at once, each with bytes of its own.
for i in {1..20}; do
  head -c $((i * 10000)) /dev/urandom >"$scratch/own$i"
done
askers=()
for i in {1..20}; do
  curl -sS --cacert "$ca" "$at/$i" --data-binary "@$scratch/own$i" \
    -o "$scratch/back$i" &
  askers+=("$!")
done
wait "${askers[@]}" || true
for i in {1..20}; do
  check "one of 20 at once ($i)" cmp "$scratch/own$i" "$scratch/back$i"
done

# upload PATH: what is written to the pipe, as it comes.
mkfifo "$scratch/upload"
upload() {
  exec curl -sS -N --cacert "$ca" -T . "$at/$1" -H 'Expect:' <"$scratch/upload"
}
seq -f "it flows %.0f" 8000 >"$scratch/lines" # more than is held

start broken upload broken
broken_pid=$pid
exec 4>"$scratch/upload"
cat "$scratch/lines" >&4
check "what was sent comes back before the body's end" \
  await "$broken_pid" broken.out '^it flows 1$'
kill "$broken_pid"
wait "$broken_pid" 2>/dev/null || true
exec 4>&-
check "a sender that goes away is told" \
  await "$echo_pid" echo.err ': 200, broken off: '
ask "$at" -d still
check "the listener goes on" says '^still$'
check "SIGTERM ends it well" stop "$echo_pid"

# --- a status ---

for number in 200 204 304 404 418 503 999; do
  start_listener "status$number" probe --http-status "$number" --echo
  ask "$at" --data-binary "@$scratch/body1000000"
  check "$number is answered, after all of the body" answered "$number"
  check "without one of its own" test ! -s "$scratch/out"
  case $number in
  204 | 304) # RFC 9110 6.4.1, RFC 9112 6.1, 6.2
    check "and nothing that frames one" \
      not has '^\(content-length\|transfer-encoding\):'
    ;;
  *) check "and says so" has '^content-length: 0.$' ;;
  esac
  ask -I "$at"
  check "$number to HEAD" answered "$number"
  request probe -d x -i
  check "hyco request: $number" says "^HTTP/1.1 $number "
  stop "$listener_pid" || true
done
start_listener both probe --http-status 404 --echo --count 4
ask "$at" "$at"
check "one connection serves two requests" test \
  "$(grep -c '^HTTP/1.1 404' "$scratch/head")" -eq 2
request probe -d x --fail
check "hyco request sees the status" ends_with 1 'the answer is 404'
echo Hello >"$scratch/line"
run "$HYCO" connect probe "${where_to[@]}" --text <"$scratch/line"
check "connections are served beside" came_back "$scratch/line"
check "with --count both count" wait "$listener_pid"

start_listener narrow probe --http-echo --max-connections 1
start slow upload slow
slow_pid=$pid
exec 4>"$scratch/upload"
cat "$scratch/lines" >&4
await "$slow_pid" slow.out '^it flows 1$'
ask "$at" -d x
check "above --max-connections: 503" answered '503 too many connections'
exec 4>&-
check "the first one is answered to its end" wait "$slow_pid"
check "with all that it sent" cmp "$scratch/lines" "$scratch/slow.out"
stop "$listener_pid" || true

# 32 MiB come and go, and the reader begins late: what the listener holds of it
# is bounded. The address sanitizer must not keep what was freed.
held_kib() { sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB$/\1/p' "/proc/$1/status"; }
options=${ASAN_OPTIONS-}
export ASAN_OPTIONS=$options:quarantine_size_mb=0:thread_local_quarantine_size_kb=0
start_listener long probe --http-echo
export ASAN_OPTIONS=$options
before=$(held_kib "$listener_pid")
echoed() {
  head -c 32M /dev/zero | "$HYCO" request "${where_to[@]}" probe --data-file - |
    { read -rn 1 -d '' && sleep 1 && cat; } | wc -c
}
run echoed
check "32 MiB come back" grep -qx $((32 * 1024 * 1024 - 1)) "$scratch/out"
check "and the listener has held less than a third of it" \
  test $(($(held_kib "$listener_pid") - before)) -lt 10000
check "SIGTERM ends it well, too" stop "$listener_pid"

listen() { run "$HYCO" listen probe "${where_to[@]}" "$@"; }
for bad in 0 199 1000 20x ''; do
  listen --http-status "$bad"
  check "--http-status '$bad'" \
    ends_with 2 "--http-status: '$bad' is not a number from 200 to 999"
done
for bad in 502 504; do
  listen --http-status $bad
  check "--http-status $bad" \
    ends_with 2 "--http-status: $bad means a failure of the service itself"
done
for pair in '--http-echo --http-status 200' '--http-echo --http-forward http://h' \
  '--http-status 200 --http-forward http://h'; do
  # shellcheck disable=SC2086 # words
  listen $pair
  check "$pair" ends_with 2 'one of --http-forward, --http-echo and'
done
listen --http-echo --preserve-host
check "--preserve-host is for --http-forward" ends_with 2 'goes with'
listen --http-forward http://h --count 1
check "--count needs something to count" ends_with 2 'does not count'
check "the relay ends well" stop "$relay_pid"
finish
