"""Garant's own state: set Django up once, and say so clearly when nothing is there yet."""

from __future__ import annotations

import getpass
import os

from garant.cli.output import CommandError
from garant.policy.text import Text

_SETTINGS = "garant.site.settings"


def wake() -> None:
    """Set Django up; harmless when it is."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", _SETTINGS)
    django.setup()


def ready() -> None:
    """Set Django up and make sure that `garant init` was done here.

    Raises:
        CommandError: Garant was never set up here, or an upgrade of its tables is due.
    """
    wake()
    if pending_migrations():
        raise CommandError(
            Text(
                fr="Garant n’est pas installé ici, ou sa base attend une mise à jour.",
                en="Garant is not set up here, or its database waits for an upgrade.",
            ),
            Text(fr="Tapez : garant init", en="Type: garant init"),
        )


def pending_migrations() -> bool:
    """Say whether Garant's own tables are missing or old."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def actor() -> str:
    """Name who acts: GARANT_ACTOR, else the account of the operating system."""
    named = os.environ.get("GARANT_ACTOR", "").strip()
    return named or getpass.getuser()
