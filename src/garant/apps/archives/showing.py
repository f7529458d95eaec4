"""One record in words, for whoever consults it: its rows as the maps call them, the names of its files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from garant.apps.promises.opening.naming import Names
from garant.site.words import Named, day, moment, plural, say
from garant.systems.archive.reading import ArchivedPiece, ArchivedRow, read_record
from garant.systems.archive.store import ArchiveStore, RecordEntry
from garant.systems.texts import readable

ROWS: Final = 200
"""Rows that a page shows of a record; the terminal writes all of them."""

Line = list[tuple[Named, str]]


@dataclass(slots=True)
class Shown:
    """What a page shows of a record."""

    tables: list[tuple[Named, list[Line]]] = field(default_factory=list[tuple[Named, list[Line]]])
    files: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Store and name → bytes."""
    rows: int = 0

    @property
    def more(self) -> int:
        """Rows that are not shown."""
        return max(0, self.rows - ROWS)


def shown(store: ArchiveStore, entry: RecordEntry, words: Names) -> Shown:
    """A record, read to its end: a part that was changed is not shown as if it were whole.

    Raises:
        NoSuchRecord: it was destroyed meanwhile.
        Unsealable: it does not open.
    """
    page, last = Shown(), ""
    for part in read_record(store.content(entry.id)):
        if isinstance(part, ArchivedPiece):
            place = (part.store, str(readable(part.name)))
            page.files[place] = page.files.get(place, 0) + len(part.data)
            continue
        page.rows += 1
        if page.rows > ROWS:
            continue
        if part.table != last:
            page.tables.append((words.table(entry.system, part.table), []))
            last = part.table
        page.tables[-1][1].append(_line(entry.system, part, words))
    return page


def _line(system: str, row: ArchivedRow, words: Names) -> Line:
    """The columns of a row that hold something."""
    every = row.as_dict().items()
    return [
        (words.column(system, row.table, name), _said(value)) for name, value in every if value is not None
    ]


def _said(value: Any) -> str:
    """A value as people write it; a number as it is, for it may be a key."""
    if isinstance(value, bool):
        return say("oui", "yes") if value else say("non", "no")
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, bytes):
        return plural(len(value), ("octet", "octets"), ("byte", "bytes"))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(readable(value)) or "—"
