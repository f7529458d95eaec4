"""The keys in use: which one signs a log, and the master that wraps the keys of people."""

from __future__ import annotations

import os

from django.conf import settings

from garant.apps.evidence import refusals
from garant.apps.evidence.models import Log
from garant.ledger import (
    KeyMissingError,
    KeySource,
    KeyUnreadableError,
    SigningKey,
    VerifierKey,
    key_source,
    unwrap,
)
from garant.ledger.commitments import UnwrapRefusedError
from garant.ledger.keys import KeyFolder, KeyName


def source() -> KeySource:
    """Where this installation's keys come from."""
    return key_source(settings.GARANT_KEYS, os.environ)


def pending(name: KeyName) -> bytes | None:
    """The announced successor of a key, where there is one."""
    try:
        return source().read(name, pending=True)
    except (KeyMissingError, KeyUnreadableError):
        return None


def settle(name: KeyName) -> None:
    """Let the successor take the place of a key; where a vault keeps the keys, that is done there."""
    keys = source()
    if isinstance(keys, KeyFolder):
        keys.promote(name)


def current_verifier(log: Log) -> VerifierKey | None:
    """The key that the log itself names last."""
    return VerifierKey.parse(log.verifier) if log.verifier else None


def signer(log: Log) -> SigningKey:
    """The key that signs the log now; finishes a rotation that was interrupted after it was written.

    Raises SigningKeyForeignError when the key at hand is not the one that the log names.
    """
    wanted = current_verifier(log)
    key = SigningKey(source().read("ledger-signature"))
    if wanted in (None, key.verifier(log.origin)):
        return key
    successor = pending("ledger-signature")
    if successor is not None and SigningKey(successor).verifier(log.origin) == wanted:
        settle("ledger-signature")
        return SigningKey(successor)
    raise refusals.foreign_key(log.origin, str(wanted))


def trusted(log: Log) -> list[VerifierKey]:
    """The keys at hand, as verifier keys of a log: what the database is held against."""
    seeds = [source().read("ledger-signature"), pending("ledger-signature")]
    return [SigningKey(seed).verifier(log.origin) for seed in seeds if seed is not None]


def open_wrapped(wrapped: bytes, owner: str) -> bytes:
    """Open a wrapped key; finishes a rotation of the master that was interrupted after it was written."""
    try:
        return unwrap(source().read("subject-commitments"), wrapped, owner)
    except UnwrapRefusedError:
        successor = pending("subject-commitments")
        if successor is None:
            raise
        key = unwrap(successor, wrapped, owner)
        settle("subject-commitments")
        return key
