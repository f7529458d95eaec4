"""Many requests, approved one by one, carried out by one run: each is told its own end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from garant.apps.evidence import services as evidence
from garant.apps.jobs import kinds, running
from garant.apps.jobs import services as jobs
from garant.apps.jobs.models import Job, JobState
from garant.apps.promises import decisions
from garant.apps.promises.models import Plan, Run
from garant.apps.promises.opening.published import open_published
from garant.apps.promises.recording.fates import fate_of
from garant.apps.promises.refusals import RefusedError, RunInterruptedError
from garant.apps.promises.running import execution, gathering
from garant.apps.promises.services import start_run
from garant.apps.rights import services
from garant.apps.rights.keeping import letters
from garant.apps.rights.models import Request
from garant.apps.rights.words import Method, Outcome, Right
from garant.apps.scoping import scoped
from garant.engine.running.gathering import gather
from tests.apps.rights.conftest import Letters, ask_system, change_system, work
from tests.apps.rights.steps import DELEGATE, OFFICER
from tests.apps.seen import seen
from tests.site.conftest import sign_in

pytestmark = pytest.mark.django_db(transaction=True)


def prospects(number: int) -> list[str]:
    """Addresses of people whom the customer database knows, each once, and nothing holds."""
    rows = ask_system(
        "GARANT_DEMO_CRM",
        """SELECT p.email FROM person p WHERE p.email LIKE '%@%'
           AND NOT EXISTS (SELECT 1 FROM invoice i WHERE i.account_id = p.account_id)
           AND NOT EXISTS (SELECT 1 FROM contract c WHERE c.account_id = p.account_id)
           AND (SELECT count(*) FROM person q WHERE lower(q.email) = lower(p.email)) = 1
           ORDER BY p.id LIMIT ?""",
        number,
    )
    assert len(rows) == number
    return [email for (email,) in rows]


def approved(company: str, email: str) -> Request:
    """An erasure, searched, planned and approved."""
    whom = services.Whom(email=email, name="Jeanne Essai")
    key = services.receive(company, services.Asked(Right.ERASURE, whom)).request.key
    services.accept(company, key, Method.KNOWN_CONTACT, actor=DELEGATE)
    work(company, "request-search")
    return services.approve(company, key, actor=OFFICER)


def run_first(company: str) -> tuple[Job, dict[str, Any]]:
    """What the worker does with the job that was asked first; the others wait behind it."""
    first = jobs.begin(min(seen(Job).filter(kind="run", state="waiting"), key=lambda one: one.asked_at).key)
    assert first is not None
    return first, kinds.run(first)


def gathered_runs() -> list[Run]:
    return list(seen(Run).filter(plan__members__isnull=False).distinct())


def known(email: str) -> int:
    return len(ask_system("GARANT_DEMO_CRM", "SELECT 1 FROM person WHERE email = ?", email))


@contextmanager
def every_statement() -> Iterator[list[str]]:
    """What Django sends to Garant's own database, by any thread."""
    asked: list[str] = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    def follow(connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(count)

    follow(connection)
    connection_created.connect(follow)
    try:
        yield asked
    finally:
        connection_created.disconnect(follow)
        connection.execute_wrappers.remove(count)


def test_the_whole_way_of_an_erasure_costs_few_statements(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From what the form sends to the second look, with the jobs that are begun and ended for it; those of durable
    execution, eight, are not Django's, and how far a job has come is written as often as time passes.

    Where a tile of the ledger fills up, some more.
    """
    monkeypatch.setattr(kinds, "EVERY", 3600.0)
    (email,) = prospects(1)
    with every_statement() as before:
        approved(company, email)
    with every_statement() as asked:
        run_first(company)
    assert known(email) == 0
    assert len(before) <= 55, len(before)
    told = sum('SET "progress"' in sql for sql in asked)  # each half second
    assert len(asked) - told <= 53, len(asked)


def test_one_run_for_all_who_wait(company: str, post: Letters) -> None:
    emails = prospects(5)
    requests = [approved(company, email) for email in emails[:4]]
    people = ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person")[0][0]
    job, outcome = run_first(company)
    jobs.end(job.key, JobState.DONE, outcome=outcome)

    [run] = gathered_runs()
    assert outcome == {"run": run.key, "state": "kept"}
    assert [known(email) for email in emails] == [0, 0, 0, 0, 1]
    assert ask_system("GARANT_DEMO_CRM", "SELECT count(*) FROM person")[0][0] == people - 4
    assert {(one.state, one.outcome["run"]) for one in seen(Job).filter(kind="run")} == {("done", run.key)}
    [gathered] = evidence.records(company, kind="plan.gathered")
    assert gathered.payload["of"] == [request.plan for request in requests]
    assert gathered.payload["plan"] == run.plan_id
    assert evidence.verify_database(company).entries

    for request in requests:
        assert services.find(company, request.key).state == "running"
        fate = fate_of(company, request.plan)
        assert fate is not None
        assert (fate.state, fate.key, sum(map(sum, fate.done.values())) > 0) == ("kept", run.key, True)
        services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
        assert_said_of_it_alone(company, request)
    assert evidence.verify_database(company).entries


def assert_said_of_it_alone(company: str, request: Request) -> None:
    """The letter says what was done for this request, as its own plan counted it."""
    plan = decisions.find(company, request.plan).document
    rows = [action["deleted"] + action["treated"] for one in plan["selections"] for action in one["actions"]]
    fate = fate_of(company, request.plan)
    assert fate is not None
    with scoped(company):
        said = " ".join(one.what.en for one in letters._done(request, fate))
    assert rows
    assert sum(int(number) for number in re.findall(r"\d+", said)) == sum(rows)


def test_nothing_of_whom_they_were_about_stays(company: str, post: Letters) -> None:
    requests = [approved(company, email) for email in prospects(2)]
    run_first(company)
    [run] = gathered_runs()
    for plan in seen(Plan).filter(gathered_in=run.plan_id) | seen(Plan).filter(digest=run.plan_id):
        assert {one["keys"] for one in plan.document["selections"]} == {""}
    assert {one.digest for one in seen(Plan).filter(gathered_in__isnull=False)} == {
        request.plan for request in requests
    }


def test_plans_carried_out_can_still_be_read(company: str, post: Letters) -> None:
    """Without whom they were about; the plan of a run that has ended was an error once."""
    requests = [approved(company, email) for email in prospects(2)]
    run_first(company)
    officer, [run] = sign_in(OFFICER), gathered_runs()
    for digest in (requests[0].plan, run.plan_id):
        page = officer.get(f"/o/{company}/plans/{digest}/")
        assert page.status_code == 200
        assert "Ce plan a été exécuté" in page.content.decode()
        assert officer.get(f"/o/{company}/plans/{digest}/sample/").status_code == 302
    assert "Demandes exécutées ensemble" in page.content.decode()
    assert run.key in officer.get(f"/o/{company}/requests/{requests[0].key}/").content.decode()


def test_whose_data_changed_is_planned_again_and_stops_nobody(company: str, post: Letters) -> None:
    emails = prospects(5)
    requests = [approved(company, email) for email in emails]
    changed = requests[2]
    before = known(emails[2])
    change_system("GARANT_DEMO_CRM", "DELETE FROM person WHERE email = ?", emails[2])
    _, outcome = run_first(company)
    assert (before, outcome["state"]) == (1, "kept")
    assert [known(email) for email in emails] == [0] * 5
    states = [services.find(company, request.key) for request in requests]
    assert [one.state for one in states] == ["running", "running", "searching", "running", "running"] or (
        states[2].state == "planned" and states[2].plan != changed.plan
    )
    [failed] = seen(Job).filter(kind="run", state="failed")
    assert failed.arguments == {"plan": changed.plan}
    assert "plan" in failed.problem["en"]
    told = {step.kind for step in services.story(states[2]).steps}
    assert "unable" in told


def test_its_own_refusal_is_the_jobs(company: str, post: Letters) -> None:
    first, second = prospects(2)
    requests = [approved(company, email) for email in (first, second)]
    change_system("GARANT_DEMO_CRM", "DELETE FROM person WHERE email = ?", first)
    with pytest.raises(RefusedError):
        run_first(company)
    assert services.find(company, requests[0].key).state in ("searching", "planned")
    assert services.find(company, requests[1].key).state == "approved"  # it waits for its own job
    assert (known(first), known(second)) == (0, 1)


def test_a_run_that_stopped_goes_on_from_any_of_its_jobs(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    emails = prospects(3)
    requests = [approved(company, email) for email in emails]
    really = execution._run_durably

    def lost(_: Run, **__: bool) -> None:
        raise RunInterruptedError("the server is gone")

    monkeypatch.setattr(execution, "_run_durably", lost)
    with pytest.raises(RunInterruptedError):
        run_first(company)
    monkeypatch.setattr(execution, "_run_durably", really)
    assert [services.find(company, one.key).state for one in requests] == ["running"] * 3
    with pytest.raises(RefusedError):  # it is begun: nobody carries out one of them alone meanwhile
        start_run(decisions.find(company, requests[1].plan), actor=OFFICER)
    seen(Job).filter(kind="run").exclude(state="waiting").update(state="failed")

    assert services.ask_again(company) == 3
    _, outcome = run_first(company)
    assert outcome["state"] == "kept"
    assert [known(email) for email in emails] == [0, 0, 0]
    assert len(gathered_runs()) == 1
    assert services.ask_again(company) == 0
    fresh = run_job(company, requests[2])
    assert kinds.run(fresh)["run"] == outcome["run"]  # asked once more, it is done already


def run_job(company: str, request: Request) -> Job:
    return jobs.ask(company, "run", {"plan": request.plan}, actor=OFFICER)


def test_killed_before_the_ends_were_noted(
    company: str, post: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [approved(company, email) for email in prospects(2)]
    with monkeypatch.context() as killed:
        killed.setattr(running, "_ended", lambda *_, **__: None)
        run_first(company)
    for request in requests:
        kinds.run(run_job(company, request))
        assert [step.kind for step in services.story(request).steps].count("ran") == 1


def test_what_nobody_approved_is_not_gathered(company: str, post: Letters) -> None:
    one, two = (approved(company, email) for email in prospects(2))
    plans = gathering.waiting_among(company, [one.plan, two.plan])
    assert [plan.digest for plan in plans] == [one.plan, two.plan]
    with open_published(company) as workspace:
        gathered = gather(plans, workspace.policy, workspace.sources).plan
    assert gathered is not None
    seen(Plan).filter(digest=two.plan).update(approved_at=None)
    with pytest.raises(RefusedError):
        gathering.start(gathered, batch_size=10)
    assert gathering.waiting_among(company, [two.plan, one.plan]) == []
    assert seen(Plan).filter(digest=gathered.digest).count() == 0
