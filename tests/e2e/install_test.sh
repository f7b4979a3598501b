#!/bin/bash
# Installs into an empty directory, builds a program against what lies there
# through CMake and through pkg-config, and uninstalls without a trace.
set -euo pipefail
cd "$(dirname "$0")/../.."

example=$PWD/tests/e2e/install_example
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
prefix=$scratch/prefix
number=0
# Not build/release: its manifest may tell of an install that is in use.
export BUILD=build/install-test

# expect NAME COMMAND...: one case in TAP.
expect() {
  local name=$1
  shift
  number=$((number + 1))
  if "$@" >"$scratch/log" 2>&1; then
    echo "ok $number - $name"
  else
    echo "not ok $number - $name"
    cat "$scratch/log"
    exit 1
  fi
}

prints_the_error() {
  "$@" | tee /dev/stderr | grep -q '^HYCO_EWOULDBLOCK: the queue is full'
}

builds_with_cmake() {
  cmake -S "$example" -B "$scratch/cmake" -D CMAKE_PREFIX_PATH="$prefix" &&
    cmake --build "$scratch/cmake" &&
    prints_the_error "$scratch/cmake/example_shared" &&
    prints_the_error "$scratch/cmake/example_static"
}

use_pkg_config() {
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name hyco.pc)") \
    pkg-config "$@" hyco
}

builds_with_pkg_config() {
  local flags
  read -ra flags <<<"$(use_pkg_config --cflags --libs)"
  gcc -std=c11 "$example/main.c" "${flags[@]}" -o "$scratch/example" &&
    LD_LIBRARY_PATH=$(use_pkg_config --variable=libdir) \
      prints_the_error "$scratch/example"
}

# libhyco.a with the shared libraries that it stands on: --static would want
# everything below libcurl as an archive.
builds_statically_with_pkg_config() {
  local needed flags
  read -ra needed <<<"$(use_pkg_config --print-requires-private | xargs)"
  read -ra flags <<<"$(use_pkg_config --cflags --libs-only-L) \
    -l:libhyco.a $(pkg-config --libs "${needed[@]}") -pthread"
  gcc -std=c11 "$example/main.c" "${flags[@]}" -o "$scratch/example_static" &&
    prints_the_error "$scratch/example_static"
}

command_runs() {
  "$prefix/bin/hyco" --version
}

nothing_is_left() {
  test -z "$(find "$1" ! -type d -o -name hyco)"
}

unset DESTDIR MAKEFLAGS MAKELEVEL
expect "the release build works" make build
expect "make install" make install prefix="$prefix"
expect "a program is built through the CMake package" builds_with_cmake
expect "a program is built through pkg-config" builds_with_pkg_config
expect "the static library works too" builds_statically_with_pkg_config
expect "the installed command runs" command_runs
expect "it brings its manual" test -s "$prefix/share/man/man1/hyco-listen.1"
expect "and its completion" \
  test -s "$prefix/share/bash-completion/completions/hyco"
expect "make uninstall" make uninstall
expect "nothing is left" nothing_is_left "$prefix"
expect "make install below DESTDIR" \
  make install PREFIX=/opt/relay DESTDIR="$scratch/stage"
expect "only there" test -e "$scratch/stage/opt/relay/include/hyco/hyco.h"
expect "make uninstall below DESTDIR" \
  make uninstall DESTDIR="$scratch/stage"
expect "nothing is left there" nothing_is_left "$scratch/stage"
echo "1..$number"
