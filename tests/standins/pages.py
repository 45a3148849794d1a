"""A stand-in for services that answer in pages, on a free loopback port.

    python3 pages.py CONTROL LOG

As census.py. CONTROL: {"records": 25, "trouble": ""}. /counted?page=1&size=10 says how many records there are, /keyed?start=1&size=10
which key the next page has, /plain?page=1&size=10 neither. The trouble "grows" adds a record with each answer; others are in service.py.
"""

import json
import urllib.parse

from service import CONTROL, Service, serve


def record(number):
    return {"month": "2025-01", "code": f"{720000 + number}", "usd": str(1000 + number)}


class Pages(Service):
    grown = 0

    def do_GET(self):
        control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        Pages.grown += control["trouble"] == "grows"
        total, size = control["records"] + Pages.grown, int(query["size"])
        start = int(query["start"]) if "start" in query else (int(query["page"]) - 1) * size + 1
        self.noted = {"start": start}
        document = {"items": [record(number) for number in range(start, min(start + size, total + 1))]}
        if url.path == "/counted":
            document["header"] = {"totalCount": total}
        if url.path == "/keyed" and start + size <= total:
            document["header"] = {"NEXT_KEY": start + size}
        self.send_data(control["trouble"], json.dumps(document).encode())


serve(Pages)
