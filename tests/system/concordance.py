"""feeds/concordance.yaml against the conversions of the R package concordance, which are read in place. Skipped (exit 77) where they are absent.

    python3 concordance.py

A conversion names one old code for each new code. So it cannot prove that a row is closed, but it would show one that is not: each new code of a row
has its old one in the row, and all new codes of an old one are in the row. Baskets that name a code of six digits which a conversion splits or renames
must find a row for it, or the rest of the change by themselves.
"""

import collections
import csv
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CONVERSIONS = ROOT.parent / "shared" / "data" / "concordance_r"
EDITIONS = {"HS 2012": ("2012-01", "hs4_hs3.csv"), "HS 2017": ("2017-01", "hs5_hs4.csv"), "HS 2022": ("2022-01", "hs6_hs5.csv")}

# Changes that baskets touch and that no row has, since more codes took part than the conversions say, or it is not certain which.
OPEN = {"030619", "030419", "030499", "160590", "401199", "690790", "851712", "640699", "871419"}


def conversion(name):
    """Old code → new codes, new code → old code."""
    old_to_new, new_to_old = collections.defaultdict(set), {}
    with open(CONVERSIONS / name, encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for new, _, _, old, *_ in rows:
            old_to_new[old].add(new)
            new_to_old[new] = old
    return old_to_new, new_to_old


def read_table():
    """Edition, first month, old codes, new codes of each row."""
    text = (ROOT / "feeds" / "concordance.yaml").read_text(encoding="utf-8")
    rows = re.findall(r"edition: (HS \d+),?\s+from: ([\d-]+),?\s+before: \[(.*?)\],?\s+after: \[(.*?)\]", text, re.S)
    assert len(rows) == text.count("edition:"), "a row is written in another way"
    return [(edition, month, *(set(re.findall(r"\d{6}", codes)) for codes in (before, after))) for edition, month, before, after in rows]


def codes_of_baskets():
    """As they are written, in quotes."""
    return set(re.findall(r'"(\d{4,6})"', (ROOT / "feeds" / "baskets.yaml").read_text(encoding="utf-8")))


def main():
    if not CONVERSIONS.is_dir():
        print(f"skipped: {CONVERSIONS.relative_to(ROOT.parent)} is not here")
        return 77
    conversions = {edition: conversion(file) for edition, (_, file) in EDITIONS.items()}
    listed = collections.defaultdict(set)
    table = read_table()
    for row in table:
        edition, month, before, after = row
        old_to_new, new_to_old = conversions[edition]
        assert month == EDITIONS[edition][0], row
        assert before == {new_to_old[code] for code in after}, row
        assert after == set().union(*(old_to_new[code] for code in before)), row
        listed[edition] |= before | after
    named = codes_of_baskets()
    missing = []
    for edition, (old_to_new, _) in conversions.items():
        for old, new in old_to_new.items():
            touched = named & (new | {old})
            if new != {old} and touched and not touched >= new | {old} and old not in listed[edition] | OPEN:
                missing.append(f"{edition}: {old} → {', '.join(sorted(new))}")
    assert not missing, missing
    print(f"{len(table)} rows agree with {len(EDITIONS)} conversions")
    return 0


sys.exit(main())
