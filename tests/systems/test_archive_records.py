"""Records: values keep their types, frames their place, and a key gone is a record gone."""

from __future__ import annotations

import io
import json
import sqlite3
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from garant.systems.archive import archivist as writing
from garant.systems.archive.archive import RecordArchive
from garant.systems.archive.identities import one_form
from garant.systems.archive.reading import ArchivedPiece, ArchivedRow, read_record, unpack
from garant.systems.archive.sealing import FRAME, Unsealable, new_record_key, seal, unseal, unwrap, wrap
from garant.systems.archive.store import ArchiveStore, NoSuchRecord
from garant.systems.archive.values import decoded, encoded
from garant.systems.archiving import LeavingRows, Origin
from garant.systems.model import Files
from garant.systems.port import ConnectorError

MASTER = bytes(range(32))
DAY = date(2024, 2, 29)
ORIGIN = Origin("crm", "person", "customers", "ab" * 32, date(2026, 11, 1), {"person": {"mail": ("email",)}})


def unfolded(moment: Any) -> Any:
    """No database says which of two equal hours it was."""
    return moment.replace(fold=0)


values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(),
        st.floats(),
        st.decimals(),
        st.binary(),
        st.dates(),
        st.times().map(unfolded),
        st.datetimes().map(unfolded),
        st.datetimes(timezones=st.just(UTC)).map(unfolded),
        st.datetimes(timezones=st.just(timezone(timedelta(hours=-5, minutes=-30)))).map(unfolded),
        st.timedeltas(),
        st.uuids(),
        st.dictionaries(st.text(), st.integers() | st.text() | st.none()),
    ),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)


@given(values)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    written = json.loads(json.dumps(encoded(value), ensure_ascii=False))
    again = decoded(written)
    assert type(again) is type(value)
    assert repr(again) == repr(value)


def test_bytes_come_back_as_bytes_and_a_strange_type_as_its_text() -> None:
    assert decoded(encoded(bytearray(b"\0a"))) == decoded(encoded(memoryview(b"\0a"))) == b"\0a"

    class Strange:
        def __str__(self) -> str:
            return "[1,5)"

    assert decoded(encoded(Strange())) == "[1,5)"


@pytest.mark.parametrize("written", [{}, {"unknown": "x"}, {"date": "2024-01-01", "bytes": ""}])
def test_what_was_never_written_is_no_value(written: Any) -> None:
    with pytest.raises(ValueError, match="not a value"):
        decoded(written)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("email", " Jeanne@Example.example ", "jeanne@example.example"),
        ("phone", "01 99 00 12 34", "+33 1 99 00 12 34"),
        ("phone", "poste 12 b", "poste12b"),
        ("number", "C 000 042", "c000042"),
    ],
)
def test_an_identity_has_one_form(kind: str, one: str, other: str) -> None:
    assert one_form(kind, one) == one_form(kind, other)


def test_a_frame_opens_only_where_it_was_sealed() -> None:
    key = new_record_key()
    frame = seal(key, "r1", 3, b"content", last=False)
    assert unseal(key, "r1", 3, frame, last=False) == b"content"
    for record, number, data, last in (
        ("r2", 3, frame, False),
        ("r1", 4, frame, False),
        ("r1", 3, frame, True),
        ("r1", 3, frame[:-1] + bytes([frame[-1] ^ 1]), False),
    ):
        with pytest.raises(Unsealable):
            unseal(key, record, number, data, last=last)


def test_a_wrapped_key_opens_for_its_record_and_master_alone() -> None:
    key = new_record_key()
    wrapped = wrap(MASTER, key, "r1")
    assert unwrap(MASTER, wrapped, "r1") == key
    for master, record in ((MASTER, "r2"), (bytes(32), "r1")):
        with pytest.raises(Unsealable):
            unwrap(master, wrapped, record)


@pytest.fixture
def store(tmp_path: Path) -> ArchiveStore:
    return ArchiveStore(tmp_path / "archive" / "seipra.sqlite3", MASTER)


def nothing(_env: str, _name: str) -> Iterator[bytes]:
    return iter(())


def written(store: ArchiveStore, rows: LeavingRows, batch: str = "plan/001") -> list[str]:
    """Archive these rows, keep them, and give the records' numbers."""
    archive = RecordArchive(store)
    archivist = archive.archivist(batch, ORIGIN)
    archivist.take(rows, nothing)
    archivist.close({root: DAY for root, _ in rows.rows})
    archivist.abandon()
    archive.keep(batch)
    with store.opened() as database:
        return [record for (record,) in database.execute("SELECT id FROM record ORDER BY rowid")]


PEOPLE = LeavingRows("person", ["id", "mail"], [(1, (1, "a@x.example")), (2, (2, "b@x.example"))])


def test_what_lies_on_the_disk_says_nothing_of_anybody(store: ArchiveStore) -> None:
    one, two = written(store, PEOPLE)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert store.path.parent.stat().st_mode & 0o777 == 0o700
    raw = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert b"x.example" not in raw
    assert [row.as_dict() for row in read_record(store.content(one)) if isinstance(row, ArchivedRow)] == [
        {"id": 1, "mail": "a@x.example"}
    ]
    assert store.entry(two).counted_from == DAY
    with pytest.raises(NoSuchRecord):
        store.entry("0" * 32)


def test_a_destroyed_record_leaves_neither_key_nor_frame(store: ArchiveStore) -> None:
    one, _ = written(store, PEOPLE)
    with store.opened() as database:
        wrapped, frame = database.execute(
            "SELECT wrapped, data FROM record JOIN frame ON record = id WHERE id = ?", (one,)
        ).fetchone()
        assert wrapped in store.path.read_bytes()
        for table, column in (("lookup", "record"), ("frame", "record"), ("record", "id")):
            database.execute(f"DELETE FROM {table} WHERE {column} = ?", (one,))
    raw = store.path.read_bytes()
    assert wrapped not in raw
    assert frame not in raw


def test_a_frame_that_is_missing_or_moved_is_said(store: ArchiveStore) -> None:
    long = LeavingRows("note", ["body"], [(1, (str(number) * 90_000,)) for number in range(10)])
    (record,) = written(store, long)
    frames = store.entry(record).frames
    assert frames > 2
    with store.opened() as database:
        database.execute("DELETE FROM frame WHERE record = ? AND number = ?", (record, frames - 1))
    with pytest.raises(ConnectorError, match=f"{frames - 1} of its {frames}"):
        list(store.content(record))
    with store.opened() as database:
        database.execute("UPDATE frame SET number = number + 10")
        database.execute("UPDATE frame SET number = 0 WHERE number = 11")
    with pytest.raises(Unsealable):
        list(store.content(record))


def test_another_key_opens_nothing(store: ArchiveStore) -> None:
    one, _ = written(store, PEOPLE)
    with pytest.raises(Unsealable, match="archive key"):
        list(ArchiveStore(store.path, bytes(32)).content(one))


def test_what_is_not_read_back_as_written_is_refused(
    store: ArchiveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    archivist = RecordArchive(store).archivist("plan/001", ORIGIN)
    archivist.take(PEOPLE, nothing)
    monkeypatch.setattr(store, "content_in", lambda _database, _record: iter([b"something else"]))
    with pytest.raises(ConnectorError, match="not what was written"):
        archivist.close({1: DAY, 2: DAY})
    assert archivist.taken("person") is None


def test_a_root_without_a_day_is_not_archived(store: ArchiveStore) -> None:
    archivist = RecordArchive(store).archivist("plan/001", ORIGIN)
    archivist.take(PEOPLE, nothing)
    with pytest.raises(ConnectorError, match="no day"):
        archivist.close({1: DAY})
    archivist.abandon()
    with store.opened() as database:
        assert database.execute("SELECT count(*) FROM record").fetchone() == (0,)


def test_a_disk_that_refuses_is_a_sentence(store: ArchiveStore) -> None:
    store.path.parent.mkdir(parents=True)
    store.path.write_bytes(b"not a database at all, far from it" * 40)
    with pytest.raises(ConnectorError, match="archive: file is not a database"), store.opened() as database:
        database.execute("SELECT 1 FROM record")


def test_an_archive_that_holds_nothing_keeps_and_drops_nothing(store: ArchiveStore) -> None:
    archive = RecordArchive(store)
    assert archive.keep("plan/001") == 0
    archive.drop("plan/001")
    assert not store.exists


def test_a_large_record_does_not_grow_memory(store: ArchiveStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """200,000 rows of one person: some 30 MB of lines, a few MB of memory."""
    monkeypatch.setattr(writing, "GATHERED", 1024 * 1024)
    rows = ((1, (number, f"row {number} " + "x" * 100)) for number in range(200_000))
    archive = RecordArchive(store)
    archivist = archive.archivist("plan/001", ORIGIN)
    tracemalloc.start()
    archivist.take(LeavingRows("note", ["id", "body"], rows), nothing)
    archivist.close({1: DAY})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert archivist.taken("note") == 200_000
    assert peak < 12 * FRAME + 2 * 1024 * 1024, peak


def test_many_records_wait_together_within_bounds(
    store: ArchiveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "GATHERED", 4_000)
    rows = [(root, (root, f"p{root}@x.example")) for root in range(200)]
    records = written(store, LeavingRows("person", ["id", "mail"], rows))
    assert len(records) == 200
    assert max(store.entry(record).frames for record in records) > 1
    for record, (_, row) in zip(records, rows, strict=True):
        (read,) = read_record(store.content(record))
        assert isinstance(read, ArchivedRow)
        assert read.values == row


def test_files_come_back_in_pieces(store: ArchiveStore) -> None:
    archive = RecordArchive(store)
    archivist = archive.archivist("plan/001", ORIGIN)
    files = Files.model_validate({"table": "note", "column": "cv", "store": {"env": "S"}})
    rows = LeavingRows(
        "note", ["id", "cv"], [(1, (1, "cv.pdf")), (1, (2, "cv.pdf")), (1, (3, None))], [files]
    )
    archivist.take(rows, lambda _env, name: iter([b"one", name.encode()]))
    archivist.close({1: DAY})
    with store.opened() as database:
        ((record,),) = database.execute("SELECT id FROM record").fetchall()
    pieces = [part for part in read_record(store.content(record)) if isinstance(part, ArchivedPiece)]
    assert pieces == [ArchivedPiece("S", "cv.pdf", b"one"), ArchivedPiece("S", "cv.pdf", b"cv.pdf")]


def test_a_file_named_by_two_columns_is_kept_under_its_path(store: ArchiveStore) -> None:
    archivist = RecordArchive(store).archivist("plan/001", ORIGIN)
    files = Files.model_validate({"table": "note", "column": "cv", "folder": "at", "store": {"env": "S"}})
    named = [("in", "cv.pdf"), ("out/", "cv.pdf"), ("", "cv.pdf"), (None, "x"), ("in", None), ("in", "")]
    archivist.take(LeavingRows("note", ["at", "cv"], [(1, row) for row in named], [files]), told)
    archivist.close({1: DAY})
    with store.opened() as database:
        ((record,),) = database.execute("SELECT id FROM record").fetchall()
    pieces = [part for part in read_record(store.content(record)) if isinstance(part, ArchivedPiece)]
    assert [(part.name, part.data) for part in pieces] == [
        (name, name.encode()) for name in ("in/cv.pdf", "out/cv.pdf", "cv.pdf", "x")
    ]


def told(_env: str, name: str) -> Iterator[bytes]:
    return iter([name.encode()])


def test_counts_by_rule_and_day(store: ArchiveStore) -> None:
    written(store, PEOPLE)
    (group,) = store.groups()
    assert (group.system, group.rule, group.counted_from, group.records, group.rows) == (
        "crm", "customers", DAY, 2, 2,
    )  # fmt: skip
    assert store.rules() == ["customers"]


def test_every_type_of_a_row_survives_the_whole_way(store: ArchiveStore) -> None:
    row = (None, True, 1, 1.5, "é\n", Decimal("1.10"), b"\0", DAY, time(1, 2), datetime(2024, 1, 2, 3, tzinfo=UTC),
           timedelta(days=-1), UUID(int=7), [1, [DAY]], {"a": [None]})  # fmt: skip
    columns = [f"c{number}" for number in range(len(row))]
    (record,) = written(store, LeavingRows("t", columns, [(1, row)]))
    (read,) = read_record(store.content(record))
    assert isinstance(read, ArchivedRow)
    assert read.values == row


def test_a_locked_archive_is_waited_for_then_said(
    store: ArchiveStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("garant.systems.archive.store.BUSY_SECONDS", 0.1)
    written(store, PEOPLE)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ConnectorError, match="locked"):
        RecordArchive(store).archivist("plan/002", ORIGIN)
    other.close()


def test_a_record_is_unpacked_whole_rows_and_files(store: ArchiveStore) -> None:
    """Two files of one name, from two columns, and a name that would lead elsewhere."""
    archivist = RecordArchive(store).archivist("plan/001", ORIGIN)
    files = Files.model_validate({"table": "note", "column": "cv", "folder": "at", "store": {"env": "S"}})
    named = [("a", "cv.pdf"), ("../b", "cv.pdf"), ("a", "cv.pdf")]
    rows = [(1, (*row, Decimal(n))) for n, row in enumerate(named)]
    archivist.take(
        LeavingRows("note", ["at", "cv", "paid"], rows, [files]),
        lambda _env, name: iter([b"1 ", name.encode()]),
    )
    archivist.take(LeavingRows("person", ["id"], [(1, (1,))]), nothing)
    archivist.close({1: DAY})
    with store.opened() as database:
        ((record,),) = database.execute("SELECT id FROM record").fetchall()
    out = io.BytesIO()
    unpack(store.content(record), out)
    with zipfile.ZipFile(out) as unpacked:
        assert unpacked.namelist() == ["files/0001-cv.pdf", "files/0002-cv.pdf", "rows.jsonl"]
        assert [unpacked.read(name) for name in unpacked.namelist()[:2]] == [b"1 a/cv.pdf", b"1 ../b/cv.pdf"]
        lines = [json.loads(line) for line in unpacked.read("rows.jsonl").splitlines()]
    assert lines[0] == {"table": "note", "row": {"at": "a", "cv": "cv.pdf", "paid": {"decimal": "0"}}}
    assert [line["table"] for line in lines] == ["note", "note", "note", "person"]
