"""tdwatch's side of the job: configuration, descriptors and rule, and the commands."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

import measure

FIRST_MONTH, RELEASE_MONTH = "2017-12", "2025-12"

CONFIG = """\
home: VN
state_directory: {state}
listen: "off"
feeds: [feeds]
tables: []
rules: [rules]
"""

# The file has every partner and no total of them.
DESCRIPTOR = """\
feed: comext
title: Generated bulk file, imports of the EU by HS6 and partner
licence: none; the figures are made up
format: csv
max_bytes: {max_bytes}
absent: zero
aggregate: sum
world: sum
fields:
  reporter: {{ value: EU }}
  flow:     {{ column: FLOW, map: {{ "1": import, "2": skip }} }}
  partner:  {{ column: PARTNER }}
  product:  {{ column: PRODUCT_NC, digits: 6 }}
  period:   {{ column: PERIOD }}
  value:    {{ column: VALUE_EUR }}
  weight:   {{ column: QUANTITY_KG }}
end:
  rows_at_least: 1
"""

# The condition is that of peers/job.sql. Values are EUR; the unit of money has no part in the comparison.
RULE = """\
rules:
  - id: bench-surge
    title: {{ en: "{{{{product}}}} from {{{{origin}}}}", vi: "{{{{product}}}} từ {{{{origin}}}}" }}
    advice: {{ en: "None: a benchmark.", vi: "Không: đo tốc độ." }}
    basis: ["none"]
    valid: {{ from: {first} }}
    severity: watch
    mode: shadow
    scope: {{ product: hs6, market: [EU], origin: [{origins}] }}
    let:
      v12: sum(from_origin, 12m)
      p12: sum(from_origin, 24m) - v12
      part: share(from_origin, market, 12m)
      price: v12 / sum(from_origin.weight, 12m)
      others: (sum(market, 12m) - v12) / (sum(market.weight, 12m) - sum(from_origin.weight, 12m))
    when: >
      last(from_origin) > 0 USD and v12 > $least and p12 > 0 USD and v12 > 1.5 * p12 and part > 5% and price < 0.8 * others
    thresholds: {{ least: 1 MUSD }}
"""


def partners(generator):
    """The partner codes, from the table in the generator's source."""
    text = generator.read_text(encoding="utf-8")
    table = re.search(r"partners\[\] =(.*?);", text, re.S).group(1)
    letters = "".join(re.findall(r'"([A-Z]+)"', table))
    return [letters[i:i + 2] for i in range(0, len(letters), 2)]


class Job:
    def __init__(self, binaries, directory, generator, largest_file):
        self.tdwatch, self.findings = binaries / "tdwatch", binaries / "tests/bench/findings"
        self.directory, self.config = directory, directory / "tdwatch.yaml"
        self.state = directory / "state"
        for name in ("feeds", "rules"):
            shutil.rmtree(directory / name, ignore_errors=True)
            (directory / name).mkdir(parents=True)
        self.config.write_text(CONFIG.format(state=self.state), encoding="utf-8")
        megabytes = largest_file // 1_000_000 + 1
        text = DESCRIPTOR.format(max_bytes=f"{megabytes}MiB")
        (directory / "feeds" / "comext.feed.yaml").write_text(text, encoding="utf-8")
        # Quoted: NO is Norway.
        origins = ", ".join(f'"{code}"' for code in partners(generator))
        (directory / "rules" / "job.yaml").write_text(RULE.format(first=FIRST_MONTH, origins=origins), encoding="utf-8")

    def command(self, *words):
        return [self.tdwatch, "-c", self.config, *words]

    def check(self):
        """Whether this tdwatch knows the words of the descriptors: None, or what it says."""
        try:
            measure.run(self.command("check"))
        except measure.Failed as failed:
            return str(failed)
        return None

    def forget(self):
        shutil.rmtree(self.state, ignore_errors=True)
        self.state.mkdir(parents=True)

    def import_file(self, path, cores=None):
        return measure.run(self.command("import", "comext", path), cores)

    def import_release(self, history, release, cores=None):
        """The release into a process that holds the history, as the daemon does: from the line that reports the one to that of the other."""
        words = [str(word) for word in self.command("import", "comext", history, release)]
        if cores:
            words = ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores])), *words]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        before = process.stdout.readline()
        begun = time.monotonic()
        text = process.stdout.readline()
        wall = time.monotonic() - begun
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode != 0:
            raise measure.Failed(f"tdwatch: exit code {process.returncode}: {before}{text}")
        return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "text": ""}

    def find(self, out, first_month=FIRST_MONTH):
        return measure.words(measure.run([self.findings, self.config, out, first_month])["text"])

    @contextlib.contextmanager
    def daemon(self, cores=None):
        """`tdwatch run`: its process, and when it began."""
        words = [str(word) for word in self.command("run")]
        if cores:
            words = ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores])), *words]
        begun = time.monotonic()
        with open(self.directory / "run.log", "w", encoding="utf-8") as log:
            process = subprocess.Popen(words, env=dict(os.environ, NOTIFY_SOCKET=str(self.directory / "notify")), stdout=log, stderr=log)
        yield process, begun
        if process.returncode is None:
            process.terminate()
            process.wait()

    def wait_until_judged(self):
        while "history judged" not in (self.directory / "run.log").read_text(encoding="utf-8"):
            time.sleep(0.001)

    def start(self, cores=None):
        """The daemon to READY=1, and in `text` to the end of judging."""
        path = self.directory / "notify"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            notify.bind(str(path))
            notify.settimeout(600)
            with self.daemon(cores) as (process, begun):
                while b"READY=1" not in notify.recv(4096):
                    pass
                wall = time.monotonic() - begun
                self.wait_until_judged()
                judged = time.monotonic() - begun
                process.send_signal(signal.SIGTERM)
                _, _, usage = os.wait4(process.pid, 0)
                process.returncode = 0
        return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "text": f"judged_ms={judged * 1000:.0f}"}

    def explain_by_daemon(self, product, origin, cores=None):
        with self.daemon(cores):
            self.wait_until_judged()
            return self.explain(product, origin, cores)

    def explain(self, product, origin, cores=None):
        measured = measure.run(self.command("explain", "bench-surge", product, "EU", "--origin", origin), cores)
        return dict(measured, text="")

    def bytes_kept(self):
        return sum(path.stat().st_size for path in pathlib.Path(self.state).glob("tdwatch.db*"))
