"""The demo systems: repeatable, believable, never ageing, and overdue in the promised proportions."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import date
from hashlib import sha1
from pathlib import Path

import pytest

from garant.demo import PEOPLE, DemoData, build_demo, crm, recruitment
from garant.demo.dice import Calendar
from tests.examples import oracles
from tests.support.spending import spends

AS_OF = date(2026, 11, 1)
FICTION = re.compile(r"(01 99 00|02 61 91|03 53 01|04 65 71|05 36 49|06 39 98) \d\d \d\d")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoData:
    return build_demo(tmp_path_factory.mktemp("demo"), as_of=AS_OF, people=3_000)


def database(demo: DemoData, key: str) -> Path:
    return next(system.database for system in demo.systems if system.key == key)


def dump(demo: DemoData) -> list[str]:
    lines: list[str] = []
    for system in demo.systems:
        with closing(sqlite3.connect(system.database)) as connection:
            lines += connection.iterdump()
    return lines


def test_the_same_seed_gives_the_same_rows_and_files(tmp_path: Path) -> None:
    one = build_demo(tmp_path / "one", as_of=AS_OF, people=400)
    two = build_demo(tmp_path / "two", as_of=AS_OF, people=400)
    assert dump(one) == dump(two)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_another_seed_or_day_gives_other_rows(tmp_path: Path) -> None:
    one = dump(build_demo(tmp_path / "one", as_of=AS_OF, people=400))
    assert one != dump(build_demo(tmp_path / "two", as_of=AS_OF, people=400, seed="other"))
    assert one != dump(build_demo(tmp_path / "two", as_of=date(2027, 11, 1), people=400))


def test_building_again_replaces_rows_and_files(tmp_path: Path) -> None:
    build_demo(tmp_path, as_of=AS_OF, people=800)
    again = build_demo(tmp_path, as_of=AS_OF, people=400)
    fresh = build_demo(tmp_path / "fresh", as_of=AS_OF, people=400)
    assert dump(again) == dump(fresh)
    assert len(_files(tmp_path)) == 2 * len(_files(tmp_path / "fresh"))


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*-files/??/*"))


def test_it_has_as_many_people_as_asked(demo: DemoData) -> None:
    assert sum(system.people for system in demo.systems) == 3_000
    base = database(demo, "crm")
    people = oracles.number(base, "SELECT count(*) FROM person")
    loose = oracles.number(base, "SELECT count(*) FROM lead WHERE person_id IS NULL")
    readers = oracles.number(
        base, "SELECT count(*) FROM newsletter_subscriber WHERE email NOT IN (SELECT email FROM person)"
    )
    assert people + loose + readers == 2_100
    assert oracles.number(database(demo, "recruitment"), "SELECT count(*) FROM candidate") == 450
    assert oracles.number(database(demo, "maintenance"), "SELECT count(*) FROM client_contact") == 450


@pytest.mark.slow
@pytest.mark.usefixtures("untraced")
def test_the_whole_demo_is_built_in_less_than_eight_seconds(tmp_path: Path) -> None:
    built: list[DemoData] = []

    def build() -> None:
        built.append(build_demo(tmp_path / str(len(built)), as_of=AS_OF))

    assert spends(build, 8) < 8
    demo = built[-1]
    assert 30_000 <= PEOPLE <= 40_000
    assert sum(system.rows for system in demo.systems) > 250_000


def test_fewer_than_a_hundred_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 100"):
        build_demo(tmp_path, as_of=AS_OF, people=99)


@pytest.mark.parametrize("as_of", [date(2026, 11, 1), date(2028, 2, 29), date(2031, 3, 31)])
def test_the_promised_part_is_overdue_whatever_the_day(tmp_path: Path, as_of: date) -> None:
    demo = build_demo(tmp_path, as_of=as_of, people=3_000)
    base = database(demo, "crm")
    prospects = oracles.number(
        base, "SELECT count(*) FROM person WHERE account_id NOT IN (SELECT account_id FROM contract)"
    )
    share = len(oracles.prospects(base, as_of)) / prospects
    assert share == pytest.approx(crm.OVERDUE_PROSPECTS / 100, abs=0.02)
    assert len(oracles.enquirers(base, as_of)) == pytest.approx(105 * crm.OVERDUE_LEADS / 100, abs=2)
    assert len(oracles.readers(base, as_of)) == pytest.approx(105 * crm.OVERDUE_READERS / 100, abs=2)
    assert 60 < len(oracles.former_customers(base, as_of)) < 140
    assert len(oracles.invoices(base, as_of)) > 100
    refused = 450 * recruitment.REFUSED / 100
    late = refused * recruitment.OVERDUE / 100
    assert len(oracles.candidates(database(demo, "recruitment"), as_of)) == pytest.approx(late, rel=0.25)
    maintenance = database(demo, "maintenance")
    assert 30 < len(oracles.client_contacts(maintenance, as_of)) < 80
    images = oracles.number(maintenance, "SELECT count(*) FROM image_sequence")
    assert len(oracles.images(maintenance, as_of)) / images == pytest.approx(0.45, abs=0.05)


def test_it_holds_the_traps_it_is_made_for(demo: DemoData) -> None:
    base = database(demo, "crm")
    traps = {
        "a mailing after the last exchange": """SELECT count(*) FROM interaction m WHERE m.kind = 'mailing'
            AND m.happened_at > (SELECT max(x.happened_at) FROM interaction x
                                 WHERE x.person_id = m.person_id AND x.kind <> 'mailing')""",
        "a mailing without date": "SELECT count(*) FROM interaction WHERE happened_at IS NULL",
        "a person without any date": """SELECT count(*) FROM person p WHERE created_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM interaction i WHERE i.person_id = p.id)""",
        "a shared meeting": "SELECT count(*) FROM meeting WHERE attendee_names LIKE '%, %'",
        "a contract without end": "SELECT count(*) FROM contract WHERE ends_on IS NULL",
        "a contract until 9999": "SELECT count(*) FROM contract WHERE ends_on = '9999-12-31'",
        "a quote in a name": """SELECT count(*) FROM person WHERE full_name LIKE '%''%'""",
        "an emoji in a name": "SELECT count(*) FROM person WHERE full_name LIKE '%🌻%'",
        "a note on a person": "SELECT count(*) FROM note WHERE entity_type = 'person'",
        "a note on a lead": "SELECT count(*) FROM note WHERE entity_type = 'lead'",
        "an old e-mail in the history": """SELECT count(*) FROM person_history
            WHERE email LIKE '%@ancien.example'""",
        "a client with a lead": """SELECT count(*) FROM lead WHERE person_id IN
            (SELECT person_id FROM invoice)""",
    }
    missing = [name for name, sql in traps.items() if not oracles.number(base, sql)]
    assert not missing


def test_files_are_named_by_their_content_and_shared(demo: DemoData) -> None:
    for key, table in (("recruitment", "document"), ("maintenance", "image_sequence")):
        system = next(s for s in demo.systems if s.key == key)
        assert system.files is not None
        keys = [row[0] for row in oracles.rows(system.database, f"SELECT store_key FROM {table}")]
        assert len(set(keys)) < len(keys)
        stored = {str(path.relative_to(system.files)) for path in system.files.glob("??/*")}
        assert stored == set(keys)
        for name in sorted(stored)[:50]:
            assert sha1((system.files / name).read_bytes()).hexdigest() == name[3:]


def test_nobody_can_be_reached(demo: DemoData) -> None:
    columns = {
        "crm": ["SELECT phone FROM person", "SELECT mobile FROM person", "SELECT phone FROM lead"],
        "recruitment": ["SELECT phone FROM candidate"],
        "maintenance": ["SELECT phone FROM client_contact"],
    }
    for key, queries in columns.items():
        for query in queries:
            phones = {row[0] for row in oracles.rows(database(demo, key), query)} - {None}
            assert [phone for phone in phones if not FICTION.fullmatch(phone)] == []
    emails = set(re.findall(r"[\w.+-]+@[\w.-]+", "\n".join(dump(demo))))
    assert [email for email in emails if not email.endswith(".example")] == []


def test_declared_references_hold(demo: DemoData) -> None:
    for system in demo.systems:
        assert oracles.rows(system.database, "PRAGMA foreign_key_check") == []
        assert oracles.rows(system.database, "PRAGMA integrity_check") == [("ok",)]


def test_the_environment_names_what_the_maps_ask_for(demo: DemoData) -> None:
    environment = demo.environment()
    assert set(environment) == {
        "GARANT_DEMO_CRM",
        "GARANT_DEMO_RECRUITMENT",
        "GARANT_DEMO_RECRUITMENT_FILES",
        "GARANT_DEMO_MAINTENANCE",
        "GARANT_DEMO_MAINTENANCE_FILES",
    }
    assert environment["GARANT_DEMO_CRM"] == f"sqlite:///{demo.folder.resolve() / 'crm.sqlite'}"


@pytest.mark.parametrize(
    ("as_of", "years", "months", "day"),
    [
        (date(2028, 2, 29), 3, 0, "2025-02-28"),
        (date(2026, 3, 31), 0, 1, "2026-02-28"),
        (date(2026, 11, 1), 5, 0, "2021-11-01"),
        (date(2026, 1, 15), 0, 1, "2025-12-15"),
    ],
)
def test_terms_are_counted_back_on_the_calendar(as_of: date, years: int, months: int, day: str) -> None:
    calendar = Calendar(as_of)
    assert calendar.day(calendar.ago(years, months)) == day
