"""Tasks: asked once, answered once under a signature, and then nobody is named any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from garant.apps.accounts import services as accounts
from garant.apps.evidence import services as evidence
from garant.apps.organisations import services as organisations
from garant.apps.promises import services as promises
from garant.apps.scoping import scoped
from garant.apps.tasks import services
from garant.apps.tasks.answers import (
    Answer,
    new_key_file,
    read_answer,
    read_key_file,
    sign,
    statement_digest,
)
from garant.apps.tasks.models import Task, TrustedKey
from garant.apps.tasks.refusals import RefusedError
from garant.engine.manual import ManualTask
from garant.ledger.notes import SigningKey
from garant.policy.text import Text
from tests.apps.promises.tiny import MAP_DIGESTS, ORGANISATION, POLICY_DIGEST, tiny_plan
from tests.apps.promises.tiny import Answer as Checked

MARIE = {"email": "marie.secret@client.example"}
KEY = SigningKey(bytes(range(32)))
VERIFIER = str(KEY.verifier("archive"))
OTHER = SigningKey(bytes(32))


def asked(system: str = "archive", **changes: Any) -> ManualTask:
    whole: dict[str, Any] = {
        "system": system,
        "label": Text(fr="Archives", en="Archive"),
        "rule": None,
        "responsible": "Camille Exemple",
        "email": "camille@archive.example",
        "days": 14,
        "key": VERIFIER,
        "look_for": Text(fr="Broyez.", en="Shred."),
        "identities": MARIE,
    }
    return ManualTask(**{**whole, **changes})


@pytest.fixture
def ledger(db: object) -> None:
    evidence.create_keys()
    organisations.ensure_organisation(ORGANISATION, "Tiny", "Europe/Paris")


def started(*tasks: ManualTask, kind: str = "erasure") -> Any:
    """The run of an approved plan that asks these tasks."""
    plan = tiny_plan(kind=kind, tasks=list(tasks), corrections={"phone": "0199000000"})
    registered = promises.register_plan(plan)
    promises.approve(
        registered, digest=plan.digest, actor="dpo", policy_digest=POLICY_DIGEST, map_digests=MAP_DIGESTS
    )
    return promises.start_run(registered, actor="dpo")


def finished(*tasks: ManualTask) -> Any:
    return promises.finish_run(started(*tasks).key, Checked(0))


def said(task: Task, outcome: str = "done", found: int = 2, treated: int = 2, reason: str = "") -> Answer:
    return Answer(task.key, statement_digest(task.statement), outcome, found, treated, reason)  # type: ignore[arg-type]


def entries(kind: str) -> list[Any]:
    return [record.payload for record in evidence.records(ORGANISATION, kind=kind)]


def everything_written() -> str:
    """The whole ledger and every row about tasks and plans, as text."""
    from django.db import connection

    rows: list[Any] = [record.payload for record in evidence.records(ORGANISATION)]
    with connection.cursor() as cursor:
        for table in ("tasks_task", "promises_plan", "promises_run", "promises_batch"):
            cursor.execute(f"SELECT * FROM {table}")
            rows += cursor.fetchall()
    return repr(rows)


@pytest.mark.usefixtures("ledger")
def test_starting_the_run_asks_once_and_says_so_in_the_ledger() -> None:
    run = started(asked(), asked("inbox"))
    assert [task.key for task in services.of_run(run.key)] == [
        f"{run.key}-archive-erasure",
        f"{run.key}-inbox-erasure",
    ]
    promises.start_run(run.plan, actor="dpo")
    assert len(entries("task.created")) == 2
    task = services.task(f"{run.key}-archive-erasure")
    assert (task.due_on - task.created_at.date()).days in (14, 15)
    assert services.whom(task) == {"identities": MARIE, "corrections": {"phone": "0199000000"}}


@pytest.mark.usefixtures("ledger")
def test_asking_again_by_hand_changes_nothing() -> None:
    run = started(asked())
    again = {"zone": "Europe/Paris", "corrections": {}, "now": datetime.now(UTC)}
    services.create(ORGANISATION, run.key, "erasure", [asked()], **again)
    assert len(services.of_run(run.key)) == 1


@pytest.mark.usefixtures("ledger")
def test_the_run_waits_and_ends_with_the_last_answer() -> None:
    run = finished(asked(), asked("inbox"))
    assert run.state == "waiting"
    assert not run.open
    (closed,) = entries("run.finished")
    assert (closed["verified"], closed["waiting"]) == (False, 2)
    first, second = services.tasks(ORGANISATION)
    assert promises.receive_answer(sign(said(first), KEY, "archive")).state == "waiting"
    assert entries("run.answered") == []
    ended = promises.receive_answer(sign(said(second, "nothing-found", 0, 0), KEY, "archive"))
    assert ended.state == "kept"
    assert entries("run.answered") == [{"run": run.key, "kept": True}]
    assert services.tasks(ORGANISATION) == []
    assert len(services.tasks(ORGANISATION, every=True)) == 2


@pytest.mark.usefixtures("ledger")
def test_a_refusal_is_a_promise_not_kept() -> None:
    run = finished(asked())
    (task,) = services.tasks(ORGANISATION)
    ended = promises.receive_answer(sign(said(task, "refused", 1, 0, "The box is lost"), KEY, "archive"))
    assert ended.state == "not-kept"
    assert entries("run.answered") == [{"run": run.key, "kept": False}]
    assert "The box is lost" in services.task(task.key).answer


@pytest.mark.usefixtures("ledger")
def test_an_answer_before_the_end_of_the_run_counts_at_its_end() -> None:
    run = started(asked())
    (task,) = services.tasks(ORGANISATION)
    assert promises.receive_answer(sign(said(task), KEY, "archive")).state == "running"
    assert promises.finish_run(run.key, Checked(0)).state == "kept"


@pytest.mark.usefixtures("ledger")
def test_rows_left_by_a_program_are_not_mended_by_an_answer() -> None:
    run = started(asked())
    assert promises.finish_run(run.key, Checked(3)).state == "not-kept"
    (task,) = services.tasks(ORGANISATION)
    assert promises.receive_answer(sign(said(task), KEY, "archive")).state == "not-kept"


@pytest.mark.usefixtures("ledger")
def test_once_answered_nobody_is_named_anywhere() -> None:
    finished(asked())
    assert "marie" not in everything_written()
    (task,) = services.tasks(ORGANISATION)
    promises.receive_answer(sign(said(task), KEY, "archive"))
    assert services.whom(services.task(task.key)) == {"identities": {}, "corrections": {}}
    assert "marie" not in everything_written()
    assert len(entries("subject-keys.destroyed")) <= 1
    (answered,) = entries("task.answered")
    assert (answered["outcome"], answered["found"], answered["treated"]) == ("done", 2, 2)
    evidence.verify_database(ORGANISATION)


@pytest.mark.usefixtures("ledger")
def test_what_is_done_of_some_of_what_was_found_is_not_kept_and_says_why() -> None:
    """Three of five were destroyed: the run does not say that everything was."""
    finished(asked())
    (task,) = services.tasks(ORGANISATION)
    with pytest.raises(RefusedError, match="2 of 5 were not treated"):
        sign(said(task, found=5, treated=3), KEY, "archive")
    data = sign(said(task, found=5, treated=3, reason="Two boxes are at the other site."), KEY, "archive")
    assert promises.receive_answer(data).state == "not-kept"
    assert services.task(task.key).state == "partly"
    assert services.outcome_of(task.run) == "not-kept"
    (answered,) = entries("task.answered")
    assert (answered["outcome"], answered["found"], answered["treated"]) == ("done", 5, 3)
    assert "Two boxes" in services.task(task.key).answer


@pytest.mark.usefixtures("ledger")
def test_a_task_is_answered_once() -> None:
    finished(asked())
    (task,) = services.tasks(ORGANISATION)
    data = sign(said(task), KEY, "archive")
    promises.receive_answer(data)
    with pytest.raises(RefusedError, match="already"):
        promises.receive_answer(data)
    with pytest.raises(RefusedError, match="already"):
        services.remind(task.key)


@pytest.mark.usefixtures("ledger")
def test_another_hand_another_question_and_another_task_are_refused() -> None:
    finished(asked())
    (task,) = services.tasks(ORGANISATION)
    whole = said(task)
    for data, why in (
        (sign(whole, OTHER, "archive"), "not that of the key"),
        (sign(whole, KEY, "somebody"), "not that of the key"),
        (
            sign(whole, KEY, "archive").replace(b"found 2\ntreated 2", b"found 9\ntreated 9"),
            "not that of the key",
        ),
        (sign(replace(whole, asked="0" * 64), KEY, "archive"), "not to what was asked"),
        (sign(replace(whole, task="nothing"), KEY, "archive"), "No task"),
        (b"done!", "not a well-formed"),
    ):
        with pytest.raises(RefusedError, match=why):
            promises.receive_answer(data)
    assert services.task(task.key).waiting
    assert entries("task.answered") == []


@pytest.mark.usefixtures("ledger")
def test_a_key_may_be_registered_and_replaced() -> None:
    finished(asked(key=None))
    (task,) = services.tasks(ORGANISATION)
    data = sign(said(task), KEY, "archive")
    with pytest.raises(RefusedError, match="No public key"):
        promises.receive_answer(data)
    with pytest.raises(RefusedError, match="not a public key"):
        services.trust(ORGANISATION, "archive", "nothing")
    services.trust(ORGANISATION, "archive", str(OTHER.verifier("archive")))
    with pytest.raises(RefusedError, match="not that of the key"):
        promises.receive_answer(data)
    services.trust(ORGANISATION, "archive", VERIFIER)
    assert promises.receive_answer(data).state == "kept"
    assert len(entries("task.key-trusted")) == 2


@pytest.mark.usefixtures("ledger")
def test_a_key_of_a_map_that_is_none_is_refused_in_words() -> None:
    finished(asked(key=VERIFIER[:-4] + "AAA="))
    (task,) = services.tasks(ORGANISATION)
    with pytest.raises(RefusedError, match="not a public key"):
        promises.receive_answer(sign(said(task), KEY, "archive"))


@pytest.mark.usefixtures("ledger")
def test_what_is_late_is_counted_in_the_organisation_s_days() -> None:
    finished(asked(days=1))
    (task,) = services.tasks(ORGANISATION)
    due = task.due_on
    evening = datetime(due.year, due.month, due.day, 22, 30, tzinfo=UTC)
    assert services.overdue(ORGANISATION, datetime(due.year, due.month, due.day, 12, tzinfo=UTC)) == []
    late = services.overdue(ORGANISATION, evening.replace(hour=23, minute=59))
    assert [one.key for one in late] == ([task.key] if evening.month else [])
    assert services.days_late(task, datetime(2000, 1, 1, tzinfo=UTC)) == 0  # a clock that stepped back


@pytest.mark.usefixtures("ledger")
def test_a_reminder_is_counted_in_the_ledger() -> None:
    finished(asked())
    (task,) = services.tasks(ORGANISATION)
    services.remind(task.key)
    assert services.remind(task.key).reminded == 2
    assert [entry["times"] for entry in entries("task.reminded")] == [1, 2]


@pytest.mark.usefixtures("ledger")
def test_a_task_of_a_rule_names_nobody_and_holds_no_key() -> None:
    started(asked(rule="prospects", identities={}), kind="retention")
    (task,) = services.tasks(ORGANISATION)
    assert task.sealed is None
    assert task.key.endswith("-archive-prospects")


@pytest.mark.usefixtures("ledger")
def test_what_fails_halfway_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The state and its ledger entry are one transaction."""
    finished(asked())
    (task,) = services.tasks(ORGANISATION)

    def fail(*_: object) -> None:
        raise RuntimeError("no more room")

    monkeypatch.setattr(evidence, "checkpoint", fail)
    with pytest.raises(RuntimeError):
        promises.receive_answer(sign(said(task), KEY, "archive"))
    monkeypatch.undo()
    assert services.task(task.key).waiting
    assert services.whom(services.task(task.key))["identities"] == MARIE
    assert entries("task.answered") == []


@given(
    outcome=st.sampled_from(["done", "nothing-found", "refused", "perhaps"]),
    found=st.integers(0, 9),
    treated=st.integers(0, 9),
    reason=st.text(max_size=30),
)
def test_what_is_signed_is_what_is_read_or_is_refused(
    outcome: str, found: int, treated: int, reason: str
) -> None:
    answer = Answer("task-1", "ab" * 32, outcome, found, treated, reason)  # type: ignore[arg-type]
    try:
        data = sign(answer, KEY, "archive")
    except (RefusedError, UnicodeEncodeError):
        return
    read, _ = read_answer(data)
    assert replace(read, reason="") == replace(answer, reason="")
    assert read.reason == reason.rstrip()


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_refused_with_words(data: bytes) -> None:
    with pytest.raises(RefusedError):
        read_answer(data)


@given(st.integers(0, 400), st.integers(0, 255))
def test_one_changed_byte_never_passes(place: int, byte: int) -> None:
    data = bytearray(sign(Answer("task-1", "ab" * 32, "done", 3, 3), KEY, "archive"))
    place %= len(data)
    if data[place] == byte:
        return
    data[place] = byte
    try:
        _, note = read_answer(bytes(data))
        note.signers([KEY.verifier("archive")])
    except (RefusedError, ValueError):
        return
    raise AssertionError(bytes(data))


def test_a_key_file_is_its_owner_s_alone_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "camille.key"
    verifier = new_key_file(file, "camille")
    assert file.stat().st_mode & 0o777 == 0o600
    key, name = read_key_file(file)
    assert str(key.verifier(name)) == str(verifier)
    with pytest.raises(FileExistsError):
        new_key_file(file, "camille")
    file.write_text("garant-task-key:1:camille:AAAA\n")
    with pytest.raises(RefusedError, match="does not hold"):
        read_key_file(file)
    file.write_text("nothing")
    with pytest.raises(RefusedError, match="does not hold"):
        read_key_file(file)


@pytest.mark.usefixtures("ledger")
def test_pressing_tasks_are_reminded_of_at_intervals_of_calendar_days() -> None:
    run = started(asked(), asked("inbox", days=30))
    soon, later = services.of_run(run.key)
    due = datetime.combine(soon.due_on, datetime.min.time(), UTC)
    one_day = timedelta(days=1)

    def named(within: int | None, at: datetime) -> list[str]:
        return [one.key for one in services.to_remind(ORGANISATION, within=within, every=3, now=at)]

    assert [services.days_left(soon, due), services.days_left(later, due)] == [0, 16]
    assert named(None, due) == []
    assert named(0, due) == [soon.key]
    assert named(16, due) == [soon.key, later.key]
    assert named(None, due + one_day) == [soon.key]
    services.remind(soon.key, now=due + one_day)
    assert named(None, due + 3 * one_day) == []
    assert named(None, due + 4 * one_day) == [soon.key]
    promises.receive_answer(sign(said(soon), KEY, "archive"))
    assert not services.is_pressing(services.task(soon.key), 100, due + 99 * one_day)


@pytest.mark.usefixtures("ledger")
def test_an_access_request_ends_with_its_answers_and_has_no_run() -> None:
    again = {"zone": "Europe/Paris", "corrections": {}, "now": datetime.now(UTC)}
    services.create(ORGANISATION, "access-1", "access", [asked(), asked("inbox")], **again)
    first, second = services.of_run("access-1")
    assert {one.key for one in services.waiting_for(ORGANISATION, "access", MARIE)} == {first.key, second.key}
    assert services.waiting_for(ORGANISATION, "access", {"email": "x@x.example"}) == []
    received = promises.receive_answer(sign(said(first), KEY, "archive"))
    assert (received.key, received.state, received.purpose) == ("access-1", "waiting", "access")
    assert services.waiting_for(ORGANISATION, "access", MARIE) == [second]
    assert (
        promises.receive_answer(sign(said(second, "refused", 0, 0, "Lost"), KEY, "archive")).state
        == "not-kept"
    )
    assert "marie" not in everything_written()


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("done", "c’est fait"),
        ("partly", "en partie\u202f: 1 sur 2"),
        ("nothing-found", "rien trouvé"),
        ("refused", "refusé"),
        (None, "attendue"),
    ],
)
def test_the_page_of_a_run_says_for_whose_answer_it_waits(
    outcome: str | None, words: str, settings: Any
) -> None:
    settings.GARANT_MFA_REQUIRED = False
    run = finished(asked())
    (task,) = services.tasks(ORGANISATION)
    if outcome is not None:
        found, short = (2 if outcome in ("done", "partly") else 0), outcome == "partly"
        reason = "Pas le temps." if outcome in ("partly", "refused") else ""
        answer = said(task, "done" if short else outcome, found, found - short, reason)
        promises.receive_answer(sign(answer, KEY, "archive"))
    user = accounts.ensure_user("dpo@tiny.example")
    accounts.give(ORGANISATION, user, accounts.Habilitation("dpo"), actor="garant")
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/o/{ORGANISATION}/runs/{run.key}/").content.decode()
    assert "Archives" in page
    assert f">{words}</span>" in page
    assert "Camille" not in page
    assert "Pas le temps" not in page


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"treated": 3}, "no more than one found"),
        ({"outcome": "nothing-found"}, "nothing was found"),
        ({"outcome": "refused"}, "says why"),
        ({"reason": "x" * 501}, "500 characters"),
        ({"outcome": "perhaps"}, "well-formed"),
    ],
)
def test_an_answer_whose_parts_do_not_go_together_says_which(change: dict[str, Any], why: str) -> None:
    finished(asked())
    (task,) = services.tasks(ORGANISATION)
    with pytest.raises(RefusedError, match=why):
        sign(replace(said(task), **change), KEY, "archive")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("named", [True, False])
def test_whoever_has_the_database_alone_answers_in_nobodys_name(named: bool) -> None:
    """The key that may answer is put in the place of the right one; the ledger has which it was."""
    other = str(OTHER.verifier("archive"))
    finished(asked() if named else asked(key=None))
    services.trust(ORGANISATION, "archive", VERIFIER)
    (task,) = services.tasks(ORGANISATION)
    with scoped(ORGANISATION):
        if named:
            task.statement = {**task.statement, "key": other}
            Task.objects.filter(key=task.key).update(statement=task.statement)
        else:
            TrustedKey.objects.update(verifier=other)
    with pytest.raises(evidence.LedgerUnverifiableError):
        promises.receive_answer(sign(said(task), OTHER, "archive"))
    assert entries("task.answered") == []
