"""Files that rows name: which columns name them, and whether some row still does."""

from __future__ import annotations

import sqlalchemy as sa

from garant.systems.model import DataMap, Do
from garant.systems.port import Step


def file_columns(data_map: DataMap, step: Step) -> list[tuple[str, str]]:
    """(variable, column) of the files that a step lets go of."""
    return [
        (files.store.env, files.column)
        for files in data_map.files
        if files.table == step.table and (step.do is Do.DELETE or files.column in step.columns)
    ]


def is_named(connection: sa.Connection, data_map: DataMap, env: str, name: str) -> bool:
    """Whether a row of any table still names this file of the store behind the variable."""
    for files in data_map.files:
        if files.store.env == env:
            table = sa.table(files.table, sa.column(files.column))
            found = sa.select(sa.literal(1)).select_from(table).where(table.c[files.column] == name)
            if connection.scalar(found.limit(1)) is not None:
                return True
    return False
