"""What a request of a person costs: `python -m bench.rights`. The demo's three systems, SQLite.

Each erasure goes its whole way in this process: form, identity, search, plan, approval, run, second look. Beside it, in
the same round, the same rows deleted by the bare driver by hand: what the data themselves cost. Fides, measured once on a
quiet machine on one system: 1.4 s and 2,360 statements on its own database for a subject; the bare driver 8.5 ms.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from rich.console import Console
from rich.table import Table

WANTED = {"engine": 300.0, "statements": 40.0, "intake": 30.0, "drained": 50.0}
"""Milliseconds, statements on Garant's own database, milliseconds at p95, requests per second."""
OFFICER, DELEGATE = "deleguee@demo.example", "adjointe@demo.example"
FORMS = "application/x-www-form-urlencoded"

Spent = dict[str, tuple[float, int]]
"""Of each part of the way: seconds, and statements on Garant's own database."""


def install(folder: Path, people: int) -> None:
    """The demo's installation, in this process; on the database that DATABASE_URL names, where it does."""
    from garant.demo import site as demo_site

    database = {name: value for name, value in os.environ.items() if name == "DATABASE_URL" and value}
    demo_site.prepare(folder, as_of=datetime.now(UTC).date(), people=people, port=8000)
    os.environ |= demo_site.environment(folder, 8000) | database
    if database:
        shutil.rmtree(folder / "garant" / "checkpoints")  # of the ledger in the first database
        build = [sys.executable, "-m", "garant.demo.site", str(folder)]
        subprocess.run(build, check=True, env={**os.environ, **database})
    from garant.site import setup

    setup.prepare()
    COUNTER.start()


class Counter:
    """Statements sent to Garant's own database, by any thread: by Django, and by what carries jobs on (DBOS)."""

    def __init__(self) -> None:
        self.seen = 0

    def start(self) -> None:
        """Count from now on."""
        from dbos import DBOS
        from django.db import connection
        from django.db.backends.signals import connection_created

        def follow(connection: Any, **_: Any) -> None:
            connection.execute_wrappers.append(self._django)

        follow(connection)
        connection_created.connect(follow, weak=False)
        launch = DBOS.launch

        def launched() -> None:
            launch()
            from dbos._dbos import _get_dbos_instance

            engine = _get_dbos_instance()._sys_db.engine
            sa.event.listen(engine, "before_cursor_execute", self._carrying_on)

        DBOS.launch = launched

    def _django(self, execute: Any, *rest: Any) -> Any:
        self.seen += 1
        return execute(*rest)

    def _carrying_on(self, *_: Any) -> None:
        self.seen += 1


COUNTER = Counter()


@contextmanager
def part(spent: Spent, name: str) -> Iterator[None]:
    """Time one part, and count its statements."""
    start, before = time.perf_counter(), COUNTER.seen
    yield
    seconds, statements = spent.get(name, (0.0, 0))
    spent[name] = (seconds + time.perf_counter() - start, statements + COUNTER.seen - before)


def erase(email: str) -> Spent:
    """One person's erasure, from what the form sends to the second look."""
    from garant.apps.jobs import doing, kinds
    from garant.apps.jobs import services as jobs
    from garant.apps.rights import services
    from garant.apps.rights.words import Method, Right
    from garant.demo.site import ORGANISATION

    spent: Spent = {}
    with part(spent, "received"):
        whom = services.Whom(email=email, name="Jeanne Essai")
        taken = services.receive(ORGANISATION, services.Asked(right=Right.ERASURE, whom=whom))
    key = taken.request.key
    with part(spent, "identified"):
        _identify(key, Method)
    with part(spent, "searched and planned"):
        services.search(ORGANISATION, key)
    with part(spent, "approved"):
        services.approve(ORGANISATION, key, actor=OFFICER)
    (waiting,) = jobs.waiting_runs(ORGANISATION).values()
    job = jobs.begin(waiting)
    assert job is not None
    doing.settle()  # as the process of each job does when it begins
    with part(spent, "run and verified"):
        kinds.run(job)
    jobs.end(job.key, "done")
    return spent


def _identify(key: str, methods: Any) -> None:
    from garant.apps.rights import services
    from garant.demo.site import ORGANISATION

    services.accept(ORGANISATION, key, methods.KNOWN_CONTACT, actor=DELEGATE)


def drained(emails: list[str]) -> Spent:
    """Requests approved one by one, then carried out as the worker does: the first job takes the others with it."""
    from garant.apps.jobs import kinds
    from garant.apps.jobs import services as jobs
    from garant.apps.rights import services
    from garant.apps.rights.words import Method, Right
    from garant.demo.site import ORGANISATION

    spent: Spent = {}
    for email in emails:
        asked = services.Asked(right=Right.ERASURE, whom=services.Whom(email=email, name="Jeanne Essai"))
        with part(spent, "received, identified, searched, planned, approved"):
            key = services.receive(ORGANISATION, asked).request.key
            _identify(key, Method)
            services.search(ORGANISATION, key)
            services.approve(ORGANISATION, key, actor=OFFICER)
    with part(spent, "drained"):
        while waiting := jobs.waiting_runs(ORGANISATION):
            job = jobs.begin(next(iter(waiting.values())))
            assert job is not None
            jobs.end(job.key, "done", outcome=kinds.run(job))
    return spent


def by_hand(folder: Path, email: str) -> float:
    """Seconds that the bare driver takes to find somebody in the three systems and delete their card, undone."""
    start = time.perf_counter()
    for path in sorted((folder / "systems").glob("*.sqlite")):
        with closing(sqlite3.connect(path)) as database:
            tables = [
                name
                for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                if any(c[1] == "email" for c in database.execute(f"PRAGMA table_info({name})"))
            ]
            database.execute("BEGIN IMMEDIATE")
            for table in tables:
                database.execute(f"DELETE FROM {table} WHERE lower(email) = ?", (email.lower(),))
            database.rollback()
    return time.perf_counter() - start


def intake(requests: int) -> list[float]:
    """Seconds of each form sent and answered, the whole of Django's handler included."""
    from django.test import Client

    from garant.apps.rights.views import public
    from garant.demo.site import ORGANISATION

    address = f"/p/{ORGANISATION}/fr/requests/erasure/"
    taken: list[float] = []
    for number in range(requests):
        public.SENT._levels.clear()
        visitor = Client()
        page = visitor.get(address).content.decode()
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token is not None, page
        sent = {"token": token[1], "website": "", "name": "Jeanne Essai", "message": ""}
        body = urlencode({**sent, "email": f"someone.{number}@demo.example"})
        start = time.perf_counter()
        answer = visitor.post(address, body, content_type=FORMS)
        taken.append(time.perf_counter() - start)
        assert answer.status_code == 303, answer.content.decode()
    return taken


def known(folder: Path, number: int) -> list[str]:
    """Addresses of prospects that nothing holds."""
    with closing(sqlite3.connect(folder / "systems" / "crm.sqlite")) as database:
        rows = database.execute(
            """SELECT p.email FROM person p WHERE p.email LIKE '%@%'
               AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.account_id = p.account_id)
               AND NOT EXISTS (SELECT 1 FROM contract c WHERE c.account_id = p.account_id)
               AND (SELECT count(*) FROM person q WHERE lower(q.email) = lower(p.email)) = 1
               ORDER BY p.id LIMIT ?""",
            (number,),
        )
        return [email for (email,) in rows]


def table_of(spent: list[Spent], hand: list[float], forms: list[float]) -> Table:
    """Medians, beside what is wanted."""
    table = Table(title=f"One erasure over three systems, medians of {len(spent)}", title_justify="left")
    for column in ("", "ms", "own statements", "wanted"):
        table.add_column(column)
    for name in spent[0]:
        seconds = statistics.median(one[name][0] for one in spent)
        statements = statistics.median(one[name][1] for one in spent)
        wanted = f"≤ {WANTED['engine']:.0f} ms" if name == "run and verified" else ""
        table.add_row(name, f"{seconds * 1000:.0f}", f"{statements:.0f}", wanted)
    whole = statistics.median(sum(part[0] for part in one.values()) for one in spent)
    statements = statistics.median(sum(part[1] for part in one.values()) for one in spent)
    table.add_row(
        "the whole way",
        f"{whole * 1000:.0f}",
        f"{statements:.0f}",
        f"≤ {WANTED['statements']:.0f} statements",
    )
    run = statistics.median(one["run and verified"][0] for one in spent)
    table.add_row("runs per second, one after another", f"{1 / run:.1f}", "", f"≥ {WANTED['drained']:.0f} /s")
    table.add_row("found and deleted by hand", f"{statistics.median(hand) * 1000:.1f}", "", "")
    p95 = sorted(forms)[int(len(forms) * 0.95)] * 1000
    table.add_row(f"form received, p95 of {len(forms)}", f"{p95:.0f}", "", f"≤ {WANTED['intake']:.0f} ms")
    return table


def drained_table(emails: list[str]) -> Table:
    """What each of many requests costs, and how many are carried out in a second."""
    people = len(emails)
    table = Table(title=f"{people} requests carried out together", title_justify="left")
    for column in ("", "ms each", "own statements each", "per second", "wanted"):
        table.add_column(column)
    for name, (seconds, statements) in drained(emails).items():
        wanted = f"≥ {WANTED['drained']:.0f} /s" if name == "drained" else ""
        each = (f"{seconds / people * 1000:.1f}", f"{statements / people:.1f}", f"{people / seconds:.0f}")
        table.add_row(name, *each, wanted)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rights", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--subjects", type=int, default=12)
    parser.add_argument("--drained", type=int, default=0, help="requests approved together, and nothing else")
    parser.add_argument("--forms", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="garant-bench-") as name:
        folder = Path(name)
        install(folder, options.people)
        if options.drained:
            Console(width=110).print(drained_table(known(folder, options.drained)))
            return
        spent: list[Spent] = []
        hand: list[float] = []
        for email in known(folder, options.subjects + 1):
            hand.append(by_hand(folder, email))
            spent.append(erase(email))
        forms = intake(options.forms)
        Console(width=110).print(table_of(spent[1:], hand[1:], forms[5:]))


if __name__ == "__main__":
    main()
