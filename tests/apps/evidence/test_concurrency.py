"""Several processes write one ledger at a time: no gap, no double, whatever the database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.forking import ROOT, Forked

PREPARE = """
from garant.site.setup import prepare
prepare()
from garant.apps.evidence import services as evidence
from garant.apps.organisations.services import create_organisation
evidence.create_keys()
create_organisation("demo", "Demo", "UTC")
"""

WRITE = """
import sys
from datetime import UTC, datetime
from django.db import transaction
from garant.site.setup import ready
ready()
from garant.apps.evidence import services as evidence
from garant.ledger import Entry, SubjectKeysDestroyed
me = sys.argv[1]
for number in range(20):
    at = datetime.now(UTC)
    own = Entry(SubjectKeysDestroyed(keys=number), at, "garant", f"{me}/{number}")
    shared = Entry(SubjectKeysDestroyed(keys=number), at, "garant", f"shared/{number}")
    with transaction.atomic():
        evidence.append("demo", [own, shared])
        if number % 7 == 0:
            evidence.checkpoint("demo")
"""

CHECK = """
from garant.site.setup import ready
ready()
from garant.apps.evidence import services as evidence
evidence.checkpoint("demo")
print(evidence.verify_database("demo").entries)
"""

WRITERS = 4


def start(code: str, *arguments: str, environment: dict[str, str]) -> Forked:
    return Forked(code, arguments, cwd=ROOT, env=environment)


def finish(process: Forked) -> str:
    answer, complaint = process.communicate(timeout=200)
    assert (process.returncode, complaint) == (0, "")
    return answer


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_many_writers_leave_one_ledger(tmp_path: Path, database: str, request: pytest.FixtureRequest) -> None:
    environment = {**os.environ, "GARANT_HOME": str(tmp_path / "home")}
    environment.pop("DATABASE_URL", None)
    if database == "postgres":
        environment["DATABASE_URL"] = request.getfixturevalue("postgres_database")
    finish(start(PREPARE, environment=environment))
    writers = [start(WRITE, str(number), environment=environment) for number in range(WRITERS)]
    for writer in writers:
        finish(writer)
    assert finish(start(CHECK, environment=environment)).strip() == str(2 + WRITERS * 20 + 20)
