"""What `make test` leaves to `make slow`: the same thing once more, in other numbers. CI runs both.

`make test` sees every behaviour where it matters first: the core on three databases, Garant's own state on SQLite, with a part of
it on PostgreSQL, processes on PostgreSQL, pages in French, a few of each kind of random worlds. What only repeats that is marked
`slow`: by hand on a test, by `again` on one of its cases, or here, where it can be told from the test itself.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

SERVERS = ("postgresql", "mariadb")


def again(*values: Any) -> Any:
    """A case of a test whose other cases show as much to whoever changes something: looked at by `make slow`."""
    return pytest.param(*values, marks=pytest.mark.slow)


def mark_slow(items: list[pytest.Item]) -> None:
    """Mark what can be told to be a repetition, in the order of the collection."""
    seen: set[tuple[str, str]] = set()
    for item in items:
        if not item.get_closest_marker("slow") and _is_seen(item, seen):
            item.add_marker("slow")


def _is_seen(item: pytest.Item, seen: set[tuple[str, str]]) -> bool:
    """Whether what this test looks at was looked at by another test, which `make test` runs."""
    module = item.nodeid.partition("::")[0]
    if "DATABASE_URL" in os.environ:
        # The second pass, with Garant's own state on PostgreSQL: of each module, one test.
        return bool(item.get_closest_marker("state")) and _noted((module, ""), seen)
    kind = getattr(getattr(item, "callspec", None), "params", {}).get("database")
    if kind not in SERVERS or item.get_closest_marker("counted") or item.get_closest_marker("worlds"):
        return False
    # The core on servers: on PostgreSQL one case of a test that has several, on MariaDB one test of a module.
    return _noted((item.nodeid.partition("[")[0] if kind == "postgresql" else module, kind), seen)


def _noted(what: tuple[str, str], seen: set[tuple[str, str]]) -> bool:
    """Whether it was seen before; it is now."""
    if what in seen:
        return True
    seen.add(what)
    return False
