"""tdwatch, Prometheus, and VictoriaMetrics with vmalert: 100,000 series and one year-on-year rule, as a monitoring system would judge them.

The sums over two years of months of the cold job; its share and unit value are left out, since they need joins that these systems do slowly.
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import measure

MONTHS, MONTH_S, YEAR_DAYS = 36, 30 * 86400, 360
# Twelve "months" of 30 days against the twelve before; half a month later than the samples, so that none lies on a border.
EXPRESSION = f"sum_over_time(trade[{YEAR_DAYS}d]) > 1e6 and sum_over_time(trade[{YEAR_DAYS}d]) > 1.5 * sum_over_time(trade[{YEAR_DAYS}d] offset {YEAR_DAYS}d)"
# The first evaluation comes within one interval; a longer one than that only skips the next.
RULES = """\
groups:
  - name: bench
    interval: 10s
    rules:
      - {kind}: {name}
        expr: "{expression}"
"""
WAIT_S = 900


def value(series, month):
    """Any figures do; a tenth of the series grows enough."""
    base = 50_000 + series * 7919 % 100_000
    return base * (3 if series % 10 == 0 and month >= MONTHS - 12 else 1) + (series * 31 + month * 17) % 1000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def fetch(url, data=None):
    with urllib.request.urlopen(url, data, timeout=WAIT_S) as answer:
        return answer.read().decode()


def wait_for(what, process=None):
    """The first true value of what(), or Failed."""
    for _ in range(WAIT_S * 5):
        if process is not None and process.poll() is not None:
            raise measure.Failed(f"{process.args[0]} ended with {process.returncode}")
        try:
            found = what()
        except (OSError, urllib.error.URLError):
            found = None
        if found:
            return found
        time.sleep(0.2)
    raise measure.Failed("nothing came")


def times():
    """Of the months, in seconds; the newest lies half a month back."""
    newest = int(time.time()) - MONTH_S // 2
    return [newest - MONTH_S * (MONTHS - 1 - month) for month in range(MONTHS)]


def labels(series):
    return f'trade{{hs="{series // 50:06}",pt="{series % 50:02}"}}'


class Service:
    """A process of the benchmark's own; memory is the most it held."""

    def __init__(self, command, log):
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=out)

    def end(self):
        if self.process.returncode is not None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss / 1024


def group_time(port):
    """Seconds of the group's newest evaluation, once there has been one."""
    groups = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/rules"))["data"]["groups"]
    seconds = groups[0].get("evaluationTime", 0) if groups else 0
    return seconds if seconds and groups[0]["rules"][0].get("health") == "ok" else None


def prometheus(work, count):
    work.mkdir(parents=True, exist_ok=True)
    months, text = times(), work / "history.om"
    with open(text, "w", encoding="utf-8") as out:
        out.write("# TYPE trade gauge\n")
        for series in range(count):
            name = labels(series)
            out.writelines(f"{name} {value(series, month)} {months[month]}\n" for month in range(MONTHS))
        out.write("# EOF\n")
    loaded = measure.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", text, work / "data"])
    text.unlink()
    (work / "rules.yml").write_text(RULES.format(kind="record", name="grown", expression=EXPRESSION), encoding="utf-8")
    (work / "prometheus.yml").write_text("rule_files: [rules.yml]\n", encoding="utf-8")
    port = free_port()
    service = Service(["prometheus", f"--config.file={work}/prometheus.yml", f"--storage.tsdb.path={work}/data", f"--web.listen-address=127.0.0.1:{port}",
                       "--storage.tsdb.retention.time=20y", "--query.timeout=15m", "--log.level=error"], work / "log")
    try:
        seconds = wait_for(lambda: group_time(port), service.process)
        answer = json.loads(fetch(f"http://127.0.0.1:{port}/api/v1/query?query=count(grown)"))
        found = int(answer["data"]["result"][0]["value"][1])
    finally:
        rss = service.end()
    return {"wall": seconds, "rss": rss, "load": loaded["wall"], "found": found}


def victoria(work, count):
    work.mkdir(parents=True, exist_ok=True)
    port, alert_port = free_port(), free_port()
    store = Service(["victoria-metrics", f"-storageDataPath={work}/data", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y",
                     "-search.maxUniqueTimeseries=1000000", "-search.maxQueryDuration=15m", "-loggerLevel=ERROR"], work / "log")
    alert = None
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: fetch(f"{url}/health"), store.process)
        months, begun = times(), time.monotonic()
        for start in range(0, count, 2000):
            lines = [f"{labels(series)} {value(series, month)} {months[month] * 1000}" for series in range(start, min(start + 2000, count))
                     for month in range(MONTHS)]
            fetch(f"{url}/api/v1/import/prometheus", ("\n".join(lines) + "\n").encode())
        fetch(f"{url}/internal/force_flush")
        load = time.monotonic() - begun
        (work / "rules.yml").write_text(RULES.format(kind="record", name="grown", expression=EXPRESSION), encoding="utf-8")
        alert = Service(["vmalert", f"-rule={work}/rules.yml", f"-datasource.url={url}", f"-remoteWrite.url={url}", "-notifier.url=http://127.0.0.1:9",
                         f"-httpListenAddr=127.0.0.1:{alert_port}", "-loggerLevel=ERROR"], work / "vmalert.log")

        def iteration():
            lines = fetch(f"http://127.0.0.1:{alert_port}/metrics").splitlines()
            sums = [float(line.split()[-1]) for line in lines if line.startswith("vmalert_iteration_duration_seconds_sum")]
            return sums[0] if sums and sums[0] > 0 else None
        seconds = wait_for(iteration, alert.process)
        answer = json.loads(fetch(f"{url}/api/v1/query?query=count({EXPRESSION})".replace(" ", "%20").replace(">", "%3E")))
        found = int(answer["data"]["result"][0]["value"][1])
    finally:
        rss = (alert.end() if alert else 0) + store.end()
    return {"wall": seconds, "rss": rss, "load": load, "found": found}


def measure_monitors(yearly, work, count, rounds, skipped):
    """By name: a result for each round. They must find as many as the figures have. `yearly` is tdwatch's part, a program."""
    def tdwatch(_, count):
        result = measure.run([yearly, count])
        words = measure.words(result["text"])
        return {"wall": words["wall_us"] / 1e6, "rss": result["rss"], "load": words["load_us"] / 1e6, "found": int(words["found"])}

    monitors = {"tdwatch": (tdwatch, yearly), "Prometheus": (prometheus, "prometheus"), "VictoriaMetrics": (victoria, "victoria-metrics")}
    found = {}
    for _ in range(rounds):
        for name, (run, program) in monitors.items():
            if shutil.which(program) is None:
                skipped[name] = "not installed"
                continue
            shutil.rmtree(work / name, ignore_errors=True)
            try:
                found.setdefault(name, []).append(run(pathlib.Path(work) / name, count))
            except measure.Failed as failed:
                skipped[name] = str(failed)
            shutil.rmtree(work / name, ignore_errors=True)
    return found
