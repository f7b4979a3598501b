#!/usr/bin/env python3
"""Makes docs/reference.md from the tables that `hyco properties --json`
prints: reference.py --write HYCO, or --check HYCO to see whether it is up to
date."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reference.md"

HEAD = """\
# Properties, settings, methods and events

<!-- Made by scripts/reference.py from include/hyco/property.h and cli/surface.c:
change it there, then run scripts/reference.py --write build/dev/cli/hyco. -->

Every row of a property or setting is reached by its identifier (`hyco_receiver_set_int` and so on) or by
its name as text (`hyco_receiver_config`, `hyco listen --set`). The names are
those of the `AzureRelayReceiver` class, except where a row says that it is
hyco's own. `hyco properties` prints the same.

- **Access**: `rw` read and write, `r` read only, `w` write only.
- **Of**: whose row it is: a receiver's, a sender's, or both.
- **Changes**: `any` time, or only while `idle` (not listening, not connected).
- A number outside the range, or a text longer than the limit (in bytes), is
  refused with `HYCO_EBADVALUE`, and the old value stays.
"""

SECTIONS = [
    ("Properties", "Of a receiver or a sender.",
     lambda row: row["kind"] == "property" and row["scope"] != "connection"),
    ("Properties of a connection",
     "A receiver's take the number of the connection (`hyco_connection_set_int`"
     " and\nso on, or `Name[7]` as text); a sender is its own connection.",
     lambda row: row["scope"] == "connection"),
    ("Settings", "Of a receiver or a sender.",
     lambda row: row["kind"] == "setting"),
]

# Of the library's functions and handlers: title, words, kind.
OTHERS = [
    ("Methods", "What each does in full, and its errors:"
     " [hyco/receiver.h](../include/hyco/receiver.h),\n"
     "[hyco/sender.h](../include/hyco/sender.h) and"
     " [hyco/http.h](../include/hyco/http.h).", "method"),
    ("Events", "Handlers in `hyco_receiver_events` and `hyco_sender_events`.",
     "event"),
]

COLUMNS = ["Name", "Identifier", "Type", "Access", "Of", "Default", "Range",
           "Changes", "Meaning"]


def identifiers():
    """Identifier by name; the command prints names only."""
    header = (ROOT / "include/hyco/property.h").read_text(encoding="utf-8")
    return {name: f"HYCO_{identifier}" for identifier, name
            in re.findall(r'XX\((\w+),[\s\\]*"(\w+)"', header)}


def range_of(row):
    if row["type"] in ("bool", "bytes"):
        return ""
    if row["type"] == "string":
        return f"≤ {row['max']} bytes"
    if row["max"] == 2**63 - 1:
        return f"≥ {row['min']}"
    return f"{row['min']} to {row['max']}"


def line_of(row, identifier):
    default = f"`{row['default']}`" if row["default"] else ""
    cells = [f"`{row['name']}`", f"`{identifier}`", row["type"], row["access"], row["scope"],
             default, range_of(row), row["when"],
             row["help"].replace("|", "\\|")]
    return f"| {' | '.join(cells)} |"


def functions_of(row):
    roles = ["receiver", "sender"] if row["scope"] == "both" else [row["scope"]]
    return ", ".join(f"`hyco_{role}_{row['name']}`" for role in roles)


def others_of(rows, kind):
    """The table of methods, which have functions, or of events."""
    head = ["Name", "Of"] + ["Function"] * (kind == "method") + ["Meaning"]
    table = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        if row["kind"] != kind:
            continue
        cells = [f"`{row['name']}`", row["scope"]]
        cells += [functions_of(row)] * (kind == "method") + [row["help"]]
        table.append(f"| {' | '.join(cells)} |")
    return "\n".join(table)


def page_of(rows):
    names = identifiers()
    parts = [HEAD]
    for title, words, belongs in SECTIONS:
        table = [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
        table += [line_of(row, names[row["name"]])
                  for row in rows if belongs(row)]
        parts.append(f"## {title}\n\n{words}\n\n" + "\n".join(table) + "\n")
    parts += [f"## {title}\n\n{words}\n\n{others_of(rows, kind)}\n"
              for title, words, kind in OTHERS]
    return "\n".join(parts)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("--write", "--check"):
        sys.exit("usage: reference.py --write|--check HYCO")
    printed = subprocess.run([sys.argv[2], "properties", "--json"], check=True,
                             stdout=subprocess.PIPE).stdout
    page = page_of(json.loads(printed))
    if sys.argv[1] == "--write":
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        sys.exit("docs/reference.md is out of date: run scripts/reference.py "
                 f"--write {sys.argv[2]}")


if __name__ == "__main__":
    main()
