"""The only way tasks are written: each change and its ledger entry in one transaction."""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.scoping import for_organisation, scope_of, scoped
from garant.apps.tasks import refusals
from garant.apps.tasks.answers import Answer, read_answer, statement_digest
from garant.apps.tasks.entries import TaskAnswered, TaskCreated, TaskKeyTrusted, TaskReminded
from garant.apps.tasks.models import Task, TaskState, TrustedKey
from garant.engine.manual import ManualTask
from garant.ledger import Problem, unwrap, wrap
from garant.ledger.entries import Entry, Payload
from garant.ledger.notes import MalformedNoteError, Note, SignatureRefusedError, VerifierKey

NOT_KEPT: Final = (TaskState.REFUSED, TaskState.PARTLY)
"""Answers after which something is left to be done."""


@for_organisation
@transaction.atomic
def create(
    organisation: str,
    run: str,
    purpose: str,
    tasks: Sequence[ManualTask],
    *,
    zone: str,
    corrections: Mapping[str, str],
    now: datetime,
) -> None:
    """Ask each person what the run of a plan asks them; again changes nothing.

    By what a person is known, and the right values of a rectification, are encrypted under a key of the task's own.
    Where a plan asks several things of the same system, about several people or not, each is a task: they are numbered.
    """
    alike = Counter[str]()
    for task in tasks:
        same = f"{run}-{task.system}-{task.rule or purpose}"
        alike[same] += 1
        key = same if alike[same] == 1 else f"{same}-{alike[same]}"
        if Task.objects.filter(key=key).exists():
            continue
        due = now.astimezone(ZoneInfo(zone)).date() + timedelta(days=task.days)
        statement = _statement(organisation, key, run, purpose, task, zone=zone, due=due)
        whom = {"identities": task.identities, "corrections": dict(corrections)}
        Task.objects.create(
            key=key,
            organisation=organisation,
            run=run,
            purpose=purpose,
            statement=statement,
            sealed=_sealed(organisation, key, whom) if task.identities else None,
            created_at=now,
            due_on=due,
        )
        created = TaskCreated(
            task=key,
            run=run,
            system=task.system,
            rule=task.rule,
            due=due,
            statement=statement_digest(statement),
        )
        _enter(organisation, created, now, f"{key}/created")


def _statement(
    organisation: str, key: str, run: str, purpose: str, task: ManualTask, *, zone: str, due: date
) -> dict[str, Any]:
    """What is asked, of whom and until when: all but the persons that it is about."""
    asked = task.model_dump(mode="json", exclude={"identities", "kind", "days"})
    about = {"organisation": organisation, "task": key, "run": run, "purpose": purpose, "zone": zone}
    return {**asked, **about, "due": due.isoformat()}


def task(key: str) -> Task:
    """The task of that key. Raises RefusedError where there is none."""
    with _within(key):
        found = Task.objects.filter(key=key).first()
    if found is None:
        raise refusals.unknown_task(key)
    return found


def tasks(organisation: str, *, every: bool = False) -> list[Task]:
    """The tasks that wait for an answer, the soonest due first; all of them where `every`."""
    with scoped(organisation):
        found = Task.objects.all()
    return list(found if every else found.filter(state=TaskState.WAITING))


def overdue(organisation: str, now: datetime | None = None) -> list[Task]:
    """The tasks whose answer is late."""
    return [one for one in tasks(organisation) if days_late(one, now)]


def waiting_for(organisation: str, purpose: str, identities: Mapping[str, str]) -> list[Task]:
    """The tasks of a purpose that wait for an answer about this person, known in exactly this way."""
    with scoped(organisation):
        found = Task.objects.filter(purpose=purpose, state=TaskState.WAITING)
    return [one for one in found if whom(one)["identities"] == dict(identities)]


def outcome_of(run: str) -> str:
    """What the answers to the tasks of a run or of a request come to: ``waiting``, ``kept`` or ``not-kept``."""
    states = {one.state for one in of_run(run)}
    if TaskState.WAITING in states:
        return "waiting"
    return "kept" if states.isdisjoint(NOT_KEPT) else "not-kept"


def last_kept(organisation: str) -> dict[tuple[str, str], datetime]:
    """When somebody last signed that a system worked by hand keeps a rule, by system and rule.

    A rule is not there where nobody ever answered, or where the latest answer leaves something to be done.
    """
    with scoped(organisation):
        answered = Task.objects.exclude(answered_at=None).order_by("answered_at", "key")
        answered = answered.only("key", "statement", "state", "answered_at")
        latest = {(one.statement.get("system"), one.statement.get("rule")): one for one in answered}
    return {
        (system, rule): one.answered_at
        for (system, rule), one in latest.items()
        if system and rule and one.answered_at is not None and one.state not in NOT_KEPT
    }


def is_pressing(one: Task, within: int | None, now: datetime | None = None) -> bool:
    """Whether the answer is late or, where a number of days is given, due within them."""
    return one.waiting and days_left(one, now) <= (-1 if within is None else within)


def to_remind(
    organisation: str, *, within: int | None, every: int, now: datetime | None = None
) -> list[Task]:
    """The pressing tasks that were not reminded of for so many days, the soonest due first.

    Args:
        organisation: whose.
        within: days before the due day from which to remind; none: only once it is over.
        every: days between two reminders of one task.
        now: an instant (aware); the clock's unless given.
    """
    at = now or _now()
    return [one for one in tasks(organisation) if is_pressing(one, within, at) and _rested(one, at, every)]


def _rested(one: Task, at: datetime, every: int) -> bool:
    """Whether the last reminder was so many calendar days ago."""
    if one.reminded_at is None:
        return True
    zone = ZoneInfo(one.statement["zone"])
    return (at.astimezone(zone).date() - one.reminded_at.astimezone(zone).date()).days >= every


def days_left(one: Task, now: datetime | None = None) -> int:
    """Days until the answer is due, in the organisation's calendar; negative once it is late."""
    return (one.due_on - (now or _now()).astimezone(ZoneInfo(one.statement["zone"])).date()).days


def days_late(one: Task, now: datetime | None = None) -> int:
    """Days since the answer was due, in the organisation's calendar; 0 while it is not."""
    return one.late((now or _now()).astimezone(ZoneInfo(one.statement["zone"])).date())


def of_run(run: str) -> list[Task]:
    """The tasks of a run, answered or not."""
    with scope_of(Task, "organisation", run=run):
        return list(Task.objects.filter(run=run))


def said(one: Task) -> Answer | None:
    """What was answered; nothing while it is awaited."""
    return read_answer(one.answer.encode())[0] if one.answer else None


def whom(one: Task) -> dict[str, dict[str, str]]:
    """By what the person is known, and the right values; nothing for a retention rule, or once answered."""
    if one.sealed is None:
        return {"identities": {}, "corrections": {}}
    key = evidence.subject_key(one.organisation, ("task", one.key))
    return json.loads(unwrap(key, bytes(one.sealed), one.key))


@transaction.atomic
def remind(key: str, *, now: datetime | None = None) -> Task:
    """Count one more reminder of a task that waits. Raises RefusedError once it is answered."""
    one = _locked(key)
    at = now or _now()
    one.reminded, one.reminded_at = one.reminded + 1, at
    one.save(update_fields=["reminded", "reminded_at"])
    _enter(one.organisation, TaskReminded(task=key, times=one.reminded), at, f"{key}/reminded/{one.reminded}")
    evidence.checkpoint(one.organisation)
    return one


@for_organisation
@transaction.atomic
def trust(organisation: str, system: str, verifier: str, *, now: datetime | None = None) -> VerifierKey:
    """Remember the public key that verifies the answers for a system, in the place of any before.

    Raises RefusedError where it is not a public key.
    """
    try:
        key = VerifierKey.parse(verifier)
    except MalformedNoteError as error:
        raise refusals.key_malformed(str(error)) from None
    at = now or _now()
    TrustedKey.objects.update_or_create(
        organisation=organisation, system=system, defaults={"verifier": str(key), "trusted_at": at}
    )
    _enter(organisation, TaskKeyTrusted(system=system, signer=_key_digest(key)), at, None)
    evidence.checkpoint(organisation)
    return key


@transaction.atomic
def answer(data: bytes, *, now: datetime | None = None) -> Task:
    """Receive a signed answer: verify it, write it to the ledger, and wipe by what the person was known.

    The caller's transaction may hold more, such as the end of the run that waited.

    Raises RefusedError: not an answer, not to what was asked, answered already, no key is known, or not signed by it;
    LedgerUnverifiableError: what was asked, or who may answer, is not what the ledger has of it.
    """
    said, note = read_answer(data)
    one = _locked(said.task)
    if said.asked != statement_digest(one.statement):
        raise refusals.other_question(one.key)
    verifier = _verify(one, note)
    _hold(one, verifier)
    at = now or _now()
    _enter(one.organisation, _answered(one, said, note, verifier, at), at, f"{one.key}/answered")
    if one.sealed is not None:
        evidence.destroy_subject_keys(one.organisation, [("task", one.key)])
    one.state, one.answer, one.answered_at = _state(said), note.encode().decode(), at
    one.sealed = None
    one.save(update_fields=["state", "answer", "answered_at", "sealed"])
    evidence.checkpoint(one.organisation)
    return one


def _state(said: Answer) -> TaskState:
    """What is done of some of what was found is done in part, whatever it is called."""
    return TaskState.PARTLY if said.outcome == "done" and said.left else TaskState(said.outcome)


def _within(key: str) -> AbstractContextManager[None]:
    """The scope of the organisation whose task it is."""
    return scope_of(Task, "organisation", key=key)


def _locked(key: str) -> Task:
    """A task that waits, for this transaction alone."""
    with _within(key):
        one = Task.objects.select_for_update().filter(key=key).first()
    if one is None:
        raise refusals.unknown_task(key)
    if not one.waiting:
        raise refusals.already_answered(key)
    return one


def _verify(one: Task, note: Note) -> VerifierKey:
    """The known key that signed."""
    known = one.statement["key"] or _trusted(one)
    if known is None:
        raise refusals.no_key(one.statement["system"])
    try:
        return note.signers([VerifierKey.parse(known)])[0]
    except SignatureRefusedError:
        raise refusals.signature_refused(one.statement["system"]) from None
    except MalformedNoteError as error:
        raise refusals.key_malformed(str(error)) from None


def _hold(one: Task, verifier: VerifierKey) -> None:
    """Hold what was asked, and the key that may answer it, against the ledger: whoever can write in the database alone
    answers in nobody's name."""
    created = evidence.prove_each(one.organisation, [f"{one.key}/created"])
    same = [entry.record.payload["statement"] for entry in created] == [statement_digest(one.statement)]
    if not same or not (one.statement["key"] or _entered(one, verifier)):
        raise evidence.LedgerUnverifiableError(one.organisation, [Problem("database", one.key)])


def _entered(one: Task, verifier: VerifierKey) -> bool:
    """Whether a key is the last that the ledger says to be trusted for the system."""
    trusted = evidence.records(one.organisation, kind=TaskKeyTrusted.kind)
    signers = [
        record.payload["signer"] for record in trusted if record.payload["system"] == one.statement["system"]
    ]
    return signers[-1:] == [_key_digest(verifier)]


def _trusted(one: Task) -> str | None:
    with scoped(one.organisation):
        found = TrustedKey.objects.filter(system=one.statement["system"])
        return found.values_list("verifier", flat=True).first()


def _answered(one: Task, said: Answer, note: Note, verifier: VerifierKey, at: datetime) -> TaskAnswered:
    line = next(line for line in note.signatures if (line.name, line.id) == (verifier.name, verifier.id))
    return TaskAnswered(
        task=one.key,
        run=one.run,
        system=one.statement["system"],
        rule=one.statement["rule"],
        outcome=said.outcome,
        found=said.found,
        treated=said.treated,
        statement=said.asked,
        answer=sha256(note.text.encode()).hexdigest(),
        signer=_key_digest(verifier),
        signature=b64encode(line.signature).decode(),
        late=days_late(one, at),
    )


def _key_digest(key: VerifierKey) -> str:
    return sha256(str(key).encode()).hexdigest()


def _sealed(organisation: str, key: str, whom: Mapping[str, Any]) -> bytes:
    text = json.dumps(whom, sort_keys=True, ensure_ascii=False).encode()
    return wrap(evidence.subject_key(organisation, ("task", key)), text, key)


def _enter(organisation: str, payload: Payload, at: datetime, key: str | None) -> None:
    evidence.append(organisation, [Entry(payload, at, "garant", key)])


def _now() -> datetime:
    return datetime.now(UTC)
