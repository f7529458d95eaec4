"""An arena on each database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.conftest import database as database  # the same three databases
from tests.engine.conftest import shop as shop
from tests.engine.support.databases import Database
from tests.fire.arena import Arena


@pytest.fixture
def arena(database: Database, tmp_path: Path) -> Iterator[Arena]:
    """A filled shop and an installation of Garant."""
    made = Arena(database, tmp_path)
    yield made
    made.close()
