"""Holding a policy against every rule."""

from datetime import UTC, date, datetime
from pathlib import Path

from .checks import findings
from .diagnostics import Diagnostic
from .loader import LoadedPolicy, UnusablePolicy, load_policy
from .periods import time_zone


def check_policy(policy: Path | LoadedPolicy, as_of: date | None = None) -> list[Diagnostic]:
    """Everything wrong with a policy, read or to be read, on the day `as_of`, sorted by place.

    A policy that cannot be read gives its GAR0xx diagnostics: nothing is raised. `as_of` is today, in the
    organisation's time zone, where it is not given; adequacy decisions and tests of measures depend on it.
    """
    try:
        loaded = load_policy(policy) if isinstance(policy, Path) else policy
    except UnusablePolicy as problem:
        return list(problem.diagnostics)
    return findings(loaded, as_of or _today(loaded.document.organisation.time_zone))


def _today(zone: str) -> date:
    return datetime.now(UTC).astimezone(time_zone(zone)).date()
