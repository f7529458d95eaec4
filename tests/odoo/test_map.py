"""The shipped map against itself, the reference policy and the live catalogue of Odoo 18."""

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
from tests.odoo.conftest import Odoo

POLICY = Path(__file__).resolve().parents[2] / "examples" / "seipra-score" / "policy"


def test_the_map_ships_with_garant() -> None:
    assert "odoo18" in shipped_maps()
    assert resources.files("garant.systems.maps").joinpath("odoo18.yaml").is_file()


def test_a_company_starts_from_it_and_says_its_own() -> None:
    own = parse_map(
        "use: odoo18\nsystem: crm\nconnection: {env: CRM_URL}\nlabel: {fr: Notre CRM, en: Our CRM}\n"
    )
    assert (own.map.system, own.map.connection.env) == ("crm", "CRM_URL")
    assert own.map.roles["prospect"] == parse_map("use: odoo18\n").map.roles["prospect"]


def test_the_checks_find_nothing_alone_nor_against_the_reference_policy(odoo_map: LoadedMap) -> None:
    assert check_map(odoo_map) == []
    assert [d for d in check_map(odoo_map, load_policy(POLICY).document) if d.severity == "error"] == []


def test_against_the_live_catalogue_only_indexes_are_wished_for(odoo_map: LoadedMap, untouched: Odoo) -> None:
    engine = create_engine(untouched.url)
    try:
        found = check_live(odoo_map, engine)
    finally:
        engine.dispose()
    assert {d.code for d in found} <= {"GAR614"}


REFERENCES = """
    SELECT k.conrelid::regclass::text, a.attname
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND k.confrelid = 'res_partner'::regclass
"""

# Columns of mapped tables by which the house is named (an operator, an author of the house), copies of
# an owner that another link already declares, and the tree of the contacts itself (role employer).
OTHER_ENDS = {
    ("discuss_channel", "livechat_operator_id"),
    ("mail_compose_message", "author_id"),
    ("mail_notification", "author_id"),
    ("mail_scheduled_message", "author_id"),
    ("rating_rating", "publisher_id"),
    ("rating_rating", "rated_partner_id"),
    ("res_partner", "commercial_partner_id"),
    ("res_partner", "parent_id"),
    ("sale_order_line", "order_partner_id"),
    ("website_visitor", "livechat_operator_id"),
}


def test_every_foreign_key_to_a_person_is_decided(odoo_map: LoadedMap, untouched: Odoo) -> None:
    with untouched.connect() as connection:
        found = {(table, column) for table, column in connection.execute(text(REFERENCES))}
        joins = {
            table
            for (table,) in connection.execute(
                text(
                    "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public'"
                    " GROUP BY 1 HAVING count(*) = 2"
                )
            )
        }
    assert len(found) == 89
    declared = {(table, link.column) for table, spec in odoo_map.map.tables.items() for link in spec.links}
    undecided = found - declared - OTHER_ENDS
    assert {table for table, _ in undecided} <= joins  # two columns, no word: the cascade takes them


# Tables that point at a document by the name of its model and a number, and what was decided.
BY_NAME_NOT_MAPPED = {
    "calendar_event": "its people are its participants; res_model names the activity it came from",
    "data_recycle_record": "a list to recycle, without a copy of any name",
    "ir_act_window": "menus",
    "ir_embedded_actions": "menus",
    "mail_activity_schedule": "transient assistant",
    "mail_compose_message": "reached by its recipients: res_ids is a text list",
    "mail_wizard_invite": "transient assistant",
    "payment_link_wizard": "transient assistant, reached by its foreign key",
    "portal_share": "transient assistant",
    "privacy_lookup_wizard_line": "transient assistant of the privacy officer",
    "project_share_wizard": "transient assistant",
    "rating_rating": "reached by its foreign key",
    "sms_composer": "transient assistant",
    "snailmail_letter": "reached by its foreign key",
}


def test_every_reference_by_name_is_decided(odoo_map: LoadedMap, untouched: Odoo) -> None:
    with untouched.connect() as connection:
        found = set(
            connection.execute(
                text(
                    "SELECT c.table_name FROM information_schema.columns c"
                    " JOIN information_schema.columns d ON d.table_name = c.table_name"
                    " WHERE c.table_schema = 'public' AND c.column_name IN ('res_id', 'res_ids', 'parent_res_id')"
                    " AND d.column_name IN ('model', 'res_model', 'res_model_id', 'parent_res_model')"
                )
            ).scalars()
        )
    by_name = {
        table
        for table, spec in odoo_map.map.tables.items()
        if any(link.column == "res_id" and link.when for link in spec.links)
    }
    assert found == by_name | set(BY_NAME_NOT_MAPPED)
    assert not by_name & set(BY_NAME_NOT_MAPPED)


@pytest.mark.parametrize("table", ["mail_message", "ir_attachment", "mail_followers", "mail_activity"])
def test_the_invoices_threads_do_not_go_with_their_customer(odoo_map: LoadedMap, table: str) -> None:
    """A customer's erasure must not open the invoices that the law keeps."""
    through = [
        path
        for path in paths(odoo_map.map, table, "partner")
        if "account_move" in path.parents and path.relation.value != "visible"
    ]
    assert through == []


def test_no_request_leads_to_an_invoice(odoo_map: LoadedMap) -> None:
    roots = {identity.root for kind in odoo_map.map.identities.values() for identity in kind}
    assert roots == {"partner", "lead", "candidate", "subscriber"}


def test_a_correction_never_writes_a_number_and_an_address_has_all_its_parts(odoo_map: LoadedMap) -> None:
    kinds = {
        (table, name): column.identity
        for table, spec in odoo_map.map.tables.items()
        for name, column in spec.columns.items()
        if column.identity
    }
    assert "number" not in kinds.values()
    housed = {table for (table, _), kind in kinds.items() if kind == "street"}
    for part in ("postcode", "town", "country"):
        assert {table for (table, _), kind in kinds.items() if kind == part} == housed
