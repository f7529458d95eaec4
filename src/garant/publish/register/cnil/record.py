"""What the template says, as rows of words: the same for what Garant writes and for what it reads.

Two registers are held against each other by these words alone; the keys, known only for what comes from a policy,
say which part of it each row shows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from .vocabulary import DATA_ROWS

SEPARATOR: Final = " ; "
_SPACES: Final = re.compile(r"[^\S\u00a0\u202f]+|[\x1c-\x1f]+")
_UNSEEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1b\x7f\ud800-\udfff\ufeff\ufffe\uffff]")
_BULLET: Final = re.compile(r"^[-–—•*\s]+")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a block, or one line of a cell: its words, and the key of what it shows where that is known."""

    cells: tuple[str, ...]
    key: str = field(default="", compare=False)

    @property
    def empty(self) -> bool:
        """Whether nothing is written in it."""
        return not any(self.cells)


def _by_row() -> dict[str, tuple[Row, ...]]:
    return dict.fromkeys(DATA_ROWS, ())


@dataclass(frozen=True, slots=True)
class Record:
    """One record sheet."""

    sheet: str
    key: str = field(default="", compare=False)
    """The activity, where it is known."""
    name: str = ""
    reference: str = ""
    created: str = ""
    updated: str = ""
    actors: tuple[Row, ...] = ()
    """Role, name, street, postal code, city, country, telephone, e-mail."""
    purposes: tuple[Row, ...] = ()
    """The purpose, then what it comes to in practice."""
    data: Mapping[str, tuple[Row, ...]] = field(default_factory=_by_row)
    """The categories of each row of data."""
    retention: Mapping[str, tuple[Row, ...]] = field(default_factory=_by_row)
    """The retention rules of each row of data, one a line."""
    people: tuple[Row, ...] = ()
    """Type, description, details."""
    recipients: tuple[Row, ...] = ()
    """Type, details."""
    measures: tuple[Row, ...] = ()
    """Type, details."""
    transfers: tuple[Row, ...] = ()
    """Recipient, country, safeguard, link."""

    @property
    def sensitive(self) -> bool:
        """Whether a row of sensitive data is filled."""
        return any(self.data[row.key] for row in DATA_ROWS.values() if row.sensitive)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone at the head of the list sheet."""

    name: str = ""
    first_name: str = ""
    company: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list sheet."""

    name: str
    reference: str = ""
    created: str = ""
    updated: str = ""
    purpose: str = ""
    sensitive: str = ""


@dataclass(frozen=True, slots=True)
class Register:
    """The whole workbook, its lists left out."""

    controller: Person = field(default_factory=Person)
    representative: Person = field(default_factory=Person)
    dpo: Person = field(default_factory=Person)
    lines: tuple[Line, ...] = ()
    records: tuple[Record, ...] = ()


def one_line(text: str) -> str:
    """The text on one line, without what no cell can hold; no-break spaces stay."""
    return _SPACES.sub(" ", _UNSEEN.sub("", text)).strip()


def item(text: str) -> str:
    """The text on one line, without the dash or dot that may stand before it in a list."""
    return _BULLET.sub("", one_line(text)).strip()


def same(one: str, other: str) -> bool:
    """Whether two cells say the same, however their spaces are set."""
    return one.split() == other.split()


def same_rows(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two rows say the same; cells left empty at the end count for nothing."""
    length = max(len(one), len(other))
    pad = ("",) * length
    return all(same(a, b) for a, b in zip((one + pad)[:length], (other + pad)[:length], strict=True))


def said_day(on: date | None) -> str:
    """A date as the template writes it."""
    return on.strftime("%d/%m/%Y") if on is not None else ""


def read_day(text: str) -> date | None:
    """A date as people and spreadsheets write it: 31/12/2026 or 2026-12-31. None for anything else."""
    for form in ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y"):
        try:
            return datetime.strptime(text.strip()[:10], form).date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            continue
    return None
