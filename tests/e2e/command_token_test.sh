#!/bin/bash
# hyco token makes what the service accepts (spec protocol.md, "Token").
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# good_token URI VALIDITY: the last run printed one for the key "s3cret".
good_token() {
  [ "$status" -eq 0 ] && python3 - "$scratch/out" "$@" <<'PYTHON'
import base64, hashlib, hmac, sys, time, urllib.parse
token = open(sys.argv[1]).read()
prefix = "SharedAccessSignature "
assert token.startswith(prefix) and token.count("\n") == 1
fields = dict(f.split("=", 1) for f in token[len(prefix):].strip().split("&"))
assert fields["skn"] == "rule", fields
assert urllib.parse.unquote(fields["sr"]) == sys.argv[2], fields
assert 0 <= time.time() + int(sys.argv[3]) - int(fields["se"]) < 30, fields
mac = hmac.new(b"s3cret", f"{fields['sr']}\n{fields['se']}".encode(),
               hashlib.sha256).digest()
assert urllib.parse.unquote(fields["sig"]) == base64.b64encode(mac).decode()
PYTHON
}

string='Endpoint=sb://Name.example/;SharedAccessKeyName=rule'
string="$string;SharedAccessKey=s3cret"
echo s3cret >"$scratch/key"
echo "$string" >"$scratch/string"

run "$HYCO" token demo -c "$string"
check "from a connection string" good_token http://name.example/demo/ 3600
run "$HYCO" token demo -c "@$scratch/string" --validity 60
check "from a file, for a minute" good_token http://name.example/demo/ 60
run "$HYCO" token -c "$string;EntityPath=other"
check "for the EntityPath" good_token http://name.example/other/ 3600
run env HYCO_CONNECTION_STRING="$string" "$HYCO" token demo
check "from the environment" good_token http://name.example/demo/ 3600
run "$HYCO" token demo --endpoint=sb://name.example:8443 --key-name=rule \
  --key-file "$scratch/key"
check "from a key file" good_token http://name.example/demo/ 3600
run env HYCO_KEY=s3cret "$HYCO" token demo --endpoint name.example \
  --key-name rule
check "from HYCO_KEY" good_token http://name.example/demo/ 3600
run "$HYCO" token demo --endpoint name.example --key-name rule --key s3cret
check "from --key" good_token http://name.example/demo/ 3600
run "$HYCO" token -c "$string"
check "without an entity" ends_with 2 'which hybrid connection?'
run "$HYCO" token demo --endpoint name.example
check "without a key" ends_with 2 'no token: '

finish
