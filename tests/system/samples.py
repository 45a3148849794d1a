"""Every recorded payload of ../shared/samples, read by the program and computed a second time here.

    python3 samples.py DECODED DECODED_FAST

DECODED (tests/support/decoded.c, with sanitizers) says what an answer means by a descriptor, and which rows come of it. Each file of the folder
stands in one of the tables below, so that a new one is not forgotten: data with the rows that it holds, answers that are no data with their
meaning and what the source says, and documents that no feed reads, which every feed of their format must refuse. All files of 64 kB or less are
then cut at every byte: what is accepted must be a whole document of its format. Skipped where the folder is absent.
"""

import decimal
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLES = ROOT.parent / "shared" / "samples"
FEEDS, CASES = ROOT / "feeds", ROOT / "tests" / "cases" / "samples"
DECODED, FAST = (pathlib.Path(sys.argv.pop(1)).resolve() for _ in range(2))
CUT_MAX = 64 * 1024
CUT_WITH_SANITIZERS = 12 * 1024  # larger files are cut so often that only the fast program is done with them in seconds

SCHEDULE_C = {"5520": "VN", "5700": "CN", "-": "W"}
COMTRADE = {156: "CN", 32: "AR", 276: "DE"}


# ---- what the samples hold ----

def load(name):
    path = SAMPLES / name
    text = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    return text.decode("utf-8-sig")


def exact(text, scale=1):
    """A figure in thousandths."""
    return str(int((decimal.Decimal(text) * scale * 1000).to_integral_value(decimal.ROUND_HALF_UP)))


def row(reporter, flow, partner, product, period, value, quantity="", unit="", weight="", flags=""):
    return "\t".join((reporter, flow, partner, product, period, value, quantity, unit, weight, flags))


def census(name):
    header, *rows = json.loads(load(name))
    at = header.index
    return [row("US", "import", SCHEDULE_C[r[at("CTY_CODE")]], r[at("I_COMMODITY")], r[at("time")], exact(r[at("CON_VAL_MO")]))
            for r in rows if r[at("CTY_CODE")] in SCHEDULE_C]


def census_unit(name):
    header, *rows = json.loads(load(name))
    at = header.index
    return [row("US", "import", "W", r[at("I_COMMODITY")], r[at("time")], exact(r[at("GEN_VAL_MO")]), exact(r[at("GEN_QY1_MO")]),
                r[at("UNIT_QY1")]) for r in rows]


def comtrade(name):
    return [row("CN", {"M": "import", "X": "export"}[r["flowCode"]], COMTRADE[r["partnerCode"]], r["cmdCode"], f"{r['refYear']}-12",
                exact(str(r["primaryValue"])), weight="" if r["netWgt"] is None else exact(str(r["netWgt"])))
            for r in json.loads(load(name))["data"]]


def comext(name):
    header, *rows = [line.split(",") for line in load(name).splitlines()]
    at = header.index
    flows = {"1": "import", "2": "export"}
    return [row(r[at("reporter")], flows[r[at("flow")]], r[at("partner")], r[at("product")], r[at("TIME_PERIOD")], exact(r[at("OBS_VALUE")]))
            for r in rows if r[at("indicators")] == "VALUE_IN_EUROS"]


def comext_bulk(name, value, weight):
    header, *rows = [line.split(",") for line in load(name).splitlines()]
    at = header.index
    reporter, partner = ("DECLARANT_ISO", "PARTNER_ISO") if "DECLARANT_ISO" in header else ("REPORTER", "PARTNER")
    flows = {"1": "import", "2": "export"}
    return [row(r[at(reporter)], flows[r[at("FLOW")]], r[at(partner)], r[at("PRODUCT_NC")], re.sub(r"(....)(..)", r"\1-\2", r[at("PERIOD")]),
                exact(r[at(value)]), weight=exact(r[at(weight)])) for r in rows]


def japan(name):
    values = json.loads(load(name))["GET_STATS_DATA"]["STATISTICAL_DATA"]["DATA_INF"]["VALUE"]
    partners = {"50105": "CN", "50110": "VN"}
    return [row("JP", "import", partners[v["@area"]], v["@cat01"][:6], f"{v['@time'][:4]}-{(int(v['@cat02']) - 140) // 30:02}", exact(v["$"], 1000))
            for v in values if v["$"] != "-"]


def korea(name):
    items = xml.etree.ElementTree.fromstring(load(name)).iter("item")
    return [row("KR", "import", i.findtext("statCd"), i.findtext("hsCd")[:6], i.findtext("year").replace(".", "-"), exact(i.findtext("impDlr")),
                weight=exact(i.findtext("impWgt"))) for i in items if i.findtext("year") != "총계"]


def korea_totals(name):
    items = xml.etree.ElementTree.fromstring(load(name)).iter("item")
    return [row("KR", "export", "W", "TOTAL", i.findtext("year").replace(".", "-"), exact(i.findtext("expDlr"))) for i in items]


def viet_nam_halves(name):
    flows, months = {"Xuất khẩu": "export", "Nhập khẩu": "import"}, {"T11-2025": "2025-11", "T10-2025": "2025-10"}
    return [row("VN", flows[r["chi_tieu"]], "W", "TOTAL", months[r["dien_giai"]], exact(r["tri_gia_ty_usd"], 10**9))
            for r in json.loads(load(name)) if r["chi_tieu"] in flows and r["dien_giai"] in months]


# Data: the file, the descriptor that reads it, the rows that it holds.
DATA = {
    "census/imports-hs2-5520-vietnam-2021-07-all-chapters.json": ("census-consumption", census),
    "census/imports-hs2-5700-china-2013-01-to-2021-07.json.gz": ("census-consumption", census),
    "census/imports-hs2-5700-china-ch72-73-2020-07-to-2021-07.json": ("census-consumption", census),
    "census/imports-hs2-0020-usmca-tail-2026-03.excerpt.json": ("census-consumption", census),  # a group: no row of it is a country's
    "census/imports-hs-monthly.shape.json": ("census-world", census_unit),
    "comtrade/get_C_A_HS_annual_total.json": ("comtrade-annual", comtrade),
    "comext/ds-045409-m-7204-2023-09.sdmx-csv.excerpt.csv": ("comext-values", comext),
    "comext/bulk-products-full_v2.header-and-rows.excerpt.dat": ("comext-bulk", lambda name: comext_bulk(name, "VALUE_EUR", "QUANTITY_KG")),
    "comext/bulk-historical-full.header-and-rows.excerpt.dat":
        ("comext-historical", lambda name: comext_bulk(name, "VALUE_IN_EUROS", "QUANTITY_IN_KG")),
    "korea/nitemtrade-getNitemtradeList.excerpt.xml": ("korea-customs-imports", korea),
    "korea/newtrade-getNewtradeList.excerpt.xml": ("korea-totals", korea_totals),
    "japan/getStatsData.shape.json": ("japan-customs-imports", japan),
    "vietnam/halfmonth-totals.excerpt.json": ("viet-nam-halves", viet_nam_halves),
}

# Answers that are no data: the status that they came with, a feed that may get them, what they mean, and a part of what is told of them.
ANSWERS = {
    "census/error_400_unknown_predicate.txt": (400, "us-census-imports", "changed", "error: unknown predicate variable: 'time'"),
    "census/error_400_unknown_variable.txt": (400, "us-census-imports", "changed", "error: unknown variable 'FOO'"),
    "census/invalid_key_200.shape.html": (200, "us-census-imports", "key", "A valid key must be included"),
    "census/missing_key_302.shape.http": (302, "us-census-imports", "key", "HTTP 302"),
    "census/no_data_204.http": (204, "us-census-imports", "not-yet", "HTTP 204"),
    "comtrade/error_401_missing_key.json": (401, "comtrade", "key", "Access denied due to missing subscription key"),
    "comtrade/error_404_unknown_path.json": (404, "comtrade", "changed", "Resource not found"),
    "comtrade/error_429.json": (429, "comtrade", "quota", "Rate limit is exceeded. Try again in 1 seconds."),
    "comtrade/get_S_A_EB_empty_with_headers.body.json": (200, "comtrade", "not-yet", "HTTP 200"),
    "comtrade/bulk_get_empty.json": (200, "comtrade", "not-yet", "HTTP 200"),
    "comtrade/async_submit_202.from-notebook.json": (202, "comtrade", "failed", "HTTP 202"),
    "comext/ds-045409-extraction-too-big.json": (413, "comext-values", "too-much", "EXTRACTION_TOO_BIG"),
    "korea/error-key-not-registered.shape.xml": (200, "korea-customs-imports", "key", "SERVICE_KEY_IS_NOT_REGISTERED_ERROR"),
    "japan/getStatsData-no-data.shape.json": (200, "japan-customs-imports", "not-yet", '"STATUS": 1'),
    "wto/error-401.shape.json": (401, "comtrade", "key", "Access denied due to missing subscription key"),
    "federalregister/error-400-field.shape.json": (400, "comtrade", "changed", "field 'x' not valid"),
    "federalregister/error-400-conditions.shape.json": (400, "comtrade", "changed", "is not a valid date"),
    "federalregister/error-404.shape.json": (404, "comtrade", "changed", "Record Not Found"),
}

# What no feed of observations reads: notices (tests/unit/test_notices.c), exchange rates, code lists, requests, other services, and texts that say
# with 200 what is wrong. Each is refused by the feeds of its format, whatever it is.
OTHERS = (
    "adcvd/*.json", "cellar/*.txt", "cellar/*.json", "cellar/*.rq", "census/imports-hs-total-all-countries.shape.json", "china/*.html",
    "comext/*.xml", "comext/*.jsonstat.json", "comtrade/ref_*.json", "comtrade/getDa*", "comtrade/getLiveUpdate*", "comtrade/getMetadata*",
    "comtrade/getSUV*", "comtrade/count_only*", "comtrade/bulk_get_listing.json", "comtrade/bulk_get_row*", "comtrade/async_status*",
    "comtrade/tariffline_columns.txt", "ecb/*", "federalregister/adcvd-notices.derived.ndjson", "federalregister/documents-search-*.json",
    "gta/*.json", "reference/m49.header-and-row.csv", "tron/*", "usitc/*.json", "vietnam/GetTKHQInfo*", "vietnam/table-5N.rows.txt",
    "wto/*.shape.json", "wto/*.shape.xml",
)
REFUSERS = ("comtrade", "us-census-imports", "korea-customs-imports", "comext-values", "vn-customs-imports", "vn-nso-exports")


def descriptor(feed):
    shipped = FEEDS / f"{feed}.feed.yaml"
    return shipped if shipped.exists() else CASES / f"{feed}.feed.yaml"


def decoded(feed, status, path, *options, program=DECODED):
    done = subprocess.run([program, *options, descriptor(feed), str(status), path], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{path}: {done.stderr}"
    return done.stdout.splitlines()


def others():
    named = set(DATA) | set(ANSWERS)
    return sorted({str(path.relative_to(SAMPLES)) for pattern in OTHERS for path in SAMPLES.glob(pattern)} - named)


def is_whole(text, name):
    """Whether a beginning of a sample is a document by itself, by the libraries of Python."""
    try:
        if name.endswith(".json"):
            json.loads(text)
        elif name.endswith(".xml"):
            xml.etree.ElementTree.fromstring(text)
        else:
            return text.endswith(b"\n") and text.count(b"\n") >= 2  # a header line and a row
    except (ValueError, xml.etree.ElementTree.ParseError):
        return False
    return True


@unittest.skipUnless(SAMPLES.is_dir(), f"{SAMPLES} is not here")
class Samples(unittest.TestCase):
    def test_every_file_is_known(self):
        files = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*") if path.is_file()} - {"INDEX.md"}
        self.assertEqual(files - set(DATA) - set(ANSWERS) - set(others()), set())

    def path(self, name, directory):
        """The payload as a decoder sees it: transfers are inflated before."""
        if not name.endswith(".gz"):
            return SAMPLES / name
        path = pathlib.Path(directory) / "payload"
        path.write_text(load(name), encoding="utf-8")
        return path

    def test_data_has_the_rows_that_it_holds(self):
        rows = 0
        with tempfile.TemporaryDirectory(prefix="tdwatch-test-") as directory:
            for name, (feed, expected) in DATA.items():
                with self.subTest(name):
                    meaning, *found = decoded(feed, 200, self.path(name, directory))
                    self.assertRegex(meaning, "^data ")
                    self.assertEqual(sorted(found), sorted(expected(name)))
                    rows += len(found)
        self.assertGreater(rows, 9000)  # the comparison is none of empty lists

    def test_answers_mean_what_they_say(self):
        for name, (status, feed, meaning, text) in ANSWERS.items():
            with self.subTest(name):
                body = SAMPLES / name
                with tempfile.NamedTemporaryFile(prefix="tdwatch-test-") as empty:  # the recorded answers of .http have no body
                    found = decoded(feed, status, empty.name if name.endswith(".http") else body)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(f"{meaning} HTTP {status}"), found[0])
                self.assertIn(text, found[0])

    def test_other_documents_are_refused(self):
        for name in others():
            for feed in REFUSERS:
                with self.subTest(name, feed=feed):
                    meaning, *found = decoded(feed, 200, SAMPLES / name)
                    if meaning.startswith("data "):
                        self.assertTrue(all(line.startswith("! ") for line in found), found[:3])  # no row comes of it

    def test_cut_documents_enter_only_as_a_whole(self):
        readers = {name: feed for name, (feed, _) in DATA.items()} | {name: feed for name, (_, feed, _, _) in ANSWERS.items()}
        accepted = 0
        for name in sorted(readers) + others():
            payload = (SAMPLES / name).read_bytes()
            if len(payload) > CUT_MAX or name.endswith(".gz"):
                continue
            markup = name.endswith((".xml", ".html"))
            feed = readers.get(name, "korea-customs-imports" if markup else "comtrade" if name.endswith("json") else "comext-values")
            with self.subTest(name, feed=feed):
                for line in decoded(feed, 200, SAMPLES / name, "--cuts",
                                    program=DECODED if len(payload) <= CUT_WITH_SANITIZERS else FAST):
                    length, rows = map(int, line.split())
                    self.assertTrue(is_whole(payload[:length], name), f"{length} of {len(payload)} bytes give {rows} rows")
                    accepted += 1
        self.assertGreater(accepted, len([name for name in DATA if not name.endswith(".gz")]))


if __name__ == "__main__":
    unittest.main()
