"""Fragments read as maps have them read, and how they are refused."""

from typing import Literal

import pytest

from garant.systems.fragments import Dialect, Fragment, FragmentRefused, parse_expression, parse_query

DIALECTS: tuple[Dialect | None, ...] = (None, "sqlite", "postgres", "mysql")


def query(sql: str, dialect: Dialect | None = "postgres", columns: tuple[str, ...] = ("key",)) -> Fragment:
    return parse_query(sql, dialect=dialect, columns=columns, parameters=("identity",))


def refusal(sql: str, dialect: Dialect | None = "postgres") -> FragmentRefused:
    with pytest.raises(FragmentRefused) as caught:
        query(sql, dialect)
    return caught.value


def expression_refusal(sql: str, kind: Literal["predicate", "scalar"]) -> FragmentRefused:
    with pytest.raises(FragmentRefused) as caught:
        parse_expression(sql, table="t", kind=kind)
    return caught.value
