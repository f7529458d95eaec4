"""Files that rows name: gone with their last reference, never before, never somebody else's."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from garant.engine.telling.export import export_subject
from garant.systems.files.store import FileStore
from garant.systems.port import ConnectorError
from tests.engine.support.running import carry_out
from tests.engine.support.shop import RECENT, Shop


@pytest.fixture
def folder(shop: Shop, tmp_path: Path) -> Path:
    folder = tmp_path / "store"
    folder.mkdir()
    for name in ("one", "two", "shared", "kept", "nobody"):
        (folder / name).write_text(name)
    (tmp_path / "secret").write_text("of the machine")
    shop.stores["FILES"] = FileStore(folder)
    return folder


def name_files(shop: Shop, **names: str) -> None:
    for note, name in names.items():
        shop.database.run(f"UPDATE note SET file = '{name}' WHERE id = {note[1:]}")


@pytest.mark.parametrize("size", [1, 1000])
def test_a_file_goes_with_its_last_reference(shop: Shop, folder: Path, size: int) -> None:
    shop.people(1, 2, 3).people(9, at=RECENT)
    name_files(shop, n1="one", n2="shared", n3="shared", n9="kept")
    shop.add("note", {"id": 10, "model": "contact", "res_id": 3, "file": "kept", "body": None})
    results, verification = carry_out(shop.plan(), shop.policy, shop.system(), size)
    assert verification.verified
    assert sum(result.counts["files"] for result in results) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["kept", "nobody", "two"]


def test_a_blanked_name_lets_its_file_go(shop: Shop, folder: Path) -> None:
    shop.document["dispositions"]["erase"]["actions"][0]["do"] = "treat"
    shop.people(1)
    name_files(shop, n1="one")
    carry_out(shop.plan(), shop.policy, shop.system())
    assert not (folder / "one").exists()
    assert [row["file"] for row in shop.rows("note")["note"].values()] == [None]


@pytest.mark.parametrize("name", ["", "../secret", "gone", "."])
def test_a_name_that_is_no_file_stops_nothing(shop: Shop, folder: Path, tmp_path: Path, name: str) -> None:
    shop.people(1)
    name_files(shop, n1=name)
    results, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert results[0].counts["files"] == 0
    assert (tmp_path / "secret").exists()
    assert len(list(folder.iterdir())) == 5


def test_nothing_is_done_where_nobody_said_where_the_files_are(shop: Shop) -> None:
    shop.people(1)
    name_files(shop, n1="one")
    with pytest.raises(ConnectorError, match="crm: nothing says where the files of FILES are"):
        carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.ids("contact") == [1]
    shop.database.run("UPDATE note SET file = NULL")
    assert carry_out(shop.plan(), shop.policy, shop.system())[1].verified, "no file, no store needed"


def test_the_same_name_in_another_store_is_another_file(shop: Shop, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "one").write_text("another one")
    shop.stores["OTHER"] = FileStore(other)
    shop.document["files"].insert(0, {"table": "invoice", "column": "label", "store": {"env": "OTHER"}})
    shop.people(1).invoice(1)
    shop.database.run("UPDATE invoice SET label = 'one'")
    name_files(shop, n1="one")
    carry_out(shop.plan(), shop.policy, shop.system())
    assert not (folder / "one").exists()
    assert (other / "one").exists()


def test_a_file_that_two_tables_name_waits_for_both(shop: Shop, folder: Path) -> None:
    shop.document["files"].append({"table": "invoice", "column": "label", "store": {"env": "FILES"}})
    shop.people(1).invoice(1)
    shop.database.run("UPDATE invoice SET label = 'one'")
    name_files(shop, n1="one")
    carry_out(shop.plan(), shop.policy, shop.system())
    assert (folder / "one").exists()


# --- a name in two columns ------------------------------------------------------------------------------


@pytest.fixture
def filed(shop: Shop, tmp_path: Path) -> Path:
    """Notes whose file is named by a folder (``body``) and a name (``file``)."""
    folder = tmp_path / "documents"
    for name in ("cv/A1/cv.pdf", "cv/A2/cv.pdf", "cv.pdf", "cv/deep/er/cv.pdf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (tmp_path / "secret").write_text("of the machine")
    shop.stores["FILES"] = FileStore(folder)
    shop.document["files"][0]["folder"] = "body"
    return folder


def file_in(shop: Shop, note: int, folder: str | None, name: str | None) -> None:
    values = ["NULL" if value is None else f"'{value}'" for value in (folder, name)]
    shop.database.run(f"UPDATE note SET body = {values[0]}, file = {values[1]} WHERE id = {note}")


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


EVERY = {"cv/A1/cv.pdf", "cv/A2/cv.pdf", "cv.pdf", "cv/deep/er/cv.pdf"}


@pytest.mark.parametrize("size", [1, 1000])
def test_the_same_name_in_another_folder_is_another_file(shop: Shop, filed: Path, size: int) -> None:
    shop.people(1, 2, 3).people(8, 9, at=RECENT)
    file_in(shop, 1, "cv/A1", "cv.pdf")
    file_in(shop, 2, "", "cv.pdf")
    file_in(shop, 3, "cv/deep", "er/cv.pdf")
    file_in(shop, 8, "cv/A2", "cv.pdf")
    file_in(shop, 9, None, None)
    results, verification = carry_out(shop.plan(), shop.policy, shop.system(), size)
    assert verification.verified
    assert sum(result.counts["files"] for result in results) == 3
    assert left(filed) == {"cv/A2/cv.pdf"}
    assert (filed / "cv/A2/cv.pdf").read_text() == "cv/A2/cv.pdf"


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("cv/A1", "cv.pdf"), ("cv/A1/", "cv.pdf"), ("cv", "A1/cv.pdf"), ("cv/", "A1/cv.pdf"),
        (None, "cv/A1/cv.pdf"), ("", "cv/A1/cv.pdf"), ("/", "cv/A1/cv.pdf"),
    ],
)  # fmt: skip
def test_a_file_stays_while_a_row_names_it_cut_elsewhere(
    shop: Shop, filed: Path, folder: str | None, name: str
) -> None:
    shop.people(1).people(9, at=RECENT)
    file_in(shop, 1, "cv/A1", "cv.pdf")
    file_in(shop, 9, folder, name)
    results, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert results[0].counts["files"] == 0
    assert left(filed) == EVERY


def test_an_odd_spelling_does_not_take_the_file_of_a_plain_one(shop: Shop, filed: Path) -> None:
    shop.people(1).people(9, at=RECENT)
    file_in(shop, 1, "cv//A2/../A1/.", "cv.pdf")
    file_in(shop, 9, "cv/A1", "cv.pdf")
    carry_out(shop.plan(), shop.policy, shop.system())
    assert left(filed) == EVERY


def test_a_file_goes_when_what_names_another_only_looks_like_it(shop: Shop, filed: Path) -> None:
    """A database may not tell capitals apart; a machine does."""
    (filed / "cv/A1/CV.pdf").write_text("another")
    shop.people(1).people(9, at=RECENT)
    file_in(shop, 1, "cv/A1", "cv.pdf")
    file_in(shop, 9, "cv/A1", "CV.pdf")
    carry_out(shop.plan(), shop.policy, shop.system())
    assert left(filed) == (EVERY - {"cv/A1/cv.pdf"}) | {"cv/A1/CV.pdf"}


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("..", "secret"), ("cv/../..", "secret"), ("cv", "../../secret"), (None, "../secret"),
        ("/etc", "hostname"), ("link", "secret"), ("loop", "cv.pdf"), ("cv", ""), ("cv/A1", "."),
        ("cv/A1/cv.pdf", "x"), ("x" * 300, "cv.pdf"), ("a/" * 3000, "cv.pdf"),
    ],
)  # fmt: skip
def test_a_folder_that_leads_elsewhere_stops_nothing_and_takes_nothing(
    shop: Shop, filed: Path, tmp_path: Path, folder: str | None, name: str
) -> None:
    (filed / "link").symlink_to(tmp_path, target_is_directory=True)
    (filed / "loop").symlink_to(filed / "loop")
    shop.people(1)
    file_in(shop, 1, folder, name)
    results, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert results[0].counts["files"] == 0
    assert (tmp_path / "secret").read_text() == "of the machine"
    assert left(filed) == EVERY


@pytest.mark.parametrize("blanked", ["body", "file"])
def test_blanking_either_column_lets_the_file_go(shop: Shop, filed: Path, blanked: str) -> None:
    shop.document["dispositions"]["erase"]["actions"][0]["do"] = "treat"
    for column, spec in shop.document["tables"]["note"]["columns"].items():
        spec["erase"] = "blank" if column == blanked else "keep"
    shop.people(1)
    file_in(shop, 1, "cv/A1", "cv.pdf")
    carry_out(shop.plan(), shop.policy, shop.system())
    assert left(filed) == EVERY - {"cv/A1/cv.pdf"}


def test_a_folder_that_is_not_there_is_refused_before_anything_changes(shop: Shop, tmp_path: Path) -> None:
    shop.stores["FILES"] = FileStore(tmp_path / "nowhere")
    shop.people(1)
    name_files(shop, n1="one")
    with pytest.raises(ConnectorError, match="crm: FILES names no folder that can be read"):
        carry_out(shop.plan(), shop.policy, shop.system())
    assert shop.ids("contact") == [1]


def test_an_export_holds_the_file_that_two_columns_name(shop: Shop, filed: Path) -> None:
    shop.people(1, 2)
    file_in(shop, 1, "cv/A1", "cv.pdf")
    file_in(shop, 2, "cv/A2", "cv.pdf")
    del shop.document["tables"]["note"]["columns"]["body"]
    shop.document["tables"]["note"]["columns"].pop("file")
    whole = io.BytesIO()
    export_subject(
        shop.system(),
        {"email": "n1@x.example"},
        whole,
        organisation="x",
        at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    with zipfile.ZipFile(whole) as archive:
        files = {name: archive.read(name) for name in archive.namelist() if "/files/" in name}
    assert files == {"crm/files/cv/A1/cv.pdf": b"cv/A1/cv.pdf"}


def test_a_file_that_the_machine_hides_is_said_and_never_taken_for_gone(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "cv.pdf").write_text("x")
    (tmp_path / "in").chmod(0)
    store, me = FileStore(tmp_path), os.geteuid()
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    os.seteuid(me or 65534)  # the superuser may look everywhere
    try:
        with pytest.raises(ConnectorError, match="a file could not be used: Permission denied"):
            store.delete("in/cv.pdf")
    finally:
        os.seteuid(me)
        (tmp_path / "in").chmod(0o755)
    assert store.delete("in/cv.pdf") == 1


def test_many_files_in_deep_folders_are_counted_at_once(shop: Shop, filed: Path) -> None:
    numbers = range(1, 301)
    deep = "/".join("d" for _ in range(12))
    for n in numbers:
        (filed / deep / str(n)).mkdir(parents=True)
        (filed / deep / str(n) / "cv.pdf").write_text("x")
    shop.people(*numbers).people(999, at=RECENT)
    joined = f"concat('{deep}/', res_id)" if shop.database.name == "mariadb" else f"'{deep}/' || res_id"
    shop.database.run(f"UPDATE note SET file = 'cv.pdf', body = {joined}")
    file_in(shop, 999, f"{deep}/7", "cv.pdf")
    results, verification = carry_out(shop.plan(), shop.policy, shop.system())
    assert verification.verified
    assert sum(result.counts["files"] for result in results) == 299
    assert left(filed) == EVERY | {f"{deep}/7/cv.pdf"}
