"""Policies with one change, and versions brought to where a test begins."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from garant.apps.policies import services
from garant.apps.policies.models import Version
from garant.policy import Policy

ORGANISATION = "seipra-score"
NOW = "2026-11-25T23:30:00+00:00"
"""Already the 26th in Paris."""
TODAY = date(2026, 11, 26)


def changed(policy: Policy, change: Callable[[dict[str, Any]], None]) -> Policy:
    """The policy with one change, made as a person makes it: in the document."""
    content = policy.model_dump(mode="json", exclude_defaults=True)
    change(content)
    return Policy.model_validate_json(json.dumps(content), strict=True)


def approved(document: Policy) -> Version:
    """A version that Ana wrote and Boris approved."""
    version = services.import_document(document, actor="Ana")
    services.submit(ORGANISATION, version.key, actor="Ana")
    return services.approve(ORGANISATION, version.key, digest=version.digest, actor="Boris")


def in_force(document: Policy, on: date = TODAY) -> Version:
    """A version in force from a day on."""
    return services.publish(ORGANISATION, approved(document).key, on=on, actor="Boris")
