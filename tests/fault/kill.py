"""kill -9 at random moments while deliveries are under way: nothing decided is lost, ids repeat.

    python3 kill.py BINARY ROUNDS [SEED]

Each round begins with an empty store, kills the daemon at a random moment (often twice), and lets it run to its end. Then the store and what
the receivers wrote down must agree: every decided delivery delivered, each under its one id, and no copy that no kill explains.
"""

import collections
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "system"))
import world  # noqa: E402

# A decided event has one delivery for each receiver that is to know: internal alerts go to the trade desk only.
HALF_FANNED_OUT = """
SELECT count(*) FROM event WHERE event.event NOT IN (%s) AND
  (SELECT count(*) FROM delivery WHERE delivery.alert = event.alert AND delivery.seq = event.seq)
  <> CASE (SELECT audience FROM alert WHERE alert.id = event.alert) WHEN 0 THEN 2 ELSE 1 END
"""
EVENT_CONFIRMED = 3  # journaled, never sent


def check_store(w):
    assert w.sql("PRAGMA integrity_check") in ([("ok",)], []), "the store is damaged"
    half = w.sql(HALF_FANNED_OUT % EVENT_CONFIRMED)
    assert half in ([(0,)], []), f"{half} events without their deliveries"


def wipe(w):
    shutil.rmtree(w.directory / "state", ignore_errors=True)


def run_to_the_end(w):
    w.start()
    world.wait_for("every delivery", w.settled, 30)
    assert w.stop() == 0
    check_store(w)


def names(rows):
    return sorted(row[0].strip("<>") for row in rows)


def play(w, rng, span, expected):
    wipe(w)
    hooks, mails = len(world.read_log(w.hook_log)), len(world.read_log(w.mail_log))
    kills = rng.choice((1, 1, 2))
    for _ in range(kills):
        w.spawn()
        time.sleep(rng.uniform(0, span))
        w.kill()
        check_store(w)
    run_to_the_end(w)
    ids = names(w.sql("SELECT message_id FROM delivery WHERE state = 1"))
    assert ids == expected, "other deliveries than in an undisturbed run"
    got = collections.Counter(hook["id"] for hook in world.read_log(w.hook_log, hooks))
    got.update(mail["header"]["Message-ID"].strip("<>") for mail in world.read_log(w.mail_log, mails))
    assert sorted(got) == expected, f"lost: {set(expected) - set(got)}"
    extra = sum(got.values()) - len(got)
    assert extra <= 2 * kills, f"{extra} copies after {kills} kills: one in flight for each receiver may repeat"
    return extra


def main():
    binary, rounds = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    rng = random.Random(seed)
    print(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="tdwatch-kill-") as directory:
        w = world.World(pathlib.Path(directory) / "world", binary)
        try:
            begin = time.monotonic()
            run_to_the_end(w)
            span = time.monotonic() - begin
            expected = names(w.sql("SELECT message_id FROM delivery"))
            copies = sum(play(w, rng, span, expected) for _ in range(rounds))
            print(f"{rounds} rounds of kill -9 over {span * 1000:.0f} ms: 0 of {len(expected)} deliveries lost,"
                  f" {copies} copies, every id as in the undisturbed run")
        finally:
            w.close()


main()
