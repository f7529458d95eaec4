"""What every page of the archive asks first: the archive itself, the day, whether who asks is entitled, words for a refusal."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

from django.conf import settings

from garant.apps.accounts.roles import May
from garant.apps.archives import services
from garant.apps.policies import services as policies
from garant.apps.promises.opening.archiving import archive_of
from garant.apps.promises.refusals import RefusedError
from garant.ledger import LedgerError
from garant.ledger.keys import key_source
from garant.site.words import said
from garant.systems.archive.store import ArchiveStore


def opened(organisation: str) -> ArchiveStore | None:
    """The archive, where anything was ever archived."""
    found = archive_of(organisation, key_source(settings.GARANT_KEYS, os.environ))
    return found.store if found is not None and found.store.exists else None


def master() -> bytes:
    """The key of the archive, which the reasons of consultations lie under. Raises LedgerError."""
    return key_source(settings.GARANT_KEYS, os.environ).read("archive")


def entitled(request: Any) -> bool:
    """Whether the person may consult: entitled by name, in a role that may see personal data."""
    return request.membership.may(May.SEE_PEOPLE) and services.is_entitled(
        request.organisation, request.user.email, today(request)
    )


def today(request: Any) -> date:
    """The day, where the organisation is."""
    return policies.today(request.organisation)


def words(problem: Exception) -> str:
    """Why the archive cannot be read, in words."""
    if isinstance(problem, RefusedError):
        return f"{said(problem.message)} {said(problem.mend)}"
    return said(problem.text) if isinstance(problem, LedgerError) else str(problem)
