"""What is measured: each function takes the parties and gives one round's
values, as {name of a figure: value}."""

import os
import subprocess
import time

from parties import (Crowd, cpu_s, die, find_program, free_port, http_crowd,
                     resident_kib)

GB = 10 ** 9
MESSAGE = 64
IDLE_S = 1.5  # streams give their memory back after 0.25 to 0.5 s


def load(parties, path, size, message):
    """An echo of so many bytes; what it cost whom, in seconds."""
    before = path.cpu()
    command = [str(parties.build / "bench/hyco_bench_load"), str(parties.ca),
               str(path.port), path.target, str(size), str(message)]
    usage = os.times()
    result = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                            check=False)
    now = os.times()
    if result.returncode != 0:
        die(f"the load failed: {' '.join(command)}")
    costs = {name: seconds - before[name]
             for name, seconds in path.cpu().items()}
    costs["load"] = (now.children_user - usage.children_user +
                     now.children_system - usage.children_system)
    costs["wall"] = float(result.stdout)
    return costs


def stream(parties, path, size):
    """Seconds per GB echoed, in messages of 16 KiB."""
    return {name: seconds * GB / size
            for name, seconds in load(parties, path, size, 16384).items()}


def small_messages(parties, path, size):
    """Microseconds per message echoed."""
    return {name: seconds * 1e6 * MESSAGE / size
            for name, seconds in load(parties, path, size, MESSAGE).items()}


def round_trips(parties, path, n):
    """One connection, one message under way; microseconds."""
    with Crowd(parties, path) as crowd:
        crowd.do("open", 1, 1)
        crowd.do("echo", n // 10, MESSAGE)
        _, p50, p99 = crowd.do("echo", n, MESSAGE)
        crowd.do("close")
    return {"p50": p50, "p99": p99}


def connections(parties, path, n, at_once=16):
    """Milliseconds of CPU per connection that opens and closes."""
    with Crowd(parties, path) as crowd:
        crowd.do("churn", max(n // 10, at_once), at_once)
        time.sleep(0.1)
        before = path.cpu()
        (wall,) = crowd.do("churn", n, at_once)
        time.sleep(0.1)
        costs = {name: (seconds - before[name]) * 1e3 / n
                 for name, seconds in path.cpu().items()}
    return {**costs, "per_second": n / wall}


def growth(parties, path, steps, messages):
    """By number of connections: CPU of the middle and the end per connection
    (ms) and per message (us), and memory per idle connection (KiB)."""
    found = {}
    with Crowd(parties, path) as crowd:
        crowd.do("open", 2, 2)  # what everybody needs once
        crowd.do("echo", 1000, MESSAGE)
        time.sleep(IDLE_S)
        processes = {name: process for name, process in path.watched.items()
                     if process}
        empty = {name: resident_kib(p) for name, p in processes.items()}
        have = 2
        for step in steps:
            before = path.cpu()
            crowd.do("open", step - have, 16)
            time.sleep(IDLE_S)
            opened = path.cpu()
            memory = {name: (resident_kib(p) - empty[name]) / (step - 2)
                      for name, p in processes.items()}
            crowd.do("echo", messages, MESSAGE)
            echoed = path.cpu()
            for name in processes:
                found[f"{name} connection {step}"] = (
                    (opened[name] - before[name]) * 1e3 / (step - have))
                found[f"{name} message {step}"] = (
                    (echoed[name] - opened[name]) * 1e6 / messages)
                found[f"{name} memory {step}"] = memory[name]
            have = step
        crowd.do("close")
    return found


# --- HTTP ---

ASKERS = 16  # connections of small requests
STREAM_ASKERS = 100  # that ask on beside a stream
EVENTS = 100


def http_requests(parties, path, n):
    """Microseconds of CPU per request of 100 bytes that comes back."""
    with http_crowd(parties, path) as crowd:
        crowd.do("ask", n // 10, ASKERS)
        before = path.cpu()
        wall, p50, p99 = crowd.do("ask", n, ASKERS)
        costs = {name: (seconds - before[name]) * 1e6 / n
                 for name, seconds in path.cpu().items()}
    return {**costs, "per_second": n / wall, "p50": p50, "p99": p99}


def first_http_requests(parties, start, n):
    """As http_requests, of a receiver that is new: its first n requests, with
    its start. start gives the path to one behind an entity."""
    path = start("new")
    with http_crowd(parties, path) as crowd:
        crowd.do("ask", n, ASKERS)
        cost = path.cpu()["end"] * 1e6 / n
    parties.stop(path.watched["end"])
    return {"end": cost}


def http_stream(parties, path):
    """Microseconds until a streamed answer begins, and until its events are
    there, while others ask."""
    with http_crowd(parties, path) as crowd:
        crowd.do("ask", STREAM_ASKERS * 10, STREAM_ASKERS)
        _, first, p50, p99 = crowd.do("events", EVENTS, STREAM_ASKERS)
    return {"first": first, "late p50": p50, "late p99": p99}


def http_body(parties, path, direction, size):
    """Seconds per GB of one body, up or down."""
    with http_crowd(parties, path) as crowd:
        crowd.do(direction, size // 32)
        before = path.cpu()
        (wall,) = crowd.do(direction, size)
        costs = {name: (seconds - before[name]) * GB / size
                 for name, seconds in path.cpu().items()}
    return {**costs, "wall": wall * GB / size}


# --- pipes ---


def through_pipe(command, size):
    """Feeds size bytes to a program; its CPU seconds, how long it took, and
    the CPU seconds of the source."""
    start = time.monotonic()
    source = subprocess.Popen(["head", "-c", str(size), "/dev/zero"],
                              stdout=subprocess.PIPE)
    program = subprocess.Popen([str(word) for word in command],
                               stdin=source.stdout, stdout=subprocess.DEVNULL)
    source.stdout.close()
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    _, status, of_source = os.wait4(source.pid, 0)
    source.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode != 0 or source.returncode != 0:
        die(f"failed: {' '.join(program.args)}")
    return (usage.ru_utime + usage.ru_stime, wall,
            of_source.ru_utime + of_source.ru_stime)


def pipe_costs(cpu, others, wall, size):
    gb = size / GB
    return {"end": cpu / gb, "all": (cpu + others) / gb,
            "gb_per_second": gb / wall}


def hyco_pipe(parties, path, size):
    """hyco connect through the relay to hyco listen --discard."""
    before = path.cpu()
    cpu, wall, _ = through_pipe(
        [parties.build / "cli/hyco", "connect", "ours", "-c",
         parties.where_to, "--ca", parties.ca], size)
    others = sum(path.cpu().values()) - sum(before.values())
    return pipe_costs(cpu, others, wall, size)


def socat_pipe(parties, _, size):
    """The same three programs, each of them socat."""
    socat = [find_program("socat"), "-u", "-b", "65536"]
    near, far = free_port(), free_port()
    server = f"reuseaddr,cert={parties.pem},verify=0"
    client = f"cafile={parties.ca}"
    end, log = parties.start("socat", *socat,
                             f"OPENSSL-LISTEN:{far},{server}", "/dev/null")
    middle, log = parties.start("socat", *socat,
                                f"OPENSSL-LISTEN:{near},{server}",
                                f"OPENSSL:127.0.0.1:{far},{client}")
    time.sleep(0.2)
    start = os.times()
    cpu, wall, of_source = through_pipe(
        [*socat, "-", f"OPENSSL:127.0.0.1:{near},{client}"], size)
    for process in (middle, end):
        if process.wait(30) != 0:
            die(f"socat failed: {log.read_text()}")
    now = os.times()
    everything = (now.children_user - start.children_user +
                  now.children_system - start.children_system)
    return pipe_costs(cpu, everything - cpu - of_source, wall, size)
