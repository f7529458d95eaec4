"""The shipped map against itself, the reference policy and the live catalogue of Tryton 8.2."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from garant.policy.loader import load_policy
from garant.systems.checks.live import check_live
from garant.systems.checks.static import check_map
from garant.systems.loader import LoadedMap, parse_map, shipped_maps
from garant.systems.paths import paths
from tests.tryton.conftest import Tryton

POLICY = Path(__file__).resolve().parents[2] / "examples" / "seipra-score" / "policy"


def test_the_map_ships_with_garant() -> None:
    assert "tryton82" in shipped_maps()
    assert resources.files("garant.systems.maps").joinpath("tryton82.yaml").is_file()


def test_a_company_starts_from_it_and_says_its_own() -> None:
    own = parse_map("use: tryton82\nsystem: erp\nconnection: {env: ERP_URL}\n")
    assert (own.map.system, own.map.connection.env) == ("erp", "ERP_URL")
    assert own.map.roles["prospect"] == parse_map("use: tryton82\n").map.roles["prospect"]


def test_the_checks_find_nothing_alone_nor_against_the_reference_policy(tryton_map: LoadedMap) -> None:
    assert check_map(tryton_map) == []
    against = check_map(tryton_map, load_policy(POLICY).document)
    assert [d for d in against if d.severity == "error"] == []


def test_against_the_live_catalogue_only_indexes_are_wished_for(
    tryton_map: LoadedMap, untouched: Tryton
) -> None:
    engine = create_engine(untouched.url)
    try:
        found = check_live(tryton_map, engine)
    finally:
        engine.dispose()
    assert {d.code for d in found} <= {"GAR614"}


REFERENCES = """
    SELECT trim('"' FROM k.conrelid::regclass::text), a.attname, k.confrelid::regclass::text
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND k.confrelid::regclass::text
        IN ('party_party', 'party_address', 'party_identifier', 'party_contact_mechanism', 'web_user')
"""

# Columns of mapped tables that lead to somebody another link already names, or to an address of theirs.
OTHER_ENDS = {
    ("account_invoice", "invoice_address"),  # roles invoiced and in-books
    ("account_invoice", "party_tax_identifier"),  # role in-books
    ("account_invoice", "tax_identifier"),  # the company's own
    ("account_payment_sepa_mandate", "address"),
    ("company_company_tax_identifier", "tax_identifier"),  # the company's own
    ("party_contact_mechanism", "address"),
    ("party_identifier", "address"),
    ("party_party", "replaced_by"),  # roles and events follow it
    ("project_work", "party_address"),
    ("sale_opportunity", "address"),
    ("sale_opportunity", "contact"),
    ("sale_sale", "contact"),
    ("sale_sale", "invoice_address"),
    ("sale_sale", "shipment_address"),
    ("sale_subscription", "contact"),
    ("sale_subscription", "invoice_address"),
    ("stock_shipment_in", "contact_address"),
    ("stock_shipment_in_return", "delivery_address"),
    ("stock_shipment_out", "delivery_address"),  # role in-books
    ("stock_shipment_out_return", "contact_address"),
}


def test_every_foreign_key_to_a_person_is_decided(tryton_map: LoadedMap, untouched: Tryton) -> None:
    with untouched.connect() as connection:
        rows = connection.execute(text(REFERENCES)).all()
    declared = {(table, link.column) for table, spec in tryton_map.map.tables.items() for link in spec.links}
    found = {(table, column) for table, column, _ in rows}
    assert len([row for row in rows if row[2] == "party_party"]) == 46
    assert found - declared == OTHER_ENDS


# Tables that point at any record by a text, “model,id”, and what was decided.
BY_TEXT_NOT_MAPPED = {
    "account_invoice_line": "origin: another document, without a copy of any name",
    "account_invoice_payment_mean": "instrument: a bank account or a mandate",
    "account_invoice_payment_mean_rule": "settings",
    "account_move": "origin: the document that made the entry",
    "account_move_line": "origin: the line of a document",
    "account_payment": "origin: a line or an invoice",
    "account_payment_sepa_message": "origin: a group of payments; a root of its own",
    "inbound_email": "result: raw messages, kept as long as the mailbox's own rule says",
    "ir_action": "menus",
    "ir_action_keyword": "menus",
    "ir_error": "origin: technical failures, cleaned by Tryton",
    "ir_ui_menu": "menus",
    "marketing_automation_activity": "scenarios",
    "project_work": "origin: the document that made the task",
    "purchase_purchase": "origin: a request",
    "sale_sale": "origin: an opportunity",
    "stock_move": "origin, shipment: goods",
    "timesheet_work": "origin: a task",
}


def test_every_reference_by_text_is_decided(tryton_map: LoadedMap, untouched: Tryton) -> None:
    with untouched.connect() as connection:
        found = set(
            connection.execute(
                text(
                    "SELECT DISTINCT c.table_name FROM ir_model_field f"
                    " JOIN ir_model m ON m.name = f.model"
                    " JOIN information_schema.columns c ON c.table_name = replace(f.model, '.', '_')"
                    "  AND c.column_name = f.name AND c.table_schema = 'public'"
                    " JOIN information_schema.tables t ON t.table_name = c.table_name AND t.table_type = 'BASE TABLE'"
                    " WHERE f.ttype = 'reference'"
                )
            ).scalars()
        )
    by_text = {
        table for table, spec in tryton_map.map.tables.items() if any(link.prefix for link in spec.links)
    }
    assert found - by_text <= set(BY_TEXT_NOT_MAPPED)
    assert by_text <= found
    assert not by_text & set(BY_TEXT_NOT_MAPPED)


def test_every_past_state_of_a_person_is_mapped(tryton_map: LoadedMap, untouched: Tryton) -> None:
    with untouched.connect() as connection:
        found = set(
            connection.execute(
                text(r"SELECT table_name FROM information_schema.tables WHERE table_name LIKE '%\_\_history'")
            ).scalars()
        )
    terms = {t for t in found if t.startswith("account_invoice_payment_term")}  # settings of the house
    lines = {"sale_opportunity_line__history"}  # a product and a quantity
    assert found - terms - lines == {t for t in tryton_map.map.tables if t.endswith("__history")}


@pytest.mark.parametrize("table", ["ir_note", "ir_attachment", "ir_email", "ir_chat_channel", "ir_model_log"])
def test_what_hangs_on_an_invoice_does_not_go_with_its_customer(tryton_map: LoadedMap, table: str) -> None:
    through = [
        path
        for path in paths(tryton_map.map, table, "party")
        if "account_invoice" in path.parents and path.relation.value != "visible"
    ]
    assert through == []


def test_no_request_leads_to_a_document(tryton_map: LoadedMap) -> None:
    roots = {identity.root for kind in tryton_map.map.identities.values() for identity in kind}
    assert roots == {"party", "account", "subscriber"}
