"""A restriction whose run left something: no answer is yes, it is planned again, and what was restricted is let go of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from garant.apps.evidence import services as evidence
from garant.apps.permissions import knowing
from garant.apps.promises.recording.fates import fate_of
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER, asked, carried_out
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

CRM = "GARANT_DEMO_CRM"
ARCHIVED = "SELECT archived FROM person WHERE email = ?"
UNDONE = """CREATE TRIGGER undone AFTER UPDATE OF archived ON person
BEGIN UPDATE person SET archived = old.archived WHERE id = new.id; END"""


def no(company: str, email: str) -> bool:
    return knowing.restricted(company, [("email", email.lower())])


def archived(email: str) -> int:
    ((found,),) = ask_system(CRM, ARCHIVED, email)
    return found


def at(minute: int) -> Any:
    return time_machine.travel(datetime.now(UTC) + timedelta(minutes=minute))


def granted(company: str, post: Letters, email: str, minute: int = 0) -> str:
    with at(minute):
        request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    return request.key


def failed(company: str, post: Letters, email: str, minute: int = 0) -> str:
    """A restriction that its system undid."""
    with at(minute):
        request, _ = asked(company, post, "restriction", email)
    change_system(CRM, UNDONE)
    carried_out(company, request.key)
    change_system(CRM, "DROP TRIGGER undone")
    fate = fate_of(company, services.find(company, request.key).plan)
    assert fate is not None
    assert fate.state == "not-kept"
    return request.key


def ends_today(company: str, key: str) -> None:
    today = services.today(company)
    services.tell_lift(company, key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)
    seen(Request).filter(key=key).update(lift_on=today)


def lifted(company: str, key: str) -> None:
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, key, actor=OFFICER)
    work(company, "run")


def test_what_a_run_left_is_planned_again_on_its_page(company: str, post: Letters) -> None:
    """The answer is no from the start of the first run; the second is another plan, and does it."""
    email = somebody()
    key = failed(company, post, email)
    assert (no(company, email), archived(email)) == (True, 0)
    with pytest.raises(LedgerError):
        services.answer(company, key, Outcome.FULLY, actor=OFFICER)
    before = services.find(company, key).plan
    page = f"/o/{company}/requests/{key}/"
    officer = sign_in(DELEGATE)
    assert f"{page}plan/" in officer.get(page).content.decode()
    officer.post(f"{page}plan/")
    again = services.find(company, key)
    assert (again.state, again.plan != before) == ("planned", True)
    carried_out(company, key)
    assert archived(email) == 1
    with pytest.raises(LedgerError, match="carried out"):
        services.propose(company, key, actor=DELEGATE)  # nothing is left
    services.answer(company, key, Outcome.FULLY, actor=OFFICER)
    ends_today(company, key)
    lifted(company, key)
    assert (no(company, email), archived(email)) == (False, 0)


@pytest.mark.parametrize("way", ["refused", "withdrawn"])
def test_what_came_to_nothing_after_its_run_began_is_let_go_of(company: str, post: Letters, way: str) -> None:
    """Refused, or taken back, once it was restricted in part: its end is planned that night, with nothing to tell."""
    email = somebody()
    key = failed(company, post, email)
    change_system(CRM, "UPDATE person SET archived = 1 WHERE email = ?", email)  # in part
    if way == "refused":
        services.answer(company, key, Outcome.REFUSED, ground="manifestly-unfounded", actor=OFFICER)
    else:
        services.propose(company, key, actor=DELEGATE)
        services.withdraw(company, key, actor=OFFICER)
    assert no(company, email)
    with pytest.raises(LedgerError):
        services.tell_lift(company, key, "Non.", services.today(company) + timedelta(days=3), actor=OFFICER)
    lifted(company, key)
    assert (no(company, email), archived(email)) == (False, 0)
    assert services.find(company, key).forget_on is not None
    evidence.verify_database(company)


def test_the_first_goes_on_while_the_second_is_half_done(company: str, post: Letters) -> None:
    """An earlier restriction ends while a later one stands half done: marked, no, and let go of with the later one."""
    email = somebody()
    first = granted(company, post, email)
    change_system(CRM, "UPDATE person SET archived = 0 WHERE email = ?", email)
    second = failed(company, post, email, minute=1)
    change_system(CRM, "UPDATE person SET archived = 1 WHERE email = ?", email)
    assert no(company, email)
    services.propose(company, second, actor=DELEGATE)  # planned again, and not approved
    ends_today(company, first)
    lifted(company, first)
    assert (no(company, email), archived(email)) == (True, 1), "the second holds it"
    services.withdraw(company, second, actor=OFFICER)
    lifted(company, second)
    assert (no(company, email), archived(email)) == (False, 0)


def test_an_erasure_that_is_half_done_ends_no_restriction(company: str, post: Letters) -> None:
    email = somebody()
    key = granted(company, post, email)
    with at(1):
        request, _ = asked(company, post, "erasure", email)
    kept = """CREATE TRIGGER kept AFTER DELETE ON person
    BEGIN INSERT INTO person SELECT old.* ; END"""
    ((columns,),) = ask_system(CRM, "SELECT group_concat('old.' || name) FROM pragma_table_info('person')")
    change_system(CRM, kept.replace("old.*", columns))
    services.approve(company, request.key, despite="Elle préfère l’effacement.", actor=OFFICER)
    work(company, "run")
    change_system(CRM, "DROP TRIGGER kept")
    assert fate_of(company, request.plan).state == "not-kept"  # type: ignore[union-attr]
    assert (no(company, email), archived(email)) == (True, 1)
    services.propose(company, request.key, actor=DELEGATE)
    carried_out(company, request.key)
    assert ask_system(CRM, ARCHIVED, email) == []
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    ends_today(company, key)
    lifted(company, key)
    assert not no(company, email)


def test_an_end_that_is_half_done_is_planned_again(company: str, post: Letters) -> None:
    email = somebody()
    key = granted(company, post, email)
    ends_today(company, key)
    change_system(CRM, UNDONE)
    lifted(company, key)
    change_system(CRM, "DROP TRIGGER undone")
    assert (no(company, email), archived(email)) == (True, 1)
    lifted(company, key)
    assert (no(company, email), archived(email)) == (False, 0)


def test_a_plan_made_again_as_it_was_is_carried_out(company: str, post: Letters) -> None:
    """Planned, planned otherwise under a hold, planned as at first on the same day: it names somebody, and erases them."""
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    first = request.plan
    change_system(CRM, "UPDATE person SET phone = phone || '0' WHERE email = ?", email)
    services.propose(company, request.key, actor=DELEGATE)
    assert services.find(company, request.key).plan != first
    change_system(CRM, "UPDATE person SET phone = substr(phone, 1, length(phone) - 1) WHERE email = ?", email)
    services.propose(company, request.key, actor=DELEGATE)
    carried_out(company, request.key)
    assert ask_system(CRM, ARCHIVED, email) == []
