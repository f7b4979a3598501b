#!/bin/sh
# Prints the project's own files that end in one of the given suffixes, one a
# line, relative to the project's directory: source-files.sh c h
set -eu
cd "$(dirname "$0")/.."

for suffix in "$@"; do
  find include src cli tests fuzz bench examples cmake scripts \
    \( -name node_modules -o -name corpus \) -prune -o \
    -type f -name "*.$suffix" -print 2>/dev/null || true
done | sort
