"""`make bench`: Garant beside hand-written SQL, on every database."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from bench.cases import cases, statements
from bench.clock import count_what_is_spent
from bench.harness import Line, measure, show
from bench.systems import System, mariadb_system, postgres_system, sqlite_system
from bench.world import SIZES, Size
from tests.servers.lending import end_run, new_run
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer

DATABASES = ("sqlite", "postgresql", "mariadb")

FEW = replace(SIZES["xs"], people=1_900)
"""Statements are counted with few rows too."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--size", choices=list(SIZES), default="s", help="l: a million people, ten million rows"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=DATABASES, action="append", help="all unless said")
    parser.add_argument("--only", default="", help="cases whose title has this text")
    parser.add_argument(
        "--spent", action="store_true", help="count what processors spend, the servers' too, not what passes"
    )
    options = parser.parse_args()
    size, names = SIZES[options.size], options.database or DATABASES
    servers = new_run()
    try:
        with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder:
            systems = [system_of(name, Path(folder), servers, size) for name in names]
            if options.spent:
                count_what_is_spent(*(system.server.folder for system in systems if system.server))
            lines = [line for system in systems for line in run(system, size, options.rounds, options.only)]
            show(lines, options.rounds)
            few = [system_of(name, Path(folder), servers, FEW) for name in names]
            compare([line for system in few for line in run(system, FEW, 1, options.only)], lines)
    finally:
        end_run(servers)


def system_of(name: str, folder: Path, servers: Path, size: Size) -> System:
    """The world in this database."""
    say(f"{name}: {size.people:,} people, {size.rows:,} rows")
    if name == "sqlite":
        return sqlite_system(folder, size)
    if name == "mariadb":
        return mariadb_system(MariadbServer.borrow(servers), size)
    return postgres_system(PostgresServer.borrow(servers), size)


def run(system: System, size: Size, rounds: int, only: str) -> Iterator[Line]:
    for case in cases(system, size):
        if only in case.title:
            say(f"{case.title}, {rounds} rounds")
            yield from measure(case, rounds)


def compare(few: list[Line], many: list[Line]) -> None:
    """Statements depend on tables and batches, never on rows."""
    if statements(few) != statements(many):
        raise SystemExit(f"statements depend on the rows: {statements(few)} and {statements(many)}")
    say("Statements of each part, and of a batch, are the same with few rows as with many.")


def say(text: str) -> None:
    Console(stderr=True).print(f"… {text}")


if __name__ == "__main__":
    main()
