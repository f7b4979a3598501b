# Blocks of a document: cut out, and run as a reader would. Sourced behind lib.sh.
# shellcheck shell=bash disable=SC2154 # lib.sh has them

# blocks_of FILE: each goes to a file of its own: block1.sh, block2.c, ...
blocks_of() {
  awk -v dir="$scratch" '
    /^```/ && file { close(file); file = ""; next }
    /^```/ { file = dir "/block" ++n "." substr($0, 4); printf "" >file; next }
    file { print >file }' "$1"
}

# run_block FILE: line by line, in the scratch directory; each "&" is waited
# for, what the others print goes to result1, result2, ...
run_block() {
  local line words
  PATH=$(dirname "$(realpath "$HYCO")"):$PATH
  HYCO=$(realpath "$HYCO")
  cd "$scratch" || exit 1
  while IFS= read -r line; do
    if [[ $line == *'&' ]]; then
      read -ra words <<<"${line%&}"
      check "$line" in_background "${words[@]}"
    else
      run bash -o pipefail -c "$line"
      check "$line" test "$status" -eq 0
      results=$((results + 1))
      cp out "result$results"
    fi
  done <"$1"
}
declare -A says=([relay]='out ^ready ' [listen]='err ^listening ')
background=()
results=0

in_background() { # in_background hyco COMMAND ARGUMENT...
  local file=${says[$2]%% *} pattern=${says[$2]#* }
  start "$2" "$@"
  background=("$pid" "${background[@]}")
  await "$pid" "$2.$file" "$pattern"
}

stop_background() {
  for pid in "${background[@]}"; do
    check "SIGTERM ends what was left in the background" stop "$pid"
  done
}
