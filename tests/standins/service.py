"""What the stand-ins share: requests are noted in a log, answers close the connection."""

import http.server
import json
import pathlib
import signal
import sys

CONTROL, LOG = map(pathlib.Path, sys.argv[1:3])


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    noted = {}

    def note(self, status):
        """Before the answer, so that who has it finds the request in LOG."""
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps({**self.noted, "status": status}) + "\n")

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

    def log_message(self, *_):
        pass


def serve(service):
    """Prints the port, and answers until it is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), service)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    server.serve_forever()
