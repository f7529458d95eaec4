"""Where rights, holds, a terminal and restored backups meet: stories at random, against a plain model."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.apps.rights.crossroads import MAP, PAPER, TABLES
from tests.apps.rights.renaming import RENAMING
from tests.apps.rights.stories import story

SEEDS = [int(one) for one in os.environ.get("GARANT_STORIES", "12,24").split(",")]
"""Which stories are told; a long hunt names its own."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crossroads(company: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a company that has that one, and a cupboard of paper."""
    maps = settings.GARANT_MAPS / company
    shutil.rmtree(maps)
    maps.mkdir()
    (maps / "file.yaml").write_text(MAP)
    (maps / "paper.yaml").write_text(PAPER)
    file = tmp_path / "file.sqlite"
    monkeypatch.setenv("GARANT_CROSSROADS", f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(TABLES)
    return file


@pytest.mark.parametrize("seed", [41, 47])
@pytest.mark.timeout(300)
def test_a_story(company: str, crossroads: Path, seed: int) -> None:
    story(company, crossroads, number=seed, seed=seed, deeds=14)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_a_story_of_people_who_are_known_otherwise(company: str, crossroads: Path, seed: int) -> None:
    story(company, crossroads, number=seed, seed=seed, deeds=14, among=RENAMING)
