"""Every verdict and figure of a rule set, for every scope and month, against SQL.

    python3 sql_findings.py TDWATCH FINDINGS

TDWATCH imports CSV files; FINDINGS (tests/support/findings.c) prints all that the judge says of the store. Here the same rows stand in a table of
SQLite, and what the rules mean is a chain of views: a month without a row is NULL or zero as the feed says, sums of twelve months are window
functions, unknown is NULL, and `and` and `or` of SQL are Kleene's as those of the rule language. The months that are judged and the verdicts
must be the same, and every figure to 1e-9; what is unknown on one side must be so on the other.

The figures are those of the US Census by chapter (skipped where the file is absent), and generated ones in the manner of Eurostat's bulk files:
quoted fields, other orders of columns, codes of eight digits below those of six, confidential and estimated rows, zeros, rows that are not there,
and a second and third file that bring new months and revise older ones.
"""

import collections
import csv
import io
import math
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CENSUS = ROOT.parent / "shared" / "data" / "us_census_hs2_monthly" / "us_imports_hs2_9partners.csv"
TDWATCH, FINDINGS = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
TOLERANCE = 1e-9
HOME, WORLD = "VN", "W"

CONFIG = """\
home: VN
state_directory: state
listen: "off"
feeds: [feed.feed.yaml]
tables: []
rules: [rules.yaml]
"""

# ---- the rules, and what they mean ----

RULE = """\
  - id: {id}
    title: {{ en: a, vi: a }}
    advice: {{ en: a, vi: a }}
    severity: watch
    mode: shadow
    scope: {{ product: hs{digits}, market: {market}{origin} }}
    thresholds: {{ growth: 30%, share: 2%, floor: {floor} }}
    let:
{lets}
    when: {when}
{clear}"""


class Rule:
    """`roles`: the series that it reads; they say which months are judged. `lets`: name, expression, the same in SQL over the view `scope`."""

    def __init__(self, name, roles, lets, when, clear=None, origin=False):
        self.name, self.roles, self.lets, self.when, self.clear, self.origin = name, roles, lets, when, clear, origin

    def text(self, digits, market, origins, floor):
        lets = "\n".join(f'      {name}: "{expression}"' for name, expression, _ in self.lets)
        clear = f"    clear: {self.clear[0]}\n" if self.clear else ""
        origin = f", origin: [{', '.join(origins)}]" if self.origin else ""
        return RULE.format(id=self.name, digits=digits, market=market, origin=origin, floor=floor, lets=lets, when=self.when[0], clear=clear)


RULES = [
    Rule("surge", ["imports", "market"],
         [("size", "sum(imports, 12m)", "i.v12 / 1000.0"),
          ("yoy", "growth(imports, 12m)", "(i.v12 - i.v12_ago) * 1.0 / nullif(i.v12_ago, 0)"),
          ("part", "share(imports, market, 12m)", "i.v12 * 1.0 / nullif(m.v12, 0)"),
          ("gain", "shift(imports, market, 12m)", "i.v12 * 1.0 / nullif(m.v12, 0) - i.v12_ago * 1.0 / nullif(m.v12_ago, 0)")],
         ("yoy >= $growth and part >= $share and size >= $floor", "yoy >= 0.3 AND part >= 0.02 AND size >= :floor")),
    Rule("cheap", ["imports", "market"],
         [("own", "sum(imports.unit_value, 12m)", "i.price"),
          ("others", "sum(rivals.unit_value, 12m)", "r.price"),
          ("level", "own / others", "i.price / nullif(r.price, 0)"),
          ("dearer", "growth(imports.unit_value, 12m)", "i.price / nullif(i.price_ago, 0) - 1")],
         ("level < 90% or dearer < -20%", "level < 0.9 OR dearer < -0.2"),
         ("level > 100% and dearer > 0%", "level > 1 AND dearer > 0")),
    Rule("crowded", ["each", "imports"],
         [("index", "hhi(market, origin, 12m)", "h.hhi"),
          ("yoy", "growth(imports, 12m)", "(i.v12 - i.v12_ago) * 1.0 / nullif(i.v12_ago, 0)")],
         ("index >= 0.35 and not yoy > 0%", "\"index\" >= 0.35 AND NOT yoy > 0"),
         ("index < 0.3", "\"index\" < 0.3")),
    Rule("strange", ["imports"],
         [("odd", "z(imports, 3m, 24m)", "z.z"),
          ("recent", "sum(imports, 3m)", "i.v3 / 1000.0")],
         ("odd >= 3 and recent >= $floor", "odd >= 3 AND recent >= :floor")),
    Rule("displaced", ["imports", "market", "from_origin"],
         [("theirs", "growth(from_origin, 12m)", "(o.v12 - o.v12_ago) * 1.0 / nullif(o.v12_ago, 0)"),
          ("yoy", "growth(imports, 12m)", "(i.v12 - i.v12_ago) * 1.0 / nullif(i.v12_ago, 0)"),
          ("gap", "share(from_origin, market, 12m) - share(imports, market, 12m)", "o.v12 * 1.0 / nullif(m.v12, 0) - i.v12 * 1.0 / nullif(m.v12, 0)")],
         ("theirs < 0% and yoy >= $growth", "theirs < 0 AND yoy >= 0.3"), origin=True),
]

# ---- the computation ----

# `said` is what the files said: one row for each series and month, figures in thousandths or NULL. A scope's product is the beginning of the
# series' code. `zero`: whether a month that the source has published without a row of the series is zero.
VIEWS = """
CREATE TABLE series AS SELECT DISTINCT market, partner, code, substr(code, 1, :digits) product FROM said;
CREATE INDEX series_of ON series (market, partner, product);

-- Months with any figure, of a series and of all that one reporter publishes.
CREATE TABLE span AS SELECT market, partner, code, min(month) first, max(month) last FROM said
    WHERE value IS NOT NULL OR quantity IS NOT NULL GROUP BY market, partner, code;
CREATE TABLE published AS SELECT market, min(first) first, max(last) last FROM span GROUP BY market;

-- Every series in every month.
CREATE TABLE month AS WITH RECURSIVE count(month) AS (SELECT min(month) FROM said UNION ALL SELECT month + 1 FROM count
    WHERE month < (SELECT max(month) FROM said)) SELECT month FROM count;
CREATE TABLE grid AS SELECT series.*, month.month,
        CASE WHEN said.month IS NOT NULL THEN value WHEN :zero AND month.month BETWEEN published.first AND published.last THEN 0 END v,
        CASE WHEN said.month IS NOT NULL THEN quantity WHEN :zero AND month.month BETWEEN published.first AND published.last THEN 0 END q,
        coalesce(estimated, 0) e
    FROM series CROSS JOIN month JOIN published USING (market)
    LEFT JOIN said ON said.market = series.market AND said.partner = series.partner AND said.code = series.code AND said.month = month.month;

-- Sums of three and twelve months, NULL where one of them is. A price is unknown where a quantity is an estimate.
CREATE TABLE window AS SELECT market, partner, code, product, month,
        CASE WHEN count(v) OVER three = 3 THEN sum(v) OVER three END v3,
        CASE WHEN count(v) OVER twelve = 12 THEN sum(v) OVER twelve END v12,
        CASE WHEN count(q) OVER twelve = 12 THEN sum(q) OVER twelve END q12,
        sum(e) OVER twelve e12
    FROM grid WINDOW three AS (PARTITION BY market, partner, code ORDER BY month ROWS 2 PRECEDING),
                     twelve AS (PARTITION BY market, partner, code ORDER BY month ROWS 11 PRECEDING);

-- A product in a market from a partner: all series below its code, each known.
CREATE TABLE flow AS SELECT market, partner, product, month,
        CASE WHEN count(v3) = count(*) THEN sum(v3) END v3, CASE WHEN count(v12) = count(*) THEN sum(v12) END v12,
        CASE WHEN count(q12) = count(*) THEN sum(q12) END q12, sum(e12) e12
    FROM window GROUP BY market, partner, product, month;
CREATE TABLE role AS SELECT *, lag(v3, 12) OVER years v3_ago, lag(v12, 12) OVER years v12_ago,
        CASE WHEN e12 = 0 THEN v12 * 1.0 / nullif(q12, 0) END price,
        lag(CASE WHEN e12 = 0 THEN v12 * 1.0 / nullif(q12, 0) END, 12) OVER years price_ago
    FROM flow WINDOW years AS (PARTITION BY market, partner, product ORDER BY month);
CREATE UNIQUE INDEX role_of ON role (market, partner, product, month);

-- The market less what comes from home.
CREATE TABLE rivals AS SELECT m.market, m.product, m.month,
        CASE WHEN m.e12 + i.e12 = 0 THEN (m.v12 - i.v12) * 1.0 / nullif(m.q12 - i.q12, 0) END price
    FROM role m JOIN role i ON i.market = m.market AND i.partner = :home AND i.product = m.product AND i.month = m.month WHERE m.partner = :world;
CREATE UNIQUE INDEX rivals_of ON rivals (market, product, month);

-- Squared shares of the origins that are known.
CREATE TABLE concentration AS SELECT market, product, month,
        sum(v12 / 1000.0 * (v12 / 1000.0)) / nullif(sum(v12 / 1000.0) * sum(v12 / 1000.0), 0) hhi
    FROM role WHERE partner <> :world GROUP BY market, product, month;
CREATE UNIQUE INDEX concentration_of ON concentration (market, product, month);

-- The robust z of the logarithm of growth against its own 24 months before.
CREATE TABLE growth AS SELECT market, product, month, CASE WHEN v3 > 0 AND v3_ago > 0 THEN ln(v3 * 1.0 / v3_ago) END g FROM role WHERE partner = :home;
CREATE UNIQUE INDEX growth_of ON growth (market, product, month);
CREATE TABLE baseline AS SELECT a.market, a.product, a.month, b.g FROM growth a JOIN growth b
    ON b.market = a.market AND b.product = a.product AND b.month BETWEEN a.month - 24 AND a.month - 1 WHERE a.g IS NOT NULL;
CREATE INDEX baseline_of ON baseline (market, product, month);
CREATE TABLE extent AS SELECT market, product, month, count(g) n, max(abs(g)) largest FROM baseline GROUP BY market, product, month;
CREATE UNIQUE INDEX extent_of ON extent (market, product, month);
CREATE TABLE middle AS SELECT market, product, month, avg(g) median FROM
    (SELECT *, row_number() OVER (PARTITION BY market, product, month ORDER BY g) place FROM baseline) WHERE place IN (12, 13)
    GROUP BY market, product, month;
CREATE TABLE spread AS SELECT market, product, month, median, avg(d) mad FROM
    (SELECT middle.*, abs(g - median) d, row_number() OVER (PARTITION BY market, product, month ORDER BY abs(g - median)) place
     FROM middle JOIN baseline USING (market, product, month)) WHERE place IN (12, 13) GROUP BY market, product, month;
CREATE TABLE z AS SELECT market, product, month, (g - median) / (1.4826 * mad * 24 / (24 - 0.8)) z
    FROM growth JOIN spread USING (market, product, month) JOIN extent USING (market, product, month)
    WHERE n = 24 AND mad > 1e-12 * largest;
CREATE UNIQUE INDEX z_of ON z (market, product, month);
"""

# A role's months: from the first with a figure to the last, or to the last that is published.
ROLE_SPAN = """SELECT series.market, product, {origin} origin, min(span.first) first,
        max(CASE WHEN :zero THEN published.last ELSE span.last END) last
    FROM series JOIN span USING (market, partner, code) JOIN published USING (market) WHERE {partner} GROUP BY 1, 2, 3"""
PARTNER = {"imports": "partner = :home", "market": "partner = :world", "each": "partner <> :world", "from_origin": "partner = {origin}"}

VERDICTS = """
WITH judged AS (SELECT market, product, max(first) unused, min(first) first, min(last) last FROM ({spans}) GROUP BY market, product),
figures AS (SELECT judged.market, judged.product, month.month, {lets}
    FROM judged JOIN month ON month.month BETWEEN judged.first AND judged.last
    LEFT JOIN role i ON i.market = judged.market AND i.partner = :home AND i.product = judged.product AND i.month = month.month
    LEFT JOIN role m ON m.market = judged.market AND m.partner = :world AND m.product = judged.product AND m.month = month.month
    LEFT JOIN role o ON o.market = judged.market AND o.partner = :origin AND o.product = judged.product AND o.month = month.month
    LEFT JOIN rivals r ON r.market = judged.market AND r.product = judged.product AND r.month = month.month
    LEFT JOIN concentration h ON h.market = judged.market AND h.product = judged.product AND h.month = month.month
    LEFT JOIN z ON z.market = judged.market AND z.product = judged.product AND z.month = month.month)
SELECT market, product, month, CASE WHEN {when} THEN 'true' WHEN {clear} THEN 'clear' WHEN ({when}) IS NOT NULL THEN 'hold' ELSE 'unknown' END, {names}
FROM figures
"""


class Computation:
    """What SQL says of the rows."""

    def __init__(self, digits, zero, floor):
        self.db = sqlite3.connect(":memory:")
        self.names = {"digits": digits, "zero": zero, "home": HOME, "world": WORLD, "floor": floor, "origin": None}
        self.db.execute("CREATE TABLE said (market, partner, code, month, value, quantity, estimated,"
                        " PRIMARY KEY (market, partner, code, month)) WITHOUT ROWID")

    def say(self, rows):
        """A later row replaces the figures that it has; of the others it says nothing. What is confidential or estimated is as it was last said."""
        self.db.executemany("INSERT INTO said VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = coalesce(excluded.value, value),"
                            " quantity = coalesce(excluded.quantity, quantity), estimated = excluded.estimated", rows)

    def prepare(self):
        for statement in VIEWS.split(";"):
            self.db.execute(statement, {name: value for name, value in self.names.items() if f":{name}" in statement})

    def verdicts(self, rule, origins):
        """By market, product, origin and month: verdict and figures."""
        found = {}
        for origin in origins if rule.origin else [""]:
            spans = " UNION ALL ".join(ROLE_SPAN.format(origin="''", partner=PARTNER[role].format(origin=":origin")) for role in rule.roles)
            query = VERDICTS.format(spans=spans, lets=", ".join(f'{sql} "{name}"' for name, _, sql in rule.lets), when=rule.when[1],
                                    clear=rule.clear[1] if rule.clear else f"NOT ({rule.when[1]})",
                                    names=", ".join(f'"{name}"' for name, _, _ in rule.lets))
            for market, product, month, verdict, *figures in self.db.execute(query, dict(self.names, origin=origin)):
                found[rule.name, product, market, origin, month] = verdict, figures
        return found


def month_of(text):
    return int(text[:4]) * 12 + int(text[-2:]) - 1


def text_of(month):
    return f"{month // 12}-{month % 12 + 1:02}"


# ---- what tdwatch says ----

class World:
    def __init__(self, descriptor, rules):
        self.temporary = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.directory = pathlib.Path(self.temporary.name)
        for name, text in (("tdwatch.yaml", CONFIG), ("feed.feed.yaml", descriptor), ("rules.yaml", rules)):
            (self.directory / name).write_text(text, encoding="utf-8")

    def run(self, *command):
        return subprocess.run([str(word) for word in command], text=True, capture_output=True, cwd=self.directory, timeout=300)

    def bring(self, path):
        return self.run(TDWATCH, "-c", "tdwatch.yaml", "import", "feed", path)

    def verdicts(self):
        done = self.run(FINDINGS, "tdwatch.yaml")
        assert done.returncode == 0, done.stderr
        found = {}
        for line in done.stdout.splitlines():
            rule, product, market, origin, month, verdict, *figures = line.split("\t")
            found[rule, product, market, origin, month_of(month)] = verdict, [None if figure[0] == "?" else float(figure) for figure in figures]
        return found

    def close(self):
        self.temporary.cleanup()


def agree(ours, theirs):
    if ours is None or theirs is None:
        return ours is theirs
    return math.isclose(ours, theirs, rel_tol=TOLERANCE, abs_tol=1e-12)


class Comparison(unittest.TestCase):
    def compare(self, ours, theirs):
        """Scopes and months, verdicts, figures."""
        self.assertEqual(sorted(set(ours) ^ set(theirs))[:10], [], "judged on one side only (of "
                         f"{len(set(ours) - set(theirs))} here, {len(set(theirs) - set(ours))} there)")
        differences = [f"{' '.join(key[:4])} {text_of(key[4])}: here {ours[key]}, tdwatch {theirs[key]}" for key in ours
                       if ours[key][0] != theirs[key][0] or not all(map(agree, ours[key][1], theirs[key][1]))]
        self.assertEqual(differences[:10], [], f"{len(differences)} differ")
        seen = collections.defaultdict(collections.Counter)
        for key, (verdict, figures) in theirs.items():
            seen[key[0]][verdict] += 1
            seen["figures"]["known"] += sum(figure is not None for figure in figures)
            seen["figures"]["unknown"] += sum(figure is None for figure in figures)
        print(f"{len(theirs)} verdicts: " + "; ".join(f"{name} {dict(counts)}" for name, counts in seen.items()))
        for rule in RULES:
            wanted = {"true", "clear", "unknown"} | ({"hold"} if rule.clear else set())
            self.assertEqual(set(seen[rule.name]), wanted, f"{rule.name}: a verdict that never comes is not compared")

    def compare_all(self, world, computation, origins):
        computation.prepare()
        ours = {}
        for rule in RULES:
            ours.update(computation.verdicts(rule, origins))
        self.compare(ours, world.verdicts())


# ---- real figures ----

CENSUS_FEED = """\
feed: feed
title: United States, imports by chapter
licence: public domain
format: csv
max_bytes: 16MiB
absent: {absent}
fields:
  reporter: {{ value: US }}
  flow:     {{ value: import }}
  partner:  {{ column: partner, map: {{ CHN: CN, IND: IN, KOR: KR, MEX: MX, MYS: MY, THA: TH, TWN: TW, VNM: VN, WLD: W }} }}
  product:  {{ column: hs2 }}
  period:   {{ column: period }}
  value:    {{ column: imports_usd }}
  quantity: {{ column: duty_usd, unit: usd }}   # a second column of real figures; so a price is what pays a dollar of duty
end:
  rows_at_least: 10000
"""
CENSUS_CODES = {"CHN": "CN", "IND": "IN", "KOR": "KR", "MEX": "MX", "MYS": "MY", "THA": "TH", "TWN": "TW", "VNM": "VN", "WLD": "W"}
CENSUS_ORIGINS = ["CN", "MX", "TH"]
FLOOR = 10_000_000


def census_rows():
    with open(CENSUS, encoding="utf-8", newline="") as file:
        # Some rows of the last month stand twice; rows that differed would break the primary key.
        return {("US", CENSUS_CODES[row["partner"]], row["hs2"], month_of(row["period"]), int(row["imports_usd"]) * 1000,
                 int(row["duty_usd"]) * 1000, 0) for row in csv.DictReader(file)}


def rules(digits, market, origins, floor):
    return "rules:\n" + "".join(rule.text(digits, market, origins, floor) for rule in RULES)


@unittest.skipUnless(CENSUS.exists(), "the file of the US Census is not here")
class Census(Comparison):
    def check(self, absent):
        world = World(CENSUS_FEED.format(absent=absent), rules(2, "[US]", CENSUS_ORIGINS, "10 MUSD"))
        computation = Computation(2, absent == "zero", FLOOR)
        try:
            done = world.bring(CENSUS)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            computation.say(census_rows())
            self.compare_all(world, computation, CENSUS_ORIGINS)
        finally:
            world.close()

    def test_absent_is_zero(self):
        self.check("zero")

    def test_absent_is_unknown(self):
        self.check("unknown")


# ---- generated figures ----

BULK_FEED = """\
feed: feed
title: a bulk file in the manner of Comext
licence: generated
format: csv
max_bytes: 64MiB
absent: {absent}
{aggregate}fields:
  reporter: {{ column: DECLARANT, map: {{ {reporters} }} }}
  partner:  {{ column: PARTNER, map: {{ {partners} }} }}
  flow:     {{ column: FLOW, map: {{ {flows} }} }}
  product:  {{ column: PRODUCT_NC{digits} }}
  period:   {{ column: PERIOD }}
  value:    {{ column: VALUE_IN_EUROS }}
  quantity: {{ column: QUANTITY_IN_KG, unit: kg }}
  flags:    {{ column: OBS_FLAG, map: {{ "": none, c: suppressed, e: estimated, p: preliminary }} }}
end:
  rows_at_least: 1000
"""
COLUMNS = ["DECLARANT", "DECLARANT_LAB", "PARTNER", "PRODUCT_NC", "PRODUCT_LAB", "FLOW", "STAT_REGIME", "PERIOD", "VALUE_IN_EUROS",
           "QUANTITY_IN_KG", "OBS_FLAG"]
# What a bulk file writes in columns that nobody reads.
LABELS = ["Wood, sawn; lengthwise", 'Sheets called "plates"', "two\nlines", "Gỗ, xẻ", "", " blanks ", '"', "plain"]
PARTNERS = {"VN": "VN", "CN": "CN", "TH": "TH", "US": "US", "IN": "IN", "WORLD": "W"}
BULK_ORIGINS = ["CN", "TH"]
MONTHS = [month_of("2018-03") + n for n in range(62)]

Row = collections.namedtuple("Row", "declarant partner code flow month value quantity flag")


def fixed(thousandths, generator):
    """A decimal text of a figure in thousandths; "" where there is none."""
    if thousandths is None:
        return ""
    text = f"{thousandths // 1000}.{thousandths % 1000:03}"
    return text if generator.random() < 0.2 else text.rstrip("0").rstrip(".")


class Bulk:
    """Random trade of some declarants with the partners, as it is known at first; `revise` changes it."""

    def __init__(self, seed, declarants, codes, missing):
        self.generator = random.Random(seed)
        self.rows = {}
        for declarant in declarants:
            for code in codes:
                for partner in PARTNERS:
                    self.trade(declarant, partner, code, missing)

    def trade(self, declarant, partner, code, missing):
        g = self.generator
        size, price, trend = math.exp(g.gauss(14 if partner == "WORLD" else 12, 1.2)), math.exp(g.gauss(1, 0.5)), g.gauss(0.004, 0.012)
        surge = g.choice(MONTHS) if g.random() < 0.3 else None
        gaps = missing if g.random() < 0.8 else 0.5
        for month in MONTHS:
            if g.random() < gaps:
                continue
            level = size * math.exp(trend * (month - MONTHS[0]) + g.gauss(0, 0.15)) * (1.2 if month % 12 in (9, 10) else 1)
            level *= g.uniform(2, 4) if surge is not None and 0 <= month - surge < 9 else 1
            self.put(Row(declarant, partner, code, "1", month, round(level * 1000), round(level / price * g.uniform(0.9, 1.1)) * 1000, ""))

    def put(self, row):
        """The row, or what a source makes of it now and then."""
        chance = self.generator.random()
        if chance < 0.004:
            row = row._replace(value=None, quantity=None, flag="c")
        elif chance < 0.008:
            row = row._replace(flag="e")
        elif chance < 0.012:
            row = row._replace(quantity=None)
        elif chance < 0.03:
            row = row._replace(value=0, quantity=0)
        elif chance < 0.06:
            row = row._replace(flag="p")
        self.rows[row.declarant, row.partner, row.code, row.flow, row.month] = row

    def revise(self, first):
        """From this month on some rows are said anew."""
        for row in list(self.rows.values()):
            if row.month >= first and row.value and self.generator.random() < 0.1:
                factor = self.generator.uniform(0.7, 1.4)
                self.put(row._replace(value=round(row.value * factor), quantity=round((row.quantity or 1000) * factor), flag=""))

    def said(self, first, last):
        return [row for row in self.rows.values() if first <= row.month <= last]

    def write(self, path, rows, extra=()):
        """A file of the rows: an order of its own, of rows and columns, and its own way of quoting and ending lines."""
        g, columns, rows = self.generator, COLUMNS[:], [*rows, *extra]
        g.shuffle(columns)
        g.shuffle(rows)
        with io.StringIO(newline="") as text:
            writer = csv.DictWriter(text, columns, quoting=g.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), lineterminator=g.choice(["\n", "\r\n"]))
            writer.writeheader()
            for row in rows:
                writer.writerow({"DECLARANT": row.declarant, "DECLARANT_LAB": g.choice(LABELS), "PARTNER": row.partner, "PRODUCT_NC": row.code,
                                 "PRODUCT_LAB": g.choice(LABELS), "FLOW": row.flow, "STAT_REGIME": g.choice(["1", "4", ""]),
                                 "PERIOD": text_of(row.month).replace("-", ""), "VALUE_IN_EUROS": fixed(row.value, g),
                                 "QUANTITY_IN_KG": fixed(row.quantity, g), "OBS_FLAG": row.flag})
            path.write_bytes(text.getvalue().encode("utf-8"))


# Each of the later files says the months before its own once more, with revisions.
FILES = [(MONTHS[0], MONTHS[39]), (MONTHS[30], MONTHS[53]), (MONTHS[44], MONTHS[61])]


def listed(pairs):
    return ", ".join(f'"{key}": {value}' for key, value in pairs.items())


class Generated(Comparison):
    # Codes of eight digits below 24 of six; one of six digits is no more than itself.
    CODES = [f"{4400 + n // 3}{n % 3 + 1}0{tail}" for n in range(24) for tail in ("10", "20", "90")[:n % 3 + 1]] + ["481910"]

    def deliver(self, bulk, world, computation, rows_of, extra=()):
        """Brings the files one after the other."""
        for number, (first, last) in enumerate(FILES):
            if number > 0:
                bulk.revise(first)
            said = bulk.said(first, last)
            path = world.directory / f"bulk-{number}.csv"
            bulk.write(path, said, [row for row in extra if first <= row.month <= last])
            done = world.bring(path)
            self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr)
            self.assertIn("accepted", done.stdout)
            computation.say(rows_of(said))

    def check(self, seed, absent, missing):
        feed = BULK_FEED.format(absent=absent, aggregate="", reporters="DE: DE, NL: NL", partners=listed(PARTNERS), flows='"1": import, "2": export',
                                digits="")
        world = World(feed, rules(6, "all", BULK_ORIGINS, "2 MUSD"))
        computation = Computation(6, absent == "zero", 2_000_000)
        bulk = Bulk(seed, ["DE", "NL"], self.CODES, missing)
        try:
            self.deliver(bulk, world, computation,
                         lambda said: [(row.declarant, PARTNERS[row.partner], row.code, row.month, row.value, row.quantity, row.flag == "e")
                                       for row in said])
            self.compare_all(world, computation, BULK_ORIGINS)
        finally:
            world.close()

    def test_absent_is_zero(self):
        self.check(11, "zero", 0.02)

    def test_absent_is_unknown(self):
        self.check(12, "unknown", 0.002)

    def test_rows_that_are_added_up(self):
        """Declarants become one reporter and codes lose digits. A sum with a part missing is not known; rows that are left out have no part in it."""
        feed = BULK_FEED.format(absent="zero", aggregate="aggregate: sum\n", reporters="DE: EU, NL: EU, XI: skip", flows='"1": import, "2": skip',
                                partners=listed(dict(PARTNERS, EXTRA_EU="skip")), digits=", digits: 6")
        world = World(feed, rules(6, "[EU]", BULK_ORIGINS, "2 MUSD"))
        computation, bulk = Computation(6, True, 2_000_000), Bulk(13, ["DE", "NL"], self.CODES, 0.01)
        others = [row._replace(**change) for row in bulk.said(MONTHS[0], MONTHS[-1])[::7]
                  for change in ({"declarant": "XI"}, {"flow": "2"}, {"partner": "EXTRA_EU"})]
        try:
            self.deliver(bulk, world, computation, added_up, others)
            self.compare_all(world, computation, BULK_ORIGINS)
        finally:
            world.close()


def added_up(said):
    """Rows of one partner, six digits and month as one."""
    groups = collections.defaultdict(list)
    for row in said:
        groups[row.partner, row.code[:6], row.month].append(row)

    def total(figures):
        return None if None in figures else sum(figures)

    return [("EU", PARTNERS[partner], code, month, total([row.value for row in rows]), total([row.quantity for row in rows]),
             any(row.flag == "e" for row in rows)) for (partner, code, month), rows in groups.items()]


if __name__ == "__main__":
    unittest.main()
