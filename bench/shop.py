"""The benchmark's own small system: people, contacts, messages two hops away, invoices that keep a name.

Every fifth prospect is overdue, and every fifth customer too. The same rows on SQLite and PostgreSQL.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from tests.servers.postgres import PostgresServer

AS_OF = date(2026, 11, 1)

SCHEMA = """
CREATE TABLE person (id integer PRIMARY KEY, email text NOT NULL UNIQUE, name text, phone text);
CREATE TABLE contact (id integer PRIMARY KEY, person_id integer NOT NULL REFERENCES person,
                      made_on date, note text);
CREATE TABLE message (id integer PRIMARY KEY, contact_id integer NOT NULL REFERENCES contact, body text);
CREATE TABLE invoice (id integer PRIMARY KEY, person_id integer REFERENCES person ON DELETE SET NULL,
                      name text NOT NULL, issued_on date NOT NULL)
"""

INDEXES = """
CREATE INDEX contact_person ON contact (person_id);
CREATE INDEX message_contact ON message (contact_id);
CREATE INDEX invoice_person ON invoice (person_id)
"""

# Person n: overdue when n % 5 = 0, customer when n % 2 = 0. Five contacts each, two messages per contact.
ROWS = """
INSERT INTO person SELECT n, 'person' || n || '@shop.example', 'Person ' || n, '+3350000' || n FROM number;
INSERT INTO contact SELECT n * 5 + k, n, CASE WHEN n % 5 = 0 THEN {old} ELSE {recent} END,
    'Called about order ' || n
    FROM number, (SELECT 0 AS k UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4) AS times;
INSERT INTO message SELECT id * 2 + k, id, 'Dear person ' || person_id || ', thank you for your call.'
    FROM contact, (SELECT 0 AS k UNION SELECT 1) AS times;
INSERT INTO invoice SELECT n, n, 'Person ' || n, CASE WHEN n % 4 = 0 THEN {settled} ELSE {kept} END
    FROM number WHERE n % 2 = 0
"""

OLD = ("2020-01-01", "(n * 7 + k * 31) % 300")
RECENT = ("2024-01-01", "(n * 7 + k * 31) % 900")
SETTLED = ("2010-06-30", "0")
KEPT = ("2019-06-30", "0")

POLICY = """
organisation: {key: shop, name: Shop, time_zone: Europe/Paris}
retention:
  prospects:
    label: {fr: Prospects, en: Prospects}
    trigger: last-contact
    phases: [{kind: active, period: P3Y}]
    fate: erase
  customers:
    label: {fr: Clients, en: Customers}
    trigger: end-of-relationship
    phases: [{kind: active, period: P5Y}]
    fate: erase
  invoices:
    label: {fr: Factures, en: Invoices}
    trigger: fiscal-year-close
    phases: [{kind: intermediate-archive, period: P10Y}]
    fate: erase
"""

MAP = """
system: shop
label: {fr: Boutique, en: Shop}
connection: {env: GARANT_BENCH_SHOP}
roots:
  person: {table: person, key: id}
roles:
  prospect:
    root: person
    query: |
      SELECT p.id AS key FROM person p
      WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = p.id)
  customer: {root: person, query: "SELECT i.person_id AS key FROM invoice i WHERE i.person_id IS NOT NULL"}
identities:
  email: [{root: person, query: "SELECT id AS key FROM person WHERE email = :identity"}]
events:
  last-contact: [{root: person, type: date, query: "SELECT person_id AS key, made_on AS at FROM contact"}]
  last-invoice:
    - root: person
      type: date
      query: "SELECT person_id AS key, issued_on AS at FROM invoice WHERE person_id IS NOT NULL"
tables:
  person:
    key: id
    links: [{root: person, column: id}]
    columns:
      email: {category: email-address, erase: {pseudonymise: {prefix: "gone-", suffix: "@shop.invalid"}}}
      name: {category: name, erase: blank}
      phone: {category: phone-number, erase: blank}
  contact:
    key: id
    links: [{root: person, column: person_id}]
    columns: {note: {category: correspondence, erase: blank}}
  message:
    key: id
    links: [{parent: contact, column: contact_id}]
    columns: {body: {category: correspondence, erase: blank}}
  invoice:
    key: id
    links: [{root: person, column: person_id, relation: visible}]
    columns: {name: {category: invoicing, erase: keep}}
dispositions:
  erase-person:
    root: person
    actions:
      - {table: message, do: delete}
      - {table: contact, do: delete}
      - {table: person, do: delete}
promises:
  - {rule: prospects, role: prospect, event: last-contact, dispositions: erase-person}
  - {rule: customers, role: customer, event: last-contact, dispositions: erase-person}
duties:
  - rule: invoices
    root: person
    role: customer
    event: last-invoice
    keeps: {person: {row: true, columns: [name]}}
    why: {fr: Une facture porte ce nom., en: An invoice bears this name.}
"""

STATE = """
SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM person WHERE phone IS NULL AND name IS NOT NULL),
       (SELECT count(*) FROM person WHERE email LIKE 'gone-%'), (SELECT count(*) FROM contact),
       (SELECT count(*) FROM message), (SELECT count(*) FROM invoice WHERE person_id IS NULL)
"""


@dataclass(frozen=True)
class Shop:
    """One kind of database holding the shop, and how to get a fresh copy of it."""

    name: str
    template: str
    server: PostgresServer | None = None

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The SQLAlchemy URL of a copy that the caller may ruin."""
        if self.server is not None:
            with self.server.database(self.template) as url:
                yield url
            return
        with tempfile.TemporaryDirectory(prefix="garant-bench-") as folder:
            copy = shutil.copy(self.template, Path(folder) / "shop.sqlite3")
            yield f"sqlite:///{copy}"


def state(url: str) -> tuple[int, ...]:
    """What is left, so that contenders can be shown to have done the same."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        row = tuple(
            connection.exec_driver_sql(STATE.replace("%", "%%") if "postgres" in url else STATE).one()
        )
    engine.dispose()
    return row


def build_sqlite(path: Path, people: int) -> Shop:
    numbers = (
        f"CREATE TEMP TABLE number AS WITH RECURSIVE n(n) AS "
        f"(SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {people}) SELECT n FROM n"
    )
    _build(f"sqlite:///{path}", numbers, "date('{day}', '+' || ({days}) || ' days')")
    return Shop("SQLite", str(path))


def build_postgres(server: PostgresServer, people: int) -> Shop:
    with server.connect() as connection:
        connection.execute("CREATE DATABASE shop")
    numbers = f"CREATE TEMP TABLE number AS SELECT generate_series(1, {people}) AS n"
    _build(server.url("shop"), numbers, "(DATE '{day}' + ({days}))")
    return Shop("PostgreSQL", "shop", server)


def _build(url: str, numbers: str, date_sql: str) -> None:
    days = {"old": OLD, "recent": RECENT, "settled": SETTLED, "kept": KEPT}
    rows = ROWS.format(**{name: date_sql.format(day=day, days=more) for name, (day, more) in days.items()})
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in [*SCHEMA.split(";"), numbers, *rows.split(";"), *INDEXES.split(";"), "ANALYZE"]:
            connection.execute(sa.text(statement))
    engine.dispose()
