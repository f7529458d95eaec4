"""The ledger through the API: entries, proofs that verify by themselves, and a log that witnesses can follow."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client

from garant.apps.evidence import services as evidence
from garant.ledger import Checkpoint, InclusionProof, Note, VerifierKey, verify_export
from garant.ledger.tiles import tile_path, tile_widths
from garant.ledger.tree import root_of
from tests.api.conftest import client, token_of

pytestmark = pytest.mark.django_db


def at(organisation: str, rest: str) -> str:
    return f"/api/v1/organisations/{organisation}{rest}"


def test_entries_come_in_order_page_after_page(dpo: Client, organisation: str) -> None:
    size = dpo.get(at(organisation, "/ledger")).json()["size"]
    found = []
    start: int | None = 0
    while start is not None:
        page = dpo.get(at(organisation, "/ledger/entries"), {"start": start, "limit": 2}).json()
        found += page["items"]
        start = page["next"]
    assert [one["index"] for one in found] == list(range(size))
    assert [one["kind"] for one in found][:2] == ["organisation.created", "keys.created"]


def test_a_proof_verifies_by_itself(dpo: Client, organisation: str) -> None:
    keys = [VerifierKey.parse(key) for key in dpo.get(at(organisation, "/ledger")).json()["keys"]]
    answer = dpo.get(at(organisation, "/ledger/entries/1/proof"))
    InclusionProof.from_json(answer.content).verify(keys)
    assert dpo.get(at(organisation, "/ledger/entries/99999/proof")).status_code == 404


def test_the_whole_verifies_offline(dpo: Client, organisation: str, tmp_path: Path) -> None:
    keys = [VerifierKey.parse(key) for key in dpo.get(at(organisation, "/ledger")).json()["keys"]]
    answer = dpo.get(at(organisation, "/ledger/export"))
    content = b"".join(answer.streaming_content)  # pyright: ignore[reportAttributeAccessIssue]
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    file = tmp_path / "ledger.zip"
    file.write_bytes(content)
    assert verify_export(file, keys, None).ok
    narrow = client(token_of(organisation, "technician", ["see"]))
    assert narrow.get(at(organisation, "/ledger/export")).status_code == 403


def test_a_witness_needs_no_token_and_sees_only_hashes(organisation: str) -> None:
    evidence.checkpoint(organisation)
    witness = client()
    answer = witness.get(at(organisation, "/log/checkpoint"))
    assert answer.headers["Content-Type"].startswith("text/plain")
    note = Note.parse(answer.content)
    note.signers(evidence.verifier_keys(organisation))
    head = Checkpoint.parse(note.text)
    leaves: list[bytes] = []
    for level, index, width in tile_widths(head.size):
        path = tile_path(level, index, width)
        hashes = witness.get(at(organisation, f"/log/{path}")).content
        assert len(hashes) == 32 * width
        if level == 0:
            leaves += [hashes[start : start + 32] for start in range(0, len(hashes), 32)]
    assert root_of(leaves) == head.root


@pytest.mark.parametrize(
    "path", ["0/001", "0/0", "0/000", "0/000.p/0", "0/000.p/300", "x", "0/x000/000", "99/000", "entries/000"]
)
def test_a_tile_that_is_not_there_is_not_found(organisation: str, path: str) -> None:
    assert client().get(at(organisation, f"/log/tile/{path}")).status_code == 404
    assert client().get(at("nobody", "/log/checkpoint")).status_code == 404
