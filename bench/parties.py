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
  mode {mode}
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
    """A way to a server: whom to connect to, and who is paid for what. The
    query is for HTTP, where the target is what its paths begin with."""

    def __init__(self, port, target, middle, end, query=""):
        self.port = port
        self.target = target
        self.query = query
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

    def http_path_to(self, entity, receiver):
        return Path(self.relay_port, f"/{entity}", self.relay, receiver,
                    f"sb-hc-token={self.token(entity)}")

    def token(self, entity):
        """As it stands in a query."""
        command = [self.build / "cli/hyco", "token", entity, "-c",
                   self.where_to]
        result = subprocess.run(command, capture_output=True, text=True,
                                check=True)
        return "".join(c if c.isalnum() else f"%{ord(c):02X}"
                       for c in result.stdout.strip())

    def listen(self, what="--echo"):
        return self.path_to("ours", self.start_listener("ours", what))

    def start_listener(self, entity, what):
        receiver, log = self.start(
            "listen", self.build / "cli/hyco", "listen", entity, what, "-c",
            self.where_to, "--ca", self.ca, "--max-connections",
            CONNECTIONS_MAX)
        self.await_line(receiver, log, "listening ")
        return receiver

    def start_receiver(self, entity, *command, env=None):
        """One that finds its way by the environment, and says so."""
        receiver, log = self.start(
            entity, *command,
            env={"HYCO_CONNECTION_STRING": self.where_to, **(env or {})})
        self.await_line(receiver, log, "listening")
        return receiver

    def listen_with_c(self):
        return self.path_to("api", self.start_receiver(
            "api", self.build / "bench/hyco_bench_receiver", "api", self.ca))

    def answer(self):
        """HTTP: hyco listen sends bodies back."""
        return self.http_path_to("ours", self.start_listener("ours",
                                                             "--http-echo"))

    def answer_with_c(self, entity="api"):
        return self.http_path_to(entity, self.start_receiver(
            entity, self.build / "bench/hyco_bench_http_receiver", entity,
            self.ca))

    # --- the others ---

    def start_node(self, entity, script):
        return self.start_receiver(
            entity, find_program("node"),
            pathlib.Path(__file__).with_name(script), entity,
            env={"NODE_PATH": str(self.packages / "node_modules"),
                 "NODE_EXTRA_CA_CERTS": str(self.ca)})

    def listen_with_hyco_ws(self):
        return self.path_to("theirs", self.start_node("theirs",
                                                      "hyco_ws_echo.js"))

    def answer_with_hyco_https(self, entity="theirs"):
        return self.http_path_to(entity, self.start_node(
            entity, "hyco_https_server.js"))

    def start_server(self, program):
        server, log = self.start(program, self.build / "bench" / program,
                                 self.cert, self.key)
        port = int(self.await_line(server, log, "ready "))
        return port, server

    def start_echo(self):
        port, echo = self.start_server("hyco_bench_echo")
        return Path(port, "/", None, echo)

    def start_origin(self):
        port, origin = self.start_server("hyco_bench_http_origin")
        return Path(port, "/direct", None, origin, "x")

    def start_haproxy(self, behind, mode="tcp"):
        port = free_port()
        config = self.scratch / "haproxy.cfg"
        config.write_text(HAPROXY.format(
            mode=mode, port=port, pem=self.pem, echo_port=behind.port,
            ca=self.ca, connections=CONNECTIONS_MAX))
        haproxy, log = self.start("haproxy", find_program("haproxy"), "-db",
                                  "-f", config)
        self.await_port(haproxy, log, port)
        return Path(port, behind.target, haproxy, behind.watched["end"],
                    behind.query)


class Crowd:
    """hyco_bench_crowd at work, or hyco_bench_http_crowd."""

    def __init__(self, parties, path, program="hyco_bench_crowd", query=()):
        self.process = subprocess.Popen(
            [str(parties.build / "bench" / program), str(parties.ca),
             str(path.port), path.target, *query], stdin=subprocess.PIPE,
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


def http_crowd(parties, path):
    return Crowd(parties, path, "hyco_bench_http_crowd", [path.query])
