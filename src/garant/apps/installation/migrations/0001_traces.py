"""Indexes by which the map of Garant itself finds what somebody did: no model searches by these columns."""

from typing import ClassVar

from django.db import migrations

COLUMNS = (
    ("accounts_invitation", "invited_by"),
    ("tokens_keptanswer", "token"),
    ("archives_consultation", "actor"),
    ("archives_entitlement", "actor"),
    ("archives_entitlement", "given_by"),
    ("rights_step", "by"),
    ("holds_hold", "ended_by"),
    ("holds_hold", "owner"),
    ("holds_hold", "placed_by"),
    ("promises_plan", "approved_by"),
    ("promises_plan", "made_by"),
    ("promises_run", "actor"),
    ("jobs_job", "asked_by"),
    ("policies_version", "approved_by"),
    ("policies_version", "created_by"),
    ("policies_version", "published_by"),
    ("policies_version", "saved_by"),
    ("policies_version", "submitted_by"),
    ("policies_noticegiven", "recorded_by"),
)


def _made(table: str, column: str) -> migrations.RunSQL:
    name = f"own_{table}_{column}"
    return migrations.RunSQL(
        f'CREATE INDEX "{name}" ON "{table}" ("{column}")', f'DROP INDEX "{name}"'
    )


class Migration(migrations.Migration):
    """After the tables are there."""

    dependencies: ClassVar = [
        ("accounts", "0002_invitations"),
        ("archives", "0001_archive_entitlements"),
        ("holds", "0001_holds"),
        ("jobs", "0001_jobs"),
        ("policies", "0001_versions"),
        ("promises", "0004_made_by"),
        ("rights", "0001_requests"),
        ("tokens", "0001_tokens"),
    ]
    operations: ClassVar = [_made(table, column) for table, column in COLUMNS]
