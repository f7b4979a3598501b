#!/usr/bin/env python3
"""1 GB offered to a receiver that reads nothing grows no process by more than
2 MiB; the sender waits for as long as that lasts, and nothing is lost."""

import contextlib
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import time

from measured import (PATIENCE_S, build, build_programs, cases, check,
                      start_relay, starter)

OFFERED = 10 ** 9
GROWTH_MAX_KIB = 2048
WARM_UP = 65536  # bytes that went through before memory is looked at
STILL_S = 3  # nothing was taken for so long: it is blocked


def offer(pipe, n, patience_s):
    """Writes n bytes, or until nothing was taken for so long; how many were
    taken."""
    block = bytes(range(256)) * 256
    taken = 0
    while taken < n and select.select([], [pipe], [], patience_s)[1]:
        with contextlib.suppress(BlockingIOError):
            taken += os.write(pipe, block[:n - taken])
    return taken


def start_parties(scratch, stack):
    start = starter(scratch, stack)
    relay, ca, string = start_relay(scratch, start)
    receiver = start("receiver", build / "tests/e2e/unread_receiver", string,
                     ca, "unread")
    receiver.line("listening")
    sender = start("sender", build / "cli/hyco", "connect", "unread", "-v", "-c",
                   f"@{string}", "--ca", ca, stdin=subprocess.PIPE)
    receiver.line("connected")
    return {"relay": relay, "receiver": receiver, "sender": sender}


def check_growth(parties, when):
    for name, party in parties.items():
        growth = party.growth()
        print(f"# {name}: {party.warm} KiB, then {growth} more")
        check(f"the {name} grows by at most 2 MiB {when}",
              growth <= GROWTH_MAX_KIB, f"{growth} KiB")


def run(parties):
    receiver, sender = parties["receiver"], parties["sender"]
    pipe = sender.process.stdin.fileno()
    os.set_blocking(pipe, False)
    taken = offer(pipe, WARM_UP, PATIENCE_S)
    time.sleep(1)  # until that is where it can go
    for party in parties.values():
        party.start_watching()

    taken += offer(pipe, OFFERED - taken, STILL_S)
    check("the sender is blocked, not dead",
          taken < OFFERED and sender.process.poll() is None,
          f"{taken} bytes taken, {sender.log.read_text()}")
    check_growth(parties, "while nothing is read")

    receiver.process.send_signal(signal.SIGUSR1)
    taken += offer(pipe, OFFERED - taken, PATIENCE_S)
    check_growth(parties, "while all is read")
    sender.process.stdin.close()
    check("all arrives once it is read",
          receiver.line("received ") == f"{OFFERED}, closed 1000",
          receiver.log.read_text())
    check("the sender ends well", sender.process.wait(PATIENCE_S) == 0,
          sender.log.read_text())


def main():
    build_programs("hyco", "unread_receiver")
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))
        run(start_parties(scratch, stack))
    print(f"1..{len(cases)}")
    sys.exit(0 if cases and all(cases) else 1)


if __name__ == "__main__":
    main()
