"""What every dialect answers, and what several of them share."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import ColumnElement

from garant.systems.model import DataMap, Link, Pseudonym

BLOCK = 64
"""Bytes of an SHA-256 block, the width of an HMAC's padded key (RFC 2104)."""

NOON = "+12 hours"
"""A calendar day is shown by its noon, so that no time zone of Europe moves it to another day."""

RECENT, UNREADABLE = 1, 2
"""Marks on a dated fact: after the cut-off; a date that the database cannot read."""

Change = sa.Delete | sa.Update


Greatest = Callable[[ColumnElement[Any]], ColumnElement[Any]]
"""``max`` or ``min``, as a function of SQL."""


@dataclass(frozen=True, slots=True)
class Scratching:
    """How a temporary table is written: a number that grows with each row, a moment, a key that is unique
    (with an index only where joins want one), and what follows the columns, also where rows are numbered."""

    number: str
    moment: str
    unique: str
    clustered: str
    numbered: str = ""


class Dialect(Protocol):
    """The few expressions that no portable SQL writes."""

    name: str
    with_before_change: bool
    """Whether a DELETE or an UPDATE may begin with common table expressions."""
    gathers_first: bool
    """Whether the rows that a condition is asked of are to be gathered before it: where the engine would ask all."""
    passes_over: bool
    """Whether facts are added one for each key, whatever comes again with a key that is there."""

    def learn(self, connection: sa.Connection, data_map: DataMap) -> None:
        """Ask the system, once and outside any transaction, what the other answers depend on."""
        ...

    def scratching(self, kind: str, *, looking: bool) -> Scratching:
        """How temporary tables for keys of this kind are written, for a transaction that only looks or for a change."""
        ...

    def refuse(self, table: str) -> None:
        """Refuse to change a table on which no transaction can be rolled back.

        Raises:
            ConnectorError: it is such a table.
        """
        ...

    def keep_secret(self, connection: sa.Connection) -> None:
        """Make sure that the key of pseudonyms is written nowhere when it is used.

        Raises:
            ConnectorError: the system would keep it.
        """
        ...

    def begin_snapshot(self, connection: sa.Connection) -> None:
        """Begin a consistent, read-only transaction."""
        ...

    def transaction(self, connection: sa.Connection) -> str | None:
        """What the system will call this transaction later, where it can say anything of it."""
        ...

    def fate(self, connection: sa.Connection, transaction: str) -> str | None:
        """``committed``, ``aborted`` or ``in progress``; None when the system does not remember."""
        ...

    def send(self, connection: sa.Connection, name: str, keys: Sequence[Any], masks: Sequence[int]) -> None:
        """Add keys and what holds them, as many masks, to a temporary table."""
        ...

    def sent(self, connection: sa.Connection, name: str) -> None:
        """Let the system look at a temporary table that is now filled."""
        ...

    def keys(self, connection: sa.Connection, batch: sa.TableClause) -> list[Any]:
        """The keys in a temporary table, in order."""
        ...

    def held(self, connection: sa.Connection, batch: sa.TableClause) -> dict[Any, int]:
        """What holds the keys in a temporary table that something holds."""
        ...

    def drop_temporary(self, name: str) -> str:
        """The statement that drops a temporary table, if there is one, and commits nothing."""
        ...

    def can_hold(self, text: str) -> bool:
        """Whether a text could be in the database at all."""
        ...

    def written(self, text: str) -> Sequence[str]:
        """The ways in which a column may have a text that somebody gives, to be looked for one by one."""
        ...

    def key_type(self, kind: str) -> sa.types.TypeEngine[Any]:
        """The column type of a temporary table of keys of this kind."""
        ...

    def holds_dates(self, connection: sa.Connection, rows: sa.Subquery) -> bool:
        """Whether the system's own types make the column ``at`` a date, where that is quicker to read.

        Asked within the transaction that reads: the types are then what they were until it ends.
        """
        ...

    def readable(self, at: ColumnElement[Any], kind: str, *, dates: bool) -> ColumnElement[Any]:
        """A dated fact (not NULL) as a day or a moment that compares with the others of its kind.

        ``dates``: what :meth:`holds_dates` answered.
        """
        ...

    def gathered(
        self, read: ColumnElement[Any], kind: str, greatest: Greatest
    ) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Of a group of :meth:`readable` facts: the greatest (or least) moment, and 1 where one cannot be read.

        ``greatest`` is ``max`` or ``min``; with ``min``, 1 only where no fact can be read.
        """
        ...

    def late(
        self, moment: ColumnElement[Any], kind: str, day: date, instant: datetime, zone: str
    ) -> ColumnElement[bool]:
        """Whether a moment that :meth:`gathered` gave, or one that was read, is after the cut-off."""
        ...

    def late_as_written(self, at: ColumnElement[Any], kind: str, day: date) -> ColumnElement[bool] | None:
        """Whether what is written is after the day, or no date; None where that is not told without reading it."""
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

    def characters(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        """How many characters a text has."""
        ...

    def differs(
        self, table: str, name: str, column: ColumnElement[Any], value: ColumnElement[Any]
    ) -> ColumnElement[bool]:
        """Whether a column holds something else than this value, to the byte; NULL is a value too."""
        ...

    def quick(self, statement: Change, table: str) -> Change:
        """The same change of a table, in the form that the engine plans best."""
        ...

    def any_of(self, keys: sa.CompoundSelect[Any]) -> sa.SelectBase:
        """Keys found in several ways, to be looked for one by one."""
        ...

    def heeding(self, value: ColumnElement[Any], link: Link) -> ColumnElement[Any] | None:
        """The value, compared to the accent; None where it is so already, or the link leads to a key.

        ``helene@`` and ``hélène@`` are two people, and one text to most collations of MariaDB.
        """
        ...

    def own_references(self, table: str) -> Sequence[Sequence[tuple[str, str]]]:
        """The references of a table to itself, (column, target) each, that refuse row by row.

        Where a statement is judged when it ends, there are none: rows that refer to each other go together.
        """
        ...

    def moving(self, table: str) -> Collection[str]:
        """The columns of a table that an UPDATE would move by itself."""
        ...

    def unlisted(self, table: str) -> Collection[str]:
        """The columns of a table that ``SELECT *`` leaves out."""
        ...


def keys_of(connection: sa.Connection, batch: sa.TableClause) -> list[Any]:
    """The keys in a temporary table, in order, row by row."""
    return list(connection.scalars(sa.select(batch.c.key).order_by(batch.c.key)))


def held_of(connection: sa.Connection, batch: sa.TableClause) -> dict[Any, int]:
    """What holds the keys in a temporary table that something holds, row by row."""
    rows = connection.execute(sa.select(batch.c.key, batch.c.held).where(batch.c.held != 0))
    return {row[0]: row[1] for row in rows}


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
    return text_digest(key, str(value).encode("utf-8", "surrogateescape"))


def text_digest(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 of the bytes of a text, in hexadecimal."""
    return hmac.new(key, message, hashlib.sha256).hexdigest()
