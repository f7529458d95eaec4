"""The oracles themselves, on the dump as it came."""

from tests.odoo import oracles
from tests.odoo.conftest import Odoo
from tests.odoo.scan import Wanted, traces


def test_the_counts_of_the_reference_date(untouched: Odoo) -> None:
    with untouched.connect() as connection:
        invoices = oracles.invoices_due(connection)
        found = {
            "prospect-partners": len(oracles.prospect_partners_due(connection)),
            "prospect-leads": len(oracles.prospect_leads_due(connection)),
            "by-write-date": len(oracles.prospect_partners_by_write_date(connection)),
            "invoices": len(invoices),
            "closed-years": len(oracles.closed_years_due(connection)),
            "invoiced-partners": len(
                oracles.keys(
                    connection,
                    "SELECT partner_id FROM account_move WHERE id = ANY(:ids)",
                    ids=sorted(invoices),
                )
            ),
            "candidates": len(oracles.candidates_due(connection)),
            "customers": len(oracles.customers_due(connection)),
        }
    assert found == oracles.EXPECTED


def test_the_hash_chain_recomputes_and_sees_one_changed_label(untouched: Odoo) -> None:
    with untouched.connect() as connection:
        assert oracles.hash_chain(connection) == oracles.ChainReport(490, ())
        changed = oracles.sealed_content(
            {"name": "INV/1", "date": "2020-01-01", "journal_id": 8, "company_id": 2}, []
        )
    assert changed == '{"company_id":"2","date":"2020-01-01","journal_id":"8","name":"INV/1"}'


def test_the_scan_finds_what_is_there(untouched: Odoo) -> None:
    wanted = Wanted()
    wanted.add("Constance", emails=["constance.neveu@orange.example"], phones=["02 98 64 09 98"])
    with untouched.connect() as connection:
        places = {(trace.table, trace.column) for trace in traces(connection, wanted)}
    assert {
        ("hr_candidate", "email_from"),
        ("hr_candidate", "partner_phone"),
        ("res_partner", "email_normalized"),
        ("ir_attachment", "index_content"),
        ("mail_message", "email_from"),
    } <= places
