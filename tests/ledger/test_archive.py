"""The archive in which every byte counts."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.ledger import archive
from garant.ledger.archive import ArchiveReader, ArchiveWriter, MalformedArchiveError

FILES = {"checkpoint": b"text\n", "tile/0/000.p/3": bytes(range(96)), "empty": b""}


def written(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    for name, data in files.items():
        writer.write(name, data)
    writer.close()
    return file.getvalue()


def read(path: Path) -> dict[str, bytes]:
    reader = ArchiveReader(path)
    try:
        assert reader.sizes() == {name: len(reader.read(name)) for name in reader.sizes()}
        return {name: reader.read(name) for name in reader.sizes()}
    finally:
        reader.close()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive") / "export.zip"


def test_any_zip_tool_reads_it(place: Path) -> None:
    place.write_bytes(written(FILES))
    with zipfile.ZipFile(place) as theirs:
        assert theirs.testzip() is None
        assert {name: theirs.read(name) for name in theirs.namelist()} == FILES
        assert all(stat.S_ISREG(info.external_attr >> 16) for info in theirs.infolist())
    assert read(place) == FILES


@given(
    st.dictionaries(st.from_regex(r"[a-z0-9./]{1,20}", fullmatch=True), st.binary(max_size=200), max_size=6)
)
def test_what_was_written_is_read_back(place: Path, files: dict[str, bytes]) -> None:
    place.write_bytes(written(files))
    assert read(place) == files


@given(st.data())
def test_any_byte_changed_added_or_missing_is_refused(place: Path, data: st.DataObject) -> None:
    good = written(FILES)
    position = data.draw(st.integers(0, len(good) - 1))
    change = data.draw(st.sampled_from(["flip", "cut", "insert", "remove", "append"]))
    byte = data.draw(st.integers(1, 255))
    bad = {
        "flip": good[:position] + bytes([good[position] ^ byte]) + good[position + 1 :],
        "cut": good[:position],
        "insert": good[:position] + bytes([byte]) + good[position:],
        "remove": good[:position] + good[position + 1 :],
        "append": good + bytes([byte]),
    }[change]
    place.write_bytes(bad)
    if bad != good:
        with pytest.raises(MalformedArchiveError):
            read(place)


def test_every_single_byte_counts(place: Path) -> None:
    good = written(FILES)
    for position in range(len(good)):
        flipped = bytes([good[position] ^ 1 << position % 8])
        place.write_bytes(good[:position] + flipped + good[position + 1 :])
        with pytest.raises(MalformedArchiveError):
            read(place)


def test_a_file_is_there_once(place: Path) -> None:
    file = io.BytesIO()
    writer = ArchiveWriter(file)
    writer.write("a", b"1")
    writer.write("a", b"2")
    writer.close()
    place.write_bytes(file.getvalue())
    with pytest.raises(MalformedArchiveError, match="twice"):
        read(place)


def test_what_other_tools_write_is_refused(place: Path) -> None:
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as theirs:
        theirs.writestr("checkpoint", b"x" * 1000)
    with pytest.raises(MalformedArchiveError):
        read(place)


def test_what_zip_cannot_hold_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
    monkeypatch.setattr(archive, "MOST_BYTES", 200)
    writer = ArchiveWriter(io.BytesIO())
    with pytest.raises(ValueError, match="folder"):
        writer.write("a", b"x" * 200)
    writer.write("a", b"")
    writer.write("b", b"")
    with pytest.raises(ValueError, match="folder"):
        writer.write("c", b"")
