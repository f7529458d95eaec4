"""Indexes by which the map of Garant itself finds what somebody did, or what came with a request.

No model searches by these columns, and SQLite makes a table anew where a migration changes it, without the indexes that
its model does not name: so they are made after the migrations, each time, where they are missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from garant.apps.installation.services import MAP
from garant.systems.loader import parse_map


def make_indexes() -> list[str]:
    """Make an index for each column that the map goes by and none leads with; gives their names."""
    made: list[str] = []
    with transaction.atomic(), connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table, spec in parse_map(MAP).map.tables.items():
            if table not in there:
                continue
            found = connection.introspection.get_constraints(cursor, table).values()
            led = {one["columns"][0] for one in found if one["columns"] and _finds(one)}
            for column in sorted({link.column for link in spec.links} - led):
                made.append(f"own_{table}_{column}")
                cursor.execute(f'CREATE INDEX "{made[-1]}" ON "{table}" ("{column}")')
    return made


def _finds(constraint: Mapping[str, Any]) -> bool:
    return bool(constraint["index"] or constraint["unique"] or constraint["primary_key"])
