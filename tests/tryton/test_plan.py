"""The plan on the dump: its counts equal those of queries written by hand."""

from dataclasses import replace
from datetime import date

import pytest

from garant.engine.document import Plan
from garant.systems.loader import parse_map
from tests.tryton import oracles
from tests.tryton.conftest import Sweep, Tryton, chosen, selection

ORACLES = {
    "prospect": oracles.prospects_due,
    "customer": oracles.customers_due,
    "customer-invoice": oracles.closed_years_due,
}


@pytest.mark.parametrize("role", ORACLES)
def test_the_plan_chooses_exactly_whom_the_oracle_finds(role: str, plan: Plan, untouched: Tryton) -> None:
    with untouched.connect() as connection:
        assert chosen(plan, role) == ORACLES[role](connection)
    assert selection(plan, role).settled == 0


def test_the_counts_of_the_readme(plan: Plan) -> None:
    assert {s.role: s.due for s in plan.selections} == {
        "prospect": 36,
        "prospect-lead": 0,
        "lone-account": 0,
        "customer": 36,
        "customer-invoice": 44,
        "sent-payment-file": 0,
    }


def test_counted_from_the_invoice_they_would_be_55(untouched: Tryton) -> None:
    own = parse_map("""
use: tryton82
promises:
  - {rule: invoices, role: customer-invoice, event: invoice-date, dispositions: close-invoice}
""")
    counted = replace(untouched, loaded=own).plan()
    with untouched.connect() as connection:
        assert chosen(counted, "customer-invoice") == oracles.invoices_due(connection)
    assert selection(counted, "customer-invoice").due == 55


def test_an_opportunity_lost_yesterday_is_a_contact(plan: Plan, untouched: Tryton) -> None:
    with untouched.connect() as connection:
        by_start = oracles.prospects_by_start_date(connection)
    assert len(by_start) == 78
    assert chosen(plan, "prospect") < by_start


def test_parties_without_any_date_are_reported_and_left(plan: Plan, untouched: Tryton) -> None:
    prospects = selection(plan, "prospect")
    with untouched.connect() as connection:
        silent = oracles.keys(
            connection,
            "SELECT id FROM party_party WHERE id NOT IN (SELECT party FROM sale_opportunity)"
            " AND id NOT IN (SELECT party FROM account_invoice WHERE state = 'posted')"
            " AND id NOT IN (SELECT party FROM company_company UNION SELECT party FROM company_employee)",
        )
    assert prospects.undated == len(silent) == 185


def test_the_plan_says_who_is_kept_why_and_until_when(plan: Plan, untouched: Tryton) -> None:
    customers = selection(plan, "customer")
    held = {duty.why.en.split(",")[0]: duty for duty in customers.duties}
    with untouched.connect() as connection:
        by_invoice = oracles.held_by_their_invoices(connection, chosen(plan, "customer"))
    assert held["French Commercial Code"].roots == len(by_invoice)
    assert held["French Commercial Code"].until == date(2031, 12, 31)
    assert held["Entries"].roots == customers.due == 36
    assert held["Entries"].until is None


def test_nothing_is_foreseen_to_block(plan: Plan) -> None:
    assert [s.blocks for s in plan.selections] == [[]] * len(plan.selections)
    assert [s.cascades for s in plan.selections] == [[]] * len(plan.selections)


def test_planning_changes_nothing(swept: Sweep, untouched: Tryton) -> None:
    assert swept.plan.digest == untouched.plan().digest
