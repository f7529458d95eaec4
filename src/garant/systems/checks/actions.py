"""Would the dispositions, duties and seals of a data map do what they say?"""

from __future__ import annotations

from collections.abc import Iterator

from garant.policy.places import Place
from garant.policy.text import Text
from garant.systems.checks import action_rules as rules
from garant.systems.checks.effects import actions_on, changes, kept_columns, ways
from garant.systems.checks.findings import Finding, said
from garant.systems.model import DataMap, Disposition, Do, Relation
from garant.systems.paths import Path


def check_actions(data_map: DataMap) -> Iterator[Finding]:
    """What each disposition reaches, in which order, and what duties and seals make of it."""
    for key, disposition in data_map.dispositions.items():
        yield from _reach(data_map, key, disposition)
        yield from _order(data_map, key, disposition)
        yield from _treated(data_map, key, disposition)
    yield from _not_said(data_map)
    yield from _forgotten(data_map)
    yield from _keys(data_map)
    yield from _shared(data_map)
    yield from _duties(data_map)
    yield from _files(data_map)
    yield from _restrictions(data_map)


def _about(table: str, root: str) -> Text:
    return said(
        f"Aucun lien ne mène de «\u202f{table}\u202f» à la racine «\u202f{root}\u202f».",
        f"No link leads from “{table}” to the root “{root}”.",
    )


def _reach(data_map: DataMap, key: str, disposition: Disposition) -> Iterator[Finding]:
    for number, action in enumerate(disposition.actions):
        if ways(data_map, action.table, disposition.root) == []:
            place: Place = ("dispositions", key, "actions", number, "table")
            yield Finding(rules.OUT_OF_REACH, place, _about(action.table, disposition.root))


def _order(data_map: DataMap, key: str, disposition: Disposition) -> Iterator[Finding]:
    """Ways to the root that an earlier action has cut: rows gone, or a column of the way changed."""
    gone: set[str] = set()
    changed: set[tuple[str, str]] = set()
    for number, action in enumerate(disposition.actions):
        place: Place = ("dispositions", key, "actions", number, "table")
        for way in ways(data_map, action.table, disposition.root) or []:
            cut = sorted(way.parents & gone)
            if cut and data_map.tables[action.table].key is None:
                yield Finding(rules.PARENT_FIRST, place, _cut_by(action.table, cut[0]))
            for table, column in sorted(_crossed(way) & changed):
                yield Finding(rules.PATH_ERASED, place, _column_cut(action.table, table, column))
        if action.do is Do.DELETE:
            gone.add(action.table)
        if action.do is Do.TREAT or kept_columns(data_map, disposition.root, action.table) is not None:
            changed |= {(action.table, column) for column in changes(data_map, action)}


def _crossed(way: Path) -> set[tuple[str, str]]:
    """The columns of other tables that a way to the root goes through."""
    pairs = zip(way.hops, way.hops[1:], strict=False)
    reached = {(after.table, before.target_column) for before, after in pairs}
    return reached | {(hop.table, hop.link.column) for hop in way.hops[1:]}


def _cut_by(table: str, parent: str) -> Text:
    return said(
        f"«\u202f{parent}\u202f» est détruite avant «\u202f{table}\u202f», qui n’a pas de clé.",
        f"“{parent}” is deleted before “{table}”, which has no key.",
    )


def _column_cut(table: str, parent: str, column: str) -> Text:
    return said(
        f"«\u202f{table}\u202f» passe par {parent}.{column}, qu’une action précédente change.",
        f"“{table}” goes through {parent}.{column}, which an earlier action changes.",
    )


def _treated(data_map: DataMap, key: str, disposition: Disposition) -> Iterator[Finding]:
    for number, action in enumerate(disposition.actions):
        place: Place = ("dispositions", key, "actions", number)
        if action.do is Do.TREAT and action.table in data_map.tables and not changes(data_map, action):
            yield Finding(rules.NOTHING_TO_TREAT, place)


def _not_said(data_map: DataMap) -> Iterator[Finding]:
    """Columns without disposition in tables whose rows may stay."""
    for table, spec in data_map.tables.items():
        silent = [name for name, column in spec.columns.items() if column.erase is None]
        for disposition, action in actions_on(data_map, table):
            kept = kept_columns(data_map, disposition.root, table)
            if action.do is Do.DELETE and kept is None:
                continue
            for column in silent:
                if column not in action.columns and column not in (kept or ()):
                    place: Place = ("tables", table, "columns", column)
                    yield Finding(rules.NOT_SAID, place, _silent(table, column))


def _silent(table: str, column: str) -> Text:
    return said(
        f"Une ligne de «\u202f{table}\u202f» peut rester\u202f: que devient «\u202f{column}\u202f»\u202f?",
        f"The row of “{table}” may stay, and nothing says what becomes of “{column}”.",
    )


def _forgotten(data_map: DataMap) -> Iterator[Finding]:
    ended = {disposition.root for disposition in data_map.dispositions.values()}
    for table, spec in data_map.tables.items():
        touched = {disposition.root for disposition, _ in actions_on(data_map, table)}
        for root in sorted(ended - touched):
            if spec.columns and ways(data_map, table, root):
                message = said(
                    f"Rien n’efface les lignes de «\u202f{table}\u202f» qui sont à «\u202f{root}\u202f».",
                    f"Nothing erases the rows of “{table}” that belong to “{root}”.",
                )
                yield Finding(rules.FORGOTTEN, ("tables", table), message)
    for name, disposition in data_map.dispositions.items():
        for table, root in _left_behind(data_map, disposition):
            message = said(
                f"«\u202f{name}\u202f» détruit ce par quoi les lignes de «\u202f{table}\u202f» sont à"
                f" «\u202f{root}\u202f», sans y toucher\u202f: plus rien ne les retrouve.",
                f"“{name}” deletes that by which the rows of “{table}” belong to “{root}” and does not touch them:"
                " nothing finds them again.",
            )
            yield Finding(rules.FORGOTTEN, ("dispositions", name), message)


def _left_behind(data_map: DataMap, disposition: Disposition) -> Iterator[tuple[str, str]]:
    """Tables that a disposition leaves as they are, and the root by which nothing finds their rows again.

    What no disposition of its root touches is said once, of the table.
    """
    gone = {action.table for action in disposition.actions if action.do is Do.DELETE}
    touched = {action.table for action in disposition.actions}
    for name, root in data_map.roots.items():
        mine = name == disposition.root
        if not mine and not (root.table in gone and ways(data_map, root.table, disposition.root)):
            continue
        for table, spec in data_map.tables.items():
            found = ways(data_map, table, name) or [] if spec.columns else []
            if not mine:
                left = any(not _goes_along(data_map, disposition, way, root.table) for way in found)
            elif table in touched or all(one.root != name for one, _ in actions_on(data_map, table)):
                left = False
            else:
                left = any(({root.table} | way.parents) & gone for way in found)
            if left:
                yield table, name


def _goes_along(data_map: DataMap, disposition: Disposition, way: Path, own: str) -> bool:
    """Whether what hangs on another root's row, which a disposition deletes, is reached through that row as well."""
    last = way.hops[-1]
    if last.table == own:
        return True
    return any(action.table == way.table for action in disposition.actions) and any(
        other.hops[: len(way.hops) - 1] == way.hops[:-1]
        and (hop.table, hop.link.column, hop.link.parent) == (last.table, last.link.column, own)
        for other in ways(data_map, way.table, disposition.root) or ()
        for hop in other.hops[len(way.hops) - 1 : len(way.hops)]
    )


def _keys(data_map: DataMap) -> Iterator[Finding]:
    keys = {(root.table, root.key) for root in data_map.roots.values()}
    keys |= {(table, spec.key) for table, spec in data_map.tables.items() if spec.key}
    for table, spec in data_map.tables.items():
        for column, what in spec.columns.items():
            if (table, column) in keys and what.erase not in (None, "keep"):
                yield Finding(rules.KEY_CHANGED, ("tables", table, "columns", column, "erase"))
    for key, disposition in data_map.dispositions.items():
        for number, action in enumerate(disposition.actions):
            for column, how in action.columns.items():
                if (action.table, column) in keys and how != "keep":
                    place: Place = ("dispositions", key, "actions", number, "columns", column)
                    yield Finding(rules.KEY_CHANGED, place)


def _shared(data_map: DataMap) -> Iterator[Finding]:
    for table, spec in data_map.tables.items():
        if spec.key is None and any(link.relation is Relation.CO_OWNED for link in spec.links):
            yield Finding(rules.SHARED_WITHOUT_KEY, ("tables", table))


def _duties(data_map: DataMap) -> Iterator[Finding]:
    for number, duty in enumerate(data_map.duties):
        for table, keep in duty.keeps.items():
            place: Place = ("duties", number, "keeps", table)
            if not keep.row and not keep.columns:
                yield Finding(rules.KEEPS_NOTHING, place)
            roots = {disposition.root for disposition, _ in actions_on(data_map, table)}
            if table in data_map.tables and duty.root not in roots:
                message = said(
                    f"Rien ne détruit ni ne traite «\u202f{table}\u202f» pour «\u202f{duty.root}\u202f».",
                    f"Nothing deletes or treats “{table}” for “{duty.root}”.",
                )
                yield Finding(rules.DUTY_WITHOUT_EFFECT, place, message)


def _files(data_map: DataMap) -> Iterator[Finding]:
    for number, files in enumerate(data_map.files):
        if files.table in data_map.tables and not any(
            action.do is Do.DELETE or not changes(data_map, action).keys().isdisjoint(files.columns)
            for _, action in actions_on(data_map, files.table)
        ):
            yield Finding(rules.FILES_NEVER_GO, ("files", number))


def _restrictions(data_map: DataMap) -> Iterator[Finding]:
    for root, restriction in data_map.restriction.items():
        if ways(data_map, restriction.table, root) == []:
            place: Place = ("restriction", root, "table")
            yield Finding(rules.RESTRICTION_OUT_OF_REACH, place, _about(restriction.table, root))
        sealed = {c for seal in data_map.seals if seal.table == restriction.table for c in seal.columns}
        for column in sorted(sealed & restriction.set.keys()):
            yield Finding(rules.SEALED_MARK, ("restriction", root, "set", column))
