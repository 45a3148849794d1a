"""Runs every test and counts: python3 tests/check.py. `make check` builds first and calls it.

Each step is a program; as many run at a time as there are processors. Those that speak TAP (cmocka) or print "ok NAME" (scenarios) count each line; Python's unittest counts its tests; any
other step is one test that passes with exit code 0.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = sys.executable
FUZZ_SECONDS = 6
FUZZ_SECONDS_LONG = 30  # of what people write: expressions and YAML
FUZZ_LONG = ("fuzz_expr", "fuzz_yaml")
SKIPPED = 77  # exit code of a step that cannot run here


os.environ["LSAN_OPTIONS"] = f"suppressions={ROOT / 'tests' / 'support' / 'lsan.txt'}:print_suppressions=0"


class Count:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, passed, failed, skipped):
        self.passed += passed
        self.failed += failed
        self.skipped += skipped


def run(command, **environment):
    return subprocess.run([str(word) for word in command], cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, errors="replace", timeout=900, env=dict(os.environ, **environment))


def count_lines(done):
    """Of TAP. cmocka writes a test that was skipped as `not ok 4 # SKIP`."""
    lines = re.findall(r"^(ok|not ok) (.*)", done.stdout, re.M)
    skipped = sum("# skip" in text.lower() for _, text in lines)
    passed = sum(verdict == "ok" and "# skip" not in text.lower() for verdict, text in lines)
    failed = len(lines) - passed - skipped
    if failed == 0 and done.returncode != 0:
        failed = 1  # died
    return passed, failed, skipped


def count_unittest(done):
    if done.returncode == SKIPPED:
        return 0, 0, 1
    ran = re.search(r"^Ran (\d+) tests?", done.stdout, re.M)
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", done.stdout))
    skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", done.stdout))
    if ran is None or (bad == 0 and done.returncode != 0):
        return 0, 1, 0
    return int(ran.group(1)) - bad - skipped, bad, skipped


def count_whole(done):
    if done.returncode == SKIPPED:
        return 0, 0, 1
    return (1, 0, 0) if done.returncode == 0 else (0, 1, 0)


class Step:
    def __init__(self, name, command, count=count_whole, **environment):
        self.name, self.command, self.count, self.environment = name, command, count, environment

    def run(self):
        """Its counts, and what is to be printed."""
        begin = time.monotonic()
        done = run(self.command, **self.environment)
        passed, failed, skipped = self.count(done)
        verdict = "FAILED" if failed else "skipped" if skipped and not passed else "ok"
        line = (f"  {self.name:<34} {passed:4} passed {skipped:3} skipped {failed:3} failed  {time.monotonic() - begin:6.1f} s"
                f"  {verdict}")
        shown = failed or (skipped and self.count is count_whole)
        return (passed, failed, skipped), f"{line}\n{done.stdout}" if shown else line


def c_files():
    return sorted(str(path.relative_to(ROOT)) for folder in ("daemon", "feeds", "tests")
                  for path in (ROOT / folder).rglob("*.[ch]") if "node_modules" not in path.parts)


def fuzz_seconds(target):
    return FUZZ_SECONDS_LONG if target.name in FUZZ_LONG else FUZZ_SECONDS


def fuzz_command(target):
    seeds = ROOT / "tests" / "fuzz" / "seeds" / target.name.removeprefix("fuzz_")
    corpus = ROOT / "build" / "corpus" / target.name
    corpus.mkdir(parents=True, exist_ok=True)
    command = [target, f"-max_total_time={fuzz_seconds(target)}", "-timeout=10", "-error_exitcode=1",
               "-print_final_stats=1", "-verbosity=0", f"-artifact_prefix={corpus}-", corpus]
    return command + ([seeds] if seeds.exists() else [])


def lint_steps():
    yield Step("lint: layers", ["tests/lint/layers.sh"])
    yield Step("lint: length", ["tests/lint/length.sh"])
    yield Step("lint: format", ["clang-format", "--dry-run", "-Werror", *c_files()])
    yield Step("lint: manuals", ["mandoc", "-Tlint", "-Wwarning", *sorted((ROOT / "build/man").glob("*.[58]"))])
    yield Step("lint: unit", ["tests/lint/unit.sh"])
    yield Step("npm ci", ["tests/support/npm.sh"])


def unit_steps():
    for path in sorted((ROOT / "build/asan/tests/unit").glob("test_*")):
        if not path.suffix:
            yield Step(f"unit: {path.name[5:]}", [path], count_lines, CMOCKA_MESSAGE_OUTPUT="TAP")
    yield Step("scenarios", ["build/asan/tests/scenario/run", *sorted((ROOT / "tests/scenario").glob("*.scenario"))], count_lines)


def data_steps():
    packs = sorted(path for path in (ROOT / "rules").glob("*.yaml") if not path.name.endswith(".test.yaml"))
    yield Step("rules: shipped packs", ["build/release/tdwatch", "check", *packs])
    yield Step("rules: tests of shipped packs", ["build/release/tdwatch", "test", "--min-coverage", "95", "rules"], count_lines)
    yield Step("sample: against its source", [PYTHON, "tests/system/sample_source.py"])
    yield Step("samples: recorded payloads", [PYTHON, "tests/system/samples.py", "build/asan/tests/support/decoded",
                                              "build/release/tests/support/decoded"], count_unittest)
    yield Step("concordance: against conversions", [PYTHON, "tests/system/concordance.py"])
    yield Step("report: pages", [PYTHON, "tests/system/report_page.py", *sorted((ROOT / "tests/cases/report").glob("*.html"))])
    yield Step("templates: against mustache", ["node", "tests/system/template.mjs", "build/release/tests/support/render"], count_lines)
    yield Step("schemas: samples and shipped files", ["node", "tests/system/schema.mjs", "build/release/tdwatch"], count_lines)


def python_step(name, script, *arguments):
    return Step(name, [PYTHON, script, *arguments], count_unittest)


WHOLE_PROGRAM = {
    "main_job": "main job", "mails": "mails", "rule_test": "tests of rules", "feeds": "feeds", "feed_commands": "commands of feeds",
    "notices": "notices", "import": "import", "lifecycle": "people and alerts", "backtest": "backtest", "delivery": "deliveries",
    "delivery_tls": "deliveries over TLS",
}
RELEASE_TOO = ("main_job", "mails", "import", "delivery", "delivery_tls")


def system_steps():
    release = "build/release/tdwatch"
    for variant, scripts in (("release", RELEASE_TOO), ("asan", WHOLE_PROGRAM)):
        for script in scripts:
            yield python_step(f"system: {WHOLE_PROGRAM[script]}, {variant}", f"tests/system/{script}.py", f"build/{variant}/tdwatch")
    yield python_step("check: golden files", "tests/system/check_golden.py", release)
    yield python_step("system: backtest, real figures", "tests/system/real_backtest.py", release)
    yield python_step("system: recomputed, release", "tests/system/recompute.py", release)
    yield python_step("system: every verdict against SQL", "tests/system/sql_findings.py", release, "build/release/tests/support/findings")
    yield python_step("system: routes and floods, release", "tests/system/routes.py", release)
    yield python_step("system: explain, asan", "tests/system/explain.py", "build/asan/tdwatch")


def fuzz_steps():
    for path in sorted((ROOT / "build/fuzz/tests/fuzz").glob("fuzz_*")):
        if not path.suffix:
            yield Step(f"fuzz: {path.name[5:]}, {fuzz_seconds(path)} s", fuzz_command(path))


def lonely_steps(directory):
    """What measures the machine, or uses all of it."""
    yield Step("system: memory over ten years", ["build/release/tests/system/arrivals", directory], count_lines)
    yield python_step("system: turns of the loop, release", "tests/system/turns.py", "build/release/tdwatch")
    yield Step("fault: 20 rounds of kill -9", [PYTHON, "tests/fault/kill.py", "build/release/tdwatch", "20"])
    yield Step("fault: 5 imports that are killed", [PYTHON, "tests/fault/bulk.py", "build/release/tdwatch",
                                                    "build/release/tests/fault/die_at_write.so", "5"])


def main():
    total = Count()

    def show(outcome):
        counts, text = outcome
        total.add(*counts)
        print(text, flush=True)

    for step in lint_steps():
        show(step.run())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for outcome in pool.map(Step.run, [*unit_steps(), *data_steps(), *system_steps(), *fuzz_steps()]):
            show(outcome)
    with tempfile.TemporaryDirectory(prefix="tdwatch-test-") as directory:
        for step in lonely_steps(directory):
            show(step.run())
    ran = total.passed + total.failed + total.skipped
    print(f"\nran {ran}, passed {total.passed}, skipped {total.skipped}, failed {total.failed}")
    return 1 if total.failed else 0


sys.exit(main())
