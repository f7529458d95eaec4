"""What many tests begin with, in Garant's own state, is made once by a worker and laid down again for each of them.

What was made is known by all that it changed: rows of any table, files of Garant's home. It is laid down where the state is
what it was made from, on the same day; anywhere else it is made anew, and known from then on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from garant.apps.evidence import filing
from garant.apps.notices import services as notices
from garant.apps.oppositions import services as oppositions
from garant.apps.permissions import knowing, people

ZONES = (UTC, ZoneInfo("Europe/Paris"))
DJANGOS = ("auth_", "django_content_type", "django_migrations")
"""Numbered anew whenever tables are emptied; nothing of ours points there."""

T = TypeVar("T")
Rows = dict[str, list[tuple[Any, ...]]]
Files = dict[str, tuple[int, bytes | None]]
"""By path: its mode, and its content where it is no folder."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What somebody made, from what, and when."""

    began: bytes
    at: datetime
    emptied: list[str]
    """Tables of which rows went or changed: all that they hold is laid down."""
    rows: Rows
    files: Files
    filed: dict[str, bytes]
    gives: Any

    def fits(self, began: bytes, now: datetime) -> bool:
        """Whether making it now would make the like."""
        same_day = all(now.astimezone(zone).date() == self.at.astimezone(zone).date() for zone in ZONES)
        return self.began == began and self.at <= now and same_day


_made: dict[tuple[Any, ...], _Made] = {}


def laid(home: Path, make: Callable[..., T], *arguments: Any) -> T:
    """What `make` does to the state, whose files are in `home`, and what it gives: a value that nobody changes.

    Its arguments are the same each time. What waits for the end of a transaction is not done where the test is one: what is
    made there is laid down there alone.
    """
    forget()
    before, files, now = _rows(), _files(home), datetime.now(UTC)
    began = sha256(repr((before, files)).encode()).digest()
    key = (make.__module__, make.__qualname__, connection.in_atomic_block)
    known = _made.get(key)
    if known is None or not known.fits(began, now):
        gives = make(*arguments)
        _made[key] = _changed(began, now, (before, files), (_rows(), _files(home)), gives)
        return gives
    with transaction.atomic():
        _lay(known)
    for path, (mode, content) in known.files.items():
        if content is None:
            (home / path).mkdir(exist_ok=True)
        else:
            (home / path).write_bytes(content)
        (home / path).chmod(mode)
    filing._filing.update(known.filed)
    return known.gives


def forget() -> None:
    """What this process knows of the organisations of another test."""
    filing._filing.clear()
    oppositions._kept_key.cache_clear()
    people._key.cache_clear()
    knowing.forget_looks()
    knowing._zone.cache_clear()
    knowing._permissions.cache_clear()
    notices.forget()


def _changed(
    began: bytes, at: datetime, before: tuple[Rows, Files], after: tuple[Rows, Files], gives: Any
) -> _Made:
    assert not before[1].keys() - after[1].keys(), "files went: this cannot be laid down again"
    emptied = [table for table, rows in before[0].items() if Counter(rows) - Counter(after[0][table])]
    new = {
        table: rows if table in emptied else [row for row in rows if row not in before[0][table]]
        for table, rows in after[0].items()
        if rows != before[0][table]
    }
    files = {path: held for path, held in after[1].items() if before[1].get(path) != held}
    return _Made(began, at, emptied, new, files, dict(filing._filing), gives)


def _files(home: Path) -> Files:
    return {
        str(path.relative_to(home)): (
            path.stat().st_mode & 0o7777,
            path.read_bytes() if path.is_file() else None,
        )
        for path in sorted(home.rglob("*"))
    }


@cache
def _tables() -> dict[str, list[str]]:
    """The columns of each table, Django's own apart."""
    with connection.cursor() as cursor:
        return {
            table: [
                connection.ops.quote_name(column.name)
                for column in connection.introspection.get_table_description(cursor, table)
            ]
            for table in sorted(connection.introspection.table_names(cursor))
            if not table.startswith(DJANGOS)
        }


def _rows() -> Rows:
    """Every row as the database writes it: PostgreSQL's as one text, asked for at once; SQLite's values as they are stored."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return {
                table: cursor.execute(
                    f'SELECT {", ".join(f"+{name}" for name in columns)} FROM "{table}"'
                ).fetchall()
                for table, columns in _tables().items()
            }
        cursor.execute(
            " UNION ALL ".join(f"SELECT '{table}', t::text FROM \"{table}\" AS t" for table in _tables())
        )
        found: Rows = {table: [] for table in _tables()}
        for table, text in cursor.fetchall():
            found[table].append((text,))
        return found


def _lay(made: _Made) -> None:
    with connection.cursor() as cursor:
        for table in made.emptied:
            cursor.execute(f'DELETE FROM "{table}"')
        for table, rows in made.rows.items():
            if connection.vendor == "postgresql":
                texts = [text for (text,) in rows]
                cursor.execute(
                    f'INSERT INTO "{table}" SELECT (t::"{table}").* FROM unnest(%s::text[]) AS t', [texts]
                )
            elif rows:
                marks = ", ".join("%s" for _ in rows[0])
                cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
        models = [model for model in apps.get_models() if model._meta.db_table in made.rows]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
