"""Feeds by descriptor against a stand-in of a service: the whole program, over real sockets.

    python3 feeds.py BINARY
"""

import decimal
import json
import re
import shutil
import sys
import signal
import time
import unittest

import world
from feed_service import KEY, NOW, Service, month, period

sys.path.insert(0, str(world.TESTS / "standins"))
import archive
import comext


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
        world.wait_for("what was asked", lambda: self.world.sql("SELECT used FROM host") == [(12,)])

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


class Euros(Service):
    """Feeds in euros and the ECB's rates, of one stand-in; the configuration is that of the Union."""
    service = "eurostat"

    def tell(self, trouble, **replaced):
        self.control.write_text(json.dumps({"published": month(2), "rates": month(1), "rows": 500000, "queue": 500000, "polls": 2,
                                            "trouble": trouble} | replaced), encoding="ascii")

    def describe(self, comment, **replaced):
        """The shipped descriptors, towards the stand-in."""
        self.put("feed", self.here(self.shipped(self.feed)) + f"# {comment}\n", replaced)
        self.put("ecb", self.here(self.shipped("ecb-rates")) + f"# {comment}\n", {})
        config = self.world.directory / "tdwatch.yaml"
        config.write_text(config.read_text(encoding="utf-8").replace("home: VN", "home: EU"), encoding="utf-8")

    def shipped(self, name):
        return (world.ROOT / "feeds" / f"{name}.feed.yaml").read_text(encoding="utf-8")

    def here(self, text):
        text = re.sub(r"https://(ec\.europa\.eu|data-api\.ecb\.europa\.eu)", f"http://127.0.0.1:{self.port}", text)
        return text.replace("pause: 2s", "pause: 0s").replace("pause: 15s", "pause: 1s")

    def put(self, name, text, replaced):
        for old, new in replaced.items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / f"{name}.feed.yaml").write_text(text, encoding="utf-8")

    def ask_rates_again(self):
        path = self.world.directory / "feeds" / "ecb.feed.yaml"
        path.write_text(path.read_text(encoding="utf-8") + "# again\n", encoding="utf-8")
        self.world.daemon.send_signal(signal.SIGHUP)

    def start_anew(self):
        if self.world.daemon is not None:
            self.world.kill()
            shutil.rmtree(self.world.directory / "state")

    def figures(self, product="721049", origin="VN"):
        """The months that history has: value, quantity, unit."""
        done = self.world.run("query", "imports", "--product", product, "--origin", origin)
        return {line[0]: line[1:] for line in (line.split() for line in done.stdout.splitlines()) if line and line[0][:2] == "20"}


def dollars(euros, when):
    """As tdwatch prints them: rounded once, to thousandths."""
    usd = (decimal.Decimal(euros) * decimal.Decimal(comext.rate("USD", when))).quantize(decimal.Decimal("0.001"), decimal.ROUND_HALF_UP)
    return f"{usd:.3f}".removesuffix(".000")


class Eurostat(Euros):
    """Comext by its API."""
    feed = "eurostat-comext"
    products = '["721049", "730630", "999999"]'

    def shipped(self, name):
        """For few products and countries."""
        text = re.sub(r"values: \[\s*\"0.*?\]", f"values: {self.products}", super().shipped(name), flags=re.S)
        return re.sub(r"values: \[EXT_EU27_2020.*?\]", "values: [EXT_EU27_2020, VN, CN, KR]", text)

    def expected(self, ago, product="721049", origin="VN"):
        euros = comext.euros(origin, product, month(ago))
        return [dollars(euros, month(ago)), f"{decimal.Decimal(f'{euros / 8:.2f}') * 100:.0f}", "kg"]

    def test_figures_are_put_together_and_euros_are_converted(self):
        self.ends_as("ok")
        self.assertEqual(self.state()[2], period(2))
        figures = self.figures()
        self.assertEqual(sorted(figures), [month(ago) for ago in range(12, 1, -1)])
        for ago in range(12, 1, -1):
            self.assertEqual(figures[month(ago)], self.expected(ago), month(ago))
        self.assertEqual(self.figures("730630", "KR")[month(2)], self.expected(2, "730630", "KR"))
        self.assertEqual(self.world.sql("SELECT count(*) FROM rate WHERE currency = 'USD' AND base = 'EUR'"),
                         [(period(1) - 2002 * 12 + 1,)])
        self.assertEqual(self.world.sql(f"SELECT rate FROM rate WHERE currency = 'USD' AND period = {period(2)}"),
                         [(int(decimal.Decimal(comext.rate("USD", month(2))) * 10 ** 12),)])
        self.assertEqual(self.world.sql("SELECT count(*) FROM alert"), [(0,)])

    def test_rates_are_asked_for_first(self):
        self.ends_as("ok")
        self.assertIn("/service/data/EXR/", self.asked()[0]["path"])

    def test_what_is_queued_is_waited_for(self):
        self.tell("", queue=1)
        self.ends_as("ok")
        words = [request["path"].split("/")[-2] for request in self.asked()[1:]]
        self.assertEqual(words[:5], ["DS-045409", "status", "status", "status", "data"])
        self.assertEqual(self.figures()[month(2)], self.expected(2))

    def test_what_has_expired_is_a_failure(self):
        self.tell("expired", queue=1)
        self.world.start()
        text = world.wait_for("a failure", lambda: self.state() and self.state()[3] > 0 and self.state()[1])
        self.assertRegex(text, "HTTP 200: .* EXPIRED")
        self.assertEqual(self.world.sql("SELECT count(*) FROM block"), [(0,)])

    def test_what_is_too_much_is_asked_in_parts(self):
        for trouble in ("", "json"):
            with self.subTest(trouble):
                self.tell(trouble, rows=24)
                before = len(self.asked())
                self.start_anew()
                self.ends_as("ok")
                asked = [request for request in self.asked()[before:] if "DS-045409" in request["path"]]
                self.assertEqual([(request["first"], request["last"]) for request in asked[:4]],
                                 [(month(12), month(7)), (month(12), month(10)), (month(12), month(11)), (month(12), month(12))][:4])
                self.assertEqual(self.figures()[month(2)], self.expected(2))
                self.assertEqual(self.world.sql("SELECT accepted FROM payload WHERE feed = 'eurostat-comext'"), [(1,)])

    def test_one_figure_that_is_too_much_is_told(self):
        self.tell("", rows=1)
        self.assertIn("one request for a single month and value is too much for the source", self.ends_as("changed"))

    def test_nothing_is_published_or_traded(self):
        self.products = '["999999"]'
        self.describe("only what nobody trades")
        self.world.start()
        world.wait_for("an answer", lambda: self.state() and self.state()[0] == "ok")
        self.assertEqual(self.world.sql("SELECT count(*) FROM payload WHERE feed = 'eurostat-comext'"), [(0,)])

    def test_confidential_and_missing_figures_are_none(self):
        for trouble in ("marks", "flags"):
            with self.subTest(trouble):
                self.tell(trouble)
                self.start_anew()
                self.ends_as("ok")
                self.assertEqual(self.figures(origin="VN").get(month(2), ["kg"]), ["kg"])
                self.assertEqual(self.figures(origin="KR")[month(2)], self.expected(2, origin="KR"))
                self.assertEqual(self.figures("730630", "VN")[month(2)], self.expected(2, "730630", "VN"))

    def test_a_renamed_figure_is_quarantined(self):
        self.tell("renamed")
        self.assertIn('the row is no figure of the feed: its indicators is "VALUE_EUR"', self.ends_as("quarantine"))
        self.assertEqual(self.world.sql("SELECT count(*) FROM block"), [(0,)])

    def test_what_waits_for_a_rate_is_asked_again_when_it_comes(self):
        self.tell("", rates=month(4))
        text = self.ends_as("quarantine")
        self.assertIn(f"no rate of EUR to USD is known for {month(3)}; the newest one is of {month(4)}", text)
        self.assertEqual(self.world.sql("SELECT product FROM alert WHERE rule = 'feed-quarantine' AND closed_ms IS NULL"), [(self.feed,)])
        self.tell("")
        before = len(self.asked())
        self.ask_rates_again()
        world.wait_for("the rate", lambda: self.state()[0] == "ok")
        self.assertEqual(self.world.sql("SELECT count(*) FROM alert WHERE rule = 'feed-quarantine' AND closed_ms IS NULL"), [(0,)])
        self.assertEqual(self.figures()[month(2)], self.expected(2))
        self.assertIn("/service/data/EXR/", self.asked()[before]["path"])

    def test_without_rates_nothing_is_converted(self):
        self.tell("rateless")
        self.assertIn("none is at all", self.ends_as("quarantine"))
        self.assertEqual(self.world.sql("SELECT failures > 0 FROM feed WHERE feed = 'ecb-rates'"), [(1,)])

    def test_a_revised_rate_counts_from_then_on(self):
        self.ends_as("ok")
        figures = self.figures()
        self.tell("revised")
        self.ask_rates_again()
        world.wait_for("the rates", lambda: self.world.sql("SELECT count(*) FROM rate WHERE currency = 'USD' AND period = "
                                                           f"{period(2)}") == [(2,)])
        self.assertEqual(self.figures(), figures)

    def test_a_feed_in_euros_needs_rates(self):
        (self.world.directory / "feeds" / "ecb.feed.yaml").unlink()
        done = self.world.run("feed", "show", self.feed)
        self.assertEqual(done.returncode, 1)
        self.assertIn("the values of the feed 'eurostat-comext' are in EUR, and no feed of the configuration has exchange rates", done.stderr)

    def test_a_web_page_changes_nothing(self):
        self.tell("html")
        self.world.start()
        world.wait_for("failures", lambda: len(self.world.sql("SELECT 1 FROM feed WHERE failures > 0")) == 2)
        self.assertEqual(self.world.sql("SELECT count(*) FROM payload"), [(0,)])


class Bulk(Euros):
    """Comext by its bulk files: imported, and fetched where the descriptor says so."""
    feed = "eurostat-comext-bulk"
    fetched = "url: http://127.0.0.1:{}/eurostat/api/dissemination/files?file=comext%2FCOMEXT_DATA%2FPRODUCTS%2Ffull_v2_{{period:%Y%m}}.7z\n" \
              "periods: {{ from: 2002-01, window: 3, revise: 1 }}\nanswers: [{{ status: 404, means: not-yet }}]\n"

    def shipped(self, name):
        return super().shipped(name).replace("rows_at_least: 100000", "rows_at_least: 3")

    def expected(self, ago, origin="VN"):
        """Germany and France, two codes of CN8, one of them by two procedures."""
        euros = sum(share * (comext.euros(origin, "72104910", month(ago)) + 2 * comext.euros(origin, "72104990", month(ago)))
                    for share in (3, 1))
        return euros, [sum_of_dollars(origin, month(ago)), str(2 * euros), "kg"]

    def archive(self, name, members):
        path = self.world.directory / name
        archive.write(path, name.rsplit(".", 1)[1], members)
        return path

    def bring(self, *files, feed=None, code=0):
        done = self.world.run("import", feed or self.feed, *files)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def rates(self):
        """The ECB's, once."""
        self.world.start()
        world.wait_for("rates", lambda: self.world.sql("SELECT 1 FROM rate LIMIT 1"))
        self.world.stop()

    def test_a_file_is_imported(self):
        self.rates()
        text = comext.bulk_table(month(2))
        path = self.archive("full_v2.7z", {"full_202609.dat": text.encode()})
        self.assertIn("accepted: 17 rows", self.bring(path))
        self.assertEqual(self.figures()[month(2)], self.expected(2)[1])
        self.assertEqual(self.figures(origin="CN")[month(2)], self.expected(2, "CN")[1])
        self.assertIn("unchanged", self.bring(path))

    def test_without_rates_a_file_is_refused(self):
        path = self.archive("full_v2.7z", {"full_202609.dat": comext.bulk_table(month(2)).encode()})
        self.assertIn(f"full_202609.dat:2:64: error[D057]: no rate of EUR to USD is known for {month(2)}; none is at all", self.bring(path, code=1))

    def test_what_is_no_whole_archive_of_one_file_is_refused(self):
        self.rates()
        text = comext.bulk_table(month(2)).encode()
        whole = self.archive("whole.7z", {"full_202609.dat": text}).read_bytes()
        cut = self.world.directory / "cut.7z"
        cut.write_bytes(whole[:len(whole) // 2])
        broken = self.world.directory / "broken.7z"
        broken.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
        page = self.world.directory / "page.7z"
        page.write_bytes(b"<html>busy</html>")
        for path, said in ((cut, "truncated or damaged"), (broken, "truncated or damaged"), (page, "not a 7z archive"),
                           (self.archive("none.7z", {}), "has no file"), (self.archive("two.7z", {"a": text, "b": text}), "several files"),
                           (self.archive("bomb.7z", {"a": bytes(1 << 26)}), "unpacks to more than"),
                           (self.archive("other.zip", {"a": text}), "a ZIP archive, not a 7z archive"),
                           (self.archive("short.7z", {"full_202609.dat": text[:-1]}), "short.7z:full_202609.dat:")):
            with self.subTest(path.name):
                self.assertIn(said, self.bring(path, code=1))
        self.assertEqual(self.world.sql("SELECT count(*) FROM block"), [(0,)])

    def test_files_are_fetched_month_by_month(self):
        self.describe("", **{"format: csv": self.fetched.format(self.port) + "format: csv"})
        self.ends_as("ok")
        files = [request["status"] for request in self.asked() if request["path"].endswith("/files")]
        self.assertEqual(files, [200, 200, 404])
        self.assertEqual(sorted(self.figures()), [month(3), month(2)])
        self.assertEqual(self.figures()[month(3)], self.expected(3)[1])

    def test_half_a_file_is_quarantined(self):
        self.tell("half")
        self.describe("", **{"format: csv": self.fetched.format(self.port) + "format: csv"})
        self.assertIn("truncated or damaged", self.ends_as("quarantine"))
        self.assertEqual(self.world.sql("SELECT count(*) FROM block"), [(0,)])

    def test_daily_rates_come_in_an_archive(self):
        """The ECB's history, a currency a column: the averages of whole months."""
        self.put("ecb", "feed: ecb-rates\ntitle: t\nlicence: l\nunpack: zip\nrates: { base: EUR, day: Date, none: [N/A] }\n"
                        "end: { rows_at_least: 4 }\n", {})
        days = "Date,USD,JPY,HRK,\n2026-03-02,9,1,1,\n2026-02-27,1.25,160,N/A,\n2026-02-02,1.15,150,7.5,\n2026-01-30,9,1,1,\n"
        path = self.archive("eurofxref-hist.zip", {"eurofxref-hist.csv": days.encode()})
        self.assertIn("accepted: 2 rates, 2 new rates, 0 revised", self.bring(path, feed="ecb-rates"))
        self.assertIn("unchanged: 2 rates, and no rate differs", self.bring(path, feed="ecb-rates"))
        self.assertEqual(self.world.sql("SELECT currency, period, rate FROM rate ORDER BY currency"),
                         [("JPY", 2026 * 12 + 1, 155 * 10 ** 12), ("USD", 2026 * 12 + 1, 12 * 10 ** 11)])
        text = comext.bulk_table("2026-02")
        self.assertIn("accepted", self.bring(self.archive("full.7z", {"full_202602.dat": text.encode()})))


class Korea(Service):
    feed, service = "korea-customs-imports", "korea"

    def tell(self, trouble, **replaced):
        self.control.write_text(json.dumps({"key": KEY, "published": month(2).replace("-", ""), "trouble": trouble} | replaced), encoding="ascii")

    def describe(self, _, **replaced):
        """The shipped descriptor for two headings."""
        text = (world.ROOT / "feeds" / f"{self.feed}.feed.yaml").read_text(encoding="utf-8")
        text = text.replace("https://apis.data.go.kr", f"http://127.0.0.1:{self.port}").replace("pause: 1s", "pause: 0s")
        text = re.sub(r"heading: .*", "heading: { values: [7210, 7306] }", text).replace("credential: data-go-kr", "credential: korea")
        for old, new in replaced.items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / "korea.feed.yaml").write_text(text, encoding="utf-8")

    def test_items_of_ten_digits_are_added_up_and_totals_left_out(self):
        self.ends_as("ok")
        asked = self.asked()
        first, last = (month(ago).replace("-", "") for ago in (6, 1))
        self.assertEqual((asked[0]["first"], asked[0]["last"], asked[0]["heading"], asked[0]["country"]), (first, last, "7210", "VN"))
        months = {request["first"]: 5 if request["last"] > month(2).replace("-", "") else 6 for request in asked}  # of new ones the last is not there yet
        self.assertEqual(len(asked), 2 * 2 * len(months))
        self.assertEqual(self.world.sql("SELECT reporter, flow, partner, product FROM series ORDER BY product, partner"),
                         [("KR", 1, partner, f"{heading}49") for heading in (7210, 7306) for partner in ("CN", "VN")])
        self.assertEqual(self.world.sql("SELECT accepted FROM payload"), [(1,)])
        self.assertEqual(self.state()[2], period(2))

    def test_a_full_page_is_asked_in_halves(self):
        self.tell("full")
        self.ends_as("ok")
        self.assertEqual(self.world.sql("SELECT accepted FROM payload"), [(1,)])
        self.assertEqual(self.state()[2], period(2))
        self.assertIn((month(2).replace("-", ""),) * 2, [(request["first"], request["last"]) for request in self.asked()])

    def test_errors_that_answer_200_are_told(self):
        self.tell("", key="another")
        self.assertIn("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", self.ends_as("key"))
        self.assertEqual(self.world.sql("SELECT rule FROM alert"), [("feed-key",)])

    def test_a_used_up_quota_waits(self):
        self.tell("quota")
        self.world.start()
        self.assertIn("LIMITED_NUMBER_OF_SERVICE_REQUESTS", world.wait_for("the answer", lambda: self.state() and self.state()[1]))
        self.assertEqual(self.world.sql("SELECT count(*) FROM payload"), [(0,)])


class Japan(Service):
    feed, service = "japan-customs-imports", "e_stat"

    def tell(self, trouble, **replaced):
        self.control.write_text(json.dumps({"key": KEY, "published": month(2), "trouble": trouble} | replaced), encoding="ascii")

    def describe(self, _, **replaced):
        """The shipped descriptor for two headings, of which nobody trades one; the yen is taken for a dollar."""
        text = (world.ROOT / "feeds" / f"{self.feed}.feed.yaml").read_text(encoding="utf-8")
        text = text.replace("https://api.e-stat.go.jp", f"http://127.0.0.1:{self.port}").replace("pause: 1s", "pause: 0s")
        text = re.sub(r"heading: .*", "heading: { values: [7210, 8541] }", text).replace("credential: e-stat", "credential: e_stat")
        text = text.replace(" currency: JPY,", "")
        for old, new in replaced.items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / "japan.feed.yaml").write_text(text, encoding="utf-8")

    def test_months_to_come_are_no_months(self):
        self.ends_as("ok")
        self.assertEqual({request["code"] for request in self.asked()}, {"721000000", "854100000"})
        self.assertEqual(self.state()[2], period(2))
        self.assertEqual(self.world.sql("SELECT accepted FROM payload"), [(1,)])
        self.assertEqual(self.world.sql("SELECT reporter, partner, product FROM series ORDER BY partner"),
                         [("JP", "CN", "721000"), ("JP", "VN", "721000")])

    def test_an_answer_with_more_to_come_is_asked_in_halves(self):
        self.tell("next")
        self.ends_as("ok")
        self.assertIn("50110", [request["area"] for request in self.asked()])
        self.assertEqual(self.world.sql("SELECT accepted FROM payload"), [(1,)])
        self.assertEqual(self.state()[2], period(2))

    def test_a_refused_application_is_told(self):
        self.tell("", key="another")
        self.assertIn('"STATUS": 100', self.ends_as("key"))

    def test_yen_are_converted_by_the_rates_that_are_there(self):
        self.describe("", **{"scale: 1000,": "scale: 1000, currency: JPY,"})
        (self.world.directory / "feeds" / "rates.feed.yaml").write_text(
            "feed: ecb-rates\ntitle: t\nlicence: l\nrates: { base: EUR, month: Month }\nend: { rows_at_least: 1 }\n", encoding="utf-8")
        table = self.world.directory / "rates.csv"
        table.write_text("Month,USD,JPY\n" + "".join(f"{month(ago)},1.1,160\n" for ago in range(2, 30)), encoding="ascii")
        done = self.world.run("import", "ecb-rates", table)
        self.assertIn("accepted", done.stdout, done.stderr)
        self.ends_as("ok")  # months to come have neither a rate nor trade
        self.assertEqual(self.state()[2], period(2))
        self.assertGreater(self.world.sql("SELECT count(*) FROM block")[0][0], 0)


def sum_of_dollars(origin, when):
    """Every row is converted, and rounded, before they are added up."""
    rows = [share * comext.euros(origin, code, when) for share in (3, 1) for code in ("72104910", "72104990", "72104990")]
    total = sum(decimal.Decimal(dollars(euros, when)) for euros in rows)
    return f"{total:.3f}".removesuffix(".000")


unittest.main(verbosity=2)
