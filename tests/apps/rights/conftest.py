"""The reference organisation, whose people write to it; letters are read where they are written."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.notices import services as notices
from garant.apps.organisations.services import scoped
from garant.apps.rights.keeping import letters
from garant.apps.rights.views import public
from tests.site.conftest import company, demo, demo_systems, installation, neighbour, persona, site

__all__ = ["company", "demo", "demo_systems", "installation", "neighbour", "persona", "site"]


@dataclass
class Letters:
    """What was written, in order: number of the request, kind, facts."""

    sent: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list[tuple[str, str, dict[str, Any]]])

    def last(self, kind: str) -> dict[str, Any]:
        return next(facts for _, one, facts in reversed(self.sent) if one == kind)

    def kinds(self, key: str) -> list[str]:
        return [kind for number, kind, _ in self.sent if number == key]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Letters:
    """The letters of a test."""
    made, really = Letters(), letters.write_all

    def write_all(request: Any, several: Any) -> None:
        made.sent += [(request.key, kind, dict(facts)) for kind, facts in several]
        really(request, several)

    monkeypatch.setattr(letters, "write_all", write_all)
    return made


@pytest.fixture(autouse=True)
def unhurried() -> None:
    """Nobody asked anything before."""
    for buckets in (public.SENT, public.TRIED):
        buckets._levels.clear()
    notices.forget()


def work(organisation: str, kind: str) -> list[dict[str, Any]]:
    """What the worker does with the jobs of a kind, here and now."""
    return [kinds.KINDS[kind](job) for job in taken(organisation, kind)]


def taken(organisation: str, kind: str) -> list[Job]:
    """The jobs of a kind that wait: the worker has them in hand."""
    with scoped(organisation):
        waiting = list(Job.objects.filter(kind=kind, state="waiting"))
        Job.objects.filter(pk__in=[job.pk for job in waiting]).update(state="done")
    if kind == "run":
        forget_workflows()
    return waiting


def forget_workflows() -> None:
    """The same plan of another test, in the same database, is no run of this one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA IF EXISTS dbos CASCADE")


def ask_system(variable: str, query: str, *values: Any) -> list[Any]:
    """Rows of one of the company's systems."""
    path = os.environ[variable].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def change_system(variable: str, statement: str, *values: Any) -> None:
    """Change one of the company's systems behind Garant's back."""
    path = os.environ[variable].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement, values)
        connection.commit()


def somebody() -> str:
    """The address of a prospect whom the customer database knows, and nothing holds."""
    (found,) = ask_system(
        "GARANT_DEMO_CRM",
        """SELECT p.email FROM person p WHERE p.email LIKE '%@%'
           AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.account_id = p.account_id)
           AND NOT EXISTS (SELECT 1 FROM contract c WHERE c.account_id = p.account_id)
           AND (SELECT count(*) FROM person q WHERE lower(q.email) = lower(p.email)) = 1
           ORDER BY p.id LIMIT 1""",
    )
    return found[0]
