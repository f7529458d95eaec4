"""Random worlds: plans one after the other are the plan of both; what is exported is what is there."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from garant.engine.planning.subject import find_subject, plan_subject
from garant.engine.telling.export import export_subject
from tests.engine.support.databases import Contents, Database
from tests.engine.support.examples import examples
from tests.engine.support.oracle import Oracle
from tests.engine.support.random_worlds import Builder, World
from tests.engine.support.running import PSEUDONYM_KEY, carry_out
from tests.engine.test_against_oracle import held, opened


def ask_twice(world: World) -> None:
    """Let one request name two people: by a number, and by another number."""
    identities = world.data_map.identities
    world.data_map = world.data_map.model_copy(
        update={"identities": {**identities, "other": identities["number"]}}
    )


def erase(world: World, *requests: dict[str, str]) -> Contents:
    """Carry these requests out, one after the other."""
    with opened(world) as systems:
        for asked in requests:
            plan = plan_subject(world.policy, systems, asked, "erasure", as_of=world.as_of)
            assert carry_out(plan, world.policy, systems, 2)[1].verified
    return world.rows()


@given(st.integers(0, 10**9))
@examples(8)
def test_two_people_leave_one_by_one_as_they_leave_together(database: Database, seed: int) -> None:
    """Shared rows go with the last of them, whoever that is, once the first is asked for again, as a replay does.

    One whose own row is only treated never leaves, to the eyes of a later plan: what they share stays, and each plan
    says so. So does the very row of one whom the other co-owns, as long as that other is there. Who leaves first
    makes no difference in the end.
    """
    ends: list[Contents] = []
    for way in ("one by one", "the other way round", "together"):
        world = Builder(Random(seed), database).build()
        ask_twice(world)
        rows = world.rows()
        numbers = sorted(str(rid) for rid in rows["person"])
        if len(numbers) < 2:
            return
        first, second = Random(seed).sample(numbers, 2)
        note(f"{way}: {first}, {second}")
        requests = {
            "one by one": [{"number": first}, {"number": second}] * 2,
            "the other way round": [{"number": second}, {"number": first}] * 2,
            "together": [{"number": first, "other": second}],
        }[way]
        ends.append(erase(world, *requests))
    assert ends[0] == ends[1]
    if not {int(first), int(second)} & ends[0]["person"].keys():
        assert ends[0] == ends[2]


@given(st.integers(0, 10**9))
@examples(8)
def test_exported_then_erased_then_looked_for(database: Database, seed: int) -> None:
    """The archive has each row that is the person's; afterwards only what was declared kept is left."""
    world = Builder(Random(seed), database).build()
    rows = world.rows()
    note(world.described(rows))
    key, number = Random(seed).choice([(str(row["key"]), str(rid)) for rid, row in rows["person"].items()])
    asked = {"number": number}
    duties = list(world.data_map.duties)
    oracle = Oracle(world.data_map, rows, "person", PSEUDONYM_KEY)
    with opened(world) as systems:
        out = io.BytesIO()
        export_subject(systems, asked, out, organisation="S", at=datetime.now(UTC))
        with zipfile.ZipFile(out) as archive:
            exported = {
                name.rpartition("/")[2].removesuffix(".jsonl"): archive.read(name).count(b"\n")
                for name in archive.namelist()
                if name.endswith(".jsonl")
            }
        seen = {table: count for table, count in oracle.seen({key}).items() if count}
        assert {table: count for table, count in exported.items() if count} == seen
        plan = plan_subject(world.policy, systems, asked, "erasure", as_of=world.as_of)
        assert carry_out(plan, world.policy, systems)[1].verified
        effects = oracle.effects("erase", duties, held(world, rows, {key}, duties))
        left = effects.applied(rows)
        assert world.rows() == left
        found = {t.table: t.rows for place in find_subject(systems, asked) for t in place.tables}
        stays = key in {str(row["key"]) for row in left["person"].values()}
        declared = Oracle(world.data_map, left, "person", PSEUDONYM_KEY).seen({key}) if stays else {}
        assert found == declared


@pytest.mark.parametrize("seed", [3, 14, 159])
def test_a_plan_twice_is_the_plan_once(database: Database, seed: int) -> None:
    world = Builder(Random(seed), database).build()
    number = str(sorted(world.rows()["person"])[0])
    once = erase(world, {"number": number})
    assert erase(world, {"number": number}) == once
