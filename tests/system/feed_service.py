"""A daemon with one feed that asks a stand-in of a service: what tests of feeds share. The binary is the first argument."""

import datetime
import pathlib
import sys
import tempfile
import unittest

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
STANDINS = world.TESTS / "standins"
NOW = datetime.datetime.now(datetime.timezone.utc)
KEY = "a-key-of-40-letters-that-nobody-may-see-0"


def period(ago):
    """The month so many months ago, counted as the store does."""
    return NOW.year * 12 + NOW.month - 1 - ago


def month(ago):
    return f"{period(ago) // 12:04}-{period(ago) % 12 + 1:02}"


class Service(unittest.TestCase):
    """A daemon with one feed, which asks a stand-in."""
    feed = service = None

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)
        self.control, self.requests = self.world.directory / "service.json", self.world.directory / "service.jsonl"
        self.tell("")
        self.port = self.world.start_peer([sys.executable, STANDINS / f"{self.service}.py", self.control, self.requests])
        (self.world.directory / "credentials" / self.service).write_text(KEY + "\n", encoding="ascii")
        (self.world.directory / "feeds" / "nso.feed.yaml").unlink()
        self.describe("")

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def state(self):
        rows = self.world.sql(f"SELECT health, text, newest, failures FROM feed WHERE feed = '{self.feed}'")
        return rows[0] if rows else None

    def asked(self):
        return world.read_log(self.requests)

    def ends_as(self, health):
        """Starts the daemon; the feed's text once its health is this."""
        self.world.start()
        return world.wait_for(f"health {health}", lambda: (self.state() or [""])[0] == health and self.state())[1]
