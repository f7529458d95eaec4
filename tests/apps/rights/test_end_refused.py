"""The end of a restriction that somebody sees to by hand: over once they have answered, asked again where they refuse."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.models import Plan
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.words import Outcome
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.ledger import LedgerError
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, work
from tests.apps.rights.crossroads import KEY, PAPER
from tests.apps.rights.steps import OFFICER, asked, carried_out
from tests.apps.rights.test_restricted_midway import CRM, UNDONE, archived, at, ends_today, lifted, no
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cupboard(company: str, settings: Any) -> str:
    """The company keeps paper too."""
    (settings.GARANT_MAPS / company / "paper.yaml").write_text(PAPER)
    return company


def by_hand(company: str, outcome: str = "done") -> int:
    """Whoever looks on paper answers all that waits; how many questions."""
    waiting = tasks.tasks(company)
    for task in waiting:
        done = outcome == "done"
        said = Answer(
            task.key, statement_digest(task.statement), outcome, int(done), int(done), "" if done else "Non."
        )
        promises.receive_answer(sign(said, KEY, "paper"))
    return len(waiting)


def ending(company: str, post: Letters) -> tuple[str, str]:
    """Somebody restricted in a system and on paper, whose end was carried out: paper is waited for."""
    email = somebody()
    request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    assert by_hand(company) == 1
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    ends_today(company, request.key)
    lifted(company, request.key)
    assert (no(company, email), archived(email)) == (False, 0)
    return email, request.key


def over(company: str, key: str) -> bool:
    return services.find(company, key).forget_on is not None


def test_an_end_is_over_once_paper_has_answered(cupboard: str, post: Letters) -> None:
    _, key = ending(cupboard, post)
    assert not over(cupboard, key)
    page = sign_in(OFFICER).get(f"/o/{cupboard}/requests/{key}/").content.decode()
    assert "Approuver la levée" not in page
    with pytest.raises(LedgerError):
        services.approve_lift(cupboard, key, actor=OFFICER)
    assert (services.ask_again(cupboard), services.night(cupboard)["lifted"], over(cupboard, key)) == (
        0,
        0,
        False,
    )
    assert by_hand(cupboard) == 1
    services.ask_again(cupboard)
    assert over(cupboard, key)
    kinds = [one.kind for one in services.story(services.find(cupboard, key)).steps]
    assert (kinds.count("lift-waiting"), kinds.count("lifted")) == (1, 1)
    evidence.verify_database(cupboard)


def test_an_end_that_is_refused_on_paper_is_asked_of_paper_again(cupboard: str, post: Letters) -> None:
    """And of nothing else: what the business software archived since stays archived."""
    email, key = ending(cupboard, post)
    assert by_hand(cupboard, "refused") == 1
    services.ask_again(cupboard)
    change_system(CRM, "UPDATE person SET archived = 1 WHERE email = ?", email)
    assert services.night(cupboard)["lifted"] == 1
    plan = decisions.document(cupboard, services.find(cupboard, key).lift_plan)
    assert (plan.selections, [task.system for task in plan.tasks]) == ([], ["paper"])
    services.approve_lift(cupboard, key, actor=OFFICER)
    work(cupboard, "run")
    assert (archived(email), no(cupboard, email), over(cupboard, key)) == (1, False, False)
    assert by_hand(cupboard) == 1
    services.ask_again(cupboard)
    assert over(cupboard, key)


def test_an_end_that_the_system_undoes_too_is_planned_whole(cupboard: str, post: Letters) -> None:
    email = somebody()
    request, _ = asked(cupboard, post, "restriction", email)
    carried_out(cupboard, request.key)
    by_hand(cupboard)
    services.answer(cupboard, request.key, Outcome.FULLY, actor=OFFICER)
    ends_today(cupboard, request.key)
    change_system(CRM, UNDONE)
    lifted(cupboard, request.key)
    change_system(CRM, "DROP TRIGGER undone")
    by_hand(cupboard, "refused")
    services.ask_again(cupboard)
    assert (no(cupboard, email), archived(email)) == (True, 1)
    lifted(cupboard, request.key)
    assert (no(cupboard, email), archived(email)) == (False, 0)
    by_hand(cupboard)
    services.ask_again(cupboard)
    assert over(cupboard, request.key)


def test_somebody_says_why_paper_is_not_asked_again(cupboard: str, post: Letters) -> None:
    """For a reason, in the ledger without it; before anybody has refused, there is nothing to give up."""
    _, key = ending(cupboard, post)
    with pytest.raises(LedgerError):
        services.leave_lift(cupboard, key, "Le dossier papier a brûlé.", actor=OFFICER)
    by_hand(cupboard, "refused")
    services.ask_again(cupboard)
    services.night(cupboard)
    officer, page = sign_in(OFFICER), f"/o/{cupboard}/requests/{key}/"
    assert f"{page}leave-lift/" in officer.get(page).content.decode()
    officer.post(f"{page}leave-lift/", {"reason": ""})
    assert not over(cupboard, key)
    officer.post(f"{page}leave-lift/", {"reason": "Le dossier papier a brûlé."})
    assert over(cupboard, key)
    assert services.night(cupboard)["lifted"] == 0
    assert "Le dossier papier a brûlé." in officer.get(page).content.decode()
    (entry,) = evidence.records(cupboard, kind="request.lifted")
    assert (entry.payload["request"], entry.payload["left"]) == (key, ["paper"])
    evidence.verify_database(cupboard)


def test_a_restriction_that_began_since_outlives_the_end_that_waited(cupboard: str, post: Letters) -> None:
    """The same person, restricted again while paper was waited for: no answer is yes because paper has answered."""
    email, key = ending(cupboard, post)
    second, _ = asked(cupboard, post, "restriction", email)
    carried_out(cupboard, second.key)
    assert (no(cupboard, email), archived(email)) == (True, 1)
    by_hand(cupboard, "refused")
    services.ask_again(cupboard)
    fate = fate_of(cupboard, services.find(cupboard, second.key).plan)
    assert fate is not None
    assert (no(cupboard, email), archived(email), fate.state) == (True, 1, "not-kept")
    lifted(cupboard, key)  # beside the second: nobody is asked to put back what it sets apart
    assert (by_hand(cupboard), over(cupboard, key), no(cupboard, email)) == (0, True, True)
    assert ask_system(CRM, "SELECT archived FROM person WHERE email = ?", email) == [(1,)]


def named(company: str, key: str) -> list[str]:
    """The plans of a request that still say whom they were about."""
    plans = [one.document for one in seen(Plan).filter(organisation=company, run=None)]
    return [
        one["digest"]
        for one in plans
        if one.get("request") == key
        and (
            any(each["keys"] for each in one["selections"])
            or any(each["identities"] for each in one["tasks"])
        )
    ]


@pytest.mark.parametrize("why", ["planned anew", "refused"])
def test_a_plan_of_an_end_that_is_given_up_names_nobody(cupboard: str, post: Letters, why: str) -> None:
    """Another restriction began between the plan and its approval, or before its run: nobody will carry that plan out."""
    email = somebody()
    with at(0):
        first, _ = asked(cupboard, post, "restriction", email)
    carried_out(cupboard, first.key)
    by_hand(cupboard)
    services.answer(cupboard, first.key, Outcome.FULLY, actor=OFFICER)
    ends_today(cupboard, first.key)
    assert services.night(cupboard)["lifted"] == 1
    assert len(named(cupboard, first.key)) == 1
    with at(1):
        second, _ = asked(cupboard, post, "restriction", email)
    if why == "refused":
        services.approve_lift(cupboard, first.key, actor=OFFICER)
    services.approve(cupboard, second.key, actor=OFFICER)
    if why == "refused":
        with pytest.raises(RefusedError):
            work(cupboard, "run")
    else:
        with pytest.raises(LedgerError):
            services.approve_lift(cupboard, first.key, actor=OFFICER)
    assert len(named(cupboard, first.key)) == (why == "planned anew")
