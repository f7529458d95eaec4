"""Durable execution in this process (DBOS): its database, and how it is begun and ended around one run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from garant.site.paths import private_file

if TYPE_CHECKING:
    import sqlalchemy as sa

POLL_SECONDS = 0.01
"""How often the waiting command looks whether the workflow ended."""

CONNECTIONS = 4


@contextmanager
def launched(run: str) -> Iterator[None]:
    """Launch durable execution for one run and no other, and end it.

    Each run is its own executor and application version, so that launching recovers this run and nothing else.
    """
    from dbos import DBOS

    engine = _engine()
    DBOS(
        config={
            "name": "garant",
            "system_database_url": workflow_database(),
            "system_database_engine": engine,
            "executor_id": run,
            "application_version": run,
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "use_listen_notify": False,
            "notification_listener_polling_interval_sec": POLL_SECONDS,  # what ends it waits for this thread
            "max_executor_threads": CONNECTIONS,
            "sys_db_pool_size": CONNECTIONS,
        }
    )
    try:
        DBOS.launch()
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=0)
        if engine is not None:
            engine.dispose()


def workflow_database() -> str:
    """Give the URL of DBOS's database: a file in Garant's home, or the PostgreSQL of DATABASE_URL."""
    if connection.vendor != "postgresql":
        return f"sqlite:///{private_file(Path(settings.GARANT_HOME) / 'workflows.sqlite3')}"
    from sqlalchemy import URL

    found = connection.get_connection_params()
    return URL.create(
        "postgresql",
        username=found.get("user"),
        password=found.get("password"),
        host=found.get("host"),
        port=int(found["port"]) if found.get("port") else None,
        database=found.get("dbname"),
    ).render_as_string(hide_password=False)


def _engine() -> sa.Engine | None:
    """Connections to the file that wait for no disk; for PostgreSQL, DBOS makes its own.

    What the file says is which steps ended. A step whose note is lost with the power (not with the process: what was
    written is the system's) runs again, and finds its receipt.
    """
    if connection.vendor == "postgresql":
        return None
    from sqlalchemy import create_engine, event

    engine = create_engine(workflow_database(), pool_size=CONNECTIONS)

    @event.listens_for(engine, "connect")
    def prepare(made: Any, _record: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        made.isolation_level = "IMMEDIATE"  # as DBOS has it
        made.execute("PRAGMA busy_timeout = 30000")
        made.execute("PRAGMA foreign_keys = ON")
        with suppress(sqlite3.OperationalError):  # another process has it open, as it was
            made.execute("PRAGMA journal_mode = WAL")
        made.execute("PRAGMA synchronous = NORMAL")

    return engine
