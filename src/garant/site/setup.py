"""Waking Garant's own state, for the command line, the workers and the tests."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django

from garant.ledger import LedgerError
from garant.site.paths import private_file


class NotReadyError(LedgerError):
    """Garant was never set up here, or its tables wait for an upgrade."""


def wake() -> None:
    """Set Django up; harmless when it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garant.site.settings")
    django.setup()


def prepare() -> None:
    """Make the data folder and bring the tables up to date; harmless when they are."""
    wake()
    from django.conf import settings
    from django.core.management import call_command

    settings.GARANT_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    _for_the_owner_only(settings.DATABASES["default"])
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    from garant.apps.installation.traces import make_indexes

    make_indexes()


def _for_the_owner_only(database: Mapping[str, Any]) -> None:
    """Close SQLite's file to everybody else; its journals get the same permissions from SQLite."""
    if database["ENGINE"].endswith("sqlite3") and isinstance(database["NAME"], Path):
        private_file(database["NAME"])


def has_state() -> bool:
    """Whether Garant was ever set up here: its own database is a server, or a file that exists."""
    wake()
    from django.conf import settings

    chosen = settings.DATABASES["default"]
    return not chosen["ENGINE"].endswith("sqlite3") or Path(chosen["NAME"]).exists()


def ready() -> None:
    """Set Django up and make sure the tables are there. Raises NotReadyError."""
    wake()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import OperationalError

    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError:
        pending = True
    if pending:
        raise NotReadyError(
            fr="Garant n’est pas installé ici, ou sa base attend une mise à jour. Tapez : garant init",
            en="Garant is not set up here, or its database waits for an upgrade. Type: garant init",
        )
