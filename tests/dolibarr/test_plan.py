"""The plan on the dump: its counts equal those of queries written by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from garant.engine.document import Plan
from garant.systems.fragments import parse_query
from garant.systems.loader import parse_map
from tests.dolibarr import oracles
from tests.dolibarr.conftest import Dolibarr, Sweep, chosen, selection
from tests.dolibarr.footprint import all_rows

ORACLES = {
    "prospect": oracles.prospects_due,
    "customer": oracles.customers_due,
    "support-request": oracles.tickets_due,
    "customer-invoice": oracles.closed_years_due,
    "unselected-candidate": oracles.candidates_due,
}


@pytest.mark.parametrize("role", ORACLES)
def test_the_plan_chooses_exactly_whom_the_oracle_finds(role: str, plan: Plan, untouched: Dolibarr) -> None:
    with untouched.connect() as connection:
        assert chosen(plan, role) == ORACLES[role](connection)
    assert selection(plan, role).settled == 0


def test_the_counts_of_the_readme(plan: Plan) -> None:
    counts = {s.role: s.due for s in plan.selections}
    assert counts == {
        "prospect": 32,
        "lone-contact": 0,
        "customer": 50,
        "support-request": 2,
        "customer-invoice": 43,
        "unselected-candidate": 62,
    }
    assert [s.undated for s in plan.selections] == [0] * len(plan.selections)


def test_the_65_flagged_prospects_with_an_invoice_are_no_prospects(plan: Plan, untouched: Dolibarr) -> None:
    with untouched.connect() as connection:
        invoiced = oracles.prospects_already_invoiced(connection)
        customers = oracles.keys(
            connection,
            parse_query(untouched.loaded.map.roles["customer"].query, dialect="mysql").sql,
        )
    assert len(invoiced) == 65
    assert not invoiced & chosen(plan, "prospect")
    assert invoiced <= customers


OTHER_CHOICES = """use: dolibarr20
events:
  last-contact:
    - {root: thirdparty, type: instant, query: "SELECT s.rowid AS key, s.datec AS at FROM llx_societe s"}
    - {root: thirdparty, type: instant, query: "SELECT a.fk_soc AS key, a.datep AS at FROM llx_actioncomm a"}
    - {root: thirdparty, type: instant, query: "SELECT t.fk_soc AS key, t.datec AS at FROM llx_ticket t"}
promises:
  - {rule: prospects, role: prospect, event: last-contact, dispositions: erase-thirdparty}
  - {rule: invoices, role: customer-invoice, event: invoice-date, dispositions: close-invoice}
"""


def test_a_company_may_count_from_the_invoice_67_and_a_ticket_as_a_contact_22(untouched: Dolibarr) -> None:
    counted = replace(untouched, loaded=parse_map(OTHER_CHOICES)).plan()
    with untouched.connect() as connection:
        prospects = oracles.prospects_due_if_tickets_count(connection)
        invoices = oracles.invoices_due(connection)
    assert chosen(counted, "prospect") == prospects
    assert chosen(counted, "customer-invoice") == invoices
    assert (len(prospects), len(invoices)) == (22, 67)


def test_the_plan_says_who_is_kept_why_and_until_when(plan: Plan) -> None:
    prospects = {duty.rule: duty for duty in selection(plan, "prospect").duties if duty.roots}
    customers = {duty.rule: duty for duty in selection(plan, "customer").duties if duty.roots}
    assert set(prospects) == {"remote-maintenance"}
    assert prospects["remote-maintenance"].roots == 13
    assert set(customers) == {"invoices", None}
    assert (customers["invoices"].roots, customers["invoices"].until) == (28, date(2031, 12, 31))
    assert (customers[None].roots, customers[None].until) == (34, None)  # in the books


def test_nothing_blocks(plan: Plan) -> None:
    assert [s.blocks for s in plan.selections] == [[]] * len(plan.selections)


def test_a_plan_writes_nothing(plan: Plan, untouched: Dolibarr, swept: Sweep) -> None:
    assert plan.as_of == oracles.AS_OF
    with untouched.connect() as connection:
        assert all_rows(connection) == swept.rows_before


@pytest.mark.parametrize("opens", [1, 2, 7, 12])
def test_the_close_of_a_financial_year(untouched: Dolibarr, opens: int) -> None:
    """It opens on the first of a month (the system's constant), and closes the day before."""
    query = untouched.loaded.map.events["fiscal-year-close"][0].query
    said = query.replace("COALESCE(CAST(k.value AS INT), 1)", str(opens))
    asked = parse_query(said, dialect="mysql", columns=("key", "at"))
    with untouched.connect() as connection:
        rows = connection.execute(
            text(f"SELECT f.datef, q.at FROM ({asked.sql}) q JOIN llx_facture f ON f.rowid = q.key")
        ).all()
    assert len(rows) == 380
    for day, close in rows:
        assert 0 <= (close - day).days <= 366
        following = date.fromordinal(close.toordinal() + 1)
        assert (following.day, following.month) == (1, opens)


def test_the_systems_constant_says_when_the_year_opens(untouched: Dolibarr) -> None:
    asked = parse_query(
        untouched.loaded.map.events["fiscal-year-close"][0].query, dialect="mysql", columns=("key", "at")
    )
    with untouched.connect() as connection:
        attempt = connection.begin_nested()
        connection.execute(
            text("INSERT INTO llx_const (name, entity, value) VALUES ('SOCIETE_FISCAL_MONTH_START', 1, '7')")
        )
        closes = {row.at for row in connection.execute(text(asked.sql))}
        attempt.rollback()
    assert {(day.month, day.day) for day in closes} == {(6, 30)}
