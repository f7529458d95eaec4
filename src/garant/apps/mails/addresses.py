"""Addresses of e-mail, looked at before anything is sent there (RFC 5321, RFC 6532)."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.headerregistry import Address
from typing import Final

from garant.apps.mails import refusals
from garant.publish.letters.facts import one_line

_LONGEST: Final = 254
_LOCAL: Final = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)


def checked(text: str) -> str:
    """An address as SMTP takes it: its domain in ASCII (IDNA). Raises MailRefusedError."""
    try:
        local, at, domain = one_line(text.strip()).rpartition("@")
        ascii_domain = domain.encode("idna").decode() if not domain.isascii() else domain
        address = Address(username=local, domain=ascii_domain).addr_spec
    except (ValueError, UnicodeError, MessageError, IndexError):
        raise refusals.bad_address() from None
    labels = ascii_domain.split(".")
    sound = bool(at) and _LOCAL.fullmatch(local) and len(address) <= _LONGEST and ".." not in local
    if not sound or local[0] == "." or local[-1] == "." or not all(map(_LABEL.fullmatch, labels)):
        raise refusals.bad_address()
    return f"{local}@{ascii_domain}"
