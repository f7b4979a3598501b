#!/bin/bash
# "A few lines for each" of docs/command.md does what it says.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/e2e/blocks.sh
. "$(dirname "$0")/blocks.sh"
here=$(cd "$(dirname "$0")" && pwd)

start web "$here/web_server.py"
web_pid=$pid
await "$web_pid" web.out '^ready ' || exit 1
web=127.0.0.1:$(sed -n 's/^ready //p' "$scratch/web.out")
start_relay --no-tls
relay=127.0.0.1:$port
echo "$(cat "$connection_string");UseDevelopmentEmulator=true" \
  >"$scratch/string"

# Where there is a service in the document, here it is ours.
sed -n '/^## A few lines for each/,/^## A shell/p' "$here/../../docs/command.md" |
  sed -e "s,localhost:8080,$web," -e "s,https://NAME[a-z.]*,http://$relay," \
    -e "s,sb://NAME[a-z.]*,sb://$relay --set UseDevelopmentEmulator=true," \
    >"$scratch/lines.md"
blocks_of "$scratch/lines.md"
check "there is a block for each" test -e "$scratch/block5.sh"
for file in "$scratch"/block?.sh; do
  run_block "$file"
done
has() { grep -aq -e "$2" "$scratch/result$1"; }
check "nobody listens yet" has 1 '^HTTP/1.1 502'
check "the relay's settings" has 2 '^AcceptTimeout '
check "the echo" has 3 '^Hello$'
check "the sorted lines" cmp <(printf 'a\nb\n') "$scratch/result4"
check "the TCP service's answer" has 5 '^no such page$'
check "the web server's answer" has 6 '^HTTP/1.1 404'
check "a body comes back" has 7 '^{"name": "x"}$'
check "an archive comes back" has 8 '^string$'
check "the status" has 9 '^HTTP/1.1 410'
check "with a token in place of the key" has 11 '^Hello$'
check "curl with a token" has 13 '^hello$'
check "rows of the table" has 14 '^AzureRelayKeepAliveTime '
check "names of events" has 15 '"on_http_request"'
stop_background
stop "$web_pid" || true
check "SIGTERM ends the relay well" stop "$relay_pid"
finish
