"""A dump taken before an erasure is restored by the database's own programs: replay erases the same people again."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from tests.cli.club import DUE, MEMBERS, Club, found_club, initialised
from tests.servers.mariadb import MariadbServer
from tests.servers.postgres import PostgresServer
from tests.support.again import again

pytestmark = pytest.mark.timeout(300)

DIES = """
import os, signal
from garant.site import setup
setup.wake()
from garant.apps.promises import services
record, calls = services.record_receipt, []
def die_before_the_second(*arguments):
    calls.append(arguments)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return record(*arguments)
services.record_receipt = die_before_the_second
from garant.cli import main
main()
"""
"""The command, killed between the commit of the system and the receipt that tells of it."""


class Backup(ABC):
    """A dump of one database by its own programs."""

    @abstractmethod
    def take(self, file: Path) -> None: ...

    @abstractmethod
    def restore(self, file: Path) -> None: ...


class Postgres(Backup):
    def __init__(self, server: PostgresServer, url: str) -> None:
        self.programs, self.url = server.programs, url.replace("+psycopg", "")

    def take(self, file: Path) -> None:
        run([self.programs / "pg_dump", "--format=custom", f"--file={file}", self.url])

    def restore(self, file: Path) -> None:
        clean = ("--clean", "--if-exists", "--single-transaction", "--exit-on-error")
        run([self.programs / "pg_restore", *clean, f"--dbname={self.url}", file])


class Mariadb(Backup):
    def __init__(self, server: MariadbServer, url: str) -> None:
        self.server, self.database = server, str(make_url(url).database)

    def take(self, file: Path) -> None:
        with file.open("wb") as to:
            self._run("mariadb-dump", "--single-transaction", to=to)

    def restore(self, file: Path) -> None:
        with file.open("rb") as content:
            self._run("mariadb", content=content)

    def _run(self, program: str, *options: str, **streams: Any) -> None:
        reached = ("--protocol=tcp", "--host=127.0.0.1", f"--port={self.server.port}", "--user=tester")
        command = [self.server.programs / program, "--no-defaults", *reached, *options, self.database]
        run(command, {"MYSQL_PWD": self.server.password}, **streams)


def run(
    command: Sequence[str | Path],
    environment: dict[str, str] | None = None,
    to: Any = None,
    content: Any = None,
) -> None:
    """One program, to its end."""
    subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **(environment or {})},
        stdin=content,
        stdout=to,
        check=True,
    )


@pytest.fixture(params=["postgresql", again("mariadb")])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Club, Backup]]:
    """A club whose letters are also files beside the database, and how it is dumped."""
    server: PostgresServer | MariadbServer = request.getfixturevalue(
        "mariadb_server" if request.param == "mariadb" else "postgres_server"
    )
    with server.database() as url:
        club = found_club(tmp_path, url)
        put_files(club)
        initialised(club)
        yield club, Mariadb(server, url) if isinstance(server, MariadbServer) else Postgres(server, url)


def put_files(club: Club) -> None:
    """A scan beside each member's second letter."""
    scans = club.folder / "scans"
    scans.mkdir()
    for member in range(MEMBERS):
        (scans / f"scan-{member}").write_text(f"Dear member {member}")
    club.tell(
        "ALTER TABLE letter ADD COLUMN scan VARCHAR(40)",
        f"UPDATE letter SET scan = concat('scan-', member_id) WHERE id < {2 * MEMBERS} AND id % 2 = 1",
    )
    file = club.maps / "club.yaml"
    said = "    columns: {body: {category: correspondence, erase: blank}}\n"
    scan = "scan: {category: correspondence, erase: blank}"
    beside = "files:\n  - {table: letter, column: scan, store: {env: GARANT_CLUB_SCANS}}\n"
    text = file.read_text()
    assert said in text
    file.write_text(text.replace(said, said.replace("}}", "}, " + scan + "}")) + beside)
    club.environment["GARANT_CLUB_SCANS"] = str(scans)


def left(club: Club) -> tuple[list[Any], list[Any], list[str]]:
    """Everything that is there, files too."""
    scans = sorted(file.name for file in (club.folder / "scans").iterdir())
    return club.ask("SELECT * FROM member ORDER BY id"), club.ask("SELECT * FROM letter ORDER BY id"), scans


def suppressed(club: Club) -> int:
    with closing(sqlite3.connect(club.folder / "home" / "garant.sqlite3")) as database:
        return database.execute("SELECT count(DISTINCT mark) FROM replays_suppressed").fetchone()[0]


def receipts(club: Club) -> list[dict[str, Any]]:
    """The payloads of all the ledger's receipts."""
    with closing(sqlite3.connect(club.folder / "home" / "garant.sqlite3")) as database:
        rows = database.execute('SELECT data FROM evidence_ledgerentry ORDER BY "index"').fetchall()
    entries = [json.loads(data) for (data,) in rows]
    return [entry["payload"] for entry in entries if entry["kind"] == "batch.recorded"]


def sums(some: Sequence[dict[str, Any]]) -> tuple[int, ...]:
    """Roots, marks, files, letters and members of some receipts."""
    tables = {
        name: sum(t["deleted"] for r in some for t in r["tables"] if t["table"] == name)
        for name in ("letter", "member")
    }
    return (
        *(sum(r[what] for r in some) for what in ("roots", "marked", "files")),
        tables["letter"],
        tables["member"],
    )


def killed(club: Club, *arguments: str) -> None:
    """Run a command that dies before its second receipt."""
    process = club.start(*arguments, code=DIES)
    _, err = process.communicate(timeout=200)
    assert process.returncode == -signal.SIGKILL, err


def test_a_dump_from_before_an_erasure_is_erased_again(kept: tuple[Club, Backup]) -> None:
    club, backup = kept
    backup.take(club.folder / "dump")
    shutil.copytree(club.folder / "scans", club.folder / "scans-kept")
    before = left(club)

    command = ("apply", "plan.json", "--approve", club.plan(), "--batch-size", "80")
    killed(club, *command)
    assert club.left() == MEMBERS - 160, "the second batch is committed"
    assert (len(receipts(club)), suppressed(club)) == (1, 80), "and nobody knows it yet"
    done = club.garant(*command)
    assert done.code == 0, done.out + done.err
    erased, whole = left(club), (DUE, DUE, DUE, 2 * DUE, DUE)
    assert (sums(receipts(club)), suppressed(club)) == (whole, DUE)
    assert [receipt["recovered"] for receipt in receipts(club)] == [False, True, False]

    backup.restore(club.folder / "dump")
    shutil.copytree(club.folder / "scans-kept", club.folder / "scans", dirs_exist_ok=True)
    assert left(club) == before, "everybody is back"
    found = club.garant("replay", "policy", "--out", "replay.json")
    assert (found.code, re.findall(r"(\d+) roots to erase again", found.out)) == (1, [str(DUE)]), found.err
    digest = json.loads((club.folder / "replay.json").read_text())["digest"]
    again = club.garant("replay", "policy", "--approve", digest)
    assert again.code == 0, again.out + again.err
    assert left(club) == erased
    assert sums(receipts(club)[3:]) == whole, "receipts say the same again"
    assert club.garant("replay", "policy", "--check").code == 0
    assert club.garant("ledger", "verify").code == 0
