"""Notices by descriptor against stand-ins of the services, and the cases and alerts that come of them: the whole program.

    python3 notices.py BINARY
"""

import datetime
import json
import pathlib
import shutil
import signal
import sys
import tempfile
import unittest

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
STANDINS = world.TESTS / "standins"
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def day(ago):
    return (TODAY - datetime.timedelta(days=ago)).isoformat()


def month(ago):
    number = TODAY.year * 12 + TODAY.month - 1 - ago
    return f"{number // 12:04}-{number % 12 + 1:02}"


ABSTRACT = ("The Commission hereby gives notice of the institution of investigations and commencement of preliminary phase antidumping duty "
            "investigation No. 731-TA-1999 (Preliminary), by reason of imports of hardwood plywood from Vietnam, provided for in subheadings "
            "4412.31.06 and 4412.33.06 of the Harmonized Tariff Schedule of the United States.")


def petition(ago=20, **more):
    return {"document_number": "2026-00001", "publication_date": day(ago), "type": "Notice", "abstract": ABSTRACT,
            "title": "Hardwood Plywood From Vietnam; Institution of Antidumping Duty Investigation and Scheduling of Preliminary Phase "
                     "Investigation",
            "agency_names": ["International Trade Commission"], "docket_ids": ["Investigation No. 731-TA-1999 (Preliminary)"]} | more


def notice(number, title, ago, **more):
    return {"document_number": number, "publication_date": day(ago), "type": "Notice", "abstract": None, "title": title,
            "agency_names": ["Commerce Department", "International Trade Administration"], "docket_ids": ["A-552-999"],
            "toc_subject": "Antidumping or Countervailing Duty Investigations, Orders, or Reviews"} | more


def initiation(ago=10):
    return notice("2026-00002", "Hardwood Plywood From the Socialist Republic of Vietnam: Initiation of Less-Than-Fair-Value Investigation",
                  ago)


def order(ago=5):
    return notice("2026-00003", "Hardwood Plywood From the Socialist Republic of Vietnam: Antidumping Duty Order", ago)


IMPORTS = """\
feed: us-imports
title: US imports
url: http://127.0.0.1:{port}/us-imports.csv
licence: test
interval: 6h
fields:
  reporter: {{ value: {market} }}
  flow: {{ value: import }}
  partner: {{ column: partner }}
  product: {{ column: product }}
  period: {{ column: period }}
  value: {{ column: value }}
end: {{ rows_at_least: 1 }}
"""


class Notices(unittest.TestCase):
    """A daemon with a feed of figures, whose newest month is two months ago, and one of notices, which asks a stand-in."""
    feed = service = host = None
    market = "US"

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)
        self.control, self.requests = self.world.directory / "service.json", self.world.directory / "service.jsonl"
        self.tell()
        self.port = self.world.start_peer([sys.executable, STANDINS / f"{self.service}.py", self.control, self.requests])
        (self.world.directory / "feeds" / "nso.feed.yaml").unlink()
        (self.world.directory / "feeds" / "imports.feed.yaml").write_text(IMPORTS.format(port=self.world.feed_port, market=self.market), encoding="utf-8")
        self.publish(2)
        shutil.copy(world.ROOT / "rules" / "cases.yaml", self.world.directory / "rules")
        (self.world.directory / "rules" / "demo.yaml").unlink()
        (self.world.directory / "tables" / "measures.yaml").unlink()  # there is a case on plywood in it
        self.describe("")

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def publish(self, newest):
        rows = [f"VN,441231,{month(ago)},{2000000 + 1000 * ago}" for ago in range(30, newest - 1, -1)]
        (self.world.publish / "us-imports.csv").write_text("\n".join(["partner,product,period,value", *rows]) + "\n", encoding="ascii")

    def describe(self, comment, **replaced):
        """The shipped descriptor, towards the stand-in."""
        text = (world.ROOT / "feeds" / f"{self.feed}.feed.yaml").read_text(encoding="utf-8")
        for old, new in ({f"https://{self.host}": f"http://127.0.0.1:{self.port}", "pause: 2s": "pause: 0s", "pause: 3s": "pause: 0s",
                          "pause: 5s": "pause: 0s", "window: 24": "window: 3"} | replaced).items():
            text = text.replace(old, new)
        (self.world.directory / "feeds" / "notices.feed.yaml").write_text(text + f"# {comment}\n", encoding="utf-8")

    def state(self, feed=None):
        rows = self.world.sql(f"SELECT health, text, newest, failures FROM feed WHERE feed = '{feed or self.feed}'")
        return rows[0] if rows else None

    def asked(self):
        return world.read_log(self.requests)

    def ends_as(self, health):
        """Starts the daemon; the feed's text once its health is this."""
        self.world.start()
        world.wait_for("the figures", lambda: self.state("us-imports"))
        return world.wait_for(f"health {health}", lambda: (self.state() or [""])[0] == health and self.state())[1]

    def asks_again(self, comment):
        """A descriptor that has changed is asked for at once."""
        payloads = self.world.sql("SELECT count(*) FROM payload")[0][0]
        self.describe(comment)
        self.world.daemon.send_signal(signal.SIGHUP)
        world.wait_for("another payload", lambda: self.world.sql("SELECT count(*) FROM payload")[0][0] > payloads)

    def alerts(self, rule="case-open-us"):
        return self.world.sql(f"SELECT product, state, closed_ms IS NULL FROM alert WHERE rule = '{rule}' AND product = 'plywood'")

    def cases(self, *arguments):
        done = self.world.run("cases", "--json", *arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)["cases"]


class FederalRegister(Notices):
    feed, service, host = "federal-register", "federal_register", "www.federalregister.gov"

    def tell(self, *documents, trouble=""):
        self.control.write_text(json.dumps({"documents": documents, "trouble": trouble}), encoding="utf-8")

    def test_windows_of_months_are_asked_for_up_to_today(self):
        self.tell(petition())
        self.ends_as("ok")
        asked = self.asked()
        self.assertEqual([request["from"] for request in asked], [month(ago) + "-01" for ago in (2, 1, 0)])
        self.assertEqual(asked[-1]["to"], TODAY.isoformat())
        self.assertEqual(self.state()[2], TODAY.year * 12 + TODAY.month - 1)
        self.assertIn("tdwatch/", asked[0]["user_agent"])
        self.asks_again("changed, so it is asked at once")
        self.assertEqual([request["from"][:7] for request in self.asked()[3:]], [month(0), month(1)])

    def test_without_any_document_nothing_is_wrong(self):
        self.ends_as("ok")
        self.assertEqual(self.cases(), [])
        self.assertEqual(self.world.sql("SELECT accepted, rows FROM payload WHERE feed = 'federal-register'"), [(1, 0)])

    def test_a_case_raises_an_alert_at_once(self):
        self.ends_as("ok")
        self.assertEqual(self.alerts(), [])
        self.tell(petition())
        self.asks_again("a petition")
        world.wait_for("the alert", lambda: self.alerts() == [("plywood", 2, 1)])
        mail = world.wait_for("the mail", lambda: [m for m in world.read_log(self.world.mail_log) if "case" in m["text"].lower()])[0]
        self.assertEqual(mail["faults"], [])
        text = " ".join(mail["text"].split())
        self.assertIn("United States has an open trade-remedy case against Viet Nam, 0 months after the filing", text)
        self.assertIn("there is a new case, or a new step of one", text)
        self.assertEqual(self.world.sql("SELECT event, reason FROM event WHERE alert IN (SELECT id FROM alert WHERE rule = 'case-open-us')"),
                         [(1, "case")])

    def test_the_alert_stays_as_months_come_and_the_daemon_starts_again(self):
        self.tell(petition())
        self.ends_as("ok")
        world.wait_for("the alert", lambda: self.alerts() == [("plywood", 2, 1)])
        self.publish(1)
        (self.world.directory / "feeds" / "imports.feed.yaml").write_text(
            IMPORTS.format(port=self.world.feed_port, market=self.market) + "# changed\n", encoding="utf-8")
        self.world.daemon.send_signal(signal.SIGHUP)
        world.wait_for("the new month", lambda: self.state("us-imports")[2] == TODAY.year * 12 + TODAY.month - 2)
        self.assertEqual(self.world.stop(), 0)
        self.world.start()
        self.assertEqual(self.world.sql("SELECT event FROM event WHERE alert IN (SELECT id FROM alert WHERE rule = 'case-open-us')"), [(1,)])
        self.assertEqual(self.alerts(), [("plywood", 2, 1)])

    def test_a_further_step_is_taken_in_and_an_order_ends_the_alert(self):
        self.tell(petition())
        self.ends_as("ok")
        world.wait_for("the alert", lambda: self.alerts() == [("plywood", 2, 1)])
        self.tell(petition(), initiation())
        self.asks_again("an initiation")
        self.assertEqual([(one["id"], one["state"], one["petition"], one["initiation"]) for one in self.cases()],
                         [("A-552-999", "investigation", day(20), day(10))])
        self.tell(petition(), initiation(), order())
        self.asks_again("an order")
        world.wait_for("the end", lambda: self.alerts() == [("plywood", 0, 0)])
        events = self.world.sql("SELECT event, reason FROM event WHERE alert IN (SELECT id FROM alert WHERE rule = 'case-open-us') ORDER BY seq")
        self.assertEqual(events, [(1, "case"), (5, "case")])

    def test_what_was_told_can_be_explained_and_replayed_later(self):
        self.tell(petition())
        self.ends_as("ok")
        world.wait_for("the alert", lambda: self.alerts())
        alert = self.world.sql("SELECT id FROM alert WHERE rule = 'case-open-us'")[0][0]
        explained = self.world.run("explain", "case-open-us", "plywood", "US")
        self.assertEqual(explained.returncode, 0, explained.stderr)
        self.assertIn("https://www.federalregister.gov/d/2026-00001", explained.stdout)
        self.tell(petition(), initiation(), order())
        self.asks_again("an order")
        world.wait_for("the end", lambda: self.alerts() == [("plywood", 0, 0)])
        for arguments in ((alert,), (alert, "--seq", "2")):
            replayed = self.world.run("replay", *arguments)
            self.assertEqual(replayed.returncode, 0, replayed.stdout + replayed.stderr)

    def test_the_same_notice_again_changes_nothing_and_a_revised_one_is_kept_beside_it(self):
        self.tell(petition())
        self.ends_as("ok")
        sets = self.world.sql("SELECT count(*) FROM ruleset")
        self.asks_again("the same documents by another descriptor")
        self.assertEqual(self.world.sql("SELECT id, version FROM notice"), [("2026-00001", 1)])
        self.tell(petition(abstract=ABSTRACT.replace("4412.31.06", "4412.31.05")))
        self.asks_again("another text")
        self.assertEqual(self.world.sql("SELECT version, codes FROM notice"),
                         [(1, "44123106\n44123306\n"), (2, "44123105\n44123306\n")])
        self.assertEqual(self.cases()[0]["codes"], ["44123105", "44123306"])
        self.assertGreater(self.world.sql("SELECT count(*) FROM ruleset"), sets)

    def test_a_correction_mends_the_case(self):
        self.tell(petition(), initiation(), order())
        self.ends_as("ok")
        self.assertEqual(self.cases()[0]["from"], day(5))
        effective = datetime.date.fromisoformat(day(7))
        self.tell(petition(), initiation(), order(), notice(
            "C1-2026-00003", "Hardwood Plywood From the Socialist Republic of Vietnam: Antidumping Duty Order; Correction", 3,
            correction_of="2026-00003", effective_on=effective.isoformat()))
        self.asks_again("a correction")
        self.assertEqual((self.cases()[0]["from"], self.cases()[0]["newest_notice"]), (day(7), "C1-2026-00003"))

    def test_a_row_of_a_file_wins(self):
        (self.world.directory / "tables" / "own.yaml").write_text(
            "measures:\n  - { id: A-552-999, title: Plywood, market: US, against: [VN], codes: ['4412'], type: anti-dumping,\n"
            f"      initiation: {day(500)}, ended: {day(400)}, source: test }}\n", encoding="utf-8")
        self.tell(petition(), initiation())
        self.ends_as("ok")
        world.wait_for("the case", lambda: self.cases())
        self.assertEqual(self.alerts(), [])

    def test_pages_follow_each_other(self):
        many = [petition(), *(notice(f"2026-1{i:04}", "Certain Pasta From Italy: Continuation of Antidumping Duty Order", 0, docket_ids=["A-475-818"])
                              for i in range(450))]
        self.tell(*many)
        self.ends_as("ok")
        self.assertEqual([request["page"] for request in self.asked() if request["from"].startswith(month(0))], ["1", "2", "3"])
        self.assertEqual(self.world.sql("SELECT count(*) FROM notice"), [(451,)])

    def test_cases_are_chosen_by_what_is_asked(self):
        self.tell(petition(), initiation(), notice("2026-00009", "Certain Pasta From Italy: Continuation of Antidumping Duty Order", 40,
                                                   docket_ids=["A-475-818"]))
        self.ends_as("ok")
        for arguments, expected in ((("--country", "IT"), ["A-475-818"]), (("--product", "4412"), ["A-552-999"]), (("--market", "EU"), []),
                                    (("--since", day(15)), ["A-552-999"])):
            self.assertEqual([one["id"] for one in self.cases(*arguments)], expected, arguments)
        table = self.world.run("cases", "--country", "VN").stdout
        self.assertIn("https://www.federalregister.gov/d/2026-00002", table)

    def test_what_is_not_understood_is_quarantined(self):
        for trouble, reason in (("errors", "the source answered with an error"), ("short", "the source counts 2 documents"),
                                ("cut", "the payload is cut off"), ("renamed", 'has no text "document_number"')):
            with self.subTest(trouble):
                self.tell(petition(), initiation(), trouble=trouble)
                if self.world.daemon is not None:
                    self.world.kill()
                    shutil.rmtree(self.world.directory / "state")
                self.assertIn(reason, self.ends_as("quarantine"))
                self.assertEqual(self.world.sql("SELECT count(*) FROM notice"), [(0,)])
                self.assertEqual(self.world.sql("SELECT rule FROM alert"), [("feed-quarantine",)])

    def test_answers_that_are_none_are_told_by_their_class(self):
        for trouble, health, reason in (("many", "changed", "too much for the source"), ("astray", "changed", "on another host"),
                                        ("circle", "changed", "names itself")):
            with self.subTest(trouble):
                self.tell(petition(0), trouble=trouble)
                if self.world.daemon is not None:
                    self.world.kill()
                    shutil.rmtree(self.world.directory / "state")
                self.assertIn(reason, self.ends_as(health))
                self.assertEqual(self.world.sql("SELECT count(*) FROM notice"), [(0,)])

    def test_a_web_page_is_asked_again_later(self):
        self.tell(petition(), trouble="web")
        self.world.start()
        state = world.wait_for("a failure", lambda: self.state() and self.state()[3] > 0 and self.state())
        self.assertIn("Request Access", state[1])
        self.assertEqual(self.world.sql("SELECT count(*) FROM payload WHERE feed = 'federal-register'"), [(0,)])


class Cellar(Notices):
    feed, service, host = "eu-cellar", "eu", "publications.europa.eu"
    market = "EU"
    ACT = {"celex": "32026R0001", "title": "Commission Implementing Regulation (EU) 2026/1 of 1 October 2026 imposing a provisional anti-dumping "
                                           "duty on imports of hardwood plywood originating in Vietnam"}

    def tell(self, *acts, trouble=""):
        self.control.write_text(json.dumps({"cases": [], "acts": acts, "trouble": trouble}), encoding="utf-8")

    def test_acts_are_asked_for_by_a_form(self):
        self.tell(self.ACT | {"date": day(3)})
        self.ends_as("ok")
        asked = self.asked()
        self.assertEqual(len(asked), 3)
        self.assertEqual(asked[-1]["days"], [month(0) + "-01", TODAY.isoformat()])
        self.assertEqual((asked[0]["accept"], asked[0]["type"]),
                         ("application/sparql-results+json", "application/x-www-form-urlencoded"))
        case = self.cases()[0]
        self.assertEqual((case["market"], case["against"], case["state"], case["preliminary"]), ("EU", "VN", "preliminary", day(3)))
        self.assertEqual(case["url"], "http://publications.europa.eu/resource/celex/32026R0001")

    def test_a_case_is_about_the_basket_that_has_its_name(self):
        self.tell({"celex": "52026XC00001", "date": day(3), "title": "Notice of initiation of an anti-dumping proceeding concerning imports of "
                   "hardwood plywood originating in the Socialist Republic of Vietnam"})
        self.ends_as("ok")
        self.assertEqual([(one["state"], one["codes"]) for one in self.cases()], [("investigation", [])])
        world.wait_for("the alert", lambda: self.alerts("case-open") == [("plywood", 2, 1)])
        explained = self.world.run("explain", "case-open", "plywood", "EU").stdout
        self.assertIn("the product is known by its name", " ".join(explained.split()))

    def test_errors_that_come_with_200_are_no_payload(self):
        for trouble, health in (("query", "changed"), ("timeout", None)):
            with self.subTest(trouble):
                self.tell(self.ACT | {"date": day(3)}, trouble=trouble)
                if self.world.daemon is not None:
                    self.world.kill()
                    shutil.rmtree(self.world.directory / "state")
                self.world.start()
                state = world.wait_for("a failure", lambda: self.state() and self.state()[3] > 0 and self.state())
                self.assertIn("Virtuoso", state[1])
                self.assertEqual(state[0], health or "ok")
                self.assertEqual(self.world.sql("SELECT count(*) FROM notice"), [(0,)])


class Tron(Notices):
    feed, service, host = "eu-tron", "eu", "tron.trade.ec.europa.eu"

    def tell(self, *cases, trouble=""):
        self.control.write_text(json.dumps({"cases": cases, "acts": [], "trouble": trouble}), encoding="utf-8")

    def test_the_list_is_asked_for_with_validators(self):
        case = {"id": 2744, "caseNumber": "AD725", "shortName": "Hardwood plywood (Vietnam)", "caseType": "AD", "articleOfToc": "New complaint",
                "caseCountries": [{"id": 1, "countryName": "Vietnam", "extraInformation": None}], "hasDetailPage": True}
        self.tell(case)
        self.ends_as("ok")
        self.assertEqual([(one["id"], one["against"], one["state"], one["initiation_is_first_seen"], one["url"]) for one in self.cases()],
                         [("AD725", "VN", "investigation", True, "https://tron.trade.ec.europa.eu/investigations/case-view?caseId=2744")])
        self.assertTrue(self.world.sql("SELECT etag FROM feed WHERE feed = 'eu-tron'")[0][0])

    def test_the_page_for_browsers_is_a_changed_source(self):
        self.tell(trouble="web")
        self.assertIn("Investigations", self.ends_as("changed"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
