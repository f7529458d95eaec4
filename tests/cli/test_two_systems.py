"""One organisation with Odoo and Tryton: a person known in both asks once, and one plan erases them in both."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from tests.cli.company import AS_OF, Company
from tests.odoo import footprint as odoo_footprint
from tests.odoo.footprint import Rows, all_rows, gone
from tests.odoo.scan import Trace, Wanted, traces
from tests.odoo.test_requests import LIVING_CANDIDATE
from tests.tryton import footprint as tryton_footprint
from tests.tryton.scan import all_traces
from tests.tryton.test_requests import LIVING_CUSTOMER, LIVING_PROSPECT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

RULE = """  {}:
    label: {{fr: Règle, en: Rule}}
    trigger: last-contact
    phases: [{{kind: active, period: {}}}]
    fate: erase
    legal_source: {{fr: "Loi.", en: "Law."}}
"""
RULES = {"prospects": "P3Y", "customers": "P5Y", "invoices": "P10Y", "candidates": "P2Y"}
IN_TRYTON = """
SELECT p.id FROM party_party p JOIN party_contact_mechanism e ON e.party = p.id AND e.type = 'email'
JOIN party_contact_mechanism f ON f.party = p.id AND f.type = 'phone' WHERE {} ORDER BY p.id LIMIT 1
"""


@dataclass
class House:
    """A company with both systems, and where one person is in them."""

    company: Company
    odoo: str
    tryton: str
    address: str
    prospect: int
    customer: int


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def house(tmp_path: Path, odoo18: str, odoo18_filestore: Path, tryton82: str) -> House:
    """A candidate in Odoo is a prospect of Tryton’s too, and by the same address a customer’s contact."""
    environment = {
        "GARANT_HOME": str(tmp_path / "home"),
        "DATABASE_URL": "",
        "GARANT_LANGUAGE": "en",
        "GARANT_ACTOR": "dpo",
        "COLUMNS": "200",
        "GARANT_ODOO_URL": odoo18,
        "GARANT_ODOO_FILESTORE": str(odoo18_filestore),
        "GARANT_TRYTON_URL": tryton82,
        "GARANT_TRYTON_FILES": str(tmp_path),
    }
    company = Company(tmp_path, environment)
    for folder in (company.policy, company.maps):
        folder.mkdir()
    rules = "".join(RULE.format(name, period) for name, period in RULES.items())
    organisation = "organisation: {key: essai, name: Essai, time_zone: Europe/Paris}\nretention:\n"
    (company.policy / "policy.yaml").write_text(organisation + rules)
    for name in ("odoo18", "tryton82"):
        (company.maps / f"{name}.yaml").write_text(f"use: {name}\n")
    with connected(odoo18) as connection:
        address = connection.execute(text(LIVING_CANDIDATE)).scalar_one()
    with connected(tryton82) as connection:
        prospect, customer = (
            connection.execute(text(IN_TRYTON.format(who))).scalar_one()
            for who in (LIVING_PROSPECT, LIVING_CUSTOMER)
        )
        connection.execute(
            text(
                "UPDATE party_contact_mechanism SET value = :a, value_compact = :a"
                " WHERE type = 'email' AND party IN (:p, :c)"
            ),
            {"a": address, "p": prospect, "c": customer},
        )
    done = company.garant("init", "--policy", "policy")
    assert done.code == 0, done.err
    return House(company, odoo18, tryton82, address, prospect, customer)


def seen(house: House) -> dict[str, list[Trace]]:
    """Where the address shows in the whole of both databases."""
    wanted = Wanted()
    wanted.add("she", emails=[house.address])
    with connected(house.odoo) as odoo, connected(house.tryton) as tryton:
        return {"odoo18": traces(odoo, wanted), "tryton82": all_traces(tryton, wanted)}


def contents(house: House) -> dict[str, Rows]:
    with connected(house.odoo) as odoo, connected(house.tryton) as tryton:
        return {"odoo18": all_rows(odoo), "tryton82": all_rows(tryton)}


def hers(house: House) -> dict[str, dict[str, set[str]]]:
    """Which rows may change, by hand-written SQL."""
    address = {"a": house.address}
    with connected(house.odoo) as connection:
        partners, candidates = (
            set(
                connection.execute(
                    text(f"SELECT id FROM {table} WHERE email_normalized = :a"), address
                ).scalars()
            )
            for table in ("res_partner", "hr_candidate")
        )
        in_odoo = odoo_footprint.may_change(
            connection, partners=partners, candidates=candidates, leads=(), invoices=()
        )
    with connected(house.tryton) as connection:
        in_tryton = tryton_footprint.may_change(
            connection, parties={house.prospect, house.customer}, invoices=()
        )
    return {"odoo18": in_odoo, "tryton82": in_tryton}


def keepers(house: House) -> set[int]:
    """Whose address it still is in Tryton."""
    with connected(house.tryton) as connection:
        query = text("SELECT party FROM party_contact_mechanism WHERE value = :a")
        return set(connection.execute(query, {"a": house.address}).scalars())


def receipts(company: Company) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(company.folder / "home" / "garant.sqlite3")) as database:
        rows = database.execute('SELECT data FROM evidence_ledgerentry ORDER BY "index"').fetchall()
    return [e["payload"] for e in (json.loads(data) for (data,) in rows) if e["kind"] == "batch.recorded"]


def test_one_request_one_plan_both_systems(house: House) -> None:
    company = house.company
    before, may = contents(house), hers(house)
    assert keepers(house) == {house.prospect, house.customer}
    command = ("subject", "erase", "--identity", f"email={house.address}", "--as-of", AS_OF)
    planned = company.garant(*command, "--out", "plan.json")
    assert planned.code == 0, planned.out + planned.err
    plan = json.loads((company.folder / "plan.json").read_text())
    assert plan["digest"]
    done = company.garant(*command, "--approve", plan["digest"])
    assert done.code == 0, done.out + done.err

    after, left = contents(house), seen(house)
    assert left["odoo18"] == []
    assert {trace.table for trace in left["tryton82"]} == {"party_contact_mechanism"}
    assert keepers(house) == {house.customer}, "with the invoices, and the prospect has gone"
    done_in = Counter(receipt["system"] for receipt in receipts(company) for _ in range(receipt["roots"]))
    assert done_in == {"odoo18": 2, "tryton82": 2}
    for system in before:
        for table, rows in gone(before[system], after[system]).items():
            assert set(rows) <= may[system].get(table, set()), (system, table)
        deleted: Counter[str] = Counter()
        for receipt in receipts(company):
            for entry in receipt["tables"] if receipt["system"] == system else ():
                deleted[entry["table"]] += entry["deleted"]
        assert deleted
        counted = {table: before[system][table].total() - after[system][table].total() for table in deleted}
        assert deleted == counted, system
    assert company.garant("ledger", "verify").code == 0
