"""Deliveries a second over loopback: our transfers beside curl --parallel, and the whole daemon with its store."""

import os
import pathlib
import sqlite3
import subprocess
import tempfile
import time

import measure

AT_ONCE, RECEIVERS = 32, 200
ROOT = measure.ROOT
SECRET = "whsec_dGR3YXRjaC10ZXN0LXNlY3JldC1vZi0zMi1ieXRlcyE="


class Receiver:
    """Answers 204 to everything, in a process of its own."""

    def __init__(self, program):
        self.process = subprocess.Popen([program, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}/"

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def by_curl(url, count, directory):
    body = directory / "body"
    body.write_text("x" * 3000)
    done = measure.run(["curl", "--parallel", "--parallel-immediate", "--parallel-max", AT_ONCE, "-s", "-o", os.devnull, "-H",
                        "Content-Type: application/cloudevents+json", "--data-binary", f"@{body}", f"{url}?[1-{count}]"])
    return done["wall"]


def by_transfers(program, url, count):
    return measure.words(measure.run([program, "send", url, count, AT_ONCE])["text"])["seconds"]


def by_daemon(binary, url, directory):
    """Seconds from the first delivery that was decided to the last that was delivered, and how many; every attempt is committed."""
    (directory / "secret").write_text(SECRET)
    feed = (ROOT / "feeds/sample/vn-nso-sample.feed.yaml").read_text(encoding="utf-8")
    (directory / "nso.feed.yaml").write_text("\n".join(l for l in feed.splitlines() if not l.startswith(("url:", "interval:"))) + "\n", encoding="utf-8")
    receivers = "".join(f'  - {{ name: r{i}, webhook: "{url}{i}", secret: secret }}\n' for i in range(RECEIVERS))
    config = directory / "tdwatch.yaml"
    config.write_text(f"state_directory: state\nfeeds: [nso.feed.yaml]\ntables: [{ROOT}/feeds]\nrules: [{ROOT}/rules/demo.yaml]\nlisten: off\n"
                      f"plain_hosts: [127.0.0.1]\nreceivers:\n{receivers}")
    environment = {"CREDENTIALS_DIRECTORY": str(directory)}
    measure.run([binary, "-c", config, "import", "vn-nso-sample", ROOT / "feeds/sample/vn-nso.csv"], env=environment)
    daemon = subprocess.Popen([binary, "-c", config, "run"], stderr=subprocess.DEVNULL, env=dict(os.environ, **environment))
    store = sqlite3.connect(f"file:{directory}/state/tdwatch.db?mode=ro", uri=True, timeout=10)
    try:
        while store.execute("SELECT count(*) FROM delivery WHERE state = 0").fetchone()[0] > 0:
            time.sleep(0.05)
        begin, end, count = store.execute("SELECT min(at_ms), max(at_ms), count(*) FROM attempt").fetchone()
    finally:
        store.close()
        daemon.terminate()
        daemon.wait(15)
    return (end - begin) / 1000, count


def measure_deliveries(binaries, count, rounds):
    """name: deliveries a second, one for each round."""
    program, rates = binaries / "tests/bench/deliver", {"tdwatch, transfers": [], "curl --parallel": [], "tdwatch, the whole daemon": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="tdwatch-bench-") as name:
            directory, receiver = pathlib.Path(name), Receiver(program)
            try:
                rates["tdwatch, transfers"].append(count / by_transfers(program, receiver.url, count))
                rates["curl --parallel"].append(count / by_curl(receiver.url, count, directory))
                seconds, sent = by_daemon(binaries / "tdwatch", receiver.url, directory)
                rates["tdwatch, the whole daemon"].append(sent / seconds)
            finally:
                receiver.close()
    return rates
