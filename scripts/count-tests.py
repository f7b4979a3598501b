#!/usr/bin/env python3
"""Counts the single cases in CTest's JUnit file: count-tests.py FILE prints
"PASSED FAILED", and names what failed on standard error.

A program's output says what its cases are: cmocka's lines, or TAP's as our
scripts and Node print them. A program without either is one case. A case that
began and has no result, and one that was skipped, has failed; so has a program
that fails although all its cases passed."""

import re
import sys
import xml.etree.ElementTree as ElementTree

CMOCKA_RUN = re.compile(r"^\[ RUN      \] (.+)$", re.M)
CMOCKA_OK = re.compile(r"^\[       OK \] (.+)$", re.M)
TAP = re.compile(r"^\s*(not ok|ok)\b(.*)$", re.M)


def cases(output):
    """Yields (name, passed)."""
    good = CMOCKA_OK.findall(output)
    for name in CMOCKA_RUN.findall(output):
        yield name, name in good
    for verdict, name in TAP.findall(output):
        skipped = re.search(r"#\s*(skip|todo)\b", name, re.I)
        yield name.strip(" -"), verdict == "ok" and not skipped


def count(testcase):
    """Returns (passed, failed) of one program and reports what failed."""
    program = testcase.get("name")
    ran_well = testcase.get("status") == "run"
    found = list(cases(testcase.findtext("system-out") or ""))
    bad = [name for name, good in found if not good]
    if not ran_well and not bad:
        bad = [f"(status {testcase.get('status')})"]
    for name in bad:
        print(f"FAILED: {program}: {name}", file=sys.stderr)
    good = sum(1 for _, passed in found if passed)
    return good + (1 if ran_well and not found else 0), len(bad)


def main():
    suite = ElementTree.parse(sys.argv[1]).getroot()
    results = [count(testcase) for testcase in suite.iter("testcase")]
    if not results:
        sys.exit("no tests were run")
    print(sum(r[0] for r in results), sum(r[1] for r in results))


if __name__ == "__main__":
    main()
