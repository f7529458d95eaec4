"""Files that rows name: gone with their last reference, never before, never somebody else's."""

from __future__ import annotations

from pathlib import Path

import pytest

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
