"""The loop stays free while a large payload is taken in: no turn over 100 ms, webhooks leave within a second, SIGTERM ends within ten.

    python3 turns.py BINARY

TDWATCH_TURNS_ROWS says how many rows the large payload has.
"""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
ROWS = int(os.environ.get("TDWATCH_TURNS_ROWS", "1000000"))
TURN_MAX = "0.1"       # seconds, a bound of the histogram
HOOK_MAX_S = 1.0       # from when the receiver is idle to the next webhook
HOOK_TAKES_S = 0.2     # the receiver's own time
STOP_MAX_S = 10.0
SAMPLE_HOOKS = 7       # what the sample has to tell the exporters
MARKETS = "US CN JP KR DE FR GB NL IT ES CA AU IN TH MY SG ID PH MX BR".split()

DESCRIPTOR = """\
feed: large
title: A large payload
url: http://127.0.0.1:{port}/large.csv
licence: none
format: csv
interval: 6h
max_bytes: 256MiB
csv: {{ delimiter: "," }}
fields:
  reporter: {{ value: VN }}
  flow:     {{ value: export }}
  partner:  {{ column: partner }}
  product:  {{ column: product, prefix: "large:" }}
  period:   {{ column: period }}
  value:    {{ column: value }}
end:
  rows_at_least: 100
"""


def large_csv(rows):
    """Ten years of months, as many series as that takes; about 30 bytes a row."""
    months = 120
    series = max(1, rows // months)
    month = "".join(f"{MARKETS[i % len(MARKETS)]},p{i // len(MARKETS):06},@,{1000 + i % 9000}@\n" for i in range(series))
    parts = ["partner,product,period,value\n"]
    for m in range(months):
        period = f"{2015 + m // 12}-{m % 12 + 1:02}"
        parts.append(month.replace(",@,", f",{period},").replace("@", f"{m:03}"))
    return "".join(parts).encode()


class Peer(http.server.BaseHTTPRequestHandler):
    """The publisher of the large payload, which waits until it is told to go, and the receiver of webhooks."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.go.wait()
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)
        self.server.sent = time.monotonic()

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        arrived = time.monotonic()
        self.server.on_hook()
        time.sleep(HOOK_TAKES_S)
        self.server.hooks.append((arrived, time.monotonic(), self.headers["webhook-id"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def start_peer(body=b"", on_hook=lambda: None):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # the daemon is killed at the end of a test, whatever is under way
    server.body, server.hooks, server.on_hook = body, [], on_hook
    server.go, server.sent = threading.Event(), None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


class Turns(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-turns-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)
        self.source = start_peer(BODY)
        self.receiver = start_peer(on_hook=self.send_large)
        self.world.hook_port = self.receiver.server_address[1]
        self.world.write_config()
        (self.world.directory / "feeds" / "large.feed.yaml").write_text(
            DESCRIPTOR.format(port=self.source.server_address[1]))

    def send_large(self):
        """With the first webhook the large payload is let go; the others have to leave while the engine is busy with it."""
        self.source.go.set()
        world.wait_for("the payload's last byte", lambda: self.source.sent, 20)

    def tearDown(self):
        self.world.close()
        for peer in (self.source, self.receiver):
            peer.go.set()
            peer.shutdown()
            peer.server_close()
        self.directory.cleanup()

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.world.listen}{path}", timeout=20) as page:
            return page.headers["Content-Type"], page.read().decode()

    def wait_until_taken_in(self):
        """Asks both pages meanwhile; the longest time that an answer took."""
        slowest = 0
        while True:
            begin = time.monotonic()
            payloads = json.loads(self.get("/healthz")[1])["payloads"]
            self.assertIn("tdwatch_build_info", self.get("/metrics")[1])
            slowest = max(slowest, time.monotonic() - begin)
            if payloads == 2:
                return slowest
            self.assertIsNone(self.world.daemon.poll(), self.world.log())
            time.sleep(0.02)

    def check_hooks(self, taken_in):
        hooks = self.receiver.hooks
        gaps = [later[0] - earlier[1] for earlier, later in zip(hooks, hooks[1:])]
        during = sum(self.source.sent < arrived < taken_in for arrived, _, _ in hooks)
        print(f"  {during} of {len(hooks)} webhooks left while it was taken in, each within {max(gaps) * 1000:.0f} ms")
        self.assertLess(max(gaps), HOOK_MAX_S)
        if taken_in - self.source.sent > 2 * HOOK_MAX_S:
            self.assertGreaterEqual(during, 1)
        decided = self.world.sql("SELECT message_id FROM delivery WHERE receiver = 'exporters' AND state = 1")
        self.assertEqual(sorted(name for _, _, name in hooks), sorted(row[0] for row in decided), "each once, none lost")
        self.assertEqual(self.world.sql("SELECT count(*) FROM attempt JOIN delivery ON delivery.id = attempt.delivery"
                                        " WHERE receiver = 'exporters'"), [(len(hooks),)])

    def check_turns(self):
        content_type, text = self.get("/metrics")
        self.assertEqual(content_type, "text/plain; version=0.0.4; charset=utf-8")
        buckets = {le: int(n) for le, n in
                   re.findall(r'^tdwatch_loop_turn_seconds_bucket\{le="([^"]+)"\} (\d+)$', text, re.M)}
        longest = next(le for le, n in buckets.items() if n == buckets["+Inf"])
        print(f"  {buckets['+Inf']} turns of the loop, none over {longest} s")
        self.assertEqual(buckets[TURN_MAX], buckets["+Inf"], f"a turn was longer than {TURN_MAX} s: {buckets}")

    def test_loop_stays_free(self):
        self.world.start()
        world.wait_for("the payload's last byte", lambda: self.source.sent, 120)
        begin = self.source.sent
        slowest = self.wait_until_taken_in()
        taken_in = time.monotonic()
        print(f"\n  {ROWS} rows, {len(BODY) >> 20} MiB: taken in within {taken_in - begin:.2f} s;"
              f" the pages answered within {slowest * 1000:.0f} ms")
        world.wait_for("every delivery", self.world.settled, 30)
        self.assertEqual(self.world.sql("SELECT accepted, rows FROM payload WHERE feed = 'large'"),
                         [(1, BODY.count(b"\n") - 1)])
        self.assertEqual(len(self.receiver.hooks), SAMPLE_HOOKS)
        self.check_hooks(taken_in)
        self.check_turns()

    def test_sigterm_while_the_engine_is_busy(self):
        self.world.start()
        world.wait_for("the payload's last byte", lambda: self.source.sent, 120)
        time.sleep(0.1)
        begin = time.monotonic()
        self.assertEqual(self.world.stop(), 0)
        took = time.monotonic() - begin
        print(f"\n  {ROWS} rows: ended {took:.2f} s after SIGTERM")
        self.assertLess(took, STOP_MAX_S)
        self.world.start()
        world.wait_for("the payload after all", lambda: self.world.sql(
            "SELECT 1 FROM payload WHERE feed = 'large' AND accepted = 1"), 120)
        world.wait_for("every delivery", self.world.settled, 30)
        decided = self.world.sql("SELECT message_id FROM delivery WHERE receiver = 'exporters'")
        self.assertEqual({name for _, _, name in self.receiver.hooks}, {row[0] for row in decided}, "none lost")
        self.assertEqual(len(decided), SAMPLE_HOOKS)

    @unittest.skipUnless(shutil.which("promtool"), "promtool (Debian: prometheus) is not installed")
    def test_metrics_are_as_prometheus_wants_them(self):
        self.world.start()
        done = subprocess.run(["promtool", "check", "metrics"], input=self.get("/metrics")[1], text=True,
                              capture_output=True, timeout=30)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))


BODY = large_csv(ROWS)
unittest.main()
