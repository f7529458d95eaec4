"""Making, rotating and replacing the installation's keys, with every ledger told about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from django.db import transaction

from garant.apps.evidence import custody, refusals, storage
from garant.apps.evidence.models import Log, SubjectKey
from garant.apps.evidence.sharing import verifier_keys
from garant.apps.evidence.turns import Turn, turn
from garant.apps.evidence.writing import append, sign
from garant.apps.scoping import owners
from garant.ledger import (
    KEY_NAMES,
    CommitmentsRewrapped,
    Entry,
    KeyMissingError,
    KeysCreated,
    Payload,
    SigningKey,
    rotate,
    unwrap,
    wrap,
)
from garant.ledger.commitments import UnwrapRefusedError
from garant.ledger.keys import KeyName


def create_keys() -> list[KeyName]:
    """Make the keys that are not there yet; return their names. An existing key is never touched.

    Raises KeyExposedError or KeyUnreadableError for one that is there but cannot be used.
    """
    keys, made = custody.source(), list[KeyName]()
    for name in KEY_NAMES:
        try:
            keys.read(name)
        except KeyMissingError:
            keys.create(name)
            made.append(name)
    return made


def rotate_signing_key(*, actor: str = "garant") -> int:
    """Replace the signature key in every ledger; both keys sign the change. Returns how many ledgers were
    told.

    Interrupted, it is finished by typing it again or by the next signature. Where a vault keeps the keys, its
    `ledger-signature.next` is the new one.

    Raises RetiredKeyError where the new one signed a ledger before.
    """
    old = SigningKey(custody.source().read("ledger-signature"))
    new = SigningKey(_successor("ledger-signature"))
    told = 0
    with transaction.atomic():
        for mine in _turns():
            told += _rotate_log(mine, old, new, actor)
    custody.settle("ledger-signature")
    return told


def _rotate_log(mine: Turn, old: SigningKey, new: SigningKey, actor: str) -> int:
    log = mine.log
    if custody.current_verifier(log) == new.verifier(log.origin):
        return 0
    _refuse_retired(log, new)
    sign(mine, custody.signer(log))
    _tell(log, rotate(log.origin, log.size, old, new), actor)
    sign(mine, old)
    sign(mine, new)
    return 1


def replace_lost_signing_key(*, actor: str = "garant") -> int:
    """Name the key at hand in every ledger that names another one, lost for good. Returns how many were told.

    No old key vouches for the new one: whoever verifies must be given it, and an explanation.

    Raises RetiredKeyError where the key at hand is one that a ledger has replaced before: it may have been replaced
    because somebody else has it, and each key signs a ledger from one place to another, once.
    """
    key = SigningKey(custody.source().read("ledger-signature"))
    told = 0
    with transaction.atomic():
        for mine in _turns():
            log = mine.log
            verifier = key.verifier(log.origin)
            if custody.current_verifier(log) != verifier:
                _refuse_retired(log, key)
                _tell(log, KeysCreated(verifier=str(verifier)), actor)
                sign(mine, key)
                told += 1
    return told


def _refuse_retired(log: Log, key: SigningKey) -> None:
    if key.verifier(log.origin) in verifier_keys(log.pk):
        raise refusals.retired_key(log.origin)


def rotate_commitments_key(*, actor: str = "garant") -> int:
    """Replace the master key and wrap every stored key again; commitments open as before.

    Returns how many. Interrupted, it is finished by typing it again. The old key goes once nothing is left under it, of the
    organisations that were created meanwhile too: they could never be read again.
    """
    old, new = custody.source().read("subject-commitments"), _successor("subject-commitments")
    wrapped = 0
    while count := _rewrap_all(old, new, actor):
        wrapped += count
    custody.settle("subject-commitments")
    return wrapped


def _rewrap_all(old: bytes, new: bytes, actor: str) -> int:
    """Wrap again, in one transaction, what is under the old key in any ledger; how many keys that was."""
    wrapped = 0
    with transaction.atomic():
        for mine in _turns():
            count = _rewrap_log(mine.log, partial(_rewrapped, old, new))
            if count:
                _tell(mine.log, CommitmentsRewrapped(keys=count), actor)
            wrapped += count
    return wrapped


def _rewrapped(old: bytes, new: bytes, wrapped: bytes, owner: str) -> bytes | None:
    """A key under the new one; None where it is already. Raises UnwrapRefusedError where neither opens it."""
    try:
        unwrap(new, wrapped, owner)
    except UnwrapRefusedError:
        return wrap(new, unwrap(old, wrapped, owner), owner)
    return None


def _rewrap_log(log: Log, rewrapped: Callable[[bytes, str], bytes | None]) -> int:
    if log.reference_key is None:
        return 0
    count = 0
    if (filing := rewrapped(bytes(log.reference_key), log.pk)) is not None:
        log.reference_key = filing
        log.save(update_fields=["reference_key"])
        count += 1
    for stored in SubjectKey.objects.filter(log=log).iterator(storage.ROWS):
        if (again := rewrapped(bytes(stored.wrapped), stored.reference)) is not None:
            stored.wrapped = again
            stored.save(update_fields=["wrapped"])
            count += 1
    return count


def _successor(name: KeyName) -> bytes:
    """The announced successor of a key, made where it is not there yet."""
    return custody.pending(name) or custody.source().create(name, pending=True)


def _turns() -> Iterator[Turn]:
    """Every ledger of the installation, locked, each in its own scope."""
    for organisation in owners(Log, "pk"):
        with turn(organisation) as mine:
            yield mine


def _tell(log: Log, payload: Payload, actor: str) -> None:
    """Append one entry about keys."""
    append(log.pk, [Entry(payload, datetime.now(UTC), actor)])
