"""The sentences with which an organisation opens and closes its letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery

from garant.apps.evidence import services as evidence
from garant.apps.mails.entries import LettersFramed
from garant.apps.mails.models import LetterFrame
from garant.apps.scoping import for_organisation
from garant.ledger.canonical import canonical_json
from garant.ledger.entries import Entry
from garant.policy.text import Text
from garant.publish.letters import Frame, check


@for_organisation
def frame(organisation: str) -> Frame:
    """The sentences of an organisation; none unless it wrote some."""
    found = LetterFrame.objects.filter(organisation=organisation).first()
    return Frame() if found is None else _frame(found.opening, found.closing)


def frame_beside(column: str) -> dict[str, Subquery]:
    """The sentences of the organisation that a column of another room's rows names, asked for with them, in its scope."""
    found = LetterFrame.objects.filter(organisation=OuterRef(column))
    return {f"frame_{name}": Subquery(found.values(name)[:1]) for name in ("opening", "closing")}


def frame_read(row: Any) -> Frame:
    """The sentences that were asked for with a row."""
    return Frame() if row.frame_opening is None else _frame(row.frame_opening, row.frame_closing)


def _frame(opening: Mapping[str, str], closing: Mapping[str, str]) -> Frame:
    return Frame(opening=Text(**opening), closing=Text(**closing))


@for_organisation
@transaction.atomic
def set_frame(organisation: str, made: Frame, *, actor: str) -> None:
    """Open and close the letters of an organisation with its own sentences. Raises FrameRefusedError."""
    check(made)
    values = {"opening": made.opening.model_dump(), "closing": made.closing.model_dump()}
    LetterFrame.objects.update_or_create(organisation=organisation, defaults=values)
    digest = sha256(canonical_json(values)).hexdigest()
    who = evidence.person(organisation, actor)
    evidence.append(organisation, [Entry(LettersFramed(digest=digest), datetime.now(UTC), who)])
