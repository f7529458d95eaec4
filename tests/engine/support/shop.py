"""A small shop everybody understands: contacts, their interactions, notes, meetings and invoices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from garant.engine.document import Plan
from garant.engine.terms import Source
from garant.policy.loader import LoadedPolicy
from garant.systems.files.store import FileStore
from garant.systems.model import DataMap
from tests.engine.support.databases import Contents, Database
from tests.engine.support.policies import policy
from tests.engine.support.running import retention, source

AS_OF = date(2026, 11, 1)
OLD, RECENT = "2020-05-05 10:00:00", "2026-05-05 10:00:00"
TABLES = ("contact", "interaction", "note", "meeting", "attendee", "invoice")
SQL_TYPES = {
    "sqlite": ("INTEGER", "TEXT"),
    "postgresql": ("integer", "timestamp"),
    "mariadb": ("integer", "datetime"),
}
WHY = {"fr": "devoir", "en": "duty"}


def map_document() -> dict[str, Any]:
    """The shop's data map, to be changed at will before it is validated."""
    return {
        "system": "crm",
        "label": {"fr": "Clients", "en": "Customers"},
        "connection": {"env": "CRM"},
        "roots": {"contact": {"table": "contact", "key": "id"}},
        "roles": {
            "prospect": {"root": "contact", "query": "SELECT id AS key FROM contact WHERE customer = 0"},
            "invoiced": {"root": "contact", "query": "SELECT contact_id AS key FROM invoice"},
        },
        "identities": {
            "email": [{"root": "contact", "query": "SELECT id AS key FROM contact WHERE lower(email) = lower(:identity)"}],
            "phone": [{"root": "contact", "query": "SELECT id AS key FROM contact WHERE phone = :identity"}],
        },
        "events": {
            "last-contact": [
                {"root": "contact", "type": "instant", "query": "SELECT contact_id AS key, at AS at FROM interaction"}
            ],
            "last-invoice": [
                {"root": "contact", "type": "instant", "query": "SELECT contact_id AS key, at AS at FROM invoice"}
            ],
        },
        "tables": {
            "contact": {
                "key": "id",
                "links": [{"root": "contact", "column": "id"}],
                "columns": {
                    "name": {"category": "identity", "erase": {"pseudonymise": {}}, "identity": "name"},
                    "email": {"category": "contact-details", "erase": "blank", "identity": "email"},
                    "phone": {"category": "contact-details", "erase": "blank", "identity": "phone"},
                },
            },
            "interaction": {
                "key": "id",
                "links": [{"root": "contact", "column": "contact_id"}],
                "columns": {"body": {"category": "correspondence", "erase": "blank"}},
            },
            "note": {
                "key": "id",
                "links": [{"parent": "contact", "column": "res_id", "when": "model = 'contact'"}],
                "columns": {
                    "body": {"category": "correspondence", "erase": "blank"},
                    "file": {"category": "correspondence", "erase": "blank"},
                },
            },
            "attendee": {
                "links": [{"root": "contact", "column": "contact_id"}],
                "columns": {"said": {"category": "correspondence"}},
            },
            "meeting": {
                "key": "id",
                "links": [
                    {"parent": "attendee", "column": "id", "parent_column": "meeting_id", "relation": "co-owned"}
                ],
                "columns": {"title": {"category": "correspondence", "erase": "blank"}},
            },
        },
        "dispositions": {
            "erase": {
                "root": "contact",
                "actions": [
                    {"table": "note", "do": "delete"},
                    {"table": "interaction", "do": "delete"},
                    {"table": "attendee", "do": "delete"},
                    {"table": "meeting", "do": "delete"},
                    {"table": "contact", "do": "delete"},
                ],
            }
        },
        "promises": [
            {"rule": "prospects", "role": "prospect", "event": "last-contact", "dispositions": "erase"}
        ],
        "duties": [
            {
                "rule": "invoices", "root": "contact", "role": "invoiced", "event": "last-invoice", "why": WHY,
                "keeps": {"contact": {"row": True, "columns": ["name"]}},
            }
        ],
        "files": [{"table": "note", "column": "file", "store": {"env": "FILES"}}],
        "restriction": {"contact": {"table": "contact", "set": {"state": "restricted"}}},
    }  # fmt: skip


@dataclass(repr=False)
class Shop:
    """The shop in a database, with its map and policy."""

    database: Database
    document: dict[str, Any] = field(default_factory=map_document)
    stores: dict[str, FileStore] = field(default_factory=dict)
    policy: LoadedPolicy = field(default_factory=lambda: policy(prospects="P3Y", invoices="P10Y"))
    _opened: list[Source] = field(default_factory=list)

    def create(self, *more: str) -> Shop:
        """Create the tables, then what ``more`` says."""
        whole, moment = SQL_TYPES[self.database.name]
        self.database.run(
            f"CREATE TABLE contact (id {whole} PRIMARY KEY, name text, email text, phone text, "
            f"customer {whole}, state text, rid {whole})",
            f"CREATE TABLE interaction (id {whole} PRIMARY KEY, contact_id {whole}, at {moment}, body text, rid {whole})",
            f"CREATE TABLE note (id {whole} PRIMARY KEY, model text, res_id {whole}, body text, file text, rid {whole})",
            f"CREATE TABLE meeting (id {whole} PRIMARY KEY, title text, rid {whole})",
            f"CREATE TABLE attendee (meeting_id {whole}, contact_id {whole}, said text, rid {whole})",
            f"CREATE TABLE invoice (id {whole} PRIMARY KEY, contact_id {whole}, at {moment}, label text, rid {whole})",
            *more,
        )
        return self

    def people(self, *numbers: int, at: str = OLD, **columns: Any) -> Shop:
        """Contacts with one interaction and one note each."""
        given = {"customer": 0, "state": None, **columns}
        rows = [
            {
                "id": n,
                "name": f"N{n}",
                "email": f"n{n}@x.example",
                "phone": f"+331000000{n:02d}",
                "rid": n,
                **given,
            }
            for n in numbers
        ]
        self.database.insert("contact", rows)
        self.add(
            "interaction", *({"id": n, "contact_id": n, "at": at, "body": f"hello {n}"} for n in numbers)
        )
        self.add(
            "note",
            *({"id": n, "model": "contact", "res_id": n, "body": f"note {n}", "file": None} for n in numbers),
        )
        return self

    def add(self, table: str, *rows: Mapping[str, Any]) -> Shop:
        """Rows of any table; ``rid`` is given."""
        first = (self.database.scalar(f'SELECT coalesce(max(rid), 0) FROM "{table}"') or 0) + 1
        self.database.insert(table, [{"rid": first + n, **row} for n, row in enumerate(rows)])
        return self

    def invoice(self, *contacts: int, at: str = "2025-01-01 00:00:00") -> Shop:
        """One invoice for each contact."""
        first = (self.database.scalar("SELECT coalesce(max(id), 0) FROM invoice") or 0) + 1
        return self.add(
            "invoice",
            *({"id": first + n, "contact_id": c, "at": at, "label": f"L{c}"} for n, c in enumerate(contacts)),
        )

    def meet(self, meeting: int, *contacts: int) -> Shop:
        """A meeting of these contacts."""
        self.add("meeting", {"id": meeting, "title": f"meeting {meeting}"})
        return self.add(
            "attendee", *({"meeting_id": meeting, "contact_id": c, "said": "yes"} for c in contacts)
        )

    def map(self) -> DataMap:
        return DataMap.model_validate(self.document)

    def system(self) -> dict[str, Source]:
        """The shop as the engine reaches it; each call opens it anew."""
        return {"crm": self.remember(source(self.map(), self.database.url, self.stores))}

    def remember(self, opened: Source) -> Source:
        """Close this system too at the end."""
        self._opened.append(opened)
        return opened

    def plan(self, **more: Any) -> Plan:
        """Today's retention plan."""
        return retention(self.policy, self.system(), AS_OF, **more)

    def rows(self, *tables: str) -> Contents:
        return self.database.contents(tables or TABLES)

    def ids(self, table: str) -> list[int]:
        """The ids left in a table, as numbers."""
        return sorted(int(row["id"]) for row in self.rows(table)[table].values())

    def close(self) -> None:
        for opened in self._opened:
            opened.connector.close()
