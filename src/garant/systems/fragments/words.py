"""What a SQL fragment of a data map may say: an allow-list, and how a refusal is worded.

Everything that is not on the list is refused, so that a function or a statement nobody thought of is
refused too. Functions are those whose meaning is the same on every engine (or that are said to be missing
on one), that only compute, and that read no clock: cut-off dates are Garant's, never the dialect's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from garant.policy.text import Text

Dialect = Literal["sqlite", "postgres", "mysql"]

LONGEST = 20_000
"""Characters of a fragment."""

MOST_TOKENS = 4_000

DEEPEST = 24
"""Parentheses and CASE inside one another."""


@dataclass(frozen=True, slots=True)
class Place:
    """A position inside a fragment; line and column start at 1."""

    line: int = 1
    column: int = 1


def place_of(sql: str, offset: int) -> Place:
    """The line and column of a character of `sql`."""
    before = sql[:offset]
    return Place(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


class FragmentRefused(ValueError):
    """A fragment is not one bounded, read-only piece of SQL.

    `reason` is a stable word, `message` says what was found, `mend` what to write instead.
    """

    def __init__(self, reason: str, place: Place, message: Text, mend: Text) -> None:
        super().__init__(f"{place.line}:{place.column}: {message.en}")
        self.reason = reason
        self.place = place
        self.message = message
        self.mend = mend


STRUCTURE: frozenset[type[exp.Expr]] = frozenset(
    {
        exp.Alias,
        exp.Boolean,
        exp.CTE,
        exp.Column,
        exp.DataType,
        exp.DataTypeParam,
        exp.Distinct,
        exp.Except,
        exp.From,
        exp.Group,
        exp.Having,
        exp.Identifier,
        exp.Intersect,
        exp.Join,
        exp.JSONPath,
        exp.JSONPathKey,
        exp.JSONPathRoot,
        exp.JSONPathSubscript,
        exp.Limit,
        exp.Literal,
        exp.Null,
        exp.Offset,
        exp.Order,
        exp.Ordered,
        exp.Paren,
        exp.Placeholder,
        exp.Select,
        exp.Star,
        exp.Subquery,
        exp.Table,
        exp.TableAlias,
        exp.Tuple,
        exp.Union,
        exp.Var,
        exp.Where,
        exp.Window,
        exp.With,
    }
)

OPERATORS: frozenset[type[exp.Expr]] = frozenset(
    {
        exp.Add,
        exp.All,
        exp.And,
        exp.Any,
        exp.AtTimeZone,
        exp.Between,
        exp.BitwiseAnd,
        exp.BitwiseOr,
        exp.DPipe,
        exp.Div,
        exp.EQ,
        exp.Escape,
        exp.Exists,
        exp.Filter,
        exp.GT,
        exp.GTE,
        exp.ILike,
        exp.In,
        exp.Interval,
        exp.Is,
        exp.JSONExtract,
        exp.JSONExtractScalar,
        exp.LT,
        exp.LTE,
        exp.Like,
        exp.Mod,
        exp.Mul,
        exp.NEQ,
        exp.Neg,
        exp.Not,
        exp.NullSafeEQ,
        exp.NullSafeNEQ,
        exp.Or,
        exp.Sub,
    }
)

FUNCTIONS: frozenset[type[exp.Expr]] = frozenset(
    {
        exp.Abs,
        exp.Ascii,
        exp.Avg,
        exp.Case,
        exp.Cast,
        exp.Ceil,
        exp.Coalesce,
        exp.Count,
        exp.Date,
        exp.DateTrunc,
        exp.DenseRank,
        exp.Extract,
        exp.FirstValue,
        exp.Floor,
        exp.Greatest,
        exp.GroupConcat,
        exp.If,
        exp.Initcap,
        exp.Lag,
        exp.LastValue,
        exp.Lead,
        exp.Least,
        exp.Left,
        exp.Length,
        exp.LogicalAnd,
        exp.LogicalOr,
        exp.Lower,
        exp.MD5,
        exp.Max,
        exp.Min,
        exp.Nullif,
        exp.Rank,
        exp.RegexpLike,
        exp.RegexpReplace,
        exp.Replace,
        exp.Reverse,
        exp.Right,
        exp.Round,
        exp.RowNumber,
        exp.SplitPart,
        exp.StrPosition,
        exp.Substring,
        exp.Sum,
        exp.TimestampTrunc,
        exp.ToChar,
        exp.Translate,
        exp.Trim,
        exp.Upper,
    }
)

OTHER_FUNCTIONS: dict[str, tuple[int, frozenset[Dialect]]] = {
    "strftime": (2, frozenset({"sqlite"})),
    "unaccent": (1, frozenset({"postgres"})),
}
"""Functions sqlglot has no class for: fewest arguments, engines that have them."""

ALLOWED = STRUCTURE | OPERATORS | FUNCTIONS

MISSING: dict[Dialect, frozenset[type[exp.Expr]]] = {
    "sqlite": frozenset(
        {
            exp.All,
            exp.Any,
            exp.Ascii,
            exp.AtTimeZone,
            exp.Ceil,
            exp.DateTrunc,
            exp.Extract,
            exp.Floor,
            exp.Initcap,
            exp.Interval,
            exp.Left,
            exp.MD5,
            exp.RegexpLike,
            exp.RegexpReplace,
            exp.Reverse,
            exp.Right,
            exp.SplitPart,
            exp.TimestampTrunc,
            exp.ToChar,
            exp.Translate,
        }
    ),
    "postgres": frozenset[type[exp.Expr]](),
    "mysql": frozenset({exp.AtTimeZone, exp.Initcap, exp.SplitPart, exp.ToChar, exp.Translate, exp.Filter}),
}
"""What an engine does not have, or would answer otherwise than the others."""

TYPES: frozenset[exp.DType] = frozenset(
    {
        exp.DType.BIGINT,
        exp.DType.BOOLEAN,
        exp.DType.CHAR,
        exp.DType.DATE,
        exp.DType.DATETIME,
        exp.DType.DECIMAL,
        exp.DType.DOUBLE,
        exp.DType.FLOAT,
        exp.DType.INT,
        exp.DType.JSON,
        exp.DType.JSONB,
        exp.DType.SMALLINT,
        exp.DType.TEXT,
        exp.DType.TIMESTAMP,
        exp.DType.TIMESTAMPTZ,
        exp.DType.UUID,
        exp.DType.VARCHAR,
    }
)

MISSING_TYPES: dict[Dialect, frozenset[exp.DType]] = {
    "sqlite": frozenset({exp.DType.JSON, exp.DType.JSONB, exp.DType.TIMESTAMPTZ, exp.DType.UUID}),
    "postgres": frozenset[exp.DType](),
    "mysql": frozenset({exp.DType.JSONB, exp.DType.UUID}),
}

TEMPORAL_TYPES: frozenset[exp.DType] = frozenset(
    {exp.DType.DATE, exp.DType.DATETIME, exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ}
)

CATALOGUES: frozenset[str] = frozenset(
    {"information_schema", "mysql", "performance_schema", "pg_catalog", "pg_toast", "pg_temp", "sys"}
)

CATALOGUE_TABLES: tuple[str, ...] = ("pg_", "sqlite_", "pragma_")
"""How the names of system tables begin."""

AGGREGATES: tuple[type[exp.Expr], ...] = (exp.AggFunc, exp.Window)

CLOCK_WORDS: frozenset[str] = frozenset({"now", "today", "tomorrow", "yesterday", "localtime"})
"""Texts that PostgreSQL or SQLite read as the present moment or as the machine's own time zone."""

UNIT_WORDS: frozenset[str] = frozenset(
    {
        "DAY",
        "DAYS",
        "DOW",
        "HOUR",
        "HOURS",
        "ISODOW",
        "ISOYEAR",
        "MINUTE",
        "MINUTES",
        "MONTH",
        "MONTHS",
        "QUARTER",
        "SECOND",
        "SECONDS",
        "WEEK",
        "WEEKS",
        "YEAR",
        "YEARS",
    }
)
"""The only bare words (not names) an expression may hold: the units of dates."""

PREDICATES: tuple[type[exp.Expr], ...] = (
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Case,
    exp.Coalesce,
    exp.Column,
    exp.EQ,
    exp.Exists,
    exp.GT,
    exp.GTE,
    exp.ILike,
    exp.In,
    exp.Is,
    exp.LT,
    exp.LTE,
    exp.Like,
    exp.Escape,
    exp.NEQ,
    exp.Not,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Or,
    exp.RegexpLike,
)
"""What can be true or false."""

_SQLITE_KEYWORDS = """
    ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC ATTACH AUTOINCREMENT BEFORE BEGIN
    BETWEEN BY CASCADE CASE CAST CHECK COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS
    CURRENT CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DATABASE DEFAULT DEFERRABLE DEFERRED DELETE
    DESC DETACH DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXCLUDE EXCLUSIVE EXISTS EXPLAIN FAIL
    FALSE FILTER FIRST FOLLOWING FOR FOREIGN FROM FULL GENERATED GLOB GROUP GROUPS HAVING IF IGNORE
    IMMEDIATE IN INDEX INDEXED INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LAST
    LEFT LIKE LIMIT MATCH MATERIALIZED NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR
    ORDER OTHERS OUTER OVER PARTITION PLAN PRAGMA PRECEDING PRIMARY QUERY RAISE RANGE RECURSIVE
    REFERENCES REGEXP REINDEX RELEASE RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWS
    SAVEPOINT SELECT SET TABLE TEMP TEMPORARY THEN TIES TO TRANSACTION TRIGGER TRUE UNBOUNDED UNION
    UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT
"""

SQLITE_KEYWORDS = frozenset(_SQLITE_KEYWORDS.split())
"""Words SQLite gives a meaning of its own (https://www.sqlite.org/lang_keywords.html, and true, false)."""
