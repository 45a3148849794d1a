"""kill -9 while a bulk file is imported: the store holds what it held before, or all of the file, never a part.

    python3 bulk.py BINARY DIE_AT_WRITE ROUNDS [SEED]

A store with a history takes in a file of tens of thousands of rows, half of them revisions: dozens of blocks and tens of thousands of revisions,
one transaction. In each round the process dies: at its n-th write, truncation or sync (DIE_AT_WRITE is tests/fault/die_at_write.c, laid under the
program), half way through one, or at a random moment. What is left is compared by SQL, every row of every table, with the store before and the
store of an import that nobody disturbed. Then the file is imported again, and the store must be the undisturbed one. Every fourth round
begins with no store at all and the first file.
"""

import hashlib
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

CODES, MONTHS = 9000, 6  # of the first file; the second has new codes, two more months, and half of the figures are other ones
FIRST = 2024 * 12

FILES = {
    "tdwatch.yaml": 'home: VN\nstate_directory: state\nlisten: "off"\nfeeds: [bulk.feed.yaml]\ntables: []\nrules: [rules.yaml]\n',
    "bulk.feed.yaml": """\
feed: bulk
title: a bulk file
licence: generated
format: csv
max_bytes: 64MiB
fields:
  reporter: { value: US }
  flow:     { value: import }
  partner:  { column: partner }
  product:  { column: product }
  period:   { column: period }
  value:    { column: value }
  quantity: { column: quantity, unit: kg }
end:
  rows_at_least: 1000
""",
    "rules.yaml": """\
rules:
  - id: jump
    title: { en: a, vi: a }
    advice: { en: a, vi: a }
    severity: watch
    mode: shadow
    scope: { product: hs8, market: [US] }
    let: { step: "growth(imports, 3m, previous)" }
    when: step >= 20%
""",
}


def bulk(rng, codes, first, last, factor):
    lines = ["partner,product,period,value,quantity"]
    for code in range(codes):
        base = random.Random(code).uniform(1e3, 1e7)
        for month in range(first, last + 1):
            value = base * (1 + month / 20) * (factor if rng.random() < 0.5 else 1)
            lines.append(f"VN,{44000000 + code},{(FIRST + month) // 12}-{(FIRST + month) % 12 + 1:02},{value:.3f},{value / 3:.3f}")
    return "\n".join(lines) + "\n"


class World:
    def __init__(self, directory, binary, die_at_write):
        self.directory, self.binary, self.die_at_write = directory, binary, die_at_write
        self.state = directory / "state"
        for name, text in FILES.items():
            (directory / name).write_text(text, encoding="utf-8")
        rng = random.Random(1)
        (directory / "old.csv").write_text(bulk(rng, CODES, 0, MONTHS - 1, 1.0), encoding="utf-8")
        (directory / "new.csv").write_text(bulk(rng, CODES + 500, 2, MONTHS + 1, 1.1), encoding="utf-8")

    def start(self, name, **environment):
        return subprocess.Popen([self.binary, "-c", "tdwatch.yaml", "import", "bulk", name], cwd=self.directory, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **environment))

    def bring(self, name, **environment):
        process = self.start(name, **environment)
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        return output

    def reset(self, origin):
        """The state as it was kept, or none."""
        shutil.rmtree(self.state, ignore_errors=True)
        if origin is None:
            self.state.mkdir()
        else:
            shutil.copytree(origin, self.state)

    def keep(self, name):
        shutil.copytree(self.state, self.directory / name)
        return self.directory / name

    def dump(self):
        """A digest of every table, without the times at which things happened; "" of a store that has come to hold nothing yet. A copy is
        looked at: to open a store is to write to it."""
        copy = self.directory / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.state, copy)
        if not (copy / "tdwatch.db").exists():
            return ""
        db = sqlite3.connect(copy / "tdwatch.db")
        try:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the store is damaged"
            assert db.execute("PRAGMA foreign_key_check").fetchall() == [], "a row without the one that it speaks of"
            return digest(db)
        finally:
            db.close()


def digest(db):
    tables = [name for name, in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1")]
    if not tables or not db.execute("SELECT EXISTS (SELECT 1 FROM payload)").fetchone()[0]:
        filled = {table for table in tables if db.execute(f"SELECT EXISTS (SELECT 1 FROM {table})").fetchone()[0]}
        assert filled <= {"heartbeat", "ruleset"}, f"something has come in, and no payload: {filled}"  # the one row of heartbeat is made with it
        return ""
    total = hashlib.sha256()
    for table in tables:
        columns = [column for _, column, *_ in db.execute(f"PRAGMA table_info({table})") if not column.endswith("_ms")]
        for row in db.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(map(str, range(1, len(columns) + 1)))}"):
            total.update(repr(row).encode())
    return total.hexdigest()


def undisturbed(world, origin, name):
    """Digest before and after, the calls and the seconds that it takes."""
    world.reset(origin)
    before, begin = world.dump(), time.monotonic()
    world.bring(name)
    seconds, after = time.monotonic() - begin, world.dump()
    world.reset(origin)
    world.bring(name, LD_PRELOAD=str(world.die_at_write), DIE_COUNT=str(world.directory / "count"))
    assert world.dump() == after, "two imports of one file differ"
    return before, after, int((world.directory / "count").read_text()), seconds


def die(world, name, rng, calls, seconds, round_number):
    """Whether the process died of it."""
    if round_number % 3 == 2:
        process = world.start(name)
        time.sleep(rng.uniform(0, seconds))
        process.kill()
    else:
        first = rng.choice((1, calls * 9 // 10))  # commit and checkpoint are among the last
        environment = {"LD_PRELOAD": str(world.die_at_write), "DIE_AT": str(rng.randint(first, calls))}
        if rng.random() < 0.5:
            environment["DIE_HALF"] = "1"
        process = world.start(name, **environment)
    process.communicate(timeout=120)
    return process.returncode == -signal.SIGKILL


def main():
    binary, die_at_write, rounds = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), int(sys.argv[3])
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.SystemRandom().randrange(1 << 32)
    rng = random.Random(seed)
    print(f"seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="tdwatch-bulk-") as directory:
        world = World(pathlib.Path(directory), binary, die_at_write)
        world.reset(None)
        world.bring("old.csv")
        history = world.keep("history")
        ways = {origin: undisturbed(world, origin, name) for origin, name in ((None, "old.csv"), (history, "new.csv"))}
        left = {"before": 0, "after": 0, "alive": 0}
        for round_number in range(rounds):
            origin, name = (None, "old.csv") if round_number % 4 == 3 else (history, "new.csv")
            before, after, calls, seconds = ways[origin]
            world.reset(origin)
            died = die(world, name, rng, calls, seconds, round_number)
            found = world.dump()
            assert found in (before, after), f"round {round_number}: neither the store before nor the one after"
            assert died or found == after, f"round {round_number}: it ended, and the file is not in"
            left["before" if found == before else "after" if died else "alive"] += 1
            world.bring(name)
            assert world.dump() == after, f"round {round_number}: imported again, the store is another one"
        print(f"{rounds} rounds of kill -9 in imports of {ways[history][2]} and {ways[None][2]} writes and syncs: {left['before']} left the store"
              f" as it was, {left['after']} with the whole file, {left['alive']} came too late; imported again, all are as if nothing had been")


main()
