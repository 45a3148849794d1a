"""The shipped sample, figure by figure, against the table it was written from. Skipped (exit 77) where that is absent.

    python3 sample_source.py
"""

import csv
import decimal
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT.parent / "shared" / "data" / "vn_nso_monthly" / "vn_us_cn_monthly_long.csv"
PARTNERS = {"USA": "US", "CHN": "CN"}
COLUMNS = {"kusd": "value_kusd", "t": "quantity_t"}


def slugs():
    """(flow, NSO's name) → slug, from the table in the sample's README."""
    rows = re.findall(r"^\| `([a-z-]+)` \| ([XM ]+) \| ([^|]+) \|", (ROOT / "feeds/sample/README.md").read_text("utf-8"), re.M)
    return {(flow, name.strip()): slug for slug, flows, name in rows for flow in flows.split()}


def main():
    if not SOURCE.exists():
        print(f"skipped: {SOURCE.relative_to(ROOT.parent)} is not here")
        return 77
    slug, wanted, shipped = slugs(), {}, {}
    with open(SOURCE, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                key = row["flow"], PARTNERS[row["partner"]], slug[row["flow"], row["nso_group"]], row["period"]
                wanted[key + (COLUMNS[row["unit"]],)] = decimal.Decimal(row["value"])
    with open(ROOT / "feeds/sample/vn-nso.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for column in COLUMNS.values():
                if row[column]:
                    key = row["flow"], row["partner"], row["group"], row["period"], column
                    shipped[key] = decimal.Decimal(row[column])
    assert shipped == wanted, f"differ: {sorted(set(shipped.items()) ^ set(wanted.items()))[:6]}"
    print(f"{len(shipped)} figures equal the source")
    return 0


sys.exit(main())
