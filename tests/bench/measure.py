"""Runs a command and says what it took; compares what programs found."""

import csv
import math
import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TOLERANCE = 1e-9


class Failed(Exception):
    """A command that did not do what it should; its last words."""


def run(command, cores=None, env=None, log=None):
    """wall (s), cpu (s), rss (MB, of the largest process that was waited for) and the text on standard output. `cores`: how many it may use."""
    command = [str(word) for word in command]
    if cores:
        command = ["taskset", "-c", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores])), *command]
    with open(log or os.devnull, "w+", encoding="utf-8", errors="replace") as errors:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=dict(os.environ, **(env or {})))
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode != 0:
            errors.seek(0)
            said = (text + errors.read())[-600:].strip()
            raise Failed(f"{pathlib.Path(command[0]).name}: exit code {process.returncode}: {said}".replace(f"{ROOT}/", ""))
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "rss": usage.ru_maxrss / 1024, "text": text.strip()}


def words(text):
    """name=number words of a text, such as load_ms=12."""
    return {name: float(number) for name, _, number in (word.partition("=") for word in text.split()) if number.replace(".", "", 1).isdigit()}


def rows_found(path):
    """Figures by product, partner and month. Programs that read codes as numbers lose a zero in front."""
    found = {}
    with open(path, encoding="utf-8", newline="") as file:
        for product, partner, month, *figures in list(csv.reader(file))[1:]:
            found[product.zfill(6), partner, int(month)] = [float(figure) for figure in figures]
    return found


def differences(ours, theirs):
    """How two sets of rows differ: sentences, none where they are the same."""
    said = []
    for name, rows in (("only here", ours.keys() - theirs.keys()), ("only there", theirs.keys() - ours.keys())):
        if rows:
            said.append(f"{len(rows)} rows {name}, {min(rows)} for one")
    unlike = [key for key in ours.keys() & theirs.keys()
              if len(ours[key]) != len(theirs[key]) or
              not all(math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE) for a, b in zip(ours[key], theirs[key]))]
    if unlike:
        said.append(f"{len(unlike)} rows with other figures, {min(unlike)} for one: {ours[min(unlike)]} and {theirs[min(unlike)]}")
    return said


def processes_below(root):
    """The process and all that descend from it."""
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, ValueError):
            continue
    found = [root]
    for process in found:
        found.extend(child for child, parent in parents.items() if parent == process)
    return found


def memory_of(root):
    """MB that a process and its children hold: what is their own, and what they share once."""
    own, shared = 0, 0
    for process in processes_below(root):
        try:
            lines = pathlib.Path(f"/proc/{process}/status").read_text().splitlines()
        except OSError:
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines if line.startswith(("RssAnon", "RssShmem"))}
        own += sizes.get("RssAnon", 0)
        shared = max(shared, sizes.get("RssShmem", 0))
    return (own + shared) / 1024
