"""One letter to the server that takes letters (SMTP, RFC 5321), or to a folder where there is none."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final

from django.conf import settings

from garant.apps.mails.refusals import NoSuchAddressError, NotSentError
from garant.policy.text import Text

SECONDS: Final = 20
"""How long the server may take to answer."""
_FOR_EVER: Final = range(500, 600)
_NOT_ALLOWED: Final = re.compile(rb"\s*5\.7\.\d")
"""The server's policy, or our settings, and not the address: relaying is denied, a sender is unknown (RFC 3463, 3.8)."""
_SIGNED_IN: Final = 235


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter, its address, and the key that makes it the same letter however often it is sent."""

    key: str
    to: str
    subject: str
    text: str
    html: str
    language: str
    at: datetime
    reply_to: str = ""


def message(letter: Outgoing) -> EmailMessage:
    """The letter as a message (RFC 5322). Python's own policy refuses a header that breaks its line."""
    made = EmailMessage(policy=SMTP if letter.to.isascii() else SMTPUTF8)
    made["Message-ID"] = f"<{letter.key}@{_host()}>"
    made["Date"] = format_datetime(letter.at)
    made["From"] = settings.DEFAULT_FROM_EMAIL
    made["To"] = letter.to
    if letter.reply_to:
        made["Reply-To"] = letter.reply_to
    made["Subject"] = letter.subject
    made["Content-Language"] = letter.language
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made.add_alternative(letter.html, subtype="html")
    return made


def sender() -> str:
    """The address that letters come from, and go back to."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _host() -> str:
    return sender().rpartition("@")[2] or "localhost"


def has_server() -> bool:
    """Whether letters leave this machine."""
    return settings.EMAIL_BACKEND.endswith(".smtp.EmailBackend")


def send(letter: Outgoing) -> int:
    """Hand a letter over; the code it was taken with.

    Raises:
        NoSuchAddressError: the server said that it never takes letters for this address.
        NotSentError: it did not take this one now, or there was no answer.
    """
    made = message(letter)
    if not has_server():
        _into_folder(letter.key, made.as_bytes())
        return 0
    try:
        with _server() as server:
            return _hand_over(server, made, letter.to)
    except NotSentError:
        raise
    except (
        smtplib.SMTPResponseException
    ) as refused:  # of the greeting, of TLS or of the password: ours to mend
        raise NotSentError(refused.smtp_code, "refused") from None
    except (OSError, smtplib.SMTPException, UnicodeError) as failed:
        raise NotSentError(None, type(failed).__name__) from None


def unreachable() -> Text | None:
    """Why no letter can go now, or nothing: the server is greeted and signed in to as for a letter."""
    try:
        with _server() as server:
            server.noop()
    except smtplib.SMTPAuthenticationError:
        return Text(fr="le nom ou le mot de passe est refusé", en="the name or the password is refused")
    except ssl.SSLError:
        return Text(fr="son certificat n’est pas reconnu", en="its certificate is not trusted")
    except smtplib.SMTPNotSupportedError:
        return Text(fr="il ne propose pas STARTTLS", en="it does not offer STARTTLS")
    except (OSError, smtplib.SMTPException):
        return Text(fr="il ne répond pas", en="it does not answer")
    return None


@contextmanager
def _server() -> Iterator[smtplib.SMTP]:
    """The server, greeted, encrypted and signed in to as GARANT_SMTP says."""
    host, port = settings.EMAIL_HOST, settings.EMAIL_PORT
    if settings.EMAIL_USE_SSL:
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, port, timeout=SECONDS, context=ssl.create_default_context(), local_hostname=_host()
        )
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS, local_hostname=_host())
    try:
        server.ehlo()
        if settings.EMAIL_USE_TLS:
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if settings.EMAIL_HOST_USER:
            _sign_in(server, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        yield server
    finally:
        server.close()


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Python's own way, which knows ASCII alone; beyond it, PLAIN in UTF-8 (RFC 4616)."""
    if user.isascii() and password.isascii():
        server.login(user, password)
        return
    code, said = server.docmd("AUTH", "PLAIN " + b64encode(f"\0{user}\0{password}".encode()).decode())
    if code != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, said)


def _hand_over(server: smtplib.SMTP, made: EmailMessage, to: str) -> int:
    options = [] if to.isascii() else ["SMTPUTF8"]
    if options and not server.has_extn("smtputf8"):
        raise NoSuchAddressError(553, "the server takes ASCII addresses alone")
    code, _ = server.mail(sender(), options)
    if code != 250:
        raise NotSentError(code, "the sender is refused")
    code, said = server.rcpt(to)
    if code not in (250, 251):
        raise _refused(code, said, "the address is refused")
    code, said = server.data(made.as_bytes())
    if code != 250:
        raise _refused(code, said, "the letter is refused")
    with suppress(OSError, smtplib.SMTPException):  # it is taken already
        server.quit()
    return code


def _refused(code: int, said: bytes, why: str) -> NotSentError:
    """Refused for ever, or until whoever keeps the server or our settings has mended them."""
    for_ever = code in _FOR_EVER and not _NOT_ALLOWED.match(said)
    return (NoSuchAddressError if for_ever else NotSentError)(code, why)


def folder() -> Path:
    """Where letters go while there is no server."""
    return Path(settings.GARANT_HOME) / "outbox"


def _into_folder(key: str, content: bytes) -> None:
    """A file that its owner alone reads, under the letter's key."""
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    passing = place / f".{key}"
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    passing.replace(place / f"{key}.eml")


def remove_from_folder(key: str) -> None:
    """Destroy the file of a letter, if it has one."""
    (folder() / f"{key}.eml").unlink(missing_ok=True)
