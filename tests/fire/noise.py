"""A catalogue full of other people's tables: how long Garant looks before it finds its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine

from garant.policy.yaml_source import parse_yaml
from garant.systems.checks.live import check_live
from garant.systems.loader import LoadedMap, digest_of
from tests.engine.support.databases import Database
from tests.engine.support.shop import Shop

R = TypeVar("R")
STEP = 2_000
"""Tables a transaction: each takes a lock, and locks have room for some thousands."""


@dataclass(frozen=True)
class Measured:
    """Seconds that each look took."""

    tables: int
    made: float
    checked: float
    planned: float

    def __str__(self) -> str:
        looks = f"map check {self.checked:.1f} s, plan {self.planned:.1f} s"
        return f"noise, {self.tables} tables (made in {self.made:.0f} s): {looks}"


def measured(database: Database, tables: int) -> Measured:
    """Fill the catalogue, then check the map against it and plan."""
    made, _ = timed(lambda: fill(database, tables))
    shop = Shop(database).create()
    shop.people(*range(1, 40)).invoice(2, 3).meet(1, 1, 2)
    loaded = LoadedMap(
        shop.map(), parse_yaml("system: crm\n").positions, digest_of(shop.map()), str(Path("crm.yaml"))
    )
    engine = create_engine(database.url)
    checked, _ = timed(lambda: check_live(loaded, engine))
    engine.dispose()
    planned, plan = timed(shop.plan)
    shop.close()
    assert plan.selections[0].due == 39
    return Measured(tables, made, checked, planned)


def fill(database: Database, tables: int) -> None:
    """Small tables that speak of nobody."""
    database.run("CREATE SCHEMA noise")
    for start in range(0, tables, STEP):
        last = min(start + STEP, tables) - 1
        database.run(
            f"DO $$ BEGIN FOR n IN {start}..{last} LOOP "
            "EXECUTE format('CREATE TABLE noise.t%s (id integer)', n); END LOOP; END $$"
        )


def timed(look: Callable[[], R]) -> tuple[float, R]:
    begin = time.monotonic()
    found = look()
    return time.monotonic() - begin, found
