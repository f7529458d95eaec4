"""A business system on SQLite whose old program wrote its texts in Windows-1252, through the commands."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli.club import MAP, POLICY
from tests.cli.company import Company

pytestmark = pytest.mark.timeout(400)

NAMES = ("Zoé", "Chloë", "Ann")


@pytest.fixture
def club(tmp_path: Path) -> Company:
    """Three members known by their names, the first two in Windows-1252; the last two left long ago."""
    folder = tmp_path / "club"
    url = f"sqlite:///{folder}/club.sqlite"
    company = Company(
        folder,
        {
            "GARANT_HOME": str(folder / "home"), "DATABASE_URL": "", "GARANT_LANGUAGE": "en",
            "GARANT_ACTOR": "secretary", "GARANT_CLUB_URL": url,
        },
    )  # fmt: skip
    for name, content in (("policy", POLICY), ("maps", MAP.replace("key: id}", "key: id, type: text}", 1))):
        (folder / name).mkdir(parents=True)
        (folder / name / "club.yaml").write_text(content)
    with closing(sqlite3.connect(folder / "club.sqlite")) as database:
        database.execute(
            "CREATE TABLE member (id TEXT PRIMARY KEY, name TEXT, email TEXT, phone TEXT, ended DATE, active BOOLEAN)"
        )
        database.execute("CREATE TABLE letter (id INTEGER PRIMARY KEY, member_id TEXT, body TEXT)")
        for number, name in enumerate(NAMES):
            data = name.encode("cp1252")
            ended = "2026-10-01" if number == 0 else "2010-01-01"
            address = f"m{number}@x.example"
            database.execute(
                "INSERT INTO member VALUES (CAST(? AS TEXT), CAST(? AS TEXT), ?, NULL, ?, 1)",
                (data, data + b" Dupr\xe9", address, ended),
            )
            database.execute(
                "INSERT INTO letter VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT))",
                (number, data, b"\xc0 " + data),
            )
        database.commit()
    assert company.garant("init", "--policy", "policy").code == 0
    return company


def in_bytes(club: Company) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(club.folder / "club.sqlite")) as database:
        database.text_factory = bytes
        return {
            name: database.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()
            for name in ("member", "letter")
        }


def test_access_erasure_and_retention_go_their_way(club: Company) -> None:
    before = in_bytes(club)
    me = ("--identity", "email=m0@x.example")
    done = club.garant("subject", "export", *me, "--out", "mine.zip")
    assert done.code == 0, done.err
    content = zipfile.ZipFile(club.folder / "mine.zip")
    assert json.loads(content.read("club/member/member.jsonl"))["name"] == "Zoé Dupré"
    planned = club.garant("plan", "policy", "--as-of", "2026-11-01", "--out", "plan.json")
    assert planned.code == 0, planned.err
    digest = json.loads((club.folder / "plan.json").read_text())["digest"]
    done = club.garant("apply", "plan.json", "--approve", digest)
    assert done.code == 0, done.err + done.out
    after = in_bytes(club)
    zoe = NAMES[0].encode("cp1252")
    assert after == {
        "member": [row for row in before["member"] if row[0] == zoe],
        "letter": [row for row in before["letter"] if row[1] == zoe],
    }
    for what in ("restrict", "erase"):
        asked = club.garant("subject", what, *me)
        assert asked.code == 0, asked.err
        done = club.garant("subject", what, *me, "--approve", asked.out.split("--approve ")[1].split()[0])
        assert done.code == 0, done.err + done.out
    assert in_bytes(club) == {"member": [], "letter": []}
    assert club.garant("ledger", "verify").code == 0
