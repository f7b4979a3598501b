#!/bin/bash
# Builds with gcc and clang and runs every kind of test. What cannot run has
# failed. The last line is "N passed, N failed": single cases, not programs.
set -uo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
jobs=$(nproc)
out=build/check

# step NAME COMMAND...: one thing that works or does not.
step() {
  local name=$1
  shift
  echo "== $name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "== $name: FAILED"
  fi
}

# -k 0: one broken target does not hide the others' tests.
build_with_gcc() {
  cmake --preset dev && cmake --build --preset dev -- -k 0
}

build_with_clang() {
  cmake --preset clang -B $out/clang -D HYCO_FUZZ=ON &&
    cmake --build $out/clang -- -k 0
}

run_tests() {
  local counts
  rm -f $out/dev.xml
  ctest --preset dev -j "$jobs" --timeout 600 \
    --test-output-size-passed 1000000 --test-output-size-failed 1000000 \
    --output-junit "$PWD/$out/dev.xml"
  counts=$(scripts/count-tests.py $out/dev.xml) || counts="0 1"
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
}

# The fuzzers run over their corpora only; make soak runs them for long.
replay_corpora() {
  local corpus name
  for corpus in fuzz/corpus/*/; do
    name=$(basename "$corpus")
    step "fuzz $name" $out/clang/fuzz/fuzz_"$name" -runs=0 "$corpus"
  done
}

mkdir -p $out
shopt -s nullglob
step "build with gcc" build_with_gcc
step "build with clang" build_with_clang
run_tests
replay_corpora

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
