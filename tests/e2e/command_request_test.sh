#!/bin/bash
# hyco request against a plain web server, with and without TLS: what leaves,
# what is written, and how it ends.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")

# The relay's certificate is the web server's as well.
start_relay
stop "$relay_pid" || exit 1
start plain "$here/web_server.py"
plain_pid=$pid
start secure "$here/web_server.py" "$state/cert.pem" "$state/key.pem"
secure_pid=$pid
await "$plain_pid" plain.out '^ready ' || exit 1
await "$secure_pid" secure.out '^ready ' || exit 1
at_plain=(--endpoint "sb://127.0.0.1:$(sed -n 's/^ready //p' \
  "$scratch/plain.out")" --set UseDevelopmentEmulator=true)
at_secure=(--endpoint "sb://127.0.0.1:$(sed -n 's/^ready //p' \
  "$scratch/secure.out")")

request() { run "$HYCO" request "${where[@]}" "$@"; }
wrote() { ends_well && printf "$1" | cmp -s - "$scratch/out"; }
wrote_bytes_of() { ends_well && cmp -s "$1" "$scratch/out"; }
says() { ends_well && grep -q -e "$1" "$scratch/out"; }
head -c 5000000 /dev/urandom >"$scratch/bytes"

for kind in plain secure; do
  where=("${at_plain[@]}")
  [ $kind = plain ] || where=("${at_secure[@]}" --ca "$ca")

  request web/hello
  check "$kind: the body is written" wrote 'hello\n'
  request web/hello -i
  check "$kind: -i writes the head, repeated headers too" wrote \
    'HTTP/1.1 200 OK\r\nServer: web\r\nDate: then\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 6\r\n\r\nhello\n'
  request 'web/a%2Fb/../head?q=%20&r=/'
  check "$kind: nothing is sent unasked, the target as it stands" wrote \
    "GET /web/a%%2Fb/../head?q=%%20&r=/ HTTP/1.1\nHost: ${where[1]#sb://}\n"
  request -X DELETE web/head -H 'X-One: 1' -H 'Accept: a/b' -H 'X-Empty:'
  check "$kind: method and headers" says '^DELETE /web/head HTTP/1.1$'
  check "$kind: a header" says '^X-One: 1$'
  check "$kind: an empty header" says '^X-Empty: $'
  request web/head --token 'SharedAccessSignature t'
  check "$kind: the token goes in ServiceBusAuthorization" says \
    '^ServiceBusAuthorization: SharedAccessSignature t$'
  request -X HEAD web/hello -i
  check "$kind: HEAD has no body" says '^Content-Length: 6'

  request web/echo -d 'a=b&c' -i
  check "$kind: -d is a POST of known length" says '^X-Framing: length'
  check "$kind: -d is sent as it stands" says '^a=b&c$'
  request web/echo -d 'four' -v
  check "$kind: -v tells the status" ends_with 0 '^hyco request: 200 OK$'
  check "$kind: and in the end what went and came" \
    ends_with 0 '^hyco request: 4 bytes in, 4 out, [0-9]* ms$'
  request web/echo -d ''
  check "$kind: an empty body" wrote ''
  request -X PUT web/echo --data-file "$scratch/bytes"
  check "$kind: a file of 5 MB comes back" wrote_bytes_of "$scratch/bytes"
  status=0
  cat "$scratch/bytes" | "$HYCO" request "${where[@]}" web/echo -i \
    --data-file - >"$scratch/out" 2>"$scratch/err" || status=$?
  check "$kind: a pipe is sent in chunks" grep -aq '^X-Framing: chunked' \
    "$scratch/out"
  tail -c 5000000 "$scratch/out" >"$scratch/tail"
  check "$kind: a pipe of 5 MB comes back" cmp "$scratch/bytes" "$scratch/tail"

  request web/missing
  check "$kind: 404 is an answer" wrote 'no such page\n'
  echo old >"$scratch/file"
  request web/missing --fail -o "$scratch/file"
  check "$kind: with --fail it is a failure" ends_with 1 '404 Not Found'
  check "$kind: which writes nothing" grep -q old "$scratch/file"
  request web/moved
  check "$kind: a redirect is not followed" wrote 'elsewhere\n'
  request web/hello -o "$scratch/file"
  check "$kind: -o writes a file" grep -q '^hello$' "$scratch/file"
  request web/hello -o "$scratch/none/file"
  check "$kind: a file that cannot be made" ends_with 1 'none/file: No such'
  request web/cut
  check "$kind: an answer that is cut is a failure" ends_with 1 'broke off'
  check "$kind: what had come of it is written" grep -q abc "$scratch/out"
  request web/nothing
  check "$kind: no answer is a failure" ends_with 1 'without an answer'

  status=0
  "$HYCO" request "${where[@]}" web/big 2>"$scratch/err" |
    tr -d '0-9a-f' | wc -c >"$scratch/out" || status=$?
  check "$kind: 32 MiB through a pipe" grep -q '^ *0$' "$scratch/out"
  status=0
  "$HYCO" request "${where[@]}" web/big 2>"$scratch/err" | head -c 5 \
    >"$scratch/out" || status=$?
  check "$kind: whoever reads may go away" ends_with 1 'standard output'

  rm -f "$scratch/go"
  start "stream_$kind" "$HYCO" request "${where[@]}" "web/stream?$scratch/go"
  stream_pid=$pid
  check "$kind: a piece is written when it comes" \
    await "$stream_pid" "stream_$kind.out" '^first$'
  touch "$scratch/go"
  check "$kind: and the rest later" wait "$stream_pid"
  check "$kind: all of it" grep -q '^second$' "$scratch/stream_$kind.out"
done

# How far it has come, on a terminal: each line of it replaces the one before.
where=("${at_plain[@]}")
on_terminal() { run "$here/on_terminal.py" "$@"; }
lines_of_terminal() { tr '\r' '\n' <"$scratch/err" | sed $'s/^\033\\[K//'; }
shows() { [ "$status" -eq 0 ] && lines_of_terminal | grep -Eq -e "$1"; }
is_clear() { # nothing is left of it
  [ "$status" -eq 0 ] && [ "$(tail -c 4 "$scratch/err")" = $'\r\033[K' ]
}
on_terminal "$HYCO" request "${where[@]}" web/big -o "$scratch/file"
check "a terminal shows how much of how much has come" \
  shows '^[0-9.]+ ([KM]i)?B of 32\.0 MiB \[#* *\] +[0-9]+%$'
check "a bar of 30 places" shows '\[[# ]{30}\]'
check "no line is longer than a terminal is wide" not shows '.{80}'
check "the shares grow, to 100 at most" \
  sort -nc <(lines_of_terminal | sed -n 's/^.*\] *\([0-9]*\)%$/\1/p')
check "in the end the line is empty" is_clear
check "the file has it all" test "$(wc -c <"$scratch/file")" -eq 33554432
on_terminal "$HYCO" request "${where[@]}" web/hello
check "the same when a pipe takes the answer" shows '^6 B of 6 B \[#{30}\] 100%$'
check "which has it alone" grep -qx hello "$scratch/out"
rm -f "$scratch/go"
start shown "$here/on_terminal.py" "$HYCO" request "${where[@]}" \
  "web/stream?$scratch/go" -o "$scratch/file"
shown_pid=$pid
check "an answer of no known length: how much, while it comes" \
  await "$shown_pid" shown.err $'\033\\[K6 B$'
touch "$scratch/go"
check "to its end" wait "$shown_pid"
on_terminal "$HYCO" request "${where[@]}" web/cut -o "$scratch/file"
check "what goes wrong has a line of its own" \
  grep -q $'^.*\r\033\\[Khyco request: .*broke off' "$scratch/err"
on_terminal --both "$HYCO" request "${where[@]}" web/hello
check "where the answer goes to the terminal there is the answer alone" \
  test "$(cat "$scratch/err")" = $'hello\r'

where=("${at_secure[@]}")
request web/hello
check "a strange certificate is refused" ends_with 1 'certificate refused'
request web/hello --insecure
check "unless --insecure" grep -q '^hello$' "$scratch/out"
where=("${at_plain[@]}")
http_proxy=http://127.0.0.1:9 request web/hello
check "the environment's proxy is not heeded" wrote 'hello\n'
request web/head -H $'X-A: b\r\nX-C: d'
check "a line end in a header is refused" ends_with 2 "'X-A'"
request web/head -H 'X-A b'
check "a header without a colon" ends_with 2 'NAME: VALUE'
request web/head -H 'Content-Length: 3'
check "framing is ours" ends_with 2 'header of one.s own'
request web/head -H 'ServiceBusAuthorization: x'
check "the token has options of its own" ends_with 2 'header of one.s own'
request web/head -X $'GET /x HTTP/1.1\r\nA:'
check "a method is a token" ends_with 2 'is no method'
request -X HEAD web/echo -d x
check "HEAD has no body" ends_with 2 'HEAD'
request web/echo -d x --data-file y
check "one body" ends_with 2 'either --data or --data-file'
request web/echo --data-file "$scratch/none"
check "a body that is not there" ends_with 1 'none: No such file'
where=(--endpoint "sb://127.0.0.1:1" --set UseDevelopmentEmulator=true)
request web/hello
check "nobody is there" ends_with 1 'refused'

stop "$plain_pid" || true
stop "$secure_pid" || true
finish
