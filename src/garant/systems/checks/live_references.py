"""Who refers to the rows that go, and what happens to them then?"""

from __future__ import annotations

from collections.abc import Iterator

from garant.policy.diagnostics import Rule
from garant.policy.places import Place
from garant.systems.catalogue import Catalogue, CatalogueTable, ForeignKey
from garant.systems.checks import live_rules as rules
from garant.systems.checks.effects import actions_on, changes, kept_columns, may_stay
from garant.systems.checks.findings import Finding, said
from garant.systems.checks.personal_names import looks_personal
from garant.systems.model import DataMap, Disposition, Do, RootKind


def check_foreign_keys(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    """Foreign keys to the rows that go: those that block, cascade or leave orphans; triggers."""
    seen: set[tuple[str, str, str]] = set()
    for name, disposition in data_map.dispositions.items():
        for finding in _of_disposition(data_map, catalogue, name, disposition):
            told = (finding.rule.code, str(finding.place), finding.message.en if finding.message else "")
            if told not in seen:
                seen.add(told)
                yield finding
    yield from _triggers(data_map, catalogue)
    yield from _lasting(data_map, catalogue)
    yield from _remembering(data_map, catalogue)
    yield from _unmapped_tables(data_map, catalogue)
    yield from _undeclared_links(data_map, catalogue)


def _of_disposition(
    data_map: DataMap, catalogue: Catalogue, name: str, disposition: Disposition
) -> Iterator[Finding]:
    """Walk through the actions in order: who still refers to the rows that one of them deletes?"""
    mapped = {catalogue.name(table) for table in data_map.tables}
    gone: set[str] = set()
    cut: set[tuple[str, str]] = set()
    for number, action in enumerate(disposition.actions):
        table = catalogue.name(action.table)
        if action.do is Do.DELETE:
            gone.add(table)
            kept = kept_columns(data_map, disposition.root, action.table) is not None
            for key in _left(catalogue, table, gone, cut):
                if key.table not in mapped:
                    yield from _undeclared(catalogue, action.table, key)
                elif key.blocks and not kept:
                    place: Place = ("dispositions", name, "actions", number, "table")
                    yield _finding(rules.BLOCKING_KEY, place, key)
        if may_stay(data_map, disposition, action):
            cut |= {(table, column) for column in changes(data_map, action)}


def _left(
    catalogue: Catalogue, table: str, gone: set[str], cut: set[tuple[str, str]]
) -> Iterator[ForeignKey]:
    """The references to a table that earlier actions have neither deleted nor changed."""
    for key in catalogue.referring_to(table):
        if key.table not in gone and not any((key.table, column) in cut for column in key.columns):
            yield key


def _undeclared(catalogue: Catalogue, table: str, key: ForeignKey) -> Iterator[Finding]:
    """What an undeclared reference does when the rows of `table` go."""
    place: Place = ("tables", table)
    if key.blocks:
        yield _finding(rules.BLOCKING_KEY, place, key)
    elif key.on_delete == "cascade":
        if not _only_joins(catalogue, key.table):
            yield _finding(rules.CASCADING_KEY, place, key)
        yield from _beyond(catalogue, place, key)
    elif _personal(catalogue.tables[key.table]):
        yield _finding(rules.ORPHANING_KEY, place, key)


def _only_joins(catalogue: Catalogue, name: str) -> bool:
    """Whether a table only joins others: nothing in it but references and its own key."""
    table = catalogue.tables[name]
    joins = {column for key in catalogue.referring_from(name) for column in key.columns}
    return all(column in joins or table.unique(column) for column in table.columns)


def _beyond(catalogue: Catalogue, place: Place, first: ForeignKey) -> Iterator[Finding]:
    """What the cascade meets further on: other cascades, and references that stop it."""
    reached, waiting = {first.target, first.table}, [first.table]
    while waiting:
        for key in catalogue.referring_to(waiting.pop()):
            if key.table in reached:
                continue
            if key.blocks:
                yield _finding(rules.BLOCKING_KEY, place, key)
            elif key.on_delete == "cascade":
                reached.add(key.table)
                waiting.append(key.table)


def _finding(rule: Rule, place: Place, key: ForeignKey) -> Finding:
    column = ", ".join(key.columns)
    message = said(
        f"{key.table} ({column}) désigne «\u202f{key.target}\u202f» (contrainte {key.name}, "
        f"{key.on_delete.upper()}).",
        f"{key.table} ({column}) refers to “{key.target}” (constraint {key.name}, {key.on_delete.upper()}).",
    )
    return Finding(rule, place, message)


def _personal(table: CatalogueTable) -> list[str]:
    return [c.name for c in table.columns.values() if looks_personal(c)]


def _triggers(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for name in data_map.tables:
        table = catalogue.table(name)
        if table is not None and table.triggers and any(actions_on(data_map, name)):
            triggers = ", ".join(table.triggers)
            message = said(
                f"Déclencheurs de «\u202f{name}\u202f»\u202f: {triggers}.",
                f"Triggers of “{name}”: {triggers}.",
            )
            yield Finding(rules.TRIGGERS, ("tables", name), message)


def _lasting(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for name in data_map.tables:
        table = catalogue.table(name)
        if table is not None and table.lasting and any(actions_on(data_map, name)):
            message = said(
                f"«\u202f{name}\u202f» est rangée par {table.lasting}, qui ne sait rien annuler.",
                f"“{name}” is stored by {table.lasting}, which cannot roll back.",
            )
            mend = said(f"ALTER TABLE {name} ENGINE=InnoDB;", f"ALTER TABLE {name} ENGINE=InnoDB;")
            yield Finding(rules.NO_ROLLBACK, ("tables", name), message, mend)


def _remembering(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    for name in data_map.tables:
        table = catalogue.table(name)
        if table is not None and table.remembering and any(actions_on(data_map, name)):
            message = said(
                f"«\u202f{name}\u202f» garde ses anciennes lignes (WITH SYSTEM VERSIONING).",
                f"“{name}” keeps its former rows (WITH SYSTEM VERSIONING).",
            )
            mend = said(
                f"ALTER TABLE {name} DROP SYSTEM VERSIONING;", f"ALTER TABLE {name} DROP SYSTEM VERSIONING;"
            )
            yield Finding(rules.REMEMBERING, ("tables", name), message, mend)


def _unmapped_tables(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    mapped = {catalogue.name(table) for table in data_map.tables}
    for key, root in data_map.roots.items():
        if root.kind is not RootKind.SUBJECT:
            continue
        found = {fk.table: fk for fk in catalogue.referring_to(root.table) if fk.table not in mapped}
        for table, fk in sorted(found.items()):
            columns = _personal(catalogue.tables[table])
            if columns:
                message = said(
                    f"«\u202f{table}\u202f» désigne la personne par {fk.columns[0]} et contient\u202f: "
                    f"{', '.join(columns)}.",
                    f"“{table}” points at the person by {fk.columns[0]} and holds: {', '.join(columns)}.",
                )
                yield Finding(rules.UNMAPPED_TABLE, ("roots", key), message)


def suspect_names(data_map: DataMap) -> dict[str, str]:
    """Column names that suggest a reference to a root that is a person, and that root."""
    names: dict[str, str] = {}
    for key, root in data_map.roots.items():
        if root.kind is RootKind.SUBJECT:
            for stem in _stems(root.table.rpartition(".")[2]):
                for name in (f"{stem}_id", f"id_{stem}", f"fk_{stem}", f"{stem}_uuid"):
                    names.setdefault(name, key)
    return names


def _stems(table: str) -> list[str]:
    """A table's name, without its prefix (``res_partner``: partner), in the singular."""
    short = table.partition("_")[2] if table.count("_") == 1 else table
    return [form for name in (table, short) for form in (name, name.removesuffix("s"))]


def _undeclared_links(data_map: DataMap, catalogue: Catalogue) -> Iterator[Finding]:
    names = suspect_names(data_map)
    linked = {
        (catalogue.name(table), link.column) for table, spec in data_map.tables.items() for link in spec.links
    }
    declared = {(key.table, column) for key in catalogue.foreign_keys for column in key.columns}
    for name, table in sorted(catalogue.tables.items()):
        for column in table.columns.values():
            root = names.get(column.name.lower())
            place = (name, column.name)
            if root is None or table.view or place in linked or place in declared:
                continue
            target = catalogue.column(data_map.roots[root].table, data_map.roots[root].key)
            if target is not None and target.family == column.family:
                message = said(
                    f"{name}.{column.name} semble désigner «\u202f{root}\u202f».",
                    f"{name}.{column.name} seems to point at “{root}”.",
                )
                yield Finding(rules.UNDECLARED_LINK, ("roots", root), message)
