#!/usr/bin/env python3
"""Measures hyco beside others at the same work, in the same run. Run by
scripts/bench.sh. Rounds alternate between the paths; the table shows medians.
docs/performance.md says what the figures mean."""

import argparse
import contextlib
import functools
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import figures
import report
from parties import CONNECTIONS_MAX, Parties, find_program

MIB = 1 << 20
MEMORY_SIZES = (1000, 5000)
FIRST_REQUESTS = 1000  # of a receiver that has just been started
GROWTH_STEPS = (10, 100, 1000, 5000, 10000)


class Bench:
    """Everything found so far, by BLOCK/PATH/WHAT."""

    def __init__(self, args):
        self.args = args
        self.found = {}

    def wants(self, block):
        only = self.args.only
        return not only or any(block.startswith(name) for name in only)

    def wants_part(self, name):
        """True if anything is wanted of the blocks that begin so."""
        return self.wants(name) or any(only.startswith(name)
                                       for only in self.args.only)

    def note(self, block, path, values):
        for what, value in values.items():
            key = f"{block}/{path}/{what}"
            self.found.setdefault(key, []).append(round(value, 6))

    def alternate(self, block, measures, rounds):
        """measures: path to a function that measures once. Each round begins
        with another path."""
        if not self.wants(block):
            return
        print(f"{block} ...", file=sys.stderr)
        names = list(measures)
        for number in range(rounds):
            for i in range(len(names)):
                name = names[(number + i) % len(names)]
                self.note(block, name, measures[name]())


def measure_all(measure, parties, paths, *rest):
    return {name: functools.partial(measure, parties, path, *rest)
            for name, path in paths.items()}


def with_parties(args, tickets=True):
    """Parties with a relay; everything is fresh, and ends with the block."""
    stack = contextlib.ExitStack()
    scratch = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
    parties = Parties(args, scratch, stack)
    parties.start_relay(tickets)
    return stack, parties


def bench_relay(bench, args):
    stack, parties = with_parties(args)
    with stack:
        relay = parties.listen()
        direct = parties.start_echo()
        haproxy = parties.start_haproxy(direct)
        paths = {"haproxy": haproxy, "relay": relay, "direct": direct}
        for path in paths.values():  # buffers grow, pages come in
            figures.load(parties, path, 32 * MIB, 16384)
        bench.alternate("stream", measure_all(
            figures.stream, parties, paths, args.mib * MIB), args.rounds)
        bench.alternate("small", measure_all(
            figures.small_messages, parties, paths, args.small_mib * MIB),
            args.rounds)
        bench.alternate("trips", measure_all(
            figures.round_trips, parties, paths, args.trips), args.rounds)
        bench.alternate("connections", measure_all(
            figures.connections, parties, paths, args.connections),
            args.rounds)


def bench_receivers(bench, args):
    stack, parties = with_parties(args)
    with stack:
        paths = {"listen": parties.listen(), "C API": parties.listen_with_c(),
                 "hyco-ws": parties.listen_with_hyco_ws()}
        for path in paths.values():
            figures.load(parties, path, 4 * MIB, 16384)
        bench.alternate("receive stream", measure_all(
            figures.stream, parties, paths, args.mib * MIB // 4), args.rounds)
        bench.alternate("receive small", measure_all(
            figures.small_messages, parties, paths,
            args.small_mib * MIB // 4), args.rounds)
        bench.alternate("receive trips", measure_all(
            figures.round_trips, parties, paths, args.trips), args.rounds)
        bench.alternate("receive connections", measure_all(
            figures.connections, parties, paths, args.connections // 2),
            args.rounds)


def bench_http(bench, args):
    stack, parties = with_parties(args)
    with stack:
        direct = parties.start_origin()
        relayed = {"C API": parties.answer_with_c(),
                   "hyco-https": parties.answer_with_hyco_https()}
        near = {"haproxy": parties.start_haproxy(direct, "http"),
                "direct": direct}
        answering = {"listen": parties.answer(), **relayed, **near}
        proxies = {"relay": relayed["C API"], "haproxy": near["haproxy"]}
        bench.alternate("http requests", measure_all(
            figures.http_requests, parties, answering, args.requests),
            args.rounds)
        bench.alternate("http first requests", {
            name: functools.partial(figures.first_http_requests, parties,
                                    start, FIRST_REQUESTS)
            for name, start in {
                "C API": parties.answer_with_c,
                "hyco-https": parties.answer_with_hyco_https}.items()},
                        args.rounds)
        bench.alternate("http stream", measure_all(
            figures.http_stream, parties, {**relayed, **near}), args.rounds)
        for way in ("up", "down"):
            bench.alternate(f"http {way}", measure_all(
                figures.http_body, parties, proxies, way,
                args.body_mib * MIB), args.rounds)


def bench_pipes(bench, args):
    stack, parties = with_parties(args)
    with stack:
        sink = parties.listen("--discard")
        bench.alternate("pipe", {
            "hyco": functools.partial(figures.hyco_pipe, parties, sink,
                                      args.mib * MIB),
            "socat": functools.partial(figures.socat_pipe, parties, None,
                                       args.mib * MIB)}, args.rounds)


def grow(bench, args, block, name, steps):
    """With processes of its own: memory that was used once is not seen."""
    stack, parties = with_parties(args, tickets=block == "growth")
    with stack:
        path = parties.listen() if name == "relay" else parties.start_haproxy(
            parties.start_echo())
        return figures.growth(parties, path, steps, args.growth_messages)


def bench_growth(bench, args, steps):
    bench.alternate("growth", {
        name: functools.partial(grow, bench, args, "growth", name, steps)
        for name in ("relay", "haproxy")}, args.growth_rounds)
    bench.alternate("never resumed", {
        "relay": functools.partial(grow, bench, args, "never resumed", "relay",
                                   [n for n in steps if n in MEMORY_SIZES])},
                    args.growth_rounds)


def environment():
    congestion = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")
    version = subprocess.run([find_program("haproxy"), "-v"],
                             capture_output=True, text=True,
                             check=True).stdout
    return {"congestion_control": congestion.read_text().strip(),
            "cores": os.cpu_count(),
            "haproxy": version.split()[2],
            "kernel": platform.release()}


def growth_steps():
    """As far as the number of open files that is allowed goes."""
    steps = [n for n in GROWTH_STEPS if n <= CONNECTIONS_MAX]
    if len(steps) < len(GROWTH_STEPS):
        steps.append(CONNECTIONS_MAX)
        print(f"bench: the limit of open files allows {CONNECTIONS_MAX} "
              "connections", file=sys.stderr)
    return steps


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    parser.add_argument("--json", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--small-mib", type=int, default=64)
    parser.add_argument("--trips", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=20000)
    parser.add_argument("--body-mib", type=int, default=1024)
    parser.add_argument("--growth-rounds", type=int, default=1)
    parser.add_argument("--growth-messages", type=int, default=200000)
    parser.add_argument("--only", action="append", default=[],
                        help="a block's name, or how it begins")
    return parser.parse_args()


def main():
    args = arguments()
    bench = Bench(args)
    steps = growth_steps()
    blocks = ((("stream", "small", "trips", "connections"), bench_relay),
              (("receive",), bench_receivers), (("http",), bench_http),
              (("pipe",), bench_pipes))
    for names, run in blocks:
        if any(bench.wants_part(name) for name in names):
            run(bench, args)
    bench_growth(bench, args, steps)
    lines = [report.summarise(row, bench.found)
             for row in report.rows_of(bench.found, MEMORY_SIZES, steps[-1])]
    report.print_table(lines)
    result = {"environment": environment(), "table": lines,
              "values": bench.found}
    args.json.write_text(json.dumps(result, indent=1) + "\n")
    print(f"\n{json.dumps(result['environment'])}\nall values: {args.json}")
    missed = [line["name"] for line in lines if line["met"] == "NO"]
    if missed:
        print(f"not met: {'; '.join(missed)}")


if __name__ == "__main__":
    main()
