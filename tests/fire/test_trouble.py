"""A full disk, a second run, a clock that steps back: refused in words or waited for, never half done."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from garant.engine.planning.subject import plan_subject
from tests.engine.support.databases import SqliteFile
from tests.engine.support.policies import policy
from tests.engine.support.shop import AS_OF
from tests.fire.arena import PATIENCE, Arena
from tests.fire.conftest import Standing
from tests.fire.zygote import MAP_DIGEST, POLICY_DIGEST

pytestmark = pytest.mark.timeout(600)

PEOPLE = "SELECT count(*) FROM contact"


def test_a_second_run_of_the_same_plan_is_refused_and_harms_nothing(standing: Standing, arena: Arena) -> None:
    first = arena.start({"do": "apply", "beside": True})
    second = arena.start({"do": "apply", "beside": True})
    answers = [first.end(), second.end()]
    done = [answer for answer in answers if answer.get("state")]
    refused = [answer for answer in answers if not answer.get("state")]
    assert done
    for answer in refused:
        assert "already being carried out by another process" in answer["words"], answer
        assert "déjà en cours" in answer["fr"]
    standing.ended_like(arena.apply())


def test_two_plans_about_the_same_people_at_once_end_as_one_after_the_other(
    standing: Standing, arena: Arena
) -> None:
    """The sweep, and the request of someone whom the sweep is about to forget."""
    rules = policy(digest=POLICY_DIGEST, prospects="P3Y", invoices="P10Y")
    systems = {name: replace(one, digest=MAP_DIGEST) for name, one in arena.shop.system().items()}
    last = arena.people
    hers = plan_subject(rules, systems, {"email": f"n{last}@x.example"}, "erasure", as_of=AS_OF)
    arena.shop.close()
    file = str(arena.write(hers, "hers.json"))
    sweep = arena.start({"do": "apply", "beside": True})
    request = arena.start({"do": "apply", "plan": file, "beside": True})
    answers = [request.end(), sweep.end()]
    for answer in answers:
        assert answer.get("state") or answer["words"], answer
    finished = [arena.apply(plan=file), arena.apply()]
    for answer in finished:
        assert answer.get("state") == "kept" or "drifted" in answer["words"].lower(), answer
    assert arena.shop.rows() == standing.peace.rows
    assert arena.verified()["once"]


def test_a_clock_that_stepped_back_before_the_plan_s_day_is_refused(standing: Standing, arena: Arena) -> None:
    before = arena.shop.rows()
    answer = arena.apply(days=-1)
    assert "is for looking only" in answer["words"], answer
    assert arena.shop.rows() == before
    standing.ended_like(arena.apply())


def test_a_clock_that_steps_back_during_a_run_waits_for_its_day(standing: Standing, arena: Arena) -> None:
    everybody = arena.database.scalar(PEOPLE)
    child = arena.start({"do": "apply", "days": 3, "stay": 2})
    end = time.monotonic() + PATIENCE
    while arena.database.scalar(PEOPLE) == everybody:
        assert time.monotonic() < end, "the run never began"
        time.sleep(0.005)
    child.kill()
    assert child.end() == {}
    between = arena.shop.rows()
    assert "is for looking only" in arena.apply(days=-2).get("words", "")
    assert arena.shop.rows() == between
    standing.ended_like(arena.apply())


@pytest.mark.parametrize("room", [0, 60_000, 400_000])
def test_a_disk_that_is_full_is_said_and_once_there_is_room_all_ends_well(
    standing: Standing, arena: Arena, room: int
) -> None:
    """No file of the run may grow: Garant’s own database, durable execution's, and SQLite's target."""
    largest = max(file.stat().st_size for file in files(arena))
    answer = arena.apply(room=largest + room)
    assert arena.others(arena.shop.rows()) == arena.others(arena.before)
    if not answer.get("state"):
        assert answer.get("words"), answer
        assert "Traceback" not in answer["words"]
    standing.ended_like(arena.apply())


def files(arena: Arena) -> list[Path]:
    """What the run writes to."""
    target = [arena.database.path] if isinstance(arena.database, SqliteFile) else []
    return [file for file in arena.home.rglob("*") if file.is_file()] + target
