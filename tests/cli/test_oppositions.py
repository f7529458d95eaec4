"""The opposition list by its commands: it outlives erasure, and a mailing is held against it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest

from tests.cli.company import Company, Done

pytestmark = pytest.mark.timeout(400)


def opposition(company: Company, *words: str) -> Done:
    return company.garant("opposition", *words, "--policy", "policy")


def marketing(company: Company) -> str:
    """A purpose of the reference policy that is direct marketing, under its whole name."""
    from garant.policy.loader import load_policy

    for key, activity in load_policy(company.policy).document.activities.items():
        for name, purpose in getattr(activity, "purposes", {}).items():
            if purpose.direct_marketing:
                return f"{key}/{name}"
    raise LookupError("no marketing in the reference policy")


def test_an_objection_is_recorded_asked_counted_and_withdrawn(ready_company: Company) -> None:
    purpose = marketing(ready_company)
    who = ("--identity", "email= Ana@X.example ", "--identity", "phone=01 99 00 12 34")
    assert "2 new records" in opposition(ready_company, "add", *who).out
    assert "0 new records" in opposition(ready_company, "add", *who).out
    assert opposition(ready_company, "check", "--identity", "email=ana@x.EXAMPLE").code == 1
    asked = opposition(ready_company, "check", "--identity", "phone=+33199001234", "--purpose", purpose)
    assert (asked.code, "do not write" in asked.out) == (1, True)
    assert opposition(ready_company, "check", "--identity", "email=bob@x.example").code == 0
    one = opposition(ready_company, "add", "--identity", "email=bob@x.example", "--purpose", purpose)
    assert one.code == 0, one.err
    assert opposition(ready_company, "check", "--identity", "email=bob@x.example").code == 1
    listed = opposition(ready_company, "list").out
    assert "all direct marketing" in listed
    assert purpose in listed
    assert opposition(ready_company, "end", *who).code == 0
    assert opposition(ready_company, "end", *who).code == 1
    assert opposition(ready_company, "check", *who).code == 0
    database = (ready_company.folder / "home" / "garant.sqlite3").read_bytes()
    assert b"x.example" not in database
    assert b"99001234" not in database


def test_a_mailing_is_given_back_without_those_who_object(ready_company: Company) -> None:
    opposition(ready_company, "add", "--identity", "email=n7@x.example", "--identity", "phone=0199001234")
    lines = [f"N{n}@x.example" for n in range(1200)] + ["+33 1 99 00 12 34", "not one"]
    (ready_company.folder / "mailing.txt").write_text("\n".join(lines), encoding="utf-8")
    done = opposition(ready_company, "filter", "mailing.txt")
    assert done.out.splitlines() == [line for line in lines[:1200] if line != "N7@x.example"]
    assert "1,199 of 1,202 may be written to; 1 unreadable, left out" in done.err
    (ready_company.folder / "mailing.csv").write_text(
        'name;mail\n"Ana; ""the one""";n7@x.example\n"Bob; two";n8@x.example\nshort\n', encoding="utf-8"
    )
    done = opposition(ready_company, "filter", "mailing.csv", "--column", "mail")
    assert done.out.splitlines() == ["name;mail", '"Bob; two";n8@x.example']
    assert opposition(ready_company, "filter", "mailing.csv", "--column", "nothing").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "--identity", "email=nobody"), "not an address"),
        (("add", "--identity", "phone=123"), "not a number"),
        (("add", "--identity", "name=Ana"), "an address (email=…) or a number"),
        (("add", "--identity", "email=a@b.example", "--purpose", "nothing"), "'nothing'"),
    ],
)
def test_what_cannot_be_found_again_is_refused(
    ready_company: Company, words: tuple[str, ...], said: str
) -> None:
    done = opposition(ready_company, *words)
    assert (done.code, said in done.err) == (2, True), done.err


def test_the_ledger_names_no_one(ready_company: Company) -> None:
    opposition(ready_company, "add", "--identity", "email=ana@x.example")
    with closing(sqlite3.connect(ready_company.folder / "home" / "garant.sqlite3")) as database:
        rows = database.execute("SELECT data FROM evidence_ledgerentry WHERE kind = 'opposition.recorded'")
        entry = json.loads(rows.fetchone()[0])
    assert entry["payload"].keys() == {"people"}
    assert entry["actor"].startswith("person:")
