"""Garant finds nothing to say about the reference organisation."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import create_engine

from garant.demo import DemoData
from garant.policy.checks import findings
from garant.policy.loader import LoadedPolicy
from garant.systems.checks.live import check_live
from garant.systems.checks.static import check_map
from garant.systems.loader import load_maps
from tests.examples.conftest import EXAMPLE

MAPS = load_maps(EXAMPLE / "maps")


@pytest.mark.parametrize("as_of", [date(2024, 6, 10), date(2026, 11, 1)])
def test_the_policy_has_no_finding(policy: LoadedPolicy, as_of: date) -> None:
    assert findings(policy, as_of) == []


@pytest.mark.parametrize("system", MAPS)
def test_the_maps_have_no_finding(policy: LoadedPolicy, system: str) -> None:
    assert check_map(MAPS[system], policy.document) == []


@pytest.mark.parametrize("system", MAPS)
def test_the_maps_fit_the_live_systems(demo: DemoData, system: str) -> None:
    engine = create_engine(demo.environment()[MAPS[system].map.connection.env])
    try:
        assert check_live(MAPS[system], engine) == []
    finally:
        engine.dispose()
