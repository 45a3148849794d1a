"""pandas, with numpy for the windows, as someone writes it who knows both.

    python3 pandas_job.py all FILE OUT
    python3 pandas_job.py version
"""

import sys
import time

import numpy
import pandas

FROM = 2017 * 12 + 11
TYPES = {"PARTNER": "category", "PRODUCT_NC": "int32", "FLOW": "int8", "PERIOD": "int32", "VALUE_EUR": "int64", "QUANTITY_KG": "float64"}


def load(path):
    rows = pandas.read_csv(path, engine="c", usecols=list(TYPES), dtype=TYPES, keep_default_na=False)
    rows = rows[rows.FLOW == 1]
    rows = rows.assign(hs=rows.PRODUCT_NC // 100, m=rows.PERIOD // 100 * 12 + rows.PERIOD % 100 - 1)
    return rows.groupby(["hs", "PARTNER", "m"], observed=True, sort=True)[["VALUE_EUR", "QUANTITY_KG"]].sum().reset_index()


def year_sums(panel):
    """Of twelve months up to each, as differences of sums from the start."""
    sums = numpy.cumsum(panel, axis=1)
    sums[:, 12:] -= sums[:, :-12].copy()
    return sums


def judge(figures):
    """Over a panel of series x month: dense, so that a window is a difference of two columns."""
    first = int(figures.m.min())
    months = int(figures.m.max()) - first + 1
    keys, series = numpy.unique(figures.hs.to_numpy().astype(numpy.int64) * 1000 + figures.PARTNER.cat.codes.to_numpy(), return_inverse=True)
    value, weight = numpy.zeros((len(keys), months)), numpy.zeros((len(keys), months))
    at = series, figures.m.to_numpy() - first
    value[at], weight[at] = figures.VALUE_EUR, figures.QUANTITY_KG
    v12, q12 = year_sums(value), year_sums(weight)
    p12 = numpy.zeros_like(v12)
    p12[:, 12:] = v12[:, :-12]
    products, product = numpy.unique(keys // 1000, return_inverse=True)
    starts = numpy.searchsorted(keys // 1000, products)
    tv, tq = numpy.add.reduceat(v12, starts, axis=0), numpy.add.reduceat(q12, starts, axis=0)

    grown = (value > 0) & (v12 > 1e6) & (p12 > 0) & (v12 > 1.5 * p12)
    grown[:, :FROM - first] = False
    i, j = numpy.nonzero(grown)
    v, p, q, all_v, all_q = v12[i, j], p12[i, j], q12[i, j], tv[product[i], j], tq[product[i], j]
    with numpy.errstate(all="ignore"):
        unit, others = v / q, (all_v - v) / (all_q - q)
        kept = (v > 0.05 * all_v) & (all_v > v) & (all_q > q) & (unit < 0.8 * others)
    found = pandas.DataFrame({"hs": keys[i] // 1000, "pt": figures.PARTNER.cat.categories.to_numpy()[keys[i] % 1000], "m": j + first,
                              "v12": v, "p12": p, "share": v / all_v, "unit": unit, "others": others})
    return found[kept].sort_values(["hs", "pt", "m"])


def run_all(path, out):
    begun = time.monotonic()
    figures = load(path)
    loaded = time.monotonic()
    judge(figures).to_csv(out, index=False)
    print(f"load_ms={(loaded - begun) * 1e3:.0f} judge_ms={(time.monotonic() - loaded) * 1e3:.0f}")


if sys.argv[1] == "version":
    print(f"pandas {pandas.__version__}, numpy {numpy.__version__}")
else:
    run_all(*sys.argv[2:])
