"""Rotation of the signature key: a statement that both keys sign, and the chain of keys it makes.

A verifier who trusts any one key of the chain can check every checkpoint of the log, each with the key that
was current at its size: an old key signs nothing that came after its rotation, a new one nothing that came
before.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from garant.ledger.entries import MalformedEntryError, Record
from garant.ledger.kinds import KeysCreated, KeysRotated
from garant.ledger.notes import (
    MalformedNoteError,
    Note,
    Signature,
    SignatureRefusedError,
    SigningKey,
    VerifierKey,
    decode_base64,
)

KEYS_MARK: Final = b'"kind":"keys.'
"""Canonical entries about keys hold these bytes; others are passed over unread."""

_TITLE: Final = "garant ledger: rotation of the signature key"
_FOREVER: Final = 2**63


class RotationRefusedError(ValueError):
    """An entry about keys does not continue the chain of keys before it."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """At entry `index` of a log, the new key takes over from the old one.

    `vouched` says that the old key signed it. After a loss it could not: then whoever trusts the new key
    knows the old one from the log, but whoever trusts the old one does not know the new.
    """

    index: int
    old: VerifierKey
    new: VerifierKey
    vouched: bool = True


def rotation_text(index: int, old: VerifierKey, new: VerifierKey) -> str:
    """The statement that both keys sign."""
    return f"{_TITLE}\n{old.name}\n{index}\n{old}\n{new}\n"


def rotate(origin: str, index: int, old: SigningKey, new: SigningKey) -> KeysRotated:
    """Write the rotation that entry `index` of the log `origin` will hold."""
    old_key, new_key = old.verifier(origin), new.verifier(origin)
    text = rotation_text(index, old_key, new_key)
    of_old, of_new = (key.signature(origin, text).signature for key in (old, new))
    return KeysRotated(
        index=index,
        old=str(old_key),
        new=str(new_key),
        signature_of_old=b64encode(of_old).decode(),
        signature_of_new=b64encode(of_new).decode(),
    )


def rotation_note(payload: KeysRotated) -> Note:
    """The rotation as a signed note.

    Raises MalformedNoteError when a key or a signature is not well written.
    """
    old, new = VerifierKey.parse(payload.old), VerifierKey.parse(payload.new)
    signatures = (
        Signature(old.name, old.id, decode_base64(payload.signature_of_old)),
        Signature(new.name, new.id, decode_base64(payload.signature_of_new)),
    )
    return Note(rotation_text(payload.index, old, new), signatures)


def read_rotation(payload: KeysRotated) -> Rotation:
    """Check both signatures of a rotation.

    Raises MalformedNoteError or SignatureRefusedError.
    """
    old, new = VerifierKey.parse(payload.old), VerifierKey.parse(payload.new)
    rotation_note(payload).signers((old, new))
    return Rotation(payload.index, old, new)


class KeyChain:
    """The keys that may sign a log, each for the sizes at which it was current."""

    def __init__(self, trusted: Iterable[VerifierKey], rotations: Sequence[Rotation] = ()) -> None:
        """Start from the trusted keys and follow the rotations, in the order of the log, both ways."""
        self._spans: dict[VerifierKey, tuple[int, int]] = dict.fromkeys(trusted, (0, _FOREVER))
        for rotation in rotations:
            if rotation.vouched and rotation.old in self._spans:
                self._spans.setdefault(rotation.new, (0, _FOREVER))
        for rotation in reversed(rotations):
            if rotation.new in self._spans:
                self._spans.setdefault(rotation.old, (0, _FOREVER))
        for rotation in rotations:
            self._close(rotation)

    def _close(self, rotation: Rotation) -> None:
        """The old key may sign up to and with the rotation itself; the new one from it on."""
        size = rotation.index + 1
        if rotation.old in self._spans and rotation.new in self._spans:
            first, last = self._spans[rotation.old]
            self._spans[rotation.old] = (first, min(last, size))
            first, last = self._spans[rotation.new]
            self._spans[rotation.new] = (max(first, size), last)

    def at(self, size: int) -> list[VerifierKey]:
        """The keys that may sign a checkpoint of this many entries."""
        return [key for key, (first, last) in self._spans.items() if first <= size <= last]

    @property
    def keys(self) -> list[VerifierKey]:
        """Every key of the chain, in the order in which they became current."""
        return sorted(self._spans, key=lambda key: self._spans[key])


class KeyHistory:
    """The keys that the entries of a log name, read in the order of the log."""

    def __init__(self) -> None:
        """Before the first entry no key is known."""
        self.current: VerifierKey | None = None
        self.rotations: list[Rotation] = []

    def read(self, index: int, entry: bytes) -> None:
        """Take note of an entry, if it is about keys.

        Raises RotationRefusedError when it does not continue what came before.
        """
        if KEYS_MARK not in entry:
            return
        try:
            payload = Record.parse(entry).typed()
            if isinstance(payload, KeysCreated):
                self._created(index, VerifierKey.parse(payload.verifier))
            elif isinstance(payload, KeysRotated):
                self._rotated(index, read_rotation(payload))
        except (MalformedEntryError, MalformedNoteError, SignatureRefusedError) as error:
            raise RotationRefusedError(str(error)) from error

    def _created(self, index: int, key: VerifierKey) -> None:
        if self.current is not None:
            self.rotations.append(Rotation(index, self.current, key, vouched=False))
        self.current = key

    def _rotated(self, index: int, rotation: Rotation) -> None:
        if rotation.index != index:
            raise RotationRefusedError(f"it was signed for entry {rotation.index}")
        if self.current not in (None, rotation.old):
            raise RotationRefusedError("the key it replaces was not the current one")
        self.rotations.append(rotation)
        self.current = rotation.new
