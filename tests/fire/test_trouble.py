"""Locks, a full disk, a second run, a clock that steps back: refused in words or waited for, never half done."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from garant.engine.subject import plan_subject
from tests.engine.support.databases import MariadbDatabase, PostgresDatabase, SqliteFile
from tests.engine.support.policies import policy
from tests.engine.support.shop import AS_OF
from tests.fire.arena import Arena, Undisturbed, undisturbed
from tests.fire.zygote import MAP_DIGEST, POLICY_DIGEST

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def peace(arena: Arena) -> Undisturbed:
    return undisturbed(arena)


def ended_like(arena: Arena, peace: Undisturbed, answer: dict[str, Any]) -> None:
    """As an undisturbed run, everybody else's rows untouched, the ledger whole."""
    assert answer == peace.answer
    assert arena.shop.rows() == peace.rows
    assert arena.verified() == {"entries": peace.answer["receipts"], "once": True}


def test_a_second_run_of_the_same_plan_is_refused_and_harms_nothing(arena: Arena, peace: Undisturbed) -> None:
    first = arena.start({"do": "apply", "beside": True})
    second = arena.start({"do": "apply", "beside": True})
    answers = [first.end(), second.end()]
    done = [answer for answer in answers if answer.get("state")]
    refused = [answer for answer in answers if not answer.get("state")]
    assert done
    for answer in refused:
        assert "already being carried out by another process" in answer["words"], answer
        assert "déjà en cours" in answer["fr"]
    ended_like(arena, peace, arena.apply())


def test_two_plans_about_the_same_people_at_once_end_as_one_after_the_other(
    arena: Arena, peace: Undisturbed
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
    assert arena.shop.rows() == peace.rows
    assert arena.verified()["once"]


def hold_a_lock(arena: Arena, seconds: float) -> Iterator[None]:
    """Another program keeps a row that the run needs, and lets it go."""
    database = arena.database
    free = threading.Event()

    def keep() -> None:
        if isinstance(database, SqliteFile):
            with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                free.set()
                time.sleep(seconds)
                other.execute("ROLLBACK")
        elif isinstance(database, PostgresDatabase):
            plain = database.url.replace("+psycopg", "")
            with closing(psycopg.connect(plain)) as another:
                another.execute("UPDATE note SET body = body WHERE id = 5")
                free.set()
                time.sleep(seconds)
                another.rollback()
        else:
            connection = MariadbDatabase(database.url).connect()
            connection.begin()
            connection.cursor().execute("UPDATE note SET body = body WHERE id = 5")
            free.set()
            time.sleep(seconds)
            connection.rollback()
            connection.close()

    thread = threading.Thread(target=keep)
    thread.start()
    free.wait(20)
    yield
    thread.join()


@pytest.mark.parametrize(("seconds", "patience"), [(1.0, 30), (5.0, 1)])
def test_who_holds_a_lock_is_waited_for_or_said(
    arena: Arena, peace: Undisturbed, seconds: float, patience: int
) -> None:
    """Within the run’s patience, and beyond it."""
    for _ in hold_a_lock(arena, seconds):
        answer = arena.apply(patience=patience)
        assert arena.others(arena.shop.rows()) == arena.others(arena.before)
    if not answer.get("state"):
        assert answer["error"] == "RunInterruptedError", answer
        assert answer["words"].startswith("Interrupted before the end"), answer
    ended_like(arena, peace, arena.apply())


def test_a_clock_that_stepped_back_before_the_plan_s_day_is_refused(arena: Arena, peace: Undisturbed) -> None:
    before = arena.shop.rows()
    answer = arena.apply(days=-1)
    assert "is for looking only" in answer["words"], answer
    assert arena.shop.rows() == before
    ended_like(arena, peace, arena.apply())


def test_a_clock_that_steps_back_during_a_run_waits_for_its_day(arena: Arena, peace: Undisturbed) -> None:
    child = arena.start({"do": "apply", "days": 3})
    time.sleep(peace.seconds * 0.6)
    child.kill()
    child.end()
    between = arena.shop.rows()
    assert "is for looking only" in arena.apply(days=-2).get("words", "")
    assert arena.shop.rows() == between
    ended_like(arena, peace, arena.apply())


@pytest.mark.parametrize("room", [0, 60_000, 400_000])
def test_a_disk_that_is_full_is_said_and_once_there_is_room_all_ends_well(
    arena: Arena, peace: Undisturbed, room: int
) -> None:
    """No file of the run may grow: Garant’s own database, durable execution's, and SQLite's target."""
    largest = max(file.stat().st_size for file in files(arena))
    answer = arena.apply(room=largest + room)
    assert arena.others(arena.shop.rows()) == arena.others(arena.before)
    if not answer.get("state"):
        assert answer.get("words"), answer
        assert "Traceback" not in answer["words"]
    ended_like(arena, peace, arena.apply())


def files(arena: Arena) -> list[Path]:
    """What the run writes to."""
    target = [arena.database.path] if isinstance(arena.database, SqliteFile) else []
    return [file for file in arena.home.rglob("*") if file.is_file()] + target
