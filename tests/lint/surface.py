#!/usr/bin/env python3
"""Every item of tests/surface.tsv has a row, handler or function, and a test of
what it does: one with a comment /* surface: NAME, NAME */ before it."""

import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent.parent


def tags():
    """Name and test of each tag; the test is None where none follows that runs."""
    tag = re.compile(r"surface: ([^\n]*)")
    test = re.compile(r"(?:\s*/\*(?:(?!\*/).)*\*/)*\s*static void (\w+)\(void \*\*state\)",
                      re.DOTALL)
    for path in sorted((ROOT / "tests").rglob("*_test.c")):
        text = path.read_text(encoding="utf-8")
        for match in tag.finditer(text):
            found = test.match(text, text.index("*/", match.end() - 2) + 2)
            runs = found and len(re.findall(rf"\b{found[1]}\b", text)) > 1
            for name in match[1].split(","):
                yield name.strip(" */"), f"{path.stem}: {found[1]}" if runs else None


def rows():
    """Name, access and default of each row of the table."""
    header = (ROOT / "include/hyco/property.h").read_text(encoding="utf-8")
    flat = re.sub(r"\s*\\\n\s*", " ", header)
    pattern = r'XX\(\w+, "(\w+)", (\w+), (\w+), (\w+), \w+, "([^"]*)"'
    return {name: (kind.lower(), kind_of.lower(), access.lower(), default)
            for name, kind, kind_of, access, default in re.findall(pattern, flat)}


def problems():
    table, tagged = rows(), dict(tags())
    yield from (f"{name}: its tag stands before no test"
                for name, test in tags() if name and test is None)
    headers = "".join(p.read_text(encoding="utf-8")
                      for p in (ROOT / "include/hyco").glob("*.h"))
    with open(ROOT / "tests/surface.tsv", encoding="utf-8", newline="") as file:
        items = list(csv.DictReader(file, delimiter="\t"))
    for item in items:
        name = item["name"].removesuffix("[ConnectionId]")
        if name not in tagged:
            yield f"{name}: no test is tagged with it"
        if item["kind"] == "event" and f"(*{name})" not in headers:
            yield f"{name}: no such handler"
        elif item["kind"] == "method" and f"hyco_receiver_{name}(" not in headers:
            yield f"{name}: no such function"
        elif item["kind"] in ("property", "setting") and name not in table:
            yield f"{name}: no such row"
        elif name in table:
            wanted = (item["kind"], item["type"], item["access"])
            if table[name][:3] != wanted:
                yield f"{name}: {table[name][:3]}, not {wanted}"
            default = item["default"].replace("(system)", "")
            if default and table[name][3] != default:
                yield f"{name}: default {table[name][3]}, not {default}"


def main():
    found = list(problems())
    print("\n".join(found))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
