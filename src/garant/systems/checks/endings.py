"""What a disposition does to somebody whom a duty holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from garant.systems.checks.effects import changes
from garant.systems.model import DataMap, Disposition, Do, Duty


@dataclass(frozen=True)
class Ending:
    """A disposition of roots that a duty holds."""

    data_map: DataMap
    duty: Duty
    disposition: Disposition

    @cached_property
    def rows_kept(self) -> set[str]:
        """The tables whose rows would go but for the duty."""
        return {table for table, keep in self.duty.keeps.items() if keep.row and table in self.deleted}

    @cached_property
    def gone(self) -> set[str]:
        """The tables whose rows go."""
        return self.deleted - self.rows_kept

    @cached_property
    def changed(self) -> set[tuple[str, str]]:
        """The columns that are changed, with their tables; whether the row goes is another question."""
        return {
            (action.table, column)
            for action in self.disposition.actions
            for column in changes(self.data_map, action)
            if not self.keeps(action.table, column)
        }

    def keeps(self, table: str, column: str) -> bool:
        """Whether the duty keeps this column."""
        keep = self.duty.keeps.get(table)
        return keep is not None and (keep.columns == "all" or column in keep.columns)

    @cached_property
    def deleted(self) -> set[str]:
        """The tables whose rows go where nothing keeps them."""
        return {action.table for action in self.disposition.actions if action.do is Do.DELETE}
