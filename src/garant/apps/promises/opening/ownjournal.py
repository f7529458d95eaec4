"""The journal of what changes Garant's own database.

A run writes down what a batch is about to commit before it commits. Where the batch changes the very database that
this is written in, SQLite has one writer at a time: a second connection would wait for the first, which waits for it.
So the journal is written by the transaction that it is about. What is written down was committed, and what is not was
not: nothing is left to be asked after a crash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import connection

from garant.apps.promises.models import Batch
from garant.site.own import INSTALLATION
from garant.systems.port import Interrupted

if TYPE_CHECKING:
    import sqlalchemy as sa

_changing: ContextVar[sa.Connection | None] = ContextVar("changing", default=None)


@contextmanager
def by(changing: sa.Connection) -> Iterator[None]:
    """While this is open, the journal writes by this connection."""
    token = _changing.set(changing)
    try:
        yield
    finally:
        _changing.reset(token)


def write_batch(run_key: str, batch_key: str, values: Mapping[str, Any]) -> bool:
    """Write a batch down by the change of Garant's own database that is under way here; whether there is one.

    Raises:
        Interrupted: the batch is there already: an earlier process committed it while this one began it again.
    """
    changing = _changing.get()
    if changing is None:
        return False
    row = {"run_id": run_key, "key": batch_key, "receipt": None, "recovered": False, **values}
    fields = {str(field.column): field for field in Batch._meta.concrete_fields if not field.primary_key}
    names = ", ".join(f'"{name}"' for name in fields)
    mark = "?" if connection.vendor == "sqlite" else "%s"
    marks = ", ".join(mark for _ in fields)
    written = tuple(field.get_db_prep_save(row[name], connection) for name, field in fields.items())
    done = changing.exec_driver_sql(
        f'INSERT INTO "{Batch._meta.db_table}" ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING',  # noqa: S608 - names of our own model
        written,
    )
    if done.rowcount != 1:
        raise Interrupted(f"{INSTALLATION}: the batch {batch_key} was committed meanwhile")
    return True
