"""Random worlds under random holds: what is held ends byte for byte, everything else as without them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.holds import HeldRows, Hold
from garant.engine.planning.subject import plan_subject
from garant.engine.running.execution import Execution
from tests.engine.support.databases import Contents, Database
from tests.engine.support.examples import examples
from tests.engine.support.held_rows import Place, around, kept, of_people
from tests.engine.support.oracle import Oracle
from tests.engine.support.random_worlds import Builder, World
from tests.engine.support.running import PSEUDONYM_KEY, Notebook, retention
from tests.engine.test_against_oracle import answer, held, opened

chances = st.integers(0, 10**9).map(Random)
"""Seeds, not choices: a few examples must be far apart, for holds that matter are rare."""
sizes = st.sampled_from([1, 2, 7, 1000])


def on(key: str, **about: object) -> Hold:
    return Hold(key, "legal", "a reason", date(2099, 1, 1), **about)  # pyright: ignore[reportArgumentType]


def draw_holds(world: World, rows: Contents, chance: Random) -> tuple[list[Hold], set[str], list[Place]]:
    """Some people and some rows; the same person twice now and then."""
    people = world.tables[0]
    chosen = chance.sample(sorted(rows[people]), chance.randint(0, min(2, len(rows[people]))))
    holds = [on(f"p{n}", identities=(("number", str(rid)),)) for n, rid in enumerate([*chosen, *chosen[:1]])]
    tables = [t for t in world.data_map.tables if rows[t] and t != people]
    named: list[Place] = []
    for table in chance.sample(tables, chance.randint(0, min(1, len(tables)))):
        rid = chance.choice(sorted(rows[table]))
        named.append((table, rid))
        key = str(rows[table][rid]["id"])
        holds.append(on(f"r{rid}", rows=(HeldRows(world.data_map.system, table, (key,)),)))
    return holds, {str(rows[people][rid]["key"]) for rid in chosen}, named


def kept_by(world: World, rows: Contents, people: set[str], named: list[Place]) -> set[Place]:
    found = of_people(world.data_map, rows, people)
    for table, rid in named:
        if rid in rows[table]:
            found |= around(world.data_map, rows, table, rid)
    return found


@given(chances, sizes)
@examples(10)
def test_a_sweep_leaves_what_is_held_and_nothing_else_changes(
    database: Database, chance: Random, size: int
) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    holds, people, named = draw_holds(world, rows, chance)
    note(f"{holds}\n{world.described(rows)}")
    expected = kept(rows, kept_by(world, rows, people, named), answer(world, rows).effects.applied(rows))
    with opened(world) as systems:
        plan = retention(world.policy, systems, world.as_of, holds=holds)
        execution, journal = (
            Execution(plan, world.policy, systems, batch_size=size, holding=lambda: holds),
            Notebook(),
        )
        for key in execution.batch_keys():
            execution.execute(key, journal)
        assert world.rows() == expected
        assert execution.verify(journal).verified
        again = retention(world.policy, systems, world.as_of, holds=holds)
        assert (again.selections[0].due, again.selections[0].rows) == (0, 0)


@given(chances, sizes)
@examples(10)
def test_a_hold_that_comes_at_any_moment_keeps_what_is_still_there(
    database: Database, chance: Random, size: int
) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    holds, people, named = draw_holds(world, rows, chance)
    note(f"{holds}\n{world.described(rows)}")
    moment, asked = chance.randint(1, 8), 0
    state: Contents = rows

    def holding() -> Sequence[Hold]:
        nonlocal asked, state
        asked += 1
        if asked == moment:
            state = world.rows()
        return holds if asked >= moment else []

    otherwise = answer(world, rows).effects.applied(rows)
    with opened(world) as systems:
        plan = retention(world.policy, systems, world.as_of)
        execution, journal = (
            Execution(plan, world.policy, systems, batch_size=size, holding=holding),
            Notebook(),
        )
        for key in execution.batch_keys():
            execution.execute(key, journal)
        assert execution.verify(journal).verified
    if asked < moment:
        assert world.rows() == otherwise
    else:
        assert world.rows() == kept(state, kept_by(world, state, people, named), otherwise)


@given(chances)
@examples(10)
def test_the_request_of_somebody_leaves_what_is_held(database: Database, chance: Random) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    holds, people, named = draw_holds(world, rows, chance)
    note(f"{holds}\n{world.described(rows)}")
    key, number = chance.choice([(str(row["key"]), str(rid)) for rid, row in rows["person"].items()])
    everything = list(world.data_map.duties)
    effects = Oracle(world.data_map, rows, "person", PSEUDONYM_KEY).effects(
        "erase", everything, held(world, rows, {key}, everything)
    )
    expected = kept(rows, kept_by(world, rows, people, named), effects.applied(rows))
    with opened(world) as systems:
        plan = plan_subject(
            world.policy, systems, {"number": number}, "erasure", as_of=world.as_of, holds=holds
        )
        assert [h.hold for h in plan.selections[0].holds if h.roots] == [
            h.key for h in holds if ("number", number) in h.identities
        ]
        execution = Execution(plan, world.policy, systems, holding=lambda: holds)
        for batch in execution.batch_keys():
            execution.execute(batch, Notebook())
    assert world.rows() == expected
