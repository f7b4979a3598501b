#!/bin/sh
# clang-tidy (.clang-tidy) over everything that a build compiles: tidy.sh BUILD
set -eu

build=$1
run-clang-tidy -quiet -p "$build" -j "$(nproc)" "^$PWD/" \
  >"$build/tidy.log" 2>"$build/tidy.err" && exit 0
colour=$(printf '\033')'\[[0-9;]*m'
sed "s/$colour//g" "$build/tidy.log" | grep -E -A 3 '(warning|error): ' ||
  tail "$build/tidy.err"
exit 1
