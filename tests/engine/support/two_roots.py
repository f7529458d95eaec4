"""Random worlds of two roots, a person and a firm, whose rows hang on either, on both, and on each other's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from garant.policy.loader import LoadedPolicy
from garant.systems.model import DataMap, Duty
from tests.engine.support.databases import Contents, Database, quoted
from tests.engine.support.policies import policy

OTHERS = ("note", "item", "visit")
ROOTS = ("person", "firm")
KEYS = (1, 2, 3, 4)
TEXTS = ("Ana", "Zoë", "O'Brien", "75011", None)
DATA = ("c1", "c2")
HOWS: tuple[Any, ...] = ("blank", "blank", "keep", {"constant": "Supprimé"})
AS_OF = date(2026, 11, 1)
SERIES = {"person": (0, 1), "firm": (2, 3)}
"""Root → the series of bills by which its duties hold somebody."""


@dataclass
class World:
    """A database and what its map says."""

    database: Database
    data_map: DataMap
    policy: LoadedPolicy
    tables: Sequence[str]

    def rows(self) -> Contents:
        return self.database.contents([*self.tables, "bill"])

    def described(self, rows: Contents) -> str:
        """The world in words, for whoever reads a failure."""
        said = self.data_map.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        parts = [f"{name}: {said.get(name)}" for name in ("tables", "dispositions", "duties")]
        content = [f"{table}: {row}" for table, found in rows.items() for row in found.values()]
        return "\n".join([*parts, *content])

    def known(self, root: str, rows: Contents, mark: int) -> set[str]:
        """The keys of a root that somebody's number leads to."""
        return {str(row["key"]) for row in rows[root].values() if str(row["mark"]) == str(mark)}

    def duties(self, root: str) -> list[Duty]:
        return [duty for duty in self.data_map.duties if duty.root == root]

    def held(self, root: str, rows: Contents, keys: set[str]) -> dict[str, set[int]]:
        """Which of a root's duties hold each of the keys."""
        found: dict[str, set[int]] = {key: set() for key in keys}
        for number, duty in enumerate(self.duties(root)):
            series = duty.role.rpartition("-")[2]
            for bill in rows["bill"].values():
                if str(bill["series"]) == series and str(bill["owner"]) in keys:
                    found[str(bill["owner"])].add(number)
        return found


@dataclass
class Builder:
    """Draws one world. ``chance`` may be hypothesis's, so that a failure shrinks."""

    chance: Random
    database: Database
    rid: int = 0

    def build(self) -> World:
        tables = {name: self._own(name) for name in ROOTS}
        for name in OTHERS[: self.chance.randint(1, len(OTHERS))]:
            tables[name] = self._other(tables)
        self.tables = tables
        data_map = DataMap.model_validate(self._map())
        self.database.clear()
        self._create()
        self._fill()
        return World(self.database, data_map, policy(kept="P3Y"), list(tables))

    # ------------------------------------------------------------------ the map

    def _own(self, name: str) -> dict[str, Any]:
        links: list[dict[str, Any]] = [{"root": name, "column": "key"}]
        if self.chance.random() < 0.5:
            other = ROOTS[1 - ROOTS.index(name)]
            links.append({"root": other, "column": "whose", "relation": self._relation()})
        return {"key": "key", "links": links, "columns": self._columns()}

    def _other(self, tables: Sequence[str] | dict[str, Any]) -> dict[str, Any]:
        found: list[dict[str, Any]] = [
            {"root": "person", "column": "p1"}, {"parent": "person", "column": "p1"},
            {"root": "person", "column": "p2"}, {"parent": "person", "column": "p2"},
            {"root": "firm", "column": "g1"}, {"parent": "firm", "column": "g1"},
            *({"parent": name, "column": "f1", "when": f"model = '{name}'"} for name in tables if name in OTHERS),
        ]  # fmt: skip
        links = self.chance.sample(found, self.chance.choice((1, 2, 2, 3)))
        return {
            "key": "id",
            "links": [link | {"relation": self._relation()} for link in links],
            "columns": self._columns(),
        }

    def _relation(self) -> str:
        return self.chance.choice(("owned", "owned", "co-owned", "visible"))

    def _columns(self) -> dict[str, Any]:
        return {name: {"category": "identity", "erase": self.chance.choice(HOWS)} for name in DATA}

    def _map(self) -> dict[str, Any]:
        whose = {root: [name for name in self.tables if self._owned(name, root)] for root in ROOTS}
        chosen = {
            root: self.chance.sample(found, self.chance.randint(1, len(found)))
            for root, found in whose.items()
        }
        return {
            "system": "crm", "label": {"fr": "a", "en": "b"}, "connection": {"env": "CRM"}, "zone": "UTC",
            "roots": {root: {"table": root, "key": "key", "type": "integer"} for root in ROOTS},
            "roles": {
                f"billed-{number}": {
                    "root": root, "query": f"SELECT owner AS key FROM bill WHERE series = {number}",
                }
                for root, numbers in SERIES.items()
                for number in numbers
            },
            "identities": {
                "number": [
                    {"root": root, "query": f"SELECT key AS key FROM {root} WHERE CAST(mark AS TEXT) = :identity"}
                    for root in ROOTS
                ]
            },
            "tables": self.tables,
            "dispositions": {
                f"erase-{root}": {
                    "root": root,
                    "actions": [
                        {"table": name, "do": self.chance.choice(("delete", "delete", "treat"))} for name in names
                    ],
                }
                for root, names in chosen.items()
            },
            "duties": [
                self._duty(root, number, chosen[root])
                for root, numbers in SERIES.items()
                for number in numbers[: self.chance.randint(0, 2)]
            ],
        }  # fmt: skip

    def _owned(self, name: str, root: str) -> bool:
        return any(
            link.get("relation") != "visible"
            and (link.get("root") == root or ("parent" in link and self._owned(link["parent"], root)))
            for link in self.tables[name]["links"]
        )

    def _duty(self, root: str, number: int, tables: Sequence[str]) -> dict[str, Any]:
        kept = self.chance.sample(tables, self.chance.randint(1, len(tables)))
        return {
            "root": root, "role": f"billed-{number}", "why": {"fr": "x", "en": "y"}, "seal": True,
            "keeps": {
                name: {"row": self.chance.random() < 0.7, "columns": self.chance.choice(("all", ["c1"], []))}
                for name in kept
            },
        }  # fmt: skip

    # ------------------------------------------------------------------ the data

    def _create(self) -> None:
        data = "c1 varchar(40), c2 varchar(40), rid integer"
        self.database.run(
            *(
                f'CREATE TABLE {root} ("key" integer NOT NULL PRIMARY KEY, whose integer, mark integer, {data})'
                for root in ROOTS
            ),
            "CREATE TABLE bill (owner integer, series integer, rid integer)",
            *(
                f"CREATE TABLE {quoted(name)} (id integer NOT NULL PRIMARY KEY, p1 integer, p2 integer, "
                f"g1 integer, f1 integer, model varchar(10), {data})"
                for name in self.tables
                if name in OTHERS
            ),
        )

    def _fill(self) -> None:
        chance = self.chance
        for root in ROOTS:
            keys = chance.sample(KEYS, chance.randint(1, len(KEYS)))
            rows = [
                {"key": key, "whose": self._someone(), "mark": chance.choice((1, 1, 2)), **self._data()}
                for key in keys
            ]
            self.database.insert(root, rows)
        bills = [
            {"owner": self._someone(), "series": chance.randint(0, 3), "rid": self._next()}
            for _ in range(chance.randint(0, 5))
        ]
        self.database.insert("bill", bills)
        for name in self.tables:
            if name in OTHERS:
                rows = [self._row(number) for number in range(1, chance.randint(0, 6) + 1)]
                self.database.insert(name, rows)

    def _row(self, number: int) -> dict[str, Any]:
        return {
            "id": number, "p1": self._someone(), "p2": self._someone(), "g1": self._someone(),
            "f1": self.chance.choice((None, 1, 2, 3)), "model": self.chance.choice((*OTHERS, None)),
            **self._data(),
        }  # fmt: skip

    def _someone(self) -> int | None:
        return self.chance.choice((None, *KEYS, *KEYS))

    def _data(self) -> dict[str, Any]:
        return {"c1": self.chance.choice(TEXTS), "c2": self.chance.choice(TEXTS), "rid": self._next()}

    def _next(self) -> int:
        self.rid += 1
        return self.rid
