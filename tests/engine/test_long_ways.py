"""Ways of many hops: a statement that nests one hop in the other would be too deep for a parser."""

from __future__ import annotations

from random import Random

import pytest

from tests.engine.support.databases import Database
from tests.engine.support.random_worlds import Builder
from tests.engine.support.running import carry_out, retention, source
from tests.engine.support.shop import RECENT, SQL_TYPES, Shop

HOPS = 14


def chained(shop: Shop, relation: str) -> Shop:
    """Each table hangs on the one before it, the first on a contact; the last may have several owners."""
    whole = SQL_TYPES[shop.database.name][0]
    shop.database.run(
        *(
            f"CREATE TABLE t{n} (id {whole} PRIMARY KEY, up {whole}, body text, rid {whole})"
            for n in range(HOPS)
        )
    )
    for n in range(HOPS):
        link = {"parent": f"t{n - 1}" if n else "contact", "column": "up"}
        shop.document["tables"][f"t{n}"] = {
            "key": "id",
            "links": [link | ({"relation": relation} if n == HOPS - 1 else {})],
            "columns": {"body": {"category": "correspondence", "erase": "blank"}},
        }
        shop.document["dispositions"]["erase"]["actions"].insert(0, {"table": f"t{n}", "do": "delete"})
    shop.people(1).people(2, at=RECENT)
    for n in range(HOPS):
        shop.add(f"t{n}", *({"id": one, "up": one, "body": "x"} for one in (1, 2)))
    return shop


@pytest.mark.parametrize("relation", ["owned", "co-owned"])
def test_a_way_may_have_any_number_of_hops(shop: Shop, relation: str) -> None:
    chained(shop, relation)
    plan = shop.plan()
    assert plan.selections[0].rows == HOPS + 3
    assert carry_out(plan, shop.policy, shop.system())[1].verified
    assert [shop.ids(f"t{n}") for n in range(HOPS)] == [[2]] * HOPS


def test_a_random_world_that_was_too_deep_for_sqlite(database: Database) -> None:
    world = Builder(Random(597419975), database).build()
    systems = {"crm": source(world.data_map, database.url)}
    plan = retention(world.policy, systems, world.as_of)
    assert carry_out(plan, world.policy, systems, 1)[1].verified
    systems["crm"].connector.close()
