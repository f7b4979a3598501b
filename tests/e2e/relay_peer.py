#!/usr/bin/env python3
"""A WebSocket peer by another hand than hyco's: relay_peer.py PORT CA TARGET
[TOKEN]. CA may be empty: plain. Prints a line for each thing that comes:
"status N REASON", "text ...", "close CODE REASON", and "end"."""

import os
import socket
import ssl
import struct
import sys


def say(line):
    print(line, flush=True)


def dial(port, ca):
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    if not ca:
        return plain
    context = ssl.create_default_context(cafile=ca)
    return context.wrap_socket(plain, server_hostname="127.0.0.1")


def shake(stream, port, target, token):
    authorization = f"ServiceBusAuthorization: {token}\r\n" if token else ""
    stream.sendall((f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    f"{authorization}\r\n").encode())
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += stream.recv(1) or sys.exit("end in the head")
    line = head.split(b"\r\n")[0].decode()
    say("status " + line.split(" ", 1)[1])
    return line.split(" ")[1] == "101"


def read_exactly(stream, n):
    data = b""
    while len(data) < n:
        piece = stream.recv(n - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def read_frame(stream):
    first, size = read_exactly(stream, 2)
    if size == 126:
        size = struct.unpack(">H", read_exactly(stream, 2))[0]
    elif size == 127:
        size = struct.unpack(">Q", read_exactly(stream, 8))[0]
    return first & 15, read_exactly(stream, size)


def answer_close(stream, data):
    code = struct.unpack(">H", data[:2])[0] if data else 1005
    say(f"close {code} {data[2:].decode()}")
    stream.sendall(bytes([0x88, 0x80 | len(data)]) + bytes(4) + data)


def read_all(stream):
    while True:
        opcode, data = read_frame(stream)
        if opcode == 8:
            answer_close(stream, data)
        elif opcode in (1, 2):
            say("text " + data.decode())


def main():
    port, ca, target = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    token = sys.argv[4] if len(sys.argv) > 4 else os.environ.get("TOKEN", "")
    with dial(port, ca) as stream:
        if shake(stream, port, target, token):
            try:
                read_all(stream)
            except (EOFError, OSError):
                pass
    say("end")


if __name__ == "__main__":
    main()
