#!/bin/sh
# Every C file is as clang-format leaves it (make format).
set -eu

scripts/source-files.sh c h | xargs clang-format --dry-run --Werror
