"""A plain TLS socket as sender to our receiver, for what no WebSocket library
sends: single bytes, broken frames, ends without a Close. Run by run.sh."""

import base64
import hashlib
import hmac
import os
import re
import socket
import ssl
import struct
import subprocess
import time
import unittest
import urllib.parse

HOST = "127.0.0.1"
RULE = "RootManageSharedAccessKey"
KEY = base64.b64encode(b"a raw peer's key").decode()
ACCEPT = base64.b64encode(hashlib.sha1(
    (KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
MASK = b"\x37\xfa\x21\x3d"
LIMIT_S = 30

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
FIN = 0x80


def token():
    uri = urllib.parse.quote(f"http://{HOST}/demo/", safe="")
    expiry = int(time.time()) + 3600
    mac = hmac.new(os.environ["RELAY_KEY"].encode(),
                   f"{uri}\n{expiry}".encode(), hashlib.sha256).digest()
    sig = urllib.parse.quote(base64.b64encode(mac), safe="")
    return f"SharedAccessSignature sr={uri}&sig={sig}&se={expiry}&skn={RULE}"


def request(*extra):
    lines = [
        "GET /$hc/demo?sb-hc-action=connect HTTP/1.1",
        f"Host: {HOST}:{os.environ['RELAY_PORT']}",
        "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {KEY}",
        f"ServiceBusAuthorization: {token()}", *extra, "", ""]
    return "\r\n".join(lines).encode()


def masked(data):
    pad = (MASK * (len(data) // 4 + 1))[:len(data)]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pad, "big")).to_bytes(
        len(data), "big")


def frame(first, data=b""):
    n = len(data)
    if n < 126:
        head = struct.pack("!BB", first, 0x80 | n)
    elif n < 65536:
        head = struct.pack("!BBH", first, 0x80 | 126, n)
    else:
        head = struct.pack("!BBQ", first, 0x80 | 127, n)
    return head + MASK + masked(data)


def close_frame(code, words=""):
    return frame(FIN | CLOSE, struct.pack("!H", code) + words.encode())


def tcp():
    sock = socket.create_connection((HOST, int(os.environ["RELAY_PORT"])),
                                    timeout=LIMIT_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def context():
    return ssl.create_default_context(
        cafile=os.environ["NODE_EXTRA_CA_CERTS"])


class Trickle:
    """TLS whose every byte is a TCP segment of its own."""

    def __init__(self, sock):
        self.sock = sock
        self.incoming = ssl.MemoryBIO()
        self.outgoing = ssl.MemoryBIO()
        self.tls = context().wrap_bio(self.incoming, self.outgoing,
                                      server_hostname=HOST)
        self._complete(self.tls.do_handshake)

    def _complete(self, step):
        while True:
            try:
                result = step()
                self._flush()
                return result
            except ssl.SSLWantReadError:
                self._flush()
                self.incoming.write(self.sock.recv(65536))

    def _flush(self):
        for byte in self.outgoing.read():
            self.sock.send(bytes([byte]))

    def sendall(self, data):
        self._complete(lambda: self.tls.write(data))

    def recv(self, size):
        return self._complete(lambda: self.tls.read(size))

    def close(self):
        self.sock.close()


class Peer:
    """Reads heads and frames off a connection."""

    def __init__(self, stream):
        self.stream = stream
        self.buffer = b""

    def send(self, data):
        self.stream.sendall(data)

    def _more(self):
        data = self.stream.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def head(self):
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return head.decode()

    def _take(self, n):
        while len(self.buffer) < n:
            self._more()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def frame(self):
        first, n = self._take(2)
        if n >= 126:
            size = 2 if n == 126 else 8
            n = int.from_bytes(self._take(size), "big")
        return first, self._take(n)

    def bytes(self, n):
        """The payload of data frames, whatever their boundaries."""
        parts = []
        while n > 0:
            first, data = self.frame()
            assert first & 15 < CLOSE, f"frame {first:02x} {data!r}"
            parts.append(data)
            n -= len(data)
        return b"".join(parts)

    def at_end(self):
        try:
            self._more()
        except (EOFError, ssl.SSLEOFError, ConnectionResetError):
            return True
        return False

    def close(self):
        self.stream.close()


class Receiver:
    """hyco listen --echo, and what it says."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", os.environ["HYCO"], "listen",
             "demo", "--echo", "-v",
             "-c", "@" + os.environ["RELAY_CONNECTION_STRING"],
             "--ca", os.environ["NODE_EXTRA_CA_CERTS"]],
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.says(r"^listening ")

    def says(self, pattern):
        """Reads its lines until one is like this."""
        for line in self.process.stderr:
            if re.search(pattern, line):
                return
        raise AssertionError(f"it ended without {pattern}")

    def stop(self):
        self.process.terminate()
        self.process.stderr.read()
        return self.process.wait(LIMIT_S)


class RawTls(unittest.TestCase):
    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.process.kill)
        self.addCleanup(self.receiver.process.stderr.close)

        self.streams = []

    def tearDown(self):
        for stream in self.streams:
            stream.close()
        self.assertEqual(self.receiver.stop(), 0)

    def secure(self):
        stream = context().wrap_socket(tcp(), server_hostname=HOST,
                                       suppress_ragged_eofs=False)
        self.streams.append(stream)
        return stream

    def opened(self, stream=None):
        peer = Peer(stream or self.secure())
        peer.send(request())
        self.check_101(peer.head())
        return peer

    def check_101(self, head):
        self.assertRegex(head, r"^HTTP/1\.1 101 ")
        self.assertIn(f"\r\nSec-WebSocket-Accept: {ACCEPT}", head)

    def check_echo(self, peer, data):
        peer.send(frame(FIN | BINARY, data))
        self.assertEqual(peer.bytes(len(data)), data)

    def test_a_tls_record_for_each_byte(self):
        stream = self.secure()
        for byte in request():
            stream.sendall(bytes([byte]))
        peer = Peer(stream)
        self.check_101(peer.head())
        for byte in frame(FIN | TEXT, "Käse".encode()):
            stream.sendall(bytes([byte]))
        self.assertEqual(peer.frame(), (FIN | TEXT, "Käse".encode()))

    def test_a_tcp_segment_for_each_byte(self):
        stream = Trickle(tcp())
        self.streams.append(stream)
        peer = self.opened(stream)
        self.check_echo(peer, bytes(range(256)))
        peer.send(close_frame(1000))
        self.assertEqual(peer.frame()[0], FIN | CLOSE)

    def test_every_length_encoding(self):
        peer = self.opened()
        for size in (1, 125, 126, 65535, 65536):
            self.check_echo(peer, os.urandom(size))

    def test_1000_messages_in_order_in_one_write(self):
        peer = self.opened()
        texts = [f"message {i}".encode() for i in range(1000)]
        peer.send(b"".join(frame(FIN | TEXT, text) for text in texts))
        for text in texts:
            self.assertEqual(peer.frame(), (FIN | TEXT, text))

    def test_100_connections_at_once(self):
        peers = [self.opened() for _ in range(100)]
        for i, peer in enumerate(peers):
            peer.send(frame(FIN | TEXT, f"number {i}".encode()))
        for i, peer in enumerate(peers):
            self.assertEqual(peer.frame(),
                             (FIN | TEXT, f"number {i}".encode()))

    def test_frames_right_behind_the_request(self):
        peer = Peer(self.secure())
        peer.send(request() + frame(FIN | TEXT, b"early"))
        self.check_101(peer.head())
        self.assertEqual(peer.frame(), (FIN | TEXT, b"early"))

    def test_permessage_deflate_is_not_accepted(self):
        peer = Peer(self.secure())
        peer.send(request("Sec-WebSocket-Extensions: permessage-deflate; "
                          "client_max_window_bits"))
        head = peer.head()
        self.check_101(head)
        self.assertNotIn("Sec-WebSocket-Extensions", head)
        self.check_echo(peer, b"a" * 5000)

    def test_fragments_of_one_byte(self):
        peer = self.opened()
        text = ("aé€🧀" * 1000).encode()
        peer.send(b"".join(
            frame((FIN if i + 1 == len(text) else 0) | (0 if i else TEXT),
                  text[i:i + 1])
            for i in range(len(text))))
        whole = b""
        first = 0
        while not first & FIN:
            first, data = peer.frame()
            whole += data
        self.assertEqual(whole, text)

    def test_pings_anywhere_are_answered_alike(self):
        peer = self.opened()
        for payload in (b"", b"p", os.urandom(125)):
            peer.send(frame(FIN | PING, payload))
            self.assertEqual(peer.frame(), (FIN | PONG, payload))
        peer.send(frame(TEXT, b"Hel"))
        peer.send(frame(FIN | PING, b"between"))
        self.assertEqual(peer.frame(), (FIN | PONG, b"between"))
        peer.send(frame(FIN, b"lo"))
        self.assertEqual(peer.frame(), (FIN | TEXT, b"Hello"))

    def test_an_unasked_pong_disturbs_nothing(self):
        peer = self.opened()
        peer.send(frame(FIN | PONG, b"unasked"))
        self.check_echo(peer, b"after")

    def check_refused(self, data, words):
        peer = self.opened()
        self.check_echo(peer, b"before")
        peer.send(data)
        first, body = peer.frame()
        self.assertEqual((first, body[:2]), (FIN | CLOSE, b"\x03\xea"))
        self.assertIn(words, body[2:].decode())
        self.assertTrue(peer.at_end())
        self.receiver.says(r"closed: 1006 ")

    def test_a_frame_without_a_mask(self):
        self.check_refused(b"\x82\x02hi", "not masked")

    def test_a_compressed_message(self):
        self.check_refused(frame(FIN | 0x40 | TEXT, b"\xf2\x48\xcd\xc9\xc9"),
                           "reserved bit")

    def test_a_reserved_opcode(self):
        self.check_refused(frame(FIN | 3), "reserved opcode")

    def test_a_ping_of_126_bytes(self):
        self.check_refused(frame(FIN | PING, bytes(126)), "125 bytes")

    def test_a_continuation_of_nothing(self):
        self.check_refused(frame(FIN), "no message to continue")

    def test_a_length_that_is_not_minimal(self):
        self.check_refused(b"\x82\xfe\x00\x05" + MASK + masked(b"hello"),
                           "shortest form")

    def test_a_close_with_half_a_code(self):
        self.check_refused(frame(FIN | CLOSE, b"\x03"), "bad Close")

    # The relay does not look at text, the receiver does (RFC 6455 8.1).
    def test_text_that_is_not_utf8(self):
        peer = self.opened()
        peer.send(frame(FIN | TEXT, b"\xff"))
        self.assertEqual(peer.frame()[1][:2], b"\x03\xef")
        self.receiver.says(r"closed: 1006 RFC 6455 8.1")

    def test_what_was_sent_before_a_close_comes_back_behind_it(self):
        peer = self.opened()
        data = os.urandom(256 * 1024)
        peer.send(frame(FIN | BINARY, data) + close_frame(1000, "done"))
        self.assertEqual(peer.bytes(len(data)), data)
        self.assertEqual(peer.frame()[0], FIN | CLOSE)
        self.receiver.says(r"closed: 1000 done")

    def vanish(self, end):
        """The client goes without a Close: the receiver tells a cut."""
        peer = self.opened()
        self.check_echo(peer, b"before")
        end(peer.stream)
        self.receiver.says(r"closed: 1006 ")

    def test_a_client_that_resets(self):
        def end(stream):
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                              struct.pack("ii", 1, 0))
            stream.close()
        self.vanish(end)

    def test_a_client_that_ends_tcp_only(self):
        def end(stream):
            os.close(stream.detach())
        self.vanish(end)

    def test_a_client_that_ends_tls_without_a_close(self):
        def end(stream):
            try:
                stream.unwrap()
            except ssl.SSLEOFError:
                pass  # whether the relay's own cut shows is up to Python
        self.vanish(end)

    def test_a_client_that_only_stops_writing(self):
        def end(stream):
            socket.socket.shutdown(stream, socket.SHUT_WR)
            self.assertTrue(Peer(stream).at_end())
        self.vanish(end)

    def test_a_client_that_goes_in_the_middle_of_a_frame(self):
        def end(stream):
            stream.sendall(frame(FIN | BINARY, bytes(1000))[:500])
            os.close(stream.detach())
        self.vanish(end)

    def test_a_client_that_goes_in_the_middle_of_a_request(self):
        stream = self.secure()
        stream.sendall(request()[:100])
        os.close(stream.detach())
        self.check_echo(self.opened(), b"the next one is served")


if __name__ == "__main__":
    unittest.main(verbosity=2)
