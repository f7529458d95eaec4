"""A person asks what is held about them: the search and the export, each with its ledger entry.

The entry names no one. It carries commitments under the person's own keys (GDPR art. 5(2): being able
to show that the request was answered; art. 5(1)(c): with nothing more than that).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.promises.entries import MOST_PEOPLE, SubjectExported, SubjectFound, SubjectPeople
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.tasks import services as tasks
from garant.engine.document import Plan
from garant.engine.manual import request_tasks
from garant.engine.planning import subject
from garant.engine.planning.subject import Place
from garant.engine.telling.export import Choose, Export, everything, export_subject
from garant.ledger.entries import Entry, write_instant
from garant.policy.text import Language
from garant.systems.finding import RootKey

ACCESS = "access"
"""What tasks of an access request are for; there is no plan, and no run, to wait for them."""

Known = tuple[str, str, RootKey]
"""By what a system knows a person: system, root, key."""


def find(workspace: Workspace, identities: Mapping[str, str], *, recorded: bool) -> list[Place]:
    """Find a person everywhere; the ledger says that it was done unless ``recorded`` is false.

    Raises:
        NotSupported: no system can search by one of these kinds.
        ConnectorError: a system did not answer.
        LedgerError: the search could not be recorded.
    """
    places = subject.find_subject(workspace.sources, identities)
    if recorded:
        with transaction.atomic():
            at = _now()
            rows = sum(table.rows for place in places for table in place.tables)
            people = commitments(
                _organisation(workspace), known(places), SubjectFound.kind, write_instant(at)
            )
            first, further = spread_subjects(SubjectFound.kind, people, at)
            entry = SubjectFound(people=first, places=len(places), rows=rows, more=len(further))
            _enter(_organisation(workspace), [Entry(entry, at), *further])
    return places


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported, and what was asked of those who look where no program reaches."""

    made: Export
    asked: list[tasks.Task]


def export(
    workspace: Workspace,
    identities: Mapping[str, str],
    out: IO[bytes],
    *,
    language: Language,
    choose: Choose = everything,
) -> Exported:
    """Write a person's data to ``out`` as a ZIP; the ledger says what it holds, in numbers.

    Where nobody is found only the tasks are recorded, and ``out`` is to be thrown away. Each system worked by hand is
    asked, once for a person as long as it has not answered: they may be there, found elsewhere or not (art. 15).

    Raises:
        NotSupported: no system can search by one of these kinds.
        ConnectorError: a system did not answer; ``out`` is then not a whole archive.
        LedgerError: the export could not be recorded; ``out`` is then to be thrown away.
    """
    document = workspace.policy.document
    at = _now()
    made = export_subject(
        workspace.sources,
        identities,
        out,
        organisation=document.organisation.name,
        at=at,
        language=language,
        categories={key: category.label for key, category in document.data_categories.items()},
        by_hand={name: source.manual.label for name, source in sorted(workspace.manual.items())},
        choose=choose,
    )
    held = Held(len(made.tables), made.rows, made.files, made.members["manifest.json"])
    return Exported(made, record(workspace, identities, held, at))


@dataclass(frozen=True, slots=True)
class Held:
    """What an archive of a person's data holds, in numbers, and the digest of what says so."""

    tables: int
    rows: int
    files: int
    digest: str


def record(workspace: Workspace, identities: Mapping[str, str], held: Held, at: datetime) -> list[tasks.Task]:
    """Enter into the ledger that a person's data were exported, and ask those who look where no program reaches."""
    places = subject.find_subject(workspace.sources, identities) if held.tables else []
    with transaction.atomic():
        if held.tables:
            organisation = _organisation(workspace)
            people = commitments(organisation, known(places), SubjectExported.kind, write_instant(at))
            first, further = spread_subjects(SubjectExported.kind, people, at)
            entry = SubjectExported(
                people=first,
                tables=held.tables,
                rows=held.rows,
                files=held.files,
                manifest=held.digest,
                more=len(further),
            )
            _enter(organisation, [Entry(entry, at), *further])
        return _ask_by_hand(workspace, identities, at)


def _ask_by_hand(workspace: Workspace, identities: Mapping[str, str], at: datetime) -> list[tasks.Task]:
    """The tasks of an access request: those that wait for this person already, and new ones elsewhere."""
    organisation = _organisation(workspace)
    every = tasks.waiting_for(organisation, ACCESS, identities)
    waiting = [task for task in every if task.statement["system"] in workspace.manual]
    asked = {task.statement["system"] for task in waiting}
    others = {name: source for name, source in workspace.manual.items() if name not in asked}
    if not others:
        return waiting
    request = f"{ACCESS}-{secrets.token_hex(4)}"
    tasks.create(
        organisation,
        request,
        ACCESS,
        request_tasks(ACCESS, identities, others),
        zone=workspace.policy.document.organisation.time_zone,
        corrections={},
        now=at,
    )
    evidence.checkpoint(organisation)
    return [*waiting, *tasks.of_run(request)]


def known(places: Sequence[Place]) -> list[Known]:
    """By what the systems know the person who was found."""
    return [(place.system, place.root, key) for place in places for key in place.keys]


def named_by(plan: Plan) -> list[Known]:
    """Whom the plan of a person's request is about; a sweep, or a replay, is about no one in particular."""
    if plan.kind in ("retention", "replay"):
        return []
    return [(one.system, one.root, key) for one in plan.selections for key in one.root_keys()]


def commitments(organisation: str, who: Iterable[Known], kind: str, about: str) -> list[str]:
    """Commit to one entry with the key of each person: who holds the key can show that it is theirs.

    The value names the kind of entry and what sets it apart (its instant, the plan's digest), so
    that two entries about the same person do not resemble each other.
    """
    people = [(system, root, str(key)) for system, root, key in who]
    return evidence.subject_commitments(organisation, people, [kind, about])


def spread(people: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Give the commitments that an entry holds itself, and those that go on in further entries."""
    rest = [
        list(people[start : start + MOST_PEOPLE]) for start in range(MOST_PEOPLE, len(people), MOST_PEOPLE)
    ]
    return list(people[:MOST_PEOPLE]), rest


def spread_subjects(kind: str, people: Sequence[str], at: datetime) -> tuple[list[str], list[Entry]]:
    """Do the same for a search or an export; the further entries are made, of the same instant."""
    first, rest = spread(people)
    return first, [
        Entry(SubjectPeople(of=kind, part=part, people=chunk), at) for part, chunk in enumerate(rest, start=1)
    ]


def _organisation(workspace: Workspace) -> str:
    return workspace.policy.document.organisation.key


def _enter(organisation: str, entries: Sequence[Entry]) -> None:
    evidence.append(organisation, entries)
    evidence.checkpoint(organisation)


def _now() -> datetime:
    return datetime.now(UTC)
