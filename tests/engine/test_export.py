"""A person's data in one archive: exact, safe to open, and no heavier in memory for being large."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from garant.engine.telling.export import Export, Share, export_subject, without_others
from garant.engine.telling.export import _safe as safe
from garant.policy.text import Text
from garant.systems.files.store import FileStore
from garant.systems.port import ConnectorError
from tests.engine.support.databases import SqliteFile
from tests.engine.support.shop import Shop

AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
ONE = {"email": "n1@x.example"}
NASTY = "<script>alert('x')</script> & \"quotes\" 🦊\nline;two\t=1+1"


def export(shop: Shop, identities: dict[str, str] = ONE, **more: Any) -> tuple[Export, zipfile.ZipFile]:
    out = io.BytesIO()
    done = export_subject(shop.system(), identities, out, organisation="Seipra & Cie", at=AT, **more)
    return done, zipfile.ZipFile(out)


def lines(archive: zipfile.ZipFile, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def sheet(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    text = archive.read(name).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def test_every_table_is_there_twice_exact_and_for_a_spreadsheet(shop: Shop) -> None:
    shop.people(1, 2).meet(1, 1, 2)
    shop.database.run("UPDATE note SET body = NULL WHERE id = 1")
    done, archive = export(shop)
    assert archive.testzip() is None
    tables = ("contact", "interaction", "note", "attendee", "meeting")
    assert set(archive.namelist()) == {
        *(f"crm/contact/{table}.{kind}" for table in tables for kind in ("jsonl", "csv")), "index.html", "manifest.json",
    }  # fmt: skip
    assert lines(archive, "crm/contact/contact.jsonl") == [
        {"id": 1, "name": "N1", "email": "n1@x.example", "phone": "+33100000001"}
    ]
    assert lines(archive, "crm/contact/note.jsonl") == [{"id": 1, "body": None, "file": None}]
    assert sheet(archive, "crm/contact/contact.csv") == [
        ["id", "name", "email", "phone"], ["1", "N1", "n1@x.example", "+33100000001"],
    ]  # fmt: skip
    assert (done.rows, done.files, [t.table for t in done.tables]) == (
        5,
        0,
        list(tables),
    )


def test_a_table_of_which_the_map_names_no_column_tells_nothing_of_the_person(shop: Shop) -> None:
    shop.document["tables"]["attendee"]["columns"] = {}
    shop.people(1, 2).meet(1, 1, 2)
    done, archive = export(shop)
    assert [t.table for t in done.tables] == ["contact", "interaction", "note", "meeting"]
    assert not [name for name in archive.namelist() if "attendee" in name]


def test_the_manifest_has_the_digest_of_every_member(shop: Shop) -> None:
    shop.people(1)
    done, archive = export(shop)
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["organisation"] == "Seipra & Cie"
    assert manifest["at"] == "2026-11-01T09:30:00+00:00"
    members = set(archive.namelist()) - {"manifest.json"}
    assert manifest["sha256"] == {name: hashlib.sha256(archive.read(name)).hexdigest() for name in members}
    assert done.members.keys() >= members


def test_two_exports_are_the_same_to_the_byte(shop: Shop) -> None:
    shop.people(1)
    first, second = io.BytesIO(), io.BytesIO()
    for out in (first, second):
        export_subject(shop.system(), ONE, out, organisation="S", at=AT)
    assert first.getvalue() == second.getvalue()


def test_json_lines_are_exact_whatever_the_text(shop: Shop) -> None:
    shop.people(1, name=NASTY)
    _, archive = export(shop)
    assert lines(archive, "crm/contact/contact.jsonl")[0]["name"] == NASTY
    assert sheet(archive, "crm/contact/contact.csv")[1][1] == NASTY


def test_values_of_every_type_are_written_plainly(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.database.run(
        "CREATE TABLE odd (id integer, contact_id integer, day date, at timestamptz, price numeric, "
        "ratio double precision, whole double precision, small real, ok boolean, raw bytea, data jsonb, "
        "list integer[], pause interval, who uuid, rid integer)",
        "INSERT INTO odd VALUES (1, 1, '9999-12-31', '2026-01-01 00:00+00', 12.50, 'NaN', '-Infinity', 0.5, true, '\\xdead', "
        "'{\"é\": [1, null]}', '{1,2}', '1 day 02:00', '00000000-0000-4000-8000-000000000001', 1)",
    )
    names = ("day", "at", "price", "ratio", "whole", "small", "ok", "raw", "data", "list", "pause", "who")
    shop.document["tables"]["odd"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {name: {"category": "identity"} for name in names},
    }
    shop.people(1)
    _, archive = export(shop)
    raw = archive.read("crm/contact/odd.jsonl").decode()
    assert "NaN" not in raw.replace('"NaN"', "")
    assert "Infinity" not in raw.replace('"-Infinity"', "")
    assert json.loads(raw) == {
        "id": 1, "day": "9999-12-31", "at": "2026-01-01T00:00:00+00:00", "price": "12.50", "ratio": "NaN",
        "whole": "-Infinity", "small": 0.5, "ok": True, "raw": "dead", "data": {"é": [1, None]}, "list": [1, 2],
        "pause": "1 day, 2:00:00", "who": "00000000-0000-4000-8000-000000000001",
    }  # fmt: skip
    assert sheet(archive, "crm/contact/odd.csv")[1][9] == '{"é": [1, null]}'


def test_half_a_surrogate_pair_in_json_does_not_stop_an_export(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.database.run(
        "CREATE TABLE odd (id integer, contact_id integer, data json)",
        """INSERT INTO odd VALUES (1, 1, '{"said": "a\\ud800z"}')""",
    )
    shop.document["tables"]["odd"] = {
        "key": "id",
        "links": [{"root": "contact", "column": "contact_id"}],
        "columns": {"data": {"category": "identity"}},
    }
    shop.people(1)
    _, archive = export(shop)
    assert lines(archive, "crm/contact/odd.jsonl") == [{"id": 1, "data": {"said": "a\ud800z"}}]
    assert sheet(archive, "crm/contact/odd.csv")[1][1] == '{"said": "a\\ud800z"}'


def test_a_moment_python_cannot_hold_does_not_stop_an_export(postgres_shop: Shop) -> None:
    shop = postgres_shop
    shop.document["tables"]["interaction"]["columns"]["at"] = {"category": "correspondence"}
    shop.people(1)
    shop.add(
        "interaction",
        {"id": 8, "contact_id": 1, "at": "infinity", "body": "a"},
        {"id": 9, "contact_id": 1, "at": "0044-03-15 BC", "body": "b"},
    )
    _, archive = export(shop)
    assert {row["body"]: row["at"] for row in lines(archive, "crm/contact/interaction.jsonl")} == {
        "hello 1": "2020-05-05T10:00:00", "a": "infinity", "b": "0044-03-15 00:00:00 BC",
    }  # fmt: skip


# ---------------------------------------------------------------- safe to open


class Reader(HTMLParser):
    """Collects the texts and tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_the_index_shows_data_and_runs_none_of_it(shop: Shop) -> None:
    shop.document["tables"]["contact"]["label"] = {"fr": "Fiches <b>clients</b>", "en": "Contacts"}
    shop.people(1, name=NASTY)
    categories = {"identity": Text(fr="Identité <i>", en="Identity")}
    _, archive = export(shop, categories=categories)
    page = Reader()
    html = archive.read("index.html").decode()
    page.feed(html)
    assert "script" not in page.tags
    assert "b" not in page.tags
    text = " ".join(page.texts)
    assert "<script>alert('x')</script>" in text
    assert "Fiches <b>clients</b>" in text
    assert "Identité <i>" in text
    assert "Seipra & Cie" in text
    assert "http" not in html.replace("http-equiv", ""), "nothing is fetched when it is opened"
    _, english = export(shop, language="en")
    assert 'lang="en"' in english.read("index.html").decode()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\x",
        "C:\\x\\y",
        "a/../../b",
        "./a//b",
        "\\\\host\\share",
        "a\0b",
        "con\nx",
    ],
)
def test_no_member_leaves_its_folder(name: str) -> None:
    member = safe(name)
    parts = member.split("/")
    assert ".." not in parts
    assert "" not in parts
    assert not any(c in member for c in "\\\0\n:")


# ---------------------------------------------------------------- files


@pytest.fixture
def filed(shop: Shop, tmp_path: Path) -> Shop:
    """The shop with a store of files."""
    folder = tmp_path / "store"
    (folder / "aa").mkdir(parents=True)
    (folder / "aa" / "cv.pdf").write_bytes(b"%PDF" + bytes(200_000))
    (folder / "shared").write_text("shared")
    (tmp_path / "secret").write_text("of the machine")
    shop.stores["FILES"] = FileStore(folder)
    return shop.people(1, 2)


def test_the_files_that_rows_name_are_included_once(filed: Shop) -> None:
    filed.database.run("UPDATE note SET file = 'aa/cv.pdf' WHERE id = 1")
    filed.add("note", {"id": 9, "model": "contact", "res_id": 1, "file": "aa/cv.pdf", "body": None})
    done, archive = export(filed)
    assert done.files == 1
    assert archive.read("crm/files/aa/cv.pdf") == b"%PDF" + bytes(200_000)


def test_a_file_is_included_though_no_category_names_its_column(filed: Shop) -> None:
    del filed.document["tables"]["note"]["columns"]["file"]
    filed.database.run("UPDATE note SET file = 'shared' WHERE id = 1")
    done, archive = export(filed)
    assert done.files == 1
    assert archive.read("crm/files/shared") == b"shared"


@pytest.mark.parametrize("name", ["", "../secret", "/etc/passwd", "gone", ".", "aa", "a\u0001b"])
def test_a_name_that_is_no_file_of_the_store_is_left_out(filed: Shop, name: str) -> None:
    filed.add("note", {"id": 9, "model": "contact", "res_id": 1, "file": name, "body": None})
    done, archive = export(filed)
    assert done.files == 0
    assert not [member for member in archive.namelist() if "files" in member]
    assert b"of the machine" not in b"".join(archive.read(member) for member in archive.namelist())


def test_two_names_that_would_meet_are_both_kept(filed: Shop, tmp_path: Path) -> None:
    (tmp_path / "store" / "a:b").write_text("one")
    (tmp_path / "store" / "a_b").write_text("two")
    filed.add(
        "note",
        {"id": 8, "model": "contact", "res_id": 1, "file": "a:b", "body": None},
        {"id": 9, "model": "contact", "res_id": 1, "file": "a_b", "body": None},
    )
    done, archive = export(filed)
    assert done.files == 2
    assert {archive.read(m) for m in archive.namelist() if "files" in m} == {b"one", b"two"}


def test_a_store_that_is_not_there_is_said(filed: Shop) -> None:
    filed.stores.clear()
    filed.database.run("UPDATE note SET file = 'shared' WHERE id = 1")
    with pytest.raises(ConnectorError, match="FILES"):
        export(filed)


def test_a_second_table_can_be_read_after_a_large_first_one(shop: Shop) -> None:
    """Streaming one table leaves the connection fit for the next."""
    shop.people(1)
    shop.add(
        "interaction", *({"id": n, "contact_id": 1, "at": None, "body": "x" * 50} for n in range(10, 2_600))
    )
    done, archive = export(shop)
    assert {t.table: t.rows for t in done.tables} == {"contact": 1, "interaction": 2_591, "note": 1}
    assert len(lines(archive, "crm/contact/interaction.jsonl")) == 2_591


# ---------------------------------------------------------------- large


MEASURE = """
import pathlib, re, sys, tempfile, time
from datetime import UTC, datetime
from tests.engine.support.databases import SqliteFile
from tests.engine.support.shop import Shop
from garant.engine.telling.export import export_subject
class Open:
    name, url = "sqlite", sys.argv[1]
shop = Shop(Open())
systems = shop.system()
def most() -> int:
    "Megabytes of memory at the most, of this process alone (ru_maxrss remembers its parent's)."
    return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024
before = most()
with tempfile.TemporaryFile() as out:
    start = time.perf_counter()
    done = export_subject(systems, {"email": "n1@x.example"}, out, organisation="S", at=datetime.now(UTC))
    seconds = time.perf_counter() - start
print(done.rows, before, most(), round(done.rows / seconds))
"""


@pytest.mark.slow
def test_memory_does_not_grow_with_the_data(tmp_path: Path) -> None:
    """200 000 rows through one process: at most 150 MB in all, most of it Python itself."""
    shop = Shop(SqliteFile(tmp_path / "crm.sqlite")).create().people(1)
    shop.database.run(
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 200009) "
        "INSERT INTO interaction SELECT i, 1, '2020-01-01 00:00:00', hex(randomblob(60)), i FROM n"
    )
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, shop.database.url],
        cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows, before, peak, speed = (int(number) for number in done.stdout.split())
    start = time.perf_counter()
    connection = SqliteFile.connect(shop.database)  # type: ignore[arg-type]
    bare = sum(1 for _ in connection.execute("SELECT id, body FROM interaction WHERE contact_id = 1"))
    connection.close()
    fetched = round(bare / (time.perf_counter() - start))
    print(
        f"export: {rows} rows, {speed} rows/s ({fetched} rows/s fetched bare), {peak} MB at the peak, {before} before"
    )
    assert rows == 200_003
    assert peak <= 150
    assert peak - before <= 30


def test_the_copy_says_what_is_still_looked_for_by_hand(shop: Shop) -> None:
    """Nobody is to take a part for the whole."""
    shop.people(1)
    papers = {
        "paper": Text(fr="Archives papier", en="Paper archive"),
        "inbox": Text(fr="Courrier", en="Inbox"),
    }
    _, archive = export(shop, language="en", by_hand=papers)
    assert "still looking by hand in Paper archive, Inbox" in archive.read("index.html").decode()
    assert json.loads(archive.read("manifest.json"))["by_hand"] == ["paper", "inbox"]
    _, archive = export(shop)
    assert "by_hand" not in json.loads(archive.read("manifest.json"))


def test_of_what_is_shared_all_is_shown_but_who_the_others_are(shop: Shop) -> None:
    shop.document["tables"]["meeting"]["columns"]["title"]["category"] = "signature"
    shop.document["tables"]["meeting"]["columns"]["rid"] = {"category": "correspondence"}
    shop.people(1, 2).meet(1, 1, 2)
    done, archive = export(shop, choose=without_others(frozenset({"signature"})))
    assert [table.table for table in done.tables] == ["contact", "interaction", "note", "attendee", "meeting"]
    (meeting,) = lines(archive, "crm/contact/meeting-shared.jsonl")
    assert set(meeting) == {"id", "rid"}
    assert lines(archive, "crm/contact/contact.jsonl")[0]["email"] == "n1@x.example"


def test_a_row_that_is_merely_seen_is_told_apart_from_ones_own(shop: Shop) -> None:
    shop.database.run("ALTER TABLE interaction ADD COLUMN told integer")
    table = shop.document["tables"]["interaction"]
    table["links"].append({"root": "contact", "column": "told", "relation": "visible"})
    table["columns"]["told"] = {"category": "identity"}
    shop.people(1, 2)
    shop.database.run("UPDATE interaction SET told = 1")
    _, archive = export(shop, choose=without_others(frozenset()))
    own, seen = (lines(archive, f"crm/contact/interaction{end}.jsonl") for end in ("", "-shared"))
    assert [set(row) for row in own] == [{"id", "body", "told"}]
    assert [set(row) for row in seen] == [{"id", "body"}, {"id", "body"}]


def test_a_file_goes_with_the_columns_that_name_it(shop: Shop, tmp_path: Path) -> None:
    done, archive = export(
        shop.people(1), choose=lambda _, table, ways: [Share(ways, ["id"] if table == "note" else [])]
    )
    assert (done.files, [table.table for table in done.tables]) == (0, ["note"])
    assert lines(archive, "crm/contact/note.jsonl") == [{"id": 1}]
