"""The plan on the dump: its counts equal those of queries written by hand."""

import pytest

from garant.engine.document import Plan
from tests.odoo import oracles
from tests.odoo.conftest import Odoo, Sweep, chosen, selection
from tests.odoo.footprint import all_rows

ORACLES = {
    "prospect-lead": oracles.prospect_leads_due,
    "customer": oracles.customers_due,
    "customer-invoice": oracles.invoices_due,
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
        "customer-invoice": 127,
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
    assert (lines.treated, lines.sealed) == (0, 254)


def test_the_plan_says_who_is_kept_why_and_until_when(plan: Plan) -> None:
    held = {duty.why.en.split(":")[0].split(",")[0]: duty for duty in selection(plan, "customer").duties}
    assert held["French Commercial Code"].roots == 10
    assert held["French Commercial Code"].until is not None
    books = next(duty for why, duty in held.items() if why.startswith("Entries"))
    assert (books.roots, books.until) == (12, None)


def test_nothing_blocks(plan: Plan) -> None:
    assert [s.blocks for s in plan.selections] == [[]] * len(plan.selections)


def test_a_plan_writes_nothing(plan: Plan, untouched: Odoo, swept: Sweep) -> None:
    assert plan.as_of == oracles.AS_OF
    with untouched.connect() as connection:
        assert all_rows(connection) == swept.rows_before
