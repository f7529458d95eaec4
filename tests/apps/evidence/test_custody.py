"""Keys: made once, rotated without breaking a proof, finished after a crash, replaced after a loss."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from garant.apps.evidence import custody, rotations
from garant.apps.evidence import services as evidence
from garant.apps.evidence.models import Log, SubjectKey
from garant.apps.organisations.services import create_organisation
from garant.ledger import (
    Entry,
    InclusionProof,
    KeyFolder,
    KeyMissingError,
    SubjectKeysDestroyed,
    opens,
    verify_export,
)
from garant.ledger.commitments import UnwrapRefusedError
from tests.ledger.logs import START

pytestmark = pytest.mark.django_db
ANN = ("crm", "partner", "12")


@pytest.fixture
def both(demo: str) -> list[str]:
    """Two organisations of one installation."""
    create_organisation("other", "Other", "UTC")
    return [demo, "other"]


def crash(*_: object) -> None:
    raise KeyboardInterrupt


def test_keys_are_made_once(installation: Path) -> None:
    before = {path.name: path.read_bytes() for path in (installation / "keys").iterdir()}
    assert evidence.create_keys() == []
    assert {path.name: path.read_bytes() for path in (installation / "keys").iterdir()} == before
    (installation / "keys" / "session.key").unlink()
    assert evidence.create_keys() == ["session"]


def test_a_ledger_needs_its_keys(installation: Path) -> None:
    for path in (installation / "keys").iterdir():
        path.unlink()
    with pytest.raises(KeyMissingError):
        create_organisation("demo", "Demo", "UTC")


def test_a_rotation_breaks_no_proof(both: list[str], tmp_path: Path) -> None:
    old_proofs = [evidence.prove(name, index=0).to_json() for name in both]
    old_keys = [evidence.verifier_keys(name) for name in both]
    assert evidence.rotate_signing_key(actor="cli") == 2
    for name, proof, trusted in zip(both, old_proofs, old_keys, strict=True):
        evidence.append(name, [Entry(SubjectKeysDestroyed(keys=1), START)])
        assert InclusionProof.from_json(proof).verify(trusted)
        assert evidence.prove(name, index=3).verify(trusted)
        evidence.export(name, tmp_path / name)
        keys = evidence.verifier_keys(name)
        assert keys[0] == trusted[0] != keys[1]
        for verifier in keys:
            assert verify_export(tmp_path / name, [verifier]).ok
        assert evidence.verify_database(name).entries == 4


def test_keys_rotate_again_and_again(demo: str, tmp_path: Path) -> None:
    for _ in range(3):
        evidence.rotate_signing_key()
    evidence.export(demo, tmp_path / "export")
    keys = evidence.verifier_keys(demo)
    assert len(set(keys)) == 4
    assert all(verify_export(tmp_path / "export", [verifier]).ok for verifier in keys)


def test_a_rotation_interrupted_before_it_is_written_is_typed_again(
    both: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rotations, "rotate", crash)
        with pytest.raises(KeyboardInterrupt):
            evidence.rotate_signing_key()
    for name in both:
        assert evidence.verify_database(name).entries == 2
    assert evidence.rotate_signing_key() == 2
    for name in both:
        assert evidence.verify_database(name).entries == 3


def test_a_rotation_interrupted_after_it_is_written_finishes_itself(
    both: list[str], monkeypatch: pytest.MonkeyPatch, installation: Path
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(custody, "settle", crash)
        with pytest.raises(KeyboardInterrupt):
            evidence.rotate_signing_key()
    for name in both:
        assert evidence.verify_database(name).entries == 3
        evidence.append(name, [Entry(SubjectKeysDestroyed(keys=1), START)])
        evidence.checkpoint(name)
        assert evidence.verify_database(name).entries == 4
    assert not (installation / "keys" / "ledger-signature.next.key").exists()


def test_an_interrupted_rotation_typed_again_tells_no_ledger_twice(
    both: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(custody, "settle", crash)
        with pytest.raises(KeyboardInterrupt):
            evidence.rotate_signing_key()
    assert evidence.rotate_signing_key() == 0
    assert evidence.rotate_signing_key() == 2


def lose(installation: Path) -> None:
    """The signature key is gone, and another is made."""
    (installation / "keys" / "ledger-signature.key").unlink()
    evidence.create_keys()


def test_another_key_than_the_ledgers_signs_nothing(demo: str, installation: Path) -> None:
    lose(installation)
    evidence.append(demo, [Entry(SubjectKeysDestroyed(keys=1), START)])
    for use in (evidence.checkpoint, evidence.verifier_keys):
        if use is evidence.checkpoint:
            with pytest.raises(evidence.SigningKeyForeignError, match="replace-lost"):
                use(demo)
    with pytest.raises(evidence.LedgerUnverifiableError, match="signature"):
        evidence.verify_database(demo)
    KeyFolder(installation / "keys").create("ledger-signature", pending=True)
    with pytest.raises(evidence.SigningKeyForeignError):
        evidence.checkpoint(demo)


def test_a_lost_key_is_replaced_and_said_to_be(both: list[str], installation: Path, tmp_path: Path) -> None:
    demo = both[0]
    old = evidence.verifier_keys(demo)
    proof = evidence.prove(demo, index=0).to_json()
    lose(installation)
    assert evidence.replace_lost_signing_key() == 2
    assert evidence.replace_lost_signing_key() == 0
    assert evidence.verify_database(demo).entries == 3
    assert InclusionProof.from_json(proof).verify(old)
    evidence.export(demo, tmp_path / "export")
    assert not verify_export(tmp_path / "export", old).ok
    assert verify_export(tmp_path / "export", evidence.verifier_keys(demo)[-1:]).ok


def test_a_key_that_was_replaced_does_not_come_back(
    both: list[str], installation: Path, tmp_path: Path
) -> None:
    """The keys were last saved before the rotation, and the newer one is lost: the ledger stays verifiable."""
    file, saved = installation / "keys" / "ledger-signature.key", tmp_path / "saved"
    shutil.copy(file, saved)
    evidence.rotate_signing_key()
    shutil.copy(saved, file)
    with pytest.raises(evidence.RetiredKeyError, match="garant init"):
        evidence.replace_lost_signing_key()
    assert [len(evidence.verifier_keys(name)) for name in both] == [2, 2]
    lose(installation)
    assert evidence.replace_lost_signing_key() == 2
    for name in both:
        assert evidence.verify_database(name).entries == 4


def test_no_key_is_rotated_to_one_that_was_replaced(demo: str, installation: Path, tmp_path: Path) -> None:
    """A vault may give one as the successor."""
    file, saved = installation / "keys" / "ledger-signature.key", tmp_path / "saved"
    shutil.copy(file, saved)
    evidence.rotate_signing_key()
    shutil.copy(saved, file.with_name("ledger-signature.next.key"))
    with pytest.raises(evidence.RetiredKeyError):
        evidence.rotate_signing_key()
    assert evidence.verify_database(demo).entries == 3


def test_a_commitment_points_to_a_person_until_the_key_is_destroyed(demo: str) -> None:
    made = evidence.subject_commitment(demo, ANN, {"rows": 3})
    assert opens(evidence.subject_key(demo, ANN), {"rows": 3}, made)
    assert not opens(evidence.subject_key(demo, ("crm", "partner", "13")), {"rows": 3}, made)
    assert evidence.destroy_subject_keys(demo, [ANN, ("crm", "partner", "99")], actor="cli") == 1
    assert not opens(evidence.subject_key(demo, ANN), {"rows": 3}, made)
    said = list(evidence.records(demo, kind="subject-keys.destroyed"))
    assert [(record.payload, record.actor) for record in said] == [({"keys": 1}, "cli")]


def test_the_keys_of_many_are_the_keys_of_each_in_their_order(demo: str) -> None:
    bob, eve = ("crm", "partner", "13"), ("crm", "partner", "14")
    ann = evidence.subject_key(demo, ANN)
    keys = evidence.subject_keys(demo, [bob, ANN, eve, bob])
    assert (keys[1], keys[3], len(set(keys))) == (ann, keys[0], 3)
    assert [evidence.subject_key(demo, one) for one in (bob, ANN, eve)] == keys[:3]
    made = evidence.subject_commitments(demo, [eve, ANN], "x")
    assert made == [evidence.subject_commitment(demo, one, "x") for one in (eve, ANN)]
    assert evidence.subject_keys(demo, []) == evidence.subject_commitments(demo, [], 1) == []


def test_destroying_nothing_says_nothing(demo: str) -> None:
    assert evidence.destroy_subject_keys(demo, [ANN]) == 0
    assert not list(evidence.records(demo, kind="subject-keys.destroyed"))


def test_keys_of_people_are_filed_without_naming_them(demo: str) -> None:
    key = evidence.subject_key(demo, ANN)
    with scope(organisation=demo):
        row, log = SubjectKey.objects.get(), Log.objects.get(pk=demo)
    stored = row.reference.encode() + bytes(row.wrapped) + bytes(log.reference_key or b"")
    assert key not in stored
    assert b"partner" not in stored


def test_a_person_is_an_actor_without_a_name(both: list[str]) -> None:
    ann = evidence.person(both[0], "Ann Onymous <ann@example.org>")
    assert ann == evidence.person(both[0], "Ann Onymous <ann@example.org>")
    assert ann != evidence.person(both[1], "Ann Onymous <ann@example.org>")
    assert Entry(SubjectKeysDestroyed(keys=1), START, ann).actor == ann


def test_the_master_rotates_and_commitments_open_as_before(both: list[str]) -> None:
    demo = both[0]
    made, ann = evidence.subject_commitment(demo, ANN, 1), evidence.person(demo, "Ann")
    before = custody.source().read("subject-commitments")
    assert evidence.rotate_commitments_key(actor="cli") == 2
    assert custody.source().read("subject-commitments") != before
    assert evidence.subject_commitment(demo, ANN, 1) == made
    assert evidence.person(demo, "Ann") == ann
    said = [record.payload for record in evidence.records(demo, kind="commitments.rewrapped")]
    assert said == [{"keys": 2}]
    assert not list(evidence.records("other", kind="commitments.rewrapped"))


def test_an_interrupted_rotation_of_the_master_finishes_itself(
    demo: str, monkeypatch: pytest.MonkeyPatch, installation: Path
) -> None:
    made = evidence.subject_commitment(demo, ANN, 1)
    with monkeypatch.context() as patch:
        patch.setattr(custody, "settle", crash)
        with pytest.raises(KeyboardInterrupt):
            evidence.rotate_commitments_key()
    assert evidence.subject_commitment(demo, ANN, 1) == made
    assert not (installation / "keys" / "subject-commitments.next.key").exists()


def test_an_organisation_created_during_a_rotation_is_not_left_under_the_old_master(
    demo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its keys would be gone with that master, and with them whatever lies under them."""
    evidence.subject_key(demo, ANN)
    made: list[bytes] = []
    turns = rotations._turns

    def meanwhile() -> Iterator[Any]:
        yield from turns()
        if not made:
            create_organisation("late", "Late", "UTC")
            made.append(evidence.subject_key("late", ANN))

    monkeypatch.setattr(rotations, "_turns", meanwhile)
    evidence.rotate_commitments_key()
    assert evidence.subject_key("late", ANN) == made[0]


def test_a_rotation_of_the_master_typed_again_after_it_was_written_ends(
    demo: str, monkeypatch: pytest.MonkeyPatch, installation: Path
) -> None:
    made = evidence.subject_commitment(demo, ANN, 1)
    with monkeypatch.context() as patch:
        patch.setattr(custody, "settle", crash)
        with pytest.raises(KeyboardInterrupt):
            evidence.rotate_commitments_key()
    assert evidence.rotate_commitments_key() == 0
    assert evidence.subject_commitment(demo, ANN, 1) == made
    assert not (installation / "keys" / "subject-commitments.next.key").exists()


def test_a_lost_master_opens_nothing(demo: str, installation: Path) -> None:
    evidence.subject_key(demo, ANN)
    (installation / "keys" / "subject-commitments.key").unlink()
    evidence.create_keys()
    with pytest.raises(UnwrapRefusedError):
        evidence.subject_key(demo, ANN)


def test_keys_come_from_a_command_too(
    demo: str, installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A vault: the operator adds the successor there, and makes it the current one there."""
    vault = tmp_path / "vault.py"
    vault.write_text(
        "import sys, pathlib\n"
        f"sys.stdout.write(pathlib.Path({str(installation / 'keys')!r}, sys.argv[1] + '.key').read_text())\n"
    )
    monkeypatch.setenv("GARANT_KEYS_COMMAND", f"{shlex.quote(sys.executable)} {shlex.quote(str(vault))}")
    evidence.append(demo, [Entry(SubjectKeysDestroyed(keys=1), START)])
    evidence.checkpoint(demo)
    KeyFolder(installation / "keys").create("ledger-signature", pending=True)
    assert evidence.rotate_signing_key() == 1
    assert evidence.verify_database(demo).entries == 4
    evidence.append(demo, [Entry(SubjectKeysDestroyed(keys=2), START)])
    evidence.checkpoint(demo)
    KeyFolder(installation / "keys").promote("ledger-signature")
    assert evidence.verify_database(demo).entries == 5
