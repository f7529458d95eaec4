"""The keys of all roots of a kind come as a stream, as the plans of a person’s request write them."""

from __future__ import annotations

from random import Random

from hypothesis import given

from tests.engine.support.databases import Database
from tests.engine.support.examples import examples
from tests.engine.support.random_worlds import Builder
from tests.engine.support.shop import Shop
from tests.engine.test_against_oracle import chances, opened


def test_more_of_them_than_come_at_once(shop: Shop) -> None:
    shop.people(*range(1, 2502))
    with shop.system()["crm"].connector.snapshot() as snapshot:
        assert sorted(snapshot.roots("contact")) == list(range(1, 2502))
        assert snapshot.find_identity(shop.map().identities["email"][0].query, "n7@x.example") == [7]


@given(chances)
@examples(10)
def test_they_are_written_as_a_search_writes_them(database: Database, chance: Random) -> None:
    world = Builder(chance, database).build()
    key = world.data_map.roots["person"].key
    with opened(world) as systems, systems["crm"].connector.snapshot() as snapshot:
        every = list(snapshot.roots("person"))
        assert sorted(map(str, every)) == sorted(str(row[key]) for row in world.rows()["person"].values())
        found = snapshot.find_identity(f"SELECT {key} AS key FROM person WHERE '' = :identity", "")
        assert sorted(found, key=str) == sorted(every, key=str)
