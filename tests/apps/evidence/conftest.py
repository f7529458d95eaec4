"""An installation of a test's own: keys, checkpoints outside the database, one organisation with its ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from tests.support.laying import laid

ORGANISATION = "demo"


@pytest.fixture
def installation(tmp_path: Path, settings: Settings, db: Any) -> Path:
    """Keys and witnesses in a folder of this test."""
    settings.GARANT_HOME = tmp_path
    settings.GARANT_KEYS = tmp_path / "keys"
    settings.GARANT_WITNESSES = tmp_path / "checkpoints"
    laid(tmp_path, evidence.create_keys)
    return tmp_path


@pytest.fixture
def demo(installation: Path) -> str:
    """The key of an organisation whose ledger is open."""
    return laid(installation, _demo)


def _demo() -> str:
    return organisations.create_organisation(ORGANISATION, "Démonstration", "Europe/Paris").key
