"""A data map held against its live system (GAR6xx). Nothing is written, and no row is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from garant.policy.diagnostics import Diagnostic, sorted_by_place
from garant.policy.text import Text
from garant.systems.catalogue import Catalogue, read_catalogue
from garant.systems.checks import live_rules as rules
from garant.systems.checks.findings import Finding, said
from garant.systems.checks.indexes import missing_in
from garant.systems.checks.live_columns import check_columns, missing_column, tables_named
from garant.systems.checks.live_references import check_foreign_keys, suspect_names
from garant.systems.checks.live_shapes import check_shapes
from garant.systems.checks.sql_fragments import Spot, spots
from garant.systems.fragments import Dialect, Fragment, FragmentRefused
from garant.systems.loader import LoadedMap
from garant.systems.model import DataMap
from garant.systems.sql import mariadb_errors

_DIALECTS: Final[dict[str, Dialect]] = {
    "mariadb": "mysql",
    "postgresql": "postgres",
    "sqlite": "sqlite",
}
_TYPES: Final = {"postgresql": ((1082,), (1114, 1184)), "mariadb": ((10, 14), (7, 12))}
"""How engines number a date and the types of instants: pg_type.oid, and the types of MariaDB's protocol."""
_READ_ONLY: Final = {"postgresql": "SET TRANSACTION READ ONLY", "mariadb": "START TRANSACTION READ ONLY"}
_HIDDEN_COLUMNS: Final = frozenset({"ctid", "oid", "rowid", "tableoid", "xmin"})


def check_live(loaded: LoadedMap, engine: Engine) -> list[Diagnostic]:
    """What is wrong with a data map in the system that `engine` reaches, sorted by place.

    Raises UnknownEngine, and SQLAlchemy's errors where the system cannot be reached.
    """
    with engine.connect() as connection:
        found = list(_findings(loaded.map, connection))
    return sorted_by_place(finding.diagnostic(loaded.positions) for finding in found)


def _findings(data_map: DataMap, connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name in _READ_ONLY:
        connection.execute(sa.text(_READ_ONLY[connection.dialect.name]))
    read = {spot.place: fragment for spot, fragment in _fragments(data_map, connection)}
    tables = {table for _, table in tables_named(data_map)}
    tables |= {table for fragment in read.values() for table in fragment.tables}
    catalogue = read_catalogue(connection, tables, suspect_names(data_map))
    yield from check_columns(data_map, catalogue)
    yield from check_foreign_keys(data_map, catalogue)
    yield from check_shapes(data_map, catalogue)
    yield from _indexes(data_map, catalogue)
    for spot in spots(data_map):
        if spot.place in read:
            yield from _fragment(data_map, catalogue, connection, spot, read[spot.place])


def _fragments(data_map: DataMap, connection: Connection) -> Iterator[tuple[Spot, Fragment]]:
    """The fragments that can be read; refusals for this engine are given by `_fragment`."""
    for spot in spots(data_map):
        try:
            yield spot, spot.read(_DIALECTS.get(connection.dialect.name))
        except FragmentRefused:
            continue


def _indexes(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for index in missing_in(data_map, catalogue):
        columns = ", ".join(index.columns)
        message = said(
            f"Aucun index ne sert la recherche par {index.table} ({columns}).",
            f"No index serves the search by {index.table} ({columns}).",
        )
        mend = said(f"{index.statement};", f"{index.statement};")
        place = ("tables", index.table) if index.table in data_map.tables else ("tables",)
        yield Finding(rules.MISSING_INDEX, place, message, mend)


def _fragment(
    data_map: DataMap, catalogue: Catalogue, connection: Connection, spot: Spot, fragment: Fragment
) -> Iterator[Finding]:
    missing = list(_missing(catalogue, spot, fragment))
    yield from missing
    if missing:
        return
    with connection.begin_nested() as attempt:
        try:
            result = connection.execute(_trial(spot, fragment), dict.fromkeys(fragment.parameters, ""))
        except DBAPIError as error:
            attempt.rollback()
            yield Finding(rules.SQL_REFUSED, spot.place, _refused(error))
            return
        yield from _event_type(data_map, spot, result)
    yield from _moving(catalogue, spot, fragment)


def _missing(catalogue: Catalogue, spot: Spot, fragment: Fragment) -> Iterator[Finding]:
    for table in sorted(fragment.tables):
        if catalogue.table(table) is None:
            message = said(
                f"Le système n’a pas de table «\u202f{table}\u202f».", f"The system has no table “{table}”."
            )
            yield Finding(rules.MISSING_TABLE, spot.place, message)
    for reference in fragment.references:
        known = [table for table in reference.tables if catalogue.table(table) is not None]
        if len(known) < len(reference.tables) or reference.column.lower() in _HIDDEN_COLUMNS:
            continue
        if all(catalogue.column(table, reference.column) is None for table in known):
            message = missing_column(" / ".join(known), reference.column)
            yield Finding(rules.MISSING_COLUMN, spot.place, message, inside=reference.place)


def _moving(catalogue: Catalogue, spot: Spot, fragment: Fragment) -> Iterator[Finding]:
    """Does an event count from a date that every write sets again?"""
    for reference in fragment.references if spot.event else ():
        found = [(table, catalogue.column(table, reference.column)) for table in reference.tables]
        for table, column in found:
            if column is not None and column.moves:
                message = said(
                    f"{table}.{column.name} est remise à l’instant présent à chaque écriture (ON UPDATE).",
                    f"{table}.{column.name} is set to the present moment by every write (ON UPDATE).",
                )
                yield Finding(rules.MOVING_DATE, spot.place, message, inside=reference.place)


def _trial(spot: Spot, fragment: Fragment) -> sa.Select[Any]:
    """The fragment as the system would get it, without a single row."""
    written = sa.text(fragment.sql)
    if not spot.table:
        whole = written.columns(sa.column("key")).subquery("fragment")
        return sa.select(sa.text("*")).select_from(whole).limit(0)
    schema, _, name = spot.table.rpartition(".")
    return sa.select(written).select_from(sa.table(name, schema=schema or None)).limit(0)


def _refused(error: DBAPIError) -> Text:
    code = mariadb_errors.number(error)
    words = mariadb_errors.reason(error, code) if code else str(error.orig).partition("\n")[0]
    return said(f"Le système répond\u202f: {words}", f"The system answers: {words}")


def _event_type(data_map: DataMap, spot: Spot, result: sa.CursorResult[Any]) -> Iterator[Finding]:
    """Where the engine tells the types: is a date a date, and an instant an instant?"""
    if not spot.event or result.cursor is None or result.dialect.name not in _TYPES:
        return
    kind = result.cursor.description[1][1]
    source = data_map.events[str(spot.place[1])][int(spot.place[2])]
    dates, instants = _TYPES[result.dialect.name]
    if kind not in (dates if source.type == "date" else instants):
        message = said(
            f"«\u202fat\u202f» n’est pas du type annoncé ({source.type}).",
            f"“at” is not of the type announced ({source.type}).",
        )
        yield Finding(rules.WRONG_TYPE, (*spot.place[:3], "type"), message)
