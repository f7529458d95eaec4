"""Somebody asks whether a person is really gone: rows asked, bytes searched, and an entry in the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from garant.apps.evidence import services as evidence
from garant.apps.promises.entries import ResidueSearched
from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people import subjects
from garant.apps.promises.recording import receipts
from garant.engine.identities import variants
from garant.engine.planning.subject import find_subject
from garant.engine.running.residue import ResidueReport, examine
from garant.ledger.entries import Entry, write_instant
from garant.systems.residue import distinctive


class NotDistinctiveError(ValueError):
    """What is to be searched for is too short, or too plain: it would be found by chance."""


def search(workspace: Workspace, identities: Mapping[str, str], *, recorded: bool) -> list[ResidueReport]:
    """Look for what a person is known by, in the rows and in the raw bytes of every system.

    Nothing is cleaned. Texts are searched for as they are written, and in the other forms that a telephone
    or an address may have. The ledger says that it was done unless ``recorded`` is false.

    Raises:
        NotDistinctiveError: nothing that was given is distinctive enough.
        NotSupported: no system can search by one of these kinds.
        ConnectorError: a system did not answer.
    """
    document, at = workspace.policy.document, datetime.now(UTC)
    texts = _texts(identities)
    today = at.astimezone(ZoneInfo(document.organisation.time_zone)).date()
    reports = [
        examine(workspace.sources[name], texts, (), today=today, ask_rows=True)
        for name in sorted(workspace.sources)
    ]
    if recorded:
        known = subjects.known(find_subject(workspace.sources, identities))
        _record(document.organisation.key, reports, known, at)
    return reports


def too_plain(identities: Mapping[str, str]) -> list[str]:
    """The kinds of what is not searched for: too short or too plain in each of its forms, it would be found by chance."""
    return [kind for kind, value in identities.items() if not _forms(kind, value)]


def _forms(kind: str, value: str) -> list[str]:
    written = dict.fromkeys((value.strip(), *variants(kind, value)))
    return [text for form in written if (text := distinctive(form, number=True))]


def _texts(identities: Mapping[str, str]) -> list[str]:
    texts = list(dict.fromkeys(text for one in identities.items() for text in _forms(*one)))
    if not texts:
        raise NotDistinctiveError
    return texts


@transaction.atomic
def _record(
    organisation: str, reports: list[ResidueReport], known: list[subjects.Known], at: datetime
) -> None:
    people = subjects.commitments(organisation, known, ResidueSearched.kind, write_instant(at))
    first, further = subjects.spread_subjects(ResidueSearched.kind, people, at)
    searched = [receipts.residue_searched(None, report.details, first, len(further)) for report in reports]
    evidence.append(organisation, [*(Entry(one, at) for one in searched), *further])
    evidence.checkpoint(organisation)
