"""A stand-in for the trade statistics of Korea's open data portal (nitemtrade), on a free loopback port.

    python3 korea.py CONTROL LOG

As census.py: prints its port, logs requests without the key. CONTROL: {"key": "…", "published": "202607", "trouble": ""}. Everything is answered with
200 and XML: the row of totals and those of the items, ten digits of the HS and a comma between thousands; nothing for months that are not published;
an error of the portal where the key is missing or wrong, or for the trouble "quota". The trouble "full" fills a page for more than one month.
"""

import json
import urllib.parse

from service import CONTROL, Service, serve

ERROR = "<OpenAPI_ServiceResponse><cmmMsgHeader><errMsg>SERVICE ERROR</errMsg><returnAuthMsg>{}</returnAuthMsg>" \
        "<returnReasonCode>{}</returnReasonCode></cmmMsgHeader></OpenAPI_ServiceResponse>"
ITEM = "<item><balPayments>-1</balPayments><expDlr>0</expDlr><expWgt>0</expWgt><hsCd>{}</hsCd><impDlr>{}</impDlr><impWgt>{}</impWgt>" \
       "<statCd>{}</statCd><statKor>-</statKor><year>{}</year></item>"
TOTAL = ITEM.format("-", "9,999,999", "9,999", "-", "총계")
RESPONSE = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<response><header><resultCode>00</resultCode><resultMsg>정상서비스.' \
           "</resultMsg></header><body>{}</body></response>"


def months(first, last):
    """From "202511" to "202601"."""
    for number in range(int(first[:4]) * 12 + int(first[4:]) - 1, int(last[:4]) * 12 + int(last[4:])):
        yield number // 12, number % 12 + 1


class Korea(Service):
    def do_GET(self):
        control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        self.noted = {"first": query.get("strtYymm"), "last": query.get("endYymm"), "heading": query.get("hsSgn"), "country": query.get("cntyCd")}
        self.say(self.answer(control, url.path, query))

    def answer(self, control, path, query):
        if path != "/1220000/nitemtrade/getNitemtradeList":
            return ERROR.format("NO_OPENAPI_SERVICE_ERROR", 12)
        if query.get("serviceKey") != control["key"]:
            return ERROR.format("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", 30)
        if control["trouble"] == "quota":
            return ERROR.format("LIMITED_NUMBER_OF_SERVICE_REQUESTS_EXCEEDS_ERROR", 22)
        asked = [month for month in months(query["strtYymm"], query["endYymm"]) if f"{month[0]}{month[1]:02}" <= control["published"]]
        if control["trouble"] == "full" and len(asked) > 1:
            return RESPONSE.format("<items>" + TOTAL * int(query["numOfRows"]) + "</items>")
        rows = [ITEM.format(f"{query['hsSgn']}49{detail}", f"{1000000 + year * month:,}", f"{1000 + month:,}", query["cntyCd"], f"{year}.{month:02}")
                for year, month in asked for detail in ("1000", "9000")]
        return RESPONSE.format(f"<items>{TOTAL}{''.join(rows)}</items>" if rows else "<items/>")

    def say(self, text):
        return self.send(200, text.encode(), {"Content-Type": "application/xml;charset=UTF-8"})


serve(Korea)
