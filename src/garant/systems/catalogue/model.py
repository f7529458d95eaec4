"""What a system declares: its tables, columns, keys, foreign keys, indexes and triggers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Family = Literal[
    "any", "binary", "boolean", "date", "instant", "integer", "json", "number", "other", "text", "uuid"
]
"""What a type holds, the same for every engine; *any* where the engine does not say."""

OnDelete = Literal["cascade", "no action", "restrict", "set default", "set null"]


@dataclass(frozen=True, slots=True)
class CatalogueColumn:
    """A column as the system declares it; `length` in characters, where the engine enforces one."""

    name: str
    type: str
    family: Family
    nullable: bool = True
    length: int | None = None
    generated: bool = False
    moves: bool = False
    """Whether every UPDATE of its row sets it to the present moment, whoever writes."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index; `columns` are the leading plain columns, `whole` is false when it covers only some rows."""

    columns: tuple[str, ...]
    unique: bool = False
    whole: bool = True
    present: frozenset[str] = frozenset()
    """The columns of which it only leaves out the rows where they are null."""


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A declared reference; it blocks, cascades or blanks when the target row goes."""

    name: str
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    on_delete: OnDelete = "no action"

    @property
    def blocks(self) -> bool:
        """Whether a target row cannot go while this reference stays."""
        return self.on_delete in ("no action", "restrict", "set default")


@dataclass(slots=True)
class CatalogueTable:
    """A table (or view) of the system."""

    name: str
    columns: dict[str, CatalogueColumn] = field(default_factory=dict[str, CatalogueColumn])
    indexes: list[Index] = field(default_factory=list[Index])
    triggers: list[str] = field(default_factory=list[str])
    view: bool = False
    small: bool = False
    """So small (under 64 KiB) that reading it whole costs nothing; false where the engine does not tell."""
    lasting: str | None = None
    """What stores it, where that cannot roll back (MyISAM, Aria); else None."""
    remembering: bool = False
    """Whether it keeps its former rows (WITH SYSTEM VERSIONING)."""
    inherited: bool = False
    """Whether other tables inherit from it: their rows are its too, and no index is over all of them."""
    part_of: str | None = None
    """The table of which it is a partition, or from which it inherits."""
    copies: list[str] = field(default_factory=list[str])
    """The materialised views that show it, and the indexes of words (FTS) beside it that nothing keeps as it is."""

    def unique(self, column: str) -> bool:
        """Whether the column alone identifies a row."""
        return not self.inherited and any(
            i.unique and i.whole and i.columns == (column,) for i in self.indexes
        )

    def indexed(self, column: str, constant: Iterable[str] = ()) -> bool:
        """Whether rows are found by `column` through an index, when `constant` columns are fixed too."""
        fixed = {*constant, column}
        return any(_serves(index, column, fixed) for index in self.indexes)


def _serves(index: Index, column: str, fixed: set[str]) -> bool:
    if column not in index.columns or not (index.whole or (index.present <= fixed and index.present)):
        return False
    return all(before in fixed for before in index.columns[: index.columns.index(column)])


@dataclass
class Catalogue:
    """What the system declares; names are as a map writes them (``schema.table`` outside the default)."""

    dialect: str
    default_schema: str
    tables: dict[str, CatalogueTable] = field(default_factory=dict[str, CatalogueTable])
    foreign_keys: list[ForeignKey] = field(default_factory=list[ForeignKey])
    folded: Mapping[str, str] = field(default_factory=dict[str, str])
    """On an engine that ignores case, the declared name by the name in lower case."""
    columns_folded: bool = False
    """Whether the names of columns ignore case even where those of tables do not."""

    def name(self, written: str) -> str:
        """A table's name as the catalogue has it."""
        plain = written.removeprefix(f"{self.default_schema}.")
        return self.folded.get(plain.lower(), plain)

    def table(self, written: str) -> CatalogueTable | None:
        """The table of that name, as a map or a fragment writes it."""
        return self.tables.get(self.name(written))

    def column(self, table: str, written: str) -> CatalogueColumn | None:
        """A column of a table; where the engine ignores case, so does the answer."""
        found = self.table(table)
        if found is None:
            return None
        if written in found.columns or not (self.folded or self.columns_folded):
            return found.columns.get(written)
        return next((c for name, c in found.columns.items() if name.lower() == written.lower()), None)

    def referring_to(self, table: str) -> Sequence[ForeignKey]:
        """The foreign keys that point at a table."""
        return self._by_target.get(self.name(table), ())

    def referring_from(self, table: str) -> Sequence[ForeignKey]:
        """The foreign keys that a table bears."""
        return self._by_table.get(self.name(table), ())

    @cached_property
    def _by_target(self) -> Mapping[str, list[ForeignKey]]:
        return _grouped((key.target, key) for key in self.foreign_keys)

    @cached_property
    def _by_table(self) -> Mapping[str, list[ForeignKey]]:
        return _grouped((key.table, key) for key in self.foreign_keys)


def _grouped(keys: Iterable[tuple[str, ForeignKey]]) -> dict[str, list[ForeignKey]]:
    groups: dict[str, list[ForeignKey]] = {}
    for name, key in keys:
        groups.setdefault(name, []).append(key)
    return groups
