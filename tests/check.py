"""Runs every test and counts: python3 tests/check.py. `make check` builds first and calls it.

Each step is a program. Those that speak TAP (cmocka) or print "ok NAME" (scenarios) count each line; Python's unittest counts its tests; any
other step is one test that passes with exit code 0.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = sys.executable
FUZZ_SECONDS = 10
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
    passed = len(re.findall(r"^ok ", done.stdout, re.M))
    skipped = len(re.findall(r"^ok .*# skip", done.stdout, re.M | re.I))
    failed = len(re.findall(r"^not ok ", done.stdout, re.M))
    if failed == 0 and done.returncode != 0:
        failed = 1  # died
    return passed - skipped, failed, skipped


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


def step(total, name, command, count=count_whole, **environment):
    begin = time.monotonic()
    done = run(command, **environment)
    passed, failed, skipped = count(done)
    total.add(passed, failed, skipped)
    verdict = "FAILED" if failed else "skipped" if skipped and not passed else "ok"
    print(f"  {name:<34} {passed:4} passed {skipped:3} skipped {failed:3} failed  {time.monotonic() - begin:6.1f} s  {verdict}",
          flush=True)
    if failed or (skipped and count is count_whole):
        print(done.stdout, flush=True)


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


def main():
    total = Count()
    step(total, "lint: layers", ["tests/lint/layers.sh"])
    step(total, "lint: length", ["tests/lint/length.sh"])
    step(total, "lint: format", ["clang-format", "--dry-run", "-Werror", *c_files()])
    step(total, "lint: manuals", ["mandoc", "-Tlint", "-Wwarning", *sorted((ROOT / "build/man").glob("*.[58]"))])
    step(total, "lint: unit", ["tests/lint/unit.sh"])
    for path in sorted((ROOT / "build/asan/tests/unit").glob("test_*")):
        if not path.suffix:
            step(total, f"unit: {path.name[5:]}", [path], count_lines, CMOCKA_MESSAGE_OUTPUT="TAP")
    step(total, "scenarios", ["build/asan/tests/scenario/run", *sorted((ROOT / "tests/scenario").glob("*.scenario"))], count_lines)
    packs = sorted(path for path in (ROOT / "rules").glob("*.yaml") if not path.name.endswith(".test.yaml"))
    step(total, "rules: shipped packs", ["build/release/tdwatch", "check", *packs])
    step(total, "rules: tests of shipped packs", ["build/release/tdwatch", "test", "--min-coverage", "95", "rules"], count_lines)
    step(total, "sample: against its source", [PYTHON, "tests/system/sample_source.py"])
    step(total, "samples: recorded payloads", [PYTHON, "tests/system/samples.py", "build/asan/tests/support/decoded",
                                               "build/release/tests/support/decoded"], count_unittest)
    step(total, "concordance: against conversions", [PYTHON, "tests/system/concordance.py"])
    step(total, "report: pages", [PYTHON, "tests/system/report_page.py", *sorted((ROOT / "tests/cases/report").glob("*.html"))])
    step(total, "npm ci", ["tests/support/npm.sh"])
    step(total, "templates: against mustache", ["node", "tests/system/template.mjs", "build/release/tests/support/render"], count_lines)
    step(total, "schemas: samples and shipped files", ["node", "tests/system/schema.mjs", "build/release/tdwatch"], count_lines)
    step(total, "check: golden files", [PYTHON, "tests/system/check_golden.py", "build/release/tdwatch"], count_unittest)
    for variant in ("release", "asan"):
        step(total, f"system: main job, {variant}", [PYTHON, "tests/system/main_job.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: mails, {variant}", [PYTHON, "tests/system/mails.py", f"build/{variant}/tdwatch"], count_unittest)
        step(total, f"system: tests of rules, {variant}", [PYTHON, "tests/system/rule_test.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: feeds, {variant}", [PYTHON, "tests/system/feeds.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: commands of feeds, {variant}", [PYTHON, "tests/system/feed_commands.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: notices, {variant}", [PYTHON, "tests/system/notices.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: import, {variant}", [PYTHON, "tests/system/import.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: people and alerts, {variant}", [PYTHON, "tests/system/lifecycle.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: backtest, {variant}", [PYTHON, "tests/system/backtest.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: deliveries, {variant}", [PYTHON, "tests/system/delivery.py", f"build/{variant}/tdwatch"],
             count_unittest)
        step(total, f"system: deliveries over TLS, {variant}", [PYTHON, "tests/system/delivery_tls.py", f"build/{variant}/tdwatch"],
             count_unittest)
    step(total, "system: backtest, real figures", [PYTHON, "tests/system/real_backtest.py", "build/release/tdwatch"], count_unittest)
    step(total, "system: recomputed, release", [PYTHON, "tests/system/recompute.py", "build/release/tdwatch"], count_unittest)
    step(total, "system: every verdict against SQL", [PYTHON, "tests/system/sql_findings.py", "build/release/tdwatch",
                                                      "build/release/tests/support/findings"], count_unittest)
    with tempfile.TemporaryDirectory(prefix="tdwatch-test-") as directory:
        step(total, "system: memory over ten years", ["build/release/tests/system/arrivals", directory], count_lines)
    step(total, "system: routes and floods, release", [PYTHON, "tests/system/routes.py", "build/release/tdwatch"], count_unittest)
    step(total, "system: explain, asan", [PYTHON, "tests/system/explain.py", "build/asan/tdwatch"], count_unittest)
    step(total, "system: turns of the loop, release", [PYTHON, "tests/system/turns.py", "build/release/tdwatch"], count_unittest)
    step(total, "fault: 20 rounds of kill -9", [PYTHON, "tests/fault/kill.py", "build/release/tdwatch", "20"])
    step(total, "fault: 5 imports that are killed", [PYTHON, "tests/fault/bulk.py", "build/release/tdwatch",
                                                    "build/release/tests/fault/die_at_write.so", "5"])
    for path in sorted((ROOT / "build/fuzz/tests/fuzz").glob("fuzz_*")):
        if not path.suffix:
            step(total, f"fuzz: {path.name[5:]}, {fuzz_seconds(path)} s", fuzz_command(path))
    ran = total.passed + total.failed + total.skipped
    print(f"\nran {ran}, passed {total.passed}, skipped {total.skipped}, failed {total.failed}")
    return 1 if total.failed else 0


sys.exit(main())
