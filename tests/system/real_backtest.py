"""The shipped chapter pack on real figures: every row of the tables of docs/backtest.md is computed again, and has to stand there.

    python3 real_backtest.py BINARY

Skipped where the figures and the case list are absent; they are not shipped.
"""

import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
DATA = ROOT.parent / "shared" / "data"
FIGURES = DATA / "us_census_hs2_monthly" / "us_imports_hs2_9partners.csv"
CASES = DATA / "cases" / "cases.csv"
PACK = ROOT / "rules" / "chapters.yaml"
DOCUMENT = (ROOT / "docs" / "backtest.md").read_text(encoding="utf-8")
PICTURE = (ROOT / "docs" / "backtest-alerts.svg").read_text(encoding="utf-8")

# Up to here thresholds were tuned; what comes after was not looked at before they stood.
TUNED = "2018-12"

# Chapters of a US case against Viet Nam petitioned from 2013 to 2022 (feeds/measures.yaml): no windows without a case are taken there.
CASE_CHAPTERS = {"04", "39", "40", "44", "48", "54", "55", "63", "72", "73", "74", "85", "94"}
FLOOR = 50_000_000  # USD in twelve months: below it no rule of the pack speaks, and its silence would prove nothing
WINDOWS = {"2015-07 to 2018-06": (("2015-07", "2016-12"), ("2017-01", "2018-06")),
           "2018-07 to 2021-06": (("2018-07", "2019-12"), ("2020-01", "2021-06"))}

# After the case list ends; petitions by feeds/measures.yaml and, where it has none, the initiation less 20 days.
LATER = """\
id,market,product,hs6,type,third_country_measure,petition,initiation,conf,stratum
A-552-825,US,Wind towers,730820,AD,,,2019-08-05,P,b
US-CIRC-PLYWOOD,US,Hardwood plywood,4412,Circumvention,CN,2020-02,2020-06-17,P,a
A-552-827,US,Mattresses,940421;940429,AD,CN,2020-03-31,2020-04-20,P,a
A-552-828,US,Tyres of cars,401110,AD/CVD,CN,2020-05-13,2020-06-22,P,a
A-552-831,US,Copper tube,741110,AD,CN,2020-06-30,,P,a
A-552-832,US,Polyester yarn,540233,AD,CN,2020-10-28,,G,a
A-552-833,US,Raw honey,040900,AD,CN,2021-04-21,,S,a
US-CIRC-SOLAR,US,Solar cells,854140,Circumvention,CN,2022-02-08,2022-04-01,P,a
US-SCOPE-CABINETS,US,Wooden cabinets,940340;940360,Circumvention,CN,2022-04-22,2022-05-24,S,a
"""

NAIVE = """\
  - id: {id}
    title: {{ en: "{{{{product}}}}", vi: "{{{{product}}}}" }}
    advice: {{ en: look, vi: xem }}
    severity: watch
    scope: {{ product: hs2 in "01-97", market: [US]{origin} }}
    let: {{ floor_12m: "sum(imports, 12m)" }}
    when: {when} and floor_12m >= 50 MUSD
"""
NAIVE_RULES = {
    "naive-month": "growth(imports, 1m) >= 30%",
    "naive-year": "growth(imports, 12m) >= 30%",
    "i7-only": "measure(origin) and growth(imports, 12m) > 0%",
}

# The thresholds that were tuned, and the values in the document.
TRIED = {
    ("chapter-surge-under-measure", "share"): ("0.3%", "0.5%", "0.8%", "1%", "2%", "3%"),
    ("chapter-surge-under-measure", "growth_3m"): ("20%", "30%", "40%", "50%", "60%"),
    ("chapter-surge-under-measure", "growth_12m"): ("0%", "15%", "30%"),
    ("chapter-displacement", "change"): ("0.1pp", "0.3pp", "0.5pp", "0.7pp", "1pp", "2pp"),
    ("chapter-displacement", "displaced"): ("25%", "50%", "75%"),
    ("chapter-share-crossed", "negligible"): ("1%", "2%", "3%"),
    ("chapter-unusual", "on"): ("2.5", "3", "3.5", "5"),
}


def share(part, whole):
    return f"{part} of {whole}"


def tried_id(rule, name, number):
    return f"{rule}-{name}-{number}"


def months_before(period, count):
    year, month = map(int, period.split("-"))
    number = year * 12 + month - 1 - count
    return f"{number // 12}-{number % 12 + 1:02}"


class World:
    """A store with the figures, and a configuration."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.write("tdwatch.yaml", f"home: VN\nstate_directory: state\nfeeds: [{ROOT}/feeds/us-census-hs2.feed.yaml]\n"
                                   f"tables: [{ROOT}/feeds]\nrules: [{ROOT}/rules]\n")
        (self.directory / "state").mkdir()
        self.later = self.write("later.csv", LATER)
        self.naive = self.write("naive.yaml", "rules:\n" + "".join(
            NAIVE.format(id=rule, when=when, origin=", origin: [CN]" if "origin" in when else "")
            for rule, when in NAIVE_RULES.items()))
        self.run("import", "us-census-hs2", FIGURES)
        self.imports = {}  # of Viet Nam: (chapter, month) → USD
        with open(FIGURES, encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if row["partner"] == "VNM":
                    self.imports[row["hs2"], row["period"]] = int(row["imports_usd"] or 0)

    def write(self, name, text):
        (self.directory / name).write_text(text, encoding="utf-8")
        return self.directory / name

    def run(self, *arguments):
        done = subprocess.run([BINARY, "-c", self.directory / "tdwatch.yaml", *arguments], text=True, capture_output=True,
                              timeout=300, cwd=self.directory)
        if done.returncode != 0:
            raise RuntimeError(done.stdout + done.stderr)
        return done

    def backtest(self, *rules, pack=PACK, cases=CASES, to=TUNED):
        return json.loads(self.run("backtest", "--json", "-", "--rules", pack, "--cases", cases, "--to", to, *rules).stdout)

    def tried(self):
        """A pack of the rules of the shipped one with one threshold changed, each named by rule, threshold and value."""
        rules = {re.search(r"- id: (\S+)", text).group(1): text
                 for text in re.split(r"(?m)^(?=  - id: )", PACK.read_text(encoding="utf-8"))[1:]}
        pack = "rules:\n"
        for (rule, name), values in TRIED.items():
            for number, value in enumerate(values):
                head, thresholds = rules[rule].split("    thresholds:\n")
                thresholds, count = re.subn(rf"(?m)^      {name}: [^#\n]*", f"      {name}: {value}  ", thresholds)
                assert count == 1, (rule, name)
                pack += head.replace(f"id: {rule}", f"id: {tried_id(rule, name, number)}") + "    thresholds:\n" + thresholds
        return self.write("tried.yaml", pack)

    def imports_of_year(self, chapter, last):
        return sum(self.imports.get((chapter, months_before(last, back)), 0) for back in range(12))

    def controls(self, report, windows, rules):
        """How many windows without a case had an alert of these rules: in chapters without a case that were large enough."""
        hits = count = 0
        for first, last in windows:
            begin, end = f"{first}-01", f"{months_before(last, -1)}-01"
            for chapter in (f"{number:02}" for number in range(1, 98)):
                if chapter in CASE_CHAPTERS or self.imports_of_year(chapter, last) < FLOOR:
                    continue
                count += 1
                hits += any(alert["product"] == chapter and alert["rule"] in rules and alert["known"] < end and
                            (alert["cleared"] is None or alert["cleared"] > begin) for alert in report["raised"])
        return share(hits, count)


@unittest.skipUnless(FIGURES.exists() and CASES.exists(), "the figures are not here: ../shared/data is absent")
class RealFigures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        cls.world = World(cls.temporary.name)
        cls.pack = cls.world.backtest()

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def assert_stands(self, *cells):
        row = "| " + " | ".join(str(cell) for cell in cells) + " |"
        if row not in DOCUMENT.splitlines():
            self.fail(f"docs/backtest.md lacks this row:\n{row}")

    def assert_said(self, text):
        self.assertIn(text, re.sub(r"\s+", " ", DOCUMENT))

    def test_run(self):
        run, months = self.pack["run"], self.pack["months"]
        self.assertFalse(run["vintage"])
        self.assert_said(f"{run['figures']:,} figures")
        self.assert_said(f"**{self.pack['alerts']} alerts in {len(months)} months**")
        top = self.pack["precision"][0]
        self.assertEqual({(each["hits"], each["alerts"]) for each in self.pack["precision"]}, {(top["hits"], top["alerts"])})
        self.assert_said(f"precision at 5, 10 and 20 is {share(top['hits'], top['alerts'])}")
        followed = sum(rule["hits"] for rule in self.pack["rules"])
        self.assert_said(f"{share(followed, self.pack['alerts'])} alerts")

    def test_strata(self):
        for rate in self.pack["strata"] + [dict(self.pack["all"], stratum="all", title="")]:
            self.assert_stands(f"{rate['stratum']} {rate['title']}".strip(), rate["cases"], share(rate["hits"], rate["scored"]),
                               rate["hits_by_proxy"], rate["missed"], share(rate["placebo_hits"], rate["placebo_windows"]))

    def case_row(self, case):
        alert, lead = case["first_alert"] or {}, "–"
        known = alert.get("known", "–")
        if case["lead_days"] is not None:
            lead = f"{'≥ ' if case['standing'] else ''}{case['lead_days']}"
        if not case["publish_lead"]:
            known = lead = "not published" if alert else "–"
        self.assert_stands(case["id"], case["product"], alert.get("product", "–"), case["petition"], case["confidence"],
                           case["outcome"], known, lead, alert.get("rule", "–"))

    def test_cases(self):
        for case in self.pack["cases"]:
            if case["outcome"] != "no data":
                self.case_row(case)

    def test_later_cases(self):
        later = self.world.backtest("--html", "page.html", cases=self.world.later, to="2021-12")
        for case in later["cases"]:
            self.case_row(case)
        after = [alert for alert in later["raised"] if alert["known"] >= "2019"]
        months = [month for month in later["months"] if month["month"] >= "2019"]
        self.assert_said(f"**{len(after)} alerts in {len(months)} months**")
        page = (self.world.directory / "page.html").read_text(encoding="utf-8")
        chart = re.search(r'<title id="chart-months-title">.*?</svg>', page, re.S).group(0)
        self.assertIn(chart, PICTURE, "docs/backtest-alerts.svg is not the picture of the report")

    def rule_rows(self, pack, names):
        """`names`: what a row is called, and the rules that it is about."""
        whole = self.world.backtest(pack=pack, to="2021-12")
        for name, rules in names.items():
            report = self.world.backtest(*rules, pack=pack)
            self.assert_stands(name, report["alerts"], share(report["all"]["hits"], report["all"]["scored"]),
                               share(report["all"]["placebo_hits"], report["all"]["placebo_windows"]),
                               share(sum(rule["hits"] for rule in report["rules"]), report["alerts"]),
                               *(self.world.controls(whole, windows, rules) for windows in WINDOWS.values()))

    def test_rules(self):
        rules = {rule: [rule] for rule in re.findall(r"(?m)^  - id: (\S+)", PACK.read_text(encoding="utf-8"))}
        self.rule_rows(PACK, {"**the pack**": list(rules), **rules})
        self.rule_rows(self.world.naive, {rule: [rule] for rule in NAIVE_RULES})

    def test_thresholds(self):
        text = PACK.read_text(encoding="utf-8")
        report = self.world.backtest(pack=self.world.tried())
        found = {rule["rule"]: rule for rule in report["rules"]}
        for (rule, name), values in TRIED.items():
            thresholds = text[text.index(f"  - id: {rule}\n"):].split("    thresholds:\n")[1]
            chosen = re.search(rf"(?m)^      {name}: ([^ #\n]+)", thresholds).group(1)
            self.assertIn(chosen, values)
            for number, value in enumerate(values):
                tried = tried_id(rule, name, number)
                counts = found.get(tried, {"alerts": 0, "cases": 0})
                self.assert_stands(rule, name, f"**{value}**" if value == chosen else value, counts["alerts"],
                                   share(counts["cases"], report["all"]["scored"]),
                                   self.world.controls(report, WINDOWS["2015-07 to 2018-06"], [tried]))

    def test_other_packs_have_nothing_to_read(self):
        lines = self.world.run("check")
        text = lines.stdout + lines.stderr
        nothing = len(re.findall(r"W006\]: history has no series that the rule reads", text))
        rules = re.search(r"(\d+) rules are in order", text).group(1)
        self.assert_said(f"{share(nothing, rules)} rules")


if __name__ == "__main__":
    unittest.main(verbosity=2)
