"""What leaves the database verifies without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.apps.evidence import services as evidence
from garant.ledger import Entry, InclusionProof, SubjectKeysDestroyed, inspect_export, verify_export
from tests.ledger.logs import START

pytestmark = pytest.mark.django_db


def fill(organisation: str, start: int, end: int) -> None:
    entries = [
        Entry(SubjectKeysDestroyed(keys=number), START, "garant", f"e/{number}")
        for number in range(start, end)
    ]
    evidence.append(organisation, entries)


@pytest.mark.parametrize("name", ["export", "export.zip"])
def test_an_export_verifies_with_the_public_key_alone(demo: str, tmp_path: Path, name: str) -> None:
    fill(demo, 0, 100)
    older = evidence.checkpoint(demo)
    fill(demo, 100, 600)
    note = evidence.export(demo, tmp_path / "out" / name)
    report = verify_export(tmp_path / "out" / name, evidence.verifier_keys(demo), older.encode())
    assert report.ok, report.describe("en")
    assert (report.earlier, report.head and report.head.size) == (2, 602)
    assert note.text.split("\n")[1] == "602"
    assert inspect_export(tmp_path / "out" / name).kinds["subject-keys.destroyed"] == 600


def test_an_entry_is_proved_by_its_key_or_its_index(demo: str) -> None:
    fill(demo, 0, 300)
    by_key = evidence.prove(demo, key="e/123")
    assert evidence.prove(demo, index=125) == by_key
    assert by_key.record.payload == {"keys": 123}
    assert InclusionProof.from_json(by_key.to_json()).verify(evidence.verifier_keys(demo))


def test_an_entry_that_is_not_there_is_not_proved(demo: str) -> None:
    with pytest.raises(evidence.EntryMissingError, match="no entry nothing"):
        evidence.prove(demo, key="nothing")
    with pytest.raises(evidence.EntryMissingError, match="no entry 7"):
        evidence.prove(demo, index=7)


def test_records_are_read_in_order_all_or_of_one_kind(demo: str) -> None:
    fill(demo, 0, 5)
    assert [record.kind for record in evidence.records(demo)][:2] == ["organisation.created", "keys.created"]
    found = evidence.records(demo, kind="subject-keys.destroyed")
    assert [record.payload["keys"] for record in found] == [0, 1, 2, 3, 4]
