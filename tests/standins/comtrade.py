"""A stand-in for UN Comtrade's API behind Azure API Management, on a free loopback port.

    python3 comtrade.py CONTROL LOG

As census.py: prints its port, logs requests without the key. CONTROL: {"key": "…", "published": "202607", "rows": 4, "cap": 100000,
"trouble": ""}. Where there is no key it answers 401, an unknown path 404, too many requests 429 with Retry-After (once for the trouble
"busy"), a used up quota 403; a month that is not published is 200 with count 0; more rows than the cap are cut without a word. countOnly
counts all of them. getDa lists the data sets of the last year; {"republished": {"202503": 1}} gives those of a month another checksum.
"""

import json
import urllib.parse

from service import CONTROL, Service, serve

MISSING = "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
REFUSED = "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."


def row(reporter, partner, code, period):
    value = 1000 * (int(partner) % 97 + 1) + int(period) % 100
    return {"typeCode": "C", "freqCode": "M", "refPeriodId": int(period + "01"), "period": period, "reporterCode": int(reporter),
            "reporterISO": None, "flowCode": "M", "partnerCode": int(partner), "partner2Code": 0, "classificationCode": "H6",
            "cmdCode": code, "customsCode": "C00", "mosCode": "0", "motCode": 0, "qtyUnitCode": 8, "qty": value / 2,
            "isQtyEstimated": False, "netWgt": value / 2, "isNetWgtEstimated": partner == "156", "cifvalue": value, "fobvalue": None,
            "primaryValue": value + 0.5, "isReported": True, "isAggregate": True}


class Comtrade(Service):
    was_busy = False

    def do_GET(self):
        control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = {name.lower(): values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        what = "availability" if "/getDa/" in url.path else "count" if query.get("countonly") == "true" else "data"
        self.noted = {"what": what, "reporter": query.get("reportercode"), "period": query.get("period"),
                      "partners": query.get("partnercode")}
        self.answer(control, url.path, query)

    def answer(self, control, path, query):
        key = self.headers["Ocp-Apim-Subscription-Key"]
        if path not in ("/data/v1/get/C/M/HS", "/data/v1/getDa/C/M/HS"):
            return self.say(404, "Resource not found")
        if key != control["key"]:
            return self.say(401, MISSING if key is None else REFUSED)
        if control["trouble"] == "quota":
            return self.say(403, "Out of call volume quota. Quota will be replenished in 07:12:44.")
        if control["trouble"] == "busy" and not Comtrade.was_busy:
            Comtrade.was_busy = True
            return self.say(429, "Rate limit is exceeded. Try again in 1 seconds.", {"Retry-After": "1"})
        if self.noted["what"] == "availability":
            return self.availability(control, query["reportercode"].split(","))
        data = [row(reporter, partner, f"{7200 + i}10", period)
                for period in query["period"].split(",") if period <= control["published"]
                for reporter in query["reportercode"].split(",") for partner in query["partnercode"].split(",")
                for i in range(control["rows"])]
        if self.noted["what"] == "count":
            return self.send_document(200, {"elapsedTime": "0.05 secs", "count": len(data), "data": [], "error": ""})
        data = data[:control["cap"]]
        document = {"elapsedTime": "0.21 secs", "count": len(data), "data": data, "error": ""}
        return self.send_data(control["trouble"], json.dumps(document).encode())

    def availability(self, control, reporters):
        newest = int(control["published"][:4]) * 12 + int(control["published"][4:]) - 1
        data = []
        for month in range(newest - 11, newest + 1):
            period = f"{month // 12}{month % 12 + 1:02}"
            again = control.get("republished", {}).get(period, 0)
            data += [{"datasetCode": int(f"20{reporter}{period}"), "typeCode": "C", "freqCode": "M", "period": int(period),
                      "reporterCode": int(reporter), "totalRecords": 1000 + again, "datasetChecksum": hash((reporter, period, again)) % 2**31,
                      "lastReleased": "2026-01-01T00:00:00"} for reporter in reporters]
        return self.send_document(200, {"elapsedTime": "0.02 secs", "count": len(data), "data": data, "error": ""})

    def send_document(self, status, document, headers=()):
        return self.send(status, json.dumps(document).encode(), headers)

    def say(self, status, message, headers=()):
        return self.send_document(status, {"statusCode": status, "message": message}, headers)


serve(Comtrade)
