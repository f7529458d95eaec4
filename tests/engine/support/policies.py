"""A loaded policy as small as the engine needs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from garant.policy.document import Phase, RetentionRule
from garant.policy.loader import LoadedPolicy
from garant.policy.periods import Period
from garant.policy.text import Text

SAID = Text(fr="dit", en="said")


def rule(period: str, **more: Any) -> RetentionRule:
    """A retention rule of one active phase."""
    return RetentionRule(label=SAID, phases=(Phase(kind="active", period=Period.parse(period)),), **more)


def policy(
    zone: str = "Europe/Paris", *, digest: str = "policy-1", **periods: str | RetentionRule
) -> LoadedPolicy:
    """A policy of these rules (``last_contact="P3Y"`` is the rule ``last-contact``)."""
    rules = {
        key.replace("_", "-"): rule(value) if isinstance(value, str) else value
        for key, value in periods.items()
    }
    organisation = SimpleNamespace(key="seipra", time_zone=zone)
    document = SimpleNamespace(organisation=organisation, retention=rules)
    return cast(LoadedPolicy, SimpleNamespace(digest=digest, document=document))
