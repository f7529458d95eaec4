"""A policy, or a map, that is another one by the time a plan is approved or carried out; a system that is gone or renamed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.promises.models import Run
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, ask_system, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER, asked, carried_out
from tests.apps.rights.test_interrupted import goes_on
from tests.apps.rights.test_packages import text_of
from tests.apps.rights.test_restricted_midway import ARCHIVED, CRM, archived, ends_today, granted, no
from tests.apps.rights.test_stuck import crm, killed, redrawn, state
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["crm"]


def renamed(crm: Path) -> None:
    """The system is called otherwise now: no map has the name that plans know it by."""
    text = crm.read_text(encoding="utf-8")
    assert "system: crm\n" in text
    (crm.parent / "clients.yaml").write_text(
        text.replace("system: crm\n", "system: clients\n"), encoding="utf-8"
    )
    crm.unlink()


def erased(company: str, request: Request, email: str) -> None:
    """Its plan of now is carried out, and it is answered."""
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert ask_system(CRM, ARCHIVED, email) == []
    assert not seen(Run).filter(state="running").exists()
    evidence.verify_database(company)


def test_what_was_approved_of_a_system_that_is_renamed_is_planned_again(
    company: str, post: Letters, crm: Path
) -> None:
    """It stayed approved for ever: each hour its run was asked for, and nobody could plan it again."""
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    services.approve(company, request.key, actor=OFFICER)
    renamed(crm)
    with pytest.raises(RefusedError, match="crm"):
        work(company, "run")
    request = services.find(company, request.key)
    assert request.state == "planned"
    assert ask_system(CRM, ARCHIVED, email)
    erased(company, request, email)


def test_nor_does_one_that_began_stand_still(company: str, post: Letters, crm: Path) -> None:
    email, request = killed(company, post, "received")
    renamed(crm)
    with pytest.raises(RefusedError, match="crm"):
        goes_on(company)
    assert state(company, request) == "not-kept"
    services.propose(company, request.key, actor=DELEGATE)
    erased(company, services.find(company, request.key), email)


@pytest.mark.parametrize("how", [redrawn, renamed])
def test_the_end_of_a_restriction_is_planned_anew(company: str, post: Letters, crm: Path, how: Any) -> None:
    """It was planned by the night, and approved in the morning: of a map that had changed, it was refused for ever."""
    email = somebody()
    key = granted(company, post, email)
    ends_today(company, key)
    assert services.night(company)["lifted"] == 1
    before = services.find(company, key).lift_plan
    how(crm)
    with pytest.raises(LedgerError, match="here is another"):
        services.approve_lift(company, key, actor=OFFICER)
    assert services.find(company, key).lift_plan not in ("", before)
    services.approve_lift(company, key, actor=OFFICER)
    work(company, "run")
    assert seen(Request).get(key=key).forget_on is not None
    assert (no(company, email), archived(email)) == (False, 0 if how is redrawn else archived(email))


def test_nor_does_the_end_of_a_restriction_leave_out_a_system_that_was_away(
    company: str, post: Letters, crm: Path
) -> None:
    """Its map was away in the night: the restriction would have been over, and its mark there for ever."""
    email, away = somebody(), crm.with_suffix(".away")
    key = granted(company, post, email)
    ends_today(company, key)
    crm.rename(away)
    assert services.night(company)["lifted"] == 1
    away.rename(crm)
    with pytest.raises(LedgerError, match="here is another"):
        services.approve_lift(company, key, actor=OFFICER)
    services.approve_lift(company, key, actor=OFFICER)
    work(company, "run")
    assert (no(company, email), archived(email)) == (False, 0)


def test_and_one_that_was_approved_before_is_too(company: str, post: Letters, crm: Path) -> None:
    email = somebody()
    key = granted(company, post, email)
    ends_today(company, key)
    services.night(company)
    services.approve_lift(company, key, actor=OFFICER)
    renamed(crm)
    with pytest.raises(RefusedError, match="crm"):
        work(company, "run")
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, key, actor=OFFICER)
    work(company, "run")
    assert seen(Request).get(key=key).forget_on is not None
    assert not no(company, email)


def test_a_system_that_is_put_back_before_the_approval_is_not_left_out(
    company: str, post: Letters, crm: Path
) -> None:
    """Its map was away for a moment when the plan was made: whoever is known there would have stayed, and been told otherwise."""
    email, there = somebody(), crm.with_name("maintenance.yaml")
    away = there.rename(there.with_suffix(".away"))
    request, _ = asked(company, post, "erasure", email)
    away.rename(there)
    with pytest.raises(RefusedError, match="has a map since"):
        services.approve(company, request.key, actor=OFFICER)
    services.propose(company, request.key, actor=DELEGATE)
    erased(company, services.find(company, request.key), email)


def test_nor_does_a_package_leave_out_a_system_in_which_somebody_was_found(
    company: str, post: Letters, crm: Path
) -> None:
    """Its map was away for a moment when the package was made: the person would have read that this is everything."""
    email, away = somebody(), crm.with_suffix(".away")
    request, _ = asked(company, post, "access", email)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    officer.post(f"{page}read/", {"names": ""})
    officer.post(f"{page}approve/")
    crm.rename(away)
    assert work(company, "request-package") == [{"request": request.key, "gone": "crm"}]
    assert services.find(company, request.key).state == "searching"
    assert "n’a plus de carte" in officer.get(page).content.decode()
    away.rename(crm)
    work(company, "request-search")
    officer.post(f"{page}read/", {"names": ""})
    officer.post(f"{page}approve/")
    work(company, "request-package")
    assert email in text_of(post.last("package_ready")["link"])
