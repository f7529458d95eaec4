"""An organisation with three versions: one past, one in force, one to come."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import time_machine

from garant.apps.notices import pages, services
from garant.policy import Policy
from tests.apps.evidence.conftest import demo, installation
from tests.apps.policies.conftest import folder, one_day, reference
from tests.apps.policies.support import ORGANISATION, TODAY, changed, in_force
from tests.support.laying import laid

__all__ = ["demo", "folder", "installation", "one_day", "reference"]

LATER = date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """No page of another test is on the shelf."""
    pages.SHELF.clear()
    services.forget()


def shorter(content: dict[str, Any]) -> None:
    content["retention"]["prospects"]["phases"][0]["period"] = "P2Y"


def shortest(content: dict[str, Any]) -> None:
    content["retention"]["prospects"]["phases"][0]["period"] = "P1Y"


@pytest.fixture
def published(installation: Path, reference: Policy) -> str:
    """The key of the organisation."""
    return laid(installation, _published, reference)


def _published(reference: Policy) -> str:
    with time_machine.travel("2026-01-05T12:00:00+00:00", tick=False):
        in_force(reference, date(2026, 1, 6))
    in_force(changed(reference, shorter), TODAY)
    in_force(changed(reference, shortest), LATER)
    return ORGANISATION
