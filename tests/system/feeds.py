"""Feeds by descriptor against a stand-in of a service: the whole program, over real sockets.

    python3 feeds.py BINARY
"""

import json
import signal
import time
import unittest

import world
from feed_service import KEY, NOW, Service, month, period


HISTORY = "SELECT (SELECT count(*) FROM payload), (SELECT count(*) FROM block), (SELECT count(*) FROM revision)"
# What is said of each, and none of it enters history.
TROUBLES = {"short": "reply was cut short", "chunked": "connection lost", "reset": "connection lost|cut short", "checksum": "gzip body is damaged",
            "length": "gzip body is damaged", "trailer": "gzip body was cut short", "bomb": "reply too large",
            "endless": "reply too large", "redirect": "HTTP 302", "busy": "HTTP 429"}


class Census(Service):
    feed, service = "us-census-imports", "census"

    def tell(self, trouble, published=month(3)):
        self.control.write_text(json.dumps({"key": KEY, "published": published, "trouble": trouble}), encoding="ascii")

    def describe(self, comment, **replaced):
        """The shipped descriptor, towards the stand-in and for fewer countries."""
        text = (world.ROOT / "feeds" / "us-census-imports.feed.yaml").read_text(encoding="utf-8")
        text = text.replace("https://api.census.gov", f"http://127.0.0.1:{self.port}").replace("pause: 1s", "pause: 0s")
        text = text.replace('["-", 5520, 5700, 5800, 5880, 5830, 5330, 5490, 5570, 5600, 2010]', '["-", 5520, 5700]')
        for old, new in replaced.items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / "census.feed.yaml").write_text(text + f"# {comment}\n", encoding="utf-8")

    def test_months_are_gathered_to_one_payload(self):
        self.ends_as("ok")
        self.assertEqual([request["time"][0] for request in self.asked()], [month(ago) for ago in range(12, 0, -1)])
        self.assertEqual([request["status"] for request in self.asked()], [200] * 10 + [204] * 2)
        self.assertEqual(self.state()[2], period(3))
        self.assertEqual(self.asked()[0]["countries"], ["-", "5520", "5700"])
        accepted = self.world.sql("SELECT accepted, rows FROM payload")
        self.assertEqual(accepted, [(1, 10 * 9)])
        self.assertEqual(self.world.sql("SELECT used FROM host"), [(12,)])

    def test_a_new_month_brings_the_newest_ones_again(self):
        self.ends_as("ok")
        before = len(self.asked())
        self.tell("", published=month(2))
        self.describe("changed, so it is asked at once")
        self.world.daemon.send_signal(signal.SIGHUP)
        world.wait_for("the new month", lambda: self.state()[2] == period(2))
        self.assertEqual([r["time"][0] for r in self.asked()[before:]],
                         [month(ago) for ago in (2, 1, 5, 4, 3)])

    def test_the_limit_of_a_day_outlives_a_restart(self):
        if NOW.hour == 23 and NOW.minute > 55:
            self.skipTest("midnight is near, and with it another day")
        self.describe("", **{"per_day: 450": "per_day: 12"})
        self.ends_as("ok")
        self.world.stop()
        self.describe("changed, so it would be asked at once", **{"per_day: 450": "per_day: 12"})
        self.world.start()
        self.assertFalse(self.world.sql("SELECT 1 FROM feed WHERE failures > 0"))
        time.sleep(1.5)
        self.assertEqual(len(self.asked()), 12)

    def test_a_refused_key_is_told_and_never_shown(self):
        self.control.write_text(json.dumps({"key": "another", "published": month(3), "trouble": ""}), encoding="ascii")
        self.assertIn("Invalid Key", self.ends_as("key"))
        self.assertEqual(self.world.sql("SELECT rule FROM alert"), [("feed-key",)])
        self.assertEqual(len(self.asked()), 1)
        self.world.stop()
        for path in self.world.directory.rglob("*"):
            if path.is_file() and path.parent.name != "credentials" and path != self.control:
                self.assertNotIn(KEY.encode(), path.read_bytes(), path)

    def test_a_missing_credential_is_told_and_nothing_is_asked(self):
        (self.world.directory / "credentials" / "census").unlink()
        self.assertIn("the credential census cannot be read", self.ends_as("key"))
        self.assertEqual(self.asked(), [])

    def test_an_unknown_variable_is_a_changed_source(self):
        self.describe("", UNIT_QY1="UNIT_QY9")
        self.assertIn("error: unknown variable 'UNIT_QY9'", self.ends_as("changed"))
        self.assertEqual(self.world.sql("SELECT rule FROM alert"), [("feed-changed",)])

    def test_renamed_columns_are_quarantined(self):
        self.tell("renamed")
        self.ends_as("quarantine")
        self.assertEqual(self.world.sql("SELECT count(*) FROM block"), [(0,)])

    def test_no_trouble_on_the_way_changes_history(self):
        self.tell("")
        self.ends_as("ok")
        before = self.world.sql(HISTORY)
        for trouble, text in TROUBLES.items():
            with self.subTest(trouble):
                self.bring(trouble)
                self.assertRegex(world.wait_for("a failure", lambda: self.state()[3] > 0 and self.state()[1]), text)
                self.assertEqual(self.world.sql(HISTORY), before)
                self.assertNotIn("/elsewhere", [request.get("path") for request in self.asked()])

    def test_what_only_takes_its_time_or_is_packed_enters(self):
        self.tell("")
        self.ends_as("ok")
        for newest, trouble in ((2, "gzip"), (1, "slow")):
            with self.subTest(trouble):
                self.bring(trouble, published=month(newest))
                world.wait_for("the month", lambda: self.state()[2] == period(newest))
                self.assertEqual(self.state()[3], 0)

    def bring(self, trouble, published=month(2)):
        """Lets a new month come, with a trouble on its way."""
        if self.world.daemon is not None:
            self.world.stop()
        self.tell(trouble, published)
        self.world.sql_write("UPDATE feed SET next_ms = 0, failures = 0, health = 'ok'")
        self.describe("", **{"max_bytes: 256MiB": "max_bytes: 1MiB"})
        self.world.start()


class Comtrade(Service):
    feed, service = "comtrade", "comtrade"

    def tell(self, trouble, **replaced):
        self.control.write_text(json.dumps({"key": KEY, "published": month(2).replace("-", ""), "rows": 4, "cap": 100000,
                                            "trouble": trouble} | replaced), encoding="ascii")

    def describe(self, _, **replaced):
        text = (world.ROOT / "feeds" / "comtrade.feed.yaml").read_text(encoding="utf-8")
        text = text.replace("https://comtradeapi.un.org", f"http://127.0.0.1:{self.port}").replace("pause: 7s", "pause: 0s")
        for old, new in replaced.items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / "comtrade.feed.yaml").write_text(text, encoding="utf-8")

    def test_every_reporter_and_month_is_part_of_one_payload(self):
        self.tell("busy")
        self.ends_as("ok")
        self.assertEqual([(request["what"], request["status"]) for request in self.asked()[:4]],
                         [("availability", 429), ("availability", 200), ("count", 200), ("data", 200)])
        self.assertEqual([self.how_many(what) for what in ("count", "data")], [5, 5])
        self.assertEqual(self.world.sql("SELECT accepted, rows FROM payload"), [(1, 2 * 5 * 3 * 4)])
        self.assertEqual(self.state()[2], period(2))

    def how_many(self, what, offset=0):
        return len([request for request in self.asked()[offset:] if request["what"] == what])

    def test_an_answer_that_is_cut_at_the_limit_is_asked_in_halves(self):
        self.tell("", cap=10)
        self.describe("", **{"at_least: 100000": "at_least: 10", "probe: countOnly=true": "", "per_request: 6": "per_request: 1"})
        self.ends_as("ok")
        self.assertEqual([request["partners"] for request in self.asked()[1:4]], ["0,704,156", "0", "704,156"])
        self.assertEqual(self.world.sql("SELECT rows FROM payload"), [(2 * 5 * 3 * 4,)])

    def test_a_request_over_the_limit_is_split_before_it_is_made(self):
        self.tell("", cap=10)
        self.describe("", **{"at_least: 100000": "at_least: 10", "per_request: 6": "per_request: 1"})
        self.ends_as("ok")
        self.assertEqual([(request["what"], request["partners"]) for request in self.asked()[1:5]],
                         [("count", "0,704,156"), ("data", "0"), ("count", "704,156"), ("data", "704,156")])
        self.assertEqual(self.world.sql("SELECT rows FROM payload"), [(2 * 5 * 3 * 4,)])

    def test_only_months_that_were_published_again_are_asked_for(self):
        self.tell("")
        self.ends_as("ok")
        before = len(self.asked())
        self.world.daemon.send_signal(signal.SIGHUP)
        self.assertEqual(self.world.stop(), 0)
        self.world.sql_write("UPDATE feed SET next_ms = 0")
        self.world.start()
        world.wait_for("one question", lambda: len(self.asked()) > before)
        world.wait_for("its answer", lambda: self.world.sql("SELECT 1 FROM feed WHERE next_ms > 0"))
        self.assertEqual([request["what"] for request in self.asked()[before:]], ["availability"])
        self.assertEqual(self.world.stop(), 0)
        again = month(9).replace("-", "")
        self.tell("", republished={again: 1})
        self.world.sql_write("UPDATE feed SET next_ms = 0")
        before = len(self.asked())
        self.world.start()
        world.wait_for("the month", lambda: len(self.world.sql("SELECT 1 FROM payload WHERE accepted")) == 2)
        self.assertEqual({request["period"] for request in self.asked()[before + 1:]}, {again})
        self.assertEqual(self.how_many("data", before), 5)
        self.assertEqual(self.state()[2], period(2))

    def test_a_used_up_quota_waits_for_the_next_day(self):
        self.tell("quota")
        self.world.start()
        text = world.wait_for("the answer", lambda: self.state() and self.state()[1])
        self.assertIn("HTTP 403: ", text)
        next_ms = self.world.sql("SELECT next_ms FROM feed")[0][0]
        self.assertGreaterEqual(next_ms, (NOW.timestamp() // 86400 + 1) * 86400 * 1000)
        self.assertEqual(self.world.sql("SELECT count(*) FROM alert"), [(0,)])

    def test_a_refused_key_is_told(self):
        self.tell("", key="another")
        self.assertIn("invalid subscription key", self.ends_as("key"))


class Pages(Service):
    feed, service = "paged", "pages"

    def tell(self, trouble, records=25):
        self.control.write_text(json.dumps({"records": records, "trouble": trouble}), encoding="ascii")

    def describe(self, comment, way="counted?page={page}&size=10", pages="total: header.totalCount, size: 10"):
        (self.world.directory / "feeds" / "paged.feed.yaml").write_text(f"""# {comment}
feed: paged
title: Pages
url: http://127.0.0.1:{self.port}/{way}
licence: a test
format: json
pages: {{ {pages} }}
limits: {{ pause: 0s }}
json: {{ records: items }}
fields:
  reporter: {{ value: US }}
  flow: {{ value: import }}
  partner: {{ value: VN }}
  product: {{ column: code }}
  period: {{ column: month }}
  value: {{ column: usd }}
end: {{ rows_at_least: 1 }}
""", encoding="utf-8")

    def assert_all(self, starts, rows=25):
        self.ends_as("ok")
        self.assertEqual([request["start"] for request in self.asked()], starts)
        self.assertEqual(self.world.sql("SELECT accepted, rows FROM payload"), [(1, rows)])

    def test_pages_that_are_counted(self):
        self.assert_all([1, 11, 21])

    def test_pages_that_name_the_next(self):
        self.describe("", way="keyed?start={page}&size=10", pages="next: header.NEXT_KEY")
        self.assert_all([1, 11, 21])

    def test_pages_of_which_nobody_says_how_many(self):
        self.tell("", records=20)
        self.describe("", way="plain?page={page}&size=10", pages="records: items.code, size: 10")
        self.assert_all([1, 11, 21], rows=20)

    def test_what_changes_between_pages_is_no_payload(self):
        for trouble, text in {"grows": "totalCount has changed from one page to the next", "short": "cut short"}.items():
            with self.subTest(trouble):
                self.tell(trouble)
                self.world.start()
                self.assertRegex(world.wait_for("a failure", lambda: self.state() and self.state()[3] > 0 and self.state()[1]), text)
                self.assertEqual(self.world.sql("SELECT count(*) FROM payload"), [(0,)])
                self.assertEqual(self.world.stop(), 0)
                self.world.sql_write("DELETE FROM feed")


unittest.main(verbosity=2)
