#!/usr/bin/env python3
"""A long HTTP body goes to a receiver and comes back, and neither the relay nor
the receiver ever has more than 64 MiB resident: http_memory_test.py [BYTES].
The receiver is hyco listen --http-echo: StreamRequests and hyco_response_*."""

import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

from measured import (PATIENCE_S, build, build_programs, cases, check,
                      start_relay, starter)

BYTES = 256 << 20
PEAK_MAX_KIB = 64 * 1024
# No power of two, so that no block looks like its neighbour.
PATTERN = os.urandom(1000003)


def start_parties(scratch, stack):
    start = starter(scratch, stack)
    hyco = build / "cli/hyco"
    relay, ca, string = start_relay(scratch, start)
    where = ["-c", f"@{string}", "--ca", ca]
    receiver = start("receiver", hyco, "listen", "long", "--http-echo", *where)
    receiver.line("listening")
    return {"relay": relay, "receiver": receiver}, [hyco, "request", "long",
                                                    *where]


def feed(pipe, size):
    """Writes the pattern until so many bytes are written, and closes."""
    with contextlib.suppress(BrokenPipeError), pipe:
        while size > 0:
            size -= pipe.write(PATTERN[:size])


def count_right(pipe):
    """How many bytes came that follow the pattern, and whether all did."""
    came = 0
    while piece := pipe.read(len(PATTERN)):
        if piece != PATTERN[:len(piece)]:
            return came, False
        came += len(piece)
    return came, True


def run(parties, request, size):
    sender = subprocess.Popen(
        [str(word) for word in (*request, "--fail", "--data-file", "-")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    feeder = threading.Thread(target=feed, args=(sender.stdin, size))
    feeder.start()
    came, right = count_right(sender.stdout)
    if not right or came < size:
        sender.kill()
    feeder.join()
    check(f"a body of {size} bytes comes back whole",
          right and came == size and sender.wait(PATIENCE_S) == 0,
          f"{came} bytes, {'right' if right else 'then others'}; "
          f"{parties['receiver'].log.read_text()}")
    for name, party in parties.items():
        peak = party.kib("VmHWM")
        print(f"# {name}: {peak} KiB at most")
        check(f"the {name} never has more than 64 MiB resident",
              peak <= PEAK_MAX_KIB, f"{peak} KiB")


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else BYTES
    build_programs("hyco")
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))
        run(*start_parties(scratch, stack), size)
    print(f"1..{len(cases)}")
    sys.exit(0 if cases and all(cases) else 1)


if __name__ == "__main__":
    main()
