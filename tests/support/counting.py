"""Which tests must see every branch of the core: counting lines makes a test half as slow again.

The core asks every database the same way, so the tests on SQLite reach nearly all of it; what one server alone makes it do is
marked `counted` where it is tested. Those on servers, and those that look at random worlds, show that it is right.
`scripts/test` counts the former in CI, and runs the others as they are.
"""

from __future__ import annotations

import pytest

CORE = ("tests/policy/", "tests/engine/", "tests/ledger/")
SERVERS = {"postgres_server", "mariadb_server", "reused_postgres"}
KINDS = ("postgresql", "mariadb")


def is_counted(item: pytest.Item) -> bool:
    """Whether the branches of the core that this test runs are counted."""
    if not item.nodeid.startswith(CORE) or item.get_closest_marker("slow"):
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    kind = getattr(getattr(item, "callspec", None), "params", {}).get("database")
    random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return not fixtures & SERVERS and kind not in KINDS and not (random and "database" in fixtures)
