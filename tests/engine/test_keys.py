"""Keys of every kind travel unharmed: in plans, in temporary tables, back from drivers."""

from __future__ import annotations

import base64
import json
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.engine.keys import LARGEST, UnreadableKeys, pack, unpack
from garant.engine.planning.steps import steps_of
from garant.systems.changing import ChangeSet
from garant.systems.model import DataMap
from tests.engine.support.databases import Database
from tests.engine.support.running import source

integers = st.lists(st.integers(-(2**63), 2**63 - 1))
texts = st.lists(st.text(st.characters(exclude_categories=["Cs"])))


def packed(value: Any) -> str:
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


@given(integers | texts)
def test_what_is_packed_is_unpacked(keys: list[int] | list[str]) -> None:
    assert unpack(pack(keys)) == keys
    assert pack(keys) == pack(list(keys)), "equal lists, equal texts"


def test_a_hundred_thousand_neighbours_take_little_room() -> None:
    assert len(pack(range(1_000_000, 1_100_000))) < 1_000


@pytest.mark.parametrize(
    "damaged",
    [
        "", "é", "====", "AAAA", packed({"a": 1}), packed([1, "a"]), packed(["", 1]), packed([True]), packed([1.5]),
        packed([None]), packed([[1]]), packed([2**63]), packed([-(2**63), -1]), packed([2**62, 2**62]), packed("abc"),
        pack([1, 2, 3])[:-8], pack([1, 2, 3]) + "AAAA", packed(["x"]),
        base64.b64encode(zlib.compress(b"[" * 200_000)).decode(),
        base64.b64encode(zlib.compress(b"[1" + b"0" * 5_000 + b"]")).decode(),
        base64.b64encode(zlib.compress(b"\xff\xfe[]")).decode(),
        base64.b64encode(zlib.compress(b"[NaN]")).decode(),
    ],
)  # fmt: skip
def test_damaged_keys_are_refused(damaged: str) -> None:
    with pytest.raises(UnreadableKeys, match="the keys of the plan are damaged"):
        unpack(damaged)


@given(st.lists(st.integers(0, 10**6), min_size=1, unique=True).map(sorted), st.data())
def test_a_changed_character_is_seen_or_gives_other_keys(keys: list[int], data: st.DataObject) -> None:
    """Seen here, or by the digest of the plan, which is over the packed text."""
    text = pack(keys)
    where = data.draw(st.integers(0, len(text) - 1))
    other = text[:where] + data.draw(st.sampled_from("ABCxyz019+/=é\n")) + text[where + 1 :]
    with suppress(UnreadableKeys):
        assert all(isinstance(key, int | str) for key in unpack(other))


def test_a_bomb_stops_at_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("garant.engine.keys.LARGEST", 1_000_000)
    bomb = base64.b64encode(zlib.compress(b"[" + b"0," * 5_000_000 + b"0]", 9)).decode()
    assert len(bomb) < 20_000
    with pytest.raises(UnreadableKeys, match="too large"):
        unpack(bomb)
    assert LARGEST <= 2**30


KINDS = {
    "integer": [-(2**63), -1, 0, 1, 2**31, 2**63 - 1],
    "text": [
        "",
        " ",
        "O'Brien",
        '"',
        "🦊",
        "Ünï",
        "NULL",
        "%",
        "\\",
        "a\nb",
        "{1,2}",
        "'); DROP TABLE person; --",
        "7",
    ],
    "uuid": ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-4fff-bfff-ffffffffffff"],
}
SQL_TYPES = {"integer": "bigint", "text": "text", "uuid": "uuid"}


def people(database: Database, kind: str, keys: list[Any]) -> DataMap:
    column = "text" if kind == "uuid" and database.name == "sqlite" else SQL_TYPES[kind]
    if column == "text" and database.name == "mariadb":
        column = "varchar(700) COLLATE utf8mb4_nopad_bin"
    database.run(f"CREATE TABLE person (id {column} PRIMARY KEY, rid integer)")
    database.insert("person", [{"id": key, "rid": n} for n, key in enumerate(keys)])
    return DataMap.model_validate(
        {
            "system": "crm", "label": {"fr": "a", "en": "b"}, "connection": {"env": "CRM"},
            "roots": {"person": {"table": "person", "key": "id", "type": kind}},
            "roles": {"all": {"root": "person", "query": "SELECT id AS key FROM person"}},
            "identities": {"number": [{"root": "person", "query": "SELECT id AS key FROM person WHERE rid = 0"}]},
            "tables": {"person": {"key": "id", "links": [{"root": "person", "column": "id"}]}},
            "dispositions": {"erase": {"root": "person", "actions": [{"table": "person", "do": "delete"}]}},
        }
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(KINDS))
def test_keys_go_there_and_back(database: Database, kind: str) -> None:
    keys = KINDS[kind]
    data_map = people(database, kind, keys)
    opened = source(data_map, database.url).connector
    with opened.snapshot() as snapshot:
        found = snapshot.find_held("person", keys, [])
        assert set(found.keys) == set(keys)
        assert {type(key) for key in found.keys} == {type(keys[0])}
        assert snapshot.find_identity(data_map.identities["number"][0].query, "x") == [keys[0]]
    opened.close()


def test_a_hundred_thousand_keys_are_sent_in_a_few_statements(database: Database) -> None:
    keys = list(range(100_000))
    data_map = people(database, "integer", keys[:3])
    opened = source(data_map, database.url).connector
    steps = steps_of(data_map, data_map.dispositions["erase"], [])
    with opened.snapshot() as snapshot:
        assert snapshot.count(ChangeSet("person", keys, steps)).total == 3
    assert opened.apply(ChangeSet("person", keys, steps), lambda _: None).total == 3
    opened.close()
