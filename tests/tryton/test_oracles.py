"""The oracles themselves, on the dump as it came."""

from sqlalchemy import text

from tests.odoo.scan import Wanted
from tests.tryton import oracles
from tests.tryton.conftest import Tryton
from tests.tryton.scan import all_traces


def test_the_counts_of_the_reference_date(untouched: Tryton) -> None:
    with untouched.connect() as connection:
        invoices = oracles.invoices_due(connection)
        frozen = "SELECT id FROM account_invoice WHERE invoice_report_cache IS NOT NULL"
        found = {
            "prospects": len(oracles.prospects_due(connection)),
            "by-start-date": len(oracles.prospects_by_start_date(connection)),
            "customers": len(oracles.customers_due(connection)),
            "invoices": len(invoices),
            "posted-invoices": len(
                invoices & oracles.keys(connection, "SELECT id FROM account_invoice WHERE state = 'posted'")
            ),
            "closed-years": len(oracles.closed_years_due(connection)),
            "frozen-documents": len(oracles.keys(connection, frozen)),
            "party-history": len(oracles.keys(connection, "SELECT __id FROM party_party__history")),
        }
    assert found == oracles.EXPECTED


INVOICED = (
    "SELECT p.id, p.name, c.value FROM party_party p JOIN account_invoice i ON i.party = p.id"
    " JOIN party_contact_mechanism c ON c.party = p.id"
    " WHERE i.state = 'posted' AND c.type = 'email' AND p.name LIKE '% %' ORDER BY p.id LIMIT 1"
)


def test_the_scan_finds_what_is_there_even_in_a_frozen_document(untouched: Tryton) -> None:
    wanted = Wanted()
    with untouched.connect() as connection:
        _, name, address = connection.execute(text(INVOICED)).one()
        wanted.add("someone", emails=[address], names=[name])
        places = {(trace.table, trace.column) for trace in all_traces(connection, wanted)}
    assert {
        ("party_party", "name"),
        ("party_party__history", "name"),
        ("party_contact_mechanism", "value"),
        ("party_contact_mechanism", "value_compact"),
        ("account_invoice", "invoice_report_cache"),
    } <= places
