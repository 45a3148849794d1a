"""Deliveries over TLS to "public" addresses, in a network of our own: certificates good and bad, STARTTLS and AUTH at real relays (aiosmtpd, and
Postfix where it is), names that lead to inner addresses.

    python3 delivery_tls.py BINARY

Runs itself again in namespaces in which 93.184.216.34 is this machine, names come from our own hosts file, and our own CA is the system's. Skips
(exit code 77) where that is not allowed.
"""

import asyncio
import email.policy
import http.server
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

ADDRESS = "93.184.216.34"
HOSTS = f"""\
127.0.0.1 localhost
{ADDRESS} hook.example.vn relay.example.vn other-name.example.vn
10.0.0.1 inner.example.vn
169.254.169.254 metadata.example.vn
127.0.0.1 rebound.example.vn
"""
PREPARE = f"""\
ip link set lo up && ip addr add {ADDRESS}/32 dev lo &&
mount --bind "$TDWATCH_TLS/hosts" /etc/hosts && mount --bind "$TDWATCH_TLS/ca.pem" /etc/ssl/certs/ca-certificates.crt"""


def openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificate(directory, name, host, days, signed=True):
    openssl(directory, "req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
    (directory / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
    issuer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"] if signed else ["-signkey", f"{name}.key"]
    openssl(directory, "x509", "-req", "-in", f"{name}.csr", *issuer, "-days", str(days), "-extfile", f"{name}.ext", "-out", f"{name}.pem")


def make_world(directory):
    (directory / "hosts").write_text(HOSTS)
    openssl(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test CA",
            "-days", "2")
    make_certificate(directory, "hook", "hook.example.vn", 2)
    make_certificate(directory, "relay", "relay.example.vn", 2)
    make_certificate(directory, "self", "hook.example.vn", 2, signed=False)
    # Ended yesterday; `openssl x509` takes a validity that is negative.
    make_certificate(directory, "expired", "hook.example.vn", -1)


def enter_namespaces():
    with tempfile.TemporaryDirectory(prefix="tdwatch-test-") as directory:
        make_world(pathlib.Path(directory))
        environment = dict(os.environ, TDWATCH_TLS=directory)
        command = ["unshare", *(["--map-root-user"] if os.geteuid() else []), "--net", "--mount", "sh", "-c"]
        if shutil.which("unshare") is None or subprocess.run([*command, PREPARE], env=environment, stderr=subprocess.DEVNULL).returncode:
            print("no namespaces of our own here (unshare, ip, mount): skipped")
            return 77
        again = f'{PREPARE} && exec "$0" "$@"'
        return subprocess.run([*command, again, sys.executable, *sys.argv], env=environment, check=False).returncode


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class TlsServer(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that takes no bad certificate is what is asked for."""


class Relay(threading.Thread):
    """aiosmtpd on a thread: STARTTLS and AUTH are required, or TLS from the start."""

    def __init__(self, directory, implicit):
        super().__init__(daemon=True)
        self.implicit, self.mails, self.ready = implicit, [], threading.Event()
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(directory / "relay.pem", directory / "relay.key")
        self.start()
        self.ready.wait(10)

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, session.ssl is not None))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, data):
        from aiosmtpd.smtp import AuthResult
        return AuthResult(success=(data.login, data.password) == (b"tdwatch", b"right word"), handled=False)

    def make(self):
        from aiosmtpd.smtp import SMTP
        starttls = None if self.implicit else self.context
        return SMTP(self, hostname="relay", tls_context=starttls, require_starttls=not self.implicit,
                    authenticator=self.authenticate, auth_required=True, auth_require_tls=not self.implicit)

    def run(self):
        async def serve():
            loop = asyncio.get_running_loop()
            server = await loop.create_server(self.make, ADDRESS, 0, ssl=self.context if self.implicit else None)
            self.port = server.sockets[0].getsockname()[1]
            self.ready.set()
            await asyncio.Event().wait()
        asyncio.run(serve())


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificates = pathlib.Path(os.environ["TDWATCH_TLS"])
        cls.hooks = {}
        for name in ("hook", "self", "expired"):
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(cls.certificates / f"{name}.pem", cls.certificates / f"{name}.key")
            server = TlsServer((ADDRESS, 0), Hook)
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
            server.bodies = []
            threading.Thread(target=server.serve_forever, daemon=True).start()
            cls.hooks[name] = server
        cls.starttls, cls.smtps = Relay(cls.certificates, False), Relay(cls.certificates, True)

    def setUp(self):
        import world
        self.directory = tempfile.TemporaryDirectory(prefix="tdwatch-test-")
        self.addCleanup(self.directory.cleanup)
        self.root = pathlib.Path(self.directory.name)
        (self.root / "hook-secret").write_text(world.SECRET)
        (self.root / "word").write_text("right word")
        (self.root / "wrong-word").write_text("wrong word")

    def drill(self, receiver, smtp=None):
        import world
        relay = f"smtp: {{ url: \"{smtp[0]}\", from: tdwatch@example.vn, user: tdwatch, password: {smtp[1]} }}\n" if smtp else ""
        (self.root / "tdwatch.yaml").write_text(f"feeds: [{world.ROOT}/feeds/sample]\ntables: [{world.ROOT}/feeds]\nrules: [{world.ROOT}"
                                                f"/rules/demo.yaml]\n{relay}receivers:\n  - {{ name: one, {receiver} }}\n")
        return subprocess.run([BINARY, "-c", self.root / "tdwatch.yaml", "drill"], text=True, capture_output=True, timeout=60,
                              env=dict(os.environ, CREDENTIALS_DIRECTORY=str(self.root)))

    def hook(self, host, name):
        port = self.hooks[name].server_address[1]
        return self.drill(f'webhook: "https://{host}:{port}/", secret: hook-secret')

    def test_good_certificate_is_enough(self):
        done = self.hook("hook.example.vn", "hook")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(len(self.hooks["hook"].bodies), 1)

    def test_bad_certificates_are_our_trouble(self):
        for host, name in (("hook.example.vn", "self"), ("hook.example.vn", "expired"), ("other-name.example.vn", "hook")):
            with self.subTest(host=host, name=name):
                before = len(self.hooks[name].bodies)
                done = self.hook(host, name)
                self.assertEqual(done.returncode, 1)
                self.assertIn("certificate not accepted", done.stdout)
                self.assertIn("a real one would be tried until it is mended", done.stdout)
                self.assertEqual(len(self.hooks[name].bodies), before)

    def test_names_that_lead_inside_are_refused(self):
        for host in ("inner.example.vn", "metadata.example.vn", "rebound.example.vn"):
            with self.subTest(host=host):
                done = self.hook(host, "hook")
                self.assertIn("address not allowed: not on the public internet", done.stdout)

    def test_name_without_address_is_our_trouble(self):
        done = self.hook("nowhere.example.vn", "hook")
        self.assertIn("host name not found", done.stdout)
        self.assertIn("a real one would be tried until it is mended", done.stdout)

    def test_relay_with_starttls_and_authentication(self):
        for relay, scheme in ((self.starttls, "smtp"), (self.smtps, "smtps")):
            with self.subTest(scheme=scheme):
                url = f"{scheme}://relay.example.vn:{relay.port}"
                done = self.drill("email: desk@example.vn", (url, "word"))
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual([mail[:2] for mail in relay.mails], [("tdwatch@example.vn", ["desk@example.vn"])])
                done = self.drill("email: desk@example.vn", (url, "wrong-word"))
                self.assertIn("535 authentication refused", done.stdout)
                self.assertIn("a real one would be tried until it is mended", done.stdout)
                self.assertEqual(len(relay.mails), 1)

    def test_postfix_with_starttls_and_authentication(self):
        import postfix
        import world
        if postfix.why_not():
            self.skipTest(postfix.why_not())
        relay = postfix.Postfix(self.root / "postfix", self.certificates, ADDRESS, world.free_port())
        self.addCleanup(relay.close)
        url = f"smtp://relay.example.vn:{relay.port}"
        done = self.drill("email: desk@example.vn", (url, "word"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("queued as", done.stdout)
        world.wait_for("the mail", relay.mails)
        mail = email.message_from_bytes(relay.mails()[0].read_bytes(), policy=email.policy.default)
        self.assertEqual((mail["To"], mail["Return-Path"]), ("desk@example.vn", "<tdwatch@example.vn>"))
        self.assertIn("ESMTPSA", mail["Received"])  # S: over TLS, A: authenticated (RFC 3848)
        for word, receiver, said in (("wrong-word", "desk", "535"), ("word", "nobody-there", "550")):
            with self.subTest(said=said):
                done = self.drill(f"email: {receiver}@example.vn", (url, word))
                self.assertEqual(done.returncode, 1)
                self.assertIn(said, done.stdout)

    def test_relay_with_the_name_of_another(self):
        done = self.drill("email: desk@example.vn", (f"smtp://hook.example.vn:{self.starttls.port}", "word"))
        self.assertIn("certificate not accepted", done.stdout)


if __name__ == "__main__":
    if "TDWATCH_TLS" not in os.environ:
        sys.exit(enter_namespaces())
    BINARY = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
