"""Who is told, when and why, with real receivers: a release that raises thousands of alerts, routes, and what check says of them.

    python3 routes.py BINARY
"""

import json
import pathlib
import re
import sys
import tempfile
import unittest

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
PRODUCTS = 5000
MONTHS = [f"{2023 + month // 12}-{month % 12 + 1:02}" for month in range(30)]

FEED = """\
feed: nso
title: Monthly figures
url: http://127.0.0.1:{port}/vn-nso.csv
licence: a test
format: csv
interval: 6h
max_bytes: 64MiB
csv: {{ delimiter: "," }}
fields:
  reporter: {{ value: VN }}
  flow:     {{ column: flow, map: {{ X: export, M: import }} }}
  partner:  {{ column: partner }}
  product:  {{ column: group, prefix: "nso:" }}
  period:   {{ column: period }}
  value:    {{ column: value_kusd, scale: 1000 }}
end: {{ rows_at_least: 60 }}
"""

RULE = """\
rules:
  - id: export-surge
    title: { vi: "{{product}} tăng {{growth}}", en: "{{product}} up {{growth}}" }
    advice: { vi: "Xem lại.", en: "Look again." }
    basis: ["a test"]
    severity: warning
    scope: { product: "nso:p*", market: [US] }
    let:
      growth: growth(exports, 3m)
      exports_12m: sum(exports, 12m)
    when: growth >= $growth and exports_12m >= $floor
    clear: growth < $growth / 2
    thresholds: { growth: 40%, floor: 100 MUSD }
"""

RECEIVERS = """\
receivers:
  - {{ name: desk, email: desk@test.example, audience: internal, languages: [en], limit_per_hour: 10 }}
  - {{ name: few, email: few@test.example, languages: [vi, en], limit_per_hour: 1 }}
  - {{ name: mill, email: mill@test.example, products: ["nso:p7"], languages: [vi] }}
  - {{ name: hook, webhook: "http://127.0.0.1:{webhook}/hook", secret: hook-secret, limit_per_hour: 20 }}
  - {{ name: later, email: later@test.example, cadence: {{ warning: weekly monday 08:00 }} }}
"""


def payload():
    lines = ["flow,partner,group,period,value_kusd"]
    for product in range(PRODUCTS):
        lines += [f"X,US,p{product},{month},{100000 if i >= 27 else 50000}" for i, month in enumerate(MONTHS)]
    return "\n".join(lines) + "\n"


def lines(text):
    return text.replace("\r\n", "\n")


class Routes(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)
        self.config = self.world.directory / "tdwatch.yaml"
        head = self.config.read_text(encoding="utf-8").split("receivers:")[0]
        self.config.write_text(head + RECEIVERS.format(webhook=self.world.hook_port), encoding="utf-8")
        (self.world.directory / "rules" / "demo.yaml").write_text(RULE, encoding="utf-8")
        (self.world.directory / "feeds" / "nso.feed.yaml").write_text(FEED.format(port=self.world.feed_port), encoding="utf-8")

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def told(self, receiver):
        """Alerts that a receiver has got, from the bytes that came: of the webhook their ids, of mail the beginnings."""
        if receiver == "hook":
            hooks = world.read_log(self.world.hook_log)
            self.assertTrue(all(hook["verified"] and hook["valid"] and not hook["faults"] for hook in hooks))
            single = [hook["data"]["alert"][:12] for hook in hooks if hook["type"] != "vn.tdwatch.bulletin"]
            several = [alert["alert"][:12] for hook in hooks if hook["type"] == "vn.tdwatch.bulletin" for alert in hook["data"]["alerts"]]
            return len(hooks), single + several
        mails = [mail for mail in world.read_log(self.world.mail_log) if mail["rcpt_to"] == [f"{receiver}@test.example"]]
        self.assertEqual([mail["faults"] for mail in mails if mail["faults"]], [])
        ids = set()
        for mail in mails:
            text = lines(mail["text"])
            ids |= set(re.findall(r"\(([0-9a-f]{12})\)$", text, re.M) or re.findall(r"\b([0-9a-f]{12})[0-9a-f]{20}\b", text))
        return len(mails), sorted(ids)

    def test_release_with_5000_alerts_floods_nobody_and_loses_none(self):
        (self.world.publish / "vn-nso.csv").write_text(payload(), encoding="utf-8")
        self.world.start()
        world.wait_for("every delivery", lambda: self.world.settled() and
                       not self.world.sql("SELECT 1 FROM held WHERE why = 3 AND until_ms <= (SELECT max(at_ms) FROM event)"), 120)
        self.assertEqual(self.world.sql("SELECT count(*) FROM event"), [(PRODUCTS,)])
        for receiver, limit, least in (("desk", 10, 1009), ("few", 1, 1000), ("hook", 20, 218)):
            messages, alerts = self.told(receiver)
            self.assertLessEqual(messages, limit, receiver)
            self.assertEqual(len(alerts), len(set(alerts)), receiver)
            held = {row[0][:12] for row in self.world.sql(f"SELECT alert FROM held WHERE receiver = '{receiver}'")}
            self.assertEqual(len(alerts), least, receiver)
            self.assertEqual(len(held | set(alerts)), PRODUCTS, f"{receiver}: nothing is lost")
            self.assertEqual(held & set(alerts), set())
        self.assertEqual(len(self.told("mill")[1]), 1)
        self.assertEqual(self.told("later")[0], 0)
        self.assertEqual(self.world.sql("SELECT count(*) FROM held WHERE receiver = 'later' AND why = 2"), [(PRODUCTS,)])
        self.assertRegex(self.world.run("outbox").stdout, r"0 pending, 0 parked, \d+ delivered; 1\d+ events held")
        explained = self.world.run("explain", "export-surge", "nso:p7", "US").stdout
        self.assertRegex(explained, r"mill by email: delivered")
        self.assertRegex(explained, r"later: held until 20\d\d-\d\d-\d\dT01:00:00Z: cadence")
        # A restart within the hour sends no more.
        before = {receiver: self.told(receiver)[0] for receiver in ("desk", "few", "hook")}
        self.assertEqual(self.world.stop(), 0)
        self.world.start()
        self.assertEqual(self.world.stop(), 0)
        self.assertEqual(before, {receiver: self.told(receiver)[0] for receiver in before})

    def test_bulletin_by_mail_reads_as_text_and_html(self):
        (self.world.publish / "vn-nso.csv").write_text(payload(), encoding="utf-8")
        self.world.start()
        world.wait_for("a bulletin", lambda: self.told("few")[0] == 1, 120)
        mail = next(mail for mail in world.read_log(self.world.mail_log) if mail["rcpt_to"] == ["few@test.example"])
        self.assertIn("[Bản tin] 1000 cảnh báo (Cảnh báo 3/4: 1000) | [Digest] 1000 alerts (Warning 3/4: 1000)", mail["header"]["Subject"])
        text = lines(mail["text"])
        for wanted in (r"Warning 3/4 \| nso:p\d+, United States, 2025-06\n  nso:p\d+ up 100%\n", r"tdwatch explain export-surge nso:p\d+ US",
                       r"Được gửi chung vì: số thư tối đa trong một giờ", r"Now: stands, Warning 3/4: growth 100%"):
            self.assertTrue(re.search(wanted, text), wanted)
        self.assertEqual(mail["html"].count("<li>"), 2000)
        self.assertEqual(self.world.stop(), 0)

    def test_route_says_who_is_told_when_and_why(self):
        text = self.config.read_text(encoding="utf-8")
        self.config.write_text(text + 'routes:\n  - { about: operations, to: desk }\n  - { rules: ["export-*"], to: [few, mill, later] }\n',
                               encoding="utf-8")
        done = self.world.run("route", "--product", "nso:p7", "--market", "US", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        alert = json.loads(done.stdout)["alerts"][0]
        self.assertEqual((alert["rule"], alert["severity"], alert["audience"]), ("export-surge", "warning", "public"))
        answers = {answer["receiver"]: (answer["reach"], answer.get("when")) for answer in alert["receivers"]}
        self.assertEqual(answers, {"desk": ("elsewhere", None), "few": ("told", "at once"), "mill": ("told", "at once"),
                                   "hook": ("elsewhere", None), "later": ("told", "cadence")})
        line = text.count("\n") + 3
        self.assertTrue(all(answer["route"] == {"file": str(self.config), "line": line} for answer in alert["receivers"]
                            if answer["told"]))
        other = self.world.run("route", "--product", "nso:p8", "--market", "US").stdout
        self.assertRegex(other, r"mill +no +it does not follow this")
        self.assertRegex(self.world.run("route", "--feed", "nso").stdout, r"few +no +the alert is internal, the receiver is not")
        self.assertEqual(self.world.run("route", "--product", "nso:p7").returncode, 2)
        self.assertIn("no rule ranges over", self.world.run("route", "--product", "plywood", "--market", "US").stderr)

    def test_check_warns_of_what_never_meets(self):
        def warnings(more):
            self.config.write_text(text + more, encoding="utf-8")
            done = self.world.run("check")
            self.assertEqual(done.returncode, 0, done.stdout)
            return re.findall(r":(\d+):\d+: warning\[(W02\d)\]", done.stdout)

        text = self.config.read_text(encoding="utf-8")
        last = text.count("\n")
        self.assertEqual(warnings(""), [])
        self.assertEqual(warnings("routes:\n  - { to: desk }\n  - { markets: [US], to: few }\n"),
                         [(str(last + 3), "W020")] + [(str(last - i), "W022") for i in (3, 2, 1, 0)])
        self.assertEqual(warnings("routes:\n  - { markets: [KR], to: desk }\n  - { continue: true }\n"), [(str(last + 2), "W021")])
        rule = [found for found in warnings("routes:\n  - { about: operations }\n") if found[1] == "W023"]
        self.assertEqual(rule, [("2", "W023")])


if __name__ == "__main__":
    unittest.main(verbosity=2)
