"""A store of files: nothing outside its folder is touched, whatever a row names."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.systems.files.store import PIECE, FileStore
from garant.systems.port import ConnectorError


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    folder = tmp_path / "store"
    (folder / "aa").mkdir(parents=True)
    (folder / "aa" / "cv.pdf").write_bytes(b"x" * (PIECE + 1))
    (tmp_path / "secret").write_text("of the machine")
    (tmp_path / "store2").mkdir()
    (tmp_path / "store2" / "neighbour").write_text("of another store")
    return FileStore(folder)


def test_a_file_is_read_in_pieces(store: FileStore) -> None:
    assert [len(piece) for piece in store.read("aa/cv.pdf")] == [PIECE, 1]


def test_a_file_goes_once(store: FileStore) -> None:
    assert (store.delete("aa/cv.pdf"), store.delete("aa/cv.pdf")) == (1, 0)
    assert list(store.read("aa/cv.pdf")) == []


OUTSIDE = [
    "", ".", "..", "aa", "aa/", "../secret", "aa/../../secret", "/etc/passwd", "../store2/neighbour", "a\0b", "x" * 5_000,
    "\udcff", "aa/cv.pdf/x", "~root", "..\\secret", "//etc/passwd", "file:///etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_no_file_of_the_store_is_left_alone(store: FileStore, name: str, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert store.path(name) is None
    assert (store.delete(name), list(store.read(name))) == (0, [])
    assert sorted(tmp_path.rglob("*")) == before


def test_another_spelling_of_the_same_file_is_that_file(store: FileStore) -> None:
    assert store.path("aa/../aa//./cv.pdf") == store.path("aa/cv.pdf") is not None


def test_a_link_out_of_the_store_is_neither_read_nor_followed(store: FileStore, tmp_path: Path) -> None:
    (store.folder / "link").symlink_to(tmp_path / "secret")
    (store.folder / "door").symlink_to(tmp_path)
    (store.folder / "loop").symlink_to("loop")
    for name in ("link", "door/secret", "loop"):
        assert (store.delete(name), list(store.read(name))) == (0, [])
    assert (tmp_path / "secret").read_text() == "of the machine"


def test_a_link_goes_without_what_it_points_at(store: FileStore) -> None:
    (store.folder / "alias").symlink_to("aa/cv.pdf")
    assert store.delete("alias") == 1
    assert (store.folder / "aa" / "cv.pdf").exists()
    assert not (store.folder / "alias").is_symlink()


def test_the_store_itself_may_be_reached_through_a_link(store: FileStore, tmp_path: Path) -> None:
    (tmp_path / "way").symlink_to(store.folder)
    assert FileStore(tmp_path / "way").delete("aa/cv.pdf") == 1


def test_what_the_machine_refuses_is_said_without_the_name(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "cv-of-jeanne.pdf")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ConnectorError, match="store: a file could not be used: Permission denied") as caught:
        store.delete("aa/cv.pdf")
    assert "jeanne" not in str(caught.value)
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConnectorError, match="Permission denied"):
        list(store.read("aa/cv.pdf"))


def test_a_store_may_file_by_the_first_characters_of_a_name(tmp_path: Path) -> None:
    (tmp_path / "0a" / "ff" / "1").mkdir(parents=True)
    (tmp_path / "0a" / "ff" / "1" / "0aff1-file").write_bytes(b"inside")
    (tmp_path / "flat").write_text("not filed")
    store = FileStore(tmp_path, [2, 2, 1])
    assert b"".join(store.read("0aff1-file")) == b"inside"
    for name in ("0a", "flat", "", "../../0aff1-file", "0aff", "0aff/../../flat"):
        assert (store.delete(name), list(store.read(name))) == (0, [])
    assert store.delete("0aff1-file") == 1
    assert (tmp_path / "flat").exists()
