"""The benchmark's world: ten rows for each person, in eight tables, made by the database itself.

Person n is a customer when n is even, else a prospect. One in ten is overdue: the customers with
n % 20 = 0 and the prospects with n % 20 = 11. Two persons have much more than the others: BUSY and HEAVY.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

AS_OF = date(2026, 11, 1)
THREE_YEARS_AGO, FIVE_YEARS_AGO, TEN_YEARS_AGO = "2023-11-01", "2021-11-01", "2016-11-01"
"""The first days that are kept."""

BUSY = 7
"""A person with 10,000 rows; a prospect who is not overdue."""

HEAVY = 9
"""A person with the most rows, to be exported."""


@dataclass(frozen=True)
class Size:
    """How much there is: persons, rows of the person with the most, persons who ask to be erased."""

    people: int
    heavy: int
    requests: int

    @property
    def rows(self) -> int:
        """Rows in all."""
        return self.people * 10 + 10_000 + self.heavy


SIZES = {
    "xs": Size(2_000, 2_000, 50),
    "s": Size(20_000, 20_000, 1_000),
    "m": Size(100_000, 200_000, 1_000),
    "l": Size(1_000_000, 200_000, 1_000),
}


@dataclass(frozen=True)
class Words:
    """What the databases write differently."""

    numbers: str
    """The numbers 1 to {last}, as a query with a column n."""
    day: str
    """The day {start} plus {days} days."""
    text: str = "text"
    key_text: str = "text"


WORDS = {
    "sqlite": Words(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {last}) SELECT n FROM r",
        "date('{start}', '+' || ({days}) || ' days')",
    ),
    "postgresql": Words("SELECT generate_series(1, {last}) AS n", "(DATE '{start}' + ({days}))"),
    "mysql": Words(
        "SELECT seq AS n FROM seq_1_to_{last}",
        "(DATE '{start}' + INTERVAL ({days}) DAY)",
        key_text="varchar(80)",
    ),
}

SCHEMA = """
CREATE TABLE person (id integer PRIMARY KEY, email {key_text} NOT NULL UNIQUE, name {text}, phone {text}, city {text});
CREATE TABLE contact (id integer PRIMARY KEY, person_id integer NOT NULL, made_on date, note {text},
    FOREIGN KEY (person_id) REFERENCES person (id));
CREATE TABLE message (id integer PRIMARY KEY, contact_id integer NOT NULL, body {text},
    FOREIGN KEY (contact_id) REFERENCES contact (id));
CREATE TABLE purchase (id integer PRIMARY KEY, person_id integer NOT NULL, placed_on date, address {text},
    FOREIGN KEY (person_id) REFERENCES person (id));
CREATE TABLE line (id integer PRIMARY KEY, purchase_id integer NOT NULL, label {text}, quantity integer,
    FOREIGN KEY (purchase_id) REFERENCES purchase (id));
CREATE TABLE invoice (id integer PRIMARY KEY, person_id integer NOT NULL, name {text}, address {text}, phone {text},
    issued_on date NOT NULL, FOREIGN KEY (person_id) REFERENCES person (id));
CREATE TABLE remark (id integer PRIMARY KEY, person_id integer NOT NULL, body {text},
    FOREIGN KEY (person_id) REFERENCES person (id));
CREATE TABLE meeting (id integer PRIMARY KEY, host_id integer, guest_id integer, host_note {text}, guest_note {text},
    held_on date, FOREIGN KEY (host_id) REFERENCES person (id), FOREIGN KEY (guest_id) REFERENCES person (id))
"""

INDEXES = """
CREATE INDEX contact_person ON contact (person_id);
CREATE INDEX message_contact ON message (contact_id);
CREATE INDEX purchase_person ON purchase (person_id);
CREATE INDEX line_purchase ON line (purchase_id);
CREATE INDEX invoice_person ON invoice (person_id);
CREATE INDEX remark_person ON remark (person_id);
CREATE INDEX meeting_host ON meeting (host_id);
CREATE INDEX meeting_guest ON meeting (guest_id)
"""

TABLES = ("person", "contact", "message", "purchase", "line", "invoice", "remark", "meeting")

OVERDUE = "n % 20 IN (0, 11)"

ROWS = """
INSERT INTO person SELECT n, 'person' || n || '@shop.example', 'Person ' || n, '+3350000' || n, 'Lyon' FROM number;
INSERT INTO contact SELECT n * 2 + k, n, CASE WHEN {overdue} THEN {old} ELSE {recent} END,
    'Called about order ' || n || ', will call again in the spring' FROM number, pair;
INSERT INTO message SELECT id, id, 'Dear person ' || person_id || ', thank you for your call. Kind regards' FROM contact;
INSERT INTO purchase SELECT n * 2 + k, n, CASE WHEN {overdue} THEN {old} ELSE {recent} END,
    n || ' rue de la République, Lyon' FROM number, pair WHERE n % 2 = 0;
INSERT INTO line SELECT id * 2 + k, id, 'Article ' || id, 1 + id % 5 FROM purchase, pair;
INSERT INTO invoice SELECT n, n, 'Person ' || n, n || ' rue de la République, Lyon', '+3350000' || n,
    CASE WHEN n % 40 = 0 THEN {settled} ELSE {kept} END FROM number WHERE n % 2 = 0;
INSERT INTO remark SELECT n, n, 'Prefers the morning, see file ' || n FROM number;
INSERT INTO meeting SELECT n, n, CASE WHEN n % 40 = 0 AND n + 11 <= {people} THEN n + 11
        WHEN n < {people} THEN n + 1 ELSE n - 1 END,
    'Host said ' || n, 'Guest said ' || n, {recent_meeting} FROM number WHERE n % 2 = 0
"""
"""``pair`` holds 0 and 1."""

MORE = """
INSERT INTO contact SELECT {first} + n, {person}, {recent_more}, 'Called again, number ' || n FROM number WHERE n <= {quarter};
INSERT INTO message SELECT {first} + n, {first} + n, 'Message number ' || n FROM number WHERE n <= {quarter};
INSERT INTO purchase SELECT {first} + n, {person}, {recent_more}, n || ' rue de la Paix, Lyon'
    FROM number WHERE n <= {quarter};
INSERT INTO line SELECT {first} + n, {first} + n, 'Article ' || n, 1 FROM number WHERE n <= {quarter}
"""
"""A quarter of one person's many rows in each of four tables."""


def statements(dialect: str, size: Size) -> Iterator[str]:
    """Everything that makes the world, in order."""
    words = WORDS[dialect]

    def day(start: str, days: str) -> str:
        return words.day.format(start=start, days=days)

    yield from SCHEMA.format(text=words.text, key_text=words.key_text).split(";")
    last = max(size.people, 2_500, size.heavy // 4)
    yield f"CREATE TEMPORARY TABLE number AS {words.numbers.format(last=size.people)}"
    yield "CREATE TEMPORARY TABLE pair AS SELECT 0 AS k UNION ALL SELECT 1"
    yield from ROWS.format(
        overdue=OVERDUE,
        people=size.people,
        old=day("2020-01-01", "(n * 7 + k * 31) % 300"),
        recent=day("2024-01-01", "(n * 7 + k * 31) % 900"),
        settled=day("2010-06-30", "0"),
        kept=day("2019-06-30", "0"),
        recent_meeting=day("2024-01-01", "n % 900"),
    ).split(";")
    yield "DROP TABLE number"
    yield f"CREATE TEMPORARY TABLE number AS {words.numbers.format(last=last)}"
    for person, rows, first in ((BUSY, 9_993, 100_000_000), (HEAVY, size.heavy, 200_000_000)):
        yield from MORE.format(
            person=person, first=first, quarter=rows // 4, recent_more=day("2024-01-01", "n % 900")
        ).split(";")
    yield "DROP TABLE number"
    yield "DROP TABLE pair"
    yield from INDEXES.split(";")
    yield from ([f"ANALYZE TABLE {name}" for name in TABLES] if dialect == "mysql" else ["ANALYZE"])


def build(url: str, size: Size) -> None:
    """Make the world in an empty database."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        speak(connection)
        for statement in statements(engine.dialect.name, size):
            connection.execute(sa.text(statement))
        connection.commit()
    engine.dispose()


def speak(connection: sa.Connection) -> None:
    """Standard SQL, so that everything here is written once."""
    if connection.dialect.name == "mysql":
        connection.exec_driver_sql("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI')")


SUMS = {
    "person": "count(name), count(phone), count(city), sum(CASE WHEN email LIKE 'gone-%' THEN 1 ELSE 0 END)",
    "contact": "sum(person_id), count(note)",
    "message": "sum(contact_id), count(body)",
    "purchase": "sum(person_id), count(address)",
    "line": "sum(purchase_id), count(label)",
    "invoice": "sum(person_id), count(name), count(address), count(phone)",
    "remark": "sum(person_id), count(body)",
    "meeting": "sum(host_id), sum(guest_id), count(host_note), count(guest_note)",
}


def state(url: str) -> tuple[int, ...]:
    """What is left, so that contenders can be shown to have done the same."""
    engine, left = sa.create_engine(url), list[int]()
    with engine.connect() as connection:
        for table, sums in SUMS.items():
            row = connection.execute(sa.text(f"SELECT count(*), sum(id), {sums} FROM {table}")).one()
            left += [int(value or 0) for value in row]
    engine.dispose()
    return tuple(left)
