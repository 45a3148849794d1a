"""Mails as two mail programs read them, also where what feeds, rules and tables say means harm.

    python3 mails.py BINARY

Python's email package and npm's postal-mime must read the same subject, texts and pictures, and nothing of the injected text may become a header,
a recipient, markup or a direction of writing.
"""

import email
import email.policy
import hashlib
import html.parser
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import world

BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
HARM = ("a\r\nBcc: evil@test.example\r\n\r\n<script>alert(1)</script> =?UTF-8?B?QUE=?= =cmd()|' /C calc'!A0 "
        "\"onerror=\"x\" \u202egnp.exe\u202c \u2066x\u2069 \u0085 \u2028 --0123456789")
BRACES = " {{headline}} {{{title}}}"  # of a rule's own words they are refused, as escapes and NULs are anywhere
HIDDEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u0080-\u009f\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
CASE = {"id": "A-552-999", "market": "US", "against": "VN", "type": "anti-dumping", "basket": "toys-sports", "petition": "2025-06-20",
        "confidence": "general"}


class Page(html.parser.HTMLParser):
    """Elements and attributes of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.images = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "img":
            self.images.append(dict(attrs))


def read(path):
    """What Python's package reads, in the form of parse_mails.mjs."""
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    pictures = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    return {
        "subject": mail["Subject"],
        "from": mail["From"].addresses[0].addr_spec,
        "to": [address.addr_spec for address in mail["To"].addresses],
        "copies": [],
        "messageId": mail["Message-ID"],
        "headers": [name.lower() for name in mail.keys()],
        "text": mail.get_body(("plain",)).get_content(),
        "html": [part for part in mail.walk() if part.get_content_type() == "text/html"][0].get_content(),
        "attachments": [{"contentId": part["Content-ID"], "mimeType": part.get_content_type(), "disposition": "inline",
                         "filename": part.get_filename(), "digest": hashlib.sha256(part.get_payload(decode=True)).hexdigest()}
                        for part in pictures],
    }, [part.get_payload(decode=True) for part in pictures]


def same_lines(text):
    return [line.rstrip() for line in text.replace("\r\n", "\n").rstrip("\n").split("\n")]


class Mails(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.world = world.World(pathlib.Path(self.directory.name) / "world", BINARY)

    def tearDown(self):
        self.world.close()
        self.directory.cleanup()

    def put_case(self, title):
        row = dict(CASE, title=title, source=title)
        (self.world.directory / "tables" / "case.yaml").write_text(f"measures: [{json.dumps(row)}]\n", encoding="utf-8")

    def put_harm(self):
        """In the words of a rule, of a basket and of a table. JSON is YAML."""
        directory = self.world.directory
        quoted = json.dumps(HARM)
        rules = (directory / "rules" / "demo.yaml").read_text(encoding="utf-8")
        rules = re.sub(r'^      (vi|en): ".*"$', lambda match: f"      {match[1]}: {quoted}", rules, flags=re.M)
        rules = re.sub(r'^      - "19 USC.*"$', lambda match: f"      - {quoted}", rules, flags=re.M)
        (directory / "rules" / "demo.yaml").write_text(rules, encoding="utf-8")
        path = directory / "tables" / "baskets-nso.yaml"
        quoted = json.dumps(HARM + BRACES)
        path.write_text(re.sub(r"title: \{ vi: .*, en: .* \}", lambda _: f"title: {{ vi: {quoted}, en: {quoted} }}",
                               path.read_text(encoding="utf-8")), encoding="utf-8")
        self.put_case(HARM + BRACES)

    def settle(self, payloads=1):
        self.world.start()
        world.wait_for("the payload", lambda: self.world.sql("SELECT count(*) FROM payload") == [(payloads,)])
        world.wait_for("every delivery", self.world.settled)
        paths = sorted((self.world.directory / "mail").glob("*.eml"))
        done = subprocess.run(["node", world.TESTS / "system" / "parse_mails.mjs", *paths], capture_output=True, text=True, timeout=60,
                              check=True)
        return [(*read(path), other) for path, other in zip(paths, json.loads(done.stdout))]

    def compare(self, mail, other):
        for key in ("subject", "from", "to", "copies", "messageId", "attachments"):
            self.assertEqual(mail[key], other[key], key)
        for key in ("text", "html"):
            self.assertEqual(same_lines(mail[key]), same_lines(other[key]), key)

    def check_page(self, mail):
        page = Page(mail["html"])
        self.assertLessEqual(page.tags, {"html", "head", "meta", "title", "style", "body", "table", "tr", "td", "div", "p", "h1", "h2", "b",
                                         "span", "br", "font", "ul", "li", "img", "code"})
        self.assertFalse([name for name in page.attributes if name.startswith("on") or name in ("href", "background", "srcset")])
        self.assertNotRegex(mail["html"], r"(?i)url\(|@import|https?://")
        self.assertEqual({image["src"] for image in page.images}, {"cid:" + part["contentId"].strip("<>") for part in mail["attachments"]})
        self.assertTrue(all(image["alt"] for image in page.images))

    def check_headers(self, mail):
        self.assertEqual(len(mail["headers"]), len(set(mail["headers"])))
        self.assertLessEqual(set(mail["headers"]), {"content-type", "mime-version", "from", "to", "subject", "date", "message-id",
                                                    "in-reply-to", "references", "list-id", "list-unsubscribe", "auto-submitted",
                                                    "x-auto-response-suppress"})
        self.assertEqual(mail["to"], ["trade-desk@test.example"])

    def test_two_programs_read_the_same(self):
        self.put_case("Toys")
        mails = self.settle()
        self.assertEqual(len(mails), 11)
        for mail, pictures, other in mails:
            self.compare(mail, other)
            self.check_page(mail)
            self.check_headers(mail)
            self.assertEqual(len(pictures), 2)
            for picture in pictures:
                self.assertTrue(picture.startswith(b"\x89PNG\r\n\x1a\n"))
                self.assertEqual(int.from_bytes(picture[16:20], "big"), 960)
        toys = [mail["text"] for mail, _, _ in mails if "export-surge toys-sports" in mail["text"]]
        self.assertIn("A-552-999, Toys: anti-dumping (Viet Nam), case open since 2025-06-20", toys[0])
        self.assertIn("≥ 40%: met, by 190.6 pp", toys[0])
        self.assertIn("ngưỡng ≥ 40%: đạt, cách ngưỡng 190,6 điểm %", toys[0])

    def test_hostile_words_stay_words(self):
        self.put_harm()
        mails = self.settle()
        self.assertEqual(len(mails), 11)
        for mail, _, other in mails:
            self.compare(mail, other)
            self.check_page(mail)
            self.check_headers(mail)
            for key in ("subject", "text", "html"):
                self.assertIsNone(HIDDEN.search(mail[key].replace("\r\n", "\n")), key)
            self.assertNotIn("\n", mail["subject"])
            self.assertIn("=?UTF-8?B?QUE=?=", mail["subject"])  # as it was written, and not decoded once more
            self.assertIn("<script>alert(1)</script>", mail["text"])
            self.assertNotRegex(mail["text"], r"(?m)^Bcc:")
            self.assertIn("{{{title}}}", mail["text"])
        envelopes = world.read_log(self.world.mail_log)
        self.assertEqual({tuple(mail["rcpt_to"]) for mail in envelopes}, {("trade-desk@test.example",)})

    def test_a_correction_says_what_has_changed(self):
        sent = {mail["messageId"]: mail for mail, _, _ in self.settle()}
        path = self.world.publish / "vn-nso.csv"
        path.write_text(re.sub(r"^(X,US,toys-sports,2025-0[1-7],)[\d.]+", r"\g<1>100000", path.read_text("utf-8"), flags=re.M), encoding="utf-8")
        self.assertEqual(self.world.stop(), 0)
        self.world.write_feed("7h")  # another descriptor: the source is asked at once
        mails = [mail for mail, _, _ in self.settle(2) if mail["messageId"] not in sent and "export-surge toys-sports" in mail["text"]]
        self.assertEqual(len(mails), 1)
        text = mails[0]["text"]
        self.assertIn("Correction: alert withdrawn", text)
        self.assertRegex(text, r"Growth of exports, year to date, on a year earlier: 231% → -?\d+")
        self.assertIn("Severity: Warning → Correction", text)
        self.assertRegex(text, r"What has changed since the last message \(\d{4}-\d\d-\d\d \d\d:\d\d UTC\)")
        self.assertIn("in-reply-to", mails[0]["headers"])

    def test_templates_of_the_operator_are_used(self):
        directory = self.world.directory / "templates"
        directory.mkdir()
        (directory / "subject.en.mustache").write_text("{{product}} ({{level}})\n", encoding="utf-8")
        (directory / "html.vi.mustache").write_text("<p>{{title}}{{#figures}}{{#rows}} {{name}}={{value}}{{/rows}}{{/figures}}</p>\n",
                                                    encoding="utf-8")
        config = self.world.directory / "tdwatch.yaml"
        config.write_text(config.read_text() + "templates: [templates]\n")
        mails = self.settle()
        toys = [mail for mail, _, _ in mails if "export-surge toys-sports" in mail["text"]][0]
        self.assertRegex(toys["subject"], r"^\[Cảnh báo 3/4\] .* \| Toys, games and sports requisites \(3\)$")
        self.assertIn("growth_ytd=231%", toys["html"])
        self.assertIn("New alert", toys["html"])
        (directory / "html.vi.mustache").write_text("{{titel}}")
        self.assertIn("html.vi.mustache:1:1: error[X010]: 'titel'", self.world.run("check").stdout)


    def test_faulty_templates_are_refused_with_their_places(self):
        directory = self.world.directory / "templates"
        (directory / "more").mkdir(parents=True)
        config = self.world.directory / "tdwatch.yaml"
        config.write_text(config.read_text() + "templates: [templates, templates/more]\n")
        large = "{{#figures}}{{#rows}}" + "x" * 30000 + "{{/rows}}{{/figures}}"
        for name, text in {"subject.vi.mustache": "{{#changes}}x{{/changes}}", "text.en.mustache": large, "texts.vi.mustache": "x",
                           "html.en.mustache": "\n {{{title}}}{{nothing}}", "html.vi.mustache": "x", "more/html.vi.mustache": "y"}.items():
            (directory / name).write_text(text, encoding="utf-8")
        said = self.world.run("check")
        self.assertEqual(said.returncode, 1)
        for fault in ("html.en.mustache:2:2: error[X012]", "html.en.mustache:2:13: error[X010]: 'nothing'",
                      "more/html.vi.mustache: error[X007]: there is a template of this name already",
                      "subject.vi.mustache: error[X021]: for a synthetic alert, raised and inactive, nothing comes out",
                      "text.en.mustache: error[X020]: for a synthetic alert, raised, more than 65536 bytes come out",
                      "texts.vi.mustache: error[X006]: a template of no part of a message"):
            self.assertIn(fault, said.stdout)


if __name__ == "__main__":
    unittest.main()
