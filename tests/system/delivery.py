"""Deliveries by the whole program: drills, the outbox on the command line, receivers that hang beside receivers that do not, and what other
programs want: a real Alertmanager where there is one.

    python3 delivery.py BINARY
"""

import base64
import http.server
import json
import os
import pathlib
import shutil
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.addCleanup(directory.cleanup)
        self.world = world.World(pathlib.Path(directory.name) / "world", BINARY)
        self.addCleanup(self.world.close)
        self.config = self.world.directory / "tdwatch.yaml"

    def set_receivers(self, lines):
        head = self.config.read_text().partition("receivers:\n")[0]
        self.config.write_text(head + "receivers:\n" + "".join(f"  - {line}\n" for line in lines))

    def run_with_secrets(self, *arguments):
        environment = dict(os.environ, CREDENTIALS_DIRECTORY=str(self.world.directory / "credentials"))
        return subprocess.run([BINARY, "-c", self.config, *arguments], text=True, capture_output=True, timeout=60,
                              env=environment)


class Drill(Case):
    def test_reaches_everybody_marked_and_leaves_no_trace(self):
        done = self.run_with_secrets("drill")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.count("\n  delivered\n"), 2)
        self.assertIn("250 OK", done.stdout)
        self.assertIn("HTTP 204", done.stdout)
        hook, = world.read_log(self.world.hook_log)
        self.assertEqual(hook["faults"], [])
        self.assertEqual(hook["type"], "vn.tdwatch.drill.raised")
        self.assertIn("DRILL / DIỄN TẬP", hook["data"]["title"]["en"])
        mail, = world.read_log(self.world.mail_log)
        self.assertEqual(mail["faults"], [])
        for text in (mail["header"]["Subject"], mail["text"], mail["html"]):
            self.assertIn("DRILL / DIỄN TẬP", text)
        self.assertFalse((self.world.directory / "state" / "tdwatch.db").exists())

    def test_one_receiver_and_one_rule(self):
        done = self.run_with_secrets("drill", "--rule", "origin-pattern")
        self.assertIn("exporters            no: the rule is internal, the receiver is not", done.stdout)
        self.assertEqual(world.read_log(self.world.hook_log), [])
        done = self.run_with_secrets("drill", "--rule", "origin-pattern", "--receiver", "exporters")
        self.assertEqual((done.returncode, done.stderr), (1, "it reaches nobody\n"))
        self.assertEqual(self.run_with_secrets("drill", "--rule", "nothing").returncode, 2)
        self.assertEqual(self.run_with_secrets("drill", "--receiver", "nobody").returncode, 2)

    def test_says_what_is_wrong_and_keeps_addresses_to_itself(self):
        port = world.free_port()
        self.set_receivers([f'{{ name: down, webhook: "http://127.0.0.1:{port}/s3cr3t-path", secret: hook-secret }}'])
        done = self.run_with_secrets("drill")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no connection: Connection refused", done.stdout)
        self.assertIn("a real one would be tried again", done.stdout)
        self.assertNotIn("s3cr3t-path", done.stdout + done.stderr)


class Outbox(Case):
    def answer_hooks_with(self, status, count):
        control = urllib.request.Request(f"http://127.0.0.1:{self.world.hook_port}/control",
                                         json.dumps({"fail": count, "status": status}).encode())
        urllib.request.urlopen(control).close()

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.world.listen}/metrics") as page:
            return page.read().decode()

    def outbox(self, *arguments):
        return self.world.run("outbox", *arguments)

    def test_gone_receiver_is_disabled_until_people_enable_it(self):
        self.answer_hooks_with(410, 1000)
        self.world.start()
        world.wait_for("everything", self.world.settled)
        listed = self.outbox().stdout
        self.assertIn("receiver exporters is disabled since", listed)
        self.assertIn("7 parked", listed)
        self.assertEqual(len(world.read_log(self.world.hook_log)), 1, "asked once, and never again")
        world.wait_for("the notice", lambda: any("delivery-disabled" in mail["text"] for mail in
                                                 world.read_log(self.world.mail_log)))
        world.wait_for("the metric", lambda: "tdwatch_receivers_disabled 1" in self.metrics())
        refused = self.outbox("retry", "--receiver", "exporters")  # while the daemon runs: by its control socket
        self.assertIn("the receiver is disabled; enable it first", refused.stderr)
        self.assertEqual(self.outbox("enable", "exporters", "--reason", "they are back").returncode, 0)
        self.assertEqual(self.world.stop(), 0)
        self.assertIn("that are sent again: 7", self.outbox("retry", "--receiver", "exporters").stdout)  # and without it
        self.answer_hooks_with(410, 0)
        self.world.start()
        world.wait_for("everything", lambda: len(world.read_log(self.world.hook_log)) == 8 and self.world.settled())
        self.assertEqual(self.world.stop(), 0)
        self.assertIn("0 parked", self.outbox().stdout)
        self.assertEqual(self.world.sql("SELECT change, reason FROM outbox_change ORDER BY id")[1:],
                         [("enable", "they are back"), ("retry", "")])

    def test_parked_delivery_is_shown_and_dropped(self):
        self.set_receivers(['{ name: trade-desk, email: trade-desk@test.example, audience: internal }'])
        self.world.start()
        world.wait_for("everything", self.world.settled)
        self.assertEqual(self.world.stop(), 0)
        number = str(self.world.sql("SELECT min(id) FROM delivery")[0][0])
        self.assertIn("is over already", self.outbox("drop", number, "--reason", "no use").stderr)
        shown = self.outbox("show", number).stdout
        self.assertIn("delivered  250 OK", shown)
        self.assertEqual(self.outbox("show", "4711").returncode, 1)
        for wrong in (["drop", number], ["retry"], ["enable"], ["show", "x"], ["nothing"], ["list", "7"]):
            self.assertEqual(self.outbox(*wrong).returncode, 2, wrong)


class Hanging(socketserver.ThreadingTCPServer):
    """Answers so much of a response, then nothing until the test is over."""

    daemon_threads = allow_reuse_address = True

    def __init__(self, answer, over):
        super().__init__(("127.0.0.1", 0), None)
        self.answer, self.over = answer, over

    def finish_request(self, request, client_address):
        if self.answer is not None:
            request.recv(65536)
            request.sendall(self.answer)
        self.over.wait(60)


class Counting(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.add(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Isolation(Case):
    STAGES = {"accept": None, "request": b"", "status": b"HTTP/1.1 2", "headers": b"HTTP/1.1 503 Busy\r\nX: ",
              "body": b"HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nabc"}

    def test_receivers_that_hang_hold_up_nobody(self):
        """Fifty receivers, one hanging at each stage: all others have everything while those still hang."""
        over, servers = threading.Event(), []
        good = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Counting)
        good.heard = set()
        try:
            servers = [Hanging(answer, over) for answer in self.STAGES.values()]
            for server in (*servers, good):
                threading.Thread(target=server.serve_forever, daemon=True).start()
            lines = [f'{{ name: hang-{stage}, webhook: "http://127.0.0.1:{server.server_address[1]}/", secret: hook-secret }}'
                     for stage, server in zip(self.STAGES, servers)]
            lines += [f'{{ name: good-{i}, webhook: "http://127.0.0.1:{good.server_address[1]}/{i}", secret: hook-secret }}'
                      for i in range(50 - len(lines))]
            self.set_receivers(lines)
            self.world.start()
            pending = "SELECT count(*), sum(receiver LIKE 'hang-%') FROM delivery WHERE state = 0"
            world.wait_for("the good ones", lambda: len(good.heard) == 45 and
                           len(set(self.world.sql(pending)[0])) == 1 and self.world.sql(pending)[0][0] > 0)
            self.assertEqual(self.world.sql("SELECT count(*) FROM attempt JOIN delivery ON delivery.id = delivery"
                                            " WHERE receiver LIKE 'hang-%'"), [(0,)], "those still hang")
            self.assertEqual(self.world.stop(), 0)
        finally:
            over.set()
            for server in (*servers, good):
                server.shutdown()
                server.server_close()


class PeerCase(Case):
    """With a program that may not be here."""

    def start_program(self, name, *arguments):
        path = shutil.which(name)
        if path is None:
            self.skipTest(f"{name} is not here (tests/support/install.sh peers)")
        process = subprocess.Popen([path, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait, 10)
        self.addCleanup(process.terminate)

    def wait_for_port(self, port):
        def ready():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        world.wait_for(f"port {port}", ready)


class Formats(PeerCase):
    def alerts_of(self, port, query=""):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/alerts{query}") as page:
            return json.load(page)

    def start_alertmanager(self):
        config = self.world.directory / "alertmanager.yml"
        config.write_text("route: { receiver: none }\nreceivers: [ { name: none } ]\n")
        port = world.free_port()
        self.start_program("prometheus-alertmanager", f"--config.file={config}", f"--storage.path={self.world.directory}/am",
                           "--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{port}")
        self.wait_for_port(port)
        return port

    def test_alertmanager_shows_alerts_and_their_end(self):
        port = self.start_alertmanager()
        self.set_receivers([f'{{ name: am, webhook: "http://127.0.0.1:{port}/api/v2/alerts", format: alertmanager }}'])
        self.world.start()
        world.wait_for("every delivery", self.world.settled)
        alerts = {(a["labels"]["alertname"], a["labels"].get("product")): a for a in self.alerts_of(port)}
        surge = alerts["export-surge", "toys-sports"]
        self.assertEqual(surge["status"]["state"], "active")
        self.assertIn("231%", surge["annotations"]["description"])
        rules = self.world.directory / "rules" / "demo.yaml"
        rules.write_text(rules.read_text(encoding="utf-8").replace("growth: 40%", "growth: 10000%", 1), encoding="utf-8")
        self.world.daemon.send_signal(1)
        world.wait_for("the reload", lambda: "reloaded rules=" in self.world.log())
        world.wait_for("its end", lambda: not [
            a for a in self.alerts_of(port)
            if (a["labels"]["alertname"], a["labels"]["product"]) == ("export-surge", "toys-sports")])
        self.assertEqual(self.world.sql("SELECT count(*) FROM delivery WHERE state = 2"), [(0,)])

    def test_alertmanager_gets_a_drill_that_ends(self):
        port = self.start_alertmanager()
        self.set_receivers([f'{{ name: am, webhook: "http://127.0.0.1:{port}/api/v2/alerts", format: alertmanager }}'])
        done = self.run_with_secrets("drill")
        self.assertEqual(done.returncode, 0, done.stdout)
        alert, = self.alerts_of(port, "?filter=drill%3D%22true%22")
        self.assertIn("DRILL", alert["annotations"]["summary"])

    def test_template_is_checked_and_posted(self):
        template = self.world.directory / "own.json"
        template.write_text('{"text": "{{severity}}: {{tilte}}"}')
        self.set_receivers([f'{{ name: own, webhook: "http://127.0.0.1:{self.world.hook_port}/", format: template, '
                            'template: own.json }'])
        check = self.world.run("check")
        self.assertEqual(check.returncode, 1)
        self.assertIn("did you mean 'title'?", check.stdout)
        template.write_text('{"text": "{{severity}}: {{title}}"}')
        self.assertEqual(self.world.run("check").returncode, 0)


class NatsClient:
    """As much of NATS as it takes to make a stream and look into it."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.lines = self.socket.makefile("rb")
        self.lines.readline()  # INFO
        self.socket.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nSUB answers 1\r\n')

    def ask(self, subject, question):
        payload = json.dumps(question).encode()
        self.socket.sendall(f"PUB {subject} answers {len(payload)}\r\n".encode() + payload + b"\r\n")
        while True:
            words = self.lines.readline().split()
            if words[0] == b"MSG":
                return json.loads(self.lines.read(int(words[-1]) + 2))
            if words[0] == b"PING":
                self.socket.sendall(b"PONG\r\n")

    def close(self):
        self.lines.close()
        self.socket.close()


class Nats(PeerCase):
    def setUp(self):
        super().setUp()
        self.binary = BINARY.parent.with_name(BINARY.parent.name + "-nats") / BINARY.name
        if not self.binary.exists():
            self.skipTest(f"{self.binary} is not built (make NATS=1)")
        self.world.binary = self.binary
        port = world.free_port()
        self.start_program("nats-server", "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(self.world.directory / "nats"))
        self.wait_for_port(port)
        self.nats = NatsClient(port)
        self.addCleanup(self.nats.close)
        self.set_receivers([f'{{ name: stream, nats: "nats://127.0.0.1:{port}", subject: tdwatch.alerts }}'])

    def make_stream(self):
        made = self.nats.ask("$JS.API.STREAM.CREATE.TD", {"name": "TD", "subjects": ["tdwatch.>"], "storage": "memory"})
        self.assertNotIn("error", made)

    def test_stream_gets_events_once(self):
        self.make_stream()
        self.world.start()
        world.wait_for("every delivery", self.world.settled)
        count = self.world.sql("SELECT count(*) FROM delivery WHERE state = 1")[0][0]
        self.assertGreater(count, 0)
        self.assertEqual(self.world.stop(), 0)
        connection = sqlite3.connect(self.world.directory / "state" / "tdwatch.db")
        connection.execute("UPDATE delivery SET state = 0, next_ms = 0, done_ms = 0")  # as after a crash before the commit
        connection.commit()
        connection.close()
        self.world.start()
        world.wait_for("every delivery again", self.world.settled)
        self.assertEqual(self.nats.ask("$JS.API.STREAM.INFO.TD", {})["state"]["messages"], count, "the same ids: dropped")
        self.assertTrue(self.world.sql("SELECT 1 FROM attempt WHERE text LIKE '%which it had'"))
        message = self.nats.ask("$JS.API.STREAM.MSG.GET.TD", {"seq": 1})["message"]
        event = json.loads(base64.b64decode(message["data"]))
        self.assertEqual(event["specversion"], "1.0")
        self.assertIn(f"Nats-Msg-Id: {event['id']}", base64.b64decode(message["hdrs"]).decode())

    def test_subject_that_no_stream_takes_is_tried_again(self):
        self.world.start()
        world.wait_for("an attempt", lambda: self.world.sql("SELECT 1 FROM attempt"))
        self.assertEqual(self.world.sql("SELECT DISTINCT text FROM attempt"), [("no stream takes the subject",)])
        self.make_stream()
        world.wait_for("the second try", self.world.settled, 30)


if __name__ == "__main__":
    unittest.main(verbosity=2)
