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

from measured import PATIENCE_S, Party, build, build_programs, cases, check

SENDERS = 1000
ROUNDS = 3
DESCRIPTORS = 4096  # the relay holds two per connection
# What a process may hold more than before 1,000 connections came, once they are
# gone: tables that keep their size, pages that are in use in part. A connection
# that was not freed takes some 15 KiB with it on each side.
KEPT_MAX_KIB = 4096
# The same, against the round before: what is lost each time adds up.
ROUND_GROWTH_KIB = 512


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(
        DESCRIPTORS, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    check(f"a process may have {DESCRIPTORS} descriptors",
          soft == DESCRIPTORS, f"the hard limit is {hard}")


def start_parties(scratch, stack):
    def start(*words, **options):
        party = Party(scratch, *words, **options)
        stack.callback(party.end)
        return party

    hyco = build / "cli/hyco"
    relay = start("relay", hyco, "relay", "--dir", scratch / "state",
                  trims=True)
    ca, string = relay.line("ca "), relay.line("connection-string ")
    relay.line("ready ")
    receiver = start("receiver", hyco, "listen", "many", "--echo", "-v", "-c",
                     f"@{string}", "--ca", ca, trims=True)
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
        self.empty_kib = self.kib()
        self.allowed_kib = self.empty_kib + KEPT_MAX_KIB

    def kib(self):
        return self.party.kib("VmRSS")

    def trimmed_kib(self):
        """A descriptor is back before the last of its memory is: each look
        trims anew."""
        self.party.trim()
        return self.kib()

    def look_when_full(self):
        print(f"# {self.name}: {self.kib()} KiB with {SENDERS} connections")
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
        kib = falls_to(self.trimmed_kib, self.allowed_kib)
        print(f"# {self.name}: {kib} KiB without, {self.empty_kib} at first")
        check(f"the {self.name} has its memory back", kib <= self.allowed_kib,
              f"{kib} KiB, allowed {self.allowed_kib}")
        self.allowed_kib = kib + ROUND_GROWTH_KIB


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
    build_programs("hyco", "many_senders", "heap_trim")
    raise_limit()
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))
        run(*start_parties(scratch, stack))
    print(f"1..{len(cases)}")
    sys.exit(0 if cases and all(cases) else 1)


if __name__ == "__main__":
    main()
