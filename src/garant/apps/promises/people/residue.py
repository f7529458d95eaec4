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


def _texts(identities: Mapping[str, str]) -> list[str]:
    written = [form for kind, value in identities.items() for form in (value.strip(), *variants(kind, value))]
    texts = [text for form in dict.fromkeys(written) if (text := distinctive(form, number=True))]
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
