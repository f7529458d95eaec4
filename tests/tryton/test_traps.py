"""The run over planted traps: each is a way to erase too little, or too much."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.odoo.scan import Wanted
from tests.tryton import oracles
from tests.tryton.conftest import Sweep, Tryton, chosen
from tests.tryton.scan import all_traces


def row(tryton: Tryton, table: str, key: int, column: str = "id") -> dict[str, Any] | None:
    """A row as it is in the system."""
    with tryton.connect() as connection:
        found = connection.execute(
            text(f'SELECT * FROM "{table}" WHERE "{column}" = :key LIMIT 1'), {"key": key}
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
    with sweep.tryton.connect() as connection:
        return {(trace.table, trace.column) for trace in all_traces(connection, wanted)}


def count(sweep: Sweep, query: str, **bound: Any) -> int:
    """A number of rows."""
    with sweep.tryton.connect() as connection:
        return int(connection.execute(text(query), bound).scalar_one())


def test_everything_is_verified(trapped: Sweep) -> None:
    assert [check for check in trapped.verification.selections if check.left] == []
    assert all(not result.blocks for result in trapped.results)


# --- references by text -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["note-party", "note-address", "note-means", "note-lead"])
def test_notes_go_with_whatever_they_hang_on(trapped: Sweep, name: str) -> None:
    assert row(trapped.tryton, "ir_note", trap(trapped, name)) is None


def test_nothing_of_the_one_they_were_about_is_left(trapped: Sweep) -> None:
    assert places(trapped, value(trapped, "referred")) == set()
    reference = f"party.party,{trap(trapped, 'referred')}"
    for table in ("ir_chat_channel", "ir_avatar", "ir_model_log", "ir_attachment", "ir_email"):
        query = f"SELECT count(*) FROM {table} WHERE resource = :r"
        assert count(trapped, query, r=reference) == 0, table
    assert count(trapped, "SELECT count(*) FROM ir_avatar_cache") == 0
    assert count(trapped, "SELECT count(*) FROM ir_chat_follower") == 0


@pytest.mark.parametrize(
    "name", ["note-of-a-shorter-key", "note-of-a-longer-key", *(f"junk-{n}" for n in range(4))]
)
def test_other_texts_are_other_peoples_or_nobodys(trapped: Sweep, name: str) -> None:
    assert row(trapped.tryton, "ir_note", trap(trapped, name)) is not None


# --- past states --------------------------------------------------------------------------------------


def test_former_names_and_addresses_go_too(trapped: Sweep) -> None:
    wanted = Wanted()
    wanted.add("renamed", names=[value(trapped, "renamed"), "Ancienne Clientèle", "Fabulette sur Mer"])
    with trapped.tryton.connect() as connection:
        assert all_traces(connection, wanted) == []
    assert row(trapped.tryton, "party_party__history", trap(trapped, "renamed")) is None
    assert row(trapped.tryton, "party_party__history", trap(trapped, "renamed-client")) is not None


def test_a_merged_party_goes_or_stays_with_the_one_that_replaced_it(trapped: Sweep) -> None:
    assert row(trapped.tryton, "party_party", trap(trapped, "merged-overdue")) is None
    assert row(trapped.tryton, "party_party", trap(trapped, "merged-overdue-into")) is None
    kept = row(trapped.tryton, "party_party", trap(trapped, "merged-living"))
    assert kept is not None
    assert kept["name"] == "Dédoublée Fabulette"


# --- accounts, letters, e-mails -----------------------------------------------------------------------


def test_a_silent_account_without_party_goes_with_its_sessions_and_attempts(trapped: Sweep) -> None:
    assert row(trapped.tryton, "web_user", trap(trapped, "account-silent")) is None
    assert row(trapped.tryton, "web_user_authenticate_attempt", trap(trapped, "attempt")) is None
    assert places(trapped, "account-silent@perso.example") == set()
    assert row(trapped.tryton, "web_user", trap(trapped, "account-living")) is not None


def test_a_subscription_becomes_an_opt_out_under_a_hash(trapped: Sweep) -> None:
    kept = row(trapped.tryton, "marketing_email", trap(trapped, "subscriber"))
    assert kept is not None
    assert kept["active"] is False
    assert kept["email"].startswith("hash-")
    assert kept["email_token"].startswith("efface-")
    assert places(trapped, value(trapped, "subscriber")) == set()


def test_a_subscription_stays_while_somebody_alive_has_the_address(trapped: Sweep) -> None:
    kept = row(trapped.tryton, "marketing_email", trap(trapped, "subscriber-shared"))
    assert kept is not None
    assert (kept["email"], kept["active"]) == (value(trapped, "subscriber-shared"), True)


def test_an_email_on_the_record_of_another_loses_its_recipient_alone(trapped: Sweep) -> None:
    assert row(trapped.tryton, "ir_email", trap(trapped, "email-of-leaving")) is None
    kept = row(trapped.tryton, "ir_email", trap(trapped, "email-copied-to-leaving"))
    assert kept is not None
    assert (kept["subject"], kept["body"], kept["recipients"]) == ("Votre devis", "Bonjour", None)
    assert places(trapped, value(trapped, "copied")) == set()


# --- who is chosen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wrote", "talked", "clicked", "signed-in", "first-day-kept"])
def test_a_recent_contact_keeps_a_prospect(trapped: Sweep, name: str) -> None:
    assert trap(trapped, name) not in chosen(trapped.plan, "prospect")
    assert row(trapped.tryton, "party_party", trap(trapped, name)) is not None


@pytest.mark.parametrize("name", ["mailed", "last-day-due"])
def test_our_own_mailing_and_the_last_day_do_not(trapped: Sweep, name: str) -> None:
    assert trap(trapped, name) in chosen(trapped.plan, "prospect")
    assert row(trapped.tryton, "party_party", trap(trapped, name)) is None


@pytest.mark.parametrize("name", ["employee", "supplier", "bank-house"])
def test_the_house_is_never_chosen(trapped: Sweep, name: str) -> None:
    assert trap(trapped, name) not in chosen(trapped.plan, "prospect")
    party = row(trapped.tryton, "party_party", trap(trapped, name))
    assert party == row(trapped.before, "party_party", trap(trapped, name))


def test_a_lead_without_party_is_emptied_past_included(trapped: Sweep) -> None:
    silent, living = trap(trapped, "lead-silent"), trap(trapped, "lead-living")
    for table in ("sale_opportunity", "sale_opportunity__history"):
        emptied, kept = row(trapped.tryton, table, silent), row(trapped.tryton, table, living)
        assert emptied is not None
        assert kept is not None
        assert (emptied["comment"], emptied["description"]) == (None, None)
        assert "Fabulette" in kept["comment"]


# --- orders, business, bank, identifiers --------------------------------------------------------------


def test_a_quotation_goes_and_an_order_makes_a_customer(trapped: Sweep) -> None:
    assert row(trapped.tryton, "sale_sale", trap(trapped, "quoted-sale")) is None
    assert row(trapped.tryton, "party_party", trap(trapped, "quoted")) is None
    assert trap(trapped, "ordered-long-ago") in chosen(trapped.plan, "customer")
    old, recent = (
        row(trapped.tryton, "sale_sale", trap(trapped, f"{n}-sale")) for n in ("ordered-long-ago", "ordered")
    )
    assert old is not None
    assert recent is not None
    assert (old["comment"], recent["comment"]) == (None, "Allergique")
    emptied = row(trapped.tryton, "party_party", trap(trapped, "ordered-long-ago"))
    assert emptied is not None
    assert (emptied["name"], emptied["active"]) == ("Personne effacée", False)


@pytest.mark.parametrize("name", ["subscription", "project"])
def test_open_business_keeps_everything(trapped: Sweep, name: str) -> None:
    party = trap(trapped, name)
    assert row(trapped.tryton, "party_party", party) == row(trapped.before, "party_party", party)
    means = "SELECT count(*) FROM party_contact_mechanism WHERE party = :p"
    assert count(trapped, means, p=party) == 2


def test_a_closed_project_is_emptied(trapped: Sweep) -> None:
    work = row(trapped.tryton, "project_work", trap(trapped, "closed-project-work"))
    assert work is not None
    assert (work["name"], work["comment"]) == ("Projet effacé", None)


def test_a_bank_account_becomes_a_hash_unless_a_holder_stays(trapped: Sweep) -> None:
    alone, joint = (row(trapped.tryton, "bank_account_number", trap(trapped, n)) for n in ("bank", "joint"))
    assert alone is not None
    assert joint is not None
    assert alone["number"].startswith("efface-")
    assert alone["number_compact"].startswith("efface-")
    assert joint["number"] == "FR76 3000 6000 joint"


def test_an_identifier_goes_with_its_compact_copy_and_its_past(trapped: Sweep) -> None:
    gone = trap(trapped, "identifier")
    assert row(trapped.tryton, "party_identifier", gone) is None
    assert row(trapped.tryton, "party_identifier__history", gone) is None
    kept, party = trap(trapped, "identifier-kept"), trap(trapped, "identifier-kept-party")
    with trapped.before.connect() as connection:
        invoiced = oracles.held_by_their_invoices(connection, {party})
    code = "FR 40 303 265 045" if invoiced else "****"
    for table in ("party_identifier", "party_identifier__history"):
        found = row(trapped.tryton, table, kept)
        assert found is not None
        assert found["code"] == code


def test_a_file_stays_while_a_row_refers_to_it(trapped: Sweep) -> None:
    assert not trapped.tryton.file(value(trapped, "file-alone")).exists()
    assert trapped.tryton.file(value(trapped, "file-shared")).is_file()


def test_a_relation_goes_with_the_row_of_who_leaves(trapped: Sweep) -> None:
    query = 'SELECT count(*) FROM party_relation WHERE from_ = :p OR "to" = :p'
    assert count(trapped, query, p=trap(trapped, "spouse-leaving")) == 0
    assert row(trapped.tryton, "party_party", trap(trapped, "spouse-staying")) is not None


def test_an_old_invoice_keeps_its_figures_and_loses_its_words(trapped: Sweep) -> None:
    invoice = trap(trapped, "invoice")
    before, after = (
        row(trapped.before, "account_invoice", invoice),
        row(trapped.tryton, "account_invoice", invoice),
    )
    assert before is not None
    assert after is not None
    changed = {column for column in before if before[column] != after[column]}
    assert changed == {"invoice_report_cache", "invoice_report_format"}
    assert (after["comment"], after["description"]) == (None, None)
    assert row(trapped.tryton, "ir_note", trap(trapped, "invoice-note")) is None
    assert row(trapped.tryton, "ir_email", trap(trapped, "invoice-email")) is None
    assert count(trapped, "SELECT count(*) FROM account_invoice_line WHERE note LIKE '%Hortense%'") == 0


@pytest.mark.parametrize("name", ["odd-quote", "odd-emoji", "odd-script", "odd-nothing"])
def test_odd_names_are_erased_like_others(trapped: Sweep, name: str) -> None:
    assert row(trapped.tryton, "party_party", trap(trapped, name)) is None
