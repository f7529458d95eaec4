"""The folder of documents: a made-up file for each row that names one, and files that none names."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

CANDIDATES = "recruitment/recruitmentcandidature"
NAMED = (
    "SELECT concat(filepath, '/', filename) FROM llx_ecm_files",
    "SELECT last_main_doc FROM llx_facture WHERE last_main_doc <> ''",
    "SELECT last_main_doc FROM llx_propal WHERE last_main_doc <> ''",
)
UNINDEXED = "recruitment/recruitmentcandidature/by-hand.pdf"
BROCHURE = "recruitment/brochure.pdf"


def lay(connection: Connection, folder: Path) -> None:
    """Give each candidate a CV, each invoice and each quotation a PDF, then write every file named."""
    for sql in (
        (
            "INSERT INTO llx_ecm_files (label, entity, filepath, filename, src_object_type, src_object_id, gen_or_uploaded)"
            f" SELECT md5(rowid), 1, concat('{CANDIDATES}/', rowid), 'cv.pdf',"
            " 'recruitment_recruitmentcandidature', rowid, 'uploaded' FROM llx_recruitment_recruitmentcandidature"
        ),
        # The same brochure, handed to all: the index of one entity names a file once, of another once more.
        (
            "INSERT INTO llx_ecm_files (label, entity, filepath, filename, src_object_type, src_object_id)"
            " SELECT 'b', rowid, 'recruitment', 'brochure.pdf', 'recruitment_recruitmentcandidature', rowid"
            " FROM llx_recruitment_recruitmentcandidature"
        ),
        "UPDATE llx_facture SET last_main_doc = concat('facture/', ref, '/', ref, '.pdf'), tms = tms",
        "UPDATE llx_propal SET last_main_doc = concat('propale/', ref, '/', ref, '.pdf'), tms = tms",
        (
            "INSERT INTO llx_ecm_files (label, entity, filepath, filename, src_object_type, src_object_id)"
            " SELECT 'f', 1, concat('facture/', ref), concat(ref, '.pdf'), 'facture', rowid FROM llx_facture"
            " WHERE rowid % 2 = 0"
        ),
    ):
        connection.execute(text(sql))
    for name in {*named(connection), UNINDEXED}:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(name))


def named(connection: Connection) -> set[str]:
    """The files that rows name."""
    return {str(name) for sql in NAMED for (name,) in connection.execute(text(sql))}


def content(name: str) -> bytes:
    """What a made-up file holds."""
    return f"%PDF-1.4 {name}".encode()


def left(folder: Path) -> dict[str, bytes]:
    """Every file of the folder."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
