#!/usr/bin/env python3
"""Which lines and branches of src the tests reach, a table by room; fails where
a room is below the aim. coverage.py [--missing] [--build DIR] [--no-run]:
--missing lists what is not reached; --no-run reads what the last run left.

A branch is one way out of a condition, as gcov counts them. The failing side of
an assert is not counted: it marks our own bugs."""

import argparse
import collections
import json
import pathlib
import subprocess
import sys

project = pathlib.Path(__file__).resolve().parents[1]
LINES_MIN = 90
BRANCHES_MIN = 80
ROOMS = ["base", "protocol", "session", "receiver", "sender", "relay"]
# They check texts, make builds of their own, or measure.
LEFT_OUT = "lint_|e2e_(install|memory|many|demo)|interop_"


def run_tests(build):
    subprocess.run(["cmake", "--preset", "coverage", "-B", build], cwd=project,
                   check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", build], cwd=project, check=True,
                   stdout=subprocess.DEVNULL)
    for counts in build.rglob("*.gcda"):
        counts.unlink()
    return subprocess.run(
        ["ctest", "--test-dir", build, "-E", LEFT_OUT, "-j2",
         "--output-on-failure"], cwd=project, check=False).returncode


def read_counts(build):
    """{file: {line: [count, [branch counts]]}}, all objects added up."""
    files = collections.defaultdict(dict)
    objects = build / "CMakeFiles/hyco_objects.dir"
    for notes in sorted(objects.rglob("*.gcno")):
        text = subprocess.run(
            ["gcov", "--json-format", "--stdout", "--branch-probabilities",
             str(notes)], cwd=build, check=True, capture_output=True).stdout
        for document in text.splitlines():
            for file in json.loads(document)["files"]:
                add(files, build, file)
    return files


def add(files, build, file):
    path = pathlib.Path(build, file["file"]).resolve()
    if not path.is_relative_to(project / "src"):
        return
    lines = files[path.relative_to(project)]
    for line in file["lines"]:
        branches = [branch["count"] for branch in line["branches"]]
        known = lines.setdefault(line["line_number"], [0, []])
        known[0] += line["count"]
        longer = max(len(known[1]), len(branches))
        known[1] = [a + b for a, b in zip(
            known[1] + [0] * (longer - len(known[1])),
            branches + [0] * (longer - len(branches)))]


def without_asserts(path, lines):
    """No branches where an assert stands."""
    source = (project / path).read_text().splitlines()
    return {number: (count, [] if "assert(" in source[number - 1] else branches)
            for number, (count, branches) in lines.items()}


class Figures:
    def __init__(self):
        self.lines = self.lines_hit = self.branches = self.branches_hit = 0

    def count(self, lines):
        for count, branches in lines.values():
            self.lines += 1
            self.lines_hit += count > 0
            self.branches += len(branches)
            self.branches_hit += sum(1 for taken in branches if taken > 0)

    def percent(self):
        return (100 * self.lines_hit / max(self.lines, 1),
                100 * self.branches_hit / max(self.branches, 1))


def print_table(files):
    """Returns the rooms that are below the aim."""
    rooms = collections.defaultdict(Figures)
    for path, lines in files.items():
        rooms[path.parts[1]].count(lines)
    print("| room | lines | reached | branches | reached |")
    print("|---|---|---|---|---|")
    for name, room in sorted(rooms.items()):
        lines, branches = room.percent()
        print(f"| `src/{name}` | {room.lines} | {lines:.1f} % | "
              f"{room.branches} | {branches:.1f} % |")
    return [name for name in ROOMS
            if rooms[name].percent()[0] < LINES_MIN or
            rooms[name].percent()[1] < BRANCHES_MIN]


def print_missing(files):
    for path, lines in sorted(files.items()):
        source = (project / path).read_text().splitlines()
        for number, (count, branches) in sorted(lines.items()):
            never = sum(1 for taken in branches if taken == 0)
            if count == 0:
                print(f"{path}:{number}: never: {source[number - 1].strip()}")
            elif never:
                print(f"{path}:{number}: {never} of {len(branches)} branches "
                      f"never: {source[number - 1].strip()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--missing", action="store_true")
    parser.add_argument("--no-run", action="store_true")
    parser.add_argument("--build", type=pathlib.Path,
                        default=project / "build/coverage")
    options = parser.parse_args()
    rc = 0 if options.no_run else run_tests(options.build)
    files = {path: without_asserts(path, lines)
             for path, lines in read_counts(options.build.resolve()).items()}
    if options.missing:
        print_missing(files)
    low = print_table(files)
    if low:
        print(f"below {LINES_MIN} % of lines or {BRANCHES_MIN} % of branches: "
              f"{', '.join(low)}")
    sys.exit(1 if low or rc else 0)


if __name__ == "__main__":
    main()
