"""Garant's own state at one instant: its database, durable execution's, the archives, the last checkpoints.

The order matters, since these are several stores. Durable execution and the copies of checkpoints come first: what
they say must not be newer than the database. The archives come last: what the database says is archived must be there.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from garant.apps.backups import postgres
from garant.apps.backups.bundle import Ledger
from garant.ledger.tree import RightEdge

DATABASE = {"sqlite": "garant.sqlite3", "postgresql": "garant.dump"}
WORKFLOWS = "workflows.sqlite3"
ARCHIVE, CHECKPOINTS = "archive", "checkpoints"

_UNDERWAY = ".restoring"
"""A mark beside the state while it is being put back."""

_BUSY_SECONDS = 60
_LEAVES = 4096
_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY 1",
    "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1",
}
_ENTRIES = 'SELECT log_id, leaf_hash FROM evidence_ledgerentry ORDER BY log_id, "index"'

Ask = Callable[[str], Iterator[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What a database holds, counted in it."""

    counts: dict[str, int]
    ledgers: dict[str, Ledger]


@dataclass(frozen=True, slots=True)
class State:
    """Where an installation keeps what is backed up."""

    home: Path
    archive: Path
    checkpoints: Path
    database: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Which kind of database it is."""
        return "sqlite" if str(self.database["ENGINE"]).endswith("sqlite3") else "postgresql"


def take(state: State, folder: Path) -> Counted:
    """Copy an installation's state into an empty folder, while it goes on working."""
    _copy_sqlite(state.home / WORKFLOWS, folder / WORKFLOWS)
    _copy_files(state.checkpoints, folder / CHECKPOINTS)
    target = folder / DATABASE[state.kind]
    if state.kind == "sqlite":
        _copy_sqlite(Path(str(state.database["NAME"])), target)
        with closing(sqlite3.connect(target)) as copied:
            counted = _count(state.kind, _asking_sqlite(copied))
    else:
        counted = _dump(state, target)
    for archive in sorted(state.archive.glob("*.sqlite3")):
        _copy_sqlite(archive, folder / ARCHIVE / archive.name)
    if (state.archive / "current-key").is_file():
        (folder / ARCHIVE).mkdir(mode=0o700, exist_ok=True)
        shutil.copyfile(state.archive / "current-key", folder / ARCHIVE / "current-key")
    return counted


def _dump(state: State, target: Path) -> Counted:
    with postgres.connect(state.database) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert exported is not None
        counted = _count(state.kind, _asking_postgres(connection))
        postgres.dump(state.database, exported[0], target)
    return counted


def count(state: State) -> Counted:
    """Count what an installation's database holds now."""
    if state.kind == "sqlite":
        with closing(sqlite3.connect(str(state.database["NAME"]))) as database:
            return _count(state.kind, _asking_sqlite(database))
    with postgres.connect(state.database) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return _count(state.kind, _asking_postgres(connection))


def is_empty(state: State) -> bool:
    """Whether nothing would be overwritten; what a killed restore had put back counts for nothing."""
    underway = (state.home / _UNDERWAY).exists()
    if not underway and (any(state.archive.glob("*.sqlite3")) or (state.home / WORKFLOWS).exists()):
        return False
    if state.kind == "sqlite":
        return not Path(str(state.database["NAME"])).exists()
    with postgres.connect(state.database) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    return found is not None and found[0] == 0


def put(state: State, folder: Path) -> None:
    """Put a copy back into an empty installation; the database last, at once: without it there is none."""
    state.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (state.home / _UNDERWAY).touch(mode=0o600)
    if (folder / WORKFLOWS).exists():
        for log in ("-wal", "-shm"):  # of a file that is gone: nothing of it goes into this one
            (state.home / f"{WORKFLOWS}{log}").unlink(missing_ok=True)
        _move(folder / WORKFLOWS, state.home / WORKFLOWS)
    for source, target in ((folder / CHECKPOINTS, state.checkpoints), (folder / ARCHIVE, state.archive)):
        for one in sorted(source.glob("*")):
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            _move(one, target / one.name)
    dumped = folder / DATABASE[state.kind]
    if state.kind == "sqlite":
        _move(dumped, Path(str(state.database["NAME"])))
    else:
        postgres.restore(state.database, dumped)
    (state.home / _UNDERWAY).unlink()


def _move(source: Path, target: Path) -> None:
    source.chmod(0o600)
    beside = target.with_name(f"{target.name}.restored")
    shutil.move(source, beside)
    beside.replace(target)


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online backup: one instant of a database that others write to meanwhile.

    Opened to write where that is allowed: what a killed program left half done is rolled back first.
    """
    if not source.is_file():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    target.touch(mode=0o600)
    with (
        closing(
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True, timeout=_BUSY_SECONDS)
        ) as here,
        closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        # The copy is one file: no journal of its own is left beside it.
        there.execute("PRAGMA journal_mode = DELETE")


def _copy_files(source: Path, target: Path) -> None:
    for one in sorted(source.glob("*")):
        if one.is_file() and not one.name.endswith(".new"):
            target.mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(one, target / one.name)


def _count(kind: str, ask: Ask) -> Counted:
    tables = [name for (name,) in ask(_TABLES[kind])]
    counts = {
        name: next(ask(f'SELECT count(*) FROM "{name}"'))[0]  # noqa: S608 - its own catalogue's names
        for name in tables
    }
    return Counted(counts, _ledgers(ask) if "evidence_ledgerentry" in tables else {})


def _ledgers(ask: Ask) -> dict[str, Ledger]:
    """The head of each ledger, from the hashes of its entries."""
    found: dict[str, Ledger] = {}
    for organisation, rows in groupby(ask(_ENTRIES), key=lambda row: row[0]):
        edge, leaves = RightEdge(), [bytes(leaf) for _, leaf in rows]
        for start in range(0, len(leaves), _LEAVES):
            list(edge.extend(leaves[start : start + _LEAVES]))
        found[organisation] = Ledger(size=edge.size, root=edge.root().hex())
    return found


def _asking_sqlite(database: sqlite3.Connection) -> Ask:
    return lambda question: iter(database.execute(question))


def _asking_postgres(connection: psycopg.Connection[Any]) -> Ask:
    return lambda question: iter(connection.execute(sql.SQL(question)))  # pyright: ignore[reportArgumentType]


@contextmanager
def staging(home: Path, name: str) -> Iterator[Path]:
    """A folder that only its owner enters, beside the state; it goes at the end, and what a killed one left goes now."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = home / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
