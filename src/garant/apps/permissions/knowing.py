"""What is known of one person, in as few questions as there are tables; written out, because it is asked often."""

from __future__ import annotations

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection

from garant.apps.oppositions import services as oppositions
from garant.apps.organisations import services as organisations
from garant.apps.permissions.models import CARRIED, REQUESTED, TOLD
from garant.apps.permissions.people import Identity, marks
from garant.apps.policies import services as policies
from garant.policy.permission import Known, Permissions

FRESH: Final = timedelta(days=3)
"""How long what was seen of terms is believed."""

_FACTS: Final = """
    SELECT kind, purpose, said FROM permissions_fact WHERE organisation = %s AND mark IN ({}) ORDER BY at
"""
_PAST: Final = "SELECT rule FROM permissions_past WHERE organisation = %s AND mark IN ({})"
_LOOKS: Final = "SELECT rule, at FROM permissions_look WHERE organisation = %s"


def in_force(organisation: str) -> Permissions | None:
    """What the policy in force allows; none where there is no policy."""
    today = datetime.now(UTC).astimezone(_zone(organisation, _minute())).date()
    found = policies.editions(organisation, today, 1)
    return _permissions(organisation, found[0].key) if found else None


def known(organisation: str, identities: list[Identity]) -> Known:
    """What is known of whoever has these identities."""
    hashed = marks(organisation, identities)
    facts = _rows(_FACTS, organisation, hashed)
    consents = {purpose: bool(said) for kind, purpose, said in facts if kind == "consent"}
    return Known(
        consents=consents,
        objections=oppositions.opposed_names(organisation, identities),
        restricted=_restricted(facts),
        over=frozenset(rule for (rule,) in _rows(_PAST, organisation, hashed)),
        looked=_looked(organisation, _minute()),
    )


def restricted(organisation: str, identities: list[Identity]) -> bool:
    """Whether the processing is restricted for whoever has these identities."""
    return _restricted(_rows(_FACTS, organisation, marks(organisation, identities)))


def _restricted(facts: list[Any]) -> bool:
    """One restriction that goes on is enough, under whichever identity and whoever told of it."""
    return any(said for kind, _, said in facts if kind in (TOLD, REQUESTED, CARRIED))


def forget_looks() -> None:
    """What was seen has changed: for this process at once, for others within a minute."""
    _looked.cache_clear()


@lru_cache(maxsize=1000)
def _looked(organisation: str, _minute: int) -> frozenset[str]:
    """The rules looked at lately in every system that answers them."""
    oldest: dict[str, datetime] = defaultdict(lambda: datetime.max.replace(tzinfo=UTC))
    for rule, at in _rows(_LOOKS, organisation, []):
        oldest[rule] = min(oldest[rule], _instant(at))
    since = datetime.now(UTC) - FRESH
    return frozenset(rule for rule, at in oldest.items() if at >= since)


@lru_cache(maxsize=1000)
def _zone(organisation: str, _minute: int) -> ZoneInfo:
    return ZoneInfo(organisations.organisation(organisation).time_zone)


@lru_cache(maxsize=100)
def _permissions(organisation: str, key: str) -> Permissions:
    """Of a published version, which never changes."""
    return Permissions(policies.find(organisation, key).policy, policies.begun(organisation))


def _rows(query: str, organisation: str, hashed: list[bytes]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(", ".join(["%s"] * len(hashed))), [organisation, *hashed])
        return cursor.fetchall()


def _instant(value: Any) -> datetime:
    """SQLite gives its instants as text, without a zone."""
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _minute() -> int:
    return int(time.monotonic() // 60)
