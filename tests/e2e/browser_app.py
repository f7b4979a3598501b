#!/usr/bin/env python3
"""A web application as browsers use it: pages, forms, cookies, ranges and
server-sent events, below /app. It prints "ready PORT". Where absolute links
lead it learns from X-Forwarded-Prefix."""

import hashlib
import http.server
import struct
import threading
import urllib.parse
import zlib

EVENTS = 5
SIZE = 1_000_000
BASE = "/app"
LIMIT_S = 60  # for what never comes


def data(first, last):
    """Byte i of the file of SIZE bytes is i mod 251."""
    return bytes(i % 251 for i in range(first, last + 1))


def png(width, height):
    def piece(kind, body):
        return (struct.pack(">I", len(body)) + kind + body +
                struct.pack(">I", zlib.crc32(kind + body)))
    rows = (b"\0" + b"\xff\0\0" * width) * height
    return (b"\x89PNG\r\n\x1a\n" +
            piece(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0,
                                       0)) +
            piece(b"IDAT", zlib.compress(rows)) + piece(b"IEND", b""))


INDEX = """<!DOCTYPE html><title>application</title>
<link rel=stylesheet href="style.css">
<link rel=stylesheet href="{prefix}/more.css">
<script src="script.js"></script><script src="{prefix}/more.js"></script>
<p>text</p><img id=near src="image.png"><img id=far src="{prefix}/image.png">
<a id=relative href="deep/page">a</a><a id=absolute href="{prefix}/deep/page">b
</a><form method=post action="form"><input name=who value="J\u00fcrgen &amp; co">
<textarea name=text>two
lines</textarea></form>
"""


class Events:
    """Each event waits until the page has acknowledged the one before."""

    def __init__(self):
        self.acknowledged = threading.Condition()
        self.last = 0
        self.is_gone = threading.Event()

    def acknowledge(self, number):
        with self.acknowledged:
            self.last = number
            self.acknowledged.notify_all()

    def run(self, send):
        try:
            for number in range(1, EVENTS + 1):
                with self.acknowledged:
                    if not self.acknowledged.wait_for(
                            lambda n=number: self.last == n - 1, LIMIT_S):
                        return
                send(f"id: {number}\ndata: {number}\n\n")
            while not self.is_gone.wait(0.05):
                send(":\n\n")
        except OSError:  # the page has closed it
            self.is_gone.set()


events = Events()
revalidated = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, *headers):
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def page(self, kind, body):
        self.answer(200, body, ("Content-Type", f"{kind}; charset=utf-8"))

    def html(self, body):
        self.page("text/html", "<!DOCTYPE html>" + body)

    def body(self):
        return self.rfile.read(int(self.headers["Content-Length"] or 0))

    def chunks(self):
        """A body that came in chunks, hashed."""
        digest = hashlib.sha256()
        while size := int(self.rfile.readline(), 16):
            digest.update(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return digest.hexdigest()

    # --- what there is ---

    def get_(self):
        self.page("text/html",
                  INDEX.format(prefix=self.headers["X-Forwarded-Prefix"]))

    def get_style_css(self):
        self.page("text/css", "p { color: rgb(1, 2, 3) }")

    def get_more_css(self):
        self.page("text/css", "p { margin-top: 7px }")

    def get_script_js(self):
        self.page("text/javascript", "var fromScript = 'near';")

    def get_more_js(self):
        self.page("text/javascript", "var fromMore = 'far';")

    def get_image_png(self):
        self.answer(200, png(3, 2), ("Content-Type", "image/png"))

    def get_deep_page(self):
        self.html("<title>deep</title>")

    def get_number(self):
        self.page("text/plain", self.path.partition("?")[2])

    def post_form(self):
        fields = dict(urllib.parse.parse_qsl(self.body().decode()))
        self.html(f"<title>form</title><p>{sorted(fields)}</p>"
                  f"<pre>{fields['who']}\n{fields['text']}</pre>")

    def get_moved(self):
        self.answer(302, "", ("Location", BASE + "/deep/page"))

    def get_far(self):
        self.answer(301, "", ("Location", f"http://{self.headers['Host']}"
                                          f"{BASE}/deep/page?from=far"))

    def post_moved(self):
        self.body()
        self.answer(303, "", ("Location", BASE + "/deep/page"))

    def get_login(self):
        self.answer(200, "", ("Set-Cookie", "seen=1"),
                    ("Set-Cookie", "hidden=2; HttpOnly; Secure"))

    def get_cookies(self):
        self.page("text/plain", self.headers["Cookie"] or "")

    def get_file(self):
        first, last = (self.headers["Range"].removeprefix("bytes=")
                       .split("-"))
        if not first:
            first, last = SIZE - int(last), ""
        first, last = int(first), int(last or SIZE - 1)
        if last >= SIZE:
            self.answer(416, "", ("Content-Range", f"bytes */{SIZE}"))
        else:
            self.answer(206, data(first, last),
                        ("Content-Range", f"bytes {first}-{last}/{SIZE}"))

    def get_cached(self):
        if self.headers["If-None-Match"] == '"one"':
            revalidated.append(1)
            self.answer(304, "", ("ETag", '"one"'))
        else:
            self.answer(200, "kept", ("ETag", '"one"'))

    def get_revalidated(self):
        self.page("text/plain", str(len(revalidated)))

    def post_hash(self):
        in_chunks = self.headers["Transfer-Encoding"] == "chunked"
        self.page("text/plain", self.chunks() if in_chunks else
                  hashlib.sha256(self.body()).hexdigest())

    def get_events(self):
        def send(text):
            self.wfile.write(text.encode())
            self.wfile.flush()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        events.run(send)
        self.close_connection = True

    def post_acknowledge(self):
        events.acknowledge(int(self.body()))
        self.answer(204, "")

    def get_gone(self):
        self.page("text/plain", str(events.is_gone.wait(LIMIT_S)))

    def any(self):
        path = self.path.partition("?")[0]
        name = path.removeprefix(BASE + "/").translate(
            str.maketrans("/.", "__"))
        handler = getattr(self, f"{self.command.lower()}_{name}", None)
        if path.startswith(BASE + "/") and handler:
            handler()
        else:
            self.answer(404, "no such page")

    do_GET = do_POST = any


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a browser that goes away is nothing of note


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print("ready", server.server_address[1], flush=True)
    server.serve_forever()
