"""Stories of people who go to the intermediate archive, are held, consulted and asked about there, and destroyed on their day."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.apps.rights.keeping import ARCHIVING, story
from tests.apps.rights.target import Target

SEEDS = [int(one) for one in os.environ.get("GARANT_STORIES", "3").split(",")]
"""Which stories are told; a long hunt names its own."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_a_story_of_people_who_are_archived(
    company: str, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Processes are killed, keys are given again, the archive has another key: everybody is in one place, or in none."""
    maps = settings.GARANT_MAPS / company
    shutil.rmtree(maps)
    maps.mkdir()
    (maps / "file.yaml").write_text(ARCHIVING)
    url = f"sqlite:///{tmp_path / 'file.sqlite'}"
    monkeypatch.setenv("GARANT_CROSSROADS", url)
    story(company, Target([url]).created(), seed, deeds=20)
