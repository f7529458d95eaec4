"""Random schemas, maps and data: link graphs of every kind, duties, seals, awkward values and dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from garant.policy.loader import LoadedPolicy
from garant.systems.model import DataMap
from tests.engine.support import moments
from tests.engine.support.databases import Contents, Database, quoted
from tests.engine.support.moments import Fact
from tests.engine.support.oracle import latest_day
from tests.engine.support.policies import policy

NAMES = ("order", "Note", "item", "user_log", "Group", "visit")
TEXTS = (
    None, None, "Ana", "O'Brien \"x\"", "🦊 Zoë", "", "anon-0123456789abcdef", "anon-012345", "NULL",
    "75011", "x'); DROP TABLE person; --", "Œuvre", "%_*[a-z]?", "ligne\nligne", "a\\b",
)  # fmt: skip
KEYS = {
    "integer": tuple(range(1, 15)),
    "text": ("a", "O'B", "🦊", "", "x;--", "Z z", "é", "7", "%", "\\", '"', "NULL", "k\n", "0x1"),
    "uuid": tuple(f"{n:08x}-0000-4000-8000-0000000000{n:02x}" for n in range(1, 15)),
}
COLUMN_TYPES = {
    "sqlite": {"integer": "INTEGER", "text": "TEXT", "uuid": "TEXT", "date": "", "naive": "", "aware": ""},
    "postgresql": {
        "integer": "integer", "text": "text", "uuid": "uuid",
        "date": "date", "naive": "timestamp", "aware": "timestamptz",
    },
    "mariadb": {
        "integer": "integer", "text": "varchar(200)", "uuid": "uuid",
        "date": "date", "naive": "datetime", "aware": "timestamp NULL",
    },
}  # fmt: skip
DAYS = (
    date(2026, 11, 1),
    date(2024, 2, 29),
    date(2025, 3, 1),
    date(2025, 2, 28),
    date(2026, 3, 30),
    date(2026, 10, 26),
)
PERIODS = ("P1Y", "P3Y", "P1M", "P30D", "P2Y6M", "P1Y1D", "P10Y")
ZONES = ("UTC", "Europe/Paris", "America/New_York")
DATA = ("c1", "c2", "c3")
HOWS: tuple[Any, ...] = (
    None, "blank", "blank", "keep", {"constant": "Supprimé"}, {"pseudonymise": {}},
    {"pseudonymise": {"prefix": "p[*]-", "suffix": "@x.invalid", "length": 12}}, {"generalise": {"prefix": 2}},
)  # fmt: skip


@dataclass
class World:
    """A database, what its map says, and what its dates mean."""

    database: Database
    data_map: DataMap
    policy: LoadedPolicy
    periods: dict[str, str]
    as_of: date
    tables: list[str]
    """The people's first, then the invoices', then the map's other ones."""
    facts: dict[str, list[tuple[str, int, str, Fact]]] = field(default_factory=dict)
    """Event → (table, rid, key column, fact)."""

    def rows(self) -> Contents:
        return self.database.contents(self.tables)

    def described(self, rows: Contents) -> str:
        """The world in words, for whoever reads a failure."""
        said = self.data_map.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        parts = [f"{name}: {said.get(name)}" for name in ("tables", "dispositions", "duties", "seals")]
        content = [f"{table}: {row}" for table, content in rows.items() for row in content.values()]
        return "\n".join([f"{self.as_of} {self.periods}", *parts, *content])

    def members(self, role: str, rows: Contents) -> set[str]:
        """The keys that have a role: the same sentence as the map's query, in Python."""
        if role == "prospect":
            found = {row["key"] for row in rows[self.tables[0]].values() if str(row["kind"]) == "p"}
            return {str(key) for key in found | self._series(rows, 9) if key is not None}
        return {str(key) for key in self._series(rows, int(role[-1])) if key is not None}

    def _series(self, rows: Contents, number: int) -> set[Any]:
        return {row["owner"] for row in rows[self.tables[1]].values() if str(row["series"]) == str(number)}

    def dated(self, event: str, rows: Contents) -> dict[str, list[Fact]]:
        """Root key → its dated facts."""
        found: dict[str, list[Fact]] = {}
        for table, rid, column, fact in self.facts[event]:
            if rid in rows[table] and rows[table][rid][column] is not None and fact.said:
                found.setdefault(str(rows[table][rid][column]), []).append(fact)
        return found


@dataclass
class Builder:
    """Draws one world. ``chance`` may be hypothesis's, so that a failure shrinks."""

    chance: Random
    database: Database
    prefix: str = ""
    kind: str = ""
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    facts: dict[str, list[tuple[str, int, str, Fact]]] = field(default_factory=dict)
    rid: int = 0

    def build(self, *, seals: bool = True, duties: int = 3, beside: bool = False) -> World:
        """Draw everything; with ``beside``, next to what the database holds already."""
        chance = self.chance
        self.person, self.invoice = f"{self.prefix}person", f"{self.prefix}invoice"
        self.kind = chance.choice(("integer", "integer", "text", "uuid"))
        self.place, zone = chance.choice(ZONES), chance.choice(ZONES)
        self.organisation = zone
        self.names = [self.prefix + name for name in chance.sample(NAMES, chance.randint(1, 5))]
        self.as_of = chance.choice(DAYS)
        self.periods = {f"rule-{n}": chance.choice(PERIODS) for n in range(4)}
        self.cutoffs = {rule: latest_day(self.as_of, period) for rule, period in self.periods.items()}
        self.aware = chance.random() < 0.5
        for name in self.names:
            self.tables[name] = self._table(name)
        self.tables[self.person] = self._person()
        data_map = DataMap.model_validate(self._map(seals, chance.randint(0, duties)))
        if not beside:
            self.database.clear()
        self._create()
        self._fill()
        self.database.insert(self.invoice, self._invoices())
        rules: dict[str, Any] = dict(self.periods)
        return World(
            self.database, data_map, policy(zone, **rules), self.periods, self.as_of,
            [self.person, self.invoice, *self.names], self.facts,
        )  # fmt: skip

    # ------------------------------------------------------------------ the map

    def _person(self) -> dict[str, Any]:
        links = [{"root": "person", "column": "key"}]
        if self.chance.random() < 0.2:
            relation = self.chance.choice(("co-owned", "visible"))
            links.append({"root": "person", "column": "boss", "relation": relation})
        return {"key": "key", "links": links, "columns": self._columns({})}

    def _table(self, name: str) -> dict[str, Any]:
        candidates = self._direct() + self._through()
        count = min(len(candidates), self.chance.choice((1, 1, 2, 3)))
        links = self.chance.sample(candidates, count)
        own = {"c3"} if len(links) > 1 and links[0].get("root") and self.chance.random() < 0.5 else set[str]()
        if own:
            links[0]["columns"] = ["c3"]
        return {"key": "id", "links": links, "columns": self._columns(dict.fromkeys(own, "blank"))}

    def _direct(self) -> list[dict[str, Any]]:
        return [
            {"root": "person", "column": "p1", "relation": self._relation()},
            {"root": "person", "column": "p2", "relation": self._relation()},
            {"root": "person", "column": "res_root", "when": "model = 'person'"},
            {"parent": self.person, "column": "p2", "relation": self._relation()},
        ]

    def _through(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for parent in self.tables:
            many = {"parent": parent, "column": "id", "parent_column": "f2"}
            found += [
                {"parent": parent, "column": "f1", "relation": self._relation()},
                {"parent": parent, "column": "res_id", "when": f"model = '{parent}'"},
                many | {"relation": self.chance.choice(("co-owned", "co-owned", "visible"))},
            ]
        return found

    def _relation(self) -> str:
        return self.chance.choice(("owned", "owned", "co-owned", "visible"))

    def _columns(self, fixed: dict[str, Any]) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for name in DATA:
            how = fixed.get(name, self.chance.choice(HOWS))
            columns[name] = {"category": "identity"} | ({} if how is None else {"erase": how})
        how = self.chance.choice((None, "blank", {"generalise": "year"}, {"generalise": "month"}))
        columns["day"] = {"category": "identity"} | ({} if how is None else {"erase": how})
        return columns

    def _map(self, seals: bool, duties: int) -> dict[str, Any]:
        reached = [name for name in (*self.names, self.person) if self._owned(name)]
        chosen = self.chance.sample(reached, self.chance.randint(1, len(reached)))
        actions = [
            {"table": name, "do": self.chance.choice(("delete", "delete", "treat"))} for name in chosen
        ]
        return {
            "system": f"{self.prefix}crm".replace("_", "-"),
            "label": {"fr": "a", "en": "b"}, "connection": {"env": "CRM"}, "zone": self.place,
            "roots": {"person": {"table": self.person, "key": "key", "type": self.kind}},
            "roles": {
                "prospect": {
                    "root": "person",
                    "query": f"SELECT key AS key FROM {self.person} WHERE kind = 'p' "
                    f"UNION SELECT owner FROM {self.invoice} WHERE series = 9",
                },
                **{
                    f"billed-{n}": {"root": "person", "query": f"SELECT owner AS key FROM {self.invoice} WHERE series = {n}"}
                    for n in range(duties)
                },
            },
            "events": {
                "seen": [
                    {"root": "person", "type": "date", "query": f"SELECT key AS key, seen_day AS at FROM {self.person}"},
                    {"root": "person", "type": "instant", "query": f"SELECT owner AS key, seen_at AS at FROM {self.invoice}"},
                ],
                **{
                    f"billed-{n}": [
                        {
                            "root": "person", "type": "date",
                            "query": f"SELECT owner AS key, billed AS at FROM {self.invoice} WHERE series = {n}",
                        }
                    ]
                    for n in range(duties)
                },
            },
            "identities": {
                "number": [
                    {
                        "root": "person",
                        "query": f"SELECT key AS key FROM {self.person} WHERE CAST(rid AS TEXT) = :identity",
                    }
                ]
            },
            "tables": self.tables,
            "dispositions": {"erase": {"root": "person", "actions": actions}},
            "promises": [{"rule": "rule-0", "role": "prospect", "event": "seen", "dispositions": "erase"}],
            "duties": [self._duty(n, chosen) for n in range(duties)],
            "seals": self._seals(chosen) if seals else [],
        }  # fmt: skip

    def _owned(self, name: str) -> bool:
        return any(
            link.get("relation") != "visible" and (link.get("root") or self._owned(link["parent"]))
            for link in self.tables[name]["links"]
        )

    def _duty(self, number: int, tables: Sequence[str]) -> dict[str, Any]:
        kept = self.chance.sample(tables, self.chance.randint(1, len(tables)))
        common = {"root": "person", "role": f"billed-{number}", "why": {"fr": "x", "en": "y"}}
        common["keeps"] = {
            table: {
                "row": self.chance.random() < 0.7,
                "columns": self.chance.choice(("all", ["c1"], ["c1", "day"], [], ["c3"])),
            }
            for table in kept
        }
        if self.chance.random() < 0.25:
            return common | {"seal": True}
        return common | {"rule": f"rule-{number + 1}", "event": f"billed-{number}"}

    def _seals(self, tables: Sequence[str]) -> list[dict[str, Any]]:
        return [
            {
                "table": table, "when": "sealed = 1", "why": {"fr": "x", "en": "y"},
                "columns": self.chance.choice((["c1"], ["c1", "c2", "day"], ["sealed"])),
            }
            for table in tables
            if self.chance.random() < 0.25
        ]  # fmt: skip

    # ------------------------------------------------------------------ the data

    def _create(self) -> None:
        kinds = COLUMN_TYPES[self.database.name]
        key, whole, text, day = kinds[self.kind], kinds["integer"], kinds["text"], kinds["date"]
        moment = kinds["aware" if self.aware else "naive"]
        primary = "NOT NULL PRIMARY KEY"
        if self.database.name == "mariadb" and self.kind == "text":
            key += self.chance.choice(("", " COLLATE utf8mb4_nopad_bin"))
        data = f"c1 {text}, c2 {text}, c3 {text}, day {day or text}, sealed {whole}, rid {whole}"
        self.database.run(
            f'CREATE TABLE {self.person} ("key" {key} {primary}, boss {key}, kind {text}, seen_day {day}, '
            f"id {whole}, f2 {whole}, {data})",
            f"CREATE TABLE {self.invoice} (owner {key}, series {whole}, billed {day}, seen_at {moment}, rid {whole})",
            *(
                f"CREATE TABLE {quoted(name)} (id {whole} {primary}, p1 {key}, p2 {key}, res_root {key}, "
                f"f1 {whole}, f2 {whole}, res_id {whole}, model {text}, {data})"
                for name in self.names
            ),
        )

    def _fill(self) -> None:
        people = self.chance.sample(KEYS[self.kind], self.chance.randint(1, 8))
        self.people = people
        seen = self.facts.setdefault("seen", [])
        rows: list[dict[str, Any]] = []
        for key in people:
            fact = moments.date_fact(self.chance, self.cutoffs["rule-0"], self.database.name)
            boss = self._someone() if self.chance.random() < 0.4 else None
            row = {"key": key, "boss": boss, "kind": self.chance.choice("pppc"), "seen_day": fact.stored}
            rows.append(row | {"id": None, "f2": None} | self._data())
            seen.append((self.person, rows[-1]["rid"], "key", fact))
        self.database.insert(self.person, rows)
        for name in self.names:
            self.database.insert(
                name, [self._row(number) for number in range(1, self.chance.randint(0, 9) + 1)]
            )

    def _row(self, number: int) -> dict[str, Any]:
        small = lambda: self.chance.choice((None, 1, 2, 3, 4, 5, 99))  # noqa: E731
        return {
            "id": number, "p1": self._someone(), "p2": self._someone(), "res_root": self._someone(),
            "f1": small(), "f2": small(), "res_id": small(),
            "model": self.chance.choice((None, "person", "other", *self.names)), **self._data(),
        }  # fmt: skip

    def _someone(self) -> Any:
        return self.chance.choice((None, *self.people, *self.people, *KEYS[self.kind][:2]))

    def _data(self) -> dict[str, Any]:
        self.rid += 1
        days = (None, "2019-05-17", "2020-02-29", "2019-01-01", "9999-12-31")
        return {
            "c1": self.chance.choice(TEXTS), "c2": self.chance.choice(TEXTS), "c3": self.chance.choice(TEXTS),
            "day": self.chance.choice(days), "sealed": self.chance.choice((None, 0, 0, 1)), "rid": self.rid,
        }  # fmt: skip

    def _invoices(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        backend = self.database.name
        for _ in range(self.chance.randint(0, 14)):
            self.rid += 1
            series = self.chance.choice((0, 1, 2, 5, 9))
            billed = moments.date_fact(self.chance, self.cutoffs[f"rule-{min(series, 2) + 1}"], backend)
            seen = moments.instant_fact(
                self.chance, self.cutoffs["rule-0"], backend, self.aware, self.place, self.organisation
            )
            owner = self._someone()
            rows.append(
                {
                    "owner": owner,
                    "series": series,
                    "billed": billed.stored,
                    "seen_at": seen.stored,
                    "rid": self.rid,
                }
            )
            self.facts["seen"].append((self.invoice, self.rid, "owner", seen))
            if series < 3:
                self.facts.setdefault(f"billed-{series}", []).append(
                    (self.invoice, self.rid, "owner", billed)
                )
        for number in range(3):
            self.facts.setdefault(f"billed-{number}", [])
        return rows
