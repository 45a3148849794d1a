"""Measures tdwatch beside other programs and writes docs/benchmarks.md.

    make bench-peers                                        installs the others
    make bench                                              everything at 1 and 10 million rows, five rounds
    make bench BENCH="--rows 1m --rounds 3"                 fewer
    make bench BENCH="--large --sections cold"              50 million rows, and only the job itself; needs 6 GB of disk
    make bench BENCH="--report-only"                        the document again, from build/bench/results.json

Programs run in turn (A B A B …), so that what disturbs the machine disturbs all of them. What a section measured replaces what it measured before at
the same number of rows and cores; the rest of results.json stays. Only ratios within a run mean much.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

import deliveries
import measure
import monitors
import peers
import report
import tdwatch_job

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK, BINARIES = ROOT / "build/bench", ROOT / "build/release"
RESULTS, DOCUMENT = WORK / "results.json", ROOT / "docs/benchmarks.md"
SECTIONS = ["cold", "warm", "start", "monitors", "scan", "json", "judge", "deliveries"]
MONTHS, SEED, MONITOR_SERIES, LARGE = 120, 1, 100_000, 50_000_000
JSON_RECORDS, DELIVERIES = 1_000_000, 20_000
OURS = "tdwatch"


def number_of(text):
    return int(float(text[:-1]) * {"k": 1000, "m": 1_000_000}[text[-1]]) if text[-1] in "km" else int(text)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="1m,10m", help="sizes, such as 100k,1m,10m")
    parser.add_argument("--large", action="store_true", help="50 million rows too, without the slow programs")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--slow-rounds", type=int, default=2, help="of pandas, SQLite, PostgreSQL and the monitoring systems")
    parser.add_argument("--cores", default="1,2", help="how many cores the programs may use, one after the other")
    parser.add_argument("--sections", default=",".join(SECTIONS))
    parser.add_argument("--programs", default="", help="only these, such as tdwatch,DuckDB")
    parser.add_argument("--monitor-series", type=int, default=MONITOR_SERIES)
    parser.add_argument("--report-only", action="store_true")
    return parser.parse_args()


class Bench:
    def __init__(self, given):
        self.given = given
        self.sizes = [number_of(word) for word in given.rows.split(",")] + ([LARGE] if given.large else [])
        self.results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"sections": {}}
        self.skipped, self.versions = {}, {}
        self.job = self.peers = None

    # ---- what is there ----

    def wanted(self, name):
        return not self.given.programs or name in self.given.programs.split(",")

    def prepare(self):
        WORK.mkdir(parents=True, exist_ok=True)
        largest = max(self.generate(size, next_release).stat().st_size for size in self.sizes for next_release in (False, True))
        self.job = tdwatch_job.Job(BINARIES, WORK / "tdwatch", ROOT / "tests/bench/gen.c", largest)
        refusal = self.job.check()
        self.versions[OURS] = measure.run([BINARIES / "tdwatch", "version"])["text"].splitlines()[0]
        if refusal or not self.wanted(OURS):
            self.skipped[OURS] = refusal or "not asked for"
        self.peers = []
        for peer in peers.all_peers(WORK / "work", WORK / "npm/node_modules"):
            version = peer.version() if self.wanted(peer.name) else None
            if version is None:
                self.skipped[peer.name] = "not installed (make bench-peers)" if self.wanted(peer.name) else "not asked for"
                continue
            self.versions[peer.name] = version
            self.peers.append(peer)
        for name, why in self.skipped.items():
            print(f"without {name}: {why}")

    def generate(self, rows, next_release):
        path = WORK / f"{rows}{'-next' if next_release else ''}.csv"
        if not path.exists():
            half = path.with_suffix(".part")
            measure.run([BINARIES / "tests/bench/gen", rows, MONTHS, SEED, half, *(["--next"] if next_release else [])])
            half.rename(path)
        return path

    # ---- rounds ----

    def rounds_of(self, program, rows):
        slow = getattr(program, "slow", False)
        if slow and rows >= LARGE:
            return 0
        return self.given.slow_rounds if slow else self.given.rounds

    def keep_result(self, section, rows, cores, name, result):
        place = self.results["sections"].setdefault(section, {}).setdefault(str(rows), {}).setdefault(str(cores), {})
        place.setdefault(name, []).append(result)
        phases = result.pop("text", "")
        result["phases"] = measure.words(phases)
        print(f"{section} {rows} rows, {cores} cores: {name} {result['wall']:.3f} s, {result['rss']:.0f} MB {phases}", flush=True)

    def compare(self, section, rows, name, out):
        """With the first program that was compared at this size."""
        place = self.results.setdefault("findings", {}).setdefault(section, {}).setdefault(str(rows), {})
        found = measure.rows_found(out)
        key = section, rows
        first = self.first_found.setdefault(key, (name, found))
        said = measure.differences(first[1], found)
        place[name] = {"rows": len(found), "with": first[0], "differences": said}
        if said:
            print(f"NOT THE SAME: {name} and {first[0]} at {rows} rows: {'; '.join(said)}", flush=True)

    def attempt(self, section, rows, cores, name, run, out):
        """One measured run; a program that fails is left out of the rest of the section."""
        try:
            self.keep_result(section, rows, cores, name, run())
        except measure.Failed as failed:
            self.skipped[f"{name} ({section}, {rows} rows)"] = str(failed)
            print(f"{name} failed: {failed}", flush=True)
            return False
        if out is not None and out.exists():
            self.compare(section, rows, name, out)
        return True

    def forget(self, section, rows, cores):
        self.results["sections"].get(section, {}).get(str(rows), {}).pop(str(cores), None)

    def in_turn(self, section, rows, cores, programs):
        """programs: (name, rounds, run, out)."""
        self.forget(section, rows, cores)
        failed = set()
        for at in range(max((rounds for _, rounds, _, _ in programs), default=0)):
            for name, rounds, run, out in programs:
                if at < rounds and name not in failed and not self.attempt(section, rows, cores, name, run, out):
                    failed.add(name)
            self.save()

    def import_cold(self, path, cores):
        self.job.forget()
        return self.job.import_file(path, cores)

    # ---- sections ----

    def cold(self, rows, cores):
        path, programs = self.generate(rows, False), []
        if OURS not in self.skipped:
            programs.append((OURS, self.given.rounds, lambda: self.import_cold(path, cores), None))
        for peer in self.peers:
            out = WORK / f"{peer.name}.found.csv"
            out.unlink(missing_ok=True)
            programs.append((peer.name, self.rounds_of(peer, rows), lambda peer=peer, out=out: peer.all(path, out, cores), out))
        self.in_turn("cold", rows, cores, programs)
        self.findings_of_ours("cold", rows, cores, tdwatch_job.FIRST_MONTH)
        for peer in self.peers:
            peer.close()

    def findings_of_ours(self, section, rows, cores, first_month):
        measured = self.results["sections"].get(section, {}).get(str(rows), {}).get(str(cores), {}).get(OURS)
        if not measured:
            return
        out = WORK / "tdwatch.found.csv"
        said = self.job.find(out, first_month)
        self.compare(section, rows, OURS, out)
        measured[-1]["kept"] = dict(said, bytes=self.job.bytes_kept())

    def import_warm(self, path, release, cores):
        self.job.forget()
        return self.job.import_release(path, release, cores)

    def warm(self, rows, cores):
        path, release, programs = self.generate(rows, False), self.generate(rows, True), []
        if OURS not in self.skipped:
            programs.append((OURS, self.given.rounds, lambda: self.import_warm(path, release, cores), None))
        for peer in self.peers:
            rounds = self.rounds_of(peer, rows)
            if not peer.adds or rounds == 0:
                continue
            peer.keep(path, cores)
            out = WORK / f"{peer.name}.added.csv"
            out.unlink(missing_ok=True)
            programs.append((peer.name, self.given.rounds, lambda peer=peer, out=out: peer.add(release, out, cores), out))
        self.in_turn("warm", rows, cores, programs)
        self.findings_of_ours("warm", rows, cores, tdwatch_job.RELEASE_MONTH)
        for peer in self.peers:
            peer.close()

    def start(self, rows, cores):
        if OURS in self.skipped:
            return
        self.import_cold(self.generate(rows, False), cores)
        out = WORK / "tdwatch.found.csv"
        self.job.find(out)
        found = sorted(measure.rows_found(out)) or [("010950", "CN", 0)]
        product, origin, _ = found[0]
        self.in_turn("start", rows, cores, [
            ("run to READY", self.given.rounds, lambda: self.job.start(cores), None),
            ("explain, by the daemon", self.given.rounds, lambda: self.job.explain_by_daemon(product, origin, cores), None),
            ("explain, from the store", self.given.rounds, lambda: self.job.explain(product, origin, cores), None)])

    def monitors(self):
        self.results["monitors"] = {"series": self.given.monitor_series, "by_name": monitors.measure_monitors(
            BINARIES / "tests/bench/yearly", WORK / "monitors", self.given.monitor_series, self.given.slow_rounds, self.skipped)}
        print(json.dumps(self.results["monitors"]))

    def scan(self):
        """The file's columns are cut, nothing more."""
        size = self.sizes[0]
        text = measure.run([BINARIES / "tests/bench/scan", self.generate(size, False), self.given.rounds], 1)["text"]
        ways = {}
        for line in text.splitlines():
            way, rows, fields, ns = line.rsplit(" ", 3)
            ways.setdefault(way, []).append([int(rows), int(fields), int(ns)])
        self.results["scan"] = {"rows": size, "ways": ways}
        print(text)

    def read_json(self, program, path, cores):
        """Of tdwatch the memory of its own: the pages of the file that it maps are the system's to take."""
        result = measure.run([program, "read", ROOT / "feeds/comtrade.feed.yaml", path], cores)
        result["rss"] = measure.words(result["text"])["own_mb"]
        return result

    def json(self):
        """Records of UN Comtrade, as a list; all that read them must find the same sum, but for what is lost in binary."""
        program, path = BINARIES / "tests/bench/json", WORK / f"{JSON_RECORDS}.json"
        if not path.exists():
            half = path.with_suffix(".part")
            measure.run([program, "make", half, JSON_RECORDS])
            half.rename(path)
        for cores in map(int, self.given.cores.split(",")):
            programs = [(peer.name, self.given.rounds, lambda peer=peer: peer.json(path, cores), None) for peer in self.peers if hasattr(peer, "json")]
            if OURS not in self.skipped:
                programs.insert(0, (OURS, self.given.rounds, lambda: self.read_json(program, path, cores), None))
            self.in_turn("json", JSON_RECORDS, cores, programs)
            sums = {result["phases"]["sum"] for results in self.results["sections"]["json"][str(JSON_RECORDS)][str(cores)].values() for result in results}
            if max(sums, default=0) - min(sums, default=0) > measure.TOLERANCE * max(sums, default=0):
                print(f"NOT THE SAME: sums of JSON {sums}", flush=True)

    def judge(self):
        """A program of its own, where it is there; its words are kept as they are."""
        program = BINARIES / "tests/bench/judge"
        if program.exists():
            self.results["judge"] = measure.run([program])["text"]
            print(self.results["judge"])

    def deliveries(self):
        self.results["deliveries"] = deliveries.measure_deliveries(BINARIES, DELIVERIES, self.given.rounds)
        print(json.dumps(self.results["deliveries"]))

    # ---- the whole ----

    def save(self):
        self.results.setdefault("versions", {}).update(self.versions)
        self.results["skipped"] = self.skipped
        self.results["machine"] = machine()
        RESULTS.write_text(json.dumps(self.results, indent=1), encoding="utf-8")

    def run(self):
        self.first_found = {}
        self.prepare()
        asked = self.given.sections.split(",")
        for section in asked:
            if section in ("monitors", "scan", "json", "judge", "deliveries"):
                getattr(self, section)()
                self.save()
                continue
            for rows in self.sizes:
                for cores in map(int, self.given.cores.split(",")):
                    getattr(self, section)(rows, cores)
                    self.save()


def machine():
    model = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
    return {"model": model[0] if model else platform.machine(), "cores": os.cpu_count(), "memory": round(memory, 1), "kernel": platform.release(),
            "date": datetime.date.today().isoformat(), "commit": commit}


def main():
    given = options()
    bench = Bench(given)
    if not given.report_only:
        bench.run()
    text = report.document(bench.results)
    DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    same = [name for section in bench.results.get("findings", {}).values() for rows in section.values()
            for name, said in rows.items() if said["differences"]]
    return 1 if same else 0


if __name__ == "__main__":
    sys.exit(main())
