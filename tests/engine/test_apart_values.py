"""Whatever a column holds, it comes back as the system writes it, or is not set apart at all."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.running.execution import BatchResult, Execution
from garant.systems.sql.returning import NO_WAY_BACK
from tests.engine.support.archives import Vault
from tests.engine.support.databases import Database, Row
from tests.engine.support.examples import examples
from tests.engine.support.running import Notebook
from tests.engine.support.shop import TABLES, Shop
from tests.engine.test_apart import apart, carry, plan, systems

COLUMNS: Final[dict[str, dict[str, list[str]]]] = {
    "sqlite": {
        "any": ["''", "7", "7.0", "1e-300", "0.1", "9e999", "x'00ff'", "'a' || char(0) || 'é'", "'\U0001f9ff'", "'7'"],
        "numeric": ["1", "1.5", "'x'", "123456789012345678"],
        "text": ["'1'", "x'31'", "'0000-00-00'"],
    },
    "postgresql": {
        "numeric(30,10)": ["0.1", "12345678901234567890.0123456789", "'NaN'"],
        "double precision": ["0.1", "1e-300", "'Infinity'", "'-0'"],
        "real": ["0.1", "16777217", "3.4e38"],
        "timestamptz": ["'2024-03-31 02:30:00.123456+00'", "'infinity'", "'0044-03-15 BC'"],
        "timestamp": ["'1582-10-10 00:00:00'", "'2024-02-29 23:59:59.999999'"],
        "date": ["'2024-02-29'", "'infinity'", "'0001-01-01'"],
        "interval": ["'3 days 04:05:06'", "'1 mon'", "'-1 year'"],
        "time": ["'00:00:00.000001'"],
        "jsonb": ["'{\"a\": [1, \"é\"]}'", "'{\"a\": 1.00}'", "'[1]'"],
        "json": ["'{\"a\":   1}'"],
        "bytea": ["'\\x00ff'", "''"],
        "text[]": ["'{a,NULL,\"b c\"}'", "'{}'"],
        "uuid": ["'00000000-0000-0000-0000-000000000001'"],
        "boolean": ["true", "false"],
        "char(6)": ["'ab'", "''"],
        "inet": ["'10.0.0.1/8'", "'::1'"],
        "int4range": ["'[1,5)'", "'empty'"],
        "text": ["''", "'\U0001f9ff é'", "'  '"],
    },
    "mariadb": {
        "decimal(30,10)": ["0.1", "12345678901234567890.0123456789"],
        "float": ["0.1", "16777216", "3.4e38", "1.2345678"],
        "double": ["0.1", "1e-300"],
        "datetime(6)": ["'2024-02-29 23:59:59.999999'", "'0000-00-00 00:00:00'"],
        "date": ["'2024-02-29'", "'0000-00-00'", "'2024-00-00'"],
        "time(6)": ["'838:59:59'", "'-00:00:01.5'"],
        "year": ["2024", "0"],
        "blob": ["x'00ff'", "''"],
        "varbinary(8)": ["x'80'", "''"],
        "bit(8)": ["b'10000001'"],
        "enum('a','é')": ["'é'"],
        "set('a','b')": ["'a,b'", "''"],
        "json": ["'{\"a\":   1.00}'"],
        "char(6)": ["'ab'", "''"],
        "varchar(20) character set latin1": ["'é '", "''"],
        "text": ["''", "'\U0001f9ff é'", "'  '"],
        "bigint unsigned": ["18446744073709551615"],
        "tinyint(1)": ["2", "1"],
    },
}  # fmt: skip

RELAXED: Final = "SET sql_mode = 'ANSI_QUOTES,ALLOW_INVALID_DATES'"


REFUSED: Final[dict[str, list[tuple[str, str]]]] = {
    "sqlite": [],
    "postgresql": [
        ("interval", "'1 mon'"),
        ("interval", "'-1 year'"),
        ("json", "'{\"a\":   1}'"),
        ("jsonb", "'{\"a\": 1.00}'"),
        ("jsonb", "'[1]'"),
    ],
    "mariadb": [("float", "1.2345678"), ("float", "16777216")],
}
"""What does not survive the journey through the driver."""


def sheet(shop: Shop, cells: Sequence[tuple[str, str]]) -> Shop:
    """One table with a column for each cell, all set apart by a restriction; a row of each of two people."""
    names = [f"c{number}" for number in range(len(cells))]
    columns = "".join(f", {name} {kind}" for name, (kind, _) in zip(names, cells, strict=True))
    values = "".join(f", {value}" for _, value in cells)
    if shop.database.name == "mariadb":
        shop.database.run(RELAXED)
    shop.database.run(
        f"CREATE TABLE sheet (id integer PRIMARY KEY, contact_id integer, rid integer{columns})",
        f"INSERT INTO sheet VALUES (1, 1, 1{values})",
        f"INSERT INTO sheet VALUES (2, 2, 2{values})",
    )
    shop.document["tables"]["sheet"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {name: {"category": "correspondence", "erase": "blank"} for name in names},
    }
    return apart(shop, contact={"email": "blank"}, sheet=dict.fromkeys(names, "blank")).people(1, 2)


def restrict(shop: Shop, vault: Vault) -> BatchResult:
    execution = Execution(plan(shop, vault, "restriction"), shop.policy, systems(shop, vault))
    (result,) = [execution.execute(key, Notebook()) for key in execution.batch_keys()]
    return result


def test_comes_back_as_the_system_writes_it(shop: Shop, vault: Vault) -> None:
    kind = shop.database.name
    refused = REFUSED[kind]
    every = [(column, value) for column, values in COLUMNS[kind].items() for value in values]
    cells = [cell for cell in every if cell not in refused]
    sheet(shop, cells)
    before = shop.rows("contact", "sheet")
    assert not restrict(shop, vault).blocks
    during = shop.rows("sheet")["sheet"]
    assert {during[1][f"c{number}"] for number in range(len(cells))} == {None}
    assert during[2] == before["sheet"][2]
    carry(shop, vault, plan(shop, vault, "lifting"))
    assert shop.rows("contact", "sheet") == before


@pytest.mark.parametrize("number", range(max(len(cells) for cells in REFUSED.values())))
def test_what_would_come_back_otherwise_is_not_set_apart(shop: Shop, vault: Vault, number: int) -> None:
    for cell in REFUSED[shop.database.name][number : number + 1]:
        sheet(shop, [cell])
        before = shop.rows("contact", "sheet")
        assert [block["constraint"] for block in restrict(shop, vault).blocks] == [NO_WAY_BACK]
        assert shop.rows("contact", "sheet") == before
        assert vault.records("pending") == vault.records("apart") == []


TEXTS: Final = st.one_of(
    st.none(), st.sampled_from(["", "x", "X", "x ", "é", "anon-0123456789abcdef", "Anonymous"])
)
"""What people write, and what Garant puts there."""

COLUMN: Final = st.sampled_from(["name", "email", "phone", "state"])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Two people, what is set apart, and what the system writes meanwhile."""
    hows = st.sampled_from(["blank", {"constant": "Anonymous"}, {"pseudonymise": {}}])
    return {
        "cards": [
            draw(st.fixed_dictionaries({"name": TEXTS, "phone": TEXTS, "state": TEXTS})) for _ in range(2)
        ],
        "apart": {
            name: draw(hows) for name in draw(st.sets(COLUMN.filter(lambda one: one != "state"), min_size=1))
        },
        "notes": draw(st.lists(TEXTS, max_size=3)),
        "writes": draw(st.dictionaries(COLUMN, TEXTS, max_size=2)),
        "noted": draw(st.lists(st.tuples(st.integers(1, 3), TEXTS), max_size=2)),
        "gone": draw(st.sets(st.integers(1, 3), max_size=1)),
    }


def expected(was: Row, during: Row, now: Row, named: Collection[str]) -> Row:
    """What one row is to hold once lifted, by the rule of ADR 0079 alone."""
    pseudonyms = [c for c in named if str(during[c]).startswith("anon-") and during[c] != was[c]]
    known = any(now[c] == during[c] for c in pseudonyms) or all(
        now[c] == was[c] for c in was if c not in named
    )
    back = [c for c in named if now[c] == during[c] and known]
    return {**now, **{c: was[c] for c in back}}


@examples(25)
@given(world=worlds())
def test_restrict_then_lift_is_nothing_but_what_the_system_wrote(
    database: Database, tmp_path: Path, world: dict[str, Any]
) -> None:
    database.clear()
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    shop, vault = Shop(database).create(), Vault(folder)
    named = {"contact": world["apart"], "note": {"body": "blank"}}
    apart(shop, **named)
    for number, card in enumerate(world["cards"], 1):
        email = f"n{number}@x.example"
        database.insert("contact", [{"id": number, "email": email, "customer": 0, "rid": number, **card}])
    for number, body in enumerate(world["notes"], 1):
        database.insert(
            "note", [{"id": number, "model": "contact", "res_id": 1, "body": body, "rid": number}]
        )
    before = shop.rows()
    try:
        carry(shop, vault, plan(shop, vault, "restriction"))
        during = shop.rows()
        assert during["contact"][2] == before["contact"][2]
        seen = {c: during["contact"][1][c] for c in world["apart"]}
        assert not [
            c for c, value in seen.items() if value is not None and _told(value, before["contact"][1][c])
        ]
        for column, value in world["writes"].items():
            if column != "email" or "email" in world["apart"]:
                database.run(f"UPDATE contact SET {column} = {_sql(value)} WHERE id = 1")
        for number, value in world["noted"]:
            database.run(f"UPDATE note SET body = {_sql(value)} WHERE id = {number}")
        for number in world["gone"]:
            database.run(f"DELETE FROM note WHERE id = {number}")
        now = shop.rows()
        found = plan(shop, vault, "lifting") if _anything(vault) else None
        if found is not None:
            carry(shop, vault, found)
        after = shop.rows()
        for table in TABLES:
            columns = named.get(table, {})
            for rid, row in now[table].items():
                mine = table in named and not (table == "contact" and rid == 2)
                wanted = expected(before[table][rid], during[table][rid], row, columns) if mine else row
                assert after[table][rid] == wanted, (table, rid, world)
    finally:
        shop.close()


def _told(value: Any, was: Any) -> bool:
    """Whether a value is still read where it was set apart, what Garant itself writes aside."""
    return value == was and value != "Anonymous" and not str(value).startswith("anon-")


def _anything(vault: Vault) -> bool:
    return bool(vault.records("apart"))


def _sql(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"
