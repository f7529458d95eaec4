"""Holds by their commands: placed, obeyed by a sweep and by a request, said in words, ended, in the ledger."""

from __future__ import annotations

import json

import pytest

from tests.cli.company import AS_OF, Company, entry_keys

pytestmark = pytest.mark.timeout(400)

WHY = ("--owner", "Legal", "--reason", "Litigation before the commercial court")


def prospect(company: Company) -> tuple[int, str]:
    """A prospect that today's plan would erase."""
    company.plan("--system", "crm")
    plan = json.loads(company.plan_file.read_text())
    from garant.engine.keys import unpack

    keys = next(unpack(s["keys"]) for s in plan["selections"] if s["rule"] == "prospects")
    for key in keys:
        found = company.rows("crm", f"SELECT email FROM person WHERE id = {int(key)} AND email IS NOT NULL")
        if found:
            return int(key), found[0][0]
    raise LookupError("no prospect with an address")


def test_a_hold_is_placed_obeyed_said_and_ended(ready_company: Company) -> None:
    key, email = prospect(ready_company)
    placed = ready_company.garant(
        "hold", "add", *WHY, "--until", "2027-06-30", "--identity", f"email={email}", "--policy", "policy"
    )
    assert placed.code == 0, placed.err
    hold = placed.out.split()[2].rstrip(",")
    assert "crm · person" in placed.out
    planned = ready_company.garant(
        "plan", "policy", "--as-of", AS_OF, "--system", "crm", "--out", "plan.json"
    )
    assert planned.code == 0, planned.err
    assert f"Litigation before the commercial court ({hold}, Legal, until 2027-06-30)" in planned.out
    erased = ready_company.garant("subject", "erase", "--identity", f"email={email}", "--system", "crm")
    assert f"({hold}, Legal, until 2027-06-30)" in erased.out, erased.err
    before = ready_company.rows("crm", f"SELECT * FROM person WHERE id = {key}")
    digest = json.loads(ready_company.plan_file.read_text())["digest"]
    applied = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert applied.code == 0, applied.err
    assert ready_company.rows("crm", f"SELECT * FROM person WHERE id = {key}") == before
    assert ready_company.garant("hold", "list", "--format", "json").out.count(hold) == 1
    longer = ready_company.garant("hold", "prolong", hold, "--review", "2028-01-01")
    assert "until ended, to be reviewed by 2028-01-01" in longer.out
    ended = ready_company.garant("hold", "end", hold)
    assert ended.code == 0, ended.err
    assert ready_company.garant("hold", "list").out.strip() == "No hold in force."
    assert "ended on" in ready_company.garant("hold", "list", "--all").out
    again = ready_company.garant("plan", "policy", "--as-of", AS_OF, "--system", "crm", "--out", "plan.json")
    digest = json.loads(ready_company.plan_file.read_text())["digest"]
    assert ready_company.garant("apply", "plan.json", "--approve", digest).code == 0, again.out
    assert ready_company.rows("crm", f"SELECT * FROM person WHERE id = {key}") == []
    kinds = [e["kind"] for e in entries(ready_company)]
    assert [k for k in kinds if k.startswith("hold.")] == ["hold.placed", "hold.prolonged", "hold.ended"]
    assert email not in json.dumps(entries(ready_company))
    assert entry_keys(ready_company)


def test_a_hold_placed_after_approval_spares_the_person(ready_company: Company) -> None:
    key, email = prospect(ready_company)
    digest = ready_company.plan("--system", "crm")
    ready_company.garant(
        "hold", "add", *WHY, "--review", "2027-06-30", "--identity", f"email={email}", "--policy", "policy"
    )
    applied = ready_company.garant("apply", "plan.json", "--approve", digest)
    assert applied.code == 0, applied.err
    assert len(ready_company.rows("crm", f"SELECT * FROM person WHERE id = {key}")) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((*WHY, "--identity", "email=a@b.example"), "A hold has an end"),
        ((*WHY, "--until", "2020-01-01", "--identity", "email=a@b.example"), "is over"),
        ((*WHY, "--until", "2099-01-01", "--review", "2099-01-01", "--activity", "x"), "not both"),
        ((*WHY, "--until", "2099-01-01"), "give one of the three"),
        ((*WHY, "--until", "2099-01-01", "--activity", "nothing"), "no activity"),
        ((*WHY, "--until", "2099-01-01", "--identity", "shoe=42"), "No system finds people by 'shoe'"),
        ((*WHY, "--until", "2099-01-01", "--rows", "crm:nothing=1"), "crm:nothing"),
        ((*WHY, "--until", "2099-01-01", "--rows", "crm:person=999999"), "999999"),
        ((*WHY, "--until", "2099-01-01", "--rows", "nothing"), "SYSTEM:TABLE"),
        (("--owner", " ", "--reason", "x", "--until", "2099-01-01", "--activity", "x"), "who answers"),
    ],
)
def test_a_hold_that_would_keep_nothing_is_refused(
    ready_company: Company, options: tuple[str, ...], words: str
) -> None:
    done = ready_company.garant("hold", "add", *options, "--policy", "policy")
    assert (done.code, words in done.err) == (2, True), done.err


def entries(company: Company) -> list[dict[str, object]]:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(company.folder / "home" / "garant.sqlite3")) as database:
        return [
            json.loads(data)
            for (data,) in database.execute('SELECT data FROM evidence_ledgerentry ORDER BY "index"')
        ]
