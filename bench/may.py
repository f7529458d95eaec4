"""How fast “may I?” is: `python -m bench.may`. A million people on whom something is known, SQLite.

In process: one question after another. Over HTTP: questions sent at an even pace, on kept connections, to a granian of
two processes; what asks shares the machine's cores with what answers. A bare view beside it tells what the machine allows.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.notice import Server, answer, publish, served

ORGANISATION, PURPOSE = "seipra-score", "recruitment/hiring"
WANTED = {"in process": 2.0, "http": 10.0, "rate": 1_000.0}
"""Milliseconds at p99, milliseconds at p99, questions per second."""
CONNECTIONS = 8


def fill(people: int) -> str:
    """Everybody's last word on one purpose, every hundredth at their term; a token that may ask."""
    from garant.apps.accounts import services as accounts
    from garant.apps.permissions.models import Fact, Look, Past
    from garant.apps.permissions.people import marks
    from garant.apps.policies import services as policies
    from garant.apps.scoping import scoped
    from garant.apps.tokens import services as tokens

    now = datetime.now(UTC)
    version = policies.published(ORGANISATION)
    assert version is not None
    with scoped(ORGANISATION):
        for start in range(0, people, 50_000):
            found = marks(
                ORGANISATION, (("email", address(n)) for n in range(start, min(start + 50_000, people)))
            )
            Fact.objects.bulk_create(
                [
                    Fact(
                        organisation=ORGANISATION,
                        mark=mark,
                        kind="consent",
                        purpose=PURPOSE,
                        said=n % 3 > 0,
                        at=now,
                    )
                    for n, mark in enumerate(found)
                ],
                batch_size=5_000,
            )
            Past.objects.bulk_create(
                [
                    Past(organisation=ORGANISATION, mark=mark, system="crm", rule="prospects")
                    for mark in found[::100]
                ],
                batch_size=5_000,
            )
        for rule in version.policy.retention:
            Look.objects.create(organisation=ORGANISATION, system="crm", rule=rule, at=now)
    officer = accounts.ensure_user("dpo@demo.example")
    accounts.give(ORGANISATION, officer, accounts.Habilitation("dpo"), actor="garant")
    return tokens.issue(ORGANISATION, officer, "bench", ["ask"], actor="garant")[1]


def address(number: int) -> str:
    """The address of one of the people."""
    return f"person.{number}@demo.example"


def in_process(people: int, questions: int) -> list[float]:
    """Seconds of each question, one after another."""
    from garant.may import may

    taken: list[float] = []
    for number in random.sample(range(people), questions):
        start = time.perf_counter()
        may(ORGANISATION, {"email": address(number)}, PURPOSE)
        taken.append(time.perf_counter() - start)
    return taken


def paced(
    server: Server, requests: Iterator[bytes], rate: float, seconds: float
) -> tuple[list[float], float]:
    """Seconds of each answer to questions sent at a pace, waiting included, and how many came per second."""
    taken: list[float] = []
    each = rate / CONNECTIONS
    lock = threading.Lock()

    def ask(first: float) -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            due = first
            while due < end:
                time.sleep(max(0.0, due - time.perf_counter()))
                with lock:
                    request = next(requests)
                connection.sendall(request)
                answer(connection)
                taken.append(time.perf_counter() - due)  # late is late: since it was due
                due += 1 / each

    start = time.perf_counter() + 0.1
    end = start + seconds
    threads = [threading.Thread(target=ask, args=(start + n / rate,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken, len(taken) / (time.perf_counter() - start)


def questions(port: int, token: str, people: int) -> Iterator[bytes]:
    """Requests about one person after another."""
    head = (
        f"POST /api/v1/organisations/{ORGANISATION}/may HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: "
    )
    while True:
        body = json.dumps({"subject": {"email": address(random.randrange(people))}, "purpose": PURPOSE})
        yield f"{head}{len(body)}\r\n\r\n{body}".encode()


def bare_requests(port: int) -> Iterator[bytes]:
    """Requests of a view that says nothing."""
    while True:
        yield f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def percentile(taken: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(taken)[int(len(taken) * share)] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.may", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    table = Table(title=f"May I? {options.people:,} people", title_justify="left")
    for column in ("", "measured", "wanted"):
        table.add_column(column)
    with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder, ExitStack() as stack:
        publish(Path(folder))
        token = fill(options.people)
        in_process(options.people, 100)
        alone = [in_process(options.people, 5_000) for _ in range(options.rounds)]
        p99 = statistics.median(percentile(one, 0.99) for one in alone)
        p50 = statistics.median(percentile(one, 0.5) for one in alone)
        table.add_row("in process, p99 (ms)", f"{p99:.2f}", f"≤ {WANTED['in process']:.0f}")
        table.add_row("in process, median (ms)", f"{p50:.2f}", "")
        same = {"GARANT_HOME": folder}
        ours = stack.enter_context(served("ours", "garant.site.wsgi:application", "/health", same, workers=2))
        bare = stack.enter_context(served("bare", "bench.bare:application", "/", {}, workers=2))
        rounds = [
            (
                paced(ours, questions(ours.port, token, options.people), WANTED["rate"], options.seconds),
                paced(bare, bare_requests(bare.port), WANTED["rate"], options.seconds),
            )
            for _ in range(options.rounds)
        ]
        for name, place in (("http", 0), ("bare view", 1)):
            p99 = statistics.median(percentile(one[place][0], 0.99) for one in rounds)
            rate = statistics.median(one[place][1] for one in rounds)
            wanted = f"≤ {WANTED[name]:.0f}" if name in WANTED else ""
            table.add_row(f"{name}, p99 (ms)", f"{p99:.1f}", wanted)
            table.add_row(f"{name}, per second", f"{rate:,.0f}", f"{WANTED['rate']:,.0f} asked")
        processor = ours.processor()
        table.add_row(
            "processor time of one answer (ms)",
            f"{processor / sum(len(o[0][0]) for o in rounds) * 1000:.2f}",
            "",
        )
        Console(width=100).print(table)


if __name__ == "__main__":
    os.environ.setdefault("DATABASE_URL", "")
    main()
