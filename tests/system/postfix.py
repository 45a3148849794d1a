"""A Postfix of its own for a test: STARTTLS and AUTH are required, mail for example.vn goes to a maildir.

Wants real root in a mount namespace of the test's own (its parts change to users of their own, and SASL reads one fixed file).
"""

import os
import pathlib
import shutil
import subprocess

MAIN = """\
compatibility_level = 3.6
myhostname = relay.example.vn
queue_directory = {root}/spool
data_directory = {root}/data
maillog_file = {root}/log
maillog_file_prefixes = {root}
inet_interfaces = {address}
inet_protocols = ipv4
alias_maps =
mydestination =
smtpd_tls_cert_file = {certificates}/relay.pem
smtpd_tls_key_file = {certificates}/relay.key
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = relay.example.vn
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
virtual_mailbox_domains = example.vn
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = inline:{{ {{ desk@example.vn = desk/ }} }}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
"""
MASTER = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def why_not():
    """Why there can be none here, or None."""
    for program in ("postfix", "saslpasswd2"):
        if shutil.which(program) is None:
            return f"{program} is not here (tests/support/install.sh peers)"
    if int(pathlib.Path("/proc/self/uid_map").read_text().split()[2]) == 1:
        return "Postfix wants real root"
    return None


class Postfix:
    def __init__(self, root, certificates, address, port):
        self.root, self.etc, self.port = root, root / "etc", port
        for name in ("etc", "spool", "data", "mail"):
            (root / name).mkdir(parents=True)
        for path in (root, root.parent):  # its parts are other users
            path.chmod(0o755)
        shutil.chown(root / "data", "postfix")
        (root / "mail").chmod(0o777)
        names = {"root": root, "certificates": certificates, "address": address, "port": port}
        (self.etc / "main.cf").write_text(MAIN.format(**names))
        (self.etc / "master.cf").write_text(MASTER.format(**names))
        self.add_user("tdwatch", "right word")
        self.call("start")

    def add_user(self, user, password):
        users = self.root / "users.db"
        subprocess.run(["saslpasswd2", "-p", "-c", "-f", users, "-u", "relay.example.vn", user], input=password, text=True, check=True)
        shutil.chown(users, "postfix")
        subprocess.run(["mount", "--bind", users, "/etc/sasldb2"], check=True)

    def call(self, verb):
        subprocess.run(["postfix", "-c", self.etc, verb], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=dict(os.environ, MAIL_CONFIG=str(self.etc)))

    def mails(self):
        return sorted((self.root / "mail" / "desk" / "new").glob("*"))

    def close(self):
        self.call("stop")
        subprocess.run(["umount", "/etc/sasldb2"], check=False)
