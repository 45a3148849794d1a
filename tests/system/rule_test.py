"""tdwatch test: what it prints for the cases below tests/cases/ruletest, its reports, and tests written from alerts.

    python3 rule_test.py BINARY
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASES = "tests/cases/ruletest"

# What each golden file NAME.txt holds the answer to.
GOLDEN = {
    "passing": [f"{CASES}/passing.yaml"],
    "failing": [f"{CASES}/failing.yaml"],
    "faults": [f"{CASES}/faults.test.yaml"],
    "broken": [f"{CASES}/broken.yaml"],
    "orphan": [f"{CASES}/orphan.test.yaml"],
    "chosen": ["--run", "figure", f"{CASES}/passing.yaml"],
}


def call(*arguments):
    done = subprocess.run([BINARY, *arguments], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    return done.returncode, done.stdout


def test(*arguments):
    return call("test", "--tables", f"{CASES}/tables", *arguments)


def answer(name):
    """Whole messages are left out: how they are worded is tested elsewhere."""
    code, output = test(*GOLDEN[name])
    return re.sub(r"^(    got: ).*$", r"\1…", output, flags=re.M) + f"exit {code}\n"


class Golden(unittest.TestCase):
    maxDiff = None

    def test_what_is_printed(self):
        for name in GOLDEN:
            with self.subTest(name):
                self.assertEqual(answer(name), (ROOT / CASES / f"{name}.txt").read_text(encoding="utf-8"))

    def test_shipped_packs_pass_and_are_covered(self):
        code, output = call("test", "--min-coverage", "95", "rules")
        self.assertEqual(code, 0, output)
        self.assertIn("rules/demo.yaml:\n", output)

    def test_a_pack_that_is_named_twice_runs_once(self):
        code, output = test(f"{CASES}/passing.yaml", f"{CASES}/passing.test.yaml")
        self.assertEqual((code, output), test(f"{CASES}/passing.yaml"))


class Options(unittest.TestCase):
    def test_min_coverage(self):
        self.assertEqual(test("--min-coverage", "83", f"{CASES}/passing.yaml")[0], 0)
        code, output = test("--min-coverage", "84", f"{CASES}/passing.yaml")
        self.assertEqual(code, 1)
        self.assertIn("the coverage is under 84%", output)

    def test_no_test_of_that_name(self):
        code, output = test("--run", "no such name", f"{CASES}/passing.yaml")
        self.assertEqual(code, 1)
        self.assertIn("no test has 'no such name' in its name", output)

    def test_wrong_command_lines(self):
        for arguments in (["--min-coverage", "much"], ["--min-coverage", "101"], ["--unknown"], ["--junit"],
                          ["--from-alert", "a", "--run", "b"], ["--from-alert", "a", "file.yaml"],
                          ["--run", "a", "--min-coverage", "5"]):
            with self.subTest(arguments):
                self.assertEqual(call("test", *arguments)[0], 2)


class Junit(unittest.TestCase):
    def report(self, *files):
        with tempfile.TemporaryDirectory(prefix="tdwatch-test-") as directory:
            path = pathlib.Path(directory) / "report.xml"
            test("--junit", str(path), *[f"{CASES}/{name}" for name in files])
            return xml.etree.ElementTree.parse(path).getroot()

    def test_counts_and_places(self):
        root = self.report("passing.yaml", "failing.yaml", "broken.yaml")
        self.assertEqual((root.tag, root.get("tests"), root.get("failures"), root.get("errors")), ("testsuites", "11", "2", "1"))
        suites = {suite.get("name"): suite for suite in root.findall("testsuite")}
        self.assertEqual(set(suites), {f"{CASES}/{name}.test.yaml" for name in ("passing", "failing", "broken")})
        for suite in suites.values():
            cases = suite.findall("testcase")
            self.assertEqual(int(suite.get("tests")), len(cases))
            self.assertEqual(int(suite.get("failures")), len(suite.findall("testcase/failure")))
            self.assertEqual(int(suite.get("errors")), len(suite.findall("testcase/error")))
            self.assertTrue(all(case.get("classname") and case.get("file") and case.get("line") for case in cases))
        error = suites[f"{CASES}/broken.test.yaml"].find("testcase/error")
        self.assertIn("broken.yaml:7:34: error[T010]", error.text)

    def test_texts_are_escaped(self):
        case = self.report("failing.yaml").find("testsuite/testcase")
        self.assertEqual(case.get("name"), 'each expectation fails & says so, with "quotes" and <brackets>')
        failure = case.find("failure")
        self.assertEqual(failure.get("message"), "2023-02 state: expected pending, got inactive")
        self.assertIn("    when   g3 >= $growth: false  (0%, 30%)\n", failure.text)
        self.assertIn('expected a text with "giảm"', failure.text)


class FromAlert(unittest.TestCase):
    """Every alert of the demonstration gives a test that passes, and that fails once a figure is another."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        cls.demo = pathlib.Path(cls.directory.name) / "demo"
        code, output = call("demo", "--directory", str(cls.demo))
        assert code == 0, output
        cls.config = str(cls.demo / "tdwatch.yaml")

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def run_written(self, text):
        (self.demo / "rules" / "demo.test.yaml").write_text(text, encoding="utf-8")
        return call("-c", self.config, "test")

    def alerts(self):
        return re.findall(r" ([0-9a-f]{12}) *$", call("-c", self.config, "alerts")[1], re.M)

    def test_passes(self):
        alerts = self.alerts()
        self.assertGreaterEqual(len(alerts), 10)
        for alert in alerts:
            with self.subTest(alert):
                code, written = call("-c", self.config, "test", "--from-alert", alert)
                self.assertEqual(code, 0, written)
                self.assertIn("state: firing", written)
                code, output = self.run_written(written)
                self.assertEqual(code, 0, output)
                self.assertIn("1 test, 1 passed, 0 failed", output)

    def test_fails_with_other_figures(self):
        _, written = call("-c", self.config, "test", "--from-alert", self.alerts()[0])
        newest = re.findall(r"^        (?:\d+ )*(\d+)$", written, re.M)[-1]
        code, output = self.run_written(written.replace(newest, newest + "0"))
        self.assertEqual(code, 1)
        self.assertIn("1 test, 0 passed, 1 failed", output)

    def test_measures_and_quotas_are_written(self):
        alert = re.search(r"^export-surge +toys-sports .* ([0-9a-f]{12}) *$", call("-c", self.config, "alerts")[1], re.M).group(1)
        with tempfile.TemporaryDirectory(prefix="tdwatch-test-") as directory:
            demo = pathlib.Path(directory) / "demo"
            shutil.copytree(self.demo, demo)
            rules = demo / "rules" / "demo.yaml"
            rules.write_text(rules.read_text(encoding="utf-8").replace(
                "    when: growth_ytd", "      asked: case_elsewhere(home, 24m)\n      rate: measure_rate(home)\n      used: quota_used()\n"
                "    when: growth_ytd", 1), encoding="utf-8")
            (demo / "tables" / "more.yaml").write_text("""
measures:
  - { id: "A \\"1\\"", title: t, market: US, against: VN, codes: "nso:toys-sports", type: safeguard, petition: 2024-05-03,
      initiation: 2024-06-01, from: 2025-01-05, rate: 12.345%, source: s }
  - { id: A-2, title: t, market: EU, against: [VN, CN], basket: toys-sports, type: anti-dumping, petition: 2025-02-03, source: s }
  - { id: A-3, title: t, market: US, against: VN, basket: cameras, type: anti-dumping, from: 2020, source: s }
quotas:
  - { id: Q1, title: t, market: US, against: VN, basket: toys-sports, limit: 1234.5 t, per: quarter, starts: 4, from: 2023-01, source: s }
""", encoding="utf-8")
            config = str(demo / "tdwatch.yaml")
            code, written = call("-c", config, "test", "--from-alert", alert)
            self.assertEqual(code, 0, written)
            self.assertEqual(re.findall("- { id: (.*?), market", written), ['"A \\"1\\""', '"A-2"', '"Q1"'])
            self.assertIn("limit: 1234500.000 kg, per: quarter, starts: 4, from: 2023-01 }", written)
            self.assertIn("rate: 12.35% +- 0.01pp, used: unknown no_series }", written)
            (demo / "rules" / "demo.test.yaml").write_text(written, encoding="utf-8")
            code, output = call("-c", config, "test")
            self.assertEqual(code, 0, output)

    def test_no_such_alert(self):
        code, output = call("-c", self.config, "test", "--from-alert", "0123abcd")
        self.assertEqual((code, output), (1, "0123abcd: there is no such alert\n"))


if __name__ == "__main__":
    unittest.main()
