"""Killed with -9 at any instant, a run on Garant's own database ends as if nothing had happened.

``GARANT_ROUNDS=15 scripts/test tests/own/test_kill.py`` shoots longer.
"""

from __future__ import annotations

import os
import time
from random import Random
from typing import Any

import pytest

from tests.own.tenant import Tenant
from tests.own.test_sweep import LEFT

ROUNDS = int(os.environ.get("GARANT_ROUNDS", "1"))
SHOTS = 3
"""Of each round, before the run is let end."""
OLD, SIZE = 3, 2
"""People past every term, and roots in a batch: two batches for each promise."""


def swept(house: Tenant, name: str) -> dict[str, Any]:
    """A plan for people like those of every other round."""
    house.ask("fill", name=name, old=OLD)
    return house.ask("propose")


def in_peace(house: Tenant) -> tuple[dict[str, Any], float, int]:
    """What a run says when nobody shoots, how long it takes, and the receipts that the ledger has then."""
    plan = swept(house, "peace")
    begin = time.monotonic()
    answer = house.ask("run", digest=plan["digest"], size=SIZE)
    took = time.monotonic() - begin
    assert answer["state"] == "kept"
    house.ask("run", digest=house.ask("propose")["digest"])  # those forgotten just now have no course either
    return answer, took, house.ask("verify")["entries"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_at_random_instants_it_ends_like_an_undisturbed_run(house: Tenant) -> None:
    answer, took, receipts = in_peace(house)
    dice, hits = Random(20261126), 0
    number = 0
    while number < ROUNDS or not hits:
        name = f"fire{number}"
        hits += one_round(house, name, [dice.uniform(0.05, 0.6) * took for _ in range(SHOTS)], answer)
        if not hits:
            took /= 2  # the run in peace was slower than this one: sooner, then
        receipts += answer["receipts"]
        assert house.ask("verify") == {"entries": receipts, "once": True}
        receipts += house.ask("run", digest=house.ask("propose")["digest"])["receipts"]
        number += 1
    print(f"{hits} of {number * SHOTS} shots hit")
    assert house.ask("undecided") == []


def one_round(house: Tenant, name: str, instants: list[float], answer: dict[str, Any]) -> int:
    """Kill a run at each of these instants (seconds after its begin), then let it end; gives how many hit."""
    plan = swept(house, name)
    before, hits = house.ask("rows", name=f"{name}-new"), 0
    for instant in instants:
        child = house.begin("run", digest=plan["digest"], size=SIZE)
        time.sleep(instant)
        house.kill(child)
        hits += house.end() is None
        assert house.ask("rows", name=f"{name}-new") == before, "somebody else's rows changed"
    assert house.ask("run", digest=plan["digest"], size=SIZE) == answer
    assert house.ask("rows", name=f"{name}-new") == before
    assert sorted(house.ask("rows", name=f"{name}-old")) == LEFT
    return hits
