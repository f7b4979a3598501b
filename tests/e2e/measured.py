"""Processes whose memory and descriptors are looked at: an optimised build
without sanitizers, and what the tests that use it share."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

PATIENCE_S = 120

project = pathlib.Path(__file__).resolve().parents[2]
build = project / "build/memory-test"
cases = []


def check(name, passed, detail=""):
    cases.append(passed)
    print(f"{'ok' if passed else 'not ok'} {len(cases)} - {name}", flush=True)
    if not passed:
        print(f"# {detail}")


def build_programs(*targets):
    """An optimised build without sanitizers."""
    for command in (
            ["cmake", "--preset", "release", "-B", build, "-D",
             "HYCO_TESTS=ON"],
            ["cmake", "--build", build, "--target", *targets]):
        subprocess.run(command, cwd=project, check=True, stdout=sys.stderr)


class Party:
    """A process whose output goes to a file."""

    def __init__(self, scratch, name, *command, stdin=subprocess.DEVNULL,
                 reports_heap=False):
        self.log = scratch / f"{name}.log"
        self.heap = scratch / f"{name}.heap"
        preload = {"LD_PRELOAD": str(build / "tests/e2e/libheap_report.so"),
                   "HEAP_REPORT": str(self.heap)}
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=stdin, stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | preload if reports_heap else None)

    def line(self, start, nth=0):
        """The rest of the first line that begins so, or of a later one."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            is_over = self.process.poll() is not None
            lines = [line for line in self.log.read_text().splitlines()
                     if line.startswith(start)]
            if len(lines) > nth:
                return lines[nth][len(start):].strip()
            if is_over:
                break
            time.sleep(0.02)
        raise AssertionError(f"no line '{start}' in {self.log.read_text()}")

    def kib(self, field):
        """A number of proc(5)'s status."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        lines = [line for line in status.splitlines()
                 if line.startswith(f"{field}:")]
        return int(lines[0].split()[1])

    def descriptors(self):
        return len(list(pathlib.Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def threads(self):
        return self.kib("Threads")

    def children(self):
        return sum(len(tasks.read_text().split()) for tasks in pathlib.Path(
            f"/proc/{self.process.pid}/task").glob("*/children"))

    def heap_bytes(self):
        """What of its heap is in use (heap_report.c), to the byte: what the
        process holds depends on which pages are in use in part."""
        self.heap.unlink(missing_ok=True)
        self.process.send_signal(signal.SIGUSR2)
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.heap.exists() and self.heap.read_text().endswith("\n"):
                return int(self.heap.read_text())
            time.sleep(0.01)
        raise AssertionError(f"no report in {self.heap}")

    def start_watching(self):
        """From here on the peak of its memory counts (proc(5), clear_refs)."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        self.warm = self.kib("VmRSS")

    def growth(self):
        return self.kib("VmHWM") - self.warm

    def end(self):
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()


def starter(scratch, stack):
    """Starts parties that end with the stack."""
    def start(*words, **options):
        party = Party(scratch, *words, **options)
        stack.callback(party.end)
        return party

    return start


def start_relay(scratch, start, *words, **options):
    """A relay, and the paths of its authority and connection string."""
    relay = start("relay", build / "cli/hyco", "relay", "--dir",
                  scratch / "state", *words, **options)
    ca, string = relay.line("ca "), relay.line("connection-string ")
    relay.line("ready ")
    return relay, ca, string
