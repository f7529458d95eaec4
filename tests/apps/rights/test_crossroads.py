"""Where rights, holds, a terminal and restored backups meet: stories at random, against a plain model."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.apps.rights.crossroads import MAP, PAPER, SYSTEMS
from tests.apps.rights.renaming import RENAMING
from tests.apps.rights.stories import story
from tests.apps.rights.target import Target
from tests.support.again import again

SEEDS = [int(one) for one in os.environ.get("GARANT_STORIES", "12,24").split(",")]
"""Which stories are told; a long hunt names its own."""
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["sqlite"])
def crossroads(
    company: str,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Target:
    """The systems of a company that has those, all with the same people, and a cupboard of paper."""
    maps = settings.GARANT_MAPS / company
    shutil.rmtree(maps)
    maps.mkdir()
    (maps / "paper.yaml").write_text(PAPER)
    urls = list[str]()
    for system, database in zip(SYSTEMS, request.param.split("+"), strict=False):
        url = (
            f"sqlite:///{tmp_path / system}.sqlite"
            if database == "sqlite"
            else request.getfixturevalue(f"{database}_database")
        )
        variable = f"GARANT_CROSSROADS_{system.upper()}"
        (maps / f"{system}.yaml").write_text(
            MAP.replace("system: file", f"system: {system}").replace("GARANT_CROSSROADS", variable)
        )
        monkeypatch.setenv(variable, url)
        urls.append(url)
    return Target(urls).created()


OTHERWISE = [again("postgres"), again("mariadb"), again("mariadb+postgres")]
"""Where else they are told: on servers, and of people whom two systems know."""


@pytest.mark.parametrize("seed", [41, 47])
@pytest.mark.timeout(300)
def test_a_story(company: str, crossroads: Target, seed: int) -> None:
    story(company, crossroads, number=seed, seed=seed, deeds=14)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_a_story_in_which_processes_are_killed(company: str, crossroads: Target, seed: int) -> None:
    """They end as those in which none is; what changes in the system meanwhile is seen. `test_interrupted` has what was found."""
    story(company, crossroads, number=seed, seed=seed, deeds=14, among=RENAMING, mortal=True)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.timeout(300)
def test_a_story_of_people_who_are_known_otherwise(company: str, crossroads: Target, seed: int) -> None:
    story(company, crossroads, number=seed, seed=seed, deeds=14, among=RENAMING)


@pytest.mark.parametrize("crossroads", OTHERWISE, indirect=True)
@pytest.mark.parametrize("seed", SEEDS if "GARANT_STORIES" in os.environ else SEEDS[:1])
@pytest.mark.timeout(300)
def test_a_story_on_servers(company: str, crossroads: Target, seed: int) -> None:
    """The same on PostgreSQL and MariaDB, and of the same people in both: one may be done and the other not."""
    story(company, crossroads, number=seed, seed=seed, deeds=14, among=RENAMING, mortal=True)
