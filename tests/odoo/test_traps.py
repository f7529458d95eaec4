"""The run over planted traps: each is a way to erase too little, or too much."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.odoo import oracles
from tests.odoo.conftest import Odoo, Sweep, chosen
from tests.odoo.scan import Wanted, traces


def row(odoo: Odoo, table: str, key: int, column: str = "id") -> dict[str, Any] | None:
    """A row as it is in the system."""
    with odoo.connect() as connection:
        found = connection.execute(
            text(f"SELECT * FROM {table} WHERE {column} = :key LIMIT 1"), {"key": key}
        ).mappings()
        first = found.first()
        return dict(first) if first else None


def trap(sweep: Sweep, name: str) -> int:
    """The id put in a trap."""
    assert sweep.planted is not None
    return sweep.planted.ids[name]


def value(sweep: Sweep, name: str) -> str:
    """The value put in a trap."""
    assert sweep.planted is not None
    return sweep.planted.values[name]


def places(sweep: Sweep, address: str) -> set[tuple[str, str]]:
    """Where an address still shows."""
    wanted = Wanted()
    wanted.add("someone", emails=[address])
    with sweep.odoo.connect() as connection:
        return {(trace.table, trace.column) for trace in traces(connection, wanted)}


def test_everything_is_verified_and_the_seals_hold(trapped: Sweep) -> None:
    assert [check for check in trapped.verification.selections if check.left] == []
    assert all(not result.blocks for result in trapped.results)
    with trapped.odoo.connect() as connection:
        assert oracles.hash_chain(connection) == oracles.ChainReport(490, ())


# --- opt-outs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["opted-out", "opted-out-lead"])
def test_an_opt_out_outlives_the_erasure_as_a_hash(trapped: Sweep, name: str) -> None:
    kept = row(trapped.odoo, "mail_blacklist", trap(trapped, name))
    assert kept is not None
    assert kept["active"] is True
    assert kept["email"].startswith("hash-")
    assert kept["email"].endswith("@opposition.invalid")
    assert places(trapped, value(trapped, name)) == set()


def test_an_opt_out_stays_readable_while_somebody_alive_has_the_address(trapped: Sweep) -> None:
    kept = row(trapped.odoo, "mail_blacklist", trap(trapped, "opted-out-shared"))
    assert kept is not None
    assert kept["email"] == value(trapped, "opted-out-shared")


def test_a_phone_opt_out_becomes_a_hash(trapped: Sweep) -> None:
    with trapped.odoo.connect() as connection:
        numbers = oracles.keys(connection, "SELECT number FROM phone_blacklist")
    assert len(numbers) == 1
    assert str(numbers.pop()).startswith("hash-")


def test_a_subscriber_goes_with_the_address(trapped: Sweep) -> None:
    assert row(trapped.odoo, "mailing_contact", trap(trapped, "subscriber")) is None
    assert row(trapped.odoo, "mailing_subscription", trap(trapped, "subscriber"), "contact_id") is None
    trace = row(trapped.odoo, "mailing_trace", trap(trapped, "trace"))
    assert trace is not None
    assert trace["email"] is None


# --- files --------------------------------------------------------------------------------------------


def test_a_file_stays_while_a_row_refers_to_it(trapped: Sweep) -> None:
    assert (trapped.odoo.files / value(trapped, "file-kept")).is_file()
    kept = row(trapped.odoo, "ir_attachment", trap(trapped, "file-kept"))
    assert kept is not None
    assert kept["store_fname"] == value(trapped, "file-kept")


def test_a_file_goes_with_its_last_reference(trapped: Sweep) -> None:
    assert not (trapped.odoo.files / value(trapped, "file-shared-by-two")).exists()


def test_a_file_no_row_named_is_not_ours(trapped: Sweep) -> None:
    assert (trapped.odoo.files / value(trapped, "file-left-alone")).is_file()


def test_a_brochure_stays_with_its_product_and_a_letter_goes_with_its_message(trapped: Sweep) -> None:
    assert row(trapped.odoo, "ir_attachment", trap(trapped, "brochure")) is not None
    assert row(trapped.odoo, "ir_attachment", trap(trapped, "letter")) is None


# --- candidates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["applies-again", "hired"])
def test_a_living_candidate_is_untouched(trapped: Sweep, name: str) -> None:
    candidate = trap(trapped, name)
    contact = row(trapped.odoo, "hr_candidate", candidate)
    assert contact is not None
    mine = (
        "SELECT t::text FROM hr_candidate t WHERE id = :id",
        "SELECT t::text FROM hr_applicant t WHERE candidate_id = :id",
        ("SELECT t::text FROM res_partner t WHERE id = (SELECT partner_id FROM hr_candidate WHERE id = :id)"),
        (
            "SELECT t::text FROM mail_message t WHERE (model = 'hr.candidate' AND res_id = :id)"
            " OR (model = 'hr.applicant' AND res_id IN (SELECT id FROM hr_applicant WHERE candidate_id = :id))"
        ),
        (
            "SELECT t::text FROM ir_attachment t WHERE (res_model = 'hr.candidate' AND res_id = :id) OR"
            " (res_model = 'hr.applicant' AND res_id IN (SELECT id FROM hr_applicant WHERE candidate_id = :id))"
        ),
    )
    with trapped.odoo.connect() as connection:
        rows = [set(connection.execute(text(sql), {"id": candidate}).scalars()) for sql in mine]
    assert all(rows)
    everything = set().union(*(counted.keys() for counted in trapped.rows_before.values()))
    assert set().union(*rows) <= everything


def test_a_contact_that_is_also_a_prospect_stays_when_the_candidate_goes(trapped: Sweep) -> None:
    assert row(trapped.odoo, "hr_candidate", trap(trapped, "also-prospect")) is None
    contact = trap(trapped, "also-prospect-contact")
    with trapped.odoo.connect() as connection:
        now = connection.execute(
            text("SELECT t::text FROM res_partner t WHERE id = :id"), {"id": contact}
        ).scalar_one()
        other_words = oracles.keys(
            connection, "SELECT subject FROM mail_message WHERE author_id = :id", id=contact
        )
    assert now in trapped.rows_before["res_partner"]
    assert other_words == {"Une question sur ce produit"}


def test_two_candidates_sharing_a_contact_take_it_with_them(trapped: Sweep) -> None:
    assert row(trapped.odoo, "hr_candidate", trap(trapped, "two-candidates")) is None
    assert row(trapped.odoo, "res_partner", trap(trapped, "two-candidates-contact")) is None


def test_a_contact_shared_with_a_living_candidate_stays_with_that_one(trapped: Sweep) -> None:
    assert row(trapped.odoo, "hr_candidate", trap(trapped, "mixed")) is None
    assert row(trapped.odoo, "hr_candidate", trap(trapped, "living-candidate")) is not None
    contact = row(trapped.odoo, "res_partner", trap(trapped, "contact-of-a-living"))
    assert contact is not None
    assert contact["email"] is not None


# --- what several people share ------------------------------------------------------------------------


def test_a_meeting_stays_for_who_stays_without_the_name_of_who_left(trapped: Sweep) -> None:
    meeting = row(trapped.odoo, "calendar_event", trap(trapped, "meeting"))
    assert meeting is not None
    assert (meeting["name"], meeting["description"]) == ("Rendez-vous", None)
    with trapped.odoo.connect() as connection:
        invited = oracles.keys(
            connection,
            "SELECT res_partner_id FROM calendar_event_res_partner_rel WHERE calendar_event_id = :id"
            " UNION ALL SELECT partner_id FROM calendar_attendee WHERE event_id = :id",
            id=trap(trapped, "meeting"),
        )
    assert invited == {trap(trapped, "invited-staying")}


def test_words_on_the_lead_of_another_are_blanked_and_the_thread_stays(trapped: Sweep) -> None:
    message = row(trapped.odoo, "mail_message", trap(trapped, "thread"))
    assert message is not None
    assert [message[c] for c in ("author_id", "body", "subject", "email_from", "reply_to")] == [None] * 5
    assert places(trapped, value(trapped, "thread")) == set()


# --- who is chosen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["portal", "employee", "supplier", "wrote", "met"])
def test_the_house_and_the_living_are_never_chosen(trapped: Sweep, name: str) -> None:
    assert trap(trapped, name) not in chosen(trapped.plan, "prospect")
    assert row(trapped.odoo, "res_partner", trap(trapped, name)) is not None


def test_a_second_decides_on_the_last_day(trapped: Sweep) -> None:
    due = chosen(trapped.plan, "prospect-lead")
    assert trap(trapped, "last-moment-due") in due
    assert trap(trapped, "first-moment-kept") not in due


# --- everything that hangs on a person ----------------------------------------------------------------


def test_side_tables_forget_the_person(trapped: Sweep) -> None:
    assert row(trapped.odoo, "res_partner", trap(trapped, "sides")) is None
    assert places(trapped, value(trapped, "sides")) == set()
    registration = row(trapped.odoo, "event_registration", trap(trapped, "registration"))
    task = row(trapped.odoo, "project_task", trap(trapped, "task"))
    assert registration is not None
    assert task is not None
    assert (registration["name"], registration["email"]) == (None, None)
    assert (task["partner_name"], task["email_from"], task["partner_phone"]) == (None, None, None)
    with trapped.odoo.connect() as connection:
        imported = oracles.keys(connection, "SELECT id FROM ir_model_data WHERE name = 'inscrit_prenom'")
    assert imported == set()


def test_the_address_on_somebody_elses_order_is_emptied_not_deleted(trapped: Sweep) -> None:
    partner = row(trapped.odoo, "res_partner", trap(trapped, "delivery"))
    order = row(trapped.odoo, "sale_order", trap(trapped, "delivery-order"))
    assert partner is not None
    assert order is not None
    assert (partner["name"], partner["email"], partner["street"]) == ("Personne effacée", None, None)
    assert order["partner_shipping_id"] == trap(trapped, "delivery")
    assert places(trapped, value(trapped, "delivery")) == set()


def test_a_bank_account_and_a_health_remark_of_an_ended_customer(trapped: Sweep) -> None:
    bank = row(trapped.odoo, "res_partner_bank", trap(trapped, "bank"))
    customer = row(trapped.odoo, "res_partner", trap(trapped, "bank-customer"))
    assert bank is not None
    assert customer is not None
    assert bank["acc_number"].startswith("effacé-")
    assert bank["sanitized_acc_number"].startswith("EFFACE")
    assert bank["acc_holder_name"] is None
    assert customer["comment"] is None


def test_an_old_invoice_keeps_its_figures_and_loses_its_words(trapped: Sweep) -> None:
    before = row(trapped.before, "account_move", trap(trapped, "invoice"))
    after = row(trapped.odoo, "account_move", trap(trapped, "invoice"))
    assert before is not None
    assert after is not None
    changed = {column for column in before if before[column] != after[column]}
    assert changed == {"invoice_partner_display_name"}
    assert (after["narration"], after["invoice_source_email"]) == (None, None)
    assert row(trapped.odoo, "ir_attachment", trap(trapped, "invoice-document")) is None


@pytest.mark.parametrize("name", ["odd-quote", "odd-emoji", "odd-script", "odd-nothing"])
def test_odd_names_are_erased_like_others(trapped: Sweep, name: str) -> None:
    assert row(trapped.odoo, "res_partner", trap(trapped, name)) is None
