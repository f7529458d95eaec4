"""Why the values of a column cannot be set apart and come back: said by the checks, and by a plan instead of doing it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.archiving import KINDS
from garant.systems.model import DataMap, Refresh, Relation
from garant.systems.paths import owning_paths

Reason = tuple[str, str]

_NO_TABLE: Reason = ("la carte ne décrit pas cette table", "the map does not describe this table")
_NO_KEY: Reason = ("sa table n’a pas de clé (key)", "its table has no key")
_NOT_OWNED: Reason = (
    "ses lignes ne sont pas à cette personne seule",
    "its rows are not this person’s alone",
)
_IS_LINK: Reason = ("c’est une clé, ou un lien entre les tables", "it is a key, or a link between tables")
_IS_FILE: Reason = (
    "elle nomme un fichier, qui resterait en place",
    "it names a file, which would stay in place",
)
_IS_READ: Reason = (
    "la carte la lit pour savoir qui est quoi, quand, ou ce que la loi garde",
    "the map reads it to know who is what, when, or what the law keeps",
)
_UNFINDABLE: Reason = (
    "on ne retrouverait plus la personne : marquez-la identity (email, phone ou number)",
    "the person could not be found again: mark it identity (email, phone or number)",
)


def obstacles(data_map: DataMap, root: str) -> Iterator[tuple[Place, Text]]:
    """What stands in the way, column by column: nothing, where a restriction may set them apart."""
    for table, columns in data_map.apart.get(root, {}).items():
        place: Place = ("apart", root, table)
        for column in columns:
            why = _of_table(data_map, root, table) or _of_column(data_map, root, table, column)
            if why is not None:
                yield (*place, column), _said(data_map, table, column, why)


def _said(data_map: DataMap, table: str, column: str, why: Reason) -> Text:
    name = f"{data_map.system}: {table}.{column}"
    return Text(
        fr=f"{name} ne peut être mise à part : {why[0]}.", en=f"{name} cannot be set apart: {why[1]}."
    )


def _of_table(data_map: DataMap, root: str, table: str) -> Reason | None:
    if table not in data_map.tables:
        return _NO_TABLE
    paths = owning_paths(data_map, table, root)
    several = {path.root for other in data_map.roots for path in owning_paths(data_map, table, other)}
    if len(paths) != 1 or paths[0].relation is not Relation.OWNED or several != {root}:
        return _NOT_OWNED
    return _NO_KEY if data_map.tables[table].key is None else None


def _of_column(data_map: DataMap, root: str, table: str, column: str) -> Reason | None:
    if column.lower() in _ways(data_map, table):
        return _IS_LINK
    if any(files.table == table and column in files.columns for files in data_map.files):
        return _IS_FILE
    if any(_reads(sql, table, column) for sql in _fragments(data_map)):
        return _IS_READ
    for kind, queries in data_map.identities.items():
        for query in queries:
            if _reads(query.query, table, column) and not (
                query.root == root and _filed(data_map, table, column, kind)
            ):
                return _UNFINDABLE
    return None


def _filed(data_map: DataMap, table: str, column: str, kind: str) -> bool:
    """Whether the archive files the record under what the column holds."""
    known = data_map.tables[table].columns.get(column)
    return kind in KINDS and known is not None and kind in known.corrected


def _ways(data_map: DataMap, table: str) -> set[str]:
    """The keys of a table, and its columns that links go by."""
    spec = data_map.tables[table]
    names = {spec.key, *(link.column for link in spec.links)}
    names |= {root.key for root in data_map.roots.values() if root.table == table}
    for other in data_map.tables.values():
        names |= {link.parent_column for link in other.links if link.parent == table}
    return {name.lower() for name in names if name}


def _fragments(data_map: DataMap) -> Iterator[str]:
    """Every SQL of the map by which something is judged; a condition on a row begins with the name of its table."""
    yield from (role.query for role in data_map.roles.values())
    yield from (source.query for sources in data_map.events.values() for source in sources)
    yield from (one.query for question in data_map.questions.values() for one in question.matches)
    for name, spec in data_map.tables.items():
        yield from (f"{name} {link.when}" for link in spec.links if link.when)
        for column in spec.columns.values():
            yield from (f"{name} {when}" for when in column.corrected.values() if when)
            yield from _refreshed(name, column.erase)
    for seal in data_map.seals:
        yield f"{seal.table} {seal.when}"
    for disposition in data_map.dispositions.values():
        for action in disposition.actions:
            for how in action.columns.values():
                yield from _refreshed(action.table, how)


def _refreshed(table: str, how: object) -> Iterator[str]:
    if isinstance(how, Refresh):
        yield f"{table} {how.refresh}"


def _reads(sql: str, table: str, column: str) -> bool:
    """Whether a fragment may read the column: it names both, whichever way they belong together."""
    words = set(re.findall(r"\w+", sql.lower()))
    return {column.lower(), table.rpartition(".")[2].lower()} <= words
