"""A lifting that is killed while a record that was gone comes back: what restricts it goes on, and nothing stays open."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.promises import services as promises
from garant.apps.promises.models import Run
from garant.apps.promises.refusals import RunInterruptedError
from garant.apps.promises.running import execution, workflows
from garant.cli.exits import Exit
from tests.apps.rights.conftest import ask_system, change_system, unhurried
from tests.apps.seen import seen
from tests.cli.test_requests_in_force import Garant, garant
from tests.cli.test_restricted_and_gone import NOT_THERE, archived, asked, gone
from tests.cli.test_restricted_is_told import answers, approved, digest_of, in_process, told, usable
from tests.site.conftest import company, demo, demo_systems, installation, site

__all__ = ["company", "demo", "demo_systems", "garant", "installation", "site", "unhurried"]
pytestmark = in_process


def row(key: int) -> tuple[Any, ...]:
    return ask_system("GARANT_DEMO_CRM", "SELECT * FROM person WHERE id = ?", key)[0]


def back(was: tuple[Any, ...]) -> None:
    """A backup of the system brings somebody back."""
    change_system("GARANT_DEMO_CRM", f"INSERT INTO person VALUES ({', '.join('?' * len(was))})", *was)


def killed(*_: Any, **__: Any) -> Any:
    raise RunInterruptedError("killed")


def open_runs() -> int:
    return seen(Run).filter(state="running").count()


@pytest.mark.parametrize("moment", ["begun", "batch"])
def test_a_record_that_comes_back_while_a_lifting_stands_still(
    company: str, garant: Garant, settings: Any, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    person, other = usable(company, 2)
    for one in (person, other)[: 2 if moment == "batch" else 1]:
        assert approved(garant, *asked(company, settings, f"email={one[1]}"))[0] == 0
    was = row(person[0])
    gone(person[0])
    if moment == "batch":  # another record is known by that address now, and its mark is taken off
        change_system("GARANT_DEMO_CRM", "UPDATE person SET email = ? WHERE id = ?", person[1], other[0])
    lift = (*asked(company, settings, f"email={person[1]}"), "--lift")
    code, said = garant(*lift)
    assert (code, NOT_THERE in said) == (0, True), said
    approve = (*lift, "--approve", digest_of(said))
    with monkeypatch.context() as patched:
        where = (execution, "_run_durably") if moment == "begun" else (workflows.services, "finish_run")
        patched.setattr(*where, killed)
        assert garant(*approve)[0] == Exit.INTERRUPTED
    assert (open_runs(), archived(other[0])) == (1, 0)
    back(was)
    code, said = garant(*approve)
    if moment == "begun":
        assert (code, "is in its system again" in said) == (Exit.REFUSED, True), said
    else:
        assert (code, "person: 1 row is left" in said) == (Exit.FINDINGS, True), said
    assert open_runs() == 0, "it has ended"
    assert answers(company, person) == ["restricted"] * 3, "nothing took the mark off"
    assert (archived(person[0]), "gone" in told(company)) == (1, False)
    assert approved(garant, *lift)[0] == 0
    assert archived(person[0]) == 0
    assert "restricted" not in answers(company, person)
    evidence.verify_database(company)


def test_a_lifting_of_records_that_are_gone_goes_on(
    company: str, garant: Garant, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person,) = usable(company)
    assert approved(garant, *asked(company, settings, f"email={person[1]}"))[0] == 0
    gone(person[0])
    lift = (*asked(company, settings, f"email={person[1]}"), "--lift")
    _, said = garant(*lift)
    approve = (*lift, "--approve", digest_of(said))
    with monkeypatch.context() as patched:
        patched.setattr(execution, "_run_durably", killed)
        assert garant(*approve)[0] == Exit.INTERRUPTED
    assert answers(company, person) == ["restricted"] * 3
    assert garant(*approve)[0] == 0
    assert "restricted" not in answers(company, person)
    assert (told(company), open_runs()) == (["recorded", "gone"], 0)
    assert promises.run_of_digest(digest_of(said), kind="lifting") is not None
