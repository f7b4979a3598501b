#!/bin/sh
# No file is longer than 600 lines (CONTRIBUTING.md).
set -eu

max=600
long=$(scripts/source-files.sh c h sh py js cmake |
  xargs wc -l | awk -v max=$max '$2 != "total" && $1 > max')
if [ -n "$long" ]; then
  echo "longer than $max lines:"
  echo "$long"
  exit 1
fi
