#!/usr/bin/env python3
"""Imports point down only: which room may include which, and where the headers
of libuv, libcurl, OpenSSL and libyaml may appear (docs/architecture.md)."""

import pathlib
import re
import sys

# A room may always include itself, <hyco/...> and the system's headers.
ROOMS = {
    "base": set(),
    "protocol": {"base"},
    "net": {"base"},
    "tls": {"base"},
    "io": {"base", "net", "tls"},
    "session": {"base", "net", "protocol"},
    "receiver": {"base", "net", "protocol", "session"},
    "sender": {"base", "net", "protocol", "session"},
    "relay": {"base", "net", "protocol"},
    "api": {"base", "net", "protocol", "tls", "io", "session", "receiver",
            "sender", "relay"},
}
OTHERS = {
    r"uv(\.h|/)": {"src/io", "cli"},
    r"curl/": {"src/io"},
    r"openssl/": {"src/tls"},
    r"yaml\.h": {"src/api"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def own_header_is_allowed(path, header):
    """path includes "header"."""
    if "/" not in header:
        return (path.parent / header).exists()
    target = header.split("/")[0]
    if path.parts[0] != "src":
        return False
    room = path.parts[1]
    return target == room or target in ROOMS[room]


def other_header_is_allowed(path, header):
    """path includes <header>."""
    place = "/".join(path.parts[:2]) if path.parts[0] == "src" else path.parts[0]
    return all(place in places
               for pattern, places in OTHERS.items()
               if re.match(pattern, header))


def complaints(path):
    for own, other in INCLUDE.findall(path.read_text(encoding="utf-8")):
        if own and not own_header_is_allowed(path, own):
            yield f'{path}: may not include "{own}"'
        if other and not other_header_is_allowed(path, other):
            yield f"{path}: may not include <{other}>"


def main():
    files = [path
             for top in ("include", "src", "cli")
             for path in sorted(pathlib.Path(top).rglob("*.[ch]"))]
    found = [line for path in files for line in complaints(path)]
    print("\n".join(found))
    sys.exit(1 if found or not files else 0)


if __name__ == "__main__":
    main()
