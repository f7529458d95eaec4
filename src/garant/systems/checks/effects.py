"""What the dispositions of a data map do to tables and columns, once duties are heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from garant.policy.places import Place
from garant.systems.model import Action, ColumnDisposition, DataMap, Disposition, Do, Relation
from garant.systems.paths import LinkCycle, Path, owning_paths


def ways(data_map: DataMap, table: str, root: str) -> list[Path] | None:
    """The owning paths, or nothing where the links themselves are wrong (said elsewhere)."""
    try:
        return owning_paths(data_map, table, root)
    except (LinkCycle, KeyError):
        return None


def changes(data_map: DataMap, action: Action) -> Mapping[str, ColumnDisposition]:
    """The columns an action changes where the row stays."""
    spec = data_map.tables.get(action.table)
    merged: dict[str, ColumnDisposition | None] = {}
    if spec is not None:
        merged.update({name: column.erase for name, column in spec.columns.items()})
    merged.update(action.columns)
    return {name: how for name, how in merged.items() if how is not None and how != "keep"}


def actions_on(data_map: DataMap, table: str) -> Iterator[tuple[Disposition, Action]]:
    for disposition in data_map.dispositions.values():
        for action in disposition.actions:
            if action.table == table:
                yield disposition, action


def kept_columns(data_map: DataMap, root: str, table: str) -> set[str] | None:
    """The columns that every duty keeping the row keeps too; nothing where no duty keeps the row."""
    kept: set[str] | None = None
    for duty in data_map.duties:
        keep = duty.keeps.get(table)
        if duty.root == root and keep is not None and keep.row:
            columns = set(data_map.tables[table].columns if keep.columns == "all" else keep.columns)
            kept = columns if kept is None else kept & columns
    return kept


def may_stay(data_map: DataMap, disposition: Disposition, action: Action) -> bool:
    """Whether rows that the action is about may still be there afterwards."""
    if action.do is Do.TREAT or kept_columns(data_map, disposition.root, action.table) is not None:
        return True
    reach = ways(data_map, action.table, disposition.root) or []
    return len(reach) > 1 or any(way.relation is Relation.CO_OWNED for way in reach)


def changed_columns(data_map: DataMap) -> Iterator[tuple[Place, str, str, ColumnDisposition]]:
    """Every column that may really be changed: where it is said, its table, its name, and how."""
    for key, disposition in data_map.dispositions.items():
        for number, action in enumerate(disposition.actions):
            if not may_stay(data_map, disposition, action):
                continue
            for column, how in changes(data_map, action).items():
                if column in action.columns:
                    yield (
                        ("dispositions", key, "actions", number, "columns", column),
                        action.table,
                        column,
                        how,
                    )
                else:
                    yield ("tables", action.table, "columns", column, "erase"), action.table, column, how
