"""A mail relay for the whole-program test: takes mail on a free loopback port, keeps it, and reads it as a mail program would.

    python3 smtp_receiver.py DIRECTORY [--fail N] [--code CODE] [--stage rcpt|data]

Prints its port as the first line. Each message becomes DIRECTORY/NNNN.eml and a JSON line in DIRECTORY/log.jsonl. The first N
commands of the stage are answered with CODE (451 where none is given).
"""

import argparse
import asyncio
import email
import email.policy
import json
import pathlib
import re
import signal

from aiosmtpd.smtp import SMTP


def part_text(message, kind, faults):
    """The decoded text of one alternative; "" with a fault where it is missing or not UTF-8."""
    for part in message.walk():
        if part.get_content_type() != f"text/{kind}":
            continue
        try:
            return part.get_payload(decode=True).decode("utf-8", "strict")
        except UnicodeDecodeError as error:
            faults.append(f"text/{kind}: {error}")
            return ""
    faults.append(f"no text/{kind}")
    return ""


def header_faults(message):
    faults = [f"no {name}" for name in ("From", "To", "Subject", "Date", "Message-ID") if message[name] is None]
    for name, value in message.items():
        faults += [f"{name}: {defect}" for defect in value.defects]
    if message["Subject"] is not None and "=?" in str(message["Subject"]):
        faults.append("Subject: an encoded-word was not decoded")
    if message["Auto-Submitted"] != "auto-generated":
        faults.append("Auto-Submitted is not auto-generated")
    if not re.fullmatch(r"<[^<>\s]+@[^<>\s]+>", str(message["Message-ID"])):
        faults.append("Message-ID is not <id@domain>")
    return faults


def describe(content):
    message = email.message_from_bytes(content, policy=email.policy.default)
    faults = header_faults(message)
    text, html = part_text(message, "plain", faults), part_text(message, "html", faults)
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        faults.append("a line does not end in CR LF")
    if max(map(len, content.split(b"\r\n"))) > 998:
        faults.append("a line is over 998 bytes")
    header = {name: None if message[name] is None else str(message[name])
              for name in ("Subject", "Message-ID", "Date", "From", "To", "References", "In-Reply-To", "Auto-Submitted")}
    return {"header": header, "text": text, "html": html, "faults": faults}


class Handler:
    def __init__(self, options):
        self.options = options
        self.failures_left = options.fail
        self.count = 0

    def refusal(self, stage):
        if stage != self.options.stage or self.failures_left <= 0:
            return None
        self.failures_left -= 1
        return f"{self.options.code} refused by the test"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        refusal = self.refusal("rcpt")
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        refusal = self.refusal("data")
        if refusal is not None:
            return refusal
        self.count += 1
        path = self.options.directory / f"{self.count:04}.eml"
        path.write_bytes(envelope.original_content)
        entry = {"file": path.name, "mail_from": envelope.mail_from, "rcpt_to": envelope.rcpt_tos}
        entry.update(describe(envelope.original_content))
        with open(self.options.directory / "log.jsonl", "a", encoding="utf-8") as log:
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
        return "250 OK"


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--fail", type=int, default=0)
    parser.add_argument("--code", type=int, default=451)
    parser.add_argument("--stage", choices=("rcpt", "data"), default="rcpt")
    return parser.parse_args()


async def main():
    handler = Handler(read_options())
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(lambda: SMTP(handler, hostname="localhost", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()


asyncio.run(main())
