"""Steps on shared rows, counted in one query: each as it is counted by itself, whoever leaves besides."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given, note

from bench.mapping import MAP
from garant.engine.planning.leaving import Others
from garant.engine.planning.steps import duties_of, steps_of
from garant.systems.finding import RootKey
from garant.systems.loader import parse_map
from garant.systems.sql.abreast import abreast
from garant.systems.sql.snapshot import SqlSnapshot
from tests.engine.support.databases import Database
from tests.engine.support.examples import examples
from tests.engine.support.random_worlds import KEYS, Builder
from tests.engine.test_against_oracle import chances, opened


@given(chances)
@examples(40)
def test_each_step_is_counted_as_it_is_by_itself(database: Database, chance: Random) -> None:
    builder = Builder(chance, database)
    world = builder.build()
    note(world.described(world.rows()))
    data_map = world.data_map
    duties = duties_of(data_map, "person", besides=("rule-0", "seen"))
    steps = steps_of(data_map, data_map.dispositions["erase"], duties)
    loose = [replace(step, others="any") for step in steps]
    for probes in (steps, [*steps, *loose]):
        everybody: list[RootKey] = list(KEYS[builder.kind])
        chance.shuffle(everybody)
        cuts = sorted(chance.randrange(len(everybody)) for _ in range(3))
        before, mine, after = (everybody[a:b] for a, b in zip([0, *cuts], cuts, strict=False))
        held = {key: chance.randrange(1 << len(duties)) for key in everybody}
        change = Others(before, after, held).with_keys("person", mine, probes, held)
        with opened(world) as systems, systems["crm"].connector.snapshot() as snapshot:
            assert isinstance(snapshot, SqlSnapshot)
            together = snapshot.count(change).rows
            assert together == tuple(snapshot.count(replace(change, steps=[one])).rows[0] for one in probes)


def test_only_the_steps_on_rows_that_name_several_owners_are_one_question() -> None:
    data_map = parse_map(MAP).map
    steps = steps_of(data_map, data_map.dispositions["erase-person"], duties_of(data_map, "person"))
    groups = abreast(steps, besides=False)
    assert sorted(number for group in groups for number in group) == list(range(len(steps)))
    assert [{steps[number].table for number in group} for group in groups if len(group) > 1] == [{"meeting"}]
    assert all(len(group) == 1 for group in abreast(steps, besides=True))
