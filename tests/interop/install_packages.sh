#!/bin/bash
# install_packages.sh DIRECTORY: the npm packages of package-lock.json below
# DIRECTORY, with no script of theirs run. What is there already is kept while
# the lock file is the same.
#
# In the lock file hyco-ws and hyco-https depend on moment and ws alone. They also
# name crypto, events, http, https and util, each at "latest", and never load
# them, for Node has modules of these names; http is gone from npm, and a lock
# file does not hold a "latest" (npm 9 and 11 ask the registry again). After an
# update edit their "dependencies" there the same way.
set -euo pipefail
cd "$(dirname "$0")"

target=$1
mkdir -p "$target"
if cmp -s package-lock.json "$target/installed"; then
  exit 0
fi

rm -rf "${target:?}"/{installed,node_modules}
cp package.json package-lock.json "$target"
(cd "$target" && npm ci --ignore-scripts --no-audit --no-fund)
cp package-lock.json "$target/installed"
