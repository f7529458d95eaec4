"""`garant subject`: what is found or handed over is recorded, without naming anyone."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import Any

import pytest

from tests.cli.company import Company

pytestmark = pytest.mark.timeout(400)

NOBODY = ("--identity", "email=nobody@nowhere.example")


def person(company: Company) -> str:
    """The address of a person that the firm invoiced."""
    return company.rows(
        "crm",
        "SELECT email FROM person JOIN invoice ON invoice.person_id = person.id"
        " WHERE email IS NOT NULL ORDER BY email LIMIT 1",
    )[0][0]


def entries(company: Company, kind: str) -> list[dict[str, Any]]:
    """The payloads of one kind of entry, looked at from outside."""
    with closing(sqlite3.connect(company.folder / "home" / "garant.sqlite3")) as database:
        rows = database.execute(
            'SELECT data FROM evidence_ledgerentry WHERE kind = ? ORDER BY "index"', [kind]
        )
        return [json.loads(data)["payload"] for (data,) in rows]


def test_without_an_installation_a_search_says_that_nothing_is_recorded(company: Company) -> None:
    found = company.garant("subject", "find", "--identity", f"email={person(company)}")
    assert (found.code, "crm · person" in found.out) == (0, True)
    assert "this search is not recorded" in found.err
    assert not (company.folder / "home").exists()


def test_without_an_installation_nothing_is_exported(company: Company) -> None:
    refused = company.garant("subject", "export", "--identity", f"email={person(company)}", "--out", "x.zip")
    assert (refused.code, "garant init" in refused.err) == (2, True)
    assert not (company.folder / "x.zip").exists()


def test_without_an_installation_nobody_looked_whether_a_request_restricts(company: Company) -> None:
    """Said where a restriction is lifted; what Garant alone can answer is refused."""
    identity = ("--identity", f"email={person(company)}")
    assert "nobody looked whether a request" in company.garant("subject", "restrict", "--lift", *identity).err
    assert "nobody looked" not in company.garant("subject", "restrict", *identity).err
    ask = company.garant("may", "ask", *identity, "--purpose", "customer-relationship/support")
    assert (ask.code, "Garant is not set up here" in ask.err) == (2, True)
    assert not (company.folder / "home").exists()


def test_a_search_and_an_export_are_recorded_without_naming_anyone(ready_company: Company) -> None:
    address = person(ready_company)
    identity = ("--identity", f"email={address}")
    found = ready_company.garant("subject", "find", *identity)
    assert (found.code, found.err) == (0, "")
    exported = ready_company.garant("subject", "export", *identity, "--out", "them.zip")
    assert exported.code == 0, exported.err
    (search,) = entries(ready_company, "subject.found")
    (handed,) = entries(ready_company, "subject.exported")
    assert search["people"]
    assert search["people"] != handed["people"]
    archive = ready_company.folder / "them.zip"
    assert archive.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(archive) as opened:
        assert handed["manifest"] == hashlib.sha256(opened.read("manifest.json")).hexdigest()
        (people,) = [name for name in opened.namelist() if name.endswith("person.jsonl")]
        rows = [json.loads(line) for line in opened.read(people).splitlines()]
        assert [row["email"] for row in rows] == [address]
        sheet = opened.read(people.replace(".jsonl", ".csv")).decode("utf-8-sig")
        assert next(csv.DictReader(io.StringIO(sheet), delimiter=";"))["email"] == address
    assert ready_company.garant("ledger", "verify").code == 0
    assert all(
        address.encode() not in file.read_bytes()
        for file in (ready_company.folder / "home").glob("*.sqlite3*")
    )


def test_what_garant_writes_at_home_is_for_its_owner_only(ready_company: Company) -> None:
    command = ("subject", "restrict", "--identity", f"email={person(ready_company)}", "--system", "crm")
    digest = ready_company.garant(*command).out.split("--approve ")[1].split()[0]
    assert ready_company.garant(*command, "--approve", digest).code == 0
    databases = list((ready_company.folder / "home").glob("*.sqlite3*"))
    assert {file.name for file in databases} >= {"garant.sqlite3", "workflows.sqlite3"}
    assert {file.stat().st_mode & 0o777 for file in databases} == {0o600}


def test_nobody_is_exported_nowhere(ready_company: Company) -> None:
    none = ready_company.garant("subject", "export", *NOBODY, "--out", "x.zip")
    assert (none.code, "Nobody is known by that" in none.out) == (1, True)
    assert not (ready_company.folder / "x.zip").exists()
    assert entries(ready_company, "subject.exported") == []


def test_the_approval_of_a_request_carries_the_commitment_of_the_person(ready_company: Company) -> None:
    command = ("subject", "restrict", "--identity", f"email={person(ready_company)}", "--system", "crm")
    planned = ready_company.garant(*command)
    assert planned.code == 0, planned.err
    digest = planned.out.split("--approve ")[1].split()[0]
    done = ready_company.garant(*command, "--approve", digest)
    assert done.code == 0, done.err
    (approved,) = entries(ready_company, "plan.approved")
    (commitment,) = approved["people"]
    assert commitment.startswith("hmac-sha256:")


def test_a_plan_for_a_day_to_come_is_looked_at_and_never_carried_out(ready_company: Company) -> None:
    before = ready_company.contents()
    digest = ready_company.plan("--as-of", "2999-12-31")
    refused = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert (refused.code, "today’s duties still hold" in refused.err) == (2, True)
    identity = ("--identity", f"email={person(ready_company)}")
    asked = ready_company.garant("subject", "erase", *identity, "--as-of", "2999-12-31", "--language", "fr")
    assert (asked.code, "il ne s’exécute pas" in asked.err) == (2, True)
    assert ready_company.contents() == before
