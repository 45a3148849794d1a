"""What the stand-ins share: requests are noted in a log, answers close the connection, and data have troubles on their way:

    slow      it comes after a second
    short     half of the body with the Content-Length of all of it
    chunked   half of it, without the chunks that the header speaks of
    reset     the connection is reset inside the body
    gzip      the body in gzip, which is no trouble
    checksum, length, trailer   the same with another checksum or length in the trailer, or without one
    bomb      a small gzip body of very many zeros
    endless   a body that does not end
    redirect  it is somewhere else
"""

import gzip
import http.server
import json
import pathlib
import signal
import socket
import struct
import sys
import time

CONTROL, LOG = map(pathlib.Path, sys.argv[1:3])


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    noted = {}

    def note(self, status):
        """Before the answer, so that who has it finds the request in LOG."""
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps({**self.noted, "path": self.path.split("?")[0], "status": status}) + "\n")

    def send(self, status, body, headers=()):
        """Headers of None are left out."""
        self.note(status)
        self.send_response(status)
        fields = {"Content-Length": str(len(body)), "Content-Type": "application/json;charset=utf-8"} | dict(headers)
        for name, value in fields.items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        try:
            self.wfile.write(body)
        except OSError:  # who asked has gone
            pass
        return status

    def reset(self, body):
        self.note(200)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2])
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def endless(self, body):
        self.send(200, body[:len(body) // 2], {"Content-Length": None})
        try:
            while True:
                self.wfile.write(b" " * 65536)
        except OSError:
            return

    def send_packed(self, packed):
        return self.send(200, packed, {"Content-Encoding": "gzip"})

    def send_data(self, trouble, body):
        """The body as the trouble leaves it; any other word is none."""
        packed = gzip.compress(body)
        ways = {
            "short": lambda: self.send(200, body[:len(body) // 2], {"Content-Length": str(len(body))}),
            "chunked": lambda: self.send(200, body[:len(body) // 2], {"Content-Length": None, "Transfer-Encoding": "chunked"}),
            "reset": lambda: self.reset(body),
            "gzip": lambda: self.send_packed(packed),
            "checksum": lambda: self.send_packed(packed[:-8] + bytes([packed[-8] ^ 1]) + packed[-7:]),
            "length": lambda: self.send_packed(packed[:-4] + bytes([packed[-4] ^ 1]) + packed[-3:]),
            "trailer": lambda: self.send_packed(packed[:-8]),
            "bomb": lambda: self.send_packed(gzip.compress(bytes(1 << 26))),
            "endless": lambda: self.endless(body),
            "redirect": lambda: self.send(302, b"", {"Location": "/elsewhere"}),
        }
        time.sleep(1 if trouble == "slow" else 0)
        return ways.get(trouble, lambda: self.send(200, body))()

    def log_message(self, *_):
        pass


def serve(service):
    """Prints the port, and answers until it is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), service)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
