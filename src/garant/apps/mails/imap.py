"""The mailbox that people write to (IMAP, RFC 9051): each message once, in order, so much of it and no more."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from garant.apps.mails.parsing import LONGEST
from garant.policy.text import Text
from garant.site.environment import Mailbox

SECONDS: Final = 20
"""How long the server may take to answer."""
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d{1,12})")


class MailboxError(Exception):
    """The mailbox cannot be read now."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it lies there."""

    uid: int
    at: datetime
    """When it arrived."""
    raw: bytes
    """Its first million bytes."""
    cut: bool
    """There is more of it."""


class Opened:
    """A mailbox that is open, for reading."""

    def __init__(self, server: imaplib.IMAP4, validity: int) -> None:
        self._server = server
        self.validity = validity
        """Changes when the numbers of messages no longer mean what they did (RFC 9051, 2.3.1.1)."""

    def after(self, uid: int, most: int, *, since: date | None = None) -> Iterator[Letter]:
        """The messages that arrived after one, and not before a day; the oldest first. Raises MailboxError."""
        found = [one for one in self._uids(f"UID {uid + 1}:*{_since(since)}") if one > uid]
        for one in found[:most]:
            letter = self._fetch(one)
            if letter is not None:
                yield letter

    def _uids(self, some: str) -> list[int]:
        _, answer = _asked(self._server.uid, "SEARCH", some)
        numbers = b" ".join(part for part in answer if isinstance(part, bytes)).split()
        return sorted(map(int, numbers))

    def _fetch(self, uid: int) -> Letter | None:
        _, answer = _asked(
            self._server.uid, "FETCH", str(uid), f"(RFC822.SIZE INTERNALDATE BODY.PEEK[]<0.{LONGEST}>)"
        )
        pair = next((part for part in answer if isinstance(part, tuple)), None)
        if pair is None:  # gone meanwhile
            return None
        head, raw = pair[0] + b" ".join(part for part in answer if isinstance(part, bytes)), pair[1]
        size, arrived = _SIZE.search(head), imaplib.Internaldate2tuple(head)
        at = datetime(*arrived[:6]).astimezone(UTC) if arrived else datetime.now(UTC)
        return Letter(uid, at, raw, bool(size and int(size[1]) > len(raw)))

    def remove(self, uid: int) -> None:
        """Delete a message for good. Raises MailboxError."""
        _asked(self._server.uid, "STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)")
        if "UIDPLUS" in self._server.capabilities:
            _asked(self._server.uid, "EXPUNGE", str(uid))
        else:
            _asked(self._server.expunge)


@contextmanager
def opened(box: Mailbox) -> Iterator[Opened]:
    """Open a mailbox: TLS, sign in, select its folder. Raises MailboxError."""
    server = _connected(box)
    try:
        _signed_in(server, box)
        folder = '"' + box.folder.replace("\\", "").replace('"', "") + '"'
        _asked(server.select, folder, not box.delete)
        _, answer = server.response("UIDVALIDITY")
        yield Opened(server, int(answer[0] or b"0") if answer else 0)
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _connected(box: Mailbox) -> imaplib.IMAP4:
    try:
        if box.encrypted:
            return imaplib.IMAP4_SSL(
                box.host, box.port, ssl_context=ssl.create_default_context(), timeout=SECONDS
            )
        server = imaplib.IMAP4(box.host, box.port, timeout=SECONDS)
        if not box.local:
            server.starttls(ssl.create_default_context())
    except ssl.SSLError as error:
        raise MailboxError("certificate") from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(type(error).__name__) from error
    return server


def _signed_in(server: imaplib.IMAP4, box: Mailbox) -> None:
    """PLAIN in UTF-8 (RFC 4616): LOGIN knows ASCII alone."""
    said = f"\0{box.user}\0{box.password}".encode()
    try:
        server.authenticate("PLAIN", lambda _: said)
    except imaplib.IMAP4.error as error:
        raise MailboxError("password") from error
    except OSError as error:
        raise MailboxError(type(error).__name__) from error


def _since(day: date | None) -> str:
    """A condition of SEARCH (RFC 9051, 6.4.4); its months are English, whatever the machine speaks."""
    return "" if day is None else f" SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _asked(command: Any, *arguments: Any) -> tuple[str, list[Any]]:
    try:
        status, answer = command(*arguments)
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(type(error).__name__) from error
    if status != "OK":
        raise MailboxError(str(arguments[0])[:40] if arguments else "refused")
    return status, answer


def unreachable(box: Mailbox) -> Text | None:
    """Why a mailbox cannot be read now, in words; nothing where it can."""
    try:
        with opened(box):
            return None
    except MailboxError as error:
        return why(str(error))


def why(error: str) -> Text:
    """Why a mailbox could not be read, in words."""
    return _WHY.get(error, Text(fr="elle ne répond pas", en="it does not answer"))


_WHY: Final = {
    "certificate": Text(fr="son certificat n’est pas reconnu", en="its certificate is not trusted"),
    "password": Text(fr="le nom ou le mot de passe est refusé", en="the name or the password is refused"),
    "broken": Text(
        fr="Garant s’est arrêté en la lisant\u202f; le journal de l’exécutant dit où",
        en="Garant broke down while reading it; the worker’s log says where",
    ),
    "unknown": Text(fr="aucune organisation n’a cette clé", en="no organisation has that key"),
}
