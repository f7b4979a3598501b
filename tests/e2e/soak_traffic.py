#!/usr/bin/env python3
"""Hours of real traffic: soak_traffic.py MINUTES [SEED]. Connections come and
go through two relays: a steady one, and one that is restarted every minute
while its receivers are killed. Prints figures every minute. At the end: what a
client was told is well has arrived unchanged, nothing failed without a reason,
and the steady processes hold what they held at first."""

import collections
import contextlib
import hashlib
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback

from measured import Party, build, build_programs, cases, check

CLIENTS = 3  # at work at once, on each relay
RESTART_S = 60
KILL_S = 17
SETTLE_S = 4  # a failure so long after a disturbance is its doing
SIZE_MAX = 8_000_000
CLIENT_S = 120
LATE_S = 12
GROWTH_MAX_KIB = 4096
GONE_S = 30  # until descriptors and processes of the last clients are gone

hyco = build / "cli/hyco"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Place:
    """A relay and its receivers."""

    SERVICES = {"echo": ["--echo"], "sum": ["--exec", "sha256sum"]}

    def __init__(self, scratch, name):
        self.scratch = scratch
        self.name = name
        self.port = free_port()
        self.started = 0
        self.parties = {}
        self.calm_since = 0.0
        self.disturbances = 0
        self.lock = threading.Lock()
        self.start("relay")
        for service in self.SERVICES:
            self.start(service)

    def start(self, what):
        self.started += 1
        if what == "relay":
            words = ["relay", "--listen", f"127.0.0.1:{self.port}", "--dir",
                     self.scratch / self.name]
        else:
            words = ["listen", what, *self.SERVICES[what], "-v",
                     *self.where()]
        party = Party(self.scratch, f"{self.name}-{what}-{self.started}",
                      hyco, *words)
        party.line("ready " if what == "relay" else "")
        self.parties[what] = party
        if what == "relay":
            self.ca = party.line("ca ")
            self.string = party.line("connection-string ")

    def where(self):
        return ["-c", f"@{self.string}", "--ca", self.ca]

    def replace(self, what, sig):
        """Ends a process and starts it anew; failures meanwhile are excused."""
        with self.lock:
            self.disturbances += 1
            self.calm_since = float("inf")
            party = self.parties[what]
            party.process.send_signal(sig)
            party.process.wait(20)
            self.start(what)
            self.calm_since = time.monotonic() + SETTLE_S

    def is_excused(self, began, disturbances):
        return (self.disturbances != disturbances or
                began < self.calm_since)

    def end(self):
        for party in self.parties.values():
            party.end()


class Traffic:
    """What clients do, and what came of it."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.over = threading.Event()
        self.count = collections.Counter()
        self.wrong = []

    def draw(self):
        with self.lock:
            size = self.random.choice([0, 1, 1000, 65536, 300000, SIZE_MAX])
            size = self.random.randrange(size + 1)
            kind = self.random.choice(["echo", "sum", "slow", "late", "text", "cut"])
            return kind, size, self.random.getrandbits(64)

    def note(self, **counts):
        with self.lock:
            self.count.update(counts)

    def fail(self, what):
        with self.lock:
            self.wrong.append(what)
        print(f"# WRONG: {what}", flush=True)


def payload(kind, size, seed):
    bits = random.Random(seed)
    if kind != "text":
        return bits.randbytes(size)
    lines = [f"{bits.getrandbits(200):x} \u20ac" for _ in range(size % 500)]
    return "".join(line + "\n" for line in lines).encode()


def read_slowly(pipe):
    parts = []
    while part := pipe.read(65536):
        parts.append(part)
        time.sleep(0.02)
    return b"".join(parts)


def talk(place, kind, data, scratch):
    """Runs a client; (exit status, its output). A cut one has no status."""
    entity = "sum" if kind == "sum" else "echo"
    words = [hyco, "connect", entity, "--wait-for-listener", "60",
             *place.where()] + (["--text"] if kind == "text" else [])
    with tempfile.TemporaryFile(dir=scratch) as given:
        given.write(data)
        given.seek(0)
        client = subprocess.Popen([str(word) for word in words], stdin=given,
                                  stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
    try:
        if kind == "cut":
            time.sleep(len(data) % 700 / 1000)
            client.kill()
        if kind == "late":  # longer than a Close may take
            time.sleep(LATE_S)
        if kind == "slow":
            out = read_slowly(client.stdout)
            err = client.stderr.read()
        else:
            out, err = client.communicate(timeout=CLIENT_S)
        status = client.wait(CLIENT_S)
    except subprocess.TimeoutExpired:
        client.kill()
        out, err = client.communicate()
        status = "nothing for too long"
    return (None if kind == "cut" else status), out, err.decode().strip()


def judge(traffic, name, run, excused):
    """What arrived is right if it was promised; at least its beginning is."""
    kind, data, (status, out, err) = run
    expected = data
    if kind == "sum":
        expected = hashlib.sha256(data).hexdigest().encode() + b"  -\n"
    if status == 0 and out == expected:
        traffic.note(good=1, bytes=len(data))
    elif status == 0 or not expected.startswith(out):
        traffic.fail(f"{name}: {len(out)} bytes, not the {len(expected)} "
                     f"expected, status {status} {err}")
    elif status is None:
        traffic.note(cut=1)
    elif excused:
        traffic.note(excused=1)
    else:
        traffic.fail(f"{name}: status {status} {err}")


def be_client(traffic, place, scratch):
    while not traffic.over.is_set():
        kind, size, seed = traffic.draw()
        data = payload(kind, size, seed)
        began, disturbances = time.monotonic(), place.disturbances
        run = kind, data, talk(place, kind, data, scratch)
        judge(traffic, f"{place.name} {kind} {size} {seed}", run,
              place.is_excused(began, disturbances))


def be_long_connection(traffic, place):
    """One connection for all the time, each block of which comes back."""
    client = subprocess.Popen(
        [str(word) for word in [hyco, "connect", "echo", *place.where()]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    bits = random.Random(1)
    while not traffic.over.is_set():
        block = bits.randbytes(1 + bits.randrange(50000))
        client.stdin.write(block)
        client.stdin.flush()
        if client.stdout.read(len(block)) != block:
            traffic.fail("the long connection broke")
            return
        traffic.note(bytes=len(block))
        time.sleep(0.1)
    client.stdin.close()
    if client.stdout.read() != b"" or client.wait(CLIENT_S) != 0:
        traffic.fail("the long connection did not end well")


def disturb(traffic, place):
    """Restarts the relay every minute, kills receivers meanwhile."""
    bits = random.Random(2)
    restart = time.monotonic() + min(RESTART_S, 30)
    while not traffic.over.wait(min(KILL_S, RESTART_S)):
        if time.monotonic() >= restart:
            restart += RESTART_S
            place.replace("relay",
                          bits.choice([signal.SIGTERM, signal.SIGKILL]))
            traffic.note(restarts=1)
        else:
            place.replace(bits.choice(list(Place.SERVICES)), signal.SIGKILL)
            traffic.note(kills=1)


def guarded(traffic, work, *arguments):
    def run():
        try:
            work(traffic, *arguments)
        except Exception:  # a thread's end must not go unseen
            traffic.fail(traceback.format_exc())

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def print_figures(minute, traffic, places):
    print(f"minute {minute:.0f}: " + ", ".join(
        f"{name} {n}" for name, n in sorted(traffic.count.items())))
    for place in places:
        print("  " + ", ".join(
            f"{place.name} {what} {party.kib('VmRSS')} KiB "
            f"{party.descriptors()} fds"
            for what, party in place.parties.items()), flush=True)


def holdings(party):
    return party.descriptors(), party.threads(), party.children()


def watch(minutes, traffic, places):
    """The most that each steady process had in the first and the last third,
    once it was warm."""
    began = time.monotonic()
    steady = places[0].parties
    early = dict.fromkeys(steady, 0)
    late = dict.fromkeys(steady, 0)
    next_print = 1
    while (elapsed := (time.monotonic() - began) / 60) < minutes:
        time.sleep(1)
        part = elapsed / minutes
        for what, party in steady.items():
            if part < 0.4:
                early[what] = max(early[what], party.kib("VmRSS"))
            elif part > 0.6:
                late[what] = max(late[what], party.kib("VmRSS"))
        if elapsed >= next_print:
            with places[1].lock:
                print_figures(elapsed, traffic, places)
            next_print += 1
    return early, late


def check_flat(steady, before, early, late):
    until = time.monotonic() + GONE_S
    for what, party in steady.items():
        while holdings(party) != before[what] and time.monotonic() < until:
            time.sleep(0.1)
        check(f"the steady {what} has its descriptors, threads and children "
              "back", holdings(party) == before[what],
              f"{holdings(party)}, before {before[what]}")
        check(f"the steady {what} does not grow",
              late[what] <= early[what] + GROWTH_MAX_KIB,
              f"{early[what]} KiB, then {late[what]}")


def run(minutes, seed, scratch, stack):
    places = []
    for name in ("steady", "rough"):
        places.append(Place(scratch, name))
        stack.callback(places[-1].end)
    steady, rough = places
    before = {what: holdings(party) for what, party in steady.parties.items()}
    traffic = Traffic(seed)
    stack.callback(traffic.over.set)
    threads = [guarded(traffic, be_client, place, scratch)
               for place in places for _ in range(CLIENTS)]
    threads.append(guarded(traffic, be_long_connection, steady))
    threads.append(guarded(traffic, disturb, rough))
    early, late = watch(minutes, traffic, places)
    traffic.over.set()
    for thread in threads:
        thread.join()
    print_figures(minutes, traffic, places)
    check_flat(steady.parties, before, early, late)
    check("all that was promised is right, nothing failed without a reason",
          not traffic.wrong and traffic.count["good"] > 0,
          f"{len(traffic.wrong)} times not")


def main():
    minutes = float(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2 ** 32)
    print(f"traffic for {minutes:g} minutes, seed {seed}", flush=True)
    build_programs("hyco")
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))
        run(minutes, seed, scratch, stack)
    print(f"1..{len(cases)}")
    sys.exit(0 if cases and all(cases) else 1)


if __name__ == "__main__":
    main()
