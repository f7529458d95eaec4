"""Random worlds: what the engine plans, does and verifies is what brute force says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from random import Random

from hypothesis import example, given, note
from hypothesis import strategies as st

from garant.engine.document import Plan
from garant.engine.planning.subject import find_subject, plan_subject
from garant.engine.running.verify import Left
from garant.engine.terms import Source
from garant.systems.checks.kept_ways import check_kept_ways
from garant.systems.model import Duty
from tests.engine.support.databases import Contents, Database, Row
from tests.engine.support.examples import examples
from tests.engine.support.moments import Fact
from tests.engine.support.oracle import Effects, Oracle, ends, keeps_column, sealed_rows
from tests.engine.support.random_worlds import Builder, World
from tests.engine.support.running import PSEUDONYM_KEY, carry_out, retention, source

chances = st.randoms(use_true_random=False)


@dataclass
class Answer:
    """What brute force says of one promise on one state of the rows."""

    population: int
    undated: int
    unreadable: int
    late: set[str]
    due: set[str]
    leaving: dict[str, set[int]]
    effects: Effects
    oldest: date | None
    until: list[date | None]


def duties(world: World) -> list[Duty]:
    return [d for d in world.data_map.duties if d.seal or d.rule != "rule-0"]


def held(world: World, rows: Contents, keys: set[str], among: list[Duty]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {key: set() for key in keys}
    for number, duty in enumerate(among):
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
    leaving = held(world, rows, late, duties(world))
    effects = oracle.effects("erase", duties(world), leaving)
    due = late & effects.concerned
    effects = oracle.effects("erase", duties(world), {key: leaving[key] for key in due})
    oldest = min((last(dated[key]) for key in due), default=None)
    until = [
        end_of(world, rows, n, {key for key in due if n in leaving[key]}) for n in range(len(duties(world)))
    ]
    return Answer(len(members), len(undated), len(unreadable), late, due, leaving, effects, oldest, until)


def waiting(world: World, rows: Contents) -> set[int]:
    """The people's own rows that wait for the undated alone: what would become of them if these left too."""
    people, dated = world.tables[0], world.dated("seen", rows)
    members = world.members("prospect", rows)
    late = answer(world, rows).late
    undated = {key for key in members - late if not dated.get(key)}
    oracle = Oracle(world.data_map, rows, "person", PSEUDONYM_KEY)
    now, then = (
        oracle.effects("erase", duties(world), held(world, rows, keys, duties(world)))
        for keys in (late, late | undated)
    )
    return {
        rid
        for rid, row in rows[people].items()
        if any(way.key in late for way in oracle.ways(people, row) if way.relation != "visible")
        and fate(then, (people, rid)) != fate(now, (people, rid))
    }


def cut(world: World, rows: Contents, expected: Answer) -> set[str]:
    """Those for whom something would be left: a duty's only way to what it keeps has gone with the rows on it."""
    left = Oracle(world.data_map, expected.effects.applied(rows), "person", PSEUDONYM_KEY)
    kept = {key: expected.leaving[key] for key in expected.due}
    return left.effects("erase", duties(world), kept).concerned


def lost(world: World, rows: Contents, expected: Answer) -> set[tuple[str, int]]:
    """The rows of which a duty keeps something, and from which nothing leads any more to whom it holds."""
    after = expected.effects.applied(rows)
    before, left = (Oracle(world.data_map, one, "person", PSEUDONYM_KEY) for one in (rows, after))
    return {
        (table, rid)
        for number, duty in enumerate(duties(world))
        for table, deed in kept_by(world, duty)
        for rid, row in after[table].items()
        for key in owners(before, table, rows[table][rid]) - owners(left, table, row)
        if key in expected.due and number in expected.leaving[key]
        if deed or any(row[column] is not None for column in columns_kept(world, duty, table))
    }


def owners(oracle: Oracle, table: str, row: Row) -> set[str]:
    return {way.key for way in oracle.ways(table, row) if way.relation != "visible"}


def kept_by(world: World, duty: Duty) -> Iterator[tuple[str, bool]]:
    """The tables of which a duty keeps something, and whether that is the rows themselves."""
    for action in world.data_map.dispositions["erase"].actions:
        keep, deleted = duty.keeps.get(action.table), action.do.value == "delete"
        if keep is not None and (deleted and keep.row):
            yield action.table, True
        elif keep is not None and not deleted and columns_kept(world, duty, action.table):
            yield action.table, False


def columns_kept(world: World, duty: Duty, table: str) -> list[str]:
    changed = {n: c for n, c in world.data_map.tables[table].columns.items() if c.erase not in (None, "keep")}
    return [column for column in changed if keeps_column(duty, table, column)]


def fate(effects: Effects, place: tuple[str, int]) -> object:
    return place in effects.gone or effects.changed.get(place)


def last(facts: list[Fact]) -> date:
    return max(fact.day for fact in facts if fact.day is not None)


def end_of(world: World, rows: Contents, number: int, keys: set[str]) -> date | None:
    """The last day a duty holds the last of these; readable facts alone say when."""
    duty = duties(world)[number]
    if duty.event is None:
        return None
    dated = world.dated(duty.event, rows)
    days = [last(dated[key]) for key in keys if dated.get(key) and all(fact.readable for fact in dated[key])]
    return ends(max(days), world.periods[duty.rule or ""]) if days else None


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
@examples(12)
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
    assert selection.oldest == expected.oldest
    assert [d.until for d in selection.duties] == expected.until
    assert world.rows() == rows, "a plan writes nothing"


@given(chances, st.sampled_from([1, 2, 7, 1000]))
@examples(12)
def test_a_run_leaves_what_brute_force_leaves(database: Database, chance: Random, size: int) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    note(world.described(rows))
    expected = answer(world, rows)
    with opened(world) as systems:
        plan = retention(world.policy, systems, world.as_of)
        results, verification = carry_out(plan, world.policy, systems, size)
        assert world.rows() == expected.effects.applied(rows)
        untied = cut(world, rows, expected)
        assert verification.verified == (not waiting(world, rows) and not untied), verification
        refused = list(check_kept_ways(world.data_map))
        assert refused or not (untied or lost(world, rows, expected)), "no map loses what it keeps unsaid"
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


@given(chances)
@examples(12)
def test_erasing_one_person_leaves_what_brute_force_leaves_and_find_finds_it(
    database: Database, chance: Random
) -> None:
    world = Builder(chance, database).build()
    rows = world.rows()
    note(world.described(rows))
    key, number = chance.choice([(str(row["key"]), str(rid)) for rid, row in rows["person"].items()])
    asked = {"number": number}
    everything = list(world.data_map.duties)
    leaving = held(world, rows, {key}, everything)
    effects = Oracle(world.data_map, rows, "person", PSEUDONYM_KEY).effects("erase", everything, leaving)
    with opened(world) as systems:
        assert seen(systems, asked) == seen_by_hand(world, rows, key)
        plan = plan_subject(world.policy, systems, asked, "erasure", as_of=world.as_of)
        assert planned(plan) == foreseen(effects)
        _, verification = carry_out(plan, world.policy, systems)
        assert verification.verified
        left = effects.applied(rows)
        assert world.rows() == left
        if key in {str(row["key"]) for row in left["person"].values()}:
            assert seen(systems, asked) == seen_by_hand(world, left, key), "exactly what was declared kept"
        else:
            assert seen(systems, asked) == {}


def seen(systems: dict[str, Source], asked: dict[str, str]) -> dict[str, int]:
    return {table.table: table.rows for place in find_subject(systems, asked) for table in place.tables}


def seen_by_hand(world: World, rows: Contents, key: str) -> dict[str, int]:
    return Oracle(world.data_map, rows, "person", PSEUDONYM_KEY).seen({key})


@given(st.integers(0, 10**9))
@example(330)
@example(375)
@examples(4)
def test_plans_over_other_tables_add_up_in_any_order(database: Database, seed: int) -> None:
    """One plan of both systems, or one plan each, first this one or first that one.

    The examples: rows that somebody past the term owns wait for people alone whom nothing dates; a duty keeps a column
    of rows whose way to its person goes. Neither is verified, whatever the order.
    """
    ends: list[Contents] = []
    said: list[set[tuple[str, Left]]] = []
    for order in (("a_", "b_"), ("b_", "a_"), ("both",)):
        left: set[tuple[str, Left]] = set()
        worlds = {
            prefix: Builder(Random(f"{seed}{prefix}"), database, prefix).build(beside=prefix == "b_")
            for prefix in ("a_", "b_")
        }
        with opened(worlds["a_"]) as first, opened(worlds["b_"]) as second:
            systems = {"a_": {"a-crm": first["crm"]}, "b_": {"b-crm": second["crm"]}}
            systems["both"] = systems["a_"] | systems["b_"]
            world = worlds["a_"]
            for part in order:
                plan = retention(world.policy, systems[part], world.as_of)
                checked = carry_out(plan, world.policy, systems[part], 3)[1].selections
                left |= {(one.system, row) for one in checked for row in one.left}
        ends.append(worlds["a_"].rows() | worlds["b_"].rows())
        said.append(left)
    assert ends[0] == ends[1] == ends[2]
    assert said[0] == said[1] == said[2]
