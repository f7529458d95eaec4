"""Documents leave the disk with the last row that names them, and nobody else's do."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

from sqlalchemy import text

from garant.engine.telling.export import export_subject
from tests.dolibarr import documents, oracles
from tests.dolibarr.conftest import Dolibarr, Sweep, chosen


def cv(candidate: int) -> str:
    return f"{documents.CANDIDATES}/{candidate}/cv.pdf"


def test_the_cvs_of_the_due_are_gone_and_those_of_others_are_as_they_were(trapped: Sweep) -> None:
    files = documents.left(trapped.dolibarr.files)
    due = chosen(trapped.plan, "unselected-candidate")
    with trapped.dolibarr.connect() as connection:
        staying = oracles.keys(connection, "SELECT rowid FROM llx_recruitment_recruitmentcandidature")
    assert len(due) > 50
    assert len(staying) > 50
    assert not [key for key in due if cv(key) in files]
    assert {cv(key): documents.content(cv(key)) for key in staying}.items() <= files.items()


def test_what_is_on_the_disk_is_what_rows_name_and_what_none_ever_named(trapped: Sweep) -> None:
    files = documents.left(trapped.dolibarr.files)
    with trapped.dolibarr.connect() as connection:
        named = documents.named(connection)
    assert files.keys() == {*named, documents.UNINDEXED}
    assert all(body == documents.content(name) for name, body in files.items())
    assert documents.BROCHURE in files, "a candidate who stays has it too"


def test_the_pdf_of_an_invoice_goes_after_ten_years_indexed_or_not(trapped: Sweep) -> None:
    files = documents.left(trapped.dolibarr.files)
    old = chosen(trapped.plan, "customer-invoice")
    with trapped.dolibarr.connect() as connection:
        refs = {row.rowid: row.ref for row in connection.execute(text("SELECT rowid, ref FROM llx_facture"))}
    assert {key % 2 for key in old} == {0, 1}
    for key, ref in refs.items():
        assert (f"facture/{ref}/{ref}.pdf" in files) == (key not in old), ref


def test_the_receipts_count_the_files_that_went(trapped: Sweep) -> None:
    gone = sum(result.counts["files"] for result in trapped.results)
    assert gone >= len(chosen(trapped.plan, "unselected-candidate")) + len(
        chosen(trapped.plan, "customer-invoice")
    )


def test_every_plan_says_what_the_map_does_not_reach(untouched: Dolibarr) -> None:
    said = untouched.plan().unreached
    assert list(said) == ["dolibarr20"]
    assert "llx_ecm_files" in said["dolibarr20"][0].fr


def test_an_export_holds_the_files_of_the_person_only(trapped: Sweep) -> None:
    with trapped.dolibarr.connect() as connection:
        key, email = connection.execute(
            text(
                "SELECT max(rowid), email FROM llx_recruitment_recruitmentcandidature"
                " WHERE email LIKE 'cand%' GROUP BY email HAVING count(*) = 1 ORDER BY 1 DESC LIMIT 1"
            )
        ).one()
    whole = io.BytesIO()
    with trapped.dolibarr.sources() as sources:
        export_subject(
            sources, {"email": email}, whole, organisation="Essai", at=datetime(2026, 11, 1, tzinfo=UTC)
        )
    with zipfile.ZipFile(whole) as archive:
        files = {
            name.partition("/files/")[2]: archive.read(name)
            for name in archive.namelist()
            if "/files/" in name
        }
    assert files == {name: documents.content(name) for name in (cv(key), documents.BROCHURE)}
