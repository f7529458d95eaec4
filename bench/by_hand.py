"""The rival: the set-based SQL that an expert would write for this one system, knowing all about it.

One temporary table of keys, one statement per table, one transaction, foreign keys and SQLite's secure_delete
left on as Debian has them; and, beside it, application code that goes row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa

from bench.world import BUSY, FIVE_YEARS_AGO, TEN_YEARS_AGO, THREE_YEARS_AGO, speak

LAST_CONTACT = """
SELECT person_id, max(at) AS at FROM (
    SELECT person_id, made_on AS at FROM contact UNION ALL SELECT person_id, placed_on FROM purchase) AS every
GROUP BY person_id
"""

LAST_INVOICE = "SELECT person_id, max(issued_on) AS at FROM invoice GROUP BY person_id"

DUE = f"""
INSERT INTO due SELECT c.person_id, CASE WHEN i.at >= {{ten}} THEN 1 ELSE 0 END
FROM ({LAST_CONTACT}) AS c LEFT JOIN ({LAST_INVOICE}) AS i ON i.person_id = c.person_id
WHERE c.at < CASE WHEN i.person_id IS NULL THEN {{three}} ELSE {{five}} END
"""

SOME = """
INSERT INTO due SELECT p.id, CASE WHEN i.at >= {ten} THEN 1 ELSE 0 END
FROM person p LEFT JOIN (SELECT person_id, max(issued_on) AS at FROM invoice
    WHERE person_id IN (SELECT id FROM person WHERE email IN (SELECT email FROM asked)) GROUP BY person_id) AS i
    ON i.person_id = p.id
WHERE p.email IN (SELECT email FROM asked)
"""

CHANGES = (
    "DELETE FROM message WHERE contact_id IN (SELECT c.id FROM contact c JOIN due d ON d.id = c.person_id)",
    "DELETE FROM contact WHERE person_id IN (SELECT id FROM due)",
    "DELETE FROM line WHERE purchase_id IN (SELECT p.id FROM purchase p JOIN due d ON d.id = p.person_id)",
    "DELETE FROM purchase WHERE person_id IN (SELECT id FROM due)",
    "DELETE FROM remark WHERE person_id IN (SELECT id FROM due)",
    "DELETE FROM meeting WHERE host_id IN (SELECT id FROM due) AND guest_id IN (SELECT id FROM due)",
    "UPDATE meeting SET host_id = NULL, host_note = NULL WHERE host_id IN (SELECT id FROM due)",
    "UPDATE meeting SET guest_id = NULL, guest_note = NULL WHERE guest_id IN (SELECT id FROM due)",
    "UPDATE invoice SET phone = NULL WHERE person_id IN (SELECT id FROM due WHERE billed = 1)",
    "DELETE FROM invoice WHERE person_id IN (SELECT id FROM due WHERE billed = 0)",
    """UPDATE person SET email = 'gone-' || id || '@shop.invalid', phone = NULL, city = NULL
       WHERE id IN (SELECT id FROM due WHERE billed = 1)""",
    "DELETE FROM person WHERE id IN (SELECT id FROM due WHERE billed = 0)",
)

AS_JOINS = {
    "UPDATE meeting SET host_id": "UPDATE meeting JOIN due ON due.id = host_id SET host_id = NULL, host_note = NULL",
    "UPDATE meeting SET guest_id": "UPDATE meeting JOIN due ON due.id = guest_id SET guest_id = NULL, guest_note = NULL",
    "UPDATE invoice": "UPDATE invoice i JOIN due ON due.id = i.person_id AND billed = 1 SET i.phone = NULL",
    "UPDATE person": """UPDATE person p JOIN due ON due.id = p.id AND billed = 1
       SET p.email = 'gone-' || p.id || '@shop.invalid', p.phone = NULL, p.city = NULL""",
}
"""Before version 11.1, MariaDB finds rows by an index only in the form for several tables, as its experts know."""


def changes(dialect: str) -> Iterator[str]:
    """The statements, as an expert of this database writes them."""
    for statement in CHANGES:
        if dialect != "mysql":
            yield statement
        elif statement.startswith("DELETE"):
            yield re.sub(r"^DELETE FROM (\w+)", r"DELETE \1 FROM \1", statement)
        else:
            yield next(join for start, join in AS_JOINS.items() if statement.startswith(start))


@contextmanager
def transaction(url: str, *, autocommit: bool = False) -> Iterator[sa.Connection]:
    """One connection as an expert would open it."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT") if autocommit else sa.create_engine(url)
    with engine.connect() as connection:
        speak(connection)
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")
            connection.exec_driver_sql("PRAGMA temp_store = MEMORY")
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
        yield connection
        connection.commit()
    engine.dispose()


def select(connection: sa.Connection, statement: str) -> None:
    """Fill the temporary table ``due``."""
    kind = "" if connection.dialect.name == "sqlite" else "DATE "
    days = {"three": THREE_YEARS_AGO, "five": FIVE_YEARS_AGO, "ten": TEN_YEARS_AGO}
    connection.exec_driver_sql("CREATE TEMPORARY TABLE due (id integer PRIMARY KEY, billed integer NOT NULL)")
    connection.execute(sa.text(statement.format(**{name: f"{kind}'{day}'" for name, day in days.items()})))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE due")


def ask(connection: sa.Connection, emails: Sequence[str]) -> None:
    """Send the addresses of those who ask, into the temporary table ``asked``."""
    connection.exec_driver_sql("CREATE TEMPORARY TABLE asked (email varchar(80) PRIMARY KEY)")
    sent = sa.insert(sa.table("asked", sa.column("email")))
    connection.execute(sent, [{"email": email} for email in emails])
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE asked")


def sweep(url: str) -> None:
    """Everybody whose term is over."""
    with transaction(url) as connection:
        select(connection, DUE)
        for statement in changes(connection.dialect.name):
            connection.execute(sa.text(statement))


def sweep_after_a_look(url: str) -> None:
    """The same, by somebody who asks again what would be done, to hold it against what was approved."""
    _ask(url, COUNTED)
    sweep(url)


def erase(url: str, emails: Sequence[str]) -> None:
    """Those who ask."""
    with transaction(url) as connection:
        ask(connection, emails)
        select(connection, SOME)
        for statement in changes(connection.dialect.name):
            connection.execute(sa.text(statement))


CHILDREN = (
    ("message", "contact_id IN (SELECT id FROM contact WHERE person_id = :id)"),
    ("contact", "person_id = :id"),
    ("line", "purchase_id IN (SELECT id FROM purchase WHERE person_id = :id)"),
    ("purchase", "person_id = :id"),
    ("remark", "person_id = :id"),
)

LEAVING = """
UPDATE meeting SET {own}_id = NULL, {own}_note = NULL WHERE id = :row AND {other}_id NOT IN (SELECT id FROM due)
"""


def erase_row_by_row(url: str, emails: Sequence[str]) -> None:
    """What application code does: read the keys of a person's rows, then change each, every one committed."""
    with transaction(url, autocommit=True) as connection:
        ask(connection, emails)
        select(connection, SOME)
        people = connection.exec_driver_sql("SELECT id, billed FROM due ORDER BY id").all()
        for person, billed in people:
            for table, whose in CHILDREN:
                _each(
                    connection,
                    f"SELECT id FROM {table} WHERE {whose}",
                    person,
                    f"DELETE FROM {table} WHERE id = :row",
                )
            _meetings(connection, person)
            for table, treated in (
                ("invoice", "phone = NULL"),
                ("person", "email = 'gone-' || id || '@shop.invalid', phone = NULL, city = NULL"),
            ):
                key = "person_id" if table == "invoice" else "id"
                change = f"UPDATE {table} SET {treated}" if billed else f"DELETE FROM {table}"
                _each(
                    connection,
                    f"SELECT id FROM {table} WHERE {key} = :id",
                    person,
                    f"{change} WHERE id = :row",
                )


def _meetings(connection: sa.Connection, person: int) -> None:
    for own, other in (("host", "guest"), ("guest", "host")):
        found = f"SELECT id FROM meeting WHERE {own}_id = :id"
        _each(connection, found, person, LEAVING.format(own=own, other=other))
        gone = f"DELETE FROM meeting WHERE id = :row AND ({other}_id IS NULL OR {other}_id IN (SELECT id FROM due))"
        _each(connection, found, person, gone)


def _each(connection: sa.Connection, found: str, person: int, change: str) -> None:
    for (row,) in connection.execute(sa.text(found), {"id": person}).all():
        connection.execute(sa.text(change), {"row": row})


ASIDE = (
    # Not NOT IN, which PostgreSQL asks of each row once the list no longer fits its memory.
    "SELECT count(*) FROM person p WHERE NOT EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = p.id)",
    "SELECT count(DISTINCT person_id) FROM invoice",
    f"SELECT min(c.at) FROM ({LAST_CONTACT}) AS c JOIN due ON due.id = c.person_id",
)
"""What a plan says besides: how many people have each role, and since when the oldest is due."""

COUNTED = (
    "SELECT id, billed FROM due",
    "SELECT count(*) FROM message WHERE contact_id IN (SELECT c.id FROM contact c JOIN due d ON d.id = c.person_id)",
    "SELECT count(*) FROM contact WHERE person_id IN (SELECT id FROM due)",
    "SELECT count(*) FROM line WHERE purchase_id IN (SELECT p.id FROM purchase p JOIN due d ON d.id = p.person_id)",
    "SELECT count(*) FROM purchase WHERE person_id IN (SELECT id FROM due)",
    "SELECT count(*) FROM remark WHERE person_id IN (SELECT id FROM due)",
    """SELECT count(*), sum(CASE WHEN guest_id IN (SELECT id FROM due) THEN 1 ELSE 0 END)
       FROM meeting WHERE host_id IN (SELECT id FROM due)""",
    "SELECT count(*) FROM meeting WHERE guest_id IN (SELECT id FROM due)",
    "SELECT count(*), sum(due.billed) FROM invoice JOIN due ON due.id = invoice.person_id",
    "SELECT count(*), sum(billed) FROM due",
)
"""Who is due, and how many rows of each table: what is held against a plan before it is carried out."""


def count(url: str) -> None:
    """The oracle of a plan: the same counts, asked by hand."""
    _ask(url, (*ASIDE, *COUNTED))


def _ask(url: str, questions: Sequence[str]) -> None:
    with transaction(url) as connection:
        select(connection, DUE)
        for statement in questions:
            connection.execute(sa.text(statement)).all()


READ = (
    ("contact", "SELECT id, made_on, note FROM contact WHERE person_id = {person}"),
    (
        "message",
        "SELECT id, body FROM message WHERE contact_id IN (SELECT id FROM contact WHERE person_id = {person})",
    ),
    ("purchase", "SELECT id, placed_on, address FROM purchase WHERE person_id = {person}"),
    (
        "line",
        "SELECT id, label, quantity FROM line WHERE purchase_id IN (SELECT id FROM purchase WHERE person_id = {person})",
    ),
)


def fetch(url: str, person: int) -> None:
    """The limit of an export: the driver's own rows, fetched a thousand at a time and thrown away."""
    with transaction(url) as connection:
        for _table, statement in READ:
            asked = sa.text(statement.format(person=person))
            with connection.execute(asked, execution_options={"stream_results": True}) as result:
                cursor = result.cursor
                assert cursor is not None
                while cursor.fetchmany(1_000):
                    pass


def emails(numbers: Sequence[int]) -> list[str]:
    """The addresses of these persons."""
    return [f"person{number}@shop.example" for number in numbers]


BUSY_EMAIL = f"person{BUSY}@shop.example"
