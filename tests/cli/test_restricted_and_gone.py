"""A lifting ends what restricts a record that its system no longer has, and says so; and no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.cli.exits import Exit
from garant.systems.sql.snapshot import SqlSnapshot
from tests.apps.rights.conftest import ask_system, change_system, unhurried
from tests.cli.test_requests_in_force import Garant, folders, garant
from tests.cli.test_restricted_is_told import answers, approved, digest_of, in_process, told, usable
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "garant", "installation", "site", "unhurried"]
pytestmark = in_process

NOT_THERE = "no longer in this system: its restriction ends"


def gone(key: int) -> None:
    """The business software deletes somebody."""
    change_system("GARANT_DEMO_CRM", "DELETE FROM person WHERE id = ?", key)


def asked(company: str, settings: Any, *who: str) -> tuple[str, ...]:
    named = [word for one in who for word in ("--identity", one)]
    return ("subject", "restrict", *named, *folders(company, settings))


def archived(key: int) -> int:
    """The mark of the customer file."""
    return ask_system("GARANT_DEMO_CRM", "SELECT archived FROM person WHERE id = ?", key)[0][0]


def test_a_record_that_is_gone(company: str, garant: Garant, settings: Any) -> None:
    person, other = usable(company, 2)
    for one in (person, other):
        assert approved(garant, *asked(company, settings, f"email={one[1]}"))[0] == 0
    gone(person[0])
    assert answers(company, person) == ["restricted"] * 3
    command = (*asked(company, settings, f"email={person[1]}"), "--lift")
    code, said = garant(*command)
    assert (code, NOT_THERE in said) == (0, True), said
    assert answers(company, person) == ["restricted"] * 3, "a plan alone ends nothing"
    code, said = garant(*command, "--approve", digest_of(said))
    assert (code, "May I?” still" in said) == (0, False), said
    assert "restricted" not in answers(company, person), "under the number that they had, too"
    assert answers(company, other) == ["restricted"] * 3
    assert told(company) == ["recorded", "recorded", "gone"]
    evidence.verify_database(company)
    assert garant(*command)[0] == 1, "nobody is known so"


def test_a_record_that_is_known_otherwise_is_not_gone(company: str, garant: Garant, settings: Any) -> None:
    by_phone, by_nothing, strange = usable(company, 3)
    for one in (by_phone, by_nothing, strange):
        assert approved(garant, *asked(company, settings, f"email={one[1]}"))[0] == 0
    change_system("GARANT_DEMO_CRM", "UPDATE person SET email = 'a@new.example' WHERE id = ?", by_phone[0])
    change_system(
        "GARANT_DEMO_CRM", "UPDATE person SET email = '', phone = '', mobile = '' WHERE id = ?", by_nothing[0]
    )
    change_system(
        "GARANT_DEMO_CRM",
        "UPDATE person SET email = 'c@new.example', phone = '+33199008888', mobile = '' WHERE id = ?",
        strange[0],
    )
    for one in (by_phone, by_nothing):
        code, said = approved(garant, *asked(company, settings, f"email={one[1]}"), "--lift")
        assert (code, NOT_THERE in said, archived(one[0])) == (0, False, 0), said
        assert "restricted" not in answers(company, one)

    code, said = garant(*asked(company, settings, f"email={strange[1]}"), "--lift")
    assert (code, f"known otherwise: crm/person/{strange[0]}" in said) == (0, True), said
    assert "it stays restricted" in said
    code, said = garant(
        *asked(company, settings, f"email={strange[1]}"), "--lift", "--approve", digest_of(said)
    )
    assert (code, archived(strange[0]), answers(company, strange)) == (0, 1, ["restricted"] * 3), said
    assert "still answers no" in said
    code, said = approved(garant, *asked(company, settings, "email=c@new.example"), "--lift")
    assert (code, archived(strange[0])) == (0, 0), said
    assert "restricted" not in answers(company, strange), "under the address that they had, too"
    assert told(company)[-3:] == ["lifted"] * 3


def test_what_is_not_read_is_not_gone(company: str, garant: Garant, settings: Any, tmp_path: Path) -> None:
    (person,) = usable(company)
    command = asked(company, settings, f"email={person[1]}")
    assert approved(garant, *command)[0] == 0
    row = ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE id = ?", person[0])[0]
    gone(person[0])
    code, said = garant(*command, "--lift", "--system", "recruitment")
    assert (code, "on crm, which is not read here: it goes on" in said, NOT_THERE in said) == (1, True, False)

    file = tmp_path / "lifting.json"
    code, said = garant(*command, "--lift", "--out", str(file))
    assert (code, NOT_THERE in said) == (0, True), said
    change_system("GARANT_DEMO_CRM", f"INSERT INTO person VALUES ({', '.join('?' * len(row))})", *row)
    code, said = garant("apply", str(file), "--approve", digest_of(said))
    assert (code, "is in its system again" in said) == (Exit.REFUSED, True), said
    assert answers(company, person) == ["restricted"] * 3
    code, said = approved(garant, *command, "--lift")
    assert (code, NOT_THERE in said, archived(person[0])) == (0, False, 0), said
    assert "restricted" not in answers(company, person)


def test_two_restrictions_of_a_record_that_is_gone(company: str, garant: Garant, settings: Any) -> None:
    """Of the one that was asked for under another name, another lifting tells."""
    (person,) = usable(company)
    first = asked(company, settings, f"email={person[1]}")
    assert approved(garant, *first)[0] == 0
    change_system("GARANT_DEMO_CRM", "UPDATE person SET email = 'b@new.example' WHERE id = ?", person[0])
    second = asked(company, settings, "email=b@new.example")
    assert approved(garant, *second)[0] == 0
    gone(person[0])
    assert approved(garant, *first, "--lift")[0] == 0
    assert answers(company, person)[1:] == ["restricted"] * 2, (
        "the other goes on, of the number and the record"
    )
    assert approved(garant, *second, "--lift")[0] == 0
    assert "restricted" not in answers(company, person)
    assert told(company)[-2:] == ["gone", "gone"]


def test_whom_the_name_leads_to_is_looked_for_nowhere_else(
    company: str, garant: Garant, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keys of everybody are read for whoever is not found, and for nobody else."""
    found, lost = usable(company, 2)
    for one in (found, lost):
        assert approved(garant, *asked(company, settings, f"email={one[1]}"))[0] == 0
    gone(lost[0])
    read, really = list[str](), SqlSnapshot.roots

    def roots(self: SqlSnapshot, root: str) -> Any:
        read.append(root)
        return really(self, root)

    monkeypatch.setattr(SqlSnapshot, "roots", roots)
    assert garant(*asked(company, settings, f"email={found[1]}"), "--lift")[0] == 0
    assert read == []
    code, said = garant(*asked(company, settings, f"email={lost[1]}"), "--lift")
    assert (code, NOT_THERE in said, read) == (0, True, ["person"])
