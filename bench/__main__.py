"""`make bench`: a retention sweep and one person's erasure, beside hand-written SQL."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from rich.console import Console

from bench.contenders import ONE_PERSON, SWEEP
from bench.harness import Case, Line, measure, show
from bench.shop import Shop, build_postgres, build_sqlite, state
from tests.servers.lending import end_run, new_run
from tests.servers.postgres import PostgresServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--people", type=int, default=50_000, help="15 rows each, and half an invoice")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    run = new_run()
    try:
        with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder:
            shops = [
                build_sqlite(Path(folder) / "shop.sqlite3", options.people),
                build_postgres(PostgresServer.borrow(run, os.getpid()), options.people),
            ]
            report(shops, options.people, options.rounds)
    finally:
        end_run(run)


def report(shops: list[Shop], people: int, rounds: int) -> None:
    lines: list[Line] = []
    for shop in shops:
        for title, contenders in (("sweep", SWEEP), ("one person", ONE_PERSON)):
            case = Case(f"{shop.name}: {title}", contenders, shop.fresh, state)
            Console(stderr=True).print(f"… {case.title}, {people:,} people, {rounds} rounds")
            lines += measure(case, rounds)
    show(lines, rounds)


if __name__ == "__main__":
    main()
