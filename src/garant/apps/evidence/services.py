"""The only way the ledger is written and read: append, sign, prove, export, verify.

Each function takes the organisation's key. What it writes, it writes in the caller's transaction where
there is one.
"""

from garant.apps.evidence.refusals import (
    ConflictingEntryError,
    EntryMissingError,
    LedgerUnverifiableError,
    LogExistsError,
    LogMissingError,
    RetiredKeyError,
    SigningKeyForeignError,
)
from garant.apps.evidence.rotations import (
    create_keys,
    replace_lost_signing_key,
    rotate_commitments_key,
    rotate_signing_key,
)
from garant.apps.evidence.sharing import (
    begins_with,
    entries_from,
    export,
    has_forgotten,
    head,
    known_keys,
    last_checkpoint,
    last_kind,
    last_of,
    latest,
    prove,
    prove_each,
    records,
    set_witness_aside,
    tile,
    unsigned_head,
    verifier_keys,
)
from garant.apps.evidence.subjects import (
    destroy_subject_keys,
    key_beside,
    key_read,
    person,
    subject_commitment,
    subject_commitments,
    subject_key,
    subject_keys,
)
from garant.apps.evidence.turns import joined
from garant.apps.evidence.verification import DatabaseReport, inspect_database, verify_database
from garant.apps.evidence.writing import append, checkpoint, one_transaction, open_log

__all__ = [
    "ConflictingEntryError",
    "DatabaseReport",
    "EntryMissingError",
    "LedgerUnverifiableError",
    "LogExistsError",
    "LogMissingError",
    "RetiredKeyError",
    "SigningKeyForeignError",
    "append",
    "begins_with",
    "checkpoint",
    "create_keys",
    "destroy_subject_keys",
    "entries_from",
    "export",
    "has_forgotten",
    "head",
    "inspect_database",
    "joined",
    "key_beside",
    "key_read",
    "known_keys",
    "last_checkpoint",
    "last_kind",
    "last_of",
    "latest",
    "one_transaction",
    "open_log",
    "person",
    "prove",
    "prove_each",
    "records",
    "replace_lost_signing_key",
    "rotate_commitments_key",
    "rotate_signing_key",
    "set_witness_aside",
    "subject_commitment",
    "subject_commitments",
    "subject_key",
    "subject_keys",
    "tile",
    "unsigned_head",
    "verifier_keys",
    "verify_database",
]
