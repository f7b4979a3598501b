#!/usr/bin/env python3
"""Runs a command whose standard error, with --both also standard output, is a
terminal, and writes what the terminal got to our standard error as it comes:
on_terminal.py [--both] COMMAND..."""

import os
import pty
import subprocess
import sys

TERMINAL = 2


def main():
    both = sys.argv[1] == "--both"
    keyboard, screen = pty.openpty()
    party = subprocess.Popen(sys.argv[1 + both:], stdin=subprocess.DEVNULL,
                             stdout=screen if both else None, stderr=screen)
    os.close(screen)
    while True:
        try:
            got = os.read(keyboard, 65536)
        except OSError:  # EIO: nobody has the terminal open any more
            break
        if not got:
            break
        os.write(TERMINAL, got)
    sys.exit(party.wait())


if __name__ == "__main__":
    main()
