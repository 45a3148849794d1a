"""A stand-in for two services of the European Union, on a free loopback port: TRON's list of open cases, and CELLAR's SPARQL endpoint.

    python3 eu.py CONTROL LOG

Prints its port as the first line and appends a JSON line to LOG for each request. CONTROL is a JSON file, read at each request:
{"cases": […], "acts": [{"celex": …, "date": …, "title": …}], "trouble": ""}. The list of cases has an ETag and answers 304 to who has it.
The endpoint takes a form that is posted, answers with the acts between the two days of its query, and with an error as text and 200
where the query is none. Troubles:

    web      200 with a web page
    timeout  200 with the text of an error that passes
    query    200 with the text of an error in the query
"""

import hashlib
import json
import re
import urllib.parse

from service import CONTROL, Service, serve

VARIABLES = ("work", "celex", "date", "title")
ERRORS = {"timeout": b"Virtuoso S1T00 Error SR171: Transaction timed out\n",
          "query": b"Virtuoso 37000 Error SP030: SPARQL compiler, line 3: syntax error at 'WHER' before '{'\n"}


def binding(act):
    work = "http://publications.europa.eu/resource/cellar/" + hashlib.md5(act["celex"].encode()).hexdigest()
    return {"work": {"type": "uri", "value": work},
            "celex": {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#string", "value": act["celex"]},
            "date": {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#date", "value": act["date"]},
            "title": {"type": "literal", "xml:lang": "en", "value": act["title"]}}


class EuropeanUnion(Service):

    def control(self):
        return json.loads(CONTROL.read_text(encoding="utf-8"))

    def web_page(self):
        return self.send(200, b"<!doctype html><html><title>Investigations</title></html>", {"Content-Type": "text/html"})

    def do_GET(self):
        self.noted = {"path": self.path, "user_agent": self.headers["User-Agent"], "etag": self.headers["If-None-Match"]}
        control = self.control()
        if control["trouble"] == "web" or self.path != "/investigations/api/eucase/list/ongoing":
            return self.web_page()
        body = json.dumps(control["cases"]).encode()
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if self.headers["If-None-Match"] == etag:
            return self.send(304, b"", {"ETag": etag})
        return self.send(200, body, {"ETag": etag})

    def do_POST(self):
        form = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
        query = urllib.parse.parse_qs(form).get("query", [""])[0]
        days = re.findall(r'"(\d{4}-\d\d-\d\d)"\^\^xsd:date', query)
        self.noted = {"path": self.path, "days": days, "accept": self.headers["Accept"], "type": self.headers["Content-Type"]}
        control = self.control()
        if control["trouble"] == "web" or self.path != "/webapi/rdf/sparql":
            return self.web_page()
        if control["trouble"] in ERRORS or len(days) != 2 or not query.strip().endswith("LIMIT 1000"):
            return self.send(200, ERRORS.get(control["trouble"], ERRORS["query"]), {"Content-Type": "text/plain"})
        acts = [act for act in control["acts"] if days[0] <= act["date"] <= days[1]]
        return self.send(200, json.dumps({
            "head": {"link": [], "vars": VARIABLES},
            "results": {"distinct": False, "ordered": True, "bindings": list(map(binding, acts))},
        }).encode(), {"Content-Type": "application/sparql-results+json"})


if __name__ == "__main__":
    serve(EuropeanUnion)
