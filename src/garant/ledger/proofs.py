"""Inclusion proofs as files: one entry, shown to be in the log, by whoever holds the verifier key.

A proof is self-contained: the entry, its path to the root, the signed checkpoint, and the rotations of the
key that lead from one signer to another. It is written as JSON (for Garant and for people) and as a C2SP
`tlog-proof`.
"""

import json
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from garant.ledger.canonical import Json
from garant.ledger.checkpoints import Checkpoint
from garant.ledger.entries import MalformedEntryError, Record
from garant.ledger.kinds import KeysRotated
from garant.ledger.notes import MalformedNoteError, Note, SignatureRefusedError, VerifierKey, decode_base64
from garant.ledger.rotation import KeyChain, read_rotation
from garant.ledger.tree import NodeReader, ProofRefusedError, inclusion_proof, leaf_hash, verify_inclusion
from garant.ledger.words import Language, LedgerError

FORMAT: Final = "garant-inclusion-proof/1"


class ProofUnusableError(LedgerError):
    """The file is not a proof, or it proves nothing."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That an entry is in a log, at its place."""

    index: int
    entry: bytes
    path: tuple[bytes, ...]
    note: Note
    rotations: tuple[KeysRotated, ...] = ()

    @property
    def checkpoint(self) -> Checkpoint:
        """The head of the log that the path leads to."""
        return Checkpoint.parse(self.note.text)

    @property
    def record(self) -> Record:
        """The entry, read."""
        return Record.parse(self.entry)

    def to_json(self) -> bytes:
        """The proof as a file; its bytes are determined by its content."""
        content: dict[str, Json] = {
            "format": FORMAT,
            "index": self.index,
            "entry": self.entry.decode(),
            "path": [b64encode(sibling).decode() for sibling in self.path],
            "checkpoint": self.note.encode().decode(),
            "rotations": [rotation.model_dump(mode="json") for rotation in self.rotations],
        }
        return json.dumps(content, indent=2, ensure_ascii=False).encode() + b"\n"

    def to_tlog_proof(self) -> bytes:
        """The proof as C2SP `tlog-proof`, for other tools; the entry travels as its extra data."""
        lines = ["c2sp.org/tlog-proof@v1", f"extra {b64encode(self.entry).decode()}", f"index {self.index}"]
        lines += [b64encode(sibling).decode() for sibling in self.path]
        return ("\n".join(lines) + "\n\n").encode() + self.note.encode()

    @classmethod
    def from_json(cls, data: bytes) -> "InclusionProof":
        """Read a proof without trusting it. Raises ProofUnusableError for any byte out of place."""
        try:
            proof = _File.model_validate_json(data).proof()
        except ValueError as error:
            raise _unusable(
                "ce n’est pas un fichier de preuve", f"this is not a proof file ({error})"
            ) from error
        if proof.to_json() != data:
            raise _unusable("le fichier a été modifié", "the file was changed")
        return proof

    def verify(self, verifier_keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
        """Check the proof offline, from the keys one trusts; return the keys that signed its checkpoint.

        Raises ProofUnusableError when the signature, the rotations, the entry or the path do not hold.
        """
        try:
            chain = KeyChain(verifier_keys, [read_rotation(rotation) for rotation in self.rotations])
            head = self.checkpoint
            signers = self.note.signers(chain.at(head.size))
            verify_inclusion(leaf_hash(self.entry), self.index, head.size, self.path, head.root)
            _ = self.record
        except SignatureRefusedError as error:
            raise _unusable("aucune clé de confiance ne l’a signé", str(error)) from error
        except (ProofRefusedError, MalformedEntryError, MalformedNoteError) as error:
            raise _unusable("elle ne mène pas à la racine signée", str(error)) from error
        if {key.name for key in signers} != {head.origin}:
            raise _unusable("la clé est celle d’un autre registre", "the key is another log’s")
        return signers

    def describe(self, language: Language) -> str:
        """What is proved, for a person."""
        record, head = self.record, self.checkpoint
        payload = [
            f"    {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in record.payload.items()
        ]
        when = record.at.strftime("%Y-%m-%d %H:%M:%S UTC")
        root = b64encode(head.root).decode()
        if language == "fr":
            lines = [
                f"L’entrée {self.index} du registre {head.origin}\u202f:",
                f"    {record.kind}, le {when}, par {record.actor}",
                *payload,
                f"est dans l’arbre de {head.size} entrées dont la racine est {root}.",
                "La clé publique suffit pour le vérifier, sans Garant ni sa base de données.",
            ]
        else:
            lines = [
                f"Entry {self.index} of the ledger {head.origin}:",
                f"    {record.kind}, on {when}, by {record.actor}",
                *payload,
                f"is in the tree of {head.size} entries whose root is {root}.",
                "The public key is enough to check it, without Garant or its database.",
            ]
        return "\n".join(lines)


def make_proof(
    index: int, entry: bytes, note: Note, read: NodeReader, rotations: Iterable[KeysRotated] = ()
) -> InclusionProof:
    """Prove that `entry` is at `index` of the log whose signed head is `note`.

    Raises ValueError when the head does not cover the entry yet.
    """
    path = inclusion_proof(read, index, Checkpoint.parse(note.text).size)
    return InclusionProof(index, entry, tuple(path), note, tuple(rotations))


class _File(BaseModel):
    """The proof file, before anything in it is believed."""

    model_config = ConfigDict(extra="forbid", strict=True)
    format: Literal["garant-inclusion-proof/1"]
    index: int
    entry: str
    path: list[str]
    checkpoint: str
    rotations: list[KeysRotated]

    def proof(self) -> "InclusionProof":
        path = tuple(map(decode_base64, self.path))
        note = Note.parse(self.checkpoint.encode())
        return InclusionProof(self.index, self.entry.encode(), path, note, tuple(self.rotations))


def _unusable(fr: str, en: str) -> ProofUnusableError:
    return ProofUnusableError(fr=f"La preuve ne tient pas : {fr}.", en=f"The proof does not hold: {en}.")
