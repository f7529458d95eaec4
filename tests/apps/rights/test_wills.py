"""Stories of directives for after death: registered, replaced, revoked, and asked for by whoever says that their author died."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.apps.rights.conftest import Letters
from tests.apps.rights.crossroads import MAP
from tests.apps.rights.target import Target
from tests.apps.rights.wills import story

SEEDS = [int(one) for one in os.environ.get("GARANT_STORIES", "9").split(",")]
"""Which stories are told; a long hunt names its own."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_a_story_of_what_people_wish(
    company: str, post: Letters, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Only what somebody wishes still is done, once it was approved, and whoever asks for it twice has it once."""
    maps = settings.GARANT_MAPS / company
    shutil.rmtree(maps)
    maps.mkdir()
    (maps / "file.yaml").write_text(MAP)
    url = f"sqlite:///{tmp_path / 'file.sqlite'}"
    monkeypatch.setenv("GARANT_CROSSROADS", url)
    story(company, Target([url]).created(), post, seed, deeds=14)
