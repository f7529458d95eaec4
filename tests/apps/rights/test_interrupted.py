"""A run that was interrupted before it did anything and cannot go on, and an end of a restriction that could not begin."""

from __future__ import annotations

from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.promises.models import Run
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.promises.running import execution
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from garant.engine.planning.subject import plan_subjects
from garant.systems.port import ConnectorError
from garant.systems.sql import SqlConnector
from tests.apps.rights import killing
from tests.apps.rights.conftest import Letters, ask_system, change_system, forget_workflows, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER, asked, carried_out
from tests.apps.rights.test_restricted_midway import ARCHIVED, CRM, archived, ends_today, granted, no
from tests.apps.rights.test_together import approved, known, prospects
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)


def killed(*_: Any, **__: Any) -> Any:
    raise RunInterruptedError("killed")


def begun(company: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that was asked for begins, and its process is killed before it does anything."""
    with monkeypatch.context() as patched:
        patched.setattr(execution, "_run_durably", killed)
        with pytest.raises(RunInterruptedError):
            work(company, "run")


def goes_on(company: str) -> None:
    """What is asked for again each hour."""
    assert services.ask_again(company) > 0
    work(company, "run")


@pytest.mark.parametrize("right", ["erasure", "restriction"])
def test_somebody_else_has_the_key_by_then(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch, right: str
) -> None:
    """The run ends, not kept; the request can be planned again, and nothing was done to whoever has the key."""
    email = somebody()
    request, _ = asked(company, post, right, email)
    services.approve(company, request.key, actor=OFFICER)
    begun(company, monkeypatch)
    change_system(CRM, "UPDATE person SET email = 'other@x.example', last_name = 'O' WHERE email = ?", email)
    with pytest.raises(RefusedError, match="may be somebody else"):
        goes_on(company)
    fate = fate_of(company, request.plan)
    assert fate is not None
    assert (fate.state, ask_system(CRM, ARCHIVED, "other@x.example")) == ("not-kept", [(0,)])
    assert [step.kind for step in services.story(services.find(company, request.key)).steps].count("ran") == 1
    services.propose(company, request.key, actor=DELEGATE)
    change_system(CRM, "UPDATE person SET email = ? WHERE email = 'other@x.example'", email)
    services.propose(company, request.key, actor=DELEGATE)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert ask_system(CRM, ARCHIVED, email) == ([] if right == "erasure" else [(1,)])


def test_nor_of_requests_that_went_together(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = prospects(2)
    requests = [approved(company, email) for email in emails]
    with monkeypatch.context() as patched:
        patched.setattr(execution, "_run_durably", killed)
        first = min(seen(Job).filter(kind="run", state="waiting"), key=lambda one: one.asked_at)
        with pytest.raises(RunInterruptedError):
            kinds.run(first)
    change_system(
        CRM, "UPDATE person SET email = 'other@x.example', last_name = 'O' WHERE email = ?", emails[0]
    )
    with pytest.raises(RefusedError, match="may be somebody else"):
        kinds.run(first)
    assert [known(one) for one in (*emails, "other@x.example")] == [0, 1, 1]
    for one in requests:
        fate = fate_of(company, one.plan)
        assert fate is not None
        assert fate.state == "not-kept"
    services.propose(company, requests[1].key, actor=DELEGATE)
    seen(Job).filter(kind="run").update(state="done")
    carried_out(company, requests[1].key)
    assert [known(one) for one in (*emails, "other@x.example")] == [0, 0, 1]
    assert not seen(Run).filter(state="running").exists()


def ending(company: str, post: Letters) -> tuple[str, str]:
    """Somebody whose restriction ends today, and the request: the night has planned it."""
    email = somebody()
    key = granted(company, post, email)
    ends_today(company, key)
    assert services.night(company)["lifted"] == 1
    return email, key


def test_the_end_of_a_restriction_that_begun_is_planned_again(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    email, key = ending(company, post)
    services.approve_lift(company, key, actor=OFFICER)
    begun(company, monkeypatch)
    change_system(CRM, "UPDATE person SET last_name = 'Mariée' WHERE email = ?", email)
    with pytest.raises(RefusedError, match="may be somebody else"):
        goes_on(company)
    assert (no(company, email), archived(email)) == (True, 1)
    assert services.night(company)["lifted"] == 1
    services.approve_lift(company, key, actor=OFFICER)
    work(company, "run")
    assert (no(company, email), archived(email)) == (False, 0)


def test_the_end_of_a_restriction_is_asked_for_again(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its system was down when it was approved, or its process was killed: nobody approves it once more."""
    email, key = ending(company, post)
    assert services.ask_again(company) == 0, "nobody approved it"
    services.approve_lift(company, key, actor=OFFICER)

    def down(*_: Any) -> Any:
        raise ConnectorError("crm: it does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(SqlConnector, "snapshot", down)
        with pytest.raises(ConnectorError):
            work(company, "run")
    begun_again = services.ask_again(company)
    begun(company, monkeypatch)
    assert (begun_again, no(company, email), archived(email)) == (1, True, 1)
    goes_on(company)
    assert (no(company, email), archived(email)) == (False, 0)
    assert seen(Request).get(key=key).forget_on is not None
    assert services.ask_again(company) == 0


def test_whoever_has_a_key_since_is_not_restricted(company: str, post: Letters) -> None:
    """Two people restricted at a terminal, killed between them; the second's key is somebody else's by then."""
    emails = prospects(2)
    asked_by = [{"email": email} for email in emails]
    with open_published(company) as workspace:
        today = services.today(company)
        plan = plan_subjects(workspace.policy, workspace.sources, asked_by, "restriction", as_of=today)

    def apply() -> Run:
        with open_published(company) as workspace:
            return execution.apply_plan(
                plan, workspace, digest=plan.digest, actor="cli", batch_size=1, asked=asked_by
            )

    forget_workflows()
    with killing.killed("committed"), pytest.raises(RunInterruptedError):
        apply()
    (left,) = [email for email in emails if not archived(email)]
    change_system(
        CRM,
        "UPDATE person SET email = 'other@x.example', phone = '+33199000077', last_name = 'O' WHERE email = ?",
        left,
    )
    assert apply().state == "not-kept"
    assert (archived("other@x.example"), no(company, "other@x.example")) == (0, False)
    assert [no(company, email) for email in emails] == [True, True]
    evidence.verify_database(company)
