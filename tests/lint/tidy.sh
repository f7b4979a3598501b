#!/bin/sh
# clang-tidy (.clang-tidy) over everything that a build compiles: tidy.sh BUILD
set -eu

build=$1
run-clang-tidy -quiet -p "$build" -j "$(nproc)" "^$PWD/" \
  >"$build/tidy.log" 2>"$build/tidy.err" && exit 0
grep -E -A 3 '(warning|error):' "$build/tidy.log" || tail "$build/tidy.err"
exit 1
