#!/bin/sh
# Short functions, short files: none over the hard limits, and the median and the 95th percentile within the budget
# (docs/ARCHITECTURE.md, "Budgets"). Prints the figures and what is too long.
set -eu
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 - <<'PYTHON'
import pathlib
import sys

FUNCTION_MAX, FUNCTION_P95, FUNCTION_MEDIAN = 100, 60, 15
FILE_MAX = {".c": 800, ".h": 150}


def functions(lines):
    """(line, name, length) of each: from the first line of its signature to the brace that closes it."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
            while start > 0 and lines[start - 1] and not lines[start - 1].endswith((";", "}", "*/")) \
                    and not lines[start - 1].startswith("#"):
                start -= 1
        elif line == "}" and start is not None:
            name = lines[start].split("(")[0].split(" ")[-1].lstrip("*")
            yield start + 1, name, number - start + 1
            start = None


def main():
    too_long, lengths = [], []
    product = [p for folder in ("daemon", "feeds") for p in sorted(pathlib.Path(folder).rglob("*.[ch]"))]
    for path in product + sorted(pathlib.Path("tests").glob("*/*.c")):
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) > FILE_MAX[path.suffix]:
            too_long.append(f"{path}: {len(lines)} lines; at most {FILE_MAX[path.suffix]}")
        if path not in product:
            continue
        for line, name, length in functions(lines):
            lengths.append(length)
            if length > FUNCTION_MAX:
                too_long.append(f"{path}:{line}: {name} has {length} lines; at most {FUNCTION_MAX}")
    lengths.sort()
    median, p95 = lengths[len(lengths) // 2], lengths[len(lengths) * 95 // 100]
    print(f"{len(lengths)} functions: median {median}, p95 {p95}, longest {lengths[-1]} lines")
    if median > FUNCTION_MEDIAN or p95 > FUNCTION_P95:
        too_long.append(f"the median may be {FUNCTION_MEDIAN} lines, the 95th percentile {FUNCTION_P95}")
    print("\n".join(too_long), end="\n" if too_long else "")
    return 1 if too_long else 0


sys.exit(main())
PYTHON
