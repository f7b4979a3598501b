#!/usr/bin/env python3
"""A web application for the tests: web_server.py [CERT KEY]. Prints "ready
PORT". What it answers is in the last part of the path."""

import http.server
import os
import ssl
import sys
import time

BIG = 32 << 20


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "web", ""

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return "then"

    def body(self):
        if self.headers["Transfer-Encoding"] != "chunked":
            return self.rfile.read(int(self.headers["Content-Length"] or 0))
        whole = b""
        while size := int(self.rfile.readline(), 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def answer(self, status, body=b"", headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    # --- what there is ---

    def hello(self):
        self.answer(200, b"hello\n", [("Set-Cookie", "a=b"),
                                      ("Set-Cookie", "c=d")])

    def head(self):
        """The request's own head."""
        self.answer(200, (self.requestline + "\n" +
                          "".join(f"{name}: {value}\n" for name, value
                                  in self.headers.items())).encode())

    def echo(self):
        framing = "chunked" if self.headers["Transfer-Encoding"] else "length"
        self.answer(200, self.body(), [("X-Framing", framing)])

    def missing(self):
        self.answer(404, b"no such page\n")

    def moved(self):
        self.answer(302, b"elsewhere\n",
                    [("Location", f"http://{self.headers['Host']}/web/hello#here")])

    def big(self):
        self.answer(200, b"0123456789abcdef" * (BIG // 16))

    def stream(self):
        """The second line waits until somebody makes the file that the query
        names."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b"first\n")
        wanted = self.path.partition("?")[2]
        for _ in range(1500):
            if os.path.exists(wanted):
                break
            time.sleep(0.02)
        self.chunk(b"second\n")
        self.chunk(b"")

    def cut(self):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"abc")
        self.close_connection = True

    def cut_early(self):
        """Of no known length, and gone at once."""
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b"abc")
        self.close_connection = True

    def nothing(self):
        self.close_connection = True

    def any(self):
        name = self.path.partition("?")[0].rpartition("/")[2]
        if name not in ("hello", "head", "echo", "missing", "moved", "big",
                        "stream", "cut", "cut_early", "nothing"):
            name = "missing"
        getattr(self, name)()

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PURGE = any


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that goes away is nothing of note


def main():
    server = Server(("127.0.0.1", 0), Handler)
    if len(sys.argv) > 1:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*sys.argv[1:3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
