"""People of the Odoo dump exercise their rights."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import text

from garant.apps.promises.opening.workspace import Workspace
from garant.apps.promises.people.packages import person_package
from garant.engine.document import Kind
from garant.engine.planning.asked import Rectification
from garant.engine.planning.marked import found_marked
from garant.engine.planning.restricted import ALONE, Restricting
from garant.engine.planning.subject import find_subject, plan_subject, plan_subjects
from garant.engine.running.execution import Execution
from garant.engine.running.verify import Verification
from garant.engine.telling.export import export_subject
from garant.policy import load_policy
from garant.publish.packages import Made, package_schema
from tests.conftest import ROOT
from tests.engine.support.running import Notebook, as_before
from tests.odoo import oracles
from tests.odoo.conftest import Odoo
from tests.odoo.scan import Wanted, traces
from tests.servers.postgres import PostgresServer


@pytest.fixture
def copy(
    postgres_server: PostgresServer, odoo18_template: str, odoo18_filestore: Path, untouched: Odoo
) -> Iterator[Odoo]:
    """A copy of the dump and of its files, for one request."""
    with postgres_server.database(odoo18_template) as url:
        yield replace(untouched, url=url, files=odoo18_filestore)


def act(
    odoo: Odoo,
    kind: Kind,
    identities: Mapping[str, str],
    corrections: Mapping[str, str] | None = None,
    restricting: Restricting = ALONE,
    others: Sequence[str] = (),
) -> Verification:
    """Plan a request, carry it out, look again."""
    with odoo.sources() as sources:
        plan = plan_subjects(
            odoo.policy,
            sources,
            [identities, *({"email": one} for one in others)],
            kind,
            as_of=oracles.AS_OF,
            rectification=Rectification(corrections or {}),
            restricting=restricting,
        )
        execution, journal = Execution(plan, odoo.policy, sources), Notebook()
        for key in execution.batch_keys():
            execution.execute(key, journal)
        return execution.verify(journal)


def one(odoo: Odoo, sql: str) -> str:
    """One value of the system."""
    with odoo.connect() as connection:
        return connection.execute(text(sql)).scalar_one()


def places(odoo: Odoo, address: str) -> set[tuple[str, str]]:
    """Where an address shows in the whole database."""
    wanted = Wanted()
    wanted.add("someone", emails=[address])
    with odoo.connect() as connection:
        return {(trace.table, trace.column) for trace in traces(connection, wanted)}


LIVING_CANDIDATE = (
    "SELECT c.email_normalized FROM hr_candidate c JOIN hr_applicant a ON a.candidate_id = c.id"
    " WHERE a.active AND a.refuse_reason_id IS NULL AND c.id > 20 AND c.email_normalized IS NOT NULL"
    " ORDER BY c.id LIMIT 1"
)
CUSTOMER = (
    "SELECT p.email_normalized FROM res_partner p JOIN account_move m ON m.partner_id = p.id"
    " WHERE m.state = 'posted' AND m.invoice_date > '2025-06-01' AND NOT p.is_company"
    " AND p.email_normalized LIKE '%.example' ORDER BY p.id LIMIT 1"
)


def test_an_address_finds_a_candidate_in_both_places(untouched: Odoo) -> None:
    with untouched.sources() as sources:
        found = find_subject(sources, {"email": one(untouched, LIVING_CANDIDATE).upper()})
    assert {place.root for place in found} == {"partner", "candidate"}
    tables = {table.table for place in found for table in place.tables}
    assert {"hr_candidate", "hr_applicant", "res_partner", "mail_message", "ir_attachment"} <= tables


@pytest.mark.parametrize("written", ["+33 (0)2 98 64 09 98", "02 98 64 09 98", "0298640998", "+33298640998"])
def test_a_phone_is_found_however_it_is_written(untouched: Odoo, written: str) -> None:
    with untouched.sources() as sources:
        found = find_subject(sources, {"phone": written})
    assert ("candidate", (317,)) in {(place.root, place.keys) for place in found}


def test_an_invoice_number_leads_to_its_customer(untouched: Odoo) -> None:
    with untouched.sources() as sources:
        found = find_subject(sources, {"number": "INV/2013/00001"})
    assert {(place.root, place.keys) for place in found} == {("partner", (802,))}


def test_a_candidate_erased_on_request_leaves_no_trace(copy: Odoo) -> None:
    address = one(copy, LIVING_CANDIDATE)
    assert places(copy, address)
    assert act(copy, "erasure", {"email": address}).verified
    assert places(copy, address) == set()


@pytest.mark.slow
def test_a_living_customer_is_kept_but_for_remarks_and_marketing(copy: Odoo) -> None:
    address = one(copy, CUSTOMER)
    with copy.connect() as connection:
        connection.execute(
            text("UPDATE res_partner SET comment = 'Divorcée' WHERE email_normalized = :a"), {"a": address}
        )
        before = connection.execute(
            text("SELECT name, email, phone, street, active FROM res_partner WHERE email_normalized = :a"),
            {"a": address},
        ).one()
    with copy.sources() as sources:
        plan = plan_subject(copy.policy, sources, {"email": address}, "erasure", as_of=oracles.AS_OF)
    held = {duty.rule: duty.until for duty in plan.selections[0].duties if duty.roots}
    assert held["customers"] is not None
    assert held["customers"] > oracles.AS_OF
    assert held["invoices"] is not None
    assert act(copy, "erasure", {"email": address}).verified
    with copy.connect() as connection:
        after = connection.execute(
            text("SELECT name, email, phone, street, active FROM res_partner WHERE email_normalized = :a"),
            {"a": address},
        ).one()
        comments = oracles.keys(
            connection, "SELECT comment FROM res_partner WHERE email_normalized = :a", a=address
        )
        assert oracles.hash_chain(connection) == oracles.ChainReport(490, ())
    assert after == before
    assert comments == {None}


@pytest.mark.slow
def test_the_opportunities_of_a_customer_stay_as_long_as_the_relationship(copy: Odoo) -> None:
    """They date the relationship, by what was written on them: without it the customer would go sooner."""
    address = one(copy, CUSTOMER)
    with copy.connect() as connection:
        lead = connection.execute(
            text(
                "INSERT INTO crm_lead (partner_id, name, type, user_id, team_id, stage_id, active, email_from,"
                " email_normalized, create_date) SELECT id, 'Devis', 'opportunity', 2, NULL, NULL, TRUE, email,"
                " email_normalized, '2026-01-05' FROM res_partner WHERE email_normalized = :a RETURNING id"
            ),
            {"a": address},
        ).scalar_one()
        connection.execute(
            text(
                "INSERT INTO mail_message (model, res_id, author_id, message_type, body, date)"
                " SELECT 'crm.lead', :lead, id, 'comment', 'Oui', '2026-02-03' FROM res_partner"
                " WHERE email_normalized = :a"
            ),
            {"a": address, "lead": lead},
        )
    with copy.sources() as sources:
        found = find_subject(sources, {"email": address})
    assert {place.root for place in found} == {"partner", "lead"}
    assert act(copy, "erasure", {"email": address}).verified
    with copy.connect() as connection:
        said = connection.execute(
            text("SELECT body, date FROM mail_message WHERE model = 'crm.lead' AND res_id = :lead"),
            {"lead": lead},
        ).one()
    assert (said.body, str(said.date)) == ("Oui", "2026-02-03 00:00:00")


@pytest.mark.slow
def test_a_request_cannot_erase_the_house(copy: Odoo) -> None:
    address = one(
        copy,
        "SELECT p.email_normalized FROM res_users u JOIN res_partner p ON p.id = u.partner_id"
        " WHERE p.email_normalized IS NOT NULL ORDER BY u.id DESC LIMIT 1",
    )
    before = one(copy, "SELECT string_agg(t::text, '' ORDER BY id) FROM res_partner t")
    assert act(copy, "erasure", {"email": address}).verified
    assert one(copy, "SELECT string_agg(t::text, '' ORDER BY id) FROM res_partner t") == before


def test_a_correction_reaches_the_copies(copy: Odoo) -> None:
    address = one(
        copy,
        "SELECT p.email_normalized FROM res_partner p JOIN crm_lead l ON l.partner_id = p.id"
        " WHERE l.email_normalized = p.email_normalized ORDER BY p.id LIMIT 1",
    )
    assert act(copy, "rectification", {"email": address}, {"email": "juste@example.org"}).verified
    left = places(copy, address)
    assert not {table for table, _ in left} & {"res_partner", "crm_lead"}
    assert {("res_partner", "email"), ("crm_lead", "email_from")} <= places(copy, "juste@example.org")


def test_a_restriction_archives_and_unsubscribes(copy: Odoo) -> None:
    address = one(copy, LIVING_CANDIDATE)
    assert act(copy, "restriction", {"email": address}).verified
    with copy.connect() as connection:
        active = oracles.keys(
            connection,
            "SELECT active FROM hr_candidate WHERE email_normalized = :a"
            " UNION SELECT active FROM res_partner WHERE email_normalized = :a",
            a=address,
        )
    assert active == {False}


def test_what_was_refused_before_a_restriction_is_so_after_it(copy: Odoo) -> None:
    """One had left the mailing list, another had not; a partner had been archived, another had not."""
    with copy.connect() as connection:
        refused, mailed = connection.execute(
            text(
                "SELECT c.id, c.email_normalized FROM mailing_contact c JOIN mailing_subscription s ON s.contact_id = c.id"
                " WHERE c.email_normalized IS NOT NULL GROUP BY c.id HAVING count(*) = 1 ORDER BY c.id LIMIT 2"
            )
        ).all()
        archived, used = connection.execute(
            text(
                "SELECT p.id, p.email_normalized FROM res_partner p WHERE p.active AND NOT p.is_company"
                " AND p.email_normalized LIKE '%.example' AND p.id NOT IN (SELECT partner_id FROM res_users)"
                " ORDER BY p.id LIMIT 2"
            )
        ).all()
        tell = {"k": refused[0], "m": mailed[0], "p": archived[0]}
        connection.execute(
            text("UPDATE mailing_subscription SET opt_out = (contact_id = :k) WHERE contact_id IN (:k, :m)"),
            tell,
        )
        connection.execute(text("UPDATE res_partner SET active = FALSE WHERE id = :p"), tell)
    with copy.sources() as sources:
        found = {
            "subscriber": found_marked(sources["odoo18"], "subscriber", [refused[0], mailed[0]]),
            "partner": found_marked(sources["odoo18"], "partner", [archived[0], used[0]]),
        }
    assert found == {
        "subscriber": {refused[0]: frozenset({"opt_out"})},
        "partner": {archived[0]: frozenset({"active"})},
    }
    for kind in ("restriction", "lifting"):
        others = [address for _, address in (mailed, archived, used)]
        assert act(copy, kind, {"email": refused[1]}, restricting=as_before(found), others=others).verified
        with copy.connect() as connection:
            said = connection.execute(
                text(
                    "SELECT 'subscriber', contact_id, NOT opt_out FROM mailing_subscription WHERE contact_id IN (:k, :m)"
                    " UNION SELECT 'partner', id, active FROM res_partner WHERE id IN (:p, :u)"
                ),
                {**tell, "u": used[0]},
            ).all()
        assert {tuple(row) for row in said} == {
            ("subscriber", refused[0], False),
            ("subscriber", mailed[0], kind == "lifting"),
            ("partner", archived[0], False),
            ("partner", used[0], kind == "lifting"),
        }


def test_an_export_holds_the_persons_rows_and_the_cv(untouched: Odoo) -> None:
    address = one(untouched, LIVING_CANDIDATE)
    out = io.BytesIO()
    with untouched.sources() as sources:
        export = export_subject(
            sources, {"email": address}, out, organisation="Essai", at=datetime(2026, 11, 1, tzinfo=UTC)
        )
    with zipfile.ZipFile(out) as archive:
        rows = [
            json.loads(line)
            for name in archive.namelist()
            if name.endswith("hr_candidate.jsonl")
            for line in archive.read(name).decode().splitlines()
        ]
    assert address in {row["email_from"] for row in rows}
    assert export.files >= 1


def test_a_package_holds_the_same_rows_and_no_address_of_another(untouched: Odoo) -> None:
    address = one(untouched, LIVING_CANDIDATE)
    out, made = io.BytesIO(), Made()
    with untouched.sources() as sources:
        whole = export_subject(
            sources, {"email": address}, out, organisation="Essai", at=datetime(2026, 11, 1, tzinfo=UTC)
        )
        workspace = Workspace(load_policy(ROOT / "examples" / "seipra-score" / "policy"), sources)
        pieces = b"".join(
            person_package(workspace, {"email": address}, number="R-1", language="fr", made=made)
        )
    archive = zipfile.ZipFile(io.BytesIO(pieces))
    assert archive.testzip() is None
    data = json.loads(archive.read("data.json"))
    Draft202012Validator(package_schema()).validate(data)
    assert (made.rows, made.files) == (whole.rows, whole.files)
    values = " ".join(
        str(value) for table in data["tables"] for row in table["rows"] for value in row.values()
    )
    shown = {found.lower() for found in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", values)}
    own = {
        found.lower()
        for table in data["tables"]
        for row in table["rows"]
        for name, value in row.items()
        if "email" in name
        for found in re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", str(value))
    }
    assert address in shown
    assert shown <= own | {address}
    pages = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".html"))
    assert address.encode() in pages
