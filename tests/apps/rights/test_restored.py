"""What was approved, or asked of a worker, in a backup of Garant does not go by itself once that backup is put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings

from garant.apps.backups.services import unread
from garant.apps.jobs import kinds
from garant.apps.jobs import services as jobs
from garant.apps.jobs.models import Job
from garant.apps.promises import decisions
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.refusals import RefusedError
from garant.apps.rights import services
from garant.apps.rights.words import Method, Right
from garant.engine.planning.marked import MARKED_BY_WHOM
from tests.apps.rights.conftest import Letters, ask_system, change_system, somebody, taken, work
from tests.apps.rights.steps import DELEGATE, OFFICER, fill
from tests.apps.rights.test_together import approved, known, prospects
from tests.apps.seen import seen

pytestmark = pytest.mark.django_db(transaction=True)


def put_back() -> None:
    """The backup of this moment is put back; what was done after it, nobody here knows."""
    unread.flag(Path(settings.GARANT_HOME), "ab" * 32)
    unread.notice()


def read(company: str) -> None:
    """Somebody has read what was forgotten, and says so."""
    unread.acknowledge(company, missing=3, actor=OFFICER)


@pytest.mark.parametrize("lost", [False, True], ids=["job", "no-job"])
def test_an_approved_erasure_is_approved_once_more(company: str, lost: bool) -> None:
    """It may have been withdrawn, or its directives revoked, since; whoever has read decides, by the plan as it is now."""
    email = somebody()
    key = approved(company, email).key
    if lost:  # a system was down, and its job failed: each hour it is asked for again
        taken(company, "run")
    put_back()
    read(company)
    if lost:
        assert services.ask_again(company) == 0
    else:
        with pytest.raises(RefusedError, match="restored after this was asked"):
            work(company, "run")
    assert (services.find(company, key).state, known(email)) == ("planned", 1)
    services.approve(company, key, actor=OFFICER)
    assert services.ask_again(company) == 1
    work(company, "run")
    assert (services.find(company, key).state, known(email)) == ("running", 0)


def test_it_does_not_go_with_whoever_is_approved_since(company: str) -> None:
    first, second = prospects(2)
    approved(company, first)
    put_back()
    read(company)
    since = approved(company, second)
    (waiting,) = seen(Job).filter(kind="run", arguments__plan=since.plan)
    job = jobs.begin(waiting.key)  # that of the other waits still, as behind a busy worker
    assert job is not None
    assert (kinds.run(job)["state"], known(first), known(second)) == ("kept", 1, 0)


def test_a_package_is_not_made_and_sent_once_more(company: str, post: Letters) -> None:
    whom = services.Whom(email=somebody(), name="Jeanne Essai")
    key = services.receive(company, services.Asked(Right.ACCESS, whom)).request.key
    services.accept(company, key, Method.KNOWN_CONTACT, actor=DELEGATE)
    work(company, "request-search")
    services.texts_read(company, key, [], actor=OFFICER)
    services.approve(company, key, actor=OFFICER)
    put_back()
    with pytest.raises(RefusedError, match="restored after this was asked"):
        work(company, "request-package")
    assert "package_ready" not in post.kinds(key)
    assert services.find(company, key).state == "searching"
    services.approve(company, key, actor=OFFICER)  # whoever wrote since is answered meanwhile, as before
    work(company, "request-package")
    assert post.kinds(key).count("package_ready") == 1


def test_a_sweep_that_waited_is_asked_for_again(company: str) -> None:
    digest = kinds.propose_today(company, actor=DELEGATE)
    with open_published(company) as workspace:
        decisions.approve(
            company,
            digest,
            actor=OFFICER,
            policy_digest=workspace.policy.digest,
            map_digests=workspace.map_digests,
        )
    jobs.ask(company, "run", {"plan": digest}, actor=OFFICER)
    put_back()
    read(company)
    before = ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person")
    with pytest.raises(RefusedError, match="restored after this was asked"):
        work(company, "run")
    assert ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person") == before
    jobs.ask(company, "run", {"plan": digest}, actor=OFFICER)
    assert [one["state"] for one in work(company, "run")] == ["kept"]


def test_nobody_is_dropped_until_somebody_has_read(company: str, post: Letters) -> None:
    """Whoever has not confirmed by the backup may have done so since: no letter says that their request is over."""
    fill(company, "erasure", email="j@essai.example")
    (request,) = services.listing(company)
    put_back()
    with time_machine.travel(datetime.now(UTC) + timedelta(days=60)):
        assert services.night(company)["dropped"] == 0
        assert services.find(company, request.key).open
        assert "abandoned" not in post.kinds(request.key)
        read(company)
        assert services.night(company)["dropped"] == 1


@pytest.mark.parametrize("lost", [False, True], ids=["never", "restored"])
def test_a_mark_of_a_restriction_that_was_forgotten_is_told(company: str, lost: bool) -> None:
    """The plan took it for the company's own: the end of the restriction would have left the record marked for ever."""
    email = somebody()
    change_system("GARANT_DEMO_CRM", "UPDATE person SET archived = 1 WHERE email = ?", email)
    if lost:
        put_back()
        read(company)
    whom = services.Whom(email=email, name="Jeanne Essai")
    key = services.receive(company, services.Asked(Right.RESTRICTION, whom)).request.key
    services.accept(company, key, Method.KNOWN_CONTACT, actor=DELEGATE)
    work(company, "request-search")
    plan = decisions.document(company, services.find(company, key).plan)
    told = any(note == MARKED_BY_WHOM for one in plan.selections for note in one.notes)
    assert told == lost
