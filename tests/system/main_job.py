"""The whole program against real peers: an HTTP publisher, an SMTP server, a webhook receiver with the official libraries.

    python3 main_job.py BINARY
"""

import json
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()

# What the shipped figures must raise at 2025-07, and must not: rule, product, figure that fired it.
EXPECTED = [
    ("export-surge", "toys-sports", "growth_ytd 231%"),
    ("export-surge", "computers-electronics", "growth_ytd 69%"),
    ("import-content", "computers-electronics", "growth_out 69%, growth_in 47%"),
    ("origin-pattern", "computers-electronics", "import_content 136%"),
    ("import-content", "wire-cable", "growth_out 65%, growth_in 53%"),
]


class MainJob(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def settle(self):
        self.world.start()
        world.wait_for("every delivery", self.world.settled)

    def test_alerts_reach_both_receivers_verified(self):
        self.settle()
        hooks, mails = world.read_log(self.world.hook_log), world.read_log(self.world.mail_log)
        self.assertEqual([hook["faults"] for hook in hooks if hook["faults"]], [])
        self.assertTrue(all(hook["verified"] and hook["valid"] for hook in hooks))
        self.assertEqual([mail["faults"] for mail in mails if mail["faults"]], [])
        told = {(hook["data"]["rule"], hook["data"]["product"]["code"]) for hook in hooks}
        self.assertIn(("export-surge", "toys-sports"), told)
        self.assertIn(("import-content", "wire-cable"), told)
        self.assertNotIn(("export-surge", "iron-steel"), told)
        self.assertFalse([rule for rule, _ in told if rule == "origin-pattern"], "internal alerts stay inside")
        self.assertTrue(any("Đồ chơi" in mail["text"] and "Toys" in mail["text"] and "231%" in mail["html"]
                            for mail in mails))
        self.assertEqual({mail["rcpt_to"][0] for mail in mails}, {"trade-desk@test.example"})
        self.assertEqual(len({mail["header"]["Message-ID"] for mail in mails}), len(mails))

    def test_commands_show_what_happened(self):
        self.settle()
        alerts = self.world.run("alerts").stdout
        for rule, product, figures in EXPECTED:
            self.assertRegex(alerts, rf"{rule} +{product} .*{re.escape(figures)}")
        self.assertNotRegex(alerts, r"iron-steel ")
        query = self.world.run("query", "exports", "--product", "nso:total", "--market", "US", "--from", "2025-01",
                               "--to", "2025-06")
        self.assertIn("70.905 billion USD", query.stdout)
        self.assertIn(" ok ", self.world.run("feed", "status").stdout)
        self.assertRegex(self.world.run("outbox", "--delivered").stdout, r"0 pending, 0 parked, 18 delivered")
        with urllib.request.urlopen(f"http://127.0.0.1:{self.world.listen}/healthz") as page:
            health = json.load(page)
        self.assertTrue(health["ok"] and health["outbox"]["adds_up"])

    def test_restart_and_the_same_payload_tell_nobody_anything(self):
        self.settle()
        before = self.world.sql("SELECT id FROM alert ORDER BY id")
        self.assertEqual(self.world.stop(), 0)
        self.settle()
        time.sleep(0.2)
        self.assertEqual(self.world.sql("SELECT id FROM alert ORDER BY id"), before)
        self.assertEqual(len(world.read_log(self.world.hook_log)), 7)
        self.assertEqual(len(world.read_log(self.world.mail_log)), 11)

    def refuse(self, trouble, reason):
        self.world.trouble.write_text(trouble)
        self.world.start()
        world.wait_for(reason, lambda: reason in self.world.log())
        world.wait_for("the feed's state", lambda: self.world.sql("SELECT 1 FROM feed"))
        self.assertEqual(self.world.sql("SELECT count(*) FROM block"), [(0,)])

    def test_html_with_status_200_goes_to_quarantine(self):
        self.refuse("html200", "payload refused feed=vn-nso-sample: vn-nso-sample:1:1: error[D")
        self.assertEqual(self.world.sql("SELECT rule FROM alert"), [("feed-quarantine",)])
        world.wait_for("the notice", self.world.settled)
        self.assertEqual(self.world.sql("SELECT receiver FROM delivery"), [("trade-desk",)], "not to exporters")

    def test_truncated_body_never_enters_history(self):
        self.refuse("truncated", "feed failed feed=vn-nso-sample failures=1")

    def test_body_cut_without_length_never_enters_history(self):
        self.refuse("cut", "payload refused")

    def test_failing_receivers_are_tried_again(self):
        control = urllib.request.Request(f"http://127.0.0.1:{self.world.hook_port}/control",
                                         json.dumps({"fail": 1, "status": 503}).encode())
        urllib.request.urlopen(control).close()
        self.settle()
        hooks = world.read_log(self.world.hook_log)
        late = [hook for hook in hooks if hook["status"] == 503]
        self.assertEqual(len(late), 1)
        again = [hook for hook in hooks if hook["id"] == late[0]["id"] and hook["status"] == 204]
        self.assertEqual(len(again), 1, "the same id, once more")

    def test_broken_rules_never_replace_the_running_ones(self):
        self.settle()
        rules = self.world.directory / "rules" / "demo.yaml"
        good = rules.read_text(encoding="utf-8")
        rules.write_text(good.replace("growth(exports, 12m)", "groth(exports, 12m)", 1), encoding="utf-8")
        self.world.daemon.send_signal(signal.SIGHUP)
        world.wait_for("the refusal", lambda: "reload refused" in self.world.log())
        self.assertRegex(self.world.log(), r"demo\.yaml:\d+:\d+: error\[T006\]: there is no function 'groth'")
        check = self.world.run("check")
        self.assertEqual(check.returncode, 1)
        self.assertIn("did you mean 'growth'?", check.stdout)
        rules.write_text(good.replace("growth: 40%", "growth: 100%", 1), encoding="utf-8")
        self.world.daemon.send_signal(signal.SIGHUP)
        world.wait_for("the reload", lambda: "reloaded rules=3" in self.world.log())
        world.wait_for("the cleared alerts", self.world.settled)
        cleared = [hook["data"] for hook in world.read_log(self.world.hook_log) if hook["data"]["event"] == "cleared"]
        self.assertTrue(any(data["reason"] == "rules" for data in cleared))

    def test_stops_within_ten_seconds_while_a_receiver_is_silent(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:  # takes connections, never says a word
            self.world.hook_port = silent.getsockname()[1]
            self.world.write_config()
            self.world.start()
            world.wait_for("the mails", lambda: len(world.read_log(self.world.mail_log)) == 11)
            begin = time.monotonic()
            self.assertEqual(self.world.stop(), 0)
            self.assertLess(time.monotonic() - begin, 10)
        self.assertEqual(self.world.sql("SELECT count(*) FROM delivery WHERE state = 0"), [(7,)], "still pending")

    def test_faulty_configuration_is_refused_with_all_faults(self):
        path = self.world.directory / "tdwatch.yaml"
        path.write_text(path.read_text().replace("home: VN", "hoem: VN").replace("audience: internal", "audience: me"))
        check = self.world.run("check")
        self.assertEqual(check.returncode, 1)
        self.assertIn("did you mean 'home'?", check.stdout)
        self.assertIn("audience", check.stdout)
        run = self.world.run("run")
        self.assertEqual(run.returncode, 1)
        self.assertIn("not started", run.stderr)

    def test_secrets_stay_secret(self):
        self.settle()
        shown = self.world.log() + self.world.run("outbox", "--delivered").stdout
        shown += pathlib.Path(f"/proc/{self.world.daemon.pid}/cmdline").read_text()
        self.assertNotIn(world.SECRET, shown)
        self.assertFalse(self.world.sql(f"SELECT 1 FROM delivery WHERE body LIKE '%{world.SECRET}%'"))

    def test_demo_twice_gives_the_same_alerts(self):
        outputs = []
        for _ in range(2):
            demo = subprocess.run([BINARY, "demo", "--directory", self.directory.name + "/demo"], text=True,
                                  capture_output=True, timeout=40)
            self.assertEqual(demo.returncode, 0, demo.stderr)
            outputs.append(demo.stdout)
        self.assertEqual(outputs[0], outputs[1])
        self.assertRegex(outputs[0], r"export-surge +toys-sports")


if __name__ == "__main__":
    unittest.main(verbosity=2)
