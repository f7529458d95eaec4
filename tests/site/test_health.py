"""`garant doctor` says what is wrong, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import time_machine

from garant.apps.jobs import services as jobs
from garant.site import health
from garant.site.health import Grade
from tests.servers.process import free_port

pytestmark = pytest.mark.django_db


def grades(grade: Grade) -> str:
    return "\n".join(remark.text.en for remark in health.remarks() if remark.grade is grade)


def test_a_sound_installation_has_nothing_wrong(company: str, installation: Path) -> None:
    installation.chmod(0o700)
    assert grades(Grade.WRONG) == ""
    assert grades(Grade.FINE).startswith(f"Garant {metadata.version('garant')}, Python ")
    assert "3 systems mapped" in grades(Grade.FINE)
    assert "keys are in the data folder" in grades(Grade.WARNING)


def test_what_is_wrong_is_said(
    company: str, installation: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.chmod(0o755)
    monkeypatch.delenv("GARANT_DEMO_CRM")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_SSL = "127.0.0.1", free_port(), False
    jobs.ask(company, "look", actor="dpo")
    (settings.GARANT_KEYS / "session.key").unlink()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10)):
        wrong = grades(Grade.WRONG)
    for said in ("GARANT_DEMO_CRM", "mail server", "run garant work", "session"):
        assert said in wrong
    assert "readable by others" in grades(Grade.WARNING)


def test_a_ledger_that_does_not_verify_is_said(company: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE evidence_log SET size = size - 1")
    assert "ledgers" in grades(Grade.WRONG)
