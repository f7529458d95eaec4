"""Builds the reference organisation's demo systems: three databases and two folders of files."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from garant.demo import crm, maintenance, recruitment
from garant.demo.dice import Calendar, Sheets
from garant.demo.recruitment import Store

PEOPLE: Final = 36_000
SEED: Final = "garant"
RECRUITMENT_SHARE: Final = 0.15
MAINTENANCE_SHARE: Final = 0.15
SMALLEST: Final = 100


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """One system just built: where it is and what is in it."""

    key: str
    database: Path
    files: Path | None
    people: int
    rows: int

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the database."""
        return f"sqlite:///{self.database.resolve()}"


@dataclass(frozen=True, slots=True)
class DemoData:
    """The three systems of the demo."""

    folder: Path
    systems: tuple[DemoSystem, ...]

    def environment(self) -> dict[str, str]:
        """The variables that the example's data maps name, and their values here."""
        return dict(self._variables())

    def _variables(self) -> Iterator[tuple[str, str]]:
        for system in self.systems:
            name = f"GARANT_DEMO_{system.key.upper()}"
            yield name, system.url
            if system.files:
                yield f"{name}_FILES", str(system.files.resolve())


def build_demo(folder: Path, *, as_of: date, people: int = PEOPLE, seed: str = SEED) -> DemoData:
    """Write the demo systems into ``folder`` (made if missing, earlier demo files replaced).

    The rows depend only on ``as_of``, ``people`` and ``seed``. Raises :class:`ValueError`
    under a hundred people, where the promised proportions mean nothing.
    """
    if people < SMALLEST:
        raise ValueError(f"the demo needs at least {SMALLEST} people, not {people}")
    folder.mkdir(parents=True, exist_ok=True)
    calendar = Calendar(as_of)
    candidates = round(people * RECRUITMENT_SHARE)
    contacts = round(people * MAINTENANCE_SHARE)
    customers = people - candidates - contacts
    cvs, images = folder / "recruitment-files", folder / "maintenance-files"
    return DemoData(
        folder,
        (
            _write(folder, "crm", None, customers, crm.fill(customers, calendar, seed)),
            _write(folder, "recruitment", cvs, candidates,
                   recruitment.fill(candidates, calendar, seed, _store(cvs))),
            _write(folder, "maintenance", images, contacts,
                   maintenance.fill(contacts, calendar, seed, _store(images))),
        ),
    )  # fmt: skip


def _write(folder: Path, key: str, files: Path | None, people: int, sheets: Sheets) -> DemoSystem:
    database = folder / f"{key}.sqlite"
    database.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        sheets.save(connection, key)
    rows = sum(len(rows) for rows in sheets.rows.values())
    return DemoSystem(key, database, files, people, rows)


def _store(folder: Path) -> Store:
    """A folder where a file lies under the SHA-1 of its content, as in many such systems."""
    known: set[str] = set()
    for stale in folder.glob("??/*"):
        stale.unlink()

    def keep(content: bytes) -> str:
        digest = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        key = f"{digest[:2]}/{digest}"
        if key not in known:
            known.add(key)
            path = folder / key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return key

    return keep
