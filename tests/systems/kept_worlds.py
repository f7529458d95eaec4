"""Random maps with one duty, and a few rows: people who leave while a bill keeps something of them, and who leave again later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count
from random import Random
from typing import Any

from garant.systems.model import DataMap
from tests.engine.support.databases import Contents, Row
from tests.engine.support.oracle import Effects, Oracle, ends

OTHERS = ("note", "item", "visit")
HOWS: tuple[Any, ...] = ("blank", "blank", "keep", {"constant": "X"})
DAYS = ("2020-05-01", "2023-05-01", "2025-01-01")
TERMS = {"prospects": "P1Y", "invoices": "P5Y"}


@dataclass
class World:
    """What a map says, and its rows."""

    data_map: DataMap
    rows: Contents

    def swept(self, rows: Contents, as_of: date) -> Contents:
        """The rows once everybody past the term has left, as often as somebody is."""
        while (after := self._effects(rows, as_of).applied(rows)) != rows:
            rows = after
        return rows

    def held(self, rows: Contents, as_of: date) -> set[str]:
        """Whom the duty holds on a day."""
        dated = self._dated("billed", rows)
        return {key for key, days in dated.items() if ends(max(days), TERMS["invoices"]) >= as_of}

    def owners(self, table: str, row: Row, rows: Contents) -> set[str]:
        """The keys of all who own a row."""
        ways = Oracle(self.data_map, rows, "person", b"").ways(table, row)
        return {way.key for way in ways if way.relation != "visible"}

    def _effects(self, rows: Contents, as_of: date) -> Effects:
        members = {key for key, _ in _answers(self.data_map.roles["prospect"].query, rows)}
        seen, held = self._dated("seen", rows), self.held(rows, as_of)
        late = {k for k in members if seen.get(k) and ends(max(seen[k]), TERMS["prospects"]) < as_of}
        leaving = {key: {0} if key in held else set[int]() for key in late}
        return Oracle(self.data_map, rows, "person", b"").effects(
            "erase", list(self.data_map.duties), leaving
        )

    def _dated(self, event: str, rows: Contents) -> Mapping[str, list[date]]:
        found: dict[str, list[date]] = {}
        for source in self.data_map.events[event]:
            for key, row in _answers(source.query, rows):
                found.setdefault(key, []).extend([date.fromisoformat(row["day"])] if row["day"] else [])
        return found


def _answers(query: str, rows: Contents) -> Iterator[tuple[str, Row]]:
    """What a query of these maps gives: ``SELECT column AS key … FROM table``, perhaps a UNION of several."""
    for part in query.split(" UNION "):
        column, table = part.split()[1], part.split()[-1]
        yield from ((str(row[column]), row) for row in rows[table].values() if row[column] is not None)


def draw(chance: Random) -> World:
    """Draw a map and its rows."""
    tables: dict[str, Any] = {
        "person": {"key": "key", "links": [{"root": "person", "column": "key"}], "columns": _columns(chance)}
    }
    for name in OTHERS[: chance.randint(1, 3)]:
        tables[name] = {
            "key": "id",
            "links": _links(chance, tables, first=name == "note"),
            "columns": _columns(chance),
        }
    data_map = DataMap.model_validate(_map(chance, tables))
    return World(data_map, _rows(chance, list(tables)))


def _links(chance: Random, tables: Mapping[str, Any], *, first: bool) -> list[dict[str, Any]]:
    """By which a row is somebody's; a note is surely that of the person who dates it."""
    mine = [{"root": "person", "column": "p1"}, {"parent": "person", "column": "p1"}]
    others = [
        {"parent": "person", "column": "p2"},
        *({"parent": name, "column": "f1"} for name in tables if name in OTHERS),
    ]
    if first:
        return [chance.choice(mine), *chance.sample(others, chance.choice((0, 0, 1)))]
    relations = ("owned", "owned", "owned", "co-owned", "visible")
    chosen = chance.sample([*mine, *others], chance.choice((1, 1, 2)))
    return [link | {"relation": chance.choice(relations)} for link in chosen]


def _columns(chance: Random) -> dict[str, Any]:
    found = {name: {"category": "identity", "erase": chance.choice(HOWS)} for name in ("c1", "c2")}
    return {**found, "day": {"category": "identity", "erase": chance.choice(("blank", "keep", "keep"))}}


def _map(chance: Random, tables: Mapping[str, Any]) -> dict[str, Any]:
    reached = [name for name in reversed(list(tables)) if _is_owned(tables, name)]
    acted = [name for name in reached if chance.random() < 0.9] or reached
    kept = chance.sample(acted, chance.randint(1, len(acted)))
    own, hanging = "SELECT key AS key FROM person", "SELECT p1 AS key FROM note"
    dated = ["SELECT key AS key, day AS at FROM person", "SELECT p1 AS key, day AS at FROM note"]
    sources = chance.choice((dated[:1], dated[1:], dated))
    return {
        "system": "crm", "label": {"fr": "a", "en": "b"}, "connection": {"env": "CRM"}, "zone": "UTC",
        "roots": {"person": {"table": "person", "key": "key", "type": "integer"}},
        "roles": {
            "prospect": {"root": "person", "query": chance.choice((own, own, hanging, f"{own} UNION {hanging}"))},
            "billed": {"root": "person", "query": "SELECT owner AS key FROM bill"},
        },
        "events": {
            "seen": [{"root": "person", "type": "date", "query": query} for query in sources],
            "billed": [{"root": "person", "type": "date", "query": "SELECT owner AS key, day AS at FROM bill"}],
        },
        "identities": {
            "number": [{"root": "person", "query": "SELECT key AS key FROM person WHERE CAST(key AS TEXT) = :identity"}]
        },
        "tables": tables,
        "dispositions": {
            "erase": {
                "root": "person",
                "actions": [{"table": name, "do": chance.choice(("delete", "delete", "treat"))} for name in acted],
            }
        },
        "promises": [{"rule": "prospects", "role": "prospect", "event": "seen", "dispositions": "erase"}],
        "duties": [
            {
                "rule": "invoices", "root": "person", "role": "billed", "event": "billed", "why": {"fr": "x", "en": "y"},
                "keeps": {
                    name: {
                        "row": chance.random() < 0.7,
                        "columns": chance.choice(("all", ["c1"], ["c1", "day"], [])),
                    }
                    for name in kept
                },
            }
        ],
    }  # fmt: skip


def _is_owned(tables: Mapping[str, Any], name: str) -> bool:
    return any(
        link.get("relation") != "visible" and ("root" in link or _is_owned(tables, link["parent"]))
        for link in tables[name]["links"]
    )


def _rows(chance: Random, tables: list[str]) -> Contents:
    numbers = count(1)
    someone = lambda: chance.choice((None, 1, 2, 3, 3))  # noqa: E731

    def data() -> Row:
        name = ("Ana", "Zoé", None)
        return {"c1": chance.choice(name), "c2": chance.choice(name), "day": chance.choice(DAYS)}

    rows: dict[str, list[Row]] = {name: [] for name in (*tables, "bill")}
    rows["person"] = [{"key": key, **data()} for key in (1, 2, 3)]
    rows["bill"] = [
        {"owner": someone(), "day": chance.choice((*DAYS[1:], "2026-06-01"))}
        for _ in range(chance.randint(0, 3))
    ]
    for name in tables[1:]:
        rows[name] = [
            {"id": number, "p1": someone(), "p2": someone(), "f1": chance.choice((None, 1, 2, 3)), **data()}
            for number in range(1, chance.randint(1, 5))
        ]
    return {
        name: {rid: {**row, "rid": rid} for rid, row in zip(numbers, found, strict=False)}
        for name, found in rows.items()
    }
