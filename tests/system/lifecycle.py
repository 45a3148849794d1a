"""What people do about alerts: the commands over the control socket of a running daemon, and without one.

    python3 lifecycle.py BINARY
"""

import grp
import http.client
import json
import os
import pathlib
import pwd
import re
import socket
import stat
import subprocess
import sys
import tempfile
import unittest

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
FEED = "vn-nso-sample"
SAMPLE = world.ROOT / "feeds" / "sample" / "vn-nso.csv"
SELF = pwd.getpwuid(os.getuid()).pw_name
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Connection(http.client.HTTPConnection):
    """HTTP on a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(str(self.path))


class Lifecycle(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)
        self.socket = self.world.directory / "state" / "control.sock"

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def start(self):
        self.world.start()
        world.wait_for("every delivery", self.world.settled)

    def tdwatch(self, *arguments, code=0):
        done = self.world.run(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def json(self, *arguments):
        return json.loads(self.tdwatch(*arguments, "--json").stdout)

    def alert(self, rule="export-surge", product="toys-sports"):
        return self.json("alerts", "--rule", rule, "--product", product)["alerts"][0]

    def post(self, document, method="POST", path="/v1/actions"):
        connection = Connection(self.socket)
        body = document if isinstance(document, (bytes, str)) else json.dumps(document)
        connection.request(method, path, body)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, json.loads(text)

    # ---- commands by the socket ----

    def test_alert_is_acknowledged_assigned_and_commented(self):
        self.start()
        alert = self.alert()["id"]
        done = self.tdwatch("ack", alert[:12], "--until", "2d", "--comment", "đang xem", "--by", "lan")
        self.assertRegex(done.stdout, rf"^{alert[:12]} \(export-surge, toys-sports, US\) is acknowledged until {MOMENT}\n$")
        self.tdwatch("assign", alert[:12], "minh")
        self.tdwatch("comment", alert, "asked the factory")
        shown = self.alert()
        self.assertEqual(shown["acknowledged"]["by"], "lan")
        self.assertEqual((shown["assignee"], shown["comments"], shown["silence"]), ("minh", 1, None))
        line = next(line for line in self.tdwatch("alerts").stdout.splitlines() if alert[:12] in line)
        self.assertTrue(line.endswith("acknowledged by lan, for minh"), line)
        self.assertEqual(self.world.sql("SELECT kind, who, login, text FROM action ORDER BY id"),
                         [(1, "lan", SELF, "đang xem"), (2, SELF, SELF, "minh"), (3, SELF, SELF, "asked the factory")])
        self.assertIn(f"action who=lan login={SELF}: {alert[:12]}", self.world.log())
        self.tdwatch("assign", alert, "--nobody")
        self.assertIsNone(self.alert()["assignee"])

    def test_history_is_in_order_and_says_who(self):
        self.start()
        alert = self.alert()["id"]
        self.tdwatch("ack", alert, "--by", "lan")
        document = self.json("history", alert[:8])
        self.assertEqual(document["alert"]["id"], alert)
        kinds = [next(key for key in ("event", "action", "delivery") if key in entry) for entry in document["history"]]
        self.assertEqual(kinds, ["event", "delivery", "delivery", "action"])
        event, action = document["history"][0], document["history"][3]
        self.assertEqual((event["event"], event["seq"], event["reason"]), ("raised", 1, "threshold"))
        self.assertEqual((action["action"], action["who"], action["login"], action["text"]), ("acknowledged", "lan", SELF, None))
        self.assertEqual(sorted(each["at"] for each in document["history"]), [each["at"] for each in document["history"]])
        text = self.tdwatch("history", alert).stdout
        self.assertRegex(text, rf"{MOMENT} raised +warning 2025-07, threshold, growth_ytd 231%")
        self.assertRegex(text, rf"{MOMENT} acknowledged +lan \({SELF}\) +until {MOMENT}")
        self.assertRegex(text, rf"{MOMENT} told +trade-desk +event 1 by email, delivered")

    def test_silence_is_previewed_made_listed_and_expired(self):
        self.start()
        preview = self.json("silence", "preview", "--rule", "export-surge", "--market", "US")
        everything = self.json("alerts")["alerts"]
        met = [each["id"] for each in everything if each["rule"] == "export-surge"]
        self.assertEqual((preview["met"], preview["standing"]), (len(met), len(everything)))
        self.assertEqual(preview["year"], {"met": len(met), "alerts": len(everything)})
        self.assertEqual(sorted(each["id"] for each in preview["alerts"]), sorted(met))
        done = self.tdwatch("silence", "add", "--rule", "export-surge", "--market", "US", "--until", "7d",
                            "--reason", "known: front-loading", "--by", "lan")
        self.assertRegex(done.stdout, rf"silence 1 on rule=export-surge market=US from {MOMENT} until {MOMENT} holds "
                                      rf"{len(met)} of the {len(everything)} alerts")
        self.tdwatch("silence", "add", "--product", "0303*", "--until", "1d", "--reason", "nothing there")
        silences = self.json("silence", "list")["silences"]
        self.assertEqual([(each["id"], each["phase"], each["met"]) for each in silences],
                         [(1, "active", len(met)), (2, "active", 0)])
        self.assertEqual((silences[0]["author"], silences[0]["reason"], silences[0]["rule"], silences[0]["product"]),
                         ("lan", "known: front-loading", "export-surge", None))
        self.assertRegex(self.tdwatch("silence", "list").stdout, r"2 active +product=0303\* .*nothing there +nothing\n")
        silenced = self.json("alerts", "--state", "silenced")["alerts"]
        self.assertEqual(sorted(each["id"] for each in silenced), sorted(met))
        self.assertEqual({each["silence"]["id"] for each in silenced}, {1})
        self.assertIn("silence 1 has ended", self.tdwatch("silence", "expire", "1").stdout)
        self.assertIn("silence 1 ended at", self.tdwatch("silence", "expire", "1", code=1).stderr)
        self.assertIn("there is no silence 9", self.tdwatch("silence", "expire", "9", code=1).stderr)
        self.assertEqual([each["id"] for each in self.json("silence", "list")["silences"]], [2])
        ended = self.json("silence", "list", "--all")["silences"][0]
        self.assertEqual(ended["phase"], "ended")
        self.assertRegex(ended["expired"], MOMENT)
        self.assertEqual(self.json("alerts", "--state", "silenced")["alerts"], [])

    def test_alerts_are_chosen_by_state_and_labels(self):
        self.start()
        alerts = self.json("alerts")["alerts"]
        first = alerts[0]["id"]
        self.tdwatch("ack", first)
        self.tdwatch("assign", alerts[1]["id"], "minh")
        self.assertEqual([each["id"] for each in self.json("alerts", "--state", "acknowledged")["alerts"]], [first])
        self.assertEqual([each["id"] for each in self.json("alerts", "--assignee", "minh")["alerts"]], [alerts[1]["id"]])
        self.assertEqual(len(self.json("alerts", "--state", "new")["alerts"]), len(alerts) - 2)
        self.assertEqual(len(self.json("alerts", "--state", "acknowledged,assigned")["alerts"]), 2)
        self.assertEqual({each["severity"] for each in self.json("alerts", "--severity", "caution")["alerts"]}, {"caution"})
        self.assertEqual(self.json("alerts", "--origin", "TH")["alerts"], [])
        self.assertIn("no open alerts", self.tdwatch("alerts", "--origin", "TH").stdout)
        self.assertIn("did you mean 'acknowledged'?", self.tdwatch("alerts", "--state", "acknowleged", code=2).stderr)
        self.assertIn("did you mean 'toys-sports'?", self.tdwatch("alerts", "--product", "toys-sport", code=2).stderr)

    def test_shape_of_an_alert_is_as_documented(self):
        self.start()
        alert = self.alert()
        self.assertEqual(list(alert), ["id", "rule", "product", "market", "origin", "audience", "severity", "state", "raised",
                                       "period", "opened", "closed", "acknowledged", "silence", "assignee", "comments", "figures"])
        self.assertRegex(alert["id"], r"^[0-9a-f]{32}$")
        self.assertRegex(alert["opened"], f"^{MOMENT}$")
        self.assertEqual((alert["origin"], alert["closed"], alert["state"], alert["period"]), (None, None, "firing", "2025-07"))
        self.assertEqual(list(alert["figures"][0]), ["name", "type", "value", "text"])

    # ---- what is refused ----

    def test_what_cannot_be_meant_is_refused_with_a_reason(self):
        self.start()
        alert = self.alert()["id"]
        for arguments, text in (
                (("ack", "ffff"), "there is no alert ffff"),
                (("ack", "xyz"), "acknowledge needs an alert: 4 to 32 hexadecimal digits"),
                (("ack", alert, "--until", "soon"), "until 'soon': expected a duration such as 4h or 2d"),
                (("ack", alert, "--until", "2020-01-01"), "it would end before it begins"),
                (("comment", alert, ""), "comment needs a comment"),
                (("comment", alert, "a\x1b[2Jb"), "without control characters"),
                (("comment", alert, "a\nb"), "without control characters"),
                (("ack", alert, "--by", "\u202elan"), "a name is 1 to 64 bytes of text without control characters"),
                (("silence", "add", "--until", "2d", "--reason", "x"), "it may not hide everything"),
                (("silence", "add", "--rule", "export-surge", "--reason", "x"), "silence needs an end"),
                (("silence", "add", "--rule", "export-surge", "--until", "2d"), "silence needs a reason"),
                (("silence", "add", "--rule", "export-surge", "--until", "400d", "--reason", "x"), "more than a year"),
                (("silence", "add", "--product", "toys-sport", "--until", "2d", "--reason", "x"), "did you mean 'toys-sports'?")):
            self.assertIn(text, self.tdwatch(*arguments, code=1).stderr)
        for arguments in (("ack",), ("ack", alert, "x"), ("assign", alert), ("comment", alert), ("silence",),
                          ("silence", "hide"), ("silence", "add", "x"), ("silence", "expire", "x"), ("history",)):
            self.assertIn("usage: tdwatch", self.tdwatch(*arguments, code=2).stderr)
        self.assertEqual(self.world.sql("SELECT * FROM action") + self.world.sql("SELECT * FROM silence"), [])

    def test_socket_takes_only_what_it_should(self):
        self.start()
        alert = self.alert()["id"]
        good = {"action": "comment", "alert": alert, "text": "hi"}
        for document, status, text in (
                ("", 400, "no JSON object"), ("[]", 400, "no JSON object"), ("{", 400, "no JSON object"),
                (json.dumps(good) + "x", 400, "no JSON object"), (b'{"action":"comment\xff"}', 400, "no JSON object"),
                ({}, 400, '"action": expected acknowledge'), ({"action": "drop"}, 400, '"action": expected acknowledge'),
                (dict(good, login="root"), 400, "a key is none of"), (dict(good, text=5), 400, '"text": expected a text'),
                (dict(good, text="a\0b"), 400, '"text": expected a text'), (dict(good, alert="ffff"), 404, "there is no alert"),
                ({"action": "expire", "silence": "1"}, 400, '"silence": expected a number'),
                ({"action": "expire", "silence": 1}, 404, "there is no silence 1")):
            found, reply = self.post(document)
            self.assertEqual(found, status, (document, reply))
            self.assertIn(text, reply["error"])
        self.assertEqual(self.post("", method="GET")[0], 405)
        self.assertEqual(self.post(good, path="/v1/other")[0], 404)
        self.assertEqual(self.post(good), (200, {"done": f"{alert[:12]} (export-surge, toys-sports, US) has your comment",
                                                 "alert": alert, "silence": None}))
        self.assertEqual(self.world.sql("SELECT who, login FROM action"), [(SELF, SELF)])

    # ---- who may ----

    def test_socket_is_open_to_owner_and_group(self):
        self.start()
        mode = os.stat(self.socket).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o660)
        if os.getuid() != 0:
            self.skipTest("another user can only be tried as root")
        for path in (self.directory.name, self.world.directory, self.world.directory / "state"):
            os.chmod(path, 0o755)
        ask = ("import socket, sys\nsocket.socket(socket.AF_UNIX).connect(sys.argv[1])")
        nobody = dict(user="nobody", extra_groups=[], group="nogroup")
        refused = subprocess.run(["/usr/bin/python3", "-c", ask, self.socket], text=True, capture_output=True, **nobody)
        self.assertIn("PermissionError", refused.stderr)
        os.chown(self.socket, -1, grp.getgrnam("nogroup").gr_gid)
        alert = self.alert()["id"]
        request = json.dumps({"action": "acknowledge", "alert": alert, "by": "lan"})
        ask = ("import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
               "s.sendall(f'POST /v1/actions HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: {len(sys.argv[2])}\\r\\n\\r\\n{sys.argv[2]}'"
               ".encode())\nprint(s.recv(65536).decode())")
        done = subprocess.run(["/usr/bin/python3", "-c", ask, self.socket, request], text=True, capture_output=True, **nobody)
        self.assertIn("200 OK", done.stdout, done.stderr)
        self.tdwatch("ack", alert, "--by", "minh")
        self.assertEqual(self.world.sql("SELECT who, login FROM action ORDER BY id"), [("lan", "nobody"), ("minh", "root")])

    # ---- the daemon's life ----

    def test_without_a_daemon_the_command_writes_itself(self):
        self.tdwatch("import", FEED, SAMPLE)
        alert = self.alert()["id"]
        done = self.tdwatch("ack", alert, "--by", "lan")
        self.assertIn("is acknowledged until", done.stdout)
        self.assertFalse(self.socket.exists())
        self.start()
        self.assertEqual(self.alert()["acknowledged"]["by"], "lan")

    def test_acknowledgement_outlives_restart_and_crash(self):
        self.start()
        alert = self.alert()["id"]
        self.tdwatch("ack", alert, "--by", "lan")
        self.world.kill()
        self.assertTrue(self.socket.exists(), "a crash leaves its socket")
        self.tdwatch("comment", alert, "by myself")  # nobody listens there
        self.world.start()
        self.tdwatch("assign", alert, "minh")
        self.assertEqual(self.world.stop(), 0)
        self.assertFalse(self.socket.exists())
        shown = self.alert()
        self.assertEqual((shown["acknowledged"]["by"], shown["assignee"], shown["comments"]), ("lan", "minh", 1))

    def test_daemon_whose_path_is_too_long_goes_on_without_a_socket(self):
        deep = self.world.directory / ("d" * 100)
        config = self.world.directory / "tdwatch.yaml"
        config.write_text(config.read_text().replace("state_directory: state", f"state_directory: {deep.name}"))
        self.world.start()
        self.assertIn("commands cannot reach this daemon", self.world.log())
        self.assertIn("takes no commands", self.tdwatch("ack", "abcd", code=1).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
