"""What is proved: an append-only Merkle log of what Garant did, and what can be shown from it.

RFC 9162 tree over SHA-256, C2SP `tlog-tiles` layout, signed-note checkpoints (Ed25519). This package needs
nothing else of Garant: an export verifies with it alone.
"""

from garant.ledger.checkpoints import Checkpoint
from garant.ledger.commitments import commit, new_key, opens, reference, unwrap, wrap
from garant.ledger.entries import (
    KINDS,
    Base64,
    Commitment,
    Count,
    Day,
    Digest,
    Entry,
    Key,
    MalformedEntryError,
    Payload,
    Record,
    entry_kind,
)
from garant.ledger.exports import ExportUnusableError, open_sink, write_export
from garant.ledger.inspection import Summary, inspect_export, read_records
from garant.ledger.keys import (
    KEY_NAMES,
    LOSS_EXPLAINED,
    KeyCommand,
    KeyExposedError,
    KeyFolder,
    KeyMissingError,
    KeySource,
    KeySourceFixedError,
    KeyUnreadableError,
    key_source,
)
from garant.ledger.kinds import (
    CommitmentsRewrapped,
    KeysCreated,
    KeysRotated,
    OrganisationCreated,
    SubjectKeysDestroyed,
)
from garant.ledger.notes import MalformedNoteError, Note, SignatureRefusedError, SigningKey, VerifierKey
from garant.ledger.problems import Problem
from garant.ledger.proofs import InclusionProof, ProofUnusableError, make_proof
from garant.ledger.rotation import KeyChain, Rotation, read_rotation, rotate
from garant.ledger.tree import (
    ProofRefusedError,
    RightEdge,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from garant.ledger.verification import Report, verify_export
from garant.ledger.words import LedgerError, Text

__all__ = [
    "KEY_NAMES",
    "KINDS",
    "LOSS_EXPLAINED",
    "Base64",
    "Checkpoint",
    "Commitment",
    "CommitmentsRewrapped",
    "Count",
    "Day",
    "Digest",
    "Entry",
    "ExportUnusableError",
    "InclusionProof",
    "Key",
    "KeyChain",
    "KeyCommand",
    "KeyExposedError",
    "KeyFolder",
    "KeyMissingError",
    "KeySource",
    "KeySourceFixedError",
    "KeyUnreadableError",
    "KeysCreated",
    "KeysRotated",
    "LedgerError",
    "MalformedEntryError",
    "MalformedNoteError",
    "Note",
    "OrganisationCreated",
    "Payload",
    "Problem",
    "ProofRefusedError",
    "ProofUnusableError",
    "Record",
    "Report",
    "RightEdge",
    "Rotation",
    "SignatureRefusedError",
    "SigningKey",
    "SubjectKeysDestroyed",
    "Summary",
    "Text",
    "VerifierKey",
    "commit",
    "consistency_proof",
    "entry_kind",
    "inclusion_proof",
    "inspect_export",
    "key_source",
    "leaf_hash",
    "make_proof",
    "new_key",
    "open_sink",
    "opens",
    "read_records",
    "read_rotation",
    "reference",
    "rotate",
    "unwrap",
    "verify_consistency",
    "verify_export",
    "verify_inclusion",
    "wrap",
    "write_export",
]
