"""What `tdwatch check` says, word for word: each tests/cases/check/X.yaml beside its X.txt.

    python3 check_golden.py BINARY             compares
    python3 check_golden.py BINARY --update    writes the texts again (make update-ok); read them before you commit

A case is a file that is checked. Where it needs other arguments its first line says them: "# tdwatch check ARGUMENTS". It is run in its own
folder, so that no path of the machine gets into the texts.

Every message of the sources below must stand in some text, so that none changes unseen. EXEMPT says which need not, and why.
"""

import json
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CASES = ROOT / "tests" / "cases" / "check"
BINARY = pathlib.Path(sys.argv.pop(1)).resolve()

# Codes, or beginnings of codes, that no case of this folder pins.
EXEMPT = {
    "C": "the configuration: tests/unit/test_config.c",
    "D": "payloads of feeds: tests/unit/test_decode.c, test_payload.c",
    "F": "feed descriptors: tests/unit/test_descriptor.c and tests/cases/schema",
    "G": "the gate: tests/unit/test_gate.c",
    "H": "the case list: tests/unit/test_cases_csv.c",
    "L006": "needs 10,001 codes",
    "R030": "needs 1,001 rules",
    "P": "notices: tests/unit/test_notices.c",
    "S": "tests of rules: tests/system/rule_test.py",
    "W": "warnings about rules: tests/unit/test_rule_lint.c and test_history_lint.c",
    "X": "templates of messages: tests/unit/test_template.c and tests/system/mails.py",
    "R032": "needs 16 MiB of rules and tables",
}
EXEMPT_MESSAGES = {
    "more than %zu %s": "needs 10,001 rows",
    "'%s' of %s: %.60s is too large to be counted": "needs a number without limits: tests/unit/test_keys.c",
    "the file is larger than %d KiB": "yaml_load refuses the file before: tests/unit/test_yaml.c",
}

# "R017" and, where it follows at once, the text.
CODE = re.compile(r'"([A-Z]\d{3})"(?:,\s*((?:"(?:[^"\\]|\\.)*"\s*)+))?')
CONVERSION = re.compile(r"%(?:%|[-0-9]*(?:\.(?:\d+|\*))?(?:z|ll|l)?[a-zA-Z])")


def messages():
    """(code, text or None, where) of every finding in the sources."""
    for path in sorted([*ROOT.glob("daemon/*/*.c"), *ROOT.glob("feeds/*.c")]):
        for code, text in CODE.findall(path.read_text(encoding="utf-8")):
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
            yield code, re.sub(r"\\(.)", r"\1", "".join(parts)) or None, path.relative_to(ROOT)


def pattern(text):
    """What a format of printf can print; control characters and long texts are cut by diag.c."""
    literals = CONVERSION.split(text)
    signs = ["%" if sign == "%%" else ".*" for sign in CONVERSION.findall(text)]
    return "".join(re.escape(literal) + sign for literal, sign in zip(literals, [*signs, ""]))


def is_exempt(code):
    return any(code.startswith(beginning) for beginning in EXEMPT)


def run(*arguments):
    return subprocess.run([BINARY, "check", *arguments], cwd=CASES, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)


def arguments_of(case):
    first = case.read_bytes().split(b"\n", 1)[0].decode("utf-8", "replace")
    said = re.match(r"# tdwatch check (.+)", first)
    return said.group(1).split() if said else [case.name]


def output(case):
    """Bytes: a case may hold what is not UTF-8, and its lines are shown."""
    done = run(*arguments_of(case))
    return done.stdout + b"exit code %d\n" % done.returncode


def cases():
    return sorted(CASES.glob("*.yaml"))


class Golden(unittest.TestCase):
    maxDiff = None

    def test_every_case_says_what_its_text_says(self):
        for case in cases():
            with self.subTest(case.name):
                expected = case.with_suffix(".txt").read_bytes()
                self.assertEqual(expected.decode("utf-8", "backslashreplace"), output(case).decode("utf-8", "backslashreplace"),
                                 "if this is what it should say, run `make update-ok`")

    def test_every_text_has_a_case(self):
        self.assertEqual([], [text.name for text in CASES.glob("*.txt") if not text.with_suffix(".yaml").exists()])

    def test_every_message_is_pinned(self):
        said = "".join(text.read_bytes().decode("utf-8", "replace") for text in CASES.glob("*.txt"))
        pinned = re.findall(r"(?:error|warning)\[([A-Z]\d{3})\]: (.*)", said)
        missing = []
        for code, text, path in messages():
            if is_exempt(code) or text in EXEMPT_MESSAGES:
                continue
            fits = re.compile(pattern(text) if text else ".*")
            if not any(code == one and fits.fullmatch(line) for one, line in pinned):
                missing.append(f"{path}: {code} {text or ''}")
        self.assertEqual([], missing, f"add a case to {CASES.relative_to(ROOT)}, then run `make update-ok`")

    def test_exemptions_are_needed(self):
        found = list(messages())
        codes, texts = {code for code, _, _ in found}, {text for _, text, _ in found}
        self.assertEqual([], [beginning for beginning in EXEMPT if not any(code.startswith(beginning) for code in codes)])
        self.assertEqual([], [text for text in EXEMPT_MESSAGES if text not in texts])


class Json(unittest.TestCase):
    """The same findings as a document."""

    def read(self, *arguments):
        done = run("--json", *arguments)
        return done.returncode, json.loads(done.stdout)

    def test_it_holds_what_the_lines_say(self):
        for case in cases():
            arguments = arguments_of(case)
            if any(argument.startswith("--no") for argument in arguments):
                continue
            with self.subTest(case.name):
                code, answer = self.read(*arguments)
                text = case.with_suffix(".txt").read_bytes().decode("utf-8", "replace")
                lines, hints = [], re.findall(r"^      = hint: (.*)", text, re.M)
                for finding in answer["findings"]:
                    place = f"{finding['file']}:{finding['line']}:{finding['column']}" if finding["line"] else finding["file"]
                    lines.append(f"{place}: {finding['level']}[{finding['code']}]: {finding['text']}")
                self.assertEqual(re.findall(r"^\S+: (?:error|warning)\[.*", text, re.M), lines)
                self.assertEqual(hints, [finding["hint"] for finding in answer["findings"] if finding["hint"] is not None])
                self.assertEqual(answer["errors"], len([1 for finding in answer["findings"] if finding["level"] == "error"]))
                self.assertEqual(code, 1 if answer["errors"] > 0 else 0)

    def test_good_files_have_no_findings(self):
        self.assertEqual((0, {"files": 1, "errors": 0, "warnings": 0, "findings": []}), self.read("good.yaml"))

    def test_it_counts_files(self):
        self.assertEqual(2, self.read("good.yaml", "good.yaml")[1]["files"])


if __name__ == "__main__":
    if "--update" in sys.argv:
        for one in cases():
            one.with_suffix(".txt").write_bytes(output(one))
    else:
        unittest.main()
