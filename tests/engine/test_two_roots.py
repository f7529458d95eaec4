"""Two roots whose rows are the same: each goes by its own disposition, one after the other, and nothing stays unowned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.planning.subject import plan_subject
from garant.engine.terms import Source
from garant.systems.checks.actions import check_actions
from garant.systems.checks.kept_ways import check_kept_ways
from tests.engine.support.databases import Contents, Database
from tests.engine.support.examples import examples
from tests.engine.support.oracle import Effects, Oracle
from tests.engine.support.running import PSEUDONYM_KEY, carry_out, source
from tests.engine.support.two_roots import AS_OF, ROOTS, Builder, World

chances = st.randoms(use_true_random=False)


def effects(world: World, root: str, rows: Contents, leaving: dict[str, set[int]]) -> Effects:
    oracle = Oracle(world.data_map, rows, root, PSEUDONYM_KEY)
    return oracle.effects(f"erase-{root}", world.duties(root), leaving)


def unowned(world: World, rows: Contents) -> set[tuple[str, int]]:
    """The rows that belong to no root that is there."""
    oracles = [Oracle(world.data_map, rows, root, PSEUDONYM_KEY) for root in ROOTS]
    return {
        (table, rid)
        for table in world.tables
        for rid, row in rows[table].items()
        if not any(
            way.relation != "visible" and way.key in oracle.alive()
            for oracle in oracles
            for way in oracle.ways(table, row)
        )
    }


@contextmanager
def opened(world: World) -> Iterator[dict[str, Source]]:
    system = source(world.data_map, world.database.url)
    yield {"crm": system}
    system.connector.close()


@given(chances)
@examples(12)
def test_somebody_who_is_two_roots_goes_by_both(database: Database, chance: Random) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    note(world.described(rows))
    with opened(world) as systems:
        plan = plan_subject(world.policy, systems, {"number": "1"}, "erasure", as_of=AS_OF)
        now = rows
        for selection in plan.selections:
            keys = world.known(selection.root, rows, 1)
            assert {str(key) for key in selection.root_keys()} == keys
            leaving = world.held(selection.root, rows, keys)
            foreseen = effects(world, selection.root, rows, leaving)
            assert [(a.table, a.deleted, a.treated, a.shared) for a in selection.actions] == [
                (a.table, a.deleted, a.treated, a.shared) for a in foreseen.actions
            ]
            now = effects(world, selection.root, now, leaving).applied(now)
        _, verification = carry_out(plan, world.policy, systems)
    assert world.rows() == now
    left = {
        selection.root: effects(
            world,
            selection.root,
            now,
            world.held(selection.root, now, world.known(selection.root, rows, 1)),
        ).concerned
        for selection in plan.selections
    }
    assert verification.verified == (not any(left.values())), left
    told = [*check_actions(world.data_map), *check_kept_ways(world.data_map)]
    lost = {
        place for place in unowned(world, now) - unowned(world, rows) if holds_something(world, now, place)
    }
    assert told or not lost, "what nobody owns any more is told of by the check of the map"


def holds_something(world: World, rows: Contents, place: tuple[str, int]) -> bool:
    """Whether a row has a value that an erasure would have taken."""
    table, rid = place
    columns = world.data_map.tables[table].columns.items()
    return any(spec.erase == "blank" and rows[table][rid][name] is not None for name, spec in columns)
