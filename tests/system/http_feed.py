"""A publisher of data for the whole-program test: serves one directory on a free loopback port, with the troubles that publishers have.

    python3 http_feed.py DIRECTORY CONTROL LOG

Prints its port as the first line and appends a JSON line to LOG for each request. CONTROL is a file, read at each request; it holds
one word, or is empty or missing for none:

    500        every request fails
    html200    an HTML error page with status 200, which is what many portals answer when they are down
    truncated  half of the file, with the Content-Length of all of it
    cut        half of the file without a Content-Length: nothing in the transfer says that bytes are missing
"""

import email.utils
import hashlib
import http.server
import json
import pathlib
import signal
import sys

DIRECTORY, CONTROL, LOG = map(pathlib.Path, sys.argv[1:4])
MAINTENANCE = b"<!DOCTYPE html><html><body><h1>Under maintenance</h1></body></html>\n"


def trouble():
    return CONTROL.read_text(encoding="ascii").strip() if CONTROL.exists() else ""


class Publisher(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status = self.answer()
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps({"path": self.path, "status": status,
                                  "user_agent": self.headers["User-Agent"]}) + "\n")

    def answer(self):
        word = trouble()
        path = (DIRECTORY / self.path.split("?")[0].lstrip("/")).resolve()
        if word == "500":
            return self.send(500, b"", {})
        if word == "html200":
            return self.send(200, MAINTENANCE, {"Content-Type": "text/html"})
        if DIRECTORY.resolve() not in path.parents or not path.is_file():
            return self.send(404, b"", {})
        return self.send_file(path, word)

    def send_file(self, path, word):
        body = path.read_bytes()
        tag = '"' + hashlib.sha256(body).hexdigest()[:32] + '"'
        modified = email.utils.formatdate(int(path.stat().st_mtime), usegmt=True)
        validators = {"ETag": tag, "Last-Modified": modified}
        if self.is_known(tag, modified):
            return self.send(304, b"", validators)
        half = body[:len(body) // 2]
        if word == "truncated":
            return self.send(200, half, validators | {"Content-Length": str(len(body))})
        if word == "cut":
            return self.send(200, half, validators | {"Content-Length": None})
        return self.send(200, body, validators)

    def is_known(self, tag, modified):
        """RFC 9110, 13.2.2: If-None-Match decides where it is given."""
        if self.headers["If-None-Match"] is not None:
            return self.headers["If-None-Match"] == tag
        return self.headers["If-Modified-Since"] == modified

    def send(self, status, body, headers):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True
        return status

    def log_message(self, *_):
        pass


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Publisher)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
