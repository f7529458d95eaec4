"""Killed with -9 at any instant, a run ends as if nothing had happened; ``scripts/fire`` shoots fifty times each."""

from __future__ import annotations

from random import Random

import pytest

from tests.fire.arena import Arena, Undisturbed, shoot

SHOTS = 4


@pytest.mark.timeout(600)
def test_killed_at_random_instants_it_ends_like_an_undisturbed_run(arena: Arena, peace: Undisturbed) -> None:
    dice = Random(20261125)
    shoot(arena, peace, [dice.uniform(0.1, 1) for _ in range(SHOTS)])
