"""What is restricted: marked, set apart or asked of a person; and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from garant.apps.permissions import carried
from garant.apps.permissions import services as permissions
from garant.apps.promises import decisions
from garant.apps.promises import services as promises
from garant.apps.promises.opening.published import policy_in_force
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.apps.tasks import services as tasks
from garant.apps.tasks.answers import Answer, sign, statement_digest
from garant.ledger import LedgerError
from garant.ledger.notes import SigningKey
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, work
from tests.apps.rights.steps import OFFICER, asked, carried_out
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_restriction_marks_rows_where_the_map_says_how(company: str, post: Letters) -> None:
    request, _ = asked(company, post, "restriction", somebody())
    assert request.state == "planned"
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "restricted" in [one.kind for one in services.sent(request)]


def test_a_restriction_is_asked_of_the_officer_where_the_map_has_no_mark(company: str, post: Letters) -> None:
    """Recruitment has no mark: somebody sets the data apart and signs; until then it is not told as done."""
    ((email,),) = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        "SELECT email FROM candidate WHERE email IS NOT NULL GROUP BY lower(email) HAVING count(*) = 1 LIMIT 1",
    )
    request, _ = asked(company, post, "restriction", email)
    assert request.state == "planned"
    carried_out(company, request.key)
    assert "restrict" in may(company, email), "at once, whoever does the rest"
    run = decisions.run_of(company, services.find(company, request.key).plan)
    assert run is not None
    assert run.state == "waiting"
    with pytest.raises(LedgerError, match="by hand"):
        services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (task,) = tasks.of_run(run.key)
    assert (task.statement["system"], task.statement["email"]) == (
        "recruitment",
        policy_in_force(company).document.organisation.dpo.email,
    )
    key = SigningKey(bytes(range(32)))
    tasks.trust(company, "recruitment", str(key.verifier("recruitment")))
    done = Answer(task.key, statement_digest(task.statement), "done", 1, 1, "")
    promises.receive_answer(sign(done, key, "recruitment"))
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "restricted" in [one.kind for one in services.sent(request)]


def test_a_restriction_sets_values_apart_where_the_map_says_which(
    company: str, post: Letters, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked: told as done, put back on the day, and the same to the byte."""
    monkeypatch.setenv("GARANT_ARCHIVE", str(tmp_path / "archive"))
    map_file = settings.GARANT_MAPS / company / "recruitment.yaml"
    apart = "apart: {candidate: {candidate: {email: {pseudonymise: {}}, first_name: blank, phone: blank}}}\n"
    map_file.write_text(map_file.read_text(encoding="utf-8") + "\n" + apart, encoding="utf-8")
    ((email,),) = ask_system(
        "GARANT_DEMO_RECRUITMENT",
        "SELECT email FROM candidate WHERE email IS NOT NULL GROUP BY lower(email) HAVING count(*) = 1 LIMIT 1",
    )
    whole = "SELECT * FROM candidate ORDER BY id"
    before = ask_system("GARANT_DEMO_RECRUITMENT", whole)
    request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    during = ask_system("GARANT_DEMO_RECRUITMENT", whole)
    assert sum(one != other for one, other in zip(before, during, strict=True)) == 1
    assert email not in str(during)
    assert "restrict" in may(company, email)
    run = decisions.run_of(company, services.find(company, request.key).plan)
    assert run is not None
    assert tasks.of_run(run.key) == []
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert "restricted" in [one.kind for one in services.sent(request)]
    today = services.today(company)
    services.tell_lift(company, request.key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)
    seen(Request).filter(key=request.key).update(lift_on=today)
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, request.key, actor=OFFICER)
    work(company, "run")
    assert ask_system("GARANT_DEMO_RECRUITMENT", whole) == before
    assert "restrict" not in may(company, email)


def test_what_is_asked_again_on_the_same_day_is_done_again(company: str, post: Letters) -> None:
    """Restricted, put back by somebody in the system, asked again: the same rows, and yet another plan."""
    email = somebody()
    archived = "SELECT archived FROM person WHERE email = ?"
    first, _ = asked(company, post, "restriction", email)
    carried_out(company, first.key)
    services.answer(company, first.key, Outcome.FULLY, actor=OFFICER)
    change_system("GARANT_DEMO_CRM", "UPDATE person SET archived = 0 WHERE email = ?", email)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=1)):
        second, _ = asked(company, post, "restriction", email)
    assert second.key != first.key
    assert second.plan != services.find(company, first.key).plan
    carried_out(company, second.key)
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]


def may(company: str, email: str) -> str:
    """Why a person's data may not be used for the first purpose of the policy."""
    activity, purpose = next(iter(policy_in_force(company).document.purposes()))
    return permissions.may(company, [("email", email)], f"{activity.key}/{purpose.key}").code


def test_a_restriction_ends_once_the_person_knows_it(company: str, post: Letters) -> None:
    email = somebody()
    request, _ = asked(company, post, "restriction", email)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    archived = "SELECT archived FROM person WHERE email = ?"
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]
    assert "restrict" in may(company, email)
    officer, page = sign_in(OFFICER), f"/o/{company}/requests/{request.key}/"
    today = services.today(company)
    with pytest.raises(LedgerError):
        services.tell_lift(company, request.key, "Accord trouvé.", today, actor=OFFICER)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=100)):
        assert services.night(company)["forgotten"] == 0  # what is needed to lift it
    on = today + timedelta(days=10)
    officer.post(f"{page}lift/", {"on": on.isoformat(), "reason": "Accord trouvé."})
    assert services.night(company)["lifted"] == 0
    seen(Request).filter(key=request.key).update(lift_on=today)  # the day has come
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, request.key, actor=OFFICER)
    work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(0,)]
    assert "restrict" not in may(company, email)
    assert services.find(company, request.key).forget_on is not None
    assert "Accord trouvé." in next(one.text for one in services.sent(request) if one.kind == "lifted")


def test_of_two_restrictions_of_the_same_data_the_second_stays_when_the_first_ends(
    company: str, post: Letters
) -> None:
    """Asked three times by one person; what the plan of an end stands on is asked again before it is approved."""
    email = somebody()
    archived = "SELECT archived FROM person WHERE email = ?"
    keys: list[str] = []
    for minute in (0, 1, 2):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minute)):
            one, _ = asked(company, post, "restriction", email)
        carried_out(company, one.key)
        services.answer(company, one.key, Outcome.FULLY, actor=OFFICER)
        keys.append(one.key)
    today = services.today(company)
    for key in keys[:2]:
        services.tell_lift(company, key, "Accord trouvé.", today + timedelta(days=10), actor=OFFICER)

    def day_comes(key: str) -> None:
        seen(Request).filter(key=key).update(lift_on=today)
        assert services.night(company)["lifted"] == 1

    day_comes(keys[0])
    services.approve_lift(company, keys[0], actor=OFFICER)
    work(company, "run")
    assert services.find(company, keys[0]).forget_on is not None
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]
    assert "restrict" in may(company, email)
    day_comes(keys[1])
    seen(Request).filter(key=keys[2]).update(forget_on=today)  # the third ended meanwhile
    carried.hand_over(company, keys[2], [])
    with pytest.raises(LedgerError, match="another"):
        services.approve_lift(company, keys[1], actor=OFFICER)
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(1,)]
    services.approve_lift(company, keys[1], actor=OFFICER)  # planned anew: beside nobody
    work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", archived, email) == [(0,)]
    assert "restrict" not in may(company, email)
