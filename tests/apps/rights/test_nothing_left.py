"""One person in three systems: prospect's card with invoices, contact of a client, refused candidate.

After the erasure every text of every table is looked at: the person is only where the answer says so, and the rows of
others are the same to the byte.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from garant.apps.promises import decisions
from garant.apps.promises.opening.published import maps_folder
from garant.apps.rights import services
from garant.apps.rights.words import Method, Outcome, Right
from garant.systems.loader import load_folder
from tests.apps.rights.conftest import Letters, ask_system, work
from tests.apps.rights.steps import OFFICER

pytestmark = pytest.mark.django_db(transaction=True)

SYSTEMS = ("GARANT_DEMO_CRM", "GARANT_DEMO_MAINTENANCE", "GARANT_DEMO_RECRUITMENT")
FIRST, LAST, EMAIL, PHONE = "Zéphyrinette", "Baudruchon", "z.baudruchon@unique.example", "+33 1 99 77 66 55"
FULL = f"{FIRST} {LAST}"
WHO = {
    "GARANT_DEMO_CRM": """SELECT first_name, last_name, full_name, email, phone FROM person p WHERE email IS NOT NULL
        AND EXISTS (SELECT 1 FROM invoice i WHERE i.person_id = p.id AND i.fiscal_year_end > date('now', '-5 years'))
        AND (SELECT count(*) FROM person q WHERE q.full_name = p.full_name OR q.email = p.email) = 1 LIMIT 1""",
    "GARANT_DEMO_MAINTENANCE": """SELECT first_name, last_name, full_name, email, phone FROM client_contact p
        WHERE email IS NOT NULL AND EXISTS (SELECT 1 FROM ticket t WHERE t.contact_id = p.id)
        AND (SELECT count(*) FROM client_contact q WHERE q.full_name = p.full_name OR q.email = p.email) = 1 LIMIT 1""",
    "GARANT_DEMO_RECRUITMENT": """SELECT first_name, last_name, full_name, email, phone FROM candidate p
        WHERE email IS NOT NULL AND EXISTS (SELECT 1 FROM application a WHERE a.candidate_id = p.id AND a.stage = 'refused')
        AND (SELECT count(*) FROM candidate q WHERE q.full_name = p.full_name OR q.email = p.email) = 1 LIMIT 1""",
}


def opened(variable: str) -> Any:
    return closing(sqlite3.connect(os.environ[variable].removeprefix("sqlite:///")))


def cells(connection: sqlite3.Connection) -> Iterator[tuple[str, int, str, str]]:
    """Every text of every table: table, row, column, text."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        found = connection.execute(f'SELECT rowid, * FROM "{table}"')
        columns = [one[0] for one in found.description][1:]
        for row, *values in found:
            yield from (
                (table, row, column, value)
                for column, value in zip(columns, values, strict=True)
                if isinstance(value, str)
            )


def one_person() -> None:
    """Make somebody of each system the same person, in every place where their copies are."""
    for variable, query in WHO.items():
        with opened(variable) as connection:
            first, last, full, email, phone = connection.execute(query).fetchone()
            connection.create_function(
                "same",
                1,
                lambda text, f=full, e=email, p=phone: (
                    text.replace(f, FULL).replace(e, EMAIL).replace(p or "\0", PHONE)
                    if isinstance(text, str)
                    else text
                ),
            )
            for table, column in {(table, column) for table, _, column, _ in cells(connection)}:
                connection.execute(
                    f'UPDATE "{table}" SET "{column}" = same("{column}") WHERE same("{column}") <> "{column}"'
                )
            for table in ("person", "client_contact", "candidate"):
                names = (FIRST, LAST, EMAIL)
                known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
                if known:
                    connection.execute(
                        f'UPDATE "{table}" SET first_name = ?, last_name = ? WHERE email = ?', names
                    )
            connection.commit()
            assert (first, last) != (FIRST, LAST)


def places() -> set[tuple[str, str]]:
    """Where the person is still to be found."""
    found: set[tuple[str, str]] = set()
    for variable in SYSTEMS:
        with opened(variable) as connection:
            for table, _, column, text in cells(connection):
                if any(told in text for told in (FIRST, LAST, EMAIL, EMAIL.upper(), PHONE)):
                    found.add((table, column))
    return found


def others() -> dict[tuple[str, str, int, str], str]:
    """Every text of every row that is not about the person."""
    kept: dict[tuple[str, str, int, str], str] = {}
    for variable in SYSTEMS:
        with opened(variable) as connection:
            every = list(cells(connection))
            theirs = {
                (table, row)
                for table, row, _, text in every
                if any(told in text for told in (FIRST, LAST, EMAIL, PHONE))
            }
            kept |= {
                (variable, table, row, column): text
                for table, row, column, text in every
                if (table, row) not in theirs
            }
    return kept


def test_the_person_is_only_where_the_answer_says(company: str, post: Letters) -> None:
    one_person()
    before, untouched = places(), others()
    assert {table for table, _ in before} >= {"person", "client_contact", "candidate"}
    whom = services.Whom(name=FULL, email=EMAIL, phone=PHONE)
    request = services.receive(company, services.Asked(Right.ERASURE, whom)).request
    services.accept(company, request.key, Method.KNOWN_CONTACT, actor=OFFICER)
    work(company, "request-search")
    systems = {one.system for one in services.story(request).searches if one.rows}
    assert systems == {"crm", "maintenance", "recruitment"}
    services.approve(company, request.key, actor=OFFICER)
    work(company, "run")
    services.answer(company, request.key, Outcome.FULLY, actor=OFFICER)
    (letter,) = [one for one in services.sent(request) if one.kind == "answered"]
    words = " ".join(letter.text.split())
    assert (
        "Son nom figure sur une facture qu’il faut garder dix ans ; il reste aussi dans la liste des interlo"
        in words
    )
    assert "que le logiciel tire des fiches : jusqu’au" in words
    left = places()
    assert {column for table, column in left if table == "person"} <= {"first_name", "last_name", "full_name"}
    told = kept_by_map(company, "billed") | kept_by_map(company, "of-billed-firm")
    assert {("account", "contact_names")} <= told
    assert left <= told | {(table, column) for table, column in left if table in ("invoice", "payment")}
    assert ask_system("GARANT_DEMO_RECRUITMENT", "SELECT * FROM candidate WHERE email = ?", EMAIL) == []
    now = others()
    changed = {place[:3] for place, text in untouched.items() if now.get(place) != text}
    counted = receipts(company, request.key)
    for variable, table in {place[:2] for place in changed}:
        number = sum(place[:2] == (variable, table) for place in changed)
        assert number <= counted.get(table, 0), table  # theirs, and each has its receipt
    mine = ("person", "client_contact", "candidate", "newsletter_subscriber", "lead", "employee")
    assert [place for place in changed if place[1] in mine] == []


def kept_by_map(company: str, role: str) -> set[tuple[str, str]]:
    """The columns that the duty of a role keeps, as the map declares them."""
    mapped = load_folder(maps_folder(company))["crm"].map
    return {
        (table, column)
        for duty in mapped.duties
        if duty.role == role
        for table, keep in duty.keeps.items()
        for column in (mapped.tables[table].columns if keep.columns == "all" else keep.columns)
    }


def receipts(company: str, key: str) -> dict[str, int]:
    """Rows that the run's receipts count, table by table."""
    run = decisions.run_of(company, services.find(company, key).plan)
    assert run is not None
    found: dict[str, int] = {}
    for batch in run.receipts():
        for table in (batch.receipt or {})["tables"]:
            found[table["table"]] = found.get(table["table"], 0) + table["deleted"] + table["treated"]
    return found
