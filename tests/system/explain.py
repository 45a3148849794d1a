"""tdwatch explain and tdwatch replay over the store of the demonstration.

    python3 explain.py BINARY [--update]     --update writes the golden texts anew
"""

import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import world

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASES = ROOT / "tests" / "cases" / "explain"
SAMPLE = ROOT / "feeds" / "sample" / "vn-nso.csv"
FEED = "vn-nso-sample"
TOYS = "X,US,toys-sports,2025-07,724301.22"  # a line of the sample
UPDATE = "--update" in sys.argv
if UPDATE:
    sys.argv.remove("--update")
BINARY = pathlib.Path(sys.argv.pop(1)).resolve()


def parts(node):
    """A node of a condition, and all below it."""
    yield node
    for part in node.get("parts", []):
        yield from parts(part)


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        demo = subprocess.run([BINARY, "demo", "--directory", cls.made.name + "/demo"], text=True, capture_output=True,
                              timeout=60)
        assert demo.returncode == 0, demo.stderr

    @classmethod
    def tearDownClass(cls):
        cls.made.cleanup()

    def setUp(self):
        """A copy for each test, whose feeds nobody serves."""
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.demo = pathlib.Path(self.directory.name) / "demo"
        shutil.copytree(self.made.name + "/demo", self.demo)
        path = self.demo / "tdwatch.yaml"
        path.write_text(path.read_text().replace(self.made.name + "/demo", str(self.demo)))

    def tearDown(self):
        self.directory.cleanup()

    def run_tool(self, *arguments, code=0):
        done = subprocess.run([BINARY, "-c", self.demo / "tdwatch.yaml", *arguments], text=True, capture_output=True,
                              timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def explain(self, *arguments):
        return self.run_tool("explain", *arguments).stdout

    def explain_json(self, *arguments):
        return json.loads(self.explain(*arguments, "--json"))

    def sql(self, statement, *values):
        with sqlite3.connect(self.demo / "state" / "tdwatch.db") as connection:
            return connection.execute(statement, values).fetchall()

    def add_pack(self):
        shutil.copy(CASES / "forms.yaml", self.demo / "rules")
        shutil.copy(CASES / "tables.yaml", self.demo / "tables" / "test.yaml")

    def bring(self, text, feed=FEED):
        path = self.demo / "payload.csv"
        path.write_text(text, encoding="utf-8")
        return self.run_tool("import", feed, path)

    def normalised(self, text):
        text = text.replace(str(self.demo), "DEMO").replace(self.made.name + "/demo", "DEMO")
        text = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", text)
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "MOMENT", text)

    def assert_golden(self, name, text):
        path = CASES / f"{name}.txt"
        if UPDATE:
            path.write_text(self.normalised(text), encoding="utf-8")
        self.assertEqual(self.normalised(text), path.read_text(encoding="utf-8"))


class Daemon(Demo):
    """Who explains: the daemon where it runs, by what it has in memory."""

    def run_daemon(self):
        daemon = subprocess.Popen([BINARY, "-c", self.demo / "tdwatch.yaml", "run"], stderr=subprocess.DEVNULL,
                                  env=dict(os.environ, CREDENTIALS_DIRECTORY=str(self.demo / "credentials")))
        self.addCleanup(daemon.wait, 30)
        self.addCleanup(daemon.terminate)
        world.wait_for("the control socket", (self.demo / "state" / "control.sock").exists, 60)

    def test_it_says_the_same_in_print_and_in_json(self):
        questions = [("export-surge", "toys-sports", "US", "--basis"), ("import-content", "wire-cable", "US", "2024-12"),
                     ("origin-pattern", "toys-sports", "US", "--origin", "CN", "--json")]
        alone = [self.explain(*question) for question in questions]
        self.run_daemon()
        (self.demo / "rules").rename(self.demo / "put-away")  # nobody else can answer now
        for question, said in zip(questions, alone):
            with self.subTest(question):
                self.assertEqual(self.normalised(self.explain(*question)), self.normalised(said))
        done = self.run_tool("explain", "export-surg", "toys-sports", "US", code=1)
        self.assertEqual((done.stdout, done.stderr), ("", "tdwatch: there is no rule 'export-surg'; did you mean 'export-surge'?\n"))


class Explain(Demo):
    def test_what_fires_is_explained(self):
        self.assert_golden("firing", self.explain("export-surge", "toys-sports", "US", "--basis"))

    def test_what_is_quiet_is_explained(self):
        self.assert_golden("quiet", self.explain("import-content", "wire-cable", "US", "2024-12"))

    def test_what_is_unknown_is_explained(self):
        self.assert_golden("unknown", self.explain("export-surge", "rubber-articles", "US", "2024-02"))
        early = self.explain("export-surge", "toys-sports", "US", "2025-02")
        self.assertIn("not judged in this month: the year to date is too short", early)
        late = self.explain("export-surge", "toys-sports", "US", "2025-08")
        self.assertIn("not judged: there are no figures of that month yet", late)
        self.assertIn("no value 2025-08", late)

    def test_every_form_of_a_condition_is_explained(self):
        self.add_pack()
        self.assert_golden("forms", self.explain("every-form", "toys-sports", "US"))
        over = self.explain("every-form", "wire-cable", "US")
        self.assertRegex(over, r"g >= \$growth +46% >= 60% +short by 14\.2 pp +THIS STOPPED IT; \$growth by the override at "
                               r".*forms\.yaml:26, else 30%")
        self.assertIn("2022-12 is outside", self.explain("every-form", "toys-sports", "US", "2022-12"))

    def test_names_that_are_not_there(self):
        for arguments, said in [
            (("export-surg", "toys-sports", "US"), "there is no rule 'export-surg'; did you mean 'export-surge'?"),
            (("export-surge", "toys-sport", "US"), "there is no product 'toys-sport'; did you mean 'toys-sports'?"),
            (("export-surge", "7210", "US"), "the product 7210 is not in the scope of export-surge"),
            (("export-surge", "toys-sports", "DE"), "the market DE is not in the scope of export-surge, which has US"),
            (("import-content", "toys-sports", "US", "--origin", "KR"),
             "the origin KR is not in the scope of import-content, which has CN"),
            (("export-surge", "toys-sports", "US", "--origin", "CN"), "the rule export-surge has no origins"),
        ]:
            done = self.run_tool("explain", *arguments, code=1)
            self.assertEqual(done.stdout, "")
            self.assertIn("tdwatch: " + said, done.stderr)
        for arguments in [(), ("export-surge", "toys-sports"), ("export-surge", "toys-sports", "US", "July")]:
            self.assertIn("usage: tdwatch explain", self.run_tool("explain", *arguments, code=2).stderr)

    def test_json_has_the_values_of_the_text(self):
        self.add_pack()
        for arguments in [("export-surge", "toys-sports", "US"), ("import-content", "wire-cable", "US", "2024-12"),
                          ("export-surge", "rubber-articles", "US", "2024-02"), ("every-form", "wire-cable", "US")]:
            text, document = self.explain(*arguments), self.explain_json(*arguments)
            self.assertIn(document["title"], text)
            self.assertIn(document["rule"]["id"], text)
            self.assertIn(f"period      {document['period']}\n", text)
            stopped = 0
            for part in list(parts(document["when"])) + list(parts(document["clear"])):
                stopped += part["stopped"]
                if part["kind"] == "comparison":
                    sides = [side["text"] if "unknown" not in side else "unknown" for side in part["sides"]]
                    self.assertIn(f"{sides[0]} {part['operator']} ", text)
                    self.assertIn(sides[1], text)
                    self.assertIn(part["expression"], text)
            self.assertEqual(text.count("THIS STOPPED IT"), stopped)
            self.assertEqual(stopped > 0, document["verdict"] != "true")
            for figure in document["figures"]:
                self.assertRegex(text, rf"  {figure['name']} +" + ("unknown" if "unknown" in figure
                                                                   else re.escape(figure["text"])))
            for month in document["data"][0]["months"]:
                shown = f"{month['value']:,.0f}" if month["value"] is not None else "missing"
                self.assertRegex(text, rf"{month['period']} +{shown}")

    def test_json_agrees_with_the_history(self):
        document = self.explain_json("export-surge", "toys-sports", "US")
        months = {month["period"]: month["value"] for month in document["data"][0]["months"]}
        self.assertEqual(len(months), 13)
        for line in self.run_tool("query", "exports", "--product", "nso:toys-sports", "--market", "US", "--from",
                                  "2024-07").stdout.splitlines():
            month = re.match(r"(\d{4}-\d\d) +([\d.]+)", line)
            if month is not None:
                self.assertEqual(months[month[1]], float(month[2]))
        self.assertEqual(document["sources"][0]["payload"], self.sql("SELECT digest FROM payload")[0][0])
        self.assertEqual((document["state"], document["raised"], document["held"]), ("firing", "2025-05", 3))
        margin = next(part["margin"] for part in document["when"]["parts"] if part["expression"] == "growth_ytd >= $growth")
        growth = next(figure["value"] for figure in document["figures"] if figure["name"] == "growth_ytd")
        self.assertAlmostEqual(margin, growth - 0.4, 12)

    def test_revisions_are_named(self):
        self.revise()
        shown = self.explain("export-surge", "toys-sports", "US")
        self.assertRegex(shown, r"revised: value of nso:toys-sports in 2025-07 from 724,301,220 to [\d,]+, seen \d{4}-")
        revision = self.explain_json("export-surge", "toys-sports", "US")["data"][0]["revisions"][0]
        self.assertEqual((revision["period"], revision["column"], revision["old"]), ("2025-07", "value", 724301220))
        self.assertEqual(self.explain_json("export-surge", "toys-sports", "US", "2025-06")["data"][0]["revisions"], [])

    def revise(self):
        """The last month of toys halved."""
        text = SAMPLE.read_text(encoding="utf-8")
        self.assertIn(TOYS, text)
        self.bring(text.replace(TOYS, "X,US,toys-sports,2025-07,362150.61"))

    def test_why_nobody_was_told(self):
        quiet = self.explain("export-surge", "iron-steel", "US")
        self.assertIn("nobody was told for this period: it does not fire", quiet)
        self.add_pack()
        waiting = self.explain("top-one", "cameras", "US")
        self.assertIn("nobody was told for this period: the daemon has not judged it under these rules and figures yet",
                      waiting)
        self.bring(SAMPLE.read_text(encoding="utf-8"))  # starts the engine under the new rules
        self.assertIn("nobody was told for this period: the rule runs in the shadow",
                      self.explain("every-form", "toys-sports", "US"))
        self.assertRegex(self.explain("top-one", "cameras", "US"),
                         r"nobody was told for this period: named in the summary [0-9a-f]{12}\n")
        first = self.explain("top-one", "toys-sports", "US")
        self.assertNotIn("nobody was told", first)
        self.assertIn("exporters by webhook: pending", first)
        self.assertIn("exporters: not sent: the rule's audience is internal",
                      self.explain("origin-pattern", "toys-sports", "US"))


class Replay(Demo):
    def replay(self, alert, seq=None, code=0):
        return self.run_tool("replay", alert, *(["--seq", str(seq)] if seq else []), code=code)

    def events(self):
        return self.sql("SELECT alert, event.seq, rule, product FROM event JOIN alert ON alert.id = event.alert"
                        " ORDER BY alert, event.seq")

    def assert_all_the_same(self):
        for alert, seq, rule, product in self.events():
            if product != "*" and not rule.startswith("feed-"):
                self.assertIn("the same, bit for bit", self.replay(alert[:12], seq).stdout, (rule, product))

    def test_every_alert_of_the_demonstration_is_the_same(self):
        self.assertEqual(len(self.events()), 11)
        self.assert_all_the_same()

    def test_events_after_revisions_and_other_rules_are_the_same(self):
        Explain.revise(self)
        rules = self.demo / "rules" / "demo.yaml"
        rules.write_text(rules.read_text(encoding="utf-8").replace("growth: 40%", "growth: 100%", 1), encoding="utf-8")
        self.add_pack()
        self.bring(SAMPLE.read_text(encoding="utf-8"))
        rules.unlink()  # its alerts have no rule any more
        self.bring(SAMPLE.read_text(encoding="utf-8").replace(TOYS, "X,US,toys-sports,2025-07,724301.23"))
        kinds = {kind for kind, in self.sql("SELECT DISTINCT event FROM event")}
        self.assertTrue({1, 3, 5} <= kinds, kinds)  # raised, confirmed, cleared
        self.assertIn(("rules",), self.sql("SELECT DISTINCT reason FROM event WHERE vintage = ''"))
        self.assertGreater(len(self.events()), 20)
        self.assert_all_the_same()

    def test_series_that_came_later_are_not_read(self):
        """A coarser series takes the place of two finer ones, which an old alert was raised on."""
        feed = (ROOT / "feeds" / "sample" / f"{FEED}.feed.yaml").read_text(encoding="utf-8")
        feed = re.sub(r"(?m)^url: .*\n|^interval: .*\n|, prefix: \"nso:\"", "", feed)
        (self.demo / "feeds" / "hs.feed.yaml").write_text(feed.replace(f"feed: {FEED}", "feed: hs").replace("1000\n", "40\n"), encoding="utf-8")
        shutil.copy(CASES / "coarser.yaml", self.demo / "rules")
        months = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
        header = "flow,partner,group,period,value_kusd,quantity_t\n"
        rows = [f"X,US,{code},{month},{10 + i},1\n" for code in ("721011", "721012") for i, month in enumerate(months)]
        self.bring(header + "".join(rows), feed="hs")
        rows += [f"X,US,7210,{month},{200 - i},1\n" for i, month in enumerate(months)]
        self.bring(header + "".join(rows), feed="hs")
        told = self.sql("SELECT event, alert, event.seq FROM event JOIN alert ON alert.id = event.alert"
                        " WHERE rule = 'coarser' ORDER BY at_ms, event.seq")
        self.assertEqual([event for event, _, _ in told], [1, 4], "raised, then retracted by the other series")
        for _, alert, seq in told:
            self.assertIn("the same, bit for bit", self.replay(alert, seq).stdout)
        self.assertIn("hs: VN to US, 7210, from 2023-01", self.explain("coarser", "7210", "US"))

    def test_today_s_rules_and_tables_are_not_needed(self):
        (self.demo / "rules" / "demo.yaml").write_text("rules: [", encoding="utf-8")
        shutil.rmtree(self.demo / "tables")
        self.assert_all_the_same()

    def test_a_changed_journal_is_seen(self):
        alert, = self.sql("SELECT alert FROM figure WHERE name = 'growth_ytd' AND value > 2")[0]
        self.sql("UPDATE figure SET value = value + 4e-16 WHERE alert = ? AND name = 'growth_ytd'", alert)
        shown = self.replay(alert, code=1).stdout
        self.assertIn("1 of 10 things differ", shown)
        self.assertRegex(shown, r"growth_ytd +231% \(2\.3\d+\) +231% \(2\.3\d+\)")
        self.sql("UPDATE event SET severity = 3, raised = raised - 1 WHERE alert = ?", alert)
        shown = self.replay(alert, code=1).stdout
        self.assertIn("3 of 10 things differ", shown)
        self.assertRegex(shown, r"raised +2025-04 +2025-05")
        self.assertRegex(shown, r"severity +critical +warning")

    def test_a_changed_rule_set_is_seen(self):
        alert, = self.sql("SELECT alert FROM figure WHERE name = 'growth_ytd' AND value > 2")[0]
        files, = self.sql("SELECT files FROM ruleset")[0]
        self.sql("UPDATE ruleset SET files = ?", files.replace(b"severity: warning", b"severity: caution"))
        shown = self.replay(alert, code=1).stdout
        self.assertRegex(shown, r"(?m)^rule set +[0-9a-f]{64} +[0-9a-f]{64}$")
        self.assertRegex(shown, r"severity +warning +caution")

    def test_what_cannot_be_replayed_says_why(self):
        self.assertIn("there is no such event", self.replay("0000", code=1).stderr)
        alert = self.events()[0][0]
        self.assertIn("there is no such event", self.replay(alert, 7, code=1).stderr)
        self.assertIn("usage: tdwatch replay", self.replay("", code=2).stderr)
        begins = [row[0][:1] for row in self.events()]
        twice = next(begin for begin in begins if begins.count(begin) > 1)
        self.assertIn("several alerts begin with", self.replay(twice, code=1).stderr)
        self.add_pack()
        self.bring(SAMPLE.read_text(encoding="utf-8"))
        summary, = self.sql("SELECT id FROM alert WHERE product = '*'")[0]
        self.assertIn("it cannot be replayed: it is a summary", self.replay(summary, code=1).stderr)
        self.sql("UPDATE alert SET rule = 'feed-quarantine' WHERE id = ?", alert)  # as one of a feed
        self.assertIn("it cannot be replayed: it is about a feed", self.replay(alert, code=1).stderr)


if __name__ == "__main__":
    unittest.main()
