"""After an old backup is restored: replay says that people are back, erases them again, then answers 0."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.cli.company import AS_OF, Company

pytestmark = pytest.mark.timeout(400)

NEVER = "2999-01-01"


def erase_everything_due(company: Company) -> str:
    digest = company.plan("--system", "crm")
    done = company.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err
    return digest


def due(company: Company, out: str) -> int:
    return int(re.findall(r"([\d,]+) roots? to erase again", out)[0].replace(",", ""))


@pytest.mark.slow
def test_a_restored_backup_is_erased_again_before_anyone_reads_it(ready_company: Company) -> None:
    backup = ready_company.folder / "backup.sqlite"
    shutil.copy(ready_company.system("crm"), backup)
    erase_everything_due(ready_company)
    erased = ready_company.contents()
    clean = ready_company.garant("replay", "policy", "--system", "crm", "--check")
    assert clean.code == 0, clean.out + clean.err

    shutil.copy(backup, ready_company.system("crm"))
    found = ready_company.garant("replay", "policy", "--system", "crm", "--check")
    assert found.code == 1, found.err
    assert due(ready_company, found.out) > 10
    assert "replay after a restored backup" in found.out
    assert "after the replay, sweep" in found.err
    replayed(ready_company)
    erase_everything_due(ready_company)  # those who had been archived are archived again
    assert ready_company.contents() == erased
    assert ready_company.garant("replay", "policy", "--system", "crm", "--check").code == 0
    assert ready_company.garant("ledger", "verify").code == 0
    kinds = [entry["kind"] for entry in entries(ready_company)]
    assert kinds.count("replay.looked") == 5
    marked = [e["payload"]["marked"] for e in entries(ready_company) if e["kind"] == "batch.recorded"]
    assert sum(marked) > 20
    late = ready_company.garant("replay", "policy", "--forget-before", NEVER)
    assert (late.code, "has not come yet" in " ".join(late.err.split())) == (2, True)
    with closing(sqlite3.connect(ready_company.folder / "home" / "garant.sqlite3")) as state:
        state.execute("UPDATE replays_suppressed SET at = '2020-01-01 00:00:00'")
        state.commit()
    forgotten = ready_company.garant("replay", "policy", "--forget-before", "2020-02-01")
    assert "erasures forgotten" in forgotten.out
    assert ready_company.garant("replay", "policy", "--check").code == 0


def replayed(company: Company) -> str:
    """Plan the replay, approve it, and carry it out."""
    planned = company.garant("replay", "policy", "--system", "crm", "--out", "replay.json")
    assert planned.code == 1
    digest = str(json.loads((company.folder / "replay.json").read_text())["digest"])
    done = company.garant("replay", "policy", "--system", "crm", "--approve", digest)
    assert (done.code, "Already carried out" in done.out) == (0, False), done.out + done.err
    return digest


def swept(company: Company) -> str:
    """Plan by a command of its own, which knows what was carried out, and apply."""
    where = ("policy", "--system", "crm", "--as-of", AS_OF, "--out", "plan.json")
    assert company.garant("plan", *where).code == 0
    digest = str(json.loads(company.plan_file.read_text())["digest"])
    done = company.garant("apply", "plan.json", "--approve", digest)
    assert (done.code, "Already carried out" in done.out) == (0, False), done.out + done.err
    return digest


def test_restored_twice_in_a_day_they_are_erased_twice(ready_company: Company) -> None:
    """What is planned anew says the same as what was carried out an hour ago, and is to be done all the same."""
    backup = ready_company.folder / "backup.sqlite"
    shutil.copy(ready_company.system("crm"), backup)
    first = swept(ready_company)
    erased = ready_company.contents()
    digests: list[str] = []
    for _ in range(2):
        shutil.copy(backup, ready_company.system("crm"))
        for old in digests:
            late = ready_company.garant("replay", "policy", "--system", "crm", "--approve", old)
            assert late.code not in (0, 1), "nobody has approved that they go a second time"
        digests.append(replayed(ready_company))
        swept(ready_company)
        assert ready_company.contents() == erased
    shutil.copy(backup, ready_company.system("crm"))
    assert swept(ready_company) != first, "a sweep is planned anew too"
    assert ready_company.contents() == erased
    assert ready_company.garant("ledger", "verify").code == 0


def test_a_key_that_somebody_else_has_now_is_said_until_someone_says_it_is_known(
    ready_company: Company,
) -> None:
    backup = ready_company.folder / "backup.sqlite"
    shutil.copy(ready_company.system("crm"), backup)
    erase_everything_due(ready_company)
    gone = lost(ready_company, backup)
    ready_company.change("crm", insert(ready_company, gone))
    before = ready_company.contents()
    found = ready_company.garant("replay", "policy", "--system", "crm", "--check")
    assert (found.code, f"crm · person {gone}" in found.err) == (1, True), found.err
    known = ready_company.garant("replay", "policy", "--system", "crm", "--check", "--others-are-known")
    assert known.code == 0
    assert ready_company.contents() == before
    with closing(sqlite3.connect(ready_company.folder / "home" / "garant.sqlite3")) as state:
        state.execute(
            "UPDATE replays_suppressed SET system = 'former' WHERE mark = (SELECT min(mark) FROM replays_suppressed)"
        )
        state.commit()
    moved = ready_company.garant("replay", "policy", "--check", "--others-are-known")
    assert (moved.code, "looked for nowhere" in " ".join(moved.err.split())) == (1, True), moved.err
    assert entries(ready_company)[-1]["payload"]["unlooked"] == 1
    named = ready_company.garant("replay", "policy", "--check", "--others-are-known", "--system", "crm")
    assert named.code == 0, named.err


def columns(company: Company) -> list[str]:
    return [row[1] for row in company.rows("crm", "PRAGMA table_info(person)")]


def insert(company: Company, key: int) -> str:
    """Somebody else's row under this key: a copy of one that is left, with other details."""
    names = [name for name in columns(company) if name not in ("id", "last_name", "email")]
    listed = ", ".join(names)
    return (
        f"INSERT INTO person (id, last_name, email, {listed}) "
        f"SELECT {key}, 'New', 'new@x.example', {listed} FROM person LIMIT 1"
    )


def lost(company: Company, backup: object) -> int:
    """The key of a person who was in the backup and is gone."""
    with closing(sqlite3.connect(str(backup))) as database:
        then = {row[0] for row in database.execute("SELECT id FROM person")}
    return min(then - {row[0] for row in company.rows("crm", "SELECT id FROM person")})


def entries(company: Company) -> list[dict[str, object]]:
    with closing(sqlite3.connect(company.folder / "home" / "garant.sqlite3")) as database:
        rows = database.execute('SELECT data FROM evidence_ledgerentry ORDER BY "index"')
        return [json.loads(data) for (data,) in rows]
