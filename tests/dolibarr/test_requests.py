"""People of the Dolibarr dump exercise their rights."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from garant.engine.document import Kind, Plan, Replacement
from garant.engine.planning.asked import Rectification
from garant.engine.planning.marked import found_marked
from garant.engine.planning.restricted import ALONE, Place, Restricting
from garant.engine.planning.subject import NotSupported, find_subject, plan_subject
from garant.engine.running.execution import Execution
from garant.engine.telling.export import export_subject
from tests.dolibarr import oracles
from tests.dolibarr.conftest import Dolibarr
from tests.dolibarr.footprint import all_rows, gone
from tests.dolibarr.scan import Wanted, traces
from tests.engine.support.running import Notebook
from tests.servers.mariadb import MariadbServer

CANDIDATE = "cand218@perso.example"
"""A candidate of October 2026, not refused."""


@pytest.fixture(scope="module")
def copy(mariadb_server: MariadbServer, dolibarr_dump: Path, untouched: Dolibarr) -> Iterator[Dolibarr]:
    """A copy of the dump for the requests of this page: each is about somebody else."""
    with mariadb_server.database(dolibarr_dump) as url:
        yield replace(untouched, url=url)


def act(
    dolibarr: Dolibarr,
    kind: Kind,
    identities: Mapping[str, str],
    corrections: Mapping[str, str] | None = None,
    replacements: Sequence[Replacement] = (),
    restricting: Restricting = ALONE,
) -> Plan:
    """Plan a request, carry it out, look again; the plan."""
    with dolibarr.sources() as sources:
        plan = plan_subject(
            dolibarr.policy,
            sources,
            identities,
            kind,
            as_of=oracles.AS_OF,
            rectification=Rectification(corrections or {}, replacements),
            restricting=restricting,
        )
        execution, journal = Execution(plan, dolibarr.policy, sources), Notebook()
        for key in execution.batch_keys():
            execution.execute(key, journal)
        assert execution.verify(journal).verified
        return plan


def one(dolibarr: Dolibarr, sql: str) -> Any:
    """The first row of an answer."""
    with dolibarr.connect() as connection:
        return connection.execute(text(sql)).first()


def run(dolibarr: Dolibarr, sql: str) -> None:
    """One statement."""
    with dolibarr.connect() as connection:
        connection.execute(text(sql))


def places(dolibarr: Dolibarr, address: str) -> set[tuple[str, str]]:
    """Where an address shows in the whole database."""
    wanted = Wanted()
    wanted.add("someone", emails=[address])
    with dolibarr.connect() as connection:
        return {(trace.table, trace.column) for trace in traces(connection, wanted)}


LIVING_CUSTOMER = (
    "SELECT s.rowid, s.email FROM llx_societe s JOIN llx_facture f ON f.fk_soc = s.rowid"
    " WHERE f.datef > '2025-06-01' AND s.email IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM llx_socpeople c WHERE c.fk_soc = s.rowid) ORDER BY s.rowid LIMIT 1"
)
PROSPECT = (
    "SELECT s.rowid, s.email FROM llx_societe s WHERE client = 2 AND datec > '2024-06-01'"
    " AND NOT EXISTS (SELECT 1 FROM llx_facture f WHERE f.fk_soc = s.rowid)"
    " AND NOT EXISTS (SELECT 1 FROM llx_ticket t WHERE t.fk_soc = s.rowid)"
    " AND EXISTS (SELECT 1 FROM llx_socpeople c WHERE c.fk_soc = s.rowid) ORDER BY s.rowid DESC LIMIT 1"
)
CONTACT_OF_A_PROSPECT = (
    "SELECT c.rowid, c.email, c.fk_soc FROM llx_socpeople c JOIN llx_societe s ON s.rowid = c.fk_soc"
    " WHERE s.client = 2 AND c.email IS NOT NULL"
    " AND NOT EXISTS (SELECT 1 FROM llx_facture f WHERE f.fk_soc = s.rowid)"
    " AND NOT EXISTS (SELECT 1 FROM llx_ticket t WHERE t.fk_soc = s.rowid) ORDER BY c.rowid LIMIT 1"
)


def test_an_address_finds_a_person_in_every_guise(copy: Dolibarr) -> None:
    run(
        copy,
        f"INSERT INTO llx_mailing_cibles (fk_mailing, fk_contact, email, statut) VALUES (1, 0, '{CANDIDATE}', 1)",
    )
    with copy.sources() as sources:
        found = find_subject(sources, {"email": CANDIDATE.upper()})
    assert {place.root for place in found} == {"candidate", "recipient"}


@pytest.mark.parametrize("written", ["+33 2 76 52 14 69", "02 76 52 14 69", "0276521469", "+33276521469"])
def test_a_phone_is_found_however_it_is_written(untouched: Dolibarr, written: str) -> None:
    with untouched.sources() as sources:
        found = find_subject(sources, {"phone": written})
    assert ("candidate", (220,)) in {(place.root, place.keys) for place in found}


def test_a_number_leads_to_its_person(untouched: Dolibarr) -> None:
    with untouched.sources() as sources:
        by_customer_code = find_subject(sources, {"number": "CU00419"})
        by_invoice = find_subject(sources, {"number": "(PROV380)"})
        by_ticket = find_subject(sources, {"number": "TS00179"})
    assert {(place.root, place.keys) for place in by_customer_code} == {("thirdparty", (420,))}
    assert {(place.root, place.keys) for place in by_invoice} == {("thirdparty", (136,))}
    assert {(place.root, place.keys) for place in by_ticket} == {("ticket", (180,))}


def test_a_candidate_erased_on_request_leaves_no_trace(copy: Dolibarr) -> None:
    address = "cand217@perso.example"
    assert places(copy, address)
    act(copy, "erasure", {"email": address})
    assert places(copy, address) == set()


def test_a_prospect_erased_on_request_takes_its_contacts_and_nobody_else(copy: Dolibarr) -> None:
    soc, address = one(copy, PROSPECT)
    with copy.connect() as connection:
        before = all_rows(connection)
    act(copy, "erasure", {"email": address})
    assert places(copy, address) == set()
    assert one(copy, f"SELECT rowid FROM llx_socpeople WHERE fk_soc = {soc}") is None
    with copy.connect() as connection:
        lost = gone(before, all_rows(connection))
    assert set(lost) <= {"llx_societe", "llx_socpeople", "llx_actioncomm", "llx_societe_commerciaux"}
    assert {row[0] for row in lost["llx_societe"]} == {soc}


def test_a_contact_erased_on_request_leaves_the_third_party_whole(copy: Dolibarr) -> None:
    contact, address, soc = one(copy, CONTACT_OF_A_PROSPECT)
    third_party = one(copy, f"SELECT * FROM llx_societe WHERE rowid = {soc}")
    run(
        copy,
        "INSERT INTO llx_actioncomm (ref, label, fk_soc, fk_element, datep)"
        f" VALUES ('R', 'Repas avec ce contact', {soc}, 0, '2026-01-01')",
    )
    run(
        copy,
        "INSERT INTO llx_actioncomm_resources (fk_actioncomm, element_type, fk_element)"
        f" SELECT max(id), 'socpeople', {contact} FROM llx_actioncomm",
    )
    act(copy, "erasure", {"email": address})
    assert places(copy, address) == set()
    assert one(copy, f"SELECT * FROM llx_societe WHERE rowid = {soc}") == third_party
    assert one(copy, "SELECT label, fk_soc FROM llx_actioncomm WHERE ref = 'R'") == ("Événement", soc)


def test_a_living_customer_is_kept_but_for_the_remarks(copy: Dolibarr) -> None:
    soc, address = one(copy, LIVING_CUSTOMER)
    kept = f"SELECT nom, email, phone, address, status, tms FROM llx_societe WHERE rowid = {soc}"
    run(copy, f"UPDATE llx_societe SET note_private = 'Divorcée', tms = tms WHERE rowid = {soc}")
    before = one(copy, kept)
    plan = act(copy, "erasure", {"email": address})
    held = {duty.rule: duty.until for duty in plan.selections[0].duties if duty.roots and duty.until}
    assert {"customers", "invoices"} <= set(held)
    assert all(until > oracles.AS_OF for until in held.values())
    assert one(copy, kept) == before
    assert one(copy, f"SELECT note_private FROM llx_societe WHERE rowid = {soc}") == (None,)


def test_who_opened_a_ticket_is_told_until_when_it_is_kept(copy: Dolibarr) -> None:
    ticket, address = one(
        copy, "SELECT rowid, origin_email FROM llx_ticket WHERE datec > '2026-01-01' ORDER BY rowid LIMIT 1"
    )
    whole = f"SELECT * FROM llx_ticket WHERE rowid = {ticket}"
    before = one(copy, whole)
    (selection,) = act(copy, "erasure", {"email": address}).selections
    assert selection.root == "ticket"
    assert [duty.rule for duty in selection.duties if duty.roots] == ["remote-maintenance"]
    assert one(copy, whole) == before


GUISES = "partout@guises.example"
"""Somebody who was a member, gave, came to a conference, got a mailing, had an account."""

IN_EVERY_GUISE = """
INSERT INTO llx_adherent (rowid, ref, entity, statut, morphy, fk_adherent_type, lastname, firstname, address, phone,
  email, note_private)
VALUES (70, 'A70', 1, 0, 'phy', 1, 'Guise', 'Anne', '1 rue', '0102030405', '{email}', 'Malade');
INSERT INTO llx_subscription (fk_adherent, dateadh, subscription, note) VALUES (70, '2025-02-01', 20, 'x');
INSERT INTO llx_adherent_extrafields (fk_object) VALUES (70);
INSERT INTO llx_don (rowid, fk_statut, datedon, amount, fk_country, lastname, address, phone, email)
VALUES (71, 2, '2025-03-01', 50, 1, 'Guise', '1 rue', '0102030405', '{email}');
INSERT INTO llx_eventorganization_conferenceorboothattendee (rowid, ref, fk_project, lastname, email)
VALUES (72, 'I72', 1, 'Guise', '{email}');
INSERT INTO llx_mailing_cibles (rowid, fk_mailing, lastname, email) VALUES (73, 7, 'Guise', '{email}');
INSERT INTO llx_mailing_unsubscribe (rowid, entity, email) VALUES (74, 1, '{email}');
INSERT INTO llx_user (rowid, login, lastname, statut, employee, email, api_key)
VALUES (75, 'guise', 'Guise', 0, 0, '{email}', 'secret');
INSERT INTO llx_user_param (fk_user, entity, param, value) VALUES (75, 1, 'MAIN_X', '{email}')
"""

LIVING_MEMBER = """
INSERT INTO llx_adherent (rowid, ref, entity, statut, morphy, fk_adherent_type, lastname, email)
VALUES (80, 'A80', 1, 1, 'phy', 1, 'Vivante', 'vivante@adherente.example')
"""


def put(dolibarr: Dolibarr, statements: str) -> None:
    """Rows as Dolibarr puts them: what is not said takes its default."""
    with dolibarr.connect() as connection:
        connection.execute(text("SET SESSION sql_mode = ''"))
        connection.execute(
            text("INSERT IGNORE INTO llx_adherent_type (rowid, libelle, morphy) VALUES (1, 'Membre', 'phy')")
        )
        for statement in statements.split(";"):
            connection.execute(text(statement))


def test_a_member_who_gave_and_had_an_account_is_erased_in_every_guise(copy: Dolibarr) -> None:
    put(copy, IN_EVERY_GUISE.format(email=GUISES))
    plan = act(copy, "erasure", {"email": GUISES})
    assert {s.root for s in plan.selections} == {"member", "donor", "attendee", "recipient", "user"}
    assert places(copy, GUISES) == set()
    # The accounts keep who paid a subscription or gave, and their address, for ten years; nothing more.
    member = one(
        copy, "SELECT lastname, firstname, address, phone, note_private FROM llx_adherent WHERE rowid = 70"
    )
    assert member == ("Guise", "Anne", "1 rue", None, None)
    assert one(copy, "SELECT lastname, address, phone FROM llx_don WHERE rowid = 71") == (
        "Guise",
        "1 rue",
        None,
    )
    assert one(copy, "SELECT note FROM llx_subscription WHERE fk_adherent = 70") == ("x",)
    attendee = "llx_eventorganization_conferenceorboothattendee"
    assert one(copy, f"SELECT lastname FROM {attendee} WHERE rowid = 72") == (None,)
    assert one(copy, "SELECT rowid FROM llx_mailing_cibles WHERE rowid = 73") is None
    assert one(copy, "SELECT email FROM llx_mailing_unsubscribe WHERE rowid = 74")[0].startswith("hash-")
    assert one(copy, "SELECT lastname, api_key FROM llx_user WHERE rowid = 75") == ("Compte effacé", None)


def test_a_living_member_is_told_to_end_the_membership_first(copy: Dolibarr) -> None:
    put(copy, LIVING_MEMBER)
    before = one(copy, "SELECT * FROM llx_adherent WHERE rowid = 80")
    plan = act(copy, "erasure", {"email": "vivante@adherente.example"})
    assert [duty.why.en for duty in plan.selections[0].duties if duty.roots] == [
        "Current membership: end it first."
    ]
    assert one(copy, "SELECT * FROM llx_adherent WHERE rowid = 80") == before


def test_a_request_cannot_erase_the_house(copy: Dolibarr) -> None:
    run(copy, "UPDATE llx_user SET email = 'admin@maison.example', tms = tms WHERE rowid = 1")
    before = one(copy, "SELECT * FROM llx_user WHERE rowid = 1")
    act(copy, "erasure", {"email": "admin@maison.example"})
    assert one(copy, "SELECT * FROM llx_user WHERE rowid = 1") == before


def test_a_correction_reaches_the_address_and_nothing_else(copy: Dolibarr) -> None:
    contact, address = one(
        copy, "SELECT rowid, email FROM llx_socpeople WHERE email IS NOT NULL ORDER BY rowid DESC LIMIT 1"
    )
    rest = f"SELECT lastname, firstname, phone, phone_mobile, tms FROM llx_socpeople WHERE rowid = {contact}"
    before = one(copy, rest)
    act(copy, "rectification", {"email": address}, {"email": "juste@example.org"})
    assert places(copy, address) == set()
    assert places(copy, "juste@example.org") == {("llx_socpeople", "email")}
    assert one(copy, rest) == before


def test_a_contacts_name_is_in_two_columns_and_is_not_corrected_by_guessing(copy: Dolibarr) -> None:
    address = one(copy, "SELECT email FROM llx_socpeople WHERE email IS NOT NULL ORDER BY rowid LIMIT 1")[0]
    with pytest.raises(NotSupported, match="name"):
        act(copy, "rectification", {"email": address}, {"name": "Marie Juste"})


def test_a_restriction_closes_the_record_and_stops_mailings(copy: Dolibarr) -> None:
    contact, address = one(
        copy, "SELECT rowid, email FROM llx_socpeople WHERE email IS NOT NULL ORDER BY rowid DESC LIMIT 1, 1"
    )
    clock = one(copy, f"SELECT tms FROM llx_socpeople WHERE rowid = {contact}")
    act(copy, "restriction", {"email": address})
    assert one(copy, f"SELECT statut, no_email FROM llx_socpeople WHERE rowid = {contact}") == (0, 1)
    assert one(copy, f"SELECT tms FROM llx_socpeople WHERE rowid = {contact}") == clock


@pytest.mark.parametrize("refused", [0, 1])
def test_whoever_had_refused_mailings_refuses_them_after_a_restriction(copy: Dolibarr, refused: int) -> None:
    contact, address = one(
        copy, "SELECT rowid, email FROM llx_socpeople WHERE email IS NOT NULL ORDER BY rowid DESC LIMIT 1, 1"
    )
    run(copy, f"UPDATE llx_socpeople SET statut = 1, no_email = {refused}, tms = tms WHERE rowid = {contact}")
    with copy.sources() as sources:
        before = found_marked(sources["dolibarr20"], "contact", [contact])
    act(copy, "restriction", {"email": address})

    def stays(places: Sequence[Place]) -> Mapping[Place, frozenset[str]]:
        return {place: before[place[2]] for place in places if place[2] in before}

    act(copy, "lifting", {"email": address}, restricting=Restricting(stays=stays))
    assert one(copy, f"SELECT statut, no_email FROM llx_socpeople WHERE rowid = {contact}") == (1, refused)


def test_an_export_holds_the_persons_rows(untouched: Dolibarr) -> None:
    soc, address = one(untouched, LIVING_CUSTOMER)
    out = io.BytesIO()
    with untouched.sources() as sources:
        export_subject(
            sources, {"email": address}, out, organisation="Essai", at=datetime(2026, 11, 1, tzinfo=UTC)
        )
    with zipfile.ZipFile(out) as archive:
        rows = {
            Path(name).stem: [json.loads(line) for line in archive.read(name).decode().splitlines()]
            for name in archive.namelist()
            if name.endswith(".jsonl")
        }
    assert [row["email"] for row in rows["llx_societe"]] == [address]
    assert {"llx_facture", "llx_facturedet", "llx_socpeople"} <= set(rows)
    with untouched.connect() as connection:
        references = oracles.keys(connection, f"SELECT ref FROM llx_facture WHERE fk_soc = {soc}")
    assert {row["ref"] for row in rows["llx_facture"]} == references


MOVED = """
SELECT s.rowid, s.email, s.address, s.zip, s.town FROM llx_societe s
WHERE s.email LIKE '%@%' AND s.address <> '' AND s.zip <> '' AND s.town <> ''
  AND (SELECT count(*) FROM llx_societe t WHERE lower(t.email) = lower(s.email)) = 1
  AND (SELECT count(*) FROM llx_socpeople p WHERE lower(p.email) = lower(s.email)) = 0
ORDER BY s.rowid DESC LIMIT 1"""
PLACE = "SELECT address, zip, town, fk_pays, fk_departement FROM llx_societe WHERE rowid = "
OTHERS = """
SELECT count(*), sum(crc32(concat_ws('|', rowid, address, zip, town, fk_pays, fk_departement)))
FROM llx_societe WHERE rowid <> """


def test_who_moves_house_is_written_in_one_go_and_nobody_else_moves(copy: Dolibarr) -> None:
    """Street, postcode, town, the key of the country; what was left of the old address goes."""
    key, email, street, postcode, town = one(copy, MOVED)
    run(copy, f"UPDATE llx_societe SET fk_departement = 1 WHERE rowid = {key}")
    others = one(copy, f"{OTHERS}{key}")
    wrong = "\n".join([" ".join(str(street).split()), postcode, town, ""])
    moved = Replacement(kind="address", was=wrong, becomes="2 rue Neuve\n4000\nLiège\nBE")
    act(copy, "rectification", {"email": email}, replacements=[moved])
    belgium = one(copy, "SELECT rowid FROM llx_c_country WHERE code = 'BE'")[0]
    assert tuple(one(copy, f"{PLACE}{key}")) == ("2 rue Neuve", "4000", "Liège", belgium, None)
    assert one(copy, f"{OTHERS}{key}") == others
