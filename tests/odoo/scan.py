"""Independent oracle: look for traces of people in every text value of a whole database.

It knows nothing of the data map: it asks the catalogue for all tables, reads every column of
type text, varchar, char, json(b) or bytea, and looks for e-mails, phone numbers and names.
Sets of wanted values meet tokens of the text, so that one pass serves any number of people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
DIGITS = re.compile(r"\+?\d[\d\s().\-\u00a0\u202f]{7,24}\d")
WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
TEXTUAL = ("text", "character varying", "character", "json", "jsonb", "bytea", "ARRAY")


def national_number(raw: str) -> str | None:
    """The nine significant digits of a French number, however it is written."""
    digits = re.sub(r"\D", "", raw.replace("(0)", ""))
    return digits[-9:] if len(digits) >= 9 else None


@dataclass
class Wanted:
    """What to look for: whose e-mails, phone numbers (nine digits) and full names."""

    emails: dict[str, str] = field(default_factory=dict[str, str])
    phones: dict[str, str] = field(default_factory=dict[str, str])
    names: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    lengths: set[int] = field(default_factory=set[int])
    """Of the names, in words: what is looked through may be half a million values."""
    firsts: set[str] = field(default_factory=set[str])
    """The words that names begin with."""

    def add(
        self,
        owner: str,
        *,
        emails: Iterable[str | None] = (),
        phones: Iterable[str | None] = (),
        names: Iterable[str | None] = (),
    ) -> None:
        for email in emails:
            if email:
                self.emails[email.strip().lower()] = owner
        for phone in phones:
            number = national_number(phone) if phone else None
            if number:
                self.phones[number] = owner
        for name in names:
            words = tuple(word.lower() for word in WORD.findall(name or ""))
            if len(words) > 1:
                self.names[words] = owner
                self.lengths.add(len(words))
                self.firsts.add(words[0])

    def found_in(self, value: str) -> Iterator[tuple[str, str, str]]:
        """(kind, trace, owner) of every wanted thing in the value."""
        for match in EMAIL.findall(value) if "@" in value else ():
            if owner := self.emails.get(match.lower().rstrip(".")):
                yield "email", match, owner
        for match in DIGITS.findall(value):
            number = national_number(match)
            if number and (owner := self.phones.get(number)):
                yield "phone", match, owner
        yield from self._names_in(value)

    def _names_in(self, value: str) -> Iterator[tuple[str, str, str]]:
        words = [word.lower() for word in WORD.findall(value)]
        if self.firsts.isdisjoint(words):
            return
        for length in self.lengths:
            for start in range(len(words) - length + 1):
                name = tuple(words[start : start + length])
                if owner := self.names.get(name):
                    yield "name", " ".join(name), owner


@dataclass(frozen=True)
class Trace:
    """One place where a wanted person still shows."""

    table: str
    column: str
    row: str
    kind: str
    value: str
    owner: str


def textual_columns(connection: Connection, kinds: Sequence[str] = TEXTUAL) -> dict[str, list[str]]:
    """Every column of these types, able to hold text, of every table of the public schema."""
    rows = connection.execute(
        text(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t ON t.table_name = c.table_name"
            " AND t.table_schema = c.table_schema"
            " WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"
            " AND c.data_type = ANY(:kinds) ORDER BY 1, 2"
        ),
        {"kinds": list(kinds)},
    )
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    return columns


def traces(connection: Connection, wanted: Wanted, kinds: Sequence[str] = TEXTUAL) -> list[Trace]:
    """Every trace of the wanted people in the whole database."""
    found: list[Trace] = []
    silent = set[str]()
    """Values that say nothing: a database repeats them."""
    for table, columns in textual_columns(connection, kinds).items():
        picked = ", ".join(f'"{column}"::text' for column in columns)
        rows = connection.execute(text(f'SELECT ctid::text, {picked} FROM "{table}"'))
        for row in rows:
            for column, value in zip(columns, row[1:], strict=True):
                if value and value not in silent:
                    said = list(wanted.found_in(value))
                    found += [Trace(table, column, row[0], *one) for one in said]
                    if not said:
                        silent.add(value)
    return found
