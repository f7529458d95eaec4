"""Erased means erased, as its user reads it; killed meanwhile, the same command finishes the search."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.cli.club import Club, found_club, initialised

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def club(tmp_path: Path) -> Club:
    return initialised(found_club(tmp_path, f"sqlite:///{tmp_path / 'club.sqlite'}"))


def plan(club: Club) -> str:
    assert club.garant("plan", "policy", "--out", "plan.json", "--as-of", "2026-11-01").code == 0
    return str(json.loads(club.plan_file.read_text())["digest"])


def home(club: Club) -> bytes:
    """All that Garant wrote."""
    return b"".join(file.read_bytes() for file in (club.folder / "home").rglob("*") if file.is_file())


def received(club: Club) -> bool:
    """Whether the batch has its receipt: what follows is the search."""
    file = club.folder / "home" / "garant.sqlite3"
    with closing(sqlite3.connect(file, timeout=20)) as database:
        return bool(database.execute("SELECT 1 FROM promises_batch WHERE state = 'applied'").fetchone())


def entries(club: Club) -> list[dict[str, object]]:
    with closing(sqlite3.connect(club.folder / "home" / "garant.sqlite3")) as database:
        rows = database.execute("SELECT residue FROM promises_run").fetchall()
    return [json.loads(row[0]) for row in rows]


def test_erased_is_said_when_it_is_so(club: Club) -> None:
    done = club.garant("apply", "plan.json", "--approve", plan(club))
    assert done.code == 0
    assert "club: erased, nowhere in the bytes (" in done.out
    assert b"m17@club.example" not in (club.folder / "club.sqlite").read_bytes()
    assert b"m17@club.example" not in home(club)
    assert list((club.folder / "home" / "runs").iterdir()) == []
    ((report,),) = [tuple(found.values()) for found in entries(club)]
    assert report["gone"]
    again = club.garant("apply", "plan.json", "--approve", plan_digest(club))
    assert "club: erased, nowhere in the bytes (" in again.out


def plan_digest(club: Club) -> str:
    return str(json.loads(club.plan_file.read_text())["digest"])


def test_what_remains_is_said_with_what_ends_it_and_a_full_clean_ends_it(club: Club) -> None:
    """Old copies in pages that another program freed; and backups, for thirty days."""
    copies = "copies: [{key: tapes, label: {fr: Bandes, en: Tapes}, kind: backup, kept: P30D}]\n"
    (club.maps / "club.yaml").write_text((club.maps / "club.yaml").read_text() + copies)
    club.tell("CREATE TABLE old AS SELECT * FROM member", "PRAGMA secure_delete = OFF", "DROP TABLE old")
    first = club.garant("apply", "plan.json", "--approve", plan(club))
    assert "club: erased from the database; copies remain (" in first.out
    assert "the database file · " in first.out
    assert "--clean full rewrites them" in first.out
    assert "the backup “Tapes” · out of reach · until 20" in first.out
    french = club.garant("--language", "fr", "apply", "plan.json", "--approve", plan_digest(club))
    assert "effacé de la base\u202f; des copies restent (" in french.out
    assert "la sauvegarde «\u202fBandes\u202f» · hors d’atteinte · jusqu’au " in french.out


def test_everything_rewritten(club: Club) -> None:
    club.tell("CREATE TABLE old AS SELECT * FROM member", "PRAGMA secure_delete = OFF", "DROP TABLE old")
    done = club.garant("apply", "plan.json", "--approve", plan(club), "--clean", "full")
    assert "nowhere in the bytes" in done.out
    assert "file rewritten (VACUUM)" in done.out
    assert "Locked while they are rewritten: letter, member" in done.out + done.err


def test_killed_while_it_searches_the_same_command_finishes(
    club: Club, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader makes the cleaning wait; meanwhile the process dies, and nothing lies there in clear."""
    with closing(sqlite3.connect(club.folder / "club.sqlite")) as reader:
        reader.execute("PRAGMA journal_mode = WAL")
        reader.execute("UPDATE letter SET body = body || '!'")
        reader.commit()
        digest = plan(club)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM member").fetchall()
        searching = partial(received, club)
        killed = club.start_until(searching, "apply", "plan.json", "--approve", digest)
        assert killed.poll() is None
        killed.kill()
        killed.communicate()
        assert len(list((club.folder / "home" / "runs").iterdir())) == 1
        assert b"m17@club.example" not in home(club)
        reader.rollback()
    done = club.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0
    assert "club: erased, nowhere in the bytes (" in done.out
    ((report,),) = [tuple(found.values()) for found in entries(club)]
    assert report["sought"] > 100
    assert list((club.folder / "home" / "runs").iterdir()) == []


def test_somebody_asks_whether_a_person_is_really_gone(club: Club) -> None:
    who = ("residue", "search", "--identity", "email=m17@club.example", "--policy", "policy")
    before = club.garant(*who)
    assert before.code == 1
    assert "club: still in rows of the database (" in before.out
    club.garant("apply", "plan.json", "--approve", plan(club))
    after = club.garant(*who)
    assert (after.code, "club: nowhere, down to the bytes (" in after.out) == (0, True)
    club.tell("CREATE TABLE old (line TEXT)", "INSERT INTO old VALUES ('m17@club.example said so')")
    unmapped = club.garant("--language", "fr", *who)
    assert unmapped.code == 1
    assert "plus dans les lignes connues, mais ailleurs" in unmapped.out
    assert "1 valeur dans old.line, une colonne que la carte ne nomme pas" in unmapped.out
    club.tell("PRAGMA secure_delete = OFF", "DELETE FROM old")
    dead = club.garant(*who)
    assert "no longer in the rows known, but elsewhere" in dead.out
    assert "the database file · 1 value of 1 · pages freed without being overwritten" in dead.out
    assert home(club).count(b"residue.searched") >= 5
    assert club.garant("ledger", "verify").code == 0
    by_phone = "  phone: [{root: member, query: SELECT id AS key FROM member WHERE phone = :identity}]\n"
    mapped = (club.maps / "club.yaml").read_text()
    (club.maps / "club.yaml").write_text(mapped.replace("identities:\n", f"identities:\n{by_phone}"))
    beside = club.garant(
        *("residue", "search", "--policy", "policy", "--identity", "email=nobody@club.example"),
        *("--identity", "phone=12"),
    )
    assert (beside.code, "Not searched for" in beside.err, "phone" in beside.err) == (1, True, True)
    plain = club.garant("residue", "search", "--identity", "email=a@b.c", "--policy", "policy")
    assert (plain.code, "too short or too plain" in plain.err) == (2, True)
