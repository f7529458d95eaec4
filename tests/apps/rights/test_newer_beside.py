"""Garant's database is put back by hand, and the files of durable execution beside it are newer: they say that a run is done."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from garant.apps.backups.services import unread
from garant.apps.promises.models import Run
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.rights import services
from tests.apps.rights import killing
from tests.apps.rights.conftest import somebody, work
from tests.apps.rights.putting_back import Backup
from tests.apps.rights.steps import OFFICER
from tests.apps.rights.test_together import approved, known
from tests.apps.seen import seen

__test__ = "DATABASE_URL" not in os.environ
"""On PostgreSQL they are tables of that very database."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("killed", [False, True], ids=["waited", "begun"])
def test_an_erasure_is_not_taken_for_done(company: str, tmp_path: Path, killed: bool) -> None:
    """The systems were put back with it: the person was there still, and their request open for ever."""
    email, crm = somebody(), os.environ["GARANT_DEMO_CRM"].removeprefix("sqlite:///")
    key = approved(company, email).key
    if killed:
        with killing.killed("prepared"), pytest.raises(RunInterruptedError):
            work(company, "run")
        services.ask_again(company)
    backup = Backup(tmp_path / "elsewhere")
    shutil.copy(crm, tmp_path / "elsewhere" / "crm.sqlite")
    work(company, "run")
    assert known(email) == 0
    backup.put_back(beside="workflows.sqlite3")
    shutil.copy(tmp_path / "elsewhere" / "crm.sqlite", crm)
    unread.acknowledge(company, missing=3, actor=OFFICER)
    if not killed:
        with pytest.raises(RefusedError, match="restored after this was asked"):
            work(company, "run")
        services.approve(company, key, actor=OFFICER)
    services.ask_again(company)
    work(company, "run")
    assert [run.state for run in seen(Run).all()] == ["kept"]
    assert known(email) == 0
