"""What Garant still says, in its database and its files, of whoever its requests were about, once all of it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import connection

from garant.apps.deliveries import vault
from garant.apps.promises.models import Plan
from garant.apps.rights import services
from garant.apps.rights.models import Request
from tests.apps.seen import seen

LATER = timedelta(days=100)
"""When every request that ended is forgotten."""


def _texts() -> Iterator[tuple[str, str]]:
    """Every text of every table, and where it is."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [one[0] for one in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    text = (
                        bytes(value).decode(errors="ignore")
                        if isinstance(value, bytes | memoryview)
                        else str(value)
                    )
                    yield f"{table}.{name}", text


def _plans(organisation: str) -> Iterator[str]:
    """The plans that say whom they were about."""
    for plan in seen(Plan).filter(organisation=organisation):
        document: dict[str, Any] = plan.document
        whose = [one[name] for one in document["selections"] for name in ("keys", "asked", "whose", "holds")]
        asked = [one["identities"] for one in document.get("tasks", [])]
        still = [one["keys"] for one in document.get("still", [])]
        right = [document.get(name) for name in ("corrections", "replacements", "additions")]
        if any([*whose, *asked, *still, *right]):
            yield f"{plan.kind} {plan.digest[:12]} of {document.get('request') or 'a terminal'}"


def remains(organisation: str, values: Iterable[str]) -> list[str]:
    """After the night of a day on which all that ended is forgotten: what is not."""
    told = [one for one in values if len(one) > 5]
    with time_machine.travel(datetime.now(UTC) + LATER):
        services.night(organisation)
    kept = [
        f"request {one.key}" for one in seen(Request).filter(organisation=organisation, forgotten_at=None)
    ]
    found = {where for where, text in _texts() if any(one in text for one in told)}
    files = [one.name for one in vault.folder().glob("*") if one.is_file()]
    return [*kept, *_plans(organisation), *sorted(found), *files]
