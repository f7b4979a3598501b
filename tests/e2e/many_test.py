#!/usr/bin/env python3
"""1,000 connections at once through relay and receiver, each echoing bytes of
its own; then all are cut: descriptors and memory are back."""

import contextlib
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

from measured import (PATIENCE_S, build, build_programs, cases, check,
                      start_relay, starter)

SENDERS = 1000
ROUNDS = 3
DESCRIPTORS = 4096  # the relay holds two per connection
# What a process may have in use more than before 1,000 connections came, once
# they are gone: tables that keep their size, session tickets. A connection that
# was not freed takes some 15 KiB with it on each side.
KEPT_MAX = 768 << 10
# The same, against the round before: what is lost each time adds up.
ROUND_GROWTH_MAX = 64 << 10


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(
        DESCRIPTORS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    check(f"a process may have {DESCRIPTORS} descriptors",
          soft == DESCRIPTORS, f"the hard limit is {hard}")


def start_parties(scratch, stack):
    start = starter(scratch, stack)
    relay, ca, string = start_relay(scratch, start, reports_heap=True)
    receiver = start("receiver", build / "cli/hyco", "listen", "many", "--echo", "-v", "-c",
                     f"@{string}", "--ca", ca, reports_heap=True)
    receiver.line("")  # it says so when it listens
    senders = start("senders", build / "tests/e2e/many_senders", string, ca,
                    "many", SENDERS, ROUNDS, stdin=subprocess.PIPE)
    return relay, receiver, senders


def falls_to(read, allowed):
    """What read() gives once it is at most that; or in the end."""
    until = time.monotonic() + PATIENCE_S
    while read() > allowed and time.monotonic() < until:
        time.sleep(0.05)
    return read()


class Watched:
    """A party, and what it had before the connections came."""

    def __init__(self, name, party):
        self.name = name
        self.party = party
        self.descriptors = party.descriptors()
        self.tasks = party.threads(), party.children()
        self.empty = party.heap_bytes()
        self.allowed = self.empty + KEPT_MAX

    def look_when_full(self):
        print(f"# {self.name}: {self.party.kib('VmRSS')} KiB resident with "
              f"{SENDERS} connections")
        check(f"the {self.name} holds {SENDERS} connections",
              self.party.descriptors() >= self.descriptors + SENDERS,
              f"{self.party.descriptors()} descriptors")

    def look_when_cut(self):
        now = falls_to(self.party.descriptors, self.descriptors)
        check(f"the {self.name} has its descriptors back",
              now == self.descriptors, f"{now}, before {self.descriptors}")
        check(f"the {self.name} has neither threads nor children left",
              (self.party.threads(), self.party.children()) == self.tasks,
              f"{self.party.threads()} and {self.party.children()}, before "
              f"{self.tasks}")
        # A descriptor is back before the last of its memory is.
        in_use = falls_to(self.party.heap_bytes, self.allowed)
        print(f"# {self.name}: {in_use} bytes in use without, {self.empty} at "
              "first")
        check(f"the {self.name} has its memory back", in_use <= self.allowed,
              f"{in_use} bytes, allowed {self.allowed}")
        self.allowed = in_use + ROUND_GROWTH_MAX


def run(relay, receiver, senders):
    watched = [Watched("relay", relay), Watched("receiver", receiver)]
    for n in range(ROUNDS):
        check(f"{SENDERS} senders are echoed correctly at once",
              senders.line("echoed ", n) == str(SENDERS),
              senders.log.read_text())
        for one in watched:
            one.look_when_full()
        senders.process.stdin.write(b"\n")
        senders.process.stdin.flush()
        senders.line("cut ", n)
        for one in watched:
            one.look_when_cut()
    check("the senders end well", senders.process.wait(PATIENCE_S) == 0,
          senders.log.read_text())


def main():
    build_programs("hyco", "many_senders", "heap_report")
    raise_limit()
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))
        run(*start_parties(scratch, stack))
    print(f"1..{len(cases)}")
    sys.exit(0 if cases and all(cases) else 1)


if __name__ == "__main__":
    main()
