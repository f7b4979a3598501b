#!/bin/sh
# Each public header compiles alone, in C11 and in C++17.
set -eu

warnings="-Wall -Wextra -Wpedantic -Werror -fsyntax-only -Iinclude"
failed=0
for header in include/hyco/*.h; do
  program="#include <hyco/${header##*/}>
extern int not_empty;"
  # shellcheck disable=SC2086 # a list of words
  echo "$program" | gcc -std=c11 $warnings -x c - || failed=1
  # shellcheck disable=SC2086
  echo "$program" | clang++ -std=c++17 $warnings -x c++ - || failed=1
done
exit $failed
