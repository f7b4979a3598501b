#!/bin/bash
# The symbols that libhyco.so exports, against cmake/exported-symbols.txt:
# exported-symbols.sh --check|--write LIBRARY
set -euo pipefail

list=$(dirname "$0")/../cmake/exported-symbols.txt

# Sanitized builds export marks of their own.
exported() {
  nm -D --defined-only --format=posix "$1" | cut -d ' ' -f 1 |
    grep -v '^__odr_asan' | LC_ALL=C sort
}

case ${1:-} in
--check)
  if ! diff -u "$list" <(exported "$2"); then
    echo "if this is meant: cmake --build BUILD --target exported-symbols"
    exit 1
  fi
  ;;
--write) exported "$2" >"$list" ;;
*)
  echo "usage: exported-symbols.sh --check|--write LIBRARY" >&2
  exit 2
  ;;
esac
