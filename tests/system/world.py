"""The world around a daemon under test: a publisher, a mail relay and a webhook receiver on loopback, and the daemon itself.

Every process is started here, on a free port, and stopped by its pid.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
ROOT = TESTS.parent
SECRET = "whsec_dGR3YXRjaC10ZXN0LXNlY3JldC1vZi0zMi1ieXRlcyE="

# Leaks that are none of ours; for a program that looks for them.
os.environ.setdefault("LSAN_OPTIONS", f"suppressions={TESTS / 'support' / 'lsan.txt'}:print_suppressions=0")

CONFIG = """\
home: VN
state_directory: state
feeds: [feeds]
tables: [tables]
rules: [rules]
plain_hosts: [127.0.0.1]
listen: 127.0.0.1:{listen}
smtp: {{ url: "smtp://127.0.0.1:{smtp}", from: tdwatch@test.example }}
receivers:
  - {{ name: trade-desk, email: trade-desk@test.example, audience: internal }}
  - {{ name: exporters, webhook: "http://127.0.0.1:{webhook}/hook", secret: hook-secret }}
"""


def wait_for(what, condition, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {seconds} s for {what}")


def read_log(path, offset=0):
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")  # the last line may be half written
    return [json.loads(line) for line in whole.decode("utf-8").split("\n") if line][offset:]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    def __init__(self, directory, binary):
        self.directory, self.binary = pathlib.Path(directory), binary
        self.peers, self.daemon, self.lines = [], None, []
        self.publish, self.mail_log = self.directory / "publish", self.directory / "mail" / "log.jsonl"
        self.hook_log, self.trouble = self.directory / "hook.jsonl", self.directory / "trouble"
        for name in ("publish", "feeds", "tables", "rules", "mail", "credentials"):
            (self.directory / name).mkdir(parents=True)
        shutil.copy(ROOT / "feeds" / "sample" / "vn-nso.csv", self.publish)
        for table in (ROOT / "feeds").glob("*.yaml"):
            if not table.name.endswith(".feed.yaml"):
                shutil.copy(table, self.directory / "tables")
        shutil.copy(ROOT / "rules" / "demo.yaml", self.directory / "rules")
        (self.directory / "credentials" / "hook-secret").write_text(SECRET)
        try:
            self.start_peers(TESTS / "system")
        except BaseException:
            self.close()
            raise
        self.listen = free_port()
        self.write_config()
        self.write_feed("6h")

    def start_peers(self, here):
        self.feed_port = self.start_peer([sys.executable, here / "http_feed.py", self.publish, self.trouble,
                                          self.directory / "feed.jsonl"])
        self.smtp_port = self.start_peer([sys.executable, here / "smtp_receiver.py", self.directory / "mail"])
        self.hook_port = self.start_peer(["node", here / "webhook_receiver.mjs", self.hook_log, SECRET])

    def write_config(self):
        (self.directory / "tdwatch.yaml").write_text(CONFIG.format(
            listen=self.listen, smtp=self.smtp_port, webhook=self.hook_port))

    def write_feed(self, interval):
        text = (ROOT / "feeds" / "sample" / "vn-nso-sample.feed.yaml").read_text(encoding="utf-8").splitlines()
        lines = [line for line in text if not line.startswith(("url:", "interval:"))]
        lines += [f"url: http://127.0.0.1:{self.feed_port}/vn-nso.csv", f"interval: {interval}"]
        (self.directory / "feeds" / "nso.feed.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def start_peer(self, command):
        peer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.peers.append(peer)
        return int(peer.stdout.readline())

    def start(self):
        """Starts the daemon and waits for READY=1; the seconds it took."""
        notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = self.directory / "notify"
        path.unlink(missing_ok=True)
        notify.bind(str(path))
        notify.settimeout(15)
        environment = dict(os.environ, NOTIFY_SOCKET=str(path), CREDENTIALS_DIRECTORY=str(self.directory / "credentials"))
        begin = time.monotonic()
        self.spawn(environment)
        with notify:
            while b"READY=1" not in notify.recv(4096):
                pass
        return time.monotonic() - begin

    def spawn(self, environment=None):
        if environment is None:
            environment = dict(os.environ, CREDENTIALS_DIRECTORY=str(self.directory / "credentials"))
        with open(self.directory / "daemon.log", "a", encoding="utf-8") as log:
            self.daemon = subprocess.Popen([self.binary, "-c", self.directory / "tdwatch.yaml", "run"], stderr=log,
                                           env=environment)

    def stop(self):
        """SIGTERM; the exit code."""
        self.daemon.send_signal(signal.SIGTERM)
        code = self.daemon.wait(12)
        self.daemon = None
        return code

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()
        self.daemon = None

    def log(self):
        return (self.directory / "daemon.log").read_text(encoding="utf-8", errors="replace")  # may be half written

    def sql(self, query):
        path = self.directory / "state" / "tdwatch.db"
        if not path.exists():
            return []
        connection = sqlite3.connect(path, timeout=5)
        try:
            return connection.execute(query).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):  # the daemon has not got that far
                return []
            raise
        finally:
            connection.close()

    def sql_write(self, statement):
        """While no daemon runs."""
        connection = sqlite3.connect(self.directory / "state" / "tdwatch.db", timeout=5)
        with connection:
            connection.execute(statement)
        connection.close()

    def settled(self):
        """Whether the feed has been taken in and nothing is pending."""
        return self.sql("SELECT 1 WHERE (SELECT count(*) FROM payload) > 0"
                        " AND (SELECT count(*) FROM delivery WHERE state = 0) = 0")

    def run(self, *arguments):
        return subprocess.run([self.binary, "-c", self.directory / "tdwatch.yaml", *arguments], text=True,
                              capture_output=True, timeout=60)

    def close(self):
        if self.daemon is not None:
            self.kill()
        for peer in self.peers:
            peer.terminate()
            assert peer.wait(10) == 0
            peer.stdout.close()
