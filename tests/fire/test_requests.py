"""Requests carried out together by a worker that is killed again and again: nobody twice, nobody forgotten."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from garant.demo import site as demo_site
from garant.demo.build import SMALLEST

PEOPLE, KILLS = 4, 4
OTHERS = "SELECT * FROM person WHERE email IS NULL OR email NOT IN (%s) ORDER BY id"


class Place:
    """The demo's installation, and what is asked of it from outside."""

    def __init__(self, folder: Path) -> None:
        demo_site.prepare(folder, as_of=datetime.now(UTC).date(), people=SMALLEST, port=8000)
        self.crm = folder / "systems" / "crm.sqlite"
        self.environment = demo_site.environment(folder, 8000) | {"GARANT_HOME": str(folder / "garant")}

    def ask_system(self, query: str, *values: Any) -> list[Any]:
        with closing(sqlite3.connect(self.crm)) as connection:
            return connection.execute(query, values).fetchall()

    def control(self, *emails: str) -> dict[str, Any]:
        command = [sys.executable, "-m", "tests.fire.requests_control", *emails]
        done = subprocess.run(command, env=self.environment, check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def job(self, key: str) -> subprocess.Popen[bytes]:
        """A job in a process of its own, as the worker starts it."""
        command = [sys.executable, "-m", "garant.apps.jobs.doing", key]
        return subprocess.Popen(command, env=self.environment, start_new_session=True)


def prospects(place: Place) -> list[str]:
    rows = place.ask_system(
        """SELECT p.email FROM person p WHERE p.email LIKE '%@%'
           AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.account_id = p.account_id)
           AND NOT EXISTS (SELECT 1 FROM contract c WHERE c.account_id = p.account_id)
           AND (SELECT count(*) FROM person q WHERE lower(q.email) = lower(p.email)) = 1
           GROUP BY p.account_id ORDER BY p.id LIMIT ?""",
        PEOPLE,
    )
    return [email for (email,) in rows]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_worker_killed_while_it_carries_requests_out(tmp_path: Path) -> None:
    place = Place(tmp_path)
    emails = prospects(place)
    marks = ", ".join("?" * len(emails))
    others = place.ask_system(OTHERS % marks, *emails)
    state = place.control(*emails)
    assert (len(emails), len(state["jobs"]), set(state["states"])) == (PEOPLE, PEOPLE, {"approved"})
    before, chance = state["runs"], random.Random(20261126)
    for _ in range(KILLS):
        if not state["jobs"]:
            break
        job = place.job(state["jobs"][0])
        time.sleep(chance.uniform(0.3, 2.5))
        with suppress(ProcessLookupError):
            os.killpg(job.pid, signal.SIGKILL)
        job.wait(timeout=60)
        state = place.control()
    rounds = 0
    while state["jobs"] and rounds < 2 * PEOPLE:
        rounds += 1
        assert place.job(state["jobs"][0]).wait(timeout=120) == 0
        state = place.control()
    assert (state["jobs"], state["ends"]) == ([], ["kept"] * PEOPLE)
    assert (set(state["states"]), state["ran"]) == ({"running"}, [1] * PEOPLE)
    assert (state["runs"], state["gathered"]) == (before + 1, PEOPLE)
    assert place.ask_system(f"SELECT count(*) FROM person WHERE email IN ({marks})", *emails) == [(0,)]
    assert place.ask_system(OTHERS % marks, *emails) == others
    assert state["entries"]
