"""Chance, calendar and tables: what the three demo systems are built with."""

from __future__ import annotations

import random
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from importlib import resources
from typing import TypeVar

T = TypeVar("T")
Cell = str | int | None
Row = tuple[Cell, ...]


class Dice:
    """Repeatable chance: the same seed gives the same people, on every machine."""

    def __init__(self, seed: str) -> None:
        self._draw = random.Random(seed).random  # noqa: S311 - repeatable, not secret

    def upto(self, limit: int) -> int:
        """A whole number from 0 to ``limit`` - 1."""
        return int(self._draw() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._draw() * (high - low + 1))

    def pick(self, words: Sequence[T]) -> T:
        return words[int(self._draw() * len(words))]

    def chance(self, probability: float) -> bool:
        return self._draw() < probability


class Calendar:
    """Days counted backwards from the demo's date, so that the demo never ages.

    Every date is a number of days *ago*; negative numbers are days to come.
    """

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self._days: dict[int, str] = {}

    def day(self, ago: int) -> str:
        """The calendar day ``ago`` days before the demo's date, ``YYYY-MM-DD``."""
        known = self._days.get(ago)
        if known is None:
            known = self._days[ago] = (self.as_of - timedelta(days=ago)).isoformat()
        return known

    def instant(self, ago: int, minute: int) -> str:
        """That day at a minute from 0 to 1439, ``YYYY-MM-DD HH:MM:SS``."""
        return f"{self.day(ago)} {minute // 60:02d}:{minute % 60:02d}:00"

    def ago(self, years: int = 0, months: int = 0) -> int:
        """How many days ago it was this day, that many calendar years and months back."""
        return (self.as_of - _back(self.as_of, years * 12 + months)).days

    def year_end(self, ago: int) -> str:
        """The last day of the civil year in which that day lies."""
        return f"{self.day(ago)[:4]}-12-31"


def _back(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 - months
    for last in (day.day, 30, 29, 28):
        try:
            return date(count // 12, count % 12 + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


class Sheets:
    """Rows gathered per table, then written at once; numbering starts at 1."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, *cells: Cell) -> int:
        """Append a row (its number first, then ``cells``) and give back its number."""
        rows = self.rows[table]
        number = len(rows) + 1
        rows.append((number, *cells))
        return number

    def save(self, connection: sqlite3.Connection, schema: str) -> None:
        """Create the tables of ``schemas/<schema>.sql`` and write every row in one transaction."""
        script = resources.files("garant.demo") / "schemas" / f"{schema}.sql"
        tables, indexes = script.read_text("utf-8").split("\nCREATE INDEX", 1)
        connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + tables)
        with connection:
            for table, rows in self.rows.items():
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
        connection.executescript("CREATE INDEX" + indexes + "PRAGMA journal_mode = DELETE;")
