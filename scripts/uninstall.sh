#!/bin/sh
# Removes the files that an install manifest names, below DESTDIR, and the
# directories of hyco's own that are empty then: uninstall.sh MANIFEST
set -eu

manifest=$1
if [ ! -e "$manifest" ]; then
  echo "uninstall: no $manifest: nothing was installed from here" >&2
  exit 1
fi

# The last line of a manifest has no newline.
while IFS= read -r file || [ -n "$file" ]; do
  rm -f -- "${DESTDIR:-}$file"
  dir=$(dirname -- "${DESTDIR:-}$file")
  case $dir in
  */hyco) rmdir -- "$dir" 2>/dev/null || true ;;
  esac
done <"$manifest"
rm -f -- "$manifest"
