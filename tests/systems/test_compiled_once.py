"""What the tests share of what SQLAlchemy compiles: only between dialects that write the same."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from tests.support.compiling import Compiled, compiling_once

HOW = {"server_version_info": (10, 11, 6), "is_mariadb": True}


def spoken(kind: Any, **modes: Any) -> Any:
    dialect = kind.dialect()
    for name, value in {**HOW, **modes}.items():
        setattr(dialect, name, value)
    return dialect


def test_what_is_compiled_is_shared_by_engines_that_are_alike() -> None:
    opened = compiling_once(lambda: sa.create_engine("sqlite://"))
    asked = sa.select(sa.column("a") + 1).select_from(sa.select(sa.literal(1).label("a")).subquery())
    kinds: list[str] = []
    for _ in range(2):
        engine = opened()
        with engine.connect() as connection:
            result = connection.execute(asked)
            assert result.scalar() == 2
            kinds.append(result.context.cache_hit.name)
        engine.dispose()
    assert kinds == ["CACHE_MISS", "CACHE_HIT"]


@pytest.mark.parametrize(
    "other",
    [
        spoken(mysql, server_version_info=(11, 4, 2)),
        spoken(mysql, _backslash_escapes=False),
        spoken(mysql, _server_ansiquotes=True),
        spoken(postgresql),
        mysql.dialect(),
    ],
)
def test_what_another_writes_otherwise_is_compiled_for_it(other: Any) -> None:
    compiled, rest = Compiled(), ("statement", (), False, False)
    compiled[(spoken(mysql), *rest)] = "written"
    assert compiled.get((spoken(mysql), *rest)) == "written"
    assert compiled.get((other, *rest)) is None
