"""A real IMAP server of the tests' own: Debian's Dovecot, one mailbox, in a temporary folder, over TLS."""

from __future__ import annotations

import fcntl
import getpass
import grp
import imaplib
import os
import pwd
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.servers.installation import DOVECOT
from tests.servers.lending import RUN
from tests.servers.process import Command, Server, free_port
from tests.servers.smtp import certificate

USER, PASSWORD = "people", "p@sswörd"

_SETTINGS = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {internal}
default_internal_group = {group}
default_login_user = {login}
mail_location = maildir:{folder}/mail
first_valid_uid = 0
first_valid_gid = 0
ssl = yes
ssl_cert = <{folder}/server.pem
ssl_key = <{folder}/server.pem
disable_plaintext_auth = yes
auth_mechanisms = plain
auth_failure_delay = 0
passdb {{
  driver = static
  args = user={user} password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
namespace inbox {{
  inbox = yes
}}
"""


class Dovecot(Server):
    """One mailbox, reached with TLS."""

    software = DOVECOT
    accounts = ()

    def __init__(self) -> None:
        with (Path(os.environ[RUN]) / "dovecot.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._begin()

    def _begin(self) -> None:
        import secrets
        import signal
        import tempfile

        self.programs = self.software.programs()
        self.account = {}
        self.folder = Path(tempfile.mkdtemp(prefix="garant-dovecot-"))
        self.port, self.plain = free_port(), free_port()
        self.password = secrets.token_urlsafe(18)
        self.process = None
        self.quickly, self.at_once = signal.SIGTERM, signal.SIGKILL

    def prepare(self, secret: Path) -> None:
        """Its settings: run by root, Debian's two accounts do what needs no right; else all is whoever runs it."""
        root = os.geteuid() == 0
        self.certificate = certificate(self.folder)
        mine = getpass.getuser()
        owner = pwd.getpwnam("dovecot") if root else pwd.getpwnam(mine)
        self.folder.chmod(0o755)
        for name in ("mail", "home"):
            (self.folder / name).mkdir()
            os.chown(self.folder / name, owner.pw_uid, owner.pw_gid)
        (self.folder / "dovecot.conf").write_text(
            _SETTINGS.format(
                folder=self.folder,
                internal="dovecot" if root else mine,
                group=grp.getgrgid(owner.pw_gid).gr_name,
                login="dovenull" if root else mine,
                user=USER,
                password=PASSWORD,
                uid=owner.pw_uid,
                gid=owner.pw_gid,
                port=self.port,
                plain=self.plain,
            )
        )

    def command(self) -> Command:
        """In the foreground."""
        return [self.programs / "dovecot", "-F", "-c", self.folder / "dovecot.conf"]

    def answers(self) -> bool:
        """Whether it greets."""
        try:
            self._greeted().logout()
        except (OSError, imaplib.IMAP4.error):
            return False
        return True

    def _greeted(self) -> imaplib.IMAP4:
        trusting = ssl.create_default_context(cafile=str(self.certificate))
        return imaplib.IMAP4_SSL("localhost", self.port, ssl_context=trusting, timeout=10)

    @contextmanager
    def inside(self) -> Iterator[imaplib.IMAP4]:
        """The mailbox, as its owner sees it."""
        with self._greeted() as server:
            server.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            server.select("INBOX")
            yield server

    def deliver(self, *messages: bytes, at: datetime | None = None) -> None:
        """Put messages into the mailbox."""
        with self.inside() as server:
            for message in messages:
                when = imaplib.Time2Internaldate(at) if at is not None else ""
                server.append("INBOX", "", when, message)

    def count(self) -> int:
        """How many messages are there."""
        with self.inside() as server:
            return len(server.search(None, "ALL")[1][0].split())
