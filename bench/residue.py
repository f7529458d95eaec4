"""Residue: how many of the erased values are still in the bytes, after each way of cleaning.

``python -m bench.residue``. Two hundred people are erased of two thousand, by hand with each store's usual
clean-up, then by Garant. The bench reads every file of the store by itself and counts; Garant's own
conclusion stands beside its count, and must never say *gone* where one is left.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from garant.engine.running.residue import Aftermath
from garant.systems.residue import Cleaning
from tests.engine.support.databases import Database, MariadbDatabase, PostgresDatabase, SqliteFile
from tests.engine.support.running import Remembering, carry_out
from tests.engine.support.shop import AS_OF, OLD, RECENT, Shop
from tests.servers.lending import end_run, new_run
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer

PEOPLE, ERASED = 2_000, 200
TABLES = ("note", "interaction", "contact")
USUAL = {"sqlite": "VACUUM", "postgresql": "VACUUM", "mariadb": "OPTIMIZE TABLE"}
DATA = {
    "sqlite": lambda _: None,
    "postgresql": lambda database: Path(str(database.scalar("SHOW data_directory"))),
    "mariadb": lambda database: Path(str(database.scalar("SELECT @@datadir"))),
}


@dataclass(frozen=True)
class Line:
    """One way of erasing in one store: values left by our own count, and what Garant said."""

    store: str
    way: str
    left: int
    said: str


Erase = Callable[[Shop], str]


def by_hand(shop: Shop) -> str:
    """What a careful engineer types."""
    gone = f"id > {PEOPLE - ERASED}"
    plain = ["PRAGMA secure_delete = OFF"] if shop.database.name == "sqlite" else []  # SQLite's own default
    shop.database.run(
        *plain,
        f"DELETE FROM note WHERE res_id > {PEOPLE - ERASED}",
        f"DELETE FROM interaction WHERE contact_id > {PEOPLE - ERASED}",
        f"DELETE FROM contact WHERE {gone}",
    )
    return "–"


def usual(shop: Shop) -> str:
    """The same, then the clean-up that the store's manual names."""
    by_hand(shop)
    name = shop.database.name
    shop.database.run(*(["VACUUM"] if name == "sqlite" else [f"{USUAL[name]} {table}" for table in TABLES]))
    if name == "postgresql":
        shop.database.run("CHECKPOINT")
    return "–"


def garant(level: Cleaning) -> Erase:
    """A run of Garant, and its conclusion."""

    def erase(shop: Shop) -> str:
        systems, plan = shop.system(), shop.plan()
        journal = Remembering()
        carry_out(plan, shop.policy, systems, journal=journal, sample=5 * ERASED)
        report = Aftermath(plan, systems, AS_OF, level).look("crm", journal.canaries)
        places = sorted({place.place for place in report.places if place.state != "clean"})
        return "gone" if report.gone else f"told: {', '.join(places)}"

    return erase


WAYS: dict[str, Erase] = {
    "deleted by hand": by_hand,
    "and the usual clean-up": usual,
    "Garant, light": garant(Cleaning.LIGHT),
    "Garant, full": garant(Cleaning.FULL),
}


def lines(run: Path, folder: Path) -> Iterator[Line]:
    """Every way in every store, each on a database of its own."""
    for name in ("sqlite", "postgresql", "mariadb"):
        for way, erase in WAYS.items():
            with database_of(name, run, folder / f"{name}-{len(way)}") as database:
                yield measured(database, way, erase, folder / f"{name}-{len(way)}")


@contextmanager
def database_of(name: str, run: Path, folder: Path) -> Iterator[Database]:
    """An empty database of this kind."""
    folder.mkdir()
    if name == "sqlite":
        database = SqliteFile(folder / "shop.sqlite")
        with closing(database.connect()) as application:  # as one that is open keeps the log there
            application.execute("PRAGMA journal_mode = WAL")
            application.execute("CREATE TABLE visits (at text)")
            yield database
        return
    if name == "postgresql":
        with PostgresServer.borrow(run).database() as url:
            yield PostgresDatabase(url)
        return
    with MariadbServer.borrow(run).database() as url:
        yield MariadbDatabase(url)


def measured(database: Database, way: str, erase: Erase, folder: Path) -> Line:
    """Fill, put on the disk, erase, and count by reading every file."""
    shop = Shop(database).create()
    shop.people(*range(1, PEOPLE - ERASED + 1), at=RECENT)
    for number in range(PEOPLE - ERASED + 1, PEOPLE + 1):
        shop.people(number, at=OLD, email=canary(number))
    settle(database)
    where = DATA[database.name](database) or folder
    if not (before := count(where)):
        raise SystemExit(f"{database.name}: no value was on the disk to begin with")
    said = erase(shop)
    settle(database)
    left = count(where)
    if said == "gone" and left:
        raise SystemExit(f"{database.name}, {way}: said to be gone, and {left} of {before} values are there")
    shop.close()
    if not isinstance(database, SqliteFile):
        database.close()
    return Line(database.name, way, left, said)


def settle(database: Database) -> None:
    """What is in memory goes to the disk, so that the count is of the truth."""
    if database.name == "postgresql":
        database.run("CHECKPOINT")
    if database.name == "mariadb":
        database.run("SET GLOBAL innodb_flush_log_at_trx_commit = 1", "FLUSH LOGS")


def canary(number: int) -> str:
    """An address that is nowhere else."""
    return f"canary-{number:05d}-zq@unlikely.example"


def count(folder: Path) -> int:
    """How many of the erased values some file holds: plain reading, nothing of Garant's."""
    wanted = {canary(number).encode() for number in range(PEOPLE - ERASED + 1, PEOPLE + 1)}
    found: set[bytes] = set()
    for file in sorted(folder.rglob("*")):
        if file.is_file() and b"zq@unlikely" in (data := file.read_bytes()):
            found |= {value for value in wanted - found if value in data}
    return len(found)


def show(found: list[Line]) -> None:
    table = Table("store", "way", f"values left, of {ERASED}", "what Garant says")
    for line in found:
        table.add_row(line.store, line.way, str(line.left), line.said)
    Console().print(table)


def main() -> None:
    run = new_run()
    try:
        with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder:
            show(list(lines(run, Path(folder))))
    finally:
        end_run(run)


if __name__ == "__main__":
    main()
