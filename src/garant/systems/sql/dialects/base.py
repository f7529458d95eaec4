"""What every dialect answers, and what several of them share."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import Pseudonym

BLOCK = 64
"""Bytes of an SHA-256 block, the width of an HMAC's padded key (RFC 2104)."""

NOON = "+12 hours"
"""A calendar day is shown by its noon, so that no time zone of Europe moves it to another day."""

RECENT, UNREADABLE = 1, 2
"""Marks on a dated fact: after the cut-off; a date that the database cannot read."""


class Dialect(Protocol):
    """The few expressions that no portable SQL writes."""

    name: str

    def can_hold(self, text: str) -> bool:
        """Whether a text could be in the database at all."""
        ...

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        """The column type of a temporary table of keys of this kind."""
        ...

    def moment(self, at: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
        """``at`` in a form whose greatest value is the latest moment."""
        ...

    def recent(
        self, at: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[int]:
        """0 when ``at`` is on or before the cut-off, else RECENT or UNREADABLE."""
        ...

    def pseudonym(self, column: ColumnElement[Any], spec: Pseudonym, key: bytes) -> ColumnElement[Any]:
        """The keyed hash of the column's text, within its prefix and suffix."""
        ...

    def is_pseudonym(self, column: ColumnElement[Any], spec: Pseudonym) -> ColumnElement[bool]:
        """Whether the column already holds a pseudonym of this form."""
        ...

    def truncated(self, column: ColumnElement[Any], unit: str) -> ColumnElement[Any]:
        """The first day of the date's year or month."""
        ...


def is_unicode(text: str) -> bool:
    """Half a surrogate pair comes from a byte that was no UTF-8 on a command line."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def hmac_pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer padded keys of HMAC-SHA256 (RFC 2104, section 2)."""
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    padded = key.ljust(BLOCK, b"\0")
    return bytes(b ^ 0x36 for b in padded), bytes(b ^ 0x5C for b in padded)


def pseudonym_digest(key: bytes, value: object) -> str | None:
    """HMAC-SHA256 of a value's text, in hexadecimal; None stays None."""
    if value is None:
        return None
    return hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()
