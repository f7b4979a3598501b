#!/bin/bash
# The blocks of README.md do what it says: readme_test.sh BUILD. Programs are
# compiled as it tells, against what BUILD installs, and run; so are the
# commands. CC and CFLAGS are those of the build.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$1
prefix=$scratch/prefix
: "${CC:?is the compiler of the build}" "${CFLAGS=}"
export CC CFLAGS LDFLAGS=$CFLAGS

# shellcheck source=tests/e2e/blocks.sh
. "$root/tests/e2e/blocks.sh"
blocks_of "$root/README.md"

# block PATTERN: the one block that has a line like that.
block() { grep -l -e "$1" "$scratch"/block*; }

parses() { bash -n "$1"; }

# Targets that the README names, without running them.
make_knows() { MAKEFLAGS='' make -n -C "$root" "$1" >"$scratch/out"; }

for file in "$scratch"/block*.sh; do
  check "${file##*/} is shell" parses "$file"
done
for target in $(sed -nE 's/^(sudo )?make *([a-z]*)( .*|$)/\2/p' \
  "$scratch"/block*.sh); do
  check "make $target exists" make_knows "$target"
done

# --- the library, installed ---

# Both functions of the README in one program: program serve|greet STRING.
# The receiver takes HTTP requests as well, as the README says.
sed 's/\.on_connection_data_in = echo/&, .on_http_request = answer/' \
  "$(block '^int serve')" >"$scratch/serve.c"
cp "$(block '^static void answer')" "$scratch/answer.c"
cp "$(block '^int greet')" "$scratch/greet.c"
cat >"$scratch/program.c" <<'C'
#include <hyco/hyco.h>
#include <string.h>
#include "answer.c"
#include "serve.c"
#include "greet.c"
int main(int argc, char **argv)
{
  int rc = strcmp(argv[1], "serve") == 0 ? serve(argv[2]) : greet(argv[2]);
  return argc == 3 && rc >= 0 ? 0 : 1;
}
C

# The README's line for pkg-config, with the flags of the build.
cc() { read -ra flags <<<"$CFLAGS" && "$CC" -Wall -Werror "${flags[@]}" "$@"; }
compiles_as_told() (
  cd "$scratch"
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name hyco.pc)")
  export PKG_CONFIG_PATH
  # shellcheck source=/dev/null
  . "$(block '^cc program.c')"
)

# What is installed elsewhere is found without LD_LIBRARY_PATH; without
# arguments the example tells so by its exit status.
compiles_an_example() {
  local HOME=$scratch/home
  mkdir "$HOME" && ln -s "$prefix" "$HOME/hyco"
  ln -s "$root/examples" "$scratch/examples"
  grep -E '^(export|cc) ' "$(block '^cc examples')" >"$scratch/example.sh"
  # shellcheck source=/dev/null
  (cd "$scratch" && . "$scratch/example.sh") || return
  run "$scratch/echo_receiver"
  test "$status" -eq 2
}

compiles_with_cmake() {
  mkdir "$scratch/project"
  cp "$scratch"/{program,answer,serve,greet}.c "$scratch/project"
  {
    echo 'cmake_minimum_required(VERSION 3.25)'
    echo 'project(readme LANGUAGES C)'
    echo 'add_executable(program program.c)'
    cat "$(block '^find_package')"
  } >"$scratch/project/CMakeLists.txt"
  cmake -S "$scratch/project" -B "$scratch/project/build" \
    -D CMAKE_PREFIX_PATH="$prefix" && cmake --build "$scratch/project/build"
}

run cmake --install "$build" --prefix "$prefix"
check "the build can be installed" test "$status" -eq 0
run compiles_as_told
check "the programs compile through pkg-config" test "$status" -eq 0
run compiles_with_cmake
check "the programs compile through CMake" test "$status" -eq 0
check "an example compiles, and finds a library elsewhere" compiles_an_example
LD_LIBRARY_PATH=$(dirname "$(find "$prefix" -name libhyco.so)")
export LD_LIBRARY_PATH

start_relay --no-tls
plain="$(cat "$connection_string");UseDevelopmentEmulator=true"
start serve "$scratch/program" serve "$plain"
serve_pid=$pid
# It says nothing: try until it listens.
for ((i = 0; i < 500; i++)); do
  run "$scratch/program" greet "$plain"
  [ "$status" -eq 0 ] && break
  sleep 0.02
done
check "the receiver sends back what the sender sends" \
  test "$(cat "$scratch/out")" = Hello
run "$scratch/project/build/program" greet "$plain"
check "also when built with CMake" test "$(cat "$scratch/out")" = Hello
run "$HYCO" request -c "$plain" demo/any
check "the receiver answers an HTTP request" grep -qx hello "$scratch/out"
stop "$serve_pid" || true # it has no handler for signals
check "SIGTERM ends the relay well" stop "$relay_pid"

# --- the commands ---

run_block "$(block '^hyco relay')"
check "connect prints what listen sends back" test "$(cat result1)" = Hello
check "token prints a token" grep -q '^SharedAccessSignature sr=' result2
check "properties prints the table" grep -q '^AutoReconnect ' result3
stop_background
finish
