"""What a plan does not ask the database, because it is sure of it, held against the database itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.planning.steps import steps_of
from garant.policy.text import Text
from garant.systems.changing import ChangeSet, Step
from garant.systems.guards import Guards, RootGuard
from garant.systems.model import Do, Link, Seal
from garant.systems.paths import Hop, Path, owning_paths
from garant.systems.sql import SqlConnector, blockers
from garant.systems.sql.references import Reference
from garant.systems.sql.surely import surely_taken, surely_takes
from garant.systems.treatments import Mark
from tests.engine.support.databases import Database
from tests.engine.support.examples import every
from tests.engine.support.random_worlds import Builder, World
from tests.engine.support.running import PSEUDONYM_KEY

chances = st.randoms(use_true_random=False)
REFERRING = ("p1", "p2", "boss", "res_root", "f1", "f2", "res_id")
TARGETS = ("id", "f2", "key", "boss", "p1", "p2")


HOLD = Guards(roots=(RootGuard("person", frozenset({1})),))


def never_sure(*_: object, **__: object) -> bool:
    return False


def varied(chance: Random, step: Step) -> Step:
    """The step as a disposition makes it, with something more that may keep a row, or let it go."""
    more: dict[str, Any] = {}
    if chance.random() < 0.3:
        more["unless"] = chance.choice((0, 1, 2, 3))
    if chance.random() < 0.2:
        more["only"] = chance.choice((1, 2))
    if chance.random() < 0.2:
        more["when"] = "sealed = 1"
    if chance.random() < 0.3:
        more |= {
            "do": Do.TREAT,
            "columns": {chance.choice(REFERRING): chance.choice(("blank", Mark(constant="1")))},
        }
    if chance.random() < 0.3:
        more["paths"] = tuple(chance.sample(step.paths, chance.randint(1, len(step.paths))))
    if chance.random() < 0.3:
        more["others"] = "any"
    return replace(step, **more)


def steps(chance: Random, world: World) -> list[Step]:
    """Those of the world's disposition, and one for every table, whatever the disposition names."""
    data_map = world.data_map
    made = steps_of(data_map, data_map.dispositions["erase"], data_map.duties)
    for table in data_map.tables:
        ways = owning_paths(data_map, table, "person")
        made += [Step(table, Do.DELETE, tuple(ways))] if ways else []
        made += [Step(table, Do.DELETE, (way,)) for way in ways[:2]]
    return [*made, *(varied(chance, step) for step in made)]


def sure(chance: Random, world: World) -> Iterator[tuple[Step, Step, Reference]]:
    """(what takes, what goes, the foreign key from one to the other) wherever Garant is sure."""
    known = steps(chance, world)
    for step, going in product(known, [step for step in known if step.do is Do.DELETE]):
        for column, target in product({path.hops[0].link.column for path in step.paths}, TARGETS):
            reference = Reference("k", step.table, (column,), going.table, (target,), deferred=False)
            if surely_takes(step, going, reference):
                yield step, going, reference


def sure_of_two(chance: Random, world: World) -> Iterator[tuple[list[Step], Step, Reference]]:
    """The same of rows that several own: the step that deletes them, and one that lets one of the owners go."""
    known, person = steps(chance, world), tuple(owning_paths(world.data_map, "person", "person"))
    known += [Step("person", Do.DELETE, person[:1])]
    for table in world.data_map.tables:
        ways = tuple(owning_paths(world.data_map, table, "person"))
        known += [Step(table, Do.DELETE, ways, others="none", owners=ways)] if len(ways) > 1 else []
    for step, going in product(known, [step for step in known if step.do is Do.DELETE]):
        for path in step.paths if step.others == "none" else ():
            column = path.hops[0].link.column
            letting = replace(step, do=Do.TREAT, columns={column: "blank"}, paths=(path,), others="some")
            for target in TARGETS:
                reference = Reference("k", step.table, (column,), going.table, (target,), deferred=False)
                if surely_taken([step, letting], going, reference, in_order=False):
                    yield [step, letting], going, reference


def test_of_what_is_surely_taken_the_database_counts_no_row_left(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blockers, "surely_taken", never_sure)
    seen = Counter[str]()

    @given(chances)
    @every(12)
    def holds(chance: Random) -> None:
        world = Builder(chance, database).build()
        note(world.described(world.rows()))
        whole = world.data_map.roots["person"].type == "integer"
        people = [int(row["key"]) if whole else str(row["key"]) for row in world.rows()["person"].values()]
        keys = chance.sample(people, chance.randint(1, len(people)))
        held = {key: chance.choice((0, 0, 1, 2, 3)) for key in keys}
        connector = SqlConnector(world.data_map, database.url, pseudonym_key=PSEUDONYM_KEY)
        one = [([step], going, reference) for step, going, reference in sure(chance, world)]
        two = list(sure_of_two(chance, world))
        found = chance.sample(one, min(len(one), 4)) + chance.sample(two, min(len(two), 20))
        with closing(connector), connector.snapshot() as snapshot:
            for taking, going, reference in found:
                note(f"{reference}\n{taking}\n{going}")
                change = ChangeSet("person", keys, [*taking, going], held)
                statements, connection = snapshot._load(change), snapshot._connection
                assert blockers._count(connection, statements, reference, going, taking) == 0
                seen[f"sure of {len(taking)}"] += 1
                seen[f"rows of {len(taking)}"] += blockers._count(
                    connection, statements, reference, going, []
                )

    holds()
    assert min(seen["sure of 1"], seen["sure of 2"]) >= 5
    assert min(seen["rows of 1"], seen["rows of 2"]) >= 2, "and there were rows to take"


ROOT = Path((Hop("person", Link(root="person", column="key"), "key"),))
HANGING = Hop("order", Link(parent="person", column="person_id"), "key")
OWN = Reference("k", "order", ("person_id",), "person", ("key",), deferred=False)
GOING = Step("person", Do.DELETE, (ROOT,), unless=1)
TAKING = Step("order", Do.DELETE, (Path((HANGING, *ROOT.hops)),), unless=1)
BLANKED = replace(TAKING, do=Do.TREAT, columns={"person_id": "blank"})
NAMED = replace(TAKING, paths=(Path((Hop("order", Link(root="person", column="person_id"), "key"),)),))
SEAL = Seal(table="order", when="sealed = 1", columns=["person_id"], why=Text(fr="x", en="y"))


@pytest.mark.parametrize("step", [TAKING, BLANKED, NAMED, replace(TAKING, unless=0)])
def test_a_row_taken_with_what_it_refers_to_need_not_be_asked(step: Step) -> None:
    assert surely_takes(step, GOING, OWN)


@pytest.mark.parametrize(
    "more",
    [
        {"unless": 2}, {"only": 1}, {"seals": (SEAL,)}, {"guards": HOLD}, {"others": "none"},
        {"when": "sealed = 1"}, {"do": Do.TREAT, "columns": {"other": "blank"}}, {"paths": ()},
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [TAKING, NAMED])
def test_whatever_may_keep_the_row_is_asked(step: Step, more: dict[str, Any]) -> None:
    assert not surely_takes(replace(step, **more), GOING, OWN)


@pytest.mark.parametrize("more", [{"when": "model = 'x'"}, {"prefix": "person,"}, {"column": "other_id"}])
@pytest.mark.parametrize("step", [TAKING, NAMED])
def test_a_way_that_is_not_the_reference_itself_is_asked(step: Step, more: dict[str, Any]) -> None:
    first, *rest = step.paths[0].hops
    link = first.link.model_copy(update=more)
    other = replace(step, paths=(Path((replace(first, link=link), *rest)),))
    assert not surely_takes(other, GOING, OWN)


def test_a_reference_to_another_column_or_to_several_is_asked() -> None:
    for other in (
        replace(OWN, targets=("id",)),
        replace(OWN, columns=("person_id", "n"), targets=("key", "n")),
    ):
        assert not surely_takes(TAKING, GOING, other)
        assert not surely_takes(NAMED, GOING, other)


def test_what_goes_by_another_way_too_is_asked() -> None:
    boss = Path((Hop("person", Link(root="person", column="boss"), "key"),))
    prefixed = Path((Hop("person", Link(root="person", column="key", prefix="p,"), "key"),))
    for way in (boss, prefixed):
        assert not surely_takes(NAMED, replace(GOING, paths=(ROOT, way)), OWN)


LETTING = replace(BLANKED, others="some", owners=TAKING.paths)
LAST = replace(TAKING, others="none", owners=TAKING.paths)


def test_a_shared_row_goes_with_its_last_owner_or_lets_the_first_go() -> None:
    assert surely_taken([LETTING, LAST], GOING, OWN, in_order=False)


def test_a_shared_row_that_waits_for_who_leaves_later_is_asked() -> None:
    assert not surely_taken([LETTING, LAST], GOING, OWN, in_order=True)


@pytest.mark.parametrize(
    "more", [{"unless": 0}, {"owners": ()}, {"only": 1}, {"others": "some"}, {"guards": HOLD}]
)
def test_two_steps_that_do_not_complete_each_other_are_asked(more: dict[str, Any]) -> None:
    assert not surely_taken([LETTING, replace(LAST, **more)], GOING, OWN, in_order=False)
