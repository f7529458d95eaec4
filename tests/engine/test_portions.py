"""A person's data, table by table: the same rows as an export, then the files that they name."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path as Folder

from garant.engine.telling.export import Share, export_subject
from garant.engine.telling.portions import Portions
from garant.systems.files.store import FileStore
from garant.systems.model import DataMap
from garant.systems.paths import Path
from tests.engine.support.shop import Shop

ONE = {"email": "n1@x.example"}


def test_the_rows_are_those_of_an_export(shop: Shop) -> None:
    shop.people(1, 2).meet(1, 1, 2)
    out = io.BytesIO()
    export_subject(shop.system(), ONE, out, organisation="x", at=datetime(2026, 1, 1, tzinfo=UTC))
    archive = zipfile.ZipFile(out)
    found = Portions(shop.system(), ONE)
    seen = {
        one.name: [dict(zip(one.columns, row, strict=True)) for row in one.rows] for one in found.tables()
    }
    for name, rows in seen.items():
        exported = f"crm/contact/{name}.jsonl"
        written = archive.read(exported).decode().splitlines() if exported in archive.namelist() else []
        assert [json.loads(line) for line in written] == rows
    assert list(found.files()) == []


def test_what_the_map_says_of_a_column(shop: Shop) -> None:
    shop.document["tables"]["meeting"]["columns"]["title"]["erase"] = {
        "refresh": "(SELECT group_concat(a.id) FROM attendee a WHERE a.meeting_id = meeting.id)"
    }
    shop.document["tables"]["contact"]["columns"]["email"]["identity"] = "email"
    shop.people(1).meet(1, 1)
    told = {one.name: one for one in Portions(shop.system(), ONE).tables()}
    contact, meeting = told["contact"], told["meeting"]
    assert [contact.is_own("email"), contact.is_own("id"), contact.is_own("nothing")] == [True, False, False]
    assert [meeting.is_of_others("title"), meeting.is_of_others("id"), contact.is_of_others("name")] == [
        True,
        False,
        False,
    ]


def test_a_table_is_called_what_the_map_says(shop: Shop) -> None:
    shop.document["tables"]["meeting"]["label"] = {"fr": "Rendez-vous", "en": "Meetings"}
    shop.people(1).meet(1, 1)
    told = {one.name: one.title.en for one in Portions(shop.system(), ONE).tables()}
    assert (told["meeting"], told["interaction"]) == ("Meetings", "interaction")


def test_files_once_and_only_those_that_are_there(shop: Shop, tmp_path: Folder) -> None:
    (tmp_path / "cv.pdf").write_bytes(b"%PDF" + bytes(200_000))
    shop.stores["FILES"] = FileStore(tmp_path)
    shop.people(1, 2)
    shop.database.run("UPDATE note SET file = 'cv.pdf' WHERE id = 1")
    for key, file in ((8, "cv.pdf"), (9, "gone"), (10, None)):
        shop.add("note", {"id": key, "model": "contact", "res_id": 1, "file": file, "body": None})
    found = Portions(shop.system(), ONE)
    assert list(found.files()) == [], "no row was read yet"
    assert sum(len(list(one.rows)) for one in found.tables()) > 4
    (file,) = found.files()
    assert (file.system, file.name, len(b"".join(file.pieces))) == ("crm", "cv.pdf", 200_004)


def test_what_is_chosen_is_read_and_nothing_else(shop: Shop) -> None:
    shop.people(1, 2).meet(1, 1, 2)

    def choose(data_map: DataMap, table: str, ways: Sequence[Path]) -> list[Share]:
        return [Share(ways, ["id"] if table == "note" else [], "-some")]

    found = Portions(shop.system(), ONE, choose).tables()
    assert [(one.name, one.apart, list(map(tuple, one.rows))) for one in found] == [("note", "-some", [(1,)])]
