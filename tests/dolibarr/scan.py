"""Independent oracle: look for traces of people in every text value of a whole MariaDB database.

It knows nothing of the data map: it asks the catalogue for all columns able to hold text or bytes.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from tests.odoo.scan import Trace, Wanted

TEXTUAL = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "json", "blob", "mediumblob",
           "longblob", "tinyblob", "varbinary", "binary")  # fmt: skip

__all__ = ["Trace", "Wanted", "textual_columns", "traces"]


def textual_columns(connection: Connection) -> dict[str, list[str]]:
    """Every column able to hold text, of every table."""
    kinds = ", ".join(f"'{kind}'" for kind in TEXTUAL)
    rows = connection.execute(
        text(
            "SELECT c.table_name, c.column_name FROM information_schema.columns c"
            f" WHERE c.table_schema = DATABASE() AND c.data_type IN ({kinds}) ORDER BY 1, 2"
        )
    )
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    return columns


def traces(connection: Connection, wanted: Wanted) -> list[Trace]:
    """Every trace of the wanted people in the whole database; a row is named by its first column."""
    found: list[Trace] = []
    for table, columns in textual_columns(connection).items():
        for row in connection.execute(text(f"SELECT * FROM {table}")).mappings():
            first = str(next(iter(row.values())))
            for column in columns:
                value = row[column]
                if isinstance(value, bytes):
                    value = value.decode("utf-8", "replace")
                if value:
                    found += [
                        Trace(table, column, first, kind, match, owner)
                        for kind, match, owner in wanted.found_in(str(value))
                    ]
    return found
