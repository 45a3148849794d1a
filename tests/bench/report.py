"""docs/benchmarks.md from what was measured."""

import statistics

OURS = "tdwatch"
MEGA = 1_000_000

HEAD = """\
# Benchmarks

Written by `make bench` from build/bench/results.json; not edited by hand. `make bench-peers` installs what tdwatch is compared with.

{model}, {cores} cores, {memory} GB, Linux {kernel}. {date}, tdwatch at {commit}.
{versions}

**How to read it.** Programs ran in turn on the same files. Times are seconds of wall clock, the median, with least and most in brackets; memory is the
most that was resident, in MB. On a shared machine times of different runs cannot be compared, only ratios within one. "times tdwatch" is the ratio of
medians, and in brackets that of the quickest round of the other to the slowest of tdwatch, and the reverse.

**The job.** A generated file of 18 columns in the form of Eurostat's Comext: 120 months, 240 partners, 27 reporters, codes of eight digits. Imports
are summed to HS6, partner and month, and the reporters to the EU. For each month from 2017-12 in which a pair trades: the value of twelve months is over 1
million, over 1.5 times the twelve before, over 5 % of the product's, and its unit value is under 0.8 of that of the others.

**What is not equal.** tdwatch commits history, verdicts and alerts durably within its time; the others keep nothing when they do the job cold (SQLite
without journal, PostgreSQL in tables that are not logged, the rest in memory), and print the rows, which tdwatch does not do on import: its rows are read
from the store afterwards. The file has no totals: the product's is the sum of its partners, in tdwatch too (`world: sum`). All figures are made up.
"""


def spread(walls, digits=2):
    middle = f"{statistics.median(walls):.{digits}f}"
    return f"{middle} ({min(walls):.{digits}f}–{max(walls):.{digits}f})" if len(walls) > 1 else middle


def ratio(theirs, ours):
    if not ours:
        return ""
    middle = statistics.median(theirs) / statistics.median(ours)
    return f"{middle:.1f} ({min(theirs) / max(ours):.1f}–{max(theirs) / min(ours):.1f})"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def millions(rows):
    return f"{int(rows) / MEGA:g} M rows"


def phases_text(results):
    names = results[0]["phases"]
    return ", ".join(f"{name.removesuffix('_ms')} {statistics.median(result['phases'].get(name, 0) for result in results) / 1000:.2f}"
                     for name in names if name.endswith("_ms"))


def programs_table(by_name):
    ours = [result["wall"] for result in by_name.get(OURS, [])]
    rows = []
    for name, results in by_name.items():
        walls = [result["wall"] for result in results]
        memory = statistics.median(result["rss"] for result in results)
        rows.append([name, str(len(results)), spread(walls), "" if name == OURS else ratio(walls, ours), f"{memory:.0f}", phases_text(results)])
    return table(["program", "rounds", "s", "times tdwatch", "MB", "phases, s"], rows)


def found_text(findings):
    """Which programs found the same rows."""
    if not findings:
        return ""
    bad = {name: said["differences"] for name, said in findings.items() if said["differences"]}
    counts = sorted({said["rows"] for said in findings.values()})
    if bad:
        return "Not all found the same rows: " + "; ".join(f"{name}: {', '.join(said)}" for name, said in bad.items()) + ".\n"
    return f"All found the same {counts[0]} rows, figures to 10⁻⁹: {', '.join(findings)}.\n"


def sized(results, section, title, text):
    """A section with a table for each number of rows and cores."""
    parts = []
    for rows, by_cores in sorted(results["sections"].get(section, {}).items(), key=lambda item: int(item[0])):
        for cores, by_name in sorted(by_cores.items()):
            if by_name:
                parts.append(f"### {millions(rows)}, {cores} core{'s' if cores != '1' else ''}\n\n{programs_table(by_name)}")
        parts.append(found_text(results.get("findings", {}).get(section, {}).get(rows)))
    return f"## {title}\n\n{text}\n\n" + "\n".join(part for part in parts if part) if parts else ""


def scaling(results):
    """Median on one core / median on two."""
    rows = []
    for size, by_cores in sorted(results["sections"].get("cold", {}).items(), key=lambda item: int(item[0])):
        one, two = by_cores.get("1", {}), by_cores.get("2", {})
        for name in one.keys() & two.keys():
            walls = [statistics.median(result["wall"] for result in by_name[name]) for by_name in (one, two)]
            rows.append([millions(size), name, f"{walls[0]:.2f}", f"{walls[1]:.2f}", f"{walls[0] / walls[1]:.2f}"])
    return f"## A second core\n\n{table(['size', 'program', '1 core, s', '2 cores, s', 'times faster'], sorted(rows))}" if rows else ""


def store(results):
    rows = []
    for size, by_cores in sorted(results["sections"].get("cold", {}).items(), key=lambda item: int(item[0])):
        for cores, by_name in sorted(by_cores.items()):
            kept = next((result["kept"] for result in by_name.get(OURS, []) if "kept" in result), None)
            if kept:
                rows.append([millions(size), cores, f"{kept['series']:.0f}", f"{kept['scopes']:.0f}", f"{kept['bytes'] / MEGA:.1f}",
                             f"{kept['bytes'] / int(size):.2f}", f"{kept['load_ms'] / 1000:.2f}", f"{kept['judge_ms'] / 1000:.2f}"])
    head = ["size", "cores", "series", "scopes", "database, MB", "bytes a row of the file", "load, s", "judge all, s"]
    return f"## What is kept\n\n{table(head, rows)}" if rows else ""


def monitors(results):
    measured = results.get("monitors")
    if not measured or not measured["by_name"]:
        return ""
    by_name = measured["by_name"]
    ours = [run["wall"] for run in by_name.get(OURS, [])]
    rows = []
    for name, runs in by_name.items():
        walls = [run["wall"] for run in runs]
        rows.append([name, str(len(runs)), spread(walls, 3), "" if name == OURS or not ours else ratio(walls, ours),
                     f"{max(run['rss'] for run in runs):.0f}", spread([run["load"] for run in runs]), str(runs[-1]["found"])])
    return (f"## Monitoring systems\n\n{measured['series']} series of 36 months and one rule, year on year: the first evaluation, as the program itself "
            "measures it. Less than the job above: neither share nor unit value. tdwatch binds its scopes and judges all 36 months; the others "
            "evaluate the newest.\n\n"
            + table(["program", "rounds", "evaluation, s", "times tdwatch", "MB", "loading, s", "found"], rows))


def scan(results):
    measured = results.get("scan")
    if not measured:
        return ""
    rows = []
    for way, rounds in measured["ways"].items():
        speeds = [round_[0] / round_[2] * 1000 for round_ in rounds]
        rows.append([way, str(len(speeds)), f"{statistics.median(speeds):.1f} ({min(speeds):.1f}–{max(speeds):.1f})"])
    return (f"## Cutting CSV\n\nFields of {millions(measured['rows'])} of 18 columns, one core, the file in memory; nothing is converted.\n\n"
            + table(["way", "rounds", "million rows a second"], rows))


def deliveries(results):
    measured = results.get("deliveries")
    if not measured:
        return ""
    rows = [[name, str(len(rates)), f"{statistics.median(rates):.0f} ({min(rates):.0f}–{max(rates):.0f})"] for name, rates in measured.items()]
    return ("## Deliveries\n\nWebhooks of 3 kB over loopback to one receiver that answers 204, at most 32 at once. Ours are signed. The whole daemon "
            "sends the sample's alerts to 200 receivers, one at a time to each, and commits every attempt durably.\n\n"
            + table(["program", "rounds", "deliveries a second"], rows))


def skipped(results):
    """What an earlier run has measured was asked for then."""
    measured = {name for section in results["sections"].values() for sizes in section.values() for programs in sizes.values() for name in programs}
    left = {name: why for name, why in results.get("skipped", {}).items() if name not in measured}
    return "## Left out\n\n" + "".join(f"* {name}: {' '.join(why.split())[:300]}\n" for name, why in left.items()) if left else ""


def document(results):
    versions = "; ".join(results.get("versions", {}).values())
    machine = results.get("machine", {})
    parts = [
        HEAD.format(versions=f"{versions}.", **machine),
        sized(results, "cold", "Cold: a file into an empty store", "From the start of the program to its end."),
        scaling(results),
        store(results),
        sized(results, "warm", "Warm: the next release into the history",
              "A release of one new month and the month before, 2 % of it revised. All commit durably and judge the two months; programs that keep no "
              "data are not here."),
        sized(results, "start", "Start and explain", "`tdwatch run` from its start to READY, with the history in the store, and to the end of judging it; `tdwatch explain` of one alert, "
              "which asks the daemon, or loads the store where none runs."),
        monitors(results),
        scan(results),
        sized(results, "json", "Reading JSON",
              "Records of UN Comtrade of 47 members, about a kilobyte each, as a list: the eight that a feed reads, into memory. tdwatch reads on one core and "
              "keeps figures exactly; DuckDB is told names and types. tdwatch maps the file, whose pages are not counted."),
        deliveries(results),
        f"## Judging alone\n\n```\n{results['judge']}\n```\n" if results.get("judge") else "",
        skipped(results),
    ]
    return "\n".join(part for part in parts if part)
