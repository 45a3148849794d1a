"""What an operator asks of feeds, against a stand-in of a service: backfill, dry runs, status, quarantine, checks.

    python3 feed_commands.py BINARY
"""

import json
import os
import pty
import signal
import subprocess
import sys
import time
import unittest

import world
from feed_service import BINARY, KEY, NOW, Service, month, period

COUNTS = "SELECT (SELECT count(*) FROM payload), (SELECT count(*) FROM block), (SELECT count(*) FROM event), (SELECT count(*) FROM host)"


SURGE = """rules:
  - id: surge
    title: { vi: "{{product}} tăng {{growth}}", en: "{{product}} up {{growth}}" }
    advice: { vi: "Xem lại.", en: "Look again." }
    basis: ["a test"]
    severity: warning
    scope: { product: ["721049"], market: [US] }
    let: { growth: "growth(exports, 3m)" }
    when: growth >= $growth
    thresholds: { growth: 100% }
"""


class Commands(Service):
    feed, service = "us-census-imports", "census"

    def tell(self, trouble, published=month(3), **more):
        self.control.write_text(json.dumps({"key": KEY, "published": published, "trouble": trouble} | more), encoding="ascii")

    def describe(self, comment, **replaced):
        """The shipped descriptor, towards the stand-in and for fewer countries."""
        text = (world.ROOT / "feeds" / "us-census-imports.feed.yaml").read_text(encoding="utf-8")
        text = text.replace("https://api.census.gov", f"http://127.0.0.1:{self.port}").replace("pause: 1s", "pause: 0s")
        text = text.replace('["-", 5520, 5700, 5800, 5880, 5830, 5330, 5490, 5570, 5600, 2010]', '["-", 5520, 5700]')
        for old, new in replaced.items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / "census.feed.yaml").write_text(text + f"# {comment}\n", encoding="utf-8")

    def environment(self):
        return dict(os.environ, CREDENTIALS_DIRECTORY=str(self.world.directory / "credentials"))

    def command(self, *arguments, code=0):
        done = subprocess.run([BINARY, "-c", self.world.directory / "tdwatch.yaml", *arguments], text=True,
                              capture_output=True, timeout=120, env=self.environment())
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    # ---- backfill ----

    def test_backfill_brings_every_month_and_goes_on_where_it_was(self):
        done = self.command("backfill", self.feed, "--from", month(14), "--to", month(6))
        self.assertEqual([request["time"][0] for request in self.asked()], [month(ago) for ago in range(6, 15)])
        self.assertEqual(self.world.sql("SELECT count(*), sum(accepted), sum(rows) FROM payload"), [(9, 9, 81)])
        self.assertIn(f"{month(6)}: accepted: 9 rows", done.stdout)
        self.assertIn("9 of 9 months asked for: 81 rows", done.stdout)
        self.assertEqual(self.world.sql("SELECT used FROM host"), [(9,)])
        done = self.command("backfill", self.feed, "--from", month(16))
        self.assertIn("9 of 16 months are there from an earlier backfill", done.stdout)
        self.assertEqual([request["time"][0] for request in self.asked()[9:]],
                         [month(ago) for ago in (1, 2, 3, 4, 5, 15, 16)])
        self.assertIn("2 months with nothing published", done.stdout)
        self.assertEqual(self.state()[2], period(3))
        self.assertEqual(self.world.sql("SELECT DISTINCT told FROM backfill"), [(1,)])

    def test_backfill_that_is_interrupted_keeps_whole_months(self):
        self.tell("", delay=0.2)
        command = subprocess.Popen([BINARY, "-c", self.world.directory / "tdwatch.yaml", "backfill", self.feed, "--from", month(40)],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment())
        world.wait_for("some months", lambda: self.world.sql("SELECT 1 FROM backfill WHERE told = 0 GROUP BY told HAVING count(*) > 2"))
        command.send_signal(signal.SIGINT)
        output = command.communicate(timeout=30)[0]
        self.assertEqual(command.returncode, 1, output)
        self.assertIn("the same command goes on where it was", output)
        brought = self.world.sql("SELECT count(*) FROM backfill")[0][0]
        used = self.world.sql("SELECT used FROM host")[0][0]
        self.assertIn(used - len(self.asked()), (0, 1))  # the last request may not have been noted
        self.assertEqual(self.world.sql("SELECT count(*) FROM payload WHERE accepted"), [(brought,)])
        self.assertEqual(self.world.sql("SELECT DISTINCT told FROM backfill"), [(1,)])
        self.tell("")
        self.command("backfill", self.feed, "--from", month(40))
        self.assertEqual(self.world.sql("SELECT count(*) FROM backfill"), [(38,)])

    def test_backfill_that_is_killed_is_told_of_at_the_next_start(self):
        self.tell("", delay=0.1)
        command = subprocess.Popen([BINARY, "-c", self.world.directory / "tdwatch.yaml", "backfill", self.feed, "--from", month(40)],
                                   stdout=subprocess.DEVNULL, env=self.environment())
        world.wait_for("some months", lambda: self.world.sql("SELECT 1 FROM backfill GROUP BY told HAVING count(*) > 2"))
        command.kill()
        command.wait()
        brought = self.world.sql("SELECT count(*), sum(told) FROM backfill")[0]
        self.assertEqual(self.world.sql("SELECT count(*) FROM payload WHERE accepted"), [(brought[0],)])
        self.assertEqual(brought[1], 0)
        self.world.start()
        world.wait_for("it to be told", lambda: self.world.sql("SELECT DISTINCT told FROM backfill") == [(1,)])

    def surges(self):
        """Exports that grow threefold in three months long ago and in the newest three, and a rule that sees it."""
        self.describe("", **{"reporter: { value: US }": "reporter: { value: VN }", "flow:     { value: import }": "flow: { value: export }",
                             'partner:  { column: CTY_CODE, codes: census, map: { "-": W } }': "partner: { value: US }",
                             '["-", 5520, 5700]': "[5520]"})
        (self.world.directory / "rules" / "surge.yaml").write_text(SURGE, encoding="utf-8")
        self.tell("", scale={month(ago): 3 for ago in (3, 4, 5, 30, 31, 32)})

    def test_only_what_stands_open_today_is_told(self):
        self.surges()
        self.command("backfill", self.feed, "--from", month(60))
        events = "SELECT rule, event, reason, event.period FROM event JOIN alert ON alert.id = event.alert"
        self.assertEqual(self.world.sql(events), [("surge", 1, "backfill", period(3))])
        self.assertEqual(self.world.sql("SELECT count(*) FROM delivery"), [(2,)])
        self.assertIn("figures of earlier periods were brought in", self.world.sql("SELECT text FROM delivery WHERE text != ''")[0][0])
        self.command("replay", self.world.sql("SELECT id FROM alert")[0][0])

    def test_an_alert_of_long_ago_is_kept_and_told_to_nobody(self):
        self.surges()
        self.command("backfill", self.feed, "--from", month(60), "--to", month(30))
        self.assertEqual(self.world.sql("SELECT event, period FROM event"), [(1, period(30))])
        self.assertEqual(self.world.sql("SELECT count(*) FROM delivery"), [(0,)])
        self.command("backfill", self.feed, "--from", month(60))
        self.assertIn((1, period(3)), self.world.sql("SELECT event, period FROM event"))
        self.assertEqual(self.world.sql("SELECT count(*) FROM delivery"), [(2,)])

    def test_backfill_ends_where_the_key_is_refused_and_where_the_day_is_used_up(self):
        self.tell("", key="another")
        done = self.command("backfill", self.feed, "--from", month(14), code=1)
        self.assertIn("Invalid Key", done.stdout)
        self.assertEqual(len(self.asked()), 1)
        self.assertNotIn(KEY, done.stdout + done.stderr)
        self.tell("")
        self.describe("", **{"per_day: 450": "per_day: 5"})
        done = self.command("backfill", self.feed, "--from", month(14), "--to", month(4), code=1)
        self.assertIn("the day's requests to the host are used up", done.stdout)
        self.assertEqual(self.world.sql("SELECT count(*) FROM backfill"), [(4,)])

    def test_backfill_does_not_run_beside_the_daemon(self):
        self.world.start()
        done = self.command("backfill", self.feed, "--from", month(14), code=1)
        self.assertIn("the daemon is running, and there is one writer", done.stderr)

    def test_backfill_puts_what_it_cannot_believe_into_quarantine_and_goes_on(self):
        self.tell("", commodities=4)
        self.command("backfill", self.feed, "--from", month(8), "--to", month(6))
        self.tell("", commodities=4, scale={month(9): 1000})
        done = self.command("backfill", self.feed, "--from", month(10), "--to", month(6), code=1)
        self.assertIn(f"{month(9)}: quarantined", done.stdout)
        self.assertIn(f"{month(10)}: accepted", done.stdout)
        self.assertEqual(self.world.sql("SELECT count(*) FROM event"), [(0,)])

    def test_progress_on_a_terminal(self):
        main, child = pty.openpty()
        command = subprocess.Popen([BINARY, "-c", self.world.directory / "tdwatch.yaml", "backfill", self.feed, "--from", month(14)],
                                   stdout=child, stderr=subprocess.STDOUT, env=self.environment())
        os.close(child)
        output = b""
        try:
            while chunk := os.read(main, 4096):
                output += chunk
        except OSError:  # the other end is closed
            pass
        self.assertEqual(command.wait(30), 0, output)
        os.close(main)
        self.assertRegex(output.decode(), r"\[#+\.+\] \d+/14 months, [\d,]+ rows, [\d,]+/s, \S+ (s|min) left")

    # ---- a dry run ----

    def test_dry_run_says_what_would_enter_and_writes_nothing(self):
        done = self.command("feed", "fetch", self.feed, "--dry-run", "--period", month(5))
        self.assertIn("data: HTTP 200", done.stdout)
        self.assertIn(f"{month(5)}: 9 rows", done.stdout)
        self.assertIn("would be accepted: 9 rows, 18 new figures, 0 revised", done.stdout)
        self.assertRegex(done.stdout, rf"{month(5)} +US +import +VN +721049 +\d+ +\d+ +KG")
        self.assertFalse((self.world.directory / "state" / "tdwatch.db").exists())
        self.command("backfill", self.feed, "--from", month(5), "--to", month(5))
        before = self.world.sql(COUNTS)
        done = self.command("feed", "fetch", self.feed, "--dry-run", "--period", month(5))
        self.assertIn("would be unchanged: 9 rows, and no figure differs", done.stdout)
        self.assertEqual(self.world.sql(COUNTS), before)

    def test_dry_run_shows_why_it_would_be_refused(self):
        self.tell("renamed")
        done = self.command("feed", "fetch", self.feed, "--dry-run", "--period", month(5), code=1)
        self.assertIn("would be quarantined", done.stdout)
        self.assertRegex(done.stdout, r"error\[D\d+\]")
        done = self.command("feed", "fetch", self.feed, code=2)
        self.assertIn("the daemon fetches", done.stderr)

    # ---- status, quarantine ----

    def quarantine(self):
        """The number of a payload that only its plausibility is held against."""
        self.ends_as("ok")
        self.tell("", published=month(2), commodities=2)
        self.describe("changed, so it is asked at once")
        self.world.daemon.send_signal(signal.SIGHUP)
        world.wait_for("quarantine", lambda: self.state()[0] == "quarantine")
        self.assertEqual(self.world.stop(), 0)
        return str(self.world.sql("SELECT max(id) FROM payload")[0][0])

    def test_status_says_how_a_feed_is(self):
        number = self.quarantine()
        done = self.command("feed", "status")
        self.assertRegex(done.stdout, rf"us-census-imports +quarantine +{month(3)} ")
        self.assertIn("1 in quarantine: tdwatch feed quarantine list us-census-imports", done.stdout)
        for line in done.stdout.splitlines()[:2]:
            self.assertLessEqual(len(line), 84, line)
        feed = json.loads(self.command("feed", "status", "--json").stdout)["feeds"][0]
        self.assertEqual((feed["health"], feed["newest"], feed["quarantined"]), ("quarantine", month(3), 1))
        self.assertEqual(feed["last_payload"], {"rows": 90, "revised": 0})
        self.assertEqual((feed["requests_today"]["used"], feed["requests_today"]["per_day"]), (len(self.asked()), 450))
        self.assertIn(number, self.command("feed", "quarantine", "list").stdout)

    def test_an_operator_releases_what_is_in_quarantine(self):
        number = self.quarantine()
        done = self.command("feed", "quarantine", "show", number)
        self.assertIn("G106", done.stdout)
        self.assertIn("it begins:", done.stdout)
        self.command("feed", "quarantine", "release", number, code=2)
        done = self.command("feed", "quarantine", "release", number, "--because", "they have left out toys")
        self.assertIn("warning[G106]", done.stdout)
        self.assertIn("accepted: ", done.stdout)
        self.assertEqual(self.state()[0], "ok")
        self.assertEqual(self.state()[2], period(2))
        decided = self.world.sql(f"SELECT why, who != '', released > {number} FROM decision WHERE payload = {number}")
        self.assertEqual(decided, [("they have left out toys", 1, 1)])
        self.assertEqual(self.world.sql("SELECT count(*) FROM alert WHERE rule = 'feed-quarantine' AND closed_ms IS NULL"), [(0,)])
        done = self.command("feed", "quarantine", "release", number, "--because", "again", code=1)
        self.assertIn("it is decided already", done.stderr)

    def test_an_operator_drops_what_is_in_quarantine(self):
        number = self.quarantine()
        self.command("feed", "quarantine", "drop", number, "--because", "a test of theirs")
        self.assertEqual(self.state()[0], "ok")
        self.assertEqual(self.state()[2], period(3))
        self.assertEqual(self.world.sql(f"SELECT released, body FROM decision JOIN payload ON id = payload"), [(None, None)])
        self.assertIn("dropped", self.command("feed", "quarantine", "list").stdout)

    # ---- checks ----

    def test_check_warns_of_what_can_be_read_and_will_hardly_do(self):
        done = self.command("feed", "check")
        self.assertIn("1 feed is in order", done.stdout)
        self.assertNotIn("warning", done.stdout)
        (self.world.directory / "credentials" / "census").unlink()
        path = self.world.directory / "feeds" / "census.feed.yaml"
        text = path.read_text(encoding="utf-8").replace("grace: 10d\n", "").replace("per_day: 450", "per_day: 3")
        path.write_text(text.replace("licence: US Census", "licence: none #"), encoding="utf-8")
        done = self.command("feed", "check", path)
        for code in ("F101", "F102", "F108", "F109"):
            self.assertIn(f"warning[{code}]", done.stdout)
        path.write_text(text.replace("feed: us", "feed: US").replace("means: key", "means: keys"), encoding="utf-8")
        done = self.command("feed", "check", path, code=1)
        self.assertIn("errors", done.stdout)

    def test_two_sources_are_compared(self):
        self.command("backfill", self.feed, "--from", month(5), "--to", month(4))
        text = (self.world.directory / "feeds" / "census.feed.yaml").read_text(encoding="utf-8")
        (self.world.directory / "feeds" / "other.feed.yaml").write_text(text.replace("feed: us-census-imports", "feed: other"),
                                                                       encoding="utf-8")
        self.tell("", scale={month(5): 1.2})
        self.command("backfill", "other", "--from", month(5), "--to", month(5))
        done = self.command("feed", "compare", self.feed, "other")
        self.assertIn("9 series are reported by both", done.stdout)
        self.assertIn(f"{month(5)}, the newest month of both: 9 of 9 series (100 %) differ by more than 5 %", done.stdout)
        self.assertIn("rules read us-census-imports", done.stdout)
        self.assertIn("0 of 9 series", self.command("feed", "compare", self.feed, "other", "--over", "20").stdout)


unittest.main(verbosity=2)
