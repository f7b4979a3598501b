"""The processes that take part in the bench, and what they cost."""

import contextlib
import os
import pathlib
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time

READY_S = 30
SENDER_TARGET = "/$hc/{entity}?sb-hc-action=connect"
# A process in the middle has two files open per connection.
CONNECTIONS_MAX = min(
    20000, (resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100) // 2)

HAPROXY = """
global
  nbthread 1
  maxconn {connections}
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256
  ssl-default-server-ciphersuites TLS_AES_128_GCM_SHA256
defaults
  mode tcp
  maxconn {connections}
  timeout connect 30s
  timeout client 300s
  timeout server 300s
listen bench
  bind 127.0.0.1:{port} backlog 4096 ssl crt {pem}
  server echo 127.0.0.1:{echo_port} ssl verify required ca-file {ca}
"""

# Whoever serves with these options issues no tickets: nobody can resume.
NO_TICKETS = """
openssl_conf = bench
[bench]
ssl_conf = ssl
[ssl]
system_default = defaults
[defaults]
NumTickets = 0
"""


def die(text):
    sys.exit(f"bench: {text}")


def cpu_s(process):
    """User and system seconds of a process, all threads, in nanoseconds: the
    ticks of /proc are too coarse for a thousand connections."""
    clock = ~process.pid << 3 | 2  # clock_getcpuclockid(3)
    return time.clock_gettime(clock)


def resident_kib(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").open():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return die("no RssAnon in /proc")


def find_program(name):
    program = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    return program or die(f"{name} is missing")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def is_open(port):
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


class Path:
    """A way to an echo: whom to connect to, and who is paid for what."""

    def __init__(self, port, target, middle, end):
        self.port = port
        self.target = target
        self.watched = {"middle": middle, "end": end}

    def cpu(self):
        return {name: cpu_s(process)
                for name, process in self.watched.items() if process}


class Parties:
    """Everything that runs beside a load."""

    def __init__(self, args, scratch, stack):
        self.build = args.build
        self.packages = args.packages
        self.scratch = scratch
        self.stack = stack
        self.n = 0

    def start(self, name, *command, env=None):
        """A process in the background, and the file its output goes to."""
        self.n += 1
        log = self.scratch / f"{name}{self.n}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL,
                stdout=out, stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})})
        self.stack.callback(self.stop, process)
        return process, log

    @staticmethod
    def stop(process):
        if process.poll() is not None:
            return
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
        return die(f"{process.args[0]} is not ready:\n{log.read_text()}")

    @staticmethod
    def await_port(process, log, port):
        until = time.monotonic() + READY_S
        while not is_open(port):
            if time.monotonic() > until or process.poll() is not None:
                die(f"{process.args[0]} is not ready:\n{log.read_text()}")
            time.sleep(0.02)

    # --- hyco ---

    def start_relay(self, tickets=True):
        """A relay; its files serve everybody else as well."""
        env = {}
        if not tickets:
            config = self.scratch / "no_tickets.cnf"
            config.write_text(NO_TICKETS)
            env["OPENSSL_CONF"] = str(config)
        state = self.scratch / "state"
        relay, log = self.start(
            "relay", self.build / "cli/hyco", "relay", "--dir", state,
            "--listen", f"127.0.0.1:{free_port()}",
            "--set", f"MaxConnections={CONNECTIONS_MAX}", env=env)
        url = self.await_line(relay, log, "ready ")
        self.ca = state / "ca.pem"
        self.pem = self.scratch / "both.pem"
        self.cert, self.key = state / "cert.pem", state / "key.pem"
        self.pem.touch(mode=0o600)
        self.pem.write_text(self.cert.read_text() + self.key.read_text())
        self.where_to = (state / "connection-string").read_text().strip()
        self.relay, self.relay_port = relay, int(url.rpartition(":")[2])
        return relay

    def path_to(self, entity, receiver):
        token = self.token(entity)
        target = SENDER_TARGET.format(entity=entity) + f"&sb-hc-token={token}"
        return Path(self.relay_port, target, self.relay, receiver)

    def token(self, entity):
        """As it stands in a query."""
        command = [self.build / "cli/hyco", "token", entity, "-c",
                   self.where_to]
        result = subprocess.run(command, capture_output=True, text=True,
                                check=True)
        return "".join(c if c.isalnum() else f"%{ord(c):02X}"
                       for c in result.stdout.strip())

    def listen(self, what="--echo"):
        receiver, log = self.start(
            "listen", self.build / "cli/hyco", "listen", "ours", what, "-c",
            self.where_to, "--ca", self.ca, "--max-connections",
            CONNECTIONS_MAX)
        self.await_line(receiver, log, "listening ")
        return self.path_to("ours", receiver)

    def listen_with_c(self):
        receiver, log = self.start(
            "receiver", self.build / "bench/hyco_bench_receiver", "api",
            self.ca, env={"HYCO_CONNECTION_STRING": self.where_to})
        self.await_line(receiver, log, "listening")
        return self.path_to("api", receiver)

    # --- the others ---

    def listen_with_hyco_ws(self):
        script = pathlib.Path(__file__).with_name("hyco_ws_echo.js")
        receiver, log = self.start(
            "hyco_ws", find_program("node"), script, "theirs",
            env={"NODE_PATH": str(self.packages / "node_modules"),
                 "NODE_EXTRA_CA_CERTS": str(self.ca),
                 "HYCO_CONNECTION_STRING": self.where_to})
        self.await_line(receiver, log, "listening")
        return self.path_to("theirs", receiver)

    def start_echo(self):
        echo, log = self.start("echo", self.build / "bench/hyco_bench_echo",
                               self.cert, self.key)
        port = int(self.await_line(echo, log, "ready "))
        return Path(port, "/", None, echo)

    def start_haproxy(self, echo):
        port = free_port()
        config = self.scratch / "haproxy.cfg"
        config.write_text(HAPROXY.format(
            port=port, pem=self.pem, echo_port=echo.port, ca=self.ca,
            connections=CONNECTIONS_MAX))
        haproxy, log = self.start("haproxy", find_program("haproxy"), "-db",
                                  "-f", config)
        self.await_port(haproxy, log, port)
        return Path(port, "/", haproxy, echo.watched["end"])


class Crowd:
    """hyco_bench_crowd at work."""

    def __init__(self, parties, path):
        self.process = subprocess.Popen(
            [str(parties.build / "bench/hyco_bench_crowd"), str(parties.ca),
             str(path.port), path.target], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def do(self, *words):
        """The numbers of the answer."""
        line = " ".join(str(word) for word in words)
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            die(f"the crowd could not do: {line}")
        return [float(number) for number in answer.split()]
