"""The shipped map, asked by a company to archive its former customers: who moves, what the records hold, who finds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import text

from garant.engine.planning.plan import plan_retention
from garant.engine.planning.subject import find_subject
from garant.engine.running.execution import Execution
from garant.engine.terms import Source
from garant.systems.archive.data_map import SYSTEM
from garant.systems.checks.static import check_map
from garant.systems.loader import parse_map
from tests.engine.support.archives import Vault, archived_rule
from tests.engine.support.policies import policy
from tests.engine.support.running import Notebook
from tests.servers.postgres import PostgresServer
from tests.tryton import oracles
from tests.tryton.conftest import Tryton, write_files

pytestmark = pytest.mark.slow

AS_OF = oracles.AS_OF
MAP = """\
use: tryton82
promises:
  - {rule: customers, role: customer, event: end-of-relationship, dispositions: erase-party, archive: true}
"""
"""Only the customers, to be quick."""


@dataclass
class Archived:
    """A sweep of the customers, after which the archive is looked at."""

    tryton: Tryton
    before: Tryton
    vault: Vault
    planned: set[int]

    @contextmanager
    def systems(self) -> Iterator[dict[str, Source]]:
        with self.tryton.sources() as sources:
            systems = {name: replace(one, archive=self.vault.archive) for name, one in sources.items()}
            if self.vault.store.exists:
                systems[SYSTEM] = self.vault.source("customers")
            try:
                yield systems
            finally:
                if SYSTEM in systems:
                    systems[SYSTEM].connector.close()


@pytest.fixture(scope="module")
def archived(
    postgres_server: PostgresServer,
    tryton82_template: str,
    tmp_path_factory: pytest.TempPathFactory,
    untouched: Tryton,
) -> Iterator[Archived]:
    """Customers are in daily use for three years after the last that was done together, then archived for two."""
    folder = tmp_path_factory.mktemp("archived")
    loaded = parse_map(MAP)
    assert [found for found in check_map(loaded) if found.severity == "error"] == []
    rules = policy(prospects="P3Y", customers=archived_rule("P3Y", "P2Y"), invoices="P10Y")
    with postgres_server.database(tryton82_template) as url:
        tryton = Tryton(url, folder, loaded, rules)
        write_files(tryton)
        one = Archived(tryton, untouched, Vault(folder), set())
        with one.systems() as systems:
            plan = plan_retention(rules, systems, as_of=AS_OF)
            moving = [s for s in plan.selections if s.archive]
            one.planned = {int(key) for s in moving for key in s.root_keys()}
            execution, journal = Execution(plan, rules, systems, batch_size=40), Notebook()
            for key in execution.batch_keys():
                execution.execute(key, journal)
            assert execution.verify(journal).verified
        yield one


def test_those_between_three_and_five_years_move_and_nobody_else(archived: Archived) -> None:
    with archived.before.connect() as connection:
        past = oracles.customers_due(connection, years=3)
        ended = oracles.customers_due(connection)
    assert archived.planned == past - ended
    assert set(archived.vault.by_key()) == past - ended
    assert len(past - ended) == 16


def test_a_record_has_the_party_and_its_contact_details_as_they_were(archived: Archived) -> None:
    with archived.before.connect() as connection:
        for key, rows in archived.vault.by_key().items():
            (party,) = rows["party_party"]
            (name,) = connection.execute(
                text("SELECT name FROM party_party WHERE id = :key"), {"key": key}
            ).scalars()
            assert party["name"] == name
            told = text("SELECT value FROM party_contact_mechanism WHERE party = :key ORDER BY id")
            values = list(connection.execute(told, {"key": key}).scalars())
            assert sorted(row["value"] for row in rows.get("party_contact_mechanism", [])) == sorted(values)


def test_each_of_them_is_found_by_their_address_or_number_and_no_more_in_tryton(archived: Archived) -> None:
    """Tryton keeps addresses and numbers in one column, which a type tells apart."""
    sql = text(
        "SELECT type, value FROM party_contact_mechanism WHERE party = :key AND type IN ('email', 'phone', 'mobile')"
    )
    with archived.before.connect() as connection:
        known: dict[Any, list[tuple[str, str]]] = {
            key: [(kind, value) for kind, value in connection.execute(sql, {"key": key}).all()]
            for key in archived.planned
        }
    assert sum(map(bool, known.values())) >= 10
    by_number = {record: key for key, record in _numbers(archived.vault).items()}
    with archived.systems() as systems:
        for key, ways in known.items():
            for kind, value in ways[:1]:
                places = find_subject(systems, {"email" if kind == "email" else "phone": value})
                assert key in {
                    by_number[str(record)]
                    for place in places
                    for record in place.keys
                    if place.system == SYSTEM
                }
                assert all(key not in place.keys for place in places if place.root == "party")


def _numbers(vault: Vault) -> dict[Any, str]:
    """Root key → the number of its record."""
    return {vault.lines(record)[0]["key"]: record for record in vault.records()}


def test_what_the_books_need_stays_readable_and_the_rest_is_gone(archived: Archived) -> None:
    """The invoice's own duty is what it was; the archive has the rest, under its key."""
    with archived.tryton.connect() as connection:
        sql = "SELECT count(*) FROM party_contact_mechanism WHERE party = ANY(:keys)"
        keys = sorted(archived.planned)
        assert connection.execute(text(sql), {"keys": keys}).scalar() == 0
        still = text("SELECT count(*) FROM party_party WHERE id = ANY(:keys)")
        assert connection.execute(still, {"keys": keys}).scalar() == len(keys), (
            "every one of them was invoiced"
        )
    with archived.before.connect() as connection:
        some = text("SELECT value FROM party_contact_mechanism WHERE party = ANY(:keys) AND type = 'email'")
        addresses = [value for value in connection.execute(some, {"keys": keys}).scalars() if value]
    raw = archived.vault.bytes()
    assert [value for value in addresses if value.encode() in raw] == []
