"""Indexes by which the map of Garant itself finds what somebody did, or what came with a request.

No model searches by these columns, and SQLite makes a table anew where a migration changes it, without the indexes that
its model does not name: so they are made after the migrations, each time, where they are missing.
"""

from __future__ import annotations

from typing import Final

from django.db import connection, transaction

COLUMNS: Final = (
    ("accounts_invitation", "invited_by"),
    ("archives_consultation", "actor"),
    ("archives_entitlement", "actor"),
    ("archives_entitlement", "given_by"),
    ("exchanges_incoming", "request"),
    ("exchanges_transmission", "request"),
    ("holds_hold", "ended_by"),
    ("holds_hold", "owner"),
    ("holds_hold", "placed_by"),
    ("jobs_job", "asked_by"),
    ("policies_noticegiven", "recorded_by"),
    ("policies_version", "approved_by"),
    ("policies_version", "created_by"),
    ("policies_version", "published_by"),
    ("policies_version", "saved_by"),
    ("policies_version", "submitted_by"),
    ("promises_plan", "approved_by"),
    ("promises_plan", "made_by"),
    ("promises_run", "actor"),
    ("rights_step", "by"),
    ("tokens_keptanswer", "token"),
)


def make_indexes() -> None:
    """Make those that are missing, where their table is there."""
    there = set(connection.introspection.table_names())
    with transaction.atomic(), connection.cursor() as cursor:
        for table, column in COLUMNS:
            if table in there:
                name = f"own_{table}_{column}"
                cursor.execute(f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table}" ("{column}")')
