"""People of the Tryton dump exercise their rights."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from garant.engine.document import Kind
from garant.engine.planning.asked import Rectification
from garant.engine.planning.marked import found_marked
from garant.engine.planning.restricted import ALONE, Restricting
from garant.engine.planning.subject import find_subject, plan_subject, plan_subjects
from garant.engine.running.execution import Execution
from garant.engine.running.verify import Verification
from garant.engine.telling.export import export_subject
from tests.engine.support.running import Notebook, as_before
from tests.odoo.scan import Wanted
from tests.tryton import oracles
from tests.tryton.conftest import Tryton
from tests.tryton.scan import all_traces


def act(
    tryton: Tryton,
    kind: Kind,
    identities: Mapping[str, str],
    corrections: Mapping[str, str] | None = None,
    restricting: Restricting = ALONE,
    others: Sequence[str] = (),
) -> Verification:
    """Plan a request, carry it out, look again."""
    with tryton.sources() as sources:
        plan = plan_subjects(
            tryton.policy,
            sources,
            [identities, *({"email": one} for one in others)],
            kind,
            as_of=oracles.AS_OF,
            rectification=Rectification(corrections or {}),
            restricting=restricting,
        )
        execution, journal = Execution(plan, tryton.policy, sources), Notebook()
        for key in execution.batch_keys():
            execution.execute(key, journal)
        return execution.verify(journal)


def person(tryton: Tryton, condition: str) -> tuple[int, str, str]:
    """The first party that meets a condition: its id, e-mail and telephone."""
    query = (
        "SELECT p.id, e.value, f.value FROM party_party p"
        " JOIN party_contact_mechanism e ON e.party = p.id AND e.type = 'email'"
        " JOIN party_contact_mechanism f ON f.party = p.id AND f.type = 'phone'"
        f" WHERE {condition} ORDER BY p.id LIMIT 1"
    )
    with tryton.connect() as connection:
        found = connection.execute(text(query)).one()
    return found[0], found[1], found[2]


LIVING_PROSPECT = (
    "p.id IN (SELECT party FROM sale_opportunity WHERE start_date > '2025-06-01')"
    " AND p.id NOT IN (SELECT party FROM account_invoice)"
    " AND 'party.party,' || p.id IN (SELECT resource FROM ir_note)"
)
LIVING_CUSTOMER = (
    "p.id IN (SELECT party FROM account_invoice WHERE state = 'posted' AND invoice_date > '2025-01-01')"
    " AND 'party.party,' || p.id IN (SELECT resource FROM ir_note)"
)


def places(tryton: Tryton, address: str) -> set[tuple[str, str]]:
    """Where an address shows in the whole database."""
    wanted = Wanted()
    wanted.add("someone", emails=[address])
    with tryton.connect() as connection:
        return {(trace.table, trace.column) for trace in all_traces(connection, wanted)}


def test_a_person_is_found_by_address_number_and_code(untouched: Tryton) -> None:
    key, address, phone = person(untouched, LIVING_PROSPECT)
    national = "0" + phone.removeprefix("+33")
    with untouched.sources() as sources:
        for identities in (
            {"email": address.upper()},
            {"phone": national},
            {"phone": phone},
            {"phone": " ".join(national)},
            {"number": str(key)},
        ):
            found = find_subject(sources, identities)
            assert {(place.root, place.keys) for place in found} == {("party", (key,))}, identities


def test_access_gives_all_that_hangs_on_a_person_by_text_too(untouched: Tryton) -> None:
    _, address, _ = person(untouched, LIVING_CUSTOMER)
    output = io.BytesIO()
    with untouched.sources() as sources:
        export_subject(
            sources, {"email": address}, output, organisation="Atelier", at=datetime(2026, 11, 1, tzinfo=UTC)
        )
    with zipfile.ZipFile(output) as archive:
        names = archive.namelist()
        notes = next(name for name in names if name.endswith("ir_note.jsonl"))
        assert json.loads(archive.read(notes).splitlines()[0])["message"]
    tables = {name.rpartition("/")[2].partition(".")[0] for name in names}
    assert {"party_party", "party_party__history", "party_contact_mechanism", "account_invoice"} <= tables


def test_a_prospect_erased_on_request_leaves_no_trace(copy: Tryton) -> None:
    key, address, _ = person(copy, LIVING_PROSPECT)
    assert places(copy, address)
    assert act(copy, "erasure", {"email": address}).verified
    assert places(copy, address) == set()
    with copy.connect() as connection:
        for table in ("party_party", "party_party__history"):
            assert oracles.keys(connection, f"SELECT id FROM {table} WHERE id = :k", k=key) == set()


def test_a_living_customer_is_kept_but_for_remarks(copy: Tryton) -> None:
    key, address, _ = person(copy, LIVING_CUSTOMER)
    with copy.connect() as connection:
        connection.execute(
            text("UPDATE party_contact_mechanism SET comment = 'Divorcée' WHERE party = :k"), {"k": key}
        )
        party = connection.execute(text("SELECT * FROM party_party WHERE id = :k"), {"k": key}).one()
    with copy.sources() as sources:
        plan = plan_subject(copy.policy, sources, {"email": address}, "erasure", as_of=oracles.AS_OF)
    held = {duty.rule: duty.until for duty in plan.selections[0].duties if duty.roots}
    assert held["customers"] is not None
    assert held["invoices"] is not None
    assert held["invoices"] > held["customers"] > oracles.AS_OF
    assert act(copy, "erasure", {"email": address}).verified
    with copy.connect() as connection:
        assert connection.execute(text("SELECT * FROM party_party WHERE id = :k"), {"k": key}).one() == party
        means = connection.execute(
            text("SELECT comment, value FROM party_contact_mechanism WHERE party = :k ORDER BY id"),
            {"k": key},
        ).all()
    assert {row.comment for row in means} == {None}
    assert address in {row.value for row in means}


def test_a_correction_changes_the_first_address_and_no_telephone(copy: Tryton) -> None:
    key, address, phone = person(copy, LIVING_PROSPECT)
    with copy.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO party_contact_mechanism (id, party, type, value, sequence, active)"
                " SELECT max(id) + 1, :k, 'email', 'second@perso.example', 9, TRUE FROM party_contact_mechanism"
            ),
            {"k": key},
        )
        connection.execute(
            text("UPDATE party_contact_mechanism SET sequence = 1 WHERE party = :k AND sequence IS NULL"),
            {"k": key},
        )
    corrections = {"email": "juste@perso.example", "name": "Nom Juste"}
    assert act(copy, "rectification", {"email": address}, corrections).verified
    with copy.connect() as connection:
        values = connection.execute(
            text("SELECT type, value FROM party_contact_mechanism WHERE party = :k ORDER BY id"), {"k": key}
        ).all()
        name = connection.execute(text("SELECT name FROM party_party WHERE id = :k"), {"k": key}).scalar_one()
    assert sorted(tuple(row) for row in values) == [
        ("email", "juste@perso.example"),
        ("email", "second@perso.example"),
        ("phone", phone),
    ]
    assert name == "Nom Juste"


def test_a_restriction_marks_the_party_and_nobody_else(copy: Tryton) -> None:
    key, address, _ = person(copy, LIVING_CUSTOMER)
    assert act(copy, "restriction", {"email": address}).verified
    with copy.connect() as connection:
        assert oracles.keys(connection, "SELECT id FROM party_party WHERE NOT active") == {key}


def test_what_was_set_aside_before_a_restriction_is_so_after_it(copy: Tryton) -> None:
    """A party that had been deactivated, beside another; an address that had left the mailing list, beside another."""
    parties = [person(copy, condition) for condition in (LIVING_PROSPECT, LIVING_CUSTOMER)]
    (left, *_), (used, *_) = parties
    gone, stays, addresses = 1, 2, [address for _, address, _ in parties]
    add = "INSERT INTO marketing_email (id, list_, email, email_token, active) VALUES (:k, 1, :a, :a, TRUE)"
    with copy.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO marketing_email_list (id, name, language) SELECT 1, 'Lettre', min(id) FROM ir_lang"
            )
        )
        for key, address in zip((gone, stays), addresses, strict=True):
            connection.execute(text(add), {"k": key, "a": address})
        connection.execute(text("UPDATE party_party SET active = FALSE WHERE id = :k"), {"k": left})
        connection.execute(text("UPDATE marketing_email SET active = FALSE WHERE id = :k"), {"k": gone})
    with copy.sources() as sources:
        found = {
            "party": found_marked(sources["tryton82"], "party", [left, used]),
            "subscriber": found_marked(sources["tryton82"], "subscriber", [gone, stays]),
        }
    assert found == {"party": {left: frozenset({"active"})}, "subscriber": {gone: frozenset({"active"})}}
    for kind in ("restriction", "lifting"):
        first, *others = addresses
        assert act(copy, kind, {"email": first}, restricting=as_before(found), others=others).verified
        with copy.connect() as connection:
            asked = {"p": [left, used], "s": [gone, stays]}
            active = connection.execute(
                text(
                    "SELECT 'party', id, active FROM party_party WHERE id = ANY(:p)"
                    " UNION SELECT 'subscriber', id, active FROM marketing_email WHERE id = ANY(:s)"
                ),
                asked,
            ).all()
        assert {tuple(row) for row in active} == {
            ("party", left, False),
            ("party", used, kind == "lifting"),
            ("subscriber", gone, False),
            ("subscriber", stays, kind == "lifting"),
        }


def test_a_request_cannot_erase_the_house(copy: Tryton) -> None:
    with copy.connect() as connection:
        connection.execute(
            text(
                "INSERT INTO party_contact_mechanism (id, party, type, value, active)"
                " SELECT max(id) + 1, (SELECT party FROM company_employee), 'email', 'salarie@maison.example', TRUE"
                " FROM party_contact_mechanism"
            )
        )
        before = connection.execute(
            text("SELECT string_agg(t::text, '' ORDER BY id) FROM party_party t")
        ).scalar_one()
    act(copy, "erasure", {"email": "salarie@maison.example"})
    with copy.connect() as connection:
        after = connection.execute(
            text("SELECT string_agg(t::text, '' ORDER BY id) FROM party_party t")
        ).scalar_one()
    assert after == before
    assert places(copy, "salarie@maison.example") == {("party_contact_mechanism", "value")}


@pytest.mark.parametrize("kind", ["email", "phone", "number"])
def test_an_identity_of_nobody_finds_nobody(untouched: Tryton, kind: str) -> None:
    with untouched.sources() as sources:
        assert find_subject(sources, {kind: "%' OR 1=1 --"}) == []
