"""Looking into an export."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.ledger import ExportUnusableError, inspect_export, read_records
from garant.ledger.tiles import bundle_path
from tests.ledger.logs import START, MemoryLog, signed_log


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_an_export_says_what_it_holds(tmp_path: Path, name: str) -> None:
    path = signed_log(300).export(tmp_path / name)
    summary = inspect_export(path)
    assert summary.head.size == 300
    assert summary.kinds == {"keys.created": 1, "organisation.created": 1, "subject-keys.destroyed": 298}
    assert summary.first == START
    assert summary.last is not None
    assert (summary.last - START).total_seconds() == 299
    records = list(read_records(path))
    assert [record.payload["keys"] for record in records[2:]] == list(range(2, 300))


def test_an_empty_log_holds_nothing(tmp_path: Path) -> None:
    log = MemoryLog()
    log.sign()
    summary = inspect_export(log.export(tmp_path / "export"))
    assert (summary.head.size, summary.kinds, summary.first, summary.last) == (0, {}, None, None)


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    path = signed_log(10).export(tmp_path / "export")
    bundle = path / bundle_path(0, 10)
    bundle.write_bytes(b"\x00\x01x")
    with pytest.raises(ExportUnusableError, match="garant ledger verify"):
        inspect_export(path)
    bundle.unlink()
    with pytest.raises(ExportUnusableError):
        list(read_records(path))
    (path / "checkpoint").write_bytes(b"x")
    with pytest.raises(ExportUnusableError):
        inspect_export(path)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK")
    with pytest.raises(ExportUnusableError):
        inspect_export(broken)
    with pytest.raises(ExportUnusableError):
        inspect_export(tmp_path / "nothing")
