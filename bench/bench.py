#!/usr/bin/env python3
"""Measures what an echo through the relay costs beside one through HAProxy.

Run by scripts/bench.sh. Every round echoes the same bytes directly, through
HAProxy (mode tcp, TLS on both sides, one thread) and through `hyco relay` to
`hyco listen --echo`. What counts is the CPU time of the process in the middle;
rounds alternate, the table shows medians."""

import argparse
import contextlib
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

MIB = 1 << 20
READY_S = 30
SENDER_TARGET = "/$hc/bench?sb-hc-action=connect"

HAPROXY = """
global
  nbthread 1
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
  ssl-default-server-ciphersuites TLS_AES_128_GCM_SHA256
defaults
  mode tcp
  timeout connect 10s
  timeout client 60s
  timeout server 60s
listen bench
  bind 127.0.0.1:{port} ssl crt {pem}
  server echo 127.0.0.1:{echo_port} ssl verify required ca-file {ca}
"""


def cpu_s(pid):
    """User and system seconds of a process, all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    utime, stime = fields.split()[11:13]
    return (int(utime) + int(stime)) / os.sysconf("SC_CLK_TCK")


def die(text):
    sys.exit(f"bench: {text}")


class Parties:
    """The processes around the load, and the files they share."""

    def __init__(self, build, scratch, stack):
        self.build = build
        self.scratch = scratch
        self.stack = stack

    def start(self, name, *command):
        """A process in the background; its output goes to NAME.log."""
        log = self.scratch / f"{name}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT)
        self.stack.callback(self.stop, process)
        return process, log

    @staticmethod
    def stop(process):
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @staticmethod
    def await_line(process, log, start):
        """The rest of the first line that begins so."""
        until = time.monotonic() + READY_S
        while time.monotonic() < until and process.poll() is None:
            for line in log.read_text().splitlines():
                if line.startswith(start):
                    return line[len(start):].strip()
            time.sleep(0.02)
        die(f"{process.args[0]} is not ready:\n{log.read_text()}")

    def start_relay(self):
        hyco = self.build / "cli/hyco"
        state = self.scratch / "state"
        self.relay, log = self.start("relay", hyco, "relay", "--dir", state,
                                     "--entity", "bench:anonymous")
        url = self.await_line(self.relay, log, "ready ")
        self.relay_port = url.rpartition(":")[2]
        self.ca = state / "ca.pem"
        self.cert, self.key = state / "cert.pem", state / "key.pem"
        self.receiver, log = self.start(
            "receiver", hyco, "listen", "bench", "--echo", "-c",
            f"@{state / 'connection-string'}", "--ca", self.ca)
        self.await_line(self.receiver, log, "listening ")

    def start_echo(self):
        self.echo, log = self.start("echo", self.build / "bench/hyco_bench_echo",
                                    self.cert, self.key)
        self.echo_port = self.await_line(self.echo, log, "ready ")

    def start_haproxy(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.haproxy_port = free.getsockname()[1]
        pem, config = self.scratch / "both.pem", self.scratch / "haproxy.cfg"
        pem.touch(mode=0o600)
        pem.write_text(self.cert.read_text() + self.key.read_text())
        config.write_text(HAPROXY.format(port=self.haproxy_port, pem=pem,
                                         echo_port=self.echo_port, ca=self.ca))
        self.haproxy, log = self.start("haproxy", haproxy_program(), "-db",
                                       "-f", config)
        until = time.monotonic() + READY_S
        while not is_open(self.haproxy_port):
            if time.monotonic() > until or self.haproxy.poll() is not None:
                die(f"haproxy is not ready:\n{log.read_text()}")
            time.sleep(0.02)

    def paths(self):
        """Name: port, target, the process in the middle, the one behind it."""
        return {
            "direct": (self.echo_port, "/", None, self.echo),
            "haproxy": (self.haproxy_port, "/", self.haproxy, self.echo),
            "relay": (self.relay_port, SENDER_TARGET, self.relay,
                      self.receiver),
        }


def haproxy_program():
    program = shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    return program or die("haproxy is missing")


def is_open(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def measure(parties, path, size, message):
    """One echo; the seconds of CPU that each process took for it."""
    port, target, middle, end = path
    watched = {"middle": middle, "end": end}
    before = {name: cpu_s(process.pid)
              for name, process in watched.items() if process}
    load = [str(parties.build / "bench/hyco_bench_load"), str(parties.ca),
            str(port), target, str(size), str(message)]
    usage = os.times()
    result = subprocess.run(load, stdout=subprocess.PIPE, text=True,
                            check=False)
    now = os.times()
    if result.returncode != 0:
        die(f"the load failed: {' '.join(load)}")
    costs = {name: cpu_s(watched[name].pid) - seconds
             for name, seconds in before.items()}
    costs["load"] = (now.children_user - usage.children_user +
                     now.children_system - usage.children_system)
    costs["wall"] = float(result.stdout)
    return costs


def run_rounds(parties, rounds, size, message):
    """Name of a path: name of a cost: its values, one per round."""
    paths = parties.paths()
    found = {name: {} for name in paths}
    for path in paths.values():  # buffers grow, pages come in
        measure(parties, path, min(size, 32 * MIB), message)
    for number in range(rounds):
        names = list(paths)
        names = names[number % len(names):] + names[:number % len(names)]
        for name in names:
            costs = measure(parties, paths[name], size, message)
            for cost, seconds in costs.items():
                found[name].setdefault(cost, []).append(round(seconds, 4))
    return found


def summarise(found):
    """Ratios of medians: machines differ, seconds alone say nothing."""
    medians = {name: {cost: statistics.median(values)
                      for cost, values in costs.items()}
               for name, costs in found.items()}
    direct = medians["direct"]["load"] + medians["direct"]["end"]
    middle = {name: medians[name]["middle"] for name in ("haproxy", "relay")}
    rounds = list(zip(found["relay"]["middle"], found["haproxy"]["middle"]))
    return {
        "relay_to_haproxy": middle["relay"] / middle["haproxy"],
        "relay_to_haproxy_each_round": [a / b for a, b in rounds],
        "middle_to_direct_echo": {name: seconds / direct
                                  for name, seconds in middle.items()},
        "all_to_direct_echo": {
            name: sum(seconds for cost, seconds in costs.items()
                      if cost != "wall") / direct
            for name, costs in medians.items()},
        "wall_to_direct_echo": {
            name: costs["wall"] / medians["direct"]["wall"]
            for name, costs in medians.items()},
    }


def print_table(title, ratios):
    print(f"\n{title}\n")
    print(f"{'':28}{'direct':>9}{'HAProxy':>9}{'relay':>9}")
    rows = (("CPU of the middle", "middle_to_direct_echo"),
            ("CPU of all processes", "all_to_direct_echo"),
            ("time", "wall_to_direct_echo"))
    for label, key in rows:
        cells = [ratios[key].get(name)
                 for name in ("direct", "haproxy", "relay")]
        print(f"{label:28}" + "".join(
            f"{'-':>9}" if cell is None else f"{cell:9.2f}" for cell in cells))
    each = ", ".join(f"{ratio:.2f}"
                     for ratio in ratios["relay_to_haproxy_each_round"])
    print(f"\nrelay / HAProxy, CPU of the middle: "
          f"{ratios['relay_to_haproxy']:.2f}  (rounds: {each})")


def environment():
    congestion = "/proc/sys/net/ipv4/tcp_congestion_control"
    version = subprocess.run([haproxy_program(), "-v"], capture_output=True,
                             text=True, check=True).stdout
    return {"congestion_control": pathlib.Path(congestion).read_text().strip(),
            "cores": os.cpu_count(),
            "haproxy": version.split()[2],
            "kernel": platform.release()}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--json", type=pathlib.Path, required=True)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--small-mib", type=int, default=128)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def main():
    args = arguments()
    loads = {"stream": (args.mib * MIB, 16384),
             "small messages": (args.small_mib * MIB, 64)}
    result = {"environment": environment(), "loads": {}}
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))
        parties = Parties(args.build, scratch, stack)
        parties.start_relay()
        parties.start_echo()
        parties.start_haproxy()
        for name, (size, message) in loads.items():
            found = run_rounds(parties, args.rounds, size, message)
            ratios = summarise(found)
            result["loads"][name] = {"bytes": size, "message": message,
                                     "seconds": found, "ratios": ratios}
            print_table(f"{size // MIB} MiB echoed in messages of {message} "
                        "bytes, as multiples of a direct echo:", ratios)
    args.json.write_text(json.dumps(result, indent=2) + "\n")
    print(f"\n{json.dumps(result['environment'])}\nall values: {args.json}")
    if result["loads"]["stream"]["ratios"]["relay_to_haproxy"] >= 1:
        die("the relay must cost less than HAProxy")


if __name__ == "__main__":
    main()
