"""What the driver of SQLite reads itself, and what is read again because it is not UTF-8."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from garant.systems.sql.sqlite_texts import Reading

FAR = 1_500


@pytest.fixture
def connection() -> Iterator[Reading]:
    """Texts of which the one in the middle, and the one after it, are in Windows-1252."""
    with sqlite3.connect(":memory:", factory=Reading) as opened:
        opened.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
        opened.executemany("INSERT INTO person VALUES (?, 'Zoé')", [(n,) for n in range(3_000)])
        opened.execute(f"UPDATE person SET name = CAST(x'5a6fe9' AS TEXT) WHERE id IN ({FAR}, {FAR + 1})")
        yield opened
    opened.close()


def _at_once(cursor: sqlite3.Cursor) -> list[Any]:
    return cursor.fetchall()


def _by_thousands(cursor: sqlite3.Cursor) -> Iterator[Any]:
    while rows := cursor.fetchmany(1000):
        assert len(rows) == 1000
        yield from rows


def _one_by_one(cursor: sqlite3.Cursor) -> Iterator[Any]:
    while (row := cursor.fetchone()) is not None:
        yield row


@pytest.mark.parametrize("read", [_at_once, _by_thousands, _one_by_one])
def test_each_row_is_read_once(connection: Reading, read: Callable[[Any], Any]) -> None:
    """SQLite's own hexadecimal is the witness of what each row has."""
    rows = list(read(connection.cursor().execute("SELECT id, name, hex(name) FROM person ORDER BY id")))
    assert [row[0] for row in rows] == list(range(3_000))
    for _, name, written in rows:
        assert name.encode("utf-8", "surrogateescape").hex().upper() == written
    assert rows[FAR][1] == rows[FAR + 1][1] == "Zo\udce9"


def test_the_driver_reads_what_is_all_utf_8(connection: Reading) -> None:
    connection.execute("SELECT name FROM person WHERE id < 1000").fetchall()
    assert connection.text_factory is str


def test_another_refusal_is_told(connection: Reading) -> None:
    connection.create_function("refused", 1, lambda key: 1 / (2 - key))
    cursor = connection.execute("SELECT refused(id) FROM person ORDER BY id")
    with pytest.raises(sqlite3.OperationalError, match="user-defined function"):
        cursor.fetchall()
    assert connection.text_factory is str
