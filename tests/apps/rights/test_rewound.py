"""Stories in which Garant is lost, and put back from its own backup: nobody is forgotten in silence, nobody erased by it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.apps.rights.conftest import Letters
from tests.apps.rights.crossroads import MAP
from tests.apps.rights.rewound import story
from tests.apps.rights.target import Target

SEEDS = [int(one) for one in os.environ.get("GARANT_STORIES", "1").split(",")]
"""Which stories are told; a long hunt names its own."""
__test__ = "DATABASE_URL" not in os.environ
"""A Garant on PostgreSQL is put back by tests/cli/test_backup.py."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_a_story_of_a_garant_that_is_put_back(
    company: str, post: Letters, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """It does nothing by itself; whoever reads is told of each request and hold; and done again, all is as it was."""
    maps = settings.GARANT_MAPS / company
    shutil.rmtree(maps)
    maps.mkdir()
    (maps / "file.yaml").write_text(MAP)
    url = f"sqlite:///{tmp_path / 'file.sqlite'}"
    monkeypatch.setenv("GARANT_CROSSROADS", url)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    story(company, Target([url]).created(), post, folder, seed, deeds=24)
