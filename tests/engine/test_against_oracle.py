"""Random worlds: what the engine plans, does and verifies is what brute force says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random

from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.document import Plan
from garant.engine.terms import Source
from garant.systems.model import Duty
from tests.engine.support.databases import Contents, Database
from tests.engine.support.examples import examples
from tests.engine.support.oracle import Effects, Oracle, ends, sealed_rows
from tests.engine.support.random_worlds import Builder, World
from tests.engine.support.running import PSEUDONYM_KEY, carry_out, retention, source

chances = st.randoms(use_true_random=False)


@dataclass
class Answer:
    """What brute force says of one promise on one state of the rows."""

    population: int
    undated: int
    unreadable: int
    due: set[str]
    leaving: dict[str, set[int]]
    effects: Effects


def duties(world: World) -> list[Duty]:
    return [d for d in world.data_map.duties if d.seal or d.rule != "rule-0"]


def held(world: World, rows: Contents, keys: set[str]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {key: set() for key in keys}
    for number, duty in enumerate(duties(world)):
        members = world.members(duty.role, rows) & keys
        dated = {} if duty.event is None else world.dated(duty.event, rows)
        for key in members:
            facts = dated.get(key, [])
            over = bool(facts) and all(
                fact.day is not None and ends(fact.day, world.periods[duty.rule or ""]) < world.as_of
                for fact in facts
            )
            if duty.seal or not over:
                found[key].add(number)
    return found


def answer(world: World, rows: Contents) -> Answer:
    members, dated = world.members("prospect", rows), world.dated("seen", rows)
    unreadable = {key for key in members if any(not fact.readable for fact in dated.get(key, []))}
    undated = {key for key in members if not dated.get(key)}
    late = {
        key
        for key in members - unreadable - undated
        if all(ends(fact.day, world.periods["rule-0"]) < world.as_of for fact in dated[key] if fact.day)
    }
    oracle = Oracle(world.data_map, rows, "person", PSEUDONYM_KEY)
    leaving = held(world, rows, late)
    effects = oracle.effects("erase", duties(world), leaving)
    due = late & effects.concerned
    effects = oracle.effects("erase", duties(world), {key: leaving[key] for key in due})
    return Answer(len(members), len(undated), len(unreadable), due, leaving, effects)


@contextmanager
def opened(world: World) -> Iterator[dict[str, Source]]:
    system = source(world.data_map, world.database.url)
    yield {"crm": system}
    system.connector.close()


def planned(plan: Plan) -> list[tuple[object, ...]]:
    return [
        (a.table, a.deleted, a.treated, a.sealed, a.shared, {k.duty: k.rows for k in a.kept})
        for a in plan.selections[0].actions
    ]


def foreseen(effects: Effects) -> list[tuple[object, ...]]:
    return [
        (a.table, a.deleted, a.treated, a.sealed, a.shared, {n: rows for n, rows in a.kept.items() if rows})
        for a in effects.actions
    ]


@given(chances)
@examples(25)
def test_a_plan_counts_what_brute_force_counts(database: Database, chance: Random) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    note(world.described(rows))
    expected = answer(world, rows)
    with opened(world) as systems:
        plan = retention(world.policy, systems, world.as_of)
        assert retention(world.policy, systems, world.as_of).digest == plan.digest
    selection = plan.selections[0]
    assert (selection.population, selection.undated, selection.unreadable) == (
        expected.population, expected.undated, expected.unreadable,
    )  # fmt: skip
    assert {str(key) for key in selection.root_keys()} == expected.due
    assert planned(plan) == foreseen(expected.effects)
    assert [d.roots for d in selection.duties] == [
        sum(n in expected.leaving[key] for key in expected.due) for n in range(len(duties(world)))
    ]
    assert world.rows() == rows, "a plan writes nothing"


@given(chances, st.sampled_from([1, 2, 7, 1000]))
@examples(25)
def test_a_run_leaves_what_brute_force_leaves(database: Database, chance: Random, size: int) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    note(world.described(rows))
    expected = answer(world, rows)
    with opened(world) as systems:
        plan = retention(world.policy, systems, world.as_of)
        results, verification = carry_out(plan, world.policy, systems, size)
        assert world.rows() == expected.effects.applied(rows)
        assert verification.verified, verification
        again = retention(world.policy, systems, world.as_of)
        assert {str(key) for key in again.selections[0].root_keys()} == answer(world, world.rows()).due
        _, verification = (
            carry_out(plan, world.policy, systems, size) if not plan.selections[0].due else ([], verification)
        )
    assert (
        sealed_rows(world.rows(), world.data_map.seals).items()
        >= sealed_rows(rows, world.data_map.seals).items()
    )
    assert all(not result.blocks for result in results)
