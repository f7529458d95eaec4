"""The installation of the evidence room, and the policy of the reference organisation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine

from garant.policy import Policy, load_policy
from tests.apps.evidence.conftest import demo, installation
from tests.apps.policies.support import NOW
from tests.conftest import ROOT

__all__ = ["demo", "installation"]

FOLDER = ROOT / "examples" / "seipra-score" / "policy"


@pytest.fixture(scope="session")
def folder() -> Path:
    """Where the reference policy is written."""
    return FOLDER


@pytest.fixture(scope="session")
def reference() -> Policy:
    """What it says."""
    return load_policy(FOLDER).document


@pytest.fixture(autouse=True)
def one_day() -> Iterator[None]:
    """Every test happens on the same day."""
    with time_machine.travel(NOW, tick=False):
        yield
