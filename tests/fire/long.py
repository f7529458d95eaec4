"""The long form of the tests under fire: ``scripts/fire``. Prints figures; ends with 1 at the first wrong end."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tests.engine.support.databases import Database, MariadbDatabase, PostgresDatabase, SqliteFile
from tests.fire.arena import Arena, shoot, undisturbed
from tests.fire.noise import measured
from tests.servers.lending import end_run, new_run
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer

KINDS = ("sqlite", "postgresql", "mariadb")


@contextmanager
def database(kind: str, run: Path, folder: Path) -> Iterator[Database]:
    """An empty database of this kind."""
    if kind == "sqlite":
        yield SqliteFile(folder / "shop.sqlite")
        return
    if kind == "postgresql":
        with PostgresServer.borrow(run).database() as url:
            postgres = PostgresDatabase(url)
            yield postgres
            postgres.close()
        return
    with MariadbServer.borrow(run).database() as url:
        mariadb = MariadbDatabase(url)
        yield mariadb
        mariadb.close()


def kills(kind: str, run: Path, shots: int, each: int, seed: int) -> None:
    """Shoot `each` times at a run, as often as it takes to have shot `shots` times in all."""
    with tempfile.TemporaryDirectory() as name, database(kind, run, Path(name)) as one:
        arena = Arena(one, Path(name))
        peace = undisturbed(arena)
        dice, fired, hits, begin = Random(seed), 0, 0, time.monotonic()
        while fired < shots:
            hits += shoot(arena, peace, [dice.uniform(0.05, 1) for _ in range(each)])
            fired += each
            arena.fresh()
        arena.close()
    words = f"{fired} shots, {hits} hit, {fired // each} runs, {time.monotonic() - begin:.0f} s"
    print(f"kill -9, {kind}: {words}: each ended as undisturbed", flush=True)


def main() -> None:
    """Shoot, and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--shots", type=int, default=50)
    asked.add_argument("--each", type=int, default=2, help="shots at one run")
    asked.add_argument("--tables", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kinds", nargs="*", default=KINDS)
    options = asked.parse_args()
    run = new_run()
    try:
        for kind in options.kinds if options.shots else ():
            kills(kind, run, options.shots, options.each, options.seed)
        if options.tables:
            with database("postgresql", run, run) as one:
                print(measured(one, options.tables), flush=True)
    finally:
        end_run(run)


if __name__ == "__main__":
    main()
