"""Rotation of the signature key: old proofs hold, and no key signs outside its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from garant.ledger import (
    KINDS,
    Checkpoint,
    Entry,
    KeyChain,
    KeysCreated,
    Note,
    Payload,
    SignatureRefusedError,
    SubjectKeysDestroyed,
    leaf_hash,
    read_rotation,
    rotate,
    verify_export,
)
from garant.ledger.rotation import KeyHistory, Rotation, RotationRefusedError, rotation_note
from tests.ledger.logs import ORIGIN, START, MemoryLog, key

ONE, TWO, THREE = (key(number).verifier(ORIGIN) for number in (1, 2, 3))


def rotated() -> MemoryLog:
    """Three keys, one after the other, with entries signed by each."""
    log = MemoryLog().open().fill(5)
    log.sign()
    log.rotate(key(2)).fill(9).sign()
    log.rotate(key(3)).fill(12).sign()
    return log


def test_both_keys_sign_a_rotation() -> None:
    payload = rotate(ORIGIN, 5, key(1), key(2))
    assert read_rotation(payload) == Rotation(5, ONE, TWO)
    note = rotation_note(payload)
    assert note.signers([ONE, TWO]) == (ONE, TWO)
    assert Note.parse(note.encode()) == note
    for field in ("signature_of_old", "signature_of_new"):
        forged = payload.model_copy(update={field: rotate(ORIGIN, 6, key(1), key(2)).model_dump()[field]})
        with pytest.raises(SignatureRefusedError):
            read_rotation(forged)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_whoever_trusts_any_key_of_the_chain_verifies_the_whole_log(tmp_path: Path, number: int) -> None:
    report = verify_export(rotated().export(tmp_path / "export"), [key(number).verifier(ORIGIN)])
    assert report.ok, report.describe("en")
    assert report.signers == (THREE,)
    assert report.earlier == 6
    assert [rotation.index for rotation in report.rotations] == [5, 9]


def test_an_older_checkpoint_of_an_older_key_still_counts(tmp_path: Path) -> None:
    log = rotated()
    path = log.export(tmp_path / "export")
    for note in log.notes:
        report = verify_export(path, [THREE], note.encode())
        assert report.ok, report.describe("en")


def test_each_key_signs_the_sizes_at_which_it_was_current() -> None:
    chain = KeyChain([TWO], [Rotation(5, ONE, TWO), Rotation(9, TWO, THREE)])
    assert chain.keys == [ONE, TWO, THREE]
    assert [chain.at(size) for size in (0, 5, 6, 7, 10, 11)] == [
        [ONE],
        [ONE],
        [TWO, ONE] if chain.at(6)[0] == TWO else [ONE, TWO],
        [TWO],
        chain.at(10),
        [THREE],
    ]
    assert set(chain.at(6)) == {ONE, TWO}
    assert set(chain.at(10)) == {TWO, THREE}


def test_an_old_key_signs_nothing_after_its_rotation(tmp_path: Path) -> None:
    log = rotated()
    log.fill(13).sign(by=key(1))
    report = verify_export(log.export(tmp_path / "export"), [ONE])
    assert [problem.code for problem in report.problems] == ["signature"]


def test_a_new_key_signs_nothing_before_its_rotation(tmp_path: Path) -> None:
    log = MemoryLog().open().fill(4)
    log.sign(by=key(2))
    log.rotate(key(2)).sign()
    report = verify_export(log.export(tmp_path / "export"), [ONE])
    assert [problem.code for problem in report.problems] == ["signature"]


def test_a_key_that_no_trusted_key_vouches_for_is_not_followed() -> None:
    assert KeyChain([ONE], [Rotation(5, TWO, THREE)]).keys == [ONE]
    lost = [Rotation(5, ONE, TWO, vouched=False)]
    assert KeyChain([ONE], lost).keys == [ONE]
    assert KeyChain([TWO], lost).keys == [ONE, TWO]
    assert KeyChain([ONE, TWO], lost).at(9) == [TWO]


def test_a_key_replaced_after_a_loss_needs_to_be_given(tmp_path: Path) -> None:
    log = MemoryLog().open().fill(5)
    log.sign()
    log.signer = key(2)
    log.append(Entry(KeysCreated(verifier=str(log.verifier)), START).canonical())
    log.sign()
    path = log.export(tmp_path / "export")
    assert verify_export(path, [TWO]).ok
    assert verify_export(path, [ONE, TWO]).ok
    assert [problem.code for problem in verify_export(path, [ONE]).problems] == ["signature"]


def entry_of(payload: Payload) -> bytes:
    return Entry(payload, START).canonical()


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (entry_of(rotate(ORIGIN, 4, key(1), key(2))), "signed for entry 4"),
        (entry_of(rotate(ORIGIN, 5, key(3), key(2))), "not the current one"),
        (entry_of(rotate(ORIGIN, 5, key(1), key(2))).replace(b'"index":5', b'"index":6'), "is false"),
        (b'{"kind":"keys.rotated"}', "not an entry"),
        (entry_of(KeysCreated(verifier=str(TWO))).replace(str(TWO).encode(), b"a+00000000+AAAA"), "Ed25519"),
    ],
)
def test_an_entry_about_keys_that_does_not_fit_is_refused(entry: bytes, message: str) -> None:
    history = KeyHistory()
    history.read(1, entry_of(KeysCreated(verifier=str(ONE))))
    with pytest.raises(RotationRefusedError, match=message):
        history.read(5, entry)
    assert history.current == ONE


def test_other_entries_about_keys_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    history = KeyHistory()
    history.read(0, entry_of(rotate(ORIGIN, 0, key(1), key(2))))
    created = entry_of(SubjectKeysDestroyed(keys=1)).replace(b"subject-keys.destroyed", b"keys.counted")
    with monkeypatch.context() as patch:
        patch.setitem(KINDS, "keys.counted", SubjectKeysDestroyed)
        history.read(1, created)
    assert history.current == TWO
    later = entry_of(KeysCreated(verifier=str(ONE))).replace(b"keys.created", b"keys.invented")
    with pytest.raises(RotationRefusedError, match="not registered"):
        history.read(1, later)


def test_a_false_rotation_in_a_log_is_reported(tmp_path: Path) -> None:
    log = MemoryLog().open().fill(5)
    log.append(entry_of(rotate(ORIGIN, 9, key(1), key(2))))
    log.sign()
    report = verify_export(log.export(tmp_path / "export"), [ONE])
    assert [(problem.code, problem.place) for problem in report.problems] == [("rotation", "entry 5")]


def test_a_forged_rotation_does_not_win_trust(tmp_path: Path) -> None:
    """Someone without the old key writes a log anew and names their own key."""
    log = MemoryLog().open().fill(5)
    forged = rotate(ORIGIN, 5, key(3), key(2)).model_copy(update={"old": str(ONE)})
    log.append(entry_of(forged))
    head = Checkpoint(ORIGIN, len(log.entries), log.edge.root())
    log.notes.append(head.sign(key(2)))
    codes = {problem.code for problem in verify_export(log.export(tmp_path / "export"), [ONE]).problems}
    assert codes == {"rotation", "signature"}
    assert leaf_hash(log.entries[5])
