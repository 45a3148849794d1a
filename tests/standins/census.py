"""A stand-in for the US Census Bureau's international trade API, on a free loopback port.

    python3 census.py CONTROL LOG

Prints its port as the first line and appends a JSON line to LOG for each request, without the key. CONTROL is a JSON file, read at each
request: {"key": "…", "published": "2026-07", "trouble": ""}. What it answers is what the service was seen to answer: 302 with
X-DataWebAPI-KeyError where there is no key, 200 with a web page where it is wrong, 204 for a month that is not published, 400 in plain
text for a variable that it does not know, and rows of texts with the names first. Troubles:

    busy     429 with Retry-After
    short    half of the body with the Content-Length of all of it
    reset    the connection ends inside the body
    bomb     a small gzip body of very many zeros
    endless  a body that does not end
    slow     answers after five seconds
    renamed  the columns have other names
"""

import gzip
import json
import time
import urllib.parse

from service import CONTROL, Service, serve

COLUMNS = {"I_COMMODITY", "CTY_CODE", "GEN_VAL_MO", "GEN_QY1_MO", "UNIT_QY1", "COMM_LVL"}
COMMODITIES = ("721049", "730630", "940161")
COUNTRIES = {"-": 9, "5520": 2, "5700": 4}
INVALID = b"<html><head><title>Invalid Key</title></head><body><p>A valid <em>key</em> must be included.</p></body></html>"


def rows(variables, month, countries, level):
    yield [*variables, "COMM_LVL", "time", "CTY_CODE"]
    year, number = map(int, month.split("-"))
    for i, commodity in enumerate(COMMODITIES):
        for country in countries:
            value = 1000 * COUNTRIES[country] * (i + 1) + (year * 12 + number) % 100
            figures = {"I_COMMODITY": commodity, "CTY_CODE": country, "GEN_VAL_MO": str(value), "GEN_QY1_MO": str(value // 2),
                       "UNIT_QY1": "KG", "COMM_LVL": level}
            yield [*(figures[v] for v in variables), level, month, country]


class Census(Service):

    def do_GET(self):
        control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
        self.noted = {"time": query.get("time"), "countries": query.get("CTY_CODE"),
                      "user_agent": self.headers["User-Agent"]}
        self.answer(control, url.path, query)

    def answer(self, control, path, query):
        if path != "/data/timeseries/intltrade/imports/hs":
            return self.send(404, b"")
        if "key" not in query:
            return self.send(302, b"", {"X-DataWebAPI-KeyError": "1", "Location": "/missing_key.html"})
        if query["key"] != [control["key"]]:
            return self.send(200, INVALID, {"Content-Type": "text/html"})
        if control["trouble"] == "busy":
            return self.send(429, b"", {"Retry-After": "1"})
        variables = query.get("get", [""])[0].split(",")
        unknown = [v for v in variables if v not in COLUMNS]
        if unknown:
            return self.send(400, f"error: unknown variable '{unknown[0]}'\n".encode(), {"Content-Type": "text/plain"})
        return self.data(control, variables, query)

    def data(self, control, variables, query):
        month = query["time"][0]
        if month > control["published"]:
            return self.send(204, b"")
        table = list(rows(variables, month, query["CTY_CODE"], query["COMM_LVL"][0]))
        if control["trouble"] == "renamed":
            table[0] = [f"{name}_V2" for name in table[0]]
        body = b"[" + b",\n".join(json.dumps(row).encode() for row in table) + b"]\n"
        return self.trouble(control["trouble"], body)

    def trouble(self, word, body):
        if word == "slow":
            time.sleep(5)
        if word == "short":
            return self.send(200, body[:len(body) // 2], {"Content-Length": str(len(body))})
        if word == "reset":
            return self.send(200, body[:len(body) // 2], {"Content-Length": None, "Transfer-Encoding": "chunked"})
        if word == "bomb":
            return self.send(200, gzip.compress(bytes(1 << 26)), {"Content-Encoding": "gzip"})
        if word == "endless":
            return self.endless()
        return self.send(200, body)

    def endless(self):
        self.send(200, b"[[", {"Content-Length": None})
        try:
            while True:
                self.wfile.write(b'"x",' * 4096)
        except OSError:
            return 200


serve(Census)
