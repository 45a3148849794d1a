"""The functions of the rule language on real figures, against a second computation that shares nothing with the first.

    python3 recompute.py BINARY

The history is US imports by HS chapter (feeds/us-census-hs2.feed.yaml). The program takes the file in and tells each figure by `tdwatch explain`.
Here the same file is a table of SQLite: sums are SQL, what is made of them are exact fractions, medians and correlations come from Python's
statistics, and Student's t is an integral. The two must agree to 1e-9; what is unknown on one side must be so on the other, for the same reason.
Skipped where the file is absent.
"""

import calendar
import concurrent.futures
import csv
import datetime
import fractions
import json
import math
import pathlib
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT.parent / "shared" / "data" / "us_census_hs2_monthly" / "us_imports_hs2_9partners.csv"
BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
TOLERANCE = 1e-9

MARKET, HOME, ORIGIN, WORLD = "US", "VN", "CN", "W"
CODES = {"CHN": "CN", "IND": "IN", "KOR": "KR", "MEX": "MX", "MYS": "MY", "THA": "TH", "TWN": "TW", "VNM": "VN", "WLD": "W"}
PARTNER = {"imports": HOME, "from_origin": ORIGIN, "market": WORLD}

# Large chapters with every month; chapters of which Viet Nam sells nothing in some months (02, 13, 24, 26, 36, 37, 50, 75); chapters with
# many measures (03, 44, 72, 73, 94); 00 is all goods, and has no code that a measure names. Of 47 Viet Nam reports nothing at all.
PRODUCTS = ["00", "02", "03", "13", "24", "26", "36", "37", "44", "47", "50", "61", "72", "73", "75", "85", "94"]
FIRST, LAST = "2013-01", "2021-06"  # of the file
# In every chapter. 2012-12 and 2021-07 are outside, 2013-12 is the first month with a whole year; March and April are the two sides of the guard
# of a year to date, January and February those of Tet.
EVERYWHERE = ["2013-12", "2020-03"]
ONCE = ["2012-12", "2013-01", "2014-01", "2014-02", "2015-02", "2015-11", "2015-12", "2016-04", "2018-02", "2021-06", "2021-07"]
AT_RANDOM, SEED = 1, 20210630

MISSING, NO_SERIES, ZERO_BASE = "a month is missing", "no source reports it", "the base is zero"
EARLY, NO_SPREAD, NO_MEASURE = "year to date starts in April", "the series does not vary", "no measure is in force"


class Unknown(Exception):
    """Why a figure is not known. Where several reasons hold, any of them may be told."""

    def __init__(self, *reasons):
        super().__init__(*reasons)
        self.reasons = set(reasons)


# ---- months and days ----

def month_of(text):
    return int(text[:4]) * 12 + int(text[5:7]) - 1


def text_of(month):
    return f"{month // 12}-{month % 12 + 1:02}"


def last_day(month):
    year, of_year = month // 12, month % 12 + 1
    return datetime.date(year, of_year, calendar.monthrange(year, of_year)[1])


def day_of(text):
    return datetime.date.fromisoformat(text + "-01" * (2 - text.count("-")))


# ---- history ----

class History:
    def __init__(self):
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE TABLE imports (partner, product, month, usd, PRIMARY KEY (partner, product, month)) WITHOUT ROWID")
        with open(SOURCE, encoding="utf-8", newline="") as file:
            # Some rows of the last month stand twice. A set: rows that differed would break the primary key.
            rows = {(CODES[row["partner"]], row["hs2"], month_of(row["period"]), int(row["imports_usd"])) for row in csv.DictReader(file)}
        self.db.executemany("INSERT INTO imports VALUES (?, ?, ?, ?)", rows)
        self.first, self.last = self.db.execute("SELECT min(month), max(month) FROM imports").fetchone()

    def has_series(self, partner, product):
        return self.db.execute("SELECT EXISTS (SELECT 1 FROM imports WHERE partner = ? AND product = ?)", (partner, product)).fetchone()[0]

    def sum(self, partner, product, first, last):
        """A month without a row is one without trade, as far as the source has published."""
        if not self.has_series(partner, product):
            raise Unknown(NO_SERIES)
        if first < self.first or last > self.last:
            raise Unknown(MISSING)
        return self.db.execute("SELECT coalesce(sum(usd), 0) FROM imports WHERE partner = ? AND product = ? AND month BETWEEN ? AND ?",
                               (partner, product, first, last)).fetchone()[0]

    def rows(self, partner, product, first, last):
        return self.db.execute("SELECT count(*) FROM imports WHERE partner = ? AND product = ? AND month BETWEEN ? AND ?",
                               (partner, product, first, last)).fetchone()[0]

    def origins(self, product, first, last):
        """What came from each of the origins that are reported."""
        partners = self.db.execute("SELECT DISTINCT partner FROM imports WHERE product = ? AND partner <> ?", (product, WORLD)).fetchall()
        return [self.sum(partner, product, first, last) for partner, in partners]


# ---- measures ----

def read_flow(text):
    """The maps, lists and texts of YAML's flow style, which the rows of measures.yaml are written in."""
    tokens = re.findall(r'"(?:[^"\\]|\\.)*"|[{}\[\],]|\w+:(?=\s)|[^\s,{}\[\]"][^,{}\[\]]*', text)
    place = 0

    def value():
        nonlocal place
        token = tokens[place]
        place += 1
        if token == "{":
            return dict(items("}"))
        if token == "[":
            return list(items("]"))
        return re.sub(r"\s+", " ", token.strip('"')).strip()

    def items(end):
        nonlocal place
        while tokens[place] != end:
            if end == "}":
                key = tokens[place].rstrip(":")
                place += 1
                yield key, value()
            else:
                yield value()
            place += tokens[place] == ","
        place += 1

    return value()


def basket_codes():
    """The codes of every basket, whatever their months: a measure on a basket is on all of them."""
    codes = {}
    for path in (ROOT / "feeds").glob("*.yaml"):
        for block in re.split(r"\n  - (?=id: )", "\n" + path.read_text(encoding="utf-8"))[1:]:
            own = re.search(r"^    codes:((?:.*\n)(?:     .*\n)*)", block, re.M)
            if own:
                codes[re.match(r"id: (\S+)", block)[1]] = re.findall(r'"(\d+)"', own[1])
    return codes


class Measure:
    def __init__(self, row, baskets):
        self.id, self.market, self.against, self.kind = row["id"], row["market"], row["against"], row["type"]
        self.codes = row.get("codes", []) + baskets.get(row.get("basket"), [])
        self.rate = fractions.Fraction(row["rate"].rstrip("%")) / 100 if "rate" in row else None
        for key in ("petition", "initiation", "announced", "from", "to", "ended"):
            setattr(self, key, day_of(row[key]) if key in row else None)
        self.known = self.petition or self.initiation or self.announced or getattr(self, "from")

    def is_on(self, product, origin):
        return bool({origin, WORLD} & set(self.against)) and any(code.startswith(product) for code in self.codes)

    def has_come(self, key, day):
        date = getattr(self, key)
        return date is not None and date <= day

    def is_over(self, day):
        return self.has_come("ended", day) or (self.to is not None and self.to < day)

    def is_live(self, day):
        return (self.has_come("from", day) or self.has_come("initiation", day)) and not self.is_over(day)

    def is_open_case(self, day):
        return (self.kind != "tariff" and (self.has_come("petition", day) or self.has_come("initiation", day)) and
                not self.has_come("from", day) and not self.is_over(day))


def read_measures():
    text = (ROOT / "feeds" / "measures.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\s*#.*\n", "", text)
    baskets = basket_codes()
    measures = [Measure(read_flow(row), baskets) for row in re.split(r"\n  - (?=\{)", text)[1:]]
    without = [measure.id for measure in measures if not measure.codes]
    assert len(measures) == len(re.findall(r"(?m)^ +- \{ id:", text)) and not without, without
    return measures


# ---- statistics ----

def student_upper(t, nu):
    """P(T > t), t >= 0. With t = sqrt(nu) cot(a) it is an integral of sin(a)^(nu - 1), taken by the tanh-sinh rule: no term is negative and the
    ends weigh nothing, so that a small tail has as many digits as a large one."""
    end = math.atan2(math.sqrt(nu), t)
    step, total = 1 / 64, 0.0
    for k in range(-4 * 64, 4 * 64 + 1):
        u = math.pi / 2 * math.sinh(k * step)
        below = end / (1 + math.exp(-2 * u))  # end * (1 + tanh u) / 2, from 0 to end
        total += math.sin(below) ** (nu - 1) * math.pi / 2 * math.cosh(k * step) / math.cosh(u) ** 2
    return math.gamma((nu + 1) / 2) / math.gamma(nu / 2) / math.sqrt(math.pi) * total * step * end / 2


def robust_z(x, baseline):
    n, median = len(baseline), statistics.median(baseline)
    spread = statistics.median([abs(value - median) for value in baseline])
    if spread <= 1e-12 * max(map(abs, baseline)):
        raise Unknown(NO_SPREAD)
    return (x - median) / (1.4826 * spread * n / (n - 0.8))


# ---- functions ----

def divide(a, b):
    if b == 0:
        raise Unknown(ZERO_BASE)
    return fractions.Fraction(a) / b


def gather(parts):
    """All of them, or every reason why some are not known."""
    known, reasons = [], set()
    for part in parts:
        try:
            known.append(part())
        except Unknown as why:
            reasons |= why.reasons
    if reasons:
        raise Unknown(*reasons)
    return known


class Scope:
    """One product in one month. Windows are (months, how many months before the judged one they end)."""

    def __init__(self, history, measures, product, month):
        self.history, self.product, self.month, self.day = history, product, month, last_day(month)
        self.measures = [measure for measure in measures if measure.market == MARKET]
        self.elsewhere = [measure for measure in measures if measure.market != MARKET]

    def sum(self, series, months, lag=0):
        if series == "rivals":
            return self.sum("market", months, lag) - self.sum("imports", months, lag)
        last = self.month - lag
        first = last - last % 12 if months == "ytd" else last - months + 1
        return self.history.sum(PARTNER[series], self.product, first, last)

    def guard(self):
        if self.month % 12 < 3:
            raise Unknown(EARLY)

    def growth(self, series, months, lag=12):
        now, before = gather([lambda: self.sum(series, months), lambda: self.sum(series, months, lag)])
        return divide(now - before, before)

    def growth_norm(self, series, months, years):
        norm = fractions.Fraction(sum(self.sum(series, months, 12 * year) for year in range(1, years + 1)), years)
        return divide(self.sum(series, months) - norm, norm)

    def growth_ytd(self, series):
        self.guard()
        return self.growth(series, "ytd")

    def ytd(self, series):
        self.guard()
        return self.sum(series, "ytd")

    def share(self, part, whole, months, lag=0):
        return divide(*gather([lambda: self.sum(part, months, lag), lambda: self.sum(whole, months, lag)]))

    def shift(self, part, whole, months):
        # A missing month outranks a base of zero: nothing is divided before all is there.
        now, before = [self.sum(part, months, lag) for lag in (0, 12)]
        all_now, all_before = [self.sum(whole, months, lag) for lag in (0, 12)]
        return divide(now, all_now) - divide(before, all_before)

    def displaced(self, months):
        origin, home = [self.sum(series, months) - self.sum(series, months, 12) for series in ("from_origin", "imports")]
        return fractions.Fraction(-origin, home) if origin < 0 < home else 0

    def origins(self, months):
        return self.history.origins(self.product, self.month - months + 1, self.month)

    def hhi(self, months):
        sums = self.origins(months)
        return divide(sum(usd * usd for usd in sums), sum(sums) ** 2)

    def cumulated(self, bound):
        market = self.sum("market", 12)
        return sum(share for share in [divide(usd, market) for usd in self.origins(12)] if share < bound)

    def log_growth(self, series, months, lag):
        now, before = self.sum(series, months, lag), self.sum(series, months, lag + 12)
        if now == 0 or before == 0:
            raise Unknown(ZERO_BASE)
        return math.log(now / before)

    def z(self, series, months, n):
        growths = gather([lambda lag=lag: self.log_growth(series, months, lag) for lag in range(n + 1)])
        return robust_z(growths[0], growths[1:])

    def p(self, series, months, n):
        z = self.z(series, months, n)
        upper = student_upper(abs(z) / math.sqrt(1 + 1.57 / n), 0.37 * n)
        return upper if z >= 0 else 1 - upper

    def log_changes(self, series, months, lag):
        def log(back):
            usd = self.sum(series, 1, back)
            if usd == 0:
                raise Unknown(ZERO_BASE)
            return math.log(usd)

        logs = gather([lambda back=back: log(back) for back in range(lag, lag + months + 1)])
        return [newer - older for newer, older in zip(logs, logs[1:])]

    def lead_corr(self, first, second, months, leads):
        own, *earlier = gather([lambda: self.log_changes(second, months, 0)] +
                               [lambda lead=lead: self.log_changes(first, months, lead) for lead in range(1, leads + 1)])
        return max(statistics.correlation(changes, own) for changes in earlier)

    def unit_value(self):
        """The file has no quantities. A month with a row lacks its quantity; where there are no rows, the quantity is zero."""
        self.sum("imports", 12)
        raise Unknown(MISSING if self.history.rows(HOME, self.product, self.month - 11, self.month) else ZERO_BASE)

    def mirror_gap(self):
        gather([lambda: self.sum("imports", 12), lambda: no_series(self)])

    # ---- tables ----

    def live(self, who):
        return [measure for measure in self.measures if measure.is_on(self.product, who) and measure.is_live(self.day)]

    def cases(self, who):
        return [measure for measure in self.measures if measure.is_on(self.product, who) and measure.is_open_case(self.day)]

    def age(self, measures):
        if not measures:
            raise Unknown(NO_MEASURE)
        oldest = min(measure.known for measure in measures)
        return self.month - (oldest.year * 12 + oldest.month - 1)

    def rate(self, who):
        rates = [measure.rate for measure in self.live(who) if measure.rate is not None]
        if not rates:
            raise Unknown(NO_MEASURE)
        return max(rates)

    def elsewhere_within(self, who, months):
        first = self.month - months + 1
        return any(measure.kind != "tariff" and measure.known is not None and measure.known <= self.day and
                   measure.known >= datetime.date(first // 12, first % 12 + 1, 1) and measure.is_on(self.product, who)
                   for measure in self.elsewhere)

    # ---- quality flags ----

    def one_shipment(self):
        months = [self.sum("imports", 1, lag) for lag in range(3)]
        return 10 * max(months) > 6 * sum(months)

    def base_effect(self):
        return 10 * self.sum("imports", 12, 12) < 8 * self.sum("imports", 12, 24)

    def tet_window(self):
        shares = []
        for month in (self.month, self.month - 12):
            days = [TET[month // 12] + datetime.timedelta(day) for day in range(7)]
            shares.append(fractions.Fraction(sum(day.month == month % 12 + 1 for day in days), 7))
        return abs(shares[0] - shares[1]) > fractions.Fraction(1, 5)


# The first days of the Lunar New Year, as calendars print them.
TET = {day.year: day for day in map(datetime.date.fromisoformat, [
    "2011-02-03", "2012-01-23", "2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28", "2018-02-16", "2019-02-05", "2020-01-25",
    "2021-02-12"])}


def coalesce(first, second):
    try:
        return first()
    except Unknown:
        return second()


def known(part):
    try:
        part()
        return True
    except Unknown:
        return False


def no_series(_):
    """The file has no exports."""
    raise Unknown(NO_SERIES)


PERCENT = fractions.Fraction(1, 100)

# Each expression of the rule language, and what it means.
FIGURES = [
    ("sum(imports, 12m)", lambda s: s.sum("imports", 12)),
    ("sum(market, 3m)", lambda s: s.sum("market", 3)),
    ("sum(rivals, 12m)", lambda s: s.sum("rivals", 12)),
    ("mean(from_origin, 7m)", lambda s: fractions.Fraction(s.sum("from_origin", 7), 7)),
    ("last(imports)", lambda s: s.sum("imports", 1)),
    ("lag(imports, 12m)", lambda s: s.sum("imports", 1, 12)),
    ("ytd(imports)", lambda s: s.ytd("imports")),
    ("ytd(from_origin, early)", lambda s: s.sum("from_origin", "ytd")),
    ("growth(imports, 12m)", lambda s: s.growth("imports", 12)),
    ("growth(imports, 3m)", lambda s: s.growth("imports", 3)),
    ("growth(rivals, 3m)", lambda s: s.growth("rivals", 3)),
    ("growth(imports, ytd)", lambda s: s.growth_ytd("imports")),
    ("growth(market, ytd, early)", lambda s: s.growth("market", "ytd")),
    ("growth(imports, 3m, previous)", lambda s: s.growth("imports", 3, 3)),
    ("growth(imports, 6m, norm, 3y)", lambda s: s.growth_norm("imports", 6, 3)),
    ("share(imports, market, 12m)", lambda s: s.share("imports", "market", 12)),
    ("share(from_origin, rivals, 3m)", lambda s: s.share("from_origin", "rivals", 3)),
    ("shift(imports, market, 12m)", lambda s: s.shift("imports", "market", 12)),
    ("shift(from_origin, market, 3m)", lambda s: s.shift("from_origin", "market", 3)),
    ("ratio(from_origin, imports, 12m)", lambda s: s.share("from_origin", "imports", 12)),
    ("displaced(12m)", lambda s: s.displaced(12)),
    ("displaced(3m)", lambda s: s.displaced(3)),
    ("hhi(market, origin, 12m)", lambda s: s.hhi(12)),
    ("hhi(imports, origin, 1m)", lambda s: s.hhi(1)),
    ("cumulated(3%)", lambda s: s.cumulated(3 * PERCENT)),
    ("cumulated(12.5%)", lambda s: s.cumulated(fractions.Fraction(25, 2) * PERCENT)),
    ("z(imports, 3m, 24m)", lambda s: s.z("imports", 3, 24)),
    ("z(market, 1m, 13m)", lambda s: s.z("market", 1, 13)),
    ("p(imports, 3m, 24m)", lambda s: s.p("imports", 3, 24)),
    ("p(from_origin, 12m, 36m)", lambda s: s.p("from_origin", 12, 36)),
    ("lead_corr(from_origin, imports, 24m, 6m)", lambda s: s.lead_corr("from_origin", "imports", 24, 6)),
    ("lead_corr(market, from_origin, 12m, 3m)", lambda s: s.lead_corr("market", "from_origin", 12, 3)),
    ("measure(origin)", lambda s: bool(s.live(ORIGIN))),
    ("measure(home)", lambda s: bool(s.live(HOME))),
    ("measure_age(origin)", lambda s: s.age(s.live(ORIGIN))),
    ("measure_rate(origin)", lambda s: s.rate(ORIGIN)),
    ("case(home)", lambda s: bool(s.cases(HOME))),
    ("case_age(home)", lambda s: s.age(s.cases(HOME))),
    ("case_elsewhere(origin, 24m)", lambda s: s.elsewhere_within(ORIGIN, 24)),
    ("flag(small_base)", lambda s: s.sum("imports", 12, 12) < 10_000_000),
    ("flag(base_effect)", lambda s: s.base_effect()),
    ("flag(one_shipment)", lambda s: s.one_shipment()),
    ("flag(tet_window)", lambda s: s.tet_window()),
    ("coalesce(growth(imports, 12m), growth(market, 12m))", lambda s: coalesce(lambda: s.growth("imports", 12), lambda: s.growth("market", 12))),
    ("known(z(imports, 3m, 24m))", lambda s: known(lambda: s.z("imports", 3, 24))),
    ("undercut(12m)", lambda s: s.unit_value()),
    ("dependence(12m)", no_series),
    ("mirror_gap(12m)", lambda s: s.mirror_gap()),
]

# A rule takes so many names. Its condition is of no interest here.
LETS_MAX = 24
PARTS = range(0, len(FIGURES), LETS_MAX)
RULE = """\
  - id: {id}
    title: {{ en: figures, vi: figures }}
    advice: {{ en: none, vi: none }}
    severity: watch
    mode: shadow
    scope: {{ product: "{product}", market: US, origin: CN }}
    let:
{lets}
    when: f0 = f0
"""
CONFIG = f"""\
home: {HOME}
state_directory: state
listen: "off"
feeds: ["{ROOT}/feeds/us-census-hs2.feed.yaml"]
tables: ["{ROOT}/feeds"]
rules: [rules.yaml]
"""


def rules():
    """A rule for each product and part, so that no question has other products judged."""
    text = "rules:\n"
    for product in PRODUCTS:
        for part in PARTS:
            lets = "\n".join(f"      f{i}: \"{expression}\"" for i, (expression, _) in enumerate(FIGURES[part:part + LETS_MAX]))
            text += RULE.format(id=f"part-{part}-of-{product}", product=product, lets=lets)
    return text


def told(figure):
    """A figure as the program tells it."""
    return figure["value"] if "unknown" not in figure else Unknown(figure["unknown"])


def agree(ours, theirs):
    if isinstance(ours, Unknown) or isinstance(theirs, Unknown):
        return isinstance(ours, Unknown) and isinstance(theirs, Unknown) and theirs.reasons <= ours.reasons
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return ours is theirs
    return math.isclose(ours, theirs, rel_tol=TOLERANCE)


def shown(value):
    return " or ".join(sorted(value.reasons)) if isinstance(value, Unknown) else repr(value if isinstance(value, bool) else float(value))


def chosen():
    """The product and month of every question."""
    months = [text_of(month) for month in range(month_of("2015-01"), month_of(LAST) + 1)]
    generator, pairs = random.Random(SEED), set()
    for i, product in enumerate(PRODUCTS):
        once = [ONCE[i % len(ONCE)], ONCE[(i + 5) % len(ONCE)]]
        pairs |= {(product, period) for period in EVERYWHERE + once + generator.sample(months, AT_RANDOM)}
    return sorted(pairs)


class Recompute(unittest.TestCase):
    def setUp(self):
        if not SOURCE.exists():
            self.skipTest(f"{SOURCE.relative_to(ROOT.parent)} is not here")
        self.temporary = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.directory = pathlib.Path(self.temporary.name)
        (self.directory / "rules.yaml").write_text(rules(), encoding="utf-8")
        (self.directory / "tdwatch.yaml").write_text(CONFIG, encoding="utf-8")

    def tearDown(self):
        self.temporary.cleanup()

    def run_tool(self, *arguments):
        done = subprocess.run([BINARY, "-c", self.directory / "tdwatch.yaml", *arguments], text=True, capture_output=True, cwd=self.directory,
                              timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def explain(self, product, period):
        """Every figure of one product and month, by its expression."""
        documents = [json.loads(self.run_tool("explain", f"part-{part}-of-{product}", product, MARKET, period, "--origin", ORIGIN, "--json"))
                     for part in PARTS]
        return {figure["expression"]: told(figure) for document in documents for figure in document["figures"]}

    def recompute(self, history, measures, product, period):
        scope, figures = Scope(history, measures, product, month_of(period)), {}
        for expression, meaning in FIGURES:
            try:
                figures[expression] = meaning(scope)
            except Unknown as why:
                figures[expression] = why
        return figures

    def test_every_figure_is_the_same(self):
        self.run_tool("import", "us-census-hs2", SOURCE)
        history, measures, pairs = History(), read_measures(), chosen()
        self.assertEqual((text_of(history.first), text_of(history.last)), (FIRST, LAST))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda pair: self.explain(*pair), pairs))
        differences, compared, unknown, seen = [], 0, 0, {}
        for (product, period), theirs in zip(pairs, answers):
            ours = self.recompute(history, measures, product, period)
            self.assertEqual(set(ours), set(theirs))
            for expression, value in ours.items():
                compared += 1
                unknown += isinstance(value, Unknown)
                seen.setdefault(expression, set()).add(shown(theirs[expression]))
                if not agree(value, theirs[expression]):
                    differences.append(f"{product} {period}  {expression}: here {shown(value)}, tdwatch {shown(theirs[expression])}")
        print(f"{compared} figures of {len(FIGURES)} expressions compared, {len(pairs)} products and months; {unknown} of them unknown")
        self.assertEqual(differences, [], "\n" + "\n".join(differences))
        alike = [expression for expression, values in seen.items() if len(values) == 1]
        self.assertEqual(alike, ["dependence(12m)"], "an expression that is the same everywhere tests nothing")


if __name__ == "__main__":
    unittest.main()
