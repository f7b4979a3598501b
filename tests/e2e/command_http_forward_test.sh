#!/bin/bash
# hyco listen --http-forward: a local web server seen through the relay.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
here=$(dirname "$0")

# Nobody is there: who went by them would not arrive.
export http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9
export HTTP_PROXY=$http_proxy HTTPS_PROXY=$http_proxy all_proxy=$http_proxy
export ALL_PROXY=$http_proxy no_proxy=

start web "$here/web_server.py"
web_pid=$pid
await "$web_pid" web.out '^ready ' || exit 1
target=http://127.0.0.1:$(sed -n 's/^ready //p' "$scratch/web.out")
start_relay
start_listener listener web --http-forward "$target/web/" -v

request() { run "$HYCO" request "${where_to[@]}" "$@"; }
wrote() { ends_well && printf "$1" | cmp -s - "$scratch/out"; }
says() { ends_well && grep -q -e "$1" "$scratch/out"; }
head -c 5000000 /dev/urandom >"$scratch/bytes"

request web/hello
check "an answer comes back, by no proxy of the environment" wrote 'hello\n'
request web/hello -i
check "repeated headers stay apart" says '^Set-Cookie: a=b'
check "both of them" says '^[Ss]et-Cookie: c=d'
request 'web/a%2Fb/.x/head?q=%20&r=/' -H 'Via: 1.1 me' -H 'Accept: a/b' \
  -H 'X-Forwarded-For: 1.2.3.4'
check "the entity is cut off, the rest is verbatim" \
  says '^GET /web/a%2Fb/.x/head?q=%20&r=/ HTTP/1.1$'
check "Host is the target's" says "^Host: ${target#http://}\$"
check "headers pass" says '^Accept: a/b$'
check "Via is kept" says '^Via: .*1.1 me'
check "X-Forwarded-For is the sender" says '^X-Forwarded-For: 127.0.0.1$'
check "X-Forwarded-Proto" says '^X-Forwarded-Proto: https$'
check "X-Forwarded-Host" says "^X-Forwarded-Host: 127.0.0.1"
check "X-Forwarded-Prefix" says '^X-Forwarded-Prefix: /web$'
check "no token reaches the target" not says 'SharedAccess'
check "nothing is added" not says '^\(User-Agent\|Content-Type\|Expect\):'
request web/moved -i
check "a redirect is not followed, and gets the prefix back" \
  says '^Location: /web/hello#here'
request web/missing --fail
check "404 passes" ends_with 1 '404'
request -X HEAD web/hello -i
check "HEAD" says '^HTTP/1.1 200 OK'
request web/echo -d 'a=b'
check "a body goes and comes" wrote 'a=b'
request -X PUT web/echo --data-file "$scratch/bytes"
check "5 MB go and come" cmp "$scratch/bytes" "$scratch/out"
status=0
cat "$scratch/bytes" | "$HYCO" request "${where_to[@]}" web/echo \
  --data-file - >"$scratch/out" 2>"$scratch/err" || status=$?
check "5 MB in chunks go and come" cmp "$scratch/bytes" "$scratch/out"
request web/big
check "32 MiB come" test "$(wc -c <"$scratch/out")" -eq 33554432
start stream "$HYCO" request "${where_to[@]}" "web/stream?$scratch/go"
stream_pid=$pid
check "a piece comes when it is written" \
  await "$stream_pid" stream.out '^first$'
touch "$scratch/go"
check "and the rest later" wait "$stream_pid"
check "all of it" grep -q '^second$' "$scratch/stream.out"
request web/nothing -i
check "a target without an answer: 502" says '^HTTP/1.1 502 .* no answer'
request web/cut -i
check "a target that breaks off: 502 or a cut" \
  grep -q -e '^HTTP/1.1 502' -e 'broke off' "$scratch/out" "$scratch/err"
check "-v tells each request" await "$listener_pid" listener.err \
  'request [0-9]*: GET /web/moved from 127.0.0.1 port [0-9]*: 302 (0 bytes in, 10 out, [0-9]* ms)$'
check "with what it carried" await "$listener_pid" listener.err \
  ': PUT /web/echo .*: 200 (5000000 bytes in, 5000000 out, [0-9]* ms)$'
check "and a failure's" await "$listener_pid" listener.err \
  ': GET /web/nothing .*: 502 (0 bytes in, 0 out, [0-9]* ms)$'
request web/cut_early -i
check "one that does so while its answer sets out: the same, at once" \
  grep -q -e '^HTTP/1.1 502' -e 'broke off' "$scratch/out" "$scratch/err"
check "the listener goes on" kill -0 "$listener_pid"
stop "$web_pid" || true
request web/hello -i
check "a target that is down: 502 with a reason" says '^HTTP/1.1 502 The '
check "which does not tell where it is" not says "${target#http://}"
check "the listener goes on" stop "$listener_pid"

start secure "$here/web_server.py" "$state/cert.pem" "$state/key.pem"
secure_pid=$pid
await "$secure_pid" secure.out '^ready ' || exit 1
target=https://127.0.0.1:$(sed -n 's/^ready //p' "$scratch/secure.out")
start_listener listener safe/app --http-forward "$target" --preserve-host
request safe/app/head
check "an https target, with --preserve-host the sender's Host" \
  says "^Host: 127.0.0.1:$port\$"
check "an entity of two parts is cut off" says '^GET /head HTTP/1.1$'
request 'safe/app?x=y' -i
check "a target without a path" says '^no such page$'
request safe/app/moved -i
check "a Location with the sender's Host gets the prefix back" \
  says '^Location: /safe/app/web/hello#here'
run "$HYCO" connect safe/app "${where_to[@]}"
check "connections are refused" ends_with 1 'takes HTTP requests only'
stop "$listener_pid" || true
stop "$secure_pid" || true
for bad in ftp://h http://h/?q http://u:p@h h:1 http://h:0; do
  run "$HYCO" listen web --http-forward "$bad" "${where_to[@]}"
  check "--http-forward $bad" ends_with 2 '--http-forward'
done
run "$HYCO" listen web --echo --preserve-host "${where_to[@]}"
check "--preserve-host alone" ends_with 2 'goes with --http-forward'
check "the relay, too" stop "$relay_pid"
finish
