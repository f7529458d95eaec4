"""What differs between the databases: instants, pseudonyms, less precise values."""

from __future__ import annotations

import hashlib
import hmac
import re
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import Pseudonym

BLOCK = 64
"""Bytes of an SHA-256 block, the width of an HMAC's padded key (RFC 2104)."""

NOON = "+12 hours"
"""A calendar day is shown by its noon, so that no time zone of Europe moves it to another day."""

AGAIN = "+0 days"
"""Makes SQLite compute a date it would give back as it is, right or wrong."""

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


class Sqlite:
    """SQLite: dates are texts, so they are read by its own date functions."""

    name = "sqlite"

    def can_hold(self, text: str) -> bool:
        return _is_unicode(text)

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger() if kind == "integer" else sa.Text()

    def moment(self, at: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
        return sa.func.datetime(_sqlite_day(at), NOON) if kind == "date" else _sqlite_instant(at)

    def recent(
        self, at: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[int]:
        if kind == "date":
            read = _sqlite_day(at)
            late = read > day.isoformat()
        else:
            read = _sqlite_instant(at)
            late = read >= instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")
        return sa.case((read.is_(None), UNREADABLE), (late, RECENT), else_=0)

    def pseudonym(self, column: ColumnElement[Any], spec: Pseudonym, key: bytes) -> ColumnElement[Any]:
        digest = sa.func.substr(sa.func.garant_hmac(column), 1, spec.length)
        return sa.literal(spec.prefix) + digest + sa.literal(spec.suffix)

    def is_pseudonym(self, column: ColumnElement[Any], spec: Pseudonym) -> ColumnElement[bool]:
        quoted = [re.sub(r"([*?\[])", r"[\1]", text) for text in (spec.prefix, spec.suffix)]
        pattern = quoted[0] + "[0-9a-f]" * spec.length + quoted[1]
        return sa.cast(column, sa.Text()).op("GLOB", is_comparison=True)(sa.literal(pattern))

    def truncated(self, column: ColumnElement[Any], unit: str) -> ColumnElement[Any]:
        length, rest = (4, "-01-01") if unit == "year" else (7, "-01")
        return sa.func.substr(column, 1, length) + sa.literal(rest)


def _sqlite_day(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The calendar day as written; NULL when it is none.

    SQLite's date functions read much more than dates: a bare year is a Julian day of antiquity, a bare
    time is the year 2000, the 30th of February is in March. What they change was not a date.
    """
    written = sa.func.substr(at, 1, 10)
    real = sa.and_(
        sa.func.typeof(at) == "text", sa.func.date(written, AGAIN) == written, sa.func.date(at).is_not(None)
    )
    return sa.case((real, written), else_=sa.null())


def _sqlite_instant(at: ColumnElement[Any]) -> ColumnElement[Any]:
    """The moment in the system's zone; NULL when it is none. An offset, or Z, is taken into account."""
    text = sa.func.rtrim(at)
    aware = sa.or_(
        *(text.op("GLOB", is_comparison=True)(sa.literal(p)) for p in ("*[Zz]", "*[+-][0-9][0-9]:[0-9][0-9]"))
    )
    naive = sa.func.datetime(at, AGAIN)
    real = sa.func.date(naive) == sa.func.substr(at, 1, 10)
    return sa.case(
        (sa.func.typeof(at) != "text", sa.null()),
        (aware, sa.func.garant_local(text)),
        (real, naive),
        else_=sa.null(),
    )


def local_moment(zone: str, text: str) -> str | None:
    """A moment with an offset, as the clocks of ``zone`` show it; None when it is none."""
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    with suppress(OverflowError):
        moment = moment.astimezone(ZoneInfo(zone))
    return moment.replace(tzinfo=None).isoformat(" ", "seconds")


class Postgresql:
    """PostgreSQL: typed dates; HMAC is written with its built-in sha256."""

    name = "postgresql"

    def can_hold(self, text: str) -> bool:
        return _is_unicode(text) and "\0" not in text

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        if kind == "integer":
            return sa.BigInteger()
        return sa.Text() if kind == "text" else sa.Uuid(as_uuid=False)

    def moment(self, at: ColumnElement[Any], kind: str) -> ColumnElement[Any]:
        moment = sa.cast(at, sa.TIMESTAMP(timezone=True))
        if kind == "instant":
            return moment
        return sa.func.date_trunc("day", moment) + sa.cast(sa.literal(NOON), sa.Interval())

    def recent(
        self, at: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[int]:
        moment = sa.cast(at, sa.TIMESTAMP(timezone=True))
        late = (
            sa.cast(at, sa.Date()) > sa.literal(day, sa.Date())
            if kind == "date"
            else moment >= sa.literal(instant, sa.TIMESTAMP(timezone=True))
        )
        never = moment == sa.cast(sa.literal("-infinity"), sa.TIMESTAMP(timezone=True))
        return sa.case((never, UNREADABLE), (late, RECENT), else_=0)

    def pseudonym(self, column: ColumnElement[Any], spec: Pseudonym, key: bytes) -> ColumnElement[Any]:
        inner, outer = hmac_pads(key)
        message = sa.func.convert_to(sa.cast(column, sa.Text()), "UTF8")
        first = sa.func.sha256(sa.literal(inner, sa.LargeBinary()).op("||")(message))
        digest = sa.func.sha256(sa.literal(outer, sa.LargeBinary()).op("||")(first))
        hexadecimal = sa.func.substr(sa.func.encode(digest, "hex"), 1, spec.length)
        return sa.literal(spec.prefix) + hexadecimal + sa.literal(spec.suffix)

    def is_pseudonym(self, column: ColumnElement[Any], spec: Pseudonym) -> ColumnElement[bool]:
        pattern = f"^{re.escape(spec.prefix)}[0-9a-f]{{{spec.length}}}{re.escape(spec.suffix)}$"
        return sa.cast(column, sa.Text()).op("~", is_comparison=True)(sa.literal(pattern))

    def truncated(self, column: ColumnElement[Any], unit: str) -> ColumnElement[Any]:
        return sa.func.date_trunc(unit, column)


def _is_unicode(text: str) -> bool:
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


def dialect_of(engine: sa.Engine) -> Dialect:
    """The dialect of an engine; its URL has been read, so it is one of these."""
    return Sqlite() if engine.dialect.name == "sqlite" else Postgresql()
