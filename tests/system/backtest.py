"""Rules tried on history: `tdwatch backtest`, `diff` and `tune` over a store that `tdwatch import` has filled.

    python3 backtest.py BINARY
"""

import datetime
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
SAMPLE = ROOT / "feeds" / "sample"

CONFIG = "home: VN\nstate_directory: state\nfeeds: [feeds]\ntables: [tables]\nrules: [rules]\n"

FEED = """\
feed: customs
title: made up
licence: none
format: csv
publication_lag: 35d
fields:
  reporter: { value: US }
  flow: { value: import }
  partner: { value: VN }
  product: { column: code }
  period: { column: period }
  value: { column: usd }
end: { rows_at_least: 1 }
"""

RULE = """\
rules:
  - id: surge
    title: { en: "{{product}} up {{g}}", vi: "{{product}} {{g}}" }
    advice: { en: look, vi: xem }
    severity: warning
    mode: shadow
    scope: { product: ["7210", "7306"], market: US }
    let: { g: "growth(imports, 3m)" }
    when: g >= $growth
    thresholds: { growth: 30% }
"""

# 7210 doubles in July 2017: its growth over three months is 33 %, 67 %, 100 % … and below 30 % first in August 2018, with 20 %.
# 7306 rises by a quarter: 8 %, 17 %, 25 %.
LEVELS = {"7210": (100, 200), "7306": (100, 125)}

# Figures of July 2017 are published on 4 September: on 31 July + 35 days.
CASES = """\
id,market,product,hs6,type,third_country_measure,petition,initiation,conf
IN-TIME,US,Coated steel,721049,AD,CN order,2018-03-01,,S
LATE,US,Coated steel too,721012,AD,,2017-08-01,,S
MISSED,US,Pipe,730630,AD,CN order,2018-03-01,,S
ELSEWHERE,EU,Coated steel,721049,AD,,2018-03-01,,S
TOO-SOON,US,Coated steel,721030,AD,,2016-01-01,,S
"""


def months(first, last):
    return [f"{year}-{month:02}" for year in range(first, last + 1) for month in range(1, 13)]


class World:
    """A directory with a configuration, and a store."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        for name in ("feeds", "tables", "rules", "state"):
            (self.directory / name).mkdir()
        for table in (ROOT / "feeds").glob("*.yaml"):
            if not table.name.endswith(".feed.yaml"):
                shutil.copy(table, self.directory / "tables")
        self.write("tdwatch.yaml", CONFIG)

    def write(self, name, text):
        (self.directory / name).write_text(text, encoding="utf-8")
        return self.directory / name

    def run(self, *arguments):
        return subprocess.run([BINARY, "-c", self.directory / "tdwatch.yaml", *arguments], text=True, capture_output=True,
                              timeout=120, cwd=self.directory)

    def sql(self, query):
        connection = sqlite3.connect(self.directory / "state" / "tdwatch.db")
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


class Trial(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = World(self.temporary.name)

    def tearDown(self):
        self.temporary.cleanup()

    def call(self, *arguments, code=0):
        done = self.world.run(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def report(self, *arguments):
        return json.loads(self.call("backtest", "--json", "-", *arguments).stdout)


class Sample(Trial):
    def setUp(self):
        super().setUp()
        descriptor = (SAMPLE / "vn-nso-sample.feed.yaml").read_text(encoding="utf-8")
        self.world.write("feeds/nso.feed.yaml", descriptor.replace("rows_at_least: 1000", "rows_at_least: 1"))
        shutil.copy(ROOT / "rules" / "demo.yaml", self.world.directory / "rules")

    def live(self):
        """Alerts that the daemon's engine has told: id and raising period, and whether they are open."""
        return {(identity, f"{raised // 12}-{raised % 12 + 1:02}"): closed is None for identity, raised, closed in
                self.world.sql("SELECT id, raised, closed_ms FROM alert")}

    def replayed(self):
        newest = {}
        for alert in self.report()["raised"]:
            self.assertLess(alert["raised"], alert["known"])
            newest[alert["alert"], alert["raised"]] = alert["cleared"] is None
        return newest

    def test_backtest_decides_what_the_daemon_has_decided_month_by_month(self):
        head, *lines = (SAMPLE / "vn-nso.csv").read_text(encoding="utf-8").splitlines()
        files = []
        for period in sorted({line.split(",")[3] for line in lines}):
            rows = [line for line in lines if line.split(",")[3] == period]
            files.append(self.world.write(f"{period}.csv", "\n".join([head, *rows]) + "\n"))
        self.call("import", "vn-nso-sample", *files)
        self.assertEqual(self.replayed(), self.live())
        # 11 that fire, 6 on their way out, and some that have ended.
        self.assertEqual(sorted(self.live().values()), [False] * 3 + [True] * 17)

    def test_daemon_that_saw_all_history_at_once_tells_no_others(self):
        self.call("import", "vn-nso-sample", SAMPLE / "vn-nso.csv")
        live, replayed = self.live(), self.replayed()
        self.assertEqual(len(live), 11)
        for alert, is_open in live.items():
            self.assertEqual(replayed[alert], is_open)


class MadeUp(Trial):
    def setUp(self):
        super().setUp()
        self.world.write("feeds/customs.feed.yaml", FEED)
        self.world.write("rules/surge.yaml", RULE)
        self.cases = self.world.write("cases.csv", CASES)
        self.bring(self.rows())

    def rows(self, **changes):
        rows = {}
        for code, (low, high) in LEVELS.items():
            for month in months(2013, 2019):
                rows[code, month] = low if month < "2017-07" else high
        rows.update({tuple(key.split("_", 1)): value for key, value in changes.items()})
        return rows

    def bring(self, rows):
        lines = [f"{code},{month.replace('_', '-')},{usd}" for (code, month), usd in rows.items()]
        self.call("import", "customs", self.world.write("rows.csv", "code,period,usd\n" + "\n".join(lines) + "\n"))

    def rule_file(self, growth):
        return self.world.write(f"growth{growth}.yaml", RULE.replace("30%", f"{growth}%"))

    def test_known_cases_are_measured(self):
        report = self.report("--cases", self.cases)
        self.assertEqual([(alert["product"], alert["raised"], alert["known"], alert["cleared"]) for alert in report["raised"]],
                         [("7210", "2017-07", "2017-09-04", "2018-10-05")])
        outcomes = {case["id"]: (case["outcome"], case["lead_days"], case["proxy"]) for case in report["cases"]}
        self.assertEqual(outcomes, {
            "IN-TIME": ("hit", 178, True), "LATE": ("late", -34, True), "MISSED": ("missed", None, False),
            "ELSEWHERE": ("no data", None, False), "TOO-SOON": ("missed", None, False)})
        self.assertEqual((report["all"]["hits"], report["all"]["scored"]), (1, 4))
        self.assertEqual((report["run"]["from"], report["run"]["to"]), ("2013-03", "2020-02"))

    def test_absence_of_vintages_is_said(self):
        run = self.report()["run"]
        self.assertEqual((run["vintage"], run["figures"], run["figures_without_vintage"], run["lag_days"]),
                         (False, 168, 168, 35))
        text = self.call("backtest").stdout
        self.assertIn("no vintage: only revised figures exist; publication lag of 35 days assumed (100 % of figures)", text)
        self.assertRegex(text, r"(?m)^surge +1 ")

    def test_revision_is_known_when_it_was_seen(self):
        before = datetime.datetime.now(datetime.timezone.utc).date()
        rows = self.rows()
        rows["7306", "2019-12"] = 1000
        self.bring(rows)
        after = datetime.datetime.now(datetime.timezone.utc).date()
        alert = self.report()["raised"][-1]
        self.assertEqual((alert["product"], alert["raised"]), ("7306", "2019-12"))
        self.assertIn(alert["known"], (str(before), str(after)))

    def test_payload_of_its_time_has_a_vintage(self):
        connection = sqlite3.connect(self.world.directory / "state" / "tdwatch.db")
        with connection:  # as if the file had come on 2020-02-01
            connection.execute("UPDATE payload SET seen_ms = 1580515200000")
        connection.close()
        run = self.report()["run"]
        # Usually published within the 92 days before: the months from September 2019 on, of two products.
        self.assertEqual(run["figures"] - run["figures_without_vintage"], 2 * 4)

    def test_months_limit_what_counts(self):
        early = self.report("--to", "2017-12", "--cases", self.cases)
        self.assertEqual([alert["cleared"] for alert in early["raised"]], [None])
        self.assertEqual({case["id"]: case["outcome"] for case in early["cases"]}["IN-TIME"], "no data")
        self.assertEqual(self.report("--from", "2017-10")["raised"], [])
        never = self.report("--from", "2030-01", "--cases", self.cases)
        self.assertEqual((never["months"], never["run"]["from"]), ([], ""))

    def test_rules_of_files_are_tried_instead(self):
        report = self.report("--rules", self.rule_file(10))
        self.assertEqual(sorted(alert["product"] for alert in report["raised"]), ["7210", "7306"])
        self.assertTrue(report["run"]["rules"].endswith("growth10.yaml"))
        tables = self.report("--rules", self.rule_file(10), "--tables", "tables")
        self.assertEqual(tables["raised"], report["raised"])
        self.assertIn("did you mean 'surge'?", self.call("backtest", "surg", code=2).stderr)
        self.assertEqual(len(self.report("surge")["raised"]), 1)

    def test_page_is_written(self):
        self.call("backtest", "--html", "page.html", "--cases", self.cases)
        self.assertIn("25 % (1 of 4)", (self.world.directory / "page.html").read_text(encoding="utf-8"))

    def test_rules_do_not_differ_from_themselves(self):
        for old, new in (("rules", "rules/surge.yaml"), ("configured", "stored")):
            text = self.call("diff", old, new).stdout
            self.assertRegex(text, r"(?m)^surge +1 +1 +0 +0 +0 +0 +0$")
            self.assertIn("no alert differs", text)

    def test_lower_threshold_gains_and_moves_alerts(self):
        text = self.call("diff", "configured", self.rule_file(10)).stdout
        self.assertRegex(text, r"(?m)^surge +1 +2 +1 +0 +0 +0 +1$")
        self.assertRegex(text, r"(?m)^ends later +surge +7210 +US +2017-09-04 to 2018-10-05 +2017-09-04 to 2018-11-04$")
        self.assertRegex(text, r"(?m)^gained +surge +7306 +US +2017-10-05 to 2018-10-05$")
        text = self.call("diff", self.rule_file(10), self.rule_file(50)).stdout
        self.assertRegex(text, r"(?m)^later +surge +7210 +US +2017-09-04 to 2018-11-04 +2017-10-05 to ")
        self.assertRegex(text, r"(?m)^lost +surge +7306 +US ")
        text = self.call("diff", "--months", "24", "configured", self.rule_file(10)).stdout
        self.assertIn("alerts raised from 2018-03-01 on", text)
        self.assertIn("no alert differs", text)

    def test_tuning_is_monotone(self):
        done = self.call("tune", "surge", "--threshold", "growth=10%..120%", "--steps", "12", "--cases", self.cases,
                         "--json", "-", "--html", "tune.html")
        points = json.loads(done.stdout)["points"]
        self.assertEqual([point["value"] for point in points][:3], ["10%", "20%", "30%"])
        self.assertEqual([point["alerts"] for point in points], [2, 2] + [1] * 8 + [0, 0])
        self.assertEqual([point["hits"] for point in points], [2, 2] + [1] * 8 + [0, 0])
        self.assertIn("<svg", (self.world.directory / "tune.html").read_text(encoding="utf-8"))
        self.assertIn("growth is 30% now", self.call("tune", "surge", "--threshold", "growth=10%..60%").stdout)

    def test_faults_are_told(self):
        for arguments, code, text in (
                (("tune", "surge", "--threshold", "growth=10..60"), 2, "write for example growth=10%..60%"),
                (("tune", "surge", "--threshold", "growth=60%..10%"), 2, "the smaller one"),
                (("tune", "surge", "--threshold", "grwth=10%..60%"), 2, "did you mean 'growth'?"),
                (("tune", "surge", "--threshold", "10%..60%"), 2, "are written growth=10%..60%"),
                (("tune", "surge"), 2, "usage: tdwatch tune"),
                (("backtest", "--tables", "tables"), 2, "--tables goes with --rules"),
                (("backtest", "--from", "2017"), 2, "is no month"),
                (("backtest", "--cases", "none.csv"), 1, "none.csv: No such file"),
                (("diff", "configured"), 2, "usage: tdwatch diff"),
                (("diff", "configured", "none.yaml"), 1, "none.yaml")):
            self.assertIn(text, self.call(*arguments, code=code).stderr, arguments)
        broken = self.world.write("broken.yaml", RULE.replace("g >=", "gg >="))
        done = self.call("backtest", "--rules", broken, code=1)
        self.assertRegex(done.stderr, r"broken\.yaml:\d+:\d+: error")


if __name__ == "__main__":
    unittest.main(verbosity=2)
