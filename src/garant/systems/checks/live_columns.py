"""Do the tables and columns that a map names exist, and can they hold what the map would write?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.catalogue import Catalogue, CatalogueColumn, Family
from garant.systems.checks import live_rules as rules
from garant.systems.checks.effects import actions_on, changed_columns, changes
from garant.systems.checks.findings import Finding, said
from garant.systems.checks.personal_names import looks_personal
from garant.systems.model import DataMap, Listed, Table
from garant.systems.treatments import (
    ColumnDisposition,
    Constant,
    Generalise,
    Prefix,
    Pseudonymise,
    SetApart,
)

_TEXTS: Final[frozenset[Family]] = frozenset({"any", "text"})
_DATES: Final[frozenset[Family]] = frozenset({"any", "date", "instant", "text"})
_KEYS: Final[dict[str, frozenset[Family]]] = {
    "integer": frozenset({"any", "integer"}),
    "text": frozenset({"any", "text", "uuid"}),
    "uuid": frozenset({"any", "text", "uuid"}),
}
_SAME: Final[tuple[frozenset[Family], ...]] = (
    frozenset({"integer", "number"}),
    frozenset({"date", "instant"}),
)


def check_columns(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    """Missing tables and columns, types, unique keys, what columns cannot hold, what is not mapped."""
    for place, table in tables_named(data_map):
        if catalogue.table(table) is None:
            message = said(
                f"Le système n’a pas de table «\u202f{table}\u202f».", f"The system has no table “{table}”."
            )
            yield Finding(rules.MISSING_TABLE, place, message)
    for place, table, column in _columns_named(data_map):
        if catalogue.table(table) is not None and catalogue.column(table, column) is None:
            yield Finding(rules.MISSING_COLUMN, place, missing_column(table, column))
    yield from _keys(data_map, catalogue)
    yield from _links(data_map, catalogue)
    yield from _codes(data_map, catalogue)
    yield from _writes(data_map, catalogue)
    yield from _unmapped(data_map, catalogue)


def missing_column(table: str, column: str) -> Text:
    """The message for a column that is not there."""
    return said(
        f"La table «\u202f{table}\u202f» n’a pas de colonne «\u202f{column}\u202f».",
        f"The table “{table}” has no column “{column}”.",
    )


def tables_named(data_map: DataMap) -> Iterator[tuple[Place, str]]:
    """Every table that the map names outside its SQL."""
    for key, root in data_map.roots.items():
        yield ("roots", key, "table"), root.table
    yield from ((("tables", table), table) for table in data_map.tables)
    yield from ((("seals", n, "table"), seal.table) for n, seal in enumerate(data_map.seals))
    yield from (((*place, "table"), listed.table) for place, _, _, listed in _lists(data_map))


def _columns_named(data_map: DataMap) -> Iterator[tuple[Place, str, str]]:
    for key, root in data_map.roots.items():
        yield ("roots", key, "key"), root.table, root.key
    for table, spec in data_map.tables.items():
        yield from _columns_of(table, spec)
    for key, disposition in data_map.dispositions.items():
        for number, action in enumerate(disposition.actions):
            for column in action.columns:
                yield ("dispositions", key, "actions", number, "columns", column), action.table, column
    for number, seal in enumerate(data_map.seals):
        yield from ((("seals", number, "columns", n), seal.table, c) for n, c in enumerate(seal.columns))
    for key, restriction in data_map.restriction.items():
        yield from (
            (("restriction", key, "set", c), restriction.table, c)
            for c in {**restriction.set, **restriction.lift}
        )
    yield from ((place, table, name) for place, table, name, _ in _apart(data_map))
    for place, _, _, listed in _lists(data_map):
        yield (*place, "key"), listed.table, listed.key
        yield (*place, "code"), listed.table, listed.code


def _lists(data_map: DataMap) -> Iterator[tuple[Place, str, str, Listed]]:
    """The columns that refer to a list of countries, and the list."""
    for table, spec in data_map.tables.items():
        for name, column in spec.columns.items():
            if column.listed is not None:
                yield ("tables", table, "columns", name, "listed"), table, name, column.listed


def _columns_of(table: str, spec: Table) -> Iterator[tuple[Place, str, str]]:
    place: Place = ("tables", table)
    if spec.key is not None:
        yield (*place, "key"), table, spec.key
    yield from (((*place, "columns", column), table, column) for column in spec.columns)
    for number, link in enumerate(spec.links):
        yield (*place, "links", number, "column"), table, link.column
        if link.parent is not None and link.parent_column is not None:
            yield (*place, "links", number, "parent_column"), link.parent, link.parent_column


def _keys(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for key, root in data_map.roots.items():
        column = catalogue.column(root.table, root.key)
        if column is None:
            continue
        if column.family not in _KEYS[root.type]:
            yield Finding(rules.WRONG_TYPE, ("roots", key), _type(root.table, column, root.type))
        yield from _unique(catalogue, ("roots", key), root.table, column)
    for table, spec in data_map.tables.items():
        column = catalogue.column(table, spec.key) if spec.key is not None else None
        if column is not None:
            yield from _unique(catalogue, ("tables", table, "key"), table, column)


def _unique(catalogue: Catalogue, place: Place, table: str, column: CatalogueColumn) -> Iterator[Finding]:
    found = catalogue.table(table)
    if found is not None and not found.view and not found.unique(column.name):
        message = said(
            f"Rien ne garantit que {table}.{column.name} est unique.",
            f"Nothing guarantees that {table}.{column.name} is unique.",
        )
        yield Finding(rules.KEY_NOT_UNIQUE, place, message)


def _type(table: str, column: CatalogueColumn, wanted: str) -> Text:
    return said(
        f"{table}.{column.name} est de type {column.type}\u202f; attendu\u202f: {wanted}.",
        f"{table}.{column.name} is of type {column.type}; expected: {wanted}.",
    )


def _links(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    """The two ends of each hop hold the same kind of value."""
    for table in data_map.tables:
        for place, (one, first), (other, second), prefixed in _ends(data_map, table):
            here, there = catalogue.column(one, first), catalogue.column(other, second)
            if here is None or there is None:
                continue
            if prefixed and here.family not in ("any", "text"):
                yield Finding(rules.WRONG_TYPE, place, _type(one, here, "text"))
            elif not prefixed and not _comparable(here.family, there.family):
                yield Finding(rules.WRONG_TYPE, place, _type(one, here, f"{there.type} ({other}.{second})"))


def _ends(data_map: DataMap, table: str) -> Iterator[tuple[Place, tuple[str, str], tuple[str, str], bool]]:
    """Both ends of each link of a table, and whether the first is the text of a prefix and a key."""
    for number, link in enumerate(data_map.tables[table].links):
        place: Place = ("tables", table, "links", number, "column")
        if link.root in data_map.roots:
            root = data_map.roots[link.root]
            yield place, (table, link.column), (root.table, root.key), link.prefix is not None
        elif link.parent in data_map.tables:
            target = link.parent_column or data_map.tables[link.parent].key
            if target is not None:
                yield place, (table, link.column), (link.parent, target), link.prefix is not None


def _codes(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    """A column that refers to a list holds what the list’s key holds, and a code is a text."""
    for place, table, name, listed in _lists(data_map):
        column, key, code = (
            catalogue.column(table, name),
            catalogue.column(listed.table, listed.key),
            catalogue.column(listed.table, listed.code),
        )
        if column is not None and key is not None and not _comparable(column.family, key.family):
            wanted = f"{key.type} ({listed.table}.{listed.key})"
            yield Finding(rules.WRONG_TYPE, place, _type(table, column, wanted))
        if code is not None and code.family not in _TEXTS:
            yield Finding(rules.WRONG_TYPE, (*place, "code"), _type(listed.table, code, "text"))


def _comparable(one: Family, other: Family) -> bool:
    if one == other or "any" in (one, other):
        return True
    return any(one in same and other in same for same in _SAME)


def _apart(data_map: DataMap) -> Iterator[tuple[Place, str, str, SetApart]]:
    """The columns that a restriction sets apart, and what stands in them meanwhile."""
    for root, tables in data_map.apart.items():
        for table, columns in tables.items():
            for name, how in columns.items():
                yield ("apart", root, table, name), table, name, how


def _writes(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for place, table, name, how in chain(changed_columns(data_map), _apart(data_map)):
        column = catalogue.column(table, name)
        if column is None:
            continue
        if column.generated:
            message = said(
                f"{table}.{name} est calculée par le système.", f"{table}.{name} is computed by the system."
            )
            yield Finding(rules.GENERATED_CHANGED, place, message)
        elif how == "blank" and not column.nullable:
            message = said(f"{table}.{name} n’accepte pas de vide.", f"{table}.{name} takes no blank.")
            yield Finding(rules.NOT_NULL_BLANKED, place, message)
        else:
            yield from _fits(place, table, column, how)
    for key, restriction in data_map.restriction.items():
        for name, value in [*restriction.set.items(), *restriction.lift.items()]:
            column = catalogue.column(restriction.table, name)
            if column is not None:
                place = ("restriction", key, "set", name)
                yield from _fits(place, restriction.table, column, Constant(constant=value))


def _fits(place: Place, table: str, column: CatalogueColumn, how: ColumnDisposition) -> Iterator[Finding]:
    wanted, length = _demand(how)
    if wanted is not None and column.family not in wanted:
        kinds = " / ".join(sorted(wanted - {"any"}))
        yield Finding(rules.WRONG_TYPE, place, _type(table, column, kinds))
    elif column.length is not None and length > column.length:
        message = said(
            f"{length} caractères pour {table}.{column.name}, qui en prend {column.length}.",
            f"{length} characters for {table}.{column.name}, which takes {column.length}.",
        )
        yield Finding(rules.TOO_LONG, place, message)


def _demand(how: ColumnDisposition) -> tuple[frozenset[Family] | None, int]:
    """The families a disposition can be written to, and how many characters it writes."""
    if isinstance(how, Constant):
        return _constant(how.constant)
    if isinstance(how, Pseudonymise):
        spec = how.pseudonymise
        return _TEXTS, len(spec.prefix) + spec.length + len(spec.suffix)
    if isinstance(how, Generalise):
        return (_TEXTS if isinstance(how.generalise, Prefix) else _DATES), 0
    return None, 0


def _constant(value: str | int | bool) -> tuple[frozenset[Family] | None, int]:
    if isinstance(value, bool):
        return frozenset({"any", "boolean"}), 0
    if isinstance(value, int):
        return frozenset({"any", "integer", "number"}), 0
    return frozenset({"any", "binary", "date", "instant", "json", "other", "text", "uuid"}), len(value)


def _unmapped(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for name, spec in data_map.tables.items():
        table = catalogue.table(name)
        if table is None:
            continue
        known = {c.lower() for c in (*spec.columns, *(link.column for link in spec.links), spec.key or "")}
        known |= {root.key.lower() for root in data_map.roots.values() if root.table == name}
        known |= {c.lower() for _, action in actions_on(data_map, name) for c in changes(data_map, action)}
        columns = [
            c.name for c in table.columns.values() if looks_personal(c) and c.name.lower() not in known
        ]
        if columns:
            message = said(
                f"«\u202f{name}\u202f» a des colonnes que la carte ne nomme pas\u202f: {', '.join(columns)}.",
                f"“{name}” has columns that the map does not name: {', '.join(columns)}.",
            )
            yield Finding(rules.UNMAPPED_COLUMN, ("tables", name), message)
