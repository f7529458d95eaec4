"""The benchmark compares like with like: its contenders leave the same rows, or it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.contenders import ONE_PERSON, SWEEP
from bench.harness import Case, Disagreement, measure
from bench.shop import Shop, build_postgres, build_sqlite, state
from tests.servers.postgres import PostgresServer

PEOPLE = 1_000


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    if request.param == "sqlite":
        return build_sqlite(Path(tmp_path_factory.mktemp("bench")) / "shop.sqlite3", PEOPLE)
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return build_postgres(server, PEOPLE)


@pytest.mark.parametrize("contenders", [SWEEP, ONE_PERSON], ids=["sweep", "one-person"])
def test_every_contender_leaves_the_same_rows(shop: Shop, contenders: dict[str, object]) -> None:
    lines = measure(Case("like with like", contenders, shop.fresh, state), rounds=1)
    assert [line.name for line in lines] == list(contenders)
    assert lines[0].ratio == 1


def test_contenders_that_disagree_are_not_compared(shop: Shop) -> None:
    lazy = {**SWEEP, "does nothing": lambda _url: None}
    case = Case("unlike", lazy, shop.fresh, state)
    with pytest.raises(Disagreement, match="does nothing"):
        measure(case, rounds=1)
