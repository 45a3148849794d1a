"""A stand-in for the API v1 of the Federal Register, on a free loopback port.

    python3 federal_register.py CONTROL LOG

Prints its port as the first line and appends a JSON line to LOG for each request. CONTROL is a JSON file, read at each request:
{"documents": […], "trouble": ""}; a document has at least document_number, title and publication_date. What it answers is what the
service is known to answer: documents of the days asked for, `per_page` at a time (20 by default, 1000 at most); no `results` where there
is none; at most 10000 documents, and the first page again behind page 50; & in addresses written as \\u0026; 400 for what is no day.
Troubles:

    errors   200 with {"errors": …}
    web      200 with a web page
    busy     429 with Retry-After
    many     a count of 10000 and more
    short    a page has fewer documents than the search counts
    astray   the next page is on another host
    circle   each page names itself as the next one
    cut      half of the body
    renamed  documents have a number by another name
"""

import datetime
import json
import urllib.parse

from service import CONTROL, Service, serve

PATH = "/api/v1/documents.json"
PAGES_MAX = 50
AGENCIES = {"international-trade-administration": "International Trade Administration",
            "international-trade-commission": "International Trade Commission"}


def is_day(text):
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


class FederalRegister(Service):

    def do_GET(self):
        control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        first, last = (query.get(f"conditions[publication_date][{word}]", [""])[0] for word in ("gte", "lte"))
        self.noted = {"from": first, "to": last, "page": query.get("page", ["1"])[0], "user_agent": self.headers["User-Agent"]}
        if url.path != PATH:
            return self.reply({"status": 404, "message": "Record Not Found"}, 404)
        if not (is_day(first) and is_day(last)):
            return self.reply({"errors": {"publication_date": "is not a valid date"}}, 400)
        return self.answer(control, query, first, last)

    def reply(self, value, status=200):
        return self.send(status, json.dumps(value).replace("&", "\\u0026").encode(), {"Content-Type": "application/json; charset=utf-8"})

    def answer(self, control, query, first, last):
        trouble = control["trouble"]
        if trouble == "errors":
            return self.reply({"errors": {"conditions": "are not known"}})
        if trouble == "web":
            return self.send(200, b"<!DOCTYPE html>\n<html><title>Request Access</title></html>", {"Content-Type": "text/html"})
        if trouble == "busy":
            return self.send(429, b"", {"Retry-After": "3600"})
        agencies = {AGENCIES[slug] for slug in query["conditions[agencies][]"]}
        found = [document for document in control["documents"] if first <= document["publication_date"] <= last
                 and agencies.intersection(document.get("agency_names", agencies))]
        return self.page(trouble, found, query)

    def page(self, trouble, found, query):
        per_page, page = int(query.get("per_page", ["20"])[0]), int(query.get("page", ["1"])[0])
        if page > PAGES_MAX or page * per_page > 10000:
            page = 1
        fields = query.get("fields[]", [])
        results = [{name: document.get(name) for name in fields} for document in found[(page - 1) * per_page:page * per_page]]
        answer = {"count": len(found), "description": "Documents of type Notice", "total_pages": -(-len(found) // per_page)}
        if trouble == "many":
            answer["count"] = 10000
        further = page * per_page < len(found)
        if further or (trouble in ("astray", "circle") and results):
            answer["next_page_url"] = self.address(trouble, query, page)
        if trouble == "short":
            results = results[1:]
        if trouble == "renamed":
            results = [{name.replace("document_number", "number"): value for name, value in row.items()} for row in results]
        if found:
            answer["results"] = results
        if trouble == "cut":
            body = json.dumps(answer).encode()
            return self.send(200, body[:len(body) // 2])
        return self.reply(answer)

    def address(self, trouble, query, page):
        host = "elsewhere.example" if trouble == "astray" else self.headers["Host"]
        page += trouble != "circle"
        return f"http://{host}{PATH}?" + urllib.parse.urlencode(query | {"page": [str(page)]}, doseq=True)


if __name__ == "__main__":
    serve(FederalRegister)
