"""Keys of the types that systems have: each leads to its own rows, all of them, or is refused; never to a neighbour's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from garant.engine.document import Plan
from garant.engine.planning.subject import plan_subject
from garant.engine.terms import Source
from garant.engine.whose import whose
from garant.systems.model import DataMap
from garant.systems.port import ConnectorError
from tests.engine.support.databases import Database, SqliteFile
from tests.engine.support.policies import policy
from tests.engine.support.running import carry_out, retention, source

POLICY = policy(prospects="P3Y", invoices="P10Y")
AS_OF = date(2026, 11, 1)
UUID = "00000000-0000-0000-0000-0000000000A"


@dataclass(frozen=True)
class Keys:
    """How a system declares keys, how the map does, and those of two people: the first one's are written in two ways."""

    server: str
    declared: str
    kind: str
    one: Any
    again: Any
    other: Any
    referring: str = ""
    referred: bool = True


def data_map(kind: str) -> DataMap:
    """People, their orders, and the lines of these."""
    erase = {"category": "identity", "erase": "blank"}
    query = "SELECT id AS key FROM person"
    last = {"root": "person", "type": "date", "query": "SELECT person_id AS key, at AS at FROM orders"}
    tables = {
        "person": ("id", {"root": "person", "column": "id"}, {"email": erase | {"identity": "email"}}),
        "orders": ("rid", {"root": "person", "column": "person_id"}, {"what": erase}),
        "line": ("rid", {"parent": "orders", "column": "order_id"}, {"said": erase}),
    }
    return DataMap.model_validate(
        {
            "system": "crm", "label": {"fr": "a", "en": "b"}, "connection": {"env": "CRM"},
            "roots": {"person": {"table": "person", "key": "id", "type": kind}},
            "roles": {"all": {"root": "person", "query": query}},
            "events": {"last": [last]},
            "identities": {"email": [{"root": "person", "query": f"{query} WHERE email = :identity"}]},
            "tables": {
                name: {"key": key, "links": [link], "columns": columns}
                for name, (key, link, columns) in tables.items()
            },
            "dispositions": {
                "erase": {
                    "root": "person",
                    "actions": [{"table": name, "do": "delete"} for name in ("line", "orders", "person")],
                }
            },
            "promises": [{"rule": "prospects", "role": "all", "event": "last", "dispositions": "erase"}],
        }
    )  # fmt: skip


@contextmanager
def opened(keys: Keys, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Database, Source]]:
    """The system: one person whose orders are old, and another who ordered lately."""
    names = {"postgresql": "postgres", "mariadb": "mariadb"}
    database: Database = (
        SqliteFile(tmp_path / "crm.sqlite")
        if keys.server == "sqlite"
        else request.getfixturevalue(names[keys.server])
    )
    if keys.server == "postgresql":
        database.run("CREATE EXTENSION IF NOT EXISTS citext", "CREATE DOMAIN code AS citext")
        database.run("CREATE DOMAIN short_code AS code")
    reference = ", FOREIGN KEY (person_id) REFERENCES person (id)" if keys.referred else ""
    database.run(
        f"CREATE TABLE person (id {keys.declared} PRIMARY KEY, email text, rid integer)",
        f"CREATE TABLE orders (rid integer PRIMARY KEY, person_id {keys.referring or keys.declared}, at date, "
        f"what text{reference})",
        "CREATE TABLE line (rid integer PRIMARY KEY, order_id integer, said text)",
    )
    people = ((keys.one, "a@x.example"), (keys.other, "b@x.example"))
    database.insert("person", [{"id": key, "email": at, "rid": n} for n, (key, at) in enumerate(people, 1)])
    days = ((keys.one, "2020-01-01"), (keys.again, "2020-01-01"), (keys.other, "2026-05-01"))
    database.insert(
        "orders",
        [{"rid": n, "person_id": key, "at": at, "what": "x"} for n, (key, at) in enumerate(days, 1)],
    )
    database.insert("line", [{"rid": n, "order_id": n, "said": "x"} for n in (1, 2, 3)])
    system = source(data_map(keys.kind), database.url)
    try:
        yield database, system
    finally:
        system.connector.close()


def planned(how: str, system: Source) -> Plan:
    if how == "retention":
        return retention(POLICY, {"crm": system}, AS_OF)
    return plan_subject(POLICY, {"crm": system}, {"email": "a@x.example"}, "erasure", as_of=AS_OF)


def left(database: Database) -> dict[str, list[int]]:
    return {name: sorted(rows) for name, rows in database.contents(("person", "orders", "line")).items()}


FOUND = {
    "padded": Keys("postgresql", "char(10)", "text", "AB", "AB", "ABC"),
    "padded, and referred to by what is not": Keys(
        "postgresql", "char(10)", "text", "AB", "AB", "ABC", "varchar(20)", referred=False
    ),
    "case ignored": Keys("postgresql", "citext", "text", "AB", "ab", "abc"),
    "case ignored, no foreign key": Keys("postgresql", "citext", "text", "AB", "ab", "abc", referred=False),
    "case ignored by a domain": Keys("postgresql", "short_code", "text", "AB", "ab", "abc"),
    "whole numbers of a decimal type": Keys("postgresql", "numeric(10,0)", "integer", 12, 12, 13),
    "UUIDs written as texts": Keys("postgresql", "text", "uuid", f"{UUID}A", f"{UUID}A", f"{UUID}B"),
    "UUIDs called texts": Keys("postgresql", "uuid", "text", f"{UUID}A", f"{UUID}A", f"{UUID}B"),
    "numbers without a sign": Keys("mariadb", "bigint unsigned", "integer", 2**63 - 1, 2**63 - 1, 13),
    "MariaDB's case ignored": Keys("mariadb", "char(10)", "text", "AB", "ab", "abc"),
    "SQLite's case ignored": Keys("sqlite", "text collate nocase", "text", "AB", "ab", "abc"),
}


@pytest.mark.parametrize("how", ["request", "retention"])
@pytest.mark.parametrize("keys", FOUND.values(), ids=FOUND.keys())
def test_all_that_is_one_persons_goes_and_nothing_else(
    keys: Keys, how: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with opened(keys, request, tmp_path) as (database, system):
        plan = planned(how, system)
        assert [len(one.root_keys()) for one in plan.selections] == [1]
        _, verification = carry_out(plan, POLICY, {"crm": system})
        assert verification.verified
        assert left(database) == {"person": [2], "orders": [3], "line": [3]}


REFUSED = {
    "a text called a number": (Keys("mariadb", "varchar(10)", "integer", "AB", "AB", "AC"), "is of type varchar"),
    "a text that begins with a number": (
        Keys("mariadb", "varchar(10)", "integer", "12a", "12a", "12b"),
        "is of type varchar, and the map says integer",
    ),
    "a number written in two ways": (
        Keys("sqlite", "text", "integer", "12", "12", "012"),
        "declared as a text, and the map says integer",
    ),
    "a text that a number refers to": (
        Keys("sqlite", "text", "text", "012", "12", "12", referring="integer"),
        "orders.person_id holds numbers and person.id texts",
    ),
    "a text that is referred to in other capitals": (
        Keys("sqlite", "text COLLATE NOCASE", "text", "ab", "AB", "cd", referring="text"),
        "orders.person_id and person.id do not compare alike",
    ),
    "a text that another refers to in other capitals": (
        Keys("sqlite", "text", "text", "ab", "AB", "AB", referring="text COLLATE NOCASE"),
        "orders.person_id and person.id do not compare alike",
    ),
    "a fraction": (
        Keys("mariadb", "decimal(10,1)", "integer", "12.5", "12.5", "13.0"),
        "is of type decimal of fractions",
    ),
    "a floating number": (Keys("mariadb", "double", "integer", "12.5", "12.5", "13"), "is of type double"),
    "bytes": (Keys("mariadb", "binary(2)", "text", b"\xff\xfe", b"\xff\xfe", b"\xff\xfd"), "is of type binary"),
    "bytes of a file": (Keys("sqlite", "blob", "text", b"AB", b"AB", b"AC"), "is of bytes"),
    "more than fits": (
        Keys("mariadb", "bigint unsigned", "integer", 2**63 + 5, 2**63 + 5, 2**63 - 1),
        "keys larger than 9223372036854775807",
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", ["request", "retention"])
@pytest.mark.parametrize(("keys", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_key_that_would_be_taken_for_another_is_refused(
    keys: Keys, words: str, how: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with opened(keys, request, tmp_path) as (database, system):
        with pytest.raises(ConnectorError, match=words):
            carry_out(planned(how, system), POLICY, {"crm": system})
        assert left(database) == {"person": [1, 2], "orders": [1, 2, 3], "line": [1, 2, 3]}


def test_whose_a_padded_key_is_is_known(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    with (
        opened(FOUND["padded"], request, tmp_path) as (_, system),
        system.connector.snapshot() as snapshot,
    ):
        assert [len(said) for said in whose(system.data_map, snapshot, "person", ["AB", "ABC"])] == [32, 32]


def test_roots_whose_keys_compare_in_different_ways_are_refused(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with opened(FOUND["case ignored"], request, tmp_path) as (database, system):
        database.run("CREATE TABLE company (code text PRIMARY KEY)")
        document = system.data_map.model_dump(mode="json", exclude_unset=True)
        document["roots"]["company"] = {"table": "company", "key": "code", "type": "text"}
        both = source(DataMap.model_validate(document), database.url)
        with (
            pytest.raises(ConnectorError, match="of type text are of different types: citext, text"),
            both.connector.snapshot(),
        ):
            pass
        both.connector.close()


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (("roles", "all"), "roles.all"),
        (("events", "last", 0), "events.last"),
        (("identities", "email", 0), "identities.email"),
    ],
)
def test_a_query_that_gives_a_text_for_a_number_is_refused(
    mariadb: Database, place: tuple[Any, ...], said: str
) -> None:
    """An address that begins with somebody's number is not that person."""
    mariadb.run(
        "CREATE TABLE person (id integer PRIMARY KEY, email text, rid integer)",
        "CREATE TABLE orders (rid integer PRIMARY KEY, person_id integer, at date, what text)",
        "CREATE TABLE line (rid integer PRIMARY KEY, order_id integer, said text)",
    )
    mariadb.insert("person", [{"id": 12, "email": "12 rue X", "rid": 1}, {"id": 13, "email": "13", "rid": 2}])
    document = data_map("integer").model_dump(mode="json", exclude_unset=True)
    part: Any = document
    for step in place:
        part = part[step]
    wanted = part["query"]
    part["query"] = wanted.replace("SELECT id", "SELECT email").replace("SELECT person_id", "SELECT what")
    system = source(DataMap.model_validate(document), mariadb.url)
    with (
        pytest.raises(ConnectorError, match=f"the query of {said} gives keys that are no whole numbers"),
        system.connector.snapshot(),
    ):
        pass
    system.connector.close()
    part["query"] = wanted.replace("SELECT id AS", "SELECT id + 0 AS")
    sound = source(DataMap.model_validate(document), mariadb.url)
    with sound.connector.snapshot():
        pass
    sound.connector.close()
