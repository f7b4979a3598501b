#!/bin/bash
# What the command says without a relay: help, wrong usage, the table.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# usage_error PATTERN ARGUMENT...: exit status 2, and what is wrong is named.
usage_error() {
  local pattern=$1
  shift
  run "$HYCO" "$@"
  check "usage: hyco $*" ends_with 2 "$pattern"
}

prints() { # prints PATTERN: on standard output, with success
  ends_well && grep -q -e "$1" "$scratch/out"
}

for arguments in --help -h; do
  run "$HYCO" "$arguments"
  check "hyco $arguments lists the commands" prints '^  listen '
done
run "$HYCO" --version
check "hyco --version" prints '^hyco [0-9]*\.[0-9]*\.[0-9]*$'
for command in relay listen connect request token properties; do
  run "$HYCO" "$command" --help
  check "hyco $command --help" prints "^usage: hyco $command "
  run "$HYCO" "$command" --version
  check "hyco $command --version" prints '^hyco [0-9]'
done

usage_error '^usage: hyco COMMAND'
usage_error "unknown command 'lisen'" lisen
usage_error "unknown option '--procksy'" listen x --echo --procksy http://h
usage_error '--proxy: the scheme is http, socks4' \
  connect x --endpoint sb://h --proxy https://u:s3cret@h
check "a bad proxy is not printed" not grep s3cret "$scratch/err"
HYCO_PROXY=h:0 usage_error '--proxy: the port is not from 1 to 65535' \
  connect x --endpoint sb://h
usage_error 'which hybrid connection?' connect --endpoint sb://h
usage_error 'which hybrid connection?' token --endpoint sb://h --key-name n --key k
usage_error "unknown option '-x'" connect x -vx
usage_error "unexpected argument 'y'" listen x y --echo
usage_error "unexpected argument 'y'" properties y
usage_error "unexpected argument '--json'" properties -- --json
usage_error "unexpected argument '(hidden)'" \
  listen x 'Endpoint=sb://h;SharedAccessKey=k'
usage_error '--echo takes no value' listen x --echo=yes
usage_error '--key-name wants NAME' connect x --endpoint sb://h --key-name
usage_error '-c wants STR|@FILE' connect x -c
usage_error "-q: '5x' is not a number" connect x -q 5x
usage_error "-q: '-2' is not a number from -1 to 86400" connect x -q-2
usage_error "--quiet: '86401' is not a number" connect x --quiet=86401
usage_error "--validity: '9' is not a number from 10" token x --validity 9

for serving in '' '--echo --discard' '--echo --exec cat' \
  '--exec cat --forward h:1'; do
  # shellcheck disable=SC2086 # words
  usage_error 'one of --echo, --discard, --exec and --forward, or' \
    listen x -c Endpoint=sb://h $serving
done
for target in h h: h:0 h:65536 h:1x :1 ::1:1 '[]:1' '[::1]'; do
  usage_error '--forward: HOST:PORT' \
    listen x -c 'Endpoint=sb://h;SharedAccessKeyName=a;SharedAccessKey=b' \
    --forward "$target"
done
usage_error "-H wants 'NAME: VALUE'" connect x -c Endpoint=sb://h -H Name
usage_error "-H 'Host'" connect x -c Endpoint=sb://h -H 'Host: s3cret'
check "the value of a bad header is not printed" not grep s3cret "$scratch/err"
usage_error "-H 'A b': the value is not valid" \
  connect x -c Endpoint=sb://h -H 'A b: c'
usage_error "--count: '0' is not a number from 1" listen x --echo --count 0
usage_error "--max-connections: '100001' is not a number from 1 to 100000" \
  listen x --echo --max-connections 100001
usage_error "--token-timeout: '3601' is not a number from 1 to 3600" \
  listen x --echo --token-timeout 3601
usage_error "--wait-for-listener: '86401' is not a number from 0 to 86400" \
  connect x --wait-for-listener 86401
usage_error 'either --token-command, --token or a key' \
  connect x --endpoint sb://h --token-command true --token t
usage_error 'where to?' connect x
usage_error 'where to?' token
usage_error 'a listener needs' listen x --echo --endpoint sb://h
usage_error 'either --connection-string or --endpoint' \
  connect x -c Endpoint=sb://h --endpoint sb://h
usage_error 'either --key or --key-file' \
  connect x --endpoint sb://h --key-name n --key k --key-file f
usage_error 'go with --endpoint' connect x -c Endpoint=sb://h --key k
usage_error 'a key needs --key-name' connect x --endpoint sb://h --key k
usage_error '--key-name needs' connect x --endpoint sb://h --key-name n
usage_error 'either --token or a key' \
  connect x --endpoint sb://h --key-name n --key k --token t
usage_error '--tls-cert and --tls-key go together' relay --tls-cert f
usage_error 'either --no-tls' relay --no-tls --tls-cert f --tls-key f
usage_error '--set wants NAME=VALUE' \
  connect x --endpoint sb://h --set HalfClose
usage_error "--set 'NoSuchThing'" \
  connect x --endpoint sb://h --set NoSuchThing=1
usage_error "--set 'connected': the property is read-only" \
  connect x --endpoint sb://h --set connected=true
usage_error "--set 'MaxFrameSize': the value is not valid" \
  connect x --endpoint sb://h --set MaxFrameSize=-1

usage_error 'connection string' connect x -c nonsense
run "$HYCO" connect x --endpoint sb://h --set NoSuchThing=1
check "with an error comes a hint, in a line of its own" \
  ends_with 2 '^hyco connect: hint: Look the name up with hyco properties'
usage_error 'connection string.*SharedAccessKeyNome' \
  connect x -c 'Endpoint=sb://h/;SharedAccessKeyNome=n;SharedAccessKey=k3y'
check "a bad connection string is not printed" not grep k3y "$scratch/err"
HYCO_CONNECTION_STRING=nonsense usage_error 'connection string' connect x

run "$HYCO" connect x -c "@$scratch/none"
check "a file that is not there" ends_with 1 "'$scratch/none': No such file"
: >"$scratch/empty"
run "$HYCO" connect x -c "@$scratch/empty"
check "an empty file" ends_with 1 "'$scratch/empty': holds nothing"
head -c 16384 /dev/zero | tr '\0' x >"$scratch/long"
run "$HYCO" connect x --endpoint sb://h --token "@$scratch/long"
check "a secret of 16384 bytes" ends_with 1 'File too large'

run "$HYCO" properties
check "the table has a row of MaxFrameSize" \
  prints '^MaxFrameSize  *setting  *int  *rw  *both  *16384  *0\.\.1073741824'
rows=$(($(wc -l <"$scratch/out") - 1))
run "$HYCO" properties --json
check "as JSON it has as many" python3 - "$scratch/out" "$rows" <<'PYTHON'
import json, sys
rows = json.load(open(sys.argv[1]))
assert len(rows) == int(sys.argv[2]) > 30
row = next(r for r in rows if r["name"] == "MaxFrameSize")
assert row["default"] == "16384" and row["max"] == 1 << 30
PYTHON
check "it has every item of the class, and no method or event that is not there" \
  python3 - "$scratch/out" "$(dirname "$0")/../.." <<'PYTHON'
import csv, json, pathlib, sys
rows = {row["name"]: row for row in json.load(open(sys.argv[1]))}
root = pathlib.Path(sys.argv[2])
for item in csv.DictReader(open(root / "tests/surface.tsv"), delimiter="\t"):
    name = item["name"].removesuffix("[ConnectionId]")
    assert name in rows, name
    for column in ("kind", "type", "access"):
        assert rows[name].get(column, "") == item[column], (name, column)
headers = {role: (root / f"include/hyco/{role}.h").read_text() +
           (root / "include/hyco/http.h").read_text()
           for role in ("receiver", "sender")}
for name, row in rows.items():
    assert row["help"].endswith("."), name
    roles = [row["scope"]] if row["scope"] in headers else headers
    for role in roles:
        form = {"method": f"hyco_{role}_{name}(", "event": f"(*{name})"}
        assert form.get(row["kind"], "") in headers[role], (name, role)
PYTHON
status=0
"$HYCO" properties >/dev/full 2>"$scratch/err" || status=$?
check "a full disk is an error" ends_with 1 'standard output'

finish
