#!/usr/bin/env python3
"""What the documents name is there: targets of links, files, and identifiers of
C (all in `code`)."""

import pathlib
import re
import sys

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w.-]+(/[\w.-]+)*\.(c|h|py|sh|js|md|cmake|svg|txt)")
IDENTIFIER = re.compile(r"(hc|hyco|HC|HYCO)_\w*\w")
SOURCES = ("include", "src", "cli", "tests", "fuzz", "bench", "examples",
           "docs", "cmake", "scripts")


def sources():
    for top in SOURCES:
        for path in pathlib.Path(top).rglob("*"):
            if path.is_file() and "node_modules" not in path.parts:
                yield path


def is_file(name, files):
    return any(f"/{path}".endswith(f"/{name}") for path in files)


def complaints(page, files, words):
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if "://" not in target and not (page.parent / target).exists():
            yield f"{page}: links to {target}, which is not there"
    for code in CODE.findall(text):
        if FILE.fullmatch(code) and not is_file(code, files):
            yield f"{page}: names the file {code}, which is not there"
        for match in IDENTIFIER.finditer(code):
            if match[0] not in words:
                yield f"{page}: names {match[0]}, which is not there"


def main():
    files = list(sources()) + list(pathlib.Path(".").glob("*.*"))
    words = {word for path in files
             if path.suffix in (".c", ".h", ".cmake", ".txt")
             for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    # What the preprocessor puts together from the tables.
    words |= {f"HYCO_{word}" for word in words}
    pages = [*pathlib.Path(".").glob("*.md"), *pathlib.Path("docs").rglob("*.md")]
    found = [line for page in sorted(pages)
             for line in complaints(page, files, words)]
    print("\n".join(found))
    sys.exit(1 if found or not pages else 0)


if __name__ == "__main__":
    main()
