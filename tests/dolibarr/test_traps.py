"""The run over planted traps: each is a way to erase too little, or too much."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.dolibarr import web
from tests.dolibarr.conftest import Dolibarr, Sweep, chosen
from tests.dolibarr.footprint import gone
from tests.dolibarr.scan import Trace, Wanted, traces
from tests.dolibarr.traps import LONG_AGO


def row(dolibarr: Dolibarr, table: str, key: int, column: str = "rowid") -> dict[str, Any] | None:
    """A row as it is in the system."""
    column = "id" if table == "llx_actioncomm" else column
    with dolibarr.connect() as connection:
        found = connection.execute(
            text(f"SELECT * FROM {table} WHERE {column} = :key LIMIT 1"), {"key": key}
        ).mappings()
        first = found.first()
        return dict(first) if first else None


def now(sweep: Sweep, table: str, name: str) -> dict[str, Any]:
    """The row that was put in a trap, which must be there."""
    found = row(sweep.dolibarr, table, trap(sweep, name))
    assert found is not None, f"{table} {name} is gone"
    return found


def is_gone(sweep: Sweep, table: str, name: str) -> bool:
    """Whether the row that was put in a trap is no longer there."""
    return row(sweep.dolibarr, table, trap(sweep, name)) is None


def untouched_row(sweep: Sweep, table: str, name: str) -> bool:
    """Whether a row is the same to the byte, tms included."""
    return tuple(now(sweep, table, name).values()) in sweep.rows_before[table]


def trap(sweep: Sweep, name: str) -> int:
    """The id put in a trap."""
    assert sweep.planted is not None
    return sweep.planted.ids[name]


def value(sweep: Sweep, name: str) -> str:
    """The value put in a trap."""
    assert sweep.planted is not None
    return sweep.planted.values[name]


def found(sweep: Sweep, *, email: str | None = None, name: str | None = None) -> list[Trace]:
    """Where a person still shows."""
    wanted = Wanted()
    wanted.add("someone", emails=[email], names=[name])
    with sweep.dolibarr.connect() as connection:
        return traces(connection, wanted)


def places(sweep: Sweep, *, email: str | None = None, name: str | None = None) -> set[tuple[str, str]]:
    """The tables and columns where a person still shows."""
    return {(trace.table, trace.column) for trace in found(sweep, email=email, name=name)}


def test_everything_is_verified_nothing_blocks_and_nothing_more_is_due(trapped: Sweep) -> None:
    assert trapped.verification.verified
    assert all(not result.blocks for result in trapped.results)
    assert [(s.role, s.due) for s in trapped.dolibarr.plan().selections if s.due] == []


# --- candidates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["applies-again", "hired", "refused-twice", "first-moment-kept"])
def test_a_candidate_in_touch_is_untouched(trapped: Sweep, name: str) -> None:
    assert trap(trapped, name) not in chosen(trapped.plan, "unselected-candidate")
    assert untouched_row(trapped, "llx_recruitment_recruitmentcandidature", name)


def test_a_second_decides_on_the_last_day(trapped: Sweep) -> None:
    assert is_gone(trapped, "llx_recruitment_recruitmentcandidature", "last-moment-due")


def test_a_refused_candidate_who_is_also_a_contact_and_a_customer_stays_that(trapped: Sweep) -> None:
    assert is_gone(trapped, "llx_recruitment_recruitmentcandidature", "also-contact")
    assert untouched_row(trapped, "llx_socpeople", "his-contact")
    assert untouched_row(trapped, "llx_societe", "his-third-party")


def test_a_cv_and_an_interview_go_with_the_candidate(trapped: Sweep) -> None:
    assert is_gone(trapped, "llx_ecm_files", "cv-index")
    assert is_gone(trapped, "llx_actioncomm", "interview")
    assert places(trapped, name="Jeanne Dupont") == set()


# --- who is chosen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["signed", "supplier", "met"])
def test_who_signed_who_supplies_and_who_was_met_is_no_silent_prospect(trapped: Sweep, name: str) -> None:
    assert trap(trapped, name) not in chosen(trapped.plan, "prospect")
    assert row(trapped.dolibarr, "llx_societe", trap(trapped, "supplier")) is not None


def test_what_the_agenda_writes_by_itself_is_no_contact(trapped: Sweep) -> None:
    assert is_gone(trapped, "llx_societe", "automatic")


def test_the_third_party_of_an_open_account_stays_whole(trapped: Sweep) -> None:
    assert untouched_row(trapped, "llx_societe", "open-third-party")
    assert untouched_row(trapped, "llx_user", "open-account")


def test_a_closed_account_is_emptied_with_its_contact(trapped: Sweep) -> None:
    account = now(trapped, "llx_user", "closed-account")
    assert account["login"].startswith("efface-")
    assert (account["lastname"], account["firstname"], account["email"]) == ("Compte effacé", None, None)
    assert places(trapped, email=value(trapped, "closed-account")) == set()


def test_the_parent_of_a_customer_stays_and_that_of_a_silent_third_party_goes(trapped: Sweep) -> None:
    assert untouched_row(trapped, "llx_societe", "mother")
    assert is_gone(trapped, "llx_societe", "silent-mother")


# --- what several people share ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["event-of-living", "event-of-leaving"])
def test_an_event_stays_for_who_stays_without_the_name_of_who_left(trapped: Sweep, name: str) -> None:
    event = now(trapped, "llx_actioncomm", name)
    assert (event["label"], event["note"]) == ("Événement", None)
    with trapped.dolibarr.connect() as connection:
        invited = connection.execute(
            text(
                "SELECT fk_element FROM llx_actioncomm_resources"
                " WHERE fk_actioncomm = :id AND element_type = 'socpeople'"
            ),
            {"id": trap(trapped, name)},
        ).scalars()
        assert set(invited) == {trap(trapped, "attendee")}
    assert places(trapped, name=value(trapped, "shared")) == set()


def test_an_event_left_by_its_third_party_points_at_nobody(trapped: Sweep) -> None:
    assert now(trapped, "llx_actioncomm", "event-of-leaving")["fk_soc"] is None
    assert now(trapped, "llx_actioncomm", "event-of-living")["fk_soc"] is not None


@pytest.mark.parametrize(
    ("table", "stays", "goes"),
    [
        ("llx_element_contact", "internal-role", "external-role"),
        ("llx_ecm_files", "product-file", "their-file"),
        ("llx_links", "product-link", "their-link"),
        ("llx_mailing_cibles", "same-number", "by-source"),
        ("llx_mailing_cibles", "same-number", "by-address"),
    ],
)
def test_the_same_number_under_another_kind_is_somebody_elses(
    trapped: Sweep, table: str, stays: str, goes: str
) -> None:
    assert untouched_row(trapped, table, stays)
    assert is_gone(trapped, table, goes)


def test_a_colleague_with_the_number_of_a_contact_stays_invited(trapped: Sweep) -> None:
    assert untouched_row(trapped, "llx_actioncomm_resources", "user-invited")


# --- opt-outs -----------------------------------------------------------------------------------------


def test_an_opt_out_outlives_the_erasure_as_a_hash(trapped: Sweep) -> None:
    kept = now(trapped, "llx_mailing_unsubscribe", "opted-out")
    assert kept["email"].startswith("hash-")
    assert kept["email"].endswith("@opposition.invalid")
    assert places(trapped, email=value(trapped, "opted-out")) == set()
    assert untouched_row(trapped, "llx_mailing_unsubscribe", "other-opt-out")
    assert is_gone(trapped, "llx_notify", "notified")


# --- everything that hangs on a third party -----------------------------------------------------------


def test_no_table_holds_back_a_third_party_and_none_remembers_it(trapped: Sweep) -> None:
    assert is_gone(trapped, "llx_societe", "web")
    assert is_gone(trapped, "llx_socpeople", "web-contact")
    assert places(trapped, name=web.NAMED) == set()
    assert places(trapped, email="toile@arachne.example") == set()


def test_a_project_stays_without_its_third_party(trapped: Sweep) -> None:
    project = now(trapped, "llx_projet", "project")
    assert (project["fk_soc"], project["title"], project["note_public"]) == (None, "Projet", None)
    registration = now(trapped, "llx_eventorganization_conferenceorboothattendee", "registration")
    assert (registration["lastname"], registration["email"]) == (None, None)


@pytest.mark.parametrize("name", ["odd-quote", "odd-emoji", "odd-script", "odd-nothing"])
def test_odd_names_are_erased_like_others(trapped: Sweep, name: str) -> None:
    assert is_gone(trapped, "llx_societe", name)


# --- copies, invoices, books --------------------------------------------------------------------------


def test_copies_of_a_name_are_refreshed_once_no_invoice_needs_it(trapped: Sweep) -> None:
    called = value(trapped, "copied-old")
    assert now(trapped, "llx_societe", "copied-old")["nom"] == "Tiers effacé"
    assert places(trapped, name=called) == set()
    bank, debit = now(trapped, "llx_bank", "bank-old"), now(trapped, "llx_prelevement_lignes", "debit-old")
    entry = now(trapped, "llx_accounting_bookkeeping", "entry-old")
    assert (bank["label"], bank["emetteur"], float(bank["amount"])) == ("(règlement)", None, 10.0)
    assert (debit["client_nom"], debit["number"]) == (None, None)
    assert (entry["subledger_label"], entry["label_operation"]) == (None, None)


def test_copies_of_a_name_stay_while_an_invoice_needs_it_but_not_the_remarks(trapped: Sweep) -> None:
    called = value(trapped, "copied-kept")
    third_party = now(trapped, "llx_societe", "copied-kept")
    assert (third_party["nom"], third_party["note_private"], third_party["email"]) == (called, None, None)
    for table, name in (
        ("llx_bank", "bank-kept"),
        ("llx_prelevement_lignes", "debit-kept"),
        ("llx_accounting_bookkeeping", "entry-kept"),
    ):
        assert untouched_row(trapped, table, name)


def test_an_old_invoice_keeps_its_figures_and_loses_its_words(trapped: Sweep) -> None:
    before = row(trapped.before, "llx_facture", trap(trapped, "old-invoice"))
    after = now(trapped, "llx_facture", "old-invoice")
    assert before is not None
    changed = {column for column in before if before[column] != after[column]}
    assert changed == {"location_incoterms"}  # an empty text, blanked like the others
    assert (after["note_public"], after["ref_client"], after["last_main_doc"]) == (None, None, None)
    assert is_gone(trapped, "llx_ecm_files", "pdf-index")
    assert is_gone(trapped, "llx_actioncomm", "invoice-event")
    assert places(trapped, name=value(trapped, "old-invoice")) == {("llx_blockedlog", "object_data")}


def test_the_unalterable_log_and_a_draft_are_the_same_bytes(trapped: Sweep) -> None:
    assert untouched_row(trapped, "llx_blockedlog", "log")
    assert untouched_row(trapped, "llx_facture", "draft")


def test_a_payment_of_two_invoices_waits_for_the_last(trapped: Sweep) -> None:
    assert now(trapped, "llx_paiement", "payment")["note"] is None
    assert untouched_row(trapped, "llx_paiement", "shared-payment")


# --- support ------------------------------------------------------------------------------------------


def test_a_silent_prospect_keeps_its_support_exchange_and_of_its_calls_the_day(trapped: Sweep) -> None:
    assert now(trapped, "llx_societe", "supported")["email"] is not None
    assert untouched_row(trapped, "llx_ticket", "ticket")
    assert untouched_row(trapped, "llx_actioncomm", "ticket-message")
    call = now(trapped, "llx_actioncomm", "call")
    assert (call["label"], str(call["datep"])) == ("Événement", LONG_AGO)
    assert call["fk_soc"] == trap(trapped, "supported")


def test_a_ticket_that_is_over_goes_with_its_messages(trapped: Sweep) -> None:
    assert is_gone(trapped, "llx_ticket", "due-ticket")
    assert is_gone(trapped, "llx_actioncomm", "due-message")
    assert not gone({"llx_ticket_extrafields": trapped.rows_after["llx_ticket_extrafields"]}, {})
