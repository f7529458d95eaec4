"""The plan on the dump: its counts equal those of queries written by hand."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from garant.engine.document import Plan
from garant.systems.loader import parse_map
from tests.odoo import oracles
from tests.odoo.conftest import Odoo, Sweep, chosen, selection
from tests.odoo.footprint import all_rows

ORACLES = {
    "prospect-lead": oracles.prospect_leads_due,
    "customer": oracles.customers_due,
    "customer-invoice": oracles.closed_years_due,
    "unselected-candidate": oracles.candidates_due,
}


@pytest.mark.parametrize("role", ORACLES)
def test_the_plan_chooses_exactly_whom_the_oracle_finds(role: str, plan: Plan, untouched: Odoo) -> None:
    with untouched.connect() as connection:
        assert chosen(plan, role) == ORACLES[role](connection)
    assert selection(plan, role).settled == 0


def test_the_prospects_are_127_two_of_whom_a_confirmed_order_protects(plan: Plan, untouched: Odoo) -> None:
    prospects = selection(plan, "prospect")
    with untouched.connect() as connection:
        due = oracles.prospect_partners_due(connection)
        alive = oracles.customers(connection) - oracles.customers_due(connection)
    assert prospects.due + prospects.settled == len(due) == 127
    assert due - chosen(plan, "prospect") == due & alive
    assert len(due & alive) == 2


def test_write_date_alone_would_choose_189(plan: Plan, untouched: Odoo) -> None:
    with untouched.connect() as connection:
        by_write_date = oracles.prospect_partners_by_write_date(connection)
    assert len(by_write_date) == 189
    assert chosen(plan, "prospect") < by_write_date


def test_the_counts_of_the_readme(plan: Plan) -> None:
    counts = {s.role: s.due for s in plan.selections}
    assert counts == {
        "prospect": 125,
        "prospect-lead": 152,
        "customer": 18,
        "customer-invoice": 85,
        "candidate-contact": 140,
        "unselected-candidate": 140,
    }


def test_the_candidates_contacts_are_those_created_in_silence(plan: Plan, untouched: Odoo) -> None:
    with untouched.connect() as connection:
        contacts = oracles.keys(
            connection,
            "SELECT partner_id FROM hr_candidate WHERE id = ANY(:ids)",
            ids=sorted(chosen(plan, "unselected-candidate")),
        )
    assert chosen(plan, "candidate-contact") == contacts


def test_nobody_of_the_house_is_chosen(plan: Plan, untouched: Odoo) -> None:
    with untouched.connect() as connection:
        house = oracles.keys(
            connection,
            "SELECT partner_id FROM res_users UNION SELECT partner_id FROM res_company"
            " UNION SELECT work_contact_id FROM hr_employee UNION SELECT address_id FROM hr_employee"
            " UNION SELECT address_id FROM hr_work_location UNION SELECT partner_id FROM product_supplierinfo",
        )
    assert len(house) > 20
    for role in ("prospect", "customer", "candidate-contact"):
        assert not chosen(plan, role) & house


def test_the_sealed_labels_are_counted_and_left(plan: Plan) -> None:
    lines = next(
        action
        for action in selection(plan, "customer-invoice").actions
        if action.table == "account_move_line"
    )
    assert (lines.treated, lines.sealed) == (0, 170)


def test_the_plan_says_who_is_kept_why_and_until_when(plan: Plan) -> None:
    held = {duty.why.en.split(":")[0].split(",")[0]: duty for duty in selection(plan, "customer").duties}
    assert held["French Commercial Code"].roots == 10
    assert held["French Commercial Code"].until is not None
    books = next(duty for why, duty in held.items() if why.startswith("Entries"))
    assert (books.roots, books.until) == (12, None)


def test_a_company_may_count_from_the_invoice_127(untouched: Odoo) -> None:
    own = parse_map(
        "use: odoo18\n"
        "promises:\n"
        "  - {rule: invoices, role: customer-invoice, event: invoice-date, dispositions: close-invoice}\n"
    )
    counted = replace(untouched, loaded=own).plan()
    with untouched.connect() as connection:
        due = oracles.invoices_due(connection)
    assert chosen(counted, "customer-invoice") == due
    assert len(due) == 127


def test_nothing_blocks(plan: Plan) -> None:
    assert [s.blocks for s in plan.selections] == [[]] * len(plan.selections)


def test_a_plan_writes_nothing(plan: Plan, untouched: Odoo, swept: Sweep) -> None:
    assert plan.as_of == oracles.AS_OF
    with untouched.connect() as connection:
        assert all_rows(connection) == swept.rows_before


def test_the_close_of_a_year_that_ends_in_june(untouched: Odoo) -> None:
    source = untouched.loaded.map.events["fiscal-year-close"][0]
    june = source.query.replace("CAST(k.fiscalyear_last_month AS INT)", "6")
    with untouched.connect() as connection:
        rows = connection.execute(
            text(f"SELECT m.invoice_date, q.at FROM ({june}) q JOIN account_move m ON m.id = q.key")
        ).all()
    dated = {(day, close) for day, close in rows if day}
    assert len(dated) > 400
    for day, close in dated:
        year = day.year + (day.month > 6)
        assert close == date(year, 6, 30)
