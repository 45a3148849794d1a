"""Files that people bring: `tdwatch import` into the store that the daemon uses.

    python3 import.py BINARY
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.sax.saxutils
import zipfile

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
FEED = "vn-nso-sample"
SAMPLE = world.ROOT / "feeds" / "sample" / "vn-nso.csv"

HISTORY = "SELECT (SELECT count(*) FROM payload), (SELECT count(*) FROM block), (SELECT count(*) FROM revision)," \
          " (SELECT count(*) FROM event), (SELECT count(*) FROM delivery)"


class Import(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def drop_url(self):
        """Makes the feed one that is imported only."""
        path = self.world.directory / "feeds" / "nso.feed.yaml"
        lines = path.read_text(encoding="utf-8").splitlines()
        lines = [line for line in lines if not line.startswith(("url:", "interval:"))]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def write(self, name, text):
        path = self.world.directory / name
        path.write_text(text, encoding="utf-8")
        return path

    def bring(self, *arguments, code=0):
        done = self.world.run("import", *arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_what_a_file_decides_waits_for_the_daemon(self):
        self.drop_url()
        done = self.bring(FEED, SAMPLE)
        self.assertEqual(done.stdout, f"{SAMPLE}: accepted: 1414 rows, 1500 new figures, 0 revised\n")
        alerts = self.world.run("alerts").stdout
        self.assertRegex(alerts, r"export-surge +toys-sports .*growth_ytd 231%")
        self.assertRegex(alerts, r"import-content +wire-cable .*growth_out 65%, growth_in 53%")
        self.assertNotRegex(alerts, r"iron-steel ")
        self.assertIn("18 pending, 0 parked, 0 delivered", self.world.run("outbox").stdout)
        self.world.start()
        world.wait_for("every delivery", self.world.settled)
        self.assertEqual(len(world.read_log(self.world.mail_log)), 11)
        self.assertEqual(len(world.read_log(self.world.hook_log)), 7)
        self.assertEqual(world.read_log(self.world.directory / "feed.jsonl"), [], "a feed without a url is not asked")
        self.assertEqual(self.world.sql("SELECT attempted_ms, succeeded_ms > 0, health FROM feed"), [(0, 1, "ok")])

    def test_same_figures_again_change_nothing(self):
        self.bring(FEED, SAMPLE)
        before = self.world.sql(HISTORY)
        self.assertIn("unchanged: 1414 rows, and no figure differs", self.bring(FEED, SAMPLE).stdout)
        self.assertEqual(self.world.sql(HISTORY), before)

    def test_file_with_faults_changes_nothing_and_hinders_no_other(self):
        text = SAMPLE.read_text(encoding="utf-8")
        cut = self.write("cut.csv", text[:len(text) // 2])
        wrong = self.write("wrong.csv", text.replace(",2025-07,", ",2025-7,", 1).replace("X,US,", "X,USA,", 1))
        done = self.bring(FEED, cut, wrong, self.world.directory / "none.csv", code=1)
        self.assertRegex(done.stdout, r"cut\.csv:\d+:\d+: error\[D004\]")
        self.assertRegex(done.stdout, r"wrong\.csv:\d+:3: error\[D015\]: partner \"USA\"")
        self.assertRegex(done.stdout, r"wrong\.csv:\d+:\d+: error\[D015\]: period \"2025-7\"")
        self.assertIn("2 errors, 0 warnings", done.stdout)
        self.assertIn(f"{wrong}: refused; nothing has changed", done.stdout)
        self.assertIn("none.csv: No such file", done.stderr)
        self.assertEqual(self.world.sql(HISTORY), [(0, 0, 0, 0, 0)])
        self.assertEqual(self.world.sql("SELECT * FROM feed"), [])
        done = self.bring(FEED, cut, SAMPLE, code=1)
        self.assertIn("accepted: 1414 rows", done.stdout)

    def test_dry_run_says_what_would_change(self):
        done = self.bring("--dry-run", FEED, SAMPLE, SAMPLE)
        self.assertIn("accepted: 1414 rows, 1500 new figures, 0 revised", done.stdout)
        self.assertIn("unchanged: 1414 rows", done.stdout)
        self.assertFalse((self.world.directory / "state").exists())

    def test_running_daemon_keeps_import_out(self):
        self.world.start()
        world.wait_for("every delivery", self.world.settled)
        before = self.world.sql(HISTORY)
        done = self.bring(FEED, SAMPLE, code=1)
        self.assertIn("the daemon is running; stop it, or let it fetch the file", done.stderr)
        self.assertEqual(self.world.sql(HISTORY), before)
        self.assertIn("unchanged", self.bring("--dry-run", FEED, SAMPLE).stdout)
        secrets = dict(os.environ, CREDENTIALS_DIRECTORY=str(self.world.directory / "credentials"))
        second = subprocess.run([BINARY, "-c", self.world.directory / "tdwatch.yaml", "run"], text=True, env=secrets,
                                capture_output=True, timeout=20)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another tdwatch writes to it", second.stderr)
        self.world.daemon.send_signal(signal.SIGKILL)
        self.world.daemon.wait()
        self.world.daemon = None
        self.assertIn("unchanged", self.bring(FEED, SAMPLE).stdout)

    def test_file_is_no_poll(self):
        self.world.start()
        world.wait_for("every delivery", self.world.settled)
        self.assertEqual(self.world.stop(), 0)
        state = "SELECT etag, last_modified, digest, attempted_ms, next_ms, failures, health, text FROM feed"
        before = self.world.sql(state)
        self.assertNotEqual(before[0][2], "")
        text = SAMPLE.read_text(encoding="utf-8")
        line = next(line for line in text.splitlines() if line.startswith("X,US,toys-sports,2025-07,"))
        fields = line.split(",")
        fields[4] = "1"
        revised = self.write("revised.csv", text.replace(line, ",".join(fields)))
        self.assertIn("0 new figures, 1 revised", self.bring(FEED, revised).stdout)
        self.assertEqual(self.world.sql(state), before)
        self.assertEqual(self.world.sql("SELECT count(*) FROM revision"), [(1,)])
        self.world.write_feed("7h")  # another descriptor: the source is asked at once
        self.world.start()
        world.wait_for("the poll", lambda: self.world.sql("SELECT count(*) FROM payload") == [(3,)])
        self.assertEqual(self.world.sql("SELECT count(*) FROM revision"), [(2,)], "the source still says the first figure")

    def test_countries_are_translated_by_the_table(self):
        shutil.copy(world.ROOT / "feeds" / "us-census-hs2.feed.yaml", self.world.directory / "feeds")
        self.write("tables/countries.yaml", "countries:\n"
                   "  - { iso2: VN, iso3: VNM, name: Viet Nam }\n  - { iso2: CN, iso3: CHN, name: China }\n")
        rows = [f"{partner},{chapter:02},{year}-{month:02},{chapter},0" for partner in ("VNM", "CHN", "WLD")
                for chapter in range(100) for year in range(2015, 2018) for month in range(1, 13)]
        table = self.write("us.csv", "\n".join(["partner,hs2,period,imports_usd,duty_usd", *rows]) + "\n")
        self.assertIn("accepted: 10800 rows, 10800 new figures", self.bring("us-census-hs2", table).stdout)
        self.assertEqual(self.world.sql("SELECT DISTINCT reporter, partner, flow FROM series ORDER BY partner"),
                         [("US", "CN", 1), ("US", "VN", 1), ("US", "W", 1)])
        other = self.write("other.csv", table.read_text().replace("CHN,00", "QQQ,00", 1))
        self.assertIn('partner "QQQ" is not in the code list iso3', self.bring("us-census-hs2", other, code=1).stdout)

    def write_workbook(self, name, *sheets):
        """Sheets of rows of cells, texts and numbers, as a spreadsheet program writes them; None is no cell."""
        path = self.world.directory / name
        cell = {str: lambda text: f'<c t="inlineStr"><is><t>{xml.sax.saxutils.escape(text)}</t></is></c>',
                int: lambda number: f"<c><v>{number}</v></c>", float: lambda number: f"<c><v>{number!r}</v></c>",
                type(None): lambda _: "<c/>"}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            numbers = range(1, len(sheets) + 1)
            book.writestr("_rels/.rels", '<Relationships><Relationship Id="r" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>')
            book.writestr("xl/workbook.xml", '<workbook xmlns:r="urn:r"><sheets>' + "".join(
                f'<sheet name="{n}. XK" sheetId="{n}" r:id="s{n}"/>' for n in numbers) + "</sheets></workbook>")
            book.writestr("xl/_rels/workbook.xml.rels", "<Relationships>" + "".join(
                f'<Relationship Id="s{n}" Type="x/worksheet" Target="sheet{n}.xml"/>' for n in numbers) + "</Relationships>")
            for n, rows in zip(numbers, sheets):
                book.writestr(f"xl/sheet{n}.xml", "<worksheet><sheetData>" + "".join(
                    "<row>" + "".join(cell[type(value)](value) for value in row) + "</row>" for row in rows) + "</sheetData></worksheet>")
        return path

    def use(self, feed):
        shutil.copy(world.ROOT / "feeds" / f"{feed}.feed.yaml", self.world.directory / "feeds")

    def test_customs_tables_are_read_from_text_and_from_workbooks(self):
        self.use("vn-customs-imports")
        self.write("tables/countries.yaml", "countries:\n  - { iso2: CN, name: China }\n")
        table = self.write("5N.csv", "period;partner;commodity;unit;quantity;value_usd\n"
                           "2026-07;CN;Cao su;Tấn;6.106;10.825.018\n2026-07;CN;Sắt thép;Tấn;1.234,5;987.654\n"
                           "2026-07;CN;Sữa;USD;;5.000\n2026-07;CN;TỔNG CỘNG;USD;;12.345.678.901\n")
        self.assertIn("accepted: 3 rows, 5 new figures, 0 revised", self.bring("vn-customs-imports", table).stdout)
        book = self.write_workbook("5N.xlsx", [
            ["Nhập khẩu tháng 8 năm 2026"],
            ["Commodity", "Partner", "Period", "Unit", "Quantity", "Value_USD"],
            ["Cao su", "CN", "2026-08", "Tấn", 7000.25, 11000000], ["Sắt thép", "CN", "2026-08", "Tấn", "1.300", "1.000.000"]])
        self.assertIn("accepted: 2 rows, 4 new figures, 0 revised", self.bring("vn-customs-imports", book).stdout)
        found = self.world.run("query", "imports", "--product", "nso:rubber", "--origin", "CN").stdout
        self.assertRegex(found, r"2026-07 +10825018 +6106 +t")
        self.assertRegex(found, r"2026-08 +11000000 +7000\.250 +t")
        found = self.world.run("query", "imports", "--product", "nso:iron-steel", "--origin", "CN").stdout
        self.assertRegex(found, r"2026-07 +987654 +1234\.500 +t")
        self.assertRegex(found, r"2026-08 +1000000 +1300 +t")

    def test_the_workbook_of_the_statistics_office_is_found_its_way_through(self):
        self.use("vn-nso-exports")
        book = self.write_workbook(
            "02.-Bieu-T5.2026.xlsx", [["Mục lục"], ["13. Xuất khẩu hàng hóa"]],
            [["15. NHẬP KHẨU HÀNG HÓA"], ["TỔNG TRỊ GIÁ", None, 1, None, 2]],
            [["14.  XUẤT KHẨU HÀNG HÓA"], [None, None, "Ước tính\ntháng 5 năm 2026"], [None, "Lượng", "Trị giá (Triệu USD)", None, "%"],
             ["TỔNG TRỊ GIÁ", None, 39570.25, None, 116.1], ["Khu vực có vốn đầu tư nước ngoài", None, 28000], [],
             ["Mặt hàng chủ yếu"], ["Thủy sản", None, 900.5], ["Rau quả", None, 1], ["Sắt thép", 1000, 600], ["Giày dép", None, 2100]])
        self.assertIn("accepted: 5 rows, 5 new figures, 0 revised", self.bring("vn-nso-exports", book).stdout)
        found = self.world.run("query", "exports", "--product", "nso:total", "--market", "W").stdout
        self.assertRegex(found, r"2026-05 +39570250000 ")
        other = self.write_workbook("unit.xlsx", [["Xuất khẩu tháng 6 năm 2026, tỷ đồng"], ["TỔNG TRỊ GIÁ", None, 1]])
        self.assertIn("error[D035]: nothing from the sheet's top to here is a unit", self.bring("vn-nso-exports", other, code=1).stdout)

    def test_command_line_is_checked(self):
        self.assertIn("usage: tdwatch import", self.bring(FEED, code=2).stderr)
        self.assertIn("did you mean 'vn-nso-sample'?", self.bring("vn-nso-sampel", SAMPLE, code=2).stderr)
        self.assertEqual(self.world.sql(HISTORY), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
