#!/usr/bin/env python3
"""HTTP senders that read or write a few bytes at a time, against an application
that answers as fast as it may: neither the relay nor the receiver holds what is
on its way, and every byte is right."""

import contextlib
import pathlib
import select
import socket
import ssl
import sys
import tempfile
import threading

from measured import (PATIENCE_S, build, build_programs, cases, check,
                      start_relay, starter)

AT_ONCE = 8
BODY = 16 << 20  # of each; together more than may be held
SLOW = 65536  # of those are read or written in pieces of a few bytes
PIECES = (1, 2, 7, 16)
# For each sender the relay and the receiver hold some 64 KiB on each side, and
# what is in the making.
GROWTH_MAX_KIB = 16 << 10
FAST = 1 << 16
BYTES = (bytes(range(251)) * (BODY // 251 + 1))[:BODY]  # as http_app's
WOULD_BLOCK = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


def chunks(body, size_of_piece):
    """The body in chunks of these sizes, one after the other."""
    at = 0
    while at < len(body):
        piece = body[at:at + size_of_piece(at)]
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
        at += len(piece)
    yield b"0\r\n\r\n"


def slowly(at):
    return PIECES[at % len(PIECES)]


def fast(at):
    return FAST


def slowly_at_first(at):
    return slowly(at) if at < SLOW else FAST


def dechunk(answer):
    """The body of a chunked answer; None if it is not whole."""
    head, _, rest = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        return None
    parts, at, size = [], 0, -1
    while size != 0:
        end = rest.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(rest[at:end], 16)
        parts.append(rest[end + 2:end + 2 + size])
        at = end + 2 + size + 2
    return b"".join(parts) if at == len(rest) else None


class Sender:
    """One connection to the relay, which reads and writes at once."""

    def __init__(self, port, ca):
        context = ssl.create_default_context(cafile=ca)
        self.socket = context.wrap_socket(
            socket.create_connection(("127.0.0.1", port)),
            server_hostname="127.0.0.1")
        self.socket.setblocking(False)

    def exchange(self, head, pieces, size_of_read):
        """Sends a request, each piece by itself; the answer, read in pieces of
        these sizes until the connection ends or nothing comes for long."""
        answer = bytearray()
        out = (f"{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
               "Transfer-Encoding: chunked\r\n\r\n").encode()
        while True:
            moved = False
            with contextlib.suppress(*WOULD_BLOCK):
                if out:
                    out = out[self.socket.send(out):] or next(pieces, b"")
                    moved = True
            with contextlib.suppress(*WOULD_BLOCK):
                data = self.socket.recv(size_of_read(len(answer)))
                if not data:
                    return bytes(answer)
                answer += data
                moved = True
            if not moved and not any(select.select(
                    [self.socket], [self.socket] if out else [], [],
                    PATIENCE_S)):
                return bytes(answer)

    def download(self):
        answer = self.exchange(f"POST /slow/bytes?{BODY}", chunks(b"", fast),
                               slowly_at_first)
        return dechunk(answer) == BYTES

    def write_slowly(self):
        answer = self.exchange("POST /slow/echo", chunks(BYTES[:SLOW], slowly),
                               fast)
        return dechunk(answer) == BYTES[:SLOW]

    def write_fast_and_read_slowly(self):
        answer = self.exchange("POST /slow/echo", chunks(BYTES, fast),
                               slowly_at_first)
        return dechunk(answer) == BYTES


def run_at_once(port, ca, what):
    """How many of these got what they should."""
    right = []

    def one():
        sender = Sender(port, ca)
        with contextlib.suppress(OSError, ValueError):
            right.append(what(sender))
        sender.socket.close()

    threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(right)


def run(parties, port, ca):
    Sender(port, ca).write_slowly()
    for party in parties.values():
        party.start_watching()
    for what, name in ((Sender.download, "read slowly"),
                       (Sender.write_slowly, "write slowly"),
                       (Sender.write_fast_and_read_slowly,
                        "write fast and read slowly")):
        got = run_at_once(port, ca, what)
        check(f"{AT_ONCE} senders that {name} get every byte", got == AT_ONCE,
              f"{got} of them; {parties['receiver'].log.read_text()}")
        for party_name, party in parties.items():
            growth = party.growth()
            print(f"# {party_name}: {party.warm} KiB, then {growth} more")
            check(f"the {party_name} does not hold their bodies",
                  growth <= GROWTH_MAX_KIB, f"{growth} KiB")


def main():
    build_programs("hyco", "http_app")
    with contextlib.ExitStack() as stack:
        scratch = pathlib.Path(
            stack.enter_context(tempfile.TemporaryDirectory()))

        start = starter(scratch, stack)
        relay, ca, string = start_relay(scratch, start, "--entity",
                                        "slow:anonymous")
        port = int(relay.line("ready ").rpartition(":")[2])
        receiver = start("receiver", build / "tests/e2e/http_app", string, ca,
                         "slow")
        receiver.line("listening")
        run({"relay": relay, "receiver": receiver}, port, ca)
    print(f"1..{len(cases)}")
    sys.exit(0 if cases and all(cases) else 1)


if __name__ == "__main__":
    main()
