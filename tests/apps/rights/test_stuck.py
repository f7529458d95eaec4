"""A run that began, and whose policy or map changed before it could go on: it ends, and what it was for is planned again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from garant.apps.evidence import services as evidence
from garant.apps.jobs import kinds
from garant.apps.jobs.models import Job
from garant.apps.promises.models import Run
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.replays.models import Suppressed
from garant.apps.rights import services
from garant.apps.rights.models import Request
from garant.apps.rights.words import Outcome
from tests.apps.rights import killing
from tests.apps.rights.conftest import Letters, ask_system, somebody, work
from tests.apps.rights.steps import DELEGATE, OFFICER, asked, carried_out
from tests.apps.rights.test_interrupted import goes_on
from tests.apps.rights.test_restricted_midway import ARCHIVED, CRM
from tests.apps.rights.test_together import approved, known, prospects
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crm(company: str, settings: Any) -> Path:
    return settings.GARANT_MAPS / company / "crm.yaml"


def redrawn(crm: Path) -> None:
    """Somebody writes a better map meanwhile."""
    text = crm.read_text(encoding="utf-8")
    assert "label: {fr: " in text
    crm.write_text(text.replace("label: {fr: ", "label: {fr: Notre ", 1), encoding="utf-8")


def killed(company: str, post: Letters, moment: str) -> tuple[str, Request]:
    """Somebody's erasure, approved and begun, whose process is killed at a moment."""
    email = somebody()
    request, _ = asked(company, post, "erasure", email)
    services.approve(company, request.key, actor=OFFICER)
    with killing.killed(moment), pytest.raises(RunInterruptedError):
        work(company, "run")
    return email, request


def state(company: str, request: Request) -> str:
    fate = fate_of(company, request.plan)
    assert fate is not None
    return fate.state


@pytest.mark.parametrize("moment", ["received", "checked"])
def test_one_whose_batches_all_have_their_receipt_ends(
    company: str, post: Letters, crm: Path, moment: str
) -> None:
    """Nobody has to put the old map back: the request is planned again, on the new one."""
    email, request = killed(company, post, moment)
    redrawn(crm)
    with pytest.raises(RefusedError, match="changed since the plan"):
        goes_on(company)
    assert state(company, request) == "not-kept"
    assert services.ask_again(company) == 0
    services.propose(company, request.key, actor=DELEGATE)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert ask_system(CRM, ARCHIVED, email) == []
    assert not seen(Run).filter(state="running").exists()
    evidence.verify_database(company)


def test_nor_do_requests_that_went_together_stand_still(company: str, crm: Path) -> None:
    """Each of them is planned again, on the new map."""
    emails = prospects(2)
    requests = [approved(company, email) for email in emails]
    first = min(seen(Job).filter(kind="run", state="waiting"), key=lambda one: one.asked_at)
    with killing.killed("checked"), pytest.raises(RunInterruptedError):
        kinds.run(first)
    redrawn(crm)
    seen(Job).filter(kind="run").update(state="done")
    assert services.ask_again(company) == 2
    work(company, "run")
    assert [state(company, one) for one in requests] == ["not-kept", "not-kept"]
    for one in requests:
        services.propose(company, one.key, actor=DELEGATE)
        carried_out(company, one.key)
        services.answer(company, one.key, Outcome.FULLY, actor=OFFICER)
    assert [known(one) for one in emails] == [0, 0]
    assert not seen(Run).filter(state="running").exists()


@pytest.mark.parametrize("moment", ["prepared", "committed"])
def test_one_whose_last_batch_nobody_knows_of_is_ended_by_somebody(
    company: str, post: Letters, crm: Path, moment: str
) -> None:
    """The page says why it stands still; whoever ends it says why; a restored backup is known all the same."""
    email, request = killed(company, post, moment)
    officer, page = sign_in(OFFICER), f"/o/{company}/runs/{request.plan[:16]}/"
    assert f"{page}end/" not in officer.get(page).content.decode(), "it can go on"
    officer.post(f"{page}end/", {"reason": "Pressé."})
    assert state(company, request) == "running"
    redrawn(crm)
    crm.with_name("another.yaml").write_text(
        "\tno: YAML\n", encoding="utf-8"
    )  # a slip in another map hinders nobody
    with pytest.raises(RefusedError, match="changed since the plan"):
        goes_on(company)
    assert state(company, request) == "running"
    shown = officer.get(page).content.decode()
    assert f"{page}end/" in shown
    assert "a changé depuis le plan" in shown
    officer.post(f"{page}end/", {"reason": " "})
    assert state(company, request) == "running"
    marks = seen(Suppressed).filter(organisation=company).count()
    officer.post(f"{page}end/", {"reason": "La carte a été refaite."})
    assert state(company, request) == "not-kept"
    assert "La carte a été refaite." in officer.get(page).content.decode()
    assert seen(Suppressed).filter(organisation=company).count() > marks
    (entry,) = evidence.records(company, kind="run.given-up")
    assert (entry.payload["run"], len(entry.payload["unsure"])) == (request.plan[:16], 1)
    crm.with_name("another.yaml").unlink()  # nobody is planned for without knowing every map
    services.ask_again(company)
    services.propose(company, request.key, actor=DELEGATE)
    carried_out(company, request.key)
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    assert ask_system(CRM, ARCHIVED, email) == []
    evidence.verify_database(company)
