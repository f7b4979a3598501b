# hyco connect with a file as its input. Sourced behind lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # where_to, scratch: lib.sh

# connect INPUT ARGUMENT...: the output goes to out.
connect() {
  local input=$1
  shift
  status=0
  "$HYCO" connect "$@" "${where_to[@]}" <"$input" >"$scratch/out" \
    2>"$scratch/err" || status=$?
  cat "$scratch/err" >>"$scratch/all.err"
}

returned() { # returned FILE: the last connect got this, and ended well
  [ "$status" -eq 0 ] && [ ! -s "$scratch/err" ] && cmp "$1" "$scratch/out"
}
