"""Files that rows name: which columns name them, and which files no row names any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from garant.systems.changing import Step
from garant.systems.files.store import FileStore, Identity
from garant.systems.model import DataMap, Do, Files

PARTS = 3_000
"""Parts of paths looked for in one query: each is some three parameters, and SQLite takes 32,766 of them."""


def files_of(data_map: DataMap, step: Step) -> list[Files]:
    """The files that a step lets go of: their rows go, or a column of their name changes."""
    return [
        files
        for files in data_map.files
        if files.table == step.table
        and (step.do is Do.DELETE or not step.columns.keys().isdisjoint(files.columns))
    ]


def release(
    connection: sa.Connection,
    data_map: DataMap,
    store_of: Callable[[str], FileStore],
    files: Sequence[tuple[str, str]],
) -> int:
    """Delete the files (variable, name) that no row refers to any more; how many of them have gone.

    All of them were there before the rows went: one that is not has gone too, in a run that died before it could tell.
    """
    gone = 0
    for env in dict.fromkeys(env for env, _ in files):
        store = store_of(env)
        found = {name: store.identity(name) for named_in, name in files if named_in == env}
        there = {name: identity for name, identity in found.items() if identity is not None}
        named = _named(connection, data_map, env, store, there) if there else set[Identity]()
        for name, identity in there.items():
            if identity not in named:
                store.delete(name)
        gone += len({store.written(name) for name in found if store.path(name) is None})
    return gone


def _named(
    connection: sa.Connection, data_map: DataMap, env: str, store: FileStore, names: Iterable[str]
) -> set[Identity]:
    """Of these files, those that a row of any table still names, however it spells them.

    The database compares as its collation does; what it finds is compared again as the machine does, or one
    file would stay for the sake of another.
    """
    named: set[Identity] = set()
    spellings = sorted({spelling for name in names for spelling in store.spellings(name)})
    for files in data_map.files:
        for some in _by_parts(spellings) if files.store.env == env else ():
            for values in connection.execute(_rows_naming(files, some)):
                name = files.name(*values)
                identity = None if name is None else store.identity(name)
                named |= set() if identity is None else {identity}
    return named


def _rows_naming(files: Files, spellings: Sequence[str]) -> sa.Select[Any]:
    """The rows that may name one of the files; two columns may share a path between them at any slash."""
    schema, _, bare = files.table.rpartition(".")
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in files.columns]
    table = sa.table(bare, *columns, schema=schema or None)
    query = sa.select(*(table.c[name] for name in files.columns)).distinct()
    if files.suffix:
        ending = [spelling for spelling in spellings if spelling.endswith(files.suffix)]
        spellings = [spelling.removesuffix(files.suffix) for spelling in ending]
    if files.folder is None:
        return query.where(table.c[files.column].in_(spellings))
    parts = [part for spelling in spellings for part in _parts(spelling)]
    folder = table.c[files.folder]
    ends = sorted({end for _, end in parts})
    leads = sorted({written for lead, _ in parts for written in (lead, f"{lead}/")})
    return query.where(table.c[files.column].in_(ends), sa.or_(folder.is_(None), folder.in_(leads)))


def _by_parts(spellings: Sequence[str]) -> Iterator[Sequence[str]]:
    """The spellings, as many at a time as a query takes."""
    start, parts = 0, 0
    for place, spelling in enumerate(spellings):
        parts += spelling.count("/") + 1
        if parts > PARTS and place > start:
            yield spellings[start:place]
            start, parts = place, spelling.count("/") + 1
    yield spellings[start:]


def _parts(spelling: str) -> Iterator[tuple[str, str]]:
    """Every way to cut a path into a folder and a name."""
    yield "", spelling
    for place, letter in enumerate(spelling):
        if letter == "/":
            yield spelling[:place], spelling[place + 1 :]
