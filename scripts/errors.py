#!/usr/bin/env python3
"""Makes docs/errors.md from the table in include/hyco/error.h: errors.py
--write, or --check to see whether it is up to date."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
PAGE = ROOT / "docs" / "errors.md"

HEAD = """\
# Errors

<!-- Made by scripts/errors.py from include/hyco/error.h: change it there, then
run scripts/errors.py --write. -->

Functions return the negative number, events carry the positive one. Numbers
from 600 to 619 are hyco's own, the others those of the `AzureRelayReceiver`
class. `hyco_receiver_last_error_text` has the detail: which value, and what is
allowed. **Retry**: trying the same again later may help
(`hyco_error_may_retry`); where it says no, something has to be changed first.
`hyco_strerror` gives the text, `hyco_error_advice` what to do.

| Number | Name | Retry | What it means | What to do |
|---|---|---|---|---|
"""


def page():
    header = (ROOT / "include/hyco/error.h").read_text(encoding="utf-8")
    flat = re.sub(r"\s*\\\n\s*", " ", header).replace('" "', "")
    rows = re.findall(r'XX\((\w+), (\d+), (true|false), "([^"]*)", "([^"]*)"\)', flat)
    return HEAD + "".join(
        f"| {number} | `HYCO_{name}` | {'yes' if retry == 'true' else 'no'} | {text} | {advice} |\n"
        for name, number, retry, text, advice in rows)


def main():
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    elif sys.argv[1:] != ["--check"]:
        sys.exit("usage: errors.py --write|--check")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.exit("docs/errors.md is out of date: run scripts/errors.py --write")


if __name__ == "__main__":
    main()
