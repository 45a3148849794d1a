"""A stand-in for e-Stat, the statistics service of Japan, on a free loopback port.

    python3 e_stat.py CONTROL LOG

As census.py: prints its port, logs requests without the key. CONTROL: {"key": "…", "published": "2026-07", "trouble": ""}. Everything is answered with
200 and JSON, and RESULT.STATUS says what it means: 100 for an application id that it does not know, 1 for a heading that nobody trades (8541), 0 for data:
rows of a year, with zeros in months that are not published and "-" where there is no trade. Where there is one row it is no list. The trouble "next"
says that there is more (NEXT_KEY) for more than one country.
"""

import json
import urllib.parse

from service import CONTROL, Service, serve

MONTHS = {str(140 + 30 * month): month for month in range(1, 13)}


class EStat(Service):
    def do_GET(self):
        control = json.loads(CONTROL.read_text(encoding="utf-8"))
        url = urllib.parse.urlsplit(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        self.noted = {"from": query.get("cdTimeFrom"), "to": query.get("cdTimeTo"), "code": query.get("cdCat01From"), "area": query.get("cdArea")}
        self.send(200, json.dumps({"GET_STATS_DATA": self.answer(control, query)}, ensure_ascii=False).encode())

    def answer(self, control, query):
        if query.get("appId") != control["key"]:
            return self.result(100, "認証に失敗しました。アプリケーションIDを確認して下さい。")
        if query["cdCat01From"].startswith("8541"):
            return self.result(1, "正常に終了しましたが、該当データはありませんでした。")
        rows = [self.row(query, area, year, column, control["published"]) for area in query["cdArea"].split(",")
                for year in range(int(query["cdTimeFrom"][:4]), int(query["cdTimeTo"][:4]) + 1) for column in query["cdCat02"].split(",")]
        more = {"NEXT_KEY": 100001} if control["trouble"] == "next" and "," in query["cdArea"] else {}
        return self.result(0, "正常に終了しました。") | {"STATISTICAL_DATA": {
            "RESULT_INF": {"TOTAL_NUMBER": len(rows), "FROM_NUMBER": 1, "TO_NUMBER": len(rows)} | more, "DATA_INF": {"VALUE": rows if len(rows) > 1 else rows[0]}}}

    @staticmethod
    def row(query, area, year, column, published):
        month = MONTHS[column]
        value = "0" if f"{year}-{month:02}" > published else "-" if month == 2 and area == "50110" else str(1000 * month + year)
        return {"@cat01": query["cdCat01From"], "@cat02": column, "@area": area, "@time": f"{year}000000", "@unit": "千円", "$": value}

    @staticmethod
    def result(status, text):
        return {"RESULT": {"STATUS": status, "ERROR_MSG": text, "DATE": "2026-10-01T09:00:00.000+09:00"}}


serve(EStat)
