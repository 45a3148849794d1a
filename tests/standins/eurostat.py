"""A stand-in for Eurostat's Comext API and bulk files, and for the ECB's data API, on a free loopback port.

    python3 eurostat.py CONTROL LOG

As census.py: prints its port, logs requests. CONTROL: {"published": "2026-09", "rates": "2026-10", "rows": 500000, "queue": 500000,
"polls": 2, "trouble": ""}. Answers are in SDMX-CSV where that is asked for, and gzip content unless compressed=false. More cells than
`queue` are answered later: 200 with an envelope that has an id, whose status is PROCESSING for `polls` times and then AVAILABLE. More rows
than `rows`, the product of what is asked for, are refused with 413. A product that nobody traded is a header alone, a span that is not
published the fault 100. Rates are the ECB's monthly averages up to the month `rates`. Troubles:

    json     the refusal is 200 with a JSON error
    expired  what was queued is EXPIRED
    marks    figures are missing and confidential, by marks in their place
    flags    and by the columns OBS_FLAG and CONF_STATUS, in another order of columns
    renamed  the value has another name
    rateless the rates are a web page
    revised  every rate is a little higher
    html     200 with a web page
    half     half of the bulk file with its whole length
"""

import gzip
import json
import pathlib
import re
import tempfile
import urllib.parse
import uuid

import archive
from comext import bulk_table, euros, months, rate
from service import CONTROL, Service, serve

API = "/eurostat/api/comext/dissemination"
FILES = "/eurostat/api/dissemination/files"
HEADER = ["DATAFLOW", "LAST UPDATE", "freq", "reporter", "partner", "product", "flow", "indicators", "TIME_PERIOD", "OBS_VALUE"]
FAULT = '<?xml version="1.0" encoding="UTF-8"?><S:Fault xmlns:S="http://schemas.xmlsoap.org/soap/envelope/">' \
        "<faultcode>{}</faultcode><faultstring>{}</faultstring></S:Fault>"
QUEUED = '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Header/><env:Body><ns0:syncResponse xmlns:ns0="urn:sync">' \
         "<queued><id>{}</id><status>SUBMITTED</status></queued></ns0:syncResponse></env:Body></env:Envelope>"
STATUS = '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><ns0:asyncResponse xmlns:ns0="urn:async" ' \
         'xmlns:ns1="urn:status"><ns1:status><ns1:key>{}</ns1:key><ns1:status>{}</ns1:status></ns1:status></ns0:asyncResponse></env:Body>' \
         "</env:Envelope>"
INDICATORS = ("VALUE_IN_EUROS", "QUANTITY_IN_100KG", "SUPPLEMENTARY_QUANTITY")
PAGE = b"<!DOCTYPE html><html><body>We are down for maintenance.</body></html>"


class Eurostat(Service):
    queued = {}

    def do_GET(self):
        self.control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        self.noted = {"path": url.path, "first": query.get("startPeriod"), "last": query.get("endPeriod")}
        if self.control["trouble"] == "html":
            return self.send(200, PAGE, {"Content-Type": "text/html"})
        if url.path.startswith("/service/data/EXR/"):
            return self.rates(urllib.parse.unquote(url.path.rsplit("/", 1)[1]), query)
        if url.path == FILES:
            return self.bulk(query)
        asynchronous = re.fullmatch(re.escape(API) + r"/1\.0/async/(status|data)/([0-9a-f-]+)", url.path)
        if asynchronous:
            return self.later(*asynchronous.groups())
        data = re.fullmatch(re.escape(API) + r"/sdmx/2\.1/data/DS-045409/([^/]+)", url.path)
        return self.data(urllib.parse.unquote(data[1]), query) if data else self.fault(404, "150", "ERR_NOT_FOUND_4: no such dataset")

    # ---- Comext ----

    def fault(self, status, code, text):
        return self.send(status, FAULT.format(code, text).encode(), {"Content-Type": "application/xml"})

    def too_big(self, rows):
        text = f"EXTRACTION_TOO_BIG: The requested extraction is too big, estimated {rows} rows, max authorised is {self.control['rows']}"
        if self.control["trouble"] != "json":
            return self.fault(413, "413", text)
        return self.send(200, json.dumps({"error": [{"status": 413, "id": 413, "label": text}]}).encode())

    def data(self, key, query):
        if query.get("format") != "SDMX-CSV":
            return self.fault(400, "140", "the stand-in answers in SDMX-CSV")
        dimensions = [part.split("+") for part in key.split(".")]
        if len(dimensions) != 6 or dimensions[0] != ["M"] or set(dimensions[5]) - set(INDICATORS):
            return self.fault(400, "150", "INVALID_QUERY_DIMENSION_VALUE")
        span = list(months(query["startPeriod"], query["endPeriod"]))
        count = len(span)
        for part in dimensions[1:]:
            count *= len(part)
        if count > self.control["rows"]:
            return self.too_big(count)
        if span[0] > self.control["published"]:
            return self.fault(404, "100", "NO_RESULTS: data not yet available")
        body = self.table(dimensions, [month for month in span if month <= self.control["published"]])
        if count <= self.control["queue"]:
            return self.send_csv(body, query)
        request = str(uuid.uuid4())
        Eurostat.queued[request] = [self.control["polls"], body, query]
        return self.send(200, QUEUED.format(request).encode(), {"Content-Type": "application/xml"})

    def later(self, what, request):
        state = Eurostat.queued.get(request)
        if state is None:
            return self.send(200, STATUS.format(request, "UNKNOWN_REQUEST").encode(), {"Content-Type": "application/xml"})
        if what == "data":
            return self.send_csv(state[1], state[2])
        state[0] -= 1
        word = "EXPIRED" if self.control["trouble"] == "expired" else "PROCESSING" if state[0] >= 0 else "AVAILABLE"
        return self.send(200, STATUS.format(request, word).encode(), {"Content-Type": "application/xml"})

    def send_csv(self, body, query):
        body = body.encode() if query.get("compressed") == "false" else gzip.compress(body.encode())
        return self.send(200, body, {"Content-Type": "application/vnd.sdmx.data+csv; version=1.0.0"})

    def figure(self, partner, product, indicator, month):
        """The text of an observation, its flag and its status."""
        value = euros(partner, product, month)
        marks = {("marks", "VN"): (": c", "", ""), ("marks", "CN"): (":", "", ""),
                 ("flags", "VN"): ("", "", "C"), ("flags", "CN"): ("", "c", ""), ("flags", "KR"): (None, "p", "F")}
        mark = marks.get((self.control["trouble"], partner)) if product == "721049" else None
        if mark and mark[0] is not None:
            return mark
        text = {"VALUE_IN_EUROS": str(value), "QUANTITY_IN_100KG": f"{value / 8:.2f}", "SUPPLEMENTARY_QUANTITY": str(value // 3)}[indicator]
        return (text, *mark[1:]) if mark else (text, "", "")

    def table(self, dimensions, span):
        _, reporters, partners, products, flows, indicators = dimensions
        name = {"VALUE_IN_EUROS": "VALUE_EUR"} if self.control["trouble"] == "renamed" else {}
        flagged = self.control["trouble"] == "flags"
        lines = [["OBS_FLAG", "CONF_STATUS", *reversed(HEADER)] if flagged else HEADER]
        for reporter in reporters:
            for partner in partners:
                for product in products:
                    for flow in flows:
                        for indicator in indicators if product != "999999" else ():
                            for month in span:
                                text, flag, status = self.figure(partner, product, indicator, month)
                                line = ["ESTAT:DS-045409(1.0)", "15/09/26 11:00:00", "M", reporter, partner, product, flow,
                                        name.get(indicator, indicator), month, text]
                                lines.append([flag, status, *reversed(line)] if flagged else line)
        return "".join(",".join(line) + "\n" for line in lines)

    # ---- bulk files ----

    def bulk(self, query):
        name = re.fullmatch(r"comext/COMEXT_DATA/PRODUCTS/full_v2_(\d{4})(\d{2})\.7z", query.get("file", ""))
        if name is None or f"{name[1]}-{name[2]}" > self.control["published"]:
            return self.send(404, b"<html>not found</html>", {"Content-Type": "text/html"})
        month = f"{name[1]}-{name[2]}"
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "full.7z"
            archive.write(path, "7z", {f"full_{name[1]}{name[2]}.dat": bulk_table(month).encode()})
            body = path.read_bytes()
        length = str(len(body))
        if self.control["trouble"] == "half":
            body = body[:len(body) // 2]
            length = str(len(body))
        return self.send(200, body, {"Content-Type": "application/octet-stream", "Content-Length": length})

    # ---- ECB ----

    def rates(self, key, query):
        if self.control["trouble"] == "rateless":
            return self.send(200, PAGE, {"Content-Type": "text/html"})
        match = re.fullmatch(r"M\.([A-Z+]+)\.EUR\.SP00\.A", key)
        if match is None or query.get("format") != "csvdata":
            return self.send(404, b"No results found.", {"Content-Type": "text/plain"})
        higher = 0.01 if self.control["trouble"] == "revised" else 0.0
        lines = ["KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE"]
        for currency in match[1].split("+"):
            for month in months(query["startPeriod"], self.control["rates"]):
                lines.append(f"EXR.M.{currency}.EUR.SP00.A,M,{currency},EUR,SP00,A,{month},{float(rate(currency, month)) + higher:.4f}")
        return self.send(200, ("\r\n".join(lines) + "\r\n").encode(), {"Content-Type": "application/vnd.sdmx.data+csv; version=1.0.0"})


serve(Eurostat)
