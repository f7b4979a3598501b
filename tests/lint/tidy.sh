#!/bin/sh
# clang-tidy (.clang-tidy) over the library and the command: tidy.sh BUILD
set -eu

build=$1
run-clang-tidy -quiet -p "$build" -j "$(nproc)" "^$PWD/(src|cli)/" \
  >"$build/tidy.log" 2>"$build/tidy.err" && exit 0
grep -E -A 3 '(warning|error):' "$build/tidy.log" || cat "$build/tidy.err"
exit 1
